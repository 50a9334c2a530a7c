"""The longest time between two moments of a schedule, held to a walk over every hour of some years."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsctl.rulebook.rules.moments import longest_gap, schedule_said

SINCE = datetime(2026, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def gap(schedule: str, zone: str = "UTC", start: date | None = None, since: datetime = SINCE) -> timedelta | None:
    found = longest_gap(schedule_said(schedule, zone=zone, start=start, at=None), since)
    return None if found is None else found[1] - found[0]


@pytest.mark.parametrize(
    ("schedule", "longest"),
    [
        pytest.param("30 1 * * *", DAY, id="daily"),
        pytest.param("30 1 * * 1-5", 3 * DAY, id="on weekdays"),
        pytest.param("0 8-18 * * *", 14 * HOUR, id="through the day"),
        pytest.param("*/15 8-18 * * 1-5", 2 * DAY + 13 * HOUR + HOUR / 4, id="through the week"),
        pytest.param("0 0 31 * *", 61 * DAY, id="on days 31, over a month of 30 days"),
        pytest.param("0 0 1 * *", 31 * DAY, id="monthly"),
        pytest.param("0 0 1 3 *", 366 * DAY, id="yearly, over a leap day"),
        pytest.param("0 0 29 2 *", 1461 * DAY, id="on leap days"),
        pytest.param("*/15 * 1 1 *", 365 * DAY + HOUR / 4, id="often on one day of the year"),
        pytest.param("FREQ=WEEKLY;BYDAY=MO,WE", 5 * DAY, id="twice a week"),
        pytest.param("FREQ=MONTHLY;BYDAY=1SA", 35 * DAY, id="on first Saturdays"),
        pytest.param("FREQ=DAILY;UNTIL=20251231T235959", None, id="over before"),
    ],
)
def test_the_longest_gap_is_that_of_the_calendar(schedule: str, longest: timedelta | None) -> None:
    assert gap(schedule) == longest


def test_what_is_due_once_has_no_gap_and_what_begins_later_is_looked_at_later() -> None:
    assert gap("FREQ=DAILY;COUNT=1", start=date(2027, 5, 1)) is None
    assert gap("FREQ=DAILY;COUNT=2", start=date(2027, 5, 1)) == DAY
    assert gap("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", start=date(2040, 5, 1)) == 14 * DAY


def test_a_change_of_the_clocks_counts() -> None:
    assert gap("30 1 * * *", "Europe/Rome") == 25 * HOUR
    assert gap("0 * * * *", "Europe/Rome") == HOUR
    assert gap("30 1 * * *", "Australia/Lord_Howe") == 24 * HOUR + HOUR / 2


@settings(max_examples=30, deadline=None)
@given(
    hours=st.sets(st.integers(0, 23), min_size=1, max_size=4),
    weekdays=st.sets(st.integers(0, 6), min_size=1),
    months=st.sets(st.integers(1, 12), min_size=1),
    zone=st.sampled_from(("Asia/Shanghai", "Europe/Rome", "America/New_York")),
)
def test_no_two_hours_of_a_cron_line_lie_farther_apart(
    hours: set[int], weekdays: set[int], months: set[int], zone: str
) -> None:
    """Fixed hours are due once a day: at the first time that shows them, or at the end of the gap that skips them."""
    info, due = ZoneInfo(zone), set()
    for number in range(6 * 366):
        day = datetime(2026, 1, 1) + number * DAY  # noqa: DTZ001 - local
        # A cron line counts Sunday as 0.
        if day.month in months and day.isoweekday() % 7 in weekdays:
            due |= {_first(day + hour * HOUR, info) for hour in hours}
    ordered = sorted(due)
    until = ordered[0] + timedelta(days=1501)
    # As far as is looked through, and one more.
    looked = [one for one in ordered if one < until]
    looked += [one for one in ordered if one >= until][:1]
    line = f"0 {_said(hours)} * {_said(months)} {_said(weekdays)}"
    since = datetime(2026, 1, 1, tzinfo=info).astimezone(UTC)
    assert gap(line, zone, since=since) == max(later - earlier for earlier, later in pairwise(looked))


def _said(numbers: set[int]) -> str:
    return ",".join(map(str, sorted(numbers)))


def _first(naive: datetime, info: ZoneInfo) -> datetime:
    """The first moment at which the clocks show that time, or a later one of that day."""
    moment = naive.replace(tzinfo=info).astimezone(UTC)
    while moment.astimezone(info).replace(tzinfo=None) != naive:
        naive += timedelta(minutes=30)
        moment = naive.replace(tzinfo=info).astimezone(UTC)
    return moment
