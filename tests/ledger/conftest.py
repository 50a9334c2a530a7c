"""A ledger of five rows on each kind of database."""

import pytest

from opsctl.store.engine import Store
from tests.ledger.tampering import write_five_rows


@pytest.fixture
def ledger_store(store: Store) -> Store:
    """A store with the five rows."""
    write_five_rows(store)
    return store
