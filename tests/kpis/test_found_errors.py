"""Mistakes that others have made with these figures: each test fails on the mistake that it is named after."""

from datetime import UTC, datetime, timedelta

from opsctl.core.calendars import Calendar
from opsctl.core.intervals import Interval
from opsctl.incidents.rules.life import Case, Incident, Span
from opsctl.incidents.terms import Response, SpanKind, State
from opsctl.kpis.rules import availability
from opsctl.kpis.rules.availability import Served
from opsctl.kpis.rules.figures import Excluded, Figure
from opsctl.kpis.rules.service_time import Hours
from opsctl.kpis.terms import Name, Reason
from opsctl.rulebook.rules import Rules
from tests.kpis.records import LATER, asset, at, figure, incident, month, of_states

OCTOBER = month("2026-10")
MONTH = 31 * 86400
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def of_erp(*incidents: Incident, maintenance: tuple[Interval, ...] = (), now: datetime = LATER) -> Served:
    downs = [availability.down_of(one) for one in incidents]
    return availability.served(asset("erp"), downs, OCTOBER, now, Hours(()), maintenance)


def available(*incidents: Incident, maintenance: tuple[Interval, ...] = (), now: datetime = LATER) -> Figure:
    return availability.availability((), [of_erp(*incidents, maintenance=maintenance, now=now)], OCTOBER, now)


def resolved(number: int, opened: datetime, over: datetime, *spans: Span, ack: bool = True) -> Incident:
    steps = [(State.OPEN, opened)]
    steps += [(State.ACKNOWLEDGED, opened + MINUTE)] if ack else []
    return of_states(number, *steps, (State.RESOLVED, over), spans=spans)


def outage(start: datetime, end: datetime | None) -> Span:
    return Span(SpanKind.OUTAGE, None, start, end)


def test_overlap_double_counted() -> None:
    one, two = incident(1, "erp", (at(1), at(1, 2))), incident(2, "erp", (at(1, 1), at(1, 3)))
    assert available(one, two).numerator == MONTH - 3 * 3600


def test_one_incident_made_availability_zero_because_mtbf_was_null() -> None:
    single = of_erp(incident(1, "erp", (at(1), at(1, 1))))
    assert availability.availability((), [single], OCTOBER, LATER).value == (MONTH - 3600) / MONTH
    assert availability.time_between_failures((), [single], OCTOBER, LATER).value == MONTH - 3600
    none = of_erp()
    assert availability.availability((), [none], OCTOBER, LATER).value == 1.0
    assert availability.time_between_failures((), [none], OCTOBER, LATER).value is None


def test_snoozing_raised_availability() -> None:
    paused = Span(SpanKind.PAUSE, None, at(1), at(2), entered_by="li", decided_by="wang", approved=True)
    down = of_states(1, (State.OPEN, at(1)), spans=(outage(at(1), at(2)), paused))
    assert available(down).numerator == MONTH - 86400


def test_mtbf_divided_from_start_to_start() -> None:
    # Two failures of an hour: what was served in the whole month by two, not the gap between the two starts.
    served = of_erp(incident(1, "erp", (at(10), at(10, 1))), incident(2, "erp", (at(20), at(20, 1))))
    assert availability.time_between_failures((), [served], OCTOBER, LATER).value == (MONTH - 7200) / 2


def test_zero_instead_of_no_data() -> None:
    for name in (Name.MTTD, Name.MTTA, Name.MTTM, Name.MTTR, Name.MTT_RESOLVE, Name.PLAN_START_TIME):
        found = figure(name, [], OCTOBER)
        assert (found.value, found.statistics, found.state) == (None, None, "n/a")
    for name in (Name.REPAIR_ON_TIME, Name.RESPONSE_ON_TIME):
        assert (figure(name, [], OCTOBER).value, figure(name, [], OCTOBER).state) == (None, "n/a")
    assert (figure(Name.SECURITY_INCIDENTS_MAJOR, [], OCTOBER).value) == 0


def test_closed_and_merged_incidents_vanished() -> None:
    closed = of_states(1, (State.OPEN, at(1)), (State.RESOLVED, at(1, 2)), (State.CLOSED, at(3)))
    source = of_states(3, (State.OPEN, at(4)), (State.MERGED, at(5)), merged_into="INC-2026-0002")
    target = Case(of_states(2, (State.OPEN, at(4, 1)), (State.RESOLVED, at(4, 3))), (source,))
    found = figure(Name.MTT_RESOLVE, [closed, target], OCTOBER)
    # The merged one was opened an hour earlier, and so was the case.
    assert (found.counted, found.numerator) == (("INC-2026-0001", "INC-2026-0002"), 2 * 3600 + 3 * 3600)


def test_negative_durations_dropped_silently() -> None:
    found = figure(Name.MTT_RESOLVE, [resolved(1, at(2), at(1))], OCTOBER)
    assert (found.value, found.excluded) == (None, (Excluded("INC-2026-0001", Reason.NEGATIVE),))


def test_auto_close_counted_as_acknowledgement() -> None:
    closed = of_states(1, (State.OPEN, at(1)), (State.RESOLVED, at(1, 1)), (State.CLOSED, at(1, 2)))
    found = figure(Name.MTTA, [closed, resolved(2, at(2), at(2, 1))], OCTOBER)
    assert (found.value, found.counted) == (60, ("INC-2026-0002",))
    assert found.excluded == (Excluded("INC-2026-0001", Reason.NEVER_ACKNOWLEDGED),)


def test_self_opened_hidden_in_the_mean() -> None:
    own = of_states(1, (State.OPEN, at(1)), (State.ACKNOWLEDGED, at(1)), ack={"response": Response.SELF})
    other = of_states(2, (State.OPEN, at(1)), (State.ACKNOWLEDGED, at(1, 1)), ack={"response": Response.PERSON})
    found = figure(Name.MTTA, [own, other], OCTOBER)
    assert found.without_self is not None
    assert (found.value, found.without_self.mean, dict(found.responses)["self"]) == (1800, 3600, 1)


def test_hours_cut_to_whole_ones() -> None:
    assert figure(Name.MTT_RESOLVE, [resolved(1, at(1), at(1, 0, 59))], OCTOBER).value == 59 * 60


def test_now_used_for_what_ended_without_an_end() -> None:
    # Closed, and nobody said when it was resolved: it is left out, and does not grow from day to day.
    closed = of_states(1, (State.OPEN, at(1)), (State.CLOSED, at(2)))
    for now in (at(20), LATER):
        found = figure(Name.MTT_RESOLVE, [closed], OCTOBER, now)
        assert (found.value, found.excluded) == (None, (Excluded("INC-2026-0001", Reason.NO_RESOLUTION),))


def test_no_impact_became_a_restoration_of_no_length() -> None:
    found = figure(Name.MTTR, [resolved(1, at(1), at(1)), resolved(2, at(2), at(3))], OCTOBER)
    assert (found.value, [one.reason for one in found.excluded]) == (None, [Reason.NO_RESTORATION] * 2)


def reopened() -> Incident:
    """Down for an hour, resolved; opened again two days later and down for two hours."""
    return of_states(
        1,
        (State.OPEN, at(1)),
        (State.ACKNOWLEDGED, at(1, 0, 10)),
        (State.RESOLVED, at(1, 2)),
        (State.ACKNOWLEDGED, at(3)),
        (State.RESOLVED, at(3, 3)),
        spans=(outage(at(1), at(1, 1)), outage(at(3), at(3, 2))),
        impact_start=at(1),
    )


def test_restoration_overwritten_by_reopening() -> None:
    found = figure(Name.MTTR, [reopened()], OCTOBER)
    assert (found.value, found.n, found.met.reopened) == (3 * 3600, 1, 1)


def test_reopened_counted_twice() -> None:
    found = figure(Name.MTT_RESOLVE, [reopened()], OCTOBER)
    assert (found.n, found.value) == (1, 2 * 86400 + 3 * 3600)


def test_first_acknowledgement_wiped_by_reopening() -> None:
    assert figure(Name.MTTA, [reopened()], OCTOBER).value == 600


def test_long_open_incidents_vanished_from_the_month() -> None:
    long = resolved(1, at(3), month("2026-12").start, outage(at(3), month("2026-12").start))
    for name in (Name.MTTR, Name.MTT_RESOLVE):
        found = figure(name, [long], OCTOBER)
        assert (found.n, found.carried_over) == (0, ("INC-2026-0001",))
        assert figure(name, [long], month("2026-12")).counted == ("INC-2026-0001",)
    assert available(long).numerator == 2 * 86400


def test_open_outage_ran_to_the_end_of_the_day() -> None:
    found = available(incident(1, "erp", (at(3), None)), now=at(3, 6))
    assert (found.numerator, found.denominator) == (2 * 86400, 2 * 86400 + 6 * 3600)


def test_service_created_in_the_middle_of_the_month_had_a_whole_one() -> None:
    one = asset("erp", in_service_from=at(16))
    served = availability.served(one, (), OCTOBER, LATER, Hours(()))
    assert availability.availability((), [served], OCTOBER, LATER).denominator == 16 * 86400


def test_outage_outliving_its_maintenance_hidden_by_it() -> None:
    found = available(incident(1, "erp", (at(5), at(5, 3))), maintenance=(Interval(at(5), at(5, 2)),))
    assert (found.numerator, found.denominator) == (MONTH - 3 * 3600, MONTH - 2 * 3600)


def test_maintenance_made_a_negative_percentage() -> None:
    windows = (Interval(at(5), at(6)), Interval(at(5, 12), at(7)))
    found = available(incident(1, "erp", (at(4), at(8))), maintenance=windows)
    assert (found.numerator, found.denominator) == (MONTH - 4 * 86400, MONTH - 2 * 86400)


def test_lengths_counted_by_the_wall_clock() -> None:
    # In Rome the night to 25 October 2026 has 25 hours; the outage lasts from 00:00 to 06:00 on the clock, seven hours.
    down = resolved(1, datetime(2026, 10, 24, 22, tzinfo=UTC), at(25, 5), outage(at(24, 22), at(25, 5)))
    assert figure(Name.MTTR, [down], month("2026-10", "Europe/Rome")).value == 7 * 3600


def test_eleven_thirty_to_half_past_twelve_was_twelve_hours() -> None:
    assert figure(Name.MTT_RESOLVE, [resolved(1, at(1, 11, 30), at(1, 12, 30))], OCTOBER).value == 3600


def test_a_full_day_lost_its_last_second() -> None:
    hours = Hours([Rules(1, None, {"day": Calendar("day", "UTC", weekly=(((0, 1440),),) * 7)})])
    one = asset("erp", service_hours="day")
    served = availability.served(one, (), OCTOBER, LATER, hours)
    assert served.agreed == MONTH * 1_000_000


def test_lunch_breaks_and_make_up_days_were_unknown() -> None:
    office = ((9 * 60, 12 * 60), (13 * 60, 18 * 60))
    calendar = Calendar(
        "office",
        "UTC",
        weekly=(*(office,) * 5, (), ()),
        open=frozenset({datetime(2026, 10, 10).date()}),  # noqa: DTZ001
        holidays=frozenset({datetime(2026, 10, 1).date(), datetime(2026, 10, 2).date()}),  # noqa: DTZ001
    )
    one = asset("erp", service_hours="office")
    served = availability.served(one, (), OCTOBER, LATER, Hours([Rules(1, None, {"office": calendar})]))
    # 22 weekdays without two holidays, and a Saturday of work: 21 days of eight hours.
    assert served.agreed == 21 * 8 * 3600 * 1_000_000


def test_only_the_mean_was_told() -> None:
    found = figure(Name.MTT_RESOLVE, [resolved(number, at(1), at(1) + number * HOUR) for number in (1, 2, 12)], OCTOBER)
    assert found.statistics is not None
    assert (found.n, found.statistics.median, found.statistics.p90, found.statistics.maximum) == (
        3, 2 * 3600, 12 * 3600, 12 * 3600,
    )  # fmt: skip


def test_tests_and_drills_counted() -> None:
    drill = of_states(1, (State.OPEN, at(1)), (State.RESOLVED, at(2)), drill=True)
    found = figure(Name.MTT_RESOLVE, [drill], OCTOBER)
    assert (found.n, found.met.voided, found.carried_over) == (0, 0, ())
