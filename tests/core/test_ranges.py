"""Ranges as the Nagios plugin guidelines write them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsctl.core.errors import InvalidInput
from opsctl.core.ranges import Range, read_range


def of(start: str | None, end: str | None, written: str, inside: bool = False) -> Range:
    return Range(
        None if start is None else Decimal(start), None if end is None else Decimal(end), inside, written
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("10", of("0", "10", "10"), id="from nothing"),
        pytest.param("0", of("0", "0", "0"), id="nothing at all"),
        pytest.param("10:", of("10", None, "10:"), id="or more"),
        pytest.param("~:10", of(None, "10", "~:10"), id="or less"),
        pytest.param("10:20", of("10", "20", "10:20"), id="between"),
        pytest.param("@10:20", of("10", "20", "@10:20", True), id="not between"),
        pytest.param("@10", of("0", "10", "@10", True), id="not from nothing"),
        pytest.param(":20", of("0", "20", ":20"), id="a colon alone in front"),
        pytest.param("~:", of(None, None, "~:"), id="anything"),
        pytest.param("10:10", of("10", "10", "10:10"), id="one number"),
        pytest.param("-5:0.5", of("-5", "0.5", "-5:0.5"), id="below nothing, with a fraction"),
        pytest.param(" １８：２７ ", of("18", "27", "18:27"), id="full-width"),
        pytest.param("—5：5", of("-5", "5", "-5:5"), id="a Chinese dash"),
    ],
)
def test_a_range_is_read_as_the_guidelines_say(text: str, expected: Range) -> None:
    assert read_range(text) == expected


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        pytest.param("", "'' is not a range.", "Write 18:27, 10: (10 or more) or ~:10.", id="empty"),
        pytest.param(":", "':' is not a range.", "Write 18:27, 10: (10 or more) or ~:10.", id="a colon"),
        pytest.param("@", "'@' is not a range.", "Write 18:27, 10: (10 or more) or ~:10.", id="a sign"),
        pytest.param("18-27", "'18-27' is not a range.", "Write 18:27, 10: (10 or more) or ~:10.", id="a dash"),
        pytest.param("1e3", "'1e3' is not a range.", "Write 18:27, 10: (10 or more) or ~:10.", id="an exponent"),
        pytest.param("10:~", "'10:~' is not a range.", "Write 18:27, 10: (10 or more) or ~:10.", id="no end"),
        pytest.param("nan", "'nan' is not a range.", "Write 18:27, 10: (10 or more) or ~:10.", id="not a number"),
        pytest.param("1" * 16, f"'{'1' * 16}' is not a range.", "Write 18:27, 10: (10 or more) or ~:10.", id="long"),
        pytest.param("20:10", "The range 20:10 ends before it begins.", "Write the smaller number first.", id="turned"),
        pytest.param("-5", "The range -5 ends before it begins.", "Write the smaller number first.", id="to below 0"),
    ],
)
def test_what_is_no_range_is_refused(text: str, message: str, hint: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_range(text)
    assert (refused.value.message, refused.value.hint) == (message, hint)


@pytest.mark.parametrize(
    ("text", "alerting", "fine"),
    [
        pytest.param("10", ["-0.1", "10.1"], ["0", "5", "10"], id="from nothing"),
        pytest.param("10:", ["9.9", "-10"], ["10", "1000"], id="or more"),
        pytest.param("~:10", ["10.1"], ["10", "-1000"], id="or less"),
        pytest.param("10:20", ["9", "21"], ["10", "15", "20"], id="between"),
        pytest.param("@10:20", ["10", "15", "20"], ["9", "21"], id="not between"),
        pytest.param("~:", [], ["-999", "999"], id="anything"),
    ],
)
def test_both_ends_are_fine_and_what_lies_outside_alerts(text: str, alerting: list[str], fine: list[str]) -> None:
    wanted = read_range(text)
    assert [value for value in [*alerting, *fine] if wanted.alerts(Decimal(value))] == alerting


numbers = st.decimals(min_value=-(10**6), max_value=10**6, places=3)


@given(numbers, numbers, st.booleans(), numbers)
def test_a_range_alerts_where_its_words_say_so(one: Decimal, other: Decimal, inside: bool, value: Decimal) -> None:
    start, end = sorted((one, other))
    wanted = read_range(f"{'@' if inside else ''}{start:f}:{end:f}")
    between = sorted((start, value, end))[1] == value
    assert wanted.alerts(value) == (between if inside else not between)
    assert wanted.holds(value) == between
