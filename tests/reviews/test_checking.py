"""What saving refuses by itself, whoever calls it, on both databases."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from opsctl.actions.terms import Kind
from opsctl.core.errors import InvalidInput, NotFound, OpsctlError
from opsctl.ledger import service as ledger
from opsctl.reviews.rules import Review
from opsctl.reviews.rules.document import Document, Planned
from opsctl.reviews.rules.results import Problem
from opsctl.reviews.rules.results import Read as ReadText
from opsctl.reviews.service import checking
from tests.harness import Read
from tests.reviews.making import NOW
from tests.reviews.test_service import save as save
from tests.reviews.test_service import started as started


@pytest.mark.parametrize(
    ("planned", "kind", "told"),
    [
        (Planned("x", owner="nobody"), NotFound, "nobody"),
        (Planned("x", verify="restore-test nothing"), NotFound, "There is no backup policy nothing"),
        (Planned("x", verify="whatever"), InvalidInput, "whatever"),
        (Planned("x", months=6), InvalidInput, "none is named"),
        (Planned("x" * 301), InvalidInput, "301 characters"),
        (Planned("x", "wang", NOW - timedelta(seconds=1), Kind.DETECT), InvalidInput, "has passed already"),
    ],
    ids=["owner", "policy", "query", "months", "title", "deadline"],
)
def test_what_is_wrong_with_an_action_is_refused_and_nothing_is_recorded(
    started: Review,
    save: Callable[..., Any],
    read: Read,
    now: datetime,
    planned: Planned,
    kind: type[OpsctlError],
    told: str,
) -> None:
    before = read(ledger.head)
    with pytest.raises(kind, match=told):
        save(started, replace(started.document, planned=(planned,)))
    assert read(ledger.head) == before

    text = ReadText(None, Document("x", planned=(planned,)), (), (), {("actions", (0,)): 7})
    problems: tuple[Problem, ...] = read(checking.checked, now=now, read=text, before=started.document).problems
    assert [one.line for one in problems] == [7]
    assert told in problems[0].message


def test_what_stood_there_before_is_remarked_on_alone(started: Review, read: Read, now: datetime) -> None:
    planned = Planned("x", owner="nobody")
    text = ReadText(None, Document("x", planned=(planned,)), (), (), {("actions", (0,)): 7})
    found = read(checking.checked, now=now, read=text, before=replace(started.document, planned=(planned,)))
    assert (found.problems, [one.line for one in found.remarks]) == ((), [7])


def test_an_incomplete_action_may_have_a_deadline_that_passed(started: Review, read: Read, now: datetime) -> None:
    planned = Planned("x", owner="me", deadline=NOW - timedelta(days=1))
    text = ReadText(None, Document("x", planned=(planned,)), (), (), {("actions", (0,)): 7})
    found = read(checking.checked, now=now, read=text, before=started.document)
    assert (found.problems, found.remarks) == ((), ())
