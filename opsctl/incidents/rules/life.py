"""An incident as it is recorded, and the case that clocks and figures judge. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from operator import attrgetter
from typing import Any

from opsctl.core.intervals import Interval, subtract
from opsctl.core.times import utc_text
from opsctl.core.void import Void
from opsctl.incidents.terms import LATE_ENTRY, UNRESOLVED, Category, Flag, Level, Response, SpanKind, State

FULL = 1000
_SPAN_EXTRAS = ("response", "entered_by", "reason", "asked", "decided_by", "approved")
_SPAN_MOMENTS = ("started_entered", "ended_entered", "decided_at")


@dataclass(frozen=True, slots=True)
class Span:
    """A state, outage, impact or pause from `started` to `ended` (None: it still lasts), aware UTC, half open.

    `weight` is the share that is lost, in thousandths. `started_entered` and `ended_entered` say when the two were
    typed in, None where that is not known or another tool's own word. `response` is how an acknowledgement came about,
    `entered_by` who acknowledged or paused; `decided_by` approved or refused the pause, or countersigned.
    """

    kind: SpanKind
    state: State | None
    started: datetime
    ended: datetime | None = None
    weight: int = FULL
    started_entered: datetime | None = None
    ended_entered: datetime | None = None
    response: Response | None = None
    entered_by: str | None = None
    reason: str | None = None
    asked: str | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    approved: bool | None = None

    @property
    def judged(self) -> datetime:
        """When an acknowledgement counts: when it was typed in, unless somebody else countersigned its time."""
        if self.approved or self.started_entered is None:
            return self.started
        return max(self.started, self.started_entered)


@dataclass(frozen=True, slots=True)
class Incident:
    """An incident with its spans in the order of the record. Times are aware UTC, None where not known.

    `rules` is the generation of the rulebook it is judged by; the two dues follow from it and are kept for quick lists.
    """

    reference: str
    title: str
    asset: str | None
    impact: Level
    urgency: Level
    state: State
    impact_start: datetime | None
    detected: datetime | None
    opened: datetime
    cause: str | None
    handling: str | None
    result: str | None
    entered_at: datetime | None
    recorded_at: datetime
    source: str | None
    source_key: str | None
    source_digest: str | None
    spans: tuple[Span, ...]
    customer: str | None = None
    category: Category = Category.FAULT
    severity: int | None = None
    rules: int | None = None
    assignee: str | None = None
    escalated_to: str | None = None
    drill: bool = False
    void: Void | None = None
    merged_into: str | None = None
    told: datetime | None = None
    plan: str | None = None
    plan_started: datetime | None = None
    exemption: str | None = None
    corrected_at: datetime | None = None
    response_due: datetime | None = None
    restore_due: datetime | None = None

    def entered_state(self, state: State) -> datetime | None:
        """When the incident last came into that state; None if it never did."""
        return next((span.started for span in reversed(self.spans) if span.state is state), None)

    @property
    def acknowledgement(self) -> Span | None:
        """The first acknowledgement; a later one never replaces it."""
        return next((span for span in self.spans if span.state is State.ACKNOWLEDGED), None)

    @property
    def acknowledged(self) -> datetime | None:
        """When it was first acknowledged, as claimed."""
        span = self.acknowledgement
        return None if span is None else span.started

    @property
    def mitigated(self) -> datetime | None:
        """When it was first mitigated."""
        return next((span.started for span in self.spans if span.state is State.MITIGATED), None)

    @property
    def resolved(self) -> datetime | None:
        """The final resolution; None while it is unresolved. A merged incident has that of before the merging."""
        if self.state in UNRESOLVED:
            return None
        states = [span for span in self.spans if span.kind is SpanKind.STATE and span.state is not State.MERGED]
        if self.state is State.MERGED and states and states[-1].state in UNRESOLVED:
            return None
        return self.entered_state(State.RESOLVED)

    @property
    def closed(self) -> datetime | None:
        """When it was closed; None where it was opened again since."""
        return self.entered_state(State.CLOSED) if self.state is State.CLOSED else None

    @property
    def impacts(self) -> tuple[Span, ...]:
        """The outages and impacts, in order."""
        return tuple(span for span in self.spans if span.kind in (SpanKind.OUTAGE, SpanKind.IMPACT))

    @property
    def outages(self) -> tuple[Span, ...]:
        """The outages, in order."""
        return tuple(span for span in self.spans if span.kind is SpanKind.OUTAGE)

    @property
    def pauses(self) -> tuple[Span, ...]:
        """The pauses, in order; the first is number 1."""
        return tuple(span for span in self.spans if span.kind is SpanKind.PAUSE)

    @property
    def reopenings(self) -> tuple[datetime, ...]:
        """When it was opened again after it had been resolved."""
        states = [span for span in self.spans if span.kind is SpanKind.STATE]
        return tuple(
            after.started
            for before, after in pairwise(states)
            if before.state in (State.RESOLVED, State.CLOSED) and after.state in UNRESOLVED
        )

    @property
    def restored(self) -> datetime | None:
        """The end of the last outage or impact; None while one lasts, or where none was declared."""
        return _latest_end(self.impacts)

    @property
    def clock_start(self) -> datetime:
        """From where its times are judged: impact start, else detected, else opened."""
        return self.impact_start or self.detected or self.opened

    @property
    def counts(self) -> bool:
        """Whether figures count it: drills and void records count nowhere."""
        return self.void is None and not self.drill


@dataclass(frozen=True, slots=True)
class Case:
    """An incident together with those merged into it: what clocks and figures judge.

    The earliest impact, detection, opening and acknowledgement of all count, and the latest restoration. State,
    severity, pauses and everything else are the target's own.
    """

    incident: Incident
    members: tuple[Incident, ...] = ()

    @property
    def all(self) -> tuple[Incident, ...]:
        """The target first, then what was merged into it."""
        return (self.incident, *self.members)

    @property
    def reference(self) -> str:
        """The target's."""
        return self.incident.reference

    @property
    def impact_start(self) -> datetime | None:
        """The earliest that is known."""
        return min((one.impact_start for one in self.all if one.impact_start is not None), default=None)

    @property
    def detected(self) -> datetime | None:
        """The earliest that is known."""
        return min((one.detected for one in self.all if one.detected is not None), default=None)

    @property
    def opened(self) -> datetime:
        """The earliest."""
        return min(one.opened for one in self.all)

    @property
    def clock_start(self) -> datetime:
        """From where its times are judged: impact start, else detected, else opened."""
        return self.impact_start or self.detected or self.opened

    @property
    def acknowledgement(self) -> Span | None:
        """The first acknowledgement of all, by when it counts."""
        found = [span for one in self.all if (span := one.acknowledgement) is not None]
        return min(found, key=lambda span: span.judged, default=None)

    @property
    def impacts(self) -> tuple[Span, ...]:
        """The outages and impacts of all, by their start."""
        return tuple(sorted((span for one in self.all for span in one.impacts), key=lambda span: span.started))

    @property
    def restored(self) -> datetime | None:
        """The end of the last outage or impact of all; None while one lasts, or where none was declared."""
        return _latest_end(self.impacts)

    @property
    def lasting(self) -> tuple[Span, ...]:
        """The outages and impacts that still last."""
        return tuple(span for span in self.impacts if span.ended is None)

    @property
    def last_start(self) -> datetime:
        """From where the present episode counts: the last reopening, else where its times are judged from."""
        reopenings = self.incident.reopenings
        return reopenings[-1] if reopenings else self.clock_start

    @property
    def episode(self) -> tuple[Span, ...]:
        """The outages and impacts of the present episode: since the last reopening, or beyond it."""
        reopenings = self.incident.reopenings
        return _since(self.impacts, reopenings[-1]) if reopenings else self.impacts

    @property
    def stopped(self) -> datetime | None:
        """When the fault was gone, for good so far: restored or, where no impact was declared, resolved.

        Only the present episode counts; None while it lasts. What another tool only says to be closed was gone by then.
        """
        return _latest_end(self.episode) if self.episode else self.incident.resolved or self.incident.closed

    @property
    def gaps(self) -> tuple[tuple[datetime, datetime], ...]:
        """Where its restore clock stood still: from each fault's end to the reopening after it.

        An outage that was declared there all the same is no part of it.
        """
        found = []
        previous = over = None
        for before, after in pairwise(span for span in self.incident.spans if span.kind is SpanKind.STATE):
            if before.state in (State.RESOLVED, State.CLOSED):
                over = over or before.started
            if over is None or after.state not in UNRESOLVED:
                continue
            episode = self.impacts if previous is None else _since(self.impacts, previous)
            ends = [span.ended or after.started for span in episode if span.started <= over]
            previous, stop, over = after.started, max(ends, default=over), None
            if stop < previous:
                lost = [Interval(span.started, max(span.started, span.ended or previous)) for span in self.impacts]
                found += [(gap.start, gap.end) for gap in subtract([Interval(stop, previous)], lost)]
        return tuple(found)


def _since(spans: tuple[Span, ...], moment: datetime) -> tuple[Span, ...]:
    """Those that begin at that moment or after, or outlive it."""
    return tuple(span for span in spans if span.started >= moment or span.ended is None or span.ended > moment)


def _latest_end(spans: tuple[Span, ...]) -> datetime | None:
    latest = None
    for span in spans:
        if span.ended is None:
            return None
        latest = span.ended if latest is None else max(latest, span.ended)
    return latest


def fields(incident: Incident) -> dict[str, Any]:
    """The record that the ledger's digest is taken of: every named field that is known, and the spans in order."""
    record: dict[str, Any] = {
        "reference": incident.reference,
        "title": incident.title,
        "impact": incident.impact,
        "urgency": incident.urgency,
        "state": incident.state,
        "opened": utc_text(incident.opened),
        "recorded_at": utc_text(incident.recorded_at),
        "spans": [_span_fields(span) for span in incident.spans],
    }
    record.update((name, value) for name, value in zip(_PLAIN, _PLAIN_OF(incident), strict=True) if value is not None)
    for name, moment in zip(_MOMENTS, _MOMENTS_OF(incident), strict=True):
        if moment is not None:
            record[name] = utc_text(moment)
    # Named only where they differ from what every record of the first release was.
    if incident.category is not Category.FAULT:
        record["category"] = incident.category
    if incident.drill:
        record["drill"] = True
    return record


_PLAIN = (
    "asset", "cause", "handling", "result", "source", "source_key", "source_digest", "customer", "severity", "rules",
    "assignee", "escalated_to", "void", "merged_into", "plan", "exemption",
)  # fmt: skip
_MOMENTS = (
    "impact_start", "detected", "entered_at", "told", "plan_started", "corrected_at", "response_due", "restore_due",
)  # fmt: skip
# An import takes many thousand digests: all attributes at once instead of one by one.
_PLAIN_OF = attrgetter(*_PLAIN)
_MOMENTS_OF = attrgetter(*_MOMENTS)
_EXTRAS_OF = attrgetter("weight", *_SPAN_EXTRAS, *_SPAN_MOMENTS)
_NO_EXTRAS = (FULL, *(None for _name in (*_SPAN_EXTRAS, *_SPAN_MOMENTS)))


def _span_fields(span: Span) -> list[Any]:
    told: list[Any] = [
        span.kind, span.state, utc_text(span.started), None if span.ended is None else utc_text(span.ended),
    ]  # fmt: skip
    if _EXTRAS_OF(span) == _NO_EXTRAS:
        return told  # as most imported ones are
    extras: dict[str, Any] = {name: value for name in _SPAN_EXTRAS if (value := getattr(span, name)) is not None}
    extras.update((name, utc_text(moment)) for name in _SPAN_MOMENTS if (moment := getattr(span, name)) is not None)
    if span.weight != FULL:
        extras["weight"] = span.weight
    return [*told, extras] if extras else told


def flags(incident: Incident) -> list[Flag]:
    """What is legal in this incident but worth a look."""
    restored, resolved = incident.restored, incident.resolved
    found = []
    if restored is not None and restored < incident.opened:
        found.append(Flag.RESTORED_BEFORE_OPENED)
    if restored is not None and resolved is not None and restored > resolved:
        found.append(Flag.RESTORED_AFTER_RESOLVED)
    if incident.impact_start is not None and incident.opened < incident.impact_start:
        found.append(Flag.OPENED_BEFORE_IMPACT)
    if resolved is not None and resolved < incident.opened:
        found.append(Flag.RESOLVED_BEFORE_OPENED)
    if incident.asset is None:
        found.append(Flag.NO_ASSET)
    if any(True for _what in late_entries(incident)):
        found.append(Flag.LATE_ENTRY)
    return found


def late_entries(incident: Incident) -> Iterator[tuple[datetime, datetime]]:
    """What was typed in long after it happened, as (happened, entered). What another tool said is not judged."""
    for place, span in enumerate(incident.spans):
        started_entered = span.started_entered
        if place == 0 and started_entered is None and incident.source is None:
            started_entered = incident.recorded_at  # the opening
        for happened, entered in ((span.started, started_entered), (span.ended, span.ended_entered)):
            if happened is not None and entered is not None and entered - happened > LATE_ENTRY:
                yield happened, entered
