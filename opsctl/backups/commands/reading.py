"""opsctl backup list, show"""

from typing import Annotated

from typer import Argument, Option

from opsctl.backups.terms import Status
from opsctl.cli.context import current
from opsctl.cli.filters import Columns, Limit, OfAsset
from opsctl.cli.groups import room_app, verb
from opsctl.core.texts import _

app = room_app()


@verb(
    app,
    "list",
    help=_("List backup runs, the newest first."),
    examples=("opsctl backup list erp-db --limit 10", "opsctl backup list --status failed --since 2026-11-01"),
    writes=False,
)
def list_(
    policy: Annotated[str | None, Argument(metavar="[POLICY]", help=_("Only those of this policy."))] = None,
    asset: OfAsset = None,
    host: Annotated[str | None, Option("--host", metavar="HOST", help=_("Only those that ran on this host."))] = None,
    status: Annotated[Status | None, Option("--status", metavar="WORD", help=_("Only those that ended so."))] = None,
    since: Annotated[str | None, Option("--since", metavar="TIME", help=_("Begun at that time or later."))] = None,
    until: Annotated[
        str | None,
        Option("--until", metavar="TIME", help=_("Begun before that time; a date is the whole day, included.")),
    ] = None,
    limit: Limit = None,
    columns: Columns = None,
) -> None:
    """Parse, read, show."""
    from opsctl.backups.service import reading
    from opsctl.backups.views import runs as views

    context = current()
    found = context.read(
        reading.list_runs,
        policy=policy,
        asset=asset,
        host=host,
        status=status,
        since=context.moment(since),
        until=context.until(until),
        limit=context.limit(limit),
    )
    context.emit(views.with_columns(views.listed(found), columns))


@verb(
    app,
    "show",
    help=_("Show one run: its copies, how each is proven, its restore tests and its history."),
    examples=("opsctl backup show 42",),
    writes=False,
)
def show(ref: Annotated[str, Argument(metavar="REF", help=_("BAK-2026-0042, or 42 for this year's."))]) -> None:
    """Read and show."""
    from opsctl.backups.service import reading
    from opsctl.backups.views import runs as views

    context = current()
    context.emit(views.shown(context.read(reading.show, word=ref, now=context.now)))
