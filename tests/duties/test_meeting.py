"""What a record meets, when it counts, and what happens when it is taken out again."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event

from opsctl.assets.service import assets
from opsctl.core.chain import Signature
from opsctl.duties.rules import Occurrence
from opsctl.duties.service import meeting
from opsctl.duties.service import read as reading
from opsctl.duties.terms import MET, State
from opsctl.ledger import service as ledger
from opsctl.ledger.rules import read_facts
from opsctl.ledger.service import Search
from opsctl.rulebook import service as rulebook
from opsctl.store import unit
from opsctl.store.engine import Store
from tests.duties.duties import DAY, FILTERS, HOUR, PATROL
from tests.duties.test_keeping import AFTER, EVER, FIRST, There
from tests.harness import Perform, Read

ROUND = {"kind": "inspection.completed", "topic": "core", "about": "sw-1"}
WORK = {"kind": "maintenance.completed", "topic": "filters", "about": "sw-1"}


@pytest.fixture
def ruled(add: Callable[..., Any], apply: Callable[..., Any], check_whole: Callable[[], int]) -> Iterator[None]:
    """Two switches: a patrol every day at nine, early and late by two hours, and filters every thirty days."""
    add("sw-1")
    add("sw-2")
    apply(PATROL + FILTERS)
    yield
    assert check_whole() > 0


@pytest.fixture
def call(perform_as: Perform) -> Callable[..., Any]:
    """Call a function of meetings in a unit of work."""

    def run(function: Callable[..., Any], *, now: datetime = AFTER + 3 * DAY, **given: Any) -> Any:
        from opsctl.core.use_cases import Permission, use_case

        @use_case(needs=Permission.RECORD, offline=False)
        def work(session: Any, *, now: datetime, actor: str) -> Any:
            return function(session, **given)

        return perform_as(work, now=now)

    return run


@pytest.fixture
def meet(call: Callable[..., Any]) -> Callable[..., Occurrence | None]:
    """Meet by a round, or what is given instead, that was entered when it was done."""

    def run(at: datetime, by: str = "INS-1", **given: Any) -> Any:
        return call(meeting.meet, **{**ROUND, "happened_at": at, "judged_at": at, "by": by, **given})

    return run


@pytest.mark.parametrize(
    ("at", "due_at", "on_time"),
    [
        (FIRST, FIRST, True),
        (FIRST - 2 * HOUR, FIRST, True),
        (FIRST + 2 * HOUR, FIRST, True),
        # Before any window, and nothing was due yet.
        (FIRST - 2 * HOUR - timedelta(seconds=1), None, None),
        # After it: late, not the next day's.
        (FIRST + 2 * HOUR + timedelta(seconds=1), FIRST, False),
        (FIRST + 21 * HOUR, FIRST, False),
        (FIRST + 22 * HOUR, FIRST + DAY, True),
    ],
)
def test_a_round_meets_the_window_that_holds_it_or_the_nearest_before(
    ruled: None, meet: Any, at: datetime, due_at: datetime | None, on_time: bool | None
) -> None:
    found = meet(at)
    assert (None if found is None else found.due_at) == due_at
    assert (None if found is None else found.is_on_time) == on_time


def test_what_is_met_says_by_what_and_when(ruled: None, meet: Any, there: There, read: Read) -> None:
    found = meet(FIRST, judged_at=FIRST + HOUR)
    assert found == replace(
        there(FIRST, FIRST + HOUR)[0],
        state=State.DONE,
        met_by="INS-1",
        met_at=FIRST,
        judged_at=FIRST + HOUR,
    )
    (row,) = read(lambda session: list(ledger.rows(session, Search(kind=MET))))
    assert (row.subject, row.about, row.topic, row.happened_at) == ("duty:patrol@2026-11-06", "sw-1", "core", FIRST)
    assert read_facts(row.facts) == {
        "about": "sw-1",
        "by": "INS-1",
        "due_at": "2026-11-06T01:00:00.000000Z",
        "judged_at": "2026-11-06T02:00:00.000000Z",
        "met_at": "2026-11-06T01:00:00.000000Z",
    }
    assert read(reading.for_record, reference="INS-1") == [found]
    assert read(reading.for_record, reference="INS-2") == []


@pytest.mark.parametrize(
    "other",
    [{"kind": "maintenance.completed"}, {"topic": "room"}, {"topic": None}, {"about": "sw-9"}, {"about": None}],
)
def test_another_kind_topic_or_asset_meets_nothing(ruled: None, meet: Any, other: dict[str, Any]) -> None:
    assert meet(FIRST, **other) is None


def test_what_is_done_is_never_met_twice(ruled: None, meet: Any) -> None:
    assert meet(FIRST).due_at == FIRST
    assert meet(FIRST + HOUR, by="INS-2") is None
    assert meet(FIRST + DAY, by="INS-3").due_at == FIRST + DAY
    # Two days later the two before are done: the nearest earlier one is that of the day itself.
    assert meet(FIRST + 2 * DAY + 3 * HOUR, by="INS-4").due_at == FIRST + 2 * DAY
    assert meet(FIRST + 2 * DAY + 3 * HOUR, by="INS-5") is None


def test_of_several_that_were_missed_the_nearest_is_met(ruled: None, meet: Any) -> None:
    late = FIRST + 2 * DAY + 3 * HOUR
    assert [meet(late, by=f"INS-{number}").due_at for number in range(3)] == [FIRST + 2 * DAY, FIRST + DAY, FIRST]
    assert meet(late, by="INS-9") is None


def test_of_several_windows_that_of_the_earliest_is_met(apply: Any, add: Any, meet: Any) -> None:
    add("sw-1")
    apply(PATROL.replace("0 9 * * *", "0 9-12 * * *"))
    between = FIRST + 90 * timedelta(minutes=1)
    assert [meet(between, by=f"INS-{number}").due_at - FIRST for number in range(3)] == [0 * HOUR, HOUR, 2 * HOUR]


def test_a_duty_of_any_topic_is_met_by_each_and_gives_way_to_one_of_its_own(apply: Any, add: Any, meet: Any) -> None:
    add("sw-1")
    whatever = PATROL.replace("patrol]", "any]").replace("inspection.completed", "backup.succeeded")
    apply(whatever.replace(', checklist = "core"', "") + whatever.replace("any]", "own]").replace("checklist", "topic"))
    assert meet(FIRST, kind="backup.succeeded", topic="room").duty == "any"
    assert meet(FIRST + DAY, kind="backup.succeeded", by="INS-2").duty == "own"
    assert meet(FIRST + DAY, kind="backup.succeeded", by="INS-3").duty == "any"
    assert meet(FIRST + 2 * DAY, kind="backup.succeeded", topic=None, by="INS-4").duty == "any"


def test_a_duty_about_no_asset_is_met_by_a_record_about_none(apply: Any, meet: Any) -> None:
    apply(PATROL.replace('assets = { kind = "switch" }', ""))
    assert meet(FIRST) is None
    assert meet(FIRST, about=None).reference == "patrol/@2026-11-06T01:00Z"


def test_looking_first_meets_nothing(ruled: None, call: Any, there: There) -> None:
    before = there(*EVER)
    assert call(meeting.would_meet, **ROUND, happened_at=FIRST) == before[0]
    assert call(meeting.would_meet, **ROUND, happened_at=AFTER - DAY) is None
    assert there(*EVER) == before


def test_a_countersign_judges_it_anew(ruled: None, call: Any, meet: Any, there: There) -> None:
    assert not meet(FIRST, judged_at=FIRST + DAY).is_on_time
    judged = call(meeting.countersign, by="INS-1", judged_at=FIRST)
    assert (judged.is_on_time, judged) == (True, there(FIRST, FIRST + HOUR)[0])
    assert call(meeting.countersign, by="INS-2", judged_at=FIRST) is None


def test_a_record_that_is_taken_out_leaves_it_due_again(ruled: None, call: Any, meet: Any, there: There) -> None:
    before = there(*EVER)
    meet(FIRST)
    assert call(meeting.release, by="INS-1", reason="mistake") == before[0]
    assert there(*EVER) == before
    assert call(meeting.release, by="INS-1", reason="mistake") is None
    assert meet(FIRST, by="INS-2").met_by == "INS-2"


def filters(found: list[Occurrence]) -> list[tuple[State, datetime]]:
    return [(one.state, one.due_at) for one in found if (one.duty, one.about) == ("filters", "sw-1")]


def test_a_duty_counted_from_completion_gets_its_next(ruled: None, call: Any, meet: Any, there: There) -> None:
    done = AFTER + 25 * DAY
    assert filters(there(*EVER)) == [(State.DUE, AFTER + 30 * DAY)]
    assert meet(done, by="WRK-1", **WORK).due_at == AFTER + 30 * DAY
    assert filters(there(*EVER)) == [(State.DONE, AFTER + 30 * DAY), (State.DUE, AFTER + 55 * DAY)]
    (again,) = [one for one in there(*EVER) if one.due_at == AFTER + 55 * DAY]
    assert (again.closes_at - again.due_at, again.due_at - again.opens_at) == (3 * DAY, 7 * DAY)


@pytest.mark.parametrize("early", [timedelta(seconds=1), 19 * HOUR, 29 * DAY, 30 * DAY - timedelta(seconds=1)])
def test_a_duty_counted_from_completion_cannot_be_done_too_early(
    apply: Any, add: Any, meet: Any, there: There, call: Any, check_whole: Any, early: timedelta
) -> None:
    add("sw-1")
    apply(FILTERS.replace('early = "7d"', ""))
    first, done = AFTER + 30 * DAY, AFTER + 30 * DAY - early
    (before,) = there(*EVER)
    assert (before.opens_at, before.due_at) == (first, first)
    assert call(meeting.would_meet, **WORK, happened_at=done) == before
    met = meet(done, by="WRK-1", **WORK)
    assert (met.due_at, met.opens_at, met.is_on_time) == (first, done, True)
    assert filters(there(*EVER)) == [(State.DONE, first), (State.DUE, done + 30 * DAY)]
    # Of the same moment it is the same work, and of one before it no longer the last.
    assert meet(done, by="WRK-2", **WORK) is None
    assert meet(done - timedelta(seconds=1), by="WRK-3", **WORK) is None
    assert call(meeting.release, by="WRK-1", reason="mistake") == before
    assert check_whole() > 0


def test_what_was_done_before_the_interval_began_meets_nothing(ruled: None, meet: Any) -> None:
    assert meet(AFTER, by="WRK-1", **WORK) is None
    assert meet(AFTER + timedelta(seconds=1), by="WRK-2", **WORK).due_at == AFTER + 30 * DAY


def test_a_window_that_is_open_goes_before_one_counted_from_completion(apply: Any, add: Any, meet: Any) -> None:
    add("sw-1")
    evidence = 'kind = "maintenance.completed", topic = "filters"'
    apply(FILTERS + PATROL.replace('kind = "inspection.completed", checklist = "core"', evidence))
    assert [meet(FIRST, by=f"WRK-{number}", **WORK).duty for number in range(2)] == ["patrol", "filters"]
    # What is ahead goes before what was missed, which would be late.
    assert meet(FIRST + DAY + 3 * HOUR, by="WRK-3", **WORK).duty == "filters"


def test_taking_out_what_it_was_counted_from_cancels_the_next(ruled: None, call: Any, meet: Any, there: There) -> None:
    done = AFTER + 25 * DAY
    meet(done, by="WRK-1", **WORK)
    call(meeting.release, by="WRK-1", reason="mistake")
    assert filters(there(*EVER)) == [(State.DUE, AFTER + 30 * DAY), (State.CANCELLED, AFTER + 55 * DAY)]
    meet(done, by="WRK-2", **WORK)
    assert filters(there(*EVER)) == [(State.DONE, AFTER + 30 * DAY), (State.DUE, AFTER + 55 * DAY)]


def test_taking_out_an_earlier_one_leaves_what_was_counted_from_a_later(
    ruled: None, call: Any, meet: Any, there: There
) -> None:
    meet(AFTER + 25 * DAY, by="WRK-1", **WORK)
    meet(AFTER + 50 * DAY, by="WRK-2", **WORK)
    call(meeting.release, by="WRK-1", reason="mistake")
    assert filters(there(*EVER)) == [
        (State.DUE, AFTER + 30 * DAY),
        (State.DONE, AFTER + 55 * DAY),
        (State.DUE, AFTER + 80 * DAY),
    ]


def test_once_the_asset_has_ended_there_is_no_next(ruled: None, do: Any, meet: Any, there: There) -> None:
    do(assets.edit, asset="sw-1", retired_at=AFTER + 40 * DAY, now=AFTER + 41 * DAY)
    meet(AFTER + 25 * DAY, by="WRK-1", now=AFTER + 41 * DAY, **WORK)
    assert filters(there(*EVER)) == [(State.DONE, AFTER + 30 * DAY)]


def test_it_takes_three_statements_where_the_rules_are_known(ruled: None, store: Store) -> None:
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_others: Any) -> None:
        sent.append(statement)

    def work(session: Any) -> Any:
        rulebook.in_force(session, at=AFTER)
        event.listen(Engine, "before_cursor_execute", note)
        try:
            return meeting.meet(session, **ROUND, happened_at=FIRST, judged_at=FIRST, by="INS-1")
        finally:
            event.remove(Engine, "before_cursor_execute", note)

    assert unit.write(store, work, by=Signature(AFTER, "li", "host", "one")) is not None
    assert [statement.split()[0] for statement in sent] == ["SELECT", "SELECT", "INSERT"]


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_nothing_is_scanned(ruled: None, store: Store) -> None:
    plans: list[str] = []

    def explain(connection: Any, _cursor: Any, statement: str, parameters: Any, *_others: Any) -> None:
        if " occurrence" in statement and statement.startswith("SELECT"):
            cursor = connection.connection.cursor()
            plans.extend(row[3] for row in cursor.execute(f"EXPLAIN QUERY PLAN {statement}", parameters))

    def work(session: Any) -> None:
        rulebook.in_force(session, at=AFTER)
        event.listen(Engine, "before_cursor_execute", explain)
        try:
            meeting.meet(session, **ROUND, happened_at=FIRST, judged_at=FIRST, by="INS-1")
            meeting.release(session, by="INS-1", reason="mistake")
        finally:
            event.remove(Engine, "before_cursor_execute", explain)

    unit.write(store, work, by=Signature(AFTER, "li", "host", "one"))
    used = [plan for plan in plans if plan.startswith(("SEARCH", "SCAN")) and "occurrence" in plan]
    assert [plan.partition(" (")[0].removeprefix("SEARCH occurrence USING INDEX ") for plan in used] == [
        *["occurrence_evidence"] * 4, "sqlite_autoindex_occurrence_1",
        "occurrence_met_by", "sqlite_autoindex_occurrence_1",
    ]  # fmt: skip


@pytest.mark.parametrize("store", ["postgres"], indirect=True)
@pytest.mark.parametrize("evidence", [ROUND, WORK], ids=["patrol", "filters"])
def test_two_who_meet_at_once_meet_both_and_the_record_of_the_day_has_both(
    ruled: None, store: Store, there: There, evidence: dict[str, Any]
) -> None:
    both = threading.Barrier(2)
    failed: list[BaseException] = []
    at = FIRST if evidence is ROUND else AFTER + 30 * DAY

    def write(about: str) -> None:
        def work(session: Any) -> None:
            both.wait(timeout=10)
            meeting.meet(session, **{**evidence, "about": about}, happened_at=at, judged_at=at, by=f"INS-{about}")

        try:
            unit.write(Store(store.address), work, by=Signature(AFTER + DAY, "li", about, about))
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=write, args=(about,)) for about in ("sw-1", "sw-2")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert failed == []
    assert sorted(one.met_by for one in there(*EVER) if one.met_by) == ["INS-sw-1", "INS-sw-2"]


@pytest.mark.parametrize("store", ["postgres"], indirect=True)
def test_of_two_rounds_of_one_asset_at_once_only_one_meets_it(ruled: None, store: Store, there: There) -> None:
    both = threading.Barrier(2)
    found: list[Any] = []

    def write(name: str) -> None:
        def work(session: Any) -> Any:
            both.wait(timeout=10)
            return meeting.meet(session, **ROUND, happened_at=FIRST, judged_at=FIRST, by=name)

        found.append(unit.write(Store(store.address), work, by=Signature(AFTER + DAY, "li", name, name)))

    threads = [threading.Thread(target=write, args=(name,)) for name in ("INS-1", "INS-2")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(one is None for one in found) == [False, True]
