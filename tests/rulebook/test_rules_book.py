"""Reading a book: what it means, and every error by its name."""

import json
from datetime import timedelta

import pytest

from opsctl.core.chain import canonical
from opsctl.core.errors import InvalidInput
from opsctl.rulebook.rules import Limits, Target, Words
from opsctl.rulebook.rules.book import read_book
from opsctl.rulebook.rules.standing import rules_of
from opsctl.rulebook.service.applying import default_text
from opsctl.rulebook.terms import Starts
from tests.rulebook.books import FILE, LIMITS, MATRIX, OFFICE, WHOLE, errors, head, judged


def test_a_book_means_what_it_says() -> None:
    book = judged(
        WHOLE
        + """
[posts]
technical-head = { zh = "技术部负责人", en = "Head of technical department" }
gm = "总经理"
[severity_names]
1 = { zh = "重大突发事件", en = "major" }
[incidents]
reopen_window = "7d"
[targets]
availability = ">= 99.5 %"
"mttr.p90" = "≤ 30 min"
security-incidents-major = "＝0"
[[targets.for]]
customer = "acme"
availability = ">= 99.9%"
[[targets.for]]
asset = "ERP"
mttr = "<= 1h30m"
[[limits.for]]
customer = "acme"
[limits.for.sev1]
restore = "2h"
"""
    )
    assert (book.name, book.version, book.errors, book.warnings, book.clashes) == ("om", "1", (), (), ())
    rules = rules_of(json.loads(canonical(book.content)), generation=3, since=None)
    assert rules.severity_of("high", "low") == 3
    assert rules.severity_of("low", "low") == 4
    assert rules.posts == {
        "technical-head": Words("Head of technical department", "技术部负责人"),
        "gm": Words("总经理", "总经理"),
    }
    assert rules.severity_names == {1: Words("major", "重大突发事件")}
    assert rules.reopen_window == timedelta(days=7)
    assert rules.limits_of(2) == Limits(
        severity=2,
        response=timedelta(minutes=30),
        restore=timedelta(hours=8),
        starts=Starts.DETECTED,
        calendar="always",
        emergency_plan=False,
        review_within=None,
        response_written="30m",
        restore_written="8h",
    )
    day = timedelta(hours=8)
    fourth = rules.limits_of(4)
    assert fourth is not None
    assert (fourth.response, fourth.restore, fourth.calendar) == (day, 5 * day, "office")
    third = rules.limits_of(3, "acme")
    assert third is not None
    assert (third.response, third.restore) == (None, timedelta(hours=16))
    first, its_own = rules.limits_of(1), rules.limits_of(1, "acme")
    assert first is not None
    assert (first.emergency_plan, first.review_within) == (True, "3d")
    assert its_own is not None
    assert (its_own.restore, its_own.response, its_own.emergency_plan) == (timedelta(hours=2), None, False)
    assert rules.targets == (
        Target("availability", ">=", 0.995, ">= 99.5 %"),
        Target("mttr.p90", "<=", 1800.0, "<= 30 min"),
        Target("security-incidents-major", "=", 0.0, "= 0"),
    )
    assert rules.target_of("availability", "acme") == Target("availability", ">=", 0.999, ">= 99.9%")
    assert rules.target_of("mttr", asset="erp") == Target("mttr", "<=", 5400.0, "<= 1h30m")


def test_the_book_that_opsctl_brings_along_is_valid_but_for_the_years_to_come() -> None:
    book = read_book(default_text("Asia/Shanghai"), file="default", year=2026, others={})
    assert (book.name, book.errors) == ("om", ())
    assert [one.key for one in book.warnings] == ["calendars.office.holidays"]
    rules = rules_of(book.content, generation=1, since=None)
    assert sorted(rules.calendars) == ["always", "office"]
    assert {number: words.zh for number, words in rules.severity_names.items()} == {
        1: "重大突发事件",
        2: "严重故障",
        3: "一般性故障",
        4: "一般性故障",
    }
    assert [(target.figure, target.op, target.value) for target in rules.targets] == [
        ("availability", ">=", 0.995),
        ("repair-on-time", ">=", 0.95),
        ("security-incidents-major", "=", 0.0),
    ]


@pytest.mark.parametrize(
    ("tables", "message", "hint"),
    [
        pytest.param(
            "[limts.sev1]",
            "limts is not known.",
            "Did you mean limits? Allowed: rulebook, calendars, posts, severity, severity_names, limits, incidents,"
            " targets, checklists, routes, duties, backups, actions, reviews.",
            id="a table mistyped",
        ),
        pytest.param(
            "[workflows.erp]",
            "workflows is not read by this version of opsctl yet.",
            "Leave it out; the rest can be applied.",
            id="a table of a later version",
        ),
        pytest.param(
            MATRIX.replace(", low = 3", ""),
            "severity.high.low is missing.",
            "It must be a severity from 1 to 4.",
            id="a hole in the matrix",
        ),
        pytest.param(
            MATRIX.replace("low = { high = 3, medium = 4, low = 4 }", ""),
            "severity.low is missing.",
            "It must be a severity for each urgency, such as { high = 1, medium = 2, low = 3 }.",
            id="a row missing from the matrix",
        ),
        pytest.param(
            MATRIX.replace("high = 1", "high = 5"),
            "severity.high.high is 5.",
            "It must be a severity from 1 to 4.",
            id="a severity that there is not",
        ),
        pytest.param(
            MATRIX.replace("high = 1", "high = true"),
            "severity.high.high is true.",
            "It must be a severity from 1 to 4.",
            id="a severity that is no number",
        ),
        pytest.param(
            MATRIX + "urgent = { high = 1 }",
            "severity.urgent is not known.",
            "Allowed: high, medium, low.",
            id="an impact that there is not",
        ),
        pytest.param(
            "[severity_names]\n5 = 'x'",
            "severity_names.5 is not known.",
            "Allowed: 1, 2, 3, 4.",
            id="a name of no severity",
        ),
        pytest.param(
            "[limits.sev5]",
            "limits.sev5 is not known.",
            "Did you mean sev4, sev3, sev2? Allowed: sev1, sev2, sev3, sev4, for.",
            id="limits of no severity",
        ),
        pytest.param(
            OFFICE + '[limits.sev1]\ncalendar = "ofice"',
            "limits.sev1.calendar is 'ofice'.",
            "It must be one of always, office. Did you mean office?",
            id="a calendar that there is not",
        ),
        pytest.param(
            '[limits.sev1]\nresponse = "5h"\nrestore = "4h"',
            "limits.sev1.response is '5h'.",
            "It must be no longer than restore, which is 4h.",
            id="a response slower than the restoration",
        ),
        pytest.param(
            '[limits.sev1]\nstarts = "open"',
            "limits.sev1.starts is 'open'.",
            "It must be one of opened, detected, impact. Did you mean opened?",
            id="a start that there is not",
        ),
        pytest.param(
            '[limits.sev1]\nemergency_plan = "yes"',
            "limits.sev1.emergency_plan is 'yes'.",
            "It must be true or false.",
            id="a word for a flag",
        ),
        pytest.param(
            '[limits.sev1]\nreview_within = "soon"',
            "limits.sev1.review_within is 'soon'.",
            "It must be a duration such as 3d, or working days such as 5wd.",
            id="a review within no time",
        ),
        pytest.param(
            '[limits]\nsev1 = "4h"', "limits.sev1 is '4h'.", "It must be a table.", id="a limit that is no table"
        ),
        pytest.param(
            '[limits.for]\ncustomer = "acme"',
            "limits.for is {'customer': 'acme'}.",
            "It must be written as [[limits.for]], once for each.",
            id="limits for a customer in a plain table",
        ),
        pytest.param(
            '[[limits.for]]\n[limits.for.sev1]\nrestore = "2h"',
            "limits.for[1].customer is missing.",
            'It must be one of customer = "…".',
            id="limits for nobody",
        ),
        pytest.param(
            '[[limits.for]]\ncustomer = "acme"\n[[limits.for]]\ncustomer = "ACME"',
            "limits.for[2]: acme is there twice.",
            "Put all of it into one table.",
            id="one customer twice",
        ),
        pytest.param(
            '[[targets.for]]\ncustomer = "acme"\nasset = "erp"',
            "targets.for[1] is {'customer': 'acme', 'asset': 'erp'}.",
            'It must be one of customer = "…", asset = "…".',
            id="targets for two at once",
        ),
        pytest.param(
            "[incidents]\nreopen_window = 7",
            "incidents.reopen_window is 7.",
            "It must be a duration such as 7d or 36h.",
            id="a window without a unit",
        ),
        pytest.param(
            '[posts]\n"two words" = "x"',
            "posts.two words: 'two words' is not a handle.",
            "A handle begins with a letter or digit and holds letters, digits, . _ - only, 64 at most.",
            id="a post that nobody can type",
        ),
        pytest.param(
            "[posts]\nhead = { fr = 'Chef' }",
            "posts.head.fr is not known.",
            "Allowed: en, zh.",
            id="a language that we do not speak",
        ),
        pytest.param(
            "[posts]\nhead = ''",
            "posts.head is ''.",
            'It must be a text, or both languages: { en = "…", zh = "…" }. The text is empty.',
            id="a post without a name",
        ),
    ],
)
def test_an_error_names_the_key_what_was_found_and_what_is_allowed(tables: str, message: str, hint: str) -> None:
    assert errors(tables) == [(message, hint)]


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        pytest.param(
            MATRIX,
            "rulebook is missing.",
            'It must be a table with name and version: [rulebook] name = "om" version = "2026.1".',
            id="no book at all",
        ),
        pytest.param(
            '[rulebook]\nname = "om"\nversion = 2026.1',
            "rulebook.version is 2026.1.",
            'It must be a text in quotes such as "2026.1", of letters, digits and . _ + - (32 at most).',
            id="a version without quotes",
        ),
        pytest.param(
            '[rulebook]\nversion = "1"',
            "rulebook.name is missing.",
            'It must be a short name such as "om".',
            id="no name",
        ),
        pytest.param(
            head().replace("Shanghai", "Shangai"),
            "rulebook.zone is 'Asia/Shangai'.",
            'It must be the name of a time zone, such as "Asia/Shanghai". Did you mean Asia/Shanghai, Asia/Khandyga,'
            " Asia/Kashgar?",
            id="a zone that there is not",
        ),
    ],
)
def test_an_error_in_the_head_is_named_too(text: str, message: str, hint: str) -> None:
    book = read_book(text, file=FILE, year=2026, others={})
    assert [(one.message, one.hint) for one in book.errors] == [(f"om.toml: {message}", hint)]


def test_all_errors_are_found_in_one_go() -> None:
    found = [key for key, _hint in errors(MATRIX.replace("high = 1", "high = 0") + "[limits.sev9]\n[incidents]\nx = 1")]
    assert found == ["severity.high.high is 0.", "limits.sev9 is not known.", "incidents.x is not known."]


def test_a_book_in_a_zone_with_an_error_is_read_on() -> None:
    text = head().replace("Shanghai", "Nowhere") + OFFICE + '[limits.sev1]\ncalendar = "office"\nrestore = "1d"'
    found = read_book(text, file=FILE, year=2026, others={}).errors
    assert [one.key for one in found] == ["rulebook.zone", "limits.sev1.restore"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("no TOML", r"om\.toml is not TOML: Expected '=' after a key", id="no TOML"),
        pytest.param("x = " + "[" * 100_000, "om.toml cannot be read as TOML", id="nested too deeply"),
        pytest.param("x = " + "1" * 5000, "om.toml cannot be read as TOML", id="a number too long"),
        pytest.param("x = 2026-02-31", r"om\.toml is not TOML", id="a day that there is not"),
    ],
)
def test_what_is_no_toml_is_refused_at_once(text: str, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        read_book(text, file=FILE, year=2026, others={})


def test_a_mark_of_an_editor_at_the_beginning_is_no_error() -> None:
    assert read_book("\ufeff" + head() + WHOLE, file=FILE, year=2026, others={}).errors == ()


def test_severities_without_limits_and_limits_without_severities_are_warned_of() -> None:
    some = LIMITS[: LIMITS.index("[limits.sev3]")]
    assert [one.message for one in judged(MATRIX + some).warnings] == [
        "om.toml: limits.sev3 is missing, but the matrix gives that severity.",
        "om.toml: limits.sev4 is missing, but the matrix gives that severity.",
    ]
    harmless = MATRIX.replace("high = 1", "high = 2")
    assert [one.message for one in judged(harmless + OFFICE + LIMITS).warnings] == [
        "om.toml: limits.sev1 is never used: the matrix does not give that severity."
    ]


def test_a_limit_may_count_on_a_calendar_of_another_book() -> None:
    calendars = judged(OFFICE).content
    book = judged('[limits.sev4]\nrestore = "2wd"\ncalendar = "office"', {"calendars": calendars, "rest": {}})
    assert book.errors == ()
    assert book.content["limits"]["4"]["restore"] == 2 * 8 * 3600


def test_a_name_in_two_books_is_a_clash_but_not_with_an_older_version_of_itself() -> None:
    content = judged(OFFICE + "[targets]\navailability = '>= 99 %'").content
    again = OFFICE + "[calendars.always]\n[targets]\navailability = '>= 98 %'\nmttr = '<= 4h'"
    assert judged(again, {"other": content}).clashes == (
        ("calendars.office", "other"),
        ("targets.availability", "other"),
    )
    assert judged(again, {"om": content}).clashes == ()


def test_the_default_book_of_another_country_keeps_its_zone_and_names_no_days_off() -> None:
    book = read_book(default_text("Europe/Rome"), file="default", year=2026, others={})
    assert (book.errors, book.warnings) == ((), ())
    assert book.content["calendars"]["office"]["zone"] == "Europe/Rome"
    assert "holidays" not in book.content["calendars"]["office"]
