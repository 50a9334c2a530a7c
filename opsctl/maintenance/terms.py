"""The words of maintenance records and patches."""

from datetime import timedelta
from enum import StrEnum
from typing import Any

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
PATCH_ASSIGNED = "patch.assigned"
PATCH_VOIDED = "patch.voided"
PATCH_TOPIC = "patch"
"""The topic of a maintenance that installed a patch."""
UNDECIDED_FOR = timedelta(days=7)
"""After so long a patch that nobody decided about is shown today."""


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


class Wanted(StrEnum):
    """Which patches a list wants."""

    OPEN = "open"
    DECIDED = "decided"
    DEFERRED = "deferred"
    INSTALLED = "installed"
    NOT_APPLICABLE = "not-applicable"
    OVERDUE = "overdue"
    ALL = "all"


WORK_COMPLETES: dict[str, dict[str, Any]] = {
    "WRK": {
        "prefix": WORK_PREFIX,
        "table": "maintenance_work",
        "key": "reference",
        "title": "title",
        "order": "done_at DESC",
        "first": "void IS NULL",
    }
}
"""What completes a word by TAB, in the terms of `opsctl.cli.completions.sources.Source`."""
PATCH_COMPLETES: dict[str, dict[str, Any]] = {
    "PAT": {
        "prefix": PATCH_PREFIX,
        "table": "patch",
        "key": "reference",
        "title": "title",
        "order": "recorded_at DESC",
        "first": "state IN ('open', 'decided', 'deferred') AND void IS NULL",
        "of": {
            "decide": "state IN ('open', 'deferred', 'not-applicable') AND void IS NULL",
            "install": "state IN ('open', 'decided', 'deferred') AND void IS NULL",
            "defer": "state IN ('open', 'decided', 'deferred') AND void IS NULL",
        },
    }
}
