"""Stretches of time as sets: union, cut, difference and exact length."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class Interval:
    """`[start, end)`, kept in UTC. Raise ValueError if it ends before it starts, or an end is naive."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        # Two moments of one zone are compared and subtracted by their wall clocks, so only UTC counts right.
        for name in ("start", "end"):
            moment: datetime = getattr(self, name)
            if moment.utcoffset() is None:
                raise ValueError(f"the {name} of an interval has a zone")
            if moment.tzinfo is not UTC:
                object.__setattr__(self, name, moment.astimezone(UTC))
        if self.end < self.start:
            raise ValueError("an interval does not end before it starts")


def merge(intervals: Iterable[Interval]) -> list[Interval]:
    """The union, sorted and disjoint: what overlaps or touches becomes one, what has no length is dropped."""
    merged: list[Interval] = []
    for interval in sorted((one for one in intervals if one.start < one.end), key=lambda one: one.start):
        if merged and interval.start <= merged[-1].end:
            merged[-1] = Interval(merged[-1].start, max(merged[-1].end, interval.end))
        else:
            merged.append(interval)
    return merged


def clip(intervals: Iterable[Interval], window: Interval) -> list[Interval]:
    """Each interval cut to the window, in the given order and not merged; those outside are dropped."""
    cut = ((max(one.start, window.start), min(one.end, window.end)) for one in intervals)
    return [Interval(start, end) for start, end in cut if start < end]


def subtract(intervals: Iterable[Interval], holes: Iterable[Interval]) -> list[Interval]:
    """The union of the intervals without the union of the holes, sorted and disjoint."""
    gaps = merge(holes)
    left: list[Interval] = []
    first = 0
    for interval in merge(intervals):
        while first < len(gaps) and gaps[first].end <= interval.start:
            first += 1
        start, position = interval.start, first
        while position < len(gaps) and gaps[position].start < interval.end:
            if start < gaps[position].start:
                left.append(Interval(start, gaps[position].start))
            start = gaps[position].end
            position += 1
        if start < interval.end:
            left.append(Interval(start, interval.end))
    return left


def total_microseconds(intervals: Iterable[Interval]) -> int:
    """The exact length of the union in microseconds: time that several intervals cover counts once."""
    return sum((one.end - one.start) // _MICROSECOND for one in merge(intervals))
