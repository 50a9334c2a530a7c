"""Whose what is, what is listed, and what the ledger is compared with."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from opsctl.assets.service import assets
from opsctl.core.errors import NotFound
from opsctl.duties.rules import Occurrence
from opsctl.duties.service import figures, meeting
from opsctl.duties.service import read as reading
from opsctl.duties.terms import Wanted
from opsctl.ledger import service as ledger
from opsctl.ledger.terms import Fault
from opsctl.people.service import persons
from opsctl.store.engine import Store
from tests.duties.duties import DAY, FILTERS, HOUR, PATROL, REPORT
from tests.duties.test_keeping import AFTER, FIRST
from tests.harness import Perform, Read

OWNED = """
[posts]
head = { en = "Head", zh = "负责人" }
engineer = { en = "Engineer", zh = "工程师" }
""" + "".join(
    PATROL.replace("[duties.patrol]", f"[duties.{name}]").replace("role:engineer", owner)
    for name, owner in (
        ("of-engineers", "role:engineer"), ("of-nobody", "role:auditor"), ("of-the-head", "post:head"),
        ("of-nobodys-post", "post:keeper"), ("of-wang", "person:wang"), ("of-owners", "asset-owner"),
    )
)  # fmt: skip


def names(found: list[Occurrence]) -> set[str]:
    return {one.duty for one in found}


@pytest.fixture
def company(perform_as: Perform, add: Callable[..., Any], apply: Callable[..., Any]) -> None:
    """Wang leads, li is an engineer and owns the switch, zhou was the head until yesterday, and is an auditor soon."""
    perform_as(persons.add, handle="wang", texts={"name": "王芳", "login": "lead.li"}, posts=["head"])
    perform_as(persons.add, handle="li", texts={"name": "李雷"}, posts=["engineer"])
    perform_as(persons.add, handle="zhou", texts={"name": "周"}, posts=["head"], until=AFTER - DAY)
    perform_as(persons.edit, person="zhou", texts={}, posts=["auditor"], since=AFTER + 9 * DAY)
    add("sw-1", owner="li")
    apply(OWNED)


@pytest.mark.parametrize(
    ("person", "now", "expected"),
    [
        ("wang", AFTER, {"of-the-head", "of-wang", "of-nobody"}),
        ("li", AFTER, {"of-engineers", "of-owners", "of-nobody"}),
        ("zhou", AFTER, {"of-nobody"}),
        ("wang", AFTER + 10 * DAY, {"of-the-head", "of-wang"}),
        ("zhou", AFTER + 10 * DAY, {"of-nobody"}),
    ],
)
def test_a_duty_is_due_to_whose_it_is(
    company: None, read: Read, person: str, now: datetime, expected: set[str]
) -> None:
    until = now + DAY
    assert names(read(reading.due_to, now=now, person=person, until=until)) == expected
    found = read(reading.list_occurrences, now=now, since=now, until=until, owner=person)
    assert names(list(found.occurrences)) == expected


def test_while_nobody_is_recorded_everything_is_due_to_everybody(
    add: Callable[..., Any], apply: Callable[..., Any], read: Read
) -> None:
    add("sw-1")
    apply(OWNED)
    assert len(names(read(reading.due_to, now=AFTER, person="anybody", until=AFTER + DAY))) == 6


@pytest.fixture
def ruled(add: Callable[..., Any], apply: Callable[..., Any], perform_as: Perform) -> None:
    """Ten days ago two switches came under a patrol; on 3 November a round was walked on one of them."""
    for handle in ("sw-1", "sw-2"):
        add(handle, now=AFTER - 10 * DAY)
    apply(PATROL + FILTERS + REPORT, now=AFTER - 10 * DAY)
    from opsctl.core.use_cases import Permission, use_case

    @use_case(needs=Permission.RECORD, offline=False)
    def walk(session: Any, *, now: datetime, actor: str) -> Any:
        at = FIRST - 3 * DAY
        evidence = {"kind": "inspection.completed", "topic": "core", "about": "sw-1"}
        return meeting.meet(session, **evidence, happened_at=at, judged_at=at, by="INS-1")

    perform_as(walk)


def due(found: list[Occurrence], about: str = "sw-1") -> list[str]:
    return [one.due_at.strftime("%m-%d %H:%M") for one in found if one.about == about]


def test_what_is_due_is_open_comes_soon_or_was_missed_lately(ruled: None, read: Read) -> None:
    soon = AFTER + 24 * HOUR
    assert due(read(reading.due_to, now=AFTER, person="li", until=soon)) == ["11-05 01:00", "11-06 01:00"]
    assert due(read(reading.due_to, now=AFTER, person="li", until=AFTER)) == ["11-05 01:00"]
    # At one second past eleven the window of today is over: missed, and still among what was due within a day.
    over = AFTER + HOUR + timedelta(seconds=1)
    (missed, coming) = read(reading.due_to, now=over, person="li", until=over + 23 * HOUR)[::2]
    assert (missed.is_missed(over), coming.is_missed(over)) == (True, False)
    lately = read(reading.due_to, now=AFTER, person="li", until=AFTER, since=AFTER - 4 * DAY)
    assert due(lately) == ["11-02 01:00", "11-04 01:00", "11-05 01:00"]
    assert due(lately, "sw-2") == ["11-02 01:00", "11-03 01:00", "11-04 01:00", "11-05 01:00"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        # Eleven days of two switches, and the report of October.
        ({}, 2 * 11 + 1),
        ({"state": Wanted.OPEN}, 2 * 11 - 1 + 1),
        ({"state": Wanted.DUE}, 2 * 2),
        ({"state": Wanted.MISSED}, 2 * 9 - 1 + 1),
        ({"state": Wanted.DONE}, 1),
        ({"state": Wanted.CANCELLED}, 0),
        ({"state": Wanted.WAIVED}, 0),
        ({"about": "sw-2", "state": Wanted.OPEN}, 11),
        ({"duty": "PATROL"}, 2 * 11),
        ({"duty": "duty:report"}, 1),
        ({"since": FIRST}, 2),
        ({"closing_since": AFTER}, 2 * 2),
    ],
)
def test_a_list_has_what_fits(ruled: None, read: Read, given: dict[str, Any], expected: int) -> None:
    found = read(reading.list_occurrences, now=AFTER, until=FIRST + HOUR, **given)
    assert (found.total, len(found.occurrences)) == (expected, expected)
    assert read(reading.list_occurrences, now=AFTER, until=FIRST + HOUR, limit=1, **given).total == expected


def test_the_duties_in_force_say_what_is_next_and_what_was_missed(ruled: None, read: Read) -> None:
    found = read(reading.in_force, now=AFTER)
    assert [(one.duty.name, one.upcoming, one.waiting, one.missed) for one in found] == [
        ("filters", AFTER + 20 * DAY, 0, 0),
        # Of nine days the last seven, and one was walked.
        ("patrol", FIRST, 2, 2 * 7 - 1),
        # Missed on 31 October; that of 30 November is not there until somebody writes again, and known all the same.
        ("report", datetime(2026, 11, 30, 9, tzinfo=UTC), 0, 1),
    ]


@pytest.mark.parametrize("handled", [{}, {"in_service_from": AFTER + 300 * DAY}, {"kind": "power"}, {"gone": True}])
def test_beyond_what_is_planned_the_schedule_says_when_it_is_next_for_any_asset(
    add: Callable[..., Any], apply: Callable[..., Any], do: Callable[..., Any], read: Read, handled: dict[str, Any]
) -> None:
    gone = handled.pop("gone", False)
    add("sw-1", **handled)
    if gone:
        do(assets.retire, asset="sw-1", at=AFTER)
    apply(PATROL.replace("0 9 * * *", "0 14 15 6,12 *"), now=AFTER)
    (found,) = read(reading.in_force, now=AFTER)
    # 15 December is six days after the last that is planned; in service from 1 September, June of 2028 is too far.
    expected = {
        "": datetime(2026, 12, 15, 6, tzinfo=UTC),
        "in_service_from": datetime(2027, 12, 15, 6, tzinfo=UTC),
    }
    key = "gone" if gone else next(iter(handled), "")
    assert (found.upcoming, found.waiting, found.missed) == (expected.get(key), 0, 0)


def test_what_was_done_ahead_is_not_next_again(
    add: Callable[..., Any], apply: Callable[..., Any], perform_as: Perform, read: Read
) -> None:
    add("sw-1")
    apply(PATROL.replace("0 9 * * *", "0 9 25 * *").replace('early = "2h"', 'early = "30d"'))
    from opsctl.core.use_cases import Permission, use_case

    @use_case(needs=Permission.RECORD, offline=False)
    def walk(session: Any, *, now: datetime, actor: str) -> Any:
        evidence = {"kind": "inspection.completed", "topic": "core", "about": "sw-1"}
        return meeting.meet(session, **evidence, happened_at=AFTER, judged_at=AFTER, by="INS-1")

    assert perform_as(walk).due_at == datetime(2026, 11, 25, 1, tzinfo=UTC)
    assert read(reading.in_force, now=AFTER)[0].upcoming == datetime(2026, 12, 25, 1, tzinfo=UTC)


def test_a_duty_is_shown_with_its_next_and_its_last(ruled: None, read: Read) -> None:
    found = read(reading.show, word="patrol", now=AFTER, count=3)
    assert due(list(found.coming)) == ["11-05 01:00", "11-06 01:00"]
    assert due(list(found.past)) == ["11-04 01:00", "11-03 01:00"]
    with pytest.raises(NotFound) as caught:
        read(reading.show, word="patorl", now=AFTER, count=3)
    assert (caught.value.message, caught.value.hint) == ("There is no duty 'patorl'.", "Did you mean patrol?")


def test_a_duty_that_the_rules_no_longer_have_can_still_be_looked_at(
    ruled: None, apply: Callable[..., Any], read: Read
) -> None:
    apply(FILTERS, "2", now=AFTER + HOUR)
    found = read(reading.show, word="patrol", now=AFTER + HOUR, count=2)
    assert (found.duty, found.coming[0].due_at) == (None, FIRST - DAY)
    with pytest.raises(NotFound):
        read(reading.preview, word="patrol", now=AFTER + HOUR, count=1, around_changes=False)


@pytest.mark.parametrize(
    "word",
    ["patrol/sw-1@2026-11-06T01:00Z", "PATROL/SW-1@2026-11-06t01:00z", "patrol/sw-1@2026-11-06T09:00+08:00",
     "duty:patrol/sw-1@2026-11-06T01:00:00Z", "patrol/sw-1@2026-11-06T01:00"],
)  # fmt: skip
def test_an_occurrence_is_found_by_its_name(ruled: None, read: Read, word: str) -> None:
    assert read(reading.find, word=word).reference == "patrol/sw-1@2026-11-06T01:00Z"


def test_one_that_is_not_there_names_those_around_it(ruled: None, read: Read) -> None:
    with pytest.raises(NotFound) as caught:
        read(reading.find, word="patrol/sw-1@2026-11-06T02:00Z")
    assert caught.value.hint.startswith("Did you mean patrol/sw-1@2026-11-06T01:00Z, patrol/sw-1@2026-11-07T01:00Z")
    for word in ("patrol/sw-1@noon", "patrol"):
        with pytest.raises(NotFound):
            read(reading.find, word=word)


def test_figures_read_every_occurrence_of_a_span(ruled: None, read: Read) -> None:
    assert len(read(figures.due_between, since=FIRST, until=FIRST + DAY)) == 2
    assert len(read(figures.due_between, since=FIRST, until=FIRST + DAY, kinds=["maintenance.completed"])) == 0
    assert read(figures.due_between, since=FIRST, until=FIRST) == []


def test_a_state_that_was_changed_by_hand_is_found(ruled: None, read: Read, store: Store) -> None:
    def findings() -> list[tuple[Fault, str | None]]:
        verdict = read(
            ledger.verify, kept=None, standing=store.driver.guards, wanted=store.driver.LEDGER_GUARDS,
            records=[reading.records, assets.records],
        )  # fmt: skip
        # Of the other rooms nothing was asked.
        return [(one.fault, one.subject) for one in verdict.findings if str(one.subject).startswith("duty:")]

    assert findings() == []
    for tampering in (
        "UPDATE occurrence SET met_at = NULL, state = 'waived', met_by = NULL WHERE met_by = 'INS-1'",
        "UPDATE occurrence SET owner = 'nobody' WHERE about = 'sw-2' AND due_at = (SELECT min(due_at) FROM occurrence)",
    ):
        with store.write_engine.connect() as connection, connection.begin():
            connection.execute(text(tampering))
    assert set(findings()) == {
        (Fault.RECORD_CHANGED, "duty:patrol@2026-11-03"),
        (Fault.RECORD_CHANGED, "duty:patrol@2026-10-27"),
    }


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_what_cannot_be_read_does_not_hide_the_others(ruled: None, read: Read, store: Store) -> None:
    before = dict(read(lambda session: list(reading.records(session))))
    with store.write_engine.connect() as connection, connection.begin():
        connection.execute(text("UPDATE occurrence SET closes_at = 'soon' WHERE met_by = 'INS-1'"))
    after = dict(read(lambda session: list(reading.records(session))))
    assert after.pop("duty:patrol@2026-11-03") == ""
    assert before.pop("duty:patrol@2026-11-03") != ""
    assert after == before
