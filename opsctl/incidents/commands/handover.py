"""Incidents in the hand-over of a shift."""

from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opsctl.cli.context import Context
    from opsctl.core.report import Report


def part(context: "Context", since: datetime) -> "Report":
    """What is unresolved, what was done on it since that moment, and what was opened and resolved since."""
    from opsctl.incidents.service import handover as service
    from opsctl.incidents.views import handover as views

    return views.handover(context.read(service.since, now=context.now, since=since))
