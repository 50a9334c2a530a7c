"""What a review is made of when it is given away: the same blocks for every format, each writer draws them its way."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from opsctl.reviews.terms import Audience


@dataclass(frozen=True, slots=True)
class Heading:
    """The heading of a section (2) or of a part of one (3)."""

    text: str
    level: int = 2


@dataclass(frozen=True, slots=True)
class Notice:
    """What is to be known before anything else is read."""

    text: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of ours."""

    text: str


@dataclass(frozen=True, slots=True)
class Pairs:
    """Names and values, one a line."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Prose:
    """What people wrote, as Markdown."""

    text: str


@dataclass(frozen=True, slots=True)
class Grid:
    """A table. Cells are plain text."""

    titles: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Items:
    """A list of what people wrote, each as Markdown."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Node:
    """A factor: `mark` is said of the root cause, `text` is Markdown."""

    kind: str
    text: str
    mark: str = ""
    behind: "tuple[Node, ...]" = ()


@dataclass(frozen=True, slots=True)
class Tree:
    """Factors and what lay behind each."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Whys:
    """The path to the root cause, numbered: each is why the one before could be."""

    steps: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Moment:
    """A line of the timeline. `words` are plain of a row of the ledger, Markdown of a line that was `added`.

    `marks` are remarks with their sign, `note` the annotation below as Markdown, `source` who and which row.
    """

    at: str
    words: str
    added: bool = False
    marks: tuple[str, ...] = ()
    note: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Course:
    """The timeline as a list."""

    moments: tuple[Moment, ...]


class Pattern(StrEnum):
    """How a bar is filled, so that it can be told from others without colour."""

    OUTAGE = "outage"
    IMPACT = "impact"
    PAUSE = "pause"
    INCIDENT = "incident"


@dataclass(frozen=True, slots=True)
class Bar:
    """What lasted, from `start` to `end`, aware UTC; `open_ended`: it lasts beyond."""

    start: datetime
    end: datetime
    words: str
    pattern: Pattern
    open_ended: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """What happened at an instant, aware UTC."""

    at: datetime
    words: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """The course of things on an axis of time, drawn in `zone`."""

    title: str
    description: str
    bars: tuple[Bar, ...]
    marks: tuple[Mark, ...]
    zone: str


Block = Heading | Notice | Sentence | Pairs | Prose | Grid | Items | Tree | Whys | Course | Drawing


@dataclass(frozen=True, slots=True)
class Export:
    """A review ready to be written. `stamp` stands on every page of one that is not approved, `foot` on each at all."""

    title: str
    reference: str
    stamp: str
    foot: str
    audience: Audience
    made: datetime
    blocks: tuple[Block, ...]
