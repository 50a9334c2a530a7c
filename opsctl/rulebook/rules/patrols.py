"""What a rulebook says of checklists, routes, duties and the deadlines of actions. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from opsctl.core.ranges import Range
from opsctl.rulebook.rules import Rules, Words
from opsctl.rulebook.terms import ChecklistKind, ItemType


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer of an item of type `choice`, and what it says of the item: `ok`, `warn` or `fail`."""

    id: str
    title: Words
    state: str = "ok"


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a checklist.

    `warn` and `critical` judge a number; outside of `possible` it cannot be. `steady` says that a reading may be the
    same every time; `machine` that a check fills it and nobody is asked. Not `mandatory`, it may be left out.
    """

    id: str
    title: Words
    type: ItemType
    group: Words | None = None
    mandatory: bool = True
    machine: bool = False
    unit: str | None = None
    warn: Range | None = None
    critical: Range | None = None
    possible: Range | None = None
    steady: bool = False
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class Challenge:
    """Something to read on the spot, such as a serial number; without an `answer` nobody can judge it."""

    ask: Words
    answer: str | None = None


@dataclass(frozen=True, slots=True)
class Checklist:
    """A form to walk with. `takes` is how long a round takes at least, where the book says so."""

    name: str
    title: Words
    kind: ChecklistKind
    items: tuple[Item, ...]
    challenges: tuple[Challenge, ...] = ()
    takes: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """Assets to be walked in that order, each by the same checklist."""

    name: str
    title: Words
    checklist: str
    assets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Matching:
    """Which assets a duty is about: those that fit in everything that is said."""

    kind: str | None = None
    criticality: str | None = None
    classification: str | None = None
    customer: str | None = None
    handles: tuple[str, ...] = ()
    route: str | None = None


@dataclass(frozen=True, slots=True)
class Duty:
    """What must be done again and again, and which record shows that it was.

    Either `schedule`, a cron line or an RRULE (with `at`, minutes from midnight, where it names no hour), in `zone`
    since `start`; or `every`, counted from when it was last done. `assets` None: it is about no asset. `owner` is
    `role:…`, `post:…`, `person:…` or `asset-owner`. `grace` None is a tenth of the interval to the next occurrence.
    """

    name: str
    title: Words | None
    clause: str | None
    schedule: str | None
    at: int | None
    every: timedelta | None
    zone: str
    start: date | None
    owner: str
    assets: Matching | None
    kind: str
    """The kind of ledger row that meets it: `inspection.completed`."""
    topic: str | None
    """The checklist, policy or template that the row must be about."""
    early: timedelta
    grace: timedelta | None


@dataclass(frozen=True, slots=True)
class Patrols:
    """Checklists, routes and duties in force, each made when it is first asked for."""

    checklists: Mapping[str, Checklist]
    routes: Mapping[str, Route]
    duties: Mapping[str, Duty]
    fail_within: timedelta
    """The deadline of an action from what failed, and below from what was only a warning."""
    warn_within: timedelta


def patrols_of(rules: Rules) -> Patrols:
    """The checklists, routes and duties that the rules say; nothing is read that is not asked for."""
    raise LookupError(rules.generation)
