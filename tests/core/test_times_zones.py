import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsctl.core.errors import InvalidInput
from opsctl.core.machine import machine_zone
from opsctl.core.times import read_duration, read_zone, show_duration, utc_text

any_text = st.text(st.characters(codec=None, categories=None), max_size=80)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


def naive(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_stored_moments_have_one_form() -> None:
    shanghai = datetime(2026, 10, 1, 8, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert utc_text(shanghai) == "2026-10-01T00:00:00.000000Z"
    with pytest.raises(ValueError, match="naive"):
        utc_text(naive("2026-10-01"))


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_stored_moment_reads_back(moment: datetime) -> None:
    assert datetime.fromisoformat(utc_text(moment)) == moment


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("90s", timedelta(seconds=90)),
        ("15m", timedelta(minutes=15)),
        ("4h", timedelta(hours=4)),
        ("2d", timedelta(days=2)),
        ("2w", timedelta(weeks=2)),
        ("1h30m", timedelta(minutes=90)),
        ("1w2d3h4m5s", timedelta(9, 3 * 3600 + 4 * 60 + 5)),
        ("１ｈ　３０ｍ", timedelta(minutes=90)),
        ("0s", timedelta()),
        ("999999999d", timedelta(days=999_999_999)),
    ],
)
def test_a_duration_is_read(text: str, duration: timedelta) -> None:
    assert read_duration(text) == duration


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "'' is not a duration."),
        ("15", "'15' is not a duration."),
        ("m", "'m' is not a duration."),
        ("-15m", "'-15m' is not a duration."),
        ("30m1h", "'30m1h' is not a duration."),
        ("1M", "'1M' is not a duration."),
        ("1.5h", "'1.5h' is not a duration."),
        ("999999999999d", "The duration '999999999999d' is too long."),
        ("9" * 63 + "s", "The duration '" + "9" * 59 + "…' is too long."),
    ],
    ids=lambda text: text[:20],
)
def test_what_is_no_duration_is_refused(text: str, message: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_duration(text)
    assert caught.value.message == message
    assert caught.value.hint == "Use a duration such as 90s, 15m, 4h, 1h30m or 2d."


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "0 s"),
        (-0.0, "0 s"),
        (45, "45 s"),
        (0.5, "0.5 s"),
        (10.0, "10 s"),
        (12.3451, "12.346 s"),
        (0.1 + 0.2, "0.3 s"),
        (1e-6, "0.001 s"),
        (1e-7, "0 s"),
        (59.9991, "1 min"),
        (60, "1 min"),
        (60.2, "1 min 1 s"),
        (750, "12 min 30 s"),
        (5460.0, "1 h 31 min"),
        (3600.0000000001, "1 h"),
        (93_784, "1 d 2 h 3 min 4 s"),
        (86_404, "1 d 4 s"),
        (-5400, "−1 h 30 min"),
        (-0.25, "−0.25 s"),
        (8_640_000_000, "100000 d"),
        (1e20, "1157407407407407 d 9 h 46 min 40 s"),
    ],
)
def test_a_duration_is_shown_whole_and_never_shorter(seconds: float, shown: str) -> None:
    assert show_duration(seconds) == shown


@given(st.integers(60, 10**9))
def test_a_duration_of_whole_seconds_reads_back(seconds: int) -> None:
    text = show_duration(seconds).replace("min", "m").replace(" ", "")
    assert read_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("seconds", [float("nan"), float("inf")])
def test_a_duration_that_is_not_finite_is_not_shown(seconds: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        show_duration(seconds)


@pytest.mark.parametrize("name", ["Asia/Shanghai", "UTC", "Etc/GMT+8", "America/Argentina/Buenos_Aires"])
def test_a_zone_is_known_by_its_name(name: str) -> None:
    assert read_zone(name).key == name
    assert read_zone(f" {name} ").key == name


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("Shanghai", "Did you mean Asia/Shanghai?"),
        ("Asia/Shanghia", "Did you mean Asia/Shanghai"),
        ("europe/rome", "Did you mean Europe/Rome"),
    ],
)
def test_an_unknown_zone_gets_the_nearest_names(name: str, hint: str) -> None:
    with pytest.raises(InvalidInput, match=f"There is no time zone '{name}'") as caught:
        read_zone(name)
    assert caught.value.hint.startswith(hint)


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "..",
        "../../etc/passwd",
        "/etc/localtime",
        "/etc/passwd",
        "Europe",
        "Europe/",
        "Europe//Rome",
        "a\x00b",
        "x" * 1_000_000,
        "A" * 64,
        "zone.tab",
        "leapseconds",
        "right/Europe/Rome",
        "posix/Europe/Rome",
        "localtime",
        "posixrules",
        "\ud800",
        "上海",
        "C:\\Windows",
    ],
    ids=lambda name: ascii(name[:20]),
)
def test_a_hostile_zone_is_refused_like_any_other(name: str) -> None:
    with pytest.raises(InvalidInput, match="There is no time zone"):
        read_zone(name)


@given(st.one_of(any_text, st.from_regex(r"(Europe|Asia|Etc|right|\.\.)?/?[A-Za-z_./+-]{0,20}")))
def test_reading_a_zone_raises_nothing_but_invalid_input(name: str) -> None:
    try:
        zone = read_zone(name)
    except InvalidInput:
        return
    assert isinstance(zone, ZoneInfo)


@pytest.mark.parametrize(
    ("variable", "timezone", "localtime", "zone"),
    [
        pytest.param("Europe/Rome", "Asia/Tokyo\n", None, "Europe/Rome", id="TZ"),
        pytest.param(":Europe/Rome", "Asia/Tokyo\n", None, "Europe/Rome", id="TZ with a colon"),
        pytest.param("CET-1CEST", "Asia/Tokyo\n", None, "Asia/Tokyo", id="TZ names no zone"),
        pytest.param("", "Asia/Tokyo\n", "/usr/share/zoneinfo/Europe/Rome", "Asia/Tokyo", id="the file"),
        pytest.param(
            "", None, "/usr/share/zoneinfo/America/Argentina/Salta", "America/Argentina/Salta", id="the symbolic link"
        ),
        pytest.param("", "nonsense \x00\xff", "../usr/share/zoneinfo/Europe/Rome", "Europe/Rome", id="a spoiled file"),
        pytest.param("", None, "/somewhere/else", "UTC", id="a link to nowhere"),
        pytest.param("", None, None, "UTC", id="nothing at all"),
    ],
)
def test_the_machine_tells_its_zone(
    tmp_path: Path, variable: str, timezone: str | None, localtime: str | None, zone: str
) -> None:
    if timezone is not None:
        (tmp_path / "timezone").write_text(timezone, encoding="latin-1")
    if localtime is not None:
        (tmp_path / "localtime").symlink_to(localtime)
    assert machine_zone({"TZ": variable} if variable else {}, tmp_path) == zone


def test_this_machine_has_a_zone() -> None:
    assert read_zone(machine_zone()).key == machine_zone(os.environ)


def test_plain_times_load_nothing_heavy() -> None:
    program = (
        "import sys\n"
        "from datetime import UTC, datetime\n"
        "from opsctl.core import intervals, numbers, periods, times, typed\n"
        "now = datetime(2026, 10, 3, tzinfo=UTC)\n"
        "times.read_moment('09:40', zone='Europe/Rome', now=now)\n"
        "periods.read_period('last-month', zone='Europe/Rome', now=now)\n"
        "print(sorted({'pendulum', 'rich', 'sqlalchemy', 'pydantic'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
