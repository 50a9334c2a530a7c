"""Looking into an SQLite file: what is in it, whether it is whole, and what one asks it; never longer than one may."""

import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from opsctl.backups.drivers import CannotRestore, Compared, Limits, Unit
from opsctl.backups.drivers import artefacts as stored
from opsctl.backups.terms import Verdict
from opsctl.core.texts import _, ngettext

_TURNS = 100_000
"""So many steps of SQLite's machine are made between two looks at the clock."""
_BUSY = 60.0
ORPHANS = "orphans"
"""In `more` of a manifest: how many rows pointed to a row there was not."""


class Late(Exception):
    """Time is up."""


class Deadline:
    """When the time of a run is up: what SQLite does is no process that could be stopped."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._at = time.monotonic() + limits.wall.total_seconds()
        if limits.until is not None:
            self._at = min(self._at, limits.until)

    def is_over(self) -> bool:
        """Whether it is up."""
        return time.monotonic() > self._at

    def rest(self) -> Limits:
        """The limits of what comes next in the same run."""
        return replace(self._limits, until=self._at)

    def stop(self) -> int:
        """What SQLite asks for now and then: not 0 ends what it does."""
        return int(self.is_over())


class Found:
    """What is in a copy: exact counts by table, what SQLite finds damaged, rows that point to nothing."""

    def __init__(self, counts: dict[str, int], damage: str | None, orphans: int) -> None:
        self.counts, self.damage, self.orphans = counts, damage, orphans

    @classmethod
    def of(cls, connection: sqlite3.Connection) -> "Found":
        """Look at a copy. Raise sqlite3.Error where it cannot be read, Late where time is up."""
        with in_time():
            said = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(10)")]
            damage = None if said == ["ok"] else "; ".join(said).replace("\n", " ")
            if damage is not None:
                return cls({}, damage, 0)
            counts = {name: connection.execute(_count_of(name)).fetchone()[0] for name in _tables(connection)}
            orphans = sum(1 for _row in connection.execute("PRAGMA foreign_key_check"))
        return cls(counts, None, orphans)

    @property
    def remark(self) -> str | None:
        """What a person should know of a database that is whole."""
        if not self.orphans:
            return None
        return ngettext(
            "{count} row points to a row there is not", "{count} rows point to rows there are not", self.orphans
        ).format(count=self.orphans)


@contextmanager
def in_time() -> Iterator[None]:
    """Raise Late for what the progress handler interrupted."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
            raise Late from None
        raise


def open_only(path: Path, deadline: Deadline) -> sqlite3.Connection:
    """The database, read only: a name that is not there makes no empty one."""
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=_BUSY, isolation_level=None)
    connection.set_progress_handler(deadline.stop, _TURNS)
    return connection


def _tables(connection: sqlite3.Connection) -> list[str]:
    rows = connection.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND substr(name, 1, 7) <> 'sqlite_'"
        " AND sql NOT LIKE 'CREATE VIRTUAL TABLE%' ORDER BY name"
    )
    return [row[0] for row in rows]


def _count_of(table: str) -> str:
    quoted = table.replace('"', '""')
    return f'SELECT count(*) FROM "{quoted}"'  # noqa: S608 - a name, quoted


def compare(
    path: Path, manifest: stored.Manifest | None, counts: Mapping[str, int] | None, limits: Limits
) -> Compared:
    """Counts of every table against those of the record, else of the manifest, and SQLite's own checks."""
    expected = dict(counts or (manifest.counts if manifest is not None else {}))
    against = _("integrity_check, and the rows of every table")
    try:
        with closing(open_only(path, Deadline(limits))) as connection:
            found = Found.of(connection)
    except sqlite3.Error as error:
        return Compared(against, 0, (str(error),))
    except Late:
        raise CannotRestore(_("it ran longer than its time-out"), Verdict.COULD_NOT_RUN) from None
    if found.damage is not None:
        return Compared(against, 0, (found.damage,))
    differences = [
        _("{table}: {found} rows instead of {expected}").format(
            table=table, found=found.counts.get(table, "–"), expected=expected.get(table, "–")
        )
        for table in sorted({*expected, *found.counts})
        if expected.get(table) != found.counts.get(table)
    ]
    orphans = manifest.more.get(ORPHANS, 0) if manifest is not None else found.orphans
    if orphans != found.orphans:
        differences.append(_("{found} rows point to nothing, instead of {expected}").format(
            found=found.orphans, expected=orphans))  # fmt: skip
    return Compared(against, len(found.counts), tuple(differences[:100]), Unit.TABLES)


def ask(path: Path, query: str, limits: Limits) -> list[tuple[Any, ...]]:
    """The rows of one query. Raise CannotRestore where it fails, as could not run where that tells nothing."""
    try:
        with closing(open_only(path, Deadline(limits))) as connection, in_time():
            connection.execute("PRAGMA query_only = on")
            return connection.execute(query).fetchall()
    except (sqlite3.Error, sqlite3.Warning) as error:
        raise CannotRestore(str(error), _blamed(error)) from None
    except Late:
        raise CannotRestore(_("it ran longer than its time-out"), Verdict.COULD_NOT_RUN) from None


def _blamed(error: Exception) -> Verdict:
    """What it says of a copy that a query failed: nothing where the query is at fault, or what lies around the copy."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_MISUSE) & 0xFF
    is_no_query = any(sign in str(error) for sign in ("syntax error", "incomplete input", "unrecognized token"))
    missing = code == sqlite3.SQLITE_ERROR and not is_no_query
    is_damaged = code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
    return Verdict.DIFFERS if missing or is_damaged else Verdict.COULD_NOT_RUN
