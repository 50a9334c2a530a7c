"""The part of maintenance in `opsctl today`."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opsctl.cli.context import Context
    from opsctl.core.report import Report


def part(context: "Context") -> "Report":
    """The patches of whoever reads, or of nobody, that are overdue or that nobody decided about for seven days."""
    from opsctl.maintenance.service import patches as service
    from opsctl.maintenance.views import patches as views

    return views.today(context.read(service.waiting, now=context.now, me=context.me), context.now)
