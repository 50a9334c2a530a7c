"""Reading for figures: which incidents have a part in a period, and their instants without their texts.

A report reads tens of thousands of incidents: each is read once, in blocks, and only what clocks and figures ask of it.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import bindparam, text, type_coerce
from sqlalchemy.types import NullType
from sqlmodel import Session, and_, col, select
from sqlmodel.sql.sqltypes import UTCDateTime

from opsctl.core.void import Void
from opsctl.incidents.rules.life import Case, Incident, Span
from opsctl.incidents.service.cases import UNRESOLVED_NOW, cases_of, targets_of
from opsctl.incidents.tables import IncidentRow, SpanRow
from opsctl.incidents.terms import Category, Level, Response, SpanKind, State

_BLOCK = 1000
_FIELDS = (
    "reference", "asset", "state", "customer", "category", "severity", "rules", "drill", "void", "merged_into",
    "plan_started", "corrected_at", "response_due", "restore_due", "impact_start", "detected", "opened", "recorded_at",
    "source",
)  # fmt: skip
_SPAN_FIELDS = (
    "incident", "kind", "state", "started", "ended", "weight", "started_entered", "ended_entered", "response",
    "approved",
)  # fmt: skip
# What the driver gives, unconverted: the conversions of SQLAlchemy would take most of the time of a report.
_RAW: Sequence[Any] = [type_coerce(getattr(IncidentRow, name), NullType()) for name in _FIELDS]
_RAW_SPANS: Sequence[Any] = [type_coerce(getattr(SpanRow, name), NullType()) for name in _SPAN_FIELDS]
_STATES: dict[str | None, State | None] = {None: None, **{str(one): one for one in State}}
_CATEGORIES = {str(one): one for one in Category}
_KINDS = {str(one): one for one in SpanKind}
_RESPONSES: dict[str | None, Response | None] = {None: None, **{str(one): one for one in Response}}
LATE_ACKNOWLEDGEMENT = text("incident_interval.state = 'acknowledged' AND started_entered > started")
"""Spelled out, so that the databases know it for the condition of the index of these few."""
_UNTIL = bindparam("until", type_=UTCDateTime)
_UNDECIDED = text(
    "SELECT incident FROM incident_interval WHERE kind = 'pause' AND approved IS NULL AND started < :until"
).bindparams(_UNTIL)
# Left to itself SQLite would look through all the pauses that ever were.
_UNDECIDED_ON_SQLITE = text(
    "SELECT incident FROM incident_interval INDEXED BY interval_undecided"
    " WHERE kind = 'pause' AND approved IS NULL AND started < :until"
).bindparams(_UNTIL)


def outages(session: Session, *, since: datetime, until: datetime) -> set[str]:
    """Every incident with an outage that touches [since, until), one of no length included."""
    # Both ends are narrowed: what began in the period, and what began before and lasted into it.
    outage = SpanRow.kind == SpanKind.OUTAGE
    began = _spans(session, outage, SpanRow.started >= since, SpanRow.started < until)
    return began | _lasting(session, outage, since)


def restored(session: Session, *, since: datetime, until: datetime) -> set[str]:
    """Every incident with an outage or impact that ended in [since, until)."""
    kinds = col(SpanRow.kind).in_([SpanKind.OUTAGE, SpanKind.IMPACT])
    return _spans(session, kinds, col(SpanRow.ended) >= since, col(SpanRow.ended) < until)


def entered(session: Session, *, state: State, since: datetime, until: datetime) -> set[str]:
    """Every incident that came into that state in [since, until)."""
    into = and_(SpanRow.kind == SpanKind.STATE, SpanRow.state == state)
    return _spans(session, into, SpanRow.started >= since, SpanRow.started < until)


def acknowledged_late(session: Session, *, since: datetime) -> set[str]:
    """Every incident with an acknowledgement that was typed in later than it happened, and not before `since`."""
    return _spans(session, LATE_ACKNOWLEDGEMENT, col(SpanRow.started_entered) >= since)


def undecided(session: Session, *, until: datetime) -> set[str]:
    """Every incident with a pause from before that moment which nobody has approved or refused."""
    query = _UNDECIDED_ON_SQLITE if session.get_bind().dialect.name == "sqlite" else _UNDECIDED
    return set(session.connection().scalars(query, {"until": until}).all())


def between(session: Session, *, field: str, since: datetime, until: datetime) -> set[str]:
    """Every incident of which that instant (opened, detected, restore_due …) lies in [since, until)."""
    column = getattr(IncidentRow, field)
    return _references(session, column >= since, column < until)


def not_over(session: Session, *, at: datetime) -> set[str]:
    """Every case, by its target, that began before that moment and may not have been over by then.

    Not resolved or closed by it, or still down at it. What was merged counts as its target.
    """
    ended = select(SpanRow.incident).where(
        SpanRow.kind == SpanKind.STATE, col(SpanRow.state).in_([State.RESOLVED, State.CLOSED]), SpanRow.started >= at
    )
    found = _references(session, IncidentRow.opened < at, UNRESOLVED_NOW)
    found |= _references(session, IncidentRow.opened < at, col(IncidentRow.reference).in_(ended))
    kinds = col(SpanRow.kind).in_([SpanKind.OUTAGE, SpanKind.IMPACT])
    found |= _lasting(session, kinds, at)
    # A target that was opened later than what was merged into it began as early as that.
    target = select(IncidentRow.reference).where(IncidentRow.opened >= at)
    query = select(IncidentRow.merged_into).where(
        col(IncidentRow.merged_into).is_not(None), IncidentRow.opened < at, col(IncidentRow.merged_into).in_(target)
    )
    found |= {str(one) for one in session.exec(query)}
    return targets_of(session, found)


def cases(session: Session, references: Iterable[str]) -> Iterator[tuple[list[Incident], list[Case]]]:
    """These incidents, in blocks, and the cases that they belong to: each case once, with all its members."""
    wanted = sorted(set(references))
    known = set(wanted)
    merged = col(IncidentRow.merged_into)
    # Few incidents have others merged into them: which, is asked once and not for every block.
    query = select(merged).where(merged.is_not(None)).distinct()
    targets = {str(one) for one in session.connection().scalars(query)}
    further: set[str] = set()
    for start in range(0, len(wanted), _BLOCK):
        found = load(session, wanted[start : start + _BLOCK])
        further.update(one.merged_into for one in found if one.merged_into is not None)
        yield found, _cases_of(session, found, targets)
    roots = sorted(targets_of(session, further) - known)
    for start in range(0, len(roots), _BLOCK):
        yield [], _cases_of(session, load(session, roots[start : start + _BLOCK]), targets)


def load(session: Session, references: Sequence[str]) -> list[Incident]:
    """The incidents of these references without texts and people: title, cause, who paused and the like are empty."""
    connection = session.connection()
    # One state ends as the next begins, and most are opened as they are recorded: each moment is read once.
    moment = _Moments().__getitem__
    spans: dict[str, list[Span]] = {reference: [] for reference in references}
    query = select(*_RAW_SPANS).where(col(SpanRow.incident).in_(references))
    for row in connection.execute(query.order_by(col(SpanRow.incident), col(SpanRow.position))).all():
        spans[row[0]].append(_span(row, moment))
    rows = connection.execute(select(*_RAW).where(col(IncidentRow.reference).in_(references)))
    return [_incident(row, tuple(spans[row[0]]), moment) for row in rows.all()]


def _cases_of(session: Session, incidents: list[Incident], targets: set[str]) -> list[Case]:
    own = [one for one in incidents if one.state is not State.MERGED]
    together = {one.reference: one for one in cases_of(session, [each for each in own if each.reference in targets])}
    return [together.get(one.reference) or Case(one) for one in own]


def _references(session: Session, *where: Any) -> set[str]:
    return set(session.connection().scalars(select(IncidentRow.reference).where(*where)).all())


def _lasting(session: Session, kinds: Any, at: datetime) -> set[str]:
    """Every incident with a span of these kinds that began before that moment and lasted to it; two ranges, no OR."""
    before = SpanRow.started < at
    still = _spans(session, kinds, before, col(SpanRow.ended).is_(None))
    return still | _spans(session, kinds, before, col(SpanRow.ended) >= at)


def _spans(session: Session, *where: Any) -> set[str]:
    return set(session.connection().scalars(select(SpanRow.incident).where(*where)).all())


def _span(row: Any, moment: Callable[[Any], datetime]) -> Span:
    _incident, kind, state, started, ended, weight, started_entered, ended_entered, response, approved = row
    return Span(
        _KINDS[kind],
        _STATES[state],
        moment(started),
        None if ended is None else moment(ended),
        weight,
        None if started_entered is None else moment(started_entered),
        None if ended_entered is None else moment(ended_entered),
        _RESPONSES[response],
        approved=None if approved is None else bool(approved),
    )


def _incident(row: Any, spans: tuple[Span, ...], moment: Callable[[Any], datetime]) -> Incident:
    (
        reference, asset, state, customer, category, severity, rules, drill, void, merged_into, plan_started,
        corrected_at, response_due, restore_due, impact_start, detected, opened, recorded_at, source,
    ) = row  # fmt: skip
    return Incident(
        reference=reference,
        title="",
        asset=asset,
        impact=Level.MEDIUM,
        urgency=Level.MEDIUM,
        state=_STATES[state] or State.OPEN,
        impact_start=None if impact_start is None else moment(impact_start),
        detected=None if detected is None else moment(detected),
        opened=moment(opened),
        cause=None,
        handling=None,
        result=None,
        entered_at=None,
        recorded_at=moment(recorded_at),
        source=source,
        source_key=None,
        source_digest=None,
        spans=spans,
        customer=customer,
        category=_CATEGORIES[category],
        severity=severity,
        rules=rules,
        drill=bool(drill),
        void=None if void is None else Void(void),
        merged_into=merged_into,
        plan_started=None if plan_started is None else moment(plan_started),
        corrected_at=None if corrected_at is None else moment(corrected_at),
        response_due=None if response_due is None else moment(response_due),
        restore_due=None if restore_due is None else moment(restore_due),
    )


class _Moments(dict[Any, datetime]):
    """What the driver gives, as aware UTC: SQLite keeps text in UTC, PostgreSQL moments in the zone of its session."""

    def __missing__(self, stored: Any) -> datetime:
        is_text = isinstance(stored, str)
        found = self[stored] = datetime.fromisoformat(stored + "+00:00") if is_text else stored.astimezone(UTC)
        return found
