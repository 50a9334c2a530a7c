"""SQLite: the embedded default. One file, write-ahead log, full synchronous, foreign keys."""

import errno
import os
import sqlite3
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool, StaticPool

from opsctl.core.chain import Entry, Head, Signature, seal
from opsctl.core.errors import OpsctlError
from opsctl.core.times import utc_text
from opsctl.store import faults
from opsctl.store.address import Address

BUSY_SECONDS = 5
LEDGER_GUARDS = (
    "ledger_no_update", "ledger_no_delete", "ledger_next_only",
    "ledger_facts_blank_only", "ledger_facts_no_delete", "ledger_facts_no_replace",
    "ledger_head_forward_only", "ledger_head_no_delete",
)  # fmt: skip

_LEDGER = (
    "INSERT INTO ledger (seq, recorded_at, happened_at, actor, host, kind, subject, about, topic, customer, request,"
    " line, facts_digest, record_digest, row_digest, prev_hash, hash)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_FACTS = "INSERT INTO ledger_facts (seq, facts, salt) VALUES (?, ?, ?)"


def write_engine(target: str) -> Engine:
    """An engine whose every transaction begins by taking the write lock."""
    engine = create_engine("sqlite://", creator=lambda: _connect(target), poolclass=NullPool)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


def read_engine(target: str) -> Engine:
    """An engine that cannot write and whose every transaction sees one snapshot."""
    engine = create_engine("sqlite://", creator=lambda: _connect(target, readable_only=True), poolclass=StaticPool)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    return engine


def _connect(target: str, *, readable_only: bool = False) -> sqlite3.Connection:
    # A `file:` address, since only that can refuse to create a missing file.
    mode = "ro&immutable=1" if readable_only and _is_on_read_only_disk(target) else "rw"
    connection = sqlite3.connect(
        f"file:{quote(os.fsencode(target))}?mode={mode}",
        uri=True,
        timeout=BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
    )
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA synchronous=FULL")
    # What was redacted is overwritten in the file, too; not every SQLite is built to do so unasked.
    connection.execute("PRAGMA secure_delete=ON")
    if readable_only:
        connection.execute("PRAGMA query_only=ON")
    return connection


def _is_on_read_only_disk(target: str) -> bool:
    """Whether nobody can write there, so that the file may be read without the lock and the log of a writer."""
    return bool(os.statvfs(Path(target).parent).f_flag & os.ST_RDONLY) and not Path(f"{target}-wal").exists()


def prepare(target: str) -> None:
    """Make the file of a new database, readable by its owner alone, with a write-ahead log.

    Raise Unavailable for a database of another program, IsADirectoryError for a folder.
    """
    path = Path(target)
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), target)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    engine = create_engine("sqlite://", creator=lambda: _connect(target), poolclass=NullPool)
    with engine.connect() as connection:
        tables = set(connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars())
        if tables and "alembic_version" not in tables:
            raise faults.damaged(f"sqlite:///{target}")
        connection.exec_driver_sql("PRAGMA journal_mode=WAL")


def exists(target: str) -> bool:
    """Whether there is a file to open; an empty one is none. Raise Unavailable if nobody lets us look."""
    path = Path(target)
    try:
        return path.is_file() and path.stat().st_size > 0
    except OSError as error:
        raise faults.unreachable(f"sqlite:///{target}", str(error.strerror)) from None


def actor(connection: Connection, named: str) -> str:
    """Who acts: the name given, since anybody who can write the file can type any name."""
    return named


def append(connection: Connection, entries: list[Entry], by: Signature) -> Head:
    """Write the entries as the next rows of the ledger and return the new head.

    The write lock that the transaction holds from its beginning makes this the only writer.
    """
    found = connection.exec_driver_sql("SELECT seq, hash FROM ledger_head WHERE id = 1").one()
    head = Head(found.seq, found.hash)
    recorded = _stored(utc_text(by.now))
    rows = []
    for entry in entries:
        sealed = seal(entry, by, head)
        head = Head(head.seq + 1, sealed.hash)
        rows.append(
            (
                head.seq, recorded, _stored(utc_text(entry.happened_at)), by.actor, by.host, entry.kind, entry.subject,
                entry.about, entry.topic, entry.customer, by.request, entry.line, sealed.facts_digest,
                entry.record_digest, sealed.row_digest, sealed.prev_hash, sealed.hash,
            )
        )  # fmt: skip
    connection.exec_driver_sql(_LEDGER, rows)
    first = head.seq - len(entries) + 1
    connection.exec_driver_sql(_FACTS, [(first + at, entry.facts, entry.salt) for at, entry in enumerate(entries)])
    connection.exec_driver_sql("UPDATE ledger_head SET seq = ?, hash = ? WHERE id = 1", (head.seq, head.hash))
    return head


def _stored(moment: str) -> str:
    # The shape in which SQLAlchemy keeps a datetime in SQLite, so that both sort together.
    return moment[:-1].replace("T", " ")


def guards(connection: Connection) -> set[str]:
    """The names of the triggers that stand."""
    found = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
    return set(found.scalars())


def is_passing(error: DBAPIError) -> bool:
    """Whether the same transaction may succeed when it is tried again."""
    return _name(error) in {"SQLITE_BUSY", "SQLITE_BUSY_SNAPSHOT", "SQLITE_BUSY_RECOVERY", "SQLITE_LOCKED"}


def in_words(error: DBAPIError, address: Address) -> OpsctlError | None:
    """The fault that a person can act on; None for one that only our own code can have made."""
    name = _name(error)
    if is_passing(error):
        return faults.busy()
    if name.startswith(("SQLITE_READONLY", "SQLITE_PERM", "SQLITE_AUTH")):
        return faults.read_only()
    if name == "SQLITE_FULL":
        return faults.full()
    if name.startswith("SQLITE_CANTOPEN"):
        return faults.read_only() if exists(address.target) else faults.not_initialised(str(address))
    if name.startswith("SQLITE_IOERR"):
        return faults.input_output()
    if name.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")) or "Could not decode" in str(error.orig):
        return faults.damaged(str(address))
    if name in {"SQLITE_CONSTRAINT_TRIGGER", "SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"}:
        return faults.refused()
    if "no such table" in str(error.orig):
        return faults.not_initialised(str(address))
    return None


def _name(error: DBAPIError) -> str:
    return str(getattr(error.orig, "sqlite_errorname", ""))
