"""The floor of every import: the very rows that it stores, ledger included, by `executemany` in one transaction."""

import shutil
import sqlite3
from pathlib import Path

from measure import seconds

TABLES = ("incident", "incident_interval", "ledger", "ledger_facts", "ledger_head", "reference_counter")
Rows = dict[str, list[tuple[object, ...]]]


def fresh(empty: Path, used: Path) -> None:
    """Make `used` a copy of the empty database again."""
    for left in used.parent.glob(f"{used.name}*"):
        left.unlink()
    shutil.copyfile(empty, used)


def difference(empty: Path, used: Path) -> Rows:
    """What the import added to each table, in the order of its keys."""
    rows: Rows = {}
    for table in TABLES:
        before, after = (_all(path, table) for path in (empty, used))
        rows[table] = [row for row in after if row not in before]
    return rows


def _all(path: Path, table: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(path)
    try:
        return connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()
    finally:
        connection.close()


def insert(path: Path, rows: Rows) -> float:
    """How long the bare inserts take, in seconds, in one transaction and with the pragmas of opsctl."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA busy_timeout=5000")

    def work() -> None:
        connection.execute("BEGIN IMMEDIATE")
        for table, found in rows.items():
            if table == "ledger_head":
                connection.executemany("UPDATE ledger_head SET id = ?, seq = ?, hash = ?", found)
            elif found:
                marks = ", ".join("?" * len(found[0]))
                connection.executemany(f"INSERT INTO {table} VALUES ({marks})", found)
        connection.execute("COMMIT")

    try:
        return seconds(work)
    finally:
        connection.close()
