"""The arithmetic of availability, against a count of every minute."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsctl.assets.rules.assets import AssetView
from opsctl.core.periods import Period
from opsctl.incidents.rules.life import Incident
from opsctl.kpis.rules import availability
from opsctl.kpis.rules.figures import Excluded, Figure
from opsctl.kpis.rules.service_time import Hours
from opsctl.kpis.terms import Name, Reason, Unit
from opsctl.kpis.terms import State as FigureState
from tests.kpis.records import LATER, asset, at, incident, month

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def reckoned(
    assets: Sequence[AssetView], incidents: Sequence[Incident], period: Period, now: datetime, *, by_asset: bool
) -> list[Figure]:
    """The availability of all assets together, and of each one if asked for."""
    of = availability.by_asset([availability.down_of(one) for one in incidents])
    services = [availability.served(one, of.get(one.handle, ()), period, now, Hours(())) for one in assets]
    without = availability.without_asset([availability.down_of(one) for one in incidents], period, now)
    figures = [availability.availability((), services, period, now, without)]
    if by_asset:
        figures += [availability.availability((("asset", one.asset),), [one], period, now) for one in services]
    return figures


@dataclass
class Counted:
    """What the slow way finds for one asset: minutes it was to serve, minutes it did not, and whose they are."""

    agreed: set[int]
    lost: set[int]
    references: list[str]

    @property
    def outages(self) -> int:
        """How many runs of minutes it was down."""
        return sum(minute - 1 not in self.lost for minute in self.lost)


def minute_of(moment: datetime) -> int:
    """The number of the minute that begins with the moment."""
    minutes, rest = divmod(moment - datetime(1970, 1, 1, tzinfo=UTC), MINUTE)
    assert not rest
    return minutes


def count_minutes(
    one: AssetView, incidents: Sequence[Incident], first: datetime, end: datetime, now: datetime
) -> Counted:
    """Look at every minute of the period, one after the other."""
    until = min([end, now, *([one.retired_at] if one.retired_at else [])])
    agreed = set(range(minute_of(first), minute_of(until)))
    lost: set[int] = set()
    references = []
    for each in incidents:
        if each.asset != one.handle:
            continue
        down: set[int] = set()
        touches = False
        for span in each.outages:
            down |= set(range(minute_of(span.started), minute_of(span.ended or now)))
            # An outage of no length takes no minute away; it lies in the period if its moment does.
            touches = touches or minute_of(span.started) in agreed
        if touches or down & agreed:
            references.append(each.reference)
        lost |= down & agreed
    return Counted(agreed, lost, sorted(references))


def check_ratio(figure: Figure, counted: Sequence[Counted], period: Period, now: datetime) -> None:
    agreed = 60 * sum(len(one.agreed) for one in counted)
    lost = 60 * sum(len(one.lost) for one in counted)
    assert figure.name is Name.AVAILABILITY
    assert figure.unit is Unit.RATIO
    assert figure.n == sum(one.outages for one in counted) == len(figure.outages)
    assert list(figure.counted) == sorted(reference for one in counted for reference in one.references)
    if agreed == 0:
        assert (figure.state, figure.value, figure.numerator, figure.denominator) == ("n/a", None, None, None)
        return
    assert (figure.numerator, figure.denominator) == (agreed - lost, agreed)
    assert figure.value == figure.numerator / figure.denominator == float(Fraction(agreed - lost, agreed))
    assert figure.state == ("partial" if now < period.end else "value")


ZONED_MONTHS = [
    ("UTC", 2026, 2),
    ("UTC", 2024, 2),
    ("Europe/Rome", 2026, 3),
    ("Europe/Rome", 2026, 10),
    ("Asia/Shanghai", 2026, 12),
    ("Asia/Shanghai", 1986, 5),
]
"""Among them months that are an hour shorter or longer: Rome in spring and autumn, Shanghai when it had summer time."""
HOURS = {("Europe/Rome", 3): 743, ("Europe/Rome", 10): 745, ("Asia/Shanghai", 5): 743}


@st.composite
def situations(draw: st.DrawFn) -> tuple[Period, datetime, datetime, datetime, list[AssetView], list[Incident]]:
    """A month as the program reads it, its ends reckoned another way, the present, assets and their incidents."""
    zone, year, number = draw(st.sampled_from(ZONED_MONTHS))
    first = datetime(year, number, 1, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    end = datetime(year + number // 12, number % 12 + 1, 1, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    length = minute_of(end) - minute_of(first)
    # Most moments near the edges of the month, where the mistakes are.
    moments = st.one_of(st.sampled_from([0, length]), st.integers(-3000, length + 3000)).map(
        lambda offset: first + offset * MINUTE
    )
    now = draw(moments)
    assets = [asset("erp"), asset("mail", draw(st.none() | moments)), asset("idle")]
    incidents = []
    for place in range(draw(st.integers(0, 6))):
        outages = []
        for _one in range(draw(st.integers(0, 2))):
            start = min(draw(moments), now)
            lasted = draw(st.one_of(st.none(), st.just(0), st.integers(0, 4000), st.integers(0, length)))
            outages.append((start, None if lasted is None else min(start + lasted * MINUTE, now)))
        incidents.append(incident(place, draw(st.sampled_from(["erp", "mail"])), *outages))
    return month(f"{year}-{number:02d}", zone), first, end, now, assets, incidents


@settings(max_examples=100, deadline=None)
@given(situations())
def test_availability_is_what_counting_every_minute_gives(
    situation: tuple[Period, datetime, datetime, datetime, list[AssetView], list[Incident]],
) -> None:
    period, first, end, now, assets, incidents = situation
    assert (period.start, period.end) == (first, end)
    counted = [count_minutes(one, incidents, first, end, now) for one in assets]
    whole, *each = reckoned(assets, incidents, period, now, by_asset=True)
    assert [figure.scope for figure in (whole, *each)] == [(), *((("asset", one.handle),) for one in assets)]
    check_ratio(whole, counted, period, now)
    for figure, one in zip(each, counted, strict=True):
        check_ratio(figure, [one], period, now)
    assert reckoned(assets, incidents, period, now, by_asset=False) == [whole]


@pytest.mark.parametrize(("zone", "year", "number"), ZONED_MONTHS)
def test_a_month_is_as_long_as_its_clocks_make_it(zone: str, year: int, number: int) -> None:
    days = (datetime(year + number // 12, number % 12 + 1, 1, tzinfo=UTC) - datetime(year, number, 1, tzinfo=UTC)).days
    (figure,) = reckoned([asset("erp")], [], month(f"{year}-{number:02d}", zone), LATER, by_asset=False)
    hours = HOURS.get((zone, number), 24 * days)
    assert (figure.numerator, figure.denominator, figure.value) == (hours * 3600, hours * 3600, 1.0)


OCTOBER = month("2026-10")
NOVEMBER = month("2026-11")


def served(incidents: Sequence[Incident], period: Period = OCTOBER, now: datetime = LATER) -> Figure:
    return reckoned([asset("erp")], incidents, period, now, by_asset=False)[0]


OCTOBER_SECONDS = 31 * 24 * 3600


@pytest.mark.parametrize(
    ("outages", "lost", "n"),
    [
        ([], 0, 0),
        ([(at(1), at(1, 1))], 3600, 1),
        ([(at(1), at(1, 2)), (at(1, 1), at(1, 3))], 3 * 3600, 1),
        ([(at(1), at(1, 2)), (at(1, 2), at(1, 3))], 3 * 3600, 1),
        ([(at(1), at(1, 5)), (at(1, 1), at(1, 2))], 5 * 3600, 1),
        ([(at(1), at(1, 1)), (at(1, 2), at(1, 3))], 2 * 3600, 2),
        ([(at(5), at(5))], 0, 0),
        ([(at(1) - DAY, at(1, 1))], 3600, 1),
        ([(at(31, 23), at(31) + 3 * DAY)], 3600, 1),
        ([(at(1) - DAY, NOVEMBER.end)], OCTOBER_SECONDS, 1),
        ([(at(31), None)], 24 * 3600, 1),
        ([(at(1) - DAY, at(1))], 0, 0),
        ([(NOVEMBER.start, NOVEMBER.end)], 0, 0),
    ],
    ids=[
        "none",
        "one",
        "overlapping",
        "touching",
        "one inside another",
        "two apart",
        "of no length",
        "over the start",
        "over the end",
        "over both",
        "still down",
        "ended as the month began",
        "began as the month ended",
    ],
)
def test_outages_are_merged_and_clipped_to_the_month(
    outages: list[tuple[datetime, datetime | None]], lost: int, n: int
) -> None:
    figure = served([incident(number, "erp", one) for number, one in enumerate(outages)])
    assert (figure.numerator, figure.denominator, figure.n) == (OCTOBER_SECONDS - lost, OCTOBER_SECONDS, n)
    assert figure.value == (OCTOBER_SECONDS - lost) / OCTOBER_SECONDS
    assert sum((one.window.end - one.window.start).total_seconds() for one in figure.outages) == lost


@pytest.mark.parametrize(
    ("outage", "october", "november"),
    [
        ((at(31, 23), NOVEMBER.start + MINUTE), True, True),
        ((at(31, 23), NOVEMBER.start), True, False),
        ((NOVEMBER.start, NOVEMBER.start), False, True),
        ((NOVEMBER.start, None), False, True),
    ],
    ids=["over midnight", "up to midnight", "of no length at midnight", "from midnight on"],
)
def test_an_outage_is_a_record_of_each_month_it_has_a_moment_in(
    outage: tuple[datetime, datetime | None], october: bool, november: bool
) -> None:
    incidents = [incident(1, "erp", outage)]
    assert served(incidents).counted == (("INC-2026-0001",) if october else ())
    assert served(incidents, NOVEMBER).counted == (("INC-2026-0001",) if november else ())


def test_merged_outages_name_every_incident_that_declared_them() -> None:
    figure = served(
        [
            incident(3, "erp", (at(1), at(1, 2))),
            incident(1, "erp", (at(1, 1), at(1, 3)), (at(9), at(9, 1))),
            incident(2, "erp", (at(1, 1), at(1, 1))),
        ]
    )
    assert [(one.window.start, one.window.end, one.references) for one in figure.outages] == [
        (at(1), at(1, 3), ("INC-2026-0001", "INC-2026-0002", "INC-2026-0003")),
        (at(9), at(9, 1), ("INC-2026-0001",)),
    ]
    assert figure.counted == ("INC-2026-0001", "INC-2026-0002", "INC-2026-0003")


def test_a_running_month_is_counted_up_to_now_and_partial() -> None:
    figure = served([incident(1, "erp", (at(2), None))], now=at(3))
    assert (figure.state, figure.numerator, figure.denominator) == (FigureState.PARTIAL, 24 * 3600, 2 * 24 * 3600)
    assert figure.value == 0.5


@pytest.mark.parametrize("now", [at(1), at(1) - DAY], ids=["it begins now", "it is still to come"])
def test_a_month_that_has_not_begun_has_no_figure(now: datetime) -> None:
    figure = served([incident(1, "erp", (at(1) - 2 * DAY, None))], now=now)
    assert (figure.state, figure.value, figure.numerator, figure.denominator, figure.n, figure.counted) == (
        "n/a", None, None, None, 0, (),
    )  # fmt: skip


def test_without_assets_nothing_was_due() -> None:
    (figure,) = reckoned([], [], OCTOBER, LATER, by_asset=True)
    assert (figure.state, figure.value) == ("n/a", None)


def test_a_retired_asset_serves_up_to_its_retirement() -> None:
    incidents = [incident(1, "erp", (at(10), None))]
    (figure,) = reckoned([asset("erp", at(11))], incidents, OCTOBER, LATER, by_asset=False)
    assert (figure.numerator, figure.denominator) == (9 * 86400, 10 * 86400)
    whole, erp, mail = reckoned(
        [asset("erp", at(1)), asset("mail")], incidents, OCTOBER, LATER, by_asset=True
    )
    assert (erp.state, erp.value, erp.n) == ("n/a", None, 0)
    assert (whole.numerator, whole.denominator) == (mail.numerator, mail.denominator) == (OCTOBER_SECONDS,) * 2


def test_the_whole_is_a_sum_of_seconds_and_no_mean_of_ratios() -> None:
    # erp served half of its one day, mail all of 31: 31.5 of 32 days, where a mean would say 75 %.
    whole, erp, mail = reckoned(
        [asset("erp", at(2)), asset("mail")],
        [incident(1, "erp", (at(1, 12), at(2)))],
        OCTOBER,
        LATER,
        by_asset=True,
    )
    assert (erp.value, mail.value, whole.value) == (0.5, 1.0, 31.5 / 32)


def test_an_incident_without_asset_is_left_out_and_listed() -> None:
    figure = served([incident(1, None, (at(1), at(2))), incident(2, "erp", (at(3), at(4)))])
    assert figure.excluded == (Excluded("INC-2026-0001", Reason.NO_ASSET),)
    assert (figure.counted, figure.numerator) == (("INC-2026-0002",), OCTOBER_SECONDS - 86400)


@pytest.mark.parametrize(
    ("outage", "listed"),
    [
        ((at(1) - DAY, at(1)), False),
        ((at(1) - DAY, at(1) + MINUTE), True),
        ((NOVEMBER.start, None), False),
        ((at(31), None), True),
    ],
    ids=["ended as the month began", "ended in the month", "began as the month ended", "still down"],
)
def test_an_outage_without_asset_is_left_out_of_the_months_it_touches(
    outage: tuple[datetime, datetime | None], listed: bool
) -> None:
    assert [one.reference for one in served([incident(1, None, outage)]).excluded] == ["INC-2026-0001"] * listed


def test_parts_of_a_second_count_exactly() -> None:
    figure = served([incident(1, "erp", (at(1), at(1) + timedelta(microseconds=1_500_001)))])
    assert figure.numerator == OCTOBER_SECONDS - 1.500001
    assert figure.value == figure.numerator / OCTOBER_SECONDS
