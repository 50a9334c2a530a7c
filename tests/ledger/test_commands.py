"""`opsctl ledger`: exit codes and lines; the services behind it are tested beside this."""

import json
import sqlite3
from contextlib import closing

import pytest

from opsctl.ledger import service as ledger
from opsctl.store.engine import Store
from tests.harness import CommandLine, reading
from tests.ledger.tampering import tamper_with

pytestmark = pytest.mark.usefixtures("ledger_store")


def head_of(store: Store) -> str:
    found: str = reading(store)(ledger.head).hash
    return found


def test_verify_prints_the_head_of_a_ledger_that_is_whole(store: Store, run_on_store: CommandLine) -> None:
    result = run_on_store("ledger", "verify")
    assert result.out == f"The ledger is whole: 5 rows. Head: {head_of(store)}\n"
    assert result.err == "Records were not compared; see: opsctl ledger verify --deep\n"
    assert result.code == 0


def test_verify_deep_counts_the_records(store: Store, run_on_store: CommandLine) -> None:
    result = run_on_store("ledger", "verify", "--deep")
    assert result.out == f"The ledger is whole: 5 rows, 3 records. Head: {head_of(store)}\n"
    assert (result.err, result.code) == ("", 0)


def test_quiet_prints_the_head_alone(store: Store, run_on_store: CommandLine) -> None:
    result = run_on_store("-q", "ledger", "verify")
    assert (result.out, result.err, result.code) == (f"{head_of(store)}\n", "", 0)


def test_a_ledger_that_is_not_whole_needs_attention_and_names_the_first_fault(
    store: Store, run_on_store: CommandLine
) -> None:
    tamper_with(store, "UPDATE ledger_facts SET facts = '{}' WHERE seq = 4")
    result = run_on_store("ledger", "verify")
    assert result.out == "The ledger is NOT whole (5 rows). First: the facts of row 4 (crm) were changed\n"
    assert result.code == 3


def test_the_findings_are_there_for_programs(store: Store, run_on_store: CommandLine) -> None:
    tamper_with(store, "UPDATE ledger_facts SET facts = '{}' WHERE seq = 4")
    result = run_on_store("ledger", "verify", "--json")
    data = json.loads(result.out)["data"]
    assert data["findings"] == [{"fault": "facts-changed", "seq": 4, "subject": "crm", "detail": ""}]
    assert (data["whole"], data["rows"], data["records"], result.code) == (False, 5, None, 3)


@pytest.mark.parametrize(("wanted", "code"), [("kept", 0), ("f" * 64, 3)], ids=["in-the-chain", "in-no-row"])
def test_a_kept_head_is_looked_for(store: Store, run_on_store: CommandLine, wanted: str, code: int) -> None:
    kept = head_of(store).upper() if wanted == "kept" else wanted
    assert run_on_store("ledger", "verify", "--head", f" {kept} ").code == code


def test_one_row_is_shown_with_its_facts(run_on_store: CommandLine) -> None:
    result = run_on_store("ledger", "show", "3", "--json")
    row = json.loads(result.out)["data"]
    assert (row["seq"], row["kind"], row["subject"]) == (3, "asset.edited", "erp")
    assert row["facts"] == '{"title":["ERP login","ERP portal"]}'


def test_a_row_that_is_not_there_is_not_found(run_on_store: CommandLine) -> None:
    result = run_on_store("ledger", "show", "6")
    assert (result.out, result.err, result.code) == (
        "",
        "opsctl: The ledger has no row 6. Its newest row is 5.\n",
        4,
    )


def test_the_newest_rows_come_first(run_on_store: CommandLine) -> None:
    assert run_on_store("-q", "ledger", "list", "--limit", "3").out == "5\n4\n3\n"
    assert run_on_store("-q", "ledger", "list", "--limit", "0", "--subject", "erp").out == "3\n1\n"


@pytest.mark.parametrize("typed", ["", "3f786850e387", "g" * 64, "f" * 63])
def test_what_is_no_whole_head_is_refused_and_no_alarm(run_on_store: CommandLine, typed: str) -> None:
    result = run_on_store("ledger", "verify", "--head", typed)
    assert (result.out, result.code) == ("", 2)
    assert "is no head: a head has 64 hexadecimal digits." in result.err


@pytest.mark.parametrize(
    ("statement", "subject"),
    [
        pytest.param("UPDATE asset SET recorded_at = 'x' WHERE handle = 'mail'", "mail", id="asset-time"),
        pytest.param("UPDATE asset SET title = x'ff' WHERE handle = 'mail'", "mail", id="asset-bytes"),
        pytest.param("UPDATE incident SET opened = 'x' WHERE reference LIKE '%2'", "INC-2026-0002", id="time"),
        pytest.param("UPDATE incident SET opened = 5 WHERE reference LIKE '%2'", "INC-2026-0002", id="number"),
        pytest.param("UPDATE incident SET title = x'ff' WHERE reference LIKE '%2'", "INC-2026-0002", id="bytes"),
        pytest.param("UPDATE incident SET state = 'gone' WHERE reference LIKE '%2'", "INC-2026-0002", id="word"),
        pytest.param("UPDATE incident_interval SET started = 'x' WHERE incident LIKE '%2'", "INC-2026-0002", id="span"),
    ],
)
def test_a_record_made_unreadable_is_named_and_the_others_are_compared(
    run: CommandLine, statement: str, subject: str
) -> None:
    for asset in ("erp", "mail"):
        run("asset", "add", asset)
        run("incident", "open", asset, "login answers 502")
    with closing(sqlite3.connect(run.database, isolation_level=None)) as file:
        file.execute("PRAGMA ignore_check_constraints = on")
        file.execute(statement)
    result = run("ledger", "verify", "--deep", "--json")
    data = json.loads(result.out)["data"]
    assert [(one["fault"], one["subject"]) for one in data["findings"]] == [("record-changed", subject)]
    assert (data["records"], result.code) == (4, 3)


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(("ledger", "list", "--kind", "\udcff"), id="kind"),
        pytest.param(("asset", "show", "\udcff"), id="asset"),
        pytest.param(("incident", "list", "--asset", "\udcff"), id="asset-of-a-list"),
    ],
)
def test_bytes_that_are_no_letters_are_refused_in_words(run_on_store: CommandLine, words: tuple[str, ...]) -> None:
    result = run_on_store(*words)
    assert (result.out, result.code) == ("", 2)
    assert result.err.startswith("opsctl: A word of the command line holds bytes that are not UTF-8.")


def test_a_record_and_an_asset_are_found_however_they_are_typed(run: CommandLine) -> None:
    run("asset", "add", "erp")
    run("incident", "open", "erp", "login answers 502")
    assert run("ledger", "list", "-q", "--subject", " inc-2026-0001").out == "2\n"
    assert run("ledger", "list", "-q", "--about", "ＥＲＰ").out == "2\n1\n"
    (first, second) = map(json.loads, run("ledger", "export", "--about", "ERP").out.splitlines())
    assert (first["subject"], second["subject"]) == ("erp", "INC-2026-0001")
