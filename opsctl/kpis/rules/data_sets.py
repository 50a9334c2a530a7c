"""What figures of backups show beside their value: how old, how quickly restored, and what is proven at all."""

from datetime import datetime
from typing import NamedTuple


class Aged(NamedTuple):
    """How a data set stood at the end of a period: its newest good copy against its RPO, lengths in seconds.

    `run` is the run that left the copy, `at` the moment its data is of; they and `age` are None where there is none.
    """

    data_set: str
    asset: str
    run: str | None
    at: datetime | None
    age: float | None
    rpo: float
    is_proven: bool

    @property
    def is_met(self) -> bool:
        """Whether it is within its RPO; never backed up is not."""
        return self.age is not None and self.age <= self.rpo

    @property
    def order(self) -> tuple[bool, float, str]:
        """The worst first: what was never backed up, then what is oldest as a share of its RPO, then by name."""
        return (self.age is not None, 0.0 if self.age is None else -self.age / self.rpo, self.data_set)


class Timed(NamedTuple):
    """A restore test against the RTO of its policy, in seconds; `seconds` is None where it did not pass."""

    reference: str
    data_set: str
    seconds: float | None
    rto: float


class Tried(NamedTuple):
    """The runs, each with its status, that were begun for a slot and left it without a good one in its window."""

    reference: str
    runs: tuple[tuple[str, str], ...]


class Coverage(NamedTuple):
    """How far restores are tested at all.

    `executed` restore tests ended in the period. Of those that fell due in it, by the references of their
    occurrences, the `kept` were made and the `untested` were not. Of `data_sets` in force at its end, `proven` were.
    `unnamed` are assets in service that no policy names.
    """

    executed: int = 0
    data_sets: int = 0
    proven: int = 0
    kept: tuple[str, ...] = ()
    untested: tuple[str, ...] = ()
    unproven: tuple[str, ...] = ()
    unnamed: tuple[str, ...] = ()

    @property
    def due(self) -> int:
        """How many restore tests fell due."""
        return len(self.kept) + len(self.untested)

    @property
    def tested(self) -> int:
        """How many of those that fell due were made."""
        return len(self.kept)

    @property
    def is_breach(self) -> bool:
        """Whether a test fell due and none at all was made: no pass rate can make up for that."""
        return self.executed == 0 and self.due > 0

    @property
    def share(self) -> float | None:
        """The tests made of those that fell due, 0 to 1; None where none did."""
        return self.tested / self.due if self.due else None
