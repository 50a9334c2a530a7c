"""The words of duties."""

from datetime import timedelta
from enum import StrEnum

AHEAD = timedelta(days=35)
"""How far ahead occurrences are there."""
RENEWED = timedelta(days=34)
"""They are made anew when fewer than these are left, which is once a day."""
KEPT_TO = "duties-kept-to"
"""The setting that says up to when there are occurrences."""
GENERATED = "duty.generated"
MET = "duty.met"
RELEASED = "duty.released"
"""What met it was taken out: it is due again."""
JUDGED = "duty.judged"
"""Another person countersigned the time: it is judged by that from now on."""
CANCELLED = "duty.cancelled"
PREFIX = "duty:"
LONGEST_SILENCE = timedelta(days=400)
"""How far back occurrences are made after nobody wrote anything for a long time."""
STILL_OPEN = timedelta(days=37)
"""How long ago something may have been due that is looked for as open: a year's grace is a tenth of it."""
LATELY = timedelta(days=7)
"""How long after its window is over something is shown as missed."""
GRACE_SHARE = 10
"""Without a grace of its own an occurrence has this part of the interval to the next: a tenth."""


class State(StrEnum):
    """Where an occurrence stands. Missed is no state: it is due, and its window is over."""

    DUE = "due"
    DONE = "done"
    CANCELLED = "cancelled"
    WAIVED = "waived"


class Reason(StrEnum):
    """Why an occurrence was cancelled."""

    RETIRED = "asset-retired"
    NO_MATCH = "asset-no-longer-matches"
    RULES = "rules-changed"
    TAKEN_OUT = "record-taken-out"
    """What the next one was counted from."""


class Wanted(StrEnum):
    """Which occurrences a list has."""

    OPEN = "open"
    """Still to be done, in time or not: due and missed."""
    DUE = "due"
    """Still to be done, and its window is not over."""
    MISSED = "missed"
    DONE = "done"
    CANCELLED = "cancelled"
    WAIVED = "waived"
