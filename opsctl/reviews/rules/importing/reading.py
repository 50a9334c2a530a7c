"""A post-mortem of another tool put together as a document. Pure."""

from dataclasses import dataclass, field
from datetime import datetime

from opsctl.core.texts import _, ngettext
from opsctl.core.times import read_zone
from opsctl.core.typed import excerpt
from opsctl.reviews.rules.document import Document, Factor, Line, Own, Planned
from opsctl.reviews.rules.importing import vocabulary
from opsctl.reviews.rules.importing.context import Context, Remarks
from opsctl.reviews.rules.importing.entries import Known, names, read_entries, with_dates
from opsctl.reviews.rules.importing.front import Front, Said, fenced, split_front
from opsctl.reviews.rules.importing.items import read_factors, read_items
from opsctl.reviews.rules.importing.outline import Meaning, Outline, Part, outline
from opsctl.reviews.rules.importing.plans import read_plans
from opsctl.reviews.rules.importing.source import Lines, Shape, blocks, joined, read_lines, verbatim
from opsctl.reviews.rules.importing.spans import report_spans
from opsctl.reviews.rules.importing.timeline import read_timeline
from opsctl.reviews.rules.importing.vocabulary import Beside
from opsctl.reviews.rules.markdown.domain import one_line
from opsctl.reviews.rules.results import Foreign, Problem
from opsctl.reviews.terms import LONGEST, Section


@dataclass(slots=True)
class _Pieces:
    """The document while it is put together."""

    texts: dict[Section, list[str]] = field(default_factory=dict)
    lists: dict[Section, list[str]] = field(default_factory=dict)
    added: list[Line] = field(default_factory=list)
    factors: list[Factor] = field(default_factory=list)
    planned: list[Planned] = field(default_factory=list)
    participants: list[str] = field(default_factory=list)
    undetermined: bool = False
    kept: dict[str, tuple[str, list[str]]] = field(default_factory=dict)
    """The sections of its own: heading and texts, by the heading in lower case."""
    inside: dict[str, tuple[str, list[str]]] = field(default_factory=dict)
    """The parts of the internal notes, likewise."""

    def text(self, section: Section, text: str) -> None:
        """Write the text below what stands in the section already."""
        if text:
            self.texts.setdefault(section, []).append(text)

    def written(self, section: Section) -> str:
        """The section's text."""
        return "\n\n".join(self.texts.get(section, ()))

    def keep(self, heading: str, text: str) -> None:
        """Keep the text under a heading of its own, below what stands there already."""
        _put(self.kept, heading, text)

    def withhold(self, heading: str, text: str) -> None:
        """Keep the text in the internal notes, under a heading there: it names persons, and is not for customers."""
        _put(self.inside, heading, text)

    def internal(self) -> str:
        """The internal notes: what the file says under that name, then what is kept there."""
        parts = (f"### {heading}\n\n" + "\n\n".join(texts) for heading, texts in self.inside.values())
        return "\n\n".join(part for part in (self.written(Section.INTERNAL), *parts) if part)


def _put(parts: dict[str, tuple[str, list[str]]], heading: str, text: str) -> None:
    if text := text.strip():
        heading = one_line(heading)
        parts.setdefault(heading.casefold(), (heading, []))[1].append(text)


_LISTS = (Section.WENT_WELL, Section.WENT_BADLY, Section.LUCK, Section.LESSONS)


def read_foreign(text: str, *, zone: str | None, now: datetime) -> Foreign:
    """As the package's `read_foreign`, of the same arguments."""
    if zone is not None:
        zone = read_zone(zone).key
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > LONGEST:
        return _refused(
            _("The file has {size} bytes, {limit} are allowed.").format(size=size, limit=LONGEST),
            _("Take logs and embedded images out, and keep them as attached files."),
        )
    lines, mended = read_lines(text)
    if not any(line.text.strip() for line in lines):
        return _refused(_("The file is empty."), _("Name a Markdown file with a post-mortem in it."))
    remarks = Remarks()
    if mended:
        remarks.add(
            mended[0],
            ngettext(
                "Signs that cannot be shown, such as control characters, are left out of {count} line.",
                "Signs that cannot be shown, such as control characters, are left out of {count} lines.",
                len(mended),
            ).format(count=len(mended)),
            _("Look at these lines: {numbers}.").format(numbers=_few(mended)),
        )
    return _read(lines, Context(now, zone), remarks)


def _refused(message: str, hint: str) -> Foreign:
    return Foreign(Document(title=""), None, (), (Problem(1, message, hint),))


def _few(numbers: tuple[int, ...]) -> str:
    shown = ", ".join(map(str, numbers[:10]))
    return shown if len(numbers) <= 10 else f"{shown} …"


def _read(lines: Lines, context: Context, remarks: Remarks) -> Foreign:
    front, rest = split_front(lines, remarks)
    parts = outline(rest)
    entries = [*(front.entries if front else ()), *parts.entries, *_as_entries(parts)]
    context = with_dates(context, entries, parts.title, remarks)
    known = read_entries(entries, parts.title, context, remarks)
    pieces = _Pieces()
    _keep_front(pieces, front, known)
    _read_title(pieces, parts, known, remarks)
    _read_preamble(pieces, parts, remarks)
    seen: dict[Meaning, int] = {}
    for part in parts.parts:
        if part.heading.meaning is not None and part.heading.meaning is not Beside.KEPT:
            _say_joined(part, seen, remarks)
        _read_part(pieces, part, known, context, remarks)
    report_spans(parts.prose, remarks)
    return Foreign(_document(pieces, known), known.incident, remarks.in_order())


def _as_entries(parts: Outline) -> list[Said]:
    """Sections that are entries: a heading `Status` with a line below it."""
    return [
        Said(
            part.heading.text,
            tuple(_entry_values(part.body)),
            part.heading.number,
            frozenset({part.heading.number}),
        )
        for part in parts.parts
        if _is_entry(part)
    ]


def _entry_values(body: Lines) -> list[str]:
    values: list[str] = []
    for block in blocks(body):
        if block.shape is Shape.LIST:
            values.extend(joined(item) for item in block.items)
        else:
            values.append(" ".join(line.text.strip() for line in block.lines))
    return [value for value in values if value]


def _is_entry(part: Part) -> bool:
    meaning = None if part.heading.meaning is not None else vocabulary.entry(part.heading.text)
    if meaning is None:
        return False
    # What is longer than a line or a list is a text of its own under that heading.
    found = blocks(part.body)
    return len(found) <= 1 and all(block.shape in (Shape.PARAGRAPH, Shape.LIST) for block in found)


def _keep_front(pieces: _Pieces, front: Front | None, known: Known) -> None:
    if front is not None:
        pieces.withhold(_("Front matter"), fenced(front, frozenset(known.mapped)))
    pieces.withhold(_("Front matter"), "\n".join(known.kept))


def _read_title(pieces: _Pieces, parts: Outline, known: Known, remarks: Remarks) -> None:
    if not known.title:
        remarks.add(1, _("The file has no title."), _("Write it in the first line: # What happened."))
    elif parts.title and parts.title_number is not None and parts.title != known.title:
        pieces.withhold(_("Front matter"), parts.title)
        remarks.add(
            parts.title_number,
            _("The file has two titles; “{title}” is kept as text.").format(title=excerpt(parts.title)),
        )


def _read_preamble(pieces: _Pieces, parts: Outline, remarks: Remarks) -> None:
    """Take what stands before the first section as the summary, where no section is one."""
    text = verbatim(parts.preamble)
    if not text:
        return
    number = next(line.number for line in parts.preamble if line.text.strip())
    if any(part.heading.meaning is Section.SUMMARY for part in parts.parts):
        pieces.keep(_("Before the first heading"), text)
        return
    pieces.text(Section.SUMMARY, text)
    if parts.parts:
        remarks.add(number, _("There is no summary; what stands before the first heading is taken as one."))
    else:
        remarks.add(
            number,
            _("There are no headings that are known; all of the text is taken as the summary."),
            _("Put headings into it: Summary, Impact, Timeline, Root cause, Action items."),
        )


def _say_joined(part: Part, seen: dict[Meaning, int], remarks: Remarks) -> None:
    first = seen.setdefault(part.heading.meaning, part.heading.number)
    if first != part.heading.number:
        remarks.add(
            part.heading.number,
            _("“{heading}” is the same section as in line {line}; both are joined.").format(
                heading=excerpt(part.heading.text), line=first
            ),
        )


def _read_part(pieces: _Pieces, part: Part, known: Known, context: Context, remarks: Remarks) -> None:
    heading = part.heading
    meaning = heading.meaning
    # What a heading says beside the section's name is part of the text.
    body = (*heading.above, *part.body) if heading.aside else part.body
    match meaning:
        case Section.TIMELINE:
            _read_timeline(pieces, part, context, remarks)
        case Section.ACTIONS:
            _read_actions(pieces, body, context, remarks)
        case Section.FACTORS:
            _read_factors(pieces, body, remarks)
        case Section.ROOT_CAUSE:
            _read_cause(pieces, body)
        case Section() if meaning in _LISTS:
            pieces.lists.setdefault(meaning, []).extend(read_items(body))
        case Section():
            pieces.text(meaning, verbatim(body))
        case Beside.PARTICIPANTS:
            pieces.participants.extend(names(read_items(body)))
        case Beside.KEPT:
            pieces.keep(heading.text, verbatim(part.body))
        case _:
            _keep_unknown(pieces, part, known, remarks)


def _keep_unknown(pieces: _Pieces, part: Part, known: Known, remarks: Remarks) -> None:
    heading = part.heading
    if heading.number in known.mapped:
        return
    text = verbatim(part.body)
    if _is_entry(part) and vocabulary.entry(heading.text) is not None and text:
        pieces.withhold(heading.text, text)
        return
    pieces.keep(heading.text, text)
    if text:
        remarks.add(
            heading.number,
            _("The heading “{heading}” is not known; what stands below it is kept under it.").format(
                heading=excerpt(heading.text)
            ),
        )
    else:
        remarks.add(
            heading.number,
            _("The heading “{heading}” is not known, and nothing of its own stands below it.").format(
                heading=excerpt(heading.text)
            ),
        )


def _read_timeline(pieces: _Pieces, part: Part, context: Context, remarks: Remarks) -> None:
    added, rest = read_timeline(part.body, part.heading, context, remarks)
    pieces.added.extend(added)
    pieces.withhold(_("Timeline (as written)"), rest)


def _read_actions(pieces: _Pieces, body: Lines, context: Context, remarks: Remarks) -> None:
    found = read_plans(body, context, remarks)
    pieces.planned.extend(found.planned)
    pieces.withhold(_("Actions done, as written"), "\n".join(found.done))
    pieces.withhold(_("Actions (as written)"), found.rest)


def _read_factors(pieces: _Pieces, body: Lines, remarks: Remarks) -> None:
    factors, left = read_factors(body)
    pieces.factors.extend(factors)
    if text := verbatim(left):
        pieces.keep(_("Contributing factors (as written)"), text)
        remarks.add(
            next(line.number for line in left if line.text.strip()),
            _("Contributing factors without a kind are kept as text."),
            _("Write the kind in front: technical, process, people, supplier or environment."),
        )


def _read_cause(pieces: _Pieces, body: Lines) -> None:
    first = next((place for place, line in enumerate(body) if line.text.strip()), None)
    if first is not None and vocabulary.is_undetermined(body[first].text.strip(" -*")):
        pieces.undetermined = True
        body = body[first + 1 :]
    pieces.text(Section.ROOT_CAUSE, verbatim(body))


def _document(pieces: _Pieces, known: Known) -> Document:
    return Document(
        title=one_line(known.title),
        held_on=known.held_on,
        facilitator=known.facilitator,
        participants=tuple(dict.fromkeys([*known.participants, *pieces.participants])),
        summary=pieces.written(Section.SUMMARY),
        impact=pieces.written(Section.IMPACT),
        added=tuple(sorted(pieces.added, key=lambda line: line.at)),
        factors=tuple(pieces.factors),
        root_cause=pieces.written(Section.ROOT_CAUSE),
        undetermined=pieces.undetermined,
        went_well=tuple(pieces.lists.get(Section.WENT_WELL, ())),
        went_badly=tuple(pieces.lists.get(Section.WENT_BADLY, ())),
        luck=tuple(pieces.lists.get(Section.LUCK, ())),
        detection=pieces.written(Section.DETECTION),
        response=pieces.written(Section.RESPONSE),
        lessons=tuple(pieces.lists.get(Section.LESSONS, ())),
        planned=tuple(pieces.planned),
        feedback=pieces.written(Section.FEEDBACK),
        internal=pieces.internal(),
        own=tuple(Own(heading, "\n\n".join(texts)) for heading, texts in pieces.kept.values()),
    )
