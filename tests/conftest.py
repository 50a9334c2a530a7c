"""A clock that stands still, a database of each kind, and the command line run inside this process."""

import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from opsctl.core.chain import GENESIS, Signature
from opsctl.ledger import service as ledger
from opsctl.main import rooms
from opsctl.store import unit
from opsctl.store.address import read_address
from opsctl.store.engine import SCHEMA_VERSION, Store
from opsctl.store.migrate import create
from opsctl.store.postgres import LEDGER_GUARDS
from tests.harness import LOGIN, CommandLine, Perform, Read, performing, reading
from tests.support import postgres_server

ZONE = "Asia/Shanghai"


@pytest.fixture
def now() -> datetime:
    """10:00 on a Thursday in the zone of the databases."""
    return datetime(2026, 11, 5, 2, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An initialised SQLite file to copy."""
    path = tmp_path_factory.mktemp("template") / "opsctl.db"
    create(read_address(str(path)), zone=ZONE)
    leftovers = [name.name for name in path.parent.iterdir() if name != path]
    assert leftovers == [], "a file copied without its log would be another database"
    return path


@pytest.fixture(scope="session")
def postgres_admin() -> str:
    """The URL of a running server's own database."""
    return postgres_server.start()


class Databases:
    """Initialised PostgreSQL databases: copied from a template, and emptied for the next test where that is possible.

    Emptying takes some milliseconds, a copy some tenths of a second.
    """

    def __init__(self, admin: str) -> None:
        self.admin = admin
        self.template = f"opsctl_template_{os.getpid()}"
        self.made = [self.template]
        self.free: list[str] = []
        create(read_address(postgres_server.create_database(admin, self.template)), zone=ZONE)

    def take(self) -> str:
        """The URL of a database as `init` leaves it."""
        if self.free:
            return self.free.pop()
        self.made.append(f"opsctl_{uuid.uuid4().hex}")
        return postgres_server.create_database(self.admin, self.made[-1], self.template)

    def give_back(self, url: str) -> None:
        """Keep the database for another test if it can be made as it was; it is dropped at the end in any case."""
        try:
            with psycopg.connect(url) as connection:
                connection.execute("SET LOCAL session_replication_role = replica")
                connection.execute("SET LOCAL lock_timeout = '1s'")
                tables = connection.execute("SELECT relname FROM pg_stat_user_tables ORDER BY relname").fetchall()
                for (name,) in tables:
                    connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(name)))
                connection.execute("INSERT INTO alembic_version VALUES (%s)", [SCHEMA_VERSION])
                connection.execute("INSERT INTO setting VALUES ('zone', %s)", [ZONE])
                connection.execute("INSERT INTO ledger_head VALUES (1, 0, %s)", [GENESIS])
                on = connection.execute(
                    "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'O'"
                ).fetchall()
        except psycopg.Error:  # a role that may not, or a connection that holds a lock
            return
        if {name for (name,) in on} == set(LEDGER_GUARDS):
            self.free.append(url)

    def drop(self) -> None:
        """Remove every one of them."""
        for name in self.made:
            postgres_server.drop_database(self.admin, name)


@pytest.fixture(scope="session")
def postgres_databases(postgres_admin: str) -> Iterator[Databases]:
    """Where the tests of this run get their PostgreSQL databases from."""
    databases = Databases(postgres_admin)
    yield databases
    databases.drop()


def open_copy(backend: str, request: pytest.FixtureRequest, folder: Path) -> Iterator[Store]:
    """An initialised store of its own, in `folder` or on the test's server, until the iterator is resumed."""
    if backend == "sqlite":
        shutil.copyfile(request.getfixturevalue("sqlite_template"), folder / "store.db")
        store = Store(read_address(str(folder / "store.db")))
        yield store
        store.close()
        return
    databases: Databases = request.getfixturevalue("postgres_databases")
    url = databases.take()
    store = Store(read_address(url))
    yield store
    store.close()
    databases.give_back(url)


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An initialised store of each kind, for one test."""
    yield from open_copy(request.param, request, tmp_path)


@pytest.fixture(params=["sqlite", "postgres"], scope="module")
def shared_store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """An initialised store of each kind, for a whole file of tests that only read."""
    yield from open_copy(request.param, request, tmp_path_factory.mktemp("shared"))


@pytest.fixture
def perform(store: Store, now: datetime) -> Perform:
    """Write to the store of the test."""
    return performing(store, now)


@pytest.fixture
def read(store: Store) -> Read:
    """Read the store of the test."""
    return reading(store)


@pytest.fixture
def perform_as(store: Store, now: datetime) -> Perform:
    """Write to the store as one person or another, although there is one login on PostgreSQL."""

    def run_use_case(use_case: Callable[..., Any], *, as_: str = LOGIN, **arguments: Any) -> Any:
        moment = arguments.pop("now", now)
        by = Signature(moment, as_, "host-1", str(uuid.uuid4()))
        return unit.write(store, lambda session: use_case(session, now=moment, actor=as_, **arguments), by=by)

    return run_use_case


@pytest.fixture
def check_whole(store: Store, read: Read) -> Callable[[], int]:
    """Refuse a chain, or a record of any room, that is not as the ledger wrote it; gives the number of records."""

    def check() -> int:
        verdict = read(
            ledger.verify,
            kept=None,
            standing=store.driver.guards,
            wanted=store.driver.LEDGER_GUARDS,
            records=[room.load(room.records) for room in rooms() if room.records],
        )
        assert verdict.findings == ()
        return int(verdict.records)

    return check


@pytest.fixture
def run(sqlite_template: Path, tmp_path: Path, now: datetime) -> CommandLine:
    """The command line with an initialised database of its own."""
    line = CommandLine(tmp_path, now)
    line.database.parent.mkdir(parents=True)
    shutil.copyfile(sqlite_template, line.database)
    return line


@pytest.fixture
def run_on_store(store: Store, tmp_path: Path, now: datetime) -> CommandLine:
    """The command line on the store of the test."""
    return CommandLine(tmp_path, now, ("--db", str(store.address)))
