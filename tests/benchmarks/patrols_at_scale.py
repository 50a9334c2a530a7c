"""`today`, with a million readings and five thousand actions against a hundred of each."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import NamedTemporaryFile

from measure import OPSCTL, finish, house, in_turns, process_seconds, runs, tell

LIMIT = 1.2
ZONE = "Asia/Shanghai"
ITEMS = 30
SIZES = {"many": (1_000_000, 5_000), "few": (100, 100)}
BOOK = """
[rulebook]
name = "scale"
version = "1"
zone = "Asia/Shanghai"
[checklists.room]
title = "Room"
items = [{ id = "temp", title = "Temperature", type = "number", warn = "10:30" }]
[duties.room-patrol]
schedule = "0 9,21 * * *"
owner = "role:engineer"
assets = { kind = "room" }
evidence = { kind = "inspection.completed", checklist = "room" }
"""


def main() -> None:
    """Print the ratio, after both databases are filled."""
    with house() as (home, environment), NamedTemporaryFile("w", suffix=".toml") as rules:
        rules.write(BOOK)
        rules.flush()
        places = {size: home / f"{size}.db" for size in SIZES}
        for size, path in places.items():
            opsctl = [OPSCTL, "--db", f"sqlite:///{path}"]
            process_seconds([*opsctl, "init", "--zone", ZONE], environment)
            for number in range(5):
                process_seconds([*opsctl, "asset", "add", f"room-{number}", "--kind", "room"], environment)
            process_seconds([*opsctl, "rulebook", "apply", rules.name], environment)
            fill(path, *SIZES[size])
        many, few = (
            partial(process_seconds, [OPSCTL, "--db", f"sqlite:///{places[size]}", "today"], environment)
            for size in ("many", "few")
        )
        kept = [tell("opsctl today", *in_turns(many, few, runs(21)), LIMIT)]
    finish(kept)


def fill(path: Path, readings: int, actions: int) -> None:
    """Write rounds with their readings and occurrences, and open actions, past opsctl and its ledger."""
    now = datetime.now(UTC).replace(microsecond=0)
    rounds = -(-readings // ITEMS)
    step = timedelta(hours=12)
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        for setting in ("journal_mode = OFF", "synchronous = OFF", "foreign_keys = OFF", "cache_size = -400000"):
            file.execute(f"PRAGMA {setting}")
        file.execute("BEGIN")
        generation = file.execute("SELECT max(generation) FROM rulebook_version").fetchone()[0]
        file.executemany(
            "INSERT INTO inspection (reference, checklist, asset, state, rules, person, started_at, done_at,"
            " entered_at, recorded_at) VALUES (?, 'room', ?, 'done', ?, ?, ?, ?, ?, ?)",
            (
                (_round(number), f"room-{number % 5}", generation, f"person-{number % 40}", *[_stored(at)] * 4)
                for number, at in _moments(now, rounds, step)
            ),
        )
        file.executemany(
            'INSERT INTO inspection_reading (inspection, position, item, mark, value, source, "by", at)'
            " VALUES (?, ?, ?, 'ok', '21.5', 'typed', 'li', ?)",
            (
                (_round(number), item, f"item-{item}", _stored(at))
                for number, at in _moments(now, rounds, step)
                for item in range(ITEMS)
            ),
        )
        file.executemany(
            "INSERT INTO occurrence (duty, about, due_at, opens_at, closes_at, kind, topic, owner, rules, state,"
            " met_by, met_at, judged_at) VALUES ('old-patrol', ?, ?, ?, ?,"
            " 'inspection.completed', 'room', 'role:engineer', ?, ?, ?, ?, ?)",
            (_occurrence(number, at, generation) for number, at in _moments(now, rounds, step)),
        )
        file.executemany(
            "INSERT INTO action (reference, title, gravity, state, asset, found_at, owner, deadline, seen, recorded_by,"
            " recorded_at) VALUES (?, 'uplink drops packets', 'fail', 'open', ?, ?, ?, ?, 1, 'li', ?)",
            (
                (
                    *(f"ACT-{now.year}-{number:04d}", f"room-{number % 5}", _stored(now), f"person-{number % 40}"),
                    *(_stored(now + timedelta(hours=number % 700 - 350)), _stored(now)),
                )
                for number in range(actions)
            ),
        )
        file.execute("COMMIT")
        file.execute("PRAGMA journal_mode = WAL")


def _moments(now: datetime, count: int, step: timedelta) -> list[tuple[int, datetime]]:
    """Every round with its time, five rooms at each; the newest half a day ago."""
    return [(number, now - step * (1 + (count - number) // 5)) for number in range(count)]


def _occurrence(number: int, at: datetime, generation: int) -> tuple[object, ...]:
    # One of a hundred was missed: so many are due for ever.
    met = None if number % 100 == 0 else _round(number)
    due = at + timedelta(seconds=number % 5)
    return (
        *(f"room-{number % 5}-{number // 5}", _stored(due), _stored(at), _stored(at + timedelta(hours=1)), generation),
        *("due" if met is None else "done", met),
        *((None, None) if met is None else (_stored(at), _stored(at))),
    )


def _round(number: int) -> str:
    return f"INS-2026-{number + 1:04d}"


def _stored(moment: datetime) -> str:
    """The shape in which SQLAlchemy keeps a moment in SQLite."""
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f")


if __name__ == "__main__":
    main()
