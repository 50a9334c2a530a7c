"""How a run ended, from how its copies ended. Pure."""

from collections.abc import Sequence

from opsctl.backups.rules import Copy
from opsctl.backups.terms import WITH_POINT, Status
from opsctl.core.texts import _


def worst_of(copies: Sequence[Copy]) -> tuple[Status, str | None]:
    """The status of a run with these copies, at least one, and why it is no success.

    All of them good: success. One of several without a point, or with an incomplete one: incomplete, for there is
    something to restore, and not all that was asked for. None with a point: as the first ended.
    """
    there = [one for one in copies if one.status in WITH_POINT and one.point is not None]
    bad = [one for one in copies if one.status is not Status.SUCCESS]
    if not bad:
        return Status.SUCCESS, None
    reasons = "; ".join(
        one.reason or str(one.status)
        if len(copies) == 1
        else _("copy {name}: {reason}").format(name=one.name, reason=one.reason or one.status)
        for one in bad
    )
    return (Status.INCOMPLETE if there else bad[0].status), reasons
