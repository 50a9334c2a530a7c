"""What is read of incidents and reviews for coverage, on both databases."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from opsctl.core.void import Void
from opsctl.incidents.rules.life import Incident
from opsctl.incidents.terms import State as IncidentState
from opsctl.reviews.service import coverage
from opsctl.reviews.terms import Kind
from opsctl.reviews.terms import State as ReviewState
from opsctl.store.engine import Store
from tests.factories import make_asset
from tests.harness import Perform, Read
from tests.kpis.records import incident
from tests.reviews.written import approved, review, write
from tests.rulebook.books import WHOLE, make_book

FIRST = datetime(2026, 9, 30, 16, tzinfo=UTC)
NEXT = datetime(2026, 10, 31, 16, tzinfo=UTC)
"""October in Shanghai."""
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def _rules(perform: Perform) -> None:
    """Severity 1 asks for a review within three days, the others for none."""
    make_book(perform, WHOLE)
    make_asset(perform)


def fault(number: int, resolved: datetime, severity: int | None = 1, **given: Any) -> Incident:
    fields: dict[str, Any] = {"rules": 1, "title": f"fault {number}", **given}
    return incident(number, "erp", opened=resolved - DAY, resolved=resolved, severity=severity, **fields)


def uncovered(read: Read, now: datetime, since: datetime = FIRST, until: datetime = NEXT) -> list[tuple[Any, ...]]:
    found = read(coverage.uncovered, now=now, since=since, until=until)
    return [(one.incident.reference, one.due, one.started) for one in found]


def test_a_period_has_what_was_resolved_from_its_first_moment_to_before_its_last(
    store: Store, read: Read, now: datetime
) -> None:
    moments = (FIRST - SECOND, FIRST, NEXT - SECOND, NEXT)
    write(store, now, *(fault(number, moment) for number, moment in enumerate(moments, 1)))
    assert uncovered(read, now) == [
        ("INC-2026-0002", FIRST + 3 * DAY, None),
        ("INC-2026-0003", NEXT - SECOND + 3 * DAY, None),
    ]


def test_reviews_of_every_kind_cover_what_they_may(store: Store, read: Read, now: datetime) -> None:
    severe = [fault(number, FIRST + number * DAY) for number in range(1, 6)]
    ordinary = [fault(number, FIRST + number * DAY, 3) for number in range(11, 16)]
    held = FIRST + 20 * DAY
    write(
        store, now, *severe, *ordinary,
        review(1, "INC-2026-0001", at=held, held_on=held),
        approved(2, "INC-2026-0002", "INC-2026-0011", at=held),
        review(3, "INC-2026-0003", at=held, held_on=held, void=Void.MISTAKE),
        review(4, "INC-2026-0004", at=held),
        review(5, "INC-2026-0005", "INC-2026-0012", at=held, held_on=held, kind=Kind.PERIOD),
        review(6, "ACT-2026-0001", "INC-2026-0013", at=held, held_on=held, kind=Kind.MEETING),
        review(7, "INC-2026-0014", at=held, kind=Kind.PERIOD),
    )  # fmt: skip
    assert [(reference, started) for reference, _due, started in uncovered(read, now)] == [
        ("INC-2026-0003", None),
        ("INC-2026-0004", "REV-2026-0004"),
        ("INC-2026-0005", None),
        ("INC-2026-0014", "REV-2026-0007"),
        ("INC-2026-0015", None),
    ]
    found = read(coverage.ordinary, now=now, since=FIRST, until=NEXT)
    assert found == {"INC-2026-0014": "REV-2026-0007", "INC-2026-0015": None}


def test_what_a_draft_claims_counts_once_it_is_submitted(store: Store, read: Read, now: datetime) -> None:
    write(
        store, now, fault(1, now - DAY), fault(2, now - DAY),
        review(1, "INC-2026-0001", at=now, held_on=now - DAY, state=ReviewState.DRAFT),
        review(2, "INC-2026-0002", at=now, held_on=now - DAY, state=ReviewState.IN_REVIEW),
    )  # fmt: skip
    due = read(coverage.due_for, me=None, now=now)
    assert [(one.incident.reference, one.started) for one in due] == [("INC-2026-0001", "REV-2026-0001")]
    found = read(coverage.uncovered, now=now, since=now - 2 * DAY, until=now)
    assert [one.incident.reference for one in found] == ["INC-2026-0001"]


def test_a_review_of_what_was_merged_covers_its_target_and_nothing_is_asked_of_the_merged(
    store: Store, read: Read, now: datetime
) -> None:
    target, other = fault(1, FIRST + 5 * DAY), fault(3, FIRST + 5 * DAY)
    merged = fault(2, FIRST + 4 * DAY, state=IncidentState.MERGED, merged_into=target.reference)
    write(store, now, target, other, merged, review(1, merged.reference, at=now, held_on=now))
    assert [reference for reference, _due, _started in uncovered(read, now)] == [other.reference]


def test_of_two_reviews_the_one_of_the_incident_itself_is_begun_before_one_of_what_was_merged_into_it(
    store: Store, read: Read, now: datetime
) -> None:
    severe, ordinary = fault(1, FIRST + 5 * DAY), fault(3, FIRST + 6 * DAY, 3)
    merged = [
        fault(number, FIRST + 4 * DAY, state=IncidentState.MERGED, merged_into=target.reference)
        for number, target in ((2, severe), (4, ordinary))
    ]
    write(
        store, now, severe, ordinary, *merged,
        review(1, "INC-2026-0009", "INC-2026-0002", at=now),
        review(2, "INC-2026-0001", at=now),
        review(3, "INC-2026-0004", at=now),
        review(4, "INC-2026-0003", at=now, kind=Kind.PERIOD),
    )  # fmt: skip
    found = read(coverage.uncovered, now=now, since=FIRST, until=NEXT)
    assert [(one.incident.reference, one.started) for one in found] == [
        ("INC-2026-0001", "REV-2026-0002"),
        ("INC-2026-0003", "REV-2026-0003"),
    ]


def test_what_was_merged_brings_its_periodic_review_with_it(store: Store, read: Read, now: datetime) -> None:
    target = fault(1, FIRST + 5 * DAY, 3)
    merged = fault(2, FIRST + 4 * DAY, 3, state=IncidentState.MERGED, merged_into=target.reference)
    write(store, now, target, merged, review(2, merged.reference, at=now, kind=Kind.PERIOD))
    assert read(coverage.ordinary, now=now, since=FIRST, until=NEXT) == {target.reference: "REV-2026-0002"}


def test_a_merged_one_resolved_in_the_period_leads_to_a_target_of_another(
    store: Store, read: Read, now: datetime
) -> None:
    target = fault(1, NEXT + DAY)
    write(store, now, target, fault(2, FIRST + DAY, state=IncidentState.MERGED, merged_into=target.reference))
    assert uncovered(read, now) == []
    assert [one[0] for one in uncovered(read, now, NEXT, NEXT + 5 * DAY)] == [target.reference]


def test_void_records_and_drills_want_no_review(store: Store, read: Read, now: datetime) -> None:
    write(store, now, fault(1, FIRST, void=Void.DUPLICATE), fault(2, FIRST, drill=True))
    assert uncovered(read, now) == []


def test_what_is_uncovered_has_its_title(store: Store, read: Read, now: datetime) -> None:
    write(store, now, fault(1, FIRST))
    (one,) = read(coverage.uncovered, now=now, since=FIRST, until=NEXT)
    assert (one.incident.title, one.resolved) == ("fault 1", FIRST)


def test_more_than_a_block_of_faults_are_all_read(store: Store, read: Read, now: datetime) -> None:
    faults = [fault(number, FIRST + number * SECOND, 3) for number in range(1, 2101)]
    write(store, now, *faults, review(1, *(one.reference for one in faults[:1500]), at=now, held_on=now,
                                      kind=Kind.PERIOD))  # fmt: skip
    found = read(coverage.ordinary, now=now, since=FIRST, until=NEXT)
    assert list(found) == [one.reference for one in faults[1500:]]
