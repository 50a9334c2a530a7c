from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsctl.core.errors import InvalidInput
from opsctl.core.periods import Period, read_deadline, read_period

NOW = datetime(2026, 10, 3, 1, 40, 30, tzinfo=UTC)
"""Saturday, 09:40:30 in Shanghai."""

any_text = st.text(st.characters(codec=None, categories=None), max_size=80)
words_of_periods = st.lists(
    st.one_of(
        st.text("0123456789", max_size=4),
        st.sampled_from("-/.QqWwTZ: 。\x00"),
        st.sampled_from(["2026", "9998", "9999", "..", "2026-10-03", "-W53", "08:00", "-2h", "now", "today", "上个月"]),
        st.sampled_from(["last", "this", "-month", "-week", "-quarter", "-year"]),
    ),
    max_size=8,
).map("".join)
ZONES = ["UTC", "Asia/Shanghai", "Europe/Rome", "Pacific/Apia", "America/Sao_Paulo", "America/Havana"]


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


def seen(text: str, zone: str = "Asia/Shanghai", now: datetime = NOW) -> Period:
    return read_period(text, zone=zone, now=now)


@pytest.mark.parametrize(
    ("text", "name", "start", "end"),
    [
        ("2026-10", "2026-10", utc(2026, 9, 30, 16), utc(2026, 10, 31, 16)),
        ("2026/9", "2026-09", utc(2026, 8, 31, 16), utc(2026, 9, 30, 16)),
        ("2026。12", "2026-12", utc(2026, 11, 30, 16), utc(2026, 12, 31, 16)),
        ("2026-Q3", "2026-Q3", utc(2026, 6, 30, 16), utc(2026, 9, 30, 16)),
        ("2026q4", "2026-Q4", utc(2026, 9, 30, 16), utc(2026, 12, 31, 16)),
        ("2026", "2026", utc(2025, 12, 31, 16), utc(2026, 12, 31, 16)),
        ("2026-W41", "2026-W41", utc(2026, 10, 4, 16), utc(2026, 10, 11, 16)),
        ("2026-W1", "2026-W01", utc(2025, 12, 28, 16), utc(2026, 1, 4, 16)),
        ("2026-W53", "2026-W53", utc(2026, 12, 27, 16), utc(2027, 1, 3, 16)),
        ("last-month", "2026-09", utc(2026, 8, 31, 16), utc(2026, 9, 30, 16)),
        ("Last month", "2026-09", utc(2026, 8, 31, 16), utc(2026, 9, 30, 16)),
        ("上个月", "2026-09", utc(2026, 8, 31, 16), utc(2026, 9, 30, 16)),
        ("this-month", "2026-10", utc(2026, 9, 30, 16), utc(2026, 10, 31, 16)),
        ("last-week", "2026-W39", utc(2026, 9, 20, 16), utc(2026, 9, 27, 16)),
        ("last-quarter", "2026-Q3", utc(2026, 6, 30, 16), utc(2026, 9, 30, 16)),
        ("上季", "2026-Q3", utc(2026, 6, 30, 16), utc(2026, 9, 30, 16)),
        ("本季", "2026-Q4", utc(2026, 9, 30, 16), utc(2026, 12, 31, 16)),
        ("last-year", "2025", utc(2024, 12, 31, 16), utc(2025, 12, 31, 16)),
        ("today", "2026-10-03", utc(2026, 10, 2, 16), utc(2026, 10, 3, 16)),
        ("yesterday", "2026-10-02", utc(2026, 10, 1, 16), utc(2026, 10, 2, 16)),
        ("昨天", "2026-10-02", utc(2026, 10, 1, 16), utc(2026, 10, 2, 16)),
        ("2026-10-03", "2026-10-03", utc(2026, 10, 2, 16), utc(2026, 10, 3, 16)),
        ("2026-10-01..2026-10-15", "2026-10-01..2026-10-15", utc(2026, 9, 30, 16), utc(2026, 10, 15, 16)),
        ("２０２６-10-1。。2026-10-15", "2026-10-01..2026-10-15", utc(2026, 9, 30, 16), utc(2026, 10, 15, 16)),
        ("2026-10-03..2026-10-03", "2026-10-03..2026-10-03", utc(2026, 10, 2, 16), utc(2026, 10, 3, 16)),
        ("2026-01..2026-03", "2026-01..2026-03", utc(2025, 12, 31, 16), utc(2026, 3, 31, 16)),
        (
            "2026-10-01T08:00..2026-10-02T08:00",
            "2026-10-01T08:00..2026-10-02T08:00",
            utc(2026, 10, 1),
            utc(2026, 10, 2),
        ),
        (
            "2026-10-01 .. 2026-10-02T08:00+02:00",
            "2026-10-01..2026-10-02T08:00+02:00",
            utc(2026, 9, 30, 16),
            utc(2026, 10, 2, 6),
        ),
        ("2026-10-01T08:00..2026-10-01", "2026-10-01T08:00..2026-10-01", utc(2026, 10, 1), utc(2026, 10, 1, 16)),
        ("-2h..now", "-2h..now", utc(2026, 10, 2, 23, 40, 30), NOW),
        ("9998", "9998", utc(9997, 12, 31, 16), utc(9998, 12, 31, 16)),
    ],
)
def test_a_period_is_read_with_local_midnights(text: str, name: str, start: datetime, end: datetime) -> None:
    assert seen(text) == Period(name, start, end, "Asia/Shanghai")


def test_the_last_month_of_january_is_december() -> None:
    assert seen("last-month", now=utc(2026, 1, 15)).name == "2025-12"
    assert seen("last-quarter", now=utc(2026, 1, 15)).name == "2025-Q4"


def test_today_is_that_of_the_zone() -> None:
    assert seen("this-month", now=utc(2026, 9, 30, 16)).name == "2026-10"
    assert seen("this-month", "UTC", utc(2026, 9, 30, 16)).name == "2026-09"


@pytest.mark.parametrize(
    ("zone", "text", "start", "end"),
    [
        pytest.param("Europe/Rome", "2026-10", utc(2026, 9, 30, 22), utc(2026, 10, 31, 23), id="a month of 745 hours"),
        pytest.param("Europe/Rome", "2026-03-29", utc(2026, 3, 28, 23), utc(2026, 3, 29, 22), id="a day of 23 hours"),
        pytest.param("America/Sao_Paulo", "2018-11-04", utc(2018, 11, 4, 3), utc(2018, 11, 5, 2), id="no midnight"),
        pytest.param("Asia/Beirut", "2022-03-27", utc(2022, 3, 26, 22), utc(2022, 3, 27, 21), id="no midnight in Asia"),
        pytest.param("America/Havana", "2026-11-01", utc(2026, 11, 1, 4), utc(2026, 11, 2, 5), id="two midnights"),
        pytest.param(
            "Pacific/Apia", "2011-12", utc(2011, 12, 1, 10), utc(2011, 12, 31, 10), id="a month short of a day"
        ),
        pytest.param(
            "Pacific/Apia", "2011-12-29..2011-12-30", utc(2011, 12, 29, 10), utc(2011, 12, 30, 10), id="ends in a hole"
        ),
    ],
)
def test_clocks_that_change_move_the_boundaries(zone: str, text: str, start: datetime, end: datetime) -> None:
    period = seen(text, zone)
    assert (period.start, period.end) == (start, end)
    assert period.seconds == (end - start).total_seconds()


def test_a_day_that_the_zone_skipped_is_refused() -> None:
    with pytest.raises(InvalidInput, match="'2011-12-30' holds no time in Pacific/Apia"):
        seen("2011-12-30", "Pacific/Apia")


@pytest.mark.parametrize(
    "text",
    [
        "2026-13",
        "2026-00",
        "2026-W54",
        "2026-W00",
        "2027-W53",
        "2026-Q5",
        "2026-Q0",
        "0000",
        "9999",
        "99999",
        "1899",
        "2026-02-30",
        "0000-01",
        "09:40",
        "-2h",
        "now",
        "2026-10-01T08:00",
        "..",
        "2026-10..",
        "..2026-10",
        "2026..2026..2026",
        "2026-10-01...2026-10-15",
        "last-day",
        "next-month",
        "2026-10-03Z",
        "2026-13..2027-01",
        "",
        "last",
        "x" * 1_000_000,
        "2026-10-01 to 2026-10-15",
        "\ud800",
    ],
    ids=lambda text: ascii(text[:24]),
)
def test_what_is_no_period_is_refused_with_the_accepted_forms(text: str) -> None:
    with pytest.raises(InvalidInput, match="is not a period") as caught:
        seen(text)
    assert caught.value.hint.startswith("Use 2026-10, 2026-Q3, 2026, 2026-W41")


@pytest.mark.parametrize("text", ["2026-10-15..2026-10-01", "2026-10-02T08:00..2026-10-01T08:00", "now..-2h"])
def test_a_period_that_ends_before_it_starts_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        seen(text)
    assert caught.value.message == f"The period '{text}' ends before it starts."
    assert caught.value.hint == "Name the earlier time first."


def test_a_period_without_length_is_refused() -> None:
    with pytest.raises(InvalidInput, match="holds no time in Asia/Shanghai"):
        seen("2026-10-01T08:00..2026-10-01T08:00")


def test_a_clock_time_that_does_not_exist_is_refused_in_a_range_too() -> None:
    with pytest.raises(InvalidInput, match="does not exist in Europe/Rome"):
        seen("2026-03-29T02:30..2026-03-30", "Europe/Rome")


OCTOBER = Period("2026-10", utc(2026, 10, 1), utc(2026, 11, 1), "UTC")


@pytest.mark.parametrize(
    ("now", "is_running", "end", "seconds"),
    [
        pytest.param(utc(2026, 9, 30), True, utc(2026, 10, 1), 0, id="to come"),
        pytest.param(utc(2026, 10, 1), True, utc(2026, 10, 1), 0, id="just begun"),
        pytest.param(utc(2026, 10, 2), True, utc(2026, 10, 2), 86_400, id="running"),
        pytest.param(utc(2026, 11, 1), False, utc(2026, 11, 1), 31 * 86_400, id="just over"),
        pytest.param(utc(2027, 1, 1), False, utc(2026, 11, 1), 31 * 86_400, id="long over"),
    ],
)
def test_a_running_period_is_clipped_at_now(now: datetime, is_running: bool, end: datetime, seconds: int) -> None:
    assert OCTOBER.is_running(now) is is_running
    assert OCTOBER.clipped(now) == Period("2026-10", OCTOBER.start, end, "UTC")
    assert OCTOBER.clipped(now).seconds == seconds


@given(st.sampled_from(ZONES), st.integers(1970, 2040))
def test_the_parts_of_a_year_tile_it(zone: str, year: int) -> None:
    whole = seen(str(year), zone)
    for names in ([f"{year}-{month:02}" for month in range(1, 13)], [f"{year}-Q{number}" for number in range(1, 5)]):
        parts = [seen(name, zone) for name in names]
        assert [part.name for part in parts] == names
        assert all(part.end == following.start for part, following in pairwise(parts))
        assert (parts[0].start, parts[-1].end) == (whole.start, whole.end)


@given(st.sampled_from(ZONES), st.dates(date(1970, 1, 1), date(2040, 12, 31)))
def test_the_days_of_a_month_tile_it(zone: str, some_day: date) -> None:
    month = seen(f"{some_day:%Y-%m}", zone)
    position = month.start
    for number in range(1, monthrange(some_day.year, some_day.month)[1] + 1):
        day = some_day.replace(day=number)
        if (zone, day) == ("Pacific/Apia", date(2011, 12, 30)):
            continue
        period = seen(day.isoformat(), zone)
        assert period.start == position
        position = period.end
    assert position == month.end


@given(st.sampled_from(ZONES), st.dates(date(1970, 1, 1), date(2040, 12, 31)))
def test_every_day_lies_in_the_week_that_bears_its_iso_number(zone: str, day: date) -> None:
    year, week, weekday = day.isocalendar()
    period = seen(f"{year}-W{week:02}", zone)
    monday = day - timedelta(days=weekday - 1)
    assert period.name == f"{year}-W{week:02}"
    assert period.start == seen(f"{monday}..{day}", zone).start
    assert period.end == seen(f"{monday}..{monday + timedelta(days=6)}", zone).end


@given(st.one_of(any_text, words_of_periods), st.sampled_from(ZONES))
def test_reading_a_period_raises_nothing_but_invalid_input(text: str, zone: str) -> None:
    try:
        period = seen(text, zone)
    except InvalidInput:
        return
    assert period.start < period.end
    assert period.zone == zone


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-12-01", utc(2026, 12, 1, 15, 59, 59)),
        ("２０２６-12-01", utc(2026, 12, 1, 15, 59, 59)),
        ("2026-12", utc(2026, 12, 31, 15, 59, 59)),
        ("today", utc(2026, 10, 3, 15, 59, 59)),
        ("2026-12-01 17:00", utc(2026, 12, 1, 9)),
        ("2026-12-01T17:00+01:00", utc(2026, 12, 1, 16)),
        ("tomorrow 22:00", utc(2026, 10, 4, 14)),
        ("09:00", utc(2026, 10, 4, 1)),
        ("2h", utc(2026, 10, 3, 3, 40, 30)),
    ],
)
def test_a_deadline_is_the_last_second_of_a_day_or_a_moment_to_come(text: str, moment: datetime) -> None:
    assert read_deadline(text, zone="Asia/Shanghai", now=NOW) == moment


def test_the_last_second_of_a_day_is_the_zones_own() -> None:
    assert read_deadline("2026-10-25", zone="Europe/Rome", now=NOW) == utc(2026, 10, 25, 22, 59, 59)
    assert read_deadline("2026-03-29", zone="Europe/Rome", now=NOW) == utc(2026, 3, 29, 21, 59, 59)


@pytest.mark.parametrize("text", ["", "soon", "2026-02-30", "2026-13", "25:00", "x" * 200])
def test_what_names_no_deadline_is_refused_as_no_time(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_deadline(text, zone="Asia/Shanghai", now=NOW)
    assert caught.value.hint
