"""`verify` names the first thing that is not as it was written, whoever changed it and however well."""

import ast
import subprocess
import sys
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import Session

from opsctl.core.chain import GENESIS, Head
from opsctl.core.errors import Unavailable
from opsctl.incidents.service import read as incidents
from opsctl.ledger import service as ledger
from opsctl.ledger.terms import Fault
from opsctl.store.engine import Store
from tests.factories import make_asset, make_incident
from tests.harness import Perform, Read, reading
from tests.ledger import recompute as second_way
from tests.ledger.tampering import faults, tamper_with, verify_store, write_five_rows


def test_an_empty_ledger_is_whole(store: Store) -> None:
    verdict = verify_store(store, deep=True)
    assert (verdict.is_whole, verdict.rows, verdict.records, verdict.head) == (True, 0, 0, Head(0, GENESIS))


def test_an_untouched_ledger_is_whole_to_its_records(ledger_store: Store) -> None:
    verdict = verify_store(ledger_store, deep=True)
    assert (verdict.findings, verdict.rows, verdict.redacted, verdict.records) == ((), 5, 0, 3)
    assert verdict.head == reading(ledger_store)(ledger.head)


@pytest.mark.parametrize(
    ("statements", "found"),
    [
        pytest.param(
            ["UPDATE ledger SET subject = 'hr' WHERE seq = 3"], [(Fault.ROW_CHANGED, 3, "hr")], id="a-row-edited"
        ),
        pytest.param(
            ["UPDATE ledger SET actor = 'x' WHERE seq = 4"],
            [(Fault.ROW_CHANGED, 4, "crm")],
            id="an-actor-edited",
        ),
        pytest.param(
            [f"UPDATE ledger SET row_digest = '{'a' * 64}' WHERE seq = 3"],
            [(Fault.ROW_CHANGED, 3, "erp"), (Fault.LINK_BROKEN, 3, "erp")],
            id="a-digest-edited",
        ),
        pytest.param(
            [f"UPDATE ledger SET hash = '{'a' * 64}' WHERE seq = 3"],
            [(Fault.LINK_BROKEN, 3, "erp"), (Fault.LINK_BROKEN, 4, "crm")],
            id="a-hash-edited",
        ),
        pytest.param(
            ["UPDATE ledger_facts SET facts = replace(facts, 'CRM', 'HRM') WHERE seq = 2"],
            [(Fault.FACTS_CHANGED, 2, "crm")],
            id="facts-edited",
        ),
        pytest.param(
            ["UPDATE ledger_facts SET salt = '' WHERE seq = 1"], [(Fault.FACTS_CHANGED, 1, "erp")], id="salt-edited"
        ),
        pytest.param(
            ["UPDATE ledger_facts SET facts = 'no JSON' WHERE seq = 5"],
            [(Fault.FACTS_CHANGED, 5, "hr")],
            id="facts-made-nonsense",
        ),
        pytest.param(
            ["DELETE FROM ledger_facts WHERE seq = 3", "DELETE FROM ledger WHERE seq = 3"],
            [(Fault.GAP, 4, "crm"), (Fault.LINK_BROKEN, 4, "crm")],
            id="a-row-removed-in-the-middle",
        ),
        pytest.param(
            ["DELETE FROM ledger_facts WHERE seq = 1", "DELETE FROM ledger WHERE seq = 1"],
            [(Fault.GAP, 2, "crm"), (Fault.LINK_BROKEN, 2, "crm")],
            id="the-first-row-removed",
        ),
        pytest.param(
            [
                "DELETE FROM ledger_facts WHERE seq = 4",
                "DELETE FROM ledger WHERE seq = 4",
                "UPDATE ledger_facts SET seq = 4 WHERE seq = 5",
                "UPDATE ledger SET seq = 4 WHERE seq = 5",
            ],
            [(Fault.ROW_CHANGED, 4, "hr"), (Fault.LINK_BROKEN, 4, "hr"), (Fault.HEAD_DIFFERS, 5, None)],
            id="a-row-removed-and-the-next-renumbered",
        ),
        pytest.param(
            ["DELETE FROM ledger_facts WHERE seq > 3", "DELETE FROM ledger WHERE seq > 3"],
            [(Fault.HEAD_DIFFERS, 5, None)],
            id="the-newest-rows-cut-off",
        ),
        pytest.param(
            ["DELETE FROM ledger_facts", "DELETE FROM ledger"], [(Fault.HEAD_DIFFERS, 5, None)], id="all-rows-removed"
        ),
        pytest.param(
            ["UPDATE ledger_head SET seq = 4"], [(Fault.HEAD_DIFFERS, 4, None)], id="the-head-turned-back"
        ),
    ],
)  # fmt: skip
def test_what_was_changed_past_the_guards_is_named(
    ledger_store: Store, statements: list[str], found: list[tuple[Fault, int | None, str | None]]
) -> None:
    tamper_with(ledger_store, *statements)
    assert faults(verify_store(ledger_store)) == found


def test_a_gap_names_the_rows_that_are_missing(ledger_store: Store) -> None:
    tamper_with(ledger_store, "DELETE FROM ledger_facts WHERE seq IN (2, 3)", "DELETE FROM ledger WHERE seq IN (2, 3)")
    assert verify_store(ledger_store).findings[0].detail == "2–3"


def test_only_a_head_that_was_kept_shows_that_rows_were_cut_off_with_the_head(ledger_store: Store) -> None:
    kept = verify_store(ledger_store).head.hash
    tamper_with(
        ledger_store,
        "DELETE FROM ledger_facts WHERE seq > 3",
        "DELETE FROM ledger WHERE seq > 3",
        "UPDATE ledger_head SET seq = 3, hash = (SELECT hash FROM ledger WHERE seq = 3)",
    )
    assert verify_store(ledger_store).is_whole
    verdict = verify_store(ledger_store, kept=kept)
    assert faults(verdict) == [(Fault.KEPT_HEAD_UNKNOWN, None, None)]
    assert verdict.findings[0].detail == kept


@pytest.mark.parametrize("seq", [1, 3, 5])
def test_a_head_that_was_kept_at_any_time_is_found_again(ledger_store: Store, seq: int) -> None:
    kept = reading(ledger_store)(ledger.one, seq=seq).hash
    assert verify_store(ledger_store, kept=kept).is_whole


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_a_replaced_row_is_named_where_its_guard_was_dropped(ledger_store: Store) -> None:
    columns = "recorded_at, happened_at, actor, host, kind, '别人', about, topic, customer, 'other', line,"
    digests = "facts_digest, record_digest, row_digest, prev_hash, hash"
    tamper_with(
        ledger_store, f"INSERT OR REPLACE INTO ledger SELECT seq, {columns} {digests} FROM ledger WHERE seq = 2"
    )
    assert faults(verify_store(ledger_store))[0] == (Fault.ROW_CHANGED, 2, "别人")


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
@pytest.mark.parametrize("column", ["recorded_at", "happened_at"])
def test_a_moment_made_nonsense_is_named(ledger_store: Store, column: str) -> None:
    tamper_with(ledger_store, f"UPDATE ledger SET {column} = 'once upon a time' WHERE seq = 2")
    assert faults(verify_store(ledger_store))[0] == (Fault.ROW_CHANGED, 2, "crm")


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("statement", "found"),
    [
        pytest.param(
            "UPDATE ledger_facts SET facts = x'00ff' WHERE seq = 2", (Fault.FACTS_CHANGED, 2, "crm"), id="facts"
        ),
        pytest.param("UPDATE ledger SET actor = x'00ff' WHERE seq = 2", (Fault.ROW_CHANGED, 2, "crm"), id="actor"),
    ],
)
def test_bytes_in_the_place_of_text_are_named(
    ledger_store: Store, statement: str, found: tuple[Fault, int | None, str | None]
) -> None:
    tamper_with(ledger_store, statement)
    assert faults(verify_store(ledger_store))[0] == found


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_text_that_is_no_utf_8_is_damage(ledger_store: Store) -> None:
    tamper_with(ledger_store, "UPDATE ledger SET actor = CAST(x'ff' AS TEXT) WHERE seq = 2")
    with pytest.raises(Unavailable, match="is damaged"):
        verify_store(ledger_store)


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        pytest.param("UPDATE asset SET title = 'x' WHERE handle = 'erp'", (Fault.RECORD_CHANGED, "erp"), id="changed"),
        pytest.param("UPDATE asset SET retired_at = NULL", (Fault.RECORD_CHANGED, "crm"), id="emptied"),
        pytest.param(
            "INSERT INTO asset (handle, title, recorded_at) VALUES ('ghost', 'x', '2026-11-05 02:00:00.000000+00:00')",
            (Fault.RECORD_UNKNOWN, "ghost"),
            id="added",
        ),
        pytest.param("DELETE FROM asset WHERE handle = 'hr'", (Fault.RECORD_MISSING, "hr"), id="removed"),
    ],
)
def test_a_record_changed_by_plain_sql_is_named_by_the_deep_check_alone(
    ledger_store: Store, statement: str, found: tuple[Fault, str]
) -> None:
    with ledger_store.write_engine.connect() as connection, connection.begin():
        connection.execute(text(statement))
    assert verify_store(ledger_store).is_whole
    assert [(one.fault, one.subject) for one in verify_store(ledger_store, deep=True).findings] == [found]


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("UPDATE incident SET impact = 'low'", id="field"),
        pytest.param("UPDATE incident_interval SET started = opened FROM incident WHERE kind = 'outage'", id="span"),
        pytest.param("DELETE FROM incident_interval WHERE kind = 'outage'", id="span-removed"),
    ],
)
def test_a_span_of_an_incident_is_part_of_its_record(
    store: Store, perform: Perform, read: Read, now: datetime, statement: str
) -> None:
    make_asset(perform)
    reference = make_incident(perform, at=now - timedelta(minutes=30), down=now - timedelta(hours=1)).reference
    arguments = {"kept": None, "standing": store.driver.guards, "wanted": (), "records": [incidents.records]}
    untouched = read(ledger.verify, **arguments)
    assert [(one.fault, one.subject) for one in untouched.findings] == [(Fault.RECORD_MISSING, "erp")]
    with store.write_engine.connect() as connection, connection.begin():
        connection.execute(text(statement))
    changed = read(ledger.verify, **arguments)
    assert (Fault.RECORD_CHANGED, reference) in [(one.fault, one.subject) for one in changed.findings]


@pytest.fixture(scope="module")
def five_rows(shared_store: Store) -> Store:
    write_five_rows(shared_store)
    return shared_store


def _statement(store: Store, session: Session, guard: str, *, off: str) -> str:
    if store.address.backend == "sqlite":
        return f"DROP TRIGGER {guard}"
    table = session.execute(
        text("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = :guard"), {"guard": guard}
    ).scalar_one()
    return f"DROP TRIGGER {guard} ON {table}" if off == "dropped" else f"ALTER TABLE {table} DISABLE TRIGGER {guard}"


@pytest.mark.parametrize("off", ["dropped", "disabled"])
def test_a_guard_that_does_not_stand_is_the_first_thing_named(five_rows: Store, off: str) -> None:
    for guard in five_rows.driver.LEDGER_GUARDS:
        with five_rows.write_engine.connect() as connection, Session(connection) as session:
            session.execute(text(_statement(five_rows, session, guard, off=off)))
            verdict = ledger.verify(
                session,
                kept=None,
                standing=five_rows.driver.guards,
                wanted=five_rows.driver.LEDGER_GUARDS,
                records=None,
            )
            session.rollback()
        assert [(one.fault, one.detail) for one in verdict.findings] == [(Fault.GUARD_MISSING, guard)]
    assert verify_store(five_rows).is_whole


def _where(store: Store) -> str:
    return store.address.target


def test_the_second_way_comes_to_the_same_head(five_rows: Store) -> None:
    verdict = verify_store(five_rows)
    assert second_way.recompute(_where(five_rows)) == (verdict.head.seq, verdict.head.hash)


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        pytest.param("UPDATE ledger SET actor = 'x' WHERE seq = 2", "row 2 does not fit its digest", id="row"),
        pytest.param(
            "UPDATE ledger_facts SET facts = '{}' WHERE seq = 3", "the facts of row 3 do not fit", id="facts"
        ),
        pytest.param("UPDATE ledger_head SET seq = 4", "the chain ends at row 5, the head is row 4", id="head"),
    ],
)  # fmt: skip
def test_the_second_way_sees_it_too(ledger_store: Store, statement: str, said: str) -> None:
    tamper_with(ledger_store, statement)
    with pytest.raises(SystemExit, match=said):
        second_way.recompute(_where(ledger_store))


def test_the_second_way_runs_alone_and_uses_nothing_of_opsctl(five_rows: Store) -> None:
    script = Path(second_way.__file__)
    nodes = [node for node in ast.walk(ast.parse(script.read_text())) if isinstance(node, ast.Import | ast.ImportFrom)]
    imported = {getattr(node, "module", None) or node.names[0].name for node in nodes}
    assert imported == {"hashlib", "sqlite3", "sys", "typing", "psycopg"}
    result = subprocess.run([sys.executable, script, _where(five_rows)], capture_output=True, text=True, check=True)
    assert result.stdout == f"5 {verify_store(five_rows).head.hash}\n"


def test_the_first_row_of_a_database_can_be_worked_out_by_hand(store: Store, perform: Perform, read: Read) -> None:
    make_asset(perform)
    row = read(ledger.one, seq=1)
    assert row.facts_digest == sha256((row.salt + row.facts).encode()).hexdigest()
    assert row.hash == sha256(("0" * 64 + "\n" + row.row_digest).encode()).hexdigest()
