"""Occurrences are there 35 days ahead, whatever is written, and cost next to nothing where nothing is to be done."""

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event, text

from opsctl.assets.service import assets
from opsctl.core.chain import Signature
from opsctl.duties.rules import Occurrence
from opsctl.duties.service import keeping
from opsctl.duties.terms import CANCELLED, GENERATED, KEPT_TO, Reason, State
from opsctl.ledger import service as ledger
from opsctl.ledger.rules import Row, read_facts
from opsctl.ledger.service import Search
from opsctl.store import unit
from opsctl.store.engine import Store
from tests.duties.duties import DAY, FILTERS, HOUR, PATROL, REPORT
from tests.harness import LOGIN, CommandLine, Read

There = Callable[..., list[Occurrence]]
AFTER = datetime(2026, 11, 5, 2, tzinfo=UTC)
"""`now` of the tests, 10:00 in Shanghai; the patrol was due an hour ago."""
FIRST = datetime(2026, 11, 6, 1, tzinfo=UTC)
KEPT = datetime(2026, 12, 10, tzinfo=UTC)
"""35 days ahead, at the beginning of that day of UTC."""
EVER = (datetime(2020, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC))


@contextmanager
def statements() -> Iterator[list[str]]:
    """What is sent to any database meanwhile."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_others: Any) -> None:
        sent.append(" ".join(statement.split()))

    event.listen(Engine, "before_cursor_execute", note)
    yield sent
    event.remove(Engine, "before_cursor_execute", note)


def told(read: Read, kind: str) -> list[Row]:
    return list(read(lambda session: list(ledger.rows(session, Search(kind=kind)))))


def kept_to(store: Store) -> str:
    with store.read_engine.connect() as connection, connection.begin():
        found = connection.execute(text("SELECT value FROM setting WHERE name = :name"), {"name": KEPT_TO})
        return str(found.scalar_one())


def short(occurrences: list[Occurrence]) -> list[tuple[str, str, str]]:
    return [(one.duty, one.about, one.due_at.strftime("%m-%d %H:%M")) for one in occurrences]


@pytest.fixture
def check_all(check_whole: Callable[[], int]) -> Iterator[None]:
    """Hold the whole ledger to all records, when the test is over."""
    yield
    assert check_whole() > 0


@pytest.fixture
def ruled(add: Callable[..., Any], apply: Callable[..., Any], check_all: None) -> None:
    """Two switches and a patrol every day at nine."""
    add("sw-1")
    add("sw-2")
    add("ups", kind="power")
    apply(PATROL)


def test_without_duties_only_the_setting_moves_on(
    add: Callable[..., Any], keep_up: Callable[[datetime], None], store: Store, there: There, read: Read
) -> None:
    add("sw-1")
    assert (kept_to(store), there(*EVER)) == ("2026-12-10T00:00:00.000000Z", [])
    keep_up(AFTER + 40 * DAY)
    assert kept_to(store) == "2027-01-19T00:00:00.000000Z"
    assert told(read, GENERATED) == []


def test_applying_a_book_makes_what_is_due_for_every_asset_that_fits(
    ruled: None, there: There, read: Read, store: Store
) -> None:
    found = there(*EVER)
    assert Counter(one.about for one in found) == {"sw-1": 34, "sw-2": 34}
    assert (found[0].due_at, found[-1].due_at) == (FIRST, KEPT - DAY + HOUR)
    assert {(one.state, one.rules, one.owner, one.clause) for one in found} == {
        (State.DUE, 1, "role:engineer", "OM-3.3a")
    }
    rows = told(read, GENERATED)
    assert [row.subject for row in rows[:2]] == ["duty:patrol@2026-11-06", "duty:patrol@2026-11-07"]
    assert {(row.topic, row.about, str(read_facts(str(row.facts)))) for row in rows} == {
        ("core", None, "{'abouts': ['sw-1', 'sw-2'], 'made': 2}")
    }
    assert kept_to(store) == "2026-12-10T00:00:00.000000Z"


def test_a_second_write_asks_the_database_nothing_more(run_on_store: CommandLine) -> None:
    assert run_on_store("asset", "add", "sw-1").code == 0
    assert run_on_store("incident", "open", "sw-1", "first").code == 0
    with statements() as sent:
        assert run_on_store("incident", "open", "sw-1", "second").code == 0
    asked = [one.rpartition(" UNION ALL ")[2] for one in sent if "setting" in one]
    assert asked == ["SELECT name, value FROM setting"]
    assert not [one for one in sent if "occurrence" in one]


def test_the_next_day_makes_one_more_day_and_nothing_else(
    ruled: None, there: There, keep_up: Callable[[datetime], None], read: Read
) -> None:
    before = there(*EVER)
    keep_up(AFTER + 21 * HOUR)
    assert there(*EVER) == before
    keep_up(AFTER + DAY)
    assert short([one for one in there(*EVER) if one not in before]) == [
        ("patrol", "sw-1", "12-10 01:00"),
        ("patrol", "sw-2", "12-10 01:00"),
    ]
    assert told(read, GENERATED)[-1].subject == "duty:patrol@2026-12-10"
    assert len(told(read, GENERATED)) == 35


def test_a_year_of_silence_is_made_up_for(
    ruled: None, there: There, keep_up: Callable[[datetime], None], read: Read
) -> None:
    later = AFTER + 365 * DAY
    keep_up(later)
    found = [one for one in there(*EVER) if one.about == "sw-1"]
    assert [one.due_at for one in found] == [FIRST + number * DAY for number in range(365 + 34)]
    assert sum(one.is_missed(later) for one in found) == 364


def test_more_than_four_hundred_days_of_silence_are_made_up_for_in_part(
    ruled: None, there: There, keep_up: Callable[[datetime], None]
) -> None:
    later = AFTER + 1000 * DAY
    keep_up(later)
    found = [one.due_at for one in there(KEPT, later) if one.about == "sw-1"]
    assert (found[0], len(found)) == (later - 400 * DAY + 23 * HOUR, 400)


def test_a_clock_that_was_wrong_does_not_stop_those_that_are_right(
    ruled: None, there: There, keep_up: Callable[[datetime], None], store: Store
) -> None:
    keep_up(AFTER + 300 * DAY)
    before = there(*EVER)
    assert kept_to(store) == "2027-10-06T00:00:00.000000Z"
    keep_up(AFTER + DAY)
    assert (kept_to(store), there(*EVER)) == ("2026-12-11T00:00:00.000000Z", before)


def test_a_setting_that_nobody_can_read_is_written_anew(ruled: None, there: There, keep_up: Any, store: Store) -> None:
    before = there(*EVER)
    with store.write_engine.connect() as connection, connection.begin():
        connection.execute(text("UPDATE setting SET value = 'soon' WHERE name = :name"), {"name": KEPT_TO})
    keep_up(AFTER)
    assert (kept_to(store), there(*EVER)) == ("2026-12-10T00:00:00.000000Z", before)


def test_a_new_asset_has_its_own_from_when_it_is_in_service(ruled: None, there: There, add: Callable[..., Any]) -> None:
    add("sw-3", in_service_from=FIRST + 2 * DAY, now=AFTER + HOUR)
    add("sw-4", in_service_from=AFTER - 50 * DAY, now=AFTER + HOUR)
    add("room", kind="room", now=AFTER + HOUR)
    found = there(*EVER)
    assert [one.due_at for one in found if one.about == "sw-3"] == [FIRST + number * DAY for number in range(2, 34)]
    assert min(one.due_at for one in found if one.about == "sw-4") == FIRST
    assert not [one for one in found if one.about == "room"]


def test_a_retired_asset_cancels_its_own_with_the_reason(
    ruled: None, there: There, do: Callable[..., Any], keep_up: Callable[[datetime], None], read: Read
) -> None:
    later = AFTER + 5 * DAY
    keep_up(later)
    do(assets.retire, asset="sw-1", at=FIRST + 3 * DAY, now=later)
    found = there(*EVER)
    assert {one.state for one in found if one.about == "sw-2"} == {State.DUE}
    kept = [one.due_at for one in found if one.about == "sw-1" and one.state is State.DUE]
    assert kept == [FIRST, FIRST + DAY, FIRST + 2 * DAY]
    gone = [one for one in found if one.about == "sw-1" and one.state is State.CANCELLED]
    assert {one.reason for one in gone} == {Reason.RETIRED}
    rows = told(read, CANCELLED)
    assert len(rows) == len(gone) == 36
    assert (rows[0].subject, rows[0].about, read_facts(str(rows[0].facts))) == (
        "duty:patrol@2026-11-09",
        "sw-1",
        {"abouts": ["sw-1"], "cancelled": 1, "reasons": ["asset-retired"]},
    )


def test_an_asset_that_no_longer_fits_cancels_its_own_and_has_them_again(
    ruled: None, there: There, do: Callable[..., Any]
) -> None:
    before = there(*EVER)
    do(assets.edit, asset="sw-1", kind="server", now=AFTER + DAY)
    found = [one for one in there(*EVER) if one.about == "sw-1"]
    assert Counter((one.state, one.reason) for one in found) == {
        (State.DUE, None): 1,
        (State.CANCELLED, Reason.NO_MATCH): 33,
    }
    do(assets.edit, asset="sw-1", kind="switch", now=AFTER + 2 * DAY)
    found = there(*EVER)
    assert Counter((one.state, one.reason) for one in found if one.about == "sw-1") == {
        (State.DUE, None): 35,
        # It did not fit when this was due.
        (State.CANCELLED, Reason.NO_MATCH): 1,
    }
    assert [one for one in found if one.about == "sw-2"][:34] == [one for one in before if one.about == "sw-2"]


def test_an_edit_that_changes_no_duty_changes_no_occurrence(
    ruled: None, there: There, do: Callable[..., Any], read: Read
) -> None:
    before, rows = there(*EVER), len(told(read, GENERATED))
    do(assets.edit, asset="sw-1", title="Core switch", now=AFTER + HOUR)
    assert (there(*EVER), len(told(read, GENERATED)), told(read, CANCELLED)) == (before, rows, [])


def test_a_new_version_of_the_book_changes_what_is_to_come_and_nothing_past(
    ruled: None, there: There, apply: Callable[..., Any], keep_up: Callable[[datetime], None]
) -> None:
    later = AFTER + 2 * DAY
    keep_up(later)
    past = there(EVER[0], later)
    apply(PATROL.replace("0 9", "0 15"), "2", now=later)
    assert there(EVER[0], later) == past
    ahead = there(later, EVER[1])
    assert Counter((one.state, one.reason, one.due_at.hour, one.rules) for one in ahead) == {
        (State.CANCELLED, Reason.RULES, 1, 1): 68,
        (State.DUE, None, 7, 2): 70,
    }
    apply(PATROL.replace("grace", "grace"), "3", now=later + HOUR)
    assert Counter((one.state, one.due_at.hour) for one in there(later, EVER[1])) == {
        (State.DUE, 1): 68,
        (State.CANCELLED, 7): 70,
    }


def test_a_version_that_begins_later_takes_over_then(ruled: None, there: There, apply: Callable[..., Any]) -> None:
    apply("", "2", since=FIRST + 10 * DAY, now=AFTER + HOUR)
    found = there(*EVER)
    assert {one.state for one in found if one.due_at < FIRST + 10 * DAY} == {State.DUE}
    assert {one.state for one in found if one.due_at >= FIRST + 10 * DAY} == {State.CANCELLED}


def test_a_version_that_says_more_of_the_same_hour_changes_it_in_place(
    ruled: None, there: There, apply: Callable[..., Any], read: Read
) -> None:
    apply(PATROL.replace('grace = "2h"', 'grace = "3h"'), "2", now=AFTER + HOUR)
    assert {one.closes_at - one.due_at for one in there(*EVER)} == {3 * HOUR}
    assert read_facts(str(told(read, GENERATED)[-1].facts)) == {"abouts": ["sw-1", "sw-2"], "changed": 2}


def test_duties_of_every_kind_stand_beside_each_other(
    add: Callable[..., Any], apply: Callable[..., Any], there: There, check_all: None
) -> None:
    add("sw-1")
    apply(FILTERS + REPORT)
    assert short(there(*EVER)) == [("report", "", "11-30 09:00"), ("filters", "sw-1", "12-05 02:00")]


def test_the_interval_of_a_duty_counted_from_completion_may_change_later(
    add: Callable[..., Any],
    apply: Callable[..., Any],
    there: There,
    keep_up: Callable[[datetime], None],
    check_all: None,
) -> None:
    add("sw-1")
    apply(FILTERS)
    apply(FILTERS.replace("30d", "50d"), "2", since=AFTER + 10 * DAY)
    assert [one.due_at for one in there(*EVER)] == [AFTER + 30 * DAY]
    keep_up(AFTER + 11 * DAY)
    assert [(one.due_at, one.state) for one in there(*EVER)] == [
        (AFTER + 30 * DAY, State.CANCELLED),
        (AFTER + 50 * DAY, State.DUE),
    ]


def test_reading_commands_make_what_is_missing_and_a_reader_sees_what_is_there(
    ruled: None, run_on_store: CommandLine, there: There
) -> None:
    run_on_store.now = AFTER + 10 * DAY
    assert run_on_store("duty", "list").code == 0
    assert max(one.due_at for one in there(*EVER)) == KEPT + 9 * DAY + HOUR
    run_on_store.now = AFTER + 20 * DAY
    assert run_on_store("today").code == 0
    assert max(one.due_at for one in there(*EVER)) == KEPT + 19 * DAY + HOUR


def test_figures_after_a_long_silence_count_what_nobody_walked(
    add: Callable[..., Any], apply: Callable[..., Any], run_on_store: CommandLine
) -> None:
    add("sw-1")
    apply(PATROL)
    run_on_store.now = AFTER + 98 * DAY
    (found,) = [
        one
        for one in json.loads(run_on_store("kpi", "report", "2027-01", "--json").out)["data"]["figures"]
        if (one["name"], one["scope"]) == ("inspection-completion", {})
    ]
    assert (found["state"], found["numerator"], found["denominator"]) == ("value", 0, 31)
    run_on_store.now = AFTER + 198 * DAY
    explained = run_on_store("kpi", "explain", "inspection-on-time", "patrol/sw-1@2027-04-30T01:00Z")
    assert (explained.code, "counted, not done" in explained.out) == (0, True)


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_who_may_not_write_is_told_where_what_is_known_ends(ruled: None, run_on_store: CommandLine) -> None:
    assert run_on_store("person", "add", "wang", "--name", "Wang", "--login", LOGIN).code == 0
    stranger = {"LOGNAME": "stranger"}
    run_on_store.now = AFTER + 34 * DAY
    assert run_on_store("duty", "due", env=stranger).err == ""
    run_on_store.now = AFTER + 60 * DAY
    told = "What is due is only known up to 2026-12-10 08:00+08:00. Somebody who may write has to run: opsctl today\n"
    for line in (("today",), ("duty", "list"), ("kpi", "report", "2026-12"), ("today", "--handover")):
        assert run_on_store(*line, env=stranger).err == told
    assert run_on_store("today").err == ""
    assert run_on_store("today", env=stranger).err == ""


@pytest.mark.parametrize("store", ["postgres"], indirect=True)
def test_of_two_who_write_at_once_one_makes_the_days_that_are_missing(
    ruled: None, store: Store, there: There, read: Read
) -> None:
    later = AFTER + 10 * DAY
    before = len(told(read, GENERATED))
    both = threading.Barrier(2)
    failed: list[BaseException] = []

    def work(session: Any) -> None:
        both.wait(timeout=10)
        keeping.keep_up(session, now=later)

    def write(host: str) -> None:
        try:
            unit.write(Store(store.address), work, by=Signature(later, "li", host, host))
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=write, args=(host,)) for host in ("one", "other")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert failed == []
    assert len(told(read, GENERATED)) == before + 10
    assert Counter(one.about for one in there(*EVER)) == {"sw-1": 44, "sw-2": 44}


@pytest.mark.parametrize("store", ["postgres"], indirect=True)
def test_an_asset_and_a_book_that_come_at_once_see_each_other(ruled: None, store: Store, there: There) -> None:
    from opsctl.rulebook.service import applying
    from tests.duties.duties import BOOK

    later = AFTER + HOUR
    both = threading.Barrier(2)
    failed: list[BaseException] = []

    def add(session: Any) -> None:
        assets.add(session, now=later, actor="li", handle="sw-3", kind="switch")
        session.flush()
        both.wait(timeout=10)
        keeping.keep_up(session, now=later)

    def apply(session: Any) -> None:
        book = BOOK.format(version="2") + PATROL.replace("0 9", "0 15")
        applying.apply(session, now=later, actor="li", text=book, file="om.toml")
        both.wait(timeout=10)
        keeping.keep_up(session, now=later)

    def write(work: Callable[[Any], None], name: str) -> None:
        try:
            unit.write(Store(store.address), work, by=Signature(later, "li", name, name))
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=write, args=pair) for pair in ((add, "one"), (apply, "other"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert failed == []
    due = Counter((one.about, one.due_at.hour) for one in there(*EVER) if one.state is State.DUE)
    assert due == {("sw-1", 7): 35, ("sw-2", 7): 35, ("sw-3", 7): 35}


def test_thirty_five_days_are_ahead_after_any_write() -> None:
    assert not keeping.is_too_near(AFTER + timedelta(days=34), AFTER)
    assert keeping.is_too_near(AFTER + timedelta(days=34, microseconds=-1), AFTER)
    assert keeping.is_too_near(None, AFTER)
    assert keeping.is_too_near(AFTER + timedelta(days=70, microseconds=1), AFTER)
