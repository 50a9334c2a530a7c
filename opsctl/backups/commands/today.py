"""Backups in `opsctl today` and in the hand-over of a shift."""

from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opsctl.cli.context import Context
    from opsctl.core.report import Report


def part(context: "Context") -> "Report":
    """The policies that are in breach, and those whose last runs failed."""
    from opsctl.backups.service import standing
    from opsctl.backups.views import today as views

    return views.today(context.read(standing.overview, now=context.now))


def handover(context: "Context", since: datetime) -> "Report":
    """What went wrong since that moment, and what was tested."""
    from opsctl.backups.service import reading
    from opsctl.backups.views import today as views

    return views.handover(*context.read(reading.of_shift, since=since))
