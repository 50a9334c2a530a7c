"""Earlier incidents of the same asset or with the same cause, and what was promised then, on both databases."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from opsctl.actions.rules import Finding
from opsctl.actions.service import write as actions
from opsctl.actions.terms import Gravity, State
from opsctl.core.void import Void
from opsctl.incidents.service import judging
from opsctl.reviews.rules.document import Document
from opsctl.reviews.rules.facts import Facts
from opsctl.reviews.terms import Kind
from tests.harness import Perform
from tests.reviews.records import clock, review_of

Trouble = Callable[..., str]
Gathered = Callable[..., Facts]
DAY = timedelta(days=1)


def before(facts: Facts) -> list[tuple[str, bool, bool]]:
    """Reference, same asset, same cause of what came before the only incident."""
    (case,) = facts.cases
    return [(one.incident.reference, one.same_asset, one.same_cause) for one in case.earlier]


def test_the_same_asset_or_the_same_cause_within_a_year_comes_before_the_newest_first(
    trouble: Trouble, gathered: Gathered
) -> None:
    trouble(clock(10) - 365 * DAY - timedelta(minutes=1), cause="disk full")
    oldest = trouble(clock(10) - 365 * DAY)
    cause = trouble(clock(10) - 40 * DAY, asset="web", cause="ＤＩＳＫ  full.")
    both = trouble(clock(10) - 30 * DAY, cause="Disk Full")
    trouble(clock(10) - 20 * DAY, asset="web", cause="disk fully used")
    trouble(clock(10) - 19 * DAY, asset="web")
    bare = trouble(clock(10) - 10 * DAY, asset=None, words="nobody knows where", cause="disk, full!")
    one = trouble(clock(10), cause="disk full")
    trouble(clock(10), asset="web", cause="disk full")
    trouble(clock(12), cause="disk full")
    assert before(gathered(review_of(one))) == [
        (bare, False, True), (both, True, True), (cause, False, True), (oldest, True, False),
    ]  # fmt: skip


def test_without_a_cause_only_the_asset_counts_and_without_both_nothing_comes_before(
    trouble: Trouble, gathered: Gathered
) -> None:
    trouble(clock(8), asset="web", cause="…")
    asset = trouble(clock(9), cause="disk full")
    one, bare = trouble(clock(10), cause="。！"), trouble(clock(11), asset=None, words="slow")
    assert before(gathered(review_of(one))) == [(asset, True, False)]
    assert before(gathered(review_of(bare))) == []


def test_void_ones_and_drills_are_left_out_and_a_merged_one_stands_for_its_target(
    trouble: Trouble, gathered: Gathered, perform_as: Perform
) -> None:
    void, _drill = trouble(clock(5)), trouble(clock(6), drill=True)
    perform_as(judging.void, now=clock(7), named=[void], because=Void.FALSE_ALARM)
    target, member = trouble(clock(7), asset="web", lasted=None), trouble(clock(7, 10), lasted=None)
    middle = trouble(clock(7, 5), asset="core-sw-1", lasted=None)
    perform_as(judging.merge, now=clock(7, 20), named=[member], into=middle)
    perform_as(judging.merge, now=clock(7, 30), named=[middle], into=target)
    one = trouble(clock(10))
    assert before(gathered(review_of(one))) == [(target, True, False)]


def test_what_was_merged_into_it_or_into_something_later_did_not_come_before(
    trouble: Trouble, gathered: Gathered, perform_as: Perform
) -> None:
    member, other = trouble(clock(8), lasted=None), trouble(clock(9), lasted=None)
    one, later = trouble(clock(10), lasted=None), trouble(clock(11), lasted=None)
    perform_as(judging.merge, now=clock(12), named=[member], into=one)
    perform_as(judging.merge, now=clock(12), named=[other], into=later)
    assert before(gathered(review_of(one))) == []


def test_twenty_come_before_at_most_the_newest_of_them(trouble: Trouble, gathered: Gathered) -> None:
    every = [trouble(clock(1) + at * timedelta(minutes=1), lasted=timedelta(seconds=30)) for at in range(22)]
    one = trouble(clock(10))
    assert [reference for reference, *_why in before(gathered(review_of(one)))] == every[:1:-1]


def test_their_reviews_and_the_actions_that_were_promised_come_along(
    trouble: Trouble, gathered: Gathered, perform_as: Perform, reviewed: Any
) -> None:
    first, other = trouble(clock(10) - 40 * DAY), trouble(clock(10) - 39 * DAY, asset="web")
    linked = perform_as(actions.add, now=clock(11) - 39 * DAY, words="watch the disk").action.reference
    one_review = reviewed(review_of(first, reference="REV-2026-0001", document=Document("One", actions=(linked,))))
    month = reviewed(review_of(other, first, reference="REV-2026-0002"))
    void = reviewed(review_of(first, reference="REV-2026-0003", void=Void.MISTAKE))

    def promised(source: str) -> str:
        finding = Finding(f"promised by {source}", Gravity.WARN, clock(1, day=1), asset="erp", source=source)
        reference: str = perform_as(raise_one, now=clock(1, day=1), finding=finding)
        return reference

    from_review, from_month, at_once = promised(one_review.reference), promised(month.reference), promised(first)
    taken_back = promised(one_review.reference)
    promised(void.reference)
    perform_as(actions.void, now=clock(2, day=1), named=[taken_back], because=Void.MISTAKE)
    perform_as(actions.done, now=clock(2, day=1), named=[from_review])
    one = trouble(clock(10))
    own = reviewed(review_of(one, first, reference="REV-2026-0004"))
    promised(own.reference)
    (earlier,) = gathered(review_of(one, reference=own.reference)).cases[0].earlier
    assert earlier.incident.reference == first
    assert earlier.reviews == ("REV-2026-0001", "REV-2026-0002")
    assert [action.reference for action in earlier.actions] == [linked, from_review, from_month, at_once]
    assert [action.state for action in earlier.actions] == [State.OPEN, State.DONE, State.OPEN, State.OPEN]


def test_of_a_review_of_many_only_what_is_about_the_asset_was_promised(
    trouble: Trouble, gathered: Gathered, perform_as: Perform, reviewed: Any
) -> None:
    first, other = trouble(clock(10) - 40 * DAY), trouble(clock(10) - 39 * DAY, asset="web")
    month = reviewed(review_of(other, first, reference="REV-2026-0001", kind=Kind.PERIOD))

    def promised(asset: str | None) -> str:
        finding = Finding(f"for {asset}", Gravity.WARN, clock(1, day=1), asset=asset, source=month.reference)
        reference: str = perform_as(raise_one, now=clock(1, day=1), finding=finding)
        return reference

    of_erp = promised("erp")
    promised("web")
    promised(None)
    (earlier,) = gathered(review_of(trouble(clock(10)), reference="REV-2026-0002")).cases[0].earlier
    assert [action.reference for action in earlier.actions] == [of_erp]


def raise_one(session: Any, *, now: datetime, actor: str, finding: Finding) -> str:
    """Raise one finding, and give the reference of its action."""
    return actions.raise_from(session, now=now, actor=actor, findings=[finding])[0][0].reference


@pytest.mark.parametrize("size", [20, 21])
def test_of_many_incidents_neither_what_came_before_nor_what_was_around_is_asked(
    trouble: Trouble, gathered: Gathered, size: int
) -> None:
    earlier = trouble(clock(1))
    subjects = [trouble(clock(2) + at * timedelta(minutes=1), lasted=timedelta(seconds=30)) for at in range(size)]
    found = {tuple(one.incident.reference for one in case.earlier) for case in gathered(review_of(*subjects)).cases}
    assert found == {(earlier,) if size == 20 else ()}
