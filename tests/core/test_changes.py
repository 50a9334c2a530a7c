"""What a row of the ledger changed: the old value, the new one, and moments left to the renderer."""

from datetime import UTC, datetime
from typing import Any

import pytest

from opsctl.core import changes
from opsctl.core.report import Cell, Kind, Phrase, Style
from opsctl.render.cells import plain_value, show

SHANGHAI = Style("Asia/Shanghai")
NINE, TEN = "2026-11-01T01:00:00.000000Z", "2026-11-01T02:00:30.000000Z"


def shown(facts: dict[str, Any], **given: Any) -> str:
    return show(changes.joined(changes.told(facts, str.upper, **given)), Kind.TEXT, SHANGHAI)


def mark(word: str) -> str:
    return {"warn": "warning", "fail": "failed"}[word] if word in ("warn", "fail") else _refuse(word)


def _refuse(word: str) -> str:
    raise ValueError(word)


@pytest.mark.parametrize(
    ("pair", "told"),
    [
        ([NINE, TEN], "DUE: 2026-11-01 09:00+08:00 → 2026-11-01 10:00+08:00"),
        ([None, NINE], "DUE: – → 2026-11-01 09:00+08:00"),
        ([NINE, None], "DUE: 2026-11-01 09:00+08:00 → –"),
        (
            ["2026-11-01T02:00:00.000000Z", TEN],
            "DUE: 2026-11-01 10:00:00+08:00 → 2026-11-01 10:00:30+08:00",
        ),
        (["2026-13-01T00:00:00Z", "soon"], "DUE: 2026-13-01T00:00:00Z → soon"),
        ([1, 2], "DUE: 1 → 2"),
    ],
    ids=["moments", "from nothing", "to nothing", "seconds apart", "no moment", "numbers"],
)
def test_both_values_are_shown_as_the_reader_reads_them(pair: list[Any], told: str) -> None:
    assert shown({"due": pair}) == told


def test_moments_are_shown_to_the_second_where_that_is_asked_for() -> None:
    assert shown({"due": [None, NINE]}, kind=Kind.INSTANT) == "DUE: – → 2026-11-01 09:00:00+08:00"


def test_words_of_ours_are_told_in_words_and_strange_ones_as_they_are() -> None:
    words = {"gravity": mark}
    assert shown({"gravity": ["warn", "fail"]}, words=words) == "GRAVITY: warning → failed"
    assert shown({"gravity": ["warn", "worse"]}, words=words) == "GRAVITY: warning → worse"


def test_only_pairs_are_changes() -> None:
    facts = {"reason": "why", "with": ["INC-2026-0001", "INC-2026-0002"], "spans": [[], []], "to": ["wang"]}
    assert changes.told(facts, str) == []


def test_parts_are_joined_with_a_dot() -> None:
    moment = Cell(datetime(2026, 11, 1, 1, tzinfo=UTC), Kind.MOMENT)
    assert changes.joined([]) is None
    assert changes.joined(["a", "b"]) == "a · b"
    both = changes.joined(["a", Phrase(("b: ", moment)), moment])
    assert show(both, Kind.TEXT, SHANGHAI) == "a · b: 2026-11-01 09:00+08:00 · 2026-11-01 09:00+08:00"
    assert plain_value(both, Kind.TEXT, SHANGHAI) == "a · b: 2026-11-01T09:00:00+08:00 · 2026-11-01T09:00:00+08:00"


def test_what_was_typed_comes_without_what_a_terminal_would_obey() -> None:
    assert shown({"title": ["a\x1b[31mb", "c"]}) == "TITLE: ab → c"
