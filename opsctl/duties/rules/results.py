"""What use cases and queries of duties give back. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from opsctl.duties.rules import Occurrence
from opsctl.rulebook.rules import Words
from opsctl.rulebook.rules.patrols import Duty


@dataclass(frozen=True)
class Listed:
    """The occurrences of a list, how many there are in all, and what posts are called."""

    occurrences: tuple[Occurrence, ...]
    total: int
    posts: Mapping[str, Words]


@dataclass(frozen=True)
class InForce:
    """A duty of the rules in force: when it is due next, how many are open now, how many were missed in 7 days.

    `posts` is what the rules call posts.
    """

    duty: Duty
    upcoming: datetime | None
    waiting: int
    missed: int
    posts: Mapping[str, Words]


@dataclass(frozen=True)
class DutyShown:
    """A duty with what is due of it next and what was last; `duty` is None where the rules no longer have it."""

    name: str
    duty: Duty | None
    coming: tuple[Occurrence, ...]
    past: tuple[Occurrence, ...]
    posts: Mapping[str, Words]


@dataclass(frozen=True)
class Shift:
    """What duties have to say in the hand-over of a shift, and what posts are called."""

    occurrences: tuple[Occurrence, ...]
    posts: Mapping[str, Words]


@dataclass(frozen=True)
class Change:
    """A day on which the clocks of a duty's zone change: by how much, when it is due, and how often on other days."""

    day: date
    forward: timedelta
    moments: tuple[datetime, ...]
    usual: int


@dataclass(frozen=True)
class Preview:
    """The next moments when a duty is due, each with how often that day where the clocks change, else None.

    `changes` are the next such days of the zone within so many `days`; None where nobody asked.
    """

    duty: Duty
    moments: tuple[tuple[datetime, int | None], ...]
    changes: tuple[Change, ...] | None
    days: int
