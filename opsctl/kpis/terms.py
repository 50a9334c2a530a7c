"""The words of figures."""

from enum import StrEnum
from typing import Any


class Name(StrEnum):
    """The figures there are."""

    AVAILABILITY = "availability"
    MTTD = "mttd"
    MTTA = "mtta"
    MTTM = "mttm"
    MTTR = "mttr"
    MTT_RESOLVE = "mtt-resolve"
    MTBF = "mtbf"
    REPAIR_ON_TIME = "repair-on-time"
    RESPONSE_ON_TIME = "response-on-time"
    SECURITY_INCIDENTS_MAJOR = "security-incidents-major"
    PLAN_START_TIME = "plan-start-time"
    INSPECTION_COMPLETION = "inspection-completion"
    INSPECTION_ON_TIME = "inspection-on-time"
    ACTIONS_ON_TIME = "actions-on-time"
    BACKUP_SUCCESS = "backup-success"
    RESTORE_TEST_PASS = "restore-test-pass"  # noqa: S105 - no password
    RPO_MET = "rpo-met"
    RTO_MET = "rto-met"
    REVIEW_ON_TIME = "review-on-time"
    REPEAT_INCIDENTS = "repeat-incidents"


class Unit(StrEnum):
    """What a figure is counted in."""

    RATIO = "ratio"
    SECONDS = "seconds"
    COUNT = "count"


OF_ASSETS = frozenset({Name.AVAILABILITY, Name.MTBF})
"""Judged by the service time of assets."""
OF_ROUNDS = frozenset({Name.INSPECTION_COMPLETION, Name.INSPECTION_ON_TIME})
"""Judged by the occurrences of duties that a round meets."""
OF_ACTIONS = frozenset({Name.ACTIONS_ON_TIME})
OF_BACKUPS = frozenset({Name.BACKUP_SUCCESS, Name.RESTORE_TEST_PASS, Name.RPO_MET, Name.RTO_MET})
"""Judged by slots, restore tests and data sets."""
PLANNED = OF_ROUNDS | OF_ACTIONS | OF_BACKUPS
"""Judged by what was due; everything else but the figures of assets judges cases."""
WITHOUT_SEVERITY = OF_ASSETS | PLANNED
ON_TIME = frozenset({Name.REPAIR_ON_TIME, Name.RESPONSE_ON_TIME})
OF_ANALYSIS = frozenset({Name.REVIEW_ON_TIME, Name.REPEAT_INCIDENTS})
"""Judged by cases, together with their reviews or with the cases before them."""
LESS_IS_BETTER = frozenset({Name.REPEAT_INCIDENTS})
"""Ratios that are rounded up where they are shown."""
DURATIONS = frozenset({Name.MTTD, Name.MTTA, Name.MTTM, Name.MTTR, Name.MTT_RESOLVE, Name.PLAN_START_TIME})
"""The means of many durations, each shown with n, median, 90th percentile and the longest."""
CARRYING = frozenset({Name.MTTR, Name.MTT_RESOLVE})
"""The figures that list what is not over at the end of the period."""
STATISTICS = ("median", "p90", "max")
"""What may stand behind a duration in a target: mttr.p90. Alone it means the mean."""

# A formula that changes gets another number, so that nobody compares what cannot be compared.
DEFINITION_VERSIONS = {**dict.fromkeys(Name, 1), Name.AVAILABILITY: 2, Name.MTT_RESOLVE: 2}


def unit_of(name: Name) -> Unit:
    """What the figure is counted in."""
    if name is Name.SECURITY_INCIDENTS_MAJOR:
        return Unit.COUNT
    return Unit.SECONDS if name in DURATIONS or name is Name.MTBF else Unit.RATIO


class State(StrEnum):
    """Whether a figure has a value."""

    VALUE = "value"
    NOT_APPLICABLE = "n/a"
    UNKNOWN = "unknown"
    PARTIAL = "partial"


class Reason(StrEnum):
    """Why a record was left out of a figure."""

    NEGATIVE = "negative"
    """It would have ended before it began."""
    NO_ASSET = "no-asset"
    NEVER_ACKNOWLEDGED = "never-acknowledged"
    NO_RESTORATION = "no-restoration"
    """It is over, and no impact was ever declared."""
    NO_RESOLUTION = "no-resolution"
    """It was closed, and nobody knows when it was resolved."""
    NO_PLAN = "no-plan"
    CANCELLED = "cancelled"
    """It was due no longer: its asset was retired, or the rules changed."""
    WAIVED = "waived"
    COULD_NOT_RUN = "could-not-run"
    """A restore test that says nothing about the backup."""
    IN_PART = "in-part"
    """A restore test of some files only: its time is not the time to recover."""


CONTRADICTIONS = frozenset({Reason.NEGATIVE, Reason.NO_ASSET})
"""What somebody has to set right; all else is left out because the definition says so."""


class By(StrEnum):
    """What `--by` splits a report into."""

    ASSET = "asset"
    CUSTOMER = "customer"
    SEVERITY = "severity"


COMPLETES: dict[str, dict[str, Any]] = {"FIGURE": {"words": tuple(name.value for name in Name)}}
"""What completes a word by TAB, in the terms of `opsctl.cli.completions.sources.Source`."""
