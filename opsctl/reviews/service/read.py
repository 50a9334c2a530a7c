"""Finding, listing and showing reviews."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from opsctl.assets.service import assets
from opsctl.core.typed import mend
from opsctl.incidents.service.cases import rules_of
from opsctl.incidents.service.rows import of_references
from opsctl.people.service import identity
from opsctl.reviews.rules import Review
from opsctl.reviews.rules.coverage import handled
from opsctl.reviews.rules.results import Known, Listed
from opsctl.reviews.service import rows
from opsctl.reviews.service.gathering import gather
from opsctl.reviews.terms import PREFIX, Kind, State, Wanted
from opsctl.store import references

_OPEN = (State.DRAFT, State.IN_REVIEW, State.APPROVED)


def find(session: Session, *, word: str, now: datetime, writing: bool = False) -> Review:
    """The review that is meant; by the incident it is about, too. Raise NotFound or, with the candidates, InvalidInput.

    `INC-2026-0042` means the incident's own review.
    """
    typed = mend(word).upper()
    if typed.startswith("INC"):
        own = [one for one in rows.of_subjects(session, [typed]) if one.kind is Kind.INCIDENT]
        if own:
            return own[0]
    reference = references.find(
        session, column=rows.REFERENCE, prefix=PREFIX, word=word, now=now, writing=writing
    )
    return rows.of_references(session, [reference])[0]


def known(session: Session, *, word: str, now: datetime, writing: bool = False) -> Known:
    """One review with all that the records say of it."""
    review = find(session, word=word, now=now, writing=writing)
    return Known(review, gather(session, review=review, now=now))


def list_reviews(
    session: Session,
    *,
    state: Wanted = Wanted.OPEN,
    kind: Kind | None = None,
    asset: str | None = None,
    author: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int = 0,
) -> Listed:
    """The reviews started in [since, until) that fit, the newest first; 0 is no limit. Raise NotFound for no asset.

    `author` is a handle. Only ALL has the void ones among them.
    """
    columns = rows.REVIEWS.c
    query = rows.chosen()
    if state is not Wanted.ALL:
        wanted = _OPEN if state is Wanted.OPEN else (State(state),)
        query = query.where(columns.state.in_(wanted), columns.void.is_(None))
    if kind is not None:
        query = query.where(columns.kind == kind)
    if asset is not None:
        query = query.where(columns.asset == assets.find(session, word=asset).handle)
    if author is not None:
        query = query.where(columns.author.in_(identity.names_of_one(session, author)))
    if since is not None:
        query = query.where(columns.recorded_at >= since)
    if until is not None:
        query = query.where(columns.recorded_at < until)
    total = rows.count(session, query)
    query = query.order_by(columns.recorded_at.desc(), columns.reference.desc())
    found = rows.load(session, query.limit(limit) if limit else query)
    return Listed(tuple(found), total, _due(session, found))


def _due(session: Session, reviews: Sequence[Review]) -> dict[str, datetime | None]:
    """When each review of incidents is due: by the first of them that is over and asks for one."""
    own = [one for one in reviews if one.kind is Kind.INCIDENT]
    references = sorted({subject for one in own for subject in one.subjects})
    dues = {}
    for incident in of_references(session, references):
        case = handled(incident, rules_of(session, incident), ())
        dues[incident.reference] = None if case is None else case.due
    return {
        one.reference: min((due for name in one.subjects if (due := dues.get(name)) is not None), default=None)
        for one in own
    }


def owned(session: Session, *, person: str) -> list[tuple[str, str]]:
    """The reviews that the person started and that are not closed, by reference and title."""
    columns = rows.REVIEWS.c
    query: Any = select(columns.reference, columns.title).where(_theirs(session, person)).order_by(columns.reference)
    return [(reference, title) for reference, title in session.connection().execute(query)]


def held_by(session: Session, person: str) -> list[Review]:
    """The same reviews, locked."""
    query = rows.chosen().where(_theirs(session, person)).order_by(rows.REVIEWS.c.reference)
    return rows.load(session, query.with_for_update())


def waiting_for(session: Session, *, me: str, approves: bool, limit: int) -> tuple[Listed, Listed]:
    """What that person has to go on with, and what somebody else submitted that they may approve; newest last."""
    columns = rows.REVIEWS.c
    names = identity.names_of_one(session, me)
    counts = columns.void.is_(None)
    mine = rows.chosen().where(columns.state.in_((State.DRAFT, State.APPROVED)), counts, columns.author.in_(names))
    others = rows.chosen().where(
        columns.state == State.IN_REVIEW, counts, columns.author.not_in(names), columns.submitted_by.not_in(names)
    )
    return _oldest(session, mine, limit), _oldest(session, others, limit) if approves else Listed((), 0)


def _oldest(session: Session, query: Any, limit: int) -> Listed:
    ordered = query.order_by(rows.REVIEWS.c.recorded_at, rows.REVIEWS.c.reference)
    return Listed(tuple(rows.load(session, ordered.limit(limit))), rows.count(session, query))


def _theirs(session: Session, person: str) -> Any:
    columns = rows.REVIEWS.c
    names = identity.names_of_one(session, person)
    return columns.author.in_(names) & (columns.state != State.CLOSED) & columns.void.is_(None)
