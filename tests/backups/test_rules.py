"""What a run, its proof, a plan and their JSON are."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsctl.backups.rules import Copy, Run, Test
from opsctl.backups.rules.plans import Plan, is_in_window, left_of_window, next_slot, open_slot
from opsctl.backups.rules.sizes import size_text
from opsctl.backups.rules.statuses import worst_of
from opsctl.backups.rules.wire import from_json, to_json
from opsctl.backups.terms import Level, Status, Verdict
from opsctl.core.errors import InvalidInput
from tests.backups.making import DAY, HOUR, MINUTE, NIGHT, check, copy, plan, run, slot, test_of


def test_a_copy_is_proven_by_the_highest_level_it_passed() -> None:
    one = run(
        checks=(check("local", Level.L2, NIGHT), check("local", Level.L5, NIGHT), check("local", Level.L0, NIGHT))
    )
    found = one.level_of("local")
    assert found is not None
    assert found.level is Level.L5
    assert one.level_of("offsite") is None


def test_the_newer_of_two_checks_of_one_level_is_the_proof() -> None:
    one = run(checks=(check("local", Level.L5, NIGHT), check("local", Level.L5, NIGHT + DAY)))
    found = one.level_of("local")
    assert found is not None
    assert found.checked_at == NIGHT + DAY


def test_what_differs_once_is_proven_by_nothing_before_it() -> None:
    checks = (check("local", Level.L5, NIGHT), check("local", Level.L0, NIGHT + DAY, Verdict.DIFFERS))
    assert run(checks=checks).level_of("local") is None
    again = run(checks=(*checks, check("local", Level.L2, NIGHT + 2 * DAY))).level_of("local")
    assert again is not None
    assert again.level is Level.L2


def test_a_check_that_could_not_run_takes_no_proof_away() -> None:
    one = run(checks=(check("local", Level.L5, NIGHT), check("local", Level.L3, NIGHT, Verdict.COULD_NOT_RUN)))
    assert one.level_of("local") is not None


@pytest.mark.parametrize(
    ("changed", "there"),
    [
        pytest.param({}, True, id="good"),
        pytest.param({"status": Status.INCOMPLETE}, True, id="incomplete"),
        pytest.param({"status": Status.FAILED}, False, id="failed"),
        pytest.param({"point": None}, False, id="without a point"),
        pytest.param({"pruned_at": NIGHT}, False, id="pruned"),
    ],
)
def test_a_copy_is_there_while_its_point_can_be_restored(changed: dict[str, object], there: bool) -> None:
    assert copy("local", **changed).is_there is there


GOOD = copy("local")
BAD = copy("offsite", status=Status.FAILED, point=None, reason="no room")


@pytest.mark.parametrize(
    ("copies", "status", "reason"),
    [
        pytest.param((GOOD,), Status.SUCCESS, None, id="one good"),
        pytest.param((GOOD, BAD), Status.INCOMPLETE, "copy offsite: no room", id="one of two"),
        pytest.param((BAD,), Status.FAILED, "no room", id="the only one"),
        pytest.param(
            (replace(BAD, status=Status.TIMED_OUT), BAD),
            Status.TIMED_OUT,
            "copy offsite: no room; copy offsite: no room",
            id="none",
        ),
        pytest.param(
            (replace(GOOD, status=Status.INCOMPLETE, reason="1 file"),), Status.INCOMPLETE, "1 file", id="incomplete"
        ),
        pytest.param((replace(BAD, reason=None),), Status.FAILED, "failed", id="without a reason"),
    ],
)
def test_a_run_is_as_good_as_its_copies(copies: tuple[Copy, ...], status: Status, reason: str | None) -> None:
    assert worst_of(copies) == (status, reason)


def test_the_open_slot_is_the_newest_that_is_due() -> None:
    slots = (slot(NIGHT - HOUR), slot(NIGHT), slot(NIGHT + DAY))
    assert open_slot(slots, NIGHT) == slots[1]
    assert open_slot(slots, NIGHT - MINUTE) == slots[0]
    assert open_slot(slots, NIGHT + 2 * HOUR) == slots[1]
    assert open_slot(slots, NIGHT + 2 * HOUR + MINUTE) is None
    assert open_slot(slots, NIGHT - 2 * HOUR) is None


def test_a_slot_that_was_met_is_not_open_nor_is_an_older_one_beside_it() -> None:
    slots = (slot(NIGHT - HOUR), slot(NIGHT, met_by="BAK-2026-0001"))
    assert open_slot(slots, NIGHT + MINUTE) is None


def test_a_slot_may_be_met_early_but_the_schedule_waits_for_it() -> None:
    early = slot(NIGHT, opens_at=NIGHT - HOUR)
    assert open_slot((early,), NIGHT - MINUTE) is None


def test_the_next_slot_is_the_first_to_come() -> None:
    slots = (slot(NIGHT + DAY), slot(NIGHT), slot(NIGHT + 2 * DAY))
    assert next_slot(slots, NIGHT) == slots[0]
    assert next_slot(slots, NIGHT + 2 * DAY) is None


@given(st.integers(0, 1439), st.integers(0, 1440), st.integers(0, 1439))
def test_a_window_holds_the_minutes_that_a_clock_shows_while_it_is_open(begins: int, ends: int, minute: int) -> None:
    window = (begins, ends)
    walked = {at % 1440 for at in range(begins, ends if ends > begins else ends + 1440)}
    assert is_in_window(window, minute) is (minute in walked)
    left = left_of_window(window, minute)
    if begins != ends and minute in walked:
        assert left is not None
        last = minute + int(left / MINUTE) - 1
        assert last % 1440 in walked
        assert (last + 1) % 1440 not in walked or len(walked) == 1440


def test_without_a_window_every_minute_is_open_and_nothing_ends() -> None:
    assert is_in_window(None, 700)
    assert left_of_window(None, 700) is None


def test_what_was_written_as_json_is_read_as_it_was() -> None:
    ran = run(checks=(check("local", Level.L2, NIGHT, reason="a\nb"),), slot=NIGHT)
    tested = test_of("BAK-2026-0001", loss_seconds=3.5, newest_at=NIGHT)
    assert from_json(Run, to_json(ran)) == ran
    assert from_json(Test, to_json(tested)) == tested
    assert from_json(Plan, to_json(plan(sizes=(1, 2), good_at=NIGHT))) == plan(sizes=(1, 2), good_at=NIGHT)


@pytest.mark.parametrize(
    "spoiled",
    [
        pytest.param({"status": "fine"}, id="no word"),
        pytest.param({"started_at": "2026-11-04T17:30:00"}, id="a moment without its offset"),
        pytest.param({"started_at": 5}, id="no moment"),
        pytest.param({"bytes": "many"}, id="no number"),
        pytest.param({"bytes": True}, id="a word for a number"),
        pytest.param({"colour": "red"}, id="an unknown field"),
        pytest.param({"copies": [{"name": 5}]}, id="a copy that is none"),
        pytest.param({"copies": "many"}, id="copies that are a text"),
    ],
)
def test_what_cannot_be_a_run_is_refused_with_a_hint(spoiled: dict[str, object]) -> None:
    with pytest.raises(InvalidInput) as refused:
        from_json(Run, {**to_json(run()), **spoiled})
    assert refused.value.hint


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (None, None), (0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (99_999, "99.9 kB"), (100_000, "100 kB"),
        (999_999, "999 kB"), (1_000_000, "1.0 MB"), (1_073_741_824, "1.0 GB"), (10**18, "1000 PB"),
    ],
)  # fmt: skip
def test_a_size_is_rounded_down(size: int | None, text: str | None) -> None:
    assert size_text(size) == text


@given(st.integers(0, 10**17))
def test_a_size_never_shows_more_than_there_is(size: int) -> None:
    shown = size_text(size)
    assert shown is not None
    number, unit = shown.split()
    factor = 1000 ** ("B", "kB", "MB", "GB", "TB", "PB").index(unit)
    tenths = int(number.replace(".", "")) if "." in number else int(number) * 10
    assert tenths * factor <= size * 10 < (tenths + (1 if "." in number else 10)) * factor


def test_a_window_that_ends_as_it_begins_never_ends() -> None:
    assert left_of_window((60, 60), 60) is None
