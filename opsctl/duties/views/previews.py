"""When a duty will be due, also around changes of the clocks, ready to be shown."""

from collections.abc import Sequence

from opsctl.core.report import Column, Kind, Report, Table, Text
from opsctl.core.texts import _, ngettext, pgettext
from opsctl.core.times import show_moment
from opsctl.duties.rules.results import Change, Preview

_UTC = "UTC"


def preview(found: Preview) -> Report:
    """The next moments in local time and in UTC; each day on which the clocks change says how often it is due."""
    zone = found.duty.zone
    parts: list[Table | Text] = [_moments(found)]
    remarks: tuple[str, ...] = ()
    if found.changes is not None:
        parts.append(_changes(found.changes, zone))
        if not found.changes:
            line = _("The clocks of {zone} do not change in the next {days} days.")
            remarks = (line.format(zone=zone, days=found.days),)
    return Report(
        kind="duty.preview",
        data={
            "duty": found.duty.name,
            "zone": zone,
            "moments": [
                {"local": show_moment(moment, zone), "utc": moment, "runs_that_day": runs}
                for moment, runs in found.moments
            ],
            "changes": None if found.changes is None else [_data(one, zone) for one in found.changes],
        },
        heading=f"{found.duty.name} · {zone}",
        parts=tuple(parts),
        remarks=remarks,
        references=tuple(show_moment(moment, _UTC) for moment, _runs in found.moments),
    )


def _data(one: Change, zone: str) -> dict[str, object]:
    return {
        "day": one.day.isoformat(),
        "forward_seconds": one.forward.total_seconds(),
        "runs": len(one.moments),
        "runs_the_day_before": one.usual,
        "moments": [{"local": show_moment(moment, zone), "utc": moment} for moment in one.moments],
    }


def _moments(found: Preview) -> Table:
    columns = (
        Column("local", _("local time"), Kind.REFERENCE),
        Column("utc", _UTC, Kind.REFERENCE),
        Column("note", _("note")),
    )
    rows = tuple(
        (
            show_moment(moment, found.duty.zone),
            show_moment(moment, _UTC),
            None if runs is None else _("the clocks change: {times} that day").format(times=_times(runs)),
        )
        for moment, runs in found.moments
    )
    table = Table(columns, rows, empty=_("It is never due again."))
    return table if any(runs is not None for _moment, runs in found.moments) else table.without("note")


def _changes(changes: Sequence[Change], zone: str) -> Table:
    columns = (
        Column("day", _("day"), Kind.REFERENCE),
        Column("change", _("the clocks change by"), Kind.DURATION),
        Column("runs", pgettext("how often", "due")),
        Column("local", _("local time")),
        Column("utc", _UTC),
    )
    rows = tuple(
        (
            one.day.isoformat(),
            int(one.forward.total_seconds()),
            _times(len(one.moments)),
            tuple(show_moment(moment, zone)[11:] for moment in one.moments) or None,
            tuple(show_moment(moment, _UTC)[:16] for moment in one.moments) or None,
        )
        for one in changes
    )
    return Table(columns, rows, title=_("Days on which the clocks change"))


def _times(count: int) -> str:
    return ngettext("{count} time", "{count} times", count).format(count=count)
