"""Invented rounds with their readings and what they met, and actions, each with what the ledger says of it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta

from invented_incidents import Event, World

from opsctl.actions.rules import Action
from opsctl.actions.rules import fields as action_fields
from opsctl.actions.terms import Gravity
from opsctl.actions.terms import State as ActionState
from opsctl.core import chain
from opsctl.duties.rules import Occurrence
from opsctl.duties.rules import fields as day_fields
from opsctl.duties.terms import State as OccurrenceState
from opsctl.inspections.rules import Reading, Round
from opsctl.inspections.rules import fields as round_fields
from opsctl.inspections.terms import Mark, Source
from opsctl.inspections.terms import State as RoundState

ITEMS = 30
ROOMS = 10
_HOURS = (1, 13)
"""At 9 and at 21 o'clock of Shanghai."""
_HOUR = timedelta(hours=1)
DUTY = "room-patrol"
BOOK = (
    '[rulebook]\nname = "scale"\nversion = "1"\nzone = "Asia/Shanghai"\n'
    '[checklists.room]\ntitle = "Room"\nitems = [\n'
    + "".join(f'  {{ id = "i{n}", title = "Reading {n}", type = "number", warn = "10:30" }},\n' for n in range(ITEMS))
    + ']\n[checklists.rack]\ntitle = "Rack"\nitems = [\n'
    '  { id = "temp", title = "Inlet temperature", type = "number", unit = "°C", warn = "18:27" },\n'
    '  { id = "fans", title = "Fans", type = "state" },\n  { id = "uplink", title = "Uplinks", type = "state" },\n]\n'
    f'[duties.{DUTY}]\nschedule = "0 9,21 * * *"\nowner = "role:engineer"\nassets = {{ kind = "room" }}\n'
    'evidence = { kind = "inspection.completed", checklist = "room" }\n'
)


@dataclass(frozen=True)
class Walked:
    """What came of one day: its rounds, its occurrences, and what the ledger says of both."""

    rounds: list[Round]
    occurrences: list[Occurrence]
    events: list[Event]


def days(count: int, world: World, generation: int) -> Iterator[Walked]:
    """`count` rounds of ten rooms, twice a day up to yesterday, the oldest day first; one of a hundred was missed."""
    a_day = ROOMS * len(_HOURS)
    today = datetime.combine(world.last.date(), time(), UTC)
    whole = -(-count // a_day)
    number, numbers = 0, dict[int, int]()
    for back in range(whole, 0, -1):
        day = today - timedelta(days=back)
        rounds, occurrences = [], []
        for hour in _HOURS:
            for room in range(ROOMS):
                if number == count:
                    break
                due = day + hour * _HOUR
                numbers[due.year] = numbers.get(due.year, 0) + 1
                reference = f"INS-{due.year}-{numbers[due.year]:04d}"
                occurrence = _occurrence(room, due, world, generation)
                number += 1
                if number % 100 == 50:
                    # It was walked, but far too late to be what was due.
                    rounds.append(_round(reference, room, due + 4 * _HOUR, world, generation, number))
                else:
                    done = due - timedelta(seconds=number * 7 % 2400)
                    rounds.append(_round(reference, room, done, world, generation, number))
                    occurrence = replace(
                        occurrence, state=OccurrenceState.DONE, met_by=reference, met_at=done, judged_at=done
                    )
                occurrences.append(occurrence)
        yield Walked(rounds, occurrences, _events_of(rounds, occurrences))


def _occurrence(room: int, due: datetime, world: World, generation: int) -> Occurrence:
    about = world.assets[room][0]
    return Occurrence(
        DUTY, about, due, due - _HOUR, due + _HOUR, "inspection.completed", "room", "role:engineer", None, generation
    )


def _round(reference: str, room: int, done: datetime, world: World, generation: int, number: int) -> Round:
    asset, customer = world.assets[room]
    person = world.people[number * 7 % len(world.people)]
    readings = tuple(
        Reading(
            f"i{item}", Mark.OK, f"{20 + (number + item) % 7}.{item % 10}", None, Source.TYPED, None, None, person, done
        )
        for item in range(ITEMS)
    )
    return Round(
        reference, "room", asset, customer, None, RoundState.DONE, generation, person, done - timedelta(minutes=9),
        done, done, done, readings=readings,
    )  # fmt: skip


def _events_of(rounds: list[Round], occurrences: list[Occurrence]) -> list[Event]:
    events = []
    for one in rounds:
        answers = [[reading.item, reading.mark, reading.value] for reading in one.readings[:3]]
        facts = chain.canonical({"at": one.done_at, "by": one.person, "answers": answers})
        record = chain.record_digest(round_fields(one))
        events.append(
            Event(
                one.recorded_at, one.done_at or one.recorded_at, one.person, "inspection.completed", one.reference,
                one.asset, "room", one.customer, facts, record,
            )
        )  # fmt: skip
    met = sorted((one for one in occurrences if one.met_at is not None), key=lambda one: str(one.met_at))
    for place, one in enumerate(met):
        at = one.met_at or one.due_at
        facts = chain.canonical({"about": one.about, "by": one.met_by, "due_at": one.due_at})
        last = place == len(met) - 1
        record = chain.record_digest(day_fields(occurrences)) if last else chain.digest(facts)
        events.append(Event(at, at, "opsctl", "duty.met", one.subject, one.about, "room", None, facts, record))
    return events


def actions(count: int, world: World) -> Iterator[tuple[Action, list[Event]]]:
    """`count` actions over the years, all but the youngest done and verified by another."""
    step = (world.last - world.first) / count
    waiting = min(200, count // 5)
    numbers: dict[int, int] = {}
    for number in range(count):
        found = (world.first + number * step).replace(microsecond=0)
        numbers[found.year] = numbers.get(found.year, 0) + 1
        yield _action(f"ACT-{found.year}-{numbers[found.year]:04d}", found, number, number >= count - waiting, world)


def _action(reference: str, found: datetime, number: int, waits: bool, world: World) -> tuple[Action, list[Event]]:
    asset, customer = world.assets[number * 11 % len(world.assets)]
    owner, other = (world.people[(number * 13 + more) % len(world.people)] for more in (0, 1))
    state = ActionState.VERIFIED
    if waits:
        state = ActionState.OPEN if number % 4 else ActionState.DONE
    done = found + timedelta(minutes=30)
    verified = state is ActionState.VERIFIED
    one = Action(
        reference=reference,
        title=f"uplink drops packets {number % 97}",
        gravity=Gravity.FAIL,
        state=state,
        asset=asset,
        customer=customer,
        source=None,
        topic=f"room/i{number % ITEMS}",
        found_at=found,
        impact=None,
        told=None,
        owner=owner,
        deadline=world.last + timedelta(hours=number % 700 - 350) if waits else found + timedelta(days=7),
        result=None if state is ActionState.OPEN else "replaced",
        done_by=None if state is ActionState.OPEN else owner,
        done_at=None if state is ActionState.OPEN else done,
        verified_by=other if verified else None,
        verified_at=done + _HOUR if verified else None,
        incident=None,
        void=None,
        seen=1,
        corrected_at=None,
        recorded_by=other,
        recorded_at=found,
    )
    steps = [("action.added", found, other)]
    if one.done_at is not None:
        steps.append(("action.done", done, owner))
    if one.verified_at is not None:
        steps.append(("action.verified", one.verified_at, other))
    events = []
    for place, (kind, at, actor) in enumerate(steps):
        facts = chain.canonical({"title": one.title})
        record = chain.record_digest(action_fields(one)) if place == len(steps) - 1 else chain.digest(facts)
        events.append(Event(at, at, actor, kind, reference, asset, one.topic, customer, facts, record))
    return one, events
