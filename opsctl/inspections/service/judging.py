"""Countersigning, correcting and voiding rounds: what was recorded stays, what counts changes."""

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlmodel import Session

from opsctl.actions.terms import State as ActionState
from opsctl.core.errors import Conflict, InvalidInput, NotAllowed
from opsctl.core.texts import _
from opsctl.core.times import read_future_moment, read_moment
from opsctl.core.typed import excerpt, mend
from opsctl.core.use_cases import Permission, use_case
from opsctl.core.void import Void
from opsctl.duties.rules import Occurrence
from opsctl.duties.service import meeting
from opsctl.inspections.rules import Answer, Round, answers, fields, said
from opsctl.inspections.rules.results import Corrected, Voided
from opsctl.inspections.service import ending, proof, rows, standing
from opsctl.inspections.service.read import reference_of
from opsctl.inspections.service.walking import check_time, facts_of
from opsctl.inspections.terms import CORRECTED, COUNTERSIGNED, VOIDED, Mark, State
from opsctl.ledger.terms import BLANK
from opsctl.people.service import identity
from opsctl.rulebook.rules.patrols import Checklist
from opsctl.store.settings import zone_of

_TIME = ("done", "done_at", "time", "时间")
"""What a correction may name beside the items."""
_CLOCK = re.compile(r"\d{1,2}:\d{2}(:\d{2})?")


@use_case(needs=Permission.RECORD, offline=False)
def countersign(session: Session, *, now: datetime, actor: str, named: list[str]) -> list[Round]:
    """Confirm that these rounds were walked when they claim, all or none: they are judged by that time from now on.

    Raise NotAllowed where the actor walked one, Conflict where one is open, void, or countersigned already.
    """
    also = identity.names_of_one(session, actor)
    signed = []
    for before in _held(session, named, now):
        _check_done(before)
        if before.countersigned_by is not None:
            raise Conflict(
                _("{reference} is countersigned by {person}.").format(
                    reference=before.reference, person=before.countersigned_by
                ),
                _("Once is enough; see it with: opsctl inspect show {reference}").format(reference=before.reference),
            )
        _check_stranger(before, also)
        after = replace(before, countersigned_by=actor, countersigned_at=now)
        rows.save(session, before, after)
        occurrence = meeting.countersign(session, by=after.reference, judged_at=_done_at(after))
        facts = {"at": after.done_at, "occurrence": None if occurrence is None else occurrence.reference}
        ending.append(session, after, COUNTERSIGNED, facts)
        signed.append(after)
    return signed


@use_case(needs=Permission.RECORD, offline=False)
def correct(
    session: Session,
    *,
    now: datetime,
    actor: str,
    reference: str,
    given: list[str],
    reason: str,
    zone: str | None = None,
) -> Corrected:
    """Set readings (`temp=21.5`) or the time of the walk (`done=08:40`) right; the old ones stay.

    A reading that is wrong now makes an action; one that is right now leaves its action, for somebody may work on it.
    Whoever corrects the time takes the countersign off. Raise Conflict where the round is open or void, InvalidInput
    for what is not understood or changes nothing.
    """
    before = _held(session, [reference], now)[0]
    if before.void is not None:
        raise Conflict(_("{reference} is void.").format(reference=before.reference), _("Log the round anew."))
    # In one that is open, an answer that is given again is the one that counts.
    _check_done(before)
    checklist = ending.checklist_of(session, before)
    moment, judged = _read(given, before, checklist, zone or zone_of(session), now)
    after = ending.with_answers(before, judged, by=actor, at=now)
    if said(after) == said(before) and moment in (None, before.done_at):
        raise InvalidInput(
            _("{reference} says that already.").format(reference=before.reference),
            _("See it with: opsctl inspect show {reference}").format(reference=before.reference),
        )
    after = replace(after, corrected_at=now)
    moved = moment is not None and moment != before.done_at
    if moved:
        after = ending.flagged_anew(session, _walked_at(after, moment or now), checklist)
    rows.save(session, before, after)
    occurrence, due = _met_by_then(session, after) if moved else (None, ())
    proof.prove_again(session, before, after, now=now, actor=actor, reason=reason)
    raised = ending.raise_actions(
        session, after, checklist, judged, before=before, now=now, actor=actor, found_at=_found_at(after, now)
    )
    old = [before.current[one.item] for one in judged if one.item in before.current]
    facts: dict[str, Any] = {
        "reason": reason,
        "old": [facts_of(one) for one in old] or None,
        "new": [facts_of(one) for one in judged] or None,
    }
    if moment is not None:
        facts |= {"old_done_at": before.done_at, "done_at": moment}
    ending.append(session, after, CORRECTED, facts)
    wrong = (Mark.FAIL, Mark.WARN)
    were = {one.item for one in old if one.mark in wrong}
    mended = tuple(one.item for one in judged if one.item in were and one.mark not in wrong)
    unsigned = before.countersigned_by if moved else None
    return Corrected(after, checklist, raised, mended, moved, occurrence, unsigned, due)


@use_case(needs=Permission.RECORD, offline=False)
def void(session: Session, *, now: datetime, actor: str, named: list[str], because: Void) -> list[Voided]:
    """Take these rounds out of every figure, all or none; what one had met is due again, or met by another round.

    Raise Conflict where one is void already.
    """
    from opsctl.actions.service import read as actions

    voided, released = [], []
    for before in _held(session, named, now):
        if before.void is not None:
            raise Conflict(
                _("{reference} is void already.").format(reference=before.reference),
                _("See it with: opsctl inspect show {reference}").format(reference=before.reference),
            )
        after = replace(before, void=because)
        rows.save(session, before, after)
        ending.append(session, after, VOIDED, {"because": because, "by": actor})
        released.append(meeting.release(session, by=after.reference, reason=because))
        voided.append(after)
    proof.withdraw(session, [one.reference for one in voided], now=now, because=because)
    # Only now: none of those that are void with it may meet anything in its place.
    due = [() if free is None else standing.hand_on(session, free) for free in released]
    left = {
        one.reference: tuple(
            action
            for action in actions.of_source(session, source=one.reference)
            if action.void is None and action.state is not ActionState.VERIFIED
        )
        for one in voided
    }
    return [Voided(one, still, left[one.reference]) for one, still in zip(voided, due, strict=True)]


def blank(session: Session, reference: str, texts: list[str]) -> dict[str, Any] | None:
    """Blank the texts of a round that are among `texts`; its fields after, or None where none was."""
    found = rows.of_references(session, [reference])
    if not found:
        return None
    before = found[0]
    readings = tuple(
        replace(
            one,
            note=None if one.note in texts else one.note,
            value=BLANK if one.value in texts and one.number is None else one.value,
        )
        for one in before.readings
    )
    after = replace(before, readings=readings, answered=None if before.answered in texts else before.answered)
    if after == before:
        return None
    rows.blank_readings(session, before, after)
    rows.save(session, before, after)
    return fields(after)


def _held(session: Session, named: list[str], now: datetime) -> list[Round]:
    wanted = dict.fromkeys(reference_of(session, word, now, writing=True) for word in named)
    # In the order of references, so that two people who lock the same two never wait for each other.
    found = {reference: rows.locked(session, reference) for reference in sorted(wanted)}
    return [found[reference] for reference in wanted]


def _check_done(one: Round) -> None:
    if one.void is not None:
        raise Conflict(
            _("{reference} is void.").format(reference=one.reference),
            _("See it with: opsctl inspect show {reference}").format(reference=one.reference),
        )
    if one.state is not State.DONE:
        raise Conflict(
            _("{reference} is not done yet.").format(reference=one.reference),
            _("Go on with it: opsctl inspect start {line}").format(
                line=one.checklist if one.asset is None else f"{one.checklist} --asset {one.asset}"
            ),
        )


def _done_at(one: Round) -> datetime:
    if one.done_at is None:
        raise ValueError("a round that is done has its time")
    return one.done_at


def _found_at(one: Round, now: datetime) -> datetime:
    return one.done_at or now


def _check_stranger(one: Round, names: Collection[str]) -> None:
    """Raise NotAllowed where one of these names walked the round, or answered a part of it."""
    if one.person in names:
        raise NotAllowed(
            _("{person} walked {reference}.").format(person=one.person, reference=one.reference),
            _("Somebody else has to countersign it."),
        )
    for reading in one.current.values():
        if reading.by in names:
            raise NotAllowed(
                _("{person} answered a part of {reference}.").format(person=reading.by, reference=one.reference),
                _("Somebody else has to countersign it."),
            )


def _read(
    given: Sequence[str], before: Round, checklist: Checklist, zone: str, now: datetime
) -> tuple[datetime | None, list[Answer]]:
    """The time of the walk, where one is given, and the answers."""
    moment: datetime | None = None
    judged: dict[str, Answer] = {}
    for typed in given:
        word, sign, value = typed.replace("＝", "=").partition("=")
        if not sign or not value.strip():
            raise InvalidInput(
                _("{text!r} is no correction.").format(text=excerpt(typed)),
                _("Like: temp=21.5, or done=08:40 for the time."),
            )
        is_time = mend(word).casefold() in _TIME
        item = None if is_time else answers.find_item(checklist, word)
        if moment is not None if item is None else item.id in judged:
            name = word.strip() if item is None else item.id
            raise InvalidInput(_("{item} is answered twice.").format(item=name), _("Say it once."))
        if item is None:
            moment = check_time(_time_of(value, before, zone, now), now)
        else:
            judged[item.id] = answers.judge(item, value, note=None)
    return moment, list(judged.values())


def _time_of(typed: str, one: Round, zone: str, now: datetime) -> datetime:
    """The moment that was typed; a bare clock is the one nearest to what the round says until now."""
    walked = one.done_at
    if walked is None or _CLOCK.fullmatch(mend(typed)) is None:
        return read_moment(typed, zone=zone, now=now)
    before = read_moment(typed, zone=zone, now=walked)
    behind = read_future_moment(typed, zone=zone, now=walked, after=walked)
    return behind if behind <= now and behind - walked < abs(walked - before) else before


def _walked_at(one: Round, moment: datetime) -> Round:
    """The round as walked at that moment, which nobody has countersigned."""
    return replace(
        one,
        done_at=moment,
        started_at=min(one.started_at, moment),
        countersigned_by=None,
        countersigned_at=None,
    )


def _met_by_then(session: Session, one: Round) -> tuple[Occurrence | None, tuple[Occurrence, ...]]:
    """What the round meets by its new time, and what is due again."""
    from opsctl.duties.service import read as duties

    free = meeting.release(session, by=one.reference, reason=CORRECTED)
    met = ending.meet(session, one)
    if free is None or (met is not None and met.reference == free.reference):
        return met, ()
    due = standing.hand_on(session, free)
    # What it was too late for may have become free by that.
    return next(iter(duties.for_record(session, reference=one.reference)), None), due
