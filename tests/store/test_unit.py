import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text
from sqlmodel import Session, select

from opsctl.assets.service import assets
from opsctl.cli import context
from opsctl.core.errors import InvalidInput, Unavailable
from opsctl.core.use_cases import Permission, use_case
from opsctl.duties.service.keeping import keep_up
from opsctl.ledger import service as ledger
from opsctl.ledger.tables import LedgerRow
from opsctl.people.service.identity import identify
from opsctl.store import postgres, references, sqlite, unit
from opsctl.store.engine import Store
from tests.factories import make_asset
from tests.harness import Perform, Read


@use_case(needs=Permission.RECORD, offline=False)
def number_then_fail(session: Session, *, now: datetime, actor: str) -> None:
    references.allocate(session, prefix="INC", now=now, count=5)
    assets.add(session, now=now, actor=actor, handle="erp")
    session.flush()
    raise InvalidInput("on second thoughts, no")


@use_case(needs=Permission.RECORD, offline=False)
def take_number(session: Session, *, now: datetime, actor: str) -> str:
    return references.allocate(session, prefix="INC", now=now)[0]


def rows_of(session: Session) -> list[tuple[int, int, str]]:
    return [(row.seq, row.line, row.kind) for row in ledger.rows(session, ledger.Search())]


def test_a_unit_that_fails_leaves_nothing_not_even_a_used_number(perform: Perform, read: Read) -> None:
    with pytest.raises(InvalidInput, match="on second thoughts"):
        perform(number_then_fail)
    assert read(assets.list_assets) == []
    assert read(rows_of) == []
    assert perform(take_number) == "INC-2026-0001"


def test_the_ledger_is_written_after_everything_else(perform: Perform, read: Read) -> None:
    seen: list[tuple[int, int]] = []

    @use_case(needs=Permission.RECORD, offline=False)
    def two_facts(session: Session, *, now: datetime, actor: str) -> None:
        for word in ("first", "second"):
            ledger.append(session, kind=f"test.{word}", subject="s", facts={})
        session.flush()
        seen.append((len(session.exec(select(LedgerRow.seq)).all()), ledger.head(session).seq))

    perform(two_facts)
    assert seen == [(0, 0)]
    assert read(rows_of) == [(1, 0, "test.first"), (2, 1, "test.second")]


def test_a_unit_without_facts_writes_no_row(perform: Perform, read: Read) -> None:
    perform(take_number)
    assert read(ledger.head).seq == 0


def test_a_function_without_the_mark_of_a_use_case_is_no_way_to_write(now: datetime) -> None:
    with pytest.raises(TypeError, match="is not marked @use_case"):
        context.begin(list, lambda: identify, lambda: keep_up, lambda: now).perform(assets.list_assets)


def test_a_report_sees_one_state_however_long_it_takes(store: Store, perform: Perform) -> None:
    make_asset(perform, "erp")
    with unit.snapshot(store) as session:
        before = [asset.handle for asset in assets.list_assets(session)]
        make_asset(perform, "crm")
        assert [asset.handle for asset in assets.list_assets(session)] == before == ["erp"]


def test_a_snapshot_cannot_write(store: Store, perform: Perform, read: Read) -> None:
    make_asset(perform)
    with pytest.raises(Unavailable, match="read-only"), unit.snapshot(store) as session:
        session.execute(text("UPDATE asset SET title = 'x'"))
    assert read(assets.find, word="erp").title == "ERP login"


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_a_busy_file_is_tried_again_and_then_given_up(
    store: Store, perform: Perform, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.01)
    monkeypatch.setattr(unit, "ATTEMPTS", 2)
    with closing(sqlite3.connect(store.address.target, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable, match="The database is busy"):
            perform(take_number)
        assert read(assets.list_assets) == [], "a report needs no lock"
        other.execute("ROLLBACK")
    assert perform(take_number) == "INC-2026-0001"


@pytest.mark.parametrize("store", ["postgres"], indirect=True)
def test_a_ledger_that_others_hold_is_tried_again_and_then_given_up(
    store: Store, perform: Perform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "LOCK_MILLISECONDS", 50)
    monkeypatch.setattr(unit, "ATTEMPTS", 2)
    with psycopg.connect(store.address.target) as other:
        other.execute("SELECT 1 FROM ledger_head FOR UPDATE")
        with pytest.raises(Unavailable, match="The database is busy"):
            make_asset(perform)
    make_asset(perform)


@pytest.mark.parametrize("store", ["postgres"], indirect=True)
@pytest.mark.parametrize(
    "state", [pytest.param("40001", id="serialisation-failure"), pytest.param("40P01", id="deadlock")]
)
def test_what_passes_by_itself_begins_again_and_counts_once(perform: Perform, read: Read, state: str) -> None:
    attempts: list[str] = []

    @use_case(needs=Permission.RECORD, offline=False)
    def stumble_once(session: Session, *, now: datetime, actor: str) -> str:
        attempts.append(references.allocate(session, prefix="INC", now=now)[0])
        assets.add(session, now=now, actor=actor, handle="erp")
        if len(attempts) == 1:
            session.execute(text(f"DO $$ BEGIN RAISE EXCEPTION 'later' USING ERRCODE = '{state}'; END $$"))
        return attempts[-1]

    assert perform(stumble_once) == "INC-2026-0001"
    assert attempts == ["INC-2026-0001", "INC-2026-0001"]
    assert read(rows_of) == [(1, 0, "asset.added")]


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_a_full_disk_is_said_and_nothing_is_saved(
    store: Store, perform: Perform, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect: Callable[..., sqlite3.Connection] = sqlite3.connect

    def connect_to_a_small_disk(*arguments: object, **settings: object) -> sqlite3.Connection:
        connection = connect(*arguments, **settings)
        connection.execute("PRAGMA max_page_count=1")  # SQLite takes the size that the file has already
        return connection

    monkeypatch.setattr(sqlite.sqlite3, "connect", connect_to_a_small_disk)
    with pytest.raises(Unavailable, match="The disk of the database is full"):
        make_asset(perform, title="x" * 100_000)
    monkeypatch.undo()
    assert read(assets.list_assets) == []
    assert read(ledger.head).seq == 0


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_a_write_leaves_no_log_behind_when_the_store_is_closed(store: Store, perform: Perform) -> None:
    make_asset(perform)
    store.close()
    folder = Path(store.address.target).parent
    assert [path.name for path in folder.iterdir() if path.is_file()] == ["store.db"]
