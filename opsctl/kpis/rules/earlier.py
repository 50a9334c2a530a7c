"""The periods that a trend looks back to."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta

from opsctl.core.errors import InvalidInput
from opsctl.core.periods import Period, read_period
from opsctl.core.times import local_day

_DAY = timedelta(days=1)


def previous(period: Period, now: datetime) -> Period | None:
    """The period of the same kind that ends as this one begins; of a range of days one of as many days.

    None for a range with clock times, which is of no kind.
    """
    parts = period.name.split("..")
    if len(parts) == 2:
        days = _days(parts)
        if days is None:
            return None
        first, last = days
        return _range(first - (last - first) - _DAY, first - _DAY, period, now)
    day_before = local_day(period.start, period.zone) - _DAY
    for shape, name in _KINDS:
        if shape.fullmatch(period.name):
            return _read(name(day_before), period, now)
    return None


def last_year(period: Period, now: datetime) -> Period | None:
    """The same period a year ago: the month, the quarter, the week of that number, the date; None where there is none.

    A year has none but the one before it.
    """
    parts = period.name.split("..")
    if len(parts) == 2:
        days = _days(parts)
        moved = None if days is None else [_year_before(day) for day in days]
        return None if moved is None or None in moved else _range(moved[0], moved[1], period, now)
    if re.fullmatch(r"\d{4}", period.name):
        return None
    return _read(f"{int(period.name[:4]) - 1}{period.name[4:]}", period, now)


def _week(day: date) -> str:
    year, week, _weekday = day.isocalendar()
    return f"{year}-W{week:02}"


_KINDS: tuple[tuple[re.Pattern[str], Callable[[date], str]], ...] = (
    (re.compile(r"\d{4}"), lambda day: str(day.year)),
    (re.compile(r"\d{4}-\d{2}"), lambda day: f"{day:%Y-%m}"),
    (re.compile(r"\d{4}-Q\d"), lambda day: f"{day.year}-Q{(day.month + 2) // 3}"),
    (re.compile(r"\d{4}-W\d{2}"), _week),
    (re.compile(r"\d{4}-\d{2}-\d{2}"), lambda day: day.isoformat()),
)


def _days(parts: list[str]) -> tuple[date, date] | None:
    try:
        return date.fromisoformat(parts[0]), date.fromisoformat(parts[1])
    except ValueError:
        return None


def _year_before(day: date) -> date | None:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return None


def _range(first: date | None, last: date | None, period: Period, now: datetime) -> Period | None:
    return None if first is None or last is None else _read(f"{first}..{last}", period, now)


def _read(name: str, period: Period, now: datetime) -> Period | None:
    try:
        return read_period(name, zone=period.zone, now=now)
    except InvalidInput:
        return None
