"""Between rows and the incidents that the rules know."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlmodel import Session, col, select

from opsctl.incidents.rules.life import Incident, Span
from opsctl.incidents.tables import IncidentRow, SpanRow

_BLOCK = 1000
_NAMES = tuple(name for name in Incident.__dataclass_fields__ if name != "spans")
_SPAN_NAMES = tuple(Span.__dataclass_fields__)
# Plain columns instead of objects of rows: reading thousands of incidents takes a third of the time.
_COLUMNS: Sequence[Any] = [getattr(IncidentRow, name) for name in _NAMES]
_SPAN_COLUMNS: Sequence[Any] = [SpanRow.incident, *(getattr(SpanRow, name) for name in _SPAN_NAMES)]


def chosen() -> Any:
    """A query for incidents, to be narrowed, ordered and given to `load`."""
    return select(*_COLUMNS)


def load(session: Session, query: Any) -> list[Incident]:
    """The incidents of a query made with `chosen`, in its order, with their spans."""
    found = session.connection().execute(query).all()
    place = _NAMES.index("reference")
    spans = _spans_of(session, [row[place] for row in found])
    return [Incident(**dict(zip(_NAMES, row, strict=True)), spans=tuple(spans[row[place]])) for row in found]


def of_references(session: Session, references: Iterable[str]) -> list[Incident]:
    """The incidents of these references, in the order of references."""
    wanted = sorted(set(references))
    found: list[Incident] = []
    for start in range(0, len(wanted), _BLOCK):
        some = col(IncidentRow.reference).in_(wanted[start : start + _BLOCK])
        found += load(session, chosen().where(some).order_by(col(IncidentRow.reference)))
    return found


def add(session: Session, incident: Incident) -> None:
    """Add a new incident with its spans."""
    session.add(IncidentRow(**{name: getattr(incident, name) for name in _NAMES}))
    session.flush()
    for position, span in enumerate(incident.spans):
        session.add(_span_row(incident.reference, position, span))


def save(session: Session, before: Incident, after: Incident) -> None:
    """Write what differs: changed fields, changed spans, new spans."""
    row = session.get_one(IncidentRow, before.reference)
    for name in _NAMES:
        if getattr(before, name) != getattr(after, name):
            setattr(row, name, getattr(after, name))
    session.add(row)
    for position, span in enumerate(after.spans):
        if position >= len(before.spans):
            session.add(_span_row(after.reference, position, span))
        elif span != before.spans[position]:
            found = session.get_one(SpanRow, (after.reference, position))
            for name in _SPAN_NAMES:
                setattr(found, name, getattr(span, name))
            session.add(found)
    for position in range(len(after.spans), len(before.spans)):
        session.delete(session.get_one(SpanRow, (after.reference, position)))


def values_of(incident: Incident) -> dict[str, object]:
    """The incident's columns, for an insert of many at once."""
    return {name: getattr(incident, name) for name in _NAMES}


def span_values_of(incident: Incident) -> list[dict[str, object]]:
    """The columns of the incident's spans, for an insert of many at once."""
    return [
        {"incident": incident.reference, "position": position, **{name: getattr(span, name) for name in _SPAN_NAMES}}
        for position, span in enumerate(incident.spans)
    ]


def _spans_of(session: Session, references: list[str]) -> dict[str, list[Span]]:
    spans: dict[str, list[Span]] = {reference: [] for reference in references}
    for start in range(0, len(references), _BLOCK):
        wanted = col(SpanRow.incident).in_(references[start : start + _BLOCK])
        query = select(*_SPAN_COLUMNS).where(wanted).order_by(col(SpanRow.incident), col(SpanRow.position))
        for incident, *values in session.connection().execute(query):
            spans[incident].append(Span(*values))
    return spans


def _span_row(reference: str, position: int, span: Span) -> SpanRow:
    return SpanRow(incident=reference, position=position, **{name: getattr(span, name) for name in _SPAN_NAMES})
