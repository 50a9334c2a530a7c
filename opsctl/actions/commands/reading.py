"""opsctl action list | show"""

from dataclasses import replace
from typing import Annotated

from typer import Argument, Option

from opsctl.actions.terms import Kind, Wanted
from opsctl.cli.context import current
from opsctl.cli.filters import Columns, Limit, OfAsset, OfCustomer
from opsctl.cli.groups import room_app, verb
from opsctl.cli.usage import read_word
from opsctl.core.texts import _

app = room_app()


@verb(
    app,
    "list",
    help=_("List actions, what is due first; without --state those that nobody has verified yet."),
    examples=(
        "opsctl action list --owner me",
        "opsctl action list --state overdue --asset core-sw-1",
        "opsctl action list --source INS-2026-0042 --state all",
    ),
    writes=False,
)
def list_(
    state: Annotated[
        Wanted | None,
        Option("--state", metavar="STATE", help=_("open, done, verified, waiting (open or done), overdue or all.")),
    ] = None,
    owner: Annotated[
        str | None, Option("--owner", metavar="PERSON", help=_("Only those that this person has; me is you."))
    ] = None,
    asset: OfAsset = None,
    customer: OfCustomer = None,
    source: Annotated[
        str | None, Option("--source", metavar="INS-REF", help=_("Only those that this record led to: INS-2026-0042."))
    ] = None,
    kind: Annotated[
        Kind | None,
        Option("--kind", metavar="KIND", help=_("Only those that prevent, detect, mitigate or mend a process.")),
    ] = None,
    since: Annotated[str | None, Option("--since", metavar="TIME", help=_("Found at that time or later."))] = None,
    until: Annotated[
        str | None,
        Option("--until", metavar="TIME", help=_("Found before that time; a date is the whole day, included.")),
    ] = None,
    sort: Annotated[
        str,
        Option(
            "--sort",
            metavar="COLUMN",
            help=_("deadline, found, reference, asset, owner or state; -deadline turns it round."),
        ),
    ] = "deadline",
    limit: Limit = None,
    columns: Columns = None,
) -> None:
    """Parse, read, show."""
    from opsctl.actions.service import read
    from opsctl.actions.views import lists
    from opsctl.core.report import choose_columns
    from opsctl.people.service import persons

    context = current()
    found = context.read(
        read.list_actions,
        now=context.now,
        state=state or Wanted.WAITING,
        owner=None if owner is None else context.read(persons.resolve, word=owner, me=context.me),
        asset=asset,
        customer=customer,
        source=source,
        kind=kind,
        since=context.moment(since),
        until=context.until(until),
        sort=read_word(sort, [sign + word for word in read.ORDERS for sign in ("", "-")], "--sort"),
        limit=context.limit(limit),
    )
    report = lists.listed(found, context.now)
    if columns is None:
        # People see what fits; CSV and JSON have it all.
        context.emit(choose_columns(report, lists.COLUMNS))
    else:
        context.emit(choose_columns(replace(report, sheet=None), columns))


@verb(
    app,
    "show",
    help=_("Show one action: who has it, by when, and what happened to it."),
    examples=("opsctl action show 42",),
    writes=False,
)
def show(ref: Annotated[str, Argument(metavar="REF", help=_("ACT-2026-0042, or 42 for this year's."))]) -> None:
    """Read and show."""
    from opsctl.actions.service import read
    from opsctl.actions.views import records

    context = current()
    action, rows = context.read(read.show, word=ref, now=context.now)
    context.emit(records.shown(action, rows, context.now))
