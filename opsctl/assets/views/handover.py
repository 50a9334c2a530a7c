"""Maintenance in the hand-over of a shift."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from opsctl.assets.rules.maintenance import MaintenanceView
from opsctl.assets.views import maintenance as views
from opsctl.core.report import Report, Table, choose_columns
from opsctl.core.texts import _

_COLUMNS = "reference,asset,from,to,state,approval,title"


def handover(maintenance: Sequence[MaintenanceView], now: datetime) -> Report:
    """Every window that is running or to come; a cancelled one is neither."""
    standing = [one for one in maintenance if any(_is_to_come(one, now))]
    listed = choose_columns(views.listed(standing, len(standing), now), _COLUMNS)
    title = _("Maintenance running, or coming within 24 h")
    return Report(
        kind="maintenance.handover",
        data=[views.data(one, now) for one in standing],
        parts=tuple(replace(part, title=title) for part in listed.parts if isinstance(part, Table)),
        references=listed.references,
    )


def _is_to_come(one: MaintenanceView, now: datetime) -> list[bool]:
    return [stretch.end > now for window in one.windows if (stretch := one.stretch(window)) is not None]
