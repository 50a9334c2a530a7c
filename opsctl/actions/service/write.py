"""The moves of actions."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlmodel import Session, col

from opsctl.actions.rules import Action, Finding, corrections, evidence, fields, moves
from opsctl.actions.rules.results import Added, Corrected
from opsctl.actions.service import proving, raising, rows
from opsctl.actions.service.rows import WAITING
from opsctl.actions.tables import ActionRow
from opsctl.actions.terms import (
    ASSIGNED,
    CORRECTED,
    DONE,
    PREFIX,
    REOPENED,
    RETURNED,
    TAKEN_OVER,
    VERIFIED,
    VOIDED,
    Gravity,
    Kind,
)  # fmt: skip
from opsctl.assets.service import handles
from opsctl.core.errors import InvalidInput, NotFound
from opsctl.core.texts import _
from opsctl.core.typed import mend
from opsctl.core.use_cases import Permission, use_case
from opsctl.core.void import Void
from opsctl.ledger import service as ledger
from opsctl.ledger.terms import BLANK
from opsctl.people.service import identity
from opsctl.people.terms import ME
from opsctl.store import references

_BLANKED = ("title", "impact", "told", "result")


def raise_from(
    session: Session, *, now: datetime, actor: str, findings: Sequence[Finding]
) -> list[tuple[Action, bool]]:
    """An action for each finding, in their order, and whether it is new.

    Where one of the same topic and asset is open or done already, that is the one: it was seen again, and a
    graver finding makes it graver. Without an owner it is the asset's, else the actor's; without somebody told, the
    actor's superior; without a deadline, what the rules in force give to its gravity, from `now`. What was done before
    it was found again is open again. The actions are as they are after all of the findings. Few statements whatever
    the number of findings, for they may be far from the database. Raise nothing for want of anything.
    """
    return raising.raise_all(session, now=now, actor=actor, findings=findings)


@use_case(needs=Permission.RECORD, offline=True)
def add(
    session: Session,
    *,
    now: datetime,
    actor: str,
    words: str,
    asset: str | None = None,
    gravity: Gravity = Gravity.FAIL,
    impact: str | None = None,
    told: str | None = None,
    owner: str | None = None,
    deadline: datetime | None = None,
    at: datetime | None = None,
    kind: Kind | None = None,
    verify: str | None = None,
    months: int | None = None,
) -> Added:
    """Report what was found wrong at `at`, or now; anybody may. Owner, deadline and who was told as in `raise_from`.

    `words` is the title; where `asset` is not named, its first word may be the handle of one. `verify` is the evidence
    query by which a record verifies it, watched for so many `months` afterwards. Raise NotFound for an asset or owner
    that is not there, or what the query names; InvalidInput for a time that cannot be, an asset without a word about
    it, what is no query, or months that cannot be.
    """
    handle, title, near = handles.asset_and_rest(session, words=words, asset=asset)
    if not title:
        raise InvalidInput(
            _("What is wrong with {asset}?").format(asset=handle),
            _('Say it after the asset: opsctl action add {asset} "fan is loud"').format(asset=handle),
        )
    moves.check_found(at or now, now)
    if deadline is not None:
        moves.check_deadline(deadline, now)
    finding = Finding(
        title=title,
        gravity=gravity,
        found_at=at or now,
        asset=handle,
        impact=impact,
        told=_told(session, told, actor),
        owner=None if owner is None else _person(session, owner, actor),
        deadline=deadline,
        kind=kind,
        verify=_query(session, verify, now),
        months=months,
    )
    evidence.check_months(months, verify)
    ((action, _new),) = raise_from(session, now=now, actor=actor, findings=[finding])
    return Added(action, near)


@use_case(needs=Permission.RECORD, offline=False)
def assign(session: Session, *, now: datetime, actor: str, named: list[str], to: str) -> list[Action]:
    """Give these to that person, all or none. Raise NotFound for a stranger, Conflict for what is over."""
    owner = _person(session, to, actor)
    held = hold(session, named, now)
    return [
        _save(session, one, moves.assign(one, to=owner), ASSIGNED, {"from": one.owner, "to": owner}) for one in held
    ]


@use_case(needs=Permission.RECORD, offline=True)
def done(
    session: Session,
    *,
    now: datetime,
    actor: str,
    named: list[str],
    result: str | None = None,
    at: datetime | None = None,
) -> list[Action]:
    """Say that these were set right, all or none; another verifies them. Raise Conflict unless they are open."""
    moment = at or now
    facts = {"at": moment, "result": result}
    return [
        _save(
            session, one, moves.done(one, by=actor, at=moment, now=now, result=result), DONE, facts, happened_at=moment
        )
        for one in hold(session, named, now)
    ]


@use_case(needs=Permission.RECORD, offline=False)
def verify(session: Session, *, now: datetime, actor: str, named: list[str]) -> list[Action]:
    """Verify these, all or none.

    Raise Conflict unless they are done, and where a record verifies one; NotAllowed where the actor did one of them.
    """
    held = hold(session, named, now)
    also = identity.names_of_one(session, actor)
    return [_save(session, one, moves.verify(one, by=actor, now=now, also=also), VERIFIED, {}) for one in held]


@use_case(needs=Permission.RECORD, offline=False)
def return_(session: Session, *, now: datetime, actor: str, named: list[str], reason: str) -> list[Action]:
    """Give these back, for they are not right yet; all or none. Raise Conflict unless they are done."""
    held = hold(session, named, now)
    return [_save(session, one, moves.return_(one), RETURNED, {"reason": reason}) for one in held]


@use_case(needs=Permission.RECORD, offline=False)
def reopen(session: Session, *, now: datetime, actor: str, named: list[str], reason: str) -> list[Action]:
    """Take these up again although they were verified; all or none. Raise Conflict unless they were."""
    held = hold(session, named, now)
    return [_save(session, one, moves.reopen(one), REOPENED, {"reason": reason}) for one in held]


@use_case(needs=Permission.RECORD, offline=False)
def correct(
    session: Session, *, now: datetime, actor: str, named: list[str], given: dict[str, Any], reason: str
) -> Corrected:
    """Set these fields right; the ledger keeps the old values.

    Raise NotFound for an unknown asset or person and for what an evidence query names that is not there, and what
    `corrections.correct` raises.
    """
    given = dict(given)
    if "asset" in given:
        given |= _asset(session, given["asset"])
    if given.get("owner") is not None:
        given["owner"] = _person(session, given["owner"], actor)
    if given.get("told") is not None:
        given["told"] = _told(session, given["told"], actor)
    if given.get("verify") is not None:
        given["verify"] = _query(session, given["verify"], now)
    watch = proving.watch_of(session, now=now) if "months" in given else None
    after, unchanged = [], set()
    for one in hold(session, named, now):
        corrected, changed = corrections.correct(one, given, now=now, watch=watch)
        if changed:
            _save(session, one, corrected, CORRECTED, {"reason": reason, **changed})
        else:
            unchanged.add(one.reference)
        after.append(corrected)
    return Corrected(tuple(after), frozenset(unchanged))


@use_case(needs=Permission.RECORD, offline=False)
def void(
    session: Session, *, now: datetime, actor: str, named: list[str], because: Void, reason: str | None = None
) -> list[Action]:
    """Take these out of every figure, all or none. Raise Conflict where one is out already."""
    held = hold(session, named, now)
    facts = {"because": because, "reason": reason}
    return [_save(session, one, moves.void(one, because=because), VOIDED, facts) for one in held]


def to_take_over(session: Session, *, now: datetime, word: str) -> Action:
    """The action that an incident is to take over, locked. Raise Conflict where it is over, or one has it already."""
    (action,) = hold(session, [word], now)
    moves.check_untaken(action)
    return action


def take_over(session: Session, *, now: datetime, actor: str, reference: str, incident: str) -> Action:
    """Let that incident settle the action, and return it; it stays open until somebody has done it."""
    (action,) = hold(session, [reference], now)
    after = moves.take_over(action, incident=incident)
    return _save(session, action, after, TAKEN_OVER, {"incident": incident})


def blank(session: Session, reference: str, texts: list[str]) -> dict[str, Any] | None:
    """Blank the texts of the record that are among `texts`; its fields after, or None where none was."""
    found = rows.of_references(session, [reference])
    held = [name for name in _BLANKED if found and getattr(found[0], name) in texts]
    if not held:
        return None
    blanked: dict[str, Any] = {name: BLANK if name == "title" else None for name in held}
    after = replace(found[0], **blanked)
    rows.save(session, [after])
    return fields(after)


def hand_over(session: Session, *, now: datetime, actor: str, person: str, to: str) -> list[str]:
    """Give all of it to another, and return the references."""
    theirs = col(ActionRow.owner).in_(identity.names_of_one(session, person))
    query = rows.chosen().where(theirs, WAITING).order_by(col(ActionRow.reference)).with_for_update()
    held = rows.load(session, query)
    for one in held:
        _save(session, one, replace(one, owner=to), ASSIGNED, {"from": one.owner, "to": to})
    return [one.reference for one in held]


def hold(session: Session, named: Sequence[str], now: datetime) -> list[Action]:
    """The actions of these references, in the order named, locked so that nobody else changes them in between."""
    column = col(ActionRow.reference)
    wanted = list(
        dict.fromkeys(
            references.find(session, column=column, prefix=PREFIX, word=word, now=now, writing=True) for word in named
        )
    )
    # In the order of references, so that two people who lock the same two never wait for each other.
    query = rows.chosen().where(column.in_(wanted)).order_by(column).with_for_update()
    found = {one.reference: one for one in rows.load(session, query)}
    return [found[reference] for reference in wanted]


def _save(
    session: Session,
    before: Action,
    after: Action,
    kind: str,
    facts: dict[str, Any],
    *,
    happened_at: datetime | None = None,
) -> Action:
    if after != before:
        rows.save(session, [after])
    ledger.append(
        session,
        kind=kind,
        subject=after.reference,
        about=after.asset,
        topic=after.topic,
        customer=after.customer,
        facts=facts,
        record=fields(after),
        happened_at=happened_at,
    )
    return after


def _asset(session: Session, word: str | None) -> dict[str, str | None]:
    """The fields of the asset that is named, with its customer. Raise NotFound, with the nearest, if there is none."""
    if word is None:
        return {"asset": None, "customer": None}
    from opsctl.assets.service import assets

    handle = assets.known_handle(session, word=word)
    return {"asset": handle, "customer": handles.customer_of(session, handle=handle)}


def _query(session: Session, text: str | None, now: datetime) -> str | None:
    """The evidence query that was typed, as it is kept. Raise what `known_query` raises."""
    if text is None:
        return None
    from opsctl.actions.service.queries import known_query

    return evidence.spelled(known_query(session, text=text, now=now))


def _person(session: Session, word: str, actor: str) -> str:
    """The handle of the person that is named, `me` is the actor. Raise NotFound or Conflict as `known_handle` does."""
    if mend(word).casefold() in ME:
        return actor
    from opsctl.people.service import persons

    return persons.known_handle(session, word=word)


def _told(session: Session, word: str | None, actor: str) -> str | None:
    """Who was told: the handle of a person that is recorded, else the words as they are."""
    if word is None:
        return None
    if mend(word).casefold() in ME:
        return actor
    from opsctl.people.service import persons

    try:
        return persons.find_exact(session, word).handle
    except NotFound:
        return word
