"""opsctl incident list | show | timeline | import"""

from dataclasses import replace
from typing import Annotated

from typer import Argument, Option

from opsctl.cli.context import current
from opsctl.cli.filters import Columns, Limit, OfAsset, OfCustomer
from opsctl.cli.groups import room_app, verb
from opsctl.cli.usage import read_word
from opsctl.core.texts import _
from opsctl.incidents.commands.parameters import Reference, Severity, severity_of
from opsctl.incidents.terms import Wanted

app = room_app()


@verb(
    app,
    "list",
    help=_("List incidents, the newest first."),
    examples=(
        "opsctl incident list --state unresolved",
        "opsctl incident list --asset erp --since 2026-10-01 --until 2026-10-31",
        "opsctl incident list --breaching --owner me",
    ),
    writes=False,
)
def list_(
    state: Annotated[
        Wanted | None,
        Option(
            "--state",
            metavar="STATE",
            help=_("open, acknowledged, mitigated, resolved, closed, merged, unacked or unresolved."),
        ),
    ] = None,
    asset: OfAsset = None,
    customer: OfCustomer = None,
    owner: Annotated[
        str | None, Option("--owner", metavar="PERSON", help=_("Only those that this person has; me is you."))
    ] = None,
    severity: Severity = None,
    breaching: Annotated[
        bool, Option("--breaching", help=_("Only those whose clock is over, or three quarters used."))
    ] = False,
    since: Annotated[str | None, Option("--since", metavar="TIME", help=_("Opened at that time or later."))] = None,
    until: Annotated[
        str | None,
        Option("--until", metavar="TIME", help=_("Opened before that time; a date is the whole day, included.")),
    ] = None,
    sort: Annotated[
        str, Option("--sort", metavar="COLUMN", help=_("opened, reference, asset or state; -opened turns it round."))
    ] = "-opened",
    limit: Limit = None,
    columns: Columns = None,
) -> None:
    """Parse, read, show."""
    from opsctl.core.report import choose_columns
    from opsctl.incidents.service import read
    from opsctl.incidents.views import lists
    from opsctl.people.service import persons

    context = current()
    found = context.read(
        read.list_incidents,
        now=context.now,
        state=state,
        asset=asset,
        customer=customer,
        owner=None if owner is None else context.read(persons.resolve, word=owner, me=context.me),
        severity=severity_of(severity),
        breaching=breaching,
        since=context.moment(since),
        until=context.until(until),
        sort=read_word(sort, [sign + word for word in read.ORDERS for sign in ("", "-")], "--sort"),
        limit=context.limit(limit),
    )
    report = lists.listed(found.cases, found.total, context.now)
    if columns is None:
        # People see what fits; CSV and JSON have it all.
        context.emit(choose_columns(report, lists.columns_for(state, breaching=breaching)))
    else:
        context.emit(choose_columns(replace(report, sheet=None), columns))


@verb(
    app,
    "show",
    help=_("Show one incident: its clocks, its outages, what is worth a look."),
    examples=("opsctl incident show 42", "opsctl incident show INC-2026-0042 --utc"),
    writes=False,
)
def show(ref: Reference) -> None:
    """Read and show."""
    from opsctl.incidents.service import read
    from opsctl.incidents.views import records

    context = current()
    context.emit(records.shown(context.read(read.show, word=ref, now=context.now)))


@verb(
    app,
    "timeline",
    help=_("What happened to an incident, in order, from the ledger."),
    examples=("opsctl incident timeline 42",),
    writes=False,
)
def timeline(ref: Reference) -> None:
    """Read and show."""
    from opsctl.incidents.service import read
    from opsctl.incidents.views import lists

    context = current()
    context.emit(lists.timeline(*context.read(read.timeline, word=ref, now=context.now)))


@verb(
    app,
    "import",
    help=_(
        "Import incidents from another tool: CSV, JSON or JSON lines, told by content. Nothing is mended or detected;"
        " the same record again changes nothing."
    ),
    examples=(
        "opsctl incident import tickets.csv --map tickets.toml --dry-run",
        "opsctl incident import tickets.csv --map tickets.toml --tz Europe/Rome",
    ),
    writes=True,
    attention=_("imported, but some records were rejected"),
)
def import_(
    file: Annotated[str, Argument(metavar="FILE", help=_("The file, or - for stdin."))],
    map_file: Annotated[str, Option("--map", metavar="MAP", help=_("What its columns and words mean, in TOML."))],
    dry_run: Annotated[bool, Option("--dry-run", help=_("Show what would be imported; write nothing."))] = False,
    rejects: Annotated[
        str | None,
        Option("--rejects", metavar="FILE", help=_("Where rejected records go; FILE.rejected.csv if not given.")),
    ] = None,
) -> None:
    """Import and report."""
    from opsctl.incidents.commands.importing import import_file

    context = current()
    context.emit(import_file(context, file, map_file, dry_run=dry_run, rejects=rejects))
