"""Databases of a million records and of a hundred, made by `init`, imports of assets and people, and a rulebook.

    python tests/benchmarks/million.py --in FOLDER

What is there already in the folder is used again. The records are written past opsctl, for it would take days; the
chain of the ledger is whole, and its last word on each record is the digest of that record as it stands.
"""

import argparse
import heapq
import json
import os
import random
import sqlite3
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

from invented_incidents import Event, World, incidents
from invented_rounds import BOOK, ROOMS, actions, days
from measure import OPSCTL, house, process_seconds, processor_seconds

from opsctl.actions.rules import Action
from opsctl.duties.service import rows as occurrence_rows
from opsctl.incidents.service import rows as incident_rows
from opsctl.inspections.rules import Reading, Round
from opsctl.rulebook import service as rulebook
from opsctl.store.address import read_address
from opsctl.store.engine import Store
from opsctl.store.unit import snapshot
from tests.harness import LOGIN

MANY, SOME, FEW = 1_000_000, 196_000, 100
"""Incidents; a million rows of the ledger go with 196,000 of them, five million with all."""
ZONE = "Asia/Shanghai"
YEARS = timedelta(days=5 * 365)
_BLOCK = 20_000
_LEDGER = (
    "seq", "recorded_at", "happened_at", "actor", "host", "kind", "subject", "about", "topic", "customer", "request",
    "line", "facts_digest", "record_digest", "row_digest", "prev_hash", "hash",
)  # fmt: skip
_HOST = "field-1"
_ROUND = tuple(name for name in Round.__dataclass_fields__ if name not in ("readings", "flags"))


class Place(Protocol):
    """A database that is being filled."""

    def insert(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None: ...
    def head(self) -> tuple[int, str]: ...
    def finish(self, seq: int, digest: str, counters: Iterable[tuple[str, int, int]]) -> None: ...


def database(folder: Path, count: int) -> Path:
    """The SQLite database with `count` incidents in that folder; made now if it is not there."""
    path = folder / f"{count}.db"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = folder / f"{count}.unfinished.db"
        for left in folder.glob(f"{unfinished.name}*"):
            left.unlink()
        with house() as (home, environment):
            make_company(f"sqlite:///{unfinished}", count, LOGIN, home, environment)
        with closing(SqlitePlace(unfinished)) as place:
            fill(place, f"sqlite:///{unfinished}", count)
        unfinished.rename(path)
    return path


def make_company(url: str, count: int, login: str, home: Path, environment: dict[str, str]) -> None:
    """A database with people, customers, assets and a rulebook, by opsctl itself; fewer where there are few records."""
    opsctl = [OPSCTL, "--db", url]
    assets, people, customers = sizes(count)
    process_seconds([*opsctl, "init", "--zone", ZONE], environment)
    files: dict[str, list[dict[str, object]]] = {
        "person": [
            {"handle": f"person-{n:03d}", "name": f"Person {n}", "team": f"team-{n % 12}", "posts": "engineer"}
            for n in range(people)
        ],
        "customer": [{"code": f"c-{n:02d}", "name": f"Customer {n}"} for n in range(customers)],
        "asset": [
            {
                "handle": f"asset-{n:04d}", "title": f"Asset {n}", "kind": "room" if n < ROOMS else "server",
                "customer": f"c-{n % customers:02d}", "owner": f"person-{n % people:03d}",
                "in_service_from": (datetime.now(UTC) - YEARS).strftime("%Y-%m-%dT%H:%M:%SZ"),
            }
            for n in range(assets)
        ],
    }  # fmt: skip
    files["person"][0]["login"] = login
    for noun, rows in files.items():
        path = home / f"{noun}.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        process_seconds([*opsctl, noun, "import", str(path)], environment)
    book = home / "scale.toml"
    book.write_text(BOOK, encoding="utf-8")
    process_seconds([*opsctl, "rulebook", "apply", str(book)], environment)


def sizes(count: int) -> tuple[int, int, int]:
    """How many assets, people and customers go with so many incidents."""
    return (2000, 300, 50) if count >= 10_000 else (100, 20, 5)


def fill(place: Place, url: str, count: int) -> None:
    """Write the records of five years up to now, and the chain of the ledger."""
    assets, people, customers = sizes(count)
    last = datetime.now(UTC).replace(microsecond=0)
    world = World(
        zone=ZONE,
        first=last - YEARS,
        last=last,
        assets=tuple((f"asset-{n:04d}", f"c-{n % customers:02d}") for n in range(assets)),
        people=tuple(f"person-{n:03d}" for n in range(people)),
        unresolved=min(200, count // 8),
    )
    store = Store(read_address(url))
    with snapshot(store) as session:
        first = rulebook.of_generation(session, generation=1)
    store.close()
    rounds = max(100, -(-count // 30))
    counters: dict[tuple[str, int], int] = {}
    chain = Chain(place)
    records = heapq.merge(
        _incidents(place, incidents(count, world, first), counters),
        _days(place, days(rounds, world, generation=2), counters),
        _actions(place, actions(max(100, count // 200), world), counters),
        key=lambda one: one[0],
    )
    waiting: list[tuple[datetime, int, Event]] = []
    told, started = 0, time.monotonic()
    for number, (at, events) in enumerate(records):
        for event in events:
            told += 1
            heapq.heappush(waiting, (event.at, told, event))
        while waiting and waiting[0][0] <= at:
            chain.add(heapq.heappop(waiting)[2])
        if number % 50_000 == 49_999:
            _say(f"{number + 1:,} records, {chain.seq:,} rows of the ledger, {time.monotonic() - started:.0f} s")
    while waiting:
        chain.add(heapq.heappop(waiting)[2])
    chain.flush()
    place.finish(chain.seq, chain.hash, [(*key, number) for key, number in counters.items()])
    _say(f"{chain.seq:,} rows of the ledger, {time.monotonic() - started:.0f} s")


class Chain:
    """Chains events to the end of the ledger."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.seq, self.hash = place.head()
        self.rows: list[tuple[object, ...]] = []
        self.facts: list[tuple[int, str, str]] = []
        self.chance = random.Random(20261121)

    def add(self, event: Event) -> None:
        """The event as the next row: what `opsctl.core.chain.seal` does, in a third of the time."""
        self.seq += 1
        stamp = f"{self.chance.getrandbits(256):064x}"
        salt, request = stamp[:32], f"{stamp[32:40]}-{stamp[40:44]}-{stamp[44:48]}-{stamp[48:52]}-{stamp[52:64]}"
        recorded, happened = _stored(event.at), _stored(event.happened_at)
        facts = sha256((salt + event.facts).encode()).hexdigest()
        columns = (
            str(self.seq), f"{recorded.replace(' ', 'T')}Z", f"{happened.replace(' ', 'T')}Z", event.actor, _HOST,
            event.kind, event.subject, event.about or "", event.topic or "", event.customer or "", request, "0", facts,
            event.record or "",
        )  # fmt: skip
        row = sha256("\n".join(columns).encode()).hexdigest()
        before, self.hash = self.hash, sha256(f"{self.hash}\n{row}".encode()).hexdigest()
        self.rows.append(
            (
                self.seq, recorded, happened, event.actor, _HOST, event.kind, event.subject, event.about, event.topic,
                event.customer, request, 0, facts, event.record, row, before, self.hash,
            )
        )  # fmt: skip
        self.facts.append((self.seq, event.facts, salt))
        if len(self.rows) == _BLOCK:
            self.flush()

    def flush(self) -> None:
        """Write what has gathered."""
        self.place.insert("ledger", _LEDGER, self.rows)
        self.place.insert("ledger_facts", ("seq", "facts", "salt"), self.facts)
        self.rows, self.facts = [], []


Counters = dict[tuple[str, int], int]
Recorded = Iterator[tuple[datetime, list[Event]]]


class _Batch:
    """Rows of one table, written in blocks."""

    def __init__(self, place: Place, table: str) -> None:
        self.place, self.table = place, table
        self.columns: tuple[str, ...] = ()
        self.rows: list[list[object]] = []

    def add(self, row: dict[str, Any]) -> None:
        self.columns = self.columns or tuple(row)
        self.rows.append([_stored(value) if isinstance(value, datetime) else value for value in row.values()])
        if len(self.rows) == _BLOCK:
            self.flush()

    def flush(self) -> None:
        if self.rows:
            self.place.insert(self.table, self.columns, self.rows)
            self.rows = []


def _incidents(place: Place, found: Iterable[Any], counters: Counters) -> Recorded:
    heads, spans = _Batch(place, "incident"), _Batch(place, "incident_interval")
    for incident, events in found:
        _count(counters, incident.reference)
        heads.add(incident_rows.values_of(incident))
        for span in incident_rows.span_values_of(incident):
            spans.add(span)
        yield incident.opened, events
    heads.flush()
    spans.flush()


def _days(place: Place, found: Iterable[Any], counters: Counters) -> Recorded:
    rounds, readings, occurrences = (_Batch(place, name) for name in ("inspection", "inspection_reading", "occurrence"))
    for day in found:
        for one in day.rounds:
            _count(counters, one.reference)
            # None of them is flagged.
            rounds.add({name: getattr(one, name) for name in _ROUND})
            for position, reading in enumerate(one.readings):
                said = {name: getattr(reading, name) for name in Reading.__dataclass_fields__}
                readings.add({"inspection": one.reference, "position": position, **said})
        for one in day.occurrences:
            occurrences.add({name: getattr(one, name) for name in occurrence_rows.NAMES})
        yield day.occurrences[0].opens_at, day.events
    for batch in (rounds, readings, occurrences):
        batch.flush()


def _actions(place: Place, found: Iterable[Any], counters: Counters) -> Recorded:
    batch = _Batch(place, "action")
    for action, events in found:
        _count(counters, action.reference)
        batch.add({name: getattr(action, name) for name in Action.__dataclass_fields__})
        yield action.found_at, events
    batch.flush()


def _count(counters: Counters, reference: str) -> None:
    prefix, year, number = reference.split("-")
    counters[prefix, int(year)] = max(int(number), counters.get((prefix, int(year)), 0))


class SqlitePlace:
    """A file that nobody reads meanwhile; a broken one is thrown away. Its indexes are made at the end, in one go."""

    def __init__(self, path: Path) -> None:
        self.file = sqlite3.connect(path, isolation_level=None)
        self.file.execute("PRAGMA journal_mode = DELETE")
        for setting in ("journal_mode = OFF", "synchronous = OFF", "foreign_keys = OFF", "cache_size = -400000"):
            self.file.execute(f"PRAGMA {setting}")
        self.file.execute("BEGIN")
        self.later = self.file.execute(
            "SELECT type, name, sql FROM sqlite_master WHERE type IN ('index', 'trigger') AND sql IS NOT NULL"
        ).fetchall()
        for kind, name, _sql in self.later:
            self.file.execute(f"DROP {kind} {name}")

    def insert(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """Write these rows."""
        names, marks = ", ".join(f'"{name}"' for name in columns), ", ".join("?" * len(columns))
        self.file.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)

    def head(self) -> tuple[int, str]:
        """The newest row's number and hash."""
        found: tuple[int, str] = self.file.execute("SELECT seq, hash FROM ledger_head").fetchone()
        return found

    def finish(self, seq: int, digest: str, counters: Iterable[tuple[str, int, int]]) -> None:
        """Set the head and the counters, and make indexes and triggers."""
        self.file.execute("UPDATE ledger_head SET seq = ?, hash = ?", (seq, digest))
        self.file.executemany("INSERT INTO reference_counter VALUES (?, ?, ?)", list(counters))
        for _kind, name, sql in self.later:
            _say(name)
            self.file.execute(sql)
        self.file.execute("COMMIT")
        self.file.execute("PRAGMA journal_mode = WAL")

    def close(self) -> None:
        """Let go of the file."""
        self.file.close()


class PostgresPlace:
    """A database of PostgreSQL, filled by COPY."""

    def __init__(self, url: str) -> None:
        import psycopg

        self.connection = psycopg.connect(url)
        self.connection.execute("SET timezone = 'UTC'")
        self.connection.execute("SET session_replication_role = replica")

    def insert(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """Write these rows."""
        from psycopg import sql

        names = sql.SQL(", ").join(sql.Identifier(name) for name in columns)
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), names)
        with self.connection.cursor().copy(statement) as copy:
            for row in rows:
                copy.write_row(row)

    def head(self) -> tuple[int, str]:
        """The newest row's number and hash."""
        found = self.connection.execute("SELECT seq, hash FROM ledger_head").fetchone()
        assert found is not None
        return found[0], found[1]

    def finish(self, seq: int, digest: str, counters: Iterable[tuple[str, int, int]]) -> None:
        """Set the head and the counters, and tell the planner what is there."""
        self.connection.execute("UPDATE ledger_head SET seq = %s, hash = %s", (seq, digest))
        self.insert("reference_counter", ("prefix", "year", "last"), list(counters))
        self.connection.commit()
        self.connection.autocommit = True
        self.connection.execute("VACUUM ANALYZE")

    def close(self) -> None:
        """Let go of the connection."""
        self.connection.close()


def _stored(moment: datetime) -> str:
    """The shape in which SQLAlchemy keeps a moment in SQLite."""
    return moment.isoformat(" ", "microseconds")[:26]


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")


@dataclass(frozen=True)
class Asked:
    """What the command line of a benchmark asks for."""

    runs: int
    folder: Path
    only: str
    seconds: Callable[..., float]
    """How long a process takes: by the clock on the wall, or by that of the processor."""


def asked(usual: int) -> Asked:
    """`[RUNS] [--in FOLDER] [--only WORDS] [--cpu]`; the folder is else OPSCTL_BENCHMARKS, or one of the user's."""
    parser = argparse.ArgumentParser()
    parser.add_argument("runs", nargs="?", type=int, default=usual)
    usual_folder = os.environ.get("OPSCTL_BENCHMARKS") or Path.home() / ".cache" / "opsctl-benchmarks"
    parser.add_argument("--in", dest="folder", type=Path, default=usual_folder, help="where the databases are kept")
    parser.add_argument("--only", default="", help="the cases with these words in their names")
    parser.add_argument("--cpu", action="store_true", help="count the processor's time: where the machine is busy")
    given = parser.parse_args()
    seconds = processor_seconds if given.cpu else process_seconds
    return Asked(given.runs, Path(given.folder), given.only, seconds)


if __name__ == "__main__":
    for number in (FEW, SOME, MANY):
        sys.stdout.write(f"{database(asked(0).folder, number)}\n")
