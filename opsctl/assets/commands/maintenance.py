"""opsctl maintenance plan | approve | extend | cancel | list"""

from datetime import datetime
from typing import Annotated

from typer import Argument, Option

from opsctl.assets.rules.maintenance import Standing
from opsctl.assets.terms import MAINTENANCE_APPROVED, MAINTENANCE_CANCELLED, MAINTENANCE_EXTENDED, MAINTENANCE_PLANNED
from opsctl.cli.context import Context, current
from opsctl.cli.filters import Columns, Limit
from opsctl.cli.groups import room_app, verb
from opsctl.core.errors import InvalidInput
from opsctl.core.texts import _
from opsctl.core.times import LAST_YEAR, read_duration
from opsctl.core.typed import mend, read_title

app = room_app()

Reference = Annotated[str, Argument(metavar="REF", help=_("MNT-2026-0042, or 42 for this year's."))]


@verb(
    app,
    "plan",
    help=_(
        "Plan a maintenance of an asset. Approved by another person before it begins, it leaves the service time; what"
        " has begun may be planned, too, but stays in it."
    ),
    examples=(
        'opsctl maintenance plan core-sw-1 "new firmware" --from "2026-12-01 22:00" --to 02:00',
        "opsctl maintenance plan erp 数据库升级 --from 22:00 --for 4h",
    ),
    writes=True,
)
def plan(
    asset: Annotated[str, Argument(metavar="ASSET", help=_("A handle, or a whole title in either language."))],
    title: Annotated[list[str], Argument(metavar="TITLE …", help=_("What is done."))],
    start: Annotated[
        str,
        Option("--from", metavar="TIME", help=_("When it begins; a clock alone is the next one, 2h is in 2 hours.")),
    ],
    end: Annotated[
        str | None, Option("--to", metavar="TIME", help=_("When it ends; a clock alone is the next one after --from."))
    ] = None,
    length: Annotated[
        str | None, Option("--for", metavar="DURATION", help=_("How long it takes, instead of --to: 90m, 4h."))
    ] = None,
) -> None:
    """Parse, plan, say so."""
    from opsctl.assets.service import maintenance as service
    from opsctl.assets.views import maintenance as views

    context = current()
    starts = context.future_moment(start)
    planned = context.perform(
        service.plan,
        asset=mend(asset),
        title=read_title(" ".join(title)),
        starts=starts,
        ends=_end(context, starts, end, length),
    )
    context.emit(views.done([planned], MAINTENANCE_PLANNED, context.now))


def _end(context: Context, starts: datetime, end: str | None, length: str | None) -> datetime:
    if (end is None) == (length is None):
        raise InvalidInput(_("Say when it ends, once."), _("Use either --to TIME or --for DURATION."))
    if end is not None:
        return context.future_moment(end, after=starts)
    try:
        ends = starts + read_duration(length or "")
    except OverflowError:
        ends = None
    if ends is None or ends.year > LAST_YEAR:
        raise InvalidInput(_("That ends beyond the year {year}.").format(year=LAST_YEAR), _("Give a shorter --for."))
    return ends


@verb(
    app,
    "approve",
    help=_(
        "Approve what is planned and waits; not by who planned it. After a window has begun it is late: on record, but"
        " the window stays in the service time."
    ),
    examples=(
        "opsctl maintenance approve 42",
        "opsctl maintenance list --state planned --quiet | opsctl maintenance approve -",
    ),
    writes=True,
)
def approve(
    refs: Annotated[
        list[str], Argument(metavar="REF …", help=_("MNT-2026-0042, or 42 for this year's; - reads them from stdin."))
    ],
) -> None:
    """Parse, approve, say so."""
    from opsctl.assets.service import maintenance as service
    from opsctl.assets.views import maintenance as views

    context = current()
    approved = context.perform(service.approve, named=context.words(refs))
    context.emit(views.done(approved, MAINTENANCE_APPROVED, context.now))


@verb(
    app,
    "extend",
    help=_("Let a maintenance go on. What is added needs an approval of its own, before it begins."),
    examples=("opsctl maintenance extend 42 --to 04:00",),
    writes=True,
)
def extend(
    ref: Reference,
    to: Annotated[
        str, Option("--to", metavar="TIME", help=_("The new end; a clock alone is the next one after the beginning."))
    ],
) -> None:
    """Parse, extend, say so."""
    from opsctl.assets.service import maintenance as service
    from opsctl.assets.views import maintenance as views

    context = current()
    # After its beginning, not its end: an earlier clock meant to shorten it must not add most of a day.
    starts = context.read(service.find, word=ref, now=context.now).starts
    extended = context.perform(service.extend, named=ref, to=context.future_moment(to, after=starts))
    context.emit(views.done([extended], MAINTENANCE_EXTENDED, context.now))


@verb(
    app,
    "cancel",
    help=_("Cancel a maintenance before it begins, so that it counts nowhere, or end it early while it runs."),
    examples=(
        'opsctl maintenance cancel 42 --reason "the parts have not arrived"',
        'opsctl maintenance cancel 42 --at 01:10 --reason "done early"',
    ),
    writes=True,
)
def cancel(
    ref: Reference,
    reason: Annotated[str, Option("--reason", metavar="TEXT", help=_("Why."))],
    at: Annotated[str | None, Option("--at", metavar="TIME", help=_("When it happened; now if not given."))] = None,
) -> None:
    """Parse, cancel, say so."""
    from opsctl.assets.service import maintenance as service
    from opsctl.assets.views import maintenance as views

    context = current()
    cancelled = context.perform(service.cancel, named=ref, reason=read_title(reason), at=context.moment(at))
    context.emit(views.done([cancelled], MAINTENANCE_CANCELLED, context.now))


@verb(
    app,
    "list",
    help=_("List maintenance, a line for each window; what was approved late is said."),
    examples=(
        "opsctl maintenance list --state coming --asset erp",
        "opsctl maintenance list --state late --since 2026-10-01 --until 2026-10-31",
    ),
    writes=False,
)
def list_(
    state: Annotated[
        Standing | None,
        Option("--state", metavar="STATE", help=_("planned, approved, late, cancelled, running or coming.")),
    ] = None,
    asset: Annotated[str | None, Option("--asset", metavar="ASSET", help=_("Only that of this asset."))] = None,
    since: Annotated[str | None, Option("--since", metavar="TIME", help=_("Lasting beyond that time."))] = None,
    until: Annotated[
        str | None,
        Option("--until", metavar="TIME", help=_("Beginning before that time; a date is the whole day, included.")),
    ] = None,
    limit: Limit = None,
    columns: Columns = None,
) -> None:
    """Parse, read, show."""
    from opsctl.assets.service import maintenance as service
    from opsctl.assets.views import maintenance as views
    from opsctl.core.report import choose_columns

    context = current()
    found = context.read(
        service.list_maintenance,
        now=context.now,
        state=state,
        asset=asset,
        since=context.moment(since),
        until=context.until(until),
        limit=context.limit(limit),
    )
    context.emit(choose_columns(views.listed(found.maintenance, found.total, context.now), columns))
