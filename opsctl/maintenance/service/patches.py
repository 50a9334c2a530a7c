"""Patches: adding them, deciding about them, installing them, finding them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from opsctl.assets.service import assets
from opsctl.assets.tables.assets import Asset
from opsctl.core.errors import MOMENT, Conflict, NotAllowed
from opsctl.core.texts import _
from opsctl.core.typed import mend
from opsctl.core.use_cases import Permission, use_case
from opsctl.core.void import Void
from opsctl.ledger import service as ledger
from opsctl.ledger.rules import Row
from opsctl.maintenance.rules import patches as rules
from opsctl.maintenance.rules.patches import UNSETTLED, Patch
from opsctl.maintenance.rules.results import Installed
from opsctl.maintenance.rules.work import Work
from opsctl.maintenance.service import work as works
from opsctl.maintenance.service.rows import PATCHES
from opsctl.maintenance.tables import PatchRow
from opsctl.maintenance.terms import (
    PATCH_ADDED,
    PATCH_ASSIGNED,
    PATCH_DECIDED,
    PATCH_DEFERRED,
    PATCH_INSTALLED,
    PATCH_PREFIX,
    PATCH_TOPIC,
    PATCH_VOIDED,
    Backup,
    Outcome,
    PatchState,
    Wanted,
)  # fmt: skip
from opsctl.people.service import identity, persons
from opsctl.people.terms import ME
from opsctl.store import references


@dataclass(frozen=True)
class Listed:
    """The patches of a list, and how many there are in all."""

    patches: tuple[Patch, ...]
    total: int


@use_case(needs=Permission.RECORD, offline=True)
def add(
    session: Session,
    *,
    now: datetime,
    actor: str,
    named: list[str],
    title: str,
    advisory: str | None = None,
    published: datetime | None = None,
    owner: str | None = None,
) -> list[Patch]:
    """Add a patch for each of these assets, all or none, and return them in that order.

    Raise NotFound for an unknown asset or person; Conflict for an asset that is retired, and for one that has a patch
    of the same advisory already.
    """
    rules.check_published(published, now)
    handle = None if owner is None else _person(session, owner, actor)
    wanted = list(dict.fromkeys(assets.known_handle(session, word=word) for word in named))
    if advisory is not None:
        # Two who add the same at once would both find nothing: the second waits here for the first.
        rows = select(Asset.handle).where(col(Asset.handle).in_(wanted)).order_by(col(Asset.handle))
        session.exec(rows.with_for_update(key_share=True)).all()
    added = []
    for asset in wanted:
        view = assets.find(session, word=asset)
        if view.retired_at is not None:
            raise Conflict(
                _("{asset} was retired at {moment}.").format(asset=asset, moment=MOMENT),
                _("Name another asset: opsctl asset list"),
                moment=view.retired_at,
            )
        _check_new(session, asset, advisory)
        patch = Patch(
            reference=references.allocate(session, prefix=PATCH_PREFIX, now=now)[0],
            asset=asset,
            customer=view.customer,
            title=title,
            advisory=advisory,
            state=PatchState.OPEN,
            published_at=published,
            owner=handle,
            due_at=None,
            decided_by=None,
            decided_at=None,
            reason=None,
            installed_by=None,
            installed_at=None,
            work=None,
            void=None,
            recorded_by=actor,
            recorded_at=now,
        )
        PATCHES.add(session, patch)
        _append(session, patch, PATCH_ADDED, facts=rules.fields(patch), happened_at=now)
        added.append(patch)
    return added


@use_case(needs=Permission.RECORD, offline=True)
def decide(
    session: Session,
    *,
    now: datetime,
    actor: str,
    named: list[str],
    install_by: datetime | None = None,
    reason: str | None = None,
    owner: str | None = None,
) -> list[Patch]:
    """Decide that these are to be installed by that moment or, where none is given, that they do not apply.

    All or none. Raise Conflict where the state does not allow it, InvalidInput for a moment that has passed.
    """
    handle = None if owner is None else _person(session, owner, actor)
    done = []
    for before in _hold(session, named, now):
        after = rules.decide(before, install_by=install_by, by=actor, now=now, reason=reason, owner=handle)
        facts = {"state": after.state, "due_at": install_by, "reason": reason, "owner": handle}
        done.append(_save(session, before, after, PATCH_DECIDED, facts=facts, happened_at=now))
    return done


@use_case(needs=Permission.RECORD, offline=True)
def defer(
    session: Session, *, now: datetime, actor: str, named: list[str], until: datetime, reason: str
) -> list[Patch]:
    """Put these off until that moment, all or none. Raise Conflict or InvalidInput as `decide` does."""
    facts = {"until": until, "reason": reason}
    return [
        _save(
            session,
            before,
            rules.defer(before, until=until, by=actor, now=now, reason=reason),
            PATCH_DEFERRED,
            facts=facts,
            happened_at=now,
        )
        for before in _hold(session, named, now)
    ]


@use_case(needs=Permission.RECORD, offline=True)
def install(
    session: Session,
    *,
    now: datetime,
    actor: str,
    named: list[str],
    backup: Backup,
    at: datetime | None = None,
    procedure: str | None = None,
) -> list[Installed]:
    """Record that these were installed at that moment, or now, each by a maintenance of its own; all or none.

    Raise Conflict where the state does not allow it or the asset was retired by then, InvalidInput for a time to come.
    """
    moment = at or now
    done = []
    for before in _hold(session, named, now):
        rules.check_move(before, "install")
        work = Work(
            reference="",
            asset=before.asset,
            customer=before.customer,
            title=before.title,
            topic=PATCH_TOPIC,
            procedure=procedure,
            backup=backup,
            outcome=Outcome.DONE,
            result=None,
            window=None,
            person=actor,
            started_at=None,
            done_at=moment,
            entered_at=now,
            void=None,
            corrected_at=None,
            recorded_at=now,
        )
        logged = works.record(session, now=now, actor=actor, work=work, asset=assets.find(session, word=before.asset))
        after = rules.install(before, at=moment, by=actor, work=logged.work.reference)
        facts = {"at": moment, "work": after.work}
        done.append(Installed(_save(session, before, after, PATCH_INSTALLED, facts=facts, happened_at=moment), logged))
    return done


@use_case(needs=Permission.RECORD, offline=False)
def void(
    session: Session, *, now: datetime, actor: str, named: list[str], because: Void, reason: str | None = None
) -> list[Patch]:
    """Take these out, all or none; the maintenance that installed them stays. Raise Conflict where one is out."""
    facts = {"because": because, "reason": reason}
    return [
        _save(session, before, rules.void(before, because), PATCH_VOIDED, facts=facts, happened_at=now)
        for before in _hold(session, named, now)
    ]


def list_patches(
    session: Session,
    *,
    now: datetime,
    state: Wanted | None = None,
    asset: str | None = None,
    owner: str | None = None,
    advisory: str | None = None,
    me: Callable[[Session], str],
    limit: int = 0,
) -> Listed:
    """The patches that fit, those not settled where no state is wanted: what is due first leads. 0 is no limit.

    `me` gives the one who asks, whom `owner` may name so. What is void is only among all.
    """
    query = PATCHES.chosen()
    if state is None:
        query = query.where(col(PatchRow.state).in_(UNSETTLED))
    elif state is Wanted.OVERDUE:
        query = query.where(col(PatchRow.state).in_(UNSETTLED), col(PatchRow.due_at) < now)
    elif state is not Wanted.ALL:
        query = query.where(PatchRow.state == PatchState(state.value))
    if state is not Wanted.ALL:
        query = query.where(col(PatchRow.void).is_(None))
    if asset is not None:
        query = query.where(PatchRow.asset == assets.find(session, word=asset).handle)
    if owner is not None:
        names = identity.names_of_one(session, persons.resolve(session, word=owner, me=me))
        query = query.where(col(PatchRow.owner).in_(names))
    if advisory is not None:
        query = query.where(func.lower(PatchRow.advisory) == func.lower(advisory))
    total = PATCHES.count(session, query)
    query = query.order_by(col(PatchRow.due_at).is_(None), col(PatchRow.due_at), *PATCHES.numbered)
    return Listed(tuple(PATCHES.load(session, query.limit(limit) if limit else query)), total)


def show(session: Session, *, word: str, now: datetime) -> tuple[Patch, list[Row]]:
    """One patch with its rows of the ledger. Raise NotFound or, with the candidates, InvalidInput."""
    reference = _reference(session, word, now, writing=False)
    found = PATCHES.of_references(session, [reference])[0]
    return found, list(ledger.rows(session, ledger.Search(subject=reference)))


def waiting(session: Session, *, now: datetime, me: Callable[[Session], str]) -> list[Patch]:
    """What is overdue, or undecided for seven days, of whoever reads or of nobody: what is due first leads.

    Whoever is nobody here sees what nobody has.
    """
    try:
        names = identity.names_of_one(session, me(session))
    except NotAllowed:
        names = ()
    theirs = col(PatchRow.owner).is_(None) | col(PatchRow.owner).in_(names)
    query = PATCHES.chosen().where(theirs, col(PatchRow.state).in_(UNSETTLED), col(PatchRow.void).is_(None))
    query = query.order_by(col(PatchRow.due_at).is_(None), col(PatchRow.due_at), *PATCHES.numbered)
    return [one for one in PATCHES.load(session, query) if one.is_overdue(now) or one.is_undecided(now)]


def records(session: Session) -> Iterator[tuple[str, str]]:
    """Every record's reference and digest as it is now, for `ledger verify --deep`."""
    yield from PATCHES.records(session)


def blank(session: Session, reference: str, texts: list[str]) -> dict[str, Any] | None:
    """Blank the texts of the record that are among `texts`; its fields after, or None where none was."""
    return PATCHES.blank(session, reference, texts)


def owned(session: Session, *, person: str) -> list[tuple[str, str]]:
    """The patches that the person has and that are not settled, as reference and title."""
    theirs = col(PatchRow.owner).in_(identity.names_of_one(session, person))
    query = select(PatchRow.reference, PatchRow.title).where(theirs, col(PatchRow.state).in_(UNSETTLED))
    return list(session.exec(query.where(col(PatchRow.void).is_(None)).order_by(PATCHES.reference)).all())


def hand_over(session: Session, *, now: datetime, actor: str, person: str, to: str) -> list[str]:
    """Give every unsettled patch of one person to another, and return their references; part of retiring them."""
    theirs = [reference for reference, _title in owned(session, person=person)]
    for before in PATCHES.of_references(session, theirs, locked=True):
        facts = {"owner": [before.owner, to]}
        _save(session, before, replace(before, owner=to), PATCH_ASSIGNED, facts=facts, happened_at=now)
    return theirs


def _check_new(session: Session, asset: str, advisory: str | None) -> None:
    if advisory is None:
        return
    same = func.lower(PatchRow.advisory) == func.lower(advisory)
    query = select(PatchRow.reference).where(PatchRow.asset == asset, same, col(PatchRow.void).is_(None))
    first = session.exec(query.order_by(PATCHES.reference).limit(1)).first()
    if first is not None:
        raise Conflict(
            _("{advisory} is on record for {asset} already: {reference}.").format(
                advisory=advisory, asset=asset, reference=first
            ),
            _("See: opsctl patch show {reference}").format(reference=first),
        )


def _person(session: Session, word: str, actor: str) -> str:
    return actor if mend(word).casefold() in ME else persons.known_handle(session, word=word)


def _hold(session: Session, named: list[str], now: datetime) -> list[Patch]:
    wanted = sorted({_reference(session, word, now, writing=True) for word in named})
    return PATCHES.of_references(session, wanted, locked=True)


def _save(
    session: Session, before: Patch, after: Patch, kind: str, *, facts: dict[str, Any], happened_at: datetime
) -> Patch:
    PATCHES.save(session, before, after)
    _append(session, after, kind, facts=facts, happened_at=happened_at)
    return after


def _reference(session: Session, word: str, now: datetime, *, writing: bool) -> str:
    return references.find(session, column=PATCHES.reference, prefix=PATCH_PREFIX, word=word, now=now, writing=writing)


def _append(session: Session, patch: Patch, kind: str, *, facts: dict[str, Any], happened_at: datetime) -> None:
    ledger.append(
        session,
        kind=kind,
        subject=patch.reference,
        about=patch.asset,
        customer=patch.customer,
        facts=facts,
        record=rules.fields(patch),
        happened_at=happened_at,
    )
