import pytest
from hypothesis import given
from hypothesis import strategies as some

from opsctl.render.width import display_width, padded, wrapped


@pytest.mark.parametrize(
    ("text", "width"), [("", 0), ("erp", 3), ("核心", 4), ("é", 1), ("e\u0301", 1), ("ａ＝", 4), ("–", 1)]
)
def test_width_is_counted_in_columns_of_the_screen(text: str, width: int) -> None:
    assert display_width(text) == width
    assert padded(text, 6) == text + " " * (6 - width)


@pytest.mark.parametrize(
    ("text", "width", "fold", "expected"),
    [
        ("", 10, True, [""]),
        ("short", 10, True, ["short"]),
        ("one two three", 8, True, ["one two", "  three"]),
        ("核心交换机端口抖动", 8, True, ["核心交换", "  机端口", "  抖动"]),
        ("abcdefghij", 6, True, ["abcdef", "  ghij"]),
        ("abcdefghij", 6, False, ["abcdefghij"]),
        ("see INC-2026-0042", 14, True, ["see", "  INC-2026-004", "  2"]),
        ("see INC-2026-0042", 15, True, ["see", "  INC-2026-0042"]),
        ("see INC-2026-0042", 6, False, ["see", "  INC-2026-0042"]),
        ("ab 核心", 1, True, ["ab", "  核", "  心"]),
        ("资产：INC-2026-0042", 14, True, ["资产：", "  INC-2026-004", "  2"]),
        ("INC-2026-0001、INC-2026-0002", 20, False, ["INC-2026-0001、", "  INC-2026-0002"]),
    ],
)
def test_lines_break_at_blanks_and_between_chinese_characters(
    text: str, width: int, fold: bool, expected: list[str]
) -> None:
    assert wrapped(text, width, fold=fold, indent="  ") == expected


@given(some.text(some.sampled_from("ab -核心，。"), max_size=60), some.integers(4, 20))
def test_no_line_is_wider_than_allowed_and_no_character_is_lost(text: str, width: int) -> None:
    lines = wrapped(text, width, fold=True, indent="  ")
    assert max(map(display_width, lines)) <= width
    assert "".join("".join(lines).split()) == "".join(text.split())
