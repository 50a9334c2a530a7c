import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsctl.core.errors import InvalidInput
from opsctl.core.times import local_day, naive_to_utc, read_moment, start_of_day

NOW = datetime(2026, 10, 3, 1, 40, 30, tzinfo=UTC)
"""09:40:30 in Shanghai, 03:40:30 in Rome."""


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


def naive(text: str) -> datetime:
    return datetime.fromisoformat(text)


def seen(text: str, zone: str = "Asia/Shanghai", now: datetime = NOW) -> datetime:
    return read_moment(text, zone=zone, now=now)


@pytest.mark.parametrize(
    ("zone", "text", "message", "nearest"),
    [
        ("Europe/Rome", "2026-03-29 02:30", "2026-03-29 02:30", ("2026-03-29T01:59+01:00", "2026-03-29T03:00+02:00")),
        (
            "Europe/Rome",
            "2026-03-29 02:00:00",
            "2026-03-29 02:00",
            ("2026-03-29T01:59+01:00", "2026-03-29T03:00+02:00"),
        ),
        (
            "Europe/Rome",
            "2026-03-29 02:59:59.9",
            "2026-03-29 02:59:59.900000",
            ("2026-03-29T01:59+01:00", "2026-03-29T03:00+02:00"),
        ),
        (
            "America/New_York",
            "2026-03-08 02:30",
            "2026-03-08 02:30",
            ("2026-03-08T01:59-05:00", "2026-03-08T03:00-04:00"),
        ),
        (
            "Australia/Lord_Howe",
            "2026-10-04 02:15",
            "2026-10-04 02:15",
            ("2026-10-04T01:59+10:30", "2026-10-04T02:30+11:00"),
        ),
        ("Pacific/Apia", "2011-12-30 12:00", "2011-12-30 12:00", ("2011-12-29T23:59-10:00", "2011-12-31T00:00+14:00")),
        ("Pacific/Apia", "2011-12-30", "2011-12-30 00:00", ("2011-12-29T23:59-10:00", "2011-12-31T00:00+14:00")),
    ],
)
def test_a_time_that_the_clocks_skip_names_the_two_nearest(
    zone: str, text: str, message: str, nearest: tuple[str, str]
) -> None:
    with pytest.raises(InvalidInput) as caught:
        seen(text, zone)
    assert caught.value.message == f"{message} does not exist in {zone}: the clocks skip it."
    assert caught.value.hint == f"The nearest times are {nearest[0]} and {nearest[1]}."
    before, after = (seen(time, zone) for time in nearest)
    assert after - before == timedelta(minutes=1)


@pytest.mark.parametrize(
    ("zone", "text", "message", "spellings"),
    [
        ("Europe/Rome", "2026-10-25 02:30", "2026-10-25 02:30", ("2026-10-25T02:30+02:00", "2026-10-25T02:30+01:00")),
        ("Europe/Rome", "2026-10-25 02:00", "2026-10-25 02:00", ("2026-10-25T02:00+02:00", "2026-10-25T02:00+01:00")),
        (
            "America/New_York",
            "2026-11-01 01:30:15",
            "2026-11-01 01:30:15",
            ("2026-11-01T01:30:15-04:00", "2026-11-01T01:30:15-05:00"),
        ),
    ],
)
def test_a_time_that_comes_twice_asks_for_its_offset(
    zone: str, text: str, message: str, spellings: tuple[str, str]
) -> None:
    with pytest.raises(InvalidInput) as caught:
        seen(text, zone)
    assert caught.value.message == f"{message} comes twice in {zone}: the clocks go back."
    assert caught.value.hint == f"Add the offset: {spellings[0]} or {spellings[1]}."
    first, second = (seen(time, zone) for time in spellings)
    assert second - first == timedelta(hours=1)


def test_half_an_hour_may_come_twice() -> None:
    with pytest.raises(InvalidInput) as caught:
        seen("2026-04-05 01:45", "Australia/Lord_Howe")
    assert caught.value.hint == "Add the offset: 2026-04-05T01:45+11:00 or 2026-04-05T01:45+10:30."


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-29 01:59:59", utc(2026, 3, 29, 0, 59, 59)),
        ("2026-03-29 03:00", utc(2026, 3, 29, 1)),
        ("2026-10-25 01:59:59", utc(2026, 10, 24, 23, 59, 59)),
        ("2026-10-25 03:00", utc(2026, 10, 25, 2)),
    ],
)
def test_the_edges_of_a_change_of_the_clocks_are_plain_times(text: str, moment: datetime) -> None:
    assert seen(text, "Europe/Rome") == moment


@pytest.mark.parametrize(
    ("now", "text", "moment"),
    [
        pytest.param(utc(2026, 10, 3, 21, 59), "00:00", utc(2026, 10, 3, 22), id="a minute before midnight"),
        pytest.param(utc(2026, 10, 3, 21, 59), "00:02", utc(2026, 10, 2, 22, 2), id="beyond the tolerance"),
        pytest.param(utc(2026, 10, 25, 0, 10), "02:30", utc(2026, 10, 24, 0, 30), id="02:10 before the clocks go back"),
        pytest.param(utc(2026, 3, 29, 0, 40), "02:30", utc(2026, 3, 28, 1, 30), id="01:40 before the clocks skip"),
        pytest.param(utc(2026, 3, 29, 1, 10), "01:30", utc(2026, 3, 29, 0, 30), id="03:10 after the clocks skipped"),
    ],
)
def test_a_bare_clock_is_its_last_occurrence(now: datetime, text: str, moment: datetime) -> None:
    assert seen(text, "Europe/Rome", now) == moment


@pytest.mark.parametrize(
    ("zone", "now", "text", "message"),
    [
        pytest.param("Europe/Rome", utc(2026, 3, 29, 1, 10), "02:30", "2026-03-29 02:30 does not exist", id="skipped"),
        pytest.param(
            "Europe/Rome", utc(2026, 10, 25, 1, 10), "02:30", "2026-10-25 02:30 comes twice", id="second pass"
        ),
        pytest.param("Europe/Rome", utc(2026, 10, 26, 0, 0), "02:30", "2026-10-25 02:30 comes twice", id="next day"),
        pytest.param(
            "America/St_Johns", utc(2010, 11, 7, 3), "00:00", "2010-11-07 00:00 comes twice", id="back over midnight"
        ),
    ],
)
def test_a_bare_clock_in_a_change_of_the_clocks_is_refused(zone: str, now: datetime, text: str, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        seen(text, zone, now)


@pytest.mark.parametrize(
    ("zone", "text", "moment"),
    [
        ("America/Sao_Paulo", "2018-11-04", utc(2018, 11, 4, 3)),
        ("America/Havana", "2026-11-01", utc(2026, 11, 1, 4)),
    ],
    ids=["midnight is skipped", "midnight comes twice"],
)
def test_a_date_alone_is_the_first_instant_of_the_day(zone: str, text: str, moment: datetime) -> None:
    assert seen(text, zone) == moment


def instants_showing(wall: datetime, zone: ZoneInfo) -> list[datetime]:
    """The slow oracle: every instant at which clocks in the zone show `wall`."""
    around = (wall.replace(tzinfo=UTC) + timedelta(hours=hour) for hour in range(-36, 37))
    offsets = {moment.astimezone(zone).utcoffset() or timedelta() for moment in around}
    candidates = sorted((wall - offset).replace(tzinfo=UTC) for offset in offsets)
    return [moment for moment in candidates if moment.astimezone(zone).replace(tzinfo=None) == wall]


days_of_change = st.sampled_from(
    [
        ("Europe/Rome", naive("2026-03-29")),
        ("Europe/Rome", naive("2026-10-25")),
        ("America/New_York", naive("2026-03-08")),
        ("America/New_York", naive("2026-11-01")),
        ("Australia/Lord_Howe", naive("2026-04-05")),
        ("Australia/Lord_Howe", naive("2026-10-04")),
        ("Pacific/Apia", naive("2011-12-30")),
        ("America/Sao_Paulo", naive("2018-11-04")),
        ("America/Havana", naive("2026-11-01")),
        ("America/St_Johns", naive("2010-11-07")),
        ("Africa/Casablanca", naive("2026-02-15")),
        ("Africa/Casablanca", naive("2026-03-22")),
    ]
)


@given(days_of_change, st.integers(-24 * 60, 48 * 60), st.integers(0, 60_000_000 - 1))
def test_a_naive_time_is_read_only_where_it_means_one_instant(
    place: tuple[str, datetime], minutes: int, microseconds: int
) -> None:
    zone, day = place
    wall = day + timedelta(minutes=minutes, microseconds=microseconds)
    instants = instants_showing(wall, ZoneInfo(zone))
    if len(instants) == 1:
        assert naive_to_utc(wall, zone) == instants[0]
        return
    with pytest.raises(InvalidInput) as caught:
        naive_to_utc(wall, zone)
    offered = [seen(text, zone) for text in re.findall(r"\d{4}-\S+T[0-9:.]+[+-][0-9:]+[0-9]", caught.value.hint)]
    if instants:
        assert offered == instants
    else:
        before, after = offered
        assert before.astimezone(ZoneInfo(zone)).replace(tzinfo=None) < wall
        assert after.astimezone(ZoneInfo(zone)).replace(tzinfo=None) > wall
        assert after - before == timedelta(minutes=1)


def test_the_fold_of_a_naive_time_does_not_decide() -> None:
    with pytest.raises(InvalidInput, match="comes twice"):
        naive_to_utc(naive("2026-10-25T02:30").replace(fold=1), "Europe/Rome")


def test_a_time_that_has_a_zone_is_not_read_as_naive() -> None:
    with pytest.raises(ValueError, match="naive"):
        naive_to_utc(NOW, "Europe/Rome")


@pytest.mark.parametrize("year", [1, 1899, 9999])
def test_a_naive_time_of_a_year_nobody_means_is_refused(year: int) -> None:
    with pytest.raises(InvalidInput, match=f"The year {year} is not between 1900 and 9998"):
        naive_to_utc(naive(f"{year:04}-06-01"), "Europe/Rome")


@pytest.mark.parametrize(
    ("zone", "day", "start"),
    [
        ("Asia/Shanghai", date(2026, 10, 1), utc(2026, 9, 30, 16)),
        ("America/Sao_Paulo", date(2018, 11, 4), utc(2018, 11, 4, 3)),
        ("Asia/Beirut", date(2022, 3, 27), utc(2022, 3, 26, 22)),
        ("America/Havana", date(2026, 11, 1), utc(2026, 11, 1, 4)),
        ("Pacific/Apia", date(2011, 12, 30), utc(2011, 12, 30, 10)),
        ("Pacific/Apia", date(2011, 12, 31), utc(2011, 12, 30, 10)),
    ],
)
def test_a_day_starts_with_its_first_instant(zone: str, day: date, start: datetime) -> None:
    assert start_of_day(day, zone) == start


def test_a_day_beyond_the_calendar_is_refused() -> None:
    with pytest.raises(InvalidInput, match="The year 1 is not between"):
        start_of_day(date.min, "Asia/Shanghai")


def test_the_local_day_is_that_of_the_zone() -> None:
    assert local_day(utc(2026, 10, 2, 16), "Asia/Shanghai") == date(2026, 10, 3)
    assert local_day(utc(2026, 10, 2, 15, 59), "Asia/Shanghai") == date(2026, 10, 2)
