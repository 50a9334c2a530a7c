"""Incidents made by the moves themselves, on 4 November 2026 and typed in as they happened unless a test says when."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from opsctl.incidents.rules import moves
from opsctl.incidents.rules.life import Case, Incident, Span
from opsctl.incidents.terms import Level, Response, SpanKind, State

NOW = datetime(2026, 11, 5, 2, 0, tzinfo=UTC)
REFERENCE = "INC-2026-0007"
TEN = datetime(2026, 11, 4, 10, tzinfo=UTC)


def clock(hour: int, minute: int = 0) -> datetime:
    """That time of 4 November 2026, the day before NOW."""
    return datetime(2026, 11, 4, hour, minute, tzinfo=UTC)


def opened(at: datetime = TEN, *, now: datetime | None = None, **given: Any) -> Case:
    """A case opened at ten, typed in then, that nobody acknowledged."""
    wanted: dict[str, Any] = {
        "reference": REFERENCE,
        "title": "login answers 502",
        "asset": "erp",
        "impact": Level.HIGH,
        "urgency": Level.MEDIUM,
        "down": None,
        **given,
    }
    return Case(moves.open_incident(at=at, now=now or max(at, wanted["down"] or at), **wanted))


def changed(case: Case, **given: Any) -> Case:
    """The case with these fields of its incident as given."""
    return replace(case, incident=replace(case.incident, **given))


def ack(case: Case, at: datetime, *, by: str = "wang", now: datetime | None = None) -> Case:
    """The case, acknowledged."""
    return moves.acknowledge(case, at=at, now=now or at, by=by, how=Response.PERSON)


def resolve(case: Case, at: datetime, restored: datetime | None = None, *, now: datetime | None = None) -> Case:
    """The case, resolved."""
    return moves.resolve(case, at=at, restored=restored, now=now or max(at, restored or at), by="wang")


def reopen(case: Case, at: datetime, *, declared: bool = False, now: datetime | None = None) -> Case:
    """The case, opened again."""
    return moves.reopen(case, at=at, now=now or at, by="zhao", declared=declared, weight=1000, window=None)


def standing(state: State) -> Case:
    """A case that came into one state an hour, from ten o'clock, until it reached this one."""
    incident = opened().incident
    spans: list[Span] = []
    for hour, one in enumerate(State, start=10):
        spans.append(Span(SpanKind.STATE, one, clock(hour), None if one is state else clock(hour + 1)))
        if one is state:
            break
    into = "INC-2026-0001" if state is State.MERGED else None
    return Case(replace(incident, state=state, merged_into=into, spans=tuple(spans)))


def states(incident: Incident) -> list[tuple[State | None, datetime, datetime | None]]:
    """Its states with their beginning and end, in order."""
    return [(span.state, span.started, span.ended) for span in incident.spans if span.kind is SpanKind.STATE]


def stretches(case: Case) -> list[tuple[SpanKind, int, datetime, datetime | None]]:
    """Its outages and impacts: kind, weight, beginning, end."""
    return [(span.kind, span.weight, span.started, span.ended) for span in case.impacts]
