"""What may happen to an incident, state by state and instant by instant: worked examples."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from opsctl.core.errors import Conflict, ExitCode, InvalidInput
from opsctl.core.void import Void
from opsctl.incidents.rules import life, merging, moves, pauses
from opsctl.incidents.rules.life import Case, Span
from opsctl.incidents.rules.words import MOVES
from opsctl.incidents.terms import Flag, Response, SpanKind, State
from tests.incidents.records import (
    NOW,
    ack,
    changed,
    clock,
    opened,
    reopen,
    resolve,
    standing,
    states,
    stretches,
)  # fmt: skip

SECOND = timedelta(seconds=1)
OUTAGE, IMPACT = SpanKind.OUTAGE, SpanKind.IMPACT
OTHER = Case(replace(opened(clock(9)).incident, reference="INC-2026-0003"))

VERBS: dict[str, Callable[[Case, datetime], Any]] = {
    "ack": lambda case, at: moves.acknowledge(case, at=at, now=NOW, by="wang", how=Response.PERSON),
    "mitigate": lambda case, at: moves.mitigate(case, at=at, now=NOW, by="wang"),
    "down": lambda case, at: moves.down(case, at=at, now=NOW),
    "restored": lambda case, at: moves.restored(case, at=at, now=NOW),
    "pause": lambda case, at: pauses.pause(case, at=at, now=NOW, by="wang", reason="spare part", asked=None),
    "resume": lambda case, at: pauses.resume(case, at=at, now=NOW),
    "resolve": lambda case, at: moves.resolve(case, at=at, restored=None, now=NOW, by="wang"),
    "reopen": lambda case, at: reopen(case, at, now=NOW),
    "close": lambda case, at: moves.close(case, at=at, now=NOW),
    "merge": lambda case, at: merging.merge(case, OTHER, now=NOW),
    "split": lambda case, at: merging.split(case.incident),
}
UNRESOLVED = "ack, mitigate, down, restored, pause, resume, resolve, merge"
POSSIBLE = {
    State.OPEN: UNRESOLVED,
    State.ACKNOWLEDGED: "mitigate, down, restored, pause, resume, resolve, merge",
    State.MITIGATED: "down, restored, pause, resume, resolve, merge",
    State.RESOLVED: "reopen, close, merge",
    State.CLOSED: "reopen",
}
ALREADY = {
    ("ack", State.ACKNOWLEDGED),
    ("mitigate", State.MITIGATED),
    ("resolve", State.RESOLVED),
    ("close", State.CLOSED),
}
LEADS = {
    ("ack", State.OPEN): State.ACKNOWLEDGED,
    ("mitigate", State.OPEN): State.MITIGATED,
    ("mitigate", State.ACKNOWLEDGED): State.MITIGATED,
    ("resolve", State.OPEN): State.RESOLVED,
    ("resolve", State.ACKNOWLEDGED): State.RESOLVED,
    ("resolve", State.MITIGATED): State.RESOLVED,
    ("reopen", State.RESOLVED): State.ACKNOWLEDGED,
    ("reopen", State.CLOSED): State.ACKNOWLEDGED,
    ("close", State.RESOLVED): State.CLOSED,
}
REFUSED = [
    (verb, state)
    for state, possible in POSSIBLE.items()
    for verb in VERBS
    if verb not in possible.split(", ")
]  # fmt: skip


def test_every_verb_is_tried_in_every_state() -> None:
    assert set(VERBS) == set(MOVES)
    assert {*POSSIBLE, State.MERGED} == set(State)


@pytest.mark.parametrize(("verb", "state"), LEADS, ids=str)
def test_a_verb_leads_from_a_state_to_the_next(verb: str, state: State) -> None:
    before = standing(state).incident
    after = VERBS[verb](Case(before), NOW).incident
    wanted = LEADS[verb, state]
    assert after.state is wanted
    assert states(after)[-1] == (wanted, NOW, None)
    # What was before it is kept, and only the state that it left has ended.
    assert after.spans[: len(before.spans) - 1] == before.spans[:-1]
    assert after.spans[len(before.spans) - 1] == replace(before.spans[-1], ended=NOW)
    assert [span for span in after.spans if span.ended is None] == [after.spans[-1]]


@pytest.mark.parametrize(("verb", "state"), REFUSED, ids=str)
def test_a_verb_is_refused_in_a_state_it_does_not_fit_with_the_moves_that_do(verb: str, state: State) -> None:
    with pytest.raises(Conflict) as caught:
        VERBS[verb](standing(state), NOW)
    told = f"INC-2026-0007 is {state} already." if (verb, state) in ALREADY else None
    assert caught.value.message == (told or f"INC-2026-0007 is {state}: {verb} is not possible.")
    assert caught.value.hint == f"Possible now: {POSSIBLE[state]}."
    assert caught.value.code is ExitCode.CONFLICT


@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb != "split"])
def test_nothing_but_a_split_is_done_to_a_merged_incident(verb: str) -> None:
    with pytest.raises(Conflict) as caught:
        VERBS[verb](standing(State.MERGED), NOW)
    assert caught.value.message == "INC-2026-0007 is merged into INC-2026-0001."
    assert caught.value.hint == "Do it there, or undo the merging: opsctl incident split INC-2026-0007"


@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb != "split"])
def test_a_void_incident_is_not_moved(verb: str) -> None:
    fitting = next(state for state in State if state in MOVES[verb])
    with pytest.raises(Conflict) as caught:
        VERBS[verb](changed(standing(fitting), void=Void.TEST), NOW)
    assert caught.value.message == "INC-2026-0007 is void (test)."
    assert caught.value.hint == "Take that back first: opsctl incident void INC-2026-0007 --undo --reason TEXT"


FITTING = {
    "ack": opened(),
    "mitigate": opened(),
    "down": opened(),
    "restored": opened(),
    "pause": opened(),
    "resume": pauses.pause(opened(), at=clock(10), now=NOW, by="wang", reason="spare part", asked=None),
    "resolve": opened(),
    "reopen": standing(State.RESOLVED),
    "close": standing(State.RESOLVED),
}


@pytest.mark.parametrize("verb", FITTING)
def test_an_instant_to_come_is_refused_and_now_is_not(verb: str) -> None:
    VERBS[verb](FITTING[verb], NOW)
    with pytest.raises(InvalidInput) as caught:
        VERBS[verb](FITTING[verb], NOW + SECOND)
    assert caught.value.message == "That time is still to come."


@pytest.mark.parametrize("verb", ["ack", "mitigate", "pause", "resolve"])
@pytest.mark.parametrize(
    ("impact_start", "detected", "start"),
    [
        pytest.param(clock(8), clock(9), clock(8), id="impact start"),
        pytest.param(None, clock(9), clock(9), id="detected"),
        pytest.param(None, None, clock(10), id="opened"),
        pytest.param(clock(11), None, clock(10), id="opened before the impact"),
    ],
)
def test_an_instant_before_the_incident_began_is_refused(
    verb: str, impact_start: datetime | None, detected: datetime | None, start: datetime
) -> None:
    case = changed(opened(), impact_start=impact_start, detected=detected)
    VERBS[verb](case, start)
    with pytest.raises(InvalidInput) as caught:
        VERBS[verb](case, start - SECOND)
    assert caught.value.message == "INC-2026-0007 began only at {moment}."
    assert caught.value.moment == start


@pytest.mark.parametrize("late", ["at", "down", "detected"])
def test_nothing_is_opened_in_the_future(late: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        opened(**{"at": NOW, "down": NOW, "detected": NOW, late: NOW + SECOND, "now": NOW})
    assert caught.value.message == "That time is still to come."


def test_nothing_is_detected_before_it_began() -> None:
    assert opened(down=clock(9), detected=clock(9)).detected == clock(9)
    with pytest.raises(InvalidInput) as caught:
        opened(down=clock(9), detected=clock(9) - SECOND)
    assert caught.value.message == "It cannot be detected before it began."


def test_opening_without_an_outage_knows_no_start_of_impact() -> None:
    case = opened()
    assert case.incident.spans == (Span(SpanKind.STATE, State.OPEN, clock(10)),)
    assert (case.impact_start, case.clock_start, case.incident.recorded_at) == (None, clock(10), clock(10))
    assert (case.acknowledgement, case.restored, case.incident.resolved, case.incident.closed) == (None,) * 4
    assert life.flags(case.incident) == []


def test_opening_with_an_outage_starts_the_impact_there() -> None:
    case = opened(down=clock(9, 40), weight=300)
    assert stretches(case) == [(OUTAGE, 300, clock(9, 40), None)]
    assert (case.impact_start, case.clock_start, case.opened) == (clock(9, 40), clock(9, 40), clock(10))
    assert life.flags(case.incident) == [Flag.LATE_ENTRY]


def test_an_outage_that_begins_after_the_opening_is_kept_and_flagged() -> None:
    case = opened(down=clock(10, 10))
    assert (case.opened, case.impact_start) == (clock(10), clock(10, 10))
    assert life.flags(case.incident) == [Flag.OPENED_BEFORE_IMPACT]


def test_an_incident_still_down_is_resolved_with_restored_only() -> None:
    case = opened(down=clock(9))
    with pytest.raises(Conflict) as caught:
        resolve(case, clock(11))
    assert caught.value.message == "INC-2026-0007 is still down."
    assert caught.value.hint == "Say when it was back: opsctl incident resolve INC-2026-0007 --restored TIME"
    after = resolve(case, clock(11), clock(10, 30))
    assert stretches(after) == [(OUTAGE, 1000, clock(9), clock(10, 30))]
    assert (after.restored, after.incident.resolved) == (clock(10, 30), clock(11))


def test_restored_before_opened_is_legal_where_the_impact_is_known_and_flagged() -> None:
    after = resolve(opened(down=clock(8)), clock(11), clock(9))
    assert stretches(after) == [(OUTAGE, 1000, clock(8), clock(9))]
    assert Flag.RESTORED_BEFORE_OPENED in life.flags(after.incident)


def test_restored_after_resolved_is_legal_and_flagged() -> None:
    after = resolve(opened(down=clock(9)), clock(11), clock(12))
    assert (after.restored, after.incident.resolved) == (clock(12), clock(11))
    assert Flag.RESTORED_AFTER_RESOLVED in life.flags(after.incident)


def test_an_outage_of_no_length_is_kept() -> None:
    after = resolve(opened(down=clock(9)), clock(11), clock(9))
    assert stretches(after) == [(OUTAGE, 1000, clock(9), clock(9))]
    assert after.restored == clock(9)


@pytest.mark.parametrize(
    ("case", "start"),
    [
        pytest.param(opened(down=clock(9)), clock(9), id="down since nine"),
        pytest.param(opened(), clock(10), id="no outage, opened at ten"),
        pytest.param(opened(detected=clock(9, 30)), clock(9, 30), id="detected at half past nine"),
        pytest.param(reopen(resolve(opened(), clock(11)), clock(12)), clock(12), id="reopened at noon"),
    ],
)
def test_restored_before_the_impact_began_is_refused(case: Case, start: datetime) -> None:
    assert moves.restored(case, at=start, now=NOW).restored == start
    with pytest.raises(InvalidInput) as caught:
        moves.restored(case, at=start - SECOND, now=NOW)
    assert caught.value.message == "INC-2026-0007 cannot be restored before its impact began."
    assert (caught.value.hint, caught.value.moment) == ("It began at {moment}.", start)


def test_restored_in_the_future_is_refused_when_resolving_too() -> None:
    assert moves.resolve(opened(), at=clock(11), restored=NOW, now=NOW, by="wang").restored == NOW
    with pytest.raises(InvalidInput) as caught:
        moves.resolve(opened(), at=clock(11), restored=NOW + SECOND, now=NOW, by="wang")
    assert caught.value.message == "That time is still to come."


def test_restored_without_an_outage_ends_an_impact_that_is_no_outage() -> None:
    after = moves.restored(opened(detected=clock(9, 30)), at=clock(10, 45), now=clock(10, 50))
    assert stretches(after) == [(IMPACT, 1000, clock(9, 30), clock(10, 45))]
    assert (after.incident.outages, after.restored, after.impact_start) == ((), clock(10, 45), None)
    assert after.incident.state is State.OPEN


def test_restored_twice_is_refused_and_says_how_to_correct_the_first() -> None:
    once = moves.restored(opened(down=clock(9)), at=clock(10), now=NOW)
    tries: list[Callable[[], Case]] = [
        lambda: moves.restored(once, at=clock(11), now=NOW),
        lambda: resolve(once, clock(11), clock(11)),
    ]
    for again in tries:
        with pytest.raises(Conflict) as caught:
            again()
        assert caught.value.message == "INC-2026-0007 was restored at {moment} already."
        assert caught.value.hint == "Correct it with: opsctl incident correct INC-2026-0007 restored=TIME"
        assert caught.value.moment == clock(10)


def test_restored_in_part_goes_on_with_the_rest_and_then_wholly() -> None:
    part = moves.restored(opened(down=clock(9)), at=clock(10), now=NOW, weight=200)
    assert stretches(part) == [(OUTAGE, 1000, clock(9), clock(10)), (OUTAGE, 200, clock(10), None)]
    assert part.restored is None
    whole = moves.restored(part, at=clock(11), now=NOW)
    assert stretches(whole) == [(OUTAGE, 1000, clock(9), clock(10)), (OUTAGE, 200, clock(10), clock(11))]
    assert whole.restored == clock(11)


def test_restored_in_part_without_an_outage_is_an_impact_that_goes_on() -> None:
    part = moves.restored(opened(), at=clock(10, 30), now=NOW, weight=200)
    assert stretches(part) == [(IMPACT, 1000, clock(10), clock(10, 30)), (IMPACT, 200, clock(10, 30), None)]
    with pytest.raises(Conflict):
        resolve(part, clock(11))


def test_down_with_another_weight_ends_the_one_and_begins_the_other() -> None:
    worse = moves.down(opened(down=clock(9), weight=300), at=clock(10), now=NOW)
    assert stretches(worse) == [(OUTAGE, 300, clock(9), clock(10)), (OUTAGE, 1000, clock(10), None)]
    assert worse.impact_start == clock(9)


def test_down_twice_is_refused() -> None:
    with pytest.raises(Conflict) as caught:
        moves.down(opened(down=clock(9)), at=clock(9, 30), now=NOW)
    assert caught.value.message == "INC-2026-0007 is down since {moment} already."
    assert caught.value.hint == "Correct its beginning with: opsctl incident correct INC-2026-0007 impact_start=TIME"
    assert caught.value.moment == clock(9)


def test_another_weight_does_not_begin_before_the_outage_that_lasts() -> None:
    case = opened(down=clock(9))
    assert moves.down(case, at=clock(9), now=NOW, weight=300).impacts[0].ended == clock(9)
    with pytest.raises(InvalidInput) as caught:
        moves.down(case, at=clock(9) - SECOND, now=NOW, weight=300)
    assert caught.value.message == "INC-2026-0007 is down since {moment}; that is later."
    assert caught.value.moment == clock(9)


@pytest.mark.parametrize(
    ("case", "at", "impact_start"),
    [
        pytest.param(opened(), clock(9, 50), clock(9, 50), id="before the opening it is the start of the impact"),
        pytest.param(opened(), clock(10), clock(10), id="and at the opening"),
        pytest.param(opened(), clock(10, 5), None, id="later it need not be"),
        pytest.param(changed(opened(), impact_start=clock(9)), clock(8), clock(8), id="an earlier one moves it"),
        pytest.param(changed(opened(), impact_start=clock(9)), clock(9, 30), clock(9), id="a later one does not"),
    ],
)
def test_an_outage_says_when_the_impact_began(case: Case, at: datetime, impact_start: datetime | None) -> None:
    assert moves.down(case, at=at, now=NOW).impact_start == impact_start


@pytest.mark.parametrize("verb", ["mitigate", "resolve"])
def test_the_first_move_on_what_nobody_acknowledged_is_the_implied_response(verb: str) -> None:
    after = VERBS[verb](opened(), clock(11)).incident
    state = {"mitigate": State.MITIGATED, "resolve": State.RESOLVED}[verb]
    assert states(after) == [
        (State.OPEN, clock(10), clock(11)),
        (State.ACKNOWLEDGED, clock(11), clock(11)),
        (state, clock(11), None),
    ]
    found = after.acknowledgement
    assert (found.response, found.entered_by, found.judged) == (Response.IMPLIED, "wang", NOW)


def test_reopening_what_nobody_acknowledged_is_the_implied_response() -> None:
    """Another tool's record has no acknowledgement; whoever reopens it is the first on it."""
    spans = (
        Span(SpanKind.STATE, State.OPEN, clock(10), clock(11)),
        Span(SpanKind.STATE, State.RESOLVED, clock(11)),
    )
    case = reopen(changed(opened(), state=State.RESOLVED, spans=spans), clock(12))
    found = case.acknowledgement
    assert found is not None
    assert (found.started, found.response, found.entered_by) == (clock(12), Response.IMPLIED, "zhao")


def test_reopening_never_replaces_the_first_acknowledgement() -> None:
    """Mistake: the first acknowledgement is wiped, or overwritten, by a reopening."""
    case = reopen(resolve(ack(opened(), clock(10, 5)), clock(11)), clock(12))
    assert (case.incident.acknowledged, case.incident.state) == (clock(10, 5), State.ACKNOWLEDGED)
    again = reopen(resolve(case, clock(13)), clock(14))
    assert again.incident.acknowledged == clock(10, 5)
    assert again.incident.reopenings == (clock(12), clock(14))
    assert again.acknowledgement == case.acknowledgement


def test_reopening_declares_an_outage_only_where_one_is() -> None:
    case = resolve(opened(down=clock(9)), clock(11), clock(10))
    assert stretches(reopen(case, clock(12))) == [(OUTAGE, 1000, clock(9), clock(10))]
    assert stretches(reopen(case, clock(12), declared=True)) == [
        (OUTAGE, 1000, clock(9), clock(10)),
        (OUTAGE, 1000, clock(12), None),
    ]


def test_a_reopening_before_the_resolution_is_refused() -> None:
    case = resolve(opened(), clock(11))
    assert reopen(case, clock(11)).incident.reopenings == (clock(11),)
    with pytest.raises(InvalidInput) as caught:
        reopen(case, clock(11) - SECOND)
    assert caught.value.message == "INC-2026-0007 cannot be reopened before it was resolved."
    assert caught.value.moment == clock(11)


def closed_elsewhere() -> Case:
    """As another tool tells it: opened at ten, closed at eleven, never resolved."""
    spans = (Span(SpanKind.STATE, State.OPEN, clock(10), clock(11)), Span(SpanKind.STATE, State.CLOSED, clock(11)))
    return changed(opened(), state=State.CLOSED, spans=spans)


@pytest.mark.parametrize("case", [resolve(opened(), clock(11)), closed_elsewhere()], ids=["resolved", "only closed"])
def test_beyond_the_window_it_is_a_new_incident(case: Case) -> None:
    hour = timedelta(hours=1)
    within = moves.reopen(case, at=clock(12), now=NOW, by="zhao", declared=False, weight=1000, window=hour)
    assert within.incident.state is State.ACKNOWLEDGED
    with pytest.raises(Conflict) as caught:
        moves.reopen(case, at=clock(12) + SECOND, now=NOW, by="zhao", declared=False, weight=1000, window=hour)
    assert caught.value.message == "INC-2026-0007 was resolved more than 1 h before: a later fault is a new incident."
    assert caught.value.hint == 'Open one: opsctl open "erp …"'


@pytest.mark.parametrize("verb", ["mitigate", "resolve"])
def test_nothing_happens_to_an_episode_before_it_began(verb: str) -> None:
    case = reopen(resolve(opened(), clock(11)), clock(12))
    VERBS[verb](case, clock(12))
    with pytest.raises(InvalidInput) as caught:
        VERBS[verb](case, clock(12) - SECOND)
    assert caught.value.message == "INC-2026-0007 was reopened only at {moment}."
    assert caught.value.moment == clock(12)


def test_closing_before_the_resolution_is_refused() -> None:
    resolved = standing(State.RESOLVED)
    assert resolved.incident.resolved == clock(13)
    assert moves.close(resolved, at=clock(13), now=NOW).incident.closed == clock(13)
    with pytest.raises(InvalidInput) as caught:
        moves.close(resolved, at=clock(13) - SECOND, now=NOW)
    assert caught.value.message == "INC-2026-0007 cannot be closed before it was resolved."
    assert (caught.value.hint, caught.value.moment) == ("Give a time after {moment}.", clock(13))


def test_resolving_ends_a_pause_that_runs() -> None:
    case = pauses.pause(opened(), at=clock(10, 30), now=clock(10, 30), by="wang", reason="spare part", asked=None)
    assert [(span.started, span.ended) for span in resolve(case, clock(11)).incident.pauses] == [
        (clock(10, 30), clock(11))
    ]
    # Resolved, as it turns out, before the pause began: the pause has no length.
    earlier = resolve(case, clock(10, 15), now=clock(12))
    assert [(span.started, span.ended) for span in earlier.incident.pauses] == [(clock(10, 30), clock(10, 30))]


def test_a_description_is_added_to_and_never_emptied() -> None:
    told = moves.describe(opened(), "certificate expired", None, None)
    after = moves.describe(told, None, "renewed it", "").incident
    assert (after.cause, after.handling, after.result) == ("certificate expired", "renewed it", None)
