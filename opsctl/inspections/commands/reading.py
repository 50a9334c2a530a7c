"""opsctl inspect checklists | list | show"""

from typing import Annotated

from typer import Argument, Option

from opsctl.cli.context import current
from opsctl.cli.filters import Columns, Limit, OfAsset, OfCustomer
from opsctl.cli.groups import room_app, verb
from opsctl.core.texts import _
from opsctl.inspections.commands.parameters import Reference
from opsctl.inspections.terms import State

app = room_app()


@verb(
    app,
    "checklists",
    help=_("The checklists and routes in force, or the items of one."),
    examples=("opsctl inspect checklists", "opsctl inspect checklists server-room"),
    writes=False,
)
def checklists(
    name: Annotated[
        str | None, Argument(metavar="[CHECKLIST]", help=_("Show the items of this one, by number, id and title."))
    ] = None,
) -> None:
    """Read and show."""
    from opsctl.inspections.service import choosing, read
    from opsctl.inspections.views import lists

    context = current()
    if name is None:
        context.emit(lists.checklists(context.read(read.patrols, now=context.now)))
    else:
        context.emit(lists.one_checklist(context.read(choosing.checklist_named, word=name, now=context.now)))


@verb(
    app,
    "list",
    help=_("List rounds, the newest first."),
    examples=("opsctl inspect list --asset core-sw-1 --since 7d", "opsctl inspect list --flagged --since 2026-10-01"),
    writes=False,
)
def list_(
    state: Annotated[
        State | None, Option("--state", metavar="open|done", help=_("Only those that stand there."))
    ] = None,
    checklist: Annotated[
        str | None, Option("--checklist", metavar="CHECKLIST", help=_("Only those by this checklist."))
    ] = None,
    asset: OfAsset = None,
    customer: OfCustomer = None,
    owner: Annotated[
        str | None, Option("--owner", metavar="PERSON", help=_("Only those that this person walked; me is you."))
    ] = None,
    flagged: Annotated[bool, Option("--flagged", help=_("Only those with a sign of the armchair."))] = False,
    since: Annotated[str | None, Option("--since", metavar="TIME", help=_("Begun at that time or later."))] = None,
    until: Annotated[
        str | None,
        Option("--until", metavar="TIME", help=_("Begun before that time; a date is the whole day, included.")),
    ] = None,
    limit: Limit = None,
    columns: Columns = None,
) -> None:
    """Parse, read, show."""
    from opsctl.core.report import choose_columns
    from opsctl.inspections.service import read
    from opsctl.inspections.views import lists
    from opsctl.people.service import persons

    context = current()
    found = context.read(
        read.list_rounds,
        now=context.now,
        state=state,
        checklist=checklist,
        asset=asset,
        customer=customer,
        person=None if owner is None else context.read(persons.resolve, word=owner, me=context.me),
        flagged=flagged,
        since=context.moment(since),
        until=context.until(until),
        limit=context.limit(limit),
    )
    context.emit(lists.listed(found) if columns is None else choose_columns(lists.whole(found), columns))


@verb(
    app,
    "show",
    help=_("Show one round: every reading, its evidence, what was worth a look, and its actions."),
    examples=("opsctl inspect show 42",),
    writes=False,
)
def show(ref: Reference) -> None:
    """Read and show."""
    from opsctl.inspections.service import read
    from opsctl.inspections.views import records

    context = current()
    context.emit(records.shown(context.read(read.show, word=ref, now=context.now), context.now))
