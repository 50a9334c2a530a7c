"""Working time: which moments count on a business calendar, exactly.

A moment is working time if and only if the wall clock of the calendar's zone shows a time inside one of that day's
windows. So elapsed time is always counted in UTC, a night on which the clocks change is as long as it was, and nothing
is approximated.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from opsctl.core.intervals import Interval


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
        """The working time in [start, end), sorted and disjoint, in UTC."""
        raise NotImplementedError

    def used(self, start: datetime, end: datetime, without: Iterable[Interval] = ()) -> int:
        """The working time in [start, end) outside of `without` (pauses, gaps), in microseconds."""
        raise NotImplementedError

    def reaches(self, start: datetime, amount: int, without: Iterable[Interval] = ()) -> datetime | None:
        """The first moment by which `amount` microseconds of working time have passed since `start`, outside of
        `without`; `start` itself for 0. None if that is never, or beyond what the calendar can tell (LAST_YEAR).
        """
        raise NotImplementedError

    def working_day(self) -> int | None:
        """The working time of one working day in microseconds; None where the days differ. 24 h where `always`."""
        raise NotImplementedError

    def is_beyond(self, moment: datetime) -> bool:
        """Whether that moment lies in a year whose holidays are not known (False for a calendar without holidays)."""
        raise NotImplementedError
