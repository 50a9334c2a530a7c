"""Rounds that are logged whole: what is recorded, what they meet, what becomes of what was wrong."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from opsctl.actions.service import read as actions
from opsctl.assets.service import assets
from opsctl.core.errors import Conflict, InvalidInput, NotFound
from opsctl.duties.service import read as duties
from opsctl.inspections.service import logging, rows
from opsctl.inspections.service import read as rounds
from opsctl.inspections.terms import Flag, Mark, Source, State
from opsctl.rulebook.service import applying
from tests.harness import LOGIN, Perform, Read
from tests.inspections.conftest import BOOK

Log = Callable[..., Any]


def test_a_round_in_its_window_is_on_time_and_stands_whole_in_the_ledger(
    log: Log, read: Read, now: datetime, check_whole: Callable[[], int]
) -> None:
    found = log(rest=False, items=["temp=21.5", "风扇=正常", "3=1"])
    assert (found.round.reference, found.round.state, found.missing) == ("INS-2026-0001", State.DONE, ())
    assert [(one.item, one.mark, one.value) for one in found.round.readings] == [
        ("temp", Mark.OK, "21.5"),
        ("fans", Mark.OK, None),
        ("uplink", Mark.OK, None),
    ]
    assert found.occurrence.reference == "core-network-patrol/core-sw-1@2026-11-05T01:00Z"
    assert found.occurrence.is_on_time
    assert read(rows.of_references, references=["INS-2026-0001"]) == [found.round]
    check_whole()


def test_what_failed_and_what_was_warned_of_are_actions_at_once(
    log: Log, read: Read, now: datetime, check_whole: Callable[[], int]
) -> None:
    found = log(rest=False, items=["temp=41", "fans=2 noisy"], fails=["uplink: CRC errors rising"])
    raised = [(one.title, one.gravity, one.topic, one.owner, one.deadline) for one, _new in found.actions]
    assert raised == [
        ("Inlet temperature: 41 °C", "fail", "core-network/temp", LOGIN, now + timedelta(days=3)),
        ("Fans: noisy", "warn", "core-network/fans", LOGIN, now + timedelta(days=14)),
        ("Uplinks: CRC errors rising", "fail", "core-network/uplink", LOGIN, now + timedelta(days=3)),
    ]
    assert [one.reference for one in read(actions.of_source, source="INS-2026-0001")] == [
        "ACT-2026-0001",
        "ACT-2026-0002",
        "ACT-2026-0003",
    ]
    check_whole()


def test_the_same_fault_in_the_next_round_is_the_same_action(log: Log, now: datetime) -> None:
    first = log(fails=["uplink: CRC errors"])
    second = log(now=now + timedelta(hours=3), items=["temp=22.5"], fails=["uplink: still CRC errors"])
    assert [(one.reference, new) for one, new in first.actions] == [("ACT-2026-0001", True)]
    assert [(one.reference, one.seen, new) for one, new in second.actions] == [("ACT-2026-0001", 2, False)]


def test_a_round_with_something_mandatory_open_is_not_done_and_goes_on(
    log: Log, read: Read, now: datetime, check_whole: Callable[[], int]
) -> None:
    first = log(rest=False, items=["temp=21.5"])
    assert (first.round.state, [item.id for item in first.missing]) == (State.OPEN, ["fans", "uplink"])
    assert first.occurrence is None
    second = log(now=now + timedelta(minutes=5), rest=False, items=["fans=ok", "uplink=ok"])
    assert (second.round.reference, second.round.state) == (first.round.reference, State.DONE)
    assert second.occurrence.reference == "core-network-patrol/core-sw-1@2026-11-05T01:00Z"
    check_whole()


def test_the_rest_is_ok_by_exception_and_only_for_states(log: Log) -> None:
    found = log(checklist="room", asset="room-1", items=["humidity=50"], rest=True)
    assert {one.item: one.source for one in found.round.readings} == {
        "humidity": Source.TYPED,
        "door": Source.EXCEPTION,
    }


def test_the_rest_is_never_a_number(log: Log) -> None:
    found = log(checklist="room", asset="room-1", items=["door=ok"], rest=True)
    assert [item.id for item in found.missing] == ["humidity"]


def test_a_sheet_over_several_assets_is_a_round_for_each_all_or_none(
    perform_as: Perform, patrolled: datetime, read: Read
) -> None:
    sheet = "[core-sw-1]\n1 21.5\n其余正常\n[core-sw-2]\n1 22.5\n其余正常\n"
    done = perform_as(logging.log, checklist="morning", sheet=sheet)
    assert [(one.round.asset, one.round.route, one.round.state) for one in done] == [
        ("core-sw-1", "morning", State.DONE),
        ("core-sw-2", "morning", State.DONE),
    ]
    with pytest.raises(InvalidInput, match="line 5"):
        perform_as(logging.log, checklist="morning", sheet=sheet.replace("1 22.5", "1 warmish"), again=True)
    assert read(rounds.list_rounds, now=patrolled).total == 2


def test_a_round_claimed_in_time_and_entered_late_is_judged_by_when_it_was_entered(log: Log, now: datetime) -> None:
    evening = now + timedelta(hours=8)
    found = log(now=evening, at=now)
    assert found.occurrence.met_at == now
    assert found.occurrence.judged_at == evening
    assert not found.occurrence.is_on_time
    assert [(one.flag, one.about) for one in found.round.flags] == [(Flag.LATE_ENTRY, ("480",))]


def test_a_missed_round_is_met_late_by_the_next_one(log: Log, read: Read, now: datetime) -> None:
    noon = datetime(2026, 11, 5, 4, 0, tzinfo=UTC)
    found = log(now=noon)
    assert found.occurrence.reference == "core-network-patrol/core-sw-1@2026-11-05T01:00Z"
    assert not found.occurrence.is_on_time


def test_a_second_round_of_the_same_window_meets_nothing_in_it(log: Log, read: Read, now: datetime) -> None:
    log()
    second = log(now=now + timedelta(minutes=40), items=["temp=22.5"])
    # The day before is still due, and is met late.
    assert second.occurrence.reference == "core-network-patrol/core-sw-1@2026-11-04T01:00Z"
    third = log(now=now + timedelta(minutes=50), items=["temp=22.6"])
    assert (third.occurrence, third.round.state) == (None, State.DONE)


def test_the_same_line_sent_twice_is_refused_unless_it_was_walked_again(log: Log, now: datetime) -> None:
    log()
    with pytest.raises(Conflict, match="logged already: INS-2026-0001") as error:
        log(now=now + timedelta(minutes=1))
    assert error.value.hint == "If it was walked again, add --again."
    assert log(now=now + timedelta(minutes=2), again=True).round.reference == "INS-2026-0002"


def test_another_person_may_log_the_same_readings(log: Log, now: datetime) -> None:
    log()
    assert log(now=now + timedelta(minutes=1), as_="wang").round.person == "wang"


def test_a_round_keeps_the_version_of_the_checklist_that_it_was_begun_under(
    log: Log, perform_as: Perform, now: datetime
) -> None:
    first = log(rest=False, items=["temp=21.5"])
    changed = BOOK.replace('version = "1"', 'version = "2"').replace('id = "uplink"', 'id = "uplinks"')
    perform_as(applying.apply, now=now + timedelta(minutes=1), text=changed, file="patrols.toml")
    second = log(now=now + timedelta(minutes=2), rest=False, items=["fans=ok", "uplink=ok"])
    assert (second.round.state, second.round.rules) == (State.DONE, first.round.rules)
    third = log(now=now + timedelta(hours=2), rest=False, items=["temp=22", "fans=ok", "uplinks=ok"])
    assert third.round.rules == first.round.rules + 1


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"items": ["temprature=21"]}, "temprature"),
        ({"items": ["temp"]}, "'temp' has no reading."),
        ({"items": ["temp=21", "进风温度=22"]}, "temp is answered twice."),
        ({"items": ["temp=75°F"]}, "°F"),
        ({"items": ["temp=300"]}, "300"),
        ({"fails": ["uplink"]}, "'uplink' has no symptom."),
        ({"items": [], "rest": False}, "Nothing is filled in."),
        ({"at": datetime(2026, 11, 5, 2, 1, tzinfo=UTC)}, "in the future"),
    ],
    ids=["unknown", "no reading", "twice", "unit", "impossible", "no symptom", "empty", "future"],
)
def test_what_cannot_be_is_refused_and_nothing_is_recorded(
    log: Log, read: Read, now: datetime, given: dict[str, Any], message: str
) -> None:
    with pytest.raises((InvalidInput, NotFound)) as error:
        log(**given)
    assert message in error.value.message
    assert read(rounds.list_rounds, now=now).total == 0


def test_an_unknown_checklist_is_refused_with_the_nearest(log: Log) -> None:
    with pytest.raises(NotFound, match=r"There is no checklist or route 'core-netwrk'.") as error:
        log(checklist="core-netwrk")
    assert error.value.hint == "Did you mean core-network?"


def test_a_retired_asset_is_refused_unless_it_was_walked_before(log: Log, perform_as: Perform, now: datetime) -> None:
    perform_as(assets.retire, asset="core-sw-1", now=now, at=now - timedelta(hours=1))
    with pytest.raises(Conflict, match="core-sw-1 is retired since"):
        log()
    assert log(at=now - timedelta(hours=2)).round.state is State.DONE


def test_without_a_name_it_is_the_one_round_that_is_due(perform_as: Perform, patrolled: datetime, read: Read) -> None:
    given = {"items": ["temp=21.5"], "rest": True}
    with pytest.raises(InvalidInput, match="Several rounds are due"):
        perform_as(logging.log, **given)
    perform_as(logging.log, checklist="core-network", asset="core-sw-2", **given)
    found = perform_as(logging.log, **given)[0]
    assert (found.round.checklist, found.round.asset) == ("core-network", "core-sw-1")


def test_before_any_checklist_is_in_force_it_says_where_they_come_from(perform: Perform) -> None:
    with pytest.raises(InvalidInput, match=r"No rulebook in force has a checklist."):
        perform(logging.log, items=["temp=21"])


def test_a_picture_is_kept_by_its_name_and_digest(log: Log) -> None:
    photo = {"file": "rack3.jpg", "digest": "0" * 64}
    found = log(checklist="room", asset="room-1", items=["humidity=50"], photos={"rack": photo})
    assert [(one.item, one.file, one.digest) for one in found.round.readings if one.digest] == [
        ("rack", "rack3.jpg", "0" * 64)
    ]


@pytest.mark.parametrize(
    ("answered", "flags"), [(None, []), ("4711", []), (" ４７１１", []), ("4712", [Flag.CHALLENGE])]
)
def test_what_was_read_on_the_spot_is_compared_where_it_was_given(
    log: Log, answered: str | None, flags: list[Flag]
) -> None:
    found = log(checklist="room", asset="room-1", items=["humidity=50"], answered=answered)
    assert [one.flag for one in found.round.flags] == flags


def test_readings_that_are_those_of_the_last_round_are_flagged(perform_as: Perform, patrolled: datetime) -> None:
    before = '[[checklists.core-network.items]]\nid = "fans"'
    numbers = "".join(
        f'[[checklists.core-network.items]]\nid = "{name}"\ntitle = "{name}"\ntype = "number"\n' for name in "ab"
    )
    book = BOOK.replace('version = "1"', 'version = "2"').replace(before, numbers + before)
    perform_as(applying.apply, now=patrolled, text=book, file="patrols.toml")
    given = {"checklist": "core-network", "asset": "core-sw-1", "items": ["temp=21.5", "a=1", "b=2"], "rest": True}
    first = perform_as(logging.log, **given)[0]
    second = perform_as(logging.log, now=patrolled + timedelta(hours=4), **given)[0]
    assert (first.round.flags, [one.flag for one in second.round.flags]) == ((), [Flag.COPIED])


def test_a_person_in_two_places_at_once_is_flagged(log: Log, now: datetime) -> None:
    log(now=now, started=now - timedelta(minutes=30), at=now - timedelta(minutes=10))
    found = log(asset="core-sw-2", started=now - timedelta(minutes=20), at=now)
    assert [(one.flag, one.about) for one in found.round.flags] == [(Flag.OVERLAP, ("INS-2026-0001",))]


def test_a_stored_round_is_the_round_that_was_logged(log: Log, read: Read) -> None:
    found = log(fails=["uplink: 'a', \"b\" 上行"])
    stored = read(rows.of_references, references=[found.round.reference])[0]
    assert stored == found.round
    assert replace(stored, flags=()) == replace(found.round, flags=())
    assert read(duties.for_record, reference=stored.reference)[0].met_by == stored.reference


def test_a_round_shows_the_actions_that_it_found_again(log: Log, read: Read, now: datetime) -> None:
    log(fails=["uplink: CRC errors"])
    second = log(now=now + timedelta(hours=3), items=["temp=22.5"], fails=["uplink: still CRC errors"])
    found = read(rounds.show, word=second.round.reference, now=now + timedelta(hours=4))
    assert [one.reference for one in found.actions] == ["ACT-2026-0001"]


def test_a_whole_route_that_is_due_is_offered_by_its_name(perform_as: Perform, patrolled: datetime) -> None:
    with pytest.raises(InvalidInput) as error:
        perform_as(logging.log, items=["temp=21.5"], rest=True)
    assert error.value.message == "Several rounds are due: morning"
