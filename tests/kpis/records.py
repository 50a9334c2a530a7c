"""Records to reckon with, made by hand: no database is asked."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from opsctl.assets.rules.assets import AssetView
from opsctl.core.periods import Period, read_period
from opsctl.incidents.rules.life import Case, Incident, Span
from opsctl.incidents.terms import Level, SpanKind, State
from opsctl.kpis.rules.figures import Figure, Scope
from opsctl.kpis.rules.judged import Judged, judged
from opsctl.kpis.rules.scopes import Wanted
from opsctl.kpis.rules.tally import Tallies
from opsctl.kpis.terms import Name
from opsctl.rulebook.rules import Rules

LATER = datetime(2027, 6, 1, tzinfo=UTC)
"""A present in which every month of the tests is over."""


def asset(handle: str, retired_at: datetime | None = None, **given: Any) -> AssetView:
    return AssetView(handle, handle, None, None, retired_at, datetime(2020, 1, 1, tzinfo=UTC), **given)


def incident(
    number: int,
    of: str | None,
    *outages: tuple[datetime, datetime | None],
    opened: datetime = LATER,
    resolved: datetime | None = None,
    weight: int = 1000,
    spans: Sequence[Span] = (),
    **given: Any,
) -> Incident:
    """Opened, and resolved where that is said; `spans` are more of them, `given` any other field."""
    states = [Span(SpanKind.STATE, State.OPEN, opened, resolved)]
    states += [Span(SpanKind.STATE, State.RESOLVED, resolved)] if resolved else []
    fields: dict[str, Any] = {
        "title": "x",
        "asset": of,
        "impact": Level.MEDIUM,
        "urgency": Level.MEDIUM,
        "state": State.RESOLVED if resolved else State.OPEN,
        "impact_start": None,
        "detected": None,
        "opened": opened,
        "cause": None,
        "handling": None,
        "result": None,
        "entered_at": None,
        "recorded_at": opened,
        "source": None,
        "source_key": None,
        "source_digest": None,
        **given,
    }
    down = [Span(SpanKind.OUTAGE, None, start, end, weight) for start, end in outages]
    return Incident(reference=f"INC-2026-{number:04d}", spans=(*states, *spans, *down), **fields)


def states(*entered: tuple[State, datetime], **given: Any) -> tuple[Span, ...]:
    """The spans of coming into one state after the other; `given` goes to the acknowledgements."""
    ends: list[datetime | None] = [*(start for _state, start in entered[1:]), None]
    return tuple(
        Span(SpanKind.STATE, state, start, end, **(given if state is State.ACKNOWLEDGED else {}))
        for (state, start), end in zip(entered, ends, strict=True)
    )


def of_states(number: int, *entered: tuple[State, datetime], of: str | None = "erp", **given: Any) -> Incident:
    """An incident that came into these states; `spans` among `given` are more of them, `ack` goes to the first."""
    more = given.pop("spans", ())
    acknowledged = given.pop("ack", {})
    made = incident(number, of, opened=entered[0][1], **{"state": entered[-1][0], **given})
    return Incident(
        **{
            **{name: getattr(made, name) for name in Incident.__dataclass_fields__},
            "spans": (*states(*entered, **acknowledged), *more),
        }
    )


def figures(
    cases: Sequence[Case | Incident],
    period: Period,
    now: datetime = LATER,
    names: Sequence[Name] = (),
    rules: Rules | None = None,
    wanted: Wanted | None = None,
) -> dict[tuple[Name, Scope], Figure]:
    """Every figure of these cases."""
    wanted = wanted or Wanted()
    known = rules or Rules()
    tallies = Tallies(names, period, now, wanted.base, wanted.scopes_of, lambda _generation: known)
    for case in cases:
        tallies.add(as_judged(case))
    return {(one.name, one.scope): one for one in tallies.figures()}


def figure(name: Name, cases: Sequence[Case | Incident], period: Period, now: datetime = LATER, **given: Any) -> Figure:
    """One figure of all these cases."""
    return figures(cases, period, now, (name,), **given)[name, ()]


def as_judged(case: Case | Incident) -> Judged:
    return judged(case if isinstance(case, Case) else Case(case))


def month(name: str, zone: str = "UTC") -> Period:
    return read_period(name, zone=zone, now=LATER)


def at(day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    """That time of October 2026 in UTC."""
    return datetime(2026, 10, day, hour, minute, second, tzinfo=UTC)
