"""opsctl review list | show | lint | export"""

from dataclasses import replace
from typing import Annotated

from typer import Option

from opsctl.cli.context import current
from opsctl.cli.filters import Columns, Limit, OfAsset
from opsctl.cli.groups import room_app, verb
from opsctl.cli.usage import read_word
from opsctl.core.texts import _
from opsctl.core.typed import mend
from opsctl.reviews.commands.parameters import Reference
from opsctl.reviews.terms import Audience, Kind, Wanted

app = room_app()


@verb(
    app,
    "list",
    help=_("List reviews, the newest first; with --uncovered the faults that were handled and that none covers."),
    examples=(
        "opsctl review list --author me",
        "opsctl review list --uncovered --period 2026-10",
        "opsctl review list --state all --kind meeting",
    ),
    writes=False,
)
def list_(
    state: Annotated[
        Wanted | None,
        Option("--state", metavar="STATE", help=_("draft, in-review, approved, closed, open (not closed) or all.")),
    ] = None,
    kind: Annotated[
        Kind | None, Option("--kind", metavar="incident|period|meeting", help=_("What they are about."))
    ] = None,
    asset: OfAsset = None,
    author: Annotated[
        str | None, Option("--author", metavar="PERSON", help=_("Only those that this person started; me is you."))
    ] = None,
    uncovered: Annotated[
        bool, Option("--uncovered", help=_("Incidents without a review instead; of the last year, or of --period."))
    ] = False,
    period: Annotated[
        str | None, Option("--period", metavar="PERIOD", help=_("Started, or resolved, in it: 2026-10, last-month."))
    ] = None,
    limit: Limit = None,
    columns: Columns = None,
) -> None:
    """Parse, read, show."""
    from opsctl.core.report import choose_columns
    from opsctl.people.service import persons
    from opsctl.reviews.commands import listing
    from opsctl.reviews.service import read
    from opsctl.reviews.views import lists

    context = current()
    if uncovered:
        listing.refuse_beside_uncovered({"--state": state, "--kind": kind, "--author": author})
        context.emit(choose_columns(listing.uncovered(context, period, asset, context.limit(limit)), columns))
        return
    since, until = listing.of_period(context, period)
    found = context.read(
        read.list_reviews,
        state=state or Wanted.OPEN,
        kind=kind,
        asset=asset,
        author=None if author is None else context.read(persons.resolve, word=author, me=context.me),
        since=since,
        until=until,
        limit=context.limit(limit),
    )
    report = lists.listed(found, narrowed=any((state, kind, asset, author, period)))
    if columns is None:
        context.emit(choose_columns(report, lists.COLUMNS))
    else:
        context.emit(choose_columns(replace(report, sheet=None), columns))


@verb(
    app,
    "show",
    help=_("Show a review: what the records say, what people wrote, and what is still missing."),
    examples=("opsctl review show 7", "opsctl review show INC-2026-0042"),
    writes=False,
)
def show(ref: Reference) -> None:
    """Parse, read, show."""
    from opsctl.reviews.service import read
    from opsctl.reviews.views import records

    context = current()
    known = context.read(read.known, word=mend(ref), now=context.now)
    context.emit(records.shown(known, context.now, context.zone))


@verb(
    app,
    "lint",
    help=_(
        "Mark what a review should not say: blame, human error as a cause, hindsight, vague actions, claims without a"
        " record. Each with its line and what to write instead; nothing is ever refused for it."
    ),
    examples=("opsctl review lint 7", "opsctl review lint 7 -F review.md"),
    writes=False,
    attention=_("something was marked"),
)
def lint(
    ref: Reference,
    file: Annotated[
        str | None, Option("-F", "--file", metavar="FILE", help=_("A text of it that is not saved yet, - for stdin."))
    ] = None,
) -> None:
    """Parse, read, show."""
    from opsctl.reviews.commands import linting

    context = current()
    context.emit(linting.report(context, mend(ref), file))


@verb(
    app,
    "export",
    help=_(
        "Write a review as a page that opens anywhere (html), Word (docx), Markdown (md) or JSON; for a customer"
        " without internal notes and names."
    ),
    examples=(
        "opsctl review export REV-2026-0007 -o review.html",
        "opsctl review export 7 --audience customer -o review.docx",
    ),
    writes=False,
)
def export(
    ref: Reference,
    audience: Annotated[
        str | None, Option("--audience", metavar="internal|customer", help=_("For whom; internal if not given."))
    ] = None,
) -> None:
    """Parse, read, write."""
    from opsctl.reviews.commands import exporting

    context = current()
    wanted = read_word(audience or Audience.INTERNAL.value, [one.value for one in Audience], "--audience")
    exporting.run(context, mend(ref), Audience(wanted))
