"""What each level proves and what it does not, how long a proof holds, and when a backup is suspiciously small."""

import re
from datetime import timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsctl.backups.rules import levels
from opsctl.backups.rules.anomalies import anomaly, median
from opsctl.backups.rules.levels import level_of_test, meaning
from opsctl.backups.terms import LEVELS, Level

SECOND = timedelta(seconds=1)


@pytest.mark.parametrize("level", LEVELS)
def test_every_level_says_what_it_proves_and_what_it_leaves_open(level: Level) -> None:
    said = meaning(level)
    assert said.proves.endswith(".")
    assert said.leaves_open.startswith("That ")


def test_no_two_levels_prove_the_same() -> None:
    assert len({meaning(level).proves for level in LEVELS}) == len(LEVELS)
    assert len({meaning(level).leaves_open for level in LEVELS}) == len(LEVELS)


def test_every_sentence_of_a_level_is_one_plain_literal_that_can_be_translated() -> None:
    text = Path(levels.__file__).read_text(encoding="utf-8")
    assert len(re.findall(r'_\(\s*"[^"]+\."\s*\)', text)) == 2 * len(LEVELS)


@pytest.mark.parametrize(
    ("is_compared", "kinds", "level"),
    [
        (False, [], Level.L3),
        (True, [], Level.L5),
        (False, ["sql"], Level.L5),
        (False, ["newest", "file"], Level.L5),
        (False, ["http"], Level.L6),
        (True, ["sql", "command"], Level.L6),
    ],
    ids=["only read", "compared", "asked", "asked twice", "an answer of http", "a program"],
)
def test_a_restore_test_claims_no_more_than_was_asked(is_compared: bool, kinds: list[str], level: Level) -> None:
    assert level_of_test(is_compared=is_compared, kinds=kinds) is level


@pytest.mark.parametrize(
    ("size", "earlier", "share", "is_small"),
    [
        (50, [100, 100, 100], 0.5, False),
        (49, [100, 100, 100], 0.5, True),
        (49, [10, 100, 1000], 0.5, True),
        (5, [4, 7], 0.9, False),  # the median is 5.5, nine tenths of it 4.95
        (4, [4, 7], 0.9, True),
        (1, [], 0.5, False),
        (0, [], 0.5, True),
        (0, [100], 0.0, True),
        (1, [100], 0.0, False),
        (None, [100], 0.5, False),
    ],
    ids=["half", "below half", "not the mean", "exact", "exact below", "the first", "empty", "empty is never good",
         "whoever wants any size", "no size is told"],
)  # fmt: skip
def test_less_than_its_share_of_the_median_is_an_anomaly(
    size: int | None, earlier: list[int], share: float, is_small: bool
) -> None:
    assert (anomaly(size, earlier, share) is not None) is is_small


def test_a_share_counts_as_the_decimal_that_stands_for_it() -> None:
    # 0.07 as a binary fraction is a little more than 7/100, and seven of a hundred would be too few.
    assert Fraction(0.07) * 100 > 7
    assert anomaly(7, [100], 0.07) is None


def test_an_anomaly_says_what_it_was_compared_with() -> None:
    assert anomaly(49, [100, 90, 110], 0.5) == "it holds 49 B, and the median of the last 3 good ones is 100 B"


@given(st.lists(st.integers(min_value=0, max_value=10**18), min_size=1, max_size=9))
def test_half_of_the_sizes_lie_on_each_side_of_the_median(sizes: list[int]) -> None:
    found = median(sizes)
    assert found is not None
    assert 2 * sum(size <= found for size in sizes) >= len(sizes)
    assert 2 * sum(size >= found for size in sizes) >= len(sizes)
    slow = sorted(sizes)
    while len(slow) > 2:
        slow = slow[1:-1]
    assert found == Fraction(sum(slow), len(slow))
