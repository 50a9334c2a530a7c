"""Working time: which moments count on a business calendar, exactly.

A moment is working time if and only if the wall clock of the calendar's zone shows a time inside one of that day's
windows. So elapsed time is always counted in UTC, a night on which the clocks change is as long as it was, and nothing
is approximated.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, lru_cache

from opsctl.core.intervals import Interval, merge, subtract
from opsctl.core.times import FIRST_YEAR, LAST_YEAR, local_day, read_zone

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_SECOND = timedelta(seconds=1)
_MINUTE = 60_000_000
_DAY = 1440 * _MINUTE
_EPOCH_DAY = date(1970, 1, 1).toordinal()
# No zone ever changed its clocks twice within so little time: tests/core/test_calendars.py looks at all of them.
PROBE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Year:
    """The working time of one year of UTC: stretches in microseconds since 1970, in order and disjoint.

    `before` is the working time of the year before each stretch, and in the end that of the whole year.
    """

    starts: list[int]
    ends: list[int]
    before: list[int]

    def count_to(self, moment: int) -> int:
        """The working time of this year before that moment."""
        at = bisect_right(self.starts, moment)
        return self.before[at] - max(0, self.ends[at - 1] - moment) if at else 0

    def moment_of(self, amount: int) -> int:
        """When that much of the year's working time (more than nothing, and no more than all) has just passed."""
        at = bisect_left(self.before, amount)
        return self.ends[at - 1] - (self.before[at] - amount)


@dataclass(frozen=True)
class Calendar:
    """A business calendar. `always` counts every moment; then nothing else but the name matters.

    `weekly` has, for Monday to Sunday, the windows that begin on that day as minutes from its midnight, disjoint and in
    order; an end beyond 1440 reaches into the next day (22:00-06:00 is 1320 to 1800). A day in `closed` has none of the
    windows that begin on it; a day in `open` (a make-up working day, 调休上班日) has its own weekday's, or, where that
    weekday has none, those of the first weekday of the week that has some. `closed` beats `open`, which beats holidays.
    `holidays` are the days off of the zone's country, expanded when the rulebook was applied, with the years for which
    they are known.
    """

    name: str
    zone: str = "UTC"
    always: bool = False
    weekly: tuple[tuple[tuple[int, int], ...], ...] = ((),) * 7
    open: frozenset[date] = field(default_factory=frozenset)
    closed: frozenset[date] = field(default_factory=frozenset)
    holidays: frozenset[date] = field(default_factory=frozenset)
    known_years: tuple[int, int] | None = None

    def working(self, start: datetime, end: datetime) -> list[Interval]:
        """The working time in [start, end), sorted and disjoint, in UTC; none before FIRST_YEAR and after LAST_YEAR."""
        start, end = start.astimezone(UTC), end.astimezone(UTC)
        if self.always or end <= start:
            return merge([Interval(start, end)] if start < end else [])
        first, last = _count(start), _count(end)
        found = (
            Interval(_moment(max(first, begins)), _moment(min(last, ends)))
            for number in range(max(start.year, FIRST_YEAR), min(end.year, LAST_YEAR) + 1)
            for begins, ends in _overlapping(self._year(number), first, last)
        )
        return merge(found)

    def used(self, start: datetime, end: datetime, without: Iterable[Interval] = ()) -> int:
        """The working time in [start, end) outside of `without` (pauses, gaps), in microseconds."""
        start, end = start.astimezone(UTC), end.astimezone(UTC)
        if end <= start:
            return 0
        return sum(
            self._used(_count(one.start), _count(one.end), one.start.year, one.end.year)
            for one in subtract([Interval(start, end)], without)
        )

    def reaches(self, start: datetime, amount: int, without: Iterable[Interval] = ()) -> datetime | None:
        """The first moment by which `amount` microseconds of working time have passed since `start`, outside of
        `without`; `start` itself for 0. None if that is never, or beyond what the calendar can tell (LAST_YEAR).
        """
        if amount <= 0:
            return start
        start = start.astimezone(UTC)
        left = amount
        for gap in merge(without):
            if gap.end <= start:
                continue
            if gap.start > start:
                passed = self.used(start, gap.start)
                if passed >= left:
                    break
                left -= passed
            start = gap.end
        return self._reaches(start, left)

    def working_day(self) -> int | None:
        """The working time of one working day in microseconds; None where the days differ. 24 h where `always`."""
        if self.always:
            return _DAY
        lengths = {sum(end - start for start, end in windows) for windows in self.weekly if windows}
        return lengths.pop() * _MINUTE if len(lengths) == 1 else None

    def is_beyond(self, moment: datetime) -> bool:
        """Whether that moment lies in a year whose holidays are not known (False for a calendar without holidays)."""
        if self.known_years is None:
            return False
        first, last = self.known_years
        return not first <= local_day(moment, self.zone).year <= last

    def windows_of(self, day: date) -> tuple[tuple[int, int], ...]:
        """The windows that begin on that day, as minutes from its midnight. `always` has none."""
        if day in self.closed:
            return ()
        own = self.weekly[day.weekday()]
        if day in self.open:
            return own or next((windows for windows in self.weekly if windows), ())
        return () if day in self.holidays else own

    def _used(self, start: int, end: int, first: int, last: int) -> int:
        if self.always:
            return end - start
        years = range(max(first, FIRST_YEAR), min(last, LAST_YEAR) + 1)
        return sum(self._year(year).count_to(end) - self._year(year).count_to(start) for year in years)

    def _reaches(self, start: datetime, amount: int) -> datetime | None:
        moment = _count(start)
        if moment + amount >= _END:
            return None
        if self.always:
            return _moment(moment + amount)
        if not any(self.weekly):
            return None
        for number in range(max(start.year, FIRST_YEAR), LAST_YEAR + 1):
            year = self._year(number)
            amount += year.count_to(moment)
            if amount <= year.before[-1]:
                return _moment(year.moment_of(amount))
            amount -= year.before[-1]
        return None

    @cached_property
    def _known(self) -> dict[int, _Year]:
        # Kept beside the fields, so that it takes no part in comparing two calendars.
        return {}

    def _year(self, number: int) -> _Year:
        found = self._known.get(number)
        if found is None:
            found = self._known[number] = self._made(number)
        return found

    def _made(self, number: int) -> _Year:
        """The working time of a year of UTC: what its wall clocks show, one stretch of constant offset at a time."""
        shown = _joined(self._on_clocks(number))
        stretches = _joined(
            (max(start, first - offset), min(end, last - offset))
            for start, end, offset in _offsets(self.zone, number)
            for first, last in shown
            if first - offset < end and last - offset > start
        )
        before = [0]
        for start, end in stretches:
            before.append(before[-1] + end - start)
        return _Year([start for start, _end in stretches], [end for _start, end in stretches], before)

    def _on_clocks(self, number: int) -> Iterator[tuple[int, int]]:
        """The windows of a year and of the days beside it, in microseconds of its wall clocks since 1970."""
        for ordinal in range(date(number, 1, 1).toordinal() - 3, date(number + 1, 1, 1).toordinal() + 3):
            midnight = (ordinal - _EPOCH_DAY) * _DAY
            for start, end in self.windows_of(date.fromordinal(ordinal)):
                yield midnight + start * _MINUTE, midnight + end * _MINUTE


def _count(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND


def _moment(count: int) -> datetime:
    return _EPOCH + timedelta(microseconds=count)


_END = _count(datetime(LAST_YEAR + 1, 1, 1, tzinfo=UTC))


def _overlapping(year: _Year, first: int, last: int) -> Iterator[tuple[int, int]]:
    at = bisect_right(year.ends, first)
    while at < len(year.starts) and year.starts[at] < last:
        yield year.starts[at], year.ends[at]
        at += 1


def _joined(stretches: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The union of stretches, in order; what overlaps or touches becomes one."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(stretches):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], end)
        else:
            joined.append((start, end))
    return joined


@lru_cache(maxsize=256)
def _offsets(zone: str, year: int) -> tuple[tuple[int, int, int], ...]:
    """The stretches of one year of UTC on which the zone's clocks do not change: start, end, what they add to UTC."""
    info = read_zone(zone)

    def offset(moment: datetime) -> int:
        added = moment.astimezone(info).utcoffset()
        return (added or timedelta()) // _MICROSECOND

    start, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    found: list[tuple[int, int, int]] = []
    began, before, moment = start, offset(start), start
    while moment < end:
        following = min(moment + PROBE, end)
        after = offset(following)
        if after != before:
            # Clocks change at a whole second.
            steps = range((following - moment) // _SECOND + 1)
            change = (
                moment + bisect_left(steps, True, key=lambda step: offset(moment + step * _SECOND) == after) * _SECOND
            )
            found.append((_count(began), _count(change), before))
            began, before = change, after
        moment = following
    if began < end:
        found.append((_count(began), _count(end), before))
    return tuple(found)
