"""A clock that stands still, a database of each kind, and the command line run inside this process."""

import os
import shutil
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from opsctl.store.address import read_address
from opsctl.store.engine import Store
from opsctl.store.migrate import create
from tests.harness import CommandLine, Perform, Read, performing, reading
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


@pytest.fixture(scope="session")
def postgres_template(postgres_admin: str) -> Iterator[str]:
    """The name of an initialised PostgreSQL database to copy."""
    name = f"opsctl_template_{os.getpid()}"
    create(read_address(postgres_server.create_database(postgres_admin, name)), zone=ZONE)
    yield name
    postgres_server.drop_database(postgres_admin, name)


def open_copy(backend: str, request: pytest.FixtureRequest, folder: Path) -> Iterator[Store]:
    """An initialised store of its own, in `folder` or on the test's server, until the iterator is resumed."""
    if backend == "sqlite":
        shutil.copyfile(request.getfixturevalue("sqlite_template"), folder / "store.db")
        store = Store(read_address(str(folder / "store.db")))
        yield store
        store.close()
        return
    admin, template = request.getfixturevalue("postgres_admin"), request.getfixturevalue("postgres_template")
    name = f"opsctl_{uuid.uuid4().hex}"
    store = Store(read_address(postgres_server.create_database(admin, name, template)))
    yield store
    store.close()
    postgres_server.drop_database(admin, name)


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
