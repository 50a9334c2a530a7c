"""What reviews ask of people today, and what the next shift has to know of them."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from opsctl.ledger import service as ledger
from opsctl.ledger.rules import Row
from opsctl.ledger.service import Search
from opsctl.reviews.rules.results import Listed, Uncovered
from opsctl.reviews.service import coverage, read
from opsctl.reviews.service.deciding import posts_of
from opsctl.reviews.terms import APPROVED, CLOSED, RETURNED, STARTED, SUBMITTED
from opsctl.rulebook import service as rulebook
from opsctl.rulebook.rules.reviews import reviews_of

_MOST = 50
_TOLD = (STARTED, SUBMITTED, APPROVED, RETURNED, CLOSED)


@dataclass(frozen=True, slots=True)
class Agenda:
    """For one person: incidents whose own review is due, their reviews to go on with, and others' to approve."""

    due: tuple[Uncovered, ...]
    mine: Listed
    to_approve: Listed


def today(session: Session, *, me: str, now: datetime, limit: int) -> Agenda:
    """What that person has to do about reviews: `limit` of each kind at most."""
    posts = reviews_of(rulebook.in_force(session, at=now)).approve
    approves = not posts or not set(posts).isdisjoint(posts_of(session, me, now))
    mine, others = read.waiting_for(session, me=me, approves=approves, limit=limit)
    return Agenda(coverage.due_for(session, me=me, now=now, limit=limit), mine, others)


def of_shift(session: Session, *, since: datetime, now: datetime) -> tuple[tuple[Uncovered, ...], list[Row]]:
    """The incidents whose own review is due, the first due first, and what became of reviews since that moment."""
    rows = ledger.rows(session, Search(since=since, kinds=_TOLD))
    return coverage.due_for(session, me=None, now=now, limit=_MOST), list(rows)
