"""The list of incidents, on each database: what it holds, in which order, and where it is cut."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from opsctl.core.errors import NotFound
from opsctl.incidents.service import read as query
from opsctl.incidents.service import write
from opsctl.incidents.terms import Wanted
from opsctl.store.engine import Store
from tests.factories import make_asset, make_incident
from tests.harness import Read, performing, reading

NOW = datetime(2026, 11, 5, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def names_of(incidents: Any) -> list[str]:
    return [one.reference for one in incidents]


@pytest.fixture(scope="module")
def read(shared_store: Store) -> Read:
    """Five incidents, opened five to one hours ago, the odd ones of erp and the others of mail.

    In their order they are open, acknowledged, resolved, closed and open.
    """
    perform = performing(shared_store, NOW)
    make_asset(perform)
    make_asset(perform, "mail", title="Mail")
    for number in range(1, 6):
        asset = "erp" if number % 2 else "mail"
        make_incident(perform, f"number {number}", asset, at=NOW - (6 - number) * HOUR, unowned=True)
    perform(write.acknowledge, named=["2"])
    perform(write.resolve, named=["3", "4"])
    perform(write.close, named=["4"], cause="full", handling="emptied", result="works")
    return reading(shared_store)


@pytest.mark.parametrize(
    ("given", "numbers"),
    [
        ({}, "54321"),
        ({"state": Wanted.UNACKED}, "51"),
        ({"state": Wanted.OPEN}, "51"),
        ({"state": Wanted.UNRESOLVED}, "521"),
        ({"state": Wanted.ACKNOWLEDGED}, "2"),
        ({"state": Wanted.MITIGATED}, ""),
        ({"state": Wanted.RESOLVED}, "3"),
        ({"state": Wanted.CLOSED}, "4"),
        ({"asset": "erp"}, "531"),
        ({"asset": "Mai"}, "42"),
        ({"sort": "opened"}, "12345"),
        ({"sort": "-reference"}, "54321"),
        ({"sort": "reference"}, "12345"),
        ({"sort": "asset"}, "13524"),
        ({"sort": "-asset"}, "42531"),
        ({"sort": "state"}, "24153"),
        ({"sort": "-state"}, "35142"),
        ({"asset": "erp", "state": Wanted.UNRESOLVED, "sort": "opened"}, "15"),
    ],
    ids=lambda one: " ".join(f"{key}={value}" for key, value in one.items()) if isinstance(one, dict) else one,
)
def test_a_list_holds_what_fits_in_its_order(read: Read, given: dict[str, Any], numbers: str) -> None:
    found = read(query.list_incidents, now=NOW, **given)
    assert names_of(found.incidents) == [f"INC-2026-000{number}" for number in numbers]
    assert found.total == len(numbers)


def test_a_list_begins_with_since_and_ends_before_until(read: Read) -> None:
    found = read(query.list_incidents, now=NOW, since=NOW - 4 * HOUR, until=NOW - 2 * HOUR)
    assert names_of(found.incidents) == ["INC-2026-0003", "INC-2026-0002"]


def test_a_limit_cuts_the_list_and_not_the_total(read: Read) -> None:
    found = read(query.list_incidents, now=NOW, limit=2)
    assert (names_of(found.incidents), found.total) == (["INC-2026-0005", "INC-2026-0004"], 5)
    everything = read(query.list_incidents, now=NOW, limit=0)
    assert everything.total == len(everything.incidents) == 5


def test_a_list_of_an_asset_that_is_not_there_is_refused(read: Read) -> None:
    with pytest.raises(NotFound):
        read(query.list_incidents, now=NOW, asset="zzz")
