"""A round as a pasted sheet, read and written. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from opsctl.core.errors import InvalidInput, OpsctlError
from opsctl.core.texts import _, ngettext, sentences, series
from opsctl.core.typed import excerpt, mend
from opsctl.inspections.rules import Answer, Sheet, rest_ok
from opsctl.inspections.rules.answers import find_item, judge_and_tell
from opsctl.inspections.rules.lines import (
    Names,
    Piece,
    as_number,
    as_range,
    cleaned,
    first_word,
    has_another_item,
    is_head_of_message,
    labelled,
    lines_of,
    linked,
    pieces_of,
)
from opsctl.inspections.rules.readings import how_to_answer, is_number
from opsctl.inspections.rules.rows import is_for_all, values_of
from opsctl.inspections.rules.words import Mending, leading_state, unquoted
from opsctl.inspections.rules.writing import write_sheet as write_sheet
from opsctl.inspections.terms import Mark
from opsctl.rulebook.rules.patrols import Checklist, Item
from opsctl.rulebook.terms import ItemType

_MOST_FAULTS = 10
_HEADING = re.compile(
    r"[\[［【]\s?(?P<in>[^\[\]［］【】]{1,120}?)\s?[\]］】]|[=＝]{2,}\s?(?P<after>[^=＝]{1,120}?)\s?[=＝]*"
)
_CLOCK = re.compile(r"\d{1,2}[:：]\d{2}")
_REST = re.compile(
    r"(?:其余|其他|其它|剩余|剩下)(?:的|项|项目|各项)?(?:都|均|全部|全)?(?:是|为)?\s?[:：]?\s?(?:正常|合格|良好|好|ok|√)"
    r"|(?:the )?(?:rest|others?|all others?|everything else)(?: is| are)?(?: all)?\s?[:=]?\s?(?:ok|okay|normal|good|√)",
    re.IGNORECASE,
)
_ALL = re.compile(
    r"(?:全部|一切|所有|都)(?:项目|项)?(?:都|均)?\s?正常|(?:all|everything)(?: is)? (?:ok|okay|normal|good)",
    re.IGNORECASE,
)
_AT = re.compile(r"(?:巡检时间|完成时间|时间|time|at)\s?[:：=＝]\s?(.*)", re.IGNORECASE)
_ANSWERED = re.compile(r"(?:现场核对|核对|challenge)\s?[:：=＝]\s?(.*)", re.IGNORECASE)


def sections(text: str) -> list[tuple[str | None, int, str]]:
    """The parts of a sheet over several assets: the asset that a heading names, its first line's number, its text.

    What stands before the first heading has no asset; it is left out where it is blank and a heading follows. Raise
    InvalidInput for a sheet that is too long to be one.
    """
    found: list[tuple[str | None, int, list[str]]] = [(None, 1, [])]
    for number, line in enumerate(lines_of(text), 1):
        heading = _heading(line)
        if heading is None:
            found[-1][2].append(line)
        else:
            found.append((heading, number + 1, []))
    if len(found) > 1 and not any(cleaned(line) for line in found[0][2]):
        del found[0]
    return [(heading, first, "\n".join(lines)) for heading, first, lines in found]


def read_sheet(text: str, checklist: Checklist, *, first_line: int = 1) -> Sheet:
    """What the sheet says of the items. Raise InvalidInput naming every faulty line, up to ten, and what is wrong.

    An item that is named without an answer, as in an empty form, stays open.
    """
    reading = _Reading(checklist)
    for number, line in enumerate(lines_of(text), first_line):
        reading.take_line(number, line)
        if len(reading.faults) >= _MOST_FAULTS:
            break
    return reading.sheet()


def _heading(line: str) -> str | None:
    if len(line) > 300 or line.strip("\ufeff\u200b \t\u3000")[:1] not in tuple("[［【=＝"):
        return None
    found = _HEADING.fullmatch(cleaned(line))
    if found is None:
        return None
    name = (found["in"] or found["after"] or "").strip()
    # The time in front of a chat message is no asset.
    return None if not name or _CLOCK.search(name) else name


@dataclass
class _Entry:
    """A piece about items: what was typed for each of them, and what is labelled behind."""

    line: int
    items: list[Item]
    typed: list[str]
    parts: dict[str, str] = field(default_factory=dict)

    def is_told(self) -> bool:
        """Whether words stand in it that a semicolon may go on with: a fault, a text, a note."""
        state = leading_state(self.typed[0], digits=self.items[0].type is ItemType.STATE)
        return (
            bool(self.parts)
            or self.items[0].type is ItemType.TEXT
            or (state is not None and state[0] in (Mark.WARN, Mark.FAIL))
        )

    def go_on(self, sign: str, words: str, parts: Mapping[str, str]) -> None:
        """Take in the words behind a semicolon, and more parts."""
        if words and self.parts:
            newest = list(self.parts)[-1]
            self.parts[newest] += sign + words
        elif words:
            self.typed = [f"{typed}{sign}{words}" for typed in self.typed]
        for name, said in parts.items():
            self.parts[name] = linked(self.parts.get(name, ""), said)


class _Reading:
    """A sheet while it is read."""

    def __init__(self, checklist: Checklist) -> None:
        self.checklist = checklist
        self.names = Names(checklist)
        self.entries: list[_Entry] = []
        self.last: _Entry | None = None
        self.lines: dict[str, int] = {}
        self.faults: list[tuple[int, OpsctlError]] = []
        self.mendings: dict[str, Mending] = {}
        self.left_out: list[int] = []
        self.rest = False
        self.said: dict[str, str] = {}

    def take_line(self, number: int, line: str) -> None:
        """Read a line; what is wrong with it is kept."""
        try:
            for piece in pieces_of(number, line):
                self._take(piece)
        except OpsctlError as fault:
            self.faults.append((number, fault))
            self.last = None

    def sheet(self) -> Sheet:
        """What was read. Raise InvalidInput where something is wrong, or nothing filled in."""
        answers: dict[str, Answer] = {}
        for entry in self.entries:
            if len(self.faults) < _MOST_FAULTS:
                self._judge(entry, answers)
        if self.faults:
            raise _all_of(sorted(self.faults, key=lambda one: one[0]))
        if self.rest:
            answers |= {one.item: one for one in rest_ok(self.checklist, answers)}
        if not answers:
            raise InvalidInput(
                _("Nothing is filled in."), _("Write the number of an item and its answer in a line: 1 ok")
            )
        return Sheet(tuple(answers.values()), self._remarks(), self.said.get("at"), self.said.get("answered"))

    def _judge(self, entry: _Entry, answers: dict[str, Answer]) -> None:
        try:
            for item, typed in zip(entry.items, entry.typed, strict=True):
                judged = judge_and_tell(item, typed, **entry.parts)
                answers[item.id] = judged.answer
                for mending in judged.mendings:
                    self.mendings.setdefault(mending.kind, mending)
        except OpsctlError as fault:
            self.faults.append((entry.line, fault))

    def _remarks(self) -> tuple[str, ...]:
        said = [mending.sentence for mending in self.mendings.values()]
        if self.left_out:
            said.append(
                ngettext(
                    "Line {lines} is left out: it is the head of a chat message.",
                    "Lines {lines} are left out: they are heads of chat messages.",
                    len(self.left_out),
                ).format(lines=series(map(str, self.left_out)))
            )
        return tuple(said)

    def _take(self, piece: Piece) -> None:
        if self._is_about_the_round(piece):
            self.last = None
            return
        if self._goes_on(piece):
            return
        entry = self._entry(piece)
        if entry is None:
            return
        for item in entry.items:
            if item.id in self.lines:
                raise InvalidInput(
                    _("{item} is answered twice, first in line {line}.").format(
                        item=item.title.said, line=self.lines[item.id]
                    ),
                    _("Keep one of the two."),
                )
        self.lines |= {item.id: piece.line for item in entry.items}
        self.entries.append(entry)
        self.last = entry

    def _is_about_the_round(self, piece: Piece) -> bool:
        """Whether the piece is not about an item: a time, a challenge, the rest, a heading, the head of a message."""
        text = piece.text
        if self.names.is_answer(text):
            return False
        for what, pattern in (("at", _AT), ("answered", _ANSWERED)):
            found = pattern.fullmatch(text)
            if found is not None:
                if what in self.said:
                    raise InvalidInput(
                        _("{text!r} is said twice.").format(text=excerpt(text)), _("Keep one of the two.")
                    )
                if found[1]:
                    self.said[what] = mend(found[1]) if what == "at" else unquoted(found[1]) or found[1]
                return True
        if _REST.fullmatch(text.rstrip("。.!！ ")):
            if self.rest:
                raise InvalidInput(_("{text!r} is said twice.").format(text=excerpt(text)), _("Keep one of the two."))
            self.rest = True
            return True
        if is_head_of_message(text):
            self.left_out.append(piece.line)
            return True
        return self.names.is_group(text)

    def _goes_on(self, piece: Piece) -> bool:
        """Whether the piece belongs to the one before: labelled parts, or words behind a semicolon."""
        if self.names.leading(piece.text) is not None:
            return False
        words, parts = labelled(piece.text)
        if parts and not words:
            if self.last is None:
                raise InvalidInput(
                    _("{text!r} stands behind no item.").format(text=excerpt(piece.text)),
                    _("Write it behind the answer that it belongs to."),
                )
            self.last.go_on("", "", parts)
            return True
        if not piece.behind or self.last is None or not self.last.is_told() or not self._is_prose(words):
            return False
        self.last.go_on(piece.behind, words, parts)
        return True

    def _is_prose(self, text: str) -> bool:
        """Whether words behind a semicolon name no item, also none that is misspelt."""
        if as_range(text) is not None or as_number(text) is not None:
            return False
        answer = first_word(text)[1]
        state = leading_state(answer, digits=True) if answer else None
        return not is_number(answer) and (state is None or state[1] != "")

    def _entry(self, piece: Piece) -> _Entry | None:
        """What the piece says of one item or of a range; None where an item stands there unanswered, as in a form."""
        spanned = as_range(piece.text)
        if spanned is not None:
            return self._of_range(piece, *spanned)
        item, answer, is_form = self._named(piece.text)
        if not answer and is_form:
            return None
        typed, parts = labelled(answer)
        if not typed:
            told = _("{item} is named without an answer.").format(item=item.title.said)
            raise InvalidInput(told, how_to_answer(item))
        other = None if item.type is ItemType.TEXT else has_another_item(typed, len(self.checklist.items))
        if other is not None:
            raise InvalidInput(
                _("Item {other} is answered inside the answer to {item}.").format(other=other, item=item.title.said),
                _("Write each item in a line of its own, or ; between them; words in quotes are words."),
            )
        return _Entry(piece.line, [item], [typed], parts)

    def _named(self, text: str) -> tuple[Item, str, bool]:
        """The item that the piece names, what stands behind, and whether a form is written like that."""
        numbered = as_number(text)
        if numbered is not None and 1 <= numbered[0] <= len(self.checklist.items):
            item = self.checklist.items[numbered[0] - 1]
            behind = self.names.own(item, numbered[1])
            if behind is not None:
                return item, behind, True
        named = self.names.leading(text)
        if named is not None:
            return *named, text[-1] in ":：=＝"
        if numbered is not None:
            item = find_item(self.checklist, str(numbered[0]))
            self._is_not_of_another(item, numbered[1])
            return item, numbered[1], False
        if _ALL.fullmatch(text.rstrip("。.!！ ")):
            raise InvalidInput(
                _("{text!r} names no item.").format(text=excerpt(text)),
                _("Write: rest ok   It fills in every state that is not named; numbers are still to be read."),
            )
        word, answer = first_word(labelled(text)[0])
        item = find_item(self.checklist, word)
        self.mendings.setdefault("part", Mending("part", excerpt(word, 40), item.id))
        behind = text[text.index(answer, len(word)) :] if answer else ""
        own = self.names.own(item, behind)
        return item, behind if own is None else own, text[-1] in ":：=＝"

    def _is_not_of_another(self, item: Item, answer: str) -> None:
        """Raise InvalidInput where a number is followed by the name of another item."""
        other = self.names.leading(answer)
        if item.type is ItemType.TEXT or other is None or not other[1] or leading_state(answer, digits=True):
            return
        raise InvalidInput(
            _("Item {number} is {item}, not {other}.").format(
                number=self.checklist.items.index(item) + 1, item=item.title.said, other=other[0].title.said
            ),
            _("Write the number or the name."),
        )

    def _of_range(self, piece: Piece, first: int, last: int, written: str, behind: str) -> _Entry:
        """The answers to a range of items: one for each, or one state for all."""
        ends = [find_item(self.checklist, str(number)) for number in (first, last)]
        if first > last:
            raise InvalidInput(
                _("The range {range} ends before it begins.").format(range=written),
                _("Write the smaller number first."),
            )
        if not set(written) <= set("0123456789-~～至到第项 "):
            self.mendings.setdefault("range", Mending("range", written, f"{first}-{last}"))
        items = list(self.checklist.items[first - 1 : last])
        answer, parts = labelled(behind)
        if not answer:
            raise InvalidInput(
                _("{range} is named without an answer.").format(range=written),
                _("Write a value for each item, {first} to {last}: or one state, such as ok, for all.").format(
                    first=ends[0].id, last=ends[1].id
                ),
            )
        values = values_of(answer, items)
        if is_for_all(answer, values, items):
            return _Entry(piece.line, items, [answer] * len(items), parts)
        if len(values) != len(items):
            raise InvalidInput(
                ngettext(
                    "{range} are {items} items, but {values} value stands behind.",
                    "{range} are {items} items, but {values} values stand behind.",
                    len(values),
                ).format(range=written, items=len(items), values=len(values)),
                _("Write a value for each item; one for all can be a state only: {range} ok").format(range=written),
            )
        return _Entry(piece.line, items, values, parts)


def _all_of(faults: list[tuple[int, OpsctlError]]) -> InvalidInput:
    """One error for all faulty lines; alone, a fault keeps its hint apart."""
    if len(faults) == 1:
        line, fault = faults[0]
        return InvalidInput(_("line {line}: {message}").format(line=line, message=fault.message), fault.hint)
    said = [
        _("line {line}: {message}").format(line=line, message=sentences(fault.message, fault.hint).rstrip(".。"))
        for line, fault in faults
    ]
    hint = _("There may be more.") if len(faults) >= _MOST_FAULTS else ""
    return InvalidInput("; ".join(said) + ".", hint)
