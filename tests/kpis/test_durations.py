"""The arithmetic of durations, against the statistics of the standard library."""

import statistics
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st

from opsctl.incidents.rules.life import Span
from opsctl.incidents.terms import SpanKind, State
from opsctl.kpis.rules.figures import Excluded, Figure
from opsctl.kpis.terms import Name, Reason
from opsctl.kpis.terms import State as FigureState
from tests.kpis.records import LATER, at, figure, incident, month

OCTOBER = month("2026-10")


def took(seconds: Sequence[int], now: datetime = LATER) -> Figure:
    """Over incidents resolved in the middle of October that took so long."""
    resolved = [
        incident(place, "erp", opened=at(15) - timedelta(seconds=lasted), resolved=at(15))
        for place, lasted in enumerate(seconds)
    ]
    return figure(Name.MTT_RESOLVE, resolved, OCTOBER, now)


@settings(deadline=None)
@given(st.lists(st.integers(-100, 10_000_000), max_size=40))
@example([])
@example([-1])
@example([0])
def test_time_to_resolve_has_the_statistics_of_the_standard_library(seconds: list[int]) -> None:
    figure = took(seconds)
    lasted = [one for one in seconds if one >= 0]
    assert figure.n == len(lasted)
    assert list(figure.counted) == [f"INC-2026-{place:04d}" for place, one in enumerate(seconds) if one >= 0]
    assert list(figure.excluded) == [
        Excluded(f"INC-2026-{place:04d}", Reason.NEGATIVE) for place, one in enumerate(seconds) if one < 0
    ]
    if not lasted:
        assert (figure.state, figure.value, figure.numerator, figure.denominator) == ("n/a", None, None, None)
        assert figure.statistics is None
        return
    assert (figure.state, figure.numerator, figure.denominator) == ("value", sum(lasted), len(lasted))
    assert figure.value == figure.numerator / figure.denominator == statistics.mean(lasted)
    assert figure.statistics is not None
    assert figure.statistics.mean == figure.value
    assert figure.statistics.median == statistics.median(lasted)
    assert figure.statistics.maximum == max(lasted)
    # The least that at least nine tenths of them do not exceed.
    assert figure.statistics.p90 == min(
        one for one in lasted if 10 * sum(other <= one for other in lasted) >= 9 * len(lasted)
    )


def test_time_to_resolve_by_hand() -> None:
    figure = took([600, 60, 3600, 120])
    found = figure.statistics
    assert found is not None
    assert (found.median, found.mean, found.p90, found.maximum, figure.value) == (360, 1095, 3600, 3600, 1095)
    ten = took([10, 9, 8, 7, 6, 5, 4, 3, 2, 1]).statistics
    assert ten is not None
    assert (ten.median, ten.p90, ten.maximum) == (5.5, 9, 10)


def test_an_incident_resolved_before_it_was_opened_is_left_out_and_listed() -> None:
    figure = took([-60, 60])
    assert (figure.value, figure.n, figure.counted) == (60, 1, ("INC-2026-0001",))
    assert figure.excluded == (Excluded("INC-2026-0000", Reason.NEGATIVE),)


def test_what_is_still_open_is_carried_over_and_not_counted() -> None:
    found = figure(Name.MTT_RESOLVE, [incident(7, "erp", opened=at(3))], OCTOBER)
    assert (found.state, found.n, found.carried_over) == ("n/a", 0, ("INC-2026-0007",))


def test_time_to_resolve_of_a_running_month_is_partial() -> None:
    assert took([60], now=at(20)).state is FigureState.PARTIAL
    assert took([60], now=OCTOBER.end).state is FigureState.VALUE


def test_time_to_resolve_counts_the_final_resolution_of_one_reopened() -> None:
    spans = (
        Span(SpanKind.STATE, State.OPEN, at(1), at(2)),
        Span(SpanKind.STATE, State.RESOLVED, at(2), at(3)),
        Span(SpanKind.STATE, State.ACKNOWLEDGED, at(3), at(4)),
        Span(SpanKind.STATE, State.RESOLVED, at(4)),
    )
    twice = replace(incident(1, "erp", opened=at(1), resolved=at(4)), spans=spans)
    assert figure(Name.MTT_RESOLVE, [twice], OCTOBER).value == 3 * 86400
