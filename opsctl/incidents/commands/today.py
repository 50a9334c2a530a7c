"""The incidents' part of `opsctl today`."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opsctl.cli.context import Context
    from opsctl.core.report import Report


def part(context: "Context") -> "Report":
    """What is unresolved now, the most urgent first, and whose clocks are over or nearly so."""
    from opsctl.incidents.service import read
    from opsctl.incidents.terms import Wanted
    from opsctl.incidents.views import lists

    found = context.read(read.list_incidents, now=context.now, state=Wanted.UNRESOLVED)
    return lists.today(found.cases)
