"""What holds of post-incident reviews, ready to be shown."""

from typing import Any

from opsctl.core.report import Fields, Kind
from opsctl.core.texts import _, beside, ngettext, series
from opsctl.rulebook.rules import Rules
from opsctl.rulebook.rules.reviews import asking, reviews_of


def parts(rules: Rules) -> tuple[Fields, ...]:
    """What holds of reviews, where a book says something of them or a severity asks for one."""
    if not asking(rules) and not rules.patrols.get("reviews"):
        return ()
    reviews = reviews_of(rules)
    months = ngettext("{count} month", "{count} months", reviews.watch_months).format(count=reviews.watch_months)
    approve = series(_post(rules, post) for post in reviews.approve) or _("anybody but the author")
    return (
        Fields(
            (
                (_("approved by"), approve, Kind.TEXT),
                (_("working days of"), reviews.calendar or _("the calendar of the limits"), Kind.TEXT),
                (_("evidence watched for"), months, Kind.TEXT),
                (_("repeated within"), reviews.repeat_within.total_seconds(), Kind.DURATION),
            ),
            title=_("Reviews"),
        ),
    )


def describe(rules: Rules) -> dict[str, Any]:
    """The same for programs: `repeat_within` in seconds."""
    reviews = reviews_of(rules)
    return {
        "reviews": {
            "approve": list(reviews.approve),
            "calendar": reviews.calendar,
            "watch_months": reviews.watch_months,
            "repeat_within": reviews.repeat_within.total_seconds(),
        }
    }


def _post(rules: Rules, post: str) -> str:
    """Its title with its handle, where the rules have one."""
    return beside(rules.posts[post].said, post) if post in rules.posts else post
