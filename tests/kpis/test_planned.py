"""What was due of rounds and actions: the edges of each figure, and every figure against a second, slow way."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsctl.actions.rules import Action
from opsctl.actions.terms import Gravity
from opsctl.actions.terms import State as ActionState
from opsctl.core.periods import Period
from opsctl.core.void import Void
from opsctl.duties.rules import Occurrence
from opsctl.duties.terms import State as DutyState
from opsctl.inspections.rules.results import RoundFacts
from opsctl.inspections.terms import COMPLETED, Flag, Grade
from opsctl.kpis.rules.figures import Excluded, Figure, Met
from opsctl.kpis.rules.planned import figures_of, is_undecided, of_actions, of_rounds
from opsctl.kpis.rules.scopes import Wanted
from opsctl.kpis.terms import By, Name, Reason, State

START = datetime(2026, 9, 30, 16, tzinfo=UTC)
END = datetime(2026, 10, 31, 16, tzinfo=UTC)
OCTOBER = Period("2026-10", START, END, "Asia/Shanghai")
NOW = datetime(2026, 11, 5, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
MICROSECOND = timedelta(microseconds=1)
NINE = START + 9 * HOUR
"""09:00 on 1 October in Shanghai; every window below is an hour before and an hour after."""


def occurrence(due: datetime = NINE, about: str = "sw-1", **given: object) -> Occurrence:
    plain = Occurrence(
        duty="patrol", about=about, due_at=due, opens_at=due - HOUR, closes_at=due + HOUR, kind=COMPLETED,
        topic="core-network", owner="person:li", clause=None, rules=1,
    )  # fmt: skip
    return replace(plain, **given)  # type: ignore[arg-type]


def done(at: datetime, judged: datetime | None = None, due: datetime = NINE, by: str = "INS-2026-0001") -> Occurrence:
    return occurrence(due, state=DutyState.DONE, met_by=by, met_at=at, judged_at=judged or at)


def walked(reference: str = "INS-2026-0001", grade: Grade = Grade.SELF_DECLARED, **given: object) -> RoundFacts:
    plain = RoundFacts(reference, "sw-1", None, NINE, False, False, False, grade, (), False)
    return replace(plain, **given)  # type: ignore[arg-type]


def action(deadline: datetime = NINE, **given: object) -> Action:
    plain = Action(
        reference="ACT-2026-0001", title="fan is loud", gravity=Gravity.FAIL, state=ActionState.OPEN, asset="sw-1",
        customer=None, source=None, topic=None, found_at=START, impact=None, told=None, owner="li", deadline=deadline,
        result=None, done_by=None, done_at=None, verified_by=None, verified_at=None, incident=None, void=None, seen=1,
        corrected_at=None, recorded_by="li", recorded_at=START,
    )  # fmt: skip
    return replace(plain, **given)  # type: ignore[arg-type]


def rounds_figure(
    name: Name, occurrences: Sequence[Occurrence], rounds: Sequence[RoundFacts] = (), now: datetime = NOW
) -> Figure:
    dues = of_rounds(name, occurrences, {one.reference: one for one in rounds}, {}, now)
    (found,) = figures_of(name, dues, OCTOBER, now, (), Wanted().scopes_without_severity)
    return found


def actions_figure(actions: Sequence[Action], now: datetime = NOW) -> Figure:
    dues = of_actions(actions, {}, now)
    (found,) = figures_of(Name.ACTIONS_ON_TIME, dues, OCTOBER, now, (), Wanted().scopes_without_severity)
    return found


@pytest.mark.parametrize(
    ("one", "is_done", "on_time"),
    [
        (done(NINE - HOUR), True, True),
        (done(NINE - HOUR - MICROSECOND), True, False),
        (done(NINE + HOUR), True, True),
        (done(NINE + HOUR + MICROSECOND), True, False),
        (done(NINE, judged=NINE + 5 * HOUR), True, False),
        (occurrence(), False, False),
    ],
    ids=["as it opens", "before it opens", "as it closes", "after it closes", "entered long after", "never"],
)
def test_late_is_done_and_only_the_window_is_on_time(one: Occurrence, is_done: bool, on_time: bool) -> None:
    completion = rounds_figure(Name.INSPECTION_COMPLETION, [one])
    assert (completion.value, completion.n) == (float(is_done), 1)
    assert completion.missed == (() if is_done else (one.reference,))
    timely = rounds_figure(Name.INSPECTION_ON_TIME, [one])
    assert (timely.value, timely.numerator, timely.denominator) == (float(on_time), int(on_time), 1)
    assert timely.missed == (() if on_time else (one.reference,))


@pytest.mark.parametrize(
    ("now", "is_missed"),
    [(NINE + HOUR - SECOND, False), (NINE + HOUR, False), (NINE + HOUR + MICROSECOND, True)],
    ids=["open", "its last moment", "over"],
)
def test_what_is_not_done_is_outside_until_its_window_is_over(now: datetime, is_missed: bool) -> None:
    for name in (Name.INSPECTION_COMPLETION, Name.INSPECTION_ON_TIME):
        found = rounds_figure(name, [occurrence()], now=now)
        reference = occurrence().reference
        assert (found.missed, found.pending) == (((reference,), ()) if is_missed else ((), (reference,)))
        assert (found.state, found.value) == (State.PARTIAL, 0.0 if is_missed else None)


def test_a_month_that_is_over_is_partial_while_a_window_of_it_is_open() -> None:
    last = END - SECOND
    now = END + SECOND
    found = rounds_figure(Name.INSPECTION_COMPLETION, [done(NINE), occurrence(last)], now=now)
    assert (found.state, found.value, found.pending) == (State.PARTIAL, 1.0, (occurrence(last).reference,))
    assert rounds_figure(Name.INSPECTION_COMPLETION, [done(NINE), occurrence(last)]).state is State.VALUE


def test_what_is_not_decided_yet_is_partial_without_a_value_and_not_nothing_due() -> None:
    last = occurrence(END - SECOND)
    gone = occurrence(NINE, state=DutyState.CANCELLED)
    found = rounds_figure(Name.INSPECTION_COMPLETION, [gone, last], now=END + SECOND)
    assert (found.state, found.value, found.n, found.pending) == (State.PARTIAL, None, 0, (last.reference,))
    to_come = action(END - SECOND)
    promised = actions_figure([to_come], now=START)
    assert (promised.state, promised.value, promised.pending) == (State.PARTIAL, None, (to_come.reference,))
    assert rounds_figure(Name.INSPECTION_COMPLETION, [gone], now=END + SECOND).state is State.NOT_APPLICABLE


def test_nothing_due_is_not_everything() -> None:
    for name in (Name.INSPECTION_COMPLETION, Name.INSPECTION_ON_TIME):
        found = rounds_figure(name, [])
        assert (found.state, found.value, found.n, found.grades) == (State.NOT_APPLICABLE, None, 0, ())
    assert actions_figure([]).state is State.NOT_APPLICABLE


def test_cancelled_and_waived_leave_both_figures_with_their_reason() -> None:
    gone = occurrence(NINE + 24 * HOUR, state=DutyState.CANCELLED, reason="asset retired")
    spared = occurrence(NINE + 48 * HOUR, state=DutyState.WAIVED, reason="flood")
    for name in (Name.INSPECTION_COMPLETION, Name.INSPECTION_ON_TIME):
        found = rounds_figure(name, [done(NINE), gone, spared])
        assert (found.value, found.n) == (1.0, 1)
        assert found.excluded == (
            Excluded(gone.reference, Reason.CANCELLED, "asset retired"),
            Excluded(spared.reference, Reason.WAIVED, "flood"),
        )
        assert found.pending == ()


def test_what_no_round_would_meet_is_not_counted() -> None:
    assert rounds_figure(Name.INSPECTION_COMPLETION, [occurrence(kind="backup.finished")]).n == 0


def test_evidence_and_marks_of_the_rounds_are_counted_once_each() -> None:
    days = [NINE + day * 24 * HOUR for day in range(4)]
    references = [f"INS-2026-000{number}" for number in (1, 2, 3)]
    met = [done(day, due=day, by=by) for day, by in zip(days, references, strict=False)]
    found = rounds_figure(
        Name.INSPECTION_ON_TIME,
        [*met, occurrence(days[3])],
        [
            walked(references[0], Grade.MACHINE, corrected=True),
            walked(references[1], flags=(Flag.PACE, Flag.COPIED), late=True),
            walked(references[2], flags=(Flag.PACE,)),
        ],
    )
    assert found.grades == (("machine", 1), ("photo", 0), ("countersigned", 0), ("self-declared", 2))
    assert (found.flagged, found.met) == (2, Met(voided=0, corrected=1, late=1))
    assert found.met_by == tuple((one.reference, str(one.met_by)) for one in met)
    assert (found.value, found.numerator, found.denominator) == (0.75, 3, 4)


@pytest.mark.parametrize(
    ("one", "undecided"),
    [
        (done(NINE, judged=NINE + 5 * HOUR), True),
        (done(NINE + HOUR, judged=NINE + 5 * HOUR), True),
        (done(NINE, judged=NINE + HOUR), False),
        (done(NINE + 2 * HOUR, judged=NINE + 5 * HOUR), False),
        (done(NINE), False),
        (occurrence(), False),
        (replace(done(NINE, judged=NINE + 5 * HOUR), kind="backup.finished"), False),
    ],
    ids=["in it, entered after", "its last moment", "both within", "both after", "at once", "not done", "no round"],
)
def test_a_countersign_is_wanted_where_it_would_change_the_verdict(one: Occurrence, undecided: bool) -> None:
    assert is_undecided(one) is undecided


@pytest.mark.parametrize(
    ("one", "now", "value"),
    [
        (action(state=ActionState.VERIFIED, verified_at=NINE), NOW, 1.0),
        (action(state=ActionState.VERIFIED, verified_at=NINE + MICROSECOND), NOW, 0.0),
        (action(state=ActionState.DONE, done_at=NINE - HOUR), NOW, 0.0),
        (action(), NOW, 0.0),
        (action(), NINE, None),
        (action(state=ActionState.VERIFIED, verified_at=NINE - HOUR), NINE, None),
        (action(), NINE + MICROSECOND, 0.0),
    ],
    ids=["at the deadline", "after it", "done, not verified", "open", "due now", "early, due now", "just over"],
)
def test_only_what_was_verified_by_its_deadline_is_on_time(one: Action, now: datetime, value: float | None) -> None:
    found = actions_figure([one], now)
    assert (found.value, found.n) == (value, 0 if value is None else 1)
    assert found.pending == ((one.reference,) if value is None else ())
    assert found.missed == ((one.reference,) if value == 0.0 else ())


def test_a_void_action_is_counted_as_void_alone() -> None:
    void = action(void=Void.MISTAKE)
    other = action(reference="ACT-2026-0002", corrected_at=NINE)
    found = actions_figure([void, other])
    assert (found.n, found.counted, found.met) == (1, (other.reference,), Met(voided=1, corrected=1))
    assert actions_figure([void], NINE).met == Met()


def test_parts_are_those_of_assets_and_of_whom_they_serve() -> None:
    days = [NINE, NINE + 24 * HOUR]
    every = [done(days[0]), occurrence(days[1]), occurrence(days[0], about="sw-2"), occurrence(days[0], about="")]
    serves = {"sw-1": "acme", "sw-2": None}
    name = Name.INSPECTION_COMPLETION
    dues = of_rounds(name, every, {}, serves, NOW)

    def shares(wanted: Wanted) -> list[tuple[object, ...]]:
        found = figures_of(name, dues, OCTOBER, NOW, wanted.base, wanted.scopes_without_severity)
        return [(one.scope, one.numerator, one.denominator) for one in found]

    assert shares(Wanted(by=By.ASSET)) == [
        ((), 1, 4), ((("asset", "sw-1"),), 1, 2), ((("asset", "sw-2"),), 0, 1),
    ]  # fmt: skip
    assert shares(Wanted(by=By.CUSTOMER)) == [((), 1, 4), ((("customer", "acme"),), 1, 2)]
    assert shares(Wanted(customer="acme")) == [((("customer", "acme"),), 1, 2)]
    assert shares(Wanted(asset="sw-2")) == [((("asset", "sw-2"),), 0, 1)]
    assert shares(Wanted(asset="sw-9")) == [((("asset", "sw-9"),), None, None)]
    (own,) = of_actions([action(customer="globex"), action(asset="sw-1")][:1], serves, NOW)
    (of_asset,) = of_actions([action(asset="sw-1")], serves, NOW)
    assert (own.customer, of_asset.customer) == ("globex", "acme")


@dataclass(frozen=True)
class Told:
    """One occurrence in plain minutes from the first of the month."""

    due: int
    early: int
    grace: int
    state: DutyState
    claimed: int
    entered: int
    signed: bool


minutes = st.integers(0, 2000)
histories = st.lists(
    st.builds(Told, minutes, st.integers(0, 90), st.integers(0, 90), st.sampled_from(DutyState), minutes,
              st.integers(0, 300), st.booleans()),
    max_size=12, unique_by=lambda one: one.due,
)  # fmt: skip


@given(histories, st.integers(0, 3000))
def test_figures_agree_with_a_walk_over_all_occurrences(histories: list[Told], now: int) -> None:
    def moment(minute: int) -> datetime:
        return START + timedelta(minutes=minute)

    every, done_, timely, outside, left = [], [], [], [], []
    for number, one in enumerate(histories):
        judged = one.claimed if one.signed else one.claimed + one.entered
        made = occurrence(
            moment(one.due), opens_at=moment(one.due - one.early), closes_at=moment(one.due + one.grace),
            state=one.state,
        )  # fmt: skip
        if one.state is DutyState.DONE:
            made = replace(made, met_by=f"INS-{number}", met_at=moment(one.claimed), judged_at=moment(judged))
            done_.append(made.reference)
            if one.due - one.early <= judged <= one.due + one.grace:
                timely.append(made.reference)
        elif one.state is DutyState.DUE:
            if now <= one.due + one.grace:
                outside.append(made.reference)
        else:
            left.append(made.reference)
        every.append(made)
    counted = sorted({one.reference for one in every} - {*outside, *left})
    for name, good in ((Name.INSPECTION_COMPLETION, done_), (Name.INSPECTION_ON_TIME, timely)):
        found = rounds_figure(name, every, now=moment(now))
        assert found.counted == tuple(counted)
        assert found.missed == tuple(sorted(set(counted) - set(good)))
        assert found.pending == tuple(sorted(outside))
        assert sorted(one.reference for one in found.excluded) == sorted(left)
        assert found.value == (len(good) / len(counted) if counted else None)
        assert (found.numerator, found.denominator) == ((len(good), len(counted)) if counted else (None, None))
