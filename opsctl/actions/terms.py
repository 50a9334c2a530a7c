"""The words of actions."""

from datetime import timedelta
from enum import StrEnum
from typing import Any

PREFIX = "ACT"
ADDED = "action.added"
SEEN_AGAIN = "action.seen-again"
ASSIGNED = "action.assigned"
DONE = "action.done"
VERIFIED = "action.verified"
RETURNED = "action.returned"
REOPENED = "action.reopened"
CORRECTED = "action.corrected"
VOIDED = "action.voided"
TAKEN_OVER = "action.taken-over"


class State(StrEnum):
    """Where an action stands."""

    OPEN = "open"
    DONE = "done"
    """Somebody says so; nobody else has looked yet."""
    VERIFIED = "verified"


class Gravity(StrEnum):
    """What the finding was."""

    FAIL = "fail"
    WARN = "warn"


class Kind(StrEnum):
    """What an improvement does about the next time."""

    PREVENT = "prevent"
    DETECT = "detect"
    MITIGATE = "mitigate"
    PROCESS = "process"


class Proof(StrEnum):
    """The records that verify an action, as an evidence query names them."""

    RESTORE_TEST = "restore-test"
    INSPECT = "inspect"


class Outcome(StrEnum):
    """Why an action is open again by a record, as the ledger keeps it."""

    FAILED = "failed"
    VOID = "void"
    """What had verified it counts no more."""
    CORRECTED = "corrected"
    """What had verified it says something else since it was set right."""


class Wanted(StrEnum):
    """Which actions a list is about."""

    OPEN = "open"
    DONE = "done"
    VERIFIED = "verified"
    WAITING = "waiting"
    """Open or done: not verified yet."""
    OVERDUE = "overdue"
    """Waiting beyond their deadline."""
    ALL = "all"
    """The void ones, too."""


LONGEST_WATCH = 36
"""For so many months at most its evidence is watched once an action is verified."""
SOON = timedelta(days=3)
"""What is due within that is shown in `today`."""

COMPLETES: dict[str, dict[str, Any]] = {
    "ACT": {
        "prefix": PREFIX,
        "table": "action",
        "key": "reference",
        "title": "title",
        "order": "recorded_at DESC",
        "first": "state IN ('open', 'done') AND void IS NULL",
        "of": {
            "assign": "state IN ('open', 'done') AND void IS NULL",
            "done": "state = 'open' AND void IS NULL",
            "verify": "state = 'done' AND verify IS NULL AND void IS NULL",
            "return": "state = 'done' AND void IS NULL",
            "reopen": "state = 'verified' AND void IS NULL",
            "open": "state = 'open' AND void IS NULL",
        },
    }
}
"""What completes a word by TAB, in the terms of `opsctl.cli.completions.sources.Source`."""
