"""Countersigning, correcting and voiding rounds."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from opsctl.core.errors import Conflict, InvalidInput, NotAllowed
from opsctl.core.void import Void
from opsctl.duties.service import read as duties
from opsctl.inspections.rules import evidence
from opsctl.inspections.service import judging, rows
from opsctl.inspections.terms import Flag, Grade, Mark
from opsctl.ledger import service as ledger
from tests.harness import LOGIN, Perform, Read

Log = Callable[..., Any]
Check = Callable[[], int]


@pytest.fixture
def late(log: Log, now: datetime) -> Any:
    """A round walked at ten, entered at six in the evening."""
    return log(now=now + timedelta(hours=8), at=now)


def test_another_persons_countersign_makes_the_claimed_time_count(
    late: Any, perform_as: Perform, read: Read, now: datetime, check_whole: Check
) -> None:
    signed = perform_as(judging.countersign, as_="wang", now=now + timedelta(hours=9), named=["1"])[0]
    assert (signed.countersigned_by, signed.countersigned_at) == ("wang", now + timedelta(hours=9))
    met = read(duties.for_record, reference="INS-2026-0001")[0]
    assert (met.judged_at, met.is_on_time) == (now, True)
    assert evidence.grade(signed) is Grade.COUNTERSIGNED
    check_whole()


def test_nobody_countersigns_their_own_round(late: Any, perform_as: Perform, now: datetime) -> None:
    with pytest.raises(NotAllowed, match=f"{LOGIN} walked INS-2026-0001."):
        perform_as(judging.countersign, now=now + timedelta(hours=9), named=["1"])


def test_who_answered_a_part_of_a_round_countersigns_none_of_it(log: Log, perform_as: Perform, now: datetime) -> None:
    log(rest=False, as_="wang")
    log(rest=False, items=["fans=ok", "uplink=ok"], now=now + timedelta(minutes=5), as_="zhao")
    with pytest.raises(NotAllowed, match=r"wang answered a part of INS-2026-0001."):
        perform_as(judging.countersign, as_="wang", named=["1"], now=now + timedelta(minutes=6))
    assert perform_as(judging.countersign, as_="sun", named=["1"], now=now + timedelta(minutes=6))


def test_a_round_is_countersigned_once_and_only_when_it_is_done(log: Log, perform_as: Perform, now: datetime) -> None:
    log(rest=False)
    with pytest.raises(Conflict, match=r"INS-2026-0001 is not done yet."):
        perform_as(judging.countersign, as_="wang", named=["1"])
    log(rest=True, items=["temp=21"])
    perform_as(judging.countersign, as_="wang", named=["1"])
    with pytest.raises(Conflict, match=r"INS-2026-0001 is countersigned by wang."):
        perform_as(judging.countersign, as_="zhao", named=["1"])


def test_a_corrected_reading_counts_and_the_old_one_stays(
    log: Log, perform_as: Perform, read: Read, now: datetime, check_whole: Check
) -> None:
    log()
    later = now + timedelta(hours=1)
    found = perform_as(judging.correct, now=later, reference="1", given=["temp=41"], reason="read the wrong rack")
    assert [(one.value, one.mark) for one in found.round.readings if one.item == "temp"] == [
        ("21.5", Mark.OK),
        ("41", Mark.FAIL),
    ]
    assert [(one.title, new) for one, new in found.actions] == [("Inlet temperature: 41 °C", True)]
    assert found.round.corrected_at == later
    assert read(rows.of_references, references=["INS-2026-0001"]) == [found.round]
    row = next(one for one in read(ledger.newest, search=ledger.Search(kind="inspection.corrected"), limit=1))
    assert row.facts == (
        '{"new":[{"item":"temp","mark":"fail","value":"41"}],"old":[{"item":"temp","mark":"ok","value":"21.5"}],'
        '"reason":"read the wrong rack"}'
    )
    check_whole()


def test_what_is_right_again_leaves_its_action_and_says_so(log: Log, perform_as: Perform) -> None:
    log(items=["temp=41"])
    found = perform_as(judging.correct, reference="1", given=["temp=21"], reason="wrong rack")
    assert (found.mended, found.actions) == (("temp",), ())


def test_a_corrected_time_meets_what_was_due_then_and_takes_the_countersign_off(
    late: Any, perform_as: Perform, read: Read, now: datetime, check_whole: Check
) -> None:
    perform_as(judging.countersign, as_="wang", now=now + timedelta(hours=9), named=["1"])
    found = perform_as(
        judging.correct,
        now=now + timedelta(hours=9),
        reference="1",
        given=["done=2026-11-04 09:30"],
        reason="yesterday",
    )
    assert found.round.countersigned_by is None
    met = read(duties.for_record, reference="INS-2026-0001")
    assert [one.reference for one in met] == ["core-network-patrol/core-sw-1@2026-11-04T01:00Z"]
    assert met[0].judged_at == now + timedelta(hours=8)
    check_whole()


def test_a_corrected_time_frees_its_occurrence_for_another_round_of_that_window(
    log: Log, perform_as: Perform, read: Read, now: datetime, check_whole: Check
) -> None:
    log()
    log(now=now + timedelta(minutes=40), items=["temp=22.5"])
    given = {"given": ["done=2026-11-04 09:00"], "reason": "yesterday"}
    found = perform_as(judging.correct, now=now + timedelta(hours=1), reference="1", **given)
    assert met_by(read, "INS-2026-0002") == [("core-network-patrol/core-sw-1@2026-11-05T01:00Z", True)]
    # The day before had been met by the second round, late; now that is free for the first, entered late itself.
    assert met_by(read, "INS-2026-0001") == [("core-network-patrol/core-sw-1@2026-11-04T01:00Z", False)]
    assert (found.occurrence.met_by, found.due) == ("INS-2026-0001", ())
    check_whole()


@pytest.mark.parametrize(
    ("typed", "walked"),
    [
        ("done=23:50", datetime(2026, 11, 5, 15, 50, tzinfo=UTC)),
        ("done=00:30", datetime(2026, 11, 5, 16, 30, tzinfo=UTC)),
        ("时间=２３：４０", datetime(2026, 11, 5, 15, 40, tzinfo=UTC)),
        ("done=11:55", datetime(2026, 11, 6, 3, 55, tzinfo=UTC)),
    ],
    ids=["before midnight", "after midnight", "full width", "farther away"],
)
def test_a_clock_alone_is_the_nearest_to_what_the_round_said(
    log: Log, perform_as: Perform, typed: str, walked: datetime
) -> None:
    # Walked at five past midnight, set right three days later.
    log(now=datetime(2026, 11, 5, 16, 5, tzinfo=UTC))
    late = datetime(2026, 11, 8, 3, 0, tzinfo=UTC)
    found = perform_as(judging.correct, now=late, reference="1", given=[typed], reason="the clock was wrong")
    assert found.round.done_at == walked


def test_a_time_that_is_set_right_sets_right_what_is_worth_a_look_of_it(
    log: Log, perform_as: Perform, now: datetime
) -> None:
    log(now=now)
    late = now + timedelta(hours=1)
    moved = perform_as(judging.correct, now=late, reference="1", given=["done=08:00"], reason="walked before").round
    assert [(one.flag, one.about) for one in moved.flags] == [(Flag.LATE_ENTRY, ("120",))]
    back = perform_as(judging.correct, now=late, reference="1", given=["done=09:30"], reason="no, later").round
    assert back.flags == ()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["temp=21", "进风温度=22"], "temp is answered twice."),
        (["done=09:40", "时间=09:30"], "时间 is answered twice."),
        (["temp=21.5"], "INS-2026-0001 says that already."),
        (["temp"], "'temp' is no correction."),
        (["done=2027-01-01"], "in the future"),
        (["temp=75°F"], "°F"),
    ],
    ids=["item twice", "time twice", "same", "no value", "future", "unit"],
)
def test_what_is_no_correction_is_refused(log: Log, perform_as: Perform, given: list[str], message: str) -> None:
    log()
    with pytest.raises(InvalidInput) as error:
        perform_as(judging.correct, reference="1", given=given, reason="because")
    assert message in error.value.message


def test_a_void_round_meets_nothing_and_those_that_were_walked_after_it_move_up(
    log: Log, perform_as: Perform, read: Read, now: datetime, check_whole: Check
) -> None:
    log()
    log(now=now + timedelta(minutes=20), items=["temp=22.5"])
    third = log(now=now + timedelta(minutes=30), items=["temp=22.6"])
    assert third.occurrence is None
    gone = perform_as(judging.void, now=now + timedelta(hours=1), named=["1"], because=Void.MISTAKE)[0]
    # The second was in its window; the one of the day before, which it had met late, is left to the third.
    assert {name: met_by(read, name) for name in ("INS-2026-0001", "INS-2026-0002", "INS-2026-0003")} == {
        "INS-2026-0001": [],
        "INS-2026-0002": [("core-network-patrol/core-sw-1@2026-11-05T01:00Z", True)],
        "INS-2026-0003": [("core-network-patrol/core-sw-1@2026-11-04T01:00Z", False)],
    }
    assert gone.due == ()
    check_whole()


def test_a_round_walked_before_the_void_one_in_the_same_window_takes_its_place(
    log: Log, perform_as: Perform, read: Read, now: datetime, check_whole: Check
) -> None:
    log()
    log(now=now + timedelta(minutes=1), at=now - timedelta(hours=2), items=["temp=20"])
    log(now=now + timedelta(minutes=2), items=["temp=20.5"])
    perform_as(judging.void, now=now + timedelta(hours=1), named=["3", "1"], because=Void.TEST)
    assert met_by(read, "INS-2026-0002") == [("core-network-patrol/core-sw-1@2026-11-05T01:00Z", True)]
    check_whole()


def test_what_only_the_void_round_had_met_is_due_again_and_its_actions_are_named(
    log: Log, perform_as: Perform, now: datetime
) -> None:
    log(fails=["uplink: down"])
    gone = perform_as(judging.void, named=["1"], because=Void.MISTAKE)[0]
    assert [one.reference for one in gone.due] == ["core-network-patrol/core-sw-1@2026-11-05T01:00Z"]
    assert [one.reference for one in gone.actions] == ["ACT-2026-0001"]


def met_by(read: Read, reference: str) -> list[tuple[str, bool]]:
    """What the round met, each with whether it was on time."""
    return [(one.reference, one.is_on_time) for one in read(duties.for_record, reference=reference)]


def test_a_void_round_stays_void(log: Log, perform_as: Perform) -> None:
    log()
    perform_as(judging.void, named=["1"], because=Void.TEST)
    with pytest.raises(Conflict, match=r"INS-2026-0001 is void already."):
        perform_as(judging.void, named=["1"], because=Void.TEST)
    with pytest.raises(Conflict, match=r"INS-2026-0001 is void."):
        perform_as(judging.correct, reference="1", given=["temp=22"], reason="because")


def test_an_open_round_that_is_void_lets_another_begin(log: Log, perform_as: Perform) -> None:
    log(rest=False)
    perform_as(judging.void, named=["1"], because=Void.MISTAKE)
    assert log(items=["temp=20"]).round.reference == "INS-2026-0002"


def test_a_redacted_word_is_gone_from_the_record_and_the_chain_still_verifies(
    log: Log, perform_as: Perform, read: Read, check_whole: Check
) -> None:
    log(fails=["uplink: password is hunter2"])
    row = next(one for one in read(ledger.newest, search=ledger.Search(subject="INS-2026-0001"), limit=1))
    perform_as(ledger.redact, seq=row.seq, reason="a password", blank={"INS": judging.blank})
    stored = read(rows.of_references, references=["INS-2026-0001"])[0]
    assert [one.note for one in stored.readings if one.item == "uplink"] == [None]
    check_whole()
