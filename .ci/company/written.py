"""What a review is made of, as people wrote it: the words of the tables `analyses_…` and `gatherings`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

TECHNICAL, PROCESS, PEOPLE, SUPPLIER, ENVIRONMENT = "technical", "process", "people", "supplier", "environment"
PREVENT, DETECT, MITIGATE = "prevent", "detect", "mitigate"


@dataclass(frozen=True)
class Todo:
    """An action that is decided: `done` is when and with which result, `checked` when and by whom it is verified.

    Without `checked` a record verifies it, by the query `verify`, or nobody has yet. `again` is what becomes of it
    later: when, by whom, the verb of an action, and what they say.
    """

    text: str
    owner: str
    deadline: str
    kind: str
    done: tuple[str, str] | None = None
    checked: tuple[str, str] | None = None
    verify: str | None = None
    months: int | None = None
    again: tuple[tuple[str, str, str, Mapping[str, Any]], ...] = ()


@dataclass(frozen=True)
class Written:
    """One review: `about` are assets with the day on which their incidents were opened, or a period, or a meeting's.

    `entered` is when its text was saved; a few minutes later it is submitted by who began it, if it is. `approved` is
    when and by whom, `closed` when. `first` is what was saved before, as a beginning. `notes` stand below the first row
    of that kind, `hidden` are the kinds of rows that say nothing here. `more` is what else happened.
    """

    about: tuple[str, ...]
    title: str
    by: str
    started: str
    held: str
    facilitator: str
    participants: tuple[str, ...]
    text: Mapping[str, Any]
    todo: tuple[Todo, ...] = ()
    entered: str = ""
    submitted: bool = True
    approved: tuple[str, str] | None = None
    closed: str = ""
    first: Mapping[str, Any] | None = None
    notes: tuple[tuple[str, str], ...] = ()
    hidden: tuple[str, ...] = ()
    more: tuple[tuple[str, str, str, Mapping[str, Any]], ...] = ()
    without_actions: str | None = None


def factor(kind: str, text: str, *behind: dict[str, Any], root: bool = False) -> dict[str, Any]:
    """What contributed, and what lay behind it."""
    said: dict[str, Any] = {"kind": kind, "text": text}
    return said | ({"root": True} if root else {}) | ({"behind": list(behind)} if behind else {})
