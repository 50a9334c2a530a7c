"""Duties in the hand-over of a shift."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opsctl.cli.context import Context
    from opsctl.core.report import Report

_AHEAD = timedelta(hours=12)


def part(context: "Context", since: datetime) -> "Report":
    """What was missed and done late since that moment, and what is due within the next shift."""
    from opsctl.duties.commands.refreshing import refresh
    from opsctl.duties.service import handover as service
    from opsctl.duties.views import handover as views

    refresh(context)
    found = context.read(service.since, now=context.now, since=since, until=context.now + _AHEAD)
    return views.handover(found, since, context.now)
