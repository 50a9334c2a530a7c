"""Maintenance and patches in the hand-over of a shift."""

from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opsctl.cli.context import Context
    from opsctl.core.report import Report


def work(context: "Context", since: datetime) -> "Report":
    """What was maintained since that moment."""
    from opsctl.maintenance.service.work import list_work
    from opsctl.maintenance.views import work as views

    return views.handover(context.read(list_work, since=since).work)


def patches(context: "Context", _since: datetime) -> "Report":
    """The patches that should have been installed by now, whoever has them."""
    from opsctl.maintenance.service.patches import list_patches
    from opsctl.maintenance.terms import Wanted
    from opsctl.maintenance.views import patches as views

    found = context.read(list_patches, now=context.now, state=Wanted.OVERDUE, me=context.me)
    return views.handover(found.patches, context.now)
