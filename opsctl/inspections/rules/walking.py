"""A line that is typed while a round is walked: a command, the answer of the item in hand, or of others. Pure."""

import re
from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from pathlib import PurePath

from opsctl.core.errors import InvalidInput, OpsctlError
from opsctl.core.ranges import Range
from opsctl.core.texts import _
from opsctl.core.typed import excerpt, mend
from opsctl.inspections.rules import Answer, Reading, Sheet
from opsctl.inspections.rules.answers import find_item, judge_and_tell
from opsctl.inspections.rules.readings import differs_much, is_number
from opsctl.inspections.rules.sheets import read_sheet
from opsctl.inspections.rules.words import DIGITS, leading_state
from opsctl.inspections.terms import Mark, Source
from opsctl.rulebook.rules.patrols import Checklist, Item
from opsctl.rulebook.terms import ItemType

NOTHING = Sheet(())


class Move(StrEnum):
    """What a line may ask for instead of answering."""

    HELP = "help"
    BACK = "back"
    SKIP = "skip"
    QUIT = "quit"
    NOTE = "note"


_WORDS = {
    Move.HELP: "? h help 帮助",
    Move.BACK: "b back 上一项",
    Move.SKIP: "s skip 跳过",
    Move.QUIT: "q quit 退出",
    Move.NOTE: "n note 备注",
}
_MOVES = {word: move for move, words in _WORDS.items() for word in words.split()}
_NOTE = re.compile(r"(?:n|note|备注)(?:\s*[:：]\s*|\s+)(?P<text>\S.*)", re.IGNORECASE)
_OUT_OF_TURN = re.compile(r"(?P<item>[^=＝]{1,80})[=＝](?P<answer>.+)")
_GLUED_DIGIT = re.compile(r"[0-3](?=[^\W\d_])(?![A-Za-z])")


def move_of(line: str, item: Item | None) -> tuple[Move, str] | None:
    """What the line asks for, and the text of a note; None where it is an answer, as the id of a choice always is."""
    plain = mend(line).casefold()
    if item is not None and any(plain == choice.id.casefold() for choice in item.choices):
        return None
    note = _NOTE.fullmatch(line.strip())
    if note is not None:
        return Move.NOTE, note["text"].strip()
    move = _MOVES.get(plain)
    return None if move is None else (move, "")


def read_line(line: str, item: Item, checklist: Checklist, current: Mapping[str, Reading]) -> Sheet:
    """The answers that a line gives: of another item (`7=24.1`), of this one, or of several as a line of a sheet.

    "The rest is ok" leaves alone what `current` has answered already. The remarks tell what was mended. Raise
    InvalidInput for what is none of these, NotFound for an item that is not there.
    """
    other = _out_of_turn(line, item, checklist)
    if other is not None:
        return read_answer(*other)
    if item.type in (ItemType.TEXT, ItemType.PHOTO):
        # Any words are its answer; only what fills the rest of the round cannot be meant as one.
        rest = _of_sheet(line, checklist, current)
        if any(one.source is Source.EXCEPTION for one in rest.answers):
            return rest
    try:
        return read_answer(item, line)
    except InvalidInput as refused:
        found = NOTHING if _is_all_numbers(line) else _of_sheet(line, checklist, current)
        if not found.answers:
            raise refused from None
        return found


def read_named(line: str, checklist: Checklist, current: Mapping[str, Reading]) -> Sheet:
    """The answers of a line that names its items, as `7=24.1` or as a line of a sheet.

    Raise InvalidInput for one that names none, NotFound for an item that is not there.
    """
    other = _OUT_OF_TURN.fullmatch(line.strip())
    if other is not None:
        return read_answer(find_item(checklist, mend(other["item"])), other["answer"].strip())
    found = _of_sheet(line, checklist, current)
    if not found.answers:
        raise InvalidInput(
            _("{typed!r} does not say which item it answers.").format(typed=excerpt(line, 40)),
            _("Put the number of the item before it: {example}").format(example="7=24.1"),
        )
    return found


def read_answer(item: Item, typed: str) -> Sheet:
    """The answer of one item, as `judge` has it; that of a photo is the path of its file, still without a digest.

    Raise InvalidInput where it is none.
    """
    text = typed.strip()
    if item.type is ItemType.PHOTO and (PurePath(text).suffix or leading_state(text, digits=False) is None):
        # Dragged onto a terminal, a path comes in quotes.
        quoted = len(text) > 2 and text[0] == text[-1] and text[0] in "'\""
        return Sheet((Answer(item.id, Mark.OK, file=text[1:-1] if quoted else text),))
    if item.type is ItemType.STATE:
        text = _GLUED_DIGIT.sub(lambda found: f"{found[0]} ", text, count=1)
        if is_number(text[1:].strip()) and text[:1] in DIGITS and text[1:2].isspace():
            raise InvalidInput(
                _("{typed!r} can mean two things here.").format(typed=excerpt(typed, 40)),
                _("Type 1, 2, 3 or 0; for item {number}: {number}=1").format(number=text[:1]),
            )
    judged = judge_and_tell(item, text)
    return Sheet((judged.answer,), tuple(one.sentence for one in judged.mendings))


def _out_of_turn(line: str, item: Item, checklist: Checklist) -> tuple[Item, str] | None:
    found = _OUT_OF_TURN.fullmatch(line.strip())
    if found is None:
        return None
    name = mend(found["item"])
    if item.type in (ItemType.TEXT, ItemType.PHOTO):
        # Words and paths hold such signs themselves: here only a number or an id names another item.
        known = {one.id.casefold() for one in checklist.items}
        if name.casefold() not in known and not (name.isdigit() and 1 <= int(name) <= len(checklist.items)):
            return None
    return find_item(checklist, name), found["answer"].strip()


def _of_sheet(line: str, checklist: Checklist, current: Mapping[str, Reading]) -> Sheet:
    try:
        sheet = read_sheet(line, checklist)
    except OpsctlError:
        return NOTHING
    answers = tuple(one for one in sheet.answers if one.source is not Source.EXCEPTION or one.item not in current)
    return Sheet(answers, sheet.remarks)


def _is_all_numbers(line: str) -> bool:
    """Whether a blank may have slipped into a number: `24 1` is no answer of item 24."""
    return all(is_number(part) for part in line.split())


def allowed(item: Item) -> Range | None:
    """What a number should be: outside of it is a warning, or has failed where nothing is warned of."""
    return item.warn or item.critical


def is_doubtful(item: Item, before: Reading | None, answer: Answer) -> bool:
    """Whether a number is so far from the last one that it may be mistyped."""
    if item.type is not ItemType.NUMBER or before is None or answer.value is None:
        return False
    return differs_much(item, Decimal(answer.value), before.number)


def is_wordless(item: Item, answer: Answer | Reading) -> bool:
    """Whether a person said that something is not all right, and not a word about what it is."""
    is_wrong = answer.mark in (Mark.WARN, Mark.FAIL) and answer.source is not Source.MACHINE
    return is_wrong and answer.note is None and (item.type is not ItemType.TEXT or answer.value is None)
