"""Rounds in any order, by anybody, against a walk over every occurrence: what is met, by which round, judged when."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from opsctl.assets.service import assets
from opsctl.core.errors import Conflict, InvalidInput, NotAllowed, OpsctlError
from opsctl.core.void import Void
from opsctl.duties.service import keeping
from opsctl.duties.service import read as duties
from opsctl.duties.terms import Wanted
from opsctl.inspections.service import judging, logging, rows, walking
from opsctl.inspections.terms import State
from opsctl.ledger import service as ledger
from opsctl.main import rooms
from opsctl.rulebook.service import applying
from opsctl.store.engine import Store
from tests.conftest import open_copy
from tests.harness import reading
from tests.inspections.conftest import BOOK
from tests.inspections.people import as_person

BEGINNING = datetime(2026, 11, 3, 2, 0, tzinfo=UTC)
FIRST_DUE = datetime(2026, 11, 4, 1, 0, tzinfo=UTC)
EARLY = LATE = timedelta(hours=2)
MINUTE = timedelta(minutes=1)
SWITCHES = ("core-sw-1", "core-sw-2")
PERSONS = st.sampled_from(["wang", "zhao", "sun"])
ASSETS = st.sampled_from(["core-sw-1", "core-sw-1", "core-sw-1", "core-sw-2"])
AGO = st.sampled_from([0, 15, 70, 400, 1440])
STEPS = st.sampled_from([5, 60, 720, 1440])
CHOSEN = st.integers(0, 99)


@dataclass
class Told:
    """What was said of one round."""

    reference: str
    asset: str
    person: str
    answered: dict[str, str] = field(default_factory=dict)
    """Who answered each item last."""
    done_at: datetime | None = None
    entered: tuple[datetime, int] | None = None
    countersigned: bool = False
    void: bool = False

    @property
    def counts(self) -> bool:
        return self.done_at is not None and not self.void


class Sequences(RuleBasedStateMachine):
    """Two switches that are due every day at nine, three persons, and a clock that goes on."""

    def __init__(self, store: Store) -> None:
        super().__init__()
        self.store = store
        self.read = reading(store)
        self.now = BEGINNING
        self.do("root", applying.apply, text=BOOK, file="patrols.toml")
        for handle in SWITCHES:
            self.do("root", assets.add, handle=handle, kind="switch")
        self.do("root", keeping.keep_up_to_date)
        self.now += timedelta(days=1, hours=1)
        self.rounds: list[Told] = []
        self.met: dict[tuple[str, datetime], Told] = {}
        self.readings = 0

    def do(self, person: str, use_case: Callable[..., Any], **given: Any) -> Any:
        return as_person(self.store, person, self.now, use_case, **given)

    def refused(self, wanted: type[OpsctlError], person: str, use_case: Callable[..., Any], **given: Any) -> None:
        with pytest.raises(wanted):
            self.do(person, use_case, **given)

    # The slow account: every occurrence there is, from the first day on.

    def occurrences(self) -> Iterator[datetime]:
        due = FIRST_DUE
        while due - EARLY <= self.now:
            yield due
            due += timedelta(days=1)

    def best(self, at: datetime, among: list[datetime]) -> datetime | None:
        for due in among:
            if due - EARLY <= at <= due + LATE:
                return due
        before = [due for due in among if due < at]
        return before[-1] if before else None

    def free(self, asset: str) -> list[datetime]:
        return [due for due in self.occurrences() if (asset, due) not in self.met]

    def of(self, one: Told) -> datetime | None:
        return next((due for (_asset, due), met in self.met.items() if met is one), None)

    def take_best(self, one: Told) -> None:
        assert one.done_at is not None
        due = self.best(one.done_at, self.free(one.asset))
        if due is not None:
            self.met[one.asset, due] = one

    def let_go(self, one: Told) -> None:
        due = self.of(one)
        if due is not None:
            del self.met[one.asset, due]

    def settle(self) -> None:
        """Who was entered first moves first, until nobody would rather meet what is still due."""
        moved = True
        while moved:
            moved = False
            for one in sorted((one for one in self.rounds if one.counts), key=lambda one: one.entered or ()):
                has = self.of(one)
                offered = sorted([*self.free(one.asset), *([] if has is None else [has])])
                assert one.done_at is not None
                wanted = self.best(one.done_at, offered)
                if wanted not in (None, has):
                    self.let_go(one)
                    self.take_best(one)
                    moved = True
                    break

    def open_one(self, asset: str) -> Told | None:
        return next(
            (one for one in self.rounds if one.asset == asset and one.done_at is None and not one.void), None
        )

    def gone_on(self, asset: str, person: str, reference: str) -> Told:
        one = self.open_one(asset)
        if one is None:
            one = Told(reference, asset, person)
            self.rounds.append(one)
        assert one.reference == reference
        one.person = person
        return one

    def chosen(self, number: int) -> Told:
        """One of them; mostly one that met something, for those the others may move to."""
        met = list(self.met.values())
        return met[number % len(met)] if met and number < 70 else self.rounds[number % len(self.rounds)]

    def ended(self, one: Told, at: datetime) -> None:
        one.done_at, one.entered = at, (self.now, int(one.reference[-4:]))
        self.take_best(one)

    def reading(self) -> str:
        self.readings += 1
        return f"temp={20 + self.readings / 1000:.3f}"

    @rule(minutes=STEPS)
    def wait(self, minutes: int) -> None:
        self.now += minutes * MINUTE
        self.do("root", keeping.keep_up_to_date)

    @rule(asset=ASSETS, person=PERSONS, ago=AGO)
    def log(self, asset: str, person: str, ago: int) -> None:
        at = self.now - ago * MINUTE
        given = {"checklist": "core-network", "asset": asset, "items": [self.reading()], "rest": True, "at": at}
        found = self.do(person, logging.log, **given)[0]
        one = self.gone_on(asset, person, found.round.reference)
        one.answered = {"fans": person, "uplink": person} | one.answered | {"temp": person}
        self.ended(one, at)
        assert found.round.state is State.DONE
        self.now += MINUTE

    @rule(asset=ASSETS, person=PERSONS, item=st.sampled_from(["fans", "uplink"]))
    def log_a_part(self, asset: str, person: str, item: str) -> None:
        given = {"checklist": "core-network", "asset": asset, "items": [f"{item}=ok"]}
        before = self.open_one(asset)
        if before is not None and item in before.answered:
            self.refused(Conflict, person, logging.log, **given)
            return
        found = self.do(person, logging.log, **given)[0]
        self.gone_on(asset, person, found.round.reference).answered[item] = person
        assert found.round.state is State.OPEN

    @rule(asset=ASSETS, person=PERSONS)
    def begin(self, asset: str, person: str) -> None:
        found = self.do(person, walking.begin, checklist="core-network", asset=asset)
        before = self.open_one(asset)
        assert found.resumed == (before is not None)
        assert found.taken_from == (None if before is None or before.person == person else before.person)
        self.gone_on(asset, person, found.round.reference)

    @precondition(lambda self: self.rounds)
    @rule(number=CHOSEN, person=PERSONS)
    def countersign(self, number: int, person: str) -> None:
        one = self.chosen(number)
        given = {"named": [one.reference]}
        if not one.counts or one.countersigned:
            self.refused(Conflict, person, judging.countersign, **given)
        elif person in {one.person, *one.answered.values()}:
            self.refused(NotAllowed, person, judging.countersign, **given)
        else:
            self.do(person, judging.countersign, **given)
            one.countersigned = True

    @precondition(lambda self: self.rounds)
    @rule(number=CHOSEN, person=PERSONS, minutes=st.sampled_from([-1440, -300, -20, 20, 300, 1440]))
    def correct_the_time(self, number: int, person: str, minutes: int) -> None:
        one = self.chosen(number)
        moment = (one.done_at or self.now) + minutes * MINUTE
        typed = (moment + timedelta(hours=8)).strftime("%Y-%m-%d %H:%M")
        given = {"reference": one.reference, "given": [f"done={typed}"], "reason": "the clock was wrong"}
        if not one.counts:
            self.refused(Conflict, person, judging.correct, **given)
        elif moment > self.now:
            self.refused(InvalidInput, person, judging.correct, **given)
        else:
            self.do(person, judging.correct, **given)
            one.done_at, one.countersigned = moment, False
            self.let_go(one)
            self.take_best(one)
            self.settle()

    @precondition(lambda self: self.rounds)
    @rule(number=CHOSEN, person=PERSONS)
    def correct_a_reading(self, number: int, person: str) -> None:
        one = self.chosen(number)
        given = {"reference": one.reference, "given": [self.reading()], "reason": "read the wrong rack"}
        if not one.counts:
            self.refused(Conflict, person, judging.correct, **given)
            return
        self.do(person, judging.correct, **given)
        one.answered["temp"] = person

    @precondition(lambda self: self.rounds)
    @rule(number=CHOSEN, person=PERSONS)
    def void(self, number: int, person: str) -> None:
        one = self.chosen(number)
        given = {"named": [one.reference], "because": Void.MISTAKE}
        if one.void:
            self.refused(Conflict, person, judging.void, **given)
            return
        self.do(person, judging.void, **given)
        one.void = True
        self.let_go(one)
        self.settle()

    @invariant()
    def what_is_met_is_what_the_account_says(self) -> None:
        found = self.read(duties.list_occurrences, now=self.now, state=Wanted.DONE).occurrences
        assert {(one.about, one.due_at): (one.met_by, one.met_at, one.judged_at) for one in found} == {
            key: (one.reference, one.done_at, one.done_at if one.countersigned else (one.entered or (None,))[0])
            for key, one in self.met.items()
        }

    def teardown(self) -> None:
        stored = self.read(rows.of_references, references=[one.reference for one in self.rounds])
        assert [
            (one.asset, one.done_at, one.countersigned_by is not None, one.void is not None) for one in stored
        ] == [(one.asset, one.done_at, one.countersigned, one.void) for one in self.rounds]
        assert [{item: each.by for item, each in one.current.items()} for one in stored] == [
            one.answered for one in self.rounds
        ]
        verdict = self.read(
            ledger.verify,
            kept=None,
            standing=self.store.driver.guards,
            wanted=self.store.driver.LEDGER_GUARDS,
            records=[room.load(room.records) for room in rooms() if room.records],
        )
        assert verdict.findings == ()


@pytest.mark.parametrize(("backend", "examples"), [("sqlite", 25), ("postgres", 6)])
def test_whatever_is_done_to_rounds_the_right_ones_meet_what_is_due(
    backend: str, examples: int, request: pytest.FixtureRequest
) -> None:
    class Opened(Sequences):
        def __init__(self) -> None:
            self.folder = tempfile.mkdtemp()
            self.copy = open_copy(backend, request, Path(self.folder))
            super().__init__(next(self.copy))

        def teardown(self) -> None:
            super().teardown()
            for _store in self.copy:
                raise AssertionError("there is one store")
            shutil.rmtree(self.folder)

    run_state_machine_as_test(
        Opened,
        settings=settings(
            max_examples=examples,
            stateful_step_count=30,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
