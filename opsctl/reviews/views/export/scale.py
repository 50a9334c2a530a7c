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
_NARROW = frozenset(" .,:;()[]|!'·ijlftr–")
_BROAD = frozenset("mMwW%@")
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
    while start_of_day(day, zone) < scale.start or (step % 7 == 0 and day.weekday() != 0):  # weeks begin on Mondays
        day += timedelta(days=1)
    found = []
    while (moment := start_of_day(day, zone)) <= scale.end:
        found.append(moment)
        day += timedelta(days=step)
    return found


def text_width(text: str, size: float) -> float:
    """How wide a text of that size is at most in the fonts of the page; a Chinese sign is as wide as it is high."""
    return sum(_width(sign) for sign in text) * size


def _width(sign: str) -> float:
    if east_asian_width(sign) in "WF":
        return 1.02
    if sign in _NARROW:
        return 0.4
    if sign in _BROAD or not sign.isascii():
        return 1.0
    return 0.72 if sign.isupper() else 0.64


def lanes(extents: Sequence[tuple[float, float]], pins: Sequence[float], gap: float) -> list[int]:
    """For each extent from left to right the lane nearest to the axis in which it touches no other, 0 the nearest.

    A label stays above those whose pins come up through it, so that lines cross few: labels to the right of their pins
    are placed from the right on, then those to the left of theirs from the left on.
    """
    taken: list[list[tuple[float, float]]] = []
    found = [0] * len(extents)
    done: list[int] = []
    for place in sorted(range(len(extents)), key=lambda at: (*_turn(extents[at], pins[at]), -at)):
        left, right = extents[place]
        lane = max((found[at] + 1 for at in done if left <= pins[at] <= right), default=0)
        while lane < len(taken) and any(left < b + gap and a < right + gap for a, b in taken[lane]):
            lane += 1
        taken += [[] for _new in range(lane + 1 - len(taken))]
        taken[lane].append((left, right))
        found[place] = lane
        done.append(place)
    return found


def _turn(extent: tuple[float, float], pin: float) -> tuple[bool, float]:
    return (True, extent[1]) if extent[0] < pin else (False, -extent[0])
