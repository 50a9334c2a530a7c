"""Making what is missing of the next 35 days, before it is looked at."""

from contextlib import suppress
from typing import TYPE_CHECKING

from opsctl.core.errors import OpsctlError

if TYPE_CHECKING:
    from opsctl.cli.context import Context


def refresh(context: "Context") -> None:
    """Make it where it is missing; who may not write, or cannot now, sees what is there."""
    from opsctl.duties.service import keeping

    if context.read(keeping.is_stale, now=context.now):
        with suppress(OpsctlError):
            context.perform(keeping.keep_up_to_date)
