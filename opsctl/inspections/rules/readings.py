"""What was typed for an item that is answered by a number: its reading, its unit, what cannot be. Pure."""

import re
from dataclasses import dataclass, replace
from decimal import Decimal

from opsctl.core.errors import InvalidInput
from opsctl.core.texts import _, series
from opsctl.core.typed import excerpt
from opsctl.inspections.rules.numbers import Number, read_number, show_range
from opsctl.inspections.rules.units import LONGEST, converted, is_own, known_unit, partners, show_number
from opsctl.inspections.rules.words import Mending, fold, folded_with_places, glued_state, leading_state, unquoted
from opsctl.inspections.terms import Mark
from opsctl.rulebook.rules.patrols import Item
from opsctl.rulebook.terms import ItemType

_WORD = re.compile(r"[^\s,，;；。!！、:：]+")
SHOWN = 40
"""How much of what was typed stands in a message."""
PUNCTUATION = "。.!！,，;；、:： "
_SEVERITY = (Mark.OK, Mark.WARN, Mark.FAIL)


@dataclass(frozen=True, slots=True)
class Read:
    """What a text says of an item, before it is an answer: `words` stand behind the state or the value."""

    mark: Mark
    value: str | None = None
    words: str = ""
    mendings: tuple[Mending, ...] = ()


def how_to_answer(item: Item) -> str:
    """A hint that says how the item is answered."""
    if item.type is ItemType.NUMBER:
        if item.unit is None:
            return _("Type the reading as a number, or n/a.")
        return _("Type the reading in {unit}, or n/a.").format(unit=item.unit)
    if item.type is ItemType.TEXT:
        return _("Type the text, or n/a.")
    if item.type is ItemType.CHOICE:
        shown = series(f"{number} {choice.title.said}" for number, choice in enumerate(item.choices, 1))
        return _("Choose one: {choices}.").format(choices=shown)
    if item.type is ItemType.PHOTO:
        return _("Give the photo with --photo, or type ok, fail or n/a.")
    return _("Type ok, warn, fail or n/a; or 1, 2, 3 or 0.")


def differs_much(item: Item, new: Decimal, last: Decimal | None) -> bool:
    """Whether a reading is so far from the last one that it is worth a second look.

    That is more than a third of the span of its range (warn, else critical, else possible), or more than a fifth of
    the last reading where no range has two ends.
    """
    if last is None:
        return False
    for known in (item.warn, item.critical, item.possible):
        if known is not None and known.start is not None and known.end is not None:
            return abs(new - last) * 3 > known.end - known.start
    return abs(new - last) * 5 > abs(last)


def mark_of(item: Item, value: Decimal) -> Mark:
    """What the item's ranges say of the value."""
    if item.critical is not None and item.critical.alerts(value):
        return Mark.FAIL
    return Mark.WARN if item.warn is not None and item.warn.alerts(value) else Mark.OK


def with_words(item: Item, mark: Mark, words: str) -> Read:
    """The state with the words behind it, which may say it once more. Raise InvalidInput where they say another."""
    again = leading_state(words, digits=False) if words and unquoted(words) is None else None
    if again is None:
        return Read(mark, words=words)
    same = again[0] is mark
    if again[1]:
        # "异常 正常时应亮" is a fault and its words; "1 异常 风扇" was said to be ok by a slip of the finger.
        contradicts = mark in (Mark.OK, Mark.NOT_APPLICABLE) and again[0] in (Mark.WARN, Mark.FAIL)
    else:
        contradicts = not same
    if contradicts:
        raise InvalidInput(
            _("{words!r} says another state of {item} than what stands before it.").format(
                words=excerpt(words, SHOWN), item=item.title.said
            ),
            _("Type one state, then the words."),
        )
    return Read(mark, words="" if same and not again[1] else words)


def read_reading(item: Item, text: str, has_note: bool) -> Read:
    """What was typed for an item of type `number`. Raise InvalidInput as `judge` says."""
    number = read_number(text)
    if number is None:
        return _without_number(item, text, has_note)
    words = _behind_number(item, number)
    _possible(item, number)
    judged = mark_of(item, number.value)
    found = leading_state(words, digits=False) if words and unquoted(words) is None else None
    if found is None:
        return Read(judged, number.text, words, number.mendings)
    typed, rest = found
    if typed is Mark.NOT_APPLICABLE:
        raise InvalidInput(
            _("{text!r} is a number and says that there is none.").format(text=excerpt(text, 30)), how_to_answer(item)
        )
    mark = max(judged, typed, key=_SEVERITY.index)
    return Read(mark, number.text, rest, number.mendings)


def _without_number(item: Item, text: str, has_note: bool) -> Read:
    found = leading_state(text, digits=False)
    if found is None:
        raise InvalidInput(
            _("{text!r} is not a number for {item}.").format(text=excerpt(text, SHOWN), item=item.title.said),
            how_to_answer(item),
        )
    mark, words = found
    number = read_number(words) if words and unquoted(words) is None else None
    if number is not None and mark in (Mark.WARN, Mark.FAIL) and _is_reading(item, number):
        # "fail 199V": said to be wrong, with the reading behind it.
        read = read_reading(item, words, has_note)
        return replace(read, mark=max(read.mark, mark, key=_SEVERITY.index))
    if mark is Mark.OK:
        raise InvalidInput(_("{item} is answered by its reading.").format(item=item.title.said), how_to_answer(item))
    if mark is not Mark.NOT_APPLICABLE and not words and not has_note:
        raise InvalidInput(
            _("{item} has neither a reading nor words that say what is wrong.").format(item=item.title.said),
            _("Type the reading, or what is wrong behind the word: fail: display is dark"),
        )
    return with_words(item, mark, words)


def _is_reading(item: Item, number: Number) -> bool:
    """Whether a number behind a word is a reading, and not the beginning of what is wrong ("3号空调异响")."""
    behind = number.behind.strip()
    if not behind or behind[0] in PUNCTUATION:
        return True
    first = next(iter(_WORD.findall(behind[: 4 * LONGEST])), "")
    return item.unit is not None and is_own(item.unit, first)


def _behind_number(item: Item, number: Number) -> str:
    """The words behind the number, its unit taken off. Raise InvalidInput for another unit."""
    behind = number.behind
    if is_number(behind.lstrip(PUNCTUATION).split(" ")[0]):
        raise InvalidInput(
            _("{text!r} is more than one number for {item}.").format(
                text=excerpt(f"{number.text} {behind}", 30), item=item.title.said
            ),
            _("Type one number; values in a row need a range of items, such as 1-3, and words stand behind note:"),
        )
    if not behind or behind[0] in PUNCTUATION:
        return behind.lstrip(PUNCTUATION)
    first, *others = _WORD.findall(behind[: 4 * LONGEST]) or [behind]
    for unit in (" ".join((first, *others[:1])), first):
        if item.unit is not None and behind.startswith(unit) and is_own(item.unit, unit):
            return behind[len(unit) :].lstrip(PUNCTUATION)
    if item.unit is not None:
        plain, places = folded_with_places(first)
        own = fold(item.unit)
        if plain.startswith(own) and glued_state(first[places[len(own) - 1] :]):
            return behind[places[len(own) - 1] :]
    if glued_state(behind) or unquoted(behind) is not None:
        return behind
    if not number.glued and leading_state(behind, digits=False) is not None:
        return behind
    _refuse_unit(item, number, first, more=len(first) < len(behind.rstrip(PUNCTUATION)))
    return behind


def _refuse_unit(item: Item, number: Number, typed: str, *, more: bool) -> None:
    """Raise InvalidInput where what stands behind the number is a unit or may be one; words behind a blank are none."""
    other = known_unit(typed)
    if other is not None and more and not number.glued and typed.isascii() and typed != other.symbol:
        other = None
    if other is None and not number.glued and (more or not typed.isascii() or len(typed) > LONGEST):
        return
    shown = excerpt(typed, 20) if other is None else other.symbol
    if item.unit is None:
        raise InvalidInput(
            _("{item} has no unit, and {typed} stands behind {value}.").format(
                item=item.title.said, typed=shown, value=number.text
            ),
            _("Type the number alone; words belong behind note: or a blank."),
        )
    message = _("{item} is read in {unit}, not in {typed}.").format(item=item.title.said, unit=item.unit, typed=shown)
    if other is None:
        raise InvalidInput(
            message, _("Type it in {unit}; words belong behind note: or a blank.").format(unit=item.unit)
        )
    as_own = converted(number.value, other, item.unit)
    if as_own is None:
        raise InvalidInput(message, _("Type it in {unit}.").format(unit=item.unit))
    raise InvalidInput(
        message,
        _("{value} {typed} would be {other} {unit}; type it in {unit}.").format(
            value=show_number(number.value), typed=shown, other=show_number(as_own), unit=item.unit
        ),
    )


def _possible(item: Item, number: Number) -> None:
    """Raise InvalidInput for a number that cannot be, asking whether it is one in another unit."""
    if item.possible is None or not item.possible.alerts(number.value):
        return
    message = _("{value} is outside of what {item} can be: {range}.").format(
        item=item.title.said, value=show_number(number.value), range=show_range(item.possible, item.unit)
    )
    for other in partners(item.unit) if item.unit is not None else ():
        value = converted(number.value, other, item.unit or "")
        if value is not None and not item.possible.alerts(value):
            raise InvalidInput(
                message,
                _("Is it {other}? That would be {value} {unit}: type {typed}.").format(
                    other=other.symbol, value=show_number(value), unit=item.unit, typed=format(value, "f")
                ),
            )
    for value in (number.value / 1000, number.value * 1000):
        if not (item.unit is not None and partners(item.unit)) and not item.possible.alerts(value):
            moved = format(value.normalize(), "f")
            raise InvalidInput(message, _("Was {value} meant? Then type {value}.").format(value=moved))
    raise InvalidInput(message, how_to_answer(item))


def is_number(text: str) -> bool:
    """Whether the text is a number and nothing else."""
    try:
        number = read_number(text)
    except InvalidInput:
        return True
    return number is not None and number.behind == ""
