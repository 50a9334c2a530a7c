"""Drivers of backup engines: what each of them has to do, in one small protocol."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from opsctl.backups.terms import Level, Status, Verdict
from opsctl.cli.hostfile.jobs import Job, Place
from opsctl.core.texts import ended, sentences


@dataclass(frozen=True, slots=True)
class Limits:
    """How long an engine may run, and how long it may be silent. `until` is when its window ends, monotonic seconds."""

    wall: timedelta
    idle: timedelta
    until: float | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """One run, as a driver is asked for it.

    `id` is the UUID that tags its point; `stamp` when it began. `tell` is told of bytes that were got through.
    """

    id: str
    policy: str
    host: str
    stamp: datetime
    limits: Limits
    tell: Callable[[int], None] = lambda _bytes: None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a run cannot begin: one line, and what helps. `status` is not_started, or skipped_locked."""

    reason: str
    hint: str = ""
    status: Status = Status.NOT_STARTED

    @property
    def line(self) -> str:
        """Both as one line, for a record."""
        return sentences(ended(self.reason), self.hint) if self.hint else self.reason


@dataclass(frozen=True, slots=True)
class Made:
    """What an engine made in one place.

    `point` is what restores it; None where there is none. `code` is the engine's own exit code. `counts` are exact rows
    by table where they were taken in the dump's own snapshot. `warnings` are lines that make it incomplete.
    """

    status: Status
    point: str | None = None
    bytes: int | None = None
    files: int | None = None
    sha256: str | None = None
    engine: str | None = None
    code: int | None = None
    reason: str | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Point:
    """A point as the engine lists it. `policy`, `host` and `run` are its tags; None where opsctl did not make it.

    `hostname` is the machine that made it and `paths` what was asked to be backed up, where the engine tells them.
    """

    name: str
    at: datetime
    bytes: int | None = None
    policy: str | None = None
    host: str | None = None
    run: str | None = None
    hostname: str | None = None
    paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check of a point at a level found, and in one line why where it is no pass."""

    level: Level
    verdict: Verdict
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Pruned:
    """What came of points that were to be deleted: by point None where it is gone, else why not.

    `unfreed` is why the space of those that are gone is taken still; None where it was freed.
    """

    gone: Mapping[str, str | None]
    unfreed: str | None = None


class Unit(StrEnum):
    """What a restored copy is compared by."""

    FILES = "files"
    ENTRIES = "entries"
    """Files, and the folders and links among them."""
    TABLES = "tables"


@dataclass(frozen=True, slots=True)
class Compared:
    """What a restored copy was compared with, how many `unit` of it, and what differs (a line each, the first 100)."""

    against: str
    checked: int
    differences: tuple[str, ...] = ()
    unit: Unit = Unit.FILES


ANSWER = timedelta(minutes=5)
"""So long a restored database may take to answer where nobody says how long."""


class Ask(Protocol):
    """Runs one query on a restored database, read only, and gives its rows. Raise CannotRestore where it fails.

    It takes `within` at most, and no longer than the driver's own limits: what is late could not be asked.
    """

    def __call__(self, query: str, within: timedelta = ANSWER) -> list[tuple[Any, ...]]:
        """The rows."""


@dataclass
class Restored:
    """A restored copy, while it stands.

    `root` holds its files (of a database: the unpacked artefact). `ask` asks a restored database; None where there
    is none. `words` is what `{host}`, `{port}`, `{database}`, `{root}` mean
    in assertions. `compare` compares it with what was written down when it was made.
    """

    root: Path
    files: int
    bytes: int
    compare: Callable[[], Compared]
    ask: Ask | None = None
    words: Mapping[str, str] = field(default_factory=dict)
    commands: tuple[tuple[str, ...], ...] = ()


class CannotRestore(Exception):
    """The restore did not end well: `verdict` says whether the point is at fault, or could not be tried."""

    def __init__(self, reason: str, verdict: Verdict = Verdict.DIFFERS) -> None:
        super().__init__(reason)
        self.reason = reason
        self.verdict = verdict


class Occupied(CannotRestore):
    """There is something already where it is to be restored for good, and nothing is written over it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason, Verdict.COULD_NOT_RUN)


Step = Callable[[str], AbstractContextManager[None]]
"""Measures what is done inside it, under a name."""


class Driver(Protocol):
    """What drives one engine for one job. It reads and writes no database of ours and prints nothing.

    Every program runs by an argument list with no terminal, LC_ALL=C and TZ=UTC; no secret stands in an argument.
    """

    job: Job
    takes_one_artefact: bool
    """It makes one file or folder in the first place, which is copied to the others; else it runs for each place."""
    levels: tuple[Level, ...]
    """The levels below L4 at which `verify` can look."""

    def engine(self) -> str | None:
        """The program and its version, such as `restic 0.14.0`; None where it is not there."""

    def preflight(self, place: Place) -> Refusal | None:
        """Why a run to that place cannot begin; None where it can. Looks at sources, engine, version, space."""

    def run(self, request: Request, place: Place) -> Made:
        """Make a point there. Never raises for what an engine does; leaves nothing half made under a final name."""

    def points(self, place: Place) -> list[Point]:
        """Every point there, the oldest first, also those of others. Raise CannotRestore where it cannot be asked."""

    def verify(self, place: Place, point: str, level: Level, *, sha256: str | None, limits: Limits) -> Checked:
        """Look at a point at one of `levels`; `sha256` is what the record says of the artefact."""

    def restored(
        self,
        place: Place,
        point: str,
        scratch: Path,
        *,
        limits: Limits,
        step: Step,
        user: str | None = None,
        counts: Mapping[str, int] | None = None,
        only: int | None = None,
    ) -> AbstractContextManager[Restored]:
        """Restore into the empty folder `scratch` while the context lasts; a server that it starts ends with it.

        With `only`, so many files picked at random are enough. `counts` are those of the record. `user` runs servers
        where we are root. Raise CannotRestore.
        """

    def restore(self, place: Place, point: str, into: str, *, limits: Limits) -> tuple[tuple[str, ...], ...]:
        """Restore for good: into an empty folder, or as a new database of that name. The commands that were run.

        Raise CannotRestore, of what is there already Occupied, before anything is written.
        """

    def prune(self, place: Place, points: Sequence[str], *, limits: Limits) -> Pruned:
        """Delete these points, and free their space."""

    def tidy(self, place: Place, request_id: str) -> list[str]:
        """Take away what a killed run of that id left half made: what was taken away, in words for a log."""

    def plan(self, request: Request, place: Place) -> list[tuple[str, ...]]:
        """The argument lists that `run` would use, secrets left out; for people to read."""


@contextmanager
def unmeasured(_name: str) -> Iterator[None]:
    """A `Step` that measures nothing."""
    yield
