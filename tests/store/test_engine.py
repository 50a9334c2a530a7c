"""A database that is missing, foreign, of another version, unwritable or out of reach: said, and nothing harmed."""

import os
import socket
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from opsctl.assets.service import assets
from opsctl.core.errors import Conflict, InvalidInput, NotAllowed, Unavailable
from opsctl.ledger import service as ledger
from opsctl.store import migrate, postgres, unit
from opsctl.store.address import read_address
from opsctl.store.engine import SCHEMA_VERSION, Store
from tests.factories import make_asset
from tests.harness import CommandLine, Perform, Read

LIST = ("asset", "list")
ADD = ("asset", "add", "erp")
both_ways = pytest.mark.parametrize("command", [pytest.param(LIST, id="reading"), pytest.param(ADD, id="writing")])


@both_ways
def test_a_missing_file_is_said_with_what_makes_one_and_is_not_created(
    run: CommandLine, tmp_path: Path, command: tuple[str, ...]
) -> None:
    path = tmp_path / "nowhere/missing.db"
    result = run(*command, "--db", str(path))
    assert result.err == (
        f"opsctl: There is no opsctl database at sqlite:///{path}."
        " Make one with: opsctl init   or try the sample company: opsctl demo\n"
    )
    assert (result.code, result.out) == (7, "")
    assert not path.parent.exists()


def _empty(path: Path) -> None:
    path.touch()


def _letter(path: Path) -> None:
    path.write_text("Dear colleagues,\n" * 200, encoding="utf-8")


def _folder(path: Path) -> None:
    path.mkdir()


def _foreign(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE music (title TEXT)")


def _torn(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
        connection.execute("CREATE TABLE setting (name TEXT, value TEXT)")
        connection.commit()
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))


def _unversioned(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num TEXT)")


@both_ways
@pytest.mark.parametrize(
    ("make", "said"),
    [
        pytest.param(_empty, "There is no opsctl database at", id="empty-file"),
        pytest.param(_letter, "is damaged or is no database of opsctl.", id="letter"),
        pytest.param(_folder, "There is no opsctl database at", id="folder"),
        pytest.param(_foreign, "There is no opsctl database at", id="database-of-another-program"),
        pytest.param(_torn, "is damaged or is no database of opsctl.", id="torn-page"),
        pytest.param(_unversioned, "There is no opsctl database at", id="init-that-never-ended"),
    ],
)
def test_what_is_no_database_of_ours_is_said_and_left_as_it_was(
    run: CommandLine, tmp_path: Path, make: Callable[[Path], None], said: str, command: tuple[str, ...]
) -> None:
    path = tmp_path / "thing.db"
    make(path)
    before = path.read_bytes() if path.is_file() else None
    result = run(*command, "--db", str(path))
    assert said in result.err
    assert (result.code, result.out, result.err.count("\n")) == (7, "", 1)
    assert (path.read_bytes() if path.is_file() else None) == before


@both_ways
@pytest.mark.parametrize(
    ("version", "said"),
    [
        pytest.param(
            "9999",
            f"The database has schema 9999; this opsctl knows only up to {SCHEMA_VERSION}."
            " Install the opsctl that the others use. Nothing was changed.",
            id="newer",
        ),
        pytest.param(
            "0000",
            f"The database has schema 0000; this opsctl needs {SCHEMA_VERSION}."
            " Bring it up to date with: opsctl db upgrade",
            id="older",
        ),
    ],
)
def test_a_schema_of_another_version_is_refused(
    store: Store, run_on_store: CommandLine, version: str, said: str, command: tuple[str, ...]
) -> None:
    _execute(store, f"UPDATE alembic_version SET version_num = '{version}'")
    result = run_on_store(*command)
    assert (result.out, result.err, result.code) == ("", f"opsctl: {said}\n", 6)


def test_a_newer_schema_is_never_upgraded_backwards(store: Store) -> None:
    _execute(store, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(Conflict, match="The database has schema 9999"):
        migrate.upgrade(store)


def test_an_upgrade_of_what_is_up_to_date_changes_nothing(store: Store) -> None:
    assert migrate.upgrade(store) == (SCHEMA_VERSION, SCHEMA_VERSION)


def _execute(store: Store, statement: str) -> None:
    with store.write_engine.connect() as connection, connection.begin():
        connection.execute(text(statement))


def test_a_database_is_made_once_and_keeps_its_zone(store: Store) -> None:
    assert migrate.create(store.address, zone="Asia/Shanghai") is False
    with pytest.raises(Conflict, match=r"has the zone Asia/Shanghai already; a database keeps its zone\."):
        migrate.create(store.address, zone="Europe/Rome")


def test_a_new_file_and_its_folder_are_made_for_their_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "new/folder/ops.db"
    assert migrate.create(read_address(str(path)), zone="Europe/Rome") is True
    assert path.stat().st_mode & 0o777 == 0o600
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


@pytest.mark.parametrize("make", [pytest.param(_letter, id="letter"), pytest.param(_foreign, id="database")])
def test_a_file_of_another_program_is_not_made_into_a_database_of_ours(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    path = tmp_path / "thing"
    make(path)
    before = path.read_bytes()
    with pytest.raises(Unavailable, match=f"sqlite:///{path} is damaged or is no database of opsctl"):
        migrate.create(read_address(str(path)), zone="Europe/Rome")
    assert path.read_bytes() == before


def test_a_folder_is_not_made_into_a_database(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="cannot be reached: Is a directory"):
        migrate.create(read_address(str(tmp_path)), zone="Europe/Rome")


def test_a_file_below_a_file_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Unavailable, match=r"cannot be reached: (Not a directory|File exists)"):
        migrate.create(read_address(str(tmp_path / "file/ops.db")), zone="Europe/Rome")


as_user = pytest.mark.skipif(os.geteuid() == 0, reason="root may write whatever its mode says")


@as_user
@pytest.mark.parametrize("what", ["store.db", "."])
@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_a_file_or_folder_without_write_permission_is_said_and_still_read(
    store: Store, perform: Perform, read: Read, tmp_path: Path, what: str
) -> None:
    make_asset(perform)
    store.close()
    place = tmp_path / what
    place.chmod(0o500 if place.is_dir() else 0o400)
    try:
        with pytest.raises(Unavailable, match="The database is read-only"):
            make_asset(perform, "crm")
    finally:
        place.chmod(0o700)
    assert [asset.handle for asset in read(assets.list_assets)] == ["erp"]


def test_a_name_with_every_odd_letter_names_one_file(tmp_path: Path) -> None:
    path = tmp_path / "a b%20?mode=memory#c&d='运维'.db"
    address = read_address(str(path))
    assert migrate.create(address, zone="Europe/Rome") is True
    assert sorted(name.name for name in tmp_path.iterdir()) == [path.name]


def test_a_name_that_is_no_utf_8_names_one_file(run: CommandLine, tmp_path: Path) -> None:
    path = os.fsdecode(os.fsencode(tmp_path) + b"/\xe8\xbf.db")
    assert run("init", "--zone", "Europe/Rome", "--db", path).code == 0
    assert run("asset", "list", "--db", path).code == 0


def test_a_server_that_is_not_there_is_out_of_reach(run: CommandLine, tmp_path: Path) -> None:
    result = run("asset", "list", "--db", f"postgresql:///ops?host={tmp_path}")
    assert result.err.startswith(f"opsctl: The database postgresql:///ops?host={tmp_path} cannot be reached: ")
    assert result.err.endswith(" Check the address, the network and the server.\n")
    assert (result.out, result.code) == ("", 7)


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        pytest.param("postgresql://127.0.0.1:1/ops", "failed: Connection refused", id="nobody-listens"),
        pytest.param("postgresql://127.0.0.1:1/\udcff", "cannot be reached: 'utf-8' codec", id="no-letters"),
    ],
)
def test_why_a_server_cannot_be_reached_is_said_and_not_what_it_may_be(
    run: CommandLine, address: str, reason: str
) -> None:
    result = run("asset", "list", "--db", address)
    assert (result.out, result.code, result.err.count("\n")) == ("", 7, 1)
    assert reason in result.err
    assert "?" not in result.err


@both_ways
def test_a_server_that_stays_silent_is_given_up_by_our_own_clock(
    run: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.setattr(postgres, "CONNECT_SECONDS", 0.1)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / ".s.PGSQL.5432"))
        server.listen()
        result = run(*command, "--db", f"postgresql://ops@/ops?host={tmp_path}")
    assert result.err == (
        f"opsctl: The database postgresql://ops@/ops?host={tmp_path} cannot be reached: no answer within 0.1 s."
        " Check the address, the network and the server.\n"
    )
    assert (result.out, result.code) == ("", 7)


def test_a_database_that_the_server_does_not_have_is_out_of_reach(run: CommandLine, postgres_admin: str) -> None:
    result = run("asset", "list", "--db", postgres_admin.replace("/postgres?", "/no_such_database?"))
    assert 'database "no_such_database" does not exist' in result.err
    assert (result.out, result.code) == ("", 7)


@pytest.mark.parametrize("store", ["postgres"], indirect=True)
def test_the_login_is_the_actor_whatever_name_is_given(store: Store, perform: Perform, read: Read) -> None:
    login = _login(store)
    make_asset(perform, as_="somebody.else")
    assert [row.actor for row in read(lambda session: list(ledger.rows(session, ledger.Search())))] == [login]


@pytest.mark.parametrize("store", ["postgres"], indirect=True)
def test_another_login_cannot_be_claimed(store: Store, run_on_store: CommandLine, read: Read) -> None:
    login = _login(store)
    result = run_on_store("asset", "add", "erp", "--as", "somebody.else")
    assert result.err == (
        f"opsctl: You are {login} in this database and cannot act as somebody.else."
        " Log in to the database as that person, or leave out --as.\n"
    )
    assert (result.out, result.code) == ("", 5)
    assert read(assets.list_assets) == []
    assert run_on_store("asset", "add", "erp", "--as", login).code == 0


def _login(store: Store) -> str:
    with unit.snapshot(store) as session:
        found: str = session.execute(text("SELECT session_user")).scalar_one()
    return found


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_in_a_file_anybody_may_give_any_name(run_on_store: CommandLine, read: Read) -> None:
    run_on_store("asset", "add", "erp", "--as", "somebody.else")
    run_on_store("asset", "add", "crm")
    actors = read(lambda session: [row.actor for row in ledger.rows(session, ledger.Search())])
    assert actors == ["somebody.else", "lead.li"]


def test_a_password_in_db_is_wrong_usage(run: CommandLine) -> None:
    result = run("asset", "list", "--db", "postgresql://li:hunter2@db/ops")
    assert result.err.startswith("opsctl: A database address must not carry a password.")
    assert (result.code, "hunter2" in result.err) == (2, False)


def test_a_closed_store_opens_again(store: Store, perform: Perform) -> None:
    make_asset(perform)
    store.close()
    store.close()
    with pytest.raises(Conflict, match="There is an asset erp already"):
        make_asset(perform)


def test_the_error_of_a_use_case_is_passed_on_as_it_is(perform: Perform) -> None:
    make_asset(perform)
    with pytest.raises(InvalidInput, match="Nothing to change was given"):
        perform(assets.edit, asset="erp")


@pytest.mark.parametrize("store", ["postgres"], indirect=True)
def test_a_login_without_the_right_is_told_so(store: Store) -> None:
    with (
        pytest.raises(NotAllowed, match="permission denied for table asset"),
        store.faults_in_words(),
        store.write_engine.connect() as connection,
        connection.begin(),
    ):
        connection.execute(text("CREATE ROLE guest_of_tests NOLOGIN"))
        connection.execute(text("SET ROLE guest_of_tests"))
        connection.execute(text("SELECT * FROM asset"))


@pytest.mark.parametrize("store", ["postgres"], indirect=True)
def test_a_server_that_cuts_a_long_question_short_is_no_mistake_of_ours(store: Store) -> None:
    with (
        pytest.raises(Unavailable, match="canceling statement due to statement timeout"),
        store.faults_in_words(),
        store.read_engine.connect() as connection,
    ):
        connection.execute(text("SET statement_timeout = 1"))
        connection.execute(text("SELECT pg_sleep(5)"))


def test_without_the_driver_of_postgresql_the_extra_to_install_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    # None makes the import fail as it does where nothing is installed.
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(InvalidInput) as caught, unit.snapshot(Store(read_address("service=opsctl"))):
        pytest.fail("there is nothing to read with")
    assert caught.value.hint == "Install it with: pip install 'opsctl[postgres]'"
