"""What a round and its readings are. Pure.

`sheets` reads a pasted sheet, `answers` judges what was typed for an item, `evidence` grades and flags a round.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from opsctl.core.void import Void
from opsctl.inspections.terms import Flag, Grade, Mark, Source, State
from opsctl.rulebook.rules.patrols import Checklist, Item
from opsctl.rulebook.terms import ItemType


@dataclass(frozen=True, slots=True)
class Reading:
    """One answer. `value` is a number as it was typed, a text, or the id of a choice; None of a state."""

    item: str
    mark: Mark
    value: str | None
    note: str | None
    source: Source
    file: str | None
    digest: str | None
    by: str
    at: datetime

    @property
    def number(self) -> Decimal | None:
        """The value as a number, where it is one."""
        return None if self.value is None else as_number(self.value)


@dataclass(frozen=True, slots=True)
class Flagged:
    """A flag with what it is about: items, a reference, or a length of time in words of ours."""

    flag: Flag
    about: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Round:
    """One round, with every reading it ever had, the oldest first."""

    reference: str
    checklist: str
    asset: str | None
    customer: str | None
    route: str | None
    state: State
    rules: int
    person: str
    started_at: datetime
    recorded_at: datetime
    done_at: datetime | None = None
    entered_at: datetime | None = None
    countersigned_by: str | None = None
    countersigned_at: datetime | None = None
    flags: tuple[Flagged, ...] = ()
    asked: int | None = None
    answered: str | None = None
    void: Void | None = None
    corrected_at: datetime | None = None
    readings: tuple[Reading, ...] = ()

    @property
    def current(self) -> dict[str, Reading]:
        """The reading that counts of each item, in the order of their first answers."""
        return {one.item: one for one in self.readings}

    @property
    def judged_at(self) -> datetime | None:
        """When it counts as done: when it was entered, or as claimed once another person countersigned."""
        return self.done_at if self.countersigned_by is not None else self.entered_at


@dataclass(frozen=True, slots=True)
class Answer:
    """What was typed for one item, judged: a reading without who and when, and what its action is to say."""

    item: str
    mark: Mark
    value: str | None = None
    note: str | None = None
    impact: str | None = None
    told: str | None = None
    source: Source = Source.TYPED
    file: str | None = None
    digest: str | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a sheet says. `answers` in its order; `remarks` tell what was mended; `at` is a time as it was typed."""

    answers: tuple[Answer, ...]
    remarks: tuple[str, ...] = ()
    at: str | None = None
    answered: str | None = None
    """What was read on the spot for the challenge."""


def as_number(text: str) -> Decimal | None:
    """The number that a stored value is; None where it is a word."""
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def missing(checklist: Checklist, current: Mapping[str, Reading]) -> list[Item]:
    """The mandatory items that are not answered yet, in the order of the checklist."""
    return [item for item in checklist.items if item.mandatory and item.id not in current]


def rest_ok(checklist: Checklist, named: Collection[str]) -> list[Answer]:
    """An answer "ok", by exception, for each state that people answer and nobody named."""
    return [
        Answer(item.id, Mark.OK, source=Source.EXCEPTION)
        for item in checklist.items
        if item.type is ItemType.STATE and not item.machine and item.id not in named
    ]


def said(one: Round) -> dict[str, tuple[Mark, str | None, str | None]]:
    """What a round says of each item, without who and when."""
    return {item: (each.mark, each.value, each.note) for item, each in one.current.items()}


def fields(one: Round) -> dict[str, Any]:
    """The record as the ledger digests it, its readings in their order."""
    said = {name: getattr(one, name) for name in Round.__dataclass_fields__ if name not in ("readings", "flags")}
    readings = [
        {name: value for name in Reading.__dataclass_fields__ if (value := getattr(reading, name)) is not None}
        for reading in one.readings
    ]
    flags = [{"flag": one.flag, "about": list(one.about)} for one in one.flags]
    return {**said, "flags": flags or None, "readings": readings}


def grade_of(reading: Reading, countersigned: bool) -> Grade:
    """How good the evidence of one reading is."""
    if reading.source is Source.MACHINE:
        return Grade.MACHINE
    if reading.digest is not None:
        return Grade.PHOTO
    return Grade.COUNTERSIGNED if countersigned else Grade.SELF_DECLARED
