"""`opsctl doctor`: every check on a sound database, and what it says of each thing that can be wrong."""

import csv
import io
import json
import os
import shlex
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from opsctl.store.engine import Store
from tests.harness import LOGIN, CommandLine, login_of
from tests.ledger.tampering import tamper_with

INSIDE = ("schema", "writing", "guards", "ledger", "rules", "holidays", "duties", "person")
ALWAYS = ("version", "host-file", "database")
HOST = ("clock", "clock-sync", "zones", "zone-data", "language", "checks", "editor", "completions")


def checks(line: CommandLine, *arguments: str, **settings: Any) -> dict[str, dict[str, Any]]:
    """What the doctor finds, by the names of the checks; its exit code has to fit."""
    done = line("doctor", "--json", *arguments, **settings)
    found = json.loads(done.out)["data"]
    needed = any(one["state"] in ("warn", "fail") for one in found)
    assert (done.code, done.err) == (3 if needed else 0, "")
    return {one["name"]: one for one in found}


def states(found: dict[str, dict[str, Any]], *names: str) -> list[tuple[str, list[str]]]:
    return [(found[name]["state"], found[name]["reasons"]) for name in names]


def host_file(line: CommandLine, text: str) -> Path:
    path = line.home / "config/opsctl/opsctl.toml"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    return path


@contextmanager
def without_rights() -> Iterator[None]:
    """Work as `nobody` in this process, whose real user stays root."""
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def begun(run_on_store: CommandLine, store: Store) -> CommandLine:
    """A database with rules in force, and a clock that shows what a server's does."""
    if store.address.backend == "postgresql":
        with store.read_engine.connect() as connection:
            run_on_store.now = connection.exec_driver_sql("SELECT now()").scalar_one()
        store.close()
    assert run_on_store("rulebook", "apply", "default").code == 0
    return run_on_store


def test_a_sound_database_needs_nothing(begun: CommandLine, store: Store) -> None:
    found = checks(begun)
    of_backend = ("login",) if store.address.backend == "postgresql" else ("database-file", "disk")
    assert set(found) == {*ALWAYS, *INSIDE, *HOST, *of_backend}
    # Which years are known depends on the day on which this runs, where the clock is a real one.
    needed = {name for name, one in found.items() if one["state"] in ("warn", "fail")}
    assert needed - ({"holidays"} if "login" in of_backend else set()) == set()
    assert states(found, "database", "schema", "writing", *of_backend) == [("ok", [])] * (3 + len(of_backend))
    assert found["database"]["details"]["address"] == str(store.address)
    assert found["database"]["details"]["source"] == "flag"
    assert found["rules"]["details"]["books"] == ["om@2026.2"]
    assert found["person"]["details"]["is_first"] is True
    assert found["guards"]["details"]["wanted"] == len(store.driver.LEDGER_GUARDS)


def test_whoever_is_recorded_is_named(begun: CommandLine, store: Store) -> None:
    assert begun("person", "add", "li", "--login", login_of(store)).code == 0
    found = checks(begun)
    assert (found["person"]["state"], found["person"]["details"]["person"]) == ("ok", "li")


@pytest.mark.parametrize("width", ["100", "46"])
@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_people_see_one_table_and_commands_that_are_never_broken(begun: CommandLine, width: str) -> None:
    done = begun("doctor", "--as", "nobody.known", tty=True, env={"COLUMNS": width, "NO_COLOR": "1"})
    assert (done.code, done.err) == (0, "")
    assert begun("person", "add", "li", "--login", LOGIN).code == 0
    done = begun("doctor", "--as", "nobody.known", tty=True, env={"COLUMNS": width, "NO_COLOR": "1"})
    assert (done.code, done.err) == (3, "")
    table, _sign, todo = done.out.partition("\nWhat to do:\n")
    assert all(len(line) <= int(width) for line in table.splitlines() if not line.startswith("Not checked"))
    typed = [line.strip() for line in todo.splitlines() if line.startswith("  ")]
    assert len(typed) == 1
    assert begun(*shlex.split(typed[0])[1:]).code == 0


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_bare_names_and_a_sheet_are_for_programs(begun: CommandLine) -> None:
    assert begun("doctor", "-q").out == ""
    assert begun("doctor", "-q", env={"PYTHONIOENCODING": "ascii"}).code == 0
    rows = list(csv.DictReader(io.StringIO(begun("doctor", "--format", "csv").out)))
    assert [row["state"] for row in rows if row["check"] == "schema"] == ["ok"]
    assert begun("doctor", "--format", "md").code == 0


def test_an_older_schema_is_upgraded_next(begun: CommandLine, store: Store) -> None:
    tamper_with(store, "UPDATE alembic_version SET version_num = '0002'")
    found = checks(begun)
    assert states(found, "database", "schema") == [("ok", []), ("fail", ["older"])]
    assert states(found, "ledger") == [("not-checked", ["schema"])]
    assert found["schema"]["next"][0].endswith(" db upgrade")
    shown = begun("doctor").out
    assert "Not checked, for schema comes first: writing, " in shown
    tamper_with(store, "UPDATE alembic_version SET version_num = '9999'")
    assert states(checks(begun), "schema") == [("fail", ["newer"])]


def test_a_guard_that_is_missing_is_named(begun: CommandLine, store: Store) -> None:
    name = store.driver.LEDGER_GUARDS[0]
    on = "" if store.address.backend == "sqlite" else " ON ledger"
    with store.write_engine.connect() as connection, connection.begin():
        connection.exec_driver_sql(f"DROP TRIGGER {name}{on}")
    found = checks(begun)
    assert states(found, "guards") == [("fail", ["missing"])]
    assert found["guards"]["details"]["missing"] == [name]


def test_no_rules_are_a_doubt(run_on_store: CommandLine) -> None:
    found = checks(run_on_store)
    assert states(found, "rules") == [("warn", ["none"])]
    assert found["rules"]["next"][0].endswith(" rulebook apply default")


def test_a_ledger_that_is_ahead_of_the_clock_is_a_doubt(begun: CommandLine, store: Store) -> None:
    if store.address.backend == "postgresql":
        pytest.skip("a server's clock is compared with ours, and says so first")
    begun.now -= timedelta(hours=3)
    found = checks(begun)
    assert states(found, "clock") == [("warn", ["ledger-ahead"])]
    assert found["clock"]["details"]["newest_row_ahead"] == 3 * 3600


def test_a_clock_from_before_there_was_an_opsctl_is_wrong(begun: CommandLine) -> None:
    begun.now = datetime.fromisoformat("1980-01-01T00:00:00Z")
    assert "long-ago" in checks(begun)["clock"]["reasons"]


@pytest.mark.parametrize("store", ["postgres"], indirect=True)
def test_the_clock_of_a_server_is_compared_with_ours(begun: CommandLine) -> None:
    assert checks(begun)["clock"]["state"] == "ok"
    begun.now += timedelta(minutes=10)
    found = checks(begun)["clock"]
    assert (found["state"], found["reasons"]) == ("fail", ["apart"])
    assert 590 < found["details"]["apart"] < 610


@pytest.mark.parametrize("store", ["postgres"], indirect=True)
def test_rights_that_a_login_lacks_are_granted_by_a_line_that_works(
    begun: CommandLine, store: Store, postgres_admin: str
) -> None:
    login = f'doctor "{os.getpid()}'
    name, url = sql.Identifier(login), str(store.address)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(name))
        connection.execute(sql.SQL("GRANT SELECT ON ALL TABLES IN SCHEMA public TO {}").format(name))
        connection.execute(sql.SQL("REVOKE SELECT ON patch FROM {}").format(name))
    try:
        quoted = login.replace('"', "%22").replace(" ", "%20")
        line = CommandLine(begun.home, begun.now, ("--db", url.replace("postgres@", f"{quoted}@")))
        found = json.loads(line("doctor", "--json").out)["data"]
        (rights,) = [one for one in found if one["name"] == "login"]
        assert (rights["state"], rights["reasons"]) == ("warn", ["missing-rights"])
        assert rights["details"]["missing"]["SELECT"] == ["patch"]
        assert "incident" in rights["details"]["missing"]["INSERT, UPDATE"]
        assert "ledger" not in rights["details"]["missing"]["INSERT, UPDATE"]
        words = shlex.split(rights["next"][0])
        assert words[:1] + words[2:3] == ["psql", "-c"]
        with psycopg.connect(url, autocommit=True) as connection:
            for statement in words[3].split(";"):
                if statement.strip():
                    connection.execute(statement)  # type: ignore[call-overload]
        found = json.loads(line("doctor", "--json").out)["data"]
        assert [one["state"] for one in found if one["name"] == "login"] == ["ok"]
        assert line("asset", "add", "erp").code == 0
    finally:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP OWNED BY {}").format(name))
            connection.execute(sql.SQL("DROP ROLE {}").format(name))


@pytest.mark.parametrize("store", ["postgres"], indirect=True)
def test_a_server_that_only_lets_us_read_is_told(begun: CommandLine, store: Store) -> None:
    url = f"{store.address}&options=-c%20default_transaction_read_only%3Don"
    line = CommandLine(begun.home, begun.now, ("--db", url))
    assert states(checks(line), "writing") == [("ok", [])]  # our own options outrank those of the address


def test_a_server_that_is_down_is_one_row(run: CommandLine) -> None:
    found = checks(run, "--db", "postgresql://127.0.0.1:1/opsctl")
    assert states(found, "database", "schema") == [("fail", ["unavailable"]), ("not-checked", ["database"])]
    assert found["database"]["details"]["error"]["code"] == 7
    assert found["clock"]["state"] == "not-checked"


def test_no_database_is_one_row_and_the_line_makes_it(run: CommandLine) -> None:
    run.database.unlink()
    found = checks(run)
    assert states(found, "database", "database-file") == [("fail", ["none"]), ("not-checked", ["database"])]
    assert run(*shlex.split(found["database"]["next"][0])[1:]).code == 0
    assert checks(run)["database"]["state"] == "ok"


def test_a_file_that_is_no_database_is_one_row(run: CommandLine) -> None:
    run.database.write_bytes(b"no database" * 100)
    found = checks(run)
    assert found["database"]["state"] == "fail"
    assert "damaged" in found["database"]["details"]["error"]["message"]


def test_a_database_that_somebody_holds_is_busy(run: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("opsctl.store.sqlite.BUSY_SECONDS", 0.1)
    with closing(sqlite3.connect(run.database, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        found = checks(run)
    assert states(found, "writing") == [("fail", ["refused"])]
    assert found["ledger"]["state"] == "ok"


@pytest.mark.parametrize(
    ("text", "reason", "hint"),
    [
        pytest.param("[profile", "broken", "Mend it", id="no-toml"),
        pytest.param('[profile.default]\ndatabse = "x"', "broken", "Did you mean database?", id="unknown-key"),
        pytest.param('[profile.default]\nlanguage = "fr"', "broken", "Use en or zh.", id="no-such-language"),
        pytest.param('[checks.disk]\ntype = "http"', "broken", "command", id="check"),
    ],
)
def test_a_broken_host_file_is_one_row(run: CommandLine, text: str, reason: str, hint: str) -> None:
    path = host_file(run, text)
    found = checks(run)
    assert states(found, "host-file", "database", "checks") == [
        ("fail", [reason]), ("not-checked", ["host-file"]), ("not-checked", ["host-file"]),
    ]  # fmt: skip
    assert found["host-file"]["details"]["path"] == str(path)
    assert hint in run("doctor").out
    # With the database named it can be looked at all the same.
    assert checks(run, "--db", str(run.database))["database"]["state"] == "ok"


def test_a_host_file_that_others_could_write_is_closed_by_the_line(run: CommandLine) -> None:
    path = host_file(run, f'[profile.default]\ndatabase = "{run.database}"\n')
    path.chmod(0o666)
    path.parent.chmod(0o770)
    found = checks(run)
    assert states(found, "host-file") == [("fail", ["unsafe"])]
    assert found["host-file"]["details"]["mode"] == "0666"
    for line in found["host-file"]["next"]:
        subprocess.run(shlex.split(line), check=True)
    found = checks(run)
    assert states(found, "host-file", "database") == [("ok", []), ("ok", [])]
    assert found["database"]["details"]["source"] == "host-file"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a file away")
def test_a_host_file_of_somebody_else_is_given_back_by_the_line(run: CommandLine) -> None:
    path = host_file(run, "")
    os.chown(path, 65534, 65534)
    found = checks(run)["host-file"]
    assert (found["state"], found["reasons"], found["details"]["owner"]) == ("fail", ["unsafe"], "nobody")
    assert found["next"] == [f"sudo chown root {path}"]


def test_a_host_file_that_is_named_and_not_there_is_one_row(run: CommandLine) -> None:
    assert states(checks(run, "--config", "/nowhere.toml"), "host-file") == [("fail", ["not-there"])]
    found = checks(run, env={"OPSCTL_CONFIG": "/nowhere.toml"})
    assert found["host-file"]["details"]["source"] == "environment"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give up its rights and get them back")
@pytest.mark.parametrize(
    ("mode", "folder_mode", "reasons"),
    [
        pytest.param(0o644, 0o755, ["file-not-writable", "folder-not-writable"], id="both"),
        pytest.param(0o666, 0o755, ["folder-not-writable", "open-to-all"], id="folder"),
    ],
)
def test_a_file_and_a_folder_that_may_not_be_written_are_told(
    run: CommandLine, mode: int, folder_mode: int, reasons: list[str]
) -> None:
    run.database.chmod(mode)
    run.database.parent.chmod(folder_mode)
    with opened(run.database.parent.parent), without_rights():
        found = checks(run)
    assert states(found, "database-file") == [("fail", reasons)]
    assert found["database-file"]["details"]["me"] == "nobody"
    assert [found[name]["state"] for name in ("version", "host-file", "zones")] == ["ok", "ok", "ok"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give up its rights and get them back")
def test_a_folder_that_cannot_be_looked_into_is_one_row(run: CommandLine) -> None:
    run.database.parent.chmod(0o700)
    with opened(run.database.parent.parent), without_rights():
        found = checks(run)
    assert found["database"]["state"] == "fail"
    assert states(found, "database-file") == [("not-checked", ["unseen"])]


@contextmanager
def opened(folder: Path) -> Iterator[None]:
    """Let everybody pass through the folder and those above it; `nobody` is still of the group of root here."""
    modes = {one: one.stat().st_mode for one in (folder, *folder.parents) if one.stat().st_mode & 0o011 != 0o011}
    for one, mode in modes.items():
        one.chmod(mode | 0o011)
    try:
        yield
    finally:
        for one, mode in modes.items():
            one.chmod(mode)


def test_a_login_without_a_home_is_no_end(run: CommandLine) -> None:
    found = checks(run, env={"HOME": "/nonexistent", "XDG_DATA_HOME": "", "XDG_CONFIG_HOME": ""})
    assert found["database"]["state"] == "fail"
    assert "/nonexistent" in found["database"]["details"]["address"]


def test_zones_are_told_where_they_differ(run: CommandLine) -> None:
    found = checks(run, "--tz", "Europe/Rome", env={"TZ": "America/Lima"})["zones"]
    assert (found["state"], found["details"]) == (
        "ok",
        {"machine": "America/Lima", "host_file": None, "database": "Asia/Shanghai", "reader": "Europe/Rome"},
    )
    host_file(run, '[profile.default]\ntimezone = "Mars/Base"\n')
    assert states(checks(run), "zones") == [("fail", ["no-such-zone"])]
    assert run("doctor").code == 3


def test_programs_and_what_they_fill_are_looked_at(run: CommandLine, tmp_path: Path) -> None:
    assert run("asset", "add", "room-1").code == 0
    plain = tmp_path / "plain"
    plain.write_text("")
    host_file(
        run,
        f"""
        [checks.good]
        type = "command"
        command = ["sh", "-c", "exit 0"]
        asset = "room-1"
        [checks.gone]
        type = "command"
        command = ["/nowhere/check_load"]
        asset = "room-1"
        [checks.plain]
        type = "command"
        command = ["{plain}"]
        asset = "room-1"
        [checks.nowhere]
        type = "command"
        command = ["sh"]
        asset = "erp"
        [checks.unlisted]
        type = "command"
        command = ["sh"]
        asset = "room-1"
        fills = "server-room/disk"
        """,
    )
    found = checks(run)
    assert states(found, *(f"checks.{name}" for name in ("good", "gone", "plain", "nowhere", "unlisted"))) == [
        ("ok", []),
        ("fail", ["not-there"]),
        ("fail", ["not-executable"]),
        ("warn", ["no-asset"]),
        ("warn", ["no-checklist"]),
    ]
    shown = " ".join(run("doctor").out.split())
    assert "programs that check: gone fail /nowhere/check_load is not there; room-1" in shown
    assert "programs that check: unlisted warn" in shown


def test_letters_that_the_output_cannot_show_are_a_doubt(run: CommandLine) -> None:
    with run.start("doctor", "--json", env={"PYTHONIOENCODING": "latin-1"}, stdout=subprocess.PIPE) as process:
        out = process.communicate()[0]
    (found,) = [one for one in json.loads(out)["data"] if one["name"] == "language"]
    assert (found["state"], found["reasons"]) == ("warn", ["encoding"])


def test_a_server_login_that_is_not_who_was_named_cannot_write(store: Store, begun: CommandLine) -> None:
    if store.address.backend == "sqlite":
        pytest.skip("on a file everybody is whoever they say")
    found = checks(begun, "--as", "wang")
    assert states(found, "person") == [("fail", ["other-login"])]


def test_nothing_is_written_by_looking(begun: CommandLine, store: Store) -> None:
    def rows() -> tuple[Any, ...]:
        with store.read_engine.connect() as connection:
            counted = "SELECT (SELECT count(*) FROM ledger), (SELECT count(*) FROM setting)"
            found = tuple(connection.exec_driver_sql(counted).one())
        store.close()
        return found

    before = rows()
    checks(begun)
    begun("doctor")
    assert rows() == before


def test_it_speaks_chinese_too(run: CommandLine) -> None:
    done = run("doctor", "--lang", "zh")
    assert (done.code, "Traceback" in done.err) == (3, False)
    assert json.loads(run("doctor", "--lang", "zh", "--json").out)["data"][0]["name"] == "version"
