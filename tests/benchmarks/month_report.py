"""The report of a month among a million incidents, against the same figures by hand-written SQL (month_floor.py)."""

import json
import multiprocessing
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from incidents_at_scale import MANY, ZONE, fill
from measure import OPSCTL, finish, house, in_turns, process_seconds, runs, tell

MONTH, START, END = "2026-09", "2026-08-31 16:00:00.000000", "2026-09-30 16:00:00.000000"
SLOWER, MEGABYTES = 1.5, 250.0
FLOOR = str(Path(__file__).with_name("month_floor.py"))
_HOUR = timedelta(hours=1)
_ATTENTION = 3
"""Some were detected before their impact began: they are left out, and the report says so."""
# Of whom what is told; availability and mtbf count merged outages, and their records are compared all the same.
_ALIKE = ("value", "numerator", "denominator", "n", "voided", "corrected", "late", "reopened", "carried_over")


def main() -> None:
    """Print the ratio and the peak memory, after both have told the same numbers."""
    with house() as (home, environment):
        path = home / "many.db"
        process_seconds([OPSCTL, "--db", f"sqlite:///{path}", "init", "--zone", ZONE], environment)
        # In another process: what this one ever held, Linux counts among the memory of those that it starts.
        filling = multiprocessing.get_context("spawn").Process(target=make_history, args=(path, MANY))
        filling.start()
        filling.join()
        ours = [OPSCTL, "--db", f"sqlite:///{path}", "kpi", "report", MONTH, "--json"]
        floor = [sys.executable, FLOOR, str(path), START, END]
        told, megabytes = _told(ours, environment)
        _check(json.loads(told)["data"]["figures"], json.loads(_told(floor, environment)[0]))
        slow, quick = in_turns(
            partial(process_seconds, ours[:-1], environment, _ATTENTION),
            partial(process_seconds, floor, environment),
            runs(5),
        )
        kept = [tell(f"opsctl kpi report {MONTH}", slow, quick, SLOWER)]
        held = megabytes <= MEGABYTES
        verdict = "kept" if held else "BROKEN"
        sys.stdout.write(f"{'peak memory of the report':<40} {megabytes:9.1f} MB  (limit {MEGABYTES:.0f}) {verdict}\n")
        kept.append(held)
    finish(kept)


def make_history(path: Path, count: int) -> None:
    """Fill the initialised database with so many incidents, some of them hard."""
    fill(path, count)
    complicate(path)


def complicate(path: Path) -> None:
    """Make some of the last months' incidents void, drills, merged, reopened, corrected, detected or entered late."""
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        file.execute("BEGIN")
        rows = file.execute(
            "SELECT rowid, reference, opened, state FROM incident WHERE opened >= '2026-07-01' ORDER BY rowid"
        ).fetchall()
        before: tuple[Any, ...] | None = None
        for row in rows:
            number, reference, opened, state = row
            _mark(file, number, reference, opened)
            plain = number % 89 and number % 97
            if number % 101 == 0 and plain and before is not None and before[0] % 89 and before[0] % 97:
                if state == "closed" and before[3] == "closed":
                    _merge(file, reference, before[1])
            elif number % 103 == 0 and state == "closed":
                _reopen(file, reference)
            before = row
        file.execute("COMMIT")


def _mark(file: sqlite3.Connection, number: int, reference: str, opened: str) -> None:
    for divisor, change, value in (
        (89, "void = ?", "test"),
        (97, "drill = ?", 1),
        (107, "recorded_at = ?", _later(opened, 24 * _HOUR)),
        (109, "corrected_at = ?", _later(opened, 48 * _HOUR)),
        (113, "detected = ?", _later(opened, timedelta(seconds=-60))),
        (127, "category = ?", "security"),
    ):
        if number % divisor == 0:
            file.execute(f"UPDATE incident SET {change} WHERE reference = ?", (value, reference))
    if number % 131 == 0:
        for ended, position in file.execute(
            "SELECT ended, position FROM incident_interval WHERE incident = ? AND kind = 'outage'"
            " AND ended IS NOT NULL",
            (reference,),
        ).fetchall():
            file.execute(
                "UPDATE incident_interval SET ended_entered = ? WHERE incident = ? AND position = ?",
                (_later(ended, _HOUR), reference, position),
            )


def _merge(file: sqlite3.Connection, reference: str, target: str) -> None:
    last, start = _last_state(file, reference)
    moment = _later(start, _HOUR)
    _end(file, reference, last, moment)
    _add(file, reference, "state", "merged", moment, None)
    file.execute(
        "UPDATE incident SET state = 'merged', merged_into = ?, response_due = NULL, restore_due = NULL"
        " WHERE reference = ?",
        (target, reference),
    )


def _reopen(file: sqlite3.Connection, reference: str) -> None:
    last, start = _last_state(file, reference)
    moments = [_later(start, hours * _HOUR) for hours in (1, 2, 3)]
    _end(file, reference, last, moments[0])
    _add(file, reference, "state", "acknowledged", moments[0], moments[2])
    _add(file, reference, "outage", None, moments[0], moments[1])
    _add(file, reference, "state", "resolved", moments[2], None)
    file.execute("UPDATE incident SET state = 'resolved' WHERE reference = ?", (reference,))


def _last_state(file: sqlite3.Connection, reference: str) -> tuple[int, str]:
    found: tuple[int, str] = file.execute(
        "SELECT position, started FROM incident_interval WHERE incident = ? AND kind = 'state'"
        " ORDER BY position DESC LIMIT 1",
        (reference,),
    ).fetchone()
    return found


def _end(file: sqlite3.Connection, reference: str, position: int, moment: str) -> None:
    file.execute(
        "UPDATE incident_interval SET ended = ? WHERE incident = ? AND position = ?", (moment, reference, position)
    )


def _add(
    file: sqlite3.Connection, reference: str, kind: str, state: str | None, started: str, ended: str | None
) -> None:
    file.execute(
        "INSERT INTO incident_interval (incident, position, kind, state, started, ended, weight)"
        " SELECT ?, max(position) + 1, ?, ?, ?, ?, 1000 FROM incident_interval WHERE incident = ?",
        (reference, kind, state, started, ended, reference),
    )


def _later(stored: str, by: timedelta) -> str:
    return (datetime.fromisoformat(stored) + by).strftime("%Y-%m-%d %H:%M:%S.%f")


def _told(command: list[str], environment: dict[str, str]) -> tuple[bytes, float]:
    """What the command prints, and the most memory that it held, in megabytes."""
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        out = process.stdout.read()
        _pid, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, _ATTENTION):
        raise RuntimeError(f"{command} ended with {process.returncode}")
    return out, usage.ru_maxrss / 1024


def _check(ours: list[dict[str, Any]], floor: dict[str, dict[str, Any]]) -> None:
    """Raise RuntimeError where the two do not tell the same."""
    for figure in ours:
        other = floor.get(figure["name"])
        if other is None:
            continue
        told = {**figure, **(figure.get("stats") or {})}
        told["excluded"] = sorted([one["reference"], one["reason"]] for one in figure["excluded"])
        for name in (*_ALIKE, "median", "p90", "max", "counted", "excluded", "fallbacks"):
            if name in other and name in told and told[name] != other[name]:
                raise RuntimeError(f"{figure['name']} {name}: {told[name]} and {other[name]}"[:2000])


if __name__ == "__main__":
    main()
