"""What books say of reviews, and when a review is due, against a slow look at every minute."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsctl.core.calendars import Calendar
from opsctl.core.errors import Conflict, InvalidInput
from opsctl.rulebook import service
from opsctl.rulebook.rules import Limits, Rules
from opsctl.rulebook.rules.reviews import Reviews, review_due, reviews_of
from opsctl.rulebook.rules.standing import rules_of
from opsctl.rulebook.terms import Starts
from tests.harness import Perform, Read
from tests.rulebook.books import FILE, LIMITS, MATRIX, OFFICE, WHOLE, errors, judged, make_book

POSTS = """
[posts]
technical-head = "Head of technical department"
om-head = "Head of O&M department"
"""
SHIFTS = """
[calendars.shifts]
hours = { mon-fri = "08:00-18:00", sat = "08:00-12:00" }
"""
IN_DAYS = LIMITS.replace('review_within = "3d"', 'review_within = "5wd"')
MINUTE = timedelta(minutes=1)
SHANGHAI = ZoneInfo("Asia/Shanghai")
WEEKDAYS = tuple(((480, 720), (840, 1080)) if day < 5 else () for day in range(7))
OF_OFFICE = Calendar("office", "Asia/Shanghai", weekly=WEEKDAYS)


def rules(tables: str) -> Rules:
    book = judged(tables)
    assert book.errors == ()
    return rules_of(book.content, generation=1, since=None)


def due(found: Rules, severity: int, resolved: datetime) -> datetime | None:
    return review_due(found, found.limits_of(severity), resolved)


def shanghai(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def test_a_book_says_who_approves_and_for_how_long_evidence_is_watched() -> None:
    said = '[reviews]\napprove = ["Technical-Head", "om-head"]\ncalendar = "office"\nwatch_months = 36\n'
    assert reviews_of(rules(WHOLE + POSTS + said + 'repeat_within = "1d12h"')) == Reviews(
        ("technical-head", "om-head"), "office", 36, timedelta(hours=36)
    )


def test_what_no_book_says_is_as_it_is_without() -> None:
    assert reviews_of(Rules()) == Reviews((), None, 3, timedelta(days=90))
    assert reviews_of(rules(WHOLE + "[reviews]\nwatch_months = 1")) == Reviews((), None, 1, timedelta(days=90))


@pytest.mark.parametrize(
    ("said", "message", "hint"),
    [
        pytest.param(
            'aprove = ["om-head"]',
            "reviews.aprove is not known.",
            "Did you mean approve? Allowed: approve, calendar, watch_months, repeat_within.",
            id="a key mistyped",
        ),
        pytest.param(
            'approve = ["om-haed"]',
            "reviews.approve is 'om-haed'.",
            "It must be one of om-head, technical-head. Did you mean om-head?",
            id="a post that there is not",
        ),
        pytest.param(
            'approve = "om-head"',
            "reviews.approve is 'om-head'.",
            'It must be a list of posts such as ["technical-head", "om-head"].',
            id="a post that is no list",
        ),
        pytest.param(
            "approve = []",
            "reviews.approve is [].",
            'It must be a list of posts such as ["technical-head", "om-head"].',
            id="no post",
        ),
        pytest.param(
            "approve = [1]",
            "reviews.approve is 1.",
            "It must be one of om-head, technical-head.",
            id="a post that is a number",
        ),
        pytest.param(
            'approve = ["om-head", "OM-HEAD"]',
            "reviews.approve: om-head is there twice.",
            "Each name stands there once.",
            id="a post twice",
        ),
        pytest.param(
            'calendar = "ofice"',
            "reviews.calendar is 'ofice'.",
            "It must be one of always, office, shifts. Did you mean office?",
            id="a calendar that there is not",
        ),
        pytest.param(
            'calendar = "shifts"',
            "reviews.calendar is 'shifts'.",
            "It must be a calendar whose working days are all of one length."
            " The working days of shifts differ in length.",
            id="a calendar of days that differ",
        ),
        pytest.param(
            "watch_months = 0", "reviews.watch_months is 0.", "It must be a whole number from 1 to 36.", id="no month"
        ),
        pytest.param(
            "watch_months = 37",
            "reviews.watch_months is 37.",
            "It must be a whole number from 1 to 36.",
            id="a month too many",
        ),
        pytest.param(
            "watch_months = true",
            "reviews.watch_months is true.",
            "It must be a whole number from 1 to 36.",
            id="a flag for a number",
        ),
        pytest.param(
            "watch_months = 1.5",
            "reviews.watch_months is 1.5.",
            "It must be a whole number from 1 to 36.",
            id="half a month",
        ),
        pytest.param(
            'repeat_within = "0d"', "reviews.repeat_within is '0d'.", "It must be more than nothing.", id="no window"
        ),
        pytest.param(
            "repeat_within = 90",
            "reviews.repeat_within is 90.",
            "It must be a duration such as 7d or 36h.",
            id="a number for a duration",
        ),
        pytest.param(
            'repeat_within = "4000d"',
            "reviews.repeat_within is '4000d'.",
            "It must be at most ten years.",
            id="a window of more than ten years",
        ),
    ],
)
def test_what_is_wrong_with_it_is_named(said: str, message: str, hint: str) -> None:
    assert errors(WHOLE + SHIFTS + POSTS + "[reviews]\n" + said) == [(message, hint)]


def test_reviews_that_are_no_table_are_refused() -> None:
    ((message, hint),) = errors("[[reviews]]\nwatch_months = 3")
    assert (message, hint) == ("reviews is [{'watch_months': 3}].", "It must be a table.")


def test_a_post_of_another_book_and_one_with_an_error_are_known() -> None:
    beside = {"other": judged(POSTS).content}
    assert judged('[reviews]\napprove = ["om-head"]', beside).errors == ()
    assert [key for key, _hint in errors('[posts]\nom-head = 3\n[reviews]\napprove = ["om-head"]')] == [
        "posts.om-head is 3."
    ]
    ((message, hint),) = errors('[reviews]\napprove = ["om-head"]')
    assert message == "reviews.approve is 'om-head'."
    assert hint == "It must be one of those in [posts], and there are none."


@pytest.mark.parametrize("span", ["0wd", "0d", "3661wd", "3661d"])
def test_a_review_within_no_time_or_more_than_ten_years_is_refused(span: str) -> None:
    assert errors(f'[limits.sev1]\nreview_within = "{span}"') == [
        (f"limits.sev1.review_within is '{span}'.", "It must be more than nothing and at most ten years.")
    ]


@pytest.mark.parametrize(
    ("more", "key", "told"),
    [
        pytest.param("", "limits.sev1.review_within", "on the calendar always: each of these days has 24", id="always"),
        pytest.param('[reviews]\ncalendar = "office"', None, "", id="a calendar of reviews"),
        pytest.param('[reviews]\ncalendar = "always"', None, "", id="always, and meant"),
        pytest.param(
            "[reviews]\nwatch_months = 3",
            "limits.sev1.review_within",
            "on the calendar always: each of these days has 24",
            id="reviews without a calendar",
        ),
        pytest.param(
            '[[limits.for]]\ncustomer = "acme"\n[limits.for.sev1]\nreview_within = "2wd"\n'
            'calendar = "shifts"\n[reviews]\nwatch_months = 3',
            "limits.for.acme.sev1.review_within",
            "is 2wd, and the working days of shifts differ: nobody can tell when",
            id="a customer's days that differ",
        ),
    ],
)
def test_working_days_that_nobody_can_have_meant_are_warned_of(more: str, key: str | None, told: str) -> None:
    book = judged(MATRIX + OFFICE + SHIFTS + IN_DAYS + more)
    assert book.errors == ()
    found = {one.key: one for one in book.warnings}
    if key is None:
        assert found == {}
        return
    assert told in found[key].message
    assert found[key].hint == 'Say which calendar is meant: [reviews] calendar = "office"'


def test_working_days_of_an_office_need_no_other_calendar() -> None:
    assert judged(WHOLE.replace('restore = "16h"', 'review_within = "5wd"')).warnings == ()


def test_three_days_are_72_hours_and_five_working_days_go_over_the_weekend() -> None:
    found = rules(MATRIX + OFFICE + LIMITS + '[reviews]\ncalendar = "office"')
    friday = shanghai("2026-11-06 17:00")
    assert due(found, 1, friday) == shanghai("2026-11-09 17:00")
    assert due(found, 2, friday) is None
    in_days = rules(MATRIX + OFFICE + IN_DAYS + '[reviews]\ncalendar = "office"')
    # One hour of Friday is left, then Monday to Thursday are four days, and seven hours of the next Friday.
    assert due(in_days, 1, friday) == shanghai("2026-11-13 17:00")
    # In the night nothing passes: five whole days from Monday morning.
    assert due(in_days, 1, shanghai("2026-11-07 03:00")) == shanghai("2026-11-13 18:00")


def test_without_a_calendar_of_reviews_that_of_the_limits_counts() -> None:
    office = rules(WHOLE.replace('restore = "16h"', 'review_within = "1wd"'))
    assert due(office, 3, shanghai("2026-11-02 09:00")) == shanghai("2026-11-03 09:00")
    always = rules(MATRIX + OFFICE + IN_DAYS)
    assert due(always, 1, shanghai("2026-11-06 17:00")) == shanghai("2026-11-11 17:00")


def test_nothing_is_due_without_a_limit_without_a_resolution_or_where_nobody_can_tell() -> None:
    found = rules(WHOLE)
    assert review_due(found, None, shanghai("2026-11-02 09:00")) is None
    assert review_due(found, found.limits_of(1), None) is None
    differing = rules(WHOLE + SHIFTS + '[[limits.for]]\ncustomer = "acme"\n[limits.for.sev1]\nreview_within = "2wd"\n'
                      'calendar = "shifts"')  # fmt: skip
    assert review_due(differing, differing.limits_of(1, "acme"), shanghai("2026-11-02 09:00")) is None
    assert due(found, 1, datetime(9998, 12, 30, tzinfo=UTC)) is None


def in_force(calendar: Calendar, span: str, own: str = "always") -> tuple[Rules, Limits]:
    limits = Limits(1, None, None, Starts.OPENED, own, False, span)
    reviews: dict[str, Any] = {} if own == calendar.name else {"calendar": calendar.name}
    return Rules(calendars={calendar.name: calendar}, patrols={"reviews": reviews}), limits


def slowly(calendar: Calendar, minutes: int, resolved: datetime) -> datetime:
    """Every minute looked at: the end of the one with which so much of the working time has passed."""
    moment, left = resolved.astimezone(UTC), minutes
    zone = ZoneInfo(calendar.zone)
    while left:
        local = moment.astimezone(zone)
        at = local.hour * 60 + local.minute
        left -= any(start <= at < end for start, end in calendar.windows_of(local.date()))
        moment += MINUTE
    return moment


@given(
    first=st.integers(0, 20 * 2),
    length=st.integers(1, 6),
    lunch=st.booleans(),
    working=st.sets(st.integers(0, 6), min_size=1),
    off=st.sets(st.integers(1, 28), max_size=6),
    days=st.integers(1, 4),
    resolved=st.integers(0, 20 * 24 * 60),
    zone=st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York"]),
    own=st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_working_days_are_what_a_look_at_every_minute_says(
    first: int, length: int, lunch: bool, working: set[int], off: set[int], days: int, resolved: int, zone: str,
    own: bool,
) -> None:  # fmt: skip
    start = min(first * 30, 24 * 60 - 2 * length * 30)
    windows = (
        ((start, start + length * 30), (start + length * 30 + 15, start + 2 * length * 30))
        if lunch and length > 1
        else ((start, start + length * 30),)
    )
    calendar = Calendar(
        "office",
        zone,
        weekly=tuple(windows if day in working else () for day in range(7)),
        holidays=frozenset(datetime(2026, 10, day, tzinfo=UTC).date() for day in off),
    )
    found, limits = in_force(calendar, f"{days}wd", "office" if own else "always")
    moment = datetime(2026, 10, 10, tzinfo=UTC) + resolved * MINUTE
    minutes = days * sum(end - begin for begin, end in windows)
    assert review_due(found, limits, moment) == slowly(calendar, minutes, moment)


@given(st.integers(1, 400), st.sampled_from(["d", "h", "wd"]), st.integers(0, 500_000))
@settings(max_examples=60, deadline=None)
def test_all_else_is_elapsed_time(count: int, unit: str, resolved: int) -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC) + resolved * MINUTE
    own = "always" if unit == "wd" else "office"
    limits = Limits(1, None, None, Starts.OPENED, own, False, f"{count}{unit}")
    found = Rules(calendars={"office": OF_OFFICE})
    hours = count if unit == "h" else 24 * count
    assert review_due(found, limits, moment) == moment + timedelta(hours=hours)


@given(st.integers(0, 30_000), st.integers(0, 30_000))
def test_what_is_resolved_later_is_never_due_earlier(one: int, other: int) -> None:
    found, limits = in_force(OF_OFFICE, "5wd")
    moments = [datetime(2026, 10, 1, tzinfo=UTC) + minutes * MINUTE for minutes in sorted((one, other))]
    dues = [review_due(found, limits, moment) for moment in moments]
    assert None not in dues
    assert dues == sorted(one for one in dues if one is not None)


def test_reviews_stand_in_one_book_only(perform: Perform, read: Read, now: datetime) -> None:
    make_book(perform, WHOLE + POSTS + '[reviews]\napprove = ["om-head"]')
    with pytest.raises(Conflict) as error:
        make_book(perform, "[reviews]\nwatch_months = 6", name="other")
    assert error.value.message == "reviews stands in the books other and om."
    found = reviews_of(read(service.in_force, at=now))
    assert found.approve == ("om-head",)


@pytest.mark.parametrize(
    ("said", "lost", "told"),
    [
        pytest.param('approve = ["om-head"]', POSTS, "reviews.approve of the book other counts on the post om-head."),
        pytest.param(
            'calendar = "office"', OFFICE, "reviews.calendar of the book other counts on the calendar office."
        ),
    ],
    ids=["a post", "a calendar"],
)
def test_a_book_keeps_what_the_reviews_of_another_count_on(perform: Perform, said: str, lost: str, told: str) -> None:
    make_book(perform, MATRIX + POSTS + OFFICE)
    make_book(perform, f"[reviews]\n{said}", name="other")
    with pytest.raises(Conflict) as error:
        make_book(perform, (MATRIX + POSTS + OFFICE).replace(lost, ""), version="2")
    assert error.value.message == told


def test_an_error_leaves_what_is_in_force_as_it_was(perform: Perform, read: Read, now: datetime) -> None:
    make_book(perform, WHOLE)
    with pytest.raises(InvalidInput) as error:
        make_book(perform, WHOLE + '[reviews]\napprove = ["om-head"]', version="2")
    assert error.value.message == f"{FILE}: reviews.approve is 'om-head'."
    assert reviews_of(read(service.in_force, at=now)).approve == ()
