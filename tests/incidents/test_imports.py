"""What becomes of another tool's record: kept as it was said, or rejected with the reason."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from opsctl.incidents.rules import imports
from opsctl.incidents.rules.clocks import stamped
from opsctl.incidents.rules.imports import Rejected
from opsctl.incidents.rules.life import Case, Incident, Span, flags
from opsctl.incidents.terms import Category, Flag, Level, Response, SpanKind, State
from opsctl.rulebook.rules import Limits, Rules
from opsctl.rulebook.terms import Starts

NOW = datetime(2026, 11, 5, 2, 0, tzinfo=UTC)


def clock(hour: int, minute: int = 0) -> datetime:
    """That time of 4 November 2026, the day before NOW."""
    return datetime(2026, 11, 4, hour, minute, tzinfo=UTC)


def meant(
    values: dict[str, Any],
    asset: str | None = "erp",
    episodes: Sequence[imports.Episode] = (),
    rules: Rules = Rules(),  # noqa: B008
) -> Incident | Rejected:
    return imports.from_record(
        values,
        key="TK-1",
        source="old-tickets",
        digest="00ff",
        asset=asset,
        reference="INC-2026-0007",
        now=NOW,
        rules_at=lambda _opened: rules,
        episodes=episodes,
    )


def taken(values: dict[str, Any]) -> Incident:
    found = meant(values)
    assert isinstance(found, Incident), found
    return found


def test_a_whole_record_fills_every_field() -> None:
    values = {
        "title": "login answers 502",
        "impact": "high",
        "urgency": "low",
        "outage": True,
        "impact_start": clock(9),
        "detected": clock(9, 30),
        "opened": clock(10),
        "acknowledged": clock(11),
        "mitigated": clock(12),
        "restored": clock(13),
        "resolved": clock(14),
        "closed": clock(15),
        "cause": "a",
        "handling": "b",
        "result": "c",
        "entered_at": clock(16),
        "category": "emergency",
        "severity": "1",
        "assignee": "Wang",
    }
    assert meant(values) == Incident(
        reference="INC-2026-0007",
        title="login answers 502",
        asset="erp",
        impact=Level.HIGH,
        urgency=Level.LOW,
        state=State.CLOSED,
        impact_start=clock(9),
        detected=clock(9, 30),
        opened=clock(10),
        cause="a",
        handling="b",
        result="c",
        entered_at=clock(16),
        category=Category.EMERGENCY,
        severity=1,
        assignee="Wang",
        recorded_at=NOW,
        source="old-tickets",
        source_key="TK-1",
        source_digest="00ff",
        spans=(
            Span(SpanKind.STATE, State.OPEN, clock(10), clock(11)),
            Span(SpanKind.STATE, State.ACKNOWLEDGED, clock(11), clock(12), response=Response.IMPORTED),
            Span(SpanKind.STATE, State.MITIGATED, clock(12), clock(14)),
            Span(SpanKind.STATE, State.RESOLVED, clock(14), clock(15)),
            Span(SpanKind.STATE, State.CLOSED, clock(15)),
            Span(SpanKind.OUTAGE, None, clock(9), clock(13)),
        ),
    )


def test_a_record_of_one_time_is_taken_with_what_it_does_not_say_left_open() -> None:
    found = taken({"opened": clock(10)})
    assert (found.title, found.impact, found.urgency) == ("TK-1", Level.MEDIUM, Level.MEDIUM)
    assert found.spans == (Span(SpanKind.STATE, State.OPEN, clock(10)),)
    assert (found.impact_start, found.detected, found.entered_at) == (None, None, None)


@pytest.mark.parametrize(
    ("last", "state"),
    [
        ("opened", State.OPEN),
        ("acknowledged", State.ACKNOWLEDGED),
        ("mitigated", State.MITIGATED),
        ("resolved", State.RESOLVED),
        ("closed", State.CLOSED),
    ],
)
def test_the_state_is_the_furthest_that_has_a_time_and_no_response_is_implied(last: str, state: State) -> None:
    found = taken({"opened": clock(10), last: clock(11)})
    assert found.state is state
    assert (found.acknowledged is not None) == (last == "acknowledged")


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({}, "no time at all: opened is missing"),
        ({"title": "x", "entered_at": clock(9)}, "no time at all: opened is missing"),
        (
            {"opened": clock(10), "impact_start": clock(9), "restored": clock(8, 59)},
            "restored 2026-11-04T08:59:00.000000Z is before the impact began",
        ),
        (
            {"opened": clock(10), "detected": clock(9), "restored": clock(8, 59)},
            "restored 2026-11-04T08:59:00.000000Z is before the impact began",
        ),
        (
            {"opened": clock(10), "restored": clock(9, 59)},
            "restored 2026-11-04T09:59:00.000000Z is before the impact began",
        ),
        (
            {"opened": clock(10), "acknowledged": clock(9, 59)},
            "acknowledged 2026-11-04T09:59:00.000000Z is before the impact began",
        ),
        (
            {"opened": clock(10), "impact_start": clock(9), "mitigated": clock(8)},
            "mitigated 2026-11-04T08:00:00.000000Z is before the impact began",
        ),
        (
            {"opened": clock(10), "impact_start": clock(11), "resolved": clock(9)},
            "resolved 2026-11-04T09:00:00.000000Z is before the impact began",
        ),
        (
            {"opened": clock(10), "closed": clock(9)},
            "closed 2026-11-04T09:00:00.000000Z is before the impact began",
        ),
        (
            {"opened": clock(10), "resolved": clock(12), "closed": clock(11)},
            "closed 2026-11-04T11:00:00.000000Z is before it was resolved",
        ),
    ],
    ids=[
        "nothing",
        "only when it was entered",
        "restored before impact start",
        "restored before detected",
        "restored before opened with no impact known",
        "acknowledged before opened",
        "mitigated before impact start",
        "resolved before opened and impact",
        "closed before opened",
        "closed before resolved",
    ],
)
def test_a_contradiction_is_rejected_with_its_reason(values: dict[str, Any], reason: str) -> None:
    assert meant(values) == Rejected(reason)


@pytest.mark.parametrize("name", [*imports.MOMENTS, "entered_at"])
def test_a_time_to_come_is_rejected_and_the_present_is_not(name: str) -> None:
    past = {"opened": clock(10)}
    assert isinstance(meant({**past, name: NOW}), Incident)
    assert meant({**past, name: datetime(2026, 11, 5, 2, 0, 1, tzinfo=UTC)}) == Rejected(
        f"{name} is in the future: 2026-11-05T02:00:01.000000Z"
    )


@pytest.mark.parametrize(
    ("values", "flagged"),
    [
        ({"opened": clock(10), "impact_start": clock(8), "restored": clock(9)}, [Flag.RESTORED_BEFORE_OPENED]),
        (
            {"opened": clock(10), "impact_start": clock(8), "resolved": clock(11), "restored": clock(12)},
            [Flag.RESTORED_AFTER_RESOLVED],
        ),
        ({"opened": clock(10), "impact_start": clock(10, 30)}, [Flag.OPENED_BEFORE_IMPACT]),
        (
            {"opened": clock(10), "impact_start": clock(8), "resolved": clock(9)},
            [Flag.RESOLVED_BEFORE_OPENED],
        ),
        ({name: clock(10) for name in ("opened", "impact_start", "restored", "resolved", "closed")}, []),
    ],
    ids=["restored before opened", "restored after resolved", "opened before impact", "resolved first", "all at once"],
)
def test_what_is_odd_but_possible_is_kept_unmended_and_flagged(values: dict[str, Any], flagged: list[Flag]) -> None:
    found = taken({**values, "outage": "restored" in values})
    assert flags(found) == flagged
    assert {name: getattr(found, name) for name in values} == values


def test_an_acknowledgement_after_the_resolution_is_kept_as_it_was_said() -> None:
    found = taken({"opened": clock(10), "acknowledged": clock(12), "resolved": clock(11)})
    assert (found.acknowledged, found.resolved, found.state) == (clock(12), clock(11), State.RESOLVED)


@pytest.mark.parametrize(
    ("values", "opening"),
    [
        ({"detected": clock(9), "resolved": clock(11)}, clock(9)),
        ({"impact_start": clock(8), "detected": clock(9)}, clock(8)),
        ({"closed": clock(12)}, clock(12)),
    ],
    ids=["detected", "impact start", "only closed"],
)
def test_a_missing_opening_is_the_earliest_time_there_is(values: dict[str, Any], opening: datetime) -> None:
    found = taken(values)
    assert found.opened == opening
    assert found.spans[0] == Span(SpanKind.STATE, State.OPEN, opening, values.get("resolved") or values.get("closed"))


@pytest.mark.parametrize(
    ("values", "span"),
    [
        ({"restored": clock(12), "resolved": clock(13)}, (clock(10), clock(12))),
        ({"resolved": clock(13), "closed": clock(14)}, (clock(10), clock(13))),
        ({"closed": clock(14)}, (clock(10), clock(14))),
        ({}, (clock(10), None)),
        ({"impact_start": clock(9), "restored": clock(12)}, (clock(9), clock(12))),
        ({"detected": clock(9, 30), "restored": clock(12)}, (clock(9, 30), clock(12))),
        ({"impact_start": clock(11), "resolved": clock(10, 30)}, (clock(11), clock(11))),
        ({"restored": clock(10)}, (clock(10), clock(10))),
    ],
    ids=[
        "restored",
        "resolved where restored is missing",
        "closed where both are",
        "still down",
        "since the impact",
        "since it was detected",
        "resolved before the impact: of no length",
        "of no length",
    ],
)
def test_an_outage_lasts_from_the_impact_to_the_restoration(
    values: dict[str, Any], span: tuple[datetime, datetime | None]
) -> None:
    assert taken({"opened": clock(10), "outage": True, **values}).impacts == (Span(SpanKind.OUTAGE, None, *span),)


@pytest.mark.parametrize("outage", [{}, {"outage": False}], ids=["not said", "said to be none"])
def test_an_impact_that_was_no_outage_has_its_end_or_is_left_out(outage: dict[str, Any]) -> None:
    values = {"opened": clock(10), "impact_start": clock(9), "resolved": clock(12), **outage}
    assert taken(values).impacts == ()
    assert taken({**values, "restored": clock(11)}).impacts == (Span(SpanKind.IMPACT, None, clock(9), clock(11)),)


@pytest.mark.parametrize(
    ("values", "asset", "missing"),
    [
        ({"title": "x", "opened": clock(10)}, "erp", []),
        ({"title": "x", "opened": clock(10)}, None, [Flag.NO_ASSET]),
        ({"opened": clock(10)}, "erp", [Flag.NO_TITLE]),
        ({"title": "x", "detected": clock(10)}, "erp", [Flag.NO_OPENING]),
        ({"closed": clock(10)}, None, [Flag.NO_ASSET, Flag.NO_TITLE, Flag.NO_OPENING]),
    ],
    ids=["complete", "no asset", "no title", "no opening", "nothing"],
)
def test_an_incomplete_record_is_marked_and_not_refused(
    values: dict[str, Any], asset: str | None, missing: list[Flag]
) -> None:
    assert imports.incomplete(values, asset) == missing
    assert isinstance(meant(values, asset), Incident)


Steps = list[tuple[State, datetime, Response | None]]
OPENED = (State.OPEN, clock(8), None)
IMPORTED = Response.IMPORTED


@pytest.mark.parametrize(
    ("episodes", "steps"),
    [
        (
            [
                {"acknowledged": clock(9), "resolved": clock(10), "closed": clock(10, 30)},
                {"reopened": clock(11), "acknowledged": clock(11), "resolved": clock(12), "closed": clock(13)},
            ],
            [
                (State.ACKNOWLEDGED, clock(9), IMPORTED),
                (State.RESOLVED, clock(10), None),
                (State.CLOSED, clock(10, 30), None),
                (State.ACKNOWLEDGED, clock(11), IMPORTED),
                (State.RESOLVED, clock(12), None),
                (State.CLOSED, clock(13), None),
            ],
        ),
        (
            [{"acknowledged": clock(9), "resolved": clock(10)}, {"reopened": clock(11), "acknowledged": clock(12)}],
            [
                (State.ACKNOWLEDGED, clock(9), IMPORTED),
                (State.RESOLVED, clock(10), None),
                (State.ACKNOWLEDGED, clock(11), None),
            ],
        ),
        (
            [{"acknowledged": clock(9), "resolved": clock(10)}, {"reopened": clock(11), "opened": clock(11)}],
            [
                (State.ACKNOWLEDGED, clock(9), IMPORTED),
                (State.RESOLVED, clock(10), None),
                (State.OPEN, clock(11), None),
            ],
        ),
        (
            [{"resolved": clock(9)}, {"reopened": clock(10), "acknowledged": clock(11), "resolved": clock(12)}],
            [
                (State.RESOLVED, clock(9), None),
                (State.OPEN, clock(10), None),
                (State.ACKNOWLEDGED, clock(11), IMPORTED),
                (State.RESOLVED, clock(12), None),
            ],
        ),
        (
            [{"closed": clock(9)}, {"reopened": clock(10), "mitigated": clock(10), "acknowledged": clock(11)}],
            [
                (State.CLOSED, clock(9), None),
                (State.MITIGATED, clock(10), None),
                (State.ACKNOWLEDGED, clock(11), IMPORTED),
            ],
        ),
    ],
    ids=["acknowledged again", "said later", "called open", "never acknowledged before", "mitigated first"],
)
def test_each_episode_has_its_states_in_order(episodes: list[dict[str, datetime]], steps: Steps) -> None:
    found = meant({**episodes[-1], "opened": clock(8)}, episodes=episodes)
    assert isinstance(found, Incident)
    assert [(span.state, span.started, span.response) for span in found.spans] == [OPENED, *steps]
    assert [span.ended for span in found.spans] == [*(moment for _state, moment, _how in steps), None]
    assert found.reopenings == (episodes[1]["reopened"],)


def test_nobody_is_said_to_have_acknowledged_what_was_opened_again() -> None:
    episodes = [{"resolved": clock(9)}, {"reopened": clock(10), "resolved": clock(11)}]
    found = meant({"opened": clock(8), "resolved": clock(11)}, episodes=episodes)
    assert isinstance(found, Incident)
    assert (found.acknowledged, found.state) == (None, State.RESOLVED)


@pytest.mark.parametrize(
    ("values", "first", "second", "spans"),
    [
        ({"outage": True}, {}, {}, [("outage", clock(8), clock(10)), ("outage", clock(11), None)]),
        (
            {"outage": True, "impact_start": clock(7)},
            {"restored": clock(9)},
            {"resolved": clock(13), "restored": clock(12)},
            [("outage", clock(7), clock(9)), ("outage", clock(11), clock(12))],
        ),
        ({"outage": False}, {"restored": clock(9)}, {}, [("impact", clock(8), clock(9))]),
        ({}, {}, {"restored": clock(12)}, [("impact", clock(11), clock(12))]),
        (
            {"outage": True},
            {},
            {"impact_start": clock(11, 30), "closed": clock(12)},
            [("outage", clock(8), clock(10)), ("outage", clock(11, 30), clock(12))],
        ),
    ],
    ids=["still down", "restored twice", "impact of the first", "impact of the second", "began later"],
)
def test_between_its_episodes_an_incident_was_not_down(
    values: dict[str, Any], first: dict[str, Any], second: dict[str, Any], spans: list[Any]
) -> None:
    episodes = [{"resolved": clock(10), **first}, {"reopened": clock(11), **second}]
    found = meant({"opened": clock(8), **values}, episodes=episodes)
    assert isinstance(found, Incident)
    assert [(span.kind, span.started, span.ended) for span in found.impacts] == spans


@pytest.mark.parametrize(
    ("episodes", "reason"),
    [
        (
            [{"resolved": clock(7)}, {"reopened": clock(11)}],
            "resolved 2026-11-04T07:00:00.000000Z is before the impact began",
        ),
        (
            [{"resolved": clock(10)}, {"reopened": clock(11), "closed": clock(11, 30), "resolved": clock(12)}],
            "closed 2026-11-04T11:30:00.000000Z is before it was resolved",
        ),
        (
            [{"resolved": clock(10)}, {"reopened": datetime(2026, 11, 5, 2, 1, tzinfo=UTC)}],
            "reopened is in the future: 2026-11-05T02:01:00.000000Z",
        ),
    ],
    ids=["first episode before the opening", "closed before resolved", "to come"],
)
def test_a_contradiction_in_any_episode_is_rejected(episodes: list[dict[str, datetime]], reason: str) -> None:
    assert meant({"opened": clock(8)}, episodes=episodes) == Rejected(reason)


def test_what_was_mitigated_before_anybody_acknowledged_it_has_both_states_as_they_came() -> None:
    found = taken({"opened": clock(8), "mitigated": clock(9), "acknowledged": clock(10), "resolved": clock(11)})
    assert [(span.state, span.started, span.ended) for span in found.spans] == [
        (State.OPEN, clock(8), clock(9)),
        (State.MITIGATED, clock(9), clock(10)),
        (State.ACKNOWLEDGED, clock(10), clock(11)),
        (State.RESOLVED, clock(11), None),
    ]


def book(starts: Starts) -> Rules:
    """High and high is severity 1, with fifteen minutes and four hours around the clock; nothing else is judged."""
    limits = Limits(1, timedelta(minutes=15), timedelta(hours=4), starts, "always", True, None)
    return Rules(generation=3, severities={("high", "high"): 1}, limits={1: limits})


@pytest.mark.parametrize(
    ("starts", "first"),
    [
        pytest.param(Starts.OPENED, clock(10, 2), id="opened"),
        pytest.param(Starts.DETECTED, clock(10, 1), id="detected"),
        pytest.param(Starts.IMPACT, clock(9, 58), id="impact"),
    ],
)
def test_a_record_that_says_how_bad_it_was_is_judged_by_the_rules_of_its_day(starts: Starts, first: datetime) -> None:
    values = {
        "impact": "high", "urgency": "high", "impact_start": clock(9, 58), "detected": clock(10, 1),
        "opened": clock(10, 2), "resolved": clock(15),
    }  # fmt: skip
    found = meant(values, rules=book(starts))
    assert isinstance(found, Incident)
    assert (found.severity, found.rules) == (1, 3)
    assert (found.response_due, found.restore_due) == (first + timedelta(minutes=15), first + timedelta(hours=4))
    assert stamped(Case(found), book(starts)) == found


def test_a_record_that_says_nothing_of_that_is_not_judged() -> None:
    found = meant({"opened": clock(10)}, rules=book(Starts.OPENED))
    assert isinstance(found, Incident)
    assert (found.severity, found.rules, found.response_due, found.restore_due) == (None, None, None, None)


def test_the_time_between_a_fault_and_its_reopening_is_not_counted_in_an_import_either() -> None:
    episodes = (
        {"opened": clock(10), "resolved": clock(11)},
        {"reopened": clock(13), "resolved": clock(13, 30)},
    )
    values = {"severity": 1, "opened": clock(10), "resolved": clock(13, 30)}
    found = meant(values, episodes=episodes, rules=book(Starts.OPENED))
    assert isinstance(found, Incident)
    assert found.restore_due == clock(16)
