"""Which faults come again: by hand, against a look at every pair, and on each database."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from opsctl.core.chain import Signature
from opsctl.core.periods import read_period
from opsctl.core.void import Void
from opsctl.incidents.rules.life import Case, Incident
from opsctl.incidents.service import rows
from opsctl.incidents.terms import State
from opsctl.kpis import service
from opsctl.kpis.rules.figures import Excluded, Figure, Repeat
from opsctl.kpis.rules.repeats import Occurred, Past
from opsctl.kpis.rules.scopes import Wanted
from opsctl.kpis.rules.tally import Tallies
from opsctl.kpis.terms import By, Name, Reason
from opsctl.kpis.terms import State as Standing
from opsctl.reviews.rules.relatives import causes_of
from opsctl.rulebook.rules import Rules
from opsctl.store import unit
from opsctl.store.engine import Store
from tests.factories import make_asset
from tests.harness import CommandLine, Perform, Read
from tests.kpis.records import LATER, as_judged, at, incident, month
from tests.rulebook.books import make_book

DAY = timedelta(days=1)
OCTOBER = month("2026-10")
NOW = datetime(2026, 11, 5, 2, 0, tzinfo=UTC)


def fault(number: int, opened: datetime, cause: str | None = None, of: str | None = "erp", **given: Any) -> Incident:
    return incident(number, of, opened=opened, cause=cause, **given)


def figure(*cases: Case | Incident, days: int | None = None, wanted: Wanted | None = None) -> Figure:
    wanted = wanted or Wanted()
    every = [one if isinstance(one, Case) else Case(one) for one in cases]
    rules = Rules(patrols={} if days is None else {"reviews": {"repeat_within": days * 86400}})
    past = Past(
        Occurred(case.reference, case.incident.asset, case.opened, causes_of(case))
        for case in every
        if case.incident.counts and case.incident.asset is not None
    )
    names = (Name.REPEAT_INCIDENTS,)
    tallies = Tallies(names, OCTOBER, LATER, wanted.base, wanted.scopes_of, lambda _one: rules, None, past)
    for case in every:
        tallies.add(as_judged(case))
    return tallies.figures()[0]


def test_a_fault_that_came_again_is_a_share_of_those_of_the_month() -> None:
    found = figure(fault(1, at(1)), fault(2, at(5)), fault(3, at(9), of="mail"), fault(4, at(12), of="web"))
    assert (found.state, found.value, found.numerator, found.denominator) == (Standing.VALUE, 0.25, 1, 4)
    assert found.repeats == (Repeat("INC-2026-0002", "INC-2026-0001", known=False),)
    assert found.counted == tuple(f"INC-2026-000{number}" for number in (1, 2, 3, 4))


@pytest.mark.parametrize(
    ("before", "again", "repeats"),
    [
        pytest.param("disk full", "power", None, id="known and different"),
        pytest.param("Disk full.", "disk  FULL", True, id="the same but for its spelling"),
        pytest.param("磁盘已满。", "磁盘 已满", True, id="the same in Chinese"),
        pytest.param("ｄｉｓｋ full", "disk full", True, id="the same in wide letters"),
        pytest.param(None, "power", False, id="nobody knows why it came first"),
        pytest.param("power", None, False, id="nobody knows why it came again"),
        pytest.param(None, None, False, id="nobody knows either"),
        pytest.param("???", "power", False, id="signs are no cause"),
    ],
)
def test_only_known_and_different_causes_are_no_repeat(
    before: str | None, again: str | None, repeats: bool | None
) -> None:
    found = figure(fault(1, at(1), before), fault(2, at(5), again))
    expected = () if repeats is None else (Repeat("INC-2026-0002", "INC-2026-0001", repeats),)
    assert found.repeats == expected


def test_the_window_of_the_rules_holds_its_last_moment() -> None:
    opened = at(20)
    for gap, count in ((30 * DAY, 1), (30 * DAY + timedelta(microseconds=1), 0)):
        assert figure(fault(1, opened - gap), fault(2, opened), days=30).numerator == count
    assert figure(fault(1, opened - 90 * DAY), fault(2, opened)).numerator == 1
    assert figure(fault(1, opened - 91 * DAY), fault(2, opened)).numerator == 0


def test_the_last_before_it_is_named_past_those_of_another_cause() -> None:
    found = figure(fault(1, at(1), "disk"), fault(2, at(2)), fault(3, at(3), "power"), fault(4, at(4), "disk"))
    assert found.repeats == (
        Repeat("INC-2026-0002", "INC-2026-0001", known=False),
        Repeat("INC-2026-0003", "INC-2026-0002", known=False),
        Repeat("INC-2026-0004", "INC-2026-0002", known=False),
    )


def test_of_two_at_the_same_moment_the_one_with_the_higher_number_is_the_repeat() -> None:
    first, second = fault(9, at(5)), fault(10, at(5))
    assert figure(second, first).repeats == (Repeat("INC-2026-0010", "INC-2026-0009", known=False),)


def test_void_records_and_drills_neither_repeat_nor_are_repeated() -> None:
    void, drill = fault(1, at(1), void=Void.TEST), fault(2, at(2), drill=True)
    assert figure(void, drill, fault(3, at(3))).repeats == ()
    found = figure(fault(3, at(1)), fault(4, at(2), void=Void.TEST), fault(5, at(3), drill=True))
    assert (found.numerator, found.denominator, found.met.voided) == (0, 1, 1)


def test_what_was_merged_counts_as_its_target_from_its_own_opening() -> None:
    member = fault(3, at(4), "disk", state=State.MERGED, merged_into="INC-2026-0002")
    case = Case(fault(2, at(6)), (member,))
    found = figure(fault(1, at(1), "power"), case)
    assert (found.denominator, found.repeats) == (2, ())
    assert figure(fault(1, at(5), "disk"), case).repeats == (Repeat("INC-2026-0001", "INC-2026-0002", known=True),)


def test_without_an_asset_nothing_can_be_said_and_somebody_has_to_say_which() -> None:
    found = figure(fault(1, at(1), of=None), fault(2, at(2), of=None))
    assert (found.state, found.value) == (Standing.NOT_APPLICABLE, None)
    assert found.excluded == (
        Excluded("INC-2026-0001", Reason.NO_ASSET),
        Excluded("INC-2026-0002", Reason.NO_ASSET),
    )


def test_the_month_before_is_repeated_and_counts_there() -> None:
    found = figure(fault(1, at(1) - DAY), fault(2, at(1)), fault(3, at(1) + 31 * DAY))
    assert (found.counted, found.value) == (("INC-2026-0002",), 1.0)


CAUSES = st.sampled_from([None, None, "disk", "Disk!", "power", "software", "-"])
KEYS = {None: "", "disk": "disk", "Disk!": "disk", "power": "power", "software": "software", "-": ""}


@given(
    st.lists(
        st.tuples(
            st.integers(-40, 40),
            CAUSES,
            st.sampled_from(["erp", "mail", None]),
            st.sampled_from([False] * 6 + [True]),
            st.lists(st.tuples(st.integers(-40, 40), CAUSES), max_size=2),
        ),
        max_size=14,
    ),
    st.integers(1, 40),
)
@settings(max_examples=200, deadline=None)
def test_every_pair_looked_at_says_the_same(
    told: list[tuple[int, str | None, str | None, bool, list[tuple[int, str | None]]]], days: int
) -> None:
    cases, facts = [], []
    for number, (day, cause, asset, void, members) in enumerate(told, 1):
        own = fault(number, at(1) + day * DAY, cause, asset, void=Void.TEST if void else None)
        merged = tuple(
            fault(100 * number + place, at(1) + other * DAY, its, state=State.MERGED, merged_into=own.reference)
            for place, (other, its) in enumerate(members)
        )
        cases.append(Case(own, merged))
        keys = {KEYS[one] for one in (cause, *(its for _day, its in members))} - {""}
        facts.append((min([day, *(other for other, _its in members)]), number, own.reference, asset, void, keys))
    counted, repeats = [], {}
    for day, number, reference, asset, void, keys in facts:
        if void or asset is None or not 0 <= day < 31:
            continue
        counted.append(reference)
        earlier = [
            (other, its_number, its_reference, keys & its_keys)
            for other, its_number, its_reference, its_asset, its_void, its_keys in facts
            if its_asset == asset
            and not its_void
            and (other, its_number) < (day, number)
            and day - other <= days
            and (not keys or not its_keys or keys & its_keys)
        ]
        if earlier:
            _day, _number, name, common = max(earlier, key=lambda one: one[:2])
            repeats[reference] = Repeat(reference, name, bool(common))
    found = figure(*cases, days=days)
    assert found.counted == tuple(sorted(counted))
    assert found.repeats == tuple(sorted(repeats.values()))
    assert found.value == (len(repeats) / len(counted) if counted else None)


def write(store: Store, *incidents: Incident) -> None:
    def work(session: Session) -> None:
        for one in incidents:
            rows.add(session, one)
            session.flush()

    unit.write(store, work, by=Signature(NOW, "li", "host", "test"))


def test_a_report_looks_back_as_far_as_its_rules_say(store: Store, perform: Perform, read: Read) -> None:
    make_book(perform, '[reviews]\nrepeat_within = "100d"')
    make_asset(perform)
    make_asset(perform, "mail")
    first, opened = at(8) - 99 * DAY, at(8)
    write(
        store,
        fault(1, first, "disk", rules=1),
        fault(2, opened, "disk", rules=1, severity=2),
        # By the rules of its own time, which say nothing: 90 days.
        fault(3, first, of="mail"),
        fault(4, opened, of="mail", severity=3),
    )
    period = read_period("2026-10", zone="Asia/Shanghai", now=NOW)
    figures = read(service.report, now=NOW, period=period, names=(Name.REPEAT_INCIDENTS,), by=By.SEVERITY).figures
    assert [(one.scope, one.value) for one in figures] == [
        ((), 0.5),
        ((("severity", 2),), 1.0),
        ((("severity", 3),), 0.0),
    ]
    (alone,) = read(service.report, now=NOW, period=period, names=(Name.REPEAT_INCIDENTS,), asset="erp").figures
    assert (alone.value, alone.repeats) == (1.0, (Repeat("INC-2026-0002", "INC-2026-0001", known=True),))


def test_a_repeat_is_explained_with_the_one_before_it(run: CommandLine) -> None:
    assert "repeated faults" in run("kpi", "report", "2026-10").out
    whole = run("kpi", "explain", "repeat-incidents", "2026-10")
    lines = [line.split("  ") for line in whole.out.splitlines()]
    assert ["INC-2026-0003", "INC-2026-0001", "counted: repeated, a cause not known"] in lines
    one = run("kpi", "explain", "repeat-incidents", "INC-2026-0003")
    assert one.out.endswith(
        "INC-2026-0003: counted, and repeats INC-2026-0001: the same asset, and not both causes are known.\n"
    )
    other = run("kpi", "explain", "repeated faults", "INC-2026-0001")
    assert other.out.endswith("INC-2026-0001: counted, and repeats no earlier incident.\n")


def test_less_is_better_so_it_is_rounded_up(run: CommandLine) -> None:
    # One of three.
    assert "33.3334 %" in run("kpi", "report", "2026-10").out
