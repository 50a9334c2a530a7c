"""The clocks: worked examples, many named after mistakes that were made elsewhere."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from opsctl.core.calendars import Calendar
from opsctl.incidents.rules import merging, moves, pauses
from opsctl.incidents.rules.clocks import Clock, ClockKind, ClockState, clocks_of, stamped, start_of
from opsctl.incidents.rules.life import Case, Span
from opsctl.incidents.terms import SpanKind, State
from opsctl.rulebook.rules import Limits, Rules
from opsctl.rulebook.terms import Starts
from tests.incidents.records import NOW, ack, changed, clock, opened, reopen, resolve

MINUTE = timedelta(minutes=1)
HOUR = 60 * 60_000_000
WORKDAYS = (((480, 720), (840, 1080)),) * 5 + ((), ())
OFFICE = Calendar(
    "office",
    "Asia/Shanghai",
    weekly=WORKDAYS,
    holidays=frozenset(date(2026, 10, day) for day in range(1, 8)),
    open=frozenset({date(2026, 10, 10)}),
    known_years=(2025, 2026),
)


def limits(
    response: timedelta | None = timedelta(minutes=30),
    restore: timedelta | None = timedelta(hours=4),
    *,
    starts: Starts = Starts.OPENED,
    calendar: str = "always",
    severity: int = 2,
) -> Limits:
    return Limits(severity, response, restore, starts, calendar, False, None)


def rules(*given: Limits, calendar: Calendar = OFFICE) -> Rules:
    return Rules(generation=1, calendars={calendar.name: calendar}, limits={one.severity: one for one in given})


RULES = rules(limits())


def judged(case: Case, book: Rules = RULES, now: datetime = NOW) -> tuple[Clock, Clock]:
    """The response clock and the restore clock; severity 2 unless the case has another."""
    found = clocks_of(changed(case, severity=case.incident.severity or 2), book, now)
    assert [one.kind for one in found] == list(ClockKind)
    return found[0], found[1]


def shanghai(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+08:00").astimezone(UTC)


def pause(case: Case, start: datetime, end: datetime | None, *, approved: bool | None = None) -> Case:
    now = max(start, end or start)
    case = pauses.pause(case, at=start, now=now, by="wang", reason="spare part", asked=None)
    if end is not None:
        case = pauses.resume(case, at=end, now=now)
    if approved is None:
        return case
    number = len(case.incident.pauses)
    return pauses.decide(case, number=number, by="lead.wang", now=now, approved=approved)


# Found errors of other implementations: incident-clocks.


def test_a_closing_is_no_acknowledgement() -> None:
    """Mistake: the time to close is taken for the time to acknowledge."""
    spans = (
        Span(SpanKind.STATE, State.OPEN, clock(10), clock(10, 5)),
        Span(SpanKind.STATE, State.RESOLVED, clock(10, 5), clock(10, 6)),
        Span(SpanKind.STATE, State.CLOSED, clock(10, 6)),
    )
    response, restore = judged(changed(opened(), state=State.CLOSED, spans=spans))
    assert (response.stopped, response.state, response.on_time) == (None, ClockState.MISSED, False)
    # It ran until the resolution and not for ever.
    assert response.used == 5 * 60_000_000
    assert (restore.stopped, restore.state, restore.on_time) == (clock(10, 5), ClockState.MET, True)


def test_a_pause_is_no_acknowledgement() -> None:
    """Mistake: silencing counts as the response."""
    case = pause(opened(), clock(10, 5), clock(10, 10), approved=False)
    assert judged(case, now=clock(10, 20))[0].stopped is None


def test_the_end_of_a_closed_incident_is_not_now() -> None:
    """Mistake: until now for an incident that is closed without an end of its own; and whole hours."""
    spans = (
        Span(SpanKind.STATE, State.OPEN, clock(10), clock(10, 59)),
        Span(SpanKind.STATE, State.CLOSED, clock(10, 59)),
    )
    _response, restore = judged(changed(opened(), state=State.CLOSED, spans=spans))
    assert (restore.stopped, restore.used, restore.state) == (clock(10, 59), HOUR * 59 // 60, ClockState.MET)


def test_a_reopening_runs_the_restore_clock_on_and_leaves_the_response_as_it_was() -> None:
    """Mistake: the first acknowledgement and the first end are overwritten, or the closed time counts as down."""
    case = resolve(ack(opened(down=clock(10)), clock(10, 5)), clock(11), clock(10, 50))
    before = judged(case)
    assert (before[1].used, before[1].state) == (HOUR * 50 // 60, ClockState.MET)
    again = reopen(case, clock(14), declared=True)
    response, restore = judged(again, now=clock(15))
    assert response == before[0]
    # 10:00 to 10:50, then from 14:00: 110 minutes of 240; the gap of 190 minutes moves the end to 17:10.
    assert (restore.used, restore.stopped, restore.state) == (HOUR * 110 // 60, None, ClockState.RUNNING)
    assert restore.due == clock(17, 10)
    done = resolve(again, clock(18), clock(17, 10))
    assert judged(done)[1].state is ClockState.MET
    assert judged(resolve(again, clock(18), clock(17, 11)))[1].state is ClockState.MISSED


def test_a_reopened_incident_is_not_restored_by_what_was_restored_before() -> None:
    """Mistake: restored at the very moment of the reopening, and counted as restored in time for good."""
    case = reopen(resolve(ack(opened(down=clock(10)), clock(10, 5)), clock(11), clock(11)), clock(11))
    restore = judged(case, now=clock(15))[1]
    assert (restore.stopped, restore.state) == (None, ClockState.OVERDUE)


def test_an_outage_that_outlives_the_reopening_counts_without_a_gap() -> None:
    case = reopen(resolve(ack(opened(down=clock(10)), clock(10, 5)), clock(11), clock(13)), clock(12), now=clock(13))
    restore = judged(case, now=clock(20))[1]
    assert (restore.used, restore.stopped, restore.due) == (3 * HOUR, clock(13), clock(14))


def test_used_time_is_counted_on_the_calendar_and_shows_the_clocks_of_its_zone() -> None:
    """Mistakes: 11:30 to 12:30 is twelve hours; the lunch break counts; a full day loses a second."""
    book = rules(limits(calendar="office"))
    case = opened(shanghai("2026-11-02 11:30"))
    assert judged(case, book, shanghai("2026-11-02 12:30"))[1].used == HOUR // 2
    restore = judged(case, book, shanghai("2026-11-03 09:00"))[1]
    assert restore.used == HOUR // 2 + 4 * HOUR + HOUR
    assert restore.due == shanghai("2026-11-02 17:30")
    always = judged(opened(shanghai("2026-11-02 00:00")), now=shanghai("2026-11-03 00:00"))[1]
    assert always.used == 24 * HOUR


def test_a_pause_moves_the_due_by_the_working_time_that_was_paused() -> None:
    """Mistakes: by elapsed time; and a pause over a holiday that seems not to pause because nothing ran."""
    book = rules(limits(calendar="office"))
    case = opened(shanghai("2026-09-30 17:00"))
    plain = judged(case, book)[1]
    # One hour on Wednesday; then the holidays until the 7th; three hours on Thursday the 8th.
    assert plain.due == shanghai("2026-10-08 11:00")
    over = pause(case, shanghai("2026-10-01 00:00"), shanghai("2026-10-07 23:59"), approved=True)
    assert judged(over, book)[1].due == plain.due
    into = pause(case, shanghai("2026-09-30 17:30"), shanghai("2026-10-08 09:00"), approved=True)
    assert judged(into, book)[1].due == shanghai("2026-10-08 14:30")


def test_a_make_up_day_is_worked() -> None:
    book = rules(limits(calendar="office"))
    # Saturday 10 October 2026 is worked: one hour on Friday, three on Saturday.
    assert judged(opened(shanghai("2026-10-09 17:00")), book)[1].due == shanghai("2026-10-10 11:00")


def test_what_the_calendar_does_not_know_is_said() -> None:
    book = rules(limits(calendar="office"))
    assert not judged(opened(shanghai("2026-12-31 10:00")), book, shanghai("2026-12-31 11:00"))[1].beyond
    late = judged(opened(shanghai("2026-12-31 17:00")), book, shanghai("2026-12-31 17:30"))[1]
    assert (late.due, late.beyond) == (shanghai("2027-01-01 11:00"), True)


def test_a_night_on_which_the_clocks_change_is_as_long_as_it_was() -> None:
    """Mistake: elapsed time by the wall clock. Berlin, 25 October 2026: 01:00 to 04:00 are four hours."""
    berlin = Calendar("nights", "Europe/Berlin", weekly=(((0, 360),),) * 7)
    start = datetime(2026, 10, 24, 23, 0, tzinfo=UTC)  # 01:00 in Berlin
    book = rules(limits(calendar="nights"), calendar=berlin)
    restore = judged(opened(start), book, datetime(2026, 10, 25, 3, 0, tzinfo=UTC))[1]
    assert (restore.used, restore.due) == (4 * HOUR, datetime(2026, 10, 25, 3, 0, tzinfo=UTC))


def test_a_change_of_severity_judges_the_whole_case_anew() -> None:
    """Mistake: a goal that changed keeps what was used under the old one. Pauses are taken over, too."""
    book = rules(limits(), limits(timedelta(minutes=5), timedelta(hours=1), severity=1))
    case = pause(ack(opened(down=clock(10)), clock(10, 6)), clock(10, 20), clock(10, 40), approved=True)
    case = moves.restored(case, at=clock(11, 15), now=clock(11, 15))
    response, restore = judged(changed(case, severity=2), book)
    assert (response.state, restore.state, restore.due) == (ClockState.MET, ClockState.MET, clock(14, 20))
    response, restore = judged(changed(case, severity=1), book)
    assert (response.due, response.state) == (clock(10, 5), ClockState.MISSED)
    assert (restore.due, restore.used, restore.state) == (clock(11, 20), HOUR * 55 // 60, ClockState.MET)


def test_restored_before_opened_uses_nothing_and_is_in_time() -> None:
    """Mistake: a negative time is dropped and shown as zero for all. Here nothing was used since the opening."""
    case = resolve(opened(down=clock(8)), clock(10, 30), clock(9))
    restore = judged(case)[1]
    assert (restore.start, restore.stopped, restore.used, restore.state) == (clock(10), clock(9), 0, ClockState.MET)
    impact = judged(case, rules(limits(starts=Starts.IMPACT)))[1]
    assert (impact.start, impact.used) == (clock(8), HOUR)


# The definitions.


@pytest.mark.parametrize(
    ("restored", "state", "on_time"),
    [
        pytest.param(clock(14), ClockState.MET, True, id="at the very moment"),
        pytest.param(clock(14) + timedelta(microseconds=1), ClockState.MISSED, False, id="a microsecond later"),
    ],
)
def test_what_stops_when_the_limit_is_used_up_is_in_time(restored: datetime, state: ClockState, on_time: bool) -> None:
    restore = judged(resolve(opened(down=clock(10)), clock(15), restored))[1]
    assert (restore.due, restore.state, restore.on_time) == (clock(14), state, on_time)


@pytest.mark.parametrize(
    ("now", "state", "on_time", "left"),
    [
        (clock(10), ClockState.RUNNING, None, 4 * HOUR),
        (clock(12, 59), ClockState.RUNNING, None, HOUR * 61 // 60),
        (clock(13), ClockState.WARNING, None, HOUR),
        (clock(14), ClockState.WARNING, None, 0),
        (clock(14, 1), ClockState.OVERDUE, False, -HOUR // 60),
    ],
)
def test_a_clock_that_runs_warns_after_three_quarters(
    now: datetime, state: ClockState, on_time: bool | None, left: int
) -> None:
    restore = judged(opened(), now=now)[1]
    assert (restore.state, restore.on_time, restore.left) == (state, on_time, left)


@pytest.mark.parametrize(
    ("approved", "due", "due_if_approved", "state"),
    [
        pytest.param(None, clock(14), None, ClockState.RUNNING, id="undecided: the clock runs, and both are told"),
        pytest.param(True, None, None, ClockState.PAUSED, id="approved"),
        pytest.param(False, clock(14), clock(14), ClockState.RUNNING, id="refused"),
    ],
)
def test_a_pause_that_runs_holds_the_clock_once_it_is_approved(
    approved: bool | None, due: datetime | None, due_if_approved: datetime | None, state: ClockState
) -> None:
    restore = judged(pause(opened(), clock(11), None, approved=approved), now=clock(12))[1]
    assert (restore.due, restore.due_if_approved, restore.due_without) == (due, due_if_approved, clock(14))
    assert restore.state is state
    assert restore.used == (HOUR if approved else 2 * HOUR)


def test_a_pause_after_the_limit_was_used_up_mends_nothing() -> None:
    restore = judged(pause(opened(), clock(14), None, approved=True), now=clock(15))[1]
    assert (restore.due, restore.state) == (clock(14), ClockState.OVERDUE)


def test_a_pause_after_the_end_moves_nothing() -> None:
    case = moves.restored(opened(down=clock(10)), at=clock(14, 30), now=clock(14, 30))
    case = pause(case, clock(15), None, approved=True)
    restore = judged(case)[1]
    assert (restore.due, restore.state) == (clock(14), ClockState.MISSED)


def test_an_end_within_a_pause_that_runs_is_in_time() -> None:
    case = pause(opened(down=clock(10)), clock(13), None, approved=True)
    restore = judged(moves.restored(case, at=clock(20), now=clock(20)))[1]
    assert (restore.used, restore.state, restore.due) == (3 * HOUR, ClockState.MET, clock(21))


def test_a_late_acknowledgement_is_judged_by_its_entry_until_countersigned() -> None:
    case = ack(opened(), clock(10, 2), now=clock(10, 40))
    late = judged(case)[0]
    assert (late.due, late.stopped, late.state) == (clock(10, 30), clock(10, 40), ClockState.MISSED)
    signed = judged(pauses.countersign(case, by="lead.wang", now=NOW))[0]
    assert (signed.stopped, signed.state) == (clock(10, 2), ClockState.MET)


def test_an_implied_acknowledgement_is_the_response() -> None:
    response = judged(resolve(opened(), clock(10, 20)))[0]
    assert (response.stopped, response.state) == (clock(10, 20), ClockState.MET)


def test_merged_records_are_judged_by_the_earliest_beginning_and_the_latest_end() -> None:
    """Mistake: merged ones vanish. The target's clock has them all."""
    member = moves.restored(
        ack(opened(clock(9), reference="INC-2026-0003", down=clock(9)), clock(9, 20)), at=clock(13, 30), now=NOW
    )
    target = moves.restored(ack(opened(down=clock(10)), clock(10, 1)), at=clock(12), now=NOW)
    alone = judged(target)
    assert (alone[0].used, alone[1].state) == (HOUR // 60, ClockState.MET)
    response, restore = judged(Case(target.incident, (merging.merge(member, target, now=NOW),)))
    assert (response.start, response.stopped, response.state) == (clock(9), clock(9, 20), ClockState.MET)
    assert (restore.start, restore.due, restore.stopped) == (clock(9), clock(13), clock(13, 30))
    assert restore.state is ClockState.MISSED


@pytest.mark.parametrize(
    ("starts", "impact_start", "detected", "wanted"),
    [
        (Starts.OPENED, clock(8), clock(9), (clock(10), "opened")),
        (Starts.DETECTED, clock(8), clock(9), (clock(9), "detected")),
        (Starts.DETECTED, clock(8), None, (clock(10), "opened")),
        (Starts.IMPACT, clock(8), clock(9), (clock(8), "impact_start")),
        (Starts.IMPACT, None, clock(9), (clock(9), "detected")),
        (Starts.IMPACT, None, None, (clock(10), "opened")),
    ],
)
def test_an_unknown_start_falls_back_to_a_later_one_that_is_named(
    starts: Starts, impact_start: datetime | None, detected: datetime | None, wanted: Any
) -> None:
    case = changed(opened(), impact_start=impact_start, detected=detected)
    assert start_of(case, starts) == wanted
    assert (judged(case, rules(limits(starts=starts)))[1].start_is) == wanted[1]


def test_where_nothing_is_asked_nothing_is_judged() -> None:
    case = opened()
    assert clocks_of(case, RULES, NOW) == ()
    assert clocks_of(changed(case, severity=3), RULES, NOW) == ()
    only = rules(limits(response=None))
    assert [one.kind for one in clocks_of(changed(case, severity=2), only, NOW)] == [ClockKind.RESTORE]
    for given_, book in ((case, RULES), (changed(case, severity=2, response_due=NOW), only)):
        assert stamped(given_, book).response_due is None


def test_a_customer_s_own_limits_beat_those_of_all() -> None:
    book = replace(RULES, customer_limits={("甲公司", 2): limits(restore=timedelta(hours=1))})
    assert judged(changed(opened(), customer="甲公司"), book)[1].due == clock(11)
    assert judged(changed(opened(), customer="乙公司"), book)[1].due == clock(14)
