"""Targets that are met or missed, and the periods a trend looks back to."""

from dataclasses import replace

import pytest

from opsctl.core.numbers import statistics_of
from opsctl.core.periods import Period
from opsctl.kpis.rules import earlier
from opsctl.kpis.rules.figures import Figure, Scope
from opsctl.kpis.rules.targets import with_targets
from opsctl.kpis.terms import Name, State
from opsctl.rulebook.rules import Rules, Target
from tests.kpis.records import LATER, month


def target(figure: str, op: str, value: float) -> Target:
    return Target(figure, op, value, f"{op} {value:g}")


def judged(
    rules: Rules, name: Name, value: float | None, scope: Scope = (), customer: str | None = None
) -> bool | None:
    state = State.NOT_APPLICABLE if value is None else State.VALUE
    (verdict,) = with_targets(Figure(name, scope, state, 0, value), rules, customer).targets
    return verdict.met


@pytest.mark.parametrize(
    ("op", "value", "met"),
    [
        (">=", 0.995, True),
        (">=", 0.9949999999, False),
        (">", 0.995, False),
        ("<=", 0.995, True),
        ("<", 0.995, False),
        ("=", 0.995, True),
        ("=", 0.994, False),
        (">=", None, None),
    ],
)
def test_a_target_is_compared_at_full_precision_and_has_no_verdict_without_a_value(
    op: str, value: float | None, met: bool | None
) -> None:
    rules = Rules(targets=(target("availability", op, 0.995),))
    assert judged(rules, Name.AVAILABILITY, value) is met


def test_the_target_of_the_asset_beats_its_customers_and_that_beats_the_common_one() -> None:
    rules = Rules(
        targets=(target("availability", ">=", 0.9),),
        customer_targets={"acme": (target("availability", ">=", 0.99),)},
        asset_targets={"erp": (target("availability", ">=", 0.999),)},
    )
    assert judged(rules, Name.AVAILABILITY, 0.95) is True
    assert judged(rules, Name.AVAILABILITY, 0.95, (("customer", "acme"),)) is False
    assert judged(rules, Name.AVAILABILITY, 0.95, (("customer", "other"),)) is True
    assert judged(rules, Name.AVAILABILITY, 0.995, (("asset", "erp"),), "acme") is False
    assert judged(rules, Name.AVAILABILITY, 0.995, (("asset", "mail"),), "acme") is True


def test_a_bare_target_means_the_mean_and_a_statistic_has_its_own() -> None:
    rules = Rules(targets=(target("mttr", "<=", 100), target("mttr.p90", "<=", 150), target("mttr.max", "<=", 500)))
    found = statistics_of([10, 20, 30, 300])
    assert found is not None
    figure = Figure(Name.MTTR, (), State.VALUE, 4, found.mean, statistics=found)
    verdicts = with_targets(figure, rules).targets
    # The mean is 90 and the 90th percentile 300.
    assert [(one.statistic, one.met) for one in verdicts] == [("mean", True), ("p90", False), ("max", True)]
    none = with_targets(replace(figure, value=None, statistics=None), rules).targets
    assert [one.met for one in none] == [None, None, None]


def test_a_figure_without_a_target_has_no_verdict() -> None:
    figure = Figure(Name.MTTR, (), State.VALUE, 1, 1)
    assert with_targets(figure, Rules(targets=(target("mtta", "<=", 1),))).targets == ()


@pytest.mark.parametrize(
    ("name", "previous", "last_year"),
    [
        ("2026-10", "2026-09", "2025-10"),
        ("2026-01", "2025-12", "2025-01"),
        ("2026-Q1", "2025-Q4", "2025-Q1"),
        ("2026", "2025", None),
        ("2026-W01", "2025-W52", "2025-W01"),
        ("2026-W53", "2026-W52", None),
        ("2026-03-01", "2026-02-28", "2025-03-01"),
        ("2024-02-29", "2024-02-28", None),
        ("2026-10-01..2026-10-15", "2026-09-16..2026-09-30", "2025-10-01..2025-10-15"),
        ("2026-10-01T08:00..2026-10-02T08:00", None, None),
        ("2026-01..2026-03", None, None),
    ],
)
def test_a_trend_looks_back_to_the_same_kind_of_period(
    name: str, previous: str | None, last_year: str | None
) -> None:
    period = month(name, "Asia/Shanghai")
    before, ago = earlier.previous(period, LATER), earlier.last_year(period, LATER)
    assert (named(before), named(ago)) == (previous, last_year)
    if before is not None:
        assert before.end == period.start


def named(period: Period | None) -> str | None:
    return None if period is None else period.name
