"""The pieces of a pasted sheet: which item a piece names, what is labelled, where one piece ends. Pure."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from opsctl.core.errors import InvalidInput
from opsctl.core.texts import _
from opsctl.core.typed import clean_for_terminal, mend
from opsctl.inspections.rules.numbers import read_number
from opsctl.inspections.rules.words import BLANKS, STATES, folded_with_places, glued_state
from opsctl.rulebook.rules.patrols import Checklist, Item
from opsctl.rulebook.terms import ItemType

MOST_SIGNS = 1_000_000
MOST_LINES = 2_000
_MOST_IN_LINE = 4_000
_QUOTED = r'"(?:[^"]|"")*+"(?=[\s;；]|$)'
_PARTS = {
    "impact": r"影响范围|影响|impact",
    "told": r"已告知|告知|told",
    "note": r"备注|note",
}
_LABEL = re.compile(
    rf"(?P<quoted>(?:^|(?<=[\s:：=＝])){_QUOTED})|(?:^|(?<=[\s,，.。;；、]))(?:"
    + "|".join(f"(?P<{name}>{words})" for name, words in _PARTS.items())
    # Behind a Chinese word that is nothing else a blank is enough: "告知 王工".
    + r")(?:\s?[:：=＝]|(?<=[知注围])\s)",
    re.IGNORECASE,
)
_BREAK = re.compile(rf"(?P<quoted>(?:^|(?<=[\s:：=＝])){_QUOTED})|[;；]")
_BULLET = re.compile(r"(?:(?:[>*•·●▪◆■○]|[-–—](?=\s))\s*)+")
_RULE = re.compile(r"[-=_*~—─…·`]{3,}")
_COMMENT = re.compile(r"[#＃](?![0-9０-９])")
_NUMBERED = re.compile(
    r"(?:[#＃]|第\s?)?(?:[(（]\s?(?P<inside>[0-9０-９]{1,6})\s?[)）]|(?P<number>[0-9０-９]{1,6}))(?:\s?[项条])?"
    r"(?P<sign>\s?(?:[.．。、)）](?![0-9０-９]|[.．。])|[、)）:：=＝])\s?|\s+|$)?"
)
_RANGE = re.compile(
    r"(?:[#＃]|第\s?)?(?P<first>[0-9０-９]{1,6})\s?(?P<dash>[-‐‑‒–—―−─－~～〜∼至到]{1,2})\s?(?P<last>[0-9０-９]{1,6})"
    r"(?:\s?[项条])?(?:\s?[.．。、)）:：=＝,，](?![0-9０-９])\s?|[:：=＝]|\s+|$)"
)
_INSIDE = re.compile(
    rf"(?:^|(?<=[\s:：=＝])){_QUOTED}|(?<=\s)(?P<number>[0-9０-９]{{1,4}})(?:[.．、:：=＝]\s?|\s)(?:"
    + "|".join(re.escape(word) for word in sorted(STATES, key=len, reverse=True) if word not in "-/x")
    + r")(?=[\s,，.。;；]|$)",
    re.IGNORECASE,
)
_TIME_ALONE = re.compile(r"\d{1,2}[:：]\d{2}(?:[:：]\d{2})?")
_STAMP = re.compile(r"[\[【](?=[^\]】]{0,30}\d{1,2}[:：]\d{2})[^\]】]{1,40}[\]】]\s?[^:：=＝]{1,30}[:：]\s?(?=\S)")
_HEAD_OF_MESSAGE = re.compile(
    r".{1,40}?\s(?:(?:\d{4}[-/.年])?\d{1,2}[-/.月]\d{1,2}日?\s\d{1,2}[:：]\d{2}(?:[:：]\d{2})?|\d{1,2}[:：]\d{2}[:：]\d{2})"
    r"(?:\s?[AP]M)?:?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A line of a sheet, or what stands between semicolons; `behind` is what parts it from the one before."""

    line: int
    text: str
    behind: str = ""


class Names:
    """The ids and titles of a checklist's items, to be found where a text begins with one."""

    def __init__(self, checklist: Checklist) -> None:
        self.items = checklist.items
        self._of: dict[str, Item | None] = {}
        for item in checklist.items:
            for name in {_folded(name) for name in (item.title.en, item.title.zh)}:
                self._of[name] = None if name in self._of else item
        for item in checklist.items:
            self._of[_folded(item.id)] = item
        for name in [name for name in self._of if not name or name.isdigit()]:
            del self._of[name]
        self._lengths = sorted({len(name) for name in self._of}, reverse=True)
        self._groups = {_folded(title) for item in checklist.items for title in item.group or ()}

    def leading(self, text: str) -> tuple[Item, str] | None:
        """The item whose id or title the text begins with, the longest that does, and what stands behind."""
        plain, places = folded_with_places(text[: self._reach])
        for length in self._lengths:
            item = self._of.get(plain[:length]) if length <= len(plain) else None
            if item is not None:
                behind = text[places[length - 1] :]
                if not behind or behind[0] in BLANKS or self._may_touch(plain[:length], item, behind):
                    return item, behind.lstrip(BLANKS)
        return None

    def is_answer(self, text: str) -> bool:
        """Whether the text begins with the name of an item, and something stands behind a blank or a sign."""
        named = self.leading(text)
        return named is not None and named[1] != "" and text.removesuffix(named[1])[-1] in BLANKS

    def own(self, item: Item, text: str) -> str | None:
        """What stands behind the item's own id or title; None where the text begins with neither."""
        plain, places = folded_with_places(text[: self._reach])
        for name in sorted({_folded(name) for name in (item.id, *item.title)}, key=len, reverse=True):
            if name and plain.startswith(name):
                behind = text[places[len(name) - 1] :]
                if not behind or behind[0] in BLANKS or self._may_touch(name, item, behind):
                    return behind.lstrip(BLANKS)
        return None

    def is_group(self, text: str) -> bool:
        """Whether the text is the title of a group of items, as a heading."""
        return len(text) <= self._reach and _folded(text.rstrip(":： ")) in self._groups

    @property
    def _reach(self) -> int:
        return 2 * (self._lengths[0] if self._lengths else 0) + 8

    def _may_touch(self, name: str, item: Item, behind: str) -> bool:
        """Whether an answer may stand behind a Chinese name without a blank: `风扇正常`, `温度24.1`.

        A number only where no other item is named by the same words and a number.
        """
        if name[-1].isascii() or item.type is ItemType.TEXT:
            return False
        if item.type is not ItemType.NUMBER or glued_state(behind):
            return glued_state(behind)
        numbered = any(other != name and other.startswith(name) for other in self._of)
        return not numbered and behind[0] not in "-−－—" and _begins_with_number(behind)


def lines_of(text: str) -> list[str]:
    """The lines of a sheet. Raise InvalidInput where it has more signs or lines than any sheet."""
    if len(text) > MOST_SIGNS:
        raise InvalidInput(
            _("The sheet has {length} characters, {limit} are allowed.").format(length=len(text), limit=MOST_SIGNS),
            _("Paste the sheet of one round, or of one route."),
        )
    lines = text.splitlines()
    if len(lines) > MOST_LINES:
        raise InvalidInput(
            _("The sheet has {length} lines, {limit} are allowed.").format(length=len(lines), limit=MOST_LINES),
            _("Paste the sheet of one round, or of one route."),
        )
    return lines


def cleaned(line: str) -> str:
    """The line without what cannot be seen, with single blanks, and `1.` for a `①` at its beginning."""
    plain = " ".join(clean_for_terminal(line).split())
    first = plain[:1]
    if first and unicodedata.category(first) == "No":
        number = unicodedata.numeric(first)
        if number == int(number):
            return f"{int(number)}、{plain[1:].lstrip(BLANKS + '.．')}"
    return plain


def pieces_of(number: int, line: str) -> Iterator[Piece]:
    """The pieces of a line, empty ones and comments left out. Raise InvalidInput for a line that is far too long."""
    plain = cleaned(line[: 4 * _MOST_IN_LINE])
    if len(plain) > _MOST_IN_LINE or len(line) > 4 * _MOST_IN_LINE:
        raise InvalidInput(
            _("The line has more than {limit} characters.").format(limit=_MOST_IN_LINE),
            _("Shorten it; what is longer belongs into an attached file."),
        )
    if _COMMENT.match(plain) or _RULE.fullmatch(plain):
        return
    bullet = _BULLET.match(plain)
    plain = plain[bullet.end() :] if bullet is not None else plain
    stamp = _STAMP.match(plain)
    plain = cleaned(plain[stamp.end() :]) if stamp is not None else plain
    start, sign = 0, ""
    for found in _BREAK.finditer(plain):
        if found["quoted"] is None:
            if piece := cleaned(plain[start : found.start()]):
                yield Piece(number, piece, sign)
            start = found.end()
            sign = found[0] + (" " if plain[start : start + 1] == " " else "")
    if piece := cleaned(plain[start:]):
        yield Piece(number, piece, sign)


def labelled(text: str) -> tuple[str, dict[str, str]]:
    """The text before the first label, and the parts that are labelled: `impact`, `told`, `note`."""
    found = [one for one in _LABEL.finditer(text) if one["quoted"] is None]
    if not found:
        return text, {}
    parts: dict[str, str] = {}
    for one, following in zip(found, [*found[1:], None], strict=True):
        name = one.lastgroup or "note"
        said = text[one.end() : None if following is None else following.start()].strip()
        said = said if following is None else said.rstrip(" ,，;；、")
        parts[name] = linked(parts.get(name, ""), said)
    return text[: found[0].start()].rstrip(" ,，;；、"), parts


def linked(before: str, said: str) -> str:
    """Two parts that are labelled alike, as one."""
    if not before or not said:
        return before or said
    return f"{before}; {said}" if (before + said).isascii() else f"{before}；{said}"


def as_range(text: str) -> tuple[int, int, str, str] | None:
    """First and last number of the range that the text begins with, how it was typed, and what stands behind."""
    found = _RANGE.match(text)
    if found is None:
        return None
    return int(mend(found["first"])), int(mend(found["last"])), found[0].strip(BLANKS + ".．。)）"), text[found.end() :]


def as_number(text: str) -> tuple[int, str] | None:
    """The number that the text begins with, as a word or a bullet (`1. 1、 1) （1） 第1项`), and what stands behind."""
    found = _NUMBERED.match(text)
    if found is None:
        return None
    behind = text[found.end() :]
    if found["sign"] is None and found["inside"] is None and not glued_state(behind):
        return None
    if _TIME_ALONE.fullmatch(text):
        raise InvalidInput(
            _("{text} can be a time and an answer to item {number}.").format(
                text=text, number=int(re.split("[:：]", text)[0])
            ),
            _("Write time: before a time, and a blank behind the number of an item."),
        )
    return int(mend(found["inside"] or found["number"])), behind.lstrip(BLANKS)


def has_another_item(text: str, count: int) -> int | None:
    """The number of an item that is answered inside the words of another, where line breaks were lost: `ok 4 ok`."""
    for found in _INSIDE.finditer(text):
        if found["number"] is not None and 1 <= int(mend(found["number"])) <= count:
            return int(mend(found["number"]))
    return None


def first_word(text: str) -> tuple[str, str]:
    """The name that a piece begins with, up to a colon or equals sign, else a blank; and what stands behind."""
    found = re.match(r"([^:：=＝]{1,80}?)\s?[:：=＝]\s?", text)
    if found is not None:
        return found[1], text[found.end() :]
    word, _blank, answer = text.partition(" ")
    return word, answer


def is_head_of_message(text: str) -> bool:
    """Whether a line is the name and time that a chat puts above a message."""
    return len(text) <= 80 and not text[0].isdigit() and _HEAD_OF_MESSAGE.fullmatch(text) is not None


def _begins_with_number(text: str) -> bool:
    try:
        return read_number(text[:80]) is not None
    except InvalidInput:
        return True


def _folded(name: str) -> str:
    return folded_with_places(" ".join(clean_for_terminal(name).split()))[0]
