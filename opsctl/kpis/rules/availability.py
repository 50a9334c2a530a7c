"""How much of its service time an asset served, and how long it served between two failures."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

from opsctl.assets.rules.assets import AssetView
from opsctl.core.intervals import Interval, clip, merge, total_microseconds
from opsctl.core.periods import Period
from opsctl.incidents.rules.life import FULL, Incident, Span
from opsctl.kpis.rules.figures import Excluded, Figure, Met, Outage, Scope, passed_of, seconds, valued
from opsctl.kpis.rules.judged import is_late
from opsctl.kpis.rules.service_time import Hours, life_of, service_time
from opsctl.kpis.terms import Name, Reason, State

_Span = tuple[Interval, int, str]
"""An outage with the share that was lost, in thousandths, and who declared it."""
_NOTHING = Met()


class Down(NamedTuple):
    """What a report keeps of an incident for its asset: its outages, and whether anybody had to set it right."""

    reference: str
    asset: str | None
    outages: tuple[Span, ...]
    void: bool
    corrected: bool
    late: bool
    reopened: bool


def down_of(incident: Incident) -> Down:
    """The outages of an incident, merged or not: they are its own asset's."""
    return Down(
        incident.reference,
        incident.asset,
        incident.outages,
        incident.void is not None,
        incident.corrected_at is not None,
        is_late(incident),
        bool(incident.reopenings),
    )


@dataclass(frozen=True, slots=True)
class Served:
    """The service time of one asset and how much of it was lost, in microseconds, and to which outages.

    `weighted` is what was lost with each moment counted by the largest share that was lost at it, in thousandths;
    `touched` are the incidents with an outage in the period, `met` how many of them were void, corrected and so on.
    """

    asset: str
    customer: str | None
    agreed: int = 0
    lost: int = 0
    weighted: int = 0
    failures: int = 0
    outages: tuple[Outage, ...] = ()
    touched: tuple[str, ...] = ()
    met: Met = _NOTHING
    late_maintenance: tuple[str, ...] = ()


def served(
    asset: AssetView,
    downs: Iterable[Down],
    period: Period,
    now: datetime,
    hours: Hours,
    maintenance: Sequence[Interval] = (),
    late_maintenance: Sequence[str] = (),
) -> Served:
    """How an asset served in the period, up to now: S − M, and D, the union of its outages, within it.

    `maintenance` are the stretches that were approved before they began. A failure is a merged outage whose first
    moment within the service time, before this period or in it, lies in it.
    """
    window = passed_of(period, now)
    life = life_of(asset, window)
    if life is None:
        return Served(asset.handle, asset.customer)
    agreed = service_time(asset, window, hours, maintenance)
    every = [(_lasted(span, now), span.weight, one) for one in downs for span in one.outages]
    touched = {one.reference: one for lasted, _weight, one in every if _touches(lasted, life)}
    outages = []
    failures = 0
    for merged, spans in _merged([(span, weight, one.reference) for span, weight, one in every if not one.void]):
        for cut in clip([merged], life):
            inside = [one for one in spans if _overlap(one[0], cut)]
            lost = _within(cut, agreed)
            outages.append(
                Outage(
                    asset.handle,
                    cut,
                    tuple(sorted({reference for _span, _weight, reference in inside})),
                    total_microseconds(lost),
                    _weighted(cut, inside, agreed),
                )
            )
            if lost and not (merged.start < life.start and _hurt_before(asset, merged, life, hours, maintenance)):
                failures += 1
    return Served(
        asset.handle,
        asset.customer,
        total_microseconds(agreed),
        sum(one.lost for one in outages),
        sum(one.weighted for one in outages),
        failures,
        tuple(outages),
        tuple(sorted(reference for reference, one in touched.items() if not one.void)),
        _met(touched.values()),
        tuple(late_maintenance),
    )


def without_asset(downs: Iterable[Down], period: Period, now: datetime) -> tuple[Excluded, ...]:
    """The incidents that were down in the period and name no asset."""
    passed = passed_of(period, now)
    found = (
        one.reference
        for one in downs
        if one.asset is None and not one.void and any(_touches(_lasted(span, now), passed) for span in one.outages)
    )
    return tuple(Excluded(reference, Reason.NO_ASSET) for reference in sorted(found))


def availability(
    scope: Scope, services: Sequence[Served], period: Period, now: datetime, excluded: tuple[Excluded, ...] = ()
) -> Figure:
    """1 − len(D ∩ (S − M)) ÷ len(S − M) of the assets together: the sum of what served over the sum of what was to.

    `weighted` is told where an outage was partial. `n` counts merged outages that touch the period.
    """
    agreed = sum(one.agreed for one in services)
    figure = _of_assets(Name.AVAILABILITY, scope, services, excluded)
    if agreed == 0:
        return figure
    numerator = seconds(agreed - sum(one.lost for one in services))
    denominator = seconds(agreed)
    lost, weighted = FULL * sum(one.lost for one in services), sum(one.weighted for one in services)
    if weighted != lost:
        figure = replace(figure, weighted=(FULL * agreed - weighted) / (FULL * agreed))
    return valued(figure, period, now, value=numerator / denominator, numerator=numerator, denominator=denominator)


def time_between_failures(
    scope: Scope, services: Sequence[Served], period: Period, now: datetime, excluded: tuple[Excluded, ...] = ()
) -> Figure:
    """What the assets served ÷ how often they failed: merged outages that began in the period; n/a with none."""
    failures = sum(one.failures for one in services)
    figure = replace(_of_assets(Name.MTBF, scope, services, excluded), n=failures)
    if failures == 0:
        return figure
    numerator = seconds(sum(one.agreed - one.lost for one in services))
    return valued(figure, period, now, value=numerator / failures, numerator=numerator, denominator=failures)


def by_asset(downs: Iterable[Down]) -> Mapping[str, list[Down]]:
    """The outages of each asset."""
    found: dict[str, list[Down]] = {}
    for one in downs:
        if one.asset is not None:
            found.setdefault(one.asset, []).append(one)
    return found


def _of_assets(name: Name, scope: Scope, services: Sequence[Served], excluded: tuple[Excluded, ...]) -> Figure:
    outages = tuple(outage for one in services for outage in one.outages)
    return Figure(
        name,
        scope,
        State.NOT_APPLICABLE,
        n=len(outages),
        counted=tuple(sorted(reference for one in services for reference in one.touched)),
        excluded=excluded,
        outages=outages,
        met=Met(
            voided=sum(one.met.voided for one in services),
            corrected=sum(one.met.corrected for one in services),
            late=sum(one.met.late for one in services),
            reopened=sum(one.met.reopened for one in services),
        ),
        late_maintenance=tuple(sorted({reference for one in services for reference in one.late_maintenance})),
    )


def _met(touched: Iterable[Down]) -> Met:
    every = list(touched)
    counted = [one for one in every if not one.void]
    return Met(
        voided=len(every) - len(counted),
        corrected=sum(one.corrected for one in counted),
        late=sum(one.late for one in counted),
        reopened=sum(one.reopened for one in counted),
    )


def _merged(spans: list[_Span]) -> list[tuple[Interval, list[_Span]]]:
    """The union of the spans, each merged one with those that it is made of, and those of no length that touch it."""
    whole = merge(span for span, _weight, _reference in spans)
    found: list[tuple[Interval, list[_Span]]] = [(one, []) for one in whole]
    for span in spans:
        at = bisect_right(whole, span[0].start, key=lambda one: one.start) - 1
        if at >= 0:
            found[at][1].append(span)
    return found


def _hurt_before(
    asset: AssetView, outage: Interval, life: Interval, hours: Hours, maintenance: Sequence[Interval]
) -> bool:
    """Whether the outage took service time away before the period began."""
    before = Interval(outage.start, life.start)
    return bool(service_time(asset, before, hours, maintenance))


def _within(span: Interval, agreed: Sequence[Interval]) -> list[Interval]:
    """What lies of the sorted and disjoint `agreed` in the span."""
    found = []
    for one in agreed[bisect_right(agreed, span.start, key=lambda one: one.end) :]:
        if one.start >= span.end:
            break
        found.append(Interval(max(one.start, span.start), min(one.end, span.end)))
    return found


def _weighted(cut: Interval, spans: Sequence[_Span], agreed: Sequence[Interval]) -> int:
    """The service time lost within the cut, each moment times the largest share that was lost at it."""
    if all(weight == FULL for _span, weight, _reference in spans):
        return FULL * total_microseconds(_within(cut, agreed))
    parts = [(part, weight) for span, weight, _reference in spans for part in clip([span], cut)]
    edges = sorted({moment for part, _weight in parts for moment in (part.start, part.end)})
    total = 0
    for start, end in pairwise(edges):
        largest = max((weight for part, weight in parts if part.start <= start and end <= part.end), default=0)
        total += largest * total_microseconds(_within(Interval(start, end), agreed))
    return total


def _lasted(outage: Span, now: datetime) -> Interval:
    return Interval(outage.started, max(outage.started, outage.ended or now))


def _overlap(one: Interval, other: Interval) -> bool:
    return one.start < other.end and other.start < one.end


def _touches(span: Interval, window: Interval) -> bool:
    """Whether they share a moment; what ends as the window begins shares none, what has no length may lie in it."""
    return span.start < window.end and (window.start < span.end or window.start == span.start)
