from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsctl.core.errors import InvalidInput
from opsctl.core.times import looks_like_moment, read_moment, show_moment

NOW = datetime(2026, 10, 3, 1, 40, 30, tzinfo=UTC)
"""09:40:30 in Shanghai, 03:40:30 in Rome."""

ZONES = [
    "UTC",
    "Asia/Shanghai",
    "Europe/Rome",
    "America/New_York",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "America/Sao_Paulo",
    "America/Havana",
    "America/St_Johns",
    "Africa/Casablanca",
    "Asia/Kathmandu",
]
any_text = st.text(st.characters(codec=None, categories=None), max_size=80)
words_of_time = st.lists(
    st.one_of(
        st.text("0123456789", max_size=4),
        st.sampled_from("-/.:：。,TZ+ wdhmsM－\x00"),
        st.sampled_from(
            ["2026-", "9999", "+08:00", "now", "today", "yesterday", "昨天", "前天", "现在", "999999999999"]
        ),
    ),
    max_size=9,
).map("".join)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


def naive(text: str) -> datetime:
    return datetime.fromisoformat(text)


def seen(text: str, zone: str = "Asia/Shanghai", now: datetime = NOW) -> datetime:
    return read_moment(text, zone=zone, now=now)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-10-03 02:58", utc(2026, 10, 2, 18, 58)),
        ("2026-10-03T02:58", utc(2026, 10, 2, 18, 58)),
        ("2026-10-03t02:58:30", utc(2026, 10, 2, 18, 58, 30)),
        ("2026-10-03T02:58:30.25", utc(2026, 10, 2, 18, 58, 30, 250_000)),
        ("2026-10-03T02:58:30,000001", utc(2026, 10, 2, 18, 58, 30, 1)),
        ("2026-10-03T02:58:30.123456789Z", utc(2026, 10, 3, 2, 58, 30, 123_456)),
        ("2026-10-03T02:58Z", utc(2026, 10, 3, 2, 58)),
        ("2026-10-03T02:58+02:00", utc(2026, 10, 3, 0, 58)),
        ("2026-10-03 02:58 -0330", utc(2026, 10, 3, 6, 28)),
        ("2026-10-03 02:58+02", utc(2026, 10, 3, 0, 58)),
        ("1900-12-31 12:00+08:05:43", utc(1900, 12, 31, 3, 54, 17)),
        ("2026-10-03", utc(2026, 10, 2, 16)),
        ("2026/10/3", utc(2026, 10, 2, 16)),
        ("2026。10。03 02:58", utc(2026, 10, 2, 18, 58)),
        ("2026-10-03 2.58", utc(2026, 10, 2, 18, 58)),
        ("２０２６—１０—０３　０２：５８", utc(2026, 10, 2, 18, 58)),
        ("  2026-10-03   02:58  ", utc(2026, 10, 2, 18, 58)),
        ("2026-10-03 24:00", utc(2026, 10, 3, 16)),
        ("2027-01-01 00:00", utc(2026, 12, 31, 16)),
        ("09:40", utc(2026, 10, 3, 1, 40)),
        ("9:40", utc(2026, 10, 3, 1, 40)),
        ("09：40：30", utc(2026, 10, 3, 1, 40, 30)),
        ("09:42", utc(2026, 10, 3, 1, 42)),
        ("09:42:30", utc(2026, 10, 3, 1, 42, 30)),
        ("09:42:31", utc(2026, 10, 2, 1, 42, 31)),
        ("09:43", utc(2026, 10, 2, 1, 43)),
        ("23:00", utc(2026, 10, 2, 15)),
        ("24:00", utc(2026, 10, 2, 16)),
        ("yesterday 14:00", utc(2026, 10, 2, 6)),
        ("Yesterday 14.00", utc(2026, 10, 2, 6)),
        ("yesterday", utc(2026, 10, 1, 16)),
        ("today 09:00", utc(2026, 10, 3, 1)),
        ("today 23:00", utc(2026, 10, 3, 15)),
        ("昨天 14:00", utc(2026, 10, 2, 6)),
        ("昨天14：00", utc(2026, 10, 2, 6)),
        ("今天 9:00", utc(2026, 10, 3, 1)),
        ("前天 14:00:30", utc(2026, 10, 1, 6, 0, 30)),
        ("now", NOW),
        ("现在", NOW),
        ("-2h", utc(2026, 10, 2, 23, 40, 30)),
        ("2h", utc(2026, 10, 2, 23, 40, 30)),
        ("－30m", utc(2026, 10, 3, 1, 10, 30)),
        ("-1h30m", utc(2026, 10, 3, 0, 10, 30)),
        ("7d", utc(2026, 9, 26, 1, 40, 30)),
        ("2W", utc(2026, 9, 19, 1, 40, 30)),
        ("0m", NOW),
    ],
)
def test_a_time_is_read_as_it_was_meant(text: str, moment: datetime) -> None:
    assert seen(text) == moment
    assert seen(text).tzinfo is UTC
    assert looks_like_moment(text)


@pytest.mark.parametrize(
    "text",
    [
        "2026",
        "2026-10",
        "9.40",
        "10.15",
        "20261003",
        "2026-10/03",
        "2026-10-03T",
        "2026-10-03T09",
        "2026-10-03Z",
        "99999-01-01",
        "7",
        "d",
        "-7",
        "+2h",
        "--2h",
        "1.5h",
        "1M",
        "2026-10-03T02:58+8",
        "tomorrow",
        "INC-2026-0042",
        "-v",
        "--at",
        "٠٩:٤٠",
        "9:4",
        "nowadays",
        "",
        "erp login 502",
        "2 h ago",
        "x" * 1_000_000,
        "0" * 65,
        "昨天下午",
        "now now",
        "30m 1h",
        "\ud800",
    ],
    ids=lambda text: ascii(text[:20]),
)
def test_what_is_no_time_is_refused_and_does_not_look_like_one(text: str) -> None:
    assert not looks_like_moment(text)
    with pytest.raises(InvalidInput, match="is not a time") as caught:
        seen(text)
    assert caught.value.hint.startswith("Use 2026-10-03 02:58")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("25:00", "There is no such time: '25:00'."),
        ("24:01", "There is no such time: '24:01'."),
        ("09:60", "There is no such time: '09:60'."),
        ("09:40:60", "There is no such time: '09:40:60'."),
        ("2026-02-29", "There is no such time: '2026-02-29'."),
        ("2026-13-01 10:00", "There is no such time: '2026-13-01 10:00'."),
        ("2026-10-03T02:58+24:00", "There is no such time: '2026-10-03T02:58+24:00'."),
        ("2026-10-03T02:58+02:60", "There is no such time: '2026-10-03T02:58+02:60'."),
        ("999999999999d", "There is no such time: '999999999999d'."),
        ("9" * 60 + "s", "There is no such time: '" + "9" * 59 + "…'."),
        ("800000d", "There is no such time: '800000d'."),
        ("0000-01-01", "The year 0 is not between 1900 and 9998."),
        ("1899-12-31 10:00Z", "The year 1899 is not between 1900 and 9998."),
        ("9999-12-31 23:59-12:00", "The year 9999 is not between 1900 and 9998."),
    ],
    ids=lambda text: text[:24],
)
def test_what_looks_like_a_time_and_cannot_be_one_says_why(text: str, message: str) -> None:
    assert looks_like_moment(text)
    with pytest.raises(InvalidInput) as caught:
        seen(text)
    assert caught.value.message == message


def test_yesterday_is_the_day_before_in_the_zone_and_not_in_utc() -> None:
    late = utc(2026, 10, 3, 17)
    assert seen("yesterday 01:00", "Asia/Shanghai", late) == utc(2026, 10, 2, 17)
    assert seen("yesterday 01:00", "UTC", late) == utc(2026, 10, 2, 1)


def test_a_naive_now_is_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        seen("09:40", now=NOW.replace(tzinfo=None))


@given(st.one_of(any_text, words_of_time), st.sampled_from(ZONES))
def test_reading_a_time_raises_nothing_but_invalid_input(text: str, zone: str) -> None:
    looks = looks_like_moment(text)
    try:
        moment = seen(text, zone)
    except InvalidInput:
        return
    assert looks
    assert moment.tzinfo is UTC


moments = st.datetimes(naive("1901-01-02"), naive("9998-12-30"), timezones=st.just(UTC))


@given(moments, st.sampled_from(ZONES))
def test_a_moment_that_is_shown_reads_back(moment: datetime, zone: str) -> None:
    assert seen(show_moment(moment, zone, seconds=True), zone) == moment
    local = moment.astimezone(ZoneInfo(zone))
    past_the_minute = timedelta(seconds=local.second, microseconds=local.microsecond)
    assert seen(show_moment(moment, zone), zone) == moment - past_the_minute


@pytest.mark.parametrize(
    ("moment", "zone", "to_the_minute", "exact"),
    [
        (utc(2026, 10, 2, 18, 58, 30), "Asia/Shanghai", "2026-10-03 02:58+08:00", "2026-10-03 02:58:30+08:00"),
        (utc(2026, 10, 2, 18, 58), "Asia/Shanghai", "2026-10-03 02:58+08:00", "2026-10-03 02:58:00+08:00"),
        (
            utc(2026, 12, 31, 23, 59, 59, 999_999),
            "UTC",
            "2026-12-31 23:59+00:00",
            "2026-12-31 23:59:59.999999+00:00",
        ),
        (utc(1850, 1, 1), "Asia/Shanghai", "1850-01-01 08:05+08:05:43", "1850-01-01 08:05:43+08:05:43"),
        (
            datetime.max.replace(tzinfo=UTC),
            "Asia/Shanghai",
            "9999-12-31 23:59+00:00",
            "9999-12-31 23:59:59.999999+00:00",
        ),
    ],
    ids=["seconds are cut", "whole minute", "never rounded up", "an offset with seconds", "beyond the zone's calendar"],
)
def test_a_moment_is_shown_in_the_readers_zone(moment: datetime, zone: str, to_the_minute: str, exact: str) -> None:
    assert show_moment(moment, zone) == to_the_minute
    assert show_moment(moment, zone, seconds=True) == exact


def test_a_naive_moment_is_not_shown() -> None:
    with pytest.raises(ValueError, match="naive"):
        show_moment(naive("2026-10-03"), "UTC")
