"""A round that is walked item by item: each answer a transaction of its own, so that nothing typed is ever lost."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlmodel import Session

from opsctl.core.errors import MOMENT, Conflict, InvalidInput
from opsctl.core.texts import _
from opsctl.core.times import local_day
from opsctl.core.typed import read_title
from opsctl.core.use_cases import Permission, use_case
from opsctl.duties.service import meeting
from opsctl.inspections.rules import Answer, Reading, Round, as_number, evidence, missing
from opsctl.inspections.rules.results import Answered, Finished, Walking
from opsctl.inspections.service import ending, proof, rows
from opsctl.inspections.service.choosing import Chosen, choose
from opsctl.inspections.service.read import open_round, reference_of
from opsctl.inspections.terms import ALIKE, ANSWERED, COMPLETED, PREFIX, STARTED, TAKEN_UP, Mark, Source, State
from opsctl.rulebook.rules.patrols import Checklist
from opsctl.store import references
from opsctl.store.settings import zone_of


@use_case(needs=Permission.RECORD, offline=False)
def begin(
    session: Session, *, now: datetime, actor: str, checklist: str | None = None, asset: str | None = None
) -> Walking:
    """Begin the round, or go on with the one that is open for that checklist and asset; `checklist` may be a route.

    Without either it is the one round that is due to the actor. Raise InvalidInput with the candidates where there is
    none or more than one, NotFound for an unknown name, Conflict for a retired asset.
    """
    chosen = choose(session, now=now, actor=actor, checklist=checklist, asset=asset, at=now)
    found = open_round(session, checklist=chosen.checklist.name, asset=chosen.asset)
    if found is not None:
        return _go_on(session, now, actor, rows.locked(session, found), chosen)
    one = begun(session, chosen, now=now, actor=actor, at=now)
    rows.add(session, one)
    ending.append(session, one, STARTED, {"person": actor, "route": one.route})
    return _walking(session, one, chosen.checklist, chosen, now)


@use_case(needs=Permission.RECORD, offline=False)
def answer(
    session: Session, *, now: datetime, actor: str, reference: str, answers: list[dict[str, str | None]]
) -> Answered:
    """Add the answers (the fields of `Answer` by name) as readings. Raise Conflict where the round is done or void."""
    before = _open(session, reference, now)
    checklist = ending.checklist_of(session, before)
    given = [answer_of(one) for one in answers]
    after = ending.with_answers(before, given, by=actor, at=now)
    rows.save(session, before, after)
    raised = ending.raise_actions(session, after, checklist, given, before=before, now=now, actor=actor, found_at=now)
    ending.append(session, after, ANSWERED, {"answers": [facts_of(one) for one in given]})
    return Answered(after, raised)


@use_case(needs=Permission.RECORD, offline=False)
def finish(
    session: Session,
    *,
    now: datetime,
    actor: str,
    reference: str,
    at: datetime | None = None,
    answered: str | None = None,
) -> Finished:
    """End the round where all that is mandatory is answered: it meets its occurrence, and its flags are reckoned.

    Else it stays open, and `missing` says why. Raise Conflict where it is done or void.
    """
    before = _open(session, reference, now)
    checklist = ending.checklist_of(session, before)
    one = replace(before, answered=answered or before.answered)
    if left := tuple(missing(checklist, one.current)):
        if one != before:
            rows.save(session, before, one)
            ending.append(session, one, ANSWERED, {"answered": answered})
        return Finished(one, checklist, None, left, ())
    moment = check_time(at or now, now)
    earlier = ending.latest(session, one.checklist, one.asset, count=ALIKE)
    after, occurrence = ending.done(session, one, checklist, earlier, at=moment, now=now, at_once=False)
    rows.save(session, before, after)
    proven = proof.prove(session, after, now=now, actor=actor)
    facts = {"at": after.done_at, "by": actor, "answered": answered, "occurrence": occurrence and occurrence.reference}
    ending.append(session, after, COMPLETED, facts, happened_at=after.done_at)
    return Finished(after, checklist, occurrence, (), (), proven=proven)


def begun(session: Session, chosen: Chosen, *, now: datetime, actor: str, at: datetime) -> Round:
    """A new round, not yet written; who looked has found none that is open.

    Where somebody begins the same one at this very moment the database refuses the second, whose unit of work begins
    again and finds theirs.
    """
    reference = references.allocate(session, prefix=PREFIX, now=now)[0]
    return Round(
        reference=reference,
        checklist=chosen.checklist.name,
        asset=chosen.asset,
        customer=chosen.customer,
        route=chosen.route,
        state=State.OPEN,
        rules=chosen.generation,
        person=actor,
        started_at=at,
        recorded_at=now,
        asked=challenge(session, chosen, now),
    )


def challenge(session: Session, chosen: Chosen, now: datetime) -> int | None:
    """Which challenge of the checklist is asked of that asset on that day, the same on the form and in the round."""
    if not chosen.checklist.challenges:
        return None
    day = local_day(now, zone_of(session))
    return evidence.challenge_for(chosen.checklist, f"{chosen.checklist.name}/{chosen.asset or ''}/{day}")


def check_time(at: datetime, now: datetime) -> datetime:
    """The moment itself. Raise InvalidInput if it is still to come."""
    if at > now:
        raise InvalidInput(
            _("{moment} is in the future.").format(moment=MOMENT), _("Give a time that has passed."), moment=at
        )
    return at


def answer_of(said: dict[str, str | None]) -> Answer:
    """A person's answer from its fields by name. Raise InvalidInput for one that would pass for a machine's."""
    if said.get("source") == Source.MACHINE:
        raise InvalidInput(
            _("{item} was not answered by a machine.").format(item=said["item"]),
            _("What a machine answers is recorded by: opsctl inspect run"),
        )
    told = {name: value for name, value in said.items() if name not in ("item", "mark", "source")}
    return Answer(
        item=str(said["item"]),
        mark=Mark(str(said["mark"])),
        source=Source(said.get("source") or Source.TYPED),
        **{name: None if value is None else read_title(value) for name, value in told.items()},
    )


def facts_of(one: Answer | Reading) -> dict[str, Any]:
    """What the ledger keeps of an answer, under the names by which it knows what somebody wrote."""
    said = {name: getattr(one, name, None) for name in ("item", "mark", "value", "note", "file", "digest")}
    said |= {"scope": getattr(one, "impact", None), "told_to": getattr(one, "told", None)}
    if said["value"] is not None and as_number(said["value"]) is None:
        said["text"] = said.pop("value")
    if one.source is not Source.TYPED:
        said["source"] = one.source
    return {name: value for name, value in said.items() if value is not None}


def _open(session: Session, word: str, now: datetime) -> Round:
    one = rows.locked(session, reference_of(session, word, now, writing=True))
    if one.void is not None:
        raise Conflict(_("{reference} is void.").format(reference=one.reference), _("Begin another round."))
    if one.state is State.DONE:
        raise Conflict(
            _("{reference} is done already.").format(reference=one.reference),
            _("A wrong reading is set right with: opsctl inspect correct {reference} ITEM=VALUE --reason TEXT").format(
                reference=one.reference
            ),
        )
    return one


def _go_on(session: Session, now: datetime, actor: str, before: Round, chosen: Chosen) -> Walking:
    one = before
    unwalked = evidence.is_unwalked(before)
    if before.person != actor or unwalked:
        one = replace(before, person=actor, started_at=now if unwalked else before.started_at)
        rows.save(session, before, one)
        ending.append(session, one, TAKEN_UP, {"person": actor, "from": before.person})
    checklist = ending.checklist_of(session, one)
    return replace(
        _walking(session, one, checklist, chosen, now),
        resumed=True,
        taken_from=None if before.person == actor or unwalked else before.person,
        newer=checklist != chosen.checklist,
    )


def _walking(session: Session, one: Round, checklist: Checklist, chosen: Chosen, now: datetime) -> Walking:
    last = ending.latest(session, one.checklist, one.asset)
    occurrence = meeting.would_meet(session, kind=COMPLETED, topic=one.checklist, about=one.asset, happened_at=now)
    return Walking(
        round=one,
        checklist=checklist,
        last=last[0] if last else None,
        occurrence=occurrence,
        resumed=False,
        taken_from=None,
        left=chosen.left,
        newer=False,
    )
