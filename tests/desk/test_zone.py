"""The zone of a database moves every month's edge: it is the first fact of the ledger, and nobody changes it unseen."""

import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from opsctl.core.errors import Unavailable
from opsctl.store.address import read_address
from opsctl.store.migrate import create
from tests.conftest import Databases
from tests.harness import CommandLine
from tests.support import postgres_server


def test_the_zone_is_the_first_fact_and_a_record_of_the_ledger(run: CommandLine, tmp_path: Path) -> None:
    database = str(tmp_path / "new.db")
    assert run("init", "--db", database, "--zone", "Europe/Rome").code == 0
    assert run("init", "--db", database, "--zone", "Europe/Rome").code == 0
    listed = run("ledger", "list", "--db", database, "-q")
    # The second is the rulebook that every database begins with.
    assert (listed.out, listed.code) == ("2\n1\n", 0)
    verified = run("ledger", "verify", "--deep", "--db", database)
    assert verified.out.startswith("The ledger is whole: 2 rows, 2 records. ")
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE setting SET value = 'UTC' WHERE name = 'zone'")
    verified = run("ledger", "verify", "--deep", "--db", database)
    assert verified.code == 3
    assert verified.out.endswith("First: record database was changed without the ledger\n")


def test_a_server_database_that_cannot_hold_chinese_is_refused(postgres_admin: str) -> None:
    with psycopg.connect(postgres_admin, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE opsctl_latin ENCODING 'LATIN1' TEMPLATE template0 LOCALE 'C'"))
    try:
        with pytest.raises(Unavailable, match="is encoded in LATIN1; opsctl needs UTF-8"):
            create(read_address(postgres_server.database_url(postgres_admin, "opsctl_latin")), zone="UTC")
    finally:
        postgres_server.drop_database(postgres_admin, "opsctl_latin")


def test_nobody_appends_to_the_ledger_of_a_server_without_the_right_to(postgres_databases: Databases) -> None:
    url = postgres_databases.take()
    with psycopg.connect(url) as connection:
        found = connection.execute("SELECT proacl::text, current_user FROM pg_proc WHERE proname = 'ledger_append'")
        rights, owner = found.fetchone() or (None, None)
    postgres_databases.give_back(url)
    # An empty name before "=" would stand for everybody.
    assert rights == f"{{{owner}=X/{owner}}}"
