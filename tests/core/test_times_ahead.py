"""Times as a person types them who plans: clocks and durations lie ahead."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsctl.core.errors import InvalidInput
from opsctl.core.times import read_future_moment

NOW = datetime(2026, 10, 3, 1, 40, 30, tzinfo=UTC)
"""09:40:30 in Shanghai."""


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


def ahead(text: str, zone: str = "Asia/Shanghai", now: datetime = NOW, after: datetime | None = None) -> datetime:
    return read_future_moment(text, zone=zone, now=now, after=after)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("22:00", utc(2026, 10, 3, 14)),
        ("２２：００", utc(2026, 10, 3, 14)),
        ("09:41", utc(2026, 10, 3, 1, 41)),
        ("09:40", utc(2026, 10, 3, 1, 40)),
        ("09:38:30", utc(2026, 10, 3, 1, 38, 30)),
        ("09:38:29", utc(2026, 10, 4, 1, 38, 29)),
        ("9:00", utc(2026, 10, 4, 1)),
        ("00:00", utc(2026, 10, 3, 16)),
        ("24:00", utc(2026, 10, 3, 16)),
        ("2h", utc(2026, 10, 3, 3, 40, 30)),
        ("+2h", utc(2026, 10, 3, 3, 40, 30)),
        ("-2h", utc(2026, 10, 2, 23, 40, 30)),
        ("7d", utc(2026, 10, 10, 1, 40, 30)),
        ("tomorrow", utc(2026, 10, 3, 16)),
        ("Tomorrow 22.00", utc(2026, 10, 4, 14)),
        ("明天22：00", utc(2026, 10, 4, 14)),
        ("后天 06:30", utc(2026, 10, 4, 22, 30)),
        ("today 23:00", utc(2026, 10, 3, 15)),
        ("yesterday 14:00", utc(2026, 10, 2, 6)),
        ("2026-12-01 22:00", utc(2026, 12, 1, 14)),
        ("2026-12-01T22:00Z", utc(2026, 12, 1, 22)),
        ("2025-12-01 22:00", utc(2025, 12, 1, 14)),
        ("now", NOW),
    ],
)
def test_a_planned_time_lies_ahead_unless_it_says_otherwise(text: str, moment: datetime) -> None:
    assert ahead(text) == moment
    assert ahead(text).tzinfo is UTC


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("02:00", utc(2026, 12, 1, 18)),
        ("22:00", utc(2026, 12, 1, 14)),
        ("21:59", utc(2026, 12, 2, 13, 59)),
        ("24:00", utc(2026, 12, 1, 16)),
        # Only a bare clock asks which one is meant.
        ("2h", utc(2026, 10, 3, 3, 40, 30)),
        ("2026-11-30", utc(2026, 11, 29, 16)),
    ],
)
def test_a_clock_after_a_moment_is_the_next_one_from_there(text: str, moment: datetime) -> None:
    assert ahead(text, after=utc(2026, 12, 1, 14)) == moment


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            " ",
            "25:00",
            "24:01",
            "tomorow",
            "tomorrow 25:00",
            "明天下午",
            "+",
            "++2h",
            "+-2h",
            "+22:00",
            "next week",
        ),
        *("999999999999w", "9999999w", "0226-01-01", "9999-01-01", "2026-02-30", "x" * 1_000_000, "\ud800", "\x00"),
    ],
    ids=lambda text: ascii(text[:20]),
)
def test_what_is_no_time_is_refused_with_a_hint(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        ahead(text)
    assert refused.value.hint
    assert len(refused.value.message) < 120


def test_a_clock_that_the_night_skips_or_shows_twice_is_not_guessed() -> None:
    # Rome's clocks go back at 03:00 on 25 October 2026 and forward at 02:00 on 28 March 2027.
    with pytest.raises(InvalidInput, match="2026-10-25 02:30 comes twice in Europe/Rome"):
        ahead("02:30", "Europe/Rome", utc(2026, 10, 24, 20))
    with pytest.raises(InvalidInput, match="2027-03-28 02:30 does not exist in Europe/Rome"):
        ahead("02:30", "Europe/Rome", utc(2027, 3, 27, 20))
    # Between the two the second is still to come; after it, or after the gap, the next day's is meant.
    with pytest.raises(InvalidInput, match="2026-10-25 02:30 comes twice"):
        ahead("02:30", "Europe/Rome", utc(2026, 10, 25, 0, 45))
    assert ahead("02:30", "Europe/Rome", utc(2026, 10, 25, 1, 45)) == utc(2026, 10, 26, 1, 30)
    assert ahead("02:30", "Europe/Rome", utc(2027, 3, 28, 1, 10)) == utc(2027, 3, 29, 0, 30)


ZONES = ["Asia/Shanghai", "Europe/Rome", "America/Havana", "America/Sao_Paulo", "Australia/Lord_Howe", "Asia/Kathmandu"]


@given(
    day=st.one_of(
        st.integers(0, 4000).map(lambda days: utc(2017, 1, 1) + timedelta(days=days)),
        # Nights on which the clocks of one of these zones change.
        st.sampled_from([utc(2026, 10, 25), utc(2027, 3, 28), utc(2026, 11, 1), utc(2018, 2, 18)]),
    ),
    minutes=st.integers(-1500, 1500),
    clock=st.integers(0, 24 * 60 - 1),
    zone=st.sampled_from(ZONES),
)
def test_a_bare_clock_is_the_first_minute_from_there_at_which_the_wall_clock_shows_it(
    day: datetime, minutes: int, clock: int, zone: str
) -> None:
    moment = day + timedelta(minutes=minutes)
    shown = f"{clock // 60:02}:{clock % 60:02}"
    try:
        found = ahead(shown, zone, NOW, after=moment)
    except InvalidInput as refused:
        assert "comes twice" in refused.message or "does not exist" in refused.message
        return
    walked = moment
    while walked.astimezone(ZoneInfo(zone)).strftime("%H:%M") != shown:
        walked += timedelta(minutes=1)
    assert found == walked
