"""A review as Markdown, for the editor of a person."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from opsctl.core.texts import _
from opsctl.reviews.rules.document import Document, Factor, Line, Planned
from opsctl.reviews.rules.markdown import names
from opsctl.reviews.rules.markdown.domain import normal, one_line
from opsctl.reviews.rules.markdown.escaping import protected, write_heading
from opsctl.reviews.rules.markdown.moments import written, written_deadline
from opsctl.reviews.rules.results import ActionLine, FactLine, Head
from opsctl.reviews.terms import FACTORS, HEADINGS, NOT_DETERMINED, Heading, Section


def write(
    document: Document,
    head: Head,
    *,
    lines: Sequence[FactLine],
    actions: Sequence[ActionLine],
    zone: str,
    help: bool = True,
    hints: Mapping[Section, Sequence[str]] | None = None,
) -> str:
    """The document as Markdown in the language of `head`, with times in `zone`; `read` gives it back to the letter.

    `lines` are the rows of the ledger on its timeline and `actions` the recorded actions that belong to it: both in
    one line each. The first line says which review it is, and the newest of the rows, so that rows which come while
    somebody writes are not taken for left out. `help` adds a comment below each heading, and one
    for each of the `hints`, which are what the records say of it.
    """
    return "\n".join(_Writer(normal(document), head, lines, actions, zone, help, hints or {}).lines()) + "\n"


class _Writer:
    def __init__(
        self,
        document: Document,
        head: Head,
        rows: Sequence[FactLine],
        actions: Sequence[ActionLine],
        zone: str,
        help: bool,
        hints: Mapping[Section, Sequence[str]],
    ) -> None:
        self.document, self.head, self.rows, self.actions = document, head, rows, actions
        self.zone, self.help, self.hints = zone, help, hints
        self.colon, self.comma = ("：", "、") if head.language == "zh_CN" else (": ", ", ")

    def lines(self) -> Iterator[str]:
        document = self.document
        yield f"<!-- opsctl {self.head.reference} version {self.head.version} {self.head.language}{self._newest()} -->"
        yield ""
        yield f"# {document.title}".rstrip()
        yield ""
        held = None if document.held_on is None else self._moment(document.held_on, seconds=False)
        yield self._field("- ", names.HELD_ON, held)
        yield self._field("- ", names.FACILITATOR, document.facilitator)
        yield self._field("- ", names.PARTICIPANTS, self.comma.join(map(_participant, document.participants)))
        for section in Section:
            heading = f"## {self._word(HEADINGS[section])}"
            yield from self._section(heading, self._within(section), self._comments(section))
        for own in document.own:
            yield from self._section(write_heading(own.heading), protected(own.text) if own.text else [])

    def _comments(self, section: Section) -> list[str]:
        said = [*_help(section), *(one_line(hint).replace("-->", "→") for hint in self.hints.get(section, ()))]
        return [f"<!-- opsctl: {line} -->" for line in said] if self.help else []

    def _section(self, heading: str, content: Sequence[str], comments: Sequence[str] = ()) -> Iterator[str]:
        yield ""
        yield heading
        yield from comments
        if content:
            yield ""
            yield from content

    def _within(self, section: Section) -> list[str]:
        document = self.document
        match section:
            case Section.TIMELINE:
                return list(self._timeline())
            case Section.FACTORS:
                return [line for one in document.factors for line in self._factor(one, 0)]
            case Section.ROOT_CAUSE:
                return self._root_cause()
            case Section.ACTIONS:
                return list(self._actions())
        said = getattr(document, section.value.replace("-", "_"))
        if isinstance(said, str):
            return protected(said) if said else []
        return [line for item in said for line in protected(item, "- ", "  ")]

    def _timeline(self) -> Iterator[str]:
        hidden, notes = set(self.document.hidden), dict(self.document.notes)
        placed: list[tuple[datetime, list[str]]] = []
        for row in self.rows:
            line = f"- [{' ' if row.seq in hidden else 'x'}] {self._moment(row.at)} {one_line(row.words)}".rstrip()
            placed.append((row.at, [f"{line} #{row.seq}", *_note(notes.get(row.seq))]))
        placed += [(line.at, self._added(line)) for line in self.document.added]
        for _at, content in sorted(placed, key=lambda one: one[0]):
            yield from content
        # What is said of rows that are no longer on this timeline is kept, too.
        for seq in sorted((hidden | notes.keys()) - {row.seq for row in self.rows}):
            yield f"- [{' ' if seq in hidden else 'x'}] #{seq}"
            yield from _note(notes.get(seq))

    def _added(self, line: Line) -> list[str]:
        first = f"- [x] {self._moment(line.at)} "
        if line.internal:
            first += self._word(names.INTERNAL) + ("" if self.head.language == "zh_CN" else " ")

        def is_special(place: int, content: str) -> bool:
            return place == 0 and names.IS_INTERNAL.match(content) is not None

        content = protected(line.text, first, "  ", is_special)
        return [names.SLASHED_ROW.sub(r"\1\\", content[0]), *content[1:]]

    def _factor(self, factor: Factor, level: int) -> Iterator[str]:
        words = [self._word(FACTORS[factor.kind])] + [self._word(names.ROOT)] * factor.root
        indent = "  " * level
        marks = ("，" if self.head.language == "zh_CN" else ", ").join(words)
        yield from protected(factor.text, f"{indent}- [{marks}] ", f"{indent}  ", is_bullet)
        for one in factor.behind:
            yield from self._factor(one, level + 1)

    def _root_cause(self) -> list[str]:
        text = self.document.root_cause
        if not self.document.undetermined:
            return protected(text, special=is_not_determined) if text else []
        return [self._word(NOT_DETERMINED), *(["", *protected(text)] if text else [])]

    def _actions(self) -> Iterator[str]:
        words = {one.reference: one_line(one.words) for one in self.actions}
        for reference in self.document.actions:
            yield f"- {reference} {words.pop(reference, '')}".rstrip()
        for reference, said in words.items():
            yield f"<!-- opsctl: {reference} {said.replace('-->', '-- >')} -->"
        for planned in self.document.planned:
            yield from self._planned(planned)

    def _planned(self, planned: Planned) -> Iterator[str]:
        yield from protected(planned.text, "- [ ] ", special=is_reference)
        deadline = None if planned.deadline is None else written_deadline(planned.deadline, self.zone)
        kind = None if planned.kind is None else self._word(names.KINDS[planned.kind])
        months = None if planned.months is None else str(planned.months)
        for key, value in (
            (names.OWNER, planned.owner),
            (names.DEADLINE, deadline),
            (names.KIND, kind),
            (names.VERIFY, planned.verify),
            (names.MONTHS, months),
        ):
            if value is not None:
                yield self._field("  - ", key, value)

    def _field(self, before: str, key: Heading, value: str | None) -> str:
        return f"{before}{self._word(key)}{self.colon}{value or ''}".rstrip()

    def _moment(self, moment: datetime, *, seconds: bool = True) -> str:
        return written(moment, self.zone, seconds=seconds)

    def _word(self, heading: Heading) -> str:
        return names.spoken(heading, self.head.language)

    def _newest(self) -> str:
        return f" #{max(row.seq for row in self.rows)}" if self.rows else ""


def is_bullet(place: int, content: str) -> bool:
    """Whether a line below a factor would be the factor behind it."""
    return place > 0 and names.BULLET.fullmatch(content) is not None


def is_not_determined(place: int, content: str) -> bool:
    """Whether the first line of a root cause says that there is none."""
    return place == 0 and names.says_not_determined(content)


def is_reference(place: int, content: str) -> bool:
    """Whether the first line of an action names a recorded one."""
    return place == 0 and names.REFERENCE.match(content) is not None


def _note(text: str | None) -> Iterable[str]:
    return [f"  > {line}".rstrip() for line in text.split("\n")] if text else []


def _participant(name: str) -> str:
    """The name with a backslash before a comma, and before a backslash that would be taken for such a one."""
    return re.sub(rf"[{names.SEPARATORS}]|\\(?=[\\{names.SEPARATORS}]|$)", r"\\\g<0>", name)


def _help(section: Section) -> list[str]:
    """What belongs below a heading, in the reader's language, in lines that fit a terminal."""
    return [_said(section), *_more(section)]


def _said(section: Section) -> str:
    return {
        Section.SUMMARY: _("what happened, in two or three sentences that anybody understands"),
        Section.IMPACT: _("who could not do what, for how long"),
        Section.TIMELINE: _(
            "[x] is shown, [ ] hidden; below a line: '  > a note'; a line of yours: - 2026-10-12 03:02 what happened"
        ),
        Section.FACTORS: _("one a line: - [kind] what contributed; what lay behind it below, two blanks further in"),
        Section.ROOT_CAUSE: _("or the words 'Not determined' on the first line, and below them what was tried"),
        Section.WENT_WELL: _("one a line: - what helped"),
        Section.WENT_BADLY: _("one a line: - what made it worse"),
        Section.LUCK: _("one a line: - what could have gone worse"),
        Section.DETECTION: _("how it was noticed, and what would have noticed it sooner"),
        Section.RESPONSE: _("how it was handled, and what would have ended it sooner"),
        Section.LESSONS: _("one a line: - what others should know"),
        Section.ACTIONS: _(
            "- [ ] what to do; below it, indented: - owner: … - deadline: … - kind: … - verify: … - months: …"
        ),
        Section.FEEDBACK: _("what customers and users said"),
        Section.INTERNAL: _("left out of what customers get"),
    }[section]


def _more(section: Section) -> list[str]:
    match section:
        case Section.TIMELINE:
            told = _("a line that customers do not get: - 2026-10-12 03:02 {internal} what happened")
            return [told.format(internal=names.spoken(names.INTERNAL))]
        case Section.FACTORS:
            told = _("kinds: {kinds}; of one factor: [kind, {root}]")
            return [told.format(kinds=names.listed(FACTORS.values()), root=names.spoken(names.ROOT))]
        case Section.ACTIONS:
            return [_("kinds: {kinds}").format(kinds=names.listed(names.KINDS.values()))]
    return []
