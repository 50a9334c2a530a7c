"""How long things took: a case's part in each of the means. None where it is not of the period's cohort."""

from collections.abc import Callable
from datetime import datetime

from opsctl.core.intervals import Interval, total_microseconds
from opsctl.core.periods import Period
from opsctl.kpis.rules.figures import microseconds_between
from opsctl.kpis.rules.judged import Judged, Part
from opsctl.kpis.terms import Name, Reason


def within(moment: datetime | None, period: Period) -> bool:
    """Whether it is known and lies in the period.

    The period's end and not the present: what is written down in this very second has happened.
    """
    return moment is not None and period.start <= moment < period.end


def time_to_detect(case: Judged, period: Period) -> Part | None:
    """Detection − impact start, by the detection; only where the impact's start is known.

    Who did not say when it was detected knew of it when it was opened.
    """
    detected = case.detected or case.opened
    if case.impact_start is None or not within(detected, period):
        return None
    return _took(case.impact_start, detected, None if case.detected else "opened")


def time_to_acknowledge(case: Judged, period: Period) -> Part | None:
    """First acknowledgement − opening, by the acknowledgement as it is judged; one that never came is left out."""
    first = case.acknowledgement
    if first is None:
        return Part(reason=Reason.NEVER_ACKNOWLEDGED) if within(case.ended, period) else None
    if not within(first.judged, period):
        return None
    took = microseconds_between(case.opened, first.judged)
    return Part(took=took, response=first.response) if took >= 0 else Part(reason=Reason.NEGATIVE)


def time_to_mitigate(case: Judged, period: Period) -> Part | None:
    """First mitigation − impact start, by the mitigation."""
    mitigated = case.case.incident.mitigated
    if mitigated is None or not within(mitigated, period):
        return None
    start, fallback = _start(case)
    return _took(start, mitigated, fallback)


def time_to_restore(case: Judged, period: Period) -> Part | None:
    """The length of the union of all its impacts, by the moment when the fault was gone.

    The first impact begins with the impact's start, where that is earlier. What ended without any impact declared was
    resolved and not restored: it is left out.
    """
    if not case.impacts:
        return Part(reason=Reason.NO_RESTORATION) if within(case.ended, period) else None
    if not within(case.stopped, period):
        return None
    first = case.impacts[0].started
    lasted = [Interval(span.started, max(span.started, span.ended or span.started)) for span in case.impacts]
    if case.impact_start is not None:
        lasted.append(Interval(min(case.impact_start, first), first))
        return Part(took=total_microseconds(lasted))
    # Nobody said when the impact began. Where it was declared from the detection or the opening on, that is a guess.
    fallback = {case.detected: "detected", case.opened: "opened"}.get(first)
    return Part(took=total_microseconds(lasted), fallback=fallback)


def time_to_resolve(case: Judged, period: Period) -> Part | None:
    """Final resolution − opening, by the resolution: one that was opened again counts once."""
    if case.resolved is None:
        return Part(reason=Reason.NO_RESOLUTION) if within(case.closed, period) else None
    return _took(case.opened, case.resolved, None) if within(case.resolved, period) else None


def time_to_start_plan(case: Judged, period: Period, demands: Callable[[Judged], bool]) -> Part | None:
    """Start of the emergency plan − detection, by the start, where the severity `demands` a plan.

    What was opened in the period, demands a plan and has none is left out.
    """
    started = case.case.incident.plan_started
    if not within(case.opened if started is None else started, period) or not demands(case):
        return None
    if started is None:
        return Part(reason=Reason.NO_PLAN)
    return _took(case.detected or case.opened, started, None if case.detected else "opened")


MEANS: dict[Name, Callable[[Judged, Period], Part | None]] = {
    Name.MTTD: time_to_detect,
    Name.MTTA: time_to_acknowledge,
    Name.MTTM: time_to_mitigate,
    Name.MTTR: time_to_restore,
    Name.MTT_RESOLVE: time_to_resolve,
}


def is_carried_over(name: Name, case: Judged, at: datetime) -> bool:
    """Whether it had begun before that moment and was not over by it: not restored, not resolved."""
    if case.opened >= at:
        return False
    # What was resolved without any impact is over for the restoration, too, though it was never restored.
    over = case.stopped if name is Name.MTTR and case.impacts else case.ended
    return over is None or over >= at


def _start(case: Judged) -> tuple[datetime, str | None]:
    if case.impact_start is not None:
        return case.impact_start, None
    return (case.detected, "detected") if case.detected is not None else (case.opened, "opened")


def _took(start: datetime, end: datetime, fallback: str | None) -> Part:
    took = microseconds_between(start, end)
    return Part(took=took, fallback=fallback) if took >= 0 else Part(reason=Reason.NEGATIVE)
