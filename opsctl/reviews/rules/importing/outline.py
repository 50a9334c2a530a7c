"""The parts of a post-mortem: its title, what it says of itself in front, and its sections with their lines. Pure.

A heading begins a section, and what stands deeper belongs to it: headings inside a section whose name is known are part
of its text, but for those that are looked for there (`vocabulary.WITHIN`). Below a heading that is not known, known
ones begin sections of their own. A bold line, a line that ends in a colon or a numbered line stands for a heading where
it is a known name.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from opsctl.reviews.rules.importing.front import Said
from opsctl.reviews.rules.importing.source import BELOW_HEADINGS, Block, Lines, Numbered, Shape, blocks, joined
from opsctl.reviews.rules.importing.tables import read_table
from opsctl.reviews.rules.importing.vocabulary import WITHIN, Beside, entry, is_numbered, plain, section
from opsctl.reviews.terms import Section

_LABELLED = re.compile(
    r"\s{0,3}(?P<open>\*\*|__)?(?P<label>[^\s:：*_|][^:：*|]{0,40}?)\s*(?P<inside>[:：])?(?(open)(?P<close>\*\*|__))\s*"
    r"(?(inside)|[:：])\s*(?P<value>.*)"
)
_LINE_END = re.compile(r"(?:\s*<br\s*/?>|\\|\s+)$", re.IGNORECASE)
_COLUMN_TITLES = frozenset({"", "field", "key", "item", "property", "name", "value", "项目", "字段", "内容", "值"})

Meaning = Section | Beside | None


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading as it is written, without its marks: what it names, what it says besides, and what stands behind it."""

    number: int
    end: int
    level: int
    text: str
    meaning: Meaning
    aside: str = ""
    behind: Lines = ()

    @property
    def above(self) -> Lines:
        """The heading as lines of the text below it, where it says more than the name of its section."""
        return (Numbered(self.number, self.text), Numbered(self.number, ""))


@dataclass(frozen=True, slots=True)
class Part:
    """A section: its heading, and the lines below it."""

    heading: Heading
    body: Lines


@dataclass(slots=True)
class Outline:
    """A file in parts: its title, its entries, the lines before the first section, and the sections in order."""

    title: str = ""
    title_number: int | None = None
    entries: list[Said] = field(default_factory=list)
    preamble: list[Numbered] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    prose: Lines = ()
    """The lines that are no code, no quotation and no HTML."""


@dataclass(slots=True)
class _Open:
    heading: Heading
    body: list[Numbered]


@dataclass(slots=True)
class _Front:
    """What stands before the first true heading, while it is read."""

    made: Outline
    headings: list[Heading]
    """What stands for a heading there."""
    taken: set[int] = field(default_factory=set)


def outline(lines: Lines) -> Outline:
    """The parts of these lines."""
    found = blocks(lines)
    headings = [heading for block in found if (heading := _heading(block)) is not None]
    made = Outline(prose=tuple(line for one in found if one.shape is not Shape.OTHER for line in one.lines))
    if headings and _is_title(headings):
        title = headings.pop(0)
        made.title, made.title_number = title.text, title.number
        in_front = [line for line in lines if not title.number <= line.number <= title.end]
    else:
        in_front = list(lines)
    first = next((one.number for one in headings if one.level < BELOW_HEADINGS), None)
    front = _Front(made, [one for one in headings if first is None or one.number < first])
    above = [one for one in found if one.lines and (first is None or one.lines[0].number < first)]
    _read_front(front, [one for one in above if one.lines[0].number != made.title_number])
    later = [one for one in headings if first is not None and one.number >= first]
    _split(made, [line for line in in_front if line.number not in front.taken], [*front.headings, *later])
    return made


def _heading(block: Block) -> Heading | None:
    """The heading that a block is, or stands for."""
    first = block.lines[0] if block.lines else None
    if first is None:
        return None
    if block.shape is Shape.HEADING:
        meaning, aside = section(block.text) or (None, "")
        return Heading(first.number, block.lines[-1].number, block.level, block.text, meaning, aside)
    if block.shape is not Shape.PARAGRAPH:
        return None
    text = first.text.strip()
    bold = re.fullmatch(r"(\*\*|__)(?P<words>[^*_]+)\1\s*[:：]?", text)
    if not (bold or text.endswith((":", "：")) or is_numbered(text)):
        return None
    named = section(bold["words"] if bold else text)
    if named is None:
        return None
    words = (bold["words"] if bold else text).strip(" :：")
    return Heading(first.number, first.number, BELOW_HEADINGS, words, *named)


def _is_title(headings: Sequence[Heading]) -> bool:
    """Whether the first heading names the whole: it names no section, and is the highest or the only one there."""
    first = headings[0]
    if first.meaning is not None or entry(first.text) is not None or first.level == BELOW_HEADINGS:
        return False
    return first.level == 1 or all(other.level > first.level for other in headings[1:])


def _split(made: Outline, lines: Sequence[Numbered], headings: Sequence[Heading]) -> None:
    """Give each line to the section it belongs to, or to the preamble."""
    starts = {heading.number: heading for heading in headings}
    places = {line.number: place for place, line in enumerate(lines)}
    skipped = {number for heading in headings for number in range(heading.number, heading.end + 1)}
    opened: list[_Open] = []
    every: list[_Open] = []
    current: _Open | None = None
    for line in lines:
        heading = starts.get(line.number)
        if heading is not None:
            while opened and opened[-1].heading.level >= heading.level:
                opened.pop()
            if opened and not _begins(opened[-1].heading, heading):
                current = opened[-1]
                current.body.extend(lines[places[heading.number] : places[heading.end] + 1])
                continue
            current = _Open(heading, list(heading.behind))
            opened.append(current)
            every.append(current)
        elif line.number not in skipped:
            (made.preamble if current is None else current.body).append(line)
    made.parts.extend(Part(one.heading, _from_first(one.body)) for one in every)


def _from_first(body: Sequence[Numbered]) -> Lines:
    """The lines from the first that is not empty."""
    first = next((place for place, line in enumerate(body) if line.text.strip()), len(body))
    return tuple(body[first:])


def _begins(above: Heading, heading: Heading) -> bool:
    """Whether a heading below another one begins a section of its own."""
    if heading.meaning is None:
        return False
    if not isinstance(above.meaning, Section):
        return above.meaning is None
    return heading.meaning in WITHIN.get(above.meaning, frozenset())


def _read_front(front: _Front, above: Sequence[Block]) -> None:
    """Take the entries out of these blocks, and find the headings that stand in a line there: `**Impact:** none`."""
    for block in above:
        begun = _is_begun(front, block.lines)
        match block.shape:
            case Shape.PARAGRAPH:
                for own in _labels(front, block.lines):
                    _read_label(front, own, entries=not begun or own[0].text.lstrip().startswith(("**", "__")))
            case Shape.LIST:
                for item in block.items:
                    _read_label(front, item, entries=not begun)
            case Shape.TABLE if not begun:
                _read_pairs(front, block.lines)
            case _:
                pass
    front.headings.sort(key=lambda one: one.number)


def _is_begun(front: _Front, lines: Lines) -> bool:
    """Whether a section has begun above these lines, so that they belong to it."""
    return any(one.number < lines[0].number for one in front.headings) if lines else False


def _labels(front: _Front, lines: Lines) -> Iterator[Lines]:
    """The lines of a paragraph that begin with a label, each with the lines that go on from it."""
    standing = {one.number for one in front.headings}
    start: int | None = None
    for index, line in enumerate(lines):
        if line.number in standing or _is_label(line.text):
            if start is not None:
                yield lines[start:index]
            start = None if line.number in standing else index
    if start is not None:
        yield lines[start:]


def _is_label(text: str) -> bool:
    found = _LABELLED.fullmatch(text)
    if found is None:
        return False
    known = entry(found["label"]) is not None or section(found["label"]) is not None
    return known or found["open"] is not None


def _read_label(front: _Front, lines: Lines, *, entries: bool) -> None:
    """Read `Status: done` as an entry, where there may be any, and `Impact: none` as a section."""
    found = _LABELLED.fullmatch(lines[0].text) if lines else None
    if found is None or not _is_label(lines[0].text):
        return
    label, named = found["label"].strip(), section(found["label"])
    behind = (Numbered(lines[0].number, found["value"]), *lines[1:])
    is_section = named is not None and entry(label) is None
    if named is not None and is_section:
        end = lines[-1].number
        front.headings.append(Heading(lines[0].number, end, BELOW_HEADINGS, label, *named, behind))
    elif entries:
        value = " ".join(_LINE_END.sub("", line.text.strip()) for line in behind).strip()
        numbers = frozenset(line.number for line in lines)
        front.made.entries.append(Said(label, (value,) if value else (), lines[0].number, numbers, joined(lines)))
        front.taken |= numbers


def _read_pairs(front: _Front, lines: Lines) -> None:
    """Read a table of labels and values."""
    table = read_table(lines)
    rows = [(lines[0].number, table.header)] + [(row.number, row.cells) for row in table.rows]
    if len(table.header) != 2 or not all(row.fits for row in table.rows) or not any(entry(row[0]) for _, row in rows):
        return
    if {plain(title) for title in table.header} <= _COLUMN_TITLES:
        rows = rows[1:]
    for number, (label, value) in rows:
        numbers = frozenset({number})
        front.made.entries.append(
            Said(label, (value,) if value else (), number, numbers, f"- {label}: {value}".rstrip())
        )
    front.taken |= {line.number for line in lines}
