"""No sequence of moves loses time or an episode: three incidents against a slow log of minutes."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from opsctl.core.errors import OpsctlError
from opsctl.core.void import Void
from opsctl.incidents.rules import closing, life, merging, moves, pauses
from opsctl.incidents.rules.life import Case, Incident
from opsctl.incidents.terms import Response, State
from tests.incidents.records import clock, opened, states

NAMES = ("INC-2026-0001", "INC-2026-0002", "INC-2026-0003")
UNRESOLVED = (State.OPEN, State.ACKNOWLEDGED, State.MITIGATED)
START = clock(0)
MINUTE = timedelta(minutes=1)
INCIDENTS = st.sampled_from(NAMES)
EARLIER = st.just(0) | st.integers(1, 90)
WEIGHTS = st.sampled_from([1000, 1000, 300])


@dataclass
class Log:
    """What was said of one incident: minutes since START, and whatever lasts beside it."""

    opened: int
    states: list[tuple[State, int]]
    lost: Counter[tuple[int, int]] = field(default_factory=Counter)
    """How often each minute was lost with each weight, of what has ended."""
    lasting: list[tuple[int, int]] = field(default_factory=list)
    """Since when, and how much."""
    paused: list[set[int]] = field(default_factory=list)
    paused_since: int | None = None
    approved: list[bool | None] = field(default_factory=list)
    acknowledged: int | None = None
    into: str | None = None
    void: bool = False

    def end_all(self, at: int) -> None:
        for since, weight in self.lasting:
            self.lost.update((minute, weight) for minute in range(since, at))
        self.lasting = []

    def end_pause(self, at: int) -> None:
        if self.paused_since is not None:
            self.paused.append(set(range(self.paused_since, max(at, self.paused_since))))
            self.paused_since = None


class Sequences(RuleBasedStateMachine):
    """Moves in any order, some said a while after they happened."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 300
        self.held: dict[str, Incident] = {}
        self.log: dict[str, Log] = {}
        self.records: dict[str, Incident] = {}

    @initialize(down=st.none() | st.integers(0, 60), early=st.integers(0, 60))
    def begin(self, down: int | None, early: int) -> None:
        for place, name in enumerate(NAMES):
            since = None if down is None or place else down
            at = 100 + place * early
            given: dict[str, Any] = {"reference": name, "down": None if since is None else START + since * MINUTE}
            self.held[name] = opened(START + at * MINUTE, **given).incident
            self.log[name] = Log(at, [(State.OPEN, at)])
            if since is not None:
                self.log[name].lasting.append((since, 1000))

    def case(self, name: str) -> Case:
        found = [name]
        for one in found:
            found += [other for other in NAMES if self.log[other].into == one]
        return Case(self.held[name], tuple(self.held[other] for other in found[1:]))

    def logs(self, name: str) -> list[Log]:
        return [self.log[one.reference] for one in self.case(name).all]

    def tried(self, name: str, move: Callable[[Case], Case], *, sure: bool) -> bool:
        """Whether the move was made; refused it may only be where that is not `sure`."""
        try:
            after = move(self.case(name))
        except OpsctlError as error:
            assert not sure, error.message
            assert not self.log[name].void or "void" in error.message
            return False
        assert not self.log[name].void, "a void incident was moved"
        self.held.update((one.reference, one) for one in after.all)
        return True

    def stands(self, name: str, *wanted: State) -> bool:
        log = self.log[name]
        return not log.void and log.states[-1][0] in wanted

    def entered(self, name: str, state: State, at: int) -> None:
        self.log[name].states.append((state, at))
        if state is State.ACKNOWLEDGED and self.log[name].acknowledged is None:
            self.log[name].acknowledged = at

    def moment(self, ago: int) -> tuple[int, dict[str, Any]]:
        self.now += 7
        return self.now - ago, {"at": START + (self.now - ago) * MINUTE, "now": START + self.now * MINUTE}

    @rule(name=INCIDENTS, ago=EARLIER)
    def acknowledge(self, name: str, ago: int) -> None:
        at, given = self.moment(ago)
        sure = self.stands(name, State.OPEN) and ago == 0
        if self.tried(name, lambda case: moves.acknowledge(case, by="wang", how=Response.PERSON, **given), sure=sure):
            assert self.stands(name, State.OPEN)
            self.entered(name, State.ACKNOWLEDGED, at)

    @rule(name=INCIDENTS, ago=EARLIER)
    def mitigate(self, name: str, ago: int) -> None:
        at, given = self.moment(ago)
        sure = self.stands(name, State.OPEN, State.ACKNOWLEDGED) and ago == 0
        if self.tried(name, lambda case: moves.mitigate(case, by="wang", **given), sure=sure):
            if self.stands(name, State.OPEN):
                self.entered(name, State.ACKNOWLEDGED, at)
            assert self.stands(name, State.ACKNOWLEDGED)
            self.entered(name, State.MITIGATED, at)

    @rule(name=INCIDENTS, ago=EARLIER, weight=WEIGHTS)
    def down(self, name: str, ago: int, weight: int) -> None:
        at, given = self.moment(ago)
        log = self.log[name]
        known = any(share == weight for _since, share in log.lasting)
        sure = self.stands(name, *UNRESOLVED) and ago == 0 and not known
        if self.tried(name, lambda case: moves.down(case, weight=weight, **given), sure=sure):
            assert self.stands(name, *UNRESOLVED)
            log.end_all(at)
            log.lasting = [(at, weight)]

    @rule(name=INCIDENTS, ago=EARLIER, rest=st.just(0) | WEIGHTS)
    def restored(self, name: str, ago: int, rest: int) -> None:
        at, given = self.moment(ago)
        lasted = any(log.lasting for log in self.logs(name))
        sure = self.stands(name, *UNRESOLVED) and ago == 0 and lasted
        began = (self.case(name).last_start - START) // MINUTE
        if self.tried(name, lambda case: moves.restored(case, weight=rest, **given), sure=sure):
            assert self.stands(name, *UNRESOLVED)
            self.ended(name, at, began, lasted=lasted)
            if rest:
                self.log[name].lasting = [(at, rest)]

    def ended(self, name: str, at: int, began: int, *, lasted: bool) -> None:
        if not lasted:
            self.log[name].lasting = [(began, 1000)]
        for log in self.logs(name):
            log.end_all(at)

    @rule(name=INCIDENTS, ago=EARLIER, back=st.none() | EARLIER)
    def resolve(self, name: str, ago: int, back: int | None) -> None:
        at, given = self.moment(ago)
        restored = None if back is None else self.now - back
        lasted = any(log.lasting for log in self.logs(name))
        sure = self.stands(name, *UNRESOLVED) and ago == 0 and (back == 0 if lasted else back is None)
        began = (self.case(name).last_start - START) // MINUTE
        moment = None if restored is None else START + restored * MINUTE
        if self.tried(name, lambda case: moves.resolve(case, restored=moment, by="wang", **given), sure=sure):
            assert self.stands(name, *UNRESOLVED)
            if restored is not None:
                self.ended(name, restored, began, lasted=lasted)
            assert not any(log.lasting for log in self.logs(name)), "resolved while it was down"
            if self.stands(name, State.OPEN):
                self.entered(name, State.ACKNOWLEDGED, at)
            self.log[name].end_pause(at)
            self.entered(name, State.RESOLVED, at)

    @rule(name=INCIDENTS, ago=EARLIER)
    def close(self, name: str, ago: int) -> None:
        at, given = self.moment(ago)
        sure = self.stands(name, State.RESOLVED) and ago == 0
        if self.tried(name, lambda case: moves.close(case, **given), sure=sure):
            assert self.stands(name, State.RESOLVED)
            assert at >= self.log[name].states[-1][1]
            self.entered(name, State.CLOSED, at)

    @rule(name=INCIDENTS, ago=EARLIER, declared=st.booleans(), weight=WEIGHTS)
    def reopen(self, name: str, ago: int, declared: bool, weight: int) -> None:
        at, given = self.moment(ago)
        sure = self.stands(name, State.RESOLVED, State.CLOSED) and ago == 0
        given |= {"by": "zhao", "declared": declared, "weight": weight, "window": None}
        if self.tried(name, lambda case: moves.reopen(case, **given), sure=sure):
            assert self.stands(name, State.RESOLVED, State.CLOSED)
            self.entered(name, State.ACKNOWLEDGED, at)
            if declared:
                self.log[name].lasting.append((at, weight))

    @rule(name=INCIDENTS, ago=EARLIER)
    def pause(self, name: str, ago: int) -> None:
        at, given = self.moment(ago)
        log = self.log[name]
        sure = self.stands(name, *UNRESOLVED) and ago == 0 and log.paused_since is None
        given |= {"by": "wang", "reason": "spare part", "asked": None}
        if self.tried(name, lambda case: pauses.pause(case, **given), sure=sure):
            assert self.stands(name, *UNRESOLVED)
            assert log.paused_since is None
            assert all(minute < at for minutes in log.paused for minute in minutes), "pauses overlap"
            log.paused_since = at
            log.approved.append(None)

    @rule(name=INCIDENTS, ago=EARLIER)
    def resume(self, name: str, ago: int) -> None:
        at, given = self.moment(ago)
        log = self.log[name]
        sure = self.stands(name, *UNRESOLVED) and ago == 0 and log.paused_since is not None
        if self.tried(name, lambda case: pauses.resume(case, **given), sure=sure):
            log.end_pause(at)

    @rule(name=INCIDENTS, number=st.integers(0, 3), by=st.sampled_from(["wang", "lead.wang"]), approved=st.booleans())
    def decide(self, name: str, number: int, by: str, approved: bool) -> None:
        at, given = self.moment(0)
        log = self.log[name]
        try:
            after = pauses.decide(self.case(name), number=number, by=by, now=given["now"], approved=approved)
        except OpsctlError:
            assert by == "wang" or not 1 <= number <= len(log.approved) or log.approved[number - 1] is not None
            return
        assert by != "wang"
        assert log.approved[number - 1] is None
        log.approved[number - 1] = approved
        if not approved and number == len(log.approved) and log.paused_since is not None:
            log.end_pause(at)  # what was refused is no pause any more
        self.held[name] = after.incident

    @rule(name=INCIDENTS, other=INCIDENTS)
    def merge(self, name: str, other: str) -> None:
        _at, given = self.moment(0)
        fits = (*UNRESOLVED, State.RESOLVED)
        hidden = self.stands(name, *UNRESOLVED) and self.stands(other, State.RESOLVED)
        legal = name != other and self.stands(name, *fits) and self.stands(other, *fits) and not hidden
        try:
            after = merging.merge(self.case(name), self.case(other), now=given["now"])
        except OpsctlError as error:
            assert not legal, error.message
            return
        assert legal
        assert merging.split(after) == self.held[name]
        self.held[name] = after
        self.log[name].states.append((State.MERGED, self.now))
        self.log[name].into = other

    @rule(name=INCIDENTS)
    def split(self, name: str) -> None:
        try:
            self.held[name] = merging.split(self.held[name])
        except OpsctlError:
            assert self.log[name].into is None
            return
        assert self.log[name].into is not None
        self.log[name].into = None
        assert self.log[name].states.pop()[0] is State.MERGED

    @precondition(lambda self: not any(log.void for log in self.log.values()))
    @rule(name=INCIDENTS)
    def void(self, name: str) -> None:
        case = self.case(name)
        try:
            after = closing.void(case, Void.MISTAKE)
        except OpsctlError:
            assert case.members or self.log[name].into is not None
            return
        assert closing.unvoid(after) == self.held[name]
        self.held[name] = after
        self.log[name].void = True

    @rule()
    def unvoid(self) -> None:
        for name, log in self.log.items():
            if log.void:
                self.held[name] = closing.unvoid(self.held[name])
                log.void = False

    @invariant()
    def every_state_goes_on_where_the_one_before_it_ended(self) -> None:
        for name, log in self.log.items():
            begins = [(state, START + at * MINUTE) for state, at in log.states]
            ends = [*(at for _state, at in begins[1:]), None]
            wanted = [(state, at, end) for (state, at), end in zip(begins, ends, strict=True)]
            assert states(self.held[name]) == wanted
            assert self.held[name].state is log.states[-1][0]
            assert self.held[name].opened == START + log.opened * MINUTE

    @invariant()
    def no_lost_minute_is_forgotten_or_invented(self) -> None:
        for name, log in self.log.items():
            found: Counter[tuple[int, int]] = Counter()
            lasting = []
            for span in self.held[name].impacts:
                start = (span.started - START) // MINUTE
                if span.ended is None:
                    lasting.append((start, span.weight))
                else:
                    found.update((minute, span.weight) for minute in range(start, (span.ended - START) // MINUTE))
            assert found == log.lost
            assert lasting == log.lasting

    @invariant()
    def pauses_are_what_was_said_and_decided(self) -> None:
        for name, log in self.log.items():
            spans = self.held[name].pauses
            assert [span.approved for span in spans] == log.approved
            ended = [
                set(range((span.started - START) // MINUTE, (span.ended - START) // MINUTE))
                for span in spans
                if span.ended is not None
            ]
            assert ended == log.paused
            running = [(span.started - START) // MINUTE for span in spans if span.ended is None]
            assert running == ([] if log.paused_since is None else [log.paused_since])

    @invariant()
    def the_first_acknowledgement_stays(self) -> None:
        for name, log in self.log.items():
            claimed = None if log.acknowledged is None else START + log.acknowledged * MINUTE
            assert self.held[name].acknowledged == claimed

    @invariant()
    def a_case_has_all_of_its_members(self) -> None:
        for name in self.held:
            case, logs = self.case(name), self.logs(name)
            assert case.opened == START + min(log.opened for log in logs) * MINUTE
            assert len(case.lasting) == sum(len(log.lasting) for log in logs)
            assert (case.restored is None) == (bool(case.lasting) or not case.impacts)
            gaps = [set(range((a - START) // MINUTE, (b - START) // MINUTE)) for a, b in case.gaps]
            lost = {minute for log in logs for minute, _weight in log.lost}
            assert not any(gap & lost for gap in gaps), "the clock stood still while it was down"

    @invariant()
    def the_record_of_the_digest_changes_with_the_incident_and_only_with_it(self) -> None:
        for incident in self.held.values():
            assert self.records.setdefault(repr(life.fields(incident)), incident) == incident
            assert life.fields(replace(incident)) == life.fields(incident)


Sequences.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestSequences = Sequences.TestCase
