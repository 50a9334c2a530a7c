"""Whether the review of an incident was held by the moment that its severity asks for."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from opsctl.core.calendars import Calendar
from opsctl.core.periods import Period
from opsctl.kpis.rules.figures import Reviewed
from opsctl.kpis.rules.judged import Judged, Part
from opsctl.reviews.rules.coverage import Covering, earliest, is_late
from opsctl.rulebook.rules import Rules
from opsctl.rulebook.rules.reviews import asking, review_due, review_length

Reviews = Mapping[str, Sequence[Covering]]
"""The reviews of incidents alone, not void, by the incident that each is about."""
_MOST_DAYS = 366 * 20
"""No review is due so long after a resolution, holidays and all."""


def review_on_time(
    case: Judged, period: Period, now: datetime, rules_of: Callable[[int | None], Rules], reviews: Reviews
) -> Part | None:
    """Whether what fell due in the period was held by then; None where no review fell due in it.

    A review is judged by when it was held, as claimed. One of what was merged into the case counts. What is due later
    in the period is not decided yet, even if its review was held.
    """
    if case.ended is None or case.case.incident.severity is None:
        return None
    due = due_of(case, rules_of)
    if due is None or not period.start <= due < period.end:
        return None
    about = [review for one in case.case.all for review in reviews.get(one.reference, ())]
    first = earliest(review for review in about if review.is_held(now))
    late = first is not None and is_late(first, due)
    found = Reviewed(
        case.reference, due, None if first is None else first.reference, None if first is None else first.held, late
    )
    if due >= now:
        return None if case.void else Part(reviewed=found)
    return Part(on_time=found.held is not None and found.held <= due, reviewed=found)


def due_of(case: Judged, rules_of: Callable[[int | None], Rules]) -> datetime | None:
    """When the review of a case is due by the rules that it is judged by; None where none is, or it is not over."""
    incident = case.case.incident
    rules = rules_of(incident.rules)
    return review_due(rules, rules.limits_of(incident.severity, incident.customer), case.ended)


def severities(history: Iterable[Rules]) -> list[int]:
    """The severities that any of the rules asks reviews for."""
    return sorted({limits.severity for rules in history for limits in asking(rules)})


def earliest_resolution(history: Iterable[Rules], due: datetime) -> datetime:
    """A moment such that whatever was resolved before it is due before `due`, by any of the rules, to the day."""
    spans: set[tuple[Calendar, int]] = set()
    for rules in history:
        spans.update(span for limits in asking(rules) if (span := review_length(rules, limits)) is not None)
    return min((_earliest(calendar, length, due) for calendar, length in spans), default=due)


def _earliest(calendar: Calendar, length: int, due: datetime) -> datetime:
    # What is resolved later is never due earlier, so a step that falls short of `due` is far enough.
    days = 1
    while days < _MOST_DAYS:
        moment = due - timedelta(days=days)
        reached = calendar.reaches(moment, length)
        if reached is not None and reached < due:
            return moment
        days *= 2
    return due - timedelta(days=_MOST_DAYS)
