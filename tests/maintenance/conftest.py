"""The company that is maintained: two persons, three assets, one of them retired."""

from datetime import datetime, timedelta

import pytest

from opsctl.assets.service import assets
from opsctl.people.service import customers, persons
from tests.harness import Perform


@pytest.fixture
def company(perform_as: Perform, now: datetime) -> None:
    """Lead Li and, below, Wang; Wang owns core-sw-1 of customer acme, nobody owns erp; old was retired two days ago."""
    perform_as(persons.add, handle="lead.li")
    perform_as(persons.add, handle="wang", texts={"superior": "lead.li"})
    perform_as(customers.add, code="acme", texts={"name": "Acme"})
    perform_as(assets.add, handle="core-sw-1", owner="wang", customer="acme")
    perform_as(assets.add, handle="erp", title="ERP login")
    perform_as(assets.add, handle="old")
    perform_as(assets.retire, asset="old", at=now - timedelta(days=2))
