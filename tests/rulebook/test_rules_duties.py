"""Duties and their schedules: what they mean, and every error by its name."""

import json
from datetime import date, timedelta

import pytest

from opsctl.core.chain import canonical
from opsctl.rulebook.rules.book import read_book
from opsctl.rulebook.rules.patrols import Duty, Matching, patrols_of
from opsctl.rulebook.rules.standing import rules_of
from tests.rulebook.books import FILE, errors, head, judged
from tests.rulebook.patrol_books import CHECKLIST, DUTY, ROUTE, duty

HOUR = timedelta(hours=1)
SCHEDULE = 'It must be a cron line such as "0 9 * * 1-5", @daily, or an RRULE such as "FREQ=MONTHLY;BYMONTHDAY=-1".'
FIVE = "A cron line has five fields: minute, hour, day of the month, month, day of the week."
OWNER = "It must be a post such as om-head or post:om-head, or role:…, person:… or asset-owner."
PARTS = (
    "FREQ, UNTIL, WKST, BYDAY, INTERVAL, COUNT, BYMINUTE, BYHOUR, BYMONTHDAY, BYYEARDAY, BYWEEKNO, BYMONTH, BYSETPOS"
)
LAST_DAY = 'The last day of each month is "FREQ=MONTHLY;BYMONTHDAY=-1".'


def duties(tables: str) -> dict[str, Duty]:
    book = judged(tables)
    assert (book.errors, book.warnings) == ((), ())
    return dict(patrols_of(rules_of(json.loads(canonical(book.content)), generation=1, since=None)).duties)


def schedule(written: str, *lines: str) -> str | None:
    """The schedule that a duty has, written like that."""
    return duties(duty(f'schedule = "{written}"', *lines))["d"].schedule


def warnings(tables: str) -> list[tuple[str, str]]:
    book = judged(tables)
    assert book.errors == ()
    return [(one.message.removeprefix(f"{FILE}: "), one.hint) for one in book.warnings]


def test_a_duty_means_what_it_says() -> None:
    found = duties(
        CHECKLIST
        + ROUTE
        + """
[posts]
om-head = "Head of O&M"
[duties.patrol]
clause = "OM-3.3a"
title = { en = "Patrol", zh = "巡检" }
schedule = "FREQ=MONTHLY;BYMONTHDAY=-1"
at = "14:30"
zone = "Europe/Rome"
start = 2026-12-01
owner = "OM-Head"
assets = { kind = "switch", criticality = "key", classification = "secret", \
customer = "acme", handles = ["sw-1", "SW-2"] }
evidence = { kind = "inspection.completed", checklist = "core-network" }
early = "2h"
grace = "0m"
[duties.edge]
schedule = "0 9 * * *"
owner = "role:engineer"
assets = { route = "edge" }
evidence = { kind = "inspection.completed" }
[duties.dusting]
every = "90d"
owner = "asset-owner"
assets = { kind = "server" }
evidence = { kind = "maintenance.completed", topic = "cleaning" }
"""
    )
    assert found == {
        "patrol": Duty(
            name="patrol",
            title=found["patrol"].title,
            clause="OM-3.3a",
            schedule="FREQ=MONTHLY;BYMONTHDAY=-1",
            at=14 * 60 + 30,
            every=None,
            zone="Europe/Rome",
            start=date(2026, 12, 1),
            owner="post:om-head",
            assets=Matching("switch", "key", "secret", "acme", ("sw-1", "sw-2"), None),
            kind="inspection.completed",
            topic="core-network",
            early=2 * HOUR,
            grace=timedelta(0),
        ),
        "edge": Duty(
            name="edge",
            title=None,
            clause=None,
            schedule="0 9 * * *",
            at=None,
            every=None,
            zone="Asia/Shanghai",
            start=None,
            owner="role:engineer",
            assets=Matching(route="edge"),
            kind="inspection.completed",
            topic="core-network",
            early=timedelta(0),
            grace=None,
        ),
        "dusting": Duty(
            name="dusting",
            title=None,
            clause=None,
            schedule=None,
            at=None,
            every=timedelta(days=90),
            zone="Asia/Shanghai",
            start=None,
            owner="asset-owner",
            assets=Matching(kind="server"),
            kind="maintenance.completed",
            topic="cleaning",
            early=timedelta(0),
            grace=None,
        ),
    }
    assert found["patrol"].title == ("Patrol", "巡检")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        pytest.param("0 9,21 * * *", "0 9,21 * * *", id="twice a day"),
        pytest.param("  0   9 * *  mon-fri ", "0 9 * * MON-FRI", id="words and blanks"),
        pytest.param("０ ９ ＊ ＊ １", "0 9 * * 1", id="full-width"),
        pytest.param("0 9 L * *", "0 9 L * *", id="the last day"),
        pytest.param("0 9 1-31 * *", "0 9 1-31 * *", id="every day of the month"),
        pytest.param("0 9 31 1,12 *", "0 9 31 1,12 *", id="days that their months have"),
        pytest.param("*/15 * * * *", "*/15 * * * *", id="96 times a day"),
        pytest.param("@hourly", "0 * * * *", id="hourly"),
        pytest.param("@Daily", "0 0 * * *", id="daily"),
        pytest.param("@weekly", "0 0 * * 0", id="weekly"),
        pytest.param("@monthly", "0 0 1 * *", id="monthly"),
        pytest.param("@yearly", "0 0 1 1 *", id="yearly"),
        pytest.param("freq=weekly; byday=mo,th", "FREQ=WEEKLY;BYDAY=MO,TH", id="small letters and blanks"),
        pytest.param("RRULE:FREQ=DAILY;", "FREQ=DAILY", id="as in a calendar file"),
        pytest.param("FREQ=HOURLY;BYHOUR=8,16", "FREQ=HOURLY;BYHOUR=8,16", id="by the hour"),
        pytest.param("FREQ=MONTHLY;BYDAY=1SA", "FREQ=MONTHLY;BYDAY=1SA", id="the first Saturday"),
        pytest.param("FREQ=MONTHLY;BYDAY=MO,FR;BYSETPOS=-1", "FREQ=MONTHLY;BYDAY=MO,FR;BYSETPOS=-1", id="the last of"),
        pytest.param(
            "FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1",
            "FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1",
            id="the last day in another way",
        ),
        pytest.param("FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO", "FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO", id="a rare week"),
        pytest.param("FREQ=DAILY;UNTIL=20271231", "FREQ=DAILY;UNTIL=20271231T235959", id="a day to its end"),
        pytest.param("FREQ=DAILY;UNTIL=20271231T120000", "FREQ=DAILY;UNTIL=20271231T120000", id="until local"),
        # Shanghai is eight hours ahead.
        pytest.param("FREQ=DAILY;UNTIL=20271231T160000Z", "FREQ=DAILY;UNTIL=20280101T000000", id="until of UTC"),
    ],
)
def test_a_schedule_is_kept_in_one_way(written: str, expected: str) -> None:
    assert schedule(written) == expected


@pytest.mark.parametrize("rule", ["FREQ=DAILY;COUNT=5", "FREQ=DAILY;INTERVAL=2", "FREQ=WEEKLY", "FREQ=MONTHLY"])
def test_what_counts_from_a_start_has_to_have_one(rule: str) -> None:
    assert schedule(rule, "start = 2026-12-01") == rule
    assert schedule(rule, 'start = "2026-12-01"') == rule
    ((message, _hint),) = errors(duty(f'schedule = "{rule}"'))
    part = rule.partition(";")[2].partition("=")[0] or rule
    assert message == f"duties.d.schedule is '{rule}', and {part} counts from a start."


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        pytest.param("", f"{SCHEDULE} {FIVE}", id="empty"),
        pytest.param("daily", f"{SCHEDULE} {FIVE}", id="a word"),
        pytest.param("0 9 * *", f"{SCHEDULE} {FIVE}", id="four fields"),
        pytest.param("0 0 9 * * *", f"{SCHEDULE} {FIVE}", id="seconds"),
        pytest.param("60 9 * * *", f"{SCHEDULE} Field 1 of it, '60', is not understood.", id="minute 60"),
        pytest.param("0 24 * * *", f"{SCHEDULE} Field 2 of it, '24', is not understood.", id="hour 24"),
        pytest.param("0 9 32 * *", f"{SCHEDULE} Field 3 of it, '32', is not understood.", id="day 32"),
        pytest.param("0 9 30 2 *", f"{SCHEDULE} Field 3 of it, '30', is not understood.", id="30 February"),
        pytest.param("0 9 * 13 *", f"{SCHEDULE} Field 4 of it, '13', is not understood.", id="month 13"),
        pytest.param("0 9 * * 8", f"{SCHEDULE} Field 5 of it, '8', is not understood.", id="day 8 of a week"),
        pytest.param("* * * * *", "It must be due 100 times a day at most.", id="every minute"),
        pytest.param(
            "@dayly",
            f"{SCHEDULE} Did you mean @daily, @yearly? Allowed: @hourly, @daily, @weekly, @monthly, @yearly.",
            id="a word mistyped",
        ),
        pytest.param(
            "@reboot", f"{SCHEDULE} Allowed: @hourly, @daily, @weekly, @monthly, @yearly.", id="a word of other crons"
        ),
        pytest.param(
            "FREQ=MINUTELY",
            "It must be an RRULE, its FREQ one of HOURLY, DAILY, WEEKLY, MONTHLY, YEARLY.",
            id="by the minute",
        ),
        pytest.param(
            "FREQ=SECONDLY",
            "It must be an RRULE, its FREQ one of HOURLY, DAILY, WEEKLY, MONTHLY, YEARLY.",
            id="by the second",
        ),
        pytest.param(
            "BYDAY=MO", "It must be an RRULE with FREQ=HOURLY|DAILY|WEEKLY|MONTHLY|YEARLY.", id="no frequency"
        ),
        pytest.param(
            "DTSTART=20261201;FREQ=DAILY", "It must be an RRULE alone. Say when it begins by start.", id="its own start"
        ),
        pytest.param(
            "FREQ=WEEKLY;BYWEEKDAY=MO",
            f"It must be an RRULE of known parts. Did you mean BYDAY, BYWEEKNO, BYYEARDAY? Allowed: {PARTS}.",
            id="a part that there is not",
        ),
        pytest.param("FREQ=DAILY;FREQ=DAILY", "It must be an RRULE that says FREQ once.", id="a part twice"),
        pytest.param("FREQ=DAILY;BYHOUR=24", "It must be an RRULE, its BYHOUR from 0 to 23.", id="an hour"),
        pytest.param("FREQ=DAILY;INTERVAL=0", "It must be an RRULE, its INTERVAL from 1 to 1000.", id="an interval"),
        pytest.param("FREQ=DAILY;INTERVAL=1,2", "It must be an RRULE, its INTERVAL from 1 to 1000.", id="intervals"),
        pytest.param(
            "FREQ=MONTHLY;BYMONTHDAY=32",
            "It must be an RRULE, its BYMONTHDAY from 1 to 31, or from -31 to -1.",
            id="a day of the month",
        ),
        pytest.param(
            "FREQ=WEEKLY;BYDAY=MON", "It must be an RRULE, its BYDAY days such as MO,TU or 1SA or -1FR.", id="a weekday"
        ),
        pytest.param(
            "FREQ=WEEKLY;BYDAY=1MO",
            "It must be an RRULE whose BYDAY has numbers, such as 1SA, with FREQ=MONTHLY or FREQ=YEARLY only.",
            id="the first Monday of a week",
        ),
        pytest.param(
            "FREQ=WEEKLY;BYMONTHDAY=1",
            "It must be an RRULE whose BYMONTHDAY does not stand with FREQ=WEEKLY.",
            id="a day of the month each week",
        ),
        pytest.param(
            "FREQ=MONTHLY;BYSETPOS=1",
            "It must be an RRULE whose BYSETPOS picks from the days of another part.",
            id="the first of nothing",
        ),
        pytest.param(
            "FREQ=DAILY;WKST=X", "It must be an RRULE, its WKST one of MO, TU, WE, TH, FR, SA, SU.", id="a week"
        ),
        pytest.param(
            "FREQ=DAILY;UNTIL=soon",
            "It must be an RRULE, its UNTIL a day or a moment such as 20271231 or 20271231T235959.",
            id="until soon",
        ),
        pytest.param(
            "FREQ=DAILY;UNTIL=20270231", "It must be an RRULE, its UNTIL a day that there is.", id="until 31 February"
        ),
        pytest.param(
            "FREQ=DAILY;COUNT=2;UNTIL=20271231", "It must be an RRULE with either UNTIL or COUNT.", id="two ends"
        ),
        pytest.param(
            "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "It must be a schedule that comes due some day.", id="never, by days"
        ),
        pytest.param(
            "FREQ=HOURLY;BYYEARDAY=1;BYMONTH=2", "It must be a schedule that comes due some day.", id="never, by hours"
        ),
        pytest.param(
            "FREQ=HOURLY;BYMINUTE=0,10,20,30,40", "It must be due 100 times a day at most.", id="120 times a day"
        ),
    ],
)
def test_what_is_no_schedule_is_refused(written: str, hint: str) -> None:
    assert errors(duty(f'schedule = "{written}"')) == [(f"duties.d.schedule is '{written}'.", hint)]


def test_an_interval_that_never_comes_upon_its_hour_is_refused() -> None:
    rule = "FREQ=HOURLY;INTERVAL=24;BYHOUR=3"
    assert errors(duty(f'schedule = "{rule}"', "start = 2026-12-01")) == [
        (f"duties.d.schedule is '{rule}'.", "It must be a schedule that comes due some day.")
    ]


@pytest.mark.parametrize(
    ("lines", "days"),
    [
        pytest.param(['schedule = "0 9 31 * *"'], "31", id="day 31 by cron"),
        pytest.param(['schedule = "0 9 28-31 * *"'], "29, 30, 31", id="the last days by cron"),
        pytest.param(['schedule = "0 9 29 2 *"'], "29", id="29 February by cron"),
        pytest.param(['schedule = "FREQ=MONTHLY;BYMONTHDAY=15,30"'], "30", id="day 30 by rule"),
        pytest.param(['schedule = "FREQ=YEARLY;BYMONTH=2,3;BYMONTHDAY=29"'], "29", id="29 February by rule"),
        pytest.param(['schedule = "FREQ=MONTHLY"', "start = 2026-01-31"], "31", id="from the 31st on"),
        pytest.param(['schedule = "FREQ=YEARLY"', "start = 2028-02-29"], "29", id="from a leap day on"),
    ],
)
def test_a_day_that_not_every_month_has_is_warned_of(lines: list[str], days: str) -> None:
    message = f"duties.d.schedule: not every month has a day {days}; where there is none it is not due."
    assert warnings(duty(*lines)) == [(message, LAST_DAY)]


@pytest.mark.parametrize(
    ("tables", "message", "hint"),
    [
        pytest.param(
            duty(),
            "duties.d.schedule is missing.",
            'It must be a cron line, an RRULE, or every = "90d".',
            id="no schedule",
        ),
        pytest.param(
            duty('schedule = "@daily"', 'every = "90d"'),
            "duties.d.every is '90d'.",
            "It must be left out where a schedule is given.",
            id="two schedules",
        ),
        pytest.param(duty('every = "0d"'), "duties.d.every is '0d'.", "It must be more than nothing.", id="at once"),
        pytest.param(
            duty("schedule = 9"), "duties.d.schedule is 9.", SCHEDULE, id="a number for a schedule"
        ),
        pytest.param(
            duty('schedule = "@daily"', 'at = "02:00"'),
            "duties.d.at is '02:00'.",
            "It must be left out, unless the schedule is an RRULE without an hour."
            " A cron line says the hour itself, and what is counted from completion has none.",
            id="an hour with a cron line",
        ),
        pytest.param(
            duty('every = "90d"', 'at = "02:00"'),
            "duties.d.at is '02:00'.",
            "It must be left out, unless the schedule is an RRULE without an hour."
            " A cron line says the hour itself, and what is counted from completion has none.",
            id="an hour from completion",
        ),
        pytest.param(
            duty('schedule = "FREQ=DAILY;BYHOUR=9"', 'at = "02:00"'),
            "duties.d.at is '02:00'.",
            "It must be left out, unless the schedule is an RRULE without an hour. This one says the hour itself.",
            id="two hours",
        ),
        pytest.param(
            duty('schedule = "FREQ=DAILY"', 'at = "24:00"'),
            "duties.d.at is '24:00'.",
            'It must be a time of day such as "02:00".',
            id="an hour that there is not",
        ),
        pytest.param(
            duty('schedule = "@daily"', 'zone = "Asia/Shangai"'),
            "duties.d.zone is 'Asia/Shangai'.",
            'It must be the name of a time zone, such as "Asia/Shanghai". Did you mean Asia/Shanghai, Asia/Khandyga,'
            " Asia/Kashgar?",
            id="a zone that there is not",
        ),
        pytest.param(
            duty('schedule = "FREQ=WEEKLY"', 'start = "2026-02-31"'),
            "duties.d.start is '2026-02-31'.",
            "It must be a day that there is, such as 2026-11-28.",
            id="a start that there is not",
        ),
        pytest.param(
            duty('schedule = "@daily"', "start = 2026-12-01T09:00:00"),
            "duties.d.start is 2026-12-01T09:00:00.",
            "It must be a day that there is, such as 2026-11-28.",
            id="a start that is a moment",
        ),
        pytest.param(
            duty('schedule = "FREQ=DAILY;UNTIL=20261130"', "start = 2026-12-01"),
            "duties.d.schedule is 'FREQ=DAILY;UNTIL=20261130'.",
            "It must be an RRULE that ends after it starts, which is 2026-12-01.",
            id="an end before the start",
        ),
        pytest.param(
            duty('schedule = "@daily"', 'early = "367d"'),
            "duties.d.early is '367d'.",
            "It must be at most 366 days.",
            id="too early",
        ),
        pytest.param(
            duty('schedule = "@daily"', 'grace = "-1h"'),
            "duties.d.grace is '-1h'.",
            "It must be a duration such as 7d or 36h.",
            id="a grace that is less than nothing",
        ),
        pytest.param(
            duty('schedule = "@daily"', owner="team:night"), "duties.d.owner is 'team:night'.", OWNER, id="a team"
        ),
        pytest.param(duty('schedule = "@daily"', owner="role:"), "duties.d.owner is 'role:'.", OWNER, id="no role"),
        pytest.param(
            duty('schedule = "@daily"').replace('owner = "role:engineer"', ""),
            "duties.d.owner is missing.",
            OWNER,
            id="no owner",
        ),
        pytest.param(
            duty('schedule = "@daily"', owner="asset-owner"),
            "duties.d.owner is 'asset-owner'.",
            "It must be somebody else, for the duty is about no asset.",
            id="the owner of no asset",
        ),
        pytest.param(
            duty('schedule = "@daily"', "assets = {}"),
            "duties.d.assets is {}.",
            "It must be at least one of kind, criticality, classification, customer, handles, route."
            " Leave out assets where the duty is about no asset.",
            id="any asset",
        ),
        pytest.param(
            duty('schedule = "@daily"', 'assets = { criticality = "high" }'),
            "duties.d.assets.criticality is 'high'.",
            "It must be one of key, important, ordinary.",
            id="a criticality that there is not",
        ),
        pytest.param(
            duty('schedule = "@daily"', 'assets = { type = "switch" }'),
            "duties.d.assets.type is not known.",
            "Allowed: kind, criticality, classification, customer, handles, route.",
            id="a field that assets do not have",
        ),
        pytest.param(
            duty('schedule = "@daily"', 'assets = { handles = ["a", "A"] }'),
            "duties.d.assets.handles: a is there twice.",
            "Each name stands there once.",
            id="an asset twice",
        ),
        pytest.param(
            CHECKLIST + ROUTE + duty('schedule = "@daily"', 'assets = { route = "egde" }'),
            "duties.d.assets.route is 'egde'.",
            "It must be one of edge. Did you mean edge?",
            id="a route that there is not",
        ),
        pytest.param(
            duty('schedule = "@daily"').replace('evidence = { kind = "maintenance.completed" }', ""),
            "duties.d.evidence is missing.",
            'It must be a table such as { kind = "inspection.completed", checklist = "…" }.',
            id="no evidence",
        ),
        pytest.param(
            duty('schedule = "@daily"', 'evidence = { kind = "inspection" }'),
            "duties.d.evidence.kind is 'inspection'.",
            "It must be a kind of record such as inspection.completed, maintenance.completed, backup.succeeded,"
            " restore_test.passed, review.approved.",
            id="half a kind",
        ),
        pytest.param(
            CHECKLIST + duty('schedule = "@daily"', 'evidence = { kind = "inspection.completed" }'),
            "duties.d.evidence.checklist is missing.",
            "It must be one of core-network.",
            id="an inspection without a checklist",
        ),
        pytest.param(
            CHECKLIST + DUTY.replace('checklist = "core-network"', 'checklist = "core"'),
            "duties.patrol.evidence.checklist is 'core'.",
            "It must be one of core-network. Did you mean core-network?",
            id="a checklist that there is not",
        ),
        pytest.param(
            DUTY,
            "duties.patrol.evidence.checklist is 'core-network'.",
            "It must be one of those in [checklists], and there are none.",
            id="a checklist, and there are none",
        ),
        pytest.param(
            CHECKLIST + DUTY.replace("checklist =", "topic ="),
            "duties.patrol.evidence.topic is 'core-network'.",
            "It must be left out; a round has a checklist.",
            id="an inspection about a topic",
        ),
        pytest.param(
            CHECKLIST + DUTY.replace("checklist =", 'topic = "x", checklist ='),
            "duties.patrol.evidence is {'kind': 'inspection.completed', 'topic': 'x', 'checklist':….",
            "It must be one of checklist, topic.",
            id="two topics",
        ),
        pytest.param(
            CHECKLIST
            + CHECKLIST.replace("core-network", "other")
            + ROUTE
            + DUTY.replace("core-network", "other")
            + 'assets = { route = "edge" }',
            "duties.patrol.evidence.checklist is 'other'.",
            "It must be core-network, by which the route is walked.",
            id="another checklist than that of the route",
        ),
        pytest.param(
            duty('schedule = "@daily"', 'grce = "2h"'),
            "duties.d.grce is not known.",
            "Did you mean grace? Allowed: clause, title, schedule, at, every, zone, start, owner, assets, evidence,"
            " early, grace.",
            id="a key mistyped",
        ),
        pytest.param(
            duty('schedule = "@daily"', "clause = 3.3"),
            "duties.d.clause is 3.3.",
            'It must be a clause such as "OM-3.3a".',
            id="a number for a clause",
        ),
    ],
)
def test_an_error_names_the_key_what_was_found_and_what_is_allowed(tables: str, message: str, hint: str) -> None:
    assert errors(tables) == [(message, hint)]


def test_an_hour_may_be_written_as_a_time() -> None:
    assert duties(duty('schedule = "FREQ=DAILY"', "at = 02:30:00"))["d"].at == 150


def test_a_duty_in_a_book_without_a_zone_names_one() -> None:
    text = head().replace('zone = "Asia/Shanghai"\n', "")
    read = {"file": FILE, "year": 2026, "others": {}}
    (missing,) = read_book(text + duty('schedule = "@daily"'), **read).errors
    assert (missing.key, missing.message) == ("duties.d.zone", "om.toml: duties.d.zone is missing.")
    assert read_book(text + duty('schedule = "@daily"', 'zone = "Europe/Rome"'), **read).errors == ()


def test_a_post_that_no_book_knows_is_warned_of() -> None:
    told = "duties.d.owner: no book in force has the post om-haed."
    daily = duty('schedule = "@daily"', owner="post:om-haed")
    assert warnings(daily) == [(told, "Say it in [posts], or write role:om-haed.")]
    assert warnings('[posts]\nom-head = "Head"\n' + daily) == [(told, "Did you mean om-head? Allowed: om-head.")]
    others = {"other": judged('[posts]\nom-haed = "Head"').content}
    assert judged(daily, others).warnings == ()


def test_a_kind_of_record_that_nothing_writes_is_warned_of() -> None:
    assert warnings(duty('schedule = "@daily"', 'evidence = { kind = "maintenance.complete", policy = "erp" }')) == [
        (
            "duties.d.evidence.kind: no record of this version of opsctl is of the kind maintenance.complete.",
            "Did you mean maintenance.completed, inspection.completed?"
            " Allowed: inspection.completed, maintenance.completed, backup.succeeded, restore_test.passed,"
            " review.approved.",
        )
    ]


def test_a_duty_counts_on_what_is_in_error_without_another_error() -> None:
    wrong = CHECKLIST.replace('type = "state"', 'type = "stat"') + ROUTE.replace('["edge-fw-1", "edge-fw-2"]', "[]")
    found = judged(wrong + DUTY + 'assets = { route = "edge" }').errors
    assert [one.key for one in found] == ["checklists.core-network.items[2].type", "routes.edge.assets"]
