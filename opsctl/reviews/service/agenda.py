"""What reviews ask of people today, and what the next shift has to know of them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session

from opsctl.ledger import service as ledger
from opsctl.ledger.rules import Row
from opsctl.ledger.service import Search
from opsctl.reviews.rules.facts import Returned, by_handle, returned_of
from opsctl.reviews.rules.results import Listed, Uncovered
from opsctl.reviews.service import coverage, read
from opsctl.reviews.service.deciding import posts_of
from opsctl.reviews.service.gathering import people_of
from opsctl.reviews.terms import APPROVED, CLOSED, HANDED_OVER, IMPORTED, RETURNED, STARTED, SUBMITTED, VOIDED
from opsctl.rulebook import service as rulebook
from opsctl.rulebook.rules.reviews import reviews_of

_MOST = 50
_TOLD = (STARTED, IMPORTED, SUBMITTED, APPROVED, RETURNED, CLOSED, VOIDED, HANDED_OVER)


@dataclass(frozen=True, slots=True)
class Agenda:
    """For one person: incidents whose own review is due, their reviews to go on with, and others' to approve.

    A review that is begun of an incident that is due is told there alone. `returned` has, by reference, the return at
    which a draft among these stands.
    """

    due: tuple[Uncovered, ...]
    mine: Listed
    to_approve: Listed
    returned: Mapping[str, Returned] = field(default_factory=dict)


def today(session: Session, *, me: str, now: datetime, limit: int) -> Agenda:
    """What that person has to do about reviews: `limit` of each kind at most."""
    posts = reviews_of(rulebook.in_force(session, at=now)).approve
    approves = not posts or not set(posts).isdisjoint(posts_of(session, me, now))
    due = coverage.due_for(session, me=me, now=now, limit=limit)
    told = {one.started for one in due if one.started is not None}
    mine, others = read.waiting_for(session, me=me, approves=approves, limit=limit, without=told)
    return Agenda(due, mine, others, _returned(session, {*told, *(one.reference for one in mine.reviews)}))


def of_shift(session: Session, *, since: datetime, now: datetime) -> tuple[tuple[Uncovered, ...], list[Row]]:
    """The incidents whose own review is due, the first due first, and what became of reviews since that moment."""
    rows = by_handle(ledger.rows(session, Search(since=since, kinds=_TOLD)), people_of(session))
    return coverage.due_for(session, me=None, now=now, limit=_MOST), rows


def _returned(session: Session, references: Collection[str]) -> dict[str, Returned]:
    """By reference the return at which each of these reviews stands."""
    if not references:
        return {}
    rows = list(ledger.rows(session, Search(subjects=references, kinds=(SUBMITTED, RETURNED))))
    if not any(row.kind == RETURNED for row in rows):
        return {}
    steps: dict[str, list[Row]] = {reference: [] for reference in references}
    for row in by_handle(rows, people_of(session)):
        steps[row.subject].append(row)
    return {reference: found for reference, some in steps.items() if (found := returned_of(some)) is not None}
