"""The part of inspections in `opsctl today`."""

from typing import TYPE_CHECKING

from opsctl.core.report import Report

if TYPE_CHECKING:
    from opsctl.cli.context import Context


def part(context: "Context") -> Report:
    """Nothing yet."""
    return Report(kind="inspections.today", data=[])
