"""What fell due, and whether it was done by then."""

from collections.abc import Callable
from datetime import datetime

from opsctl.core.periods import Period
from opsctl.incidents.rules.clocks import Clock, response_clock, restore_clock
from opsctl.kpis.rules.judged import Judged, Part
from opsctl.kpis.terms import Name
from opsctl.rulebook.rules import Rules


def on_time(
    name: Name, case: Judged, period: Period, now: datetime, rules_of: Callable[[int | None], Rules]
) -> Part | None:
    """Whether what fell due in the period was restored, or acknowledged, by then; None where nothing did.

    Open and past due is late, not yet due is outside. The rules of the case are only asked for where it has a pause
    that nobody decided: its approval moves the limit, perhaps into another period.
    """
    due, stopped = due_and_stopped(name, case)
    verdict = _verdict(due, stopped, period, now)
    supposed = verdict
    if is_undecided(case):
        clock = clock_of(name, case, rules_of(case.case.incident.rules), now)
        supposed = None if clock is None else _verdict(clock.due_if_approved, stopped, period, now)
    return None if verdict is None and supposed is None else Part(on_time=verdict, if_approved=supposed)


def due_and_stopped(name: Name, case: Judged) -> tuple[datetime | None, datetime | None]:
    """When its limit is used up, as the record says, and what stopped the clock."""
    incident = case.case.incident
    if name is Name.REPAIR_ON_TIME:
        return incident.restore_due, case.stopped
    first = case.acknowledgement
    return incident.response_due, None if first is None else first.judged


def clock_of(name: Name, case: Judged, rules: Rules, now: datetime) -> Clock | None:
    """The clock that the figure judges, computed anew; None where the rules ask for none."""
    reckon = restore_clock if name is Name.REPAIR_ON_TIME else response_clock
    return reckon(case.case, rules, now)


def is_undecided(case: Judged) -> bool:
    """Whether it has a pause that was neither approved nor refused."""
    return any(span.approved is None for span in case.case.incident.pauses)


def _verdict(due: datetime | None, stopped: datetime | None, period: Period, now: datetime) -> bool | None:
    if due is None or not period.start <= due < min(period.end, now):
        return None
    return stopped is not None and stopped <= due
