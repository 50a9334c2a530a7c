"""Rounds in the hand-over of a shift."""

from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opsctl.cli.context import Context
    from opsctl.core.report import Report


def part(context: "Context", since: datetime) -> "Report":
    """The rounds that were recorded as done since that moment, and those that are open."""
    from opsctl.inspections.service import handover as service
    from opsctl.inspections.views import handover as views

    return views.handover(*context.read(service.since, since=since), context.now)
