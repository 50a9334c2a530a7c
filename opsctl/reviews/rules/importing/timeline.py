"""The timeline of a post-mortem: its dated lines, and what of it is none. Pure.

A clock without a date has the date of the heading above it, of the line above it or, where the file says but one, the
file's. One that goes back may be out of order or of the next day: such a line stays as it is written, and is reported.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from opsctl.core.errors import InvalidInput
from opsctl.core.texts import _
from opsctl.core.times import FIRST_YEAR, LAST_YEAR
from opsctl.core.typed import excerpt
from opsctl.reviews.rules.document import Line
from opsctl.reviews.rules.importing.context import Context, Remarks
from opsctl.reviews.rules.importing.moments import (
    Reckoning,
    Stamp,
    check_clear,
    day_of,
    moment_of,
    read_reckoning,
    read_stamp,
    read_whole,
)
from opsctl.reviews.rules.importing.outline import Heading
from opsctl.reviews.rules.importing.source import Block, Lines, Numbered, Shape, blocks, joined
from opsctl.reviews.rules.importing.tables import Row, Table, read_table
from opsctl.reviews.rules.importing.vocabulary import Column

_DEEPEST = 4
_LONGEST_STATEMENT = 200
_STATEMENTS = (
    r"(?:all\s+)?(?:times?|timestamps|clocks|dates\s+and\s+times)(?:\s+(?:below|here|shown|listed|in\s+this\s+\w+))?"
    r"(?:\s+(?:are|is))?(?:\s+(?:given|shown|listed|expressed|reported))?(?:\s+in)?\s*:?\s+(?P<zone>.{1,40})",
    r"(?:(?:以下|下列|所有|全部|本文)\s*)*时间\s*(?:均|都|全部)?\s*(?:为|是|采用|按|以)?\s*[:：]?\s*(?P<zone>.{1,40})",
    r"(?:time\s*zone|时区)\s*[:：]?\s*(?P<zone>.{1,40})",
)
_SAYS_DAY = re.compile(
    r"[0-9]|\b(?:day|morning|night|mon|tue|wed|thu|fri|sat|sun)|日|天|周|星期|凌晨|晚|早", re.IGNORECASE
)
_CLOCK_INSIDE = re.compile(r"(?<![0-9:.])[0-9]{1,2}[:：][0-9]{2}(?![0-9])")


@dataclass(slots=True)
class _Heading:
    """A date that stands above lines; it stays beside those that were not understood."""

    number: int
    numbers: frozenset[int]


@dataclass(slots=True)
class _Reader:
    context: Context
    remarks: Remarks
    stated: Reckoning = None
    doubt: str | None = None
    day: date | None = None
    day_reckoning: Reckoning = None
    """In which zone the line stood that the day was taken from; None where the day came from a heading or the file."""
    last: tuple[datetime, int, str] | None = None
    last_here: bool = False
    """Whether the last line that was read stands below the same date."""
    lines: list[Line] = field(default_factory=list)
    taken: set[int] = field(default_factory=set)
    headings: list[_Heading] = field(default_factory=list)

    @property
    def reckoning(self) -> Reckoning:
        if self.doubt is not None:
            return None
        return self.stated if self.stated is not None else self.context.reckoning


def read_timeline(body: Lines, heading: Heading, context: Context, remarks: Remarks) -> tuple[tuple[Line, ...], str]:
    """The dated lines below the heading in the order of moments, and the rest of the section as it is written.

    What the heading says in brackets may be a zone or a date for all of them; anything else is part of the rest.
    """
    reader = _Reader(context, remarks, day=context.day)
    aside = heading.aside
    if aside and not (_state(reader, heading.number, aside) or _read_date(reader, heading.above, aside)):
        body = (*heading.above, *body)
    _read_blocks(reader, body, 0)
    rest = [line for line in body if line.number not in reader.taken]
    needless = _needless(reader.headings, rest)
    rest = [line for line in rest if line.number not in needless]
    return tuple(sorted(reader.lines, key=lambda line: line.at)), joined(rest)


def _report_doubt(reader: _Reader, number: int, doubt: str) -> None:
    reader.remarks.add(
        number,
        _("{zone} means more than one zone: the times below are not read.").format(zone=doubt),
        _("Write the offset in figures, such as UTC-06:00."),
    )


def _needless(headings: Sequence[_Heading], rest: Sequence[Numbered]) -> set[int]:
    """The lines of dates below which all was taken before the next date."""
    numbers = {number for heading in headings for number in heading.numbers}
    left = sorted(line.number for line in rest if line.text.strip() and line.number not in numbers)
    needless: set[int] = set()
    ends = [*(heading.number for heading in headings), max(left, default=0) + 1]
    for heading, end in zip(headings, ends[1:], strict=True):
        following = bisect_right(left, max(heading.numbers))
        if following == len(left) or left[following] >= max(end, heading.number + 1):
            needless |= heading.numbers
    return needless


def _read_blocks(reader: _Reader, body: Lines, depth: int) -> None:
    found = blocks(body)
    index = 0
    while index < len(found):
        block = found[index]
        index += 1
        match block.shape:
            case Shape.HEADING:
                index += _read_heading(reader, block, found[index:])
            case Shape.LIST:
                for item in block.items:
                    _read_item(reader, item, depth)
            case Shape.TABLE:
                _read_rows(reader, read_table(block.lines))
            case Shape.PARAGRAPH:
                _read_paragraph(reader, block.lines)
            case Shape.OTHER if any(_CLOCK_INSIDE.search(line.text) for line in block.lines):
                reader.remarks.add(
                    block.lines[0].number,
                    _("Code, quotations and HTML in a timeline are not read; they are kept as text."),
                    _("Write each time at the start of a line, or in a list."),
                )
            case _:
                pass


def _read_heading(reader: _Reader, block: Block, following: Sequence[Block]) -> int:
    """Read a heading: a date for what follows, or a dated line; how many of the blocks below belong to it."""
    if _read_date(reader, block.lines, block.text):
        return 0
    stamp = read_stamp(block.text)
    if stamp is None or stamp.clock is None:
        if _SAYS_DAY.search(block.text):
            # It may begin another day, which the lines below must not be read without.
            _forget_day(reader)
        return 0
    own = []
    for one in following:
        if one.shape is Shape.HEADING or (one.shape is Shape.LIST and any(map(_is_timed, one.items))):
            break
        if one.shape is Shape.TABLE or (one.shape is Shape.PARAGRAPH and _is_timed(one.lines)):
            break
        own.append(one)
    numbers = [line.number for one in own for line in one.lines]
    text = "\n\n".join("\n".join(line.text for line in one.lines) for one in own)
    if _add(reader, block.lines[0].number, stamp, text):
        reader.taken |= {line.number for line in block.lines} | set(numbers)
    return len(own)


def _read_item(reader: _Reader, item: Lines, depth: int) -> None:
    if not item:
        return
    date_alone = item[0].text.rstrip(" :：")
    if len(item) > 1 and depth < _DEEPEST and _read_date(reader, item[:1], date_alone):
        _read_blocks(reader, item[1:], depth + 1)
        return
    if _read_statement(reader, item):
        return
    if not _read_entry(reader, item):
        _report_no_time(reader, item[0])


def _read_paragraph(reader: _Reader, lines: Lines) -> None:
    if len(lines) == 1 and (_read_date(reader, lines, lines[0].text) or _read_statement(reader, lines)):
        return
    if _read_date(reader, lines[:1], lines[0].text):
        lines = lines[1:]
    if not _is_timed(lines):
        for line in lines:
            if _CLOCK_INSIDE.search(line.text):
                _report_no_time(reader, line)
        return
    for entry in _entries(lines):
        _read_entry(reader, entry)


def _entries(lines: Lines) -> Iterator[Lines]:
    """The lines of a paragraph, each time with the lines that go on from it."""
    start = 0
    for index in range(1, len(lines)):
        if _is_timed(lines[index:]):
            yield lines[start:index]
            start = index
    yield lines[start:]


def _is_timed(lines: Lines) -> bool:
    stamp = read_stamp(lines[0].text) if lines else None
    return stamp is not None and stamp.clock is not None


def _read_rows(reader: _Reader, table: Table) -> None:
    dated = table.place(Column.DATE)
    when = next((place for place in (table.place(Column.TIME), dated) if place is not None), 0)
    before = reader.stated, reader.doubt
    all_taken = not table.is_odd(besides={when} if dated is None else {when, dated})
    if found := re.search(r"[(（](.{1,40})[)）]", table.header[when]):
        all_taken = _state(reader, table.numbers[0], found[1]) and all_taken
    for row in table.rows:
        all_taken = _read_row(reader, table, row, when, dated) and all_taken
    if all_taken:
        reader.taken |= set(table.numbers)
    reader.stated, reader.doubt = before


def _read_row(reader: _Reader, table: Table, row: Row, when: int, dated: int | None) -> bool:
    apart = {when} if dated is None else {when, dated}
    written = " ".join(row.cells[place] for place in sorted(apart, key=lambda place: place != dated))
    stamp = read_whole(written) or read_stamp(written)
    if not row.fits or stamp is None or stamp.clock is None:
        _report_no_time(reader, Numbered(row.number, " ".join(row.cells)))
        return False
    text = table.words(row, apart)
    said = f"{stamp.text} {text}" if stamp.text else text
    if not _add(reader, row.number, stamp, "", said=said):
        return False
    reader.taken.add(row.number)
    return True


def _read_date(reader: _Reader, lines: Lines, text: str) -> bool:
    """Take the text as the date of what follows, where it is one and nothing besides."""
    stamp = read_whole(text.rstrip(" :："))
    if stamp is None or stamp.clock is not None or not (stamp.has_date or stamp.days_on):
        return False
    reckoning = reader.day_reckoning if stamp.days_on else None
    try:
        day = _day(reader, stamp)
    except InvalidInput as error:
        _forget_day(reader)
        reader.remarks.refuse(lines[0].number, error)
        return True
    reader.day, reader.day_reckoning, reader.last_here = day, reckoning, False
    reader.headings.append(_Heading(lines[0].number, frozenset(line.number for line in lines)))
    return True


def _forget_day(reader: _Reader) -> None:
    """Read no clock by the day that was at hand."""
    reader.day, reader.day_reckoning, reader.last_here = None, None, False


def _read_statement(reader: _Reader, lines: Lines) -> bool:
    """Take `All times are in UTC.` as what it says of the lines that follow."""
    text = re.sub(r"\s+", " ", " ".join(line.text for line in lines)).strip(" *_()（）.。")
    if len(text) > _LONGEST_STATEMENT or not any(re.fullmatch(shape, text, re.IGNORECASE) for shape in _STATEMENTS):
        return False
    if _state(reader, lines[0].number, text):
        reader.taken |= {line.number for line in lines}
        return True
    return reader.doubt is not None


def _state(reader: _Reader, number: int, text: str) -> bool:
    """Take the zone that a text names, by itself or in a sentence; one that may be several is reported, not taken."""
    sentences = [re.fullmatch(shape, text.strip(), re.IGNORECASE) for shape in _STATEMENTS]
    for zone in (text, *(found["zone"] for found in sentences if found)):
        stated, doubt = read_reckoning(zone)
        if stated is None and doubt is None:
            continue
        reader.stated, reader.doubt = stated, doubt
        if doubt:
            _report_doubt(reader, number, doubt)
        return doubt is None
    return False


def _read_entry(reader: _Reader, lines: Lines) -> bool:
    """Read lines that begin with a time; False where they do not, or not with one of day."""
    stamp = read_stamp(lines[0].text)
    if stamp is None or (stamp.clock is None and not stamp.has_date):
        return False
    if _add(reader, lines[0].number, stamp, "\n".join(line.text.rstrip() for line in lines[1:])):
        reader.taken |= {line.number for line in lines}
    return True


def _add(reader: _Reader, number: int, stamp: Stamp, more: str, said: str | None = None) -> bool:
    """Add a line to the timeline; where its time is not understood, or it has no words, report it."""
    text = (said if said is not None else stamp.text + "\n" + more).strip()
    try:
        moment = _moment(reader, stamp, number)
    except InvalidInput as error:
        reader.remarks.refuse(number, error)
        return False
    if not text:
        reader.remarks.add(
            number,
            _("{time} has no words beside it.").format(time=stamp.written),
            _("Write what happened then in the same line."),
        )
        return False
    reader.lines.append(Line(moment, text))
    return True


def _moment(reader: _Reader, stamp: Stamp, number: int) -> datetime:
    check_clear(stamp)
    day = _day(reader, stamp)
    doubt = reader.doubt or (reader.context.doubt if reader.stated is None else None)
    if doubt is not None and stamp.reckoning is None:
        raise InvalidInput(
            _("{time} is in {zone}, which means more than one zone.").format(time=stamp.written, zone=doubt),
            _("Write the offset in figures, such as UTC-06:00."),
        )
    moment = moment_of(stamp, day, reader.reckoning)
    used = stamp.reckoning if stamp.reckoning is not None else reader.reckoning
    if not stamp.has_date and not stamp.days_on and reader.day_reckoning not in (None, used):
        raise InvalidInput(
            _("{time} has no date, and the line that has one is in another zone.").format(time=stamp.written),
            _("Write its date before it."),
        )
    if moment > reader.context.now:
        raise InvalidInput(
            _("{time} lies in the future.").format(time=stamp.written), _("Check the date and the zone.")
        )
    _check_end(stamp, day, moment, reader.reckoning)
    _check_order(reader, stamp, moment, number)
    if stamp.has_date or stamp.days_on:
        reader.day, reader.day_reckoning = day, used
    reader.last, reader.last_here = (moment, number, stamp.written), True
    return moment


def _day(reader: _Reader, stamp: Stamp) -> date:
    if stamp.has_date:
        check_clear(stamp)
        return day_of(stamp, reader.context.year)
    if reader.day is None:
        raise InvalidInput(
            _("{time} has no date.").format(time=stamp.written),
            _("Write its date before it, or a heading with the date above it."),
        )
    if not FIRST_YEAR < reader.day.year < LAST_YEAR:
        raise InvalidInput(_("{time} has no date.").format(time=stamp.written), _("Check the year."))
    return reader.day + timedelta(days=stamp.days_on)


def _check_end(stamp: Stamp, day: date, start: datetime, reckoning: Reckoning) -> None:
    if stamp.until is None:
        return
    used = stamp.until.reckoning or stamp.reckoning or reckoning
    until_day = day_of(stamp.until, day.year) if stamp.until.has_date else day + timedelta(days=stamp.until.days_on)
    if moment_of(stamp.until, until_day, used) < start:
        raise InvalidInput(
            _("{span} ends before it starts.").format(span=stamp.written),
            _("If it ends on another day, write the date of its end."),
        )


def _check_order(reader: _Reader, stamp: Stamp, moment: datetime, number: int) -> None:
    """Report a line that is earlier than the one above it. Raise InvalidInput where it may be of the next day."""
    if reader.last is None or moment >= reader.last[0]:
        return
    earlier = {"time": stamp.written, "other": reader.last[2], "line": reader.last[1]}
    if reader.last_here and (stamp.year is None or not stamp.has_date):
        raise InvalidInput(
            _("{time} is earlier than {other} in line {line}: out of order, or another day.").format(**earlier),
            _("Write its date before it, or a heading with the date above it."),
        )
    reader.remarks.add(
        number,
        _("{time} is earlier than {other} in line {line}: the lines are sorted.").format(**earlier),
        _("Check the date and the zone."),
    )


def _report_no_time(reader: _Reader, line: Numbered) -> None:
    reader.remarks.add(
        line.number,
        _("The timeline has a line that begins with no time: {text}").format(text=excerpt(line.text)),
        _("Write the time in front: 2026-10-12 14:32 UTC."),
    )
