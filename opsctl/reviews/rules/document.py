"""What people write into a review: its parts, and their JSON. Pure.

Every text is stripped, has line feeds alone and no control characters, nor signs that nobody sees, and no blanks at the
end of a line; an empty one says nothing. Title, facilitator, participants, headings of one's own, and what an action
says, its owner and its query are one line with single blanks. Moments are aware UTC in whole seconds, in years that
every zone can show. Factors are nested twenty levels deep at most. `markdown.normal` brings a document into this form;
what has it, and nothing else, is written as Markdown and read again without losing a letter.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from opsctl.actions.terms import Kind
from opsctl.core.times import utc_text
from opsctl.reviews.terms import Factor as FactorKind


@dataclass(frozen=True, slots=True)
class Line:
    """A line that somebody added to the timeline; an internal one is left out for customers."""

    at: datetime
    text: str
    internal: bool = False


@dataclass(frozen=True, slots=True)
class Factor:
    """What contributed, and what lay behind it. One factor of a tree at most is the root cause (`root`)."""

    kind: FactorKind
    text: str
    root: bool = False
    behind: "tuple[Factor, ...]" = ()


@dataclass(frozen=True, slots=True)
class Planned:
    """An action that is not recorded as one yet: it becomes one once it has an owner, a deadline and a kind.

    `verify` is the evidence query as it was typed, `months` how long its evidence is watched afterwards.
    """

    text: str
    owner: str | None = None
    deadline: datetime | None = None
    kind: Kind | None = None
    verify: str | None = None
    months: int | None = None

    @property
    def is_whole(self) -> bool:
        """Whether nothing is missing that an action needs."""
        return None not in (self.owner, self.deadline, self.kind)


@dataclass(frozen=True, slots=True)
class Own:
    """A section under a heading of one's own."""

    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class Document:
    """Everything in a review that people wrote.

    `hidden` are rows of the ledger that the timeline leaves out, `notes` what is written below one, both by the row's
    number and in its order. `added` is in the order of moments. `actions` are references of recorded actions.
    """

    title: str
    held_on: datetime | None = None
    facilitator: str | None = None
    participants: tuple[str, ...] = ()
    summary: str = ""
    impact: str = ""
    added: tuple[Line, ...] = ()
    hidden: tuple[int, ...] = ()
    notes: tuple[tuple[int, str], ...] = ()
    factors: tuple[Factor, ...] = ()
    root_cause: str = ""
    undetermined: bool = False
    """It is said that the root cause could not be determined; `root_cause` then says what was tried."""
    went_well: tuple[str, ...] = ()
    went_badly: tuple[str, ...] = ()
    luck: tuple[str, ...] = ()
    detection: str = ""
    response: str = ""
    lessons: tuple[str, ...] = ()
    planned: tuple[Planned, ...] = ()
    actions: tuple[str, ...] = ()
    feedback: str = ""
    internal: str = ""
    own: tuple[Own, ...] = ()


_TEXTS = ("summary", "impact", "root_cause", "detection", "response", "feedback", "internal", "facilitator")
_LISTS = ("participants", "went_well", "went_badly", "luck", "lessons", "actions")


def path_to_root(factors: tuple[Factor, ...]) -> tuple[Factor, ...]:
    """The factors from the outermost to the one marked as the root cause: the whys; empty where none is marked."""
    for factor in factors:
        if factor.root:
            return (factor,)
        if deeper := path_to_root(factor.behind):
            return (factor, *deeper)
    return ()


def to_json(document: Document) -> dict[str, Any]:
    """The document as plain JSON, what is empty left out; its title and when it was held are columns of their own."""
    said: dict[str, Any] = {name: value for name in _TEXTS if (value := getattr(document, name))}
    said |= {name: list(value) for name in _LISTS if (value := getattr(document, name))}
    if document.added:
        said["added"] = [
            {"at": utc_text(one.at), "text": one.text, **({"internal": True} if one.internal else {})}
            for one in document.added
        ]
    if document.hidden:
        said["hidden"] = list(document.hidden)
    if document.notes:
        said["notes"] = [list(pair) for pair in document.notes]
    if document.factors:
        said["factors"] = [_factor(one) for one in document.factors]
    if document.undetermined:
        said["undetermined"] = True
    if document.planned:
        said["planned"] = [_planned(one) for one in document.planned]
    if document.own:
        said["own"] = [{"heading": one.heading, "text": one.text} for one in document.own]
    return said


def from_json(said: dict[str, Any], *, title: str, held_on: datetime | None) -> Document:
    """The document that `to_json` made that of. Raise LookupError, TypeError or ValueError for anything else."""
    plain: dict[str, Any] = {name: said[name] for name in _TEXTS if name in said}
    plain |= {name: tuple(said[name]) for name in _LISTS if name in said}
    return Document(
        title=title,
        held_on=held_on,
        **plain,
        added=tuple(
            Line(datetime.fromisoformat(one["at"]), one["text"], one.get("internal", False))
            for one in said.get("added", ())
        ),
        hidden=tuple(said.get("hidden", ())),
        notes=tuple((seq, text) for seq, text in said.get("notes", ())),
        factors=tuple(_read_factor(one) for one in said.get("factors", ())),
        undetermined=said.get("undetermined", False),
        planned=tuple(_read_planned(one) for one in said.get("planned", ())),
        own=tuple(Own(**one) for one in said.get("own", ())),
    )


def _factor(one: Factor) -> dict[str, Any]:
    said: dict[str, Any] = {"kind": one.kind.value, "text": one.text}
    if one.root:
        said["root"] = True
    if one.behind:
        said["behind"] = [_factor(each) for each in one.behind]
    return said


def _read_factor(said: dict[str, Any]) -> Factor:
    behind = tuple(_read_factor(each) for each in said.get("behind", ()))
    return Factor(FactorKind(said["kind"]), said["text"], said.get("root", False), behind)


def _planned(one: Planned) -> dict[str, Any]:
    said: dict[str, Any] = {"text": one.text, "owner": one.owner, "verify": one.verify, "months": one.months}
    said["deadline"] = None if one.deadline is None else utc_text(one.deadline)
    said["kind"] = None if one.kind is None else one.kind.value
    return {name: value for name, value in said.items() if value is not None}


def _read_planned(said: dict[str, Any]) -> Planned:
    return Planned(
        text=said["text"],
        owner=said.get("owner"),
        deadline=datetime.fromisoformat(said["deadline"]) if "deadline" in said else None,
        kind=Kind(said["kind"]) if "kind" in said else None,
        verify=said.get("verify"),
        months=said.get("months"),
    )
