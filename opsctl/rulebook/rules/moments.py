"""The moments of a schedule: cron lines and recurrence rules by the clocks of a zone, every moment at once in UTC.

Where the clocks skip a time, a cron line of fixed hours is due at the first time after it, and a recurrence rule as
much later as they skip. Where they show a time twice, both are due at the first. A cron line that names a minute or an
hour by `*` counts real time instead: it is not due in what is skipped, and twice in what comes twice. Pure.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Protocol

from opsctl.core.times import read_zone, start_of_day

_NAMED = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
_NONE = timedelta(0)
_MINUTE = timedelta(minutes=1)
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_LONGEST_INTERVAL = timedelta(days=50 * 366)
"""How far ahead the next occurrence is looked for."""
_MONTH = timedelta(days=31)
_SHORT_MONTH = timedelta(days=28)
_OFTEN = 62
"""What is due more than so many times in a month is often due."""
_YEAR = timedelta(days=400)
_FOUR_YEARS = timedelta(days=1501)
_MOMENT = timedelta(microseconds=1)


class Schedule(Protocol):
    """What is due again and again. All moments are aware UTC."""

    def between(self, since: datetime, until: datetime) -> list[datetime]:
        """The moments in [since, until), in order."""

    def after(self, moment: datetime) -> datetime | None:
        """The first moment after that one; None where it was the last."""


def schedule_said(schedule: str, *, zone: str, start: date | None, at: int | None) -> Schedule:
    """The schedule that a book says: a cron line, or an RRULE with the minutes from midnight at which it is due.

    `start` is its first day in the zone.
    """
    if "=" in schedule:
        return _Recurrence(schedule, zone, start, at or 0)
    return _Cron(_NAMED.get(schedule, schedule), zone, start)


def longest_gap(schedule: Schedule, since: datetime) -> tuple[datetime, datetime] | None:
    """The two neighbouring moments of a schedule that lie farthest apart; None where it comes due once or never.

    Looked through are four years and more from the first one at or after `since`; of what is often due, and never for
    a month not, one year: a leap day makes no difference there.
    """
    first = schedule.after(since - _MOMENT)
    if first is None:
        return None
    often = len(schedule.between(first, first + _MONTH)) > _OFTEN
    longest = _longest(schedule, first, _YEAR) if often else None
    if longest is None or longest[1] - longest[0] >= _SHORT_MONTH:
        longest = _longest(schedule, first, _FOUR_YEARS)
    return longest


def _longest(schedule: Schedule, first: datetime, length: timedelta) -> tuple[datetime, datetime] | None:
    due = schedule.between(first, first + length)
    following = schedule.after(due[-1])
    pairs = pairwise(due if following is None else [*due, following])
    return max(pairs, key=lambda pair: pair[1] - pair[0], default=None)


class _Cron:
    def __init__(self, line: str, zone: str, start: date | None) -> None:
        self.line = line
        self.zone = read_zone(zone)
        self.first = None if start is None else start_of_day(start, zone)

    def between(self, since: datetime, until: datetime) -> list[datetime]:
        found = []
        for moment in self._from(since):
            if moment >= until:
                break
            found.append(moment)
        return found

    def after(self, moment: datetime) -> datetime | None:
        return next((one for one in self._from(moment) if one > moment), None)

    def _from(self, since: datetime) -> Iterator[datetime]:
        from cronsim import CronSim

        since = since if self.first is None else max(since, self.first)
        # From a midnight well before, so that a start in the middle of a change of the clocks finds the same.
        begins = datetime.combine(since.astimezone(self.zone).date() - _DAY, time(), self.zone)
        last = begins
        for local in CronSim(self.line, begins):
            for moment in (*self._stepped_over(last, local), local.astimezone(UTC)):
                if moment >= since:
                    yield moment
            last = local

    def _stepped_over(self, last: datetime, following: datetime) -> list[datetime]:
        """What lies between two moments that CronSim found one after the other.

        It counts real time by whole hours. Where the clocks change by a part of one (Lord Howe Island: by half) it
        steps over the beginning of the next hour that is named, so that day is looked at once more.
        """
        from cronsim import CronSim

        if (
            not any(part.startswith("*") for part in self.line.split()[:2])
            or self._change(last, following) % _HOUR == _NONE
        ):
            return []
        first, end = last.astimezone(UTC), following.astimezone(UTC)
        begins = max(first, end - _DAY).replace(minute=0, second=0, microsecond=0)
        found: list[datetime] = []
        while begins < end:
            # Clocks change at full and half hours: within one of these a plain clock tells the time.
            shown = begins.astimezone(self.zone).replace(tzinfo=None)
            for naive in CronSim(self.line, shown - _MINUTE):
                moment = begins + (naive - shown)
                if moment >= min(begins + _HOUR / 2, end):
                    break
                if moment > first:
                    found.append(moment)
            begins += _HOUR / 2
        return found

    def _change(self, earlier: datetime, later: datetime) -> timedelta:
        before, after = earlier.utcoffset(), later.utcoffset()
        return _NONE if before is None or after is None else after - before


class _Recurrence:
    def __init__(self, rule: str, zone: str, start: date | None, at: int) -> None:
        parts = rule.upper().removeprefix("RRULE:").strip(";").split(";")
        self.parts = [part for part in parts if not part.startswith("UNTIL=")]
        self.last = _end_of(next((part for part in parts if part.startswith("UNTIL=")), None))
        self.zone = read_zone(zone)
        self.start = start
        self.at = timedelta(minutes=at)

    def between(self, since: datetime, until: datetime) -> list[datetime]:
        return [moment for moment in self._found(since, until) if since <= moment < until]

    def after(self, moment: datetime) -> datetime | None:
        # Most are due again soon: look farther only where they are not.
        for length in (_DAY, 8 * _DAY, 62 * _DAY, 732 * _DAY, _LONGEST_INTERVAL):
            later = [one for one in self._found(moment, moment + length) if moment < one < moment + length]
            if later:
                return later[0]
        return None

    def _found(self, since: datetime, until: datetime) -> list[datetime]:
        """Every moment in [since, until), and a few around it, in order."""
        begins = self._shown(since) - _DAY
        ends = self._shown(until) + _DAY
        moments = {self._moment(naive) for naive in self._naive(begins, ends)}
        if isinstance(self.last, datetime) and self.last.tzinfo is not None:
            moments = {moment for moment in moments if moment <= self.last}
        return sorted(moments)

    def _naive(self, begins: datetime, ends: datetime) -> Iterator[datetime]:
        """What the rule says, on clocks that never change; a rule without a start needs none and begins anywhere."""
        from dateutil.rrule import rrulestr

        day = begins.date() if self.start is None else self.start
        begun = datetime.combine(day, time()) + self.at
        if self.last is not None and self.last.tzinfo is None:
            ends = min(ends, self.last)
        for naive in rrulestr(";".join(self.parts), dtstart=begun).xafter(begins, inc=True):
            if naive > ends:
                return
            yield naive

    def _shown(self, moment: datetime) -> datetime:
        return moment.astimezone(self.zone).replace(tzinfo=None)

    def _moment(self, naive: datetime) -> datetime:
        # Of a time that comes twice fold 0 is the first; of one that is skipped it counts on from before the gap.
        return naive.replace(tzinfo=self.zone, fold=0).astimezone(UTC)


def _end_of(part: str | None) -> datetime | None:
    """What UNTIL says: aware where it is in UTC, else local time; a day counts to its end."""
    if part is None:
        return None
    said = part.removeprefix("UNTIL=")
    naive = datetime.strptime(f"{said.rstrip('Z')}T235959"[:15], "%Y%m%dT%H%M%S")  # noqa: DTZ007 - local
    return naive.replace(tzinfo=UTC) if said.endswith("Z") else naive
