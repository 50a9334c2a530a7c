"""Lengths, targets and owners of a book, as they are shown."""

import pytest

from opsctl.rulebook.rules import Words
from opsctl.rulebook.views import words

POSTS = {"engineer": Words(en="On-call engineer", zh="值班工程师")}


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("15m", "15 min"),
        ("1h30m", "1 h 30 min"),
        ("40h", "40 h"),
        ("1wd", "1 working day"),
        ("5 WD", "5 working days"),
        ("2w", "2 weeks"),
        ("90s", "90 s"),
        ("3d", "3 d"),
    ],
)
def test_a_length_keeps_the_units_of_the_book(written: str, shown: str) -> None:
    assert words.length(written) == shown


@pytest.mark.parametrize(
    ("written", "shown"),
    [(">= 99.5 %", "≥ 99.5 %"), ("<= 4h", "≤ 4 h"), ("< 90 minutes", "< 90 min"), ("= 0", "= 0")],
)
def test_a_target_has_one_sign_and_a_length_like_others(written: str, shown: str) -> None:
    assert words.target(written) == shown


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("role:engineer", "On-call engineer"),
        ("post:engineer", "On-call engineer"),
        ("post:facilities", "post:facilities"),
        ("person:engineer", "person:engineer"),
        ("asset-owner", "asset owner"),
    ],
)
def test_an_owner_is_the_title_of_the_post_where_the_rules_have_one(written: str, shown: str) -> None:
    cell = words.owner(written, POSTS)
    assert (cell.value, cell.plain) == (shown, written)
