"""The response and restore clocks of a case: computed from what happened, never kept as a running number. Pure.

A clock runs on the calendar of its limit, from the instant that the rules name, without the pauses that somebody else
approved and, for the restore clock, without the time between a fault's end and its reopening. A pause counts only up to
what stopped the clock: what comes later cannot move a limit that was met or missed. A change of severity, customer or
rules judges the whole case anew, pauses included.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from opsctl.core.calendars import Calendar
from opsctl.core.intervals import Interval
from opsctl.core.times import LAST_YEAR
from opsctl.incidents.rules.life import Case, Incident, Span
from opsctl.incidents.terms import WARNING
from opsctl.rulebook.rules import Limits, Rules
from opsctl.rulebook.terms import Starts

_MICROSECOND = timedelta(microseconds=1)
_NEVER = datetime(LAST_YEAR, 12, 31, tzinfo=UTC)


class ClockKind(StrEnum):
    """What is measured."""

    RESPONSE = "response"
    RESTORE = "restore"


class ClockState(StrEnum):
    """How a clock stands."""

    RUNNING = "running"
    WARNING = "warning"
    """Three quarters of the limit are used."""
    PAUSED = "paused"
    OVERDUE = "overdue"
    MET = "met"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Clock:
    """One clock as of a moment. `used` and `limit` are working time in microseconds.

    `due` is when the limit is used up, None while an approved pause keeps it open; `due_if_approved` the same if every
    undecided pause were approved, `due_without` if none had been. `stopped` is what ended it: the first
    acknowledgement, the restoration. `beyond` says that the calendar's holidays are not known as far as that.
    """

    kind: ClockKind
    limits: Limits
    calendar: Calendar
    start: datetime
    start_is: str
    limit: int
    used: int
    due: datetime | None
    due_if_approved: datetime | None
    due_without: datetime | None
    stopped: datetime | None
    state: ClockState
    beyond: bool

    @property
    def left(self) -> int:
        """Working time that is left, in microseconds; negative is over."""
        return self.limit - self.used

    @property
    def on_time(self) -> bool | None:
        """Whether it was met; None while that is open."""
        if self.state in (ClockState.MET, ClockState.MISSED):
            return self.state is ClockState.MET
        return False if self.state is ClockState.OVERDUE else None


def clocks_of(case: Case, rules: Rules, now: datetime) -> tuple[Clock, ...]:
    """The clocks that the rules ask for, the response first; none where no limit is in force, and none of void ones."""
    if case.incident.void is not None:
        return ()
    found = (response_clock(case, rules, now), restore_clock(case, rules, now))
    return tuple(clock for clock in found if clock is not None)


def response_clock(case: Case, rules: Rules, now: datetime) -> Clock | None:
    """From the start that the limit names to the first acknowledgement, by when that counts."""
    limits = limits_of(case, rules)
    if limits is None or limits.response is None:
        return None
    return _clock(ClockKind.RESPONSE, case, limits, limits.response, rules, _responded(case), (), now)


def restore_clock(case: Case, rules: Rules, now: datetime) -> Clock | None:
    """From the start that the limit names to the end of the fault."""
    limits = limits_of(case, rules)
    if limits is None or limits.restore is None:
        return None
    return _clock(ClockKind.RESTORE, case, limits, limits.restore, rules, case.stopped, case.gaps, now)


def limits_of(case: Case, rules: Rules) -> Limits | None:
    """What the rules ask of this case: its severity's limits, its customer's own where there are some."""
    return rules.limits_of(case.incident.severity, case.incident.customer)


def start_of(case: Case, starts: Starts) -> tuple[datetime, str]:
    """The instant a limit runs from, and its name: what is not known falls back to a later one."""
    if starts is Starts.IMPACT and case.impact_start is not None:
        return case.impact_start, "impact_start"
    if starts is not Starts.OPENED and case.detected is not None:
        return case.detected, "detected"
    return case.opened, "opened"


def stamped(case: Case, rules: Rules) -> Incident:
    """The case's incident with the dues that follow from the rules; None where no limit is or a pause keeps it open."""
    limits = limits_of(case, rules)
    if limits is None:
        return replace(case.incident, response_due=None, restore_due=None)
    calendar = rules.calendar_of(limits.calendar)
    start, _name = start_of(case, limits.starts)
    response = restore = None
    if limits.response is not None:
        pauses = _without(case.incident.pauses, _responded(case), approved_only=True)
        response = _reaches(calendar, start, limits.response // _MICROSECOND, pauses)
    if limits.restore is not None:
        pauses = _without(case.incident.pauses, case.stopped, approved_only=True)
        gaps = [Interval(*gap) for gap in case.gaps]
        restore = _reaches(calendar, start, limits.restore // _MICROSECOND, [*pauses, *gaps])
    return replace(case.incident, response_due=response, restore_due=restore)


def _clock(
    kind: ClockKind,
    case: Case,
    limits: Limits,
    allowed: timedelta,
    rules: Rules,
    stopped: datetime | None,
    gaps: tuple[tuple[datetime, datetime], ...],
    now: datetime,
) -> Clock:
    calendar = rules.calendar_of(limits.calendar)
    start, start_is = start_of(case, limits.starts)
    limit = allowed // _MICROSECOND
    stood = [Interval(*gap) for gap in gaps]
    approved = [*_without(case.incident.pauses, stopped, approved_only=True), *stood]
    due = _reaches(calendar, start, limit, approved)
    undecided = [*_without(case.incident.pauses, stopped, approved_only=False), *stood]
    # What is over and was never acknowledged was missed; its clock does not run on for ever.
    end = max(start, stopped or case.incident.resolved or now)
    paused = stopped is None and any(span.ended is None and span.approved for span in case.incident.pauses)
    used = calendar.used(start, end, approved)
    return Clock(
        kind=kind,
        limits=limits,
        calendar=calendar,
        start=start,
        start_is=start_is,
        limit=limit,
        used=used,
        due=due,
        due_if_approved=_reaches(calendar, start, limit, undecided),
        due_without=_reaches(calendar, start, limit, stood),
        stopped=stopped,
        state=_state(due, stopped, now, used, limit, paused, over=case.incident.resolved is not None),
        beyond=calendar.is_beyond(due or end),
    )


def _state(
    due: datetime | None, stopped: datetime | None, now: datetime, used: int, limit: int, paused: bool, *, over: bool
) -> ClockState:
    if stopped is not None:
        # The limit ends at the first moment by which all of it is used; what stops at that very moment is in time.
        return ClockState.MET if due is None or stopped <= due else ClockState.MISSED
    if over:
        return ClockState.MISSED
    if due is not None and now > due:
        return ClockState.OVERDUE
    if paused:
        return ClockState.PAUSED
    return ClockState.WARNING if used >= WARNING * limit else ClockState.RUNNING


def _responded(case: Case) -> datetime | None:
    acknowledgement = case.acknowledgement
    return None if acknowledgement is None else acknowledgement.judged


def _without(pauses: tuple[Span, ...], stopped: datetime | None, *, approved_only: bool) -> list[Interval]:
    """The pauses that hold the clock, up to what stopped it; refused ones never do. One that runs is open-ended."""
    end = _NEVER if stopped is None else stopped
    return [
        Interval(span.started, min(end, span.ended or _NEVER))
        for span in pauses
        if span.started < end and (span.approved if approved_only else span.approved is not False)
    ]


def _reaches(calendar: Calendar, start: datetime, amount: int, without: list[Interval]) -> datetime | None:
    found = calendar.reaches(start, amount, without)
    return None if found is None or found >= _NEVER else found
