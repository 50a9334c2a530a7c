"""The words of actions."""

from datetime import timedelta
from enum import StrEnum

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


SOON = timedelta(days=3)
"""What is due within that is shown in `today`."""
