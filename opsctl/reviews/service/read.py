"""Finding, listing and showing reviews."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select, text
from sqlmodel import Session

from opsctl.assets.service import assets
from opsctl.core.errors import NotFound
from opsctl.core.texts import _, series
from opsctl.core.typed import mend
from opsctl.incidents.service.cases import case_of, reference_of, rules_of, targets_of
from opsctl.incidents.service.rows import of_references
from opsctl.incidents.terms import PREFIX as INCIDENT
from opsctl.people.service import identity
from opsctl.reviews.rules import Review
from opsctl.reviews.rules.coverage import handled
from opsctl.reviews.rules.results import Known, Listed
from opsctl.reviews.service import rows
from opsctl.reviews.service.gathering import gather
from opsctl.reviews.terms import PREFIX, Kind, State, Wanted
from opsctl.store import references

_OPEN = (State.DRAFT, State.IN_REVIEW, State.APPROVED)
_OF_ASSET = text(
    "SELECT review FROM review_subject JOIN incident ON reference = subject WHERE asset = :asset"
    " UNION ALL SELECT review FROM review_subject JOIN action ON reference = subject WHERE asset = :asset"
)


def find(session: Session, *, word: str, now: datetime, writing: bool = False) -> Review:
    """The review that is meant; by the incident it is about, too. Raise NotFound or, with the candidates, InvalidInput.

    `INC-2026-0042` means the incident's own review, else that of what it was merged with.
    """
    if mend(word).upper().startswith(INCIDENT):
        return _of_incident(session, reference_of(session, word, now, writing=writing))
    reference = references.find(
        session, column=rows.REFERENCE, prefix=PREFIX, word=word, now=now, writing=writing
    )
    return rows.of_references(session, [reference])[0]


def _of_incident(session: Session, reference: str) -> Review:
    """The incident's own review. Raise NotFound, with where it stands or how to begin one, where it has none."""
    (target,) = of_references(session, sorted(targets_of(session, {reference})))
    members = [one.reference for one in case_of(session, target).all]
    about = rows.of_subjects(session, members)
    own = [one for one in about if one.kind is Kind.INCIDENT]
    if own:
        return min(own, key=lambda one: (reference not in one.subjects, target.reference not in one.subjects))
    if about:
        named = [one.reference for one in about]
        raise NotFound(
            _("{incident} has no review of its own; it is in {reviews}.").format(
                incident=reference, reviews=series(named)
            ),
            _("See: opsctl review show {review}").format(review=named[0]),
        )
    if target.void is not None:
        raise NotFound(
            _("{reference} is void and counts nowhere: nothing is to be reviewed.").format(reference=reference),
            _("See: opsctl incident show {reference}").format(reference=reference),
        )
    raise NotFound(
        _("{incident} has no review.").format(incident=reference),
        _("Begin it: opsctl review start {incident}").format(incident=reference),
    )


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

    `author` is a handle. Of an asset are those, too, that have one of its incidents or actions among others. Only ALL
    has the void ones among them.
    """
    columns = rows.REVIEWS.c
    query = rows.chosen()
    if state is not Wanted.ALL:
        wanted = _OPEN if state is Wanted.OPEN else (State(state),)
        query = query.where(columns.state.in_(wanted), columns.void.is_(None))
    if kind is not None:
        query = query.where(columns.kind == kind)
    if asset is not None:
        handle = assets.find(session, word=asset).handle
        query = query.where(or_(columns.asset == handle, columns.reference.in_(_OF_ASSET.bindparams(asset=handle))))
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
    """The drafts that are the person's to write, by reference and title.

    What was submitted keeps its author, and is nobody's own.
    """
    columns = rows.REVIEWS.c
    query: Any = select(columns.reference, columns.title).where(_theirs(session, person)).order_by(columns.reference)
    return [(reference, title) for reference, title in session.connection().execute(query)]


def held_by(session: Session, person: str) -> list[Review]:
    """The same drafts, locked."""
    query = rows.chosen().where(_theirs(session, person)).order_by(rows.REVIEWS.c.reference)
    return rows.load(session, query.with_for_update())


def waiting_for(
    session: Session, *, me: str, approves: bool, limit: int, without: Collection[str] = ()
) -> tuple[Listed, Listed]:
    """What that person has to go on with, and what somebody else submitted that they may approve; newest last.

    Both `without` those that are told elsewhere.
    """
    columns = rows.REVIEWS.c
    names = identity.names_of_one(session, me)
    counts = columns.void.is_(None) & columns.reference.not_in(sorted(without))
    mine = rows.chosen().where(columns.state.in_((State.DRAFT, State.APPROVED)), counts, columns.author.in_(names))
    others = rows.chosen().where(
        columns.state == State.IN_REVIEW, counts, columns.author.not_in(names), columns.submitted_by.not_in(names)
    )
    return _oldest(session, mine, limit), _oldest(session, others, limit) if approves else Listed((), 0)


def _oldest(session: Session, query: Any, limit: int) -> Listed:
    ordered = query.order_by(rows.REVIEWS.c.recorded_at, rows.REVIEWS.c.reference)
    found = rows.load(session, ordered.limit(limit))
    return Listed(tuple(found), rows.count(session, query), _due(session, found))


def _theirs(session: Session, person: str) -> Any:
    columns = rows.REVIEWS.c
    names = identity.names_of_one(session, person)
    return columns.author.in_(names) & (columns.state == State.DRAFT) & columns.void.is_(None)
