from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsctl.core.intervals import Interval, clip, merge, subtract, total_microseconds

_MIDNIGHT = datetime(2026, 10, 1, tzinfo=UTC)
_MINUTE = 60_000_000


def minute(count: int) -> datetime:
    return _MIDNIGHT + timedelta(minutes=count)


def span(start: int, end: int) -> Interval:
    return Interval(minute(start), minute(end))


def minutes_of(intervals: Iterable[Interval]) -> set[int]:
    """The slow oracle: every minute that one of them covers."""
    return {count for one in intervals for count in range(200) if one.start <= minute(count) < one.end}


def spans() -> st.SearchStrategy[list[Interval]]:
    pair = st.tuples(st.integers(0, 60), st.integers(0, 60)).map(lambda pair: span(min(pair), max(pair)))
    return st.lists(pair, max_size=12)


def is_sorted_and_disjoint(intervals: list[Interval]) -> bool:
    return all(one.start < one.end for one in intervals) and all(
        one.end < other.start for one, other in pairwise(intervals)
    )


@given(spans())
def test_merging_keeps_every_minute_and_leaves_gaps_between(intervals: list[Interval]) -> None:
    merged = merge(intervals)
    assert minutes_of(merged) == minutes_of(intervals)
    assert is_sorted_and_disjoint(merged)
    assert merge(merged) == merged


@given(spans(), spans())
def test_subtracting_leaves_the_minutes_that_are_in_no_hole(intervals: list[Interval], holes: list[Interval]) -> None:
    left = subtract(intervals, holes)
    assert minutes_of(left) == minutes_of(intervals) - minutes_of(holes)
    assert all(one.start < one.end for one in left)
    assert left == sorted(left, key=lambda one: one.start)
    assert total_microseconds(left) == sum((one.end - one.start) // timedelta(microseconds=1) for one in left)


@given(spans(), st.tuples(st.integers(0, 60), st.integers(0, 60)))
def test_clipping_leaves_the_minutes_inside_the_window(intervals: list[Interval], window: tuple[int, int]) -> None:
    inside = span(min(window), max(window))
    clipped = clip(intervals, inside)
    assert minutes_of(clipped) == minutes_of(intervals) & minutes_of([inside])
    assert all(inside.start <= one.start < one.end <= inside.end for one in clipped)


@given(spans())
def test_the_total_counts_each_covered_minute_once(intervals: list[Interval]) -> None:
    assert total_microseconds(intervals) == len(minutes_of(intervals)) * _MINUTE


def test_touching_intervals_join_and_empty_ones_vanish() -> None:
    assert merge([span(10, 20), span(5, 5), span(0, 10)]) == [span(0, 20)]


def test_clipping_does_not_merge_and_keeps_the_order() -> None:
    assert clip([span(5, 30), span(0, 10), span(40, 50)], span(0, 20)) == [span(5, 20), span(0, 10)]


def test_one_hole_may_cut_several_intervals() -> None:
    assert subtract([span(0, 10), span(20, 30)], [span(5, 25)]) == [span(0, 5), span(25, 30)]


def test_a_hole_in_the_middle_leaves_two_parts() -> None:
    assert subtract([span(0, 30)], [span(10, 20)]) == [span(0, 10), span(20, 30)]


def test_the_total_of_nothing_is_zero() -> None:
    assert total_microseconds([]) == 0


def test_a_single_microsecond_is_counted() -> None:
    assert total_microseconds([Interval(_MIDNIGHT, _MIDNIGHT + timedelta(microseconds=1))]) == 1


def test_an_interval_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(ValueError, match="end before it starts"):
        span(2, 1)


@pytest.mark.parametrize("place", ["start", "end"])
def test_a_naive_end_is_refused(place: str) -> None:
    moments = {"start": minute(0), "end": minute(1)}
    moments[place] = moments[place].replace(tzinfo=None)
    with pytest.raises(ValueError, match=f"the {place} of an interval has a zone"):
        Interval(**moments)


def test_the_hour_that_comes_twice_is_counted_by_the_clock_of_utc() -> None:
    rome = ZoneInfo("Europe/Rome")
    first = datetime(2026, 10, 25, 2, 30, tzinfo=rome, fold=0)
    second = datetime(2026, 10, 25, 2, 30, tzinfo=rome, fold=1)
    assert total_microseconds([Interval(first, second)]) == 60 * _MINUTE
    assert Interval(first, second).start == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
