"""Incidents in the hand-over of a shift."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from opsctl.core.report import Column, Kind, Part, Report, Table
from opsctl.core.texts import _, pgettext
from opsctl.incidents.rules.handover import Shift
from opsctl.incidents.rules.life import Incident
from opsctl.incidents.rules.words import state_word
from opsctl.incidents.views.lists import timeline
from opsctl.incidents.views.lists import today as unresolved
from opsctl.incidents.views.records import case_data

if TYPE_CHECKING:
    from opsctl.ledger.rules import Row

_SHOWN = ("happened", "event", "actor", "text")


def handover(shift: Shift) -> Report:
    """What is in hand, the most urgent first; what was done on it; what was opened, and what was resolved."""
    in_hand = unresolved(shift.unresolved)
    return Report(
        kind="incident.handover",
        data={
            "unresolved": [case_data(case) for case, _clocks in shift.unresolved],
            "steps": [
                {"reference": one.reference, "events": timeline(one, list(rows)).data["events"]}
                for one, rows in shift.steps
            ],
            "opened": [one.reference for one in shift.opened],
            "resolved": [one.reference for one in shift.resolved],
        },
        parts=(*in_hand.parts, _steps(shift.steps), _opened(shift.opened), _resolved(shift.resolved)),
        references=in_hand.references,
    )


def _steps(steps: "Sequence[tuple[Incident, tuple[Row, ...]]]") -> Table:
    columns: tuple[Column, ...] = ()
    rows: list[tuple[Any, ...]] = []
    for incident, events in steps:
        table = _timeline(timeline(incident, list(events)).parts)
        places = [[column.key for column in table.columns].index(key) for key in _SHOWN]
        columns = tuple(table.columns[place] for place in places)
        rows += [(incident.reference, *(row[place] for place in places)) for row in table.rows]
    # To the minute: who takes over looks for the order of things.
    columns = tuple(replace(one, kind=Kind.MOMENT) if one.kind is Kind.INSTANT else one for one in columns)
    first = Column("reference", _("reference"), Kind.REFERENCE)
    return Table((first, *columns), tuple(rows), title=_("What was done on incidents in this shift"))


def _timeline(parts: Sequence[Part]) -> Table:
    return next(part for part in parts if isinstance(part, Table))


def _opened(incidents: Sequence[Incident]) -> Table:
    columns = (
        *_first(),
        Column("opened", _("opened"), Kind.MOMENT),
        Column("state", _("state")),
        Column("title", _("title")),
    )
    rows = tuple(
        (one.reference, one.severity, one.asset, one.opened, state_word(one.state), one.title) for one in incidents
    )
    return Table(columns, rows, title=_("Incidents opened in this shift"))


def _resolved(incidents: Sequence[Incident]) -> Table:
    columns = (
        *_first(),
        Column("resolved", pgettext("when", "resolved"), Kind.MOMENT),
        Column("result", _("result")),
        Column("title", _("title")),
    )
    rows = tuple((one.reference, one.severity, one.asset, one.resolved, one.result, one.title) for one in incidents)
    return Table(columns, rows, title=_("Incidents resolved in this shift"))


def _first() -> tuple[Column, Column, Column]:
    return (
        Column("reference", _("reference"), Kind.REFERENCE),
        Column("severity", _("sev"), Kind.COUNT),
        Column("asset", _("asset"), Kind.REFERENCE),
    )
