"""Availability within service hours, maintenance and the life of an asset, against a count of every minute."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsctl.assets.rules.assets import AssetView
from opsctl.core.calendars import Calendar
from opsctl.core.intervals import Interval
from opsctl.core.periods import Period
from opsctl.core.void import Void
from opsctl.incidents.rules.life import Incident
from opsctl.kpis.rules import availability
from opsctl.kpis.rules.availability import Served
from opsctl.kpis.rules.figures import Figure
from opsctl.kpis.rules.service_time import Hours
from opsctl.kpis.terms import Name
from opsctl.rulebook.rules import Rules
from tests.kpis.records import LATER, asset, at, incident, month

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
EIGHT_TO_SIX = ((8 * 60, 12 * 60), (14 * 60, 18 * 60))
NIGHT = ((22 * 60, 30 * 60),)
"""From 22:00 to 06:00 of the next day."""
SHANGHAI = Calendar("office", "Asia/Shanghai", weekly=(*(EIGHT_TO_SIX,) * 5, (), ()))
OCTOBER = month("2026-10", "Asia/Shanghai")
HOURS = Hours([Rules(1, None, {"office": SHANGHAI})])


def served(
    one: AssetView,
    incidents: Sequence[Incident],
    period: Period = OCTOBER,
    now: datetime = LATER,
    hours: Hours = HOURS,
    maintenance: Sequence[Interval] = (),
) -> Served:
    return availability.served(one, [availability.down_of(each) for each in incidents], period, now, hours, maintenance)


def available(found: Served, period: Period = OCTOBER) -> Figure:
    return availability.availability((), [found], period, LATER)


def between_failures(found: Served, period: Period = OCTOBER) -> Figure:
    return availability.time_between_failures((), [found], period, LATER)


OFFICE = asset("erp", service_hours="office")
# October 2026 in Shanghai begins on a Thursday: 22 weekdays, without a holiday calendar.
AGREED = 22 * 8 * 3600


@pytest.mark.parametrize(
    ("outages", "lost", "n", "failures"),
    [
        ([], 0, 0, 0),
        # Monday 5 October, 08:00 to 09:00 in Shanghai.
        ([(at(5, 0), at(5, 1))], 3600, 1, 1),
        ([(at(4, 14), at(4, 22))], 0, 1, 0),
        ([(at(5, 3), at(5, 7))], 2 * 3600, 1, 1),
        ([(at(5, 9), at(6, 1))], 2 * 3600, 1, 1),
        ([(at(5, 9), at(6, 1)), (at(5, 12), at(6, 2))], 3 * 3600, 1, 1),
    ],
    ids=["none", "one hour", "by night alone", "over the lunch break", "over night", "two that overlap"],
)
def test_only_the_service_hours_are_lost_and_an_outage_over_night_is_one(
    outages: list[tuple[datetime, datetime]], lost: int, n: int, failures: int
) -> None:
    found = served(OFFICE, [incident(number, "erp", one) for number, one in enumerate(outages)])
    figure, between = available(found), between_failures(found)
    assert (figure.numerator, figure.denominator, figure.n) == (AGREED - lost, AGREED, n)
    assert (between.n, between.value) == (failures, (AGREED - lost) / failures if failures else None)
    assert between.state == ("value" if failures else "n/a")


@pytest.mark.parametrize(
    ("outage", "lost"),
    [
        ((at(5), at(5, 1)), 0),
        ((at(5), at(5, 3)), 3600),
        ((at(5, 1, 30), at(5, 2, 30)), 1800),
        ((at(4), at(6)), 46 * 3600),
    ],
    ids=["inside", "outlives its window", "over its end", "around it"],
)
def test_an_outage_counts_from_the_end_of_its_maintenance(outage: tuple[datetime, datetime], lost: int) -> None:
    maintenance = [Interval(at(5), at(5, 2))]
    found = available(served(asset("erp"), [incident(1, "erp", outage)], maintenance=maintenance))
    assert (found.numerator, found.denominator) == (31 * 86400 - 7200 - lost, 31 * 86400 - 7200)


def test_a_maintenance_of_the_whole_month_leaves_nothing_that_was_due() -> None:
    whole = [Interval(OCTOBER.start - HOUR, OCTOBER.end + HOUR)]
    found = served(asset("erp"), [incident(1, "erp", (at(5), at(6)))], maintenance=whole)
    assert (available(found).state, available(found).value, between_failures(found).state) == ("n/a", None, "n/a")


def test_a_service_that_began_in_the_middle_of_the_month_has_half_a_month() -> None:
    one = asset("erp", in_service_from=at(16), retired_at=at(26))
    found = served(one, [incident(1, "erp", (at(10), at(17)))])
    assert (available(found).numerator, available(found).denominator) == (9 * 86400, 10 * 86400)
    assert between_failures(found).n == 1


@pytest.mark.parametrize(
    ("outage", "october"),
    [
        ((OCTOBER.start - HOUR, OCTOBER.start + HOUR), 0),
        ((OCTOBER.start, OCTOBER.start + HOUR), 1),
        ((OCTOBER.end - HOUR, OCTOBER.end + HOUR), 1),
        ((OCTOBER.end, OCTOBER.end + HOUR), 0),
    ],
    ids=["began before", "begins with it", "lasts beyond it", "begins as it ends"],
)
def test_a_failure_is_of_the_month_in_which_it_began(outage: tuple[datetime, datetime], october: int) -> None:
    assert between_failures(served(asset("erp"), [incident(1, "erp", outage)])).n == october


def test_a_failure_begins_where_it_first_takes_service_time_away() -> None:
    # Down since the evening of 30 September, a Wednesday, after service hours: it hurt on 1 October at 08:00.
    down = incident(1, "erp", (OCTOBER.start - 4 * HOUR, OCTOBER.start + 9 * HOUR))
    assert between_failures(served(OFFICE, [down])).n == 1
    assert between_failures(served(OFFICE, [down], month("2026-09", "Asia/Shanghai"))).n == 0


@pytest.mark.parametrize(
    ("weights", "lost", "weighted"),
    [
        ([(300, at(5), at(5, 1))], 3600, 1080),
        ([(300, at(5), at(5, 2)), (700, at(5, 1), at(5, 3))], 3 * 3600, 1080 + 2 * 2520),
        ([(300, at(5), at(5, 3)), (1000, at(5, 1), at(5, 2))], 3 * 3600, 2 * 1080 + 3600),
        ([(500, at(5), at(5, 1)), (500, at(5), at(5, 1))], 3600, 1800),
    ],
    ids=["alone", "the larger of two", "one whole inside", "never added"],
)
def test_partial_outages_are_shown_by_their_share_beside_the_worst(
    weights: list[tuple[int, datetime, datetime]], lost: int, weighted: int
) -> None:
    downs = [
        incident(number, "erp", (start, end), weight=weight) for number, (weight, start, end) in enumerate(weights)
    ]
    figure = available(served(asset("erp"), downs))
    month_long = 31 * 86400
    assert figure.numerator == month_long - lost
    assert figure.weighted == (month_long - weighted) / month_long


def test_whole_outages_need_no_second_value() -> None:
    assert available(served(asset("erp"), [incident(1, "erp", (at(5), at(6)))])).weighted is None


def test_service_hours_are_those_that_were_in_force_at_each_moment() -> None:
    # Until 15 October everything counted, from then on office hours: 12 of 22 weekdays.
    hours = Hours(
        [
            Rules(1, None, {"office": Calendar("office", always=True)}),
            Rules(2, datetime(2026, 10, 15, 16, tzinfo=UTC), {"office": SHANGHAI}),
        ]
    )
    assert available(served(OFFICE, [], hours=hours)).denominator == 15 * 86400 + 11 * 8 * 3600


def test_before_any_rulebook_with_that_calendar_every_moment_counts() -> None:
    hours = Hours([Rules(1, datetime(2026, 10, 15, 16, tzinfo=UTC), {"office": SHANGHAI})])
    assert available(served(OFFICE, [], hours=hours)).denominator == 15 * 86400 + 11 * 8 * 3600
    assert available(served(OFFICE, [], hours=Hours(()))).denominator == 31 * 86400


def test_void_outages_take_nothing_and_are_counted_apart() -> None:
    void = incident(1, "erp", (at(5), at(6)), void=Void.TEST)
    late = incident(2, "erp", (at(7), at(8)), recorded_at=LATER + HOUR, corrected_at=LATER)
    figure = available(served(asset("erp"), [void, late]))
    assert (figure.numerator, figure.counted) == (30 * 86400, ("INC-2026-0002",))
    assert (figure.met.voided, figure.met.corrected, figure.met.late) == (1, 1, 1)


@dataclass
class Situation:
    """An asset with its calendar in two generations, its outages and its maintenance, in minutes of the week."""

    one: AssetView
    weeks: tuple[tuple[tuple[tuple[int, int], ...], ...], tuple[tuple[tuple[int, int], ...], ...]]
    changed: int
    outages: list[tuple[int, int | None, int]]
    maintenance: list[tuple[int, int]]
    now: int


ZONE = "Europe/Rome"
WEEKS = {
    "2026-W43": (datetime(2026, 10, 18, 22, tzinfo=UTC), 7 * 1440 + 60),
    "2026-W13": (datetime(2026, 3, 22, 23, tzinfo=UTC), 7 * 1440 - 60),
    "2026-W30": (datetime(2026, 7, 19, 22, tzinfo=UTC), 7 * 1440),
}
"""An hour longer, an hour shorter, and an ordinary week."""


@st.composite
def situations(draw: st.DrawFn) -> tuple[str, Situation]:
    name = draw(st.sampled_from(sorted(WEEKS)))
    first, length = WEEKS[name]
    near = st.sampled_from([-1440, -60, 0, 60]).flatmap(lambda one: st.sampled_from([one, length + one]))
    minutes = st.one_of(near, st.integers(-3000, length + 600))
    day = st.sampled_from([(), EIGHT_TO_SIX, ((0, 1440),), NIGHT, ((90, 200),)])
    week = st.lists(day, min_size=7, max_size=7).map(tuple)
    now = draw(st.one_of(st.just(length + 600), st.integers(0, length)))
    outages = []
    for _one in range(draw(st.integers(0, 5))):
        start = min(draw(minutes), now)
        lasted = draw(st.one_of(st.none(), st.integers(0, 3000)))
        weight = draw(st.sampled_from([1000, 1000, 250, 600]))
        outages.append((start, None if lasted is None else min(start + lasted, now), weight))
    maintenance = [
        (start, start + draw(st.integers(1, 1500))) for start in draw(st.lists(minutes, max_size=3))
    ]
    in_service = draw(st.none() | minutes)
    retired = draw(st.none() | minutes.map(lambda one: min(one, now)))
    one = asset(
        "erp",
        None if retired is None else first + retired * MINUTE,
        service_hours=draw(st.sampled_from([None, "hours", "hours"])),
        in_service_from=None if in_service is None else first + in_service * MINUTE,
    )
    return name, Situation(one, (draw(week), draw(week)), draw(minutes), outages, maintenance, now)


def in_hours(minute: int, first: datetime, situation: Situation) -> bool:
    """Whether the wall clock of that minute shows a time inside a window of that day, or of the night before."""
    if situation.one.service_hours is None:
        return True
    week = situation.weeks[minute >= situation.changed]
    local = (first + minute * MINUTE).astimezone(ZoneInfo(ZONE))
    clock = local.hour * 60 + local.minute
    today, yesterday = week[local.weekday()], week[local.weekday() - 1]
    return any(start <= clock < end for start, end in today) or any(
        start <= clock + 1440 < end for start, end in yesterday
    )


@settings(max_examples=80, deadline=None)
@given(situations())
def test_availability_and_failures_are_what_counting_every_minute_gives(found: tuple[str, Situation]) -> None:
    name, situation = found
    first, length = WEEKS[name]
    one, now = situation.one, situation.now
    hours = Hours(
        [
            Rules(1, None, {"hours": Calendar("hours", ZONE, weekly=situation.weeks[0])}),
            Rules(2, first + situation.changed * MINUTE, {"hours": Calendar("hours", ZONE, weekly=situation.weeks[1])}),
        ]
    )
    incidents = [
        incident(
            number, "erp", (first + start * MINUTE, None if end is None else first + end * MINUTE), weight=weight
        )
        for number, (start, end, weight) in enumerate(situation.outages)
    ]
    period = month(name, ZONE)
    assert (period.start, period.end) == (first, first + length * MINUTE)
    maintenance = [Interval(first + start * MINUTE, first + end * MINUTE) for start, end in situation.maintenance]
    reckoned = served(one, incidents, period, first + now * MINUTE, hours, maintenance)

    down: dict[int, int] = {}
    for start, end, weight in situation.outages:
        for minute in range(start, now if end is None else end):
            down[minute] = max(weight, down.get(minute, 0))
    retired = length + 9999 if one.retired_at is None else (one.retired_at - first) // MINUTE
    begun = -9999 if one.in_service_from is None else (one.in_service_from - first) // MINUTE
    service = {
        minute
        for minute in range(min([0, *down]), min(length, now))
        if begun <= minute < retired
        and in_hours(minute, first, situation)
        and not any(start <= minute < end for start, end in situation.maintenance)
    }
    agreed = {minute for minute in service if minute >= 0}
    lost = agreed & set(down)
    assert reckoned.agreed == len(agreed) * 60_000_000
    assert reckoned.lost == len(lost) * 60_000_000
    assert reckoned.weighted == sum(down[minute] for minute in lost) * 60_000_000
    life = {minute for minute in down if max(0, begun) <= minute < min(length, now, retired)}
    assert len(reckoned.outages) == sum(minute - 1 not in life for minute in life)
    assert reckoned.failures == sum(
        first_lost >= 0 for first_lost in (first_moment(run, service) for run in runs(down)) if first_lost is not None
    )
    figure = available(reckoned, period)
    assert figure.value == (float(Fraction(len(agreed) - len(lost), len(agreed))) if agreed else None)
    assert available(reckoned, period).name is Name.AVAILABILITY


def runs(down: dict[int, int]) -> list[list[int]]:
    """The minutes of each merged outage."""
    found: list[list[int]] = []
    for minute in sorted(down):
        if found and found[-1][-1] == minute - 1:
            found[-1].append(minute)
        else:
            found.append([minute])
    return found


def first_moment(run: list[int], service: set[int]) -> int | None:
    """The first minute of an outage that was to be served."""
    return next((minute for minute in run if minute in service), None)
