"""The arithmetic of figures. Pure: incidents, a period and the present moment in, figures out.

The formulas and their edges are told in docs/figures.md. Lengths are counted in whole microseconds and divided once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from opsctl.assets.rules.assets import AssetView
from opsctl.core.intervals import Interval, clip, merge, total_microseconds
from opsctl.core.numbers import DurationStatistics, statistics_of
from opsctl.core.periods import Period
from opsctl.incidents.rules.life import Incident, Span
from opsctl.kpis.terms import DEFINITION_VERSIONS, Name, Reason, State, Unit

Scope = tuple[tuple[str, str], ...]
"""What a figure is about: () is everything, (("asset", "erp"),) one asset."""
Number = int | float


@dataclass(frozen=True)
class Excluded:
    """A record that a figure left out, and why."""

    reference: str
    reason: Reason


@dataclass(frozen=True)
class Outage:
    """One merged outage within the period, with the incidents that declared it."""

    asset: str
    window: Interval
    references: tuple[str, ...]


@dataclass(frozen=True)
class Figure:
    """One KPI for one scope. Ratios are 0 to 1, durations are seconds; `value` is None unless the state allows one."""

    name: Name
    scope: Scope
    state: State
    unit: Unit
    n: int
    value: Number | None = None
    numerator: Number | None = None
    denominator: Number | None = None
    statistics: DurationStatistics | None = None
    counted: tuple[str, ...] = ()
    excluded: tuple[Excluded, ...] = ()
    carried_over: tuple[str, ...] = ()
    outages: tuple[Outage, ...] = ()

    @property
    def definition(self) -> int:
        """The version of the formula."""
        return DEFINITION_VERSIONS[self.name]


@dataclass(frozen=True)
class _Service:
    """The time an asset was to serve, how much of it was lost, and to which outages; microseconds."""

    agreed: int
    lost: int
    outages: tuple[Outage, ...]
    touched: tuple[str, ...]


def availability(
    assets: Sequence[AssetView], incidents: Iterable[Incident], period: Period, now: datetime, *, by_asset: bool
) -> list[Figure]:
    """The share of its service time in which an asset served: the whole first, then each asset if asked for.

    1 − len(D ∩ S) / len(S): S is the period up to now and up to the asset's retirement, D the union of its declared
    outages, an outage that still lasts running to now. Overlapping outages count once, each is clipped to the period.
    The whole is the sum of what served over the sum of what was to serve. `n` counts merged outages.
    """
    down: dict[str, list[Incident]] = {}
    without = []
    passed = Interval(period.start, max(period.start, min(period.end, now)))
    for incident in incidents:
        if incident.asset is None:
            if any(_touches(_lasted(span, now), passed) for span in incident.outages):
                without.append(Excluded(incident.reference, Reason.NO_ASSET))
        else:
            down.setdefault(incident.asset, []).append(incident)
    served = {one.handle: _service(one, down.get(one.handle, ()), period, now) for one in assets}
    figures = [_availability((), list(served.values()), period, now, tuple(without))]
    if by_asset:
        figures += [
            _availability((("asset", handle),), [service], period, now, ()) for handle, service in served.items()
        ]
    return figures


def _service(asset: AssetView, incidents: Iterable[Incident], period: Period, now: datetime) -> _Service:
    end = min(period.end, now, asset.retired_at or period.end)
    if end <= period.start:
        return _Service(0, 0, (), ())
    window = Interval(period.start, end)
    spans = [(_lasted(span, now), incident.reference) for incident in incidents for span in incident.outages]
    lost = merge(clip([span for span, _reference in spans], window))
    outages = tuple(
        Outage(asset.handle, one, tuple(sorted({reference for span, reference in spans if _overlap(span, one)})))
        for one in lost
    )
    touched = {reference for span, reference in spans if _touches(span, window)}
    return _Service(total_microseconds([window]), total_microseconds(lost), outages, tuple(sorted(touched)))


def _lasted(outage: Span, now: datetime) -> Interval:
    return Interval(outage.started, max(outage.started, outage.ended or now))


def _overlap(one: Interval, other: Interval) -> bool:
    return one.start < other.end and other.start < one.end


def _touches(span: Interval, window: Interval) -> bool:
    """Whether they share a moment; what ends as the window begins shares none, what has no length may lie in it."""
    return span.start < window.end and (window.start < span.end or window.start == span.start)


def _availability(
    scope: Scope, services: Sequence[_Service], period: Period, now: datetime, excluded: tuple[Excluded, ...]
) -> Figure:
    agreed = sum(service.agreed for service in services)
    outages = tuple(outage for service in services for outage in service.outages)
    counted = tuple(sorted(reference for service in services for reference in service.touched))
    figure = Figure(
        Name.AVAILABILITY,
        scope,
        State.NOT_APPLICABLE,
        Unit.RATIO,
        n=len(outages),
        counted=counted,
        excluded=excluded,
        outages=outages,
    )
    if agreed == 0:
        return figure
    numerator = _seconds(agreed - sum(service.lost for service in services))
    denominator = _seconds(agreed)
    return _valued(figure, period, now, value=numerator / denominator, numerator=numerator, denominator=denominator)


def time_to_resolve(
    resolved: Iterable[Incident], carried_over: Iterable[Incident], period: Period, now: datetime, scope: Scope
) -> Figure:
    """How long incidents took from opening to their final resolution, over those resolved in the period.

    An incident resolved before it was opened is left out and listed; those still unresolved at the end are listed too.
    """
    lasted: list[Number] = []
    counted, excluded = [], []
    for incident in resolved:
        if incident.resolved is None:
            continue
        took = _microseconds_between(incident.opened, incident.resolved)
        if took < 0:
            excluded.append(Excluded(incident.reference, Reason.NEGATIVE))
        else:
            counted.append(incident.reference)
            lasted.append(_seconds(took))
    statistics = statistics_of(lasted)
    figure = Figure(
        Name.MTT_RESOLVE,
        scope,
        State.NOT_APPLICABLE,
        Unit.SECONDS,
        n=len(lasted),
        statistics=statistics,
        counted=tuple(counted),
        excluded=tuple(excluded),
        carried_over=tuple(incident.reference for incident in carried_over),
    )
    if statistics is None:
        return figure
    return _valued(figure, period, now, value=statistics.mean, numerator=statistics.total, denominator=statistics.n)


def _valued(
    figure: Figure, period: Period, now: datetime, *, value: Number, numerator: Number, denominator: Number
) -> Figure:
    state = State.PARTIAL if period.is_running(now) else State.VALUE
    return replace(figure, state=state, value=value, numerator=numerator, denominator=denominator)


def _microseconds_between(start: datetime, end: datetime) -> int:
    return (end - start) // timedelta(microseconds=1)


def _seconds(microseconds: int) -> Number:
    whole, rest = divmod(microseconds, 1_000_000)
    return microseconds / 1_000_000 if rest else whole
