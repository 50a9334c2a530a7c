"""What may happen to an incident, state by state and instant by instant."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from opsctl.core.errors import Conflict, ExitCode, InvalidInput
from opsctl.incidents.rules import life
from opsctl.incidents.rules.life import Incident, Span
from opsctl.incidents.terms import Flag, Level, SpanKind, State

NOW = datetime(2026, 11, 5, 2, 0, tzinfo=UTC)


def clock(hour: int, minute: int = 0) -> datetime:
    """That time of 4 November 2026, the day before NOW."""
    return datetime(2026, 11, 4, hour, minute, tzinfo=UTC)


TEN = clock(10)


def opened(at: datetime = TEN, down: datetime | None = None) -> Incident:
    return life.open_incident(
        reference="INC-2026-0007",
        title="login answers 502",
        asset="erp",
        impact=Level.HIGH,
        urgency=Level.MEDIUM,
        at=at,
        down=down,
        now=NOW,
    )


def state_span(state: State, started: datetime, ended: datetime | None = None) -> Span:
    return Span(SpanKind.STATE, state, started, ended)


def outage(started: datetime, ended: datetime | None = None) -> Span:
    return Span(SpanKind.OUTAGE, None, started, ended)


def standing(state: State) -> Incident:
    """An incident opened at 10:00 that came into one state an hour until it reached this one."""
    spans: list[Span] = []
    for hour, one in enumerate(State, start=10):
        spans.append(state_span(one, clock(hour), None if one is state else clock(hour + 1)))
        if one is state:
            break
    return replace(opened(), state=state, spans=tuple(spans))


VERBS: dict[str, Callable[[Incident, datetime], Any]] = {
    "ack": lambda incident, at: life.acknowledge(incident, at=at, now=NOW),
    "note": lambda incident, at: life.check_note(incident, at=at, now=NOW),
    "resolve": lambda incident, at: life.resolve(incident, at=at, restored=None, now=NOW),
    "close": lambda incident, at: life.close(incident, at=at, now=NOW),
}
ALLOWED = {
    ("ack", State.OPEN): State.ACKNOWLEDGED,
    ("resolve", State.OPEN): State.RESOLVED,
    ("resolve", State.ACKNOWLEDGED): State.RESOLVED,
    ("resolve", State.MITIGATED): State.RESOLVED,
    ("close", State.RESOLVED): State.CLOSED,
}
REFUSED = {
    ("ack", State.ACKNOWLEDGED): "INC-2026-0007 is acknowledged already.",
    ("ack", State.MITIGATED): "INC-2026-0007 is mitigated and cannot be acknowledged.",
    ("ack", State.RESOLVED): "INC-2026-0007 is resolved and cannot be acknowledged.",
    ("ack", State.CLOSED): "INC-2026-0007 is closed and cannot be acknowledged.",
    ("resolve", State.RESOLVED): "INC-2026-0007 is resolved already.",
    ("resolve", State.CLOSED): "INC-2026-0007 is closed and cannot be resolved.",
    ("close", State.OPEN): "INC-2026-0007 is open and cannot be closed.",
    ("close", State.ACKNOWLEDGED): "INC-2026-0007 is acknowledged and cannot be closed.",
    ("close", State.MITIGATED): "INC-2026-0007 is mitigated and cannot be closed.",
    ("close", State.CLOSED): "INC-2026-0007 is closed already.",
}


def test_the_two_tables_say_something_about_every_verb_in_every_state() -> None:
    changing = {(verb, state) for verb in ("ack", "resolve", "close") for state in State}
    assert set(ALLOWED) | set(REFUSED) == changing
    assert not set(ALLOWED) & set(REFUSED)


@pytest.mark.parametrize(("verb", "state"), ALLOWED, ids=lambda one: str(one))
def test_a_verb_leads_from_a_state_to_the_next(verb: str, state: State) -> None:
    before = standing(state)
    after = VERBS[verb](before, NOW)
    wanted = ALLOWED[verb, state]
    assert after.state is wanted
    assert after.spans[-1] == state_span(wanted, NOW)
    assert [span.ended for span in after.spans if span.ended is None] == [None]
    assert after.spans[: len(before.spans) - 1] == before.spans[:-1]
    assert after.spans[len(before.spans) - 1] == replace(before.spans[-1], ended=NOW)


@pytest.mark.parametrize(("verb", "state"), REFUSED, ids=lambda one: str(one))
def test_a_verb_is_refused_in_a_state_it_does_not_fit(verb: str, state: State) -> None:
    with pytest.raises(Conflict) as caught:
        VERBS[verb](standing(state), NOW)
    assert caught.value.message == REFUSED[verb, state]
    assert caught.value.code == ExitCode.CONFLICT == 6


@pytest.mark.parametrize("state", State)
def test_a_note_is_taken_in_every_state(state: State) -> None:
    life.check_note(standing(state), at=NOW, now=NOW)


FITTING = {"ack": State.OPEN, "note": State.OPEN, "resolve": State.ACKNOWLEDGED, "close": State.RESOLVED}
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize("verb", VERBS)
def test_an_instant_to_come_is_refused_and_now_is_not(verb: str) -> None:
    incident = standing(FITTING[verb])
    VERBS[verb](incident, NOW)
    with pytest.raises(InvalidInput) as caught:
        VERBS[verb](incident, NOW + SECOND)
    assert caught.value.message == "That time is still to come."


@pytest.mark.parametrize("verb", ["ack", "note", "resolve"])
@pytest.mark.parametrize(
    ("impact_start", "detected", "start"),
    [
        (clock(8), clock(9), clock(8)),
        (None, clock(9), clock(9)),
        (None, None, clock(10)),
        (clock(11), None, clock(10)),
    ],
    ids=["impact start", "detected", "opened", "opened before the impact"],
)
def test_an_instant_before_the_incident_began_is_refused(
    verb: str, impact_start: datetime | None, detected: datetime | None, start: datetime
) -> None:
    incident = replace(standing(FITTING[verb]), impact_start=impact_start, detected=detected)
    VERBS[verb](incident, start)
    with pytest.raises(InvalidInput) as caught:
        VERBS[verb](incident, start - SECOND)
    assert caught.value.message == "INC-2026-0007 began only at {moment}."
    assert caught.value.moment == start


@pytest.mark.parametrize("late", ["at", "down"])
def test_nothing_is_opened_in_the_future(late: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        opened(**{"at": NOW, "down": NOW, late: NOW + SECOND})
    assert caught.value.message == "That time is still to come."


def test_opening_without_an_outage_knows_no_start_of_impact() -> None:
    incident = opened()
    assert incident.spans == (state_span(State.OPEN, clock(10)),)
    assert (incident.impact_start, incident.clock_start, incident.recorded_at) == (None, clock(10), NOW)
    assert (incident.acknowledged, incident.restored, incident.resolved, incident.closed) == (None, None, None, None)
    assert life.flags(incident) == []


def test_opening_with_an_outage_starts_the_impact_there() -> None:
    incident = opened(down=clock(9, 40))
    assert incident.spans == (state_span(State.OPEN, clock(10)), outage(clock(9, 40)))
    assert (incident.impact_start, incident.clock_start, incident.opened) == (clock(9, 40), clock(9, 40), clock(10))
    assert life.flags(incident) == []


def test_an_outage_that_begins_after_the_opening_is_kept_and_flagged() -> None:
    incident = opened(at=clock(10), down=clock(10, 20))
    assert (incident.opened, incident.impact_start) == (clock(10), clock(10, 20))
    assert life.flags(incident) == [Flag.OPENED_BEFORE_IMPACT]


def test_an_incident_still_down_is_resolved_with_restored_only() -> None:
    incident = opened(down=clock(9))
    with pytest.raises(Conflict) as caught:
        life.resolve(incident, at=clock(11), restored=None, now=NOW)
    assert caught.value.message == "INC-2026-0007 is still down."
    assert caught.value.hint == "Say when it was back: opsctl incident resolve INC-2026-0007 --restored TIME"
    after = life.resolve(incident, at=clock(11), restored=clock(10, 30), now=NOW)
    assert after.outages == (outage(clock(9), clock(10, 30)),)
    assert (after.restored, after.resolved) == (clock(10, 30), clock(11))
    assert life.flags(after) == []


def test_restored_before_opened_is_legal_where_the_impact_is_known_and_flagged() -> None:
    after = life.resolve(opened(at=clock(10), down=clock(8)), at=clock(11), restored=clock(9), now=NOW)
    assert after.outages == (outage(clock(8), clock(9)),)
    assert life.flags(after) == [Flag.RESTORED_BEFORE_OPENED]


def test_restored_after_resolved_is_legal_and_flagged() -> None:
    after = life.resolve(opened(down=clock(9)), at=clock(11), restored=clock(12), now=NOW)
    assert (after.restored, after.resolved) == (clock(12), clock(11))
    assert life.flags(after) == [Flag.RESTORED_AFTER_RESOLVED]


def test_an_outage_of_no_length_is_kept() -> None:
    after = life.resolve(opened(down=clock(9)), at=clock(11), restored=clock(9), now=NOW)
    assert after.outages == (outage(clock(9), clock(9)),)
    assert after.restored == clock(9)


@pytest.mark.parametrize(
    ("incident", "start"),
    [(opened(down=clock(9)), clock(9)), (opened(), clock(10))],
    ids=["down since nine", "no outage, opened at ten"],
)
def test_restored_before_the_impact_began_is_refused(incident: Incident, start: datetime) -> None:
    with pytest.raises(InvalidInput) as caught:
        life.resolve(incident, at=clock(11), restored=start - SECOND, now=NOW)
    assert caught.value.message == "INC-2026-0007 cannot be restored before its impact began."
    assert (caught.value.hint, caught.value.moment) == ("It began at {moment}.", start)


def test_restored_in_the_future_is_refused_and_now_is_not() -> None:
    assert life.resolve(opened(down=clock(9)), at=clock(11), restored=NOW, now=NOW).restored == NOW
    with pytest.raises(InvalidInput) as caught:
        life.resolve(opened(down=clock(9)), at=clock(11), restored=NOW + SECOND, now=NOW)
    assert caught.value.message == "That time is still to come."


def test_restored_without_an_outage_ends_an_impact_that_is_no_outage() -> None:
    after = life.resolve(opened(), at=clock(11), restored=clock(10, 45), now=NOW)
    assert after.spans[-3] == Span(SpanKind.IMPACT, None, clock(10), clock(10, 45))
    assert (after.outages, after.restored) == ((), clock(10, 45))


def test_resolving_what_nobody_acknowledged_implies_a_response_of_no_length() -> None:
    after = life.resolve(opened(), at=clock(11), restored=None, now=NOW)
    assert after.spans == (
        state_span(State.OPEN, clock(10), clock(11)),
        state_span(State.ACKNOWLEDGED, clock(11), clock(11)),
        state_span(State.RESOLVED, clock(11)),
    )
    assert after.acknowledged == clock(11)


def test_the_first_acknowledgement_never_changes() -> None:
    taken = life.acknowledge(opened(), at=clock(10, 5), now=NOW)
    after = life.close(life.resolve(taken, at=clock(11), restored=None, now=NOW), at=clock(12), now=NOW)
    assert after.acknowledged == clock(10, 5)
    again = replace(after, spans=(*after.spans, state_span(State.ACKNOWLEDGED, clock(13))))
    assert again.acknowledged == clock(10, 5)


def test_the_last_resolution_counts() -> None:
    spans = (
        state_span(State.OPEN, clock(9), clock(10)),
        state_span(State.RESOLVED, clock(10), clock(11)),
        state_span(State.ACKNOWLEDGED, clock(11), clock(12)),
        state_span(State.RESOLVED, clock(12)),
    )
    assert replace(opened(), state=State.RESOLVED, spans=spans).resolved == clock(12)
    assert replace(opened(), state=State.ACKNOWLEDGED, spans=spans[:3]).resolved is None


def test_closing_before_the_resolution_is_refused() -> None:
    resolved = standing(State.RESOLVED)
    assert resolved.resolved == clock(13)
    assert life.close(resolved, at=clock(13), now=NOW).closed == clock(13)
    with pytest.raises(InvalidInput) as caught:
        life.close(resolved, at=clock(13) - SECOND, now=NOW)
    assert caught.value.message == "INC-2026-0007 cannot be closed before it was resolved."
    assert (caught.value.hint, caught.value.moment) == ("Give a time after {moment}.", clock(13))


def test_it_is_restored_only_when_every_impact_has_ended() -> None:
    ended = (outage(clock(8), clock(9)), Span(SpanKind.IMPACT, None, clock(9), clock(12)))
    assert replace(opened(), spans=ended).restored == clock(12)
    assert replace(opened(), spans=(*ended, outage(clock(10)))).restored is None


@pytest.mark.parametrize(
    ("given", "flags"),
    [
        ({"asset": None}, [Flag.NO_ASSET]),
        ({"impact_start": clock(10, 1)}, [Flag.OPENED_BEFORE_IMPACT]),
        (
            {
                "impact_start": clock(7),
                "state": State.RESOLVED,
                "spans": (
                    state_span(State.OPEN, clock(10), clock(9)),
                    state_span(State.RESOLVED, clock(9)),
                    outage(clock(7), clock(9, 30)),
                ),
            },
            [Flag.RESTORED_BEFORE_OPENED, Flag.RESTORED_AFTER_RESOLVED, Flag.RESOLVED_BEFORE_OPENED],
        ),
        ({"spans": (state_span(State.OPEN, clock(10)), outage(clock(10), clock(10)))}, []),
    ],
    ids=["no asset", "opened before the impact", "ended before it was opened", "restored as it was opened"],
)
def test_what_is_worth_a_look_is_flagged(given: dict[str, Any], flags: list[Flag]) -> None:
    assert life.flags(replace(opened(), **given)) == flags


def test_a_description_is_added_to_and_never_emptied() -> None:
    told = life.describe(opened(), "certificate expired", None, None)
    after = life.describe(told, None, "renewed it", "")
    assert (after.cause, after.handling, after.result) == ("certificate expired", "renewed it", None)


def test_the_record_for_the_digest_holds_what_is_known_and_nothing_else() -> None:
    assert life.fields(opened(down=clock(9, 40))) == {
        "reference": "INC-2026-0007",
        "title": "login answers 502",
        "asset": "erp",
        "impact": "high",
        "urgency": "medium",
        "state": "open",
        "impact_start": "2026-11-04T09:40:00.000000Z",
        "opened": "2026-11-04T10:00:00.000000Z",
        "recorded_at": "2026-11-05T02:00:00.000000Z",
        "spans": [
            ["state", "open", "2026-11-04T10:00:00.000000Z", None],
            ["outage", None, "2026-11-04T09:40:00.000000Z", None],
        ],
    }


def test_the_record_for_the_digest_holds_every_field_that_is_filled() -> None:
    incident = replace(
        opened(),
        asset=None,
        detected=clock(9, 50),
        cause="a",
        handling="b",
        result="c",
        entered_at=clock(11),
        source="old-tickets",
        source_key="TK-1",
        source_digest="00ff",
        spans=(state_span(State.OPEN, clock(10), clock(10, 30)),),
    )
    assert life.fields(incident) == {
        "reference": "INC-2026-0007",
        "title": "login answers 502",
        "impact": "high",
        "urgency": "medium",
        "state": "open",
        "detected": "2026-11-04T09:50:00.000000Z",
        "opened": "2026-11-04T10:00:00.000000Z",
        "entered_at": "2026-11-04T11:00:00.000000Z",
        "recorded_at": "2026-11-05T02:00:00.000000Z",
        "cause": "a",
        "handling": "b",
        "result": "c",
        "source": "old-tickets",
        "source_key": "TK-1",
        "source_digest": "00ff",
        "spans": [["state", "open", "2026-11-04T10:00:00.000000Z", "2026-11-04T10:30:00.000000Z"]],
    }
