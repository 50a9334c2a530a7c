"""What the use cases and queries of reviews give back beside a review."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from opsctl.actions.rules import Action
from opsctl.incidents.rules.life import Incident
from opsctl.reviews.rules import Review
from opsctl.reviews.rules.document import Document
from opsctl.reviews.rules.facts import Facts


@dataclass(frozen=True, slots=True)
class FactLine:
    """A row of the ledger as a line of the timeline: its words in one line, without its number and moment."""

    seq: int
    at: datetime
    words: str


@dataclass(frozen=True, slots=True)
class ActionLine:
    """A recorded action as a line under the heading of actions: its words in one line, without its reference."""

    reference: str
    words: str


@dataclass(frozen=True, slots=True)
class Head:
    """Which review a Markdown text is, as of which version, and in which language it was written out.

    `newest` is the newest row of the ledger that its timeline has, None where it has none; `write` fills it in.
    """

    reference: str
    version: int
    language: str
    newest: int | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, or worth a look, in line `line` (from 1) of a text, and the next step."""

    line: int
    message: str
    hint: str = ""


Places = Mapping[tuple[str, tuple[int, ...]], int]
"""In which line of a text something stands: by the section's word and the path to it, from 0.

`("summary", ())` is the first line of that text, or its heading while it is empty; `("timeline", ())` and the like, of
a list, its heading, there only if the text has one. `("went-well", (1,))` is the second item, `("factors", (0, 1))` the
second factor behind the first, `("timeline", (2,))` the third line that was added, `("notes", (1042,))` the note below
row 1042, `("actions", (0,))` the first planned action, `("own", (0,))` the first line of the first section of one's
own, `("title", ())` the title.
"""


@dataclass(frozen=True)
class Read:
    """A review read from Markdown: the document, what its fixed lines said, and what was wrong.

    `shown` are the lines of ledger rows, hidden or not, `recorded` those of recorded actions: number or reference,
    words (of a row with the moment in front; empty where the number stands alone), line. With `problems` the text is
    not taken; `remarks` say what was understood in a way that its writer should know of.
    """

    head: Head | None
    document: Document
    shown: tuple[tuple[int, str, int], ...]
    recorded: tuple[tuple[str, str, int], ...]
    places: Places
    problems: tuple[Problem, ...] = ()
    remarks: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Foreign:
    """A post-mortem of another tool, mapped: its document, the incident it names, and what was not understood."""

    document: Document
    incident: str | None
    not_understood: tuple[Problem, ...]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Saved:
    """A review that was saved, the actions that were recorded with it, and whether anything was changed."""

    review: Review
    raised: tuple[Action, ...]
    changed: bool


@dataclass(frozen=True)
class Known:
    """A review with all that the records say of it."""

    review: Review
    facts: Facts


@dataclass(frozen=True, slots=True)
class Listed:
    """The reviews of a list, how many fit in all, and by reference when each is due (None: nothing says so)."""

    reviews: tuple[Review, ...]
    total: int
    due: Mapping[str, datetime | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Uncovered:
    """An incident that was handled and no review covers: `due` is when its own is due, None for an ordinary fault."""

    incident: Incident
    resolved: datetime
    due: datetime | None
    started: str | None
    """Its review, where one is begun and was not held yet."""
