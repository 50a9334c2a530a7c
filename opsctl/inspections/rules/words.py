"""Words that people type: states, labels, what stands between a name and its answer. Pure."""

import re
import unicodedata
from typing import NamedTuple

from opsctl.core.texts import _
from opsctl.core.typed import mend
from opsctl.inspections.terms import Mark

_SIGNS = {Mark.OK: "√✓✔☑✅", Mark.WARN: "⚠", Mark.FAIL: "×✗✘❌", Mark.NOT_APPLICABLE: ""}
_WORDS = {
    Mark.OK: "ok okay good normal pass passed y yes 正常 好 好的 合格 良好 完好 对 是 无异常 没问题 无故障 无问题",
    Mark.WARN: "warn warning 警告 注意 预警",
    Mark.FAIL: "fail failed failure nok x 异常 故障 不合格 不正常 不好 坏 坏了 损坏 有异常 有故障",
    Mark.NOT_APPLICABLE: "n/a na n.a. - / 不适用 无 不涉及",
}
STATES = {word: mark for mark, words in _WORDS.items() for word in [*words.split(), *_SIGNS[mark]]}
DIGITS = {"1": Mark.OK, "2": Mark.WARN, "3": Mark.FAIL, "0": Mark.NOT_APPLICABLE}
"""How a state is typed with one key."""
LONGEST_WORDS = 1_000
"""Of a text, a note and the other parts behind an answer."""
BLANKS = " :：=＝,，、"
"""What may stand between a name and its answer."""
_BEHIND_WORD = BLANKS + ";；.。!！~～"
_BEHIND_DIGIT = " :：,，、;；"
_LEADING = sorted((word for word in STATES if word not in "-/"), key=len, reverse=True)
_LONGEST_STATE = len(_LEADING[0])


class Mending(NamedTuple):
    """What was typed and how it was read; of each kind the first is told."""

    kind: str
    typed: str
    read: str

    @property
    def sentence(self) -> str:
        """The remark that is made of it."""
        return _("{typed} is read as {read}.").format(typed=self.typed, read=self.read)


def fold(text: str) -> str:
    """The text for comparing: mended, without what picks a coloured sign, regardless of case."""
    return mend(text).replace("\ufe0f", "").casefold()


def folded_with_places(text: str) -> tuple[str, list[int]]:
    """The text for comparing, sign by sign, and for every place in it the place behind that sign in the text."""
    signs: list[str] = []
    places: list[int] = []
    for place, sign in enumerate(text, 1):
        plain = "" if sign == "\ufe0f" else unicodedata.normalize("NFKC", sign).casefold()
        signs.append(plain)
        places.extend([place] * len(plain))
    return "".join(signs), places


def leading_state(text: str, *, digits: bool) -> tuple[Mark, str] | None:
    """The state that a text begins with and the words behind it; None where it begins with none.

    A word ends at a blank or a sign. `-` and `/` say "not applicable" only where nothing else is typed.
    """
    whole = fold(text[: _LONGEST_STATE * 3])
    mark = STATES.get(whole) or (DIGITS.get(whole) if digits else None)
    if mark is not None and len(text) <= _LONGEST_STATE * 3:
        return mark, ""
    plain, places = folded_with_places(text[: _LONGEST_STATE * 3])
    for word in _LEADING:
        if plain.startswith(word):
            behind = _behind(text, places[len(word) - 1])
            if word in _ALL_SIGNS or behind[:1] in tuple(_BEHIND_WORD):
                return STATES[word], behind.lstrip(_BEHIND_WORD + "-—–")
    if digits and plain[:1] in DIGITS and places[:2] != [1, 1] and text[1:2] in tuple(_BEHIND_DIGIT):
        rest = text[1:].lstrip(_BEHIND_DIGIT)
        return None if rest[:1].isdigit() else (DIGITS[plain[0]], rest)
    return None


_ALL_SIGNS = "".join(_SIGNS.values())


def _behind(text: str, place: int) -> str:
    return text[place:].removeprefix("\ufe0f")


def glued_state(text: str) -> bool:
    """Whether a text begins with a Chinese word for a state, or a tick, as behind a name without a blank."""
    return not text[:1].isascii() and leading_state(text, digits=False) is not None


def unquoted(text: str) -> str | None:
    """What stands between the quotes of a text that is nothing else; None where it is not quoted."""
    found = re.fullmatch(r'"((?:[^"]|"")*)"', text)
    return None if found is None else found[1].replace('""', '"')


def quoted(text: str) -> str:
    """The text in quotes, so that nothing in it is taken for more than words."""
    return '"' + text.replace('"', '""') + '"'
