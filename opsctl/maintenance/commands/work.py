"""opsctl work log | correct | void | list | show"""

from typing import TYPE_CHECKING, Annotated, Any

from typer import Argument, Option

from opsctl.cli.context import current
from opsctl.cli.filters import Columns, Limit, OfAsset
from opsctl.cli.groups import room_app, verb
from opsctl.cli.usage import NOTHING, body, fields_among, read_word
from opsctl.core.errors import InvalidInput
from opsctl.core.texts import _, series
from opsctl.core.typed import mend, read_title
from opsctl.maintenance.commands.parameters import (  # fmt: skip
    At,
    Because,
    ConfigSaved,
    Procedure,
    Reason,
    WorkReferences,
    act,
    backup_of,
    topic_of,
)
from opsctl.maintenance.terms import Outcome

if TYPE_CHECKING:
    from opsctl.cli.context import Context

app = room_app()

Topic = Annotated[
    str | None, Option("--topic", metavar="TOPIC", help=_("What kind of work; a duty may ask for it: cleaning."))
]


@verb(
    app,
    "log",
    help=_("Log maintenance that was done. It meets the duty that asks for it; what is to be watched is an action."),
    examples=(
        'opsctl work log core-sw-1 "filters cleaned" --topic cleaning --procedure OP-12 --config-saved yes',
        "opsctl work log erp 更换硬盘 --outcome replaced --config-saved n/a --from 22:00 --at 23:10",
        'opsctl work log ups-1 "battery test" --config-saved n/a --outcome watched --result "one cell at 11.8 V"',
    ),
    writes=True,
)
def log(
    asset: Annotated[str, Argument(metavar="ASSET", help=_("A handle, or a whole title in either language."))],
    title: Annotated[list[str], Argument(metavar="WHAT …", help=_("What was done."))],
    topic: Topic = None,
    procedure: Procedure = None,
    config_saved: ConfigSaved = None,
    outcome: Annotated[
        Outcome | None,
        Option("--outcome", metavar="WORD", help=_("done, repaired, replaced or watched; done if not given.")),
    ] = None,
    result: Annotated[
        str | None, Option("--result", metavar="TEXT", help=_("How it ended; what is to be watched."))
    ] = None,
    window: Annotated[
        str | None, Option("--window", metavar="MNT-REF", help=_("The planned maintenance that it was done in."))
    ] = None,
    begun: Annotated[str | None, Option("--from", metavar="TIME", help=_("When it began."))] = None,
    at: At = None,
) -> None:
    """Parse, log, say so."""
    from opsctl.maintenance.service import work as service
    from opsctl.maintenance.views import work as views

    context = current()
    found = context.perform(
        service.log,
        asset=mend(asset),
        title=read_title(" ".join(title)),
        backup=backup_of(config_saved),
        outcome=outcome or Outcome.DONE,
        topic=topic_of(topic),
        procedure=body(procedure),
        result=body(result),
        window=None if window is None else mend(window),
        started=context.moment(begun),
        at=context.moment(at),
    )
    context.emit(views.logged(found))


@verb(
    app,
    "correct",
    help=_("Set right what was recorded wrongly; the ledger keeps the old value."),
    examples=(
        'opsctl work correct 42 procedure=OP-12 --reason "left out"',
        'opsctl work correct 42 at=22:40 config-saved=no --reason "log of the switch"',
    ),
    writes=True,
)
def correct(
    words: Annotated[
        list[str],
        Argument(
            metavar="REF … FIELD=VALUE …",
            help=_("title, topic, procedure, config-saved, outcome, result, window, from, at; - takes a value away."),
        ),
    ],
    reason: Annotated[str, Option("--reason", metavar="TEXT", help=_("Why it was wrong."))],
) -> None:
    """Parse, correct, say so."""
    from opsctl.maintenance.service import work as service
    from opsctl.maintenance.views import work as views

    context = current()
    refs, pairs = fields_among(words, "opsctl work correct 42 procedure=TEXT --reason TEXT")
    given = dict(_field(context, name, value) for name, value in pairs)
    act(context, refs, service.correct, views.corrected, given=given, reason=body(reason))


def _field(context: "Context", name: str, value: str) -> tuple[str, Any]:
    from opsctl.maintenance.rules import work as rules

    typed = read_word(name, list(rules.CORRECTABLE), _("The field"))
    if mend(value) not in NOTHING:
        return rules.CORRECTABLE[typed], _value(context, typed, value)
    if typed not in rules.CLEARABLE:
        raise InvalidInput(
            _("{field} cannot be taken away.").format(field=typed),
            _("These can: {fields}.").format(fields=series(rules.CLEARABLE)),
        )
    return rules.CORRECTABLE[typed], None


def _value(context: "Context", typed: str, value: str) -> Any:
    match typed:
        case "from" | "at":
            return context.moment(value)
        case "outcome":
            return Outcome(read_word(mend(value), [one.value for one in Outcome], typed))
        case "config_saved":
            return backup_of(value)
        case "topic":
            return topic_of(value)
        case "title":
            return read_title(value)
        case "window":
            return mend(value)
    return body(value)


@verb(
    app,
    "void",
    help=_("Take maintenance out of every figure; the duty that it met is due again."),
    examples=("opsctl work void 42 --because duplicate",),
    writes=True,
)
def void(refs: WorkReferences, because: Because, reason: Reason = None) -> None:
    """Parse, make void, say so."""
    from opsctl.maintenance.service import work as service
    from opsctl.maintenance.views import work as views

    act(current(), refs, service.void, views.voided, because=because, reason=body(reason))


@verb(
    app,
    "list",
    help=_("List maintenance that was done, the newest first."),
    examples=("opsctl work list --asset core-sw-1 --since 2026-10-01", "opsctl work list --outcome watched"),
    writes=False,
)
def list_(
    asset: OfAsset = None,
    topic: Annotated[str | None, Option("--topic", metavar="TOPIC", help=_("Only those of this topic."))] = None,
    outcome: Annotated[
        Outcome | None, Option("--outcome", metavar="WORD", help=_("done, repaired, replaced or watched."))
    ] = None,
    since: Annotated[str | None, Option("--since", metavar="TIME", help=_("Done at that time or later."))] = None,
    until: Annotated[
        str | None,
        Option("--until", metavar="TIME", help=_("Done before that time; a date is the whole day, included.")),
    ] = None,
    limit: Limit = None,
    columns: Columns = None,
) -> None:
    """Parse, read, show."""
    from opsctl.maintenance.service import work as service
    from opsctl.maintenance.views import work as views
    from opsctl.maintenance.views.words import with_columns

    context = current()
    found = context.read(
        service.list_work,
        asset=asset,
        topic=topic_of(topic),
        outcome=outcome,
        since=context.moment(since),
        until=context.until(until),
        limit=context.limit(limit),
    )
    context.emit(with_columns(views.listed(found.work, found.total), columns, views.COLUMNS))


@verb(
    app,
    "show",
    help=_("Show one record of maintenance, what it led to, and its history."),
    examples=("opsctl work show 42",),
    writes=False,
)
def show(ref: Annotated[str, Argument(metavar="REF", help=_("WRK-2026-0042, or 42 for this year's."))]) -> None:
    """Read and show."""
    from opsctl.maintenance.service import work as service
    from opsctl.maintenance.views import work as views

    context = current()
    found = context.read(service.show, word=ref, now=context.now)
    context.emit(views.shown(found))
