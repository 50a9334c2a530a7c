"""The sample company: its diary is lived again once for all tests that read of it; that takes some seconds."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from opsctl.core import texts
from opsctl.core.chain import Signature
from opsctl.desk.service import database
from opsctl.desk.service.replay import Replay, read_steps
from opsctl.main import rooms
from opsctl.store.address import read_address
from opsctl.store.engine import Store
from tests.desk.company import COMPANY, ZONE
from tests.harness import Read, reading

CAME = datetime(2026, 4, 1, tzinfo=UTC)


@pytest.fixture(scope="session")
def company_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of the company, as its diary makes it."""
    file = tmp_path_factory.mktemp("company") / "company.db"
    address = read_address(str(file))
    texts.use_language("en")
    database.init(address, zone=ZONE, by=Signature(CAME, "gao.feng", "host-1", "init"))
    store = Store(address)
    Replay(store, COMPANY, ZONE, rooms()).all(read_steps(COMPANY / "diary.jsonl", ZONE))
    store.close()
    return file


@pytest.fixture(scope="module")
def company(company_file: Path) -> Iterator[Store]:
    """The company, to be read."""
    store = Store(read_address(str(company_file)))
    yield store
    store.close()


@pytest.fixture(scope="module")
def ask(company: Store) -> Read:
    """A query about the company."""
    return reading(company)
