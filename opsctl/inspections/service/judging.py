"""Countersigning, correcting and voiding rounds: what was recorded stays, what counts changes."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlmodel import Session, col

from opsctl.core.errors import Conflict, InvalidInput, NotAllowed
from opsctl.core.texts import _
from opsctl.core.times import read_moment
from opsctl.core.use_cases import Permission, use_case
from opsctl.core.void import Void
from opsctl.duties.service import meeting
from opsctl.inspections.rules import Round, answers, fields, said
from opsctl.inspections.rules.results import Corrected
from opsctl.inspections.service import ending, rows
from opsctl.inspections.service.read import reference_of
from opsctl.inspections.service.walking import check_time, facts_of
from opsctl.inspections.tables import InspectionRow
from opsctl.inspections.terms import COMPLETED, CORRECTED, COUNTERSIGNED, VOIDED, Mark, State
from opsctl.ledger.terms import BLANK
from opsctl.people.service import identity
from opsctl.store.settings import zone_of

_TIME = ("done", "done_at", "time", "时间")
"""What a correction may name beside the items."""
_WAITING = 20


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
                )
            )
        if before.person in also:
            raise NotAllowed(
                _("{person} walked {reference}.").format(person=before.person, reference=before.reference),
                _("Somebody else has to countersign it."),
            )
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
    Whoever corrects the time takes the countersign off. Raise Conflict while the round is void, InvalidInput for what
    is not understood or changes nothing.
    """
    before = _held(session, [reference], now)[0]
    if before.void is not None:
        raise Conflict(_("{reference} is void.").format(reference=before.reference), _("Log the round anew."))
    checklist = ending.checklist_of(session, before)
    moment, judged = None, []
    for typed in given:
        word, sign, value = typed.replace("＝", "=").partition("=")
        if not sign or not value.strip():
            raise InvalidInput(
                _("{text!r} is no correction.").format(text=typed), _("Like: temp=21.5, or done=08:40 for the time.")
            )
        if word.strip().casefold() in _TIME:
            moment = check_time(read_moment(value, zone=zone or zone_of(session), now=now), now)
        else:
            judged.append(answers.judge(answers.find_item(checklist, word), value, note=None))
    after = ending.with_answers(before, judged, by=actor, at=now)
    if said(after) == said(before) and moment in (None, before.done_at):
        raise InvalidInput(_("{reference} says that already.").format(reference=before.reference))
    after = replace(after, corrected_at=now)
    if moment is not None and moment != before.done_at:
        after = _walked_at(session, after, moment)
    rows.save(session, before, after)
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
    return Corrected(after, checklist, raised, mended)


@use_case(needs=Permission.RECORD, offline=False)
def void(session: Session, *, now: datetime, actor: str, named: list[str], because: Void) -> list[Round]:
    """Take these rounds out of every figure, all or none; what one had met is due again, or met by another round.

    Raise Conflict where one is void already.
    """
    voided = []
    for before in _held(session, named, now):
        if before.void is not None:
            raise Conflict(_("{reference} is void already.").format(reference=before.reference))
        after = replace(before, void=because)
        rows.save(session, before, after)
        ending.append(session, after, VOIDED, {"because": because, "by": actor})
        if meeting.release(session, by=after.reference, reason=because) is not None:
            _meet_anew(session, after)
        voided.append(after)
    return voided


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
        raise Conflict(_("{reference} is void.").format(reference=one.reference))
    if one.state is not State.DONE:
        raise Conflict(
            _("{reference} is not done yet.").format(reference=one.reference),
            _("Go on with it: opsctl inspect start {checklist}").format(checklist=one.checklist),
        )


def _done_at(one: Round) -> datetime:
    if one.done_at is None:
        raise ValueError("a round that is done has its time")
    return one.done_at


def _found_at(one: Round, now: datetime) -> datetime:
    return one.done_at or now


def _walked_at(session: Session, one: Round, moment: datetime) -> Round:
    """The round as walked at that moment: it meets what was due then, and nobody has countersigned that."""
    _check_done(one)
    after = replace(
        one,
        done_at=moment,
        started_at=min(one.started_at, moment),
        countersigned_by=None,
        countersigned_at=None,
    )
    meeting.release(session, by=one.reference, reason=CORRECTED)
    _meet(session, after)
    return after


def _meet(session: Session, one: Round) -> bool:
    met = meeting.meet(
        session,
        kind=COMPLETED,
        topic=one.checklist,
        about=one.asset,
        happened_at=_done_at(one),
        judged_at=one.judged_at or _done_at(one),
        by=one.reference,
    )
    return met is not None


def _meet_anew(session: Session, gone: Round) -> None:
    """Let another round that met nothing, walked after the void one, meet what is due again."""
    from opsctl.duties.service import read as duties

    query = (
        rows.chosen()
        .where(InspectionRow.checklist == gone.checklist, ending.of_asset(gone.asset))
        .where(InspectionRow.state == State.DONE, col(InspectionRow.void).is_(None))
        .where(col(InspectionRow.done_at) >= gone.started_at)
        .order_by(col(InspectionRow.done_at))
        .limit(_WAITING)
    )
    for one in rows.load(session, query, readings=False):
        if not duties.for_record(session, reference=one.reference) and _meet(session, one):
            return
