"""Maintenance in the hand-over of a shift."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opsctl.cli.context import Context
    from opsctl.core.report import Report

_AHEAD = timedelta(hours=24)


def part(context: "Context", since: datetime) -> "Report":
    """The windows that are running, or begin within a day."""
    from opsctl.assets.service import maintenance
    from opsctl.assets.views import handover

    until = context.now + _AHEAD
    return handover.handover(context.read(maintenance.touching, since=context.now, until=until), context.now)
