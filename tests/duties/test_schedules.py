"""When duties are due, held to a walk over every minute of the clocks on the wall."""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from dateutil.tz import resolve_imaginary
from hypothesis import example, given, settings
from hypothesis import strategies as st

from opsctl.duties.rules.schedules import (
    Window,
    changes_of_clocks,
    next_due,
    preview,
    runs_on,
    schedule_of,
    window_at,
    windows,
)
from tests.duties.duties import DAY, HOUR, duty

MINUTE = timedelta(minutes=1)
ZONES = ("Europe/Paris", "America/New_York", "Asia/Shanghai", "Australia/Lord_Howe")
# Clocks go back in Paris on 25 October 2026 and in New York on 1 November, forward in Lord Howe on 4 October;
# and the other way round on 28 and 14 March and on 4 April 2027. Lord Howe changes by half an hour.
AROUND = (
    datetime(2026, 10, 24, 6, tzinfo=UTC),
    datetime(2026, 10, 31, 18, tzinfo=UTC),
    datetime(2026, 10, 3, 2, tzinfo=UTC),
    datetime(2027, 3, 27, 6, tzinfo=UTC),
    datetime(2027, 3, 13, 18, tzinfo=UTC),
    datetime(2027, 4, 3, 2, tzinfo=UTC),
    datetime(2026, 6, 10, 0, tzinfo=UTC),
)


def due(schedule: str, since: datetime, until: datetime, zone: str = "Europe/Paris", **given: object) -> list[str]:
    moments = schedule_of(duty(schedule, zone=zone, **given)).between(since, until)
    return [moment.strftime("%m-%d %H:%M") for moment in moments]


@pytest.mark.parametrize(
    ("schedule", "forward", "back"),
    [
        # Fixed hours: the first time there is after a gap, and the first of two.
        ("30 2 * * *", ["03-28 01:00"], ["10-25 00:30"]),
        ("15,45 2 * * *", ["03-28 01:00"], ["10-25 00:15", "10-25 00:45"]),
        # A minute by *: real time, so never in a gap and in both hours of two.
        ("*/30 2 * * *", [], ["10-25 00:00", "10-25 00:30", "10-25 01:00", "10-25 01:30"]),
        # A rule counts on over the gap.
        ("FREQ=DAILY;BYHOUR=2;BYMINUTE=30", ["03-28 01:30"], ["10-25 00:30"]),
        ("RRULE:FREQ=DAILY;BYHOUR=2,3;BYMINUTE=30", ["03-28 01:30"], ["10-25 00:30", "10-25 02:30"]),
    ],
)
def test_a_change_of_the_clocks_in_paris(schedule: str, forward: list[str], back: list[str]) -> None:
    spring, autumn = datetime(2027, 3, 27, 20, tzinfo=UTC), datetime(2026, 10, 24, 20, tzinfo=UTC)
    assert due(schedule, spring, spring + 10 * HOUR) == forward
    assert due(schedule, autumn, autumn + 10 * HOUR) == back


def test_words_stand_for_cron_lines() -> None:
    since, until = datetime(2026, 12, 30, tzinfo=UTC), datetime(2027, 1, 5, tzinfo=UTC)
    midnights = ["12-30 00:00", "12-31 00:00", "01-01 00:00", "01-02 00:00", "01-03 00:00", "01-04 00:00"]
    assert due("@daily", since, until, "UTC") == due("@midnight", since, until, "UTC") == midnights
    assert due("@weekly", since, until, "UTC") == ["01-03 00:00"]
    assert due("@monthly", since, until, "UTC") == due("@yearly", since, until, "UTC") == ["01-01 00:00"]
    assert len(due("@hourly", since, until, "UTC")) == 6 * 24


@pytest.mark.parametrize(
    ("schedule", "given", "expected"),
    [
        ("FREQ=MONTHLY;BYDAY=1SA", {"at": 120}, ["11-06 18:00", "12-04 18:00"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", {}, ["10-30 16:00", "11-29 16:00", "12-30 16:00"]),
        ("FREQ=DAILY;INTERVAL=30", {"start": date(2026, 10, 1), "at": 480},
         ["10-31 00:00", "11-30 00:00", "12-30 00:00"]),
        ("FREQ=DAILY;COUNT=2", {"start": date(2026, 11, 7)}, ["11-06 16:00", "11-07 16:00"]),
        ("0 9 1 * *", {"start": date(2026, 11, 2)}, ["12-01 01:00"]),
        # UNTIL in local time, as a whole day, and in UTC, each with its last moment included.
        ("FREQ=MONTHLY;BYMONTHDAY=10;UNTIL=20261110T000000", {}, ["11-09 16:00"]),
        ("FREQ=MONTHLY;BYMONTHDAY=10;UNTIL=20261110", {"at": 1439}, ["11-10 15:59"]),
        ("FREQ=MONTHLY;BYMONTHDAY=10;UNTIL=20261109T160000Z", {}, ["11-09 16:00"]),
        ("FREQ=MONTHLY;BYMONTHDAY=10;UNTIL=20261109T155959Z", {}, []),
    ],
)  # fmt: skip
def test_rules_of_shanghai(schedule: str, given: dict[str, object], expected: list[str]) -> None:
    since, until = datetime(2026, 10, 15, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
    assert due(schedule, since, until, "Asia/Shanghai", **given) == expected


fields = st.one_of(st.just("*"), st.integers(1, 30).map("*/{}".format))


def _list(most: int, least: int = 0) -> st.SearchStrategy[str]:
    return st.lists(st.integers(least, most), min_size=1, max_size=3).map(lambda found: ",".join(map(str, found)))


@settings(max_examples=60, deadline=None)
@example("*", "*/3", "*", "Australia/Lord_Howe", datetime(2026, 10, 3, 2, tzinfo=UTC), 0)
@given(
    minute=st.one_of(fields, _list(59)),
    hour=st.one_of(st.just("*"), st.integers(1, 12).map("*/{}".format), _list(3), _list(23)),
    weekday=st.one_of(st.just("*"), _list(6)),
    zone=st.sampled_from(ZONES),
    around=st.sampled_from(AROUND),
    shift=st.integers(0, 48 * 60),
)
def test_cron_lines_are_those_of_a_walk_over_every_minute(
    minute: str, hour: str, weekday: str, zone: str, around: datetime, shift: int
) -> None:
    since = around + shift * MINUTE
    line = f"{minute} {hour} * * {weekday}"
    found = schedule_of(duty(line, zone=zone)).between(since, since + 2 * DAY)
    assert found == _walked(line, ZoneInfo(zone), since, since + 2 * DAY)


def _walked(line: str, zone: ZoneInfo, since: datetime, until: datetime) -> list[datetime]:
    """Every minute of two days: on the clocks of a calendar for fixed hours, else of real time."""
    minute, hour, _day, _month, weekday = line.split()

    def fits(shown: datetime) -> bool:
        pairs = ((minute, shown.minute, 60), (hour, shown.hour, 24), (weekday, shown.isoweekday() % 7, 7))
        return all(_in_field(field, value) for field, value, _most in pairs)

    if minute.startswith("*") or hour.startswith("*"):
        walk = (since.replace(second=0) + number * MINUTE for number in range(2 * 24 * 60))
        return [moment for moment in walk if fits(moment.astimezone(zone))]
    moments = set()
    naive = since.astimezone(zone).replace(tzinfo=None) - DAY
    for _minute in range(4 * 24 * 60):
        if fits(naive):
            shown = naive.replace(tzinfo=zone)
            while shown.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != shown.replace(tzinfo=None):
                shown += MINUTE  # the clocks skip it
            moments.add(shown.astimezone(UTC))
        naive += MINUTE
    return sorted(moment for moment in moments if since <= moment < until)


def _in_field(field: str, value: int) -> bool:
    if field == "*":
        return True
    if field.startswith("*/"):
        return value % int(field[2:]) == 0
    return value in {int(one) for one in field.split(",")}


@settings(max_examples=60, deadline=None)
@given(
    rule=st.sampled_from(
        ("FREQ=DAILY", "FREQ=WEEKLY;BYDAY=SU,MO", "FREQ=MONTHLY;BYMONTHDAY=-1,28", "FREQ=DAILY;INTERVAL=3")
    ),
    at=st.integers(0, 24 * 60 - 1),
    zone=st.sampled_from(ZONES),
    around=st.sampled_from(AROUND),
    shift=st.integers(0, 48 * 60),
)
def test_rules_are_those_of_a_walk_over_every_day(rule: str, at: int, zone: str, around: datetime, shift: int) -> None:
    since, start = around + shift * MINUTE, date(2026, 1, 1)
    until = since + 9 * DAY
    found = schedule_of(duty(rule, zone=zone, at=at, start=start)).between(since, until)
    walked = []
    for number in range(2 * 366):
        day = start + number * DAY
        if _on_day(rule, day, start):
            naive = datetime.combine(day, time()) + at * MINUTE
            walked.append(resolve_imaginary(naive.replace(tzinfo=ZoneInfo(zone), fold=0)).astimezone(UTC))
    assert found == [moment for moment in walked if since <= moment < until]


def _on_day(rule: str, day: date, start: date) -> bool:
    if "WEEKLY" in rule:
        return day.weekday() in (6, 0)
    if "MONTHLY" in rule:
        return day.day in (28, monthrange(day.year, day.month)[1])
    return (day - start).days % (3 if "INTERVAL" in rule else 1) == 0


@settings(max_examples=40, deadline=None)
@given(
    schedule=st.sampled_from(("30 2 * * *", "*/20 1-3 * * *", "FREQ=HOURLY", "FREQ=DAILY;BYHOUR=2;BYMINUTE=0,30")),
    zone=st.sampled_from(ZONES),
    around=st.sampled_from(AROUND),
    cut=st.integers(1, 3 * 24 * 60 - 1),
)
def test_a_span_cut_in_two_has_the_same_moments(schedule: str, zone: str, around: datetime, cut: int) -> None:
    found, ends = schedule_of(duty(schedule, zone=zone)), around + 3 * DAY
    whole = found.between(around, ends)
    assert found.between(around, around + cut * MINUTE) + found.between(around + cut * MINUTE, ends) == whole
    walked, moment = [], found.after(around - MINUTE)
    while moment is not None and moment < ends:
        walked.append(moment)
        moment = found.after(moment)
    assert [one for one in walked if one >= around] == whole


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


def test_a_window_lasts_a_tenth_of_the_time_to_the_next() -> None:
    twice = duty("0 9,21 * * *", zone="UTC", grace=None, early=HOUR)
    assert windows(twice, utc(2026, 11, 5), utc(2026, 11, 6)) == [
        Window(utc(2026, 11, 5, 9), utc(2026, 11, 5, 8), utc(2026, 11, 5, 10, 12)),
        Window(utc(2026, 11, 5, 21), utc(2026, 11, 5, 20), utc(2026, 11, 5, 22, 12)),
    ]


def test_the_last_window_goes_by_the_time_before_it_and_an_only_one_by_a_day() -> None:
    last = duty("FREQ=DAILY;COUNT=2", zone="UTC", start=date(2026, 11, 5), grace=None)
    assert [one.closes_at for one in windows(last, utc(2026, 11, 6), utc(2026, 11, 9))] == [utc(2026, 11, 6, 2, 24)]
    only = duty("FREQ=DAILY;COUNT=1", zone="UTC", start=date(2026, 11, 5), grace=None)
    assert [one.closes_at for one in windows(only, utc(2026, 11, 1), utc(2026, 11, 9))] == [utc(2026, 11, 5, 2, 24)]


def test_a_window_of_its_own_grace_never_asks_for_the_next() -> None:
    moment = utc(2026, 11, 5, 9)
    assert window_at(duty(grace=3 * HOUR, early=HOUR), moment, DAY) == Window(moment, moment - HOUR, moment + 3 * HOUR)


def test_the_next_moments_begin_with_one_that_is_now_and_end_with_the_schedule() -> None:
    assert next_due(duty("0 9 * * *", zone="UTC"), utc(2026, 11, 5, 9), 2) == [utc(2026, 11, 5, 9), utc(2026, 11, 6, 9)]
    assert next_due(duty("FREQ=DAILY;COUNT=1", zone="UTC", start=date(2026, 11, 5)), utc(2026, 11, 5), 3) == [
        utc(2026, 11, 5)
    ]
    leap = next_due(duty("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", zone="UTC"), utc(2026, 11, 5), 2)
    assert leap == [utc(2028, 2, 29), utc(2032, 2, 29)]


def test_a_duty_counted_from_completion_has_no_schedule() -> None:
    with pytest.raises(ValueError, match="patrol"):
        schedule_of(duty(None, every=90 * DAY))


def test_days_on_which_the_clocks_change() -> None:
    since = utc(2026, 10, 1)
    assert changes_of_clocks("Europe/Paris", since, days=200) == [
        (date(2026, 10, 25), -HOUR),
        (date(2027, 3, 28), HOUR),
    ]
    assert changes_of_clocks("Australia/Lord_Howe", since, days=200) == [
        (date(2026, 10, 4), HOUR / 2),
        (date(2027, 4, 4), -HOUR / 2),
    ]
    assert changes_of_clocks("Asia/Shanghai", since, days=400) == []


@pytest.mark.parametrize(
    ("schedule", "back", "forward"),
    [("30 2 * * *", 1, 1), ("*/30 2 * * *", 4, 0), ("0 * * * *", 25, 23), ("FREQ=HOURLY", 24, 23)],
)
def test_how_often_a_day_of_change_has_it(schedule: str, back: int, forward: int) -> None:
    found = preview(duty(schedule, zone="Europe/Paris"), utc(2026, 10, 24, 12), count=1, around_changes=True)
    assert found.changes is not None
    assert [len(one.moments) for one in found.changes] == [back, forward, back]
    assert len(runs_on(duty(schedule, zone="Europe/Paris"), date(2026, 10, 25))) == back


def test_a_preview_marks_the_moments_of_a_day_of_change() -> None:
    found = preview(duty("30 2 * * *", zone="Europe/Paris"), utc(2026, 10, 24, 12), count=2, around_changes=False)
    assert found.moments == ((utc(2026, 10, 25, 0, 30), 1), (utc(2026, 10, 26, 1, 30), None))
    assert found.changes is None
