"""What an import did, ready to be shown."""

from collections.abc import Sequence
from typing import Any

from opsctl.core.report import Column, Fields, Kind, Report, Table
from opsctl.core.texts import _
from opsctl.incidents.rules.life import Incident
from opsctl.incidents.rules.words import state_word


def imported(
    tally: Any, refused: Sequence[Any], same: int, rejects: str, *, dry_run: bool, remarks: tuple[str, ...]
) -> Report:
    """What an import did, or would do; attention if records were rejected."""
    counts: tuple[tuple[str, Any, Kind], ...] = (
        (_("new"), tally.new, Kind.COUNT),
        (_("of these never acknowledged"), tally.unacknowledged, Kind.COUNT),
        (_("of these reopened"), tally.reopened, Kind.COUNT),
        (_("of these unresolved"), tally.unresolved, Kind.COUNT),
        (_("updated"), tally.updated, Kind.COUNT),
        (_("of both incomplete"), tally.incomplete, Kind.COUNT),
        (_("unchanged"), tally.unchanged + same, Kind.COUNT),
        (_("rejected"), len(refused), Kind.COUNT),
    )
    parts: list[Any] = [Fields(counts)]
    said = list(remarks)
    if dry_run:
        parts.append(_as_stored(tally.examples))
        said.append(_("Nothing was written: this was a dry run."))
    if refused:
        reasons = tuple((one.line, one.key, one.reason) for one in refused[:10])
        columns = (Column("line", _("line"), Kind.COUNT), Column("key", _("key")), Column("reason", _("reason")))
        parts.append(Table(columns, reasons))
        if not dry_run:
            said.append(_("All rejected records, with their reasons: {file}").format(file=rejects))
    return Report(
        kind="incident.import",
        data={
            "dry_run": dry_run,
            "new": tally.new,
            "never_acknowledged": tally.unacknowledged,
            "reopened": tally.reopened,
            "unresolved": tally.unresolved,
            "updated": tally.updated,
            "unchanged": tally.unchanged + same,
            "incomplete": tally.incomplete,
            "rejected": [{"line": one.line, "key": one.key, "reason": one.reason} for one in refused],
            "rejects_file": rejects if refused and not dry_run else None,
        },
        parts=tuple(parts),
        remarks=tuple(said),
        attention=bool(refused),
    )


def _as_stored(incidents: Sequence[Incident]) -> Table:
    columns = (
        Column("key", _("key"), Kind.REFERENCE),
        Column("state", _("state")),
        Column("asset", _("asset"), Kind.REFERENCE),
        Column("opened", _("opened"), Kind.MOMENT),
        Column("restored", _("restored"), Kind.MOMENT),
        Column("resolved", _("resolved"), Kind.MOMENT),
        Column("title", _("title")),
    )
    rows = tuple(
        (one.source_key, state_word(one.state), one.asset, one.opened, one.restored, one.resolved, one.title)
        for one in incidents
    )
    return Table(columns, rows)
