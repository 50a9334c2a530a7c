"""The words of actions."""

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
