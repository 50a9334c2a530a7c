"""Adding, editing and finding customers, on both databases."""

from datetime import datetime

import pytest

from opsctl.core.errors import Conflict, InvalidInput, NotFound
from opsctl.ledger import service as ledger
from opsctl.people.rules import CustomerView
from opsctl.people.service import customers
from tests.harness import Perform, Read


@pytest.fixture
def acme(perform: Perform) -> CustomerView:
    added: CustomerView = perform(
        customers.add, code="acme", texts={"name": "Acme Ltd", "name_zh": "甲公司", "zone": "Asia/Shanghai"}
    )
    return added


def test_a_customer_is_as_it_was_added(acme: CustomerView, read: Read, now: datetime) -> None:
    assert acme == CustomerView("acme", "Acme Ltd", now, "甲公司", "Asia/Shanghai")
    assert read(customers.list_customers) == [acme]
    row = read(ledger.one, seq=1)
    assert (row.kind, row.subject, row.customer) == ("customer.added", "customer:acme", "acme")


@pytest.mark.parametrize("word", ["acme", "ＡＣＭＥ", "Acme Ltd", "甲公司", "公司"])
def test_a_customer_is_found_by_every_name(acme: CustomerView, read: Read, word: str) -> None:
    assert read(customers.find, word=word) == acme


def test_to_write_a_whole_name_is_needed(acme: CustomerView, read: Read) -> None:
    assert read(customers.known_code, word="甲公司") == "acme"
    with pytest.raises(NotFound, match="There is no customer '公司'") as missing:
        read(customers.known_code, word="公司")
    assert missing.value.hint == "Did you mean acme?"


def test_a_zone_is_one_that_exists(acme: CustomerView, perform: Perform, read: Read) -> None:
    with pytest.raises(InvalidInput, match="There is no time zone 'Europe/Rom'"):
        perform(customers.edit, customer="acme", texts={"zone": "Europe/Rom"})
    assert perform(customers.edit, customer="acme", texts={"zone": None}).zone is None
    assert read(ledger.one, seq=2).facts == '{"zone":["Asia/Shanghai",null]}'


def test_a_code_is_taken_once(acme: CustomerView, perform: Perform) -> None:
    with pytest.raises(Conflict, match="There is a customer acme already"):
        perform(customers.add, code="acme")


def test_a_customer_keeps_a_name(acme: CustomerView, perform: Perform) -> None:
    with pytest.raises(InvalidInput, match="A customer needs a name"):
        perform(customers.edit, customer="acme", texts={"name": None})
    with pytest.raises(InvalidInput, match="Nothing to change was given"):
        perform(customers.edit, customer="acme")
