"""The quick look at an incident against what its case says."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings

from opsctl.incidents.rules.life import Case, Incident, Span
from opsctl.incidents.terms import SpanKind, State
from opsctl.kpis.rules.judged import judged, whole
from tests.kpis.histories import History, histories, record
from tests.kpis.records import at, of_states

FIRST = datetime(2026, 10, 1, tzinfo=UTC)


@settings(max_examples=200, deadline=None)
@given(histories(31 * 1440))
def test_the_quick_look_sees_what_the_case_says(history: History) -> None:
    case = record(history, FIRST, 1)
    assert judged(case) == whole(case)
    for member in case.members:
        assert judged(Case(member)) == whole(Case(member))


@pytest.mark.parametrize(
    "incident",
    [
        of_states(1, (State.OPEN, at(1)), (State.CLOSED, at(2))),
        of_states(1, (State.OPEN, at(1)), (State.CLOSED, at(2)), (State.RESOLVED, at(3))),
        of_states(1, (State.OPEN, at(1)), (State.RESOLVED, at(2)), state=State.OPEN),
        of_states(1, (State.OPEN, at(1)), state=State.RESOLVED),
        of_states(
            1,
            (State.OPEN, at(1)),
            (State.RESOLVED, at(2)),
            spans=(Span(SpanKind.IMPACT, None, at(1, 5), at(3)), Span(SpanKind.OUTAGE, None, at(1, 2), at(1, 3))),
        ),
        of_states(
            1, (State.OPEN, at(1)), (State.RESOLVED, at(2)), spans=(Span(SpanKind.PAUSE, None, at(1, 1), at(1, 2)),)
        ),
    ],
    ids=["closed alone", "resolved after it", "state contradicts", "state alone", "impacts out of order", "paused"],
)
def test_what_other_tools_say_is_seen_alike(incident: Incident) -> None:
    assert judged(Case(incident)) == whole(Case(incident))
