"""Pauses, their approval by somebody else, and the countersign of late acknowledgements."""

from datetime import datetime, timedelta

import pytest

from opsctl.core.errors import Conflict, ExitCode, InvalidInput, NotAllowed, NotFound
from opsctl.incidents.rules import merging, moves, pauses
from opsctl.incidents.rules.life import Case
from opsctl.incidents.terms import Response, SpanKind, State
from tests.incidents.records import NOW, ack, clock, opened, reopen, resolve

SECOND = timedelta(seconds=1)


def pause(case: Case, at: datetime, *, by: str = "wang", asked: str | None = "lead.wang") -> Case:
    return pauses.pause(case, at=at, now=NOW, by=by, reason="waiting for the customer's part", asked=asked)


def resume(case: Case, at: datetime) -> Case:
    return pauses.resume(case, at=at, now=NOW)


def decide(case: Case, number: int = 1, *, by: str = "lead.wang", approved: bool = True) -> Case:
    return pauses.decide(case, number=number, by=by, now=NOW, approved=approved)


PAUSED = pause(opened(), clock(10, 30))
TWICE = pause(resume(PAUSED, clock(11)), clock(11))


def test_a_pause_says_since_when_why_who_and_who_is_asked() -> None:
    found = PAUSED.incident.pauses[0]
    assert (found.kind, found.started, found.ended, found.started_entered) == (
        SpanKind.PAUSE, clock(10, 30), None, NOW,
    )  # fmt: skip
    assert (found.entered_by, found.reason, found.asked) == ("wang", "waiting for the customer's part", "lead.wang")
    assert (found.decided_by, found.decided_at, found.approved) == (None, None, None)
    # The state goes on beside it.
    assert PAUSED.incident.state is State.OPEN
    assert PAUSED.incident.acknowledgement is None


def test_nobody_is_asked_to_approve_their_own_pause() -> None:
    with pytest.raises(NotAllowed) as caught:
        pause(opened(), clock(10), by="wang", asked="wang")
    assert caught.value.message == "Nobody approves their own pause."
    assert caught.value.code is ExitCode.NOT_ALLOWED
    assert pause(opened(), clock(10), asked=None).incident.pauses[0].asked is None


def test_a_second_pause_is_refused_while_one_runs() -> None:
    with pytest.raises(Conflict) as caught:
        pause(PAUSED, clock(11))
    assert caught.value.message == "INC-2026-0007 is paused since {moment}."
    assert caught.value.hint == "End that pause first: opsctl incident resume INC-2026-0007"
    assert caught.value.moment == clock(10, 30)


def test_pauses_touch_and_do_not_overlap() -> None:
    assert [(span.started, span.ended) for span in TWICE.incident.pauses] == [
        (clock(10, 30), clock(11)),
        (clock(11), None),
    ]
    with pytest.raises(Conflict) as caught:
        pause(resume(PAUSED, clock(11)), clock(11) - SECOND)
    assert caught.value.message == "Pause INC-2026-0007/1 lasted until {moment}; pauses do not overlap."
    assert caught.value.moment == clock(11)


def test_a_pause_is_not_resumed_before_it_began() -> None:
    assert resume(PAUSED, clock(10, 30)).incident.pauses[0].ended == clock(10, 30)
    with pytest.raises(InvalidInput) as caught:
        resume(PAUSED, clock(10, 30) - SECOND)
    assert caught.value.message == "INC-2026-0007 was paused only at {moment}."
    assert caught.value.moment == clock(10, 30)


@pytest.mark.parametrize("case", [opened(), resume(PAUSED, clock(11))], ids=["never paused", "resumed"])
def test_what_is_not_paused_is_not_resumed(case: Case) -> None:
    with pytest.raises(Conflict) as caught:
        resume(case, clock(12))
    assert caught.value.message == "INC-2026-0007 is not paused."
    assert caught.value.hint == "Pause it with: opsctl incident pause INC-2026-0007 --reason TEXT --ask PERSON"


def test_a_resolved_incident_is_told_that_resuming_is_not_possible() -> None:
    with pytest.raises(Conflict) as caught:
        resume(resolve(PAUSED, clock(11)), clock(12))
    assert caught.value.message == "INC-2026-0007 is resolved: resume is not possible."


def test_somebody_else_decides_once() -> None:
    for approved in (True, False):
        found = decide(PAUSED, approved=approved).incident.pauses[0]
        assert (found.decided_by, found.decided_at, found.approved) == ("lead.wang", NOW, approved)
        with pytest.raises(Conflict) as caught:
            decide(decide(PAUSED, approved=approved), by="zhao", approved=not approved)
        assert caught.value.message == "Pause INC-2026-0007/1 was decided by lead.wang already."


@pytest.mark.parametrize("approved", [True, False], ids=["approving", "refusing"])
def test_nobody_decides_their_own_pause(approved: bool) -> None:
    with pytest.raises(NotAllowed) as caught:
        decide(PAUSED, by="wang", approved=approved)
    assert caught.value.message == "Nobody approves their own pause."
    assert caught.value.hint == "Ask somebody else, or say who you are with --as PERSON."


@pytest.mark.parametrize("number", [0, 3, -1])
def test_a_pause_that_is_not_there_is_not_decided(number: int) -> None:
    with pytest.raises(NotFound) as caught:
        decide(TWICE, number)
    assert caught.value.message == f"INC-2026-0007 has no pause {number}."


def test_the_number_names_the_pause() -> None:
    second = decide(TWICE, 2)
    assert [span.approved for span in second.incident.pauses] == [None, True]
    assert pauses.undecided(second.incident) == [1]
    assert pauses.undecided(decide(second, 1, approved=False).incident) == []


def test_a_pause_is_decided_also_when_the_incident_is_resolved_and_closed() -> None:
    resolved = resolve(PAUSED, clock(11))
    assert decide(resolved).incident.pauses[0].approved is True
    closed = moves.close(resolved, at=clock(12), now=NOW)
    assert decide(closed, approved=False).incident.pauses[0].approved is False


def test_a_pause_outlives_a_merging_that_is_taken_back() -> None:
    target = opened(reference="INC-2026-0001")
    after = merging.split(merging.merge(PAUSED, target, now=NOW))
    assert resume(Case(after), clock(12)).incident.pauses[0].ended == clock(12)


LATE = ack(opened(), clock(10, 2), now=clock(10, 40))


def test_a_late_acknowledgement_counts_when_it_was_typed_in_until_somebody_else_confirms_its_time() -> None:
    found = LATE.acknowledgement
    assert found is not None
    assert (found.started, found.judged) == (clock(10, 2), clock(10, 40))
    assert pauses.is_late_acknowledgement(LATE.incident)
    signed = pauses.countersign(LATE, by="lead.wang", now=NOW)
    assert signed.acknowledgement is not None
    assert signed.acknowledgement.judged == clock(10, 2)
    assert (signed.acknowledgement.decided_by, signed.acknowledgement.decided_at) == ("lead.wang", NOW)
    assert not pauses.is_late_acknowledgement(signed.incident)


def test_nobody_countersigns_twice_or_for_themselves() -> None:
    with pytest.raises(NotAllowed) as refused:
        pauses.countersign(LATE, by="wang", now=NOW)
    assert refused.value.message == "Nobody countersigns their own acknowledgement."
    with pytest.raises(Conflict) as caught:
        pauses.countersign(pauses.countersign(LATE, by="lead.wang", now=NOW), by="zhao", now=NOW)
    assert caught.value.message == "The acknowledgement of INC-2026-0007 was countersigned by lead.wang already."


def test_nobody_who_opened_late_countersigns_their_own_opening() -> None:
    case = opened(now=clock(11))
    taken = moves.acknowledge(case, at=clock(10), now=clock(11), by="wang", how=Response.SELF)
    assert pauses.is_late_acknowledgement(taken.incident)
    with pytest.raises(NotAllowed):
        pauses.countersign(taken, by="wang", now=NOW)


@pytest.mark.parametrize(
    "case",
    [opened(), ack(opened(), clock(10, 2))],
    ids=["never acknowledged", "acknowledged as it was typed in"],
)
def test_there_is_nothing_to_countersign_where_nothing_is_late(case: Case) -> None:
    with pytest.raises(Conflict) as caught:
        pauses.countersign(case, by="lead.wang", now=NOW)
    assert caught.value.hint == "Name a pause as INC-2026-0007/1."


def test_a_later_acknowledgement_is_not_what_is_countersigned() -> None:
    case = reopen(resolve(ack(opened(), clock(10, 2)), clock(11)), clock(12), now=NOW)
    with pytest.raises(Conflict):
        pauses.countersign(case, by="lead.wang", now=NOW)
