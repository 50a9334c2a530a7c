"""A review read back from Markdown. What is not understood is said with its line, never dropped."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from opsctl.core.texts import _, ngettext
from opsctl.core.typed import excerpt
from opsctl.reviews.rules.document import Document, Own
from opsctl.reviews.rules.markdown import names
from opsctl.reviews.rules.markdown.domain import clean_lines, one_line
from opsctl.reviews.rules.markdown.escaping import (
    RawLine,
    begins_help,
    closes,
    is_help,
    known_heading,
    opened_by,
    own_heading,
    plain,
)
from opsctl.reviews.rules.markdown.factors import read_factors
from opsctl.reviews.rules.markdown.gathering import Gathering, first_of, items, text_of
from opsctl.reviews.rules.markdown.planned import read_actions
from opsctl.reviews.rules.markdown.preamble import read_preamble
from opsctl.reviews.rules.markdown.timeline import read_timeline
from opsctl.reviews.rules.markdown.writing import is_not_determined
from opsctl.reviews.rules.results import Problem, Read
from opsctl.reviews.terms import HEADINGS, LONGEST, Section

_GUESSED = 20
"""So many unknown headings are compared with the known ones: each comparison takes a while."""


@dataclass
class _Part:
    """What stands below one heading: a section of a review, one of one's own, or with neither what stands above."""

    line: int
    section: Section | None = None
    own: str | None = None
    lines: list[RawLine] = field(default_factory=list)


def read(text: str, *, zone: str, now: datetime) -> Read:
    """What the Markdown of a review says, in either language; times without an offset are in `zone`.

    Never raises for what stands in the text: `problems` say, line by line, why it is not taken. The document is then
    what could be read, for looking at alone. A text of more than LONGEST bytes is not looked at.
    """
    if len(text) > LONGEST or len(text.encode("utf-8", "surrogatepass")) > LONGEST:
        return Read(None, Document(""), (), (), {}, (_too_long(),))
    found = Gathering(zone, now)
    lines, changed = clean_lines(text)
    if changed:
        message = ngettext(
            "Control characters and signs that nobody sees are taken out of {count} line.",
            "Control characters and signs that nobody sees are taken out of {count} lines, the first of them this one.",
            len(changed),
        )
        found.remark(changed[0] + 1, message.format(count=len(changed)))
    above, *parts = _parts(lines, found)
    head = read_preamble(above.lines, found)
    for part in _once(parts, found):
        _READERS.get(part.section, _read_text)(part, found)
    document = Document(**{"title": "", "own": tuple(found.own), **found.parts})
    return Read(
        head,
        document,
        tuple(found.shown),
        tuple(found.recorded),
        found.places,
        tuple(sorted(found.problems, key=lambda one: one.line)),
        tuple(sorted(found.remarks, key=lambda one: one.line)),
    )


def _too_long() -> Problem:
    return Problem(
        1,
        _("That is longer than a review can be: {most} kB.").format(most=LONGEST // 1024),
        _("Keep logs and pictures elsewhere, and name the place."),
    )


def _parts(lines: Sequence[str], found: Gathering) -> list[_Part]:
    """The text by its headings, without help comments. The first part is what stands above them all."""
    parts = [_Part(1)]
    fence: str | None = None
    begun = 0
    for number, raw in enumerate(lines, 1):
        section = known_heading(raw)
        own = own_heading(raw) if fence is None else None
        if section is not None or own is not None:
            _check_closed(fence, begun, found)
            fence = None
            parts.append(_Part(number, section, own))
        elif fence is not None:
            parts[-1].lines.append(RawLine(number, raw, fenced=True))
            fence = None if closes(raw, fence) else fence
        elif begins_help(raw):
            _check_help(number, raw, found)
        else:
            fence, begun = opened_by(raw), number
            parts[-1].lines.append(RawLine(number, raw, opens=fence is not None))
    _check_closed(fence, begun, found)
    return parts


def _check_closed(fence: str | None, begun: int, found: Gathering) -> None:
    if fence is not None:
        found.wrong(
            begun,
            _("The block that begins with {fence} has no end.").format(fence=fence[:3]),
            _("End it with {fence} in a line of its own, or put a backslash in front of it.").format(fence=fence[:20]),
        )


def _check_help(number: int, raw: str, found: Gathering) -> None:
    if not is_help(raw):
        found.wrong(
            number,
            _("Words stand in the line of a help comment, or it is cut: {line}").format(line=excerpt(raw)),
            _("Put them into a line of their own; a help comment can be removed."),
        )


def _once(parts: Sequence[_Part], found: Gathering) -> Iterator[_Part]:
    """The parts without sections that were there before, and the places of headings."""
    unknown, begun = 0, dict[Section, int]()
    for part in parts:
        if part.section is None:
            unknown += 1
            if unknown <= _GUESSED:
                _guess(part, found)
            yield part
        elif part.section in begun:
            found.wrong(
                part.line,
                _("The section {heading} stands here twice; it began in line {line}.").format(
                    heading=names.spoken(HEADINGS[part.section]), line=begun[part.section]
                ),
                _("Put both together below one heading."),
            )
        else:
            begun[part.section] = found.places[part.section.value, ()] = part.line
            yield part


def _guess(part: _Part, found: Gathering) -> None:
    near = names.near_section(part.own or "")
    if near is not None:
        found.remark(
            part.line,
            _("{heading} is kept as a section of your own.").format(heading=excerpt(part.own or "")),
            _("Did you mean {names}?").format(names=names.spoken(HEADINGS[near])),
        )


def _read_text(part: _Part, found: Gathering) -> None:
    text, first = text_of(part.lines), first_of(part.lines)
    place = first.number if first else part.line
    if part.section is None:
        found.places["own", (len(found.own),)] = place
        found.own.append(Own(one_line(part.own or ""), text))
    else:
        found.places[part.section.value, ()] = place
        found.parts[_name(part.section)] = text


def _read_root_cause(part: _Part, found: Gathering) -> None:
    first = first_of(part.lines)
    lines = part.lines
    if first is not None and is_not_determined(0, first.raw):
        found.parts["undetermined"] = True
        lines = lines[lines.index(first) + 1 :]
        text = text_of(lines)
    else:
        text = text_of(lines, is_not_determined)
    found.parts["root_cause"] = text
    found.places[Section.ROOT_CAUSE.value, ()] = (first_of(lines) or first or RawLine(part.line, "")).number


def _read_list(part: _Part, found: Gathering) -> None:
    section = part.section or Section.LESSONS
    said: list[str] = []
    for item in items(part.lines, found):
        found.places[section.value, (len(said),)] = item.line.number
        said.append(item.text(plain(item.line, item.column, 0)))
    found.parts[_name(section)] = tuple(said)


def _name(section: Section) -> str:
    return section.value.replace("-", "_")


_READERS: dict[Section | None, Callable[[_Part, Gathering], None]] = {
    Section.TIMELINE: lambda part, found: read_timeline(part.lines, found),
    Section.FACTORS: lambda part, found: read_factors(part.lines, found),
    Section.ROOT_CAUSE: _read_root_cause,
    Section.ACTIONS: lambda part, found: read_actions(part.lines, found),
    **dict.fromkeys((Section.WENT_WELL, Section.WENT_BADLY, Section.LUCK, Section.LESSONS), _read_list),
}
