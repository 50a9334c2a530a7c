"""How a policy stands: RPO by the newest good point, RTO by the last full restore, and what is proven until when."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsctl.backups.rules import Run, Test
from opsctl.backups.rules.standing import Breach, Standing, standing_of
from opsctl.backups.terms import Level, Status, Verdict
from tests.backups.making import DAY, HOUR, MINUTE, NIGHT, check, copy, run, test_of
from tests.backups.policies import policy

NOW = NIGHT + 8 * HOUR + 30 * MINUTE
"""10:00 on 5 November in Shanghai."""


def night(before: int, **given: Any) -> Run:
    """The run of so many nights ago, with a reference that tells which."""
    return run(**{"reference": f"BAK-2026-{900 - before:04d}", "started_at": NIGHT - before * DAY, **given})


def proven(before: int, at: datetime, level: Level = Level.L5, name: str = "local", **given: Any) -> Run:
    """The same, with a check of a copy."""
    return night(before, checks=(check(name, level, at),), **given)


def named(number: int, test: Test) -> Test:
    """The test as it was recorded."""
    return replace(test, reference=f"RST-2026-{number:04d}")


def breaches(found: Standing) -> list[Breach]:
    return [finding.breach for finding in found.findings]


def test_what_was_never_backed_up_meets_nothing() -> None:
    found = standing_of(policy(), [], [], NOW)
    assert (found.newest, found.rpo_met, found.rto_met, found.is_proven) == (None, False, False, False)
    assert found.unproven_since is None, "there is nothing to be proven"
    assert breaches(found) == [Breach.NEVER_BACKED_UP, Breach.NEVER_MEASURED]


def test_a_point_is_as_old_as_the_moment_its_run_began_and_meets_the_rpo_to_the_second() -> None:
    last = NIGHT + 26 * HOUR
    on_time = standing_of(policy(rto=None), [proven(0, NIGHT + HOUR)], [], last)
    assert on_time.newest is not None
    assert (on_time.newest.age, on_time.rpo_met, breaches(on_time)) == (26 * 3600, True, [])
    late = standing_of(policy(rto=None), [proven(0, NIGHT + HOUR)], [], last + timedelta(seconds=1))
    assert (late.rpo_met, breaches(late)) == (False, [Breach.TOO_OLD])


@pytest.mark.parametrize(
    ("status", "allowed", "counts"),
    [
        (Status.SUCCESS, False, True),
        (Status.INCOMPLETE, False, False),
        (Status.INCOMPLETE, True, True),
        (Status.FAILED, True, False),
        (Status.TIMED_OUT, True, False),
    ],
)
def test_only_a_good_copy_counts_and_an_incomplete_one_where_the_policy_says_so(
    status: Status, allowed: bool, counts: bool
) -> None:
    newer = night(0, status=status, copies=(copy("local", status=status), copy("offsite", status=status)))
    found = standing_of(policy(incomplete_is_good=allowed), [night(1), newer], [], NOW)
    assert found.newest is not None
    assert found.newest.at == (NIGHT if counts else NIGHT - DAY)
    assert [one.reference for one in found.failed] == ([] if counts else ["BAK-2026-0900"])


def test_a_run_whose_second_copy_failed_has_left_a_good_point_and_a_location_behind() -> None:
    copies = (copy("local"), copy("offsite", status=Status.FAILED, point=None))
    runs = [night(3), *(night(before, status=Status.INCOMPLETE, copies=copies) for before in (2, 1, 0))]
    found = standing_of(policy(), runs, [], NOW)
    assert found.rpo_met
    assert [(one.location.name, one.newest and one.newest.at) for one in found.places] == [
        ("local", NIGHT), ("offsite", NIGHT - 3 * DAY),
    ]  # fmt: skip
    behind = next(one for one in found.findings if one.breach is Breach.LOCATION_BEHIND)
    assert (behind.about, behind.seconds) == ("offsite", (3 * DAY + NOW - NIGHT).total_seconds())


def test_a_location_that_never_got_a_copy_is_said() -> None:
    found = standing_of(policy(), [night(0, copies=(copy("local"),))], [], NOW)
    assert [(one.breach, one.about) for one in found.findings if one.about] == [(Breach.LOCATION_EMPTY, "offsite")]


def test_a_pruned_copy_is_no_point_from_the_moment_it_was_pruned() -> None:
    gone = tuple(copy(name, pruned_at=NIGHT + HOUR) for name in ("local", "offsite"))
    runs = [night(1), night(0, copies=gone)]
    before = standing_of(policy(), runs, [], NIGHT + 59 * MINUTE)
    after = standing_of(policy(), runs, [], NIGHT + HOUR)
    assert [one.newest and one.newest.at for one in (before, after)] == [NIGHT, NIGHT - DAY]
    assert after.failed == (), "what was pruned had been good"


def test_a_copy_that_was_found_to_differ_is_no_good_point_until_it_passes_again() -> None:
    bad = tuple(check(name, Level.L2, NIGHT + HOUR, Verdict.DIFFERS) for name in ("local", "offsite"))
    found = standing_of(policy(), [night(1), night(0, checks=bad)], [], NOW)
    assert found.newest is not None
    assert found.newest.at == NIGHT - DAY
    again = (*bad, check("local", Level.L3, NIGHT + 2 * HOUR))
    mended = standing_of(policy(), [night(1), night(0, checks=again)], [], NOW)
    assert mended.newest is not None
    assert mended.newest.at == NIGHT


@pytest.mark.parametrize(
    ("level", "is_proven"), [(Level.L4, False), (Level.L5, True), (Level.L6, True)], ids=["below", "at", "above"]
)
def test_a_point_is_proven_by_a_check_at_the_policys_level_or_above(level: Level, is_proven: bool) -> None:
    assert standing_of(policy(), [proven(0, NIGHT + HOUR, level)], [], NOW).is_proven is is_proven


def test_a_lower_check_after_a_higher_one_takes_nothing_away() -> None:
    one = night(0, checks=(check("local", Level.L5, NIGHT + HOUR), check("local", Level.L2, NIGHT + 2 * HOUR)))
    assert standing_of(policy(), [one], [], NOW).is_proven


def test_a_proof_expires_and_then_it_is_said_since_when() -> None:
    runs = [proven(120, NIGHT - 100 * DAY), night(0)]
    last = standing_of(policy(), runs, [], NIGHT - 10 * DAY - timedelta(seconds=1))
    assert last.is_proven
    found = standing_of(policy(), runs, [], NOW)
    assert not found.is_proven
    assert found.unproven_since == NIGHT - 10 * DAY
    assert found.last_proof is not None
    assert (found.last_proof.run, found.last_proof.at) == ("BAK-2026-0780", NIGHT - 120 * DAY)
    assert Breach.PROOF_EXPIRED in breaches(found)


def test_what_differs_later_takes_the_proof_away_from_that_moment_on() -> None:
    checks = (check("local", Level.L5, NIGHT + HOUR), check("local", Level.L5, NIGHT + 2 * HOUR, Verdict.DIFFERS))
    one = night(0, checks=checks)
    assert standing_of(policy(), [one], [], NIGHT + 2 * HOUR - MINUTE).is_proven
    found = standing_of(policy(), [one], [], NOW)
    assert (found.is_proven, found.unproven_since) == (False, NIGHT + 2 * HOUR)
    assert Breach.PROOF_LOST in breaches(found)


def test_what_could_not_be_looked_at_says_nothing_of_the_proof() -> None:
    checks = (check("local", Level.L5, NIGHT + HOUR), check("local", Level.L5, NIGHT + 2 * HOUR, Verdict.COULD_NOT_RUN))
    assert standing_of(policy(), [night(0, checks=checks)], [], NOW).is_proven


def test_without_any_proof_it_is_unproven_since_the_oldest_good_point() -> None:
    found = standing_of(policy(), [night(5), night(0)], [], NOW)
    assert (found.unproven_since, found.last_proof) == (NIGHT - 5 * DAY, None)
    assert Breach.NEVER_PROVEN in breaches(found)


def test_the_newest_proven_point_is_the_newest_data_and_each_location_has_its_own() -> None:
    runs = [proven(3, NIGHT + HOUR, name="offsite"), proven(1, NIGHT - DAY + HOUR), night(0)]
    found = standing_of(policy(), runs, [], NOW)
    assert found.proof is not None
    assert (found.proof.run, found.proof.copy) == ("BAK-2026-0899", "local")
    assert [one.proof and one.proof.run for one in found.places] == ["BAK-2026-0899", "BAK-2026-0897"]


@pytest.mark.parametrize(("seconds", "is_met"), [(7200.0, True), (7200.5, False)], ids=["to the second", "above"])
def test_the_rto_is_met_by_the_seconds_of_the_last_full_restore(seconds: float, is_met: bool) -> None:
    runs = [proven(0, NIGHT + HOUR)]
    test = named(1, test_of(runs[0].reference, started_at=NIGHT + HOUR, seconds=seconds))
    found = standing_of(policy(), runs, [test], NOW)
    assert (found.rto_met, found.measured) == (is_met, test)
    assert breaches(found) == ([] if is_met else [Breach.TOO_SLOW])


def test_a_partial_restore_and_one_that_could_not_run_measure_nothing() -> None:
    runs = [proven(0, NIGHT + HOUR)]
    partial = test_of(runs[0].reference, started_at=NIGHT + HOUR, level=Level.L4, seconds=5.0)
    not_run = test_of(
        runs[0].reference, started_at=NIGHT + 2 * HOUR, verdict=Verdict.COULD_NOT_RUN, level=None, seconds=None
    )
    found = standing_of(policy(), runs, [not_run, partial], NOW)
    assert (found.test, found.measured, found.rto_met) == (not_run, None, False)
    assert breaches(found) == [Breach.NEVER_MEASURED]


def test_a_restore_test_that_differs_is_a_breach_until_one_passes() -> None:
    runs = [proven(0, NIGHT + 5 * HOUR)]
    first = named(1, test_of(runs[0].reference, started_at=NIGHT + HOUR))
    differs = test_of(runs[0].reference, started_at=NIGHT + 3 * HOUR, verdict=Verdict.DIFFERS, seconds=None)
    second = named(2, differs)
    found = standing_of(policy(), runs, [first, second], NIGHT + 4 * HOUR)
    assert Breach.TEST_DIFFERED in breaches(found)
    third = replace(first, reference="RST-2026-0003", started_at=NIGHT + 4 * HOUR, ended_at=NIGHT + 5 * HOUR)
    assert breaches(standing_of(policy(), runs, [third, first, second], NOW)) == []


def test_the_next_slot_is_the_next_moment_of_the_schedule_in_its_zone() -> None:
    assert standing_of(policy(), [], [], NOW).next_slot == NIGHT + DAY
    assert standing_of(policy(zone="UTC"), [], [], NOW).next_slot == datetime(2026, 11, 5, 1, 30, tzinfo=UTC) + DAY


def test_other_policies_and_what_ended_later_are_not_seen() -> None:
    runs = [night(1), night(0), night(0, policy="web", started_at=NIGHT + HOUR)]
    found = standing_of(policy(), runs, [], NIGHT + 9 * MINUTE)
    assert found.newest is not None
    assert found.newest.at == NIGHT - DAY, "the run of this night ends ten minutes after it began"


@given(st.lists(st.tuples(st.integers(0, 9), st.sampled_from(sorted(Status)), st.booleans()), max_size=8))
def test_the_newest_good_point_is_the_one_that_a_plain_look_finds(told: list[tuple[int, Status, bool]]) -> None:
    runs = [
        night(before, status=status, copies=(copy("local", status=status, pruned_at=NIGHT if gone else None),))
        for before, status, gone in told
    ]
    good = [NIGHT - before * DAY for before, status, gone in told if status is Status.SUCCESS and not gone]
    found = standing_of(policy(), runs, [], NOW)
    assert (found.newest and found.newest.at) == (max(good) if good else None)
    assert found.rpo_met is (bool(good) and NOW - max(good) <= timedelta(hours=26))


def test_a_copy_that_was_found_damaged_is_proven_by_no_look_that_goes_less_far() -> None:
    damaged = run(
        reference="BAK-2026-0001",
        checks=(
            check("local", Level.L5, NIGHT + HOUR, Verdict.DIFFERS),
            check("local", Level.L3, NIGHT + 2 * HOUR),
        ),
    )
    assert not standing_of(policy(level="L3"), [damaged], [], NIGHT + 3 * HOUR).is_proven
