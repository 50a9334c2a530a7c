"""Sizes, windows and shares of the host file, each against a slow and obvious second way."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsctl.cli.hostfile.amounts import is_inside, share, size, window
from opsctl.cli.hostfile.values import Said
from opsctl.core.errors import InvalidInput

FACTORS = {"B": 1, "kB": 1000, "MB": 1000, "GB": 1000, "TB": 1000, "KiB": 1024, "MiB": 1024, "GiB": 1024, "TiB": 1024}
STEPS = {"B": 0, "kB": 1, "MB": 2, "GB": 3, "TB": 4, "KiB": 1, "MiB": 2, "GiB": 3, "TiB": 4}


def said(value: object) -> Said:
    return Said(Path("/etc/opsctl/opsctl.toml"), "host.x", value)


def slow_size(number: str, unit: str) -> Decimal:
    """The bytes, multiplied step by step."""
    found = Decimal(number)
    for _step in range(STEPS[unit]):
        found *= FACTORS[unit]
    return found


@given(
    whole=st.integers(0, 99_999), fraction=st.none() | st.from_regex(r"\A[0-9]{1,6}\Z"),
    unit=st.sampled_from(sorted(FACTORS)), blank=st.sampled_from(["", " ", "  "]), big=st.booleans(),
)  # fmt: skip
def test_a_size_is_what_multiplying_step_by_step_gives(
    whole: int, fraction: str | None, unit: str, blank: str, big: bool
) -> None:
    number = f"{whole}" if fraction is None else f"{whole}.{fraction}"
    written = f"{number}{blank}{unit.upper() if big else unit}"
    wanted = slow_size(number, unit)
    if wanted == wanted.to_integral_value() and wanted < 2**63:
        assert size(said(written)) == int(wanted)
    else:
        with pytest.raises(InvalidInput, match="is no size"):
            size(said(written))


@pytest.mark.parametrize(
    ("written", "bytes_"),
    [
        pytest.param("50GB", 50_000_000_000, id="decimal"),
        pytest.param("500 MB", 500_000_000, id="blank"),
        pytest.param("1GiB", 1_073_741_824, id="binary"),
        pytest.param("1.5 GiB", 1_610_612_736, id="fraction"),
        pytest.param("１ＧＢ", 1_000_000_000, id="full-width"),
        pytest.param("0 B", 0, id="nothing"),
        pytest.param("9223372036854775807 B", 2**63 - 1, id="largest"),
    ],
)
def test_sizes_that_people_write(written: str, bytes_: int) -> None:
    assert size(said(written)) == bytes_


@pytest.mark.parametrize(
    "written",
    ["50", "50G", "GB", "-1 GB", "1e3 GB", "0.3 B", "1,5 GB", "9223372036854775808 B", "1 GBit", "٥ GB", "1 GB x"],
)
def test_what_is_no_size_is_said_with_its_key(written: str) -> None:
    with pytest.raises(InvalidInput) as wrong:
        size(said(written))
    assert wrong.value.message == f"/etc/opsctl/opsctl.toml: host.x: {written!r} is no size."
    assert "500 MB" in wrong.value.hint


def slow_window(text: str) -> tuple[int, int] | None:
    """The window by trying every clock there is, on both sides."""
    clocks = [f"{hour:02}:{minute:02}" for hour in range(24) for minute in range(60)] + ["24:00"]
    begin, _sign, end = text.partition("-")
    if begin in clocks[:-1] and end in clocks and begin != end:
        return clocks.index(begin), clocks.index(end)
    return None


@given(numbers=st.tuples(st.integers(0, 25), st.integers(0, 61), st.integers(0, 25), st.integers(0, 61)))
def test_a_window_is_what_counting_the_minutes_of_a_day_gives(numbers: tuple[int, int, int, int]) -> None:
    written = "{:02}:{:02}-{:02}:{:02}".format(*numbers)
    wanted = slow_window(written)
    if wanted is None:
        with pytest.raises(InvalidInput, match="is no window"):
            window(said(written))
    else:
        assert window(said(written)) == (None if written == "00:00-24:00" else wanted)


@given(text=st.text(alphabet="0123456789:- –", max_size=13))
def test_what_is_read_as_a_window_has_two_times_of_day(text: str) -> None:
    try:
        found = window(said(text))
    except InvalidInput:
        return
    begin, end = found or (0, 1440)
    assert 0 <= begin < 1440
    assert 0 <= end <= 1440
    assert begin != end


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        pytest.param("22:00-04:30", (1320, 270), id="past-midnight"),
        pytest.param("0:00 – 6:00", (0, 360), id="as-typed"),
        pytest.param("09:00-24:00", (540, 1440), id="to-midnight"),
        pytest.param("00:00-24:00", None, id="all-day-is-no-window"),
    ],
)
def test_windows_that_people_write(written: str, wanted: tuple[int, int] | None) -> None:
    assert window(said(written)) == wanted


@pytest.mark.parametrize(
    ("written", "part"),
    [
        pytest.param("50 %", 0.5, id="percent"), pytest.param("12.5%", 0.125, id="fraction"),
        pytest.param(0.5, 0.5, id="number"), pytest.param(1, 1.0, id="all"), pytest.param(0, 0.0, id="none"),
        pytest.param("100 ％", 1.0, id="full-width"),
    ],
)  # fmt: skip
def test_shares_that_people_write(written: object, part: float) -> None:
    assert share(said(written)) == part


@pytest.mark.parametrize("written", ["half", "101 %", 50, -0.1, True, "50", float("nan"), []])
def test_what_is_no_share_is_said(written: object) -> None:
    with pytest.raises(InvalidInput, match=r"host\.x: .* is no share"):
        share(said(written))


NAMES = st.lists(st.sampled_from(["a", "b", "ab"]), max_size=4)


@given(one=NAMES, other=NAMES)
def test_a_path_is_inside_what_its_parts_begin_with(one: list[str], other: list[str]) -> None:
    assert is_inside("/" + "/".join(one), "/" + "/".join(other)) is (one[: len(other)] == other)
