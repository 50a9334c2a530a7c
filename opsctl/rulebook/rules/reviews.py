"""What the rules say of reviews: who approves them, by when they are held, and how long their evidence is watched."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from opsctl.core.calendars import Calendar
from opsctl.core.times import read_duration
from opsctl.rulebook.rules import ALWAYS, Limits, Rules
from opsctl.rulebook.rules.amounts import working_days
from opsctl.rulebook.terms import REPEAT_WITHIN, WATCH_MONTHS

_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Reviews:
    """`approve` are posts, any of which approves; none means anybody but the author. `calendar` has the working days.

    `watch_months` is for how many months a failing record opens an action again that a good one had verified;
    `repeat_within` how soon after another an incident of the same asset may be the same trouble.
    """

    approve: tuple[str, ...] = ()
    calendar: str | None = None
    watch_months: int = WATCH_MONTHS
    repeat_within: timedelta = REPEAT_WITHIN


def reviews_of(rules: Rules) -> Reviews:
    """What the rules say of reviews; what no book says as it is without."""
    said = rules.patrols.get("reviews", {})
    return Reviews(
        approve=tuple(said.get("approve", ())),
        calendar=said.get("calendar"),
        watch_months=said.get("watch_months", WATCH_MONTHS),
        repeat_within=timedelta(seconds=said["repeat_within"]) if "repeat_within" in said else REPEAT_WITHIN,
    )


def asking(rules: Rules) -> list[Limits]:
    """The limits, those of customers among them, that ask for a review of each incident."""
    every = (*rules.limits.values(), *rules.customer_limits.values())
    return [limits for limits in every if limits.review_within is not None]


def review_due(rules: Rules, limits: Limits | None, resolved: datetime | None) -> datetime | None:
    """When the review of an incident is due that was resolved then; None where no rule asks for one.

    `3d` is 72 hours; `5wd` the working time of five working days of the reviews' calendar, else of the limits' own.
    None, too, where nobody can tell: the working days of that calendar differ in length, or it would be after all
    years that calendars know.
    """
    if limits is None or resolved is None:
        return None
    length = review_length(rules, limits)
    return None if length is None else length[0].reaches(resolved, length[1])


def review_length(rules: Rules, limits: Limits) -> tuple[Calendar, int] | None:
    """The calendar that a review's limit runs on and its working time in microseconds; None as `review_due` has it."""
    if limits.review_within is None:
        return None
    days = working_days(limits.review_within)
    if days is None:
        return ALWAYS, read_duration(limits.review_within) // _MICROSECOND
    calendar = rules.calendar_of(reviews_of(rules).calendar or limits.calendar)
    day = calendar.working_day()
    return None if day is None else (calendar, days * day)
