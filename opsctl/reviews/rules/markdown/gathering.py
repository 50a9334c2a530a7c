"""What is found while a text is read: its parts, what was wrong, and where everything stands."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from opsctl.core.errors import InvalidInput
from opsctl.core.texts import _
from opsctl.reviews.rules.document import Own
from opsctl.reviews.rules.markdown import names
from opsctl.reviews.rules.markdown.domain import tidy
from opsctl.reviews.rules.markdown.escaping import RawLine, Special, never, plain
from opsctl.reviews.rules.markdown.moments import read_at
from opsctl.reviews.rules.results import Problem


@dataclass
class Gathering:
    """The parts of a document by their names, and all that is said beside it."""

    zone: str
    now: datetime
    parts: dict[str, Any] = field(default_factory=dict)
    own: list[Own] = field(default_factory=list)
    shown: list[tuple[int, str, int]] = field(default_factory=list)
    recorded: list[tuple[str, str, int]] = field(default_factory=list)
    places: dict[tuple[str, tuple[int, ...]], int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    remarks: list[Problem] = field(default_factory=list)

    def wrong(self, line: int, message: str, hint: str = "") -> None:
        """Say what keeps the text from being taken."""
        self.problems.append(Problem(line, message, hint))

    def remark(self, line: int, message: str, hint: str = "") -> None:
        """Say how something was understood."""
        self.remarks.append(Problem(line, message, hint))

    def moment(self, line: int, text: str, read: Callable[..., datetime]) -> datetime | None:
        """The moment that `read` finds in the text; None, having said so, where there is none."""
        try:
            return read(text, zone=self.zone, now=self.now)
        except InvalidInput as error:
            self.wrong(line, error.message, error.hint)
            return None

    def zone_time(self, text: str) -> datetime | None:
        """The moment that clocks in the zone showed that time; None where they never did, or twice."""
        try:
            return read_at(text, zone=self.zone, now=self.now)
        except InvalidInput:
            return None


@dataclass
class Item:
    """A line that begins with a bullet, and those that belong to it. `column` is where its words begin."""

    line: RawLine
    indent: int
    column: int
    below: list[RawLine] = field(default_factory=list)

    @property
    def first(self) -> str:
        """Its words, as they stand behind the bullet."""
        return self.line.raw[self.column :]

    def text(self, first: str, special: Special = never) -> str:
        """Everything it says: what its first line was found to mean, and the lines below it."""
        return tidy([first, *(plain(line, self.start(line), place, special) for place, line in self.rest())])

    def rest(self) -> Iterator[tuple[int, RawLine]]:
        """The lines below it, each with its place from 1."""
        return enumerate(self.below, 1)

    def start(self, line: RawLine) -> int:
        """The column where the words of a line below it begin."""
        before = line.raw[: self.column]
        if not before.strip():
            return len(before)
        return len(line.raw) - len(line.raw.lstrip())


def text_of(lines: Sequence[RawLine], special: Special = never) -> str:
    """What free lines say."""
    said: list[str] = []
    for line in lines:
        content = plain(line, 0, len(said), special)
        if content.strip() or said:
            said.append(content)
    return tidy(said)


def first_of(lines: Sequence[RawLine]) -> RawLine | None:
    """The first line that says something."""
    return next((line for line in lines if line.raw), None)


def items(lines: Sequence[RawLine], found: Gathering, *, nested: bool = False, notes: bool = False) -> list[Item]:
    """The items of a list; a line that belongs to none is a problem.

    Not `nested`, a bullet further in belongs to the words of the item above it; with `notes` so does a line with `>`.
    """
    listed: list[Item] = []
    for line in lines:
        bullet = None if line.fenced or (nested and line.opens) else names.BULLET.fullmatch(line.raw)
        if bullet and (nested or len(bullet[1]) < 2):
            indent = len(bullet[1])
            listed.append(Item(line, indent, indent + 1 + len(bullet[2] or " ")))
        elif listed and (_is_below(line) or (notes and names.NOTE.match(line.raw))):
            listed[-1].below.append(line)
        elif line.raw and not line.fenced:
            found.wrong(
                line.number,
                _("This line begins no item."),
                _("Begin it with '- ', or with two blanks where it belongs to the line above."),
            )
    return [one for one in listed if _says_something(one, found)]


def _is_below(line: RawLine) -> bool:
    return not line.raw or line.raw[0].isspace() or line.fenced or line.opens


def _says_something(item: Item, found: Gathering) -> bool:
    if item.first or first_of(item.below):
        return True
    found.remark(item.line.number, _("An item that says nothing is left out."))
    return False
