"""Whose own review is due: what a person is told today."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from opsctl.core.void import Void
from opsctl.incidents.rules.life import Incident
from opsctl.people.service import persons
from opsctl.reviews.rules.results import Uncovered
from opsctl.reviews.service import coverage
from opsctl.reviews.terms import Kind
from opsctl.store.engine import Store
from tests.factories import make_asset
from tests.harness import Perform, Read
from tests.kpis.records import incident
from tests.reviews.written import approved, review, write
from tests.rulebook.books import LIMITS, MATRIX, OFFICE, WHOLE, make_book

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def _company(perform: Perform) -> None:
    make_book(perform, WHOLE)
    make_asset(perform)


def fault(number: int, resolved: datetime, severity: int | None = 1, **given: Any) -> Incident:
    fields: dict[str, Any] = {"rules": 1, "assignee": "wang", **given}
    return incident(number, "erp", opened=resolved - DAY, resolved=resolved, severity=severity, **fields)


def due(read: Read, now: datetime, me: str | None = "wang") -> list[str]:
    found: tuple[Uncovered, ...] = read(coverage.due_for, me=me, now=now)
    return [one.incident.reference[-1] for one in found]


def test_what_is_due_within_three_days_or_overdue_is_told_the_first_due_first(
    store: Store, read: Read, now: datetime
) -> None:
    # Three days are asked for, so everything resolved by now is due within three.
    write(store, now, fault(1, now), fault(2, now - 15 * DAY), fault(3, now - 92 * DAY), fault(4, now - 93 * DAY))
    assert due(read, now) == ["3", "2", "1"]


def test_what_is_due_later_is_not_told_yet(perform: Perform, store: Store, read: Read, now: datetime) -> None:
    make_book(perform, MATRIX + OFFICE + LIMITS.replace('"3d"', '"5d"'), version="2")
    write(store, now, fault(1, now - 2 * DAY, rules=2), fault(2, now - 2 * DAY + SECOND, rules=2))
    assert due(read, now) == ["1"]


def test_mine_and_nobodys_are_told_and_not_those_of_others(store: Store, read: Read, now: datetime) -> None:
    write(store, now, fault(1, now), fault(2, now, assignee=None), fault(3, now, assignee="zhao"))
    assert due(read, now) == ["1", "2"]
    assert due(read, now, None) == ["1", "2", "3"]


def test_what_was_mine_under_my_login_is_told(perform_as: Perform, store: Store, read: Read, now: datetime) -> None:
    perform_as(persons.add, as_="wang", handle="wang", texts={"login": "w.wang"})
    write(store, now, fault(1, now, assignee="w.wang"))
    assert due(read, now) == ["1"]


def test_what_was_held_or_wants_no_review_of_its_own_is_not_told(store: Store, read: Read, now: datetime) -> None:
    held = now - DAY
    write(
        store, now,
        *(fault(number, now - 2 * DAY) for number in (1, 2, 3, 4, 5)),
        fault(6, now - 2 * DAY, 3), fault(7, now - 2 * DAY, None), fault(8, now, void=Void.TEST),
        fault(9, now, drill=True),
        review(1, "INC-2026-0001", at=held, held_on=held),
        approved(2, "INC-2026-0002", at=held),
        review(3, "INC-2026-0003", at=held, held_on=now + DAY),
        review(4, "INC-2026-0004", at=held, held_on=held, kind=Kind.PERIOD),
        review(5, "INC-2026-0005", at=held, held_on=held, void=Void.MISTAKE),
    )  # fmt: skip
    assert due(read, now) == ["3", "4", "5"]
    found = {one.incident.reference: one.started for one in read(coverage.due_for, me="wang", now=now)}
    assert found == {"INC-2026-0003": "REV-2026-0003", "INC-2026-0004": None, "INC-2026-0005": None}


def test_where_no_rule_asks_for_reviews_none_is_due(perform: Perform, store: Store, read: Read, now: datetime) -> None:
    write(store, now, fault(1, now, rules=None))
    assert due(read, now) == []
