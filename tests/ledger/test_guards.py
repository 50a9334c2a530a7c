"""What the database itself refuses, whoever asks."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from opsctl.core.chain import GENESIS, Entry, Head, Signature
from opsctl.core.errors import Conflict
from opsctl.ledger import service as ledger
from opsctl.store import unit
from opsctl.store.engine import Store
from tests.harness import Read
from tests.ledger.tampering import verify_store, write_five_rows


@pytest.fixture(scope="module")
def five_rows(shared_store: Store) -> Store:
    write_five_rows(shared_store)
    return shared_store


COPIED = "recorded_at, happened_at, actor, host, kind, subject, about, topic, customer"
DIGESTS = "facts_digest, record_digest, row_digest, prev_hash, hash"


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("UPDATE ledger SET actor = 'x' WHERE seq = 2", id="row-updated"),
        pytest.param("DELETE FROM ledger WHERE seq = 5", id="row-deleted"),
        pytest.param("UPDATE ledger_facts SET facts = '{}' WHERE seq = 2", id="facts-updated"),
        pytest.param("UPDATE ledger_facts SET facts = NULL, salt = 'x' WHERE seq = 2", id="salt-updated"),
        pytest.param("UPDATE ledger_facts SET seq = 9, facts = NULL, salt = NULL WHERE seq = 5", id="facts-moved"),
        pytest.param("DELETE FROM ledger_facts WHERE seq = 2", id="facts-deleted"),
        pytest.param("UPDATE ledger_head SET seq = 4", id="head-turned-back"),
        pytest.param(f"UPDATE ledger_head SET hash = '{GENESIS}'", id="head-rewritten"),
        pytest.param("DELETE FROM ledger_head", id="head-deleted"),
    ],
)
def test_the_database_refuses_to_rewrite_its_ledger(five_rows: Store, statement: str) -> None:
    _is_refused(five_rows, statement)


@pytest.mark.parametrize("table", ["ledger, ledger_facts", "ledger_facts", "ledger_head"])
@pytest.mark.parametrize("shared_store", ["postgres"], indirect=True, scope="module")
def test_postgresql_refuses_to_empty_the_ledger(five_rows: Store, table: str) -> None:
    _is_refused(five_rows, f"TRUNCATE {table}")


@pytest.mark.parametrize("shared_store", ["sqlite"], indirect=True, scope="module")
@pytest.mark.parametrize(
    "statement",
    [
        pytest.param(
            f"INSERT OR REPLACE INTO ledger SELECT seq, {COPIED}, 'other', line, {DIGESTS} FROM ledger WHERE seq = 2",
            id="row-replaced",
        ),
        pytest.param(
            f"INSERT INTO ledger SELECT 9, {COPIED}, 'other', line, {DIGESTS} FROM ledger WHERE seq = 2", id="row-ahead"
        ),
        pytest.param("INSERT OR REPLACE INTO ledger_facts VALUES (2, '{}', '')", id="facts-replaced"),
    ],
)
def test_sqlite_refuses_to_replace_what_is_there(five_rows: Store, statement: str) -> None:
    _is_refused(five_rows, statement)


def _is_refused(store: Store, statement: str) -> None:
    before = verify_store(store).head
    with (
        pytest.raises(Conflict, match="The database refused the change"),
        store.faults_in_words(),
        store.write_engine.connect() as connection,
        connection.begin(),
    ):
        connection.execute(text(statement))
    verdict = verify_store(store)
    assert (verdict.is_whole, verdict.head) == (True, before)


@pytest.mark.parametrize("column", ["kind", "subject", "about", "topic", "customer"])
def test_a_line_feed_never_gets_into_a_row(store: Store, read: Read, now: datetime, column: str) -> None:
    named = {"kind": "test.kind", "subject": "s", column: "a\nb"}

    def work(session: Session) -> None:
        ledger.append(session, facts={}, **named)  # type: ignore[arg-type]

    # On SQLite our own code refuses, since only a fault in it can have let one through.
    with pytest.raises((Conflict, ValueError)):
        unit.write(store, work, by=Signature(now, "li", "host-1", "request-1"))
    assert read(ledger.head) == Head(0, GENESIS)


@pytest.mark.parametrize("column", ["about", "topic", "customer"])
def test_an_empty_text_is_never_written_where_absence_is_meant(store: Store, now: datetime, column: str) -> None:
    def work(session: Session) -> None:
        ledger.append(session, kind="test.kind", subject="s", facts={}, **{column: ""})  # type: ignore[arg-type]

    with pytest.raises(IntegrityError, match="ledger_not_empty"):
        unit.write(store, work, by=Signature(now, "li", "host-1", "request-1"))


def test_a_request_is_written_once(store: Store, read: Read, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unit, "ATTEMPTS", 1)

    def work(session: Session) -> None:
        ledger.append(session, kind="test.kind", subject="s", facts={})

    by = Signature(now, "li", "host-1", "request-1")
    unit.write(store, work, by=by)
    with pytest.raises(Conflict, match="The database refused the change"):
        unit.write(store, work, by=by)
    assert read(ledger.head).seq == 1


@pytest.fixture
def entries(now: datetime) -> Iterator[list[Entry]]:
    yield [Entry(line, "test.kind", "主机", now, '{"n":1}', "salt", "erp", None, "甲", "d" * 64) for line in range(3)]


def test_a_queue_becomes_rows_in_its_order_with_one_stamp(store: Store, now: datetime, entries: list[Entry]) -> None:
    def work(session: Session) -> None:
        unit.queue_of(session).extend(entries)

    unit.write(store, work, by=Signature(now, "li", "host-1", "request-1"))
    with unit.snapshot(store) as session:
        rows = list(ledger.rows(session, ledger.Search()))
    assert [(row.seq, row.line, row.customer, row.facts) for row in rows] == [
        (1, 0, "甲", '{"n":1}'),
        (2, 1, "甲", '{"n":1}'),
        (3, 2, "甲", '{"n":1}'),
    ]
    assert len({row.recorded_at for row in rows}) == 1
    assert verify_store(store).is_whole
