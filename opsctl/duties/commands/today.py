"""The part of duties in `opsctl today`."""

from datetime import timedelta
from typing import TYPE_CHECKING

from opsctl.core.errors import NotAllowed

if TYPE_CHECKING:
    from opsctl.cli.context import Context
    from opsctl.core.report import Report

_SOON = timedelta(hours=12)


def part(context: "Context") -> "Report":
    """What is due to whoever asks: open now, coming in the next 12 hours, and missed since yesterday."""
    from opsctl.duties.commands.refreshing import refresh
    from opsctl.duties.service import read
    from opsctl.duties.views import lists

    refresh(context)
    try:
        me = context.read(context.me)
    except NotAllowed:  # a login that is nobody's has nothing to do
        return lists.today([], context.now)
    since = context.now - timedelta(days=1)
    found = context.read(read.due_to, now=context.now, person=me, until=context.now + _SOON, since=since)
    return lists.today(found, context.now)
