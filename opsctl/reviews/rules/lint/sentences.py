"""The sentences of a text as they are compared: folded, and without what is quoted.

Code, addresses and quoted words stand in a sentence as one sign (HIDDEN). Each sign of a sentence knows where in the
text it came from, so what is found is shown as it was written.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

HIDDEN = "\ufffc"
"""Stands for what is not read: code, an address, quoted words."""
HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_HAN = re.compile(f"[{HAN}]")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_QUOTED_LINE = re.compile(r" {0,3}[>＞]")
_OWN_LINE = re.compile(r"[ \t]*(?:[-+*•] |\d{1,9}[.)] |#{1,6} |\||$)")
_HEADING = re.compile(r" {0,3}#{1,6} ")
_HIDES = re.compile(
    r"(?<!`)`[^`]+`(?!`)|``(?:[^`]|`(?!`))+``"
    r"|(?:https?|ftp|ssh|file)://[^\s<>\"'，。；：、）)」』》“”‘’]+"
    r"|\"[^\"]{1,600}\"|“[^“”]*”|‘[^‘’]*’|「[^「」]*」|『[^『』]*』|《[^《》]*》|«[^«»]*»"
    r"|(?<!\w)'[^'\n]{1,200}'(?!\w)"
)
_END = re.compile(r"[.!?]+(?= |$)|[!?](?=[^\x00-\x7f])|[。;]")
_MENDED = {"’": "'", "‘": "'", "\u2010": "-", "\u2011": "-", "\u2012": "-", "＊": "*"}


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, folded, and where each of its signs began and ended in `source`."""

    text: str
    source: str
    starts: list[int]
    ends: list[int]

    def words(self, start: int, end: int) -> str:
        """What stands there as it was written, on one line."""
        return " ".join(self.source[self.starts[start] : self.ends[end - 1]].split())

    def place(self, start: int) -> int:
        """Where that sign stands in the whole text, in signs from 0."""
        return self.starts[start]


def listed(words: str) -> frozenset[str]:
    """The words of a table."""
    return frozenset(words.split())


def is_han(sign: str) -> bool:
    """Whether it is a Chinese character."""
    return _HAN.match(sign) is not None


def has_han(text: str) -> bool:
    """Whether a Chinese character stands in it."""
    return _HAN.search(text) is not None


def fold(text: str) -> str:
    """A word as sentences are folded: NFKC, small letters, straight quotation marks, no invisible signs."""
    return "".join(map(_folded, text))


def sentences(text: str) -> Iterator[Sentence]:
    """The sentences of a text that are its writer's own, in order."""
    for start, end in _blocks(text):
        yield from _split(_read(text, start, end))


def whole(text: str) -> Sentence:
    """A text as one sentence, whatever ends in it."""
    return _read(text, 0, len(text))


@lru_cache(maxsize=4096)
def _folded(sign: str) -> str:
    if sign in _MENDED:
        return _MENDED[sign]
    if sign.isspace():
        return " "
    plain = unicodedata.normalize("NFKC", sign).lower()
    return "".join(" " if one.isspace() else one for one in plain if unicodedata.category(one) not in ("Cf", "Cc"))


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    """Where each paragraph, list item and heading begins and ends; code blocks and quoted lines are none."""
    begun: int | None = None
    fence = ""
    at = 0
    for line in text.split("\n"):
        mark = _FENCE.match(line)
        code = bool(fence or mark)
        if mark and not fence:
            fence = mark[1]
        elif mark and mark[1].startswith(fence) and not line.strip(" \t`~"):
            fence = ""
        aside = code or _QUOTED_LINE.match(line) is not None
        if begun is not None and (aside or _OWN_LINE.match(line)):
            yield begun, at - 1
            begun = None
        if begun is None and not aside and line.strip():
            begun = at
        if begun is not None and _HEADING.match(line):
            yield begun, at + len(line)
            begun = None
        at += len(line) + 1
    if begun is not None:
        yield begun, len(text)


def _read(text: str, start: int, end: int) -> Sentence:
    signs: list[str] = []
    starts: list[int] = []
    ends: list[int] = []

    def add(sign: str, begin: int, stop: int) -> None:
        if sign != " " or (signs and signs[-1] != " "):
            signs.append(sign)
            starts.append(begin)
            ends.append(stop)

    at = start
    for hidden in (*_HIDES.finditer(text, start, end), None):
        until = end if hidden is None else hidden.start()
        for place in range(at, until):
            if not _is_mark(text, place):
                for sign in _folded(text[place]):
                    add(sign, place, place + 1)
        if hidden is not None:
            add(HIDDEN, hidden.start(), hidden.end())
            at = hidden.end()
    return Sentence("".join(signs), text, starts, ends)


def _is_mark(text: str, place: int) -> bool:
    """Whether the sign there is emphasis, or a line break inside Chinese words."""
    sign = text[place]
    if sign == "*":
        return True
    if sign not in "_\n":
        return False
    before, after = text[place - 1 : place], text[place + 1 : place + 2]
    if sign == "_":
        return not (before.isalnum() and after.isalnum())
    return bool(before and after) and is_han(before) and is_han(after)


def _split(block: Sentence) -> Iterator[Sentence]:
    begins = [0, *(end.end() for end in _END.finditer(block.text)), len(block.text)]
    for begin, end in pairwise(begins):
        part = block.text[begin:end]
        if part.strip():
            yield Sentence(part, block.source, block.starts[begin:end], block.ends[begin:end])


def shortened(text: str, longest: int = 60) -> str:
    """The first line of a text, cut at a word where it is longer than that."""
    first = " ".join(text.strip().split("\n", 1)[0].split())
    if len(first) <= longest:
        return first
    words = [0, *(gap.start() for gap in re.finditer(" ", first))]
    cut = words[bisect_right(words, longest - 1) - 1]
    return first[: cut if cut > longest // 2 else longest - 1].rstrip() + "…"
