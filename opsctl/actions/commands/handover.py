"""Actions in the hand-over of a shift."""

from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opsctl.cli.context import Context
    from opsctl.core.report import Report


def part(context: "Context", since: datetime) -> "Report":
    """What was raised and done since that moment, what waits for another person's look, and what is overdue."""
    from opsctl.actions.service import handover as service
    from opsctl.actions.views import handover as views

    return views.handover(context.read(service.since, since=since), since, context.now)
