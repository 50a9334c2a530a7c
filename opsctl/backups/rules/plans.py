"""What a host has to know to run a policy without asking the database again. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Slot:
    """A moment when something is due, and its window. `met_by` is the record that met it. Aware UTC."""

    due_at: datetime
    opens_at: datetime
    closes_at: datetime
    met_by: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """One policy as its hosts run it. Lengths are in seconds.

    `slots` are those of the last days and of the 35 days to come, `tests` the restore tests; `sizes` the bytes of the
    last runs that left a point, whole or incomplete, the newest first; `good_at` when the newest good one began, which
    may be incomplete where the policy says so; `runs_today` how many were begun by the schedule since midnight in the
    policy's zone, on any host; `missed` the slots that a host has told as missed. `rules` is the generation that said
    all this.
    """

    policy: str
    asset: str
    customer: str | None
    classification: str | None
    encryption: bool
    incomplete_is_good: bool
    rpo: int
    rto: int | None
    level: str
    zone: str
    rules: int
    slots: tuple[Slot, ...] = ()
    tests: tuple[Slot, ...] = ()
    sizes: tuple[int, ...] = ()
    good_at: datetime | None = None
    runs_today: int = 0
    missed: tuple[datetime, ...] = ()


def open_slot(slots: tuple[Slot, ...], now: datetime) -> Slot | None:
    """The slot to be met now: the newest that is due, whose window is open and that nothing has met; else None."""
    due = [one for one in slots if one.opens_at <= now and one.due_at <= now <= one.closes_at]
    newest = max(due, key=lambda one: one.due_at, default=None)
    return newest if newest is not None and newest.met_by is None else None


def next_slot(slots: tuple[Slot, ...], now: datetime) -> Slot | None:
    """The first slot that is still to come; None where none is planned."""
    return min((one for one in slots if one.due_at > now), key=lambda one: one.due_at, default=None)


def is_in_window(window: tuple[int, int] | None, minute: int) -> bool:
    """Whether that minute of the day lies in the window [from, until), which may pass midnight; always without one."""
    if window is None or window[0] == window[1]:
        return True
    begins, ends = window
    return begins <= minute < ends if begins < ends else minute >= begins or minute < ends


def left_of_window(window: tuple[int, int] | None, minute: int) -> timedelta | None:
    """How long the window that holds that minute lasts; None where there is none."""
    if window is None or window[0] == window[1]:
        return None
    return timedelta(minutes=(window[1] - minute) % 1440)
