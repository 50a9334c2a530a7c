"""Which faults that were handled no review covers: read from incidents and reviews, in blocks."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, or_, select
from sqlmodel import Session, col

from opsctl.assets.service import assets
from opsctl.incidents.service import figures as incidents
from opsctl.incidents.service import rows
from opsctl.incidents.service.cases import cases_of, rules_of, targets_of
from opsctl.incidents.tables import IncidentRow, SpanRow
from opsctl.incidents.terms import SpanKind, State
from opsctl.people.service import identity
from opsctl.reviews.rules import coverage as rules
from opsctl.reviews.rules.coverage import Handled
from opsctl.reviews.rules.results import Uncovered
from opsctl.reviews.service.figures import about
from opsctl.reviews.service.rows import REVIEWS, SUBJECTS
from opsctl.reviews.terms import Kind
from opsctl.reviews.terms import State as ReviewState
from opsctl.rulebook import service as rulebook
from opsctl.rulebook.rules.reviews import asking, review_due

SOON = timedelta(days=3)
"""What is due within so long is shown as due."""
LATELY = timedelta(days=92)
"""What was resolved within so long is looked through each day; what is older, when it is asked for."""
_OVER = (State.RESOLVED, State.CLOSED)
_BLOCK = 1000


def uncovered(
    session: Session, *, now: datetime, since: datetime, until: datetime, asset: str | None = None
) -> tuple[Uncovered, ...]:
    """Every incident, perhaps of that asset, whose final resolution lies in [since, until) and that no review covers.

    First those whose severity asks for a review of their own, by when that is due, then ordinary faults by their
    resolution. Raise NotFound for an unknown asset.
    """
    handle = None if asset is None else assets.find(session, word=asset).handle
    found = _read(session, _entered(session, since, until))
    fitting = (one for one in found if since <= one.resolved < until and handle in (None, one.incident.asset))
    return rules.uncovered(fitting, now)


def ordinary(session: Session, *, now: datetime, since: datetime, until: datetime) -> dict[str, str | None]:
    """The ordinary faults whose final resolution lies in [since, until) and that no review covers, by resolution.

    Each with the periodic review that it stands in already and that is still to be held, None where there is none.
    """
    found = (
        one
        for one in _read(session, _entered(session, since, until))
        if since <= one.resolved < until and not one.needs_own
    )
    return {one.incident.reference: rules.gathered(one, now) for one in rules.not_covered(found, now)}


def due_for(session: Session, *, me: str | None, now: datetime, limit: int = 0) -> tuple[Uncovered, ...]:
    """The incidents of that person, or of nobody, whose own review is due within SOON or overdue and was not held.

    Whoever has them where `me` is None. The first due first, `limit` at most, 0 is all; only what was resolved within
    LATELY.
    """
    wanted = [reference for due, reference in sorted(_waiting(session, me, now)) if due <= now + SOON]
    return rules.uncovered(_read(session, wanted[:limit] if limit else wanted), now)


def _read(session: Session, references: Iterable[str]) -> Iterator[Handled]:
    """What coverage judges among the cases that these incidents belong to."""
    wanted = sorted(targets_of(session, set(references)))
    for start in range(0, len(wanted), _BLOCK):
        cases = cases_of(session, rows.of_references(session, wanted[start : start + _BLOCK]))
        reviews = about(session, (one.reference for case in cases for one in case.all))
        for case in cases:
            every = [review for each in case.all for review in reviews.get(each.reference, ())]
            one = rules.handled(case.incident, rules_of(session, case.incident), every)
            if one is not None:
                yield one


def _entered(session: Session, since: datetime, until: datetime) -> set[str]:
    """Every incident that was resolved or closed in [since, until)."""
    return {
        reference
        for state in _OVER
        for reference in incidents.entered(session, state=state, since=since, until=until)
    }


def _waiting(session: Session, me: str | None, now: datetime) -> Iterator[tuple[datetime, str]]:
    """When the review is due of each incident of that person, or of nobody, that was resolved lately and has none."""
    severities = {limits.severity for ruled in rulebook.history(session) for limits in asking(ruled)}
    if not severities:
        return
    last: dict[str, tuple[bool, datetime]] = {}
    judged: dict[str, tuple[int, str | None, int | None]] = {}
    query = _over_lately(session, me, now, severities)
    for reference, state, started, severity, customer, generation in session.connection().execute(query):
        # A closing counts only where nobody knows of a resolution.
        step = (state is State.RESOLVED, started)
        last[reference] = max(last.get(reference, step), step)
        judged[reference] = severity, customer, generation
    for reference, (_is_resolution, started) in last.items():
        severity, customer, generation = judged[reference]
        ruled = rulebook.of_generation(session, generation=generation)
        due = review_due(ruled, ruled.limits_of(severity, customer), started)
        if due is not None:
            yield due, reference


def _over_lately(session: Session, me: str | None, now: datetime, severities: set[int]) -> Any:
    """When incidents without a review of their own were resolved and closed lately, and by what they are judged."""
    reference = col(IncidentRow.reference)
    query = (
        select(
            reference, col(SpanRow.state), col(SpanRow.started), col(IncidentRow.severity), col(IncidentRow.customer),
            col(IncidentRow.rules),
        )
        .join_from(SpanRow, IncidentRow, col(SpanRow.incident) == reference)
        .where(
            col(SpanRow.kind) == SpanKind.STATE,
            col(SpanRow.state).in_(_OVER),
            col(SpanRow.started) >= now - LATELY,
            col(IncidentRow.severity).in_(sorted(severities)),
            col(IncidentRow.state).in_(_OVER),
            col(IncidentRow.void).is_(None),
            col(IncidentRow.drill).is_(False),
            ~_held(now).exists(),
        )
    )  # fmt: skip
    if me is None:
        return query
    assignee = col(IncidentRow.assignee)
    return query.where(or_(assignee.is_(None), assignee.in_(identity.names_of_one(session, me))))


def _held(now: datetime) -> Any:
    """The reviews of the incident of a query, or of what was merged into it, that were held by now."""
    merged = IncidentRow.__table__.alias()  # type: ignore[attr-defined]
    reference = col(IncidentRow.reference)
    members = select(merged.c.reference).where(merged.c.merged_into == reference).correlate(IncidentRow)
    return (
        select(SUBJECTS.c.review)
        .join_from(SUBJECTS, REVIEWS, SUBJECTS.c.review == REVIEWS.c.reference)
        .where(
            or_(SUBJECTS.c.subject == reference, SUBJECTS.c.subject.in_(members)),
            REVIEWS.c.kind == Kind.INCIDENT,
            REVIEWS.c.void.is_(None),
            or_(
                and_(REVIEWS.c.held_on <= now, REVIEWS.c.state != ReviewState.DRAFT),
                and_(REVIEWS.c.held_on.is_(None), REVIEWS.c.state.in_(sorted(rules.DECIDED))),
            ),
        )
        .correlate(IncidentRow)
    )
