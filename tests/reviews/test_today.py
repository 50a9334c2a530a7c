"""What `today` says of reviews that were made by hand."""

from datetime import timedelta
from typing import Any

from opsctl.core.report import Table
from opsctl.reviews.rules import Review
from opsctl.reviews.rules.facts import Returned
from opsctl.reviews.rules.results import Listed
from opsctl.reviews.terms import State
from opsctl.reviews.views import today as views
from tests.reviews.making import NOW, review

DAY = timedelta(days=1)


def mine(one: Review, due: Any = None) -> Listed:
    """One's own reviews: this one."""
    return Listed((one,), 1, {one.reference: due})


def line(listed: Listed, **returned: Returned) -> tuple[Any, ...]:
    """The only line of today about one's own reviews."""
    by_reference = {name.replace("_", "-"): one for name, one in returned.items()}
    (table,) = views.today((), listed, views.NOTHING, NOW, by_reference).parts
    assert isinstance(table, Table)
    assert table.title == "Reviews"
    (cells,) = table.rows
    return cells


def test_a_draft_says_when_it_is_due_and_that_it_is_overdue() -> None:
    assert line(mine(review(), NOW + DAY))[1:3] == ("write the review", NOW + DAY)
    assert line(mine(review(), NOW - DAY))[1:3] == ("write the review · overdue", NOW - DAY)
    assert line(mine(review()))[1:3] == ("write the review", None)


def test_an_approved_review_was_held_and_is_due_no_more() -> None:
    assert line(mine(review(State.APPROVED), NOW - DAY))[1:3] == ("close the review", None)


def test_why_a_review_came_back_is_told_in_a_few_words_or_that_it_was_redacted() -> None:
    long = "the factors stop at the operator and nobody asked what lay behind it, " * 3
    told = line(mine(review()), REV_2026_0001=Returned("li", long, NOW))[1]
    assert told.startswith("write the review · returned: the factors stop at the operator")
    assert len(told) < 100
    assert line(mine(review()), REV_2026_0001=Returned("li", None, NOW))[1] == (
        "write the review · returned: (redacted)"
    )


def test_a_review_to_approve_says_when_it_is_due() -> None:
    found = views.today((), views.NOTHING, mine(review(State.IN_REVIEW), NOW + DAY), NOW)
    (table,) = found.parts
    assert isinstance(table, Table)
    assert table.rows == (("REV-2026-0001", "approve the review", NOW + DAY, "erp login 502"),)
    assert found.data["to_approve"]["reviews"][0]["due"] == NOW + DAY
