"""opsctl duty list | due | show | preview"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated

from typer import Argument, Option

from opsctl.cli.context import Context, current
from opsctl.cli.filters import Columns, Limit, OfAsset
from opsctl.cli.groups import room_app, verb
from opsctl.core.errors import InvalidInput
from opsctl.core.texts import _
from opsctl.duties.commands.refreshing import refresh
from opsctl.duties.terms import LATELY, STILL_OPEN, Wanted

app = room_app()

_SOON = timedelta(hours=24)
_SHOWN = 8
_MOST = 1000

Duty = Annotated[str, Argument(metavar="DUTY", help=_("The name of a duty: opsctl duty list"))]


@verb(
    app,
    "list",
    help=_(
        "List the duties of the rules in force: when each is due next, whose it is, what of it is open and was missed"
        " in the last 7 days."
    ),
    examples=("opsctl duty list", "opsctl duty list --json"),
    writes=False,
)
def list_() -> None:
    """Read and show."""
    from opsctl.duties.service import read
    from opsctl.duties.views import lists

    context = current()
    refresh(context)
    context.emit(lists.duties(context.read(read.in_force, now=context.now)))


@verb(
    app,
    "due",
    help=_(
        "What is to be done by when: what is open now or comes in the next 24 hours, and what was missed in the last 7"
        " days."
    ),
    examples=(
        "opsctl duty due --owner me",
        "opsctl duty due --until 2026-11-30",
        "opsctl duty due --state missed --since 2026-10-01 --asset core-sw-1",
    ),
    writes=False,
)
def due(
    state: Annotated[
        Wanted | None,
        Option(
            "--state",
            metavar="STATE",
            help=_("open (due or missed; if not given), due, missed, done, cancelled or waived."),
        ),
    ] = None,
    duty: Annotated[str | None, Option("--duty", metavar="DUTY", help=_("Only those of this duty."))] = None,
    asset: OfAsset = None,
    owner: Annotated[
        str | None, Option("--owner", metavar="PERSON", help=_("Only those that this person has; me is you."))
    ] = None,
    since: Annotated[str | None, Option("--since", metavar="TIME", help=_("Due at that time or later."))] = None,
    until: Annotated[
        str | None,
        Option("--until", metavar="TIME", help=_("Due before that time; a date is the whole day, included.")),
    ] = None,
    limit: Limit = None,
    columns: Columns = None,
) -> None:
    """Parse, read, show."""
    from opsctl.core.report import choose_columns
    from opsctl.duties.service import keeping, read
    from opsctl.duties.views import lists

    context = current()
    refresh(context)
    state = state or Wanted.OPEN
    begins, closing = _edges(context, state, since)
    ends = _end(context, until)
    found = context.read(
        read.list_occurrences,
        now=context.now,
        since=begins,
        closing_since=closing,
        until=ends,
        state=state,
        duty=duty,
        about=asset,
        owner=_person(context, owner),
        limit=context.limit(limit),
    )
    planned = None if until is None else context.read(keeping.kept_to)
    span = lists.Span(state, closing or begins, ends, context.zone, planned)
    report = lists.occurrences(found, context.now, span)
    if columns is None:
        # People see what fits; CSV and JSON have it all.
        context.emit(choose_columns(report, lists.columns_of(state)))
    else:
        context.emit(choose_columns(replace(report, sheet=None), columns))


def _edges(context: Context, state: Wanted, since: str | None) -> tuple[datetime, datetime | None]:
    """From when on what is due is shown, and from when on its window has to end."""
    begins = context.moment(since)
    if begins is not None:
        return begins, None
    if state in (Wanted.OPEN, Wanted.DUE, Wanted.MISSED):
        # A window may be open for long: looked for by its end, and by its beginning only so that a look stays quick.
        return context.now - STILL_OPEN - LATELY, context.now - LATELY
    return context.now - LATELY, None


def _end(context: Context, until: str | None) -> datetime:
    if until is None:
        return context.now + _SOON
    from opsctl.core.periods import read_period

    try:
        return read_period(until, zone=context.zone, now=context.now).end
    except InvalidInput:
        # A list of what comes looks ahead: 12:00 is the next one.
        return context.future_moment(until)


def _person(context: Context, owner: str | None) -> str | None:
    if owner is None:
        return None
    from opsctl.people.service import persons

    return context.read(persons.resolve, word=owner, me=context.me)


@verb(
    app,
    "show",
    help=_("Show a duty, with what is due of it next and what became of the last; or one of these, and what met it."),
    examples=("opsctl duty show core-network", "opsctl duty show core-network/core-sw-1@2026-11-21T01:00Z"),
    writes=False,
)
def show(
    word: Annotated[
        str, Argument(metavar="DUTY", help=_("The name of a duty, or DUTY/ASSET@2026-11-21T01:00Z for one time."))
    ],
) -> None:
    """Read and show."""
    from opsctl.duties.service import read
    from opsctl.duties.views import records

    context = current()
    refresh(context)
    if "@" in word or "＠" in word:
        context.emit(records.occurrence(context.read(read.find, word=word), context.now))
    else:
        context.emit(records.shown(context.read(read.show, word=word, now=context.now, count=_SHOWN), context.now))


@verb(
    app,
    "preview",
    help=_("When a duty will be due, in local time and in UTC; with --around-dst where the clocks change."),
    examples=("opsctl duty preview core-network-patrol --next 5", "opsctl duty preview night-check --around-dst"),
    writes=False,
)
def preview(
    duty: Duty,
    count: Annotated[int, Option("--next", metavar="N", help=_("So many moments; 10 if not given."))] = 10,
    around: Annotated[
        bool, Option("--around-dst", help=_("Also the days ahead on which the clocks change, and how often it is due."))
    ] = False,
) -> None:
    """Read, reckon, show."""
    from opsctl.duties.service import read
    from opsctl.duties.views import previews

    context = current()
    found = context.read(read.preview, word=duty, now=context.now, count=min(count, _MOST), around_changes=around)
    context.emit(previews.preview(found))
