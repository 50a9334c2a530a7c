"""Business calendars: worked examples, and an oracle that looks at the wall clock once a minute."""

import zoneinfo
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsctl.core.calendars import PROBE, Calendar
from opsctl.core.intervals import Interval
from opsctl.core.times import LAST_YEAR

MINUTE = 60_000_000
HOUR = 60 * MINUTE
DAYS = ((), (), (), (), (), (), ())
WORKDAYS = (((480, 720), (840, 1080)),) * 5 + ((), ())
ALWAYS = Calendar("always", always=True)
OFFICE = Calendar("office", "Asia/Shanghai", weekly=WORKDAYS)
AROUND = (((0, 1440),),) * 7
NIGHTS = (((1320, 1800),),) * 7
BERLIN = ZoneInfo("Europe/Berlin")


def shanghai(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+08:00")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+00:00")


def span(start: str, end: str) -> Interval:
    return Interval(shanghai(start), shanghai(end))


@pytest.mark.parametrize(
    ("start", "end", "minutes"),
    [
        pytest.param("2026-11-02 11:00", "2026-11-02 15:00", 120, id="the lunch break does not count"),
        pytest.param("2026-11-02 11:30", "2026-11-02 12:30", 30, id="noon is no twelve hours"),
        pytest.param("2026-11-02 07:59", "2026-11-02 08:01", 1, id="hours are those of Shanghai, not of UTC"),
        pytest.param("2026-11-02 00:00", "2026-11-09 00:00", 5 * 8 * 60, id="a week"),
        pytest.param("2026-11-06 17:00", "2026-11-09 09:00", 120, id="over the weekend"),
        pytest.param("2026-11-02 12:00", "2026-11-02 14:00", 0, id="the whole of a break"),
        pytest.param("2026-11-02 15:00", "2026-11-02 11:00", 0, id="backwards"),
    ],
)
def test_an_office_uses_what_lies_in_its_windows(start: str, end: str, minutes: int) -> None:
    assert OFFICE.used(shanghai(start), shanghai(end)) == minutes * MINUTE


@pytest.mark.parametrize(
    ("start", "minutes", "reached"),
    [
        pytest.param("2026-11-02 11:00", 60, "2026-11-02 12:00", id="at the end of a window, not after the break"),
        pytest.param("2026-11-02 11:00", 61, "2026-11-02 14:01", id="over the break"),
        pytest.param("2026-11-02 12:30", 0, "2026-11-02 12:30", id="nothing is reached at once"),
        pytest.param("2026-11-06 17:00", 120, "2026-11-09 09:00", id="over the weekend"),
        pytest.param("2026-11-07 10:00", 16 * 60, "2026-11-10 18:00", id="from a Saturday"),
        pytest.param("2026-12-31 17:00", 120, "2027-01-01 09:00", id="over the year"),
        pytest.param("2026-11-02 08:00", 261 * 480, "2027-11-01 18:00", id="261 working days, a whole year"),
    ],
)
def test_an_office_reaches_a_limit_when_so_much_of_it_has_passed(start: str, minutes: int, reached: str) -> None:
    assert OFFICE.reaches(shanghai(start), minutes * MINUTE) == shanghai(reached)


def test_a_microsecond_counts() -> None:
    start = shanghai("2026-11-02 11:59:59.999999")
    assert OFFICE.reaches(start, 2) == shanghai("2026-11-02 14:00:00.000001")
    assert OFFICE.used(start, shanghai("2026-11-02 14:00:00.000001")) == 2


def test_pauses_are_skipped_and_counted_once() -> None:
    start = shanghai("2026-11-02 09:00")
    pauses = [
        span("2026-11-02 10:00", "2026-11-02 15:00"),
        span("2026-11-02 11:00", "2026-11-02 14:30"),
        span("2026-11-01 00:00", "2026-11-02 09:30"),
    ]
    assert OFFICE.used(start, shanghai("2026-11-02 18:00"), pauses) == 3 * HOUR + 30 * MINUTE
    assert OFFICE.reaches(start, 30 * MINUTE, pauses) == shanghai("2026-11-02 10:00")
    assert OFFICE.reaches(start, 31 * MINUTE, pauses) == shanghai("2026-11-02 15:01")


def test_a_pause_in_a_break_moves_nothing() -> None:
    pauses = [span("2026-11-02 12:00", "2026-11-02 14:00"), span("2026-11-07 00:00", "2026-11-09 00:00")]
    assert OFFICE.reaches(shanghai("2026-11-02 11:00"), 2 * HOUR, pauses) == shanghai("2026-11-02 15:00")


def test_days_by_hours_lose_no_second() -> None:
    calendar = Calendar("hours", "Asia/Shanghai", weekly=AROUND)
    start, end = shanghai("2026-12-28 00:00"), shanghai("2027-01-04 00:00")
    assert calendar.used(start, end) == 7 * 24 * HOUR
    assert calendar.working(start, end) == [Interval(start, end)]
    assert calendar.reaches(start, 7 * 24 * HOUR) == end


def test_a_night_belongs_to_the_day_on_which_it_begins() -> None:
    friday_only = Calendar("nights", "Asia/Shanghai", weekly=(*DAYS[:4], ((1320, 1800),), (), ()))
    assert friday_only.working(shanghai("2026-11-02 00:00"), shanghai("2026-11-09 00:00")) == [
        span("2026-11-06 22:00", "2026-11-07 06:00")
    ]
    closed = replace(friday_only, closed=frozenset({date(2026, 11, 6)}))
    assert closed.working(shanghai("2026-11-02 00:00"), shanghai("2026-11-09 00:00")) == []
    saturday_closed = replace(friday_only, closed=frozenset({date(2026, 11, 7)}))
    assert saturday_closed.used(shanghai("2026-11-02 00:00"), shanghai("2026-11-09 00:00")) == 8 * HOUR


def test_a_night_over_the_new_year_is_whole() -> None:
    nights = Calendar("nights", weekly=NIGHTS)
    assert nights.working(utc("2026-12-31 12:00"), utc("2027-01-01 12:00")) == [
        Interval(utc("2026-12-31 22:00"), utc("2027-01-01 06:00"))
    ]


OCTOBER = replace(
    OFFICE,
    holidays=frozenset(date(2026, 10, day) for day in range(1, 8)),
    open=frozenset({date(2026, 10, 10)}),
    known_years=(2000, 2026),
)


def test_holidays_are_off_and_a_make_up_saturday_works_the_hours_of_a_monday() -> None:
    assert OCTOBER.reaches(shanghai("2026-09-30 17:00"), 2 * HOUR) == shanghai("2026-10-08 09:00")
    assert OCTOBER.working(shanghai("2026-10-10 00:00"), shanghai("2026-10-12 00:00")) == [
        span("2026-10-10 08:00", "2026-10-10 12:00"),
        span("2026-10-10 14:00", "2026-10-10 18:00"),
    ]


def test_a_make_up_day_whose_weekday_has_hours_works_those() -> None:
    short = replace(OFFICE, weekly=(*WORKDAYS[:5], ((540, 600),), ()), open=frozenset({date(2026, 10, 10)}))
    assert short.used(shanghai("2026-10-10 00:00"), shanghai("2026-10-11 00:00")) == HOUR


@pytest.mark.parametrize(
    ("fields", "hours"),
    [
        pytest.param({"open": [5], "holidays": [5]}, 8, id="open beats a holiday"),
        pytest.param({"closed": [5], "open": [5]}, 0, id="closed beats open"),
        pytest.param({"closed": [5], "open": [5], "holidays": [5]}, 0, id="closed beats both"),
        pytest.param({"holidays": [5]}, 0, id="a holiday is off"),
    ],
)
def test_what_is_said_of_a_day_has_an_order(fields: dict[str, Any], hours: int) -> None:
    days = {name: frozenset(date(2026, 11, day) for day in found) for name, found in fields.items()}
    calendar = replace(OFFICE, **days)
    assert calendar.used(shanghai("2026-11-05 00:00"), shanghai("2026-11-06 00:00")) == hours * HOUR


def berlin(day: str, clock: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(f"{day} {clock}").replace(tzinfo=BERLIN, fold=fold)


@pytest.mark.parametrize(
    ("weekly", "begins", "ends", "hours"),
    [
        pytest.param(AROUND, ("2026-03-29", "00:00"), ("2026-03-30", "00:00"), 23, id="all of a short day"),
        pytest.param(AROUND, ("2026-10-25", "00:00"), ("2026-10-26", "00:00"), 25, id="all of a long day"),
        pytest.param(NIGHTS, ("2026-03-28", "12:00"), ("2026-03-29", "12:00"), 7, id="a short night"),
        pytest.param(NIGHTS, ("2026-10-24", "12:00"), ("2026-10-25", "12:00"), 9, id="a long night"),
        pytest.param(WORKDAYS, ("2026-03-23", "00:00"), ("2026-04-06", "00:00"), 80, id="an office in spring"),
        pytest.param(WORKDAYS, ("2026-10-19", "00:00"), ("2026-11-02", "00:00"), 80, id="an office in autumn"),
    ],
)
def test_a_night_on_which_the_clocks_change_is_as_long_as_it_was(
    weekly: Any, begins: tuple[str, str], ends: tuple[str, str], hours: int
) -> None:
    calendar = Calendar("berlin", "Europe/Berlin", weekly=weekly)
    assert calendar.used(berlin(*begins), berlin(*ends)) == hours * HOUR
    assert calendar.reaches(calendar.working(berlin(*begins), berlin(*ends))[0].start, hours * HOUR) == (
        calendar.working(berlin(*begins), berlin(*ends))[-1].end
    )


def test_a_window_in_the_hour_that_is_skipped_or_comes_twice_counts_what_the_clock_shows() -> None:
    sunday = Calendar("window", "Europe/Berlin", weekly=(*DAYS[:6], ((90, 150),)))  # 01:30 to 02:30
    assert sunday.working(berlin("2026-03-29", "00:00"), berlin("2026-03-30", "00:00")) == [
        Interval(utc("2026-03-29 00:30"), utc("2026-03-29 01:00"))
    ]
    assert sunday.working(berlin("2026-10-25", "00:00"), berlin("2026-10-26", "00:00")) == [
        Interval(utc("2026-10-24 23:30"), utc("2026-10-25 00:30")),
        Interval(utc("2026-10-25 01:00"), utc("2026-10-25 01:30")),
    ]


def test_moments_of_one_zone_are_told_apart_while_the_clocks_go_back() -> None:
    around = Calendar("berlin", "Europe/Berlin", weekly=AROUND)
    first, second = berlin("2026-10-25", "02:30"), berlin("2026-10-25", "02:10", fold=1)
    assert around.used(first, second) == 40 * MINUTE
    assert around.reaches(first, 40 * MINUTE) == second.astimezone(UTC)
    assert ALWAYS.used(first, second) == 40 * MINUTE


def test_clocks_may_change_by_half_an_hour() -> None:
    around = Calendar("lord howe", "Australia/Lord_Howe", weekly=AROUND)
    zone = ZoneInfo("Australia/Lord_Howe")
    for month, day, minutes in ((4, 5, 24 * 60 + 30), (10, 4, 24 * 60 - 30)):
        start = datetime(2026, month, day, tzinfo=zone)
        assert around.used(start, datetime(2026, month, day + 1, tzinfo=zone)) == minutes * MINUTE
    # 01:30 to 02:00 comes twice on 5 April: 14:30 to 15:00 UTC by the old clock, 15:00 to 15:30 by the new one.
    early = Calendar("early", "Australia/Lord_Howe", weekly=(((90, 120),),) * 7)
    assert early.working(utc("2026-04-04 12:00"), utc("2026-04-05 12:00")) == [
        Interval(utc("2026-04-04 14:30"), utc("2026-04-04 15:30"))
    ]


def test_a_day_that_a_zone_skipped_has_no_hours() -> None:
    """Samoa went from Thursday 29 December 2011 straight to Saturday the 31st."""
    samoa = Calendar("samoa", "Pacific/Apia", weekly=WORKDAYS)
    thursday_five = utc("2011-12-30 03:00")  # 17:00 at -10:00
    monday_nine = utc("2012-01-01 19:00")  # 09:00 at +14:00
    assert samoa.reaches(thursday_five, 2 * HOUR) == monday_nine
    around = replace(samoa, weekly=AROUND)
    assert around.used(thursday_five, monday_nine) == (monday_nine - thursday_five) // timedelta(microseconds=1)
    friday_night = replace(samoa, weekly=(*DAYS[:4], ((1320, 1800),), (), ()))
    # The night that begins on the skipped Friday: only its hours on Saturday, 00:00 to 06:00, were ever shown.
    assert friday_night.working(utc("2011-12-29 12:00"), utc("2011-12-31 12:00")) == [
        Interval(utc("2011-12-30 10:00"), utc("2011-12-30 16:00"))
    ]


def test_no_zone_changes_its_clocks_twice_between_two_looks_at_them() -> None:
    from zoneinfo import _zoneinfo  # type: ignore[attr-defined]

    shortest = []
    for name in zoneinfo.available_timezones():
        zone = _zoneinfo.ZoneInfo.no_cache(name)
        offsets = [zone._tti_before, *zone._ttinfos]
        changes = [
            moment
            for moment, before, after in zip(zone._trans_utc, offsets, offsets[1:], strict=False)
            if before.utcoff != after.utcoff
        ]
        shortest += [later - earlier for earlier, later in pairwise(changes)]
    assert timedelta(seconds=min(shortest)) > PROBE


def test_always_is_plain_arithmetic() -> None:
    start = utc("2026-11-02 00:00")
    pause = Interval(utc("2026-11-02 01:00"), utc("2026-11-02 02:00"))
    assert ALWAYS.used(start, utc("2026-11-02 04:00"), [pause]) == 3 * HOUR
    assert ALWAYS.reaches(start, HOUR, [pause]) == utc("2026-11-02 01:00")
    assert ALWAYS.reaches(start, HOUR + 1, [pause]) == utc("2026-11-02 02:00:00.000001")
    assert ALWAYS.working(start, pause.start) == [Interval(start, pause.start)]
    assert ALWAYS.working(pause.start, start) == []
    assert ALWAYS.working_day() == 24 * HOUR


def test_a_calendar_without_windows_reaches_nothing() -> None:
    empty = Calendar("empty", "Asia/Shanghai", open=frozenset({date(2026, 11, 7)}))
    assert empty.reaches(shanghai("2026-11-02 00:00"), 1) is None
    assert empty.working(shanghai("2026-11-02 00:00"), shanghai("2026-12-01 00:00")) == []
    assert empty.working_day() is None


@pytest.mark.parametrize("calendar", [ALWAYS, OFFICE], ids=["always", "office"])
def test_what_lies_beyond_the_last_year_is_never_reached(calendar: Calendar) -> None:
    late = datetime(LAST_YEAR, 12, 31, tzinfo=UTC)
    assert calendar.reaches(late, 24 * HOUR) is None
    assert calendar.reaches(utc("2026-11-02 00:00"), 10**30) is None


def test_a_pause_that_never_ends_reaches_nothing_more() -> None:
    pause = Interval(utc("2026-11-02 01:00"), datetime(9999, 12, 31, tzinfo=UTC))
    assert OFFICE.reaches(utc("2026-11-02 00:00"), 2 * HOUR, [pause]) is None
    assert ALWAYS.reaches(utc("2026-11-02 00:00"), 2 * HOUR, [pause]) is None


@pytest.mark.parametrize(
    ("weekly", "hours"),
    [
        pytest.param(WORKDAYS, 8, id="an office"),
        pytest.param(NIGHTS, 8, id="nights"),
        pytest.param((*WORKDAYS[:5], ((480, 720),), ()), None, id="days that differ"),
        pytest.param((*WORKDAYS[:5], ((0, 480),), ()), 8, id="days that differ but are as long"),
    ],
)
def test_a_working_day_is_as_long_as_each_of_them(weekly: Any, hours: int | None) -> None:
    assert Calendar("any", weekly=weekly).working_day() == (None if hours is None else hours * HOUR)


def test_a_year_without_known_holidays_is_beyond() -> None:
    assert not OCTOBER.is_beyond(shanghai("2026-12-31 23:59"))
    assert OCTOBER.is_beyond(shanghai("2027-01-01 00:00"))
    assert OCTOBER.is_beyond(shanghai("1999-12-31 23:59"))
    assert not OFFICE.is_beyond(shanghai("2099-01-01 00:00"))


def test_what_a_calendar_has_worked_out_takes_no_part_in_comparing() -> None:
    other = replace(OFFICE)
    OFFICE.used(shanghai("2026-11-02 00:00"), shanghai("2026-12-02 00:00"))
    assert other == OFFICE
    assert hash(other) == hash(OFFICE)


# The oracle.

ZONES = {
    "Asia/Shanghai": ["2026-10-01 00:00"],
    "Europe/Berlin": ["2026-03-29 01:00", "2026-10-25 01:00"],
    "Australia/Lord_Howe": ["2026-04-04 15:00", "2026-10-03 15:30"],
    "Pacific/Apia": ["2011-12-30 10:00"],
    "America/St_Johns": ["2006-04-02 03:31", "2025-12-31 12:00"],
}


def is_working(calendar: Calendar, moment: datetime) -> bool:
    """The definition, word for word: what does the wall clock show?"""
    if calendar.always:
        return True
    local = moment.astimezone(ZoneInfo(calendar.zone))
    minute = local.hour * 60 + local.minute
    day = local.date()
    for began, shown in ((day, minute), (day - timedelta(days=1), minute + 1440)):
        windows: Iterable[tuple[int, int]] = calendar.weekly[began.weekday()]
        if began in calendar.closed:
            windows = ()
        elif began in calendar.open:
            windows = windows or next((found for found in calendar.weekly if found), ())
        elif began in calendar.holidays:
            windows = ()
        if any(start <= shown < end for start, end in windows):
            return True
    return False


def windows_of_a_day() -> st.SearchStrategy[tuple[tuple[int, int], ...]]:
    def paired(edges: list[int]) -> tuple[tuple[int, int], ...]:
        edges = sorted(edges)[: len(edges) // 2 * 2]
        return tuple((start, end) for start, end in zip(edges[::2], edges[1::2], strict=True) if start < 1440)

    return st.lists(st.integers(0, 1900), max_size=6, unique=True).map(paired)


@st.composite
def cases(draw: st.DrawFn) -> tuple[Calendar, datetime, list[Interval]]:
    """A calendar, a moment less than two days from a change of its clocks, and pauses around it."""
    zone = draw(st.sampled_from(sorted(ZONES)))
    change = utc(draw(st.sampled_from(ZONES[zone])))
    near = st.integers(-2, 2).map(lambda days: (change + timedelta(days=days)).date())
    calendar = Calendar(
        "drawn",
        zone,
        always=draw(st.integers(0, 9)) == 0,
        weekly=tuple(draw(windows_of_a_day()) for _day in range(7)),
        open=draw(st.frozensets(near, max_size=2)),
        closed=draw(st.frozensets(near, max_size=2)),
        holidays=draw(st.frozensets(near, max_size=3)),
    )
    start = change + timedelta(minutes=draw(st.integers(-2000, 500)))
    pairs = draw(st.lists(st.tuples(st.integers(-300, 2500), st.integers(0, 900)), max_size=3))
    pauses = [
        Interval(start + timedelta(minutes=begin), start + timedelta(minutes=begin + length)) for begin, length in pairs
    ]
    return calendar, start, pauses


@given(cases(), st.integers(0, 2500))
def test_the_time_used_is_what_the_wall_clock_shows(
    case: tuple[Calendar, datetime, list[Interval]], minutes: int
) -> None:
    calendar, start, pauses = case
    end = start + timedelta(minutes=minutes)
    moments = [start + timedelta(minutes=minute) for minute in range(minutes)]
    working = [moment for moment in moments if is_working(calendar, moment)]
    outside = [moment for moment in working if not any(one.start <= moment < one.end for one in pauses)]
    assert calendar.used(start, end) == len(working) * MINUTE
    assert calendar.used(start, end, pauses) == len(outside) * MINUTE
    found = calendar.working(start, end)
    assert [moment for moment in moments if any(one.start <= moment < one.end for one in found)] == working
    assert all(one.end < other.start for one, other in pairwise(found))


@given(cases(), st.integers(1, 1200))
def test_a_limit_is_reached_when_the_wall_clock_has_shown_so_much(
    case: tuple[Calendar, datetime, list[Interval]], minutes: int
) -> None:
    calendar, start, pauses = case
    left, moment, end = minutes, start, start + timedelta(minutes=4000)
    while left and moment < end:
        if is_working(calendar, moment) and not any(one.start <= moment < one.end for one in pauses):
            left -= 1
        moment += timedelta(minutes=1)
    reached = calendar.reaches(start, minutes * MINUTE, pauses)
    if left:
        assert reached is None or reached > end
    else:
        assert reached == moment
