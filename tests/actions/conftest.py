"""People, two assets, several who write on both databases, and a look at the whole ledger after each of them."""


import pytest

from opsctl.assets.service import assets
from opsctl.people.service import customers, persons
from tests.harness import Perform


@pytest.fixture
def company(perform_as: Perform) -> None:
    """Lead Li above Wang and Zhao; Zhao owns core-sw-1 of customer acme, nobody owns erp."""
    perform_as(persons.add, handle="lead.li")
    perform_as(persons.add, handle="wang", texts={"superior": "lead.li"})
    perform_as(persons.add, handle="zhao", texts={"superior": "lead.li"})
    perform_as(customers.add, code="acme", texts={"name": "Acme"})
    perform_as(assets.add, handle="core-sw-1", owner="zhao", customer="acme")
    perform_as(assets.add, handle="erp")
