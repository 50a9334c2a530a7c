"""Whether figures keep the targets of the rulebook, compared at full precision."""

import operator
from collections.abc import Callable
from dataclasses import replace

from opsctl.kpis.rules.figures import Figure, Number, Verdict
from opsctl.kpis.terms import DURATIONS, STATISTICS
from opsctl.rulebook.rules import Rules

_COMPARE: dict[str, Callable[[Number, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "=": operator.eq,
}
MEAN = "mean"


def with_targets(figure: Figure, rules: Rules, customer: str | None = None) -> Figure:
    """The figure with the verdict on each target that the rules have for it in its scope.

    The asset's own target, else that of the customer (`customer` is whom the asset serves), else that of all. Where
    restore tests were due and none was made there is no value, and the target is missed all the same.
    """
    scope = dict(figure.scope)
    asset = scope.get("asset")
    served = scope.get("customer") or customer
    statistics = (MEAN, *STATISTICS) if figure.name in DURATIONS else (MEAN,)
    found = []
    for statistic in statistics:
        name = str(figure.name) if statistic == MEAN else f"{figure.name}.{statistic}"
        target = rules.target_of(name, None if served is None else str(served), None if asset is None else str(asset))
        if target is not None:
            value = _value(figure, statistic)
            met = None if value is None else _COMPARE[target.op](value, target.value)
            if value is None and figure.coverage is not None and figure.coverage.is_breach:
                met = False
            found.append(Verdict(statistic, target.op, target.value, met, target.written))
    return replace(figure, targets=tuple(found))


def _value(figure: Figure, statistic: str) -> Number | None:
    if statistic == MEAN:
        return figure.value
    if figure.statistics is None:
        return None
    of = {"median": figure.statistics.median, "p90": figure.statistics.p90, "max": figure.statistics.maximum}
    return of[statistic]
