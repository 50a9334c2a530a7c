"""An import of 100,000 incidents against `executemany` of the very rows that it stores, ledger included."""

import shutil
import sqlite3
from pathlib import Path

from history import ASSETS, write_history
from measure import OPSCTL, finish, house, in_turns, process_seconds, runs, seconds, tell

LIMIT = 3.0
COUNT = 100_000
TABLES = ("incident", "incident_interval", "ledger", "ledger_facts", "ledger_head", "reference_counter")
Rows = dict[str, list[tuple[object, ...]]]


def main() -> None:
    """Print the ratio of the whole process to the bare inserts, in one transaction and with the same pragmas."""
    with house() as (home, environment):
        history, import_map = write_history(home, COUNT)
        empty, used = home / "empty.db", home / "used.db"
        process_seconds([OPSCTL, "init", "--zone", "Asia/Shanghai", "--db", str(empty)], environment)
        for asset in ASSETS:
            process_seconds([OPSCTL, "asset", "add", asset, "--db", str(empty)], environment)

        def by_opsctl() -> float:
            _fresh(empty, used)
            command = [OPSCTL, "incident", "import", str(history), "--map", str(import_map), "--db", str(used)]
            return process_seconds(command, environment)

        by_opsctl()
        rows = _difference(empty, used)

        def by_hand() -> float:
            _fresh(empty, used)
            return _insert(used, rows)

        subject, floor = in_turns(by_opsctl, by_hand, runs(9))
        finish([tell(f"import of {len(rows['incident']):,} incidents", subject, floor, LIMIT)])


def _fresh(empty: Path, used: Path) -> None:
    for left in used.parent.glob(f"{used.name}*"):
        left.unlink()
    shutil.copyfile(empty, used)


def _difference(empty: Path, used: Path) -> Rows:
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


def _insert(path: Path, rows: Rows) -> float:
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


main()
