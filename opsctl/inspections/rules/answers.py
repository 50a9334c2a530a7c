"""What was typed for an item: found, mended, judged. Pure."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from opsctl.core.errors import InvalidInput, NotFound
from opsctl.core.texts import _, ngettext, series
from opsctl.core.typed import clean_for_terminal, excerpt, nearest, read_title
from opsctl.inspections.rules import Answer
from opsctl.inspections.rules.readings import (
    PUNCTUATION,
    SHOWN,
    Read,
    how_to_answer,
    is_number,
    read_reading,
    with_words,
)
from opsctl.inspections.rules.words import LONGEST_WORDS, Mending, fold, folded_with_places, leading_state, unquoted
from opsctl.inspections.terms import Mark
from opsctl.rulebook.rules.patrols import Checklist, Item
from opsctl.rulebook.terms import ItemType

_LONGEST_TYPED = 5_000
_TEXT_STATE = re.compile(r"\s*([^\s:：]{1,12})\s*[:：]")


@dataclass(frozen=True, slots=True)
class Judged:
    """An answer, and what of it was mended to be read."""

    answer: Answer
    mendings: tuple[Mending, ...] = ()


def find_item(checklist: Checklist, word: str) -> Item:
    """The item of that number (from 1), id, or title in either language, or a part of one that fits a single item.

    Raise NotFound with the nearest, InvalidInput for a title or a part that fits several.
    """
    wanted = " ".join(fold(word[:_LONGEST_TYPED]).split())
    if wanted.isdecimal() and wanted.isascii() and len(wanted) <= 6:
        return _by_number(checklist, int(wanted))
    whole = [item for item in checklist.items if wanted == fold(item.id)]
    whole = whole or [item for item in checklist.items if wanted in (fold(item.title.en), fold(item.title.zh))]
    is_part = len(wanted) > 1 or not wanted.isascii()
    found = whole or [item for item in checklist.items if is_part and any(wanted in name for name in _names(item))]
    if len(found) == 1:
        return found[0]
    if found:
        raise InvalidInput(
            _("{word!r} fits more than one item: {items}.").format(
                word=excerpt(word, SHOWN), items=series(item.id for item in found[:8])
            ),
            _("Name the item by its number or id."),
        )
    meant = {name: item.id for item in checklist.items for name in (item.title.en, item.title.zh, item.id)}
    near = list(dict.fromkeys(meant[name] for name in nearest(word, meant)))
    raise NotFound(
        _("{word!r} is no item of {checklist}.").format(word=excerpt(word, SHOWN), checklist=checklist.name),
        _("Did you mean {words}?").format(words=series(near))
        if near
        else _("Name an item by its number, id or title."),
    )


def judge(
    item: Item, typed: str, *, note: str | None = None, impact: str | None = None, told: str | None = None
) -> Answer:
    """The answer that was typed for the item: `ok 正常 1`, `warn 2`, `fail 异常 3`, `n/a 0`, a number, text or choice.

    A number is judged by its ranges: outside of `critical` it failed, outside of `warn` it is a warning. Its unit may
    stand behind it. Raise InvalidInput for what is not understood, for another unit (never converted: °F for °C,
    kPa for MPa) and for a number that cannot be, naming the range and the units.
    """
    return judge_and_tell(item, typed, note=note, impact=impact, told=told).answer


def judge_and_tell(
    item: Item, typed: str, *, note: str | None = None, impact: str | None = None, told: str | None = None
) -> Judged:
    """The answer as `judge` has it, with what was mended of it so that it can be said."""
    if len(typed) > _LONGEST_TYPED:
        raise InvalidInput(
            _("The answer to {item} has {length} characters.").format(item=item.title.said, length=len(typed)),
            _("Shorten it; what is longer belongs into an attached file."),
        )
    text = " ".join(clean_for_terminal(typed).split())
    if not text:
        raise InvalidInput(_("Nothing was typed for {item}.").format(item=item.title.said), how_to_answer(item))
    read = _READERS[item.type](item, text, _cleaned(note) is not None)
    answer = Answer(
        item=item.id,
        mark=read.mark,
        value=read.value,
        note=_joined(_cleaned(read.words), _cleaned(note)),
        impact=_cleaned(impact),
        told=_cleaned(told),
    )
    return Judged(answer, read.mendings)


def _by_number(checklist: Checklist, number: int) -> Item:
    if 1 <= number <= len(checklist.items):
        return checklist.items[number - 1]
    raise NotFound(
        _("There is no item {number}.").format(number=number),
        ngettext(
            "{checklist} has {count} item, numbered from 1.",
            "{checklist} has {count} items, numbered from 1.",
            len(checklist.items),
        ).format(checklist=checklist.name, count=len(checklist.items)),
    )


def _names(item: Item) -> tuple[str, ...]:
    return fold(item.id), fold(item.title.en), fold(item.title.zh)


def _cleaned(words: str | None) -> str | None:
    """The words on one line, without the quotes around them; None where nothing is left."""
    line = "" if words is None else " ".join(clean_for_terminal(words).split())
    literal = unquoted(line)
    line = line if literal is None else literal
    return read_title(line, limit=LONGEST_WORDS) if line.strip() else None


def _joined(symptom: str | None, note: str | None) -> str | None:
    if symptom is None or note is None or symptom == note:
        return symptom or note
    return f"{symptom}; {note}" if (symptom + note).isascii() else f"{symptom}；{note}"


def _state(item: Item, text: str, has_note: bool) -> Read:
    found = leading_state(text, digits=True)
    if found is None:
        if is_number(text):
            raise InvalidInput(
                _("{item} is answered by a state, not by {text}.").format(item=item.title.said, text=excerpt(text, 20)),
                how_to_answer(item),
            )
        raise InvalidInput(
            _("{text!r} does not say whether {item} is ok.").format(text=excerpt(text, SHOWN), item=item.title.said),
            _("Put ok, warn or fail before it: fail {text}").format(text=excerpt(text, SHOWN)),
        )
    return with_words(item, *found)


def _text(item: Item, text: str, has_note: bool) -> Read:
    literal = unquoted(text)
    if literal is not None:
        return Read(Mark.OK, _text_value(item, literal))
    found = leading_state(text, digits=False)
    if found is not None:
        mark, rest = found
        if mark is Mark.NOT_APPLICABLE and (not rest or _TEXT_STATE.match(text)):
            return Read(mark, None, rest)
        first = text.split(" ", 1)[0]
        # An English word may begin a sentence ("warning light is on"); behind a Chinese one the blank is deliberate.
        marked = _TEXT_STATE.match(text) is not None or (not first.isascii() and leading_state(first, digits=False))
        if marked and rest and mark is not Mark.NOT_APPLICABLE:
            inner = unquoted(rest)
            return Read(mark, _text_value(item, rest if inner is None else inner))
        if not rest and mark in (Mark.WARN, Mark.FAIL):
            return Read(mark)
    return Read(Mark.OK, _text_value(item, text))


def _text_value(item: Item, text: str) -> str:
    if not text.strip():
        raise InvalidInput(_("Nothing was typed for {item}.").format(item=item.title.said), how_to_answer(item))
    return read_title(text, limit=LONGEST_WORDS)


def _choice(item: Item, text: str, has_note: bool) -> Read:
    numbered = {str(number): choice for number, choice in enumerate(item.choices, 1)}
    titled = {fold(title): choice for choice in reversed(item.choices) for title in choice.title}
    named = {**titled, **numbered, **{fold(choice.id): choice for choice in reversed(item.choices)}}
    chosen = named.get(fold(text[:_LONGEST_TYPED]))
    if chosen is not None:
        return Read(Mark(chosen.state), chosen.id)
    plain, places = folded_with_places(text)
    for name in sorted(named, key=len, reverse=True):
        behind = text[places[len(name) - 1] :] if name and plain.startswith(name) else ""
        if behind and behind[0] in PUNCTUATION:
            return Read(Mark(named[name].state), named[name].id, behind.lstrip(PUNCTUATION))
    found = leading_state(text, digits=False)
    if found is not None and (found[0] is Mark.NOT_APPLICABLE or (found[0] is not Mark.OK and (found[1] or has_note))):
        return with_words(item, *found)
    raise InvalidInput(
        _("{text!r} is none of the answers to {item}.").format(text=excerpt(text, SHOWN), item=item.title.said),
        how_to_answer(item),
    )


def _photo(item: Item, text: str, has_note: bool) -> Read:
    found = leading_state(text, digits=False)
    if found is None or found[0] is Mark.WARN:
        raise InvalidInput(
            _("{text!r} is no answer to {item}, which is a photo.").format(
                text=excerpt(text, SHOWN), item=item.title.said
            ),
            how_to_answer(item),
        )
    return with_words(item, *found)


_READERS: dict[ItemType, Callable[[Item, str, bool], Read]] = {
    ItemType.STATE: _state,
    ItemType.NUMBER: read_reading,
    ItemType.TEXT: _text,
    ItemType.CHOICE: _choice,
    ItemType.PHOTO: _photo,
}
