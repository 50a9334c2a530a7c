"""What rsync says, and of that the digests of a snapshot's files, which are kept beside it at no further cost.

rsync tells the checksum of every file that it transfers (`%C`). What it did not transfer is linked to the snapshot
before, and has the digest that stands in the list of that one. The list is a SQLite file, so that a million files need
no more memory than ten.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from opsctl.backups.drivers import CannotRestore
from opsctl.core.texts import _, ngettext

if TYPE_CHECKING:
    import sqlite3

FORMAT = "%C %l %n"
_LINE = re.compile(r"([0-9a-f]{8,128}) (\d+) (.+)")
_ESCAPED = re.compile(rb"\\#([0-3][0-7]{2})")
_REGULAR = re.compile(r"Number of files: [\d,]+ \(reg: ([\d,]+)")
ITEM = re.compile(r"rsync: .*|file has vanished: .*")
"""A line of stderr about one item."""
_KEPT = 100
_BATCH = 1000
_TOLD = 100


@dataclass
class Heard:
    """What a run of rsync says: how many regular files there are, and what it could not copy."""

    regular: int = 0
    warnings: list[str] = field(default_factory=list)

    def on_statistics(self, line: str) -> None:
        """A line of what `--stats` says."""
        if (found := _REGULAR.match(line)) is not None:
            self.regular = int(found[1].replace(",", ""))

    def on_error(self, line: str) -> None:
        """A line of stderr."""
        if ITEM.fullmatch(line.strip()) and len(self.warnings) < _KEPT:
            self.warnings.append(line.strip().removeprefix("rsync: "))


def read_line(line: str) -> tuple[bytes, bytes, int] | None:
    """Path without a leading slash, digest and size, from a line in FORMAT; None where it is of no file."""
    found = _LINE.fullmatch(line)
    if found is None or len(found[1]) % 2:
        return None
    path = _ESCAPED.sub(lambda one: bytes([int(one[1], 8)]), found[3].encode("utf-8", "surrogateescape"))
    return path.lstrip(b"/"), bytes.fromhex(found[1]), int(found[2])


class Written:
    """A list while it is written."""

    def __init__(self, connection: "sqlite3.Connection") -> None:
        self._connection = connection
        self._waiting: list[tuple[bytes, bytes]] = []

    def take(self, path: bytes, digest: bytes) -> None:
        """The digest of a file that was copied."""
        self._waiting.append((path, digest))
        if len(self._waiting) >= _BATCH:
            self._flush()

    def take_over(self, before: Path, root: Path) -> None:
        """The digests of what was linked: all that the list before has, and that is in the folder still."""
        self._flush()
        with _opened(before) as other:
            for path, digest in other.execute("SELECT path, digest FROM digests"):
                if (root / _name(path)).is_file():
                    self.take(path, digest)
        self._flush()

    def _flush(self) -> None:
        self._connection.executemany("INSERT OR IGNORE INTO digests VALUES (?, ?)", self._waiting)
        self._waiting.clear()


@contextmanager
def written(path: Path) -> Iterator[Written]:
    """A new list of digests. Raise OSError where it cannot be written."""
    import sqlite3

    path.touch(mode=0o600, exist_ok=False)
    try:
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        try:
            connection.execute("PRAGMA journal_mode = OFF")
            connection.execute("PRAGMA synchronous = OFF")  # it is synced together with the snapshot
            connection.execute("CREATE TABLE digests (path BLOB PRIMARY KEY, digest BLOB NOT NULL) WITHOUT ROWID")
            connection.execute("BEGIN")
            making = Written(connection)
            yield making
            making._flush()
            connection.execute("COMMIT")
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise OSError(5, str(error), str(path)) from None


@contextmanager
def _opened(path: Path) -> Iterator["sqlite3.Connection"]:
    import sqlite3

    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False)
    try:
        yield connection
    finally:
        connection.close()


def pick(path: Path, wanted: int) -> list[bytes]:
    """So many paths of the list, each with the same chance. Raise CannotRestore where it cannot be read."""
    import sqlite3

    try:
        with _opened(path) as connection:
            found = connection.execute("SELECT path FROM digests ORDER BY random() LIMIT ?", [wanted])
            return [one for (one,) in found]
    except sqlite3.Error:
        raise CannotRestore(_("the list of digests cannot be read")) from None


class Compared:
    """What is found in a folder, file by file, of what the list says."""

    def __init__(self, connection: "sqlite3.Connection") -> None:
        self._connection = connection
        self.checked = 0
        self.differences: list[str] = []

    def on_line(self, line: str) -> None:
        """A file of the folder, as rsync tells it in FORMAT."""
        read = read_line(line)
        if read is None:
            return
        path, digest, _size = read
        listed = self._connection.execute("SELECT digest FROM digests WHERE path = ?", [path]).fetchone()
        self.checked += 1
        if listed is None:
            self._tell(_("{path} is there and was not listed").format(path=_name(path)))
        elif listed[0] != digest:
            self._tell(_("{path} has another content than was copied").format(path=_name(path)))

    def count(self, files: int) -> None:
        """Say so where fewer files are there than should be."""
        missing = files - self.checked
        if missing > 0:
            said = ngettext("{count} file is missing", "{count} files are missing", missing)
            self._tell(said.format(count=missing))

    def _tell(self, difference: str) -> None:
        if len(self.differences) < _TOLD:
            self.differences.append(difference)


@contextmanager
def comparing(path: Path) -> Iterator[Compared]:
    """What a folder is compared with. Raise CannotRestore where the list cannot be read."""
    import sqlite3

    try:
        with _opened(path) as connection:
            yield Compared(connection)
    except sqlite3.Error:
        raise CannotRestore(_("the list of digests cannot be read")) from None


def _name(path: bytes) -> str:
    import os

    return os.fsdecode(path)
