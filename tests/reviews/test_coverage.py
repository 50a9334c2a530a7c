"""Which handled faults are analysed: by hand, and against a plain statement of what covers what."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsctl.core.void import Void
from opsctl.incidents.rules.life import Incident
from opsctl.incidents.terms import State as IncidentState
from opsctl.reviews.rules import coverage
from opsctl.reviews.rules.coverage import Covering, Handled
from opsctl.reviews.rules.results import Uncovered
from opsctl.reviews.terms import Kind, State
from opsctl.rulebook.rules import Limits, Rules
from opsctl.rulebook.terms import Starts
from tests.kpis.records import incident, of_states

RESOLVED = datetime(2026, 10, 5, tzinfo=UTC)
NOW = RESOLVED + timedelta(days=30)
DAY = timedelta(days=1)
LIMITS = {
    1: Limits(1, None, None, Starts.OPENED, "always", True, "3d"),
    3: Limits(3, None, None, Starts.OPENED, "always", False, None),
}
RULES = Rules(limits=LIMITS)


def fault(number: int = 1, severity: int | None = 1, resolved: datetime | None = RESOLVED, **given: Any) -> Incident:
    return incident(number, "erp", opened=RESOLVED - DAY, resolved=resolved, severity=severity, **given)


def own(number: int, held: datetime | None, entered: datetime | None = None) -> Covering:
    return Covering(f"REV-2026-000{number}", Kind.INCIDENT, held, entered)


def other(number: int, kind: Kind, held: datetime | None) -> Covering:
    return Covering(f"REV-2026-000{number}", kind, held)


def of(one: Incident, *reviews: Covering) -> Handled:
    found = coverage.handled(one, RULES, reviews)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("severity", "reviews", "covered"),
    [
        pytest.param(1, (), False, id="no review"),
        pytest.param(1, (own(1, RESOLVED + DAY),), True, id="its own, held"),
        pytest.param(1, (own(1, RESOLVED + 20 * DAY),), True, id="its own, held late"),
        pytest.param(1, (own(1, None),), False, id="its own, begun"),
        pytest.param(1, (own(1, NOW + DAY),), False, id="its own, planned for tomorrow"),
        pytest.param(1, (other(1, Kind.PERIOD, RESOLVED + DAY),), False, id="only a periodic one"),
        pytest.param(1, (other(1, Kind.MEETING, RESOLVED + DAY),), False, id="only a meeting"),
        pytest.param(3, (), False, id="an ordinary fault, no review"),
        pytest.param(3, (own(1, RESOLVED + DAY),), True, id="an ordinary fault, its own"),
        pytest.param(3, (other(1, Kind.PERIOD, RESOLVED + DAY),), True, id="an ordinary fault, a periodic one"),
        pytest.param(3, (other(1, Kind.MEETING, RESOLVED + DAY),), True, id="an ordinary fault, a meeting"),
        pytest.param(3, (other(1, Kind.PERIOD, None),), False, id="an ordinary fault, a periodic one begun"),
        pytest.param(None, (other(1, Kind.PERIOD, NOW),), True, id="without a severity it is an ordinary one"),
    ],
)
def test_what_covers_a_fault(severity: int | None, reviews: tuple[Covering, ...], covered: bool) -> None:
    one = of(fault(severity=severity), *reviews)
    assert (coverage.uncovered([one], NOW) == ()) is covered


@pytest.mark.parametrize(
    "one",
    [
        pytest.param(fault(resolved=None), id="unresolved"),
        pytest.param(fault(drill=True), id="a drill"),
        pytest.param(fault(void=Void.TEST), id="void"),
        pytest.param(fault(merged_into="INC-2026-0009", state=IncidentState.MERGED), id="merged"),
        pytest.param(
            of_states(
                1,
                (IncidentState.OPEN, RESOLVED - DAY),
                (IncidentState.RESOLVED, RESOLVED),
                (IncidentState.ACKNOWLEDGED, RESOLVED + DAY),
            ),
            id="opened again",
        ),
    ],
)
def test_what_is_not_handled_wants_no_review(one: Incident) -> None:
    assert coverage.handled(one, RULES, ()) is None


def test_what_is_closed_without_a_known_resolution_is_handled_by_its_closing() -> None:
    one = of(of_states(1, (IncidentState.OPEN, RESOLVED - DAY), (IncidentState.CLOSED, RESOLVED), severity=1))
    assert (one.resolved, one.due) == (RESOLVED, RESOLVED + 3 * DAY)


def test_what_was_opened_again_is_due_from_its_final_resolution() -> None:
    steps = (IncidentState.RESOLVED, RESOLVED), (IncidentState.ACKNOWLEDGED, RESOLVED + DAY)
    again = of_states(
        1, (IncidentState.OPEN, RESOLVED - DAY), *steps, (IncidentState.RESOLVED, RESOLVED + 2 * DAY), severity=1
    )
    assert of(again).due == RESOLVED + 5 * DAY


def test_what_needs_its_own_comes_first_by_when_it_is_due_and_names_what_was_begun() -> None:
    ordinary = of(fault(1, severity=3, resolved=RESOLVED - 9 * DAY), other(1, Kind.PERIOD, None), own(3, None))
    later = of(fault(2, resolved=RESOLVED + DAY), other(1, Kind.PERIOD, None))
    first = of(fault(3), own(5, None), own(4, NOW + DAY))
    assert coverage.uncovered([ordinary, later, first], NOW) == (
        Uncovered(first.incident, RESOLVED, RESOLVED + 3 * DAY, "REV-2026-0004"),
        Uncovered(later.incident, RESOLVED + DAY, RESOLVED + 4 * DAY, None),
        Uncovered(ordinary.incident, RESOLVED - 9 * DAY, None, "REV-2026-0003"),
    )


def test_the_review_of_the_incident_itself_is_named_before_an_older_one_of_what_was_merged_into_it() -> None:
    reference = fault().reference
    of_merged = Covering("REV-2026-0001", Kind.INCIDENT, None, subject="INC-2026-0009")
    of_itself = Covering("REV-2026-0002", Kind.INCIDENT, None, subject=reference)
    (found,) = coverage.uncovered([of(fault(), of_merged, of_itself)], NOW)
    assert found.started == "REV-2026-0002"
    (found,) = coverage.uncovered([of(fault(), of_merged)], NOW)
    assert found.started == "REV-2026-0001"


@pytest.mark.parametrize(
    ("reviews", "gathered"),
    [
        pytest.param((), None, id="none"),
        pytest.param((other(3, Kind.PERIOD, None), other(2, Kind.PERIOD, None)), "REV-2026-0002", id="the first"),
        pytest.param((other(1, Kind.PERIOD, NOW + DAY),), "REV-2026-0001", id="planned for tomorrow"),
        pytest.param((other(1, Kind.PERIOD, NOW),), None, id="held"),
        pytest.param((other(1, Kind.MEETING, None), own(2, None)), None, id="of another kind"),
    ],
)
def test_a_fault_stands_in_a_periodic_review_until_that_is_held(
    reviews: tuple[Covering, ...], gathered: str | None
) -> None:
    assert coverage.gathered(of(fault(severity=3), *reviews), NOW) == gathered


@pytest.mark.parametrize(
    ("state", "held_on", "approved_at", "held"),
    [
        pytest.param(State.DRAFT, None, None, None, id="a draft"),
        pytest.param(State.DRAFT, RESOLVED, None, None, id="a draft whose claim nobody has looked at"),
        pytest.param(State.IN_REVIEW, RESOLVED, None, RESOLVED, id="submitted, as claimed"),
        pytest.param(State.IN_REVIEW, None, None, None, id="submitted, and nobody said when it was held"),
        pytest.param(State.APPROVED, None, NOW, NOW, id="approved, and nobody said when it was held"),
        pytest.param(State.CLOSED, RESOLVED, NOW, RESOLVED, id="closed, as claimed"),
    ],
)
def test_a_review_was_held_as_claimed_or_when_it_was_approved(
    state: State, held_on: datetime | None, approved_at: datetime | None, held: datetime | None
) -> None:
    assert coverage.held_at(state, held_on, approved_at) == held


@pytest.mark.parametrize(
    ("held", "entered", "late"),
    [
        pytest.param(DAY, 2 * DAY, False, id="within a day"),
        pytest.param(DAY, 2 * DAY + timedelta(seconds=1), True, id="more than a day after"),
        pytest.param(3 * DAY, 3 * DAY, False, id="at the last moment"),
        pytest.param(3 * DAY, 3 * DAY + timedelta(seconds=1), True, id="held in time, entered past the due"),
        pytest.param(4 * DAY, 5 * DAY, False, id="held late, and entered within a day"),
        pytest.param(DAY, None, False, id="nobody knows when it was entered"),
    ],
)
def test_an_entry_is_late_a_day_after_or_past_the_due_that_it_claims_to_have_kept(
    held: timedelta, entered: timedelta | None, late: bool
) -> None:
    review = own(1, RESOLVED + held, None if entered is None else RESOLVED + entered)
    assert coverage.is_late(review, RESOLVED + 3 * DAY) is late


def test_of_several_reviews_the_one_that_was_held_first_counts() -> None:
    held = own(2, RESOLVED + DAY)
    assert coverage.earliest([own(1, RESOLVED + 2 * DAY), held, own(3, None)]) is held
    assert coverage.earliest([other(1, Kind.MEETING, RESOLVED), own(3, None)]) is None


@given(
    st.lists(
        st.tuples(
            st.sampled_from([1, 3, None]),
            st.lists(
                st.tuples(st.sampled_from(list(Kind)), st.sampled_from([None, -1, 0, 1])),
                max_size=4,
            ),
        ),
        max_size=8,
    )
)
@settings(max_examples=150, deadline=None)
def test_covered_is_what_a_plain_statement_of_it_says(
    told: list[tuple[int | None, list[tuple[Kind, int | None]]]],
) -> None:
    known, expected = [], set()
    for number, (severity, reviews) in enumerate(told, 1):
        held = [Covering(f"REV-{number}-{at}", kind, None if days is None else NOW + days * DAY)
                for at, (kind, days) in enumerate(reviews)]  # fmt: skip
        one = of(fault(number, severity), *held)
        known.append(one)
        kinds = {kind for kind, days in reviews if days in (-1, 0)}
        if not (kinds & {Kind.INCIDENT} if severity == 1 else kinds):
            expected.add(one.incident.reference)
    found = coverage.uncovered(known, NOW)
    assert {one.incident.reference for one in found} == expected
    assert [one.due is None for one in found] == sorted(one.due is None for one in found)
