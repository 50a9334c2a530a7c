"""What is open when the rules or the assets change."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from opsctl.assets.service import assets
from opsctl.duties.service import meeting
from opsctl.duties.terms import Reason, State
from tests.duties.duties import DAY, FILTERS, HOUR, PATROL
from tests.duties.test_keeping import AFTER, EVER, FIRST, There
from tests.harness import Perform

HALF_PAST_EIGHT = FIRST - HOUR / 2


@pytest.fixture
def ruled(add: Callable[..., Any], apply: Callable[..., Any], check_whole: Callable[[], int]) -> Iterator[None]:
    """A switch and a patrol every day at nine, open from seven."""
    add("sw-1")
    apply(PATROL)
    yield
    assert check_whole() > 0


def of_the_day(there: There) -> list[tuple[State, Any, str | None]]:
    return [(one.state, one.due_at, one.reason) for one in there(FIRST - 9 * HOUR, FIRST + 15 * HOUR)]


def test_a_patrol_that_is_moved_while_it_is_open_is_still_to_be_walked(
    ruled: None, apply: Callable[..., Any], do: Callable[..., Any], there: There, perform_as: Perform
) -> None:
    apply(PATROL.replace("0 9", "0 8"), "2", now=HALF_PAST_EIGHT)
    # That of eight is over, and the one of nine the only one of the morning.
    assert of_the_day(there) == [(State.DUE, FIRST, None)]
    assert Counter((one.state, one.due_at.hour) for one in there(FIRST + DAY - HOUR, EVER[1])) == {
        (State.CANCELLED, 1): 33,
        (State.DUE, 0): 34,
    }
    # Nor does what is written next take it away.
    do(assets.edit, asset="sw-1", title="Core switch", now=HALF_PAST_EIGHT + HOUR / 4)
    from opsctl.core.use_cases import Permission, use_case

    @use_case(needs=Permission.RECORD, offline=False)
    def walk(session: Any, *, now: Any, actor: str) -> Any:
        evidence = {"kind": "inspection.completed", "topic": "core", "about": "sw-1"}
        return meeting.meet(session, **evidence, happened_at=now, judged_at=now, by="INS-1")

    assert perform_as(walk, now=FIRST).is_on_time
    assert of_the_day(there) == [(State.DONE, FIRST, None)]


def test_a_patrol_that_is_moved_before_it_is_open_is_due_at_the_new_time(
    ruled: None, apply: Callable[..., Any], there: There
) -> None:
    apply(PATROL.replace("0 9", "0 8"), "2", now=FIRST - 2 * HOUR - HOUR / 60)
    assert of_the_day(there) == [(State.DUE, FIRST - HOUR, None), (State.CANCELLED, FIRST, Reason.RULES)]


def test_what_is_open_of_an_asset_that_no_longer_fits_stays_and_of_one_that_is_retired_does_not(
    ruled: None, do: Callable[..., Any], there: There
) -> None:
    do(assets.edit, asset="sw-1", kind="server", now=HALF_PAST_EIGHT)
    assert of_the_day(there) == [(State.DUE, FIRST, None)]
    assert {one.reason for one in there(FIRST + DAY, EVER[1])} == {Reason.NO_MATCH}
    do(assets.retire, asset="sw-1", now=HALF_PAST_EIGHT + HOUR / 4)
    assert of_the_day(there) == [(State.CANCELLED, FIRST, Reason.RETIRED)]


def test_of_a_duty_counted_from_completion_only_the_new_one_is_due(
    add: Callable[..., Any], apply: Callable[..., Any], there: There, check_whole: Callable[[], int]
) -> None:
    add("sw-1")
    apply(FILTERS)
    # Open since the 23rd day.
    apply(FILTERS.replace("30d", "50d"), "2", now=AFTER + 25 * DAY)
    assert [(one.state, one.due_at) for one in there(*EVER)] == [
        (State.CANCELLED, AFTER + 30 * DAY),
        (State.DUE, AFTER + 50 * DAY),
    ]
    assert check_whole() > 0
