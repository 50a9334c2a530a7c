"""What is kept of the points of a place: by the calendar, and never less than what is kept at least."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsctl.backups.rules import Check, Copy, Run
from opsctl.backups.rules.retention import Decided, Fate, Floors, Listed, Why, decide
from opsctl.backups.terms import Level, Status, Verdict
from opsctl.rulebook.rules.policies import Retention
from tests.backups.making import DAY, HOUR, MINUTE, NIGHT, check, run
from tests.backups.policies import ZONE, policy

NOW = NIGHT + 10 * HOUR
HOST = "host-1"


def point(at: datetime, name: str | None = None, **given: Any) -> Run:
    """A good run at that moment, with one copy in the place `local` that was found listed."""
    name = name or f"{at:%Y%m%dT%H%M%S}"
    status = given.get("status", Status.SUCCESS)
    checks = given.pop("checks", (check("local", Level.L0, at), check("local", Level.L1, at)))
    given = {"reference": f"BAK-{name}", "request": name, **given}
    return run(started_at=at, copies=(Copy("local", status, name),), checks=checks, **given)


def listed(runs: Sequence[Run], **given: Any) -> list[Listed]:
    """The runs as their engine lists them."""
    points = (Listed(one.request, one.started_at, 10, "erp-db", HOST, one.request) for one in runs)
    return [replace(one, **given) for one in points]


def decided(
    runs: Sequence[Run],
    retention: Retention,
    *,
    floors: Floors | None = None,
    at: datetime = NOW,
    incidents: dict[str, str] | None = None,
    there: list[Listed] | None = None,
    **given: Any,
) -> list[Decided]:
    return decide(
        policy(retention=retention, **given), "local", HOST, listed(runs) if there is None else there, runs,
        at=at, floors=floors or Floors(), incidents=incidents or {},
    )  # fmt: skip


def kept(found: Sequence[Decided]) -> dict[str, set[Why]]:
    return {str(one.run): set(one.whys) for one in found if one.fate is Fate.KEEP}


def nights(*before: int, **given: Any) -> list[Run]:
    return [point(NIGHT - count * DAY, f"n{count}", **given) for count in before]


def test_the_last_and_the_newest_of_each_day_are_kept_and_everything_has_its_reasons() -> None:
    runs = [*nights(0, 1, 2, 3), point(NIGHT - DAY + 6 * HOUR, "n1-later")]
    found = decided(runs, Retention(last=2, daily=3))
    assert [(one.run, one.fate, one.whys) for one in found] == [
        ("BAK-n0", Fate.KEEP, (Why.LAST, Why.DAILY)),
        ("BAK-n1-later", Fate.KEEP, (Why.LAST, Why.DAILY)),
        ("BAK-n1", Fate.DELETE, (Why.NOT_ASKED_FOR,)),
        ("BAK-n2", Fate.KEEP, (Why.DAILY,)),
        ("BAK-n3", Fate.DELETE, (Why.NOT_ASKED_FOR,)),
    ]


@pytest.mark.parametrize(("zone", "days"), [("Asia/Shanghai", 2), ("UTC", 1)])
def test_days_are_those_of_the_policys_zone(zone: str, days: int) -> None:
    # 23:30 and 00:30 in Shanghai are 15:30 and 16:30 of one day in UTC.
    before, after = datetime(2026, 11, 4, 15, 30, tzinfo=UTC), datetime(2026, 11, 4, 16, 30, tzinfo=UTC)
    found = decided([point(before, "a"), point(after, "b")], Retention(daily=2), zone=zone)
    assert len(kept(found)) == days


def test_weeks_are_iso_weeks_and_years_begin_where_the_calendar_says() -> None:
    # 2027-01-01 is a Friday of week 53 of 2026; its week began on Monday, 28 December.
    moments = [datetime(2026, 12, 27, 4, tzinfo=UTC), datetime(2026, 12, 28, 4, tzinfo=UTC),
               datetime(2027, 1, 1, 4, tzinfo=UTC), datetime(2027, 1, 4, 4, tzinfo=UTC)]  # fmt: skip
    runs = [point(at, name) for at, name in zip(moments, ("sunday", "monday", "new-year", "next"), strict=True)]
    found = kept(decided(runs, Retention(weekly=3), at=moments[-1] + HOUR))
    assert sorted(found) == ["BAK-new-year", "BAK-next", "BAK-sunday"]
    found = kept(decided(runs, Retention(yearly=2, monthly=2), at=moments[-1] + HOUR))
    assert found == {"BAK-next": {Why.MONTHLY, Why.YEARLY}, "BAK-monday": {Why.MONTHLY, Why.YEARLY}}


def test_never_fewer_than_the_fewest_good_ones_are_kept() -> None:
    found = decided(nights(0, 1, 2, 3), Retention(last=1, min_good=3))
    assert kept(found) == {"BAK-n0": {Why.LAST}, "BAK-n1": {Why.MIN_GOOD}, "BAK-n2": {Why.MIN_GOOD}}


def test_with_only_failed_runs_nothing_is_deleted() -> None:
    runs = nights(0, 1, 2, 30, status=Status.FAILED)
    found = decided(runs, Retention(last=1))
    assert [one.whys for one in found] == [(Why.NO_NEWER,)] * 4
    assert [one.fate for one in found] == [Fate.KEEP] * 4


def test_failed_and_incomplete_runs_never_count_and_go_once_a_good_one_is_newer() -> None:
    runs = [*nights(0), *nights(1, 2, status=Status.INCOMPLETE), *nights(3, status=Status.FAILED), *nights(4)]
    found = {one.run: (one.fate, one.whys) for one in decided(runs, Retention(last=2))}
    assert found["BAK-n1"] == found["BAK-n2"] == found["BAK-n3"] == (Fate.DELETE, (Why.NOT_GOOD,))
    assert found["BAK-n4"] == (Fate.KEEP, (Why.LAST,))
    counted = kept(decided(runs, Retention(last=2), incomplete_is_good=True))
    assert sorted(counted) == ["BAK-n0", "BAK-n1"]


def test_nothing_is_deleted_before_a_good_one_that_was_found_listed_is_newer() -> None:
    unverified = nights(0, checks=())
    found = decided([*unverified, *nights(1, 2)], Retention(last=1))
    assert kept(found) == {"BAK-n0": {Why.LAST}, "BAK-n1": {Why.NO_NEWER}}
    assert [one.run for one in found if one.fate is Fate.DELETE] == ["BAK-n2"]
    nobody = decided([*unverified, *nights(1, 2, checks=())], Retention(last=1))
    assert len(kept(nobody)) == 3


def test_a_damaged_point_counts_for_nothing() -> None:
    damaged = (check("local", Level.L0, NIGHT), check("local", Level.L2, NIGHT + HOUR, Verdict.DIFFERS))
    runs = [*nights(0), point(NIGHT - DAY, "bad", checks=damaged), *nights(2)]
    found = decided(runs, Retention(last=2))
    assert [(one.run, one.fate, one.whys) for one in found] == [
        ("BAK-n0", Fate.KEEP, (Why.LAST,)),
        ("BAK-bad", Fate.DELETE, (Why.DAMAGED,)),
        ("BAK-n2", Fate.KEEP, (Why.LAST,)),
    ]


def test_pinned_points_and_those_an_incident_pins_are_kept() -> None:
    runs = [*nights(0, 1), *nights(2, pinned_at=NIGHT, pinned_by="li", pin_reason="why"), *nights(3)]
    found = decided(runs, Retention(last=1), incidents={"BAK-n3": "INC-2026-0007"})
    assert kept(found) == {"BAK-n0": {Why.LAST}, "BAK-n2": {Why.PINNED}, "BAK-n3": {Why.INCIDENT}}
    assert [one.incident for one in found] == [None, None, None, "INC-2026-0007"]


def test_the_newest_proven_point_stays_also_when_its_proof_has_expired() -> None:
    proven = (check("local", Level.L5, NIGHT - 95 * DAY),)
    runs = [*nights(0, 1), *nights(100, checks=proven), *nights(101, checks=proven)]
    found = decided(runs, Retention(last=1))
    assert kept(found) == {"BAK-n0": {Why.LAST}, "BAK-n100": {Why.NEWEST_PROVEN}}


@pytest.mark.parametrize(
    ("level", "stays"),
    [(Level.L1, False), (Level.L2, True), (Level.L4, True)],
    ids=["its size was looked at", "its checksum was looked at", "some of it was restored"],
)
def test_where_nothing_was_proven_as_far_as_the_policy_asks_the_newest_that_was_read_stays(
    level: Level, stays: bool
) -> None:
    looked = (check("local", level, NIGHT - 9 * DAY),)
    runs = [*nights(0, 1), *nights(10, 11, checks=looked)]
    found = kept(decided(runs, Retention(last=1)))
    assert found == {"BAK-n0": {Why.LAST}} | ({"BAK-n10": {Why.NEWEST_PROVEN}} if stays else {})
    proven = nights(20, checks=(check("local", Level.L5, NIGHT - 9 * DAY),))
    assert sorted(kept(decided([*runs, *proven], Retention(last=1)))) == ["BAK-n0", "BAK-n20"]
    differed = (*looked, check("local", Level.L2, NIGHT - 8 * DAY, Verdict.DIFFERS))
    assert sorted(kept(decided([*nights(0), *nights(10, checks=differed)], Retention(last=1)))) == ["BAK-n0"]


def test_of_a_newer_expired_proof_and_an_older_one_that_holds_both_points_stay() -> None:
    expired, holds = check("local", Level.L5, NIGHT - 95 * DAY), check("local", Level.L5, NIGHT - DAY)
    runs = [*nights(0), *nights(100, checks=(expired,)), *nights(101, checks=(holds,)), *nights(102, checks=(holds,))]
    assert sorted(kept(decided(runs, Retention(last=1)))) == ["BAK-n0", "BAK-n100", "BAK-n101"]


def test_the_floors_of_the_host_hold_what_the_rulebook_would_have_deleted() -> None:
    proof = (check("local", Level.L0, NIGHT), check("local", Level.L5, NIGHT))
    runs = [*nights(0, 1, 5), *nights(40, 50, 60, 70, checks=proof)]
    found = decided(runs, Retention(last=1), floors=Floors(timedelta(days=5), 3))
    held = {one.run: one.whys for one in found if one.is_held}
    assert held == {
        "BAK-n1": (Why.FLOOR_AGE,), "BAK-n50": (Why.FLOOR_PROVEN,), "BAK-n60": (Why.FLOOR_PROVEN,),
    }  # fmt: skip
    assert kept(found)["BAK-n40"] == {Why.NEWEST_PROVEN}
    assert [one.run for one in found if one.fate is Fate.DELETE] == ["BAK-n5", "BAK-n70"], "n5 is 5 days and 10 h old"


@pytest.mark.parametrize(
    ("tags", "why"),
    [
        ({"policy": None}, Why.NOT_TAGGED),
        ({"host": None}, Why.NOT_TAGGED),
        ({"request": None}, Why.NOT_TAGGED),
        ({"policy": "web"}, Why.OTHER_POLICY),
        ({"host": "host-2"}, Why.OTHER_HOST),
        ({"request": "nobody-knows"}, Why.NOT_RECORDED),
        ({"name": "another-point-of-that-run"}, Why.NOT_RECORDED),
    ],
    ids=lambda value: str(value),
)
def test_what_opsctl_did_not_make_here_for_this_policy_is_not_ours(tags: dict[str, Any], why: Why) -> None:
    runs = nights(0, 1, 30)
    there = [*listed(runs[:2]), *listed(runs[2:], **tags)]
    found = decided(runs, Retention(last=1), there=there)
    assert [(one.fate, one.whys) for one in found[2:]] == [(Fate.NOT_OURS, (why,))]
    assert found[1].fate is Fate.DELETE


def test_a_run_of_another_host_with_our_policy_makes_its_point_not_ours_even_where_the_tag_says_so() -> None:
    runs = [*nights(0), *nights(1, host="host-2")]
    found = decided(runs, Retention(last=1))
    assert [one.fate for one in found] == [Fate.KEEP, Fate.NOT_OURS]


def test_what_a_killed_run_left_in_the_engine_is_ours_and_counts_for_nothing() -> None:
    killed = replace(point(NIGHT - DAY, "killed", status=Status.FAILED, checks=()), copies=())
    found = decided([*nights(0), killed], Retention(last=5))
    assert [(one.run, one.fate, one.whys) for one in found][1:] == [("BAK-killed", Fate.DELETE, (Why.NOT_GOOD,))]


# Against a slow and obvious second way.

_STATES = st.sampled_from(["good", "unverified", "incomplete", "failed", "damaged", "read", "proven", "expired",
                           "pinned"])  # fmt: skip
_POINTS = st.lists(st.tuples(st.integers(0, 900), _STATES), max_size=14, unique_by=lambda one: one[0])
_KEEP = st.integers(0, 4)
_RETENTIONS = st.builds(
    Retention, last=_KEEP, daily=_KEEP, weekly=_KEEP, monthly=_KEEP, yearly=_KEEP, min_good=st.integers(1, 4)
)


def _made(hours: int, state: str) -> Run:
    at = NOW - hours * 7 * HOUR - 20 * MINUTE
    looked = check("local", Level.L0, at)
    checks: dict[str, tuple[Check, ...]] = {
        "unverified": (),
        "damaged": (looked, check("local", Level.L3, at, Verdict.DIFFERS)),
        "read": (looked, check("local", Level.L3, NOW - DAY)),
        "proven": (looked, check("local", Level.L5, NOW - DAY)),
        "expired": (looked, check("local", Level.L6, NOW - 91 * DAY)),
    }
    status = {"incomplete": Status.INCOMPLETE, "failed": Status.FAILED}.get(state, Status.SUCCESS)
    pin = {"pinned_at": NOW, "pinned_by": "li", "pin_reason": "why"} if state == "pinned" else {}
    return point(at, f"h{hours}", status=status, checks=checks.get(state, (looked,)), **pin)


def _day(one: Run) -> date:
    return one.started_at.astimezone(ZoneInfo(ZONE)).date()


def _is_kept_by_calendar(one: Run, good: list[Run], retention: Retention) -> bool:
    """For each rule: is it the newest of its bucket, and are fewer than so many buckets newer?"""
    buckets = {
        "last": lambda run: run.reference,
        "daily": _day,
        "weekly": lambda run: f"{_day(run):%G-%V}",
        "monthly": lambda run: f"{_day(run):%Y-%m}",
        "yearly": lambda run: f"{_day(run):%Y}",
    }
    for name, bucket in buckets.items():
        newer = [other for other in good if other.started_at > one.started_at]
        is_newest = all(bucket(other) != bucket(one) for other in newer)
        if is_newest and len({bucket(other) for other in newer}) < getattr(retention, name):
            return True
    return False


@settings(max_examples=300)
@given(_POINTS, _RETENTIONS, st.integers(0, 40), st.integers(1, 3))
def test_every_point_is_decided_as_a_slow_second_way_decides_it(
    told: list[tuple[int, str]], retention: Retention, days: int, proven: int
) -> None:
    runs = [_made(*one) for one in told]
    states = {f"BAK-h{hours}": state for hours, state in told}
    good = [one for one in runs if states[one.reference] not in ("incomplete", "failed", "damaged")]
    good.sort(key=lambda one: one.started_at, reverse=True)
    ever = [one for one in good if states[one.reference] in ("proven", "expired")]
    listed_since = [one.started_at for one in good if states[one.reference] != "unverified"]
    read = [] if ever else [one for one in good if states[one.reference] == "read"]
    expected = set()
    for one in runs:
        still = [other for other in good if other.started_at > one.started_at]
        is_good = one in good
        proven_newer = [other for other in ever if other.started_at > one.started_at]
        holds = states[one.reference] == "proven"
        if (
            (is_good and _is_kept_by_calendar(one, good, retention))
            or (is_good and len(still) < retention.min_good)
            or states[one.reference] == "pinned"
            or (one in ever and len(proven_newer) < proven)
            or (holds and all(states[other.reference] != "proven" for other in proven_newer))
            or one in read[:1]
            or NOW - one.started_at < timedelta(days=days)
            or not any(at > one.started_at for at in listed_since)
        ):
            expected.add(one.reference)
    found = decided(runs, retention, floors=Floors(timedelta(days=days), proven))
    assert set(kept(found)) == expected
    assert len(found) == len(runs)
    assert all(one.whys for one in found)


@settings(max_examples=200)
@given(_POINTS, _RETENTIONS, st.sampled_from(["last", "daily", "weekly", "monthly", "yearly", "min_good"]))
def test_a_longer_retention_never_deletes_more(told: list[tuple[int, str]], retention: Retention, name: str) -> None:
    runs = [_made(*one) for one in told]
    longer = replace(retention, **{name: getattr(retention, name) + 1})
    assert set(kept(decided(runs, retention))) <= set(kept(decided(runs, longer)))


@settings(max_examples=200)
@given(_POINTS, _RETENTIONS)
def test_the_newest_proven_and_the_fewest_good_ones_are_never_deleted(
    told: list[tuple[int, str]], retention: Retention
) -> None:
    runs = [_made(*one) for one in told]
    states = {f"BAK-h{hours}": state for hours, state in told}
    stays = set(kept(decided(runs, retention)))
    good = [one for one in runs if states[one.reference] not in ("incomplete", "failed", "damaged")]
    assert sum(one.reference in stays for one in good) >= min(len(good), retention.min_good)
    for state in ("proven", "expired"):
        newest = max((one for one in runs if states[one.reference] == state), key=_begun, default=None)
        others = [one for one in runs if states[one.reference] == "proven" and newest and _begun(one) > _begun(newest)]
        if newest is not None and not others:
            assert newest.reference in stays


def _begun(one: Run) -> datetime:
    return one.started_at
