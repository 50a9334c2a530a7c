"""How one case kept its limit, down to the working minute: what an explanation shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from opsctl.core.intervals import Interval, subtract, total_microseconds
from opsctl.core.times import local_day
from opsctl.incidents.rules.clocks import Clock
from opsctl.incidents.rules.life import Span
from opsctl.kpis.rules.judged import Judged

MANY = 24
"""More stretches than this are told by the day."""


@dataclass(frozen=True, slots=True)
class Paused:
    """One pause: who asked for it, how it was decided, and the working time that it takes out, or would."""

    number: int
    span: Span
    takes: int


@dataclass(frozen=True, slots=True)
class Worked:
    """A stretch of working time that counted, in microseconds; of a whole day from its first moment to its last."""

    day: date
    start: datetime
    end: datetime
    worked: int


@dataclass(frozen=True)
class Arithmetic:
    """A clock with everything that it was reckoned from."""

    clock: Clock
    until: datetime
    worked: tuple[Worked, ...]
    pauses: tuple[Paused, ...]
    gaps: tuple[Interval, ...]
    by_day: bool


def arithmetic(case: Judged, clock: Clock, zone: str, now: datetime) -> Arithmetic:
    """The clock with its working stretches, in days of the calendar's zone (of `zone`, where it counts always).

    A running pause takes out what has passed of it so far.
    """
    until = max(clock.start, clock.stopped or case.case.incident.resolved or now)
    restores = clock.kind == "restore"
    gaps = tuple(Interval(*gap) for gap in case.case.gaps) if restores else ()
    spans = case.case.incident.pauses
    pauses = tuple(Paused(number, span, _takes(span, clock, until, gaps)) for number, span in enumerate(spans, 1))
    approved = [_lasted(span, until) for span in spans if span.approved]
    zone = zone if clock.calendar.always else clock.calendar.zone
    stretches = subtract(clock.calendar.working(clock.start, until), [*approved, *gaps])
    by_day = len(stretches) > MANY
    worked = [Worked(local_day(one.start, zone), one.start, one.end, total_microseconds([one])) for one in stretches]
    return Arithmetic(clock, until, tuple(_by_day(worked) if by_day else worked), pauses, gaps, by_day)


def _takes(span: Span, clock: Clock, until: datetime, gaps: Sequence[Interval]) -> int:
    lasted = _lasted(span, until)
    start, end = max(lasted.start, clock.start), min(lasted.end, until)
    return clock.calendar.used(start, end, gaps) if start < end else 0


def _lasted(span: Span, until: datetime) -> Interval:
    return Interval(span.started, max(span.started, until if span.ended is None else span.ended))


def _by_day(worked: Sequence[Worked]) -> list[Worked]:
    days: dict[date, list[Worked]] = {}
    for one in worked:
        days.setdefault(one.day, []).append(one)
    return [
        Worked(day, some[0].start, some[-1].end, sum(one.worked for one in some)) for day, some in days.items()
    ]
