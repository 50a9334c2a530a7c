"""Periods on calendar boundaries: `2026-10`, `2026-Q3`, `last-month`, `2026-10-01..2026-10-15`."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from opsctl.core.errors import InvalidInput
from opsctl.core.texts import _
from opsctl.core.times import (
    DAYS_BACK,
    FIRST_YEAR,
    LAST_YEAR,
    local_day,
    looks_like_moment,
    read_future_moment,
    read_moment,
    start_of_day,
)
from opsctl.core.typed import excerpt, mend

_LONGEST_PERIOD = 132
_RELATIVE = re.compile(r"(last|this)[-_ ]?(week|month|quarter|year)")
_CHINESE = {
    "上周": "last-week",
    "本周": "this-week",
    "上月": "last-month",
    "上个月": "last-month",
    "本月": "this-month",
    "这个月": "this-month",
    "上季": "last-quarter",
    "上季度": "last-quarter",
    "本季": "this-quarter",
    "本季度": "this-quarter",
    "去年": "last-year",
    "今年": "this-year",
}


@dataclass(frozen=True)
class Period:
    """A stretch of time, `[start, end)` in aware UTC, with the name people know it by and the zone of its midnights."""

    name: str
    start: datetime
    end: datetime
    zone: str

    @property
    def seconds(self) -> float:
        """How long it is."""
        return (self.end - self.start).total_seconds()

    def is_running(self, now: datetime) -> bool:
        """Whether it has not ended yet; a period still to come counts as running."""
        return now < self.end

    def clipped(self, now: datetime) -> "Period":
        """The part of it before `now`, under the same name; of zero length when it has not begun."""
        return replace(self, end=max(self.start, min(self.end, now)))


@dataclass(frozen=True)
class _Days:
    """Whole days: from midnight of `first` to midnight of `after`."""

    name: str
    first: date
    after: date


def read_period(text: str, *, zone: str, now: datetime) -> Period:
    """The period that a person names, with local midnights of `zone` as its boundaries, converted to UTC.

    `2026-10-01..2026-10-15` ends with its last day; an end with a clock time is excluded. A word such as
    `last-month` gets the name of the real month. Periods to come are read like any other. Raise InvalidInput for
    what is no period, ends before it starts, or is empty.
    """
    today = local_day(now, zone)
    plain = mend(text) if len(text) <= _LONGEST_PERIOD else ""
    parts = plain.split("..")
    if len(parts) == 1:
        days = _read_days(plain, today, text)
        if days is None:
            raise _no_period(text)
        period = Period(days.name, start_of_day(days.first, zone), start_of_day(days.after, zone), zone)
    elif len(parts) == 2:
        first_name, start, _unused = _read_edge(parts[0], today, zone, now, text)
        last_name, _unused, end = _read_edge(parts[1], today, zone, now, text)
        period = Period(f"{first_name}..{last_name}", start, end, zone)
    else:
        raise _no_period(text)
    if period.end < period.start:
        raise InvalidInput(
            _("The period {text!r} ends before it starts.").format(text=period.name), _("Name the earlier time first.")
        )
    if period.end == period.start:
        raise InvalidInput(
            _("The period {text!r} holds no time in {zone}.").format(text=period.name, zone=zone), _accepted_forms()
        )
    return period


def read_deadline(text: str, *, zone: str, now: datetime) -> datetime:
    """The moment, in UTC, by which something is to be done: of a date alone, or a period, its last second.

    Anything else is read as `times.read_future_moment` reads it. Raise InvalidInput where that does.
    """
    try:
        return read_period(text, zone=zone, now=now).end - timedelta(seconds=1)
    except InvalidInput:
        return read_future_moment(text, zone=zone, now=now)


def _read_edge(part: str, today: date, zone: str, now: datetime, text: str) -> tuple[str, datetime, datetime]:
    """One side of a range as name, start and end; a moment is both its own start and end."""
    part = part.strip()
    days = _read_days(part, today, text)
    if days is not None:
        return days.name, start_of_day(days.first, zone), start_of_day(days.after, zone)
    if not looks_like_moment(part):
        raise _no_period(text)
    moment = read_moment(part, zone=zone, now=now)
    return part, moment, moment


def _read_days(word: str, today: date, text: str) -> _Days | None:
    """The whole days that the word names, or None. Raise InvalidInput for a month 13, a week 54, a year 0."""
    folded = word.casefold()
    folded = _CHINESE.get(folded, folded)
    if folded in DAYS_BACK:
        return _day(today - timedelta(days=DAYS_BACK[folded]))
    if found := _RELATIVE.fullmatch(folded):
        unit = _UNITS[found[2]]
        current = unit(today)
        return current if found[1] == "this" else unit(current.first - timedelta(days=1))
    for shape, unit, first_day in _SHAPES:
        if found := shape.fullmatch(folded):
            numbers = [int(number) for number in found.groups()]
            if not FIRST_YEAR <= numbers[0] <= LAST_YEAR:
                raise _no_period(text)
            try:
                return unit(first_day(*numbers))
            except ValueError as error:
                raise _no_period(text) from error
    return None


def _day(day: date) -> _Days:
    return _Days(day.isoformat(), day, day + timedelta(days=1))


def _week(day: date) -> _Days:
    monday = day - timedelta(days=day.weekday())
    # The year of an ISO week is that of its Thursday.
    year, week, _weekday = day.isocalendar()
    return _Days(f"{year}-W{week:02}", monday, monday + timedelta(days=7))


def _month(day: date) -> _Days:
    first = day.replace(day=1)
    return _Days(f"{day:%Y-%m}", first, _first_of_month(day.year, day.month + 1))


def _quarter(day: date) -> _Days:
    number = (day.month + 2) // 3
    return _Days(
        f"{day.year}-Q{number}",
        _first_of_month(day.year, 3 * number - 2),
        _first_of_month(day.year, 3 * number + 1),
    )


def _year(day: date) -> _Days:
    return _Days(str(day.year), date(day.year, 1, 1), date(day.year + 1, 1, 1))


def _first_of_month(year: int, month: int) -> date:
    """The first of a month; month 13 is the next January."""
    return date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)


_UNITS: dict[str, Callable[[date], _Days]] = {"week": _week, "month": _month, "quarter": _quarter, "year": _year}
_SHAPES: tuple[tuple[re.Pattern[str], Callable[[date], _Days], Callable[..., date]], ...] = (
    (re.compile(r"([0-9]{4})"), _year, lambda year: date(year, 1, 1)),
    (re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})"), _month, lambda year, month: date(year, month, 1)),
    (re.compile(r"([0-9]{4})-?q([1-4])"), _quarter, lambda year, number: date(year, 3 * number - 2, 1)),
    (re.compile(r"([0-9]{4})-?w([0-9]{1,2})"), _week, lambda year, week: date.fromisocalendar(year, week, 1)),
    (re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})"), _day, date),
)


def _no_period(text: str) -> InvalidInput:
    return InvalidInput(_("{text!r} is not a period.").format(text=excerpt(text)), _accepted_forms())


def _accepted_forms() -> str:
    return _(
        "Use 2026-10, 2026-Q3, 2026, 2026-W41, 2026-10-03, today, yesterday, this-month, last-week, last-month, "
        "last-quarter, 2026-10-01..2026-10-15 or 2026-10-01T08:00..2026-10-02T08:00."
    )
