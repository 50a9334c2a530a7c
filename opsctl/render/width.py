"""Columns of the screen, of which a Chinese character takes two. For text that is already clean."""

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wcwidth.textwrap import SequenceTextWrapper

_BEHIND_SIGN = re.compile(r"(?<=[、，；：])(?=[!-~])")
"""Chinese has no blank behind its signs, and a reference there is to go to the next line whole."""


def display_width(text: str) -> int:
    """How many columns of the screen the text takes."""
    if text.isascii():
        return len(text)  # loading the widths of all characters takes longer than drawing what a quick verb prints
    from wcwidth import wcswidth

    return wcswidth(text)


def padded(text: str, width: int) -> str:
    """The text with blanks behind it, until it takes `width` columns."""
    return text + " " * (width - display_width(text))


def wrapped(text: str, width: int, *, fold: bool, indent: str = "") -> list[str]:
    """The text in lines of at most `width` columns, every line but the first behind `indent`.

    Lines end at blanks, between Chinese characters and behind their signs. A word that is wider than a line is cut
    into pieces if `fold` says so, else it stands out. An empty text is one empty line.
    """
    # Below this nothing can be read, and a wide character behind an indent must still fit.
    room = max(width, len(indent) + 2)
    lines = _wrapper()(room, subsequent_indent=indent, break_long_words=fold, break_on_hyphens=False).wrap(text)
    return lines or [""]


@cache
def _wrapper() -> "type[SequenceTextWrapper]":
    from wcwidth.textwrap import SequenceTextWrapper

    class Wrapper(SequenceTextWrapper):
        def _split(self, text: str) -> list[str]:
            return [piece for chunk in super()._split(text) for piece in _BEHIND_SIGN.split(chunk)]

    return Wrapper
