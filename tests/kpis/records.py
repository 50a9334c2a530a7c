"""Records to reckon with, made by hand: no database is asked."""

from datetime import UTC, datetime

from opsctl.assets.rules.assets import AssetView
from opsctl.core.periods import Period, read_period
from opsctl.incidents.rules.life import Incident, Span
from opsctl.incidents.terms import Level, SpanKind, State

LATER = datetime(2027, 6, 1, tzinfo=UTC)
"""A present in which every month of the tests is over."""


def asset(handle: str, retired_at: datetime | None = None) -> AssetView:
    return AssetView(handle, handle, None, None, retired_at, datetime(2020, 1, 1, tzinfo=UTC))


def incident(
    number: int,
    of: str | None,
    *outages: tuple[datetime, datetime | None],
    opened: datetime = LATER,
    resolved: datetime | None = None,
) -> Incident:
    spans = [Span(SpanKind.STATE, State.OPEN, opened, resolved)]
    spans += [Span(SpanKind.STATE, State.RESOLVED, resolved)] if resolved else []
    return Incident(
        reference=f"INC-2026-{number:04d}",
        title="x",
        asset=of,
        impact=Level.MEDIUM,
        urgency=Level.MEDIUM,
        state=State.RESOLVED if resolved else State.OPEN,
        impact_start=None,
        detected=None,
        opened=opened,
        cause=None,
        handling=None,
        result=None,
        entered_at=None,
        recorded_at=opened,
        source=None,
        source_key=None,
        source_digest=None,
        spans=(*spans, *(Span(SpanKind.OUTAGE, None, start, end) for start, end in outages)),
    )


def month(name: str, zone: str = "UTC") -> Period:
    return read_period(name, zone=zone, now=LATER)


def at(day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    """That time of October 2026 in UTC."""
    return datetime(2026, 10, day, hour, minute, second, tzinfo=UTC)
