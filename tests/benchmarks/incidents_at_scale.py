"""Opening an incident, and listing the newest, in a database of a million incidents against one of a hundred."""

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from measure import OPSCTL, finish, house, in_turns, process_seconds, runs, tell

MANY, FEW = 1_000_000, 100
ZONE = "Asia/Shanghai"
ASSETS = 200
UNRESOLVED = 200
FIRST = datetime(2021, 11, 1, tzinfo=UTC)
YEARS = timedelta(days=5 * 365)
TITLES = ("login answers 502", "no answer", "slow for one region", "登录间歇性失败", "replication is behind")
LEVELS = ("low", "medium", "medium", "high")
CASES: dict[str, tuple[list[str], float]] = {
    "opsctl incident open": (["incident", "open", "asset-007", "login answers 502"], 1.2),
    "opsctl incident list --limit 20": (["incident", "list", "--limit", "20"], 1.3),
}
_INCIDENT = (
    "INSERT INTO incident (reference, title, asset, impact, urgency, state, category, severity, assignee, drill,"
    " response_due, restore_due, impact_start, opened, recorded_at)"
    " VALUES (?, ?, ?, ?, ?, ?, 'fault', ?, ?, 0, ?, ?, ?, ?, ?)"
)
_SPAN = (
    "INSERT INTO incident_interval (incident, position, kind, state, started, ended, weight)"
    " VALUES (?, ?, ?, ?, ?, ?, 1000)"
)
_BLOCK = 20_000
Rows = tuple[list[tuple[object, ...]], list[tuple[object, ...]]]


def main() -> None:
    """Print the ratio of each case, after both databases are filled."""
    with house() as (home, environment):
        places = {count: home / f"{count}.db" for count in (MANY, FEW)}
        for count, path in places.items():
            process_seconds([OPSCTL, "--db", f"sqlite:///{path}", "init", "--zone", ZONE], environment)
            fill(path, count)
        kept = []
        for name, (words, limit) in CASES.items():
            many, few = (
                partial(process_seconds, [OPSCTL, "--db", f"sqlite:///{places[count]}", *words], environment)
                for count in (MANY, FEW)
            )
            kept.append(tell(name, *in_turns(many, few, runs(21)), limit))
    finish(kept)


def fill(path: Path, count: int) -> None:
    """Write `count` incidents into an initialised SQLite database, past opsctl and its ledger; always the same."""
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        # Nobody reads it meanwhile, and a broken one is thrown away.
        for setting in ("journal_mode = OFF", "synchronous = OFF", "foreign_keys = OFF", "cache_size = -400000"):
            file.execute(f"PRAGMA {setting}")
        file.execute("BEGIN")
        file.executemany(
            "INSERT INTO asset (handle, title, recorded_at) VALUES (?, ?, ?)",
            [(f"asset-{number:03d}", f"Asset {number}", _stored(FIRST)) for number in range(ASSETS)],
        )
        numbers: dict[int, int] = {}
        for incidents, spans in _blocks(count, numbers):
            file.executemany(_INCIDENT, incidents)
            file.executemany(_SPAN, spans)
        file.executemany("INSERT INTO reference_counter VALUES ('INC', ?, ?)", list(numbers.items()))
        file.execute("COMMIT")
        file.execute("PRAGMA journal_mode = WAL")


def _blocks(count: int, numbers: dict[int, int]) -> Iterator[Rows]:
    """Rows of incidents and of their spans, in the order of opening; `numbers` keeps the last number of each year."""
    chance = random.Random(20261121)
    # The youngest of them, and no more of a small history than its tenth.
    unresolved = range(count - 2 * min(UNRESOLVED, count // 10), count, 2)
    rows: Rows = [], []
    for number in range(count):
        _write(number, FIRST + number * (YEARS / count), number in unresolved, chance, numbers, rows)
        if len(rows[0]) == _BLOCK or number == count - 1:
            yield rows
            rows = [], []


def _write(
    number: int, opened: datetime, unresolved: bool, chance: random.Random, numbers: dict[int, int], rows: Rows
) -> None:
    year = opened.astimezone(ZoneInfo(ZONE)).year
    numbers[year] = numbers.get(year, 0) + 1
    reference = f"INC-{year}-{numbers[year]:04d}"
    began = opened - timedelta(seconds=chance.randrange(0, 900))
    acknowledged = opened + timedelta(seconds=chance.randrange(30, 1800))
    restored = acknowledged + timedelta(seconds=chance.randrange(60, 20_000))
    resolved = restored + timedelta(seconds=chance.randrange(0, 3600))
    down = chance.random() < 0.5
    steps: list[tuple[str, datetime]] = [("open", opened)]
    if not unresolved or number % 4 == 0:
        steps.append(("acknowledged", acknowledged))
    if not unresolved:
        steps.append(("resolved", resolved))
        if number % 3:
            steps.append(("closed", resolved + timedelta(days=1)))
    title = f"{chance.choice(TITLES)} {number % 997}"
    asset = f"asset-{chance.randrange(ASSETS):03d}"
    rows[0].append(
        (
            *(reference, title, asset, chance.choice(LEVELS), chance.choice(LEVELS), steps[-1][0]),
            *(chance.randrange(1, 5), f"person-{number % 40:02d}"),
            *(_stored(opened + timedelta(minutes=30)), _stored(opened + timedelta(hours=8))),
            *(_stored(began) if down else None, _stored(opened), _stored(opened)),
        )
    )
    ends: list[datetime | None] = [*(start for _state, start in steps[1:]), None]
    spans: list[tuple[str, str | None, datetime, datetime | None]] = [
        ("state", state, start, end) for (state, start), end in zip(steps, ends, strict=True)
    ]
    if down:
        spans.append(("outage", None, began, None if unresolved else restored))
    rows[1].extend(
        (reference, position, kind, state, _stored(start), None if end is None else _stored(end))
        for position, (kind, state, start, end) in enumerate(spans)
    )


def _stored(moment: datetime) -> str:
    """The shape in which SQLAlchemy keeps a moment in SQLite."""
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f")


if __name__ == "__main__":
    main()
