"""Results that could not be told to the database: they wait on this host, and the next command here tells them."""

import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from opsctl.backups.commands.parameters import state_of
from opsctl.core.errors import OpsctlError, Unavailable
from opsctl.core.texts import _, ngettext

if TYPE_CHECKING:
    from opsctl.backups.jobs.state import State, Waiting
    from opsctl.cli.context import Context


def _told_later() -> dict[str, Callable[..., Any]]:
    """The use cases whose results may wait, by their names: what lies in a file is looked up here and never run."""
    from opsctl.backups.service import pruning, recording, restoring

    known = (
        recording.record,
        recording.record_checks,
        recording.record_test,
        pruning.record_pruned,
        restoring.record_restored,
    )
    return {_name_of(use_case): use_case for use_case in known}


def _name_of(use_case: Callable[..., Any]) -> str:
    return f"{use_case.__module__}:{use_case.__name__}"


def tell(context: "Context", use_case: Callable[..., Any], arguments: dict[str, Any]) -> Any:
    """Tell the database what was done, at this moment; what the use case gives back.

    With the database away the result waits on this host, which is said, and None is given back.
    """
    context.look_at_clock()
    try:
        return context.perform(use_case, **arguments)
    except Unavailable as error:
        state_of(context).wait(_name_of(use_case), str(uuid.uuid4()), arguments)
        context.remark(_("{reason} The result waits on this host.").format(reason=error.message))
        return None


def tell_what_waited(context: "Context", state: "State | None" = None) -> None:
    """Tell the database what it could not be told before; what it refuses stays, and is said. Raise Unavailable."""
    state = state or state_of(context)
    if not state.waiting():
        return
    with state.telling():
        told = sum(_is_recorded(context, one) for one in state.waiting())
    if told:
        message = ngettext("{count} result that waited is recorded.", "{count} results that waited are recorded.", told)
        context.remark(message.format(count=told))


def _is_recorded(context: "Context", one: "Waiting") -> bool:
    """Whether the database has it now; what it refuses stays, and is said."""
    try:
        context.perform(_told_later()[one.use_case], **one.arguments)
    except Unavailable:
        raise
    except OpsctlError as error:
        _say_kept(context, one.path, error.message)
        return False
    except (AttributeError, LookupError, TypeError, ValueError):  # it may have been written by anything
        _say_kept(context, one.path, _("it is no result that opsctl wrote"))
        return False
    one.path.unlink(missing_ok=True)
    return True


def _say_kept(context: "Context", path: object, reason: str) -> None:
    context.remark(_("{path} cannot be recorded: {reason}").format(path=path, reason=reason))
