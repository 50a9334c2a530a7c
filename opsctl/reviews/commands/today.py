"""Reviews in `opsctl today` and in the hand-over of a shift."""

from datetime import datetime
from typing import TYPE_CHECKING

from opsctl.core.errors import NotAllowed

if TYPE_CHECKING:
    from opsctl.cli.context import Context
    from opsctl.core.report import Report


def part(context: "Context") -> "Report":
    """The incidents whose review is due, one's own reviews that are not closed, and those that one may approve."""
    from opsctl.reviews.service import agenda
    from opsctl.reviews.views import today as views

    try:
        me = context.read(context.me)
    except NotAllowed:  # a login that is nobody's has nothing to do
        return views.today((), views.NOTHING, views.NOTHING, context.now)
    found = context.read(agenda.today, me=me, now=context.now, limit=views.LINES)
    return views.today(found.due, found.mine, found.to_approve, context.now, found.returned)


def handover(context: "Context", since: datetime) -> "Report":
    """The reviews that are due or overdue, and what became of reviews since that moment."""
    from opsctl.reviews.service import agenda
    from opsctl.reviews.views import today as views

    return views.handover(*context.read(agenda.of_shift, since=since, now=context.now), context.now)
