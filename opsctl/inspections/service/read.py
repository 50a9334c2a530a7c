"""Reading rounds."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from opsctl.core import chain
from opsctl.core.typed import mend
from opsctl.inspections.rules import Round, fields
from opsctl.inspections.rules.results import Listed, Shown
from opsctl.inspections.service import rows
from opsctl.inspections.tables import InspectionRow
from opsctl.inspections.terms import PREFIX, State
from opsctl.rulebook import service as rulebook
from opsctl.rulebook.rules.patrols import Checklist, Patrols, patrols_of
from opsctl.store import references

_BLOCK = 1000


def reference_of(session: Session, word: str, now: datetime, *, writing: bool) -> str:
    """The reference that the word means. Raise NotFound or, with the candidates, InvalidInput."""
    column = col(InspectionRow.reference)
    return references.find(session, column=column, prefix=PREFIX, word=word, now=now, writing=writing)


def open_round(session: Session, *, checklist: str, asset: str | None) -> str | None:
    """The reference of the round by that checklist of that asset that somebody walks now."""
    query = select(InspectionRow.reference).where(
        InspectionRow.checklist == checklist,
        col(InspectionRow.asset).is_(None) if asset is None else InspectionRow.asset == asset,
        rows.OPEN_NOW,
    )
    return session.exec(query).first()


def open_assets(session: Session, *, checklist: str) -> set[str | None]:
    """The assets of which a round by that checklist is walked now."""
    query = select(InspectionRow.asset).where(
        InspectionRow.checklist == checklist,
        rows.OPEN_NOW,
    )
    return set(session.exec(query))


def show(session: Session, *, word: str, now: datetime) -> Shown:
    """The round that is meant, with its checklist, what it met and its actions. Raise NotFound or InvalidInput."""
    from opsctl.actions.service.seen import of_record
    from opsctl.duties.service import read as duties

    one = rows.of_references(session, [reference_of(session, word, now, writing=False)])[0]
    return Shown(
        one,
        _checklists(session, [one])[0],
        tuple(duties.for_record(session, reference=one.reference)),
        tuple(of_record(session, source=one.reference, about=one.asset, since=one.recorded_at)),
    )


def list_rounds(
    session: Session,
    *,
    now: datetime,
    state: State | None = None,
    checklist: str | None = None,
    asset: str | None = None,
    customer: str | None = None,
    person: str | None = None,
    flagged: bool = False,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int = 0,
) -> Listed:
    """The rounds that fit, what was begun last first; `since` and `until` go by when they were begun. 0 is no limit.

    `checklist` may be a route; a state leaves out what is void. Raise NotFound for what is not there.
    """
    from opsctl.assets.service import assets
    from opsctl.people.service import customers

    wanted: list[Any] = []
    for column, value in (
        (InspectionRow.state, state),
        (InspectionRow.asset, None if asset is None else assets.find(session, word=asset).handle),
        (InspectionRow.customer, None if customer is None else customers.find(session, word=customer).code),
        (InspectionRow.person, person),
    ):
        if value is not None:
            wanted.append(column == value)
    if state is not None:
        # A round that was begun and made void is nobody's to go on with.
        wanted.append(col(InspectionRow.void).is_(None))
    if checklist is not None:
        wanted.append(_by_checklist(session, checklist, now))
    if flagged:
        wanted.append(col(InspectionRow.flags).is_not(None))
    if since is not None:
        wanted.append(InspectionRow.started_at >= since)
    if until is not None:
        wanted.append(InspectionRow.started_at < until)
    query = rows.chosen().where(*wanted)
    query = query.order_by(col(InspectionRow.started_at).desc(), col(InspectionRow.reference).desc())
    found = rows.load(session, query.limit(limit) if limit else query)
    total = len(found)
    if limit and total == limit:
        total = session.exec(select(func.count()).select_from(InspectionRow).where(*wanted)).one()
    return Listed(tuple(zip(found, _checklists(session, found), strict=True)), total)


def _by_checklist(session: Session, word: str, now: datetime) -> Any:
    """Rounds by the checklist, or along the route, of that name; also by one that is no longer in force."""
    from opsctl.inspections.service import choosing

    in_force = patrols(session, now=now)
    name = mend(word).casefold()
    done = select(InspectionRow.reference).where(InspectionRow.checklist == name)
    if name not in in_force.checklists and session.exec(done.limit(1)).first() is None:
        name = choosing.named(in_force, word)
        if name in in_force.routes:
            return InspectionRow.route == name
    return InspectionRow.checklist == name


def in_hand(session: Session, *, limit: int) -> Listed:
    """The rounds that are open, the oldest first."""
    # Put in order here: SQLite would walk all the rounds there ever were to have them in that order.
    begun = session.exec(select(InspectionRow.started_at, InspectionRow.reference).where(rows.OPEN_NOW)).all()
    first = [reference for _started_at, reference in sorted(begun)[:limit]]
    found = sorted(rows.of_references(session, first), key=lambda one: (one.started_at, one.reference))
    return Listed(tuple(zip(found, _checklists(session, found), strict=True)), len(begun))


def patrols(session: Session, *, now: datetime) -> Patrols:
    """The checklists, routes and duties in force."""
    return patrols_of(rulebook.in_force(session, at=now))


def _checklists(session: Session, found: Iterable[Round]) -> list[Checklist | None]:
    return [
        patrols_of(rulebook.of_generation(session, generation=one.rules)).checklists.get(one.checklist) for one in found
    ]


def records(session: Session) -> Iterator[tuple[str, str]]:
    """Every round's reference and digest as it is now, for `ledger verify --deep`."""
    every = session.exec(select(InspectionRow.reference).order_by(col(InspectionRow.reference))).all()
    for start in range(0, len(every), _BLOCK):
        block = every[start : start + _BLOCK]
        try:
            yield from [(one.reference, chain.record_digest(fields(one))) for one in rows.of_references(session, block)]
        except (LookupError, TypeError, ValueError):
            # Somebody wrote what cannot be read: the others are compared all the same.
            for reference in block:
                yield reference, chain.digest_of_readable(partial(_fields, session, reference))


def _fields(session: Session, reference: str) -> dict[str, Any]:
    return fields(rows.of_references(session, [reference])[0])
