"""When a duty is due: cron lines and recurrence rules by the clocks of its zone, every moment at once in UTC. Pure.

Where the clocks skip a time, a cron line of fixed hours is due at the first time after it, and a recurrence rule as
much later as they skip. Where they show a time twice, both are due at the first. A cron line that names a minute or an
hour by `*` counts real time instead: it is not due in what is skipped, and twice in what comes twice.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Protocol

from opsctl.core.times import local_day, read_zone, start_of_day
from opsctl.duties.rules.results import Change, Preview
from opsctl.duties.terms import GRACE_SHARE
from opsctl.rulebook.rules.patrols import Duty

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
_DAYS_AHEAD = 400
"""How far ahead changes of the clocks are looked for: a year has them all."""
_ALONE = _DAY
"""The interval of an occurrence that is the only one."""
_LONGEST_INTERVAL = timedelta(days=50 * 366)
"""How far ahead the next occurrence is looked for."""
_LAST_INTERVAL = timedelta(days=5 * 366)
"""How far back the one before the last is looked for."""


class Schedule(Protocol):
    """What is due again and again. All moments are aware UTC."""

    def between(self, since: datetime, until: datetime) -> list[datetime]:
        """The moments in [since, until), in order."""

    def after(self, moment: datetime) -> datetime | None:
        """The first moment after that one; None where it was the last."""


@dataclass(frozen=True, slots=True)
class Window:
    """When something is due, and from when until when what is done counts for it. All aware UTC."""

    due_at: datetime
    opens_at: datetime
    closes_at: datetime


def schedule_of(duty: Duty) -> Schedule:
    """The schedule of a duty that has one. Raise ValueError for one that no reader of rulebooks lets pass."""
    if duty.schedule is None:
        raise ValueError(f"{duty.name} is counted from when it was last done")
    if "=" in duty.schedule:
        return _Recurrence(duty.schedule, duty.zone, duty.start, duty.at or 0)
    return _Cron(_NAMED.get(duty.schedule, duty.schedule), duty.zone, duty.start)


def windows(duty: Duty, since: datetime, until: datetime) -> list[Window]:
    """What of a duty with a schedule is due in [since, until), in order.

    A window without a grace of its own lasts for a tenth of the interval to the next; after the last one for a tenth
    of the interval before it, and for a tenth of a day where there never was another.
    """
    schedule = schedule_of(duty)
    due = schedule.between(since, until)
    if not due or duty.grace is not None:
        return [window_at(duty, moment, _ALONE) for moment in due]
    following = schedule.after(due[-1])
    intervals = [later - earlier for earlier, later in pairwise(due)]
    if following is not None:
        intervals.append(following - due[-1])
    else:
        before = due[-2:-1] or schedule.between(due[-1] - _LAST_INTERVAL, due[-1])[-1:]
        intervals.append(due[-1] - before[0] if before else _ALONE)
    return [window_at(duty, moment, interval) for moment, interval in zip(due, intervals, strict=True)]


def window_at(duty: Duty, due_at: datetime, interval: timedelta) -> Window:
    """The window of a duty that is due at that moment, and again after that interval."""
    grace = interval / GRACE_SHARE if duty.grace is None else duty.grace
    return Window(due_at, due_at - duty.early, due_at + timedelta(seconds=grace // timedelta(seconds=1)))


def next_due(duty: Duty, since: datetime, count: int) -> list[datetime]:
    """The next `count` moments at or after `since` when a duty with a schedule is due; fewer where it ends."""
    schedule = schedule_of(duty)
    found: list[datetime] = []
    moment = schedule.after(since - timedelta(microseconds=1))
    while moment is not None and len(found) < count:
        found.append(moment)
        moment = schedule.after(moment)
    return found


def runs_on(duty: Duty, day: date) -> list[datetime]:
    """The moments on that day of its zone when a duty with a schedule is due."""
    return schedule_of(duty).between(start_of_day(day, duty.zone), start_of_day(day + _DAY, duty.zone))


def changes_of_clocks(zone: str, since: datetime, *, days: int) -> list[tuple[date, timedelta]]:
    """The days of the zone, of so many from `since`, on which its clocks change, and by how much (forward above 0)."""
    first = local_day(since, zone)
    ahead = [(first + timedelta(days=number)) for number in range(days)]
    return [(day, forward) for day in ahead if (forward := _changes_on(zone, day))]


def _changes_on(zone: str, day: date) -> timedelta:
    """By how much the clocks of the zone change on that day; nothing where they do not."""
    begins, ends = (start_of_day(one, zone).astimezone(read_zone(zone)).utcoffset() for one in (day, day + _DAY))
    return timedelta(0) if begins is None or ends is None else ends - begins


def preview(duty: Duty, now: datetime, *, count: int, around_changes: bool) -> Preview:
    """The next `count` moments of a duty with a schedule, and the days ahead on which the clocks of its zone change."""
    ahead = [(moment, local_day(moment, duty.zone)) for moment in next_due(duty, now, count)]
    # Only the days that are shown: a zone without changes has none to look for.
    changing = {day: len(runs_on(duty, day)) for day in {day for _moment, day in ahead} if _changes_on(duty.zone, day)}
    changes = None
    if around_changes:
        found = changes_of_clocks(duty.zone, now, days=_DAYS_AHEAD)
        changes = tuple(
            Change(day, forward, tuple(runs_on(duty, day)), len(runs_on(duty, day - _DAY))) for day, forward in found
        )
    return Preview(duty, tuple((moment, changing.get(day)) for moment, day in ahead), changes, _DAYS_AHEAD)


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
