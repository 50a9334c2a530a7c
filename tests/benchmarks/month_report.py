"""The report of a month among a million incidents, against the same figures by hand-written SQL (month_floor.py)."""

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from measure import OPSCTL, finish, house, in_turns, tell
from million import MANY, ZONE, asked, database

SLOWER, MEGABYTES = 1.5, 250.0
FLOOR = str(Path(__file__).with_name("month_floor.py"))
_ATTENTION = 3
"""Some were detected before their impact began: they are left out, and the report says so."""
# Of whom what is told; availability and mtbf count merged outages, and their records are compared all the same.
_ALIKE = ("value", "numerator", "denominator", "n", "voided", "corrected", "late", "reopened", "carried_over")


def main() -> None:
    """Print the ratio and the peak memory, after both have told the same numbers."""
    given = asked(5)
    path = database(given.folder, MANY)
    month, start, end = last_month(path)
    with house() as (_home, environment):
        ours = [OPSCTL, "--db", f"sqlite:///{path}", "kpi", "report", month, "--json"]
        floor = [sys.executable, FLOOR, str(path), start, end]
        told, megabytes = _told(ours, environment)
        _check(json.loads(told)["data"]["figures"], json.loads(_told(floor, environment)[0]))
        slow, quick = in_turns(
            partial(given.seconds, ours[:-1], environment, (0, _ATTENTION)),
            partial(given.seconds, floor, environment),
            given.runs,
        )
        kept = [tell(f"opsctl kpi report {month}", slow, quick, SLOWER)]
        held = megabytes <= MEGABYTES
        verdict = "kept" if held else "BROKEN"
        sys.stdout.write(f"{'peak memory of the report':<40} {megabytes:9.1f} MB  (limit {MEGABYTES:.0f}) {verdict}\n")
        kept.append(held)
    finish(kept)


def last_month(path: Path) -> tuple[str, str, str]:
    """The last whole month of the database, and its edges as they are stored."""
    with closing(sqlite3.connect(path)) as file:
        newest = file.execute("SELECT max(recorded_at) FROM ledger WHERE seq IN (SELECT seq FROM ledger_head)")
        last = datetime.fromisoformat(newest.fetchone()[0] + "+00:00").astimezone(ZoneInfo(ZONE))
    end = last.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    start = (end - timedelta(days=1)).replace(day=1)
    edges = (one.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f") for one in (start, end))
    return start.strftime("%Y-%m"), *edges


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
