"""Maintenance, ready to be shown."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from opsctl.assets.rules.maintenance import MaintenanceView, Standing, Window, standings
from opsctl.assets.terms import MAINTENANCE_APPROVED, MAINTENANCE_CANCELLED, MAINTENANCE_EXTENDED, MAINTENANCE_PLANNED
from opsctl.core.intervals import Interval
from opsctl.core.report import Column, Kind, Report, Table, Text
from opsctl.core.texts import _, ngettext, pgettext

_TIMES = ("reference", "from", "to", "state", "approval")


def data(maintenance: MaintenanceView, now: datetime) -> dict[str, Any]:
    """A maintenance for programs. `excluded` says of each window whether it leaves the service time."""
    return {
        "reference": maintenance.reference,
        "asset": maintenance.asset,
        "title": maintenance.title,
        "states": sorted(standings(maintenance, now)),
        "cancelled_at": maintenance.cancelled_at,
        "cancel_reason": maintenance.cancel_reason,
        "recorded_at": maintenance.recorded_at,
        "windows": [
            {
                "starts": window.starts,
                "ends": window.ends,
                "planned_by": window.planned_by,
                "planned_at": window.planned_at,
                "approved_by": window.approved_by,
                "approved_at": window.approved_at,
                "late": stretch is not None and window.is_late(now),
                "excluded": stretch is not None and window.in_time,
            }
            for window, stretch in _stretched(maintenance)
        ],
    }


def done(maintenance: Sequence[MaintenanceView], kind: str, now: datetime) -> Report:
    """What was done, a line for each, and how their windows stand now; `kind` is that of the ledger row."""
    told = {
        MAINTENANCE_PLANNED: _("{reference} planned: {title} · {asset}"),
        MAINTENANCE_APPROVED: _("{reference} approved: {title} · {asset}"),
        MAINTENANCE_EXTENDED: _("{reference} extended: {title} · {asset}"),
        MAINTENANCE_CANCELLED: _("{reference} cancelled: {title} · {asset}"),
    }[kind]
    lines = [told.format(reference=one.reference, title=one.title, asset=one.asset) for one in maintenance]
    table = _table(maintenance, now)
    # The lines have said the rest.
    shown = [at for at, column in enumerate(table.columns) if column.key in _TIMES]
    return Report(
        kind=kind,
        data=[data(one, now) for one in maintenance] if kind == MAINTENANCE_APPROVED else data(maintenance[0], now),
        parts=(
            Text(tuple(lines)),
            Table(
                tuple(table.columns[at] for at in shown), tuple(tuple(row[at] for at in shown) for row in table.rows)
            ),
        ),
        remarks=tuple(remark for one in maintenance for remark in _next_steps(one, now)),
        references=tuple(one.reference for one in maintenance),
    )


def listed(maintenance: Sequence[MaintenanceView], total: int, now: datetime) -> Report:
    """Every window as a line: when, by whom, approved when and by whom, and what that means for the figures."""
    left = total - len(maintenance)
    more = ngettext("{count} more; see them with --limit 0.", "{count} more; see them with --limit 0.", left)
    return Report(
        kind="maintenance.list",
        data={"total": total, "maintenance": [data(one, now) for one in maintenance]},
        parts=(_table(maintenance, now),),
        remarks=(more.format(count=left),) if left else (),
        references=tuple(one.reference for one in maintenance),
    )


def _table(maintenance: Sequence[MaintenanceView], now: datetime) -> Table:
    columns = (
        Column("reference", _("reference"), Kind.REFERENCE),
        Column("asset", _("asset"), Kind.REFERENCE),
        Column("from", pgettext("since when", "from"), Kind.MOMENT),
        Column("to", pgettext("until when", "to"), Kind.MOMENT),
        Column("state", _("state")),
        Column("approval", _("approval")),
        Column("approved", pgettext("when", "approved"), Kind.MOMENT),
        Column("approved-by", _("approved by")),
        Column("planned-by", _("planned by")),
        Column("title", _("title")),
    )
    rows = tuple(
        (
            one.reference,
            one.asset,
            window.starts,
            window.ends if stretch is None else stretch.end,
            _state_word(window, stretch, now),
            None if stretch is None else _approval_word(window, now),
            window.approved_at,
            window.approved_by,
            window.planned_by,
            one.title,
        )
        for one in maintenance
        for window, stretch in _stretched(one)
    )
    return Table(columns, rows, empty=_("No maintenance."))


def _stretched(maintenance: MaintenanceView) -> list[tuple[Window, Interval | None]]:
    return [(window, maintenance.stretch(window)) for window in maintenance.windows]


def _state_word(window: Window, stretch: Interval | None, now: datetime) -> str:
    if stretch is None:
        return pgettext("maintenance", "cancelled")
    if stretch.end < window.ends:
        return pgettext("maintenance", "ended early")
    if now < window.starts:
        return pgettext("maintenance", "coming")
    return pgettext("maintenance", "running") if now < window.ends else pgettext("maintenance", "over")


def _approval_word(window: Window, now: datetime) -> str:
    if window.in_time:
        return pgettext("approval", "in time")
    if window.approved_at is not None:
        return pgettext("approval", "late: stays in the service time")
    if window.is_late(now):
        return pgettext("approval", "none: stays in the service time")
    return pgettext("approval", "still needed")


def _next_steps(maintenance: MaintenanceView, now: datetime) -> list[str]:
    """What whoever has just written has to know: what is still needed, and what came too late."""
    found = standings(maintenance, now)
    steps = []
    if Standing.LATE in found:
        steps.append(
            _(
                "{reference} began without an approval: that stretch is listed and stays in the service time, so an"
                " outage in it counts."
            ).format(reference=maintenance.reference)
        )
    if Standing.PLANNED in found:
        steps.append(
            _("It needs the approval of another person than planned it: opsctl maintenance approve {reference}").format(
                reference=maintenance.reference
            )
        )
    return steps
