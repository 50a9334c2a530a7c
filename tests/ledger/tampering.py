"""A ledger of five rows about three assets, and somebody with all rights on the database who tampers with it."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import psycopg

from opsctl.assets.service import assets
from opsctl.ledger import service as ledger
from opsctl.ledger.rules import Verdict
from opsctl.ledger.terms import Fault
from opsctl.store.address import Backend
from opsctl.store.engine import Store
from tests.factories import make_asset
from tests.harness import performing, reading


def write_five_rows(store: Store) -> None:
    """1 erp added · 2 crm added · 3 erp edited · 4 crm retired · 5 hr added."""
    perform = performing(store, datetime(2026, 11, 5, 2, 0, tzinfo=UTC))
    make_asset(perform, "erp", title="ERP login", title_zh="ERP 登录")
    make_asset(perform, "crm", title="CRM")
    perform(assets.edit, asset="erp", title="ERP portal")
    perform(assets.retire, asset="crm")
    make_asset(perform, "hr", title="HR")


def verify_store(store: Store, kept: str | None = None, deep: bool = False) -> Verdict:
    """What `ledger verify` finds; the records of assets with `deep`."""
    verdict: Verdict = reading(store)(
        ledger.verify,
        kept=kept,
        standing=store.driver.guards,
        wanted=store.driver.LEDGER_GUARDS,
        records=[assets.records] if deep else None,
    )
    return verdict


def tamper_with(store: Store, *statements: str) -> None:
    """Change the database past its guards, and leave the guards standing as if nothing had been."""
    if store.address.backend is Backend.POSTGRESQL:
        with psycopg.connect(store.address.target) as server:
            server.execute("SET session_replication_role = replica")
            for statement in statements:
                server.execute(statement)
        return
    with closing(sqlite3.connect(store.address.target, isolation_level=None)) as file:
        guards = file.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _sql in guards:
            file.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            file.execute(statement)
        for _name, sql in guards:
            file.execute(sql)


def faults(verdict: Verdict) -> list[tuple[Fault, int | None, str | None]]:
    """The findings without their details."""
    return [(found.fault, found.seq, found.subject) for found in verdict.findings]
