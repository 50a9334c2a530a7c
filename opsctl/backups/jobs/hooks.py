"""Programs that run before and after a backup: to quiet an application, and to let it go on."""

from collections.abc import Sequence

from opsctl.cli import programs
from opsctl.cli.hostfile.jobs import Hook
from opsctl.core.texts import _
from opsctl.core.typed import excerpt

_LONGEST = 120


def run_hooks(hooks: Sequence[Hook], *, all_of_them: bool) -> tuple[list[str], str | None]:
    """Run hooks one after the other: what optional ones failed with, and the first failure of a required one.

    With `all_of_them` a failure does not keep the others from running: what was quieted must be let go.
    """
    told: list[str] = []
    failed: str | None = None
    for hook in hooks:
        reason = _failure(hook)
        if reason is None:
            continue
        if hook.required and failed is None:
            failed = reason
            if not all_of_them:
                break
        else:
            told.append(reason)
    return told, failed


def _failure(hook: Hook) -> str | None:
    ended = programs.run(hook.command, timeout=hook.timeout)
    name = excerpt(hook.command[0], _LONGEST)
    if ended.refused is not None:
        return _("the hook {name} cannot be run: {reason}").format(name=name, reason=ended.refused)
    if ended.late:
        return _("the hook {name} ran longer than its time-out").format(name=name)
    if ended.code != 0:
        said = excerpt(" ".join(ended.err.split()), _LONGEST)
        return _("the hook {name} failed with {code}: {said}").format(name=name, code=ended.code, said=said or "–")
    return None
