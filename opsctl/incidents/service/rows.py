"""Between rows and the incidents that the rules know."""

from collections.abc import Iterable, Sequence
from itertools import zip_longest
from typing import Any

from sqlmodel import Session, and_, col, select

from opsctl.incidents.rules.life import Incident, Span
from opsctl.incidents.tables import IncidentRow, SpanRow

_BLOCK = 1000
_NAMES = tuple(name for name in Incident.__dataclass_fields__ if name != "spans")
_SPAN_NAMES = tuple(Span.__dataclass_fields__)
_INCIDENTS: Any = IncidentRow.__table__  # type: ignore[attr-defined]
_SPANS: Any = SpanRow.__table__  # type: ignore[attr-defined]
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


def add(session: Session, *incidents: Incident) -> None:
    """Add new incidents with their spans."""
    # Core statements, here and in `save`: a session's own flush would want every table that a key points to, and
    # loading those costs more than the whole write.
    if incidents:
        connection = session.connection()
        connection.execute(_INCIDENTS.insert(), [values_of(one) for one in incidents])
        connection.execute(_SPANS.insert(), [span for one in incidents for span in span_values_of(one)])


def save(session: Session, before: Incident, after: Incident) -> None:
    """Write what differs: changed fields, changed spans, new spans."""
    connection = session.connection()
    changed = {name: getattr(after, name) for name in _NAMES if getattr(before, name) != getattr(after, name)}
    if changed:
        connection.execute(_INCIDENTS.update().where(_INCIDENTS.c.reference == before.reference).values(changed))
    ours = _SPANS.c.incident == before.reference
    for position, (old, new) in enumerate(zip_longest(before.spans, after.spans)):
        here = and_(ours, _SPANS.c.position == position)
        if old is None and new is not None:
            connection.execute(_SPANS.insert(), [span_values_of(after)[position]])
        elif new is None:
            connection.execute(_SPANS.delete().where(here))
        elif old != new:
            connection.execute(_SPANS.update().where(here).values(_span_values(new)))


def values_of(incident: Incident) -> dict[str, object]:
    """The incident's columns, for an insert of many at once."""
    return {name: getattr(incident, name) for name in _NAMES}


def span_values_of(incident: Incident) -> list[dict[str, object]]:
    """The columns of the incident's spans, for an insert of many at once."""
    return [
        {"incident": incident.reference, "position": position, **_span_values(span)}
        for position, span in enumerate(incident.spans)
    ]


def _span_values(span: Span) -> dict[str, object]:
    return {name: getattr(span, name) for name in _SPAN_NAMES}


def _spans_of(session: Session, references: list[str]) -> dict[str, list[Span]]:
    spans: dict[str, list[Span]] = {reference: [] for reference in references}
    for start in range(0, len(references), _BLOCK):
        wanted = col(SpanRow.incident).in_(references[start : start + _BLOCK])
        query = select(*_SPAN_COLUMNS).where(wanted).order_by(col(SpanRow.incident), col(SpanRow.position))
        for incident, *values in session.connection().execute(query):
            spans[incident].append(Span(*values))
    return spans
