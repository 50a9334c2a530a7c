"""People, two assets, several who write on both databases, and a look at the whole ledger after each of them."""

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from opsctl.assets.service import assets
from opsctl.core.chain import Signature
from opsctl.ledger import service as ledger
from opsctl.main import rooms
from opsctl.people.service import customers, persons
from opsctl.store import unit
from opsctl.store.engine import Store
from tests.harness import LOGIN, Perform, Read


@pytest.fixture
def perform_as(store: Store, now: datetime) -> Perform:
    """Write to the store as one person or another, although there is one login on PostgreSQL."""

    def run_use_case(use_case: Callable[..., Any], *, as_: str = LOGIN, **arguments: Any) -> Any:
        moment = arguments.pop("now", now)
        by = Signature(moment, as_, "host-1", str(uuid.uuid4()))
        return unit.write(store, lambda session: use_case(session, now=moment, actor=as_, **arguments), by=by)

    return run_use_case


@pytest.fixture
def check_whole(store: Store, read: Read) -> Callable[[], int]:
    """Refuse a chain, or a record of any room, that is not as the ledger wrote it; gives the number of records."""

    def check() -> int:
        verdict = read(
            ledger.verify,
            kept=None,
            standing=store.driver.guards,
            wanted=store.driver.LEDGER_GUARDS,
            records=[room.load(room.records) for room in rooms() if room.records],
        )
        assert verdict.findings == ()
        return int(verdict.records)

    return check


@pytest.fixture
def company(perform_as: Perform) -> None:
    """Lead Li above Wang and Zhao; Zhao owns core-sw-1 of customer acme, nobody owns erp."""
    perform_as(persons.add, handle="lead.li")
    perform_as(persons.add, handle="wang", texts={"superior": "lead.li"})
    perform_as(persons.add, handle="zhao", texts={"superior": "lead.li"})
    perform_as(customers.add, code="acme", texts={"name": "Acme"})
    perform_as(assets.add, handle="core-sw-1", owner="zhao", customer="acme")
    perform_as(assets.add, handle="erp")
