"""The rounds' part of `opsctl today`."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opsctl.cli.context import Context
    from opsctl.core.report import Report

_LINES = 8


def part(context: "Context") -> "Report":
    """The rounds that somebody has begun and not ended, the oldest first."""
    from opsctl.inspections.service import read
    from opsctl.inspections.views import lists

    return lists.today(context.read(read.in_hand, limit=_LINES), context.now)
