"""A database of an older schema, with what that opsctl wrote into it, is brought up to date and loses nothing."""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config

from opsctl.store.address import read_address
from opsctl.store.engine import Store, driver_of
from tests.harness import CommandLine
from tests.support import postgres_server

WRITTEN = Path(__file__).with_name("schema_0001.sql")
HEAD = "b67220693f0c8cbb1385142c0e8155362e1dc239313fc70cb727d9fdbc0ad636"


@pytest.fixture(params=["sqlite", "postgres"])
def older(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A database of schema 0001: an incident with a redacted note that was resolved, and one that nobody took."""
    if request.param == "sqlite":
        yield from _filled(str(tmp_path / "older.db"))
        return
    admin, name = request.getfixturevalue("postgres_admin"), f"opsctl_{uuid.uuid4().hex}"
    yield from _filled(postgres_server.create_database(admin, name))
    postgres_server.drop_database(admin, name)


def _filled(url: str) -> Iterator[Store]:
    address = read_address(url)
    driver_of(address).prepare(address.target)
    store = Store(address)
    with store.write_engine.connect() as connection, connection.begin():
        config = Config()
        config.set_main_option("script_location", "opsctl:migrations")
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        if url.startswith("postgresql"):
            connection.exec_driver_sql("SET LOCAL TIME ZONE 'UTC'")
        for line in WRITTEN.read_text(encoding="utf-8").splitlines():
            if not line.startswith("--"):
                connection.exec_driver_sql(line.replace("%", "%%"))
    yield store
    store.close()


def test_nothing_is_read_or_written_before_the_upgrade_and_nothing_is_lost_by_it(older: Store, tmp_path: Path) -> None:
    run = CommandLine(tmp_path, datetime(2026, 11, 21, 16, 0, tzinfo=UTC), ("--db", str(older.address)))
    for line in (("incident", "list"), ("open", "erp", "x"), ("ledger", "verify"), ("today",)):
        refused = run(*line)
        assert (refused.out, refused.code) == ("", 6)
        assert refused.err.endswith("Bring it up to date with: opsctl db upgrade\n")
    done = run("db", "upgrade")
    assert (done.out, done.code) == ("The schema was 0001 and is now 0005.\n", 0)
    rights = "Other logins cannot write before they have rights on the new tables: see GRANT in README.\n"
    assert done.err == (
        f"{rights if str(older.address).startswith('postgresql') else ''}"
        "There is no rulebook, so incidents get no severity and no clock: opsctl rulebook apply default\n"
        "Unresolved incidents get theirs with: opsctl incident reclassify REF\n"
    )
    whole = run("ledger", "verify", "--deep", "--head", HEAD)
    # The database, the asset, two incidents.
    assert (whole.out, whole.code) == (f"The ledger is whole: 8 rows, 4 records, 1 redacted. Head: {HEAD}\n", 0)
    # The outage from 13:39:38 to 14:39:41, in the zone of the database.
    shown = run("incident", "show", "1").out
    assert "outage        2026-11-21 21:39:38+08:00  2026-11-21 22:39:41+08:00  1 h 3 s" in shown
    assert run("incident", "list", "--state", "unacked", "-q").out == "INC-2026-0002\n"


def test_what_was_written_before_goes_on_after_the_upgrade(older: Store, tmp_path: Path) -> None:
    run = CommandLine(tmp_path, datetime(2026, 11, 21, 16, 0, tzinfo=UTC), ("--db", str(older.address)))
    assert run("db", "upgrade").code == 0
    assert run("rulebook", "apply", "default").code == 0
    for line in (
        ("incident", "reclassify", "2"),
        ("ack", "2"),
        ("incident", "pause", "2", "--reason", "waiting for the part"),
        ("incident", "reopen", "1", "--down"),
        ("merge", "2", "--into", "1"),
        ("restored", "1"),
        ("incident", "split", "2"),
        ("incident", "correct", "1", "title=login 503", "--reason", "typo"),
        ("incident", "void", "2", "--because", "mistake"),
    ):
        done = run(*line)
        assert (done.code, line) == (0, line), done.err
        assert run("ledger", "verify", "--deep").code == 0
