"""What a rulebook says of checklists, routes, duties and the deadlines of actions. Pure."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any, TypeVar

from opsctl.core.ranges import Range, read_range
from opsctl.rulebook.rules import Rules, Words
from opsctl.rulebook.rules.derived import duties_of
from opsctl.rulebook.terms import BY_CHECKLIST, FAIL_WITHIN, WARN_WITHIN, ChecklistKind, ItemType

T = TypeVar("T")
_TABLES = ("checklists", "routes", "duties", "backups", "actions")


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
    """Checklists, routes and duties in force, each made when it is first asked for.

    Among the duties are those that follow from policies of backups.
    """

    checklists: Mapping[str, Checklist]
    routes: Mapping[str, Route]
    duties: Mapping[str, Duty]
    fail_within: timedelta
    """The deadline of an action from what failed, and below from what was only a warning."""
    warn_within: timedelta


def patrols_of(rules: Rules) -> Patrols:
    """The checklists, routes and duties that the rules say; nothing is read that is not asked for."""
    checklists, routes, duties, backups, actions = (rules.patrols.get(table, {}) for table in _TABLES)
    return Patrols(
        checklists=Made(checklists, _checklist),
        routes=Made(routes, _route),
        duties=Made({**duties, **duties_of(backups)}, partial(_duty, routes)),
        fail_within=_length(actions.get("fail")) or FAIL_WITHIN,
        warn_within=_length(actions.get("warn")) or WARN_WITHIN,
    )


class Made(Mapping[str, T]):
    """What stands under the names of a table, each made when it is first asked for."""

    def __init__(self, said: Mapping[str, Any], make: Callable[[str, Mapping[str, Any]], T]) -> None:
        self._said = said
        self._make = make
        self._made: dict[str, T] = {}

    def __getitem__(self, name: str) -> T:
        if name not in self._made:
            self._made[name] = self._make(name, self._said[name])
        return self._made[name]

    def __contains__(self, name: object) -> bool:
        return name in self._said

    def __iter__(self) -> Iterator[str]:
        return iter(self._said)

    def __len__(self) -> int:
        return len(self._said)


def _checklist(name: str, said: Mapping[str, Any]) -> Checklist:
    return Checklist(
        name=name,
        title=Words(**said["title"]),
        kind=ChecklistKind(said["kind"]),
        items=tuple(map(_item, said["items"])),
        challenges=tuple(Challenge(Words(**one["ask"]), one.get("answer")) for one in said.get("challenge", ())),
        takes=_length(said.get("takes")),
    )


def _item(said: Mapping[str, Any]) -> Item:
    return Item(
        id=said["id"],
        title=Words(**said["title"]),
        type=ItemType(said["type"]),
        group=_words(said.get("group")),
        mandatory=said.get("mandatory", True),
        machine="filled_by" in said,
        unit=said.get("unit"),
        warn=_range(said.get("warn")),
        critical=_range(said.get("critical")),
        possible=_range(said.get("possible")),
        steady=said.get("steady", False),
        choices=tuple(Choice(one["id"], Words(**one["title"]), one["state"]) for one in said.get("choices", ())),
    )


def _route(name: str, said: Mapping[str, Any]) -> Route:
    return Route(name, Words(**said["title"]), said["checklist"], tuple(said["assets"]))


def _duty(routes: Mapping[str, Any], name: str, said: Mapping[str, Any]) -> Duty:
    assets, evidence = said.get("assets"), said["evidence"]
    # A round over a route is by the route's checklist, and the duty need not say so again.
    walked = routes.get((assets or {}).get("route", ""), {}).get("checklist")
    topics = [evidence.get(name) for name in ("checklist", "policy", "topic")]
    if evidence["kind"] == BY_CHECKLIST:
        topics.append(walked)
    return Duty(
        name=name,
        title=_words(said.get("title")),
        clause=said.get("clause"),
        schedule=said.get("schedule"),
        at=said.get("at"),
        every=_length(said.get("every")),
        zone=said["zone"],
        start=date.fromisoformat(said["start"]) if "start" in said else None,
        owner=said["owner"],
        assets=None if assets is None else Matching(**{**assets, "handles": tuple(assets.get("handles", ()))}),
        kind=evidence["kind"],
        topic=next((topic for topic in topics if topic is not None), None),
        early=_length(said.get("early")) or timedelta(0),
        grace=_length(said.get("grace")),
    )


def _words(said: Mapping[str, str] | None) -> Words | None:
    return None if said is None else Words(**said)


def _range(written: str | None) -> Range | None:
    return None if written is None else read_range(written)


def _length(seconds: int | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)
