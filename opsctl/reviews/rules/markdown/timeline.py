"""The timeline as it is read: rows of the ledger, notes below them, and the lines that people added."""

import re
from collections.abc import Sequence
from datetime import datetime

from opsctl.core.texts import _
from opsctl.core.times import show_moment
from opsctl.core.typed import excerpt
from opsctl.reviews.rules.document import Line
from opsctl.reviews.rules.markdown import names
from opsctl.reviews.rules.markdown.domain import one_line, tidy
from opsctl.reviews.rules.markdown.escaping import RawLine, unslashed
from opsctl.reviews.rules.markdown.gathering import Gathering, Item, items
from opsctl.reviews.rules.markdown.moments import STARTS, read_at
from opsctl.reviews.terms import Section

_SLASHED = re.compile(r"((?:^|\s)\\*)\\(?=[#＃][0-9]{1,18}$)")


def read_timeline(lines: Sequence[RawLine], found: Gathering) -> None:
    """Take the rows that are shown and hidden, their notes, and the lines that were added."""
    hidden: set[int] = set()
    notes: dict[int, str] = {}
    added: list[tuple[Line, int]] = []
    seen: set[int] = set()
    for item in items(lines, found, notes=True):
        checkbox = names.CHECKBOX.match(item.first)
        is_hidden = checkbox is not None and not checkbox[1]
        content = item.first[checkbox.end() :] if checkbox else item.first
        row = names.ROW.search(content)
        if row is None:
            if (line := _added(item, content, is_hidden, found)) is not None:
                added.append((line, item.line.number))
            continue
        seq = int(row[1])
        if seq in seen:
            found.wrong(item.line.number, _("Row {row} stands here twice.").format(row=seq), _("Remove one of them."))
            continue
        seen.add(seq)
        found.shown.append((seq, one_line(content[: row.start()]), item.line.number))
        hidden |= {seq} if is_hidden else set()
        if note := _note(item, seq, found):
            notes[seq] = note
    added.sort(key=lambda one: one[0].at)
    found.places |= {(Section.TIMELINE.value, (place,)): number for place, (_line, number) in enumerate(added)}
    found.parts |= {
        "hidden": tuple(sorted(hidden)),
        "notes": tuple(sorted(notes.items())),
        "added": tuple(line for line, _number in added),
    }


def _note(item: Item, seq: int, found: Gathering) -> str:
    said: list[str] = []
    for line in item.below:
        quote = None if line.fenced or line.opens else names.NOTE.match(line.raw)
        if quote:
            found.places.setdefault(("notes", (seq,)), line.number)
            said.append(line.raw[quote.end() :].removeprefix(" "))
        elif not line.raw:
            said.append("")
        else:
            found.wrong(
                line.number,
                _("The words of the ledger stand in one line, and this is none of them."),
                _("Begin a note with '  > '."),
            )
    return tidy(said)


def _added(item: Item, content: str, is_hidden: bool, found: Gathering) -> Line | None:
    number = item.line.number
    content = _SLASHED.sub(r"\1", content)
    begins = STARTS.match(content)
    if begins is None:
        found.wrong(
            number,
            _("A line of the timeline begins with a day and a time, and this one does not: {line}").format(
                line=excerpt(content)
            ),
            _("Like this: - 2026-10-12 03:02 what happened"),
        )
        return None
    at = _moment(begins, number, found)
    words = content[begins.end() :]
    marked = names.IS_INTERNAL.match(words)
    words = unslashed(words[marked.end() :] if marked else words, lambda one: bool(names.IS_INTERNAL.match(one)))
    text = item.text(words)
    if is_hidden:
        found.wrong(
            number,
            _("Only lines of the ledger can be hidden."),
            _("Remove the line, or keep it from customers: write {internal} in front of its words.").format(
                internal=names.spoken(names.INTERNAL)
            ),
        )
    if not text:
        found.wrong(number, _("The line says nothing."), _("Say what happened, or remove it."))
    return Line(at, text, marked is not None) if at is not None and text else None


def _moment(begins: re.Match[str], number: int, found: Gathering) -> datetime | None:
    """The moment in front of a line; an offset that may be none is refused, one that is not the zone's is said."""
    typed, offset = begins[0].strip(), begins["offset"]
    if offset and begins["minutes"] is None and offset.strip() not in ("z", "Z"):
        hint = _("Write an offset as {offset}:00, and put a word in front of anything else.")
        message = _("{offset} behind a time may be its offset, or not.")
        found.wrong(number, message.format(offset=offset.strip()), hint.format(offset=offset.strip()))
        return None
    at = found.moment(number, typed, read_at)
    if at is None or offset is None or begins["seconds"]:
        return at
    without = found.zone_time(typed.removesuffix(offset))
    if without != at:
        shown = show_moment(at, found.zone)
        found.remark(number, _("{typed} is read as {moment}.").format(typed=excerpt(typed), moment=shown))
    return at
