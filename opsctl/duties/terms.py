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
GRACE_SHARE = 10
"""Without a grace of its own an occurrence has this part of the interval to the next: a tenth."""


class State(StrEnum):
    """Where an occurrence stands. Missed is no state: it is due, and its window is over."""

    DUE = "due"
    DONE = "done"
    CANCELLED = "cancelled"
    WAIVED = "waived"
