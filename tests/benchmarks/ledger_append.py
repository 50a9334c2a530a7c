"""One call of PostgreSQL's `ledger_append` against a plain INSERT of the rows that it made, values at hand."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import psycopg
from measure import finish, in_turns, runs, seconds, tell

from opsctl.core import chain
from opsctl.core.chain import Entry, Signature
from opsctl.store import postgres
from opsctl.store.address import read_address
from opsctl.store.migrate import create
from tests.support import postgres_server

LIMIT = 4.0
COUNT = 5_000
TEMPLATE = f"opsctl_benchmark_{os.getpid()}"
NOW = datetime(2026, 11, 5, 2, 0, tzinfo=UTC)


def main() -> None:
    """Print the ratio, each time in a new database; both commit."""
    admin = postgres_server.start()
    create(read_address(postgres_server.create_database(admin, TEMPLATE)), zone="Asia/Shanghai")
    try:
        by = Signature(NOW, "lead.li", "host-1", str(uuid.uuid4()))
        entries = [_entry(line) for line in range(COUNT)]
        made: dict[str, list[tuple[Any, ...]]] = {}

        def by_function() -> float:
            with _database(admin) as target:
                taken = _append(target, entries, by)
                made.update((table, _all(target, table)) for table in ("ledger", "ledger_facts"))
                return taken

        def by_hand() -> float:
            with _database(admin) as target:
                return _insert(target, made)

        subject, floor = in_turns(by_function, by_hand, runs(15))
    finally:
        postgres_server.drop_database(admin, TEMPLATE)
        postgres_server.stop()
    finish([tell(f"ledger_append of {COUNT:,} rows", subject, floor, LIMIT)])


def _entry(line: int) -> Entry:
    facts = {
        "reference": f"INC-2026-{line:04d}",
        "title": "login answers 502 登录报错",
        "impact": "medium",
        "urgency": "medium",
        "state": "open",
        "opened": NOW,
        "recorded_at": NOW,
        "asset": "erp",
        "spans": [["state", "open", NOW, None]],
    }
    return Entry(
        line=line,
        kind="incident.opened",
        subject=f"INC-2026-{line:04d}",
        happened_at=NOW,
        facts=chain.canonical(facts),
        salt=chain.digest(str(line))[:32],
        about="erp",
        record_digest=chain.record_digest(facts),
    )


@contextmanager
def _database(admin: str) -> Iterator[str]:
    name = f"{TEMPLATE}_{uuid.uuid4().hex}"
    yield postgres_server.create_database(admin, name, TEMPLATE)
    postgres_server.drop_database(admin, name)


def _append(target: str, entries: list[Entry], by: Signature) -> float:
    engine = postgres.write_engine(target)
    with engine.connect() as connection:
        transaction = connection.begin()

        def work() -> None:
            postgres.append(connection, entries, by)
            transaction.commit()

        return seconds(work)


def _all(target: str, table: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(target) as connection:
        return connection.execute(f"SELECT * FROM {table} ORDER BY seq".encode()).fetchall()


def _insert(target: str, made: dict[str, list[tuple[Any, ...]]]) -> float:
    # The values stand in the text, made beforehand: a statement takes no more than 65,535 of them as parameters.
    with psycopg.connect(target, cursor_factory=psycopg.ClientCursor) as connection:
        statements = [_statement(connection, table, rows) for table, rows in made.items()]

        def work() -> None:
            for statement in statements:
                connection.execute(statement)
            connection.commit()

        return seconds(work)


def _statement(connection: psycopg.Connection[Any], table: str, rows: list[tuple[Any, ...]]) -> bytes:
    marks = ", ".join(["(" + ", ".join(["%s"] * len(rows[0])) + ")"] * len(rows))
    values = [value for row in rows for value in row]
    return psycopg.ClientCursor(connection).mogrify(f"INSERT INTO {table} VALUES {marks}".encode(), values).encode()


main()
