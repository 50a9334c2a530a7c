"""Durations, working days, targets, windows, days and holidays of a book."""

from datetime import UTC, date, datetime

import pytest

from opsctl.core.calendars import Calendar
from opsctl.rulebook.rules.findings import Findings
from opsctl.rulebook.rules.holidays import NoSuchCountry, expand
from opsctl.rulebook.rules.standing import calendar_of
from tests.rulebook.books import OFFICE, errors, judged

HOUR = 3600


def calendar(said: str) -> Calendar:
    book = judged(f"[calendars.any]\n{said}")
    assert book.errors == ()
    return calendar_of("any", book.content["calendars"]["any"])


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        pytest.param("15m", 900, id="minutes"),
        pytest.param("1h30m", 5400, id="hours and minutes"),
        pytest.param("１６ｈ", 16 * HOUR, id="full width"),
        pytest.param("1wd", 8 * HOUR, id="a working day"),
        pytest.param("5 WD", 40 * HOUR, id="five of them"),
    ],
)
def test_a_limit_on_an_office_is_working_time(written: str, seconds: int) -> None:
    book = judged(OFFICE + f'[limits.sev1]\nrestore = "{written}"\ncalendar = "office"')
    assert book.errors == ()
    assert book.content["limits"]["1"]["restore"] == seconds


@pytest.mark.parametrize(
    ("written", "seconds"),
    [pytest.param("2d", 48 * HOUR, id="days"), pytest.param("2wd", 48 * HOUR, id="working days of 24 hours")],
)
def test_a_day_that_always_counts_has_24_hours(written: str, seconds: int) -> None:
    assert judged(f'[limits.sev1]\nrestore = "{written}"').content["limits"]["1"]["restore"] == seconds


ANY = "It must be a duration such as 15m or 4h, or working days such as 2wd."


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        pytest.param(
            '"2d"',
            "It must be hours such as 16h, or working days such as 2wd. A day here is 24 hours, which only the calendar"
            " always has.",
            id="a day of 24 hours in an office",
        ),
        pytest.param(
            '"1w"',
            "It must be hours such as 16h, or working days such as 2wd. A day here is 24 hours, which only the calendar"
            " always has.",
            id="a week of 168 hours in an office",
        ),
        pytest.param('"soon"', ANY, id="no duration"),
        pytest.param('"-4h"', ANY, id="less than nothing"),
        pytest.param("4", ANY, id="no unit"),
        pytest.param('"4H 1.5m"', ANY, id="a broken number"),
        pytest.param('"0h"', "It must be more than nothing and at most ten years.", id="nothing"),
        pytest.param('"99999h"', "It must be more than nothing and at most ten years.", id="eleven years"),
        pytest.param('"999999wd"', "It must be more than nothing and at most ten years.", id="lifetimes"),
    ],
)
def test_what_is_no_working_time_is_refused(written: str, hint: str) -> None:
    shown = written.replace('"', "'")
    assert errors(OFFICE + f'[limits.sev1]\nrestore = {written}\ncalendar = "office"') == [
        (f"limits.sev1.restore is {shown}.", hint)
    ]


def test_a_working_day_is_refused_where_the_days_differ() -> None:
    tables = '[calendars.shop]\nhours = { mon-fri = "08:00-18:00", sat = "09:00-12:00" }\n'
    assert errors(tables + '[limits.sev1]\nrestore = "1wd"\ncalendar = "shop"') == [
        (
            "limits.sev1.restore is '1wd'.",
            "It must be a duration such as 15m or 4h. The working days of shop differ in length.",
        )
    ]


@pytest.mark.parametrize(
    ("figure", "written", "op", "value"),
    [
        pytest.param("availability", ">= 99.5 %", ">=", 0.995, id="per cent"),
        pytest.param("availability", "≥９９．９％", ">=", 0.999, id="full width"),
        pytest.param("availability", "= 100%", "=", 1.0, id="everything"),
        pytest.param("mttr", "<= 4h", "<=", 14400.0, id="hours"),
        pytest.param("mttr", "≦ 30 min", "<=", 1800.0, id="minutes as people write them"),
        pytest.param("mtta.p90", "<1h 30 minutes", "<", 5400.0, id="several units"),
        pytest.param("security-incidents-major", "== 0", "=", 0.0, id="a count"),
    ],
)
def test_a_target_is_a_sign_and_a_value(figure: str, written: str, op: str, value: float) -> None:
    book = judged(f'[targets]\n"{figure}" = "{written}"')
    assert book.errors == ()
    (target,) = book.content["targets"]
    assert (target["figure"], target["op"], target["value"]) == (figure, op, value)


@pytest.mark.parametrize(
    ("figure", "written", "example"),
    [
        pytest.param("availability", ">= 0.995", 'per cent, such as ">= 99.5 %"', id="a ratio without per cent"),
        pytest.param("availability", ">= 101 %", 'per cent, such as ">= 99.5 %"', id="more than everything"),
        pytest.param("availability", "99.5 %", 'per cent, such as ">= 99.5 %"', id="no sign"),
        pytest.param("mttr", "<= 4", 'a duration, such as "<= 4h"', id="no unit"),
        pytest.param("security-incidents-major", "= 1.5", 'a whole number, such as "= 0"', id="half an incident"),
    ],
)
def test_what_is_no_target_is_refused(figure: str, written: str, example: str) -> None:
    assert errors(f'[targets]\n{figure} = "{written}"') == [
        (f"targets.{figure} is '{written}'.", f"It must be a sign and {example}.")
    ]


@pytest.mark.parametrize(
    ("figure", "hint"),
    [
        pytest.param("avialability", "Did you mean availability? Allowed: availability, mttd,", id="mistyped"),
        pytest.param('"mttr.p99"', "Did you mean mttr.p90, ", id="no such statistic"),
        pytest.param('"availability.p90"', "Did you mean ", id="a statistic of what is one number"),
    ],
)
def test_a_figure_that_there_is_not_is_refused_with_the_nearest(figure: str, hint: str) -> None:
    ((message, given),) = errors(f'[targets]\n{figure} = ">= 1 %"')
    assert message == f"targets.{figure.strip(chr(34))} is not known."
    assert given.startswith(hint)
    assert "repair-on-time, response-on-time, security-incidents-major, plan-start-time, inspection-completion" in given
    assert "inspection-on-time, actions-on-time, backup-success, restore-test-pass, rpo-met, rto-met" in given
    assert given.endswith("rto-met, review-on-time, repeat-incidents, mttr.median, mttr.p90, mttr.max, ….")


def test_a_statistic_without_quotes_is_understood() -> None:
    assert judged("[targets]\nmttr.p90 = '<= 4h'").content["targets"][0]["figure"] == "mttr.p90"


def test_hours_are_those_of_single_days_ranges_and_lists() -> None:
    found = calendar('hours = { mon-wed = "08:00-12:00", "thu, sat" = ["22:00-06:00"], sun = ["06:00-24:00"] }')
    morning, night = ((480, 720),), ((1320, 1800),)
    assert found.weekly == (morning, morning, morning, night, (), night, ((360, 1440),))
    assert found.zone == "Asia/Shanghai"


def test_a_range_may_go_over_sunday() -> None:
    assert calendar('hours = { sat-mon = "08：00－9:00" }').weekly == (
        ((480, 540),),
        (),
        (),
        (),
        (),
        *[((480, 540),)] * 2,
    )


WINDOWS = (
    'It must be windows of a day such as ["08:00-12:00", "14:00-18:00"], the end 24:00 at most, or of a night:'
    ' "22:00-06:00".'
)


@pytest.mark.parametrize(
    ("hours", "message", "hint"),
    [
        pytest.param('mon = "25:00-26:00"', "hours.mon is '25:00-26:00'.", WINDOWS, id="no such hour"),
        pytest.param('mon = "08:00-24:01"', "hours.mon is '08:00-24:01'.", WINDOWS, id="after midnight"),
        pytest.param('mon = "08:60-09:00"', "hours.mon is '08:60-09:00'.", WINDOWS, id="no such minute"),
        pytest.param('mon = "08:00-08:00"', "hours.mon is '08:00-08:00'.", WINDOWS, id="nothing, or a whole day"),
        pytest.param('mon = "24:00-06:00"', "hours.mon is '24:00-06:00'.", WINDOWS, id="from the end of a day"),
        pytest.param('mon = "all day"', "hours.mon is 'all day'.", WINDOWS, id="words"),
        pytest.param("mon = 8", "hours.mon is 8.", WINDOWS, id="a number"),
        pytest.param("mon = [8]", "hours.mon is 8.", WINDOWS, id="a number in a list"),
        pytest.param(
            'monday = "08:00-12:00"',
            "hours.monday is not known.",
            'Did you mean mon? Allowed: mon, tue, wed, thu, fri, sat, sun, mon-fri, "mon, wed".',
            id="no such day",
        ),
        pytest.param(
            'mon-fri = "08:00-12:00", wed = "14:00-18:00"',
            "hours says wed twice.",
            "Say each day of the week once; a day may have several windows.",
            id="a day twice",
        ),
        pytest.param(
            'mon = ["08:00-12:00", "11:00-18:00"]',
            "hours: the windows mon 08:00-12:00 and mon 11:00-18:00 overlap.",
            "Join them, or end one before the other begins.",
            id="windows that overlap",
        ),
        pytest.param(
            'mon = "22:00-06:00", tue = "05:00-08:00"',
            "hours: the windows mon 22:00-06:00 and tue 05:00-08:00 overlap.",
            "Join them, or end one before the other begins.",
            id="a night that overlaps the next day",
        ),
        pytest.param(
            'sun = "22:00-06:00", mon = "05:00-08:00"',
            "hours: the windows sun 22:00-06:00 and mon 05:00-08:00 overlap.",
            "Join them, or end one before the other begins.",
            id="a night that overlaps the next week",
        ),
        pytest.param(
            "",
            "hours is {}.",
            'It must be a table such as { mon-fri = ["08:00-12:00", "14:00-18:00"] }.',
            id="no hours at all",
        ),
    ],
)
def test_hours_that_make_no_sense_are_refused(hours: str, message: str, hint: str) -> None:
    assert errors(f"[calendars.any]\nhours = {{ {hours} }}") == [(f"calendars.any.{message}", hint)]


@pytest.mark.parametrize(
    ("said", "message"),
    [
        pytest.param('open = ["2026-02-31"]', "open is '2026-02-31'.", id="31 February"),
        pytest.param('closed = ["20261231"]', "closed is '20261231'.", id="a day without dashes"),
        pytest.param("closed = [2026-12-31T08:00:00]", "closed is 2026-12-31T08:00:00.", id="a moment"),
        pytest.param('closed = ["0226-12-31"]', "closed is '0226-12-31'.", id="a year that is a slip"),
    ],
)
def test_a_day_that_there_is_not_is_refused(said: str, message: str) -> None:
    assert errors(f'[calendars.any]\nhours = {{ mon = "08:00-12:00" }}\n{said}') == [
        (f"calendars.any.{message}", "It must be a day that there is, such as 2026-11-28.")
    ]


def test_days_stand_in_quotes_or_as_days_of_toml() -> None:
    found = calendar('hours = { mon = "08:00-12:00" }\nopen = ["2026-11-28", 2026-12-05]\nclosed = [2026-12-31]')
    assert found.open == {date(2026, 11, 28), date(2026, 12, 5)}
    assert found.closed == {date(2026, 12, 31)}


def test_a_day_that_is_open_and_closed_is_warned_of() -> None:
    book = judged(OFFICE + 'open = ["2026-11-28"]\nclosed = ["2026-11-28"]')
    assert [(one.message, one.hint) for one in book.warnings] == [
        ("om.toml: calendars.office: 2026-11-28 is both open and closed.", "It counts as closed.")
    ]


@pytest.mark.parametrize(
    ("tables", "message", "hint"),
    [
        pytest.param(
            "[calendars.always]\nzone = 'UTC'",
            "calendars.always is {'zone': 'UTC'}.",
            "It must be empty: it counts every moment.",
            id="always, but not always",
        ),
        pytest.param(
            "[calendars.any]",
            "calendars.any.hours is missing.",
            'It must be a table such as { mon-fri = ["08:00-12:00", "14:00-18:00"] }.',
            id="a calendar without hours",
        ),
        pytest.param(
            OFFICE + 'zone = "Mars/Base"',
            "calendars.office.zone is 'Mars/Base'.",
            'It must be the name of a time zone, such as "Asia/Shanghai". Use a name such as Asia/Shanghai.',
            id="a zone that there is not",
        ),
        pytest.param(
            OFFICE + 'holidays = "CM1"',
            "calendars.office.holidays is 'CM1'.",
            'It must be a country such as "CN", or a part of one such as "DE-BY".',
            id="a country that there is not",
        ),
    ],
)
def test_a_calendar_that_makes_no_sense_is_refused(tables: str, message: str, hint: str) -> None:
    ((found, given),) = errors(tables)
    assert found == message
    assert given.startswith(hint)


def test_a_country_that_there_is_not_is_refused_with_the_nearest() -> None:
    with pytest.raises(NoSuchCountry) as unknown:
        expand("DE-BX", year=2026)
    assert "DE-BY" in unknown.value.nearest


def test_the_national_day_of_2026_is_off_and_made_up_for_as_announced() -> None:
    """国办发明电〔2025〕7号: 1 to 7 October off; Sunday 20 September and Saturday 10 October are working days."""
    office = calendar('hours = { mon-fri = ["08:00-12:00", "14:00-18:00"] }\nholidays = "cn"')
    start, end = datetime(2026, 9, 20, tzinfo=UTC), datetime(2026, 10, 11, tzinfo=UTC)
    days = {one.start.date() for one in office.working(start, end)}
    assert {date(2026, 9, 20), date(2026, 9, 30), date(2026, 10, 8), date(2026, 10, 10)} <= days
    assert not {date(2026, 10, day) for day in range(1, 8)} & days
    assert date(2026, 9, 25) not in days  # 中秋节
    assert office.known_years == (2001, 2026)
    assert office.is_beyond(datetime(2027, 1, 4, tzinfo=UTC))


def test_days_are_expanded_to_two_years_after_applying_and_years_that_are_guesses_warn() -> None:
    book = judged(OFFICE + 'holidays = "CN"')
    said = book.content["calendars"]["office"]["holidays"]
    assert (said["of"], said["off"][0][:4], said["off"][-1][:4]) == ("CN", "2000", "2028")
    assert [one.message for one in book.warnings] == [
        "om.toml: calendars.office.holidays: the days off of CN are not known for certain in 2027, 2028."
    ]


def test_a_country_whose_days_off_follow_from_the_law_is_known_in_every_year() -> None:
    book = judged(OFFICE + 'holidays = "DE-BY"')
    said = book.content["calendars"]["office"]["holidays"]
    assert (said["known"], said["work"], book.warnings) == ([2000, 2028], [], ())
    assert "2026-06-04" in said["off"]  # Fronleichnam, a day off in Bavaria alone
    assert "2026-06-04" not in expand("DE", year=2026)["off"]


def test_a_finding_shows_what_was_found_short() -> None:
    findings = Findings("f")
    findings.wrong("k", "x" * 500, "short")
    assert len(findings.errors[0].message) < 80
