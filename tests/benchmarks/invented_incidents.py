"""Years of invented incidents as the rules know them, each with what the ledger says of it; the same at every call."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from measure import ROOT  # noqa: F401  (it makes opsctl's own rules importable)

from opsctl.core import chain
from opsctl.core.void import Void
from opsctl.incidents.rules import life
from opsctl.incidents.rules.clocks import stamped
from opsctl.incidents.rules.life import Case, Incident, Span
from opsctl.incidents.terms import Category, Level, Response, SpanKind, State
from opsctl.rulebook.rules import Rules

_TITLES = ("login answers 502", "no answer", "slow for one region", "登录间歇性失败", "replication is behind")
_CAUSES = ("disk full", "certificate expired", "switch port down", "内存泄漏", "power supply broken")
_LEVELS = (Level.LOW, Level.MEDIUM, Level.MEDIUM, Level.HIGH)
_HOUR, _DAY, _SECOND = timedelta(hours=1), timedelta(days=1), timedelta(seconds=1)


class Event(NamedTuple):
    """One row of the ledger before it is chained: `at` is when it was recorded; facts are canonical JSON."""

    at: datetime
    happened_at: datetime
    actor: str
    kind: str
    subject: str
    about: str | None
    topic: str | None
    customer: str | None
    facts: str
    record: str | None


@dataclass(frozen=True)
class World:
    """Who and what there is: assets with their customers, and persons."""

    zone: str
    first: datetime
    last: datetime
    assets: tuple[tuple[str, str], ...]
    people: tuple[str, ...]
    unresolved: int
    """So many of the youngest were never resolved."""


Told = tuple[Incident, list[Event]]


def incidents(count: int, world: World, rules: Rules) -> Iterator[Told]:
    """`count` incidents in the order of opening, each as it is at the end, with what the ledger says of it.

    Some are void, drills, merged, reopened, corrected, paused, detected first, or entered late.
    """
    chance = random.Random(20261121)
    numbers: dict[int, int] = {}
    zone = ZoneInfo(world.zone)
    step = (world.last - world.first) / count
    stuck = set(range(count - 2 * world.unresolved, count, 2))
    before: tuple[int, Told] | None = None
    for number in range(count):
        opened = (world.first + number * step).replace(microsecond=0)
        year = opened.astimezone(zone).year
        numbers[year] = numbers.get(year, 0) + 1
        reference = f"INC-{year}-{numbers[year]:04d}"
        told = _Story(number, reference, opened, world, chance, rules).told(number in stuck)
        if before is not None and _merge(number, told, *before, world):
            told, before = _merged(told, before, rules)
        if before is not None:
            yield before[1]
        before = (number, told)
    if before is not None:
        yield before[1]


def _merge(number: int, told: Told, before: int, target: Told, world: World) -> bool:
    """Whether this one turns out to be the same fault as the one before it, both closed and plain."""
    if number % 101 or not _is_plain(number) or not _is_plain(before):
        return False
    closed = all(one.state is State.CLOSED for one in (told[0], target[0]))
    return closed and max(told[0].spans[-1].started, _closing(told[0]), _closing(target[0])) + 2 * _HOUR < world.last


def _is_plain(number: int) -> bool:
    return all(number % divisor for divisor in (89, 97, 103, 107, 109))


def _closing(incident: Incident) -> datetime:
    return incident.closed or incident.opened


def _merged(told: Told, before: tuple[int, Told], rules: Rules) -> tuple[Told, tuple[int, Told]]:
    number, (target, said) = before
    source, events = told
    at = max(_closing(source), _closing(target)) + _HOUR
    spans = [replace(one, ended=at) if one.state is State.CLOSED else one for one in source.spans]
    spans.append(Span(SpanKind.STATE, State.MERGED, at, started_entered=at))
    source = replace(
        source, state=State.MERGED, merged_into=target.reference, spans=tuple(spans), response_due=None,
        restore_due=None,
    )  # fmt: skip
    target = stamped(Case(target, (source,)), rules)
    actor = str(target.assignee)
    events = [*events, event(source, "incident.merged", at, actor, {"into": target.reference}, final=True)]
    said = [*said, event(target, "incident.merged", at, actor, {"with": [source.reference]}, final=True)]
    return (source, events), (number, (target, said))


def event(
    incident: Incident,
    kind: str,
    at: datetime,
    actor: str,
    facts: dict[str, Any],
    *,
    happened_at: datetime | None = None,
    final: bool = False,
) -> Event:
    """What the ledger says; the digest of the record is right where it is the last word (`final`)."""
    text = chain.canonical(facts)
    record = chain.record_digest(life.fields(incident)) if final else chain.digest(text)
    return Event(
        at, happened_at or at, actor, kind, incident.reference, incident.asset, None, incident.customer, text, record
    )


class _Story:
    """One incident from its opening to its end."""

    def __init__(
        self, number: int, reference: str, opened: datetime, world: World, chance: random.Random, rules: Rules
    ) -> None:
        self.number, self.reference, self.opened, self.now = number, reference, opened, world.last
        self.chance, self.rules = chance, rules
        asset, self.customer = world.assets[_of_many(chance, len(world.assets))]
        self.asset = asset
        self.person = world.people[chance.randrange(len(world.people))]
        self.other = world.people[chance.randrange(len(world.people))]
        self.recorded = opened + _DAY if number % 107 == 0 and opened + _DAY < self.now else opened
        self.acknowledged = opened + chance.randrange(30, 1800) * _SECOND
        self.restored = self.acknowledged + chance.randrange(60, 20_000) * _SECOND
        self.resolved = self.restored + chance.randrange(1, 3600) * _SECOND
        self.is_down = chance.random() < 0.5
        self.began = opened - chance.randrange(0, 900) * _SECOND
        self.states: list[tuple[State, datetime]] = [(State.OPEN, opened)]
        self.outages: list[Span] = []
        self.pause: Span | None = None

    def told(self, is_stuck: bool) -> Told:
        """The incident as it is at the end, and its rows of the ledger."""
        self._happen(is_stuck)
        incident = stamped(Case(self._incident()), self.rules)
        return incident, self._events(incident)

    def _happen(self, is_stuck: bool) -> None:
        known = self.acknowledged < self.now and not (is_stuck and self.number % 4)
        over = self.resolved < self.now and not is_stuck
        if known:
            self.states.append((State.ACKNOWLEDGED, self.acknowledged))
        if over:
            self.states.append((State.RESOLVED, self.resolved))
            if self.number % 3 and self.resolved + _DAY < self.now:
                self.states.append((State.CLOSED, self.resolved + _DAY))
        if self.is_down:
            late = self.restored + _HOUR if self.number % 131 == 0 else None
            ends = self.restored if over else None
            self.outages.append(Span(SpanKind.OUTAGE, None, self.began, ends, ended_entered=late if ends else None))
        if known and self.number % 19 == 0:
            self._wait(over)
        if self.number % 103 == 0 and self.states[-1][0] is State.CLOSED:
            again = self.states[-1][1] + _HOUR
            if again + 2 * _HOUR < self.now:
                self.states += [(State.ACKNOWLEDGED, again), (State.RESOLVED, again + 2 * _HOUR)]
                self.outages.append(Span(SpanKind.OUTAGE, None, again, again + _HOUR))

    def _wait(self, over: bool) -> None:
        """A pause: most approved, some refused, a few never decided."""
        started = self.acknowledged + 10 * _SECOND
        ended = started + (self.restored - started) / 2 if over else None
        approved = None if self.number % 9500 == 0 else self.number % 5 != 0
        decided = approved is not None and self.other != self.person
        self.pause = Span(
            SpanKind.PAUSE, None, started, None if ended is None else ended.replace(microsecond=0),
            started_entered=started, entered_by=self.person, reason="waits for the vendor", asked=self.other,
            decided_by=self.other if decided else None, decided_at=started + 5 * _SECOND if decided else None,
            approved=approved if decided else None,
        )  # fmt: skip

    def _spans(self) -> tuple[Span, ...]:
        ends = [*(start for _state, start in self.states[1:]), None]
        spans = []
        for (state, start), end in zip(self.states, ends, strict=True):
            how = by = entered = None
            if state is State.ACKNOWLEDGED:
                how, by, entered = Response.PERSON, self.person, start
            spans.append(Span(SpanKind.STATE, state, start, end, started_entered=entered, response=how, entered_by=by))
        pauses = [self.pause] if self.pause is not None else []
        return (*spans, *self.outages, *pauses)

    def _incident(self) -> Incident:
        over = self.states[-1][0] in (State.RESOLVED, State.CLOSED)
        number, chance = self.number, self.chance
        impact, urgency = chance.choice(_LEVELS), chance.choice(_LEVELS)
        corrected = self.opened + 2 * _DAY if number % 109 == 0 and self.opened + 2 * _DAY < self.now else None
        return Incident(
            reference=self.reference,
            title=f"{chance.choice(_TITLES)} {number % 997}",
            asset=self.asset,
            impact=impact,
            urgency=urgency,
            state=self.states[-1][0],
            impact_start=self.began if self.is_down else None,
            detected=self.opened - 60 * _SECOND if number % 113 == 0 else None,
            opened=self.opened,
            cause=chance.choice(_CAUSES) if over else None,
            handling="replaced and watched" if over else None,
            result="works again" if over else None,
            entered_at=None,
            recorded_at=self.recorded,
            source=None,
            source_key=None,
            source_digest=None,
            spans=self._spans(),
            customer=self.customer,
            category=Category.SECURITY if number % 127 == 0 else Category.FAULT,
            severity=self.rules.severity_of(impact, urgency),
            rules=self.rules.generation,
            assignee=self.person if len(self.states) > 1 else None,
            drill=number % 97 == 0,
            void=Void.TEST if number % 89 == 0 and over else None,
            corrected_at=corrected,
        )

    def _events(self, last: Incident) -> list[Event]:
        begun = replace(last, state=State.OPEN, spans=last.spans[:1], cause=None, handling=None, result=None)
        rows: list[tuple[str, datetime, dict[str, Any]]] = [("incident.opened", self.recorded, life.fields(begun))]
        rows += [(_KINDS[state], max(at, self.recorded), {"at": at}) for state, at in self.states[1:]]
        rows += [
            ("incident.restored", max(span.ended, self.recorded), {"at": span.ended})
            for span in self.outages
            if span.ended is not None
        ]
        if self.pause is not None:
            rows.append(("incident.paused", max(self.pause.started, self.recorded), {"reason": self.pause.reason}))
        if len(self.states) > 2 and self.number % 9 < 7:
            said = {"text": "the vendor was called"}
            rows.append(("incident.noted", max(self.acknowledged + 20 * _SECOND, self.recorded), said))
        if last.corrected_at is not None:
            rows.append(("incident.corrected", max(last.corrected_at, rows[-1][1]), {"reason": "typing"}))
        if last.void is not None:
            at = min(max(row[1] for row in rows) + _HOUR, self.now)
            rows.append(("incident.voided", at, {"because": str(last.void)}))
        rows.sort(key=lambda row: row[1])
        newest = len(rows) - 1
        return [
            event(last, kind, at, self.person, facts, final=place == newest)
            for place, (kind, at, facts) in enumerate(rows)
        ]


_KINDS = {
    State.ACKNOWLEDGED: "incident.acknowledged",
    State.RESOLVED: "incident.resolved",
    State.CLOSED: "incident.closed",
}


def _of_many(chance: random.Random, count: int) -> int:
    """Half of all trouble comes from a tenth of the assets."""
    return chance.randrange(max(1, count // 10)) if chance.random() < 0.5 else chance.randrange(count)

