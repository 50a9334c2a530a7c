"""The part of actions in `opsctl today`."""

from typing import TYPE_CHECKING

from opsctl.core.errors import NotAllowed

if TYPE_CHECKING:
    from opsctl.cli.context import Context
    from opsctl.core.report import Report


def part(context: "Context") -> "Report":
    """What whoever asks has to do soon or should have done, and what waits for them to verify it."""
    from opsctl.actions.rules.results import Listed, Waiting
    from opsctl.actions.service import read
    from opsctl.actions.views import lists

    try:
        me = context.read(context.me)
    except NotAllowed:  # a login that is nobody's has nothing to do
        nothing = Listed((), 0)
        return lists.today(Waiting(nothing, nothing), context.now)
    return lists.today(context.read(read.waiting_for, me=me, now=context.now, limit=lists.LINES), context.now)
