"""The windows of duties: when each is due, from when on what is done counts for it, and until when. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from opsctl.core.times import local_day, read_zone, start_of_day
from opsctl.duties.rules.results import Change, Preview
from opsctl.duties.terms import GRACE_SHARE
from opsctl.rulebook.rules.moments import Schedule, schedule_said
from opsctl.rulebook.rules.patrols import Duty

_DAY = timedelta(days=1)
_DAYS_AHEAD = 400
"""How far ahead changes of the clocks are looked for: a year has them all."""
_ALONE = _DAY
"""The interval of an occurrence that is the only one."""
_LAST_INTERVAL = timedelta(days=5 * 366)
"""How far back the one before the last is looked for."""


@dataclass(frozen=True, slots=True)
class Window:
    """When something is due, and from when until when what is done counts for it. All aware UTC."""

    due_at: datetime
    opens_at: datetime
    closes_at: datetime


def schedule_of(duty: Duty) -> Schedule:
    """The schedule of a duty that has one. Raise ValueError for one that is counted from when it was last done."""
    if duty.schedule is None:
        raise ValueError(f"{duty.name} is counted from when it was last done")
    return schedule_said(duty.schedule, zone=duty.zone, start=duty.start, at=duty.at)


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
