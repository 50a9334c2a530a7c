"""Setting right what was recorded wrongly: worked examples."""

from datetime import timedelta
from typing import Any

import pytest

from opsctl.core.errors import MOMENT, Conflict, InvalidInput, NotAllowed
from opsctl.core.times import utc_text
from opsctl.core.void import Void
from opsctl.incidents.rules import corrections, merging, moves, pauses
from opsctl.incidents.rules.corrections import Correction
from opsctl.incidents.rules.life import Case, Incident, Span
from opsctl.incidents.terms import Category, Level, SpanKind, State
from tests.incidents.records import NOW, ack, changed, clock, opened, reopen, resolve, states, stretches

LATER = NOW + timedelta(days=1)
SECOND = timedelta(seconds=1)
OUTAGE, IMPACT = SpanKind.OUTAGE, SpanKind.IMPACT


def correct(case: Case, *, by: Any = None, **given: Any) -> Incident:
    return corrections.correct(case.incident, given, now=LATER, by=by)[0]


CLOSED = moves.close(
    resolve(ack(opened(down=clock(9), detected=clock(9, 30)), clock(10, 5)), clock(12), clock(11)),
    at=clock(13),
    now=clock(13),
)
AGAIN = reopen(CLOSED, clock(14))
"""Down 9:00 to 11:00, acknowledged 10:05, resolved 12:00, closed 13:00, reopened 14:00."""


@pytest.mark.parametrize(
    ("field", "old", "new"),
    [
        ("title", "login answers 502", "登录报 502"),
        ("asset", "erp", "crm"),
        ("customer", None, "甲公司"),
        ("assignee", None, "wang"),
        ("impact", Level.HIGH, Level.LOW),
        ("urgency", Level.MEDIUM, Level.HIGH),
        ("category", Category.FAULT, Category.SECURITY),
        ("cause", None, "certificate"),
        ("handling", None, "renewed"),
        ("result", None, "works"),
        ("plan", None, "site failover"),
        ("told", None, clock(11)),
        ("plan_started", None, clock(10)),
        ("detected", clock(9, 30), clock(9, 20)),
        ("opened", clock(10), clock(9, 50)),
        ("impact_start", clock(9), clock(8)),
        ("acknowledged", clock(10, 5), clock(10, 4)),
        ("restored", clock(11), clock(11, 10)),
        ("resolved", clock(12), clock(11, 30)),
        ("closed", clock(13), clock(12, 30)),
    ],
)
def test_a_field_is_set_right_and_its_old_value_is_handed_to_the_ledger(field: str, old: Any, new: Any) -> None:
    after, changes = corrections.correct(CLOSED.incident, {field: new}, now=LATER)
    assert getattr(after, field) == new
    assert changes == [Correction(field, old, new)]
    assert after.corrected_at == LATER
    assert corrections.correct(after, {field: new}, now=LATER) == (after, [])


def test_every_field_that_may_be_corrected_is_one_that_the_tests_correct() -> None:
    tried = {
        "title", "asset", "customer", "assignee", "impact", "urgency", "category", "cause", "handling", "result",
        "plan", "told", "plan_started", "detected", "opened", "impact_start", "acknowledged", "restored", "resolved",
        "closed", "mitigated",
    }  # fmt: skip
    assert set(corrections.CORRECTABLE) == tried


def test_an_equal_value_changes_nothing_not_even_the_mark() -> None:
    assert corrections.correct(CLOSED.incident, {"title": "login answers 502", "closed": clock(13)}, now=LATER) == (
        CLOSED.incident,
        [],
    )


def test_a_corrected_state_begins_where_the_one_before_it_ends() -> None:
    after = correct(CLOSED, resolved=clock(11, 30), acknowledged=clock(10, 1))
    assert states(after) == [
        (State.OPEN, clock(10), clock(10, 1)),
        (State.ACKNOWLEDGED, clock(10, 1), clock(11, 30)),
        (State.RESOLVED, clock(11, 30), clock(13)),
        (State.CLOSED, clock(13), None),
    ]


def test_the_first_mitigation_is_corrected_and_the_last_resolution() -> None:
    case = moves.mitigate(AGAIN, at=clock(15), now=NOW, by="wang")
    case = resolve(case, clock(16))
    after = correct(case, mitigated=clock(15, 30), resolved=clock(16, 30))
    assert (after.mitigated, after.resolved) == (clock(15, 30), clock(16, 30))
    assert states(after)[2] == (State.RESOLVED, clock(12), clock(13))


@pytest.mark.parametrize("field", corrections.MOMENTS)
def test_no_time_is_corrected_into_the_future(field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        correct(CLOSED, **{field: LATER + SECOND})
    assert caught.value.message == "That time is still to come."


BEGAN = "is before the impact began"


@pytest.mark.parametrize(
    ("case", "given", "message"),
    [
        pytest.param(
            CLOSED,
            {"restored": clock(9) - SECOND},
            "INC-2026-0007 cannot be restored before its impact began.",
            id="restored before it was down",
        ),
        pytest.param(
            CLOSED,
            {"impact_start": clock(11) + SECOND, "detected": clock(12)},
            "INC-2026-0007 cannot be restored before its impact began.",
            id="down after it was restored",
        ),
        pytest.param(
            CLOSED, {"impact_start": clock(9, 31)}, "It cannot be detected before it began.", id="begun after detected"
        ),
        pytest.param(
            CLOSED, {"detected": clock(8, 59)}, "It cannot be detected before it began.", id="detected before it began"
        ),
        pytest.param(CLOSED, {"acknowledged": clock(8, 59)}, f"acknowledged 2026-11-04T08:59:00.000000Z {BEGAN}",
                     id="acknowledged before it began"),
        pytest.param(CLOSED, {"resolved": clock(8, 59)}, f"resolved 2026-11-04T08:59:00.000000Z {BEGAN}",
                     id="resolved before it began"),
        pytest.param(CLOSED, {"told": clock(8, 59)}, f"told 2026-11-04T08:59:00.000000Z {BEGAN}",
                     id="told before it began"),
        pytest.param(CLOSED, {"plan_started": clock(8, 59)}, f"plan_started 2026-11-04T08:59:00.000000Z {BEGAN}",
                     id="the plan started before it began"),
        pytest.param(ack(opened(), clock(10, 5)), {"opened": clock(10, 6)},
                     f"acknowledged 2026-11-04T10:05:00.000000Z {BEGAN}", id="opened after it was acknowledged"),
        pytest.param(CLOSED, {"closed": clock(11, 59)}, "closed 2026-11-04T11:59:00.000000Z is before it was resolved",
                     id="closed before it was resolved"),
        pytest.param(CLOSED, {"resolved": clock(13, 1)}, "closed 2026-11-04T13:00:00.000000Z is before it was resolved",
                     id="resolved after it was closed"),
        pytest.param(AGAIN, {"closed": clock(11, 59)}, "closed 2026-11-04T11:59:00.000000Z is before it was resolved",
                     id="closed before it was resolved, and reopened since"),
        pytest.param(resolve(AGAIN, clock(15)), {"resolved": clock(13, 59)},
                     "resolved 2026-11-04T13:59:00.000000Z is before it was reopened",
                     id="resolved again before it was reopened"),
        pytest.param(reopen(resolve(opened(), clock(11)), clock(12)), {"resolved": clock(12, 1)},
                     "resolved 2026-11-04T12:01:00.000000Z is after it was reopened",
                     id="resolved after it was reopened"),
        pytest.param(moves.down(changed(opened(), impact_start=clock(8)), at=clock(9), now=NOW),
                     {"impact_start": clock(9, 30)},
                     "INC-2026-0007 was down at 2026-11-04T09:00:00.000000Z, before its impact would have begun.",
                     id="down before the impact began"),
    ],
)  # fmt: skip
def test_no_time_is_corrected_into_a_contradiction(case: Case, given: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        correct(case, **given)
    # The front door shows the moment in the reader's zone.
    moment = caught.value.moment
    assert caught.value.message.replace(MOMENT, "" if moment is None else utc_text(moment)) == message


def test_two_times_that_only_fit_together_are_corrected_together() -> None:
    case = ack(opened(), clock(10, 5))
    after = correct(case, opened=clock(11), acknowledged=clock(11, 1))
    assert states(after) == [(State.OPEN, clock(11), clock(11, 1)), (State.ACKNOWLEDGED, clock(11, 1), None)]
    after = correct(CLOSED, resolved=clock(14), closed=clock(15))
    assert (after.resolved, after.closed) == (clock(14), clock(15))


def test_what_contradicts_itself_already_does_not_keep_anybody_from_mending_a_title() -> None:
    """Acknowledged when a member's impact had begun, then split: its own began later."""
    case = changed(ack(opened(), clock(10, 5)), impact_start=clock(11), opened=clock(11))
    assert correct(case, title="登录报 502").title == "登录报 502"
    with pytest.raises(InvalidInput):
        correct(case, told=clock(10))


@pytest.mark.parametrize("field", ["acknowledged", "mitigated", "resolved", "closed", "restored"])
def test_what_never_was_is_not_corrected(field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        correct(opened(), **{field: clock(11)})
    assert caught.value.message == f"INC-2026-0007 has no {field} to correct."
    ways = {"restored": "Say it with: opsctl restored INC-2026-0007 --at TIME"}
    assert caught.value.hint == ways.get(field, "See: opsctl incident show INC-2026-0007")


def test_a_restoration_is_not_corrected_while_it_is_down_again() -> None:
    case = reopen(CLOSED, clock(14), declared=True)
    with pytest.raises(InvalidInput):
        correct(case, restored=clock(10))


def test_the_old_resolution_is_named_also_where_it_was_reopened_since() -> None:
    """Mistake: the ledger would say that there was none."""
    after, changes = corrections.correct(AGAIN.incident, {"resolved": clock(11, 30)}, now=LATER)
    assert changes == [Correction("resolved", clock(12), clock(11, 30))]
    assert states(after)[2] == (State.RESOLVED, clock(11, 30), clock(13))
    assert after.resolved is None
    assert corrections.correct(AGAIN.incident, {"resolved": clock(12)}, now=LATER) == (AGAIN.incident, [])


def test_only_the_last_restoration_moves_and_every_outage_that_ended_with_it() -> None:
    case = moves.restored(opened(down=clock(9)), at=clock(10), now=NOW, weight=200)
    case = moves.restored(case, at=clock(11), now=NOW)
    assert stretches(Case(correct(case, restored=clock(10, 30)))) == [
        (OUTAGE, 1000, clock(9), clock(10)),
        (OUTAGE, 200, clock(10), clock(10, 30)),
    ]
    with pytest.raises(InvalidInput):
        correct(case, restored=clock(9, 59))


@pytest.mark.parametrize(
    ("case", "given", "wanted"),
    [
        pytest.param(
            moves.restored(opened(down=clock(9)), at=clock(11), now=NOW),
            {"impact_start": clock(8)},
            [(OUTAGE, 1000, clock(8), clock(11))],
            id="an outage from the start of the impact",
        ),
        pytest.param(
            moves.restored(opened(), at=clock(11), now=NOW),
            {"impact_start": clock(8)},
            [(IMPACT, 1000, clock(8), clock(11))],
            id="an impact that was judged from the opening",
        ),
        pytest.param(
            moves.restored(opened(), at=clock(11), now=NOW),
            {"opened": clock(9, 30)},
            [(IMPACT, 1000, clock(9, 30), clock(11))],
            id="and goes on with it",
        ),
        pytest.param(
            moves.restored(changed(opened(), impact_start=clock(9)), at=clock(11), now=NOW),
            {"opened": clock(9, 30)},
            [(IMPACT, 1000, clock(9), clock(11))],
            id="one whose start is known stays",
        ),
        pytest.param(
            moves.down(changed(opened(), impact_start=clock(8)), at=clock(9), now=NOW),
            {"impact_start": clock(8, 30)},
            [(OUTAGE, 1000, clock(9), None)],
            id="an outage that began later stays",
        ),
    ],
)
def test_the_first_impact_begins_where_the_incident_does(case: Case, given: dict[str, Any], wanted: Any) -> None:
    assert stretches(Case(correct(case, **given))) == wanted


def test_a_correction_of_a_minute_does_not_make_an_acknowledgement_a_day_late() -> None:
    """Mistake: judged by when the correction was typed in. It was typed in at 10:05, so somebody was on it by then."""
    earlier = correct(CLOSED, acknowledged=clock(10, 4)).acknowledgement
    later = correct(CLOSED, acknowledged=clock(10, 30)).acknowledgement
    assert earlier is not None
    assert later is not None
    assert (earlier.started, earlier.judged) == (clock(10, 4), clock(10, 5))
    assert (later.started, later.judged) == (clock(10, 30), clock(10, 30))


def test_a_correction_of_what_another_tool_said_is_judged_by_when_it_was_typed_in() -> None:
    spans = (
        Span(SpanKind.STATE, State.OPEN, clock(10), clock(10, 5)),
        Span(SpanKind.STATE, State.ACKNOWLEDGED, clock(10, 5)),
    )
    case = changed(opened(), source="old-tickets", state=State.ACKNOWLEDGED, spans=spans)
    assert case.acknowledgement is not None
    assert case.acknowledgement.judged == clock(10, 5)
    corrected = correct(case, acknowledged=clock(10, 4)).acknowledgement
    assert corrected is not None
    assert corrected.judged == LATER


def test_a_corrected_acknowledgement_has_to_be_countersigned_anew_and_not_by_who_corrected_it() -> None:
    late = ack(opened(), clock(10, 2), by="wang", now=clock(10, 40))
    signed = pauses.countersign(late, by="lead.wang", now=NOW)
    after = correct(signed, acknowledged=clock(10, 1), by="zhao")
    assert after.acknowledgement is not None
    assert after.acknowledgement.judged == clock(10, 40)
    with pytest.raises(NotAllowed):
        pauses.countersign(Case(after), by="zhao", now=LATER)
    again = pauses.countersign(Case(after), by="lead.wang", now=LATER)
    assert again.acknowledgement is not None
    assert again.acknowledgement.judged == clock(10, 1)


def test_a_merged_incident_is_not_corrected() -> None:
    merged = merging.merge(ack(opened(), clock(10, 5)), opened(reference="INC-2026-0001"), now=NOW)
    with pytest.raises(Conflict) as caught:
        correct(Case(merged), title="登录报 502")
    assert caught.value.message == "INC-2026-0007 is merged into INC-2026-0001."
    assert caught.value.hint == "Undo the merging first: opsctl incident split INC-2026-0007"


def test_a_void_incident_is_corrected_and_stays_void() -> None:
    assert correct(changed(CLOSED, void=Void.MISTAKE), cause="none").void is Void.MISTAKE
