"""The words of maintenance records and patches."""

from enum import StrEnum

WORK_PREFIX = "WRK"
PATCH_PREFIX = "PAT"
LOGGED = "maintenance.completed"
"""The kind that meets duties."""
WORK_CORRECTED = "maintenance.corrected"
WORK_VOIDED = "maintenance.voided"
PATCH_ADDED = "patch.added"
PATCH_DECIDED = "patch.decided"
PATCH_INSTALLED = "patch.installed"
PATCH_DEFERRED = "patch.deferred"
PATCH_VOIDED = "patch.voided"


class Outcome(StrEnum):
    """How a maintenance ended."""

    DONE = "done"
    REPAIRED = "repaired"
    REPLACED = "replaced"
    WATCHED = "watched"
    """A danger or a loss of performance that is to be watched."""


class Backup(StrEnum):
    """Whether the configuration was saved before."""

    TAKEN = "taken"
    NOT_TAKEN = "not-taken"
    NOT_APPLICABLE = "n/a"


class PatchState(StrEnum):
    """Where a patch stands."""

    OPEN = "open"
    DECIDED = "decided"
    DEFERRED = "deferred"
    INSTALLED = "installed"
    NOT_APPLICABLE = "not-applicable"
