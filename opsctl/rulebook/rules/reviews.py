"""What the rules say of post-incident reviews: who approves them, by when, and for how long their evidence is watched."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from opsctl.rulebook.rules import Limits, Rules
from opsctl.rulebook.terms import REPEAT_WITHIN, WATCH_MONTHS


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


def review_due(rules: Rules, limits: Limits | None, resolved: datetime | None) -> datetime | None:
    """When the review of an incident is due that was resolved then; None where no rule asks for one.

    `3d` is 72 hours; `5wd` the working time of five working days of the reviews' calendar, else of the limits' own.
    """
    raise NotImplementedError
