"""A round as a sheet to be filled in, or as one that says again what was answered. Pure."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

from opsctl.core.texts import _
from opsctl.inspections.rules import Answer, rest_ok
from opsctl.inspections.rules.lines import MOST_LINES, Names, has_another_item
from opsctl.inspections.rules.numbers import show_range
from opsctl.inspections.rules.readings import mark_of
from opsctl.inspections.rules.words import STATES, fold, quoted
from opsctl.inspections.terms import Mark, Source
from opsctl.rulebook.rules import Words
from opsctl.rulebook.rules.patrols import Checklist, Item
from opsctl.rulebook.terms import ItemType

_STATES = {
    "en": {Mark.OK: "ok", Mark.WARN: "warn", Mark.FAIL: "fail", Mark.NOT_APPLICABLE: "n/a"},
    "zh_CN": {Mark.OK: "正常", Mark.WARN: "注意", Mark.FAIL: "异常", Mark.NOT_APPLICABLE: "不适用"},
}
_LABELS = {
    "en": {"impact": "impact", "told": "told", "note": "note"},
    "zh_CN": {"impact": "影响", "told": "告知", "note": "备注"},
}
_REST = {"en": ("rest ok", "others ok", "其余正常"), "zh_CN": ("其余正常", "其他正常", "rest ok")}
"""The first that no title of an item begins."""
_PLAIN = re.compile(r"\w(?:[\w ,，。、()（）%/+~-]*[\w。)）%])?")
"""Words that cannot be taken for anything else."""


def write_sheet(checklist: Checklist, answers: Mapping[str, Answer], *, language: str) -> str:
    """A sheet that `read_sheet` reads back as the same answers; items without one stand there to be filled in.

    Files are not written, and `language` is `en` or `zh_CN`.
    """
    excepted = {item for item, answer in answers.items() if answer.source is Source.EXCEPTION}
    rest = {one.item for one in rest_ok(checklist, [item for item in answers if item not in excepted])}
    by_exception = excepted if excepted and excepted == rest else set()
    names = Names(checklist)
    lines = [f"# {_in(checklist.title, language)}"]
    group: Words | None = None
    for number, item in enumerate(checklist.items, 1):
        if item.group is not None and item.group != group:
            lines += ["", f"# {_in(item.group, language)}"]
        group = item.group
        answer = None if item.id in by_exception else answers.get(item.id)
        if item.machine and answer is None:
            lines.append(f"# {number} {_about(item, language)}: " + _("a check fills it in"))
            continue
        lines.append(f"# {_about(item, language)}")
        said = "" if answer is None else " ".join(_said(item, answer, language))
        lines.append(_line(names, number, item, said))
    if by_exception:
        lines += ["", next((words for words in _REST[language] if not names.is_answer(words)), _REST[language][0])]
    return "\n".join(lines) + "\n"


def _in(words: Words, language: str) -> str:
    return words.zh if language == "zh_CN" else words.en


def _about(item: Item, language: str) -> str:
    """What the reader has to know of an item: its title, its unit and range, or its choices."""
    said = [_in(item.title, language)]
    allowed = item.warn or item.critical or item.possible
    if allowed is not None:
        said.append(show_range(allowed, item.unit))
    elif item.unit is not None:
        said.append(item.unit)
    said += [f"{choice.id} = {_in(choice.title, language)}" for choice in item.choices]
    return ", ".join(said)


def _line(names: Names, number: int, item: Item, said: str) -> str:
    """The line of an item; its id is left out where an answer would be taken for a part of its title."""
    with_id = f"{item.id} {said}".rstrip()
    if not item.id.isdigit() and names.own(item, with_id) == said:
        return f"{number} {with_id}"
    return f"{number} {said}".rstrip() if said else f"# {number}"


def _said(item: Item, answer: Answer, language: str) -> Iterator[str]:
    words, labels = _STATES[language], _LABELS[language]
    note = answer.note
    if item.type is ItemType.TEXT and answer.value is not None:
        text = _safe(answer.value)
        yield text if answer.mark is Mark.OK else f"{words[answer.mark]}: {text}"
    elif item.type is ItemType.NUMBER and answer.value is not None:
        yield str(answer.value)
        if mark_of(item, Decimal(answer.value)) is not answer.mark:
            yield words[answer.mark]
    elif answer.value is not None:
        yield answer.value
    else:
        yield words[answer.mark]
        if note is not None and answer.mark in (Mark.WARN, Mark.FAIL) and item.type is not ItemType.TEXT:
            yield _safe(note)
            note = None
    for label, said in (("impact", answer.impact), ("told", answer.told), ("note", note)):
        if said is not None:
            yield f"{labels[label]}: {_safe(said)}"


def _safe(text: str) -> str:
    """The text as it is, or in quotes where a part of it could be taken for more than words."""
    first = fold(re.split(r"[ ,，。、]", text, maxsplit=1)[0])
    is_plain = _PLAIN.fullmatch(text) and first not in STATES and has_another_item(f" {text}", MOST_LINES) is None
    return text if is_plain else quoted(text)
