"""Pins of points, ready to be shown."""

from opsctl.backups.rules import Run
from opsctl.backups.views.runs import data
from opsctl.core.report import Report, Text
from opsctl.core.texts import _, between


def pinned(run: Run) -> Report:
    """A run that was pinned, or unpinned."""
    told = _("{reference} of {policy} may be pruned again.")
    if run.pinned_at is not None:
        told = _("{reference} of {policy} is pinned; nothing of it is pruned")
    line = told.format(reference=run.reference, policy=run.policy)
    if run.pin_reason is not None:
        line += f"{between(': ')}{run.pin_reason}"
    return Report(kind="backup.pin", data=data(run), parts=(Text((line,)),), references=(run.reference,))
