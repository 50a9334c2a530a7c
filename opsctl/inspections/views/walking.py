"""What is said while a round is walked: short lines, good on a narrow screen."""

import shlex
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from opsctl.actions.rules import Action
from opsctl.core.ranges import Range
from opsctl.core.texts import _, between, ngettext, pgettext, series
from opsctl.core.times import read_zone
from opsctl.duties.rules import Occurrence
from opsctl.inspections.rules import Answer, Reading, Round
from opsctl.inspections.rules.readings import how_to_answer, mark_of
from opsctl.inspections.rules.results import Walking
from opsctl.inspections.rules.walking import allowed
from opsctl.inspections.terms import Mark
from opsctl.inspections.views import words
from opsctl.rulebook.rules.patrols import Checklist, Item
from opsctl.rulebook.terms import ItemType


def opening(walking: Walking, first: int | None, now: datetime, zone: str) -> list[tuple[str, ...]]:
    """What is said before the first item: lines of parts. `first` is the number of the item that comes first."""
    one, count = walking.round, len(walking.checklist.items)
    lines: list[tuple[str, ...]] = [
        (one.reference, walking.checklist.title.said, one.asset or ""),
        (
            window(walking.occurrence, now, zone),
            ngettext("{count} item", "{count} items", count).format(count=count),
            _("resumed at {number} of {count}").format(number=first, count=count) if walking.resumed and first else "",
        ),
    ]
    if walking.taken_from is not None:
        taken = _("{person} walked it until now and is told: it stands in the ledger.")
        lines.append((taken.format(person=walking.taken_from),))
    if walking.newer:
        lines.append((_("The checklist has changed since; this round is walked by the old one."),))
    lines.append((_("? help, q stop: what was answered is saved."),))
    return lines


def window(occurrence: Occurrence | None, now: datetime, zone: str) -> str:
    """When the round is due and from when until when it is in time; that it is not due where it is not."""
    if occurrence is None:
        return _("not due now: an extra round")
    due, opens, closes = (
        moment.astimezone(read_zone(zone)) for moment in (occurrence.due_at, occurrence.opens_at, occurrence.closes_at)
    )
    if occurrence.closes_at < now:
        return _("late: was due {due}, until {closes}").format(due=f"{due:%m-%d %H:%M}", closes=f"{closes:%m-%d %H:%M}")
    same_day = opens.date() == due.date() == closes.date()
    form = "%H:%M" if same_day else "%m-%d %H:%M"
    said = {"due": due.strftime("%m-%d %H:%M"), "opens": opens.strftime(form), "closes": closes.strftime(form)}
    return _("due {due} ({opens}–{closes})").format(**said)


def group(item: Item) -> str:
    """The heading of the items of a group."""
    return "" if item.group is None else f"— {item.group.said} —"


def question(checklist: Checklist, item: Item, current: Reading | None) -> tuple[str, ...]:
    """The question for an item in parts: its number, title and unit with what is allowed, and what can be typed."""
    number = checklist.items.index(item) + 1
    name = f"{number}/{len(checklist.items)} {item.title.said}"
    parts = [f"{name} {item.unit}" if item.unit else name]
    bounds = allowed(item) if item.type is ItemType.NUMBER else None
    if bounds is not None and range_text(bounds):
        parts[0] += f" ({range_text(bounds)})"
    parts.append(_keys(item))
    if current is not None:
        parts.append(_("now {answer}; s leaves it").format(answer=reading_text(current, item)))
    elif not item.mandatory:
        parts.append(_("s leaves it out"))
    return tuple(parts)


def _keys(item: Item) -> str:
    if item.type is ItemType.STATE:
        return _("1 ok 2 warn 3 fail 0 n/a")
    if item.type is ItemType.CHOICE:
        return " ".join(f"{number} {one.title.said}" for number, one in enumerate(item.choices, start=1))
    return _("path of the picture or file") if item.type is ItemType.PHOTO else ""


def range_text(bounds: Range) -> str:
    """What a number should be: `18–27`, `≥ 10`, `≤ 80`, `not 10–20`, `0`; empty where everything is allowed."""
    if bounds.start is None and bounds.end is None:
        return ""
    if bounds.start == bounds.end:
        return _("not {range}").format(range=bounds.start) if bounds.inside else str(bounds.start)
    if bounds.end is None:
        return f"< {bounds.start}" if bounds.inside else f"≥ {bounds.start}"
    if bounds.start is None:
        return f"> {bounds.end}" if bounds.inside else f"≤ {bounds.end}"
    between = f"{bounds.start}–{bounds.end}" if bounds.start >= 0 else f"{bounds.start} … {bounds.end}"
    return _("not {range}").format(range=between) if bounds.inside else between


def again(item: Item) -> str:
    """What can be typed, for Enter alone: it never means ok."""
    if item.type is ItemType.STATE:
        return _("Type 1, 2, 3 or 0.")
    if item.type is ItemType.PHOTO:
        return _("Type the path of a picture or file, or n/a.")
    return how_to_answer(item)


def help_lines() -> list[str]:
    """What can be typed at any question."""
    return [
        _("1 ok, 2 warn, 3 fail, 0 n/a; or the reading."),
        _("3 WORDS: failed, with the symptom"),
        _("7=24.1: the answer of item 7"),
        _("8-12 ok: several items; rest ok: all others"),
        _("n WORDS: a note on the last item"),
        _("b: back to the item before, to correct it"),
        _("s: skip, leave it open for later"),
        _("q: stop; what was answered is saved"),
    ]


def reading_text(one: Reading | Answer, item: Item) -> str:
    """An answer in a few words: its value with the unit, its state where that is not all right, its note."""
    state = words.mark(one.mark)
    said = [] if one.value is None else [_valued(one.value, item)]
    if one.value is None or one.mark is not Mark.OK:
        said.append(state)
    return between(", ").join(part for part in (*said, one.file, one.note) if part)


def _valued(value: str, item: Item) -> str:
    chosen = next((one.title.said for one in item.choices if one.id == value), value)
    return f"{chosen} {item.unit}" if item.unit else chosen


def out_of_turn(checklist: Checklist, answers: Sequence[Answer]) -> str:
    """What was understood of answers to other items than the one in hand."""
    items = {item.id: item for item in checklist.items}
    if len(answers) == 1:
        item = items[answers[0].item]
        number = checklist.items.index(item) + 1
        return f"{number} {item.title.said}{between(': ')}{reading_text(answers[0], item)}"
    told = ngettext("{count} item answered: {numbers}", "{count} items answered: {numbers}", len(answers))
    return told.format(count=len(answers), numbers=numbers(checklist, [items[one.item] for one in answers]))


def doubt(before: Reading, answer: Answer) -> tuple[str, str]:
    """The last value and this one, where they differ so much that this one may be mistyped."""
    return (
        _("last time {before}, now {value}: typed right?").format(before=before.value, value=answer.value),
        _("Enter the value again to keep it, or the right one"),
    )


def doubted(checklist: Checklist, item: Item, before: Reading, answer: Answer) -> str:
    """The same of a line that was pasted, in one line: it is kept, and how it can be answered again."""
    told = _("{value} is far from {before} last time; wrong? {number}=…")
    return told.format(value=answer.value, before=before.value, number=numbers(checklist, [item]))


def still_doubted(checklist: Checklist, items: Sequence[Item], current: Mapping[str, Reading]) -> str:
    """The pasted numbers that nobody has typed again, and how to."""
    told = _("Far from the last time: {numbers}. Type {number}={value} to keep it, or the right value.")
    number, value = numbers(checklist, items[:1]), current[items[0].id].value
    return told.format(numbers=numbers(checklist, items), number=number, value=value)


def wordless(checklist: Checklist, items: Sequence[Item]) -> str:
    """What is not all right without a word about it, by its numbers."""
    told = ngettext(
        "{numbers} is not ok, without a word what is wrong.",
        "{numbers} are not ok, without a word what is wrong.",
        len(items),
    )
    return told.format(numbers=numbers(checklist, items))


def completion(checklist: Checklist, items: Sequence[Item], current: Mapping[str, Reading]) -> tuple[str, ...]:
    """The question for what is still to be said: how the words of the first item are typed, and how it is left."""
    leave = _("s ends the round as it is")
    if not items:
        return (leave,)
    told = _("Type {answer}").format(answer=_with_words(checklist, items[0], current[items[0].id]))
    return told, leave


def correction(one: Round, checklist: Checklist, item: Item) -> str:
    """The command that adds words to the answer once the round is done."""
    answer = shlex.quote(_with_words(checklist, item, one.current[item.id]))
    return f"opsctl inspect correct {one.reference} {answer} --reason {_('TEXT')}"


def _with_words(checklist: Checklist, item: Item, reading: Reading) -> str:
    state = _("fail") if reading.mark is Mark.FAIL else _("warn")
    if reading.value is not None:
        is_said = reading.number is None or mark_of(item, reading.number) is reading.mark
        state = reading.value if is_said or item.type is ItemType.CHOICE else f"{reading.value} {state}"
    return _("{item}={answer} WORDS").format(item=numbers(checklist, [item]), answer=state)


def wrong(item: Item, answer: Answer) -> str:
    """The question for the symptom of what is not all right."""
    asked = {Mark.WARN: _("{item}, warning: what is seen?"), Mark.FAIL: _("{item}, failed: what is wrong?")}
    return asked[answer.mark].format(item=item.title.said)


def action(one: Action, new: bool, now: datetime, zone: str) -> str:
    """The action that came of an answer: who has to see to it until when, in one line."""
    told = _("→ {reference}: {owner}, until {deadline}") if new else _("→ still {reference}: {owner}, until {deadline}")
    deadline = one.deadline.astimezone(read_zone(zone))
    owner = one.owner or pgettext("owner", "nobody")
    form = "%m-%d %H:%M" if deadline.year == now.astimezone(read_zone(zone)).year else "%Y-%m-%d %H:%M"
    return told.format(reference=one.reference, owner=owner, deadline=deadline.strftime(form))


def open_items(checklist: Checklist, left: Iterable[Item]) -> str:
    """The mandatory items that keep a round open, by their numbers."""
    return _("Still open: {numbers}. The round stays open.").format(numbers=numbers(checklist, left))


def numbers(checklist: Checklist, items: Iterable[Item]) -> str:
    """The numbers of items, those that follow one another joined: `1-3, 7`."""
    known = {item.id: at for at, item in enumerate(checklist.items, start=1)}
    found = sorted({known[item.id] for item in items})
    runs: list[list[int]] = []
    for at in found:
        if runs and at == runs[-1][1] + 1:
            runs[-1][1] = at
        else:
            runs.append([at, at])
    return series(str(start) if start == end else f"{start}-{end}" for start, end in runs)


def command(one: Round) -> str:
    """The command that goes on with the round, ready to be pasted."""
    line = ["opsctl", "inspect", "start", one.route or one.checklist]
    return " ".join(map(shlex.quote, [*line, *(["--asset", one.asset] if one.asset else [])]))
