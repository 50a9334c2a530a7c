"""An axis of time and where labels go beside it: widths are estimated, so that nothing overlaps in any font. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from unicodedata import east_asian_width

from opsctl.core.times import local_day, read_zone, start_of_day

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_STEPS = (
    1, 2, 5, 10, 15, 30, _MINUTE, 2 * _MINUTE, 5 * _MINUTE, 10 * _MINUTE, 15 * _MINUTE, 30 * _MINUTE, _HOUR, 2 * _HOUR,
    3 * _HOUR, 6 * _HOUR, 12 * _HOUR,
)  # fmt: skip
_STEPS_OF_DAYS = (1, 2, 7, 14, 28, 56, 91, 182, 364)
_LEAST = timedelta(minutes=1)
_MARGIN = 0.04
"""So much of the axis is left free before the first moment and after the last."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A place on the axis with what the clock shows there; `day` where the date is to be told as well."""

    x: float
    text: str
    day: str


@dataclass(frozen=True)
class Scale:
    """Moments from `start` to `end` on so many units from `left` on, evenly."""

    start: datetime
    end: datetime
    left: float
    width: float

    def x(self, moment: datetime) -> float:
        """Where the moment is, to a tenth."""
        share = (moment - self.start) / (self.end - self.start)
        return round(self.left + self.width * min(1.0, max(0.0, share)), 1)


def scale_of(moments: Sequence[datetime], left: float, width: float) -> Scale:
    """The scale that has all these moments, of which there is one at least, and some room around them."""
    first, last = min(moments).astimezone(UTC), max(moments).astimezone(UTC)
    room = max((last - first) * _MARGIN, _LEAST / 10)
    if last - first < _LEAST:
        room = (_LEAST - (last - first)) / 2
    return Scale(first - room, last + room, left, width)


def ticks(scale: Scale, zone: str, room: float) -> list[Tick]:
    """Places of whole hours, days or what else fits, at least `room` apart, by the clocks in `zone`."""
    info = read_zone(zone)
    long = (scale.end - scale.start).total_seconds()
    apart = long * room / scale.width
    by_days = apart > _STEPS[-1]
    moments = _days(scale, zone, apart) if by_days else _clock(scale, zone, apart)
    found: list[Tick] = []
    before = ""
    for moment in moments:
        local = moment.astimezone(info)
        day = format(local, "%Y" if by_days else "%Y-%m-%d")
        clock = "%m-%d" if by_days else "%H:%M:%S" if apart < _MINUTE else "%H:%M"
        found.append(Tick(scale.x(moment), format(local, clock), "" if day == before else day))
        before = day
    return found


def _clock(scale: Scale, zone: str, apart: float) -> list[datetime]:
    step = timedelta(seconds=next(one for one in _STEPS if one >= apart))
    midnight = start_of_day(local_day(scale.start, zone), zone)
    first = midnight + step * -((midnight - scale.start) // step)
    moments = (first + step * number for number in count())
    found = []
    while (moment := next(moments)) <= scale.end:
        found.append(moment)
    return found


def _days(scale: Scale, zone: str, apart: float) -> list[datetime]:
    wanted = apart / _DAY
    step = next((one for one in _STEPS_OF_DAYS if one >= wanted), _STEPS_OF_DAYS[-1] * (1 + int(wanted / 364)))
    day = local_day(scale.start, zone)
    found = []
    while (moment := start_of_day(day, zone)) <= scale.end:
        if moment >= scale.start:
            found.append(moment)
        day += timedelta(days=step)
    return found


def text_width(text: str, size: float) -> float:
    """How wide a text of that size is at most, in most fonts; a Chinese sign is as wide as it is high."""
    return sum(1.02 if east_asian_width(sign) in "WFA" else 0.62 for sign in text) * size


def lanes(extents: Sequence[tuple[float, float]], gap: float) -> list[int]:
    """For each extent from left to right the lane nearest to the axis in which it touches no other, 0 the nearest.

    From the right on, so that the line from a label to its moment, which is where the extent begins, crosses no label.
    """
    taken: list[list[tuple[float, float]]] = []
    found = [0] * len(extents)
    for place in sorted(range(len(extents)), key=lambda at: extents[at], reverse=True):
        left, right = extents[place]
        lane = next(
            (at for at, others in enumerate(taken) if all(right + gap <= a or b + gap <= left for a, b in others)),
            len(taken),
        )
        if lane == len(taken):
            taken.append([])
        taken[lane].append((left, right))
        found[place] = lane
    return found
