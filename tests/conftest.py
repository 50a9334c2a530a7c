"""A clock that stands still, a database of each kind, and the command line run inside this process."""

import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from opsctl.core.chain import Signature
from opsctl.core.use_cases import mark_of
from opsctl.store import unit
from opsctl.store.address import read_address
from opsctl.store.engine import Store
from opsctl.store.migrate import create
from tests.harness import LOGIN, CommandLine, Perform, Read
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


@pytest.fixture
def sqlite_store(sqlite_template: Path, tmp_path: Path) -> Iterator[Store]:
    """An initialised store in a file of its own."""
    path = tmp_path / "store.db"
    shutil.copyfile(sqlite_template, path)
    store = Store(read_address(str(path)))
    yield store
    store.close()


@pytest.fixture
def postgres_store(postgres_admin: str, postgres_template: str) -> Iterator[Store]:
    """An initialised store in a database of its own."""
    name = f"opsctl_{uuid.uuid4().hex}"
    store = Store(read_address(postgres_server.create_database(postgres_admin, name, postgres_template)))
    yield store
    store.close()
    postgres_server.drop_database(postgres_admin, name)


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest) -> Store:
    """An initialised store of each kind."""
    made: Store = request.getfixturevalue(f"{request.param}_store")
    return made


@pytest.fixture
def perform(store: Store, now: datetime) -> Perform:
    """Write: runs a use case in one transaction. `now=` and `as_=` stand for another time and another login."""
    clock = now

    def run_use_case(use_case: Callable[..., Any], *, as_: str = LOGIN, **arguments: Any) -> Any:
        mark_of(use_case)
        by = Signature(arguments.pop("now", clock), as_, "host-1", str(uuid.uuid4()))

        def work(session: Any) -> Any:
            signature = unit.signature_of(session)
            return use_case(session, now=signature.now, actor=signature.actor, **arguments)

        return unit.write(store, work, by=by)

    return run_use_case


@pytest.fixture
def read(store: Store) -> Read:
    """Read: runs a query on one snapshot."""

    def run_query(query: Callable[..., Any], **arguments: Any) -> Any:
        with unit.snapshot(store) as session:
            return query(session, **arguments)

    return run_query


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
