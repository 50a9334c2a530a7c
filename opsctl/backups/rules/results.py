"""What use cases and queries of backups give back. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from opsctl.backups.rules import Run, Test
from opsctl.backups.rules.plans import Plan, Slot

if TYPE_CHECKING:
    from opsctl.actions.rules import Action
    from opsctl.ledger.rules import Row


@dataclass(frozen=True, slots=True)
class Recorded:
    """A run as it was recorded: the moment of the slot it met, and whether it was recorded before."""

    run: Run
    met: datetime | None
    was_there: bool = False


@dataclass(frozen=True, slots=True)
class RecordedTest:
    """A restore test as it was recorded: the slot it met, and the action from what it found, new or seen again.

    `proven` are the actions that it verified, or opened again.
    """

    test: Test
    met: datetime | None
    action: str | None = None
    proven: "tuple[Action, ...]" = ()


class WhyLeft(StrEnum):
    """Why a point that no run knows of is not taken for one of a policy."""

    OTHERS = "others"
    """It has the tags of another policy or host."""
    OTHER_MACHINE = "other-machine"
    OTHER_PATHS = "other-paths"
    """It holds other paths than the sources of the job, or nothing tells which."""
    UNKNOWN = "unknown"
    """Nothing tells which machine made it, and of what."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A point that is not adopted: where it lies, why, and whose or what it is, None where that is not known."""

    copy: str
    point: str
    why: WhyLeft
    what: str | None


@dataclass(frozen=True, slots=True)
class Adoptable:
    """The runs that could be recorded for points that no run knows of, the oldest first, and what is left out."""

    runs: tuple[Run, ...]
    left: tuple[LeftOut, ...]


@dataclass(frozen=True, slots=True)
class Needed:
    """What a person needs to restore by hand, and where it comes from.

    `variable` names the file in which the commands expect it; None where they name that file themselves.
    """

    what: str
    where: str
    variable: str | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """What the next run of a policy would do: its lines, what they write, what pruning would delete.

    `deletes` is None where the host file lets nothing be pruned, or a place could not be asked; `refused` why the run
    could not begin now.
    """

    plan: Plan
    commands: tuple[str, ...]
    writes: tuple[str, ...]
    deletes: tuple[str, ...] | None
    upcoming: Slot | None
    refused: str | None


@dataclass(frozen=True, slots=True)
class Listed:
    """The runs of a list, and how many there are in all."""

    runs: tuple[Run, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Shown:
    """One run with its restore tests and its history in the ledger."""

    run: Run
    tests: tuple[Test, ...]
    history: "tuple[Row, ...]"
