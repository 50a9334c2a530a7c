"""Which faults that were handled no review covers: read from incidents and reviews, in blocks."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, or_, select
from sqlmodel import Session, col

from opsctl.incidents.rules.life import Case
from opsctl.incidents.service import figures as incidents
from opsctl.incidents.service import rows
from opsctl.incidents.service.cases import rules_of
from opsctl.incidents.tables import IncidentRow, SpanRow
from opsctl.incidents.terms import SpanKind, State
from opsctl.people.service import identity
from opsctl.reviews.rules import coverage as rules
from opsctl.reviews.rules.coverage import Handled
from opsctl.reviews.rules.results import Uncovered
from opsctl.reviews.service.figures import REVIEWS, SUBJECTS, about
from opsctl.reviews.terms import Kind
from opsctl.rulebook import service as rulebook

SOON = timedelta(days=3)
"""What is due within so long is shown as due."""
LATELY = timedelta(days=92)
"""What was resolved within so long is looked through each day; what is older, when it is asked for."""
_OVER = (State.RESOLVED, State.CLOSED)


def uncovered(session: Session, *, now: datetime, since: datetime, until: datetime) -> tuple[Uncovered, ...]:
    """Every incident whose final resolution lies in [since, until) and that no review covers.

    First those whose severity asks for a review of their own, by when that is due, then ordinary faults by their
    resolution.
    """
    found = _read(session, _entered(session, since, until))
    return _whole(session, rules.uncovered((one for one in found if since <= one.resolved < until), now))


def ordinary(session: Session, *, now: datetime, since: datetime, until: datetime) -> tuple[str, ...]:
    """The ordinary faults whose final resolution lies in [since, until) and that no review covers, by resolution."""
    found = (
        one
        for one in _read(session, _entered(session, since, until))
        if since <= one.resolved < until and not one.needs_own
    )
    return tuple(one.incident.reference for one in rules.uncovered(found, now))


def due_for(session: Session, *, me: str | None, now: datetime) -> tuple[Uncovered, ...]:
    """The incidents of that person, or of nobody, whose own review is due within SOON or overdue and was not held.

    Whoever has them where `me` is None. The first due first; only what was resolved within LATELY.
    """
    found = (one for one in _read(session, _waiting(session, me, now)) if one.due is not None and one.due <= now + SOON)
    return _whole(session, rules.uncovered(found, now))


def _read(session: Session, references: Iterable[str]) -> Iterator[Handled]:
    """What coverage judges among the cases that these incidents belong to; their texts are not read."""
    for _found, cases in incidents.cases(session, references):
        reviews = about(session, (one.reference for case in cases for one in case.all))
        for case in cases:
            every = [review for reference in _references(case) for review in reviews.get(reference, ())]
            one = rules.handled(case.incident, rules_of(session, case.incident), every)
            if one is not None:
                yield one


def _references(case: Case) -> list[str]:
    return [one.reference for one in case.all]


def _entered(session: Session, since: datetime, until: datetime) -> set[str]:
    """Every incident that was resolved or closed in [since, until)."""
    return {
        reference
        for state in _OVER
        for reference in incidents.entered(session, state=state, since=since, until=until)
    }


def _waiting(session: Session, me: str | None, now: datetime) -> set[str]:
    """The incidents of that person, or of nobody, that were resolved lately and may need a review of their own."""
    mine = [] if me is None else [_of(session, me)]
    severities = {
        severity
        for ruled in rulebook.history(session)
        for severity, limits in [
            *ruled.limits.items(),
            *((severity, limits) for (_customer, severity), limits in ruled.customer_limits.items()),
        ]
        if limits.review_within is not None
    }
    if not severities:
        return set()
    held = (
        select(SUBJECTS.c.review)
        .join_from(SUBJECTS, REVIEWS, SUBJECTS.c.review == REVIEWS.c.reference)
        .where(
            SUBJECTS.c.subject == col(IncidentRow.reference),
            REVIEWS.c.kind == Kind.INCIDENT,
            REVIEWS.c.void.is_(None),
            or_(
                REVIEWS.c.held_on <= now,
                and_(REVIEWS.c.held_on.is_(None), REVIEWS.c.state.in_(sorted(rules.DECIDED))),
            ),
        )
    )
    query = (
        select(col(IncidentRow.reference))
        .join_from(SpanRow, IncidentRow, col(SpanRow.incident) == col(IncidentRow.reference))
        .where(
            col(SpanRow.kind) == SpanKind.STATE,
            col(SpanRow.state).in_(_OVER),
            col(SpanRow.started) >= now - LATELY,
            col(IncidentRow.severity).in_(sorted(severities)),
            col(IncidentRow.state).in_(_OVER),
            col(IncidentRow.void).is_(None),
            col(IncidentRow.drill).is_(False),
            ~held.exists(),
            *mine,
        )
    )
    return set(session.connection().scalars(query))


def _of(session: Session, me: str) -> Any:
    assignee = col(IncidentRow.assignee)
    return or_(assignee.is_(None), assignee.in_(identity.names_of_one(session, me)))


def _whole(session: Session, found: Iterable[Uncovered]) -> tuple[Uncovered, ...]:
    """The same with all that is recorded of the incidents, their titles among it."""
    light = list(found)
    whole = {one.reference: one for one in rows.of_references(session, [each.incident.reference for each in light])}
    return tuple(Uncovered(whole[one.incident.reference], one.resolved, one.due, one.started) for one in light)
