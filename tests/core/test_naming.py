"""Finding what somebody names, however they type it."""

import pytest

from opsctl.core import naming
from opsctl.core.errors import InvalidInput, NotFound

NAMES = {
    "wang": ("root", "王芳"),
    "li": ("李雷",),
    "li.na": ("李娜",),
    "twin-a": ("Twin",),
    "twin-b": ("Twin",),
}
TOLD = naming.Told(unknown="no {word!r}", hint="list them", several="{word!r} is several: {handles}")


@pytest.mark.parametrize(
    ("word", "handle"),
    [
        pytest.param("wang", "wang", id="handle"),
        pytest.param(" ＷＡＮＧ ", "wang", id="handle-full-width"),
        pytest.param("root", "wang", id="other-name"),
        pytest.param("王芳", "wang", id="chinese-name"),
        pytest.param("Twin", None, id="name-of-two"),
        pytest.param("李", None, id="part"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_a_handle_or_a_name_that_is_one_s_alone_names_it_exactly(word: str, handle: str | None) -> None:
    assert naming.exact(word, NAMES) == handle


def test_a_part_that_is_unique_is_enough_to_read() -> None:
    assert naming.by_part("娜", NAMES, TOLD) == "li.na"


def test_a_part_of_several_names_them_in_order() -> None:
    with pytest.raises(InvalidInput, match=r"'李' is several: li, li\.na$"):
        naming.by_part("李", NAMES, TOLD)


def test_what_is_unknown_offers_the_handles_of_the_nearest_names() -> None:
    with pytest.raises(NotFound, match="no 'wag'") as missing:
        naming.by_part("wag", NAMES, TOLD)
    assert missing.value.hint == "Did you mean wang?"
    assert naming.unknown("zzz", NAMES, TOLD).hint == "list them"


def test_a_file_with_many_names_knows_those_that_are_one_s_alone() -> None:
    assert naming.whole_names({"a": ("one",), "b": ("two", "both"), "c": ("both",)}) == {
        "a": "a",
        "b": "b",
        "c": "c",
        "one": "a",
        "two": "b",
    }


def test_a_handle_beats_a_name_of_the_same_spelling() -> None:
    assert naming.whole_names({"a": ("b",), "b": ()})["b"] == "b"
