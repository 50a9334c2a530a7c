"""A figure for programs, and as a row of a sheet."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from opsctl.core.numbers import DurationStatistics
from opsctl.core.periods import Period
from opsctl.core.report import Cell, Column, Kind, Table
from opsctl.inspections.terms import Grade
from opsctl.kpis.rules.figures import Earlier, Excluded, Figure, Outage, Scope, Verdict, seconds
from opsctl.kpis.terms import (
    CARRYING,
    DURATIONS,
    LESS_IS_BETTER,
    OF_ANALYSIS,
    OF_BACKUPS,
    OF_ROUNDS,
    ON_TIME,
    PLANNED,
    Name,
    Unit,
)
from opsctl.kpis.views import analysed, backups

_KEYS = (
    "name", "scope", "state", "value", "unit", "numerator", "denominator", "n", "median", "mean", "p90", "max",
    "carried_over", "excluded", "target", "met", "voided", "corrected", "late", "reopened", "fallbacks",
    "if_approved", "weighted", "previous", "last_year", "due", "tested", "data_sets", "proven", "without_policy",
)  # fmt: skip


def data(figure: Figure) -> dict[str, Any]:
    """A figure for programs. Its shape is kept: members are added, never taken away."""
    found: dict[str, Any] = {
        "name": figure.name,
        "scope": dict(figure.scope),
        "state": figure.state,
        "value": figure.value,
        "unit": figure.unit,
        "numerator": figure.numerator,
        "denominator": figure.denominator,
        "n": figure.n,
        "definition": figure.definition,
        "counted": list(figure.counted),
        "excluded": [_excluded(one) for one in figure.excluded],
        "target": _target(figure.targets, "mean"),
        "voided": figure.met.voided,
        "corrected": figure.met.corrected,
        "late": figure.met.late,
        "reopened": figure.met.reopened,
    }
    if figure.name in CARRYING:
        found["carried_over"] = len(figure.carried_over)
        found["carried_over_references"] = list(figure.carried_over)
    if figure.name in DURATIONS:
        found["stats"] = statistics(figure.statistics)
        found["fallbacks"] = dict(figure.fallbacks)
        found["targets"] = {
            one.statistic: _target(figure.targets, one.statistic) for one in figure.targets if one.statistic != "mean"
        }
    if figure.name is Name.MTTA:
        found["responses"] = dict(figure.responses)
        rest = figure.without_self
        found["without_self"] = rest and {"n": rest.n, **(statistics(rest) or {})}
    if figure.name in ON_TIME:
        found["missed"] = list(figure.missed)
        supposed = figure.if_approved
        found["if_approved"] = supposed and {
            "value": supposed.value, "numerator": supposed.numerator, "denominator": supposed.denominator,
        }  # fmt: skip
    if figure.name is Name.AVAILABILITY:
        found["weighted"] = figure.weighted
        found["late_maintenance"] = list(figure.late_maintenance)
    if figure.name in PLANNED:
        found["missed"] = list(figure.missed)
        found["pending"] = list(figure.pending)
    if figure.name in OF_ROUNDS:
        found["met_by"] = [{"reference": one, "by": by} for one, by in figure.met_by]
        found["grades"] = {str(grade): dict(figure.grades).get(grade, 0) for grade in Grade}
        found["flagged"] = figure.flagged
    if figure.name in OF_BACKUPS:
        found |= backups.data(figure)
    if figure.name in OF_ANALYSIS:
        found |= analysed.data(figure)
    if figure.trend is not None:
        found["trend"] = {"previous": _earlier(figure.trend.previous), "last_year": _earlier(figure.trend.last_year)}
    return found


def statistics(found: DurationStatistics | None) -> dict[str, Any] | None:
    """What stands for many durations."""
    if found is None:
        return None
    return {"median": found.median, "mean": found.mean, "p90": found.p90, "max": found.maximum}


def outage_data(outage: Outage) -> dict[str, Any]:
    """A merged outage for programs; lengths of service time in seconds."""
    return {
        "asset": outage.asset,
        "start": outage.window.start,
        "end": outage.window.end,
        "references": list(outage.references),
        "lost": seconds(outage.lost),
        "weighted": outage.weighted / 1_000_000_000,
    }


def frame(period: Period, scope: Scope, as_of: datetime, ledger_head: str) -> dict[str, Any]:
    """What stands around the figures of a report."""
    return {
        "period": {
            "name": period.name,
            "start": period.start,
            "end": period.end,
            "zone": period.zone,
            "partial": period.is_running(as_of),
        },
        "scope": dict(scope),
        "as_of": as_of,
        "ledger_head": ledger_head,
    }


def sheet(figures: Sequence[Figure]) -> Table:
    """Every figure in a row; columns are added at the end."""
    return Table(tuple(Column(key, key, Kind.TEXT) for key in _KEYS), tuple(_row(one) for one in figures))


def kind_of(figure: Figure) -> Kind:
    """How its value is to be read."""
    if figure.name in LESS_IS_BETTER:
        return Kind.RATIO_CEIL
    return {Unit.RATIO: Kind.RATIO_FLOOR, Unit.SECONDS: Kind.DURATION, Unit.COUNT: Kind.COUNT}[figure.unit]


def _row(one: Figure) -> tuple[Any, ...]:
    stats = one.statistics
    spread = (None,) * 4 if stats is None else (stats.median, stats.mean, stats.p90, stats.maximum)
    kind = kind_of(one)
    target = next((verdict for verdict in one.targets if verdict.statistic == "mean"), None)
    earlier = (None, None) if one.trend is None else (one.trend.previous, one.trend.last_year)
    met = one.met
    return (
        str(one.name),
        ", ".join(f"{key}={word}" for key, word in one.scope),
        str(one.state),
        Cell(one.value, kind),
        str(one.unit),
        Cell(one.numerator, Kind.DURATION),
        Cell(one.denominator, Kind.DURATION),
        one.n,
        *(Cell(number, Kind.DURATION) for number in spread),
        len(one.carried_over),
        len(one.excluded),
        None if target is None else f"{target.op} {target.value}",
        None if target is None or target.met is None else ("met" if target.met else "missed"),
        *(met.voided, met.corrected, met.late, met.reopened, sum(count for _instant, count in one.fallbacks)),
        Cell(None if one.if_approved is None else one.if_approved.value, Kind.RATIO_FLOOR),
        Cell(one.weighted, Kind.RATIO_FLOOR),
        *(Cell(None if before is None else before.value, kind) for before in earlier),
        *backups.cells(one.coverage),
    )


def _excluded(one: Excluded) -> dict[str, Any]:
    because = {} if one.because is None else {"because": one.because}
    return {"reference": one.reference, "reason": one.reason, **because}


def _target(verdicts: Sequence[Verdict], statistic: str) -> dict[str, Any] | None:
    found = next((one for one in verdicts if one.statistic == statistic), None)
    return None if found is None else {"op": found.op, "value": found.value, "met": found.met}


def _earlier(earlier: Earlier | None) -> dict[str, Any] | None:
    return None if earlier is None else {"period": earlier.period, "state": earlier.state, "value": earlier.value}
