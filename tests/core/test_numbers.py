import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsctl.core.numbers import DurationStatistics, show_ratio, statistics_of


@pytest.mark.parametrize(
    ("value", "floor", "shown"),
    [
        pytest.param(0.99999999, True, "99.9999 %", id="almost everything is not everything"),
        pytest.param(0.99999999, False, "100.0000 %", id="almost everything rounded up"),
        pytest.param(1.0, True, "100 %", id="everything"),
        pytest.param(1, False, "100 %", id="everything as a whole number"),
        pytest.param(0.0, True, "0 %", id="nothing"),
        pytest.param(-0.0, True, "0 %", id="nothing with a sign"),
        pytest.param(0.995, True, "99.5000 %", id="a float a little below its decimal, floored"),
        pytest.param(0.995, False, "99.5000 %", id="a float and its decimal, rounded up"),
        pytest.param(0.1, False, "10.0000 %", id="a float a little above its decimal, rounded up"),
        pytest.param(2 / 3, True, "66.6666 %", id="two thirds floored"),
        pytest.param(2 / 3, False, "66.6667 %", id="two thirds rounded up"),
        pytest.param(1e-9, True, "0.0000 %", id="almost nothing floored is not nothing"),
        pytest.param(1e-9, False, "0.0001 %", id="almost nothing rounded up"),
        pytest.param(1.2345678, True, "123.4567 %", id="more than everything"),
        pytest.param(-0.5, True, "−50.0000 %", id="less than nothing"),
        pytest.param(-1e-9, True, "−0.0001 %", id="a little less than nothing floored goes down"),
        pytest.param(None, True, "–", id="no data"),
    ],
)
def test_a_ratio_is_shown_in_per_cent_without_flattering(value: float | None, floor: bool, shown: str) -> None:
    assert show_ratio(value, floor=floor) == shown


@pytest.mark.parametrize(("decimals", "shown"), [(0, "99 %"), (1, "99.5 %"), (2, "99.50 %")])
def test_the_number_of_decimals_can_be_chosen(decimals: int, shown: str) -> None:
    assert show_ratio(0.995, floor=True, decimals=decimals) == shown


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_ratio_that_is_not_finite_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        show_ratio(value, floor=True)


def test_five_figures_of_ten_durations() -> None:
    assert statistics_of([100, 10, 20, 30, 40, 50, 60, 70, 80, 90]) == DurationStatistics(
        n=10, total=550, mean=55, median=55, p90=90, maximum=100
    )


def test_five_figures_of_one_duration() -> None:
    assert statistics_of([7.5]) == DurationStatistics(n=1, total=7.5, mean=7.5, median=7.5, p90=7.5, maximum=7.5)


def test_whole_numbers_stay_whole_where_they_divide_and_are_halved_where_not() -> None:
    found = statistics_of([1, 2])
    assert found == DurationStatistics(n=2, total=3, mean=1.5, median=1.5, p90=2, maximum=2)
    assert isinstance(found.total, int)
    assert isinstance(found.p90, int)
    even = statistics_of([2, 4])
    assert even is not None
    assert (repr(even.mean), repr(even.median)) == ("3", "3")


def test_huge_whole_numbers_lose_nothing() -> None:
    found = statistics_of([2**60 + 1, 2**60 + 1])
    assert found is not None
    assert (found.total, found.mean, found.median) == (2**61 + 2, 2**60 + 1, 2**60 + 1)


def test_floats_are_added_without_piling_up_errors() -> None:
    found = statistics_of([0.1] * 10)
    assert found is not None
    assert found.total == 1.0


def test_there_are_no_figures_of_nothing() -> None:
    assert statistics_of([]) is None


def test_a_duration_that_is_not_finite_is_refused() -> None:
    with pytest.raises(ValueError, match="finite"):
        statistics_of([1.0, math.nan])


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=120))
def test_the_figures_agree_with_their_definitions(seconds: list[int]) -> None:
    found = statistics_of(seconds)
    assert found is not None
    # The nearest rank: the smallest value that at least nine tenths of all do not exceed.
    rank = min(value for value in seconds if 10 * sum(other <= value for other in seconds) >= 9 * len(seconds))
    assert found.p90 == rank
    low, high = sorted(seconds)[(len(seconds) - 1) // 2], sorted(seconds)[len(seconds) // 2]
    assert Fraction(found.median) * 2 == low + high
    assert found.total == sum(seconds)
    assert found.maximum == max(seconds)
    assert found.mean == sum(seconds) / len(seconds)
