"""What this host remembers of its backups beside the database: locks, markers, the last plan, results that wait.

It lies in `$XDG_STATE_HOME/opsctl/backups/`, in a folder for each database. A lock is the kernel's (flock): it ends
with the process that holds it, so none is stale. A marker outlives its process, and tells the next run of one that was
killed.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from opsctl.backups.rules.plans import Plan
from opsctl.backups.rules.wire import from_json, to_json
from opsctl.core.errors import InvalidInput, NotAllowed
from opsctl.core.files import write_whole
from opsctl.core.texts import _

_SUFFIX = ".json"


@dataclass(frozen=True, slots=True)
class Marker:
    """A run that is going on, or was killed: its request, when it began and the slot it was for."""

    request: str
    policy: str
    started_at: datetime
    slot: datetime | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A result that could not be told to the database: the use case by name, its arguments, and where it lies."""

    use_case: str
    arguments: dict[str, Any]
    path: Path


class State:
    """The folder of one database. Raise NotAllowed where it cannot be made."""

    def __init__(self, home: Path, database: str) -> None:
        self.folder = home / "opsctl" / "backups" / hashlib.sha256(database.encode()).hexdigest()[:16]
        try:
            for name in ("locks", "running", "waiting"):
                (self.folder / name).mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise NotAllowed(
                _("The folder {path} cannot be made: {reason}").format(path=self.folder, reason=error.strerror),
                _("Name another with XDG_STATE_HOME."),
            ) from None

    @contextmanager
    def locked(self, policy: str) -> Iterator[bool]:
        """Hold the lock of a policy on this host while it lasts; False where another process does."""
        with _opened(self.folder / "locks" / policy) as descriptor:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            yield True

    @contextmanager
    def telling(self) -> Iterator[None]:
        """Wait until no other process tells what waits, and let none begin meanwhile: each result is told once."""
        with _opened(self.folder / "waiting" / ".lock") as descriptor:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield

    def mark(self, marker: Marker) -> None:
        """Note that a run begins."""
        self._write(self.folder / "running" / f"{marker.policy}{_SUFFIX}", to_json(marker))

    def unmark(self, policy: str) -> None:
        """The run of that policy is over, whatever became of it."""
        (self.folder / "running" / f"{policy}{_SUFFIX}").unlink(missing_ok=True)

    def marked(self, policy: str) -> Marker | None:
        """The run that is noted as going on; whoever holds the lock knows that it was killed."""
        said = _read(self.folder / "running" / f"{policy}{_SUFFIX}")
        with suppress(InvalidInput):
            return None if said is None else from_json(Marker, said)
        return None

    def keep_plans(self, plans: Sequence[Plan]) -> None:
        """Keep what was read, for a day when the database is away."""
        with suppress(OSError):
            self._write(self.folder / f"plans{_SUFFIX}", [to_json(one) for one in plans])

    def kept_plans(self) -> list[Plan]:
        """The plans that were kept last, none where there are none."""
        said = _read(self.folder / f"plans{_SUFFIX}")
        with suppress(InvalidInput, TypeError):
            return [from_json(Plan, one) for one in said or []]
        return []

    def wait(self, use_case: str, request: str, arguments: dict[str, Any]) -> None:
        """Keep a result until the database is there. Raise OSError where it cannot be kept."""
        name = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{request}{_SUFFIX}"
        self._write(self.folder / "waiting" / name, {"use_case": use_case, "arguments": arguments})

    def waiting(self) -> list[Waiting]:
        """The results that wait, the oldest first; what cannot be read stays where it is."""
        found = []
        for path in sorted((self.folder / "waiting").glob(f"*{_SUFFIX}")):
            said = _read(path)
            if isinstance(said, dict) and isinstance(said.get("use_case"), str):
                found.append(Waiting(said["use_case"], said.get("arguments", {}), path))
        return found

    def _write(self, path: Path, said: Any) -> None:
        text = json.dumps(said, ensure_ascii=False)
        write_whole(path, lambda stream: stream.writelines((text,)), mode=0o600)


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    """A file to be locked, as long as the context lasts: its lock ends with it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def state_home() -> Path:
    """Where programs of this login keep what is to last. Raise NotAllowed where it has no home."""
    try:
        return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local/state")
    except RuntimeError:
        raise NotAllowed(_("This login has no home folder."), _("Name one with XDG_STATE_HOME.")) from None
