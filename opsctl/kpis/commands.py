"""opsctl kpi list | report | explain"""

import re
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

from opsctl.cli.context import Context, current
from opsctl.cli.groups import room_app, verb
from opsctl.cli.usage import read_word
from opsctl.core import texts
from opsctl.core.errors import InvalidInput
from opsctl.core.texts import _
from opsctl.core.typed import excerpt, mend
from opsctl.duties.commands.refreshing import refresh
from opsctl.kpis.terms import PLANNED, WITHOUT_SEVERITY, By, Name
from opsctl.rulebook.terms import SEVERITIES

if TYPE_CHECKING:
    from opsctl.core.periods import Period

app = room_app()

DEFAULT_PERIOD = "last-month"
# Four digits are a year; any other number can only be that of a record.
_REFERENCE = re.compile(r"[A-Za-z]{3}-[\d-]+|\d{1,3}|\d{5,9}|[^\s@]+@\S+", re.ASCII)

PeriodOption = Annotated[
    str | None,
    Option("--period", metavar="PERIOD", help=_("2026-10, 2026-Q3, 2026, last-month, 2026-10-01..2026-10-15")),
]
AssetOption = Annotated[str | None, Option("--asset", metavar="ASSET", help=_("Only this asset."))]
CustomerOption = Annotated[str | None, Option("--customer", metavar="CUSTOMER", help=_("Only this customer."))]
SeverityOption = Annotated[int | None, Option("--severity", metavar="1-4", help=_("Only this severity."))]


def _period(context: Context, word: str | None, option: str | None) -> "Period":
    from opsctl.core.periods import read_period

    if word and option:
        raise InvalidInput(
            _("The period is given twice: {one} and {other}.").format(one=excerpt(word), other=excerpt(option)),
            _("Keep one of them."),
        )
    zone = context.asked_zone or context.database_zone
    return read_period(word or option or DEFAULT_PERIOD, zone=zone, now=context.now)


def _name(word: str) -> Name:
    typed = mend(word)
    titles = _titles()
    if typed in titles:
        return titles[typed]
    see = _("See them all: opsctl kpi list")
    return Name(read_word(typed, [name.value for name in Name], _("The figure"), see=see))


def _titles() -> dict[str, Name]:
    """Every figure by its title, in each language: who reads Chinese may have typed what an English report says."""
    from opsctl.kpis.views import words

    spoken = texts.language()
    known: dict[str, Name] = {}
    try:
        for language in texts.LANGUAGES:
            texts.use_language(language)
            known.update({words.title(name): name for name in Name})
    finally:
        texts.use_language(spoken)
    return known


@verb(app, "list", help=_("The figures there are, and their formulas."), examples=("opsctl kpi list",), writes=False)
def list_() -> None:
    """Show."""
    from opsctl.kpis import views

    current().emit(views.definitions())


@verb(
    app,
    "report",
    help=_("The figures of a period; last month's if none is given."),
    examples=(
        "opsctl kpi report",
        "opsctl kpi report 2026-10 --by asset",
        "opsctl kpi report last-quarter --customer acme --trend",
        "opsctl kpi report 2026-Q3 --tz UTC --json",
    ),
    writes=False,
    attention=_("done, but a record had to be left out of a figure"),
)
def report(
    word: Annotated[str | None, Argument(metavar="[PERIOD]", help=_("2026-10, 2026-Q3, 2026, last-month …"))] = None,
    period: PeriodOption = None,
    asset: AssetOption = None,
    customer: CustomerOption = None,
    severity: SeverityOption = None,
    by: Annotated[
        By | None, Option("--by", metavar="asset|customer|severity", help=_("Each asset, customer or severity too."))
    ] = None,
    trend: Annotated[bool, Option("--trend", help=_("The period before and the same one a year ago, too."))] = False,
) -> None:
    """Parse, read, show."""
    from opsctl.kpis import service, views

    context = current()
    _check_severity(severity)
    wanted = _period(context, word, period)
    narrowed = {"asset": asset, "customer": customer, "severity": severity}
    refresh(context)
    found = context.read(service.report, now=context.now, period=wanted, **narrowed, by=by, trend=trend)
    context.emit(views.report(found))


@verb(
    app,
    "explain",
    help=_("One figure down to its records, or one record's part in it."),
    examples=(
        "opsctl kpi explain availability 2026-10 --asset erp",
        "opsctl kpi explain mtt-resolve INC-2026-0042",
        "opsctl kpi explain repair-on-time 42",
        "opsctl kpi explain inspection-completion INS-2026-0042",
    ),
    writes=False,
)
def explain(
    name: Annotated[str, Argument(metavar="FIGURE", help=_("Its name or title; see: opsctl kpi list"))],
    words: Annotated[list[str] | None, Argument(metavar="[REF] [PERIOD]", help=_("A record; a period."))] = None,
    period: PeriodOption = None,
    asset: AssetOption = None,
    customer: CustomerOption = None,
    severity: SeverityOption = None,
) -> None:
    """Parse, read, show."""
    from opsctl.kpis import service
    from opsctl.kpis.service import explaining
    from opsctl.kpis.views.explained import explained

    context = current()
    reference, other = _reference_and_period(words or [])
    figure = _name(name)
    _check_severity(severity, figure)
    wanted = _period(context, other, period)
    record = None
    refresh(context)
    if reference is not None:
        record = context.read(explaining.record, word=reference, name=figure, zone=wanted.zone, now=context.now)
        if other is None and period is None:
            wanted = _period(context, explaining.month_of(record, figure, zone=wanted.zone), None)
    narrowed = {"asset": asset, "customer": customer, "severity": severity}
    found = context.read(service.report, now=context.now, period=wanted, names=(figure,), **narrowed)
    context.emit(explained(found, record))


def _reference_and_period(words: list[str]) -> tuple[str | None, str | None]:
    named = [word for word in words if _REFERENCE.fullmatch(mend(word))]
    others = [word for word in words if word not in named]
    if len(named) > 1 or len(others) > 1:
        raise InvalidInput(
            _("One record and one period at most."), _("See: {command} --help").format(command="opsctl kpi explain")
        )
    return next(iter(named), None), next(iter(others), None)


def _check_severity(severity: int | None, figure: Name | None = None) -> None:
    if severity is not None and severity not in SEVERITIES:
        raise InvalidInput(
            _("There is no severity {severity}.").format(severity=severity), _("Use 1 (the worst) to 4.")
        )
    if severity is not None and figure in WITHOUT_SEVERITY:
        told = _("{figure} is a figure of assets, which have no severity.")
        if figure in PLANNED:
            told = _("{figure} is a figure of what was due, which has no severity.")
        raise InvalidInput(told.format(figure=figure), _("Leave out --severity."))
