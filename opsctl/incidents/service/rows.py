"""Between rows and the incidents that the rules know."""

from collections.abc import Iterable

from sqlmodel import Session, col, select

from opsctl.incidents.rules.life import Incident, Span
from opsctl.incidents.tables import IncidentRow, SpanRow

_BLOCK = 1000
_NAMES = tuple(name for name in Incident.__dataclass_fields__ if name != "spans")


def incident_of(row: IncidentRow, spans: Iterable[SpanRow]) -> Incident:
    """The incident of a row and its spans, which come in their order."""
    return Incident(
        **{name: getattr(row, name) for name in _NAMES},
        spans=tuple(Span(span.kind, span.state, span.started, span.ended) for span in spans),
    )


def incidents_of(session: Session, rows: list[IncidentRow]) -> list[Incident]:
    """The incidents of these rows, in the same order."""
    by_reference: dict[str, list[SpanRow]] = {row.reference: [] for row in rows}
    references = list(by_reference)
    for start in range(0, len(references), _BLOCK):
        wanted = col(SpanRow.incident).in_(references[start : start + _BLOCK])
        for span in session.exec(select(SpanRow).where(wanted).order_by(col(SpanRow.incident), col(SpanRow.position))):
            by_reference[span.incident].append(span)
    return [incident_of(row, by_reference[row.reference]) for row in rows]


def add(session: Session, incident: Incident) -> None:
    """Add a new incident with its spans."""
    session.add(IncidentRow(**{name: getattr(incident, name) for name in _NAMES}))
    session.flush()
    for position, span in enumerate(incident.spans):
        session.add(_span_row(incident.reference, position, span))


def save(session: Session, row: IncidentRow, before: Incident, after: Incident) -> None:
    """Write what differs: changed fields, ended spans, new spans."""
    for name in _NAMES:
        if getattr(before, name) != getattr(after, name):
            setattr(row, name, getattr(after, name))
    session.add(row)
    for position, span in enumerate(after.spans):
        if position >= len(before.spans):
            session.add(_span_row(after.reference, position, span))
        elif span != before.spans[position]:
            found = session.get_one(SpanRow, (after.reference, position))
            found.kind, found.state, found.started, found.ended = span.kind, span.state, span.started, span.ended
            session.add(found)
    for position in range(len(after.spans), len(before.spans)):
        session.delete(session.get_one(SpanRow, (after.reference, position)))


def values_of(incident: Incident) -> dict[str, object]:
    """The incident's columns, for an insert of many at once."""
    return {name: getattr(incident, name) for name in _NAMES}


def span_values_of(incident: Incident) -> list[dict[str, object]]:
    """The columns of the incident's spans, for an insert of many at once."""
    return [
        {
            "incident": incident.reference,
            "position": position,
            "kind": span.kind,
            "state": span.state,
            "started": span.started,
            "ended": span.ended,
        }
        for position, span in enumerate(incident.spans)
    ]


def _span_row(reference: str, position: int, span: Span) -> SpanRow:
    return SpanRow(
        incident=reference,
        position=position,
        kind=span.kind,
        state=span.state,
        started=span.started,
        ended=span.ended,
    )
