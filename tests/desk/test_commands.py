"""`opsctl init` and `opsctl db`, exactly as they are printed."""

import json
from pathlib import Path

import pytest

from opsctl.core.chain import GENESIS
from opsctl.store.engine import SCHEMA_VERSION, Store
from tests.harness import CommandLine
from tests.ledger.tampering import tamper_with


def test_init_makes_a_database_once(run: CommandLine, tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    made = run("init", "--zone", "Europe/Rome", "--db", str(path))
    rules = "Rules in force: om@2026.2, brought along. See: opsctl rulebook show   yours: opsctl rulebook apply FILE"
    assert (made.out, made.code) == (f"Made sqlite:///{path}, zone Europe/Rome.\n{rules}\n", 0)
    again = run("init", "--zone", "Europe/Rome", "--db", str(path))
    assert (again.out, again.code) == (f"sqlite:///{path} is there already, zone Europe/Rome.\n", 0)


def test_init_with_another_zone_is_a_conflict(run: CommandLine) -> None:
    result = run("init", "--zone", "Europe/Rome")
    assert (result.out, result.code) == ("", 6)
    assert "has the zone Asia/Shanghai already; a database keeps its zone." in result.err


def test_init_with_a_zone_that_is_none_makes_nothing(run: CommandLine, tmp_path: Path) -> None:
    result = run("init", "--zone", "Europe/Rom", "--db", str(tmp_path / "new.db"))
    assert (result.out, result.code) == ("", 2)
    assert "Europe/Rome" in result.err
    assert not (tmp_path / "new.db").exists()


def test_status_tells_what_the_database_is(store: Store, run_on_store: CommandLine) -> None:
    result = run_on_store("db", "status", "--json")
    data = json.loads(result.out)["data"]
    assert result.code == 0
    wanted = {
        "address": str(store.address),
        "backend": store.address.backend,
        "zone": "Asia/Shanghai",
        "schema": SCHEMA_VERSION,
        "ledger_rows": 0,
        "ledger_head": GENESIS,
        "guards_missing": [],
    }
    assert {name: data[name] for name in wanted} == wanted


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_status_names_a_guard_that_is_missing(store: Store, run_on_store: CommandLine) -> None:
    with store.write_engine.connect() as connection, connection.begin():
        connection.exec_driver_sql("DROP TRIGGER ledger_no_update")
    result = run_on_store("db", "status")
    assert "missing: ledger_no_update" in result.out
    assert result.err == "Without its guards the ledger can be changed unseen; run: opsctl ledger verify --deep\n"


def test_an_upgrade_of_what_is_up_to_date_says_so(run_on_store: CommandLine) -> None:
    result = run_on_store("db", "upgrade")
    assert (result.out, result.err, result.code) == (f"The schema is up to date: {SCHEMA_VERSION}.\n", "", 0)


def test_an_upgrade_of_a_newer_schema_is_refused(store: Store, run_on_store: CommandLine) -> None:
    tamper_with(store, "UPDATE alembic_version SET version_num = '9999'")
    result = run_on_store("db", "upgrade")
    assert (result.out, result.code) == ("", 6)
