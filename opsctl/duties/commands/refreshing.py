"""Making what is missing of the next 35 days, before it is looked at."""

from typing import TYPE_CHECKING

from opsctl.core.errors import OpsctlError
from opsctl.core.texts import _
from opsctl.core.times import show_moment

if TYPE_CHECKING:
    from opsctl.cli.context import Context


def refresh(context: "Context") -> None:
    """Make it where it is missing; who may not write, or cannot now, sees what is there, and is told where it ends."""
    from opsctl.duties.service import keeping

    if not context.read(keeping.is_stale, now=context.now):
        return
    try:
        context.perform(keeping.keep_up_to_date)
    except OpsctlError:
        ends = context.read(keeping.kept_to)
        if ends is not None and ends < context.now:
            told = _("What is due is only known up to {moment}. Somebody who may write has to run: opsctl today")
            context.remark(told.format(moment=show_moment(ends, context.zone)))
