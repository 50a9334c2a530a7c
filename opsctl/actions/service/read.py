"""Finding and listing actions, and what other floors read of them."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import bindparam, func, text
from sqlmodel import Session, col, select

from opsctl.actions.rules import Action, fields
from opsctl.actions.rules.results import Listed, Waiting
from opsctl.actions.service import rows
from opsctl.actions.service.rows import WAITING
from opsctl.actions.tables import ActionRow
from opsctl.actions.terms import PREFIX, REOPENED, RETURNED, SOON, Kind, State, Wanted
from opsctl.assets.service import assets
from opsctl.core import chain
from opsctl.core.typed import mend
from opsctl.ledger import service as ledger
from opsctl.ledger.rules import Row
from opsctl.people.service import identity
from opsctl.store import references

_BLOCK = 2000
_LOOKED_AT = 50
"""So many actions of one person that are not due yet are looked at, whether they are open again."""
_EARLY = 3
"""So many of these stand before what is due."""
# By year and number: as text ACT-2026-10000 would stand before ACT-2026-9999.
_NUMBERED = (
    func.substr(ActionRow.reference, 1, len(f"{PREFIX}-2026")),
    func.length(ActionRow.reference),
    col(ActionRow.reference),
)
_ORDERS: dict[str, tuple[Any, ...]] = {
    "deadline": (col(ActionRow.deadline), *_NUMBERED),
    "found": (col(ActionRow.found_at), *_NUMBERED),
    "reference": _NUMBERED,
    # The databases do not agree on where those without an asset or an owner stand.
    "asset": (func.coalesce(ActionRow.asset, ""), col(ActionRow.deadline), *_NUMBERED),
    "owner": (func.coalesce(ActionRow.owner, ""), col(ActionRow.deadline), *_NUMBERED),
    "state": (col(ActionRow.state), col(ActionRow.deadline), *_NUMBERED),
}
ORDERS = tuple(_ORDERS)
# Somebody else did it, no record has to verify it, and it is mine to look at: I reported it, the asset is mine, or
# nobody but who did it has either of these.
_MINE_TO_VERIFY = text(
    "action.verify IS NULL AND action.done_by NOT IN :me AND (action.recorded_by IN :me"
    " OR EXISTS (SELECT 1 FROM asset WHERE asset.handle = action.asset AND asset.owner IN :me)"
    " OR (action.recorded_by = action.done_by AND NOT EXISTS (SELECT 1 FROM asset"
    " WHERE asset.handle = action.asset AND asset.owner <> action.done_by)))"
).bindparams(bindparam("me", expanding=True))


def find(session: Session, *, word: str, now: datetime) -> Action:
    """The action that is meant, for reading. Raise NotFound or, with the candidates, InvalidInput."""
    column = col(ActionRow.reference)
    reference = references.find(session, column=column, prefix=PREFIX, word=word, now=now, writing=False)
    return rows.of_references(session, [reference])[0]


def show(session: Session, *, word: str, now: datetime) -> tuple[Action, list[Row]]:
    """One action, and its ledger rows in the order in which things happened."""
    action = find(session, word=word, now=now)
    found = ledger.rows(session, ledger.Search(subject=action.reference))
    return action, sorted(found, key=lambda row: (row.happened_at, row.seq))


def of_source(session: Session, *, source: str) -> list[Action]:
    """The actions that came from that record, in the order of references; the void ones, too."""
    query = rows.chosen().where(ActionRow.source == source)
    return rows.load(session, query.order_by(*_NUMBERED))


def list_actions(
    session: Session,
    *,
    now: datetime,
    state: Wanted = Wanted.WAITING,
    owner: str | None = None,
    asset: str | None = None,
    customer: str | None = None,
    source: str | None = None,
    kind: Kind | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    sort: str = "deadline",
    limit: int = 0,
) -> Listed:
    """The actions found in [since, until) that fit, in that order; `-` before it turns it round. 0 is no limit.

    `owner` is a handle. Only ALL has the void ones among them. Raise NotFound for an unknown asset or customer.
    """
    query = _in_state(rows.chosen(), state, now)
    if owner is not None:
        query = query.where(col(ActionRow.owner).in_(identity.names_of_one(session, owner)))
    if asset is not None:
        query = query.where(ActionRow.asset == assets.find(session, word=asset).handle)
    if customer is not None:
        from opsctl.people.service import customers

        query = query.where(ActionRow.customer == customers.find(session, word=customer).code)
    if source is not None:
        query = query.where(ActionRow.source == mend(source).upper())
    if kind is not None:
        query = query.where(ActionRow.kind == kind)
    if since is not None:
        query = query.where(ActionRow.found_at >= since)
    if until is not None:
        query = query.where(ActionRow.found_at < until)
    order = _ORDERS[sort.removeprefix("-")]
    return _listed(session, query, [one.desc() if sort.startswith("-") else one for one in order], limit)


def waiting_for(session: Session, *, me: str, now: datetime, limit: int) -> Waiting:
    """What that person has to do within days, or should have done, and what somebody else did and they may verify.

    What was opened again or returned is to do at once, however far its deadline; a few of these stand first. The most
    urgent of each, `limit` at most, and how many there are in all.
    """
    names = identity.names_of_one(session, me)
    by_deadline = list(_ORDERS["deadline"])
    mine = col(ActionRow.owner).in_(names)
    to_do = rows.chosen().where(WAITING, ActionRow.state == State.OPEN, mine)
    due = _listed(session, to_do.where(ActionRow.deadline < now + SOON), by_deadline, limit)
    far = rows.load(session, to_do.where(ActionRow.deadline >= now + SOON).order_by(*by_deadline).limit(_LOOKED_AT))
    again = _open_again(session, [*due.actions, *far])
    early = tuple(one for one in far if one.reference in again)
    shown = (*early[:_EARLY], *due.actions)
    verify = rows.chosen().where(WAITING, ActionRow.state == State.DONE, _MINE_TO_VERIFY.bindparams(me=names))
    return Waiting(
        Listed(shown[:limit] if limit else shown, due.total + len(early)),
        _listed(session, verify, by_deadline, limit),
        again,
    )


def _open_again(session: Session, actions: Sequence[Action]) -> frozenset[str]:
    """Those of the actions whose newest row of the ledger says that they are open again."""
    newest = ledger.newest_kinds(session, subjects=[one.reference for one in actions]) if actions else {}
    return frozenset(reference for reference, kind in newest.items() if kind in (REOPENED, RETURNED))


def _in_state(query: Any, state: Wanted, now: datetime) -> Any:
    if state is Wanted.ALL:
        return query
    if state is Wanted.VERIFIED:
        return query.where(ActionRow.state == State.VERIFIED, col(ActionRow.void).is_(None))
    query = query.where(WAITING)
    if state is Wanted.OVERDUE:
        return query.where(ActionRow.deadline < now)
    return query if state is Wanted.WAITING else query.where(ActionRow.state == State(state))


def _listed(session: Session, query: Any, order: list[Any], limit: int) -> Listed:
    """The first of what the query finds in that order, 0 is all; what there is in all is counted only if it is more."""
    found = rows.load(session, query.order_by(*order).limit(limit + 1) if limit else query.order_by(*order))
    if not limit or len(found) <= limit:
        return Listed(tuple(found), len(found))
    counting = query.with_only_columns(func.count(), maintain_column_froms=True)
    return Listed(tuple(found[:limit]), session.connection().execute(counting).scalar_one())


def owned(session: Session, *, person: str) -> list[tuple[str, str]]:
    """What that person owns here and is not over: references with titles."""
    theirs = col(ActionRow.owner).in_(identity.names_of_one(session, person))
    query = select(ActionRow.reference, ActionRow.title).where(theirs, WAITING)
    return list(session.exec(query.order_by(col(ActionRow.reference))).all())


def records(session: Session) -> Iterator[tuple[str, str]]:
    """Every record's reference and digest as it is now, for `ledger verify --deep`."""
    after = ""
    while True:
        query = select(ActionRow.reference).where(col(ActionRow.reference) > after)
        block = session.exec(query.order_by(col(ActionRow.reference)).limit(_BLOCK)).all()
        if not block:
            return
        try:
            yield from [(one.reference, chain.record_digest(fields(one))) for one in rows.of_references(session, block)]
        except (LookupError, TypeError, ValueError):
            # Somebody wrote what cannot be read: the others are compared all the same.
            for reference in block:
                yield reference, chain.digest_of_readable(partial(_fields, session, reference))
        after = block[-1]


def _fields(session: Session, reference: str) -> dict[str, Any]:
    return fields(rows.of_references(session, [reference])[0])
