"""What is related to an incident: causes spelled alike, time lost, and which rows stand nearest."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsctl.core.intervals import Interval
from opsctl.incidents.rules.life import Case, Span
from opsctl.incidents.terms import SpanKind
from opsctl.reviews.rules.relatives import Relative, around, cause_key, earlier_than, lost_seconds, nearest
from tests.incidents.records import changed, clock, opened, resolve
from tests.reviews.records import row_of

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("cause", "key"),
    [
        (None, ""),
        ("", ""),
        (" …。!? ", ""),
        ("Disk full.", "diskfull"),
        ("ＤＩＳＫ　ｆｕｌｌ", "diskfull"),
        ("disk\n full", "diskfull"),
        ("dis\u200bk-full", "diskfull"),
        ("磁盘已满。", "磁盘已满"),
        ("Straße", "strasse"),
        ("C++", "c++"),
    ],
)
def test_causes_are_the_same_whatever_their_case_width_punctuation_and_white_space(
    cause: str | None, key: str
) -> None:
    assert cause_key(cause) == key


@given(st.text())
def test_the_key_of_a_key_is_itself(cause: str) -> None:
    assert cause_key(cause_key(cause)) == cause_key(cause)


def outage(start: int, end: int | None, kind: SpanKind = SpanKind.OUTAGE) -> Span:
    return Span(kind, None, clock(9) + start * MINUTE, None if end is None else clock(9) + end * MINUTE)


@given(st.lists(st.tuples(st.integers(0, 60), st.one_of(st.none(), st.integers(0, 60))), min_size=1, max_size=6))
def test_time_that_is_lost_is_counted_minute_by_minute_and_once(found: list[tuple[int, int | None]]) -> None:
    now = 45
    spans = [outage(start, None if length is None else start + length) for start, length in found]
    plain = opened()
    case = Case(changed(plain, spans=(*plain.incident.spans, *spans)).incident)
    lost = {
        minute
        for start, length in found
        for minute in range(start, now if length is None else start + length)
    }
    assert lost_seconds(case, clock(9) + now * MINUTE) == 60 * len(lost)


def test_an_impact_that_was_no_outage_is_no_time_lost() -> None:
    plain = opened()
    case = changed(plain, spans=(*plain.incident.spans, outage(0, 10, SpanKind.IMPACT)))
    assert lost_seconds(case, clock(12)) is None
    assert lost_seconds(opened(), clock(12)) is None


def test_the_time_around_reaches_a_day_to_both_sides_or_up_to_now() -> None:
    case = opened(clock(10), down=clock(9))
    day = timedelta(days=1)
    assert around(case, clock(12)) == Interval(clock(9) - day, clock(12) + timedelta(microseconds=1))
    over = resolve(case, clock(11), clock(10, 30))
    assert around(over, clock(12)) == Interval(clock(9) - day, clock(10, 30) + day)


def relative(reference: str, at: datetime, **given: object) -> Relative:
    plain = {"asset": "erp", "cause": "", "counts": True, "merged_into": None, **given}
    return Relative(reference, opened=at, **plain)  # type: ignore[arg-type]


def test_a_circle_of_mergings_or_a_target_that_nobody_knows_is_left_out() -> None:
    found = [
        relative("INC-2026-0001", clock(1), merged_into="INC-2026-0002"),
        relative("INC-2026-0002", clock(2), merged_into="INC-2026-0001"),
        relative("INC-2026-0003", clock(3), merged_into="INC-2026-0099"),
        relative("INC-2026-0004", clock(4)),
    ]
    known = {one.reference: one for one in found}
    assert [one.reference for one in earlier_than(opened(), known, frozenset())] == ["INC-2026-0004"]
    assert earlier_than(opened(), known, frozenset({"INC-2026-0004"})) == []


@given(st.lists(st.integers(-500, 500), max_size=30), st.integers(0, 30))
def test_the_nearest_rows_are_kept_in_the_order_of_happening_and_the_others_counted(
    minutes: list[int], limit: int
) -> None:
    at = clock(10)
    rows = [row_of("action.added", {}, seq=seq, happened_at=at + minute * MINUTE) for seq, minute in enumerate(minutes)]
    kept, left = nearest([*rows, *rows], at, limit)
    assert len(kept) + left == len(rows)
    assert len(kept) == min(limit, len(rows))
    assert all((one.happened_at, one.seq) < (two.happened_at, two.seq) for one, two in pairwise(kept))
    others = [row for row in rows if row not in kept]
    far = max((abs(row.happened_at - at) for row in kept), default=timedelta(0))
    assert all(abs(row.happened_at - at) >= far for row in others)
