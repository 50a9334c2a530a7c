"""A company under a book that says how soon faults are reviewed, and the ways to write what reviews are made of."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import Session

from opsctl.assets.service import assets
from opsctl.core.chain import Signature
from opsctl.incidents.service import write as incidents
from opsctl.incidents.terms import Level
from opsctl.people.service import customers, persons
from opsctl.reviews.rules import Review, fields
from opsctl.reviews.rules.facts import Facts
from opsctl.reviews.service import gathering, rows
from opsctl.reviews.terms import STARTED
from opsctl.rulebook.service import applying
from opsctl.store import unit
from opsctl.store.engine import Store
from tests.backups.conftest import do as do
from tests.backups.conftest import record as record
from tests.backups.conftest import record_test as record_test
from tests.harness import Perform, Read
from tests.reviews.records import BOOK


@pytest.fixture
def company(perform_as: Perform, now: datetime) -> None:
    """Lead Li above Wang and Zhao; Zhao owns core-sw-1 of customer acme, nobody owns erp and web; two years old."""
    before = now - timedelta(days=730)
    perform_as(persons.add, now=before, handle="lead.li", texts={"name": "李主任"})
    perform_as(persons.add, now=before, handle="wang", texts={"superior": "lead.li", "login": "w.wang"})
    perform_as(persons.add, now=before, handle="zhao", texts={"superior": "lead.li"})
    perform_as(customers.add, now=before, code="acme", texts={"name": "Acme", "name_zh": "极致"})
    perform_as(assets.add, now=before, handle="core-sw-1", owner="zhao", customer="acme")
    for handle in ("erp", "web"):
        perform_as(assets.add, now=before, handle=handle, title=f"{handle.upper()} login", kind="system")
    perform_as(applying.apply, now=before, text=BOOK, file="om.toml")


@pytest.fixture
def trouble(perform_as: Perform, company: None) -> Callable[..., str]:
    """Open an incident of erp by Wang at that moment, severity 1, resolved after an hour unless told otherwise.

    Gives its reference. `cause` is typed in with the resolution, which is None for one that is not resolved.
    """

    def open_and_resolve(at: datetime, *, lasted: timedelta | None = timedelta(hours=1), **given: Any) -> str:
        cause, now = given.pop("cause", None), given.pop("now", at)
        given = {"words": "login answers 502", "asset": "erp", "impact": Level.HIGH, "urgency": Level.HIGH, **given}
        opened = perform_as(incidents.open_incident, as_="wang", now=now, at=at, **given)
        reference: str = opened.incident.reference
        if lasted is not None:
            end = at + lasted
            perform_as(
                incidents.resolve, as_="wang", now=max(now, end), named=[reference], at=end, restored=end, cause=cause,
                handling="started it again", result="serves again",
            )  # fmt: skip
        return reference

    return open_and_resolve


@pytest.fixture
def reviewed(store: Store, company: None, now: datetime) -> Callable[[Review], Review]:
    """Put a review into the database as it is, with its row of the ledger."""

    def write(review: Review) -> Review:
        def work(session: Session) -> None:
            rows.add(session, review)
            rows.append(session, review, STARTED, fields(review))

        unit.write(store, work, by=Signature(review.recorded_at, review.author, "host-1", str(uuid.uuid4())))
        return review

    return write


@pytest.fixture
def gathered(read: Read, now: datetime) -> Callable[..., Facts]:
    """What the records say of a review, as of `now` or another moment."""

    def run(review: Review, at: datetime = now) -> Facts:
        facts: Facts = read(gathering.gather, review=review, now=at)
        return facts

    return run


@pytest.fixture
def counting(store: Store) -> Callable[[], Any]:
    """A context in which the statements of reading sessions are counted, into a list."""

    @contextmanager
    def count() -> Iterator[list[str]]:
        said: list[str] = []

        def keep(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
            said.append(statement)

        event.listen(store.read_engine, "before_cursor_execute", keep)
        try:
            yield said
        finally:
            event.remove(store.read_engine, "before_cursor_execute", keep)

    return count
