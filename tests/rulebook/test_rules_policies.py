"""Policies of backups: what they mean, the duties that follow, and everything that is refused or warned of."""

import json
from datetime import date, timedelta

import pytest

from opsctl.core.chain import canonical
from opsctl.rulebook.rules import Rules, Words
from opsctl.rulebook.rules.book import read_book
from opsctl.rulebook.rules.patrols import Duty, Matching, patrols_of
from opsctl.rulebook.rules.policies import Location, Policy, Retention, policies_of
from opsctl.rulebook.rules.references import Reference, dangling
from opsctl.rulebook.rules.standing import Difference, differences, names_of, rules_of
from tests.rulebook.books import FILE, errors, head, judged
from tests.rulebook.patrol_books import duty, policy

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
ENCRYPTED = ("encryption = true", 'restore_test = { rule = "FREQ=MONTHLY;BYDAY=1SA" }')
RULE = 'restore_test = { rule = "FREQ=MONTHLY;BYDAY=1SA", at = "02:00" }'
LOCATIONS = 'It must be a list of 1 to 20 tables such as { name = "local", medium = "disk", site = "dc1" }.'
KEPT = "It must be a table such as { daily = 7, weekly = 4, monthly = 12, min_good = 3 }."
SCHEDULE = 'It must be a cron line such as "30 1 * * *", or an RRULE.'
TESTED = 'It must be a table such as { rule = "FREQ=MONTHLY;BYDAY=1SA", at = "02:00" }.'
NAMES = "last, daily, weekly, monthly, yearly, min_good"


def rules(tables: str) -> Rules:
    book = judged(tables)
    assert (book.errors, book.warnings) == ((), ())
    return rules_of(json.loads(canonical(book.content)), generation=1, since=None)


def only(tables: str) -> Policy:
    """The one policy that these tables say."""
    (found,) = policies_of(rules(tables)).values()
    return found


def warnings(tables: str) -> list[tuple[str, str]]:
    book = judged(tables)
    assert book.errors == ()
    return [(one.message.removeprefix(f"{FILE}: "), one.hint) for one in book.warnings]


def test_a_policy_means_what_it_says_and_two_duties_follow() -> None:
    said = rules("""
[posts]
dba = "DBA"
[backups.erp-db]
title = { en = "ERP database", zh = "ERP 数据库" }
asset = "ERP"
owner = "dba"
classification = "secret"
method = "Incremental"
schedule = "FREQ=DAILY"
at = "01:30"
start = 2026-12-01
zone = "Europe/Rome"
clause = "CO-5.3"
early = "10m"
grace = "3h"
locations = [{ name = "Local", medium = "disk", site = "dc1" }, { name = "vault", medium = "tape" }]
retention = { last = 3, daily = 7, weekly = 4, monthly = 12, yearly = 0, min_good = 2 }
encryption = true
rpo = "26h"
rto = "2h"
verify = { level = "l5", expires = "120d" }
incomplete_is_good = true
[backups.erp-db.restore_test]
rule = "FREQ=MONTHLY;INTERVAL=3;BYDAY=1SA"
at = "02:00"
start = 2026-12-05
early = "2d"
grace = "4d"
""")
    found = policies_of(said)["erp-db"]
    slots = Duty(
        name="backup:erp-db",
        title=Words("Backup of ERP database", "ERP 数据库的备份"),
        clause="CO-5.3",
        schedule="FREQ=DAILY",
        at=90,
        every=None,
        zone="Europe/Rome",
        start=date(2026, 12, 1),
        owner="post:dba",
        assets=Matching(handles=("erp",)),
        kind="backup.succeeded",
        topic="erp-db",
        early=timedelta(minutes=10),
        grace=3 * HOUR,
    )
    tests = Duty(
        name="restore-test:erp-db",
        title=Words("Restore test of ERP database", "ERP 数据库的恢复测试"),
        clause="CO-5.3",
        schedule="FREQ=MONTHLY;INTERVAL=3;BYDAY=1SA",
        at=120,
        every=None,
        zone="Europe/Rome",
        start=date(2026, 12, 5),
        owner="post:dba",
        assets=Matching(handles=("erp",)),
        kind="restore_test.passed",
        topic="erp-db",
        early=2 * DAY,
        grace=4 * DAY,
    )
    assert found == Policy(
        name="erp-db",
        title=Words("ERP database", "ERP 数据库"),
        asset="erp",
        owner="post:dba",
        classification="secret",
        method="incremental",
        locations=(Location("local", "disk", "dc1"), Location("vault", "tape", None)),
        retention=Retention(last=3, daily=7, weekly=4, monthly=12, yearly=0, min_good=2),
        encryption=True,
        rpo=26 * HOUR,
        rto=2 * HOUR,
        level="L5",
        expires=120 * DAY,
        slots=slots,
        tests=tests,
        incomplete_is_good=True,
    )
    assert dict(patrols_of(said).duties) == {"backup:erp-db": slots, "restore-test:erp-db": tests}


def test_what_a_policy_leaves_out_is_the_least_that_is_sound() -> None:
    found = only(policy("retention = { last = 5 }"))
    assert (found.title, found.classification, found.method, found.encryption) == (None, None, "full", False)
    assert (found.level, found.expires, found.rto, found.tests) == ("L2", 90 * DAY, None, None)
    assert found.retention == Retention(last=5, min_good=1)
    assert not found.incomplete_is_good
    assert found.slots.title == Words("Backup of erp-db", "erp-db 的备份")
    assert (found.slots.clause, found.slots.zone, found.slots.early) == ("OM-3.3d", "Asia/Shanghai", timedelta(0))
    assert found.slots.grace is None
    assert found.slots.owner == "role:dba"


def test_a_restore_test_may_call_its_rule_a_schedule() -> None:
    tests = only(policy('restore_test = { schedule = "0 2 1 * *" }')).tests
    assert tests is not None
    assert (tests.name, tests.schedule, tests.at) == ("restore-test:erp-db", "0 2 1 * *", None)
    assert tests.title == Words("Restore test of erp-db", "erp-db 的恢复测试")


def test_an_owner_may_be_the_assets_own() -> None:
    assert only(policy('owner = "asset-owner"')).owner == "asset-owner"


@pytest.mark.parametrize(
    ("tables", "message", "hint"),
    [
        pytest.param(
            policy(without=("asset",)),
            "backups.erp-db.asset is missing.",
            'It must be the handle of an asset such as "erp".',
            id="no asset",
        ),
        pytest.param(
            policy("asset = 3"),
            "backups.erp-db.asset is 3.",
            'It must be the handle of an asset such as "erp".',
            id="an asset that is no text",
        ),
        pytest.param(
            policy('asset = "a b"'),
            "backups.erp-db.asset: 'a b' is not a handle.",
            "A handle begins with a letter or digit and holds letters, digits, . _ - only, 64 at most.",
            id="an asset that is no handle",
        ),
        pytest.param(
            policy(without=("owner",)),
            "backups.erp-db.owner is missing.",
            "It must be a post such as om-head or post:om-head, or role:…, person:… or asset-owner.",
            id="no owner",
        ),
        pytest.param(
            policy('classification = "top"'),
            "backups.erp-db.classification is 'top'.",
            "It must be one of public, internal, confidential, secret.",
            id="a classification that there is not",
        ),
        pytest.param(
            policy('method = "ful"'),
            "backups.erp-db.method is 'ful'.",
            "It must be one of full, incremental, snapshot, continuous. Did you mean full?",
            id="a method that there is not",
        ),
        pytest.param(policy(without=("schedule",)), "backups.erp-db.schedule is missing.", SCHEDULE, id="no schedule"),
        pytest.param(
            policy('at = "01:00"'),
            "backups.erp-db.at is '01:00'.",
            "It must be left out, unless the schedule is an RRULE without an hour. A cron line says the hour itself,"
            " and what is counted from completion has none.",
            id="a cron line with a time",
        ),
        pytest.param(
            policy(without=("locations",)), "backups.erp-db.locations is missing.", LOCATIONS, id="no location"
        ),
        pytest.param(policy("locations = []"), "backups.erp-db.locations is [].", LOCATIONS, id="an empty list"),
        pytest.param(
            policy('locations = ["local"]'),
            "backups.erp-db.locations[1] is 'local'.",
            "It must be a table.",
            id="a location that is a word",
        ),
        pytest.param(
            policy('locations = [{ medium = "disk" }]'),
            "backups.erp-db.locations[1].name is missing.",
            'It must be a short name such as "offsite".',
            id="a location without a name",
        ),
        pytest.param(
            policy('locations = [{ name = "local" }]'),
            "backups.erp-db.locations[1].medium is missing.",
            "It must be what it is, such as disk, tape or object.",
            id="a location without a medium",
        ),
        pytest.param(
            policy('locations = [{ name = "a", medium = "disk" }, { name = "A", medium = "tape" }]'),
            "backups.erp-db.locations: a is there twice.",
            "Each name stands there once.",
            id="a location twice",
        ),
        pytest.param(policy(without=("retention",)), "backups.erp-db.retention is missing.", KEPT, id="no retention"),
        pytest.param(
            policy("retention = {}"),
            "backups.erp-db.retention is {}.",
            f"It must be at least one of {NAMES}. Nothing would be kept.",
            id="an empty retention",
        ),
        pytest.param(
            policy("retention = { daily = 0 }"),
            "backups.erp-db.retention is {'daily': 0}.",
            f"It must be at least one of {NAMES}. Nothing would be kept.",
            id="a retention of nothing",
        ),
        pytest.param(
            policy("retention = { daily = 1.5 }"),
            "backups.erp-db.retention.daily is 1.5.",
            "It must be a whole number from 0 to 10000.",
            id="half a point",
        ),
        pytest.param(
            policy("retention = { daily = true }"),
            "backups.erp-db.retention.daily is true.",
            "It must be a whole number from 0 to 10000.",
            id="a yes that is no number",
        ),
        pytest.param(
            policy("retention = { last = 1, min_good = 0 }"),
            "backups.erp-db.retention.min_good is 0.",
            "It must be a whole number from 1 to 10000.",
            id="no good one at all",
        ),
        pytest.param(
            policy("retention = { hourly = 1, last = 1 }"),
            "backups.erp-db.retention.hourly is not known.",
            f"Allowed: {NAMES}.",
            id="a rule that there is not",
        ),
        pytest.param(
            policy('encryption = "age"'),
            "backups.erp-db.encryption is 'age'.",
            "It must be true or false.",
            id="an encryption by name",
        ),
        pytest.param(
            policy(without=("rpo",)),
            "backups.erp-db.rpo is missing.",
            "It must be a duration such as 26h: how much may be lost at most.",
            id="no RPO",
        ),
        pytest.param(
            policy('rpo = "0h"'), "backups.erp-db.rpo is '0h'.", "It must be more than nothing.", id="an RPO of nothing"
        ),
        pytest.param(
            policy('verify = { level = "L7" }'),
            "backups.erp-db.verify.level is 'L7'.",
            "It must be one of L0, L1, L2, L3, L4, L5, L6.",
            id="a level that there is not",
        ),
        pytest.param(
            policy("verify = {}"),
            "backups.erp-db.verify is {}.",
            'It must be a table such as { level = "L5", expires = "90d" }.',
            id="an empty verification",
        ),
        pytest.param(
            policy('verify = { expires = "0d" }'),
            "backups.erp-db.verify.expires is '0d'.",
            "It must be more than nothing.",
            id="a proof that never holds",
        ),
        pytest.param(
            policy('restore_test = "FREQ=MONTHLY;BYDAY=1SA"'),
            "backups.erp-db.restore_test is 'FREQ=MONTHLY;BYDAY=1SA'.",
            "It must be a table.",
            id="a restore test that is a word",
        ),
        pytest.param(
            policy('restore_test = { at = "02:00" }'),
            "backups.erp-db.restore_test is {'at': '02:00'}.",
            TESTED,
            id="a restore test without a rule",
        ),
        pytest.param(
            policy('restore_test = { rule = "@monthly", schedule = "@monthly" }'),
            "backups.erp-db.restore_test is {'rule': '@monthly', 'schedule': '@monthly'}.",
            TESTED,
            id="a restore test with two rules",
        ),
        pytest.param(
            policy("keep = 7"),
            "backups.erp-db.keep is not known.",
            "Allowed: title, asset, owner, classification, method, schedule, at, start, zone, clause, early, grace,"
            " locations, retention, encryption, rpo, rto, verify, restore_test, incomplete_is_good.",
            id="a key that there is not",
        ),
        pytest.param(
            policy('classification = "confidential"'),
            "backups.erp-db is confidential, and its backup is not encrypted.",
            "Write encryption = true.",
            id="confidential and open",
        ),
        pytest.param(
            policy('classification = "secret"', "encryption = false"),
            "backups.erp-db is secret, and its backup is not encrypted.",
            "Write encryption = true.",
            id="secret and open",
        ),
        pytest.param(
            policy("encryption = true"),
            "backups.erp-db is encrypted and proven nowhere: no restore is tested, and L2 opens nothing.",
            f'Write {RULE}, or at least verify = {{ level = "L4" }}.',
            id="encrypted and never opened",
        ),
        pytest.param(
            policy("encryption = true", 'verify = { level = "L3" }'),
            "backups.erp-db is encrypted and proven nowhere: no restore is tested, and L3 opens nothing.",
            f'Write {RULE}, or at least verify = {{ level = "L4" }}.',
            id="encrypted and only read",
        ),
        pytest.param(
            policy('rpo = "23h59m"'),
            "backups.erp-db.rpo is 23 h 59 min, and two of its backups are 1 d apart:"
            " those of 2026-01-01 01:30+08:00 and 2026-01-02 01:30+08:00.",
            "Back up more often, or say 1 d or more.",
            id="an RPO shorter than a day",
        ),
        pytest.param(
            policy('schedule = "30 1 * * 1-5"'),
            "backups.erp-db.rpo is 1 d 2 h, and two of its backups are 3 d apart:"
            " those of 2026-01-02 01:30+08:00 and 2026-01-05 01:30+08:00.",
            "Back up more often, or say 3 d or more.",
            id="an RPO shorter than a weekend",
        ),
        pytest.param(
            policy('zone = "Europe/Rome"', 'rpo = "24h"'),
            "backups.erp-db.rpo is 1 d, and two of its backups are 1 d 1 h apart:"
            " those of 2026-10-25 01:30+02:00 and 2026-10-26 01:30+01:00.",
            "Back up more often, or say 1 d 1 h or more.",
            id="an RPO shorter than the night when clocks go back",
        ),
    ],
)
def test_an_error_names_the_key_what_was_found_and_what_is_allowed(tables: str, message: str, hint: str) -> None:
    assert errors(tables) == [(message, hint)]


@pytest.mark.parametrize(
    "tables",
    [
        pytest.param(policy('classification = "secret"', *ENCRYPTED), id="secret, encrypted and tested"),
        pytest.param(policy("encryption = true", 'verify = { level = "L4" }'), id="encrypted and opened"),
        pytest.param(policy('classification = "internal"'), id="internal and open"),
        pytest.param(policy('rpo = "24h"'), id="an RPO as long as the interval"),
        pytest.param(policy('schedule = "30 1 * * 1-5"', 'rpo = "72h"'), id="an RPO as long as a weekend"),
        pytest.param(policy('schedule = "FREQ=DAILY;COUNT=1"', "start = 2026-12-01", 'rpo = "1h"'), id="once for ever"),
        pytest.param(policy('schedule = "FREQ=DAILY"', "start = 9998-12-01", 'rpo = "1h"'), id="beyond calendars"),
        pytest.param(policy('rto = "1h"', 'restore_test = { rule = "@weekly" }'), id="an RTO that is measured"),
    ],
)
def test_what_can_be_kept_is_neither_refused_nor_warned_of(tables: str) -> None:
    assert len(policies_of(rules(tables))) == 1


@pytest.mark.parametrize(
    "tables",
    [
        pytest.param(policy('classification = "secret"', "encryption = 1"), id="an encryption that is no flag"),
        pytest.param(policy("encryption = true", 'restore_test = { rule = "x" }'), id="a rule that is none"),
        pytest.param(policy('schedule = "x"', 'rpo = "1h"'), id="a schedule that is none"),
        pytest.param(policy('zone = "Europe/Rom"', 'rpo = "1h"'), id="a zone that there is not"),
        pytest.param(policy("start = 3", 'rpo = "1h"'), id="a start that is none"),
        pytest.param(policy('verify = { level = "L9" }', "encryption = true", RULE), id="a level that there is not"),
    ],
)
def test_what_is_in_error_is_not_judged_further(tables: str) -> None:
    assert len(errors(tables)) == 1


@pytest.mark.parametrize(
    ("tables", "message", "hint"),
    [
        pytest.param(
            policy('locations = [{ name = "local", medium = "disk" }]'),
            "backups.erp-db.locations has one place only: whatever happens there happens to every copy.",
            "Keep another copy at another place.",
            id="one place",
        ),
        pytest.param(
            policy('rto = "1h"'),
            "backups.erp-db.rto is said, and nothing measures it: no restore is tested.",
            f"Write {RULE}.",
            id="an RTO that nothing measures",
        ),
        # First Saturdays are 28 or 35 days apart: the first 35 days of 2026 begin on 3 January, and end on 7 February.
        pytest.param(
            policy('verify = { expires = "30d" }', RULE),
            "backups.erp-db.verify.expires is 30 d, and two restore tests are 35 d apart, those of"
            " 2026-01-03 02:00+08:00 and 2026-02-07 02:00+08:00: in between nothing is proven.",
            "Test more often, or say 35 d or more.",
            id="a proof that runs out before the next test",
        ),
        pytest.param(
            policy('owner = "dba"'),
            "backups.erp-db.owner: no book in force has the post dba.",
            "Say it in [posts], or write role:dba.",
            id="a post that nobody knows",
        ),
    ],
)
def test_a_hole_is_warned_of(tables: str, message: str, hint: str) -> None:
    assert warnings(tables) == [(message, hint)]


def test_a_proof_that_holds_as_long_as_tests_are_apart_is_enough() -> None:
    assert warnings(policy('verify = { expires = "35d" }', RULE)) == []


def test_a_book_without_a_zone_names_those_who_need_one() -> None:
    text = head().replace('zone = "Asia/Shanghai"\n', "") + policy()
    found = read_book(text, file=FILE, year=2026, others={}).errors
    assert [one.key for one in found] == ["backups.erp-db.zone"]


def test_a_duty_may_count_on_a_policy_of_this_book_or_another() -> None:
    monthly = duty('schedule = "@monthly"', 'evidence = { kind = "backup.succeeded", policy = "erp-db" }')
    ((message, hint),) = errors(monthly)
    assert message == "duties.d.evidence.policy is 'erp-db'."
    assert hint == "It must be one of those in [backups], and there are none."
    ((message, hint),) = errors(policy(name="home") + monthly)
    assert hint == "It must be one of home."
    assert patrols_of(rules(policy() + monthly)).duties["d"].topic == "erp-db"
    others = {"other": judged(policy()).content}
    book = judged(monthly, others)
    assert (book.errors, book.warnings) == ((), ())
    assert list(dangling({"om": book.content})) == [Reference("om", "duties.d", "backups", "erp-db")]
    assert list(dangling({"om": book.content, **others})) == []


def test_no_duty_of_a_book_has_the_name_of_a_policys_duty() -> None:
    ((message, _hint),) = errors(duty('schedule = "@daily"').replace("[duties.d]", '[duties."backup:erp-db"]'))
    assert message == "duties.backup:erp-db: 'backup:erp-db' is not a handle."


def test_a_policy_stands_in_one_book_only() -> None:
    other = {"other": judged(policy()).content}
    assert judged(policy(), other).clashes == (("backups.erp-db", "other"),)
    assert "backups.erp-db" in names_of(judged(policy()).content)


def test_differences_are_said_in_the_units_of_people() -> None:
    old = judged(policy("retention = { daily = 7, min_good = 3 }", "start = 2026-12-01", RULE)).content
    new = judged(
        policy(
            "retention = { daily = 14 }",
            'rpo = "30h"',
            'verify = { level = "L5", expires = "100d" }',
            'locations = [{ name = "local", medium = "tape" }, { name = "vault", medium = "object" }]',
            "incomplete_is_good = true",
            'restore_test = { rule = "FREQ=MONTHLY;BYDAY=1SA", at = "03:00" }',
        )
    ).content
    assert differences(old, new) == [
        Difference("backups.erp-db.incomplete_is_good", "false", "true"),
        Difference("backups.erp-db.locations.local.medium", "disk", "tape"),
        Difference("backups.erp-db.locations.offsite.medium", "object", None),
        Difference("backups.erp-db.locations.offsite.site", "dc2", None),
        Difference("backups.erp-db.locations.vault.medium", None, "object"),
        Difference("backups.erp-db.restore_test.at", "02:00", "03:00"),
        Difference("backups.erp-db.retention.daily", "7", "14"),
        Difference("backups.erp-db.retention.min_good", "3", None),
        Difference("backups.erp-db.rpo", "1 d 2 h", "1 d 6 h"),
        Difference("backups.erp-db.start", "2026-12-01", None),
        Difference("backups.erp-db.verify.expires", "90 d", "100 d"),
        Difference("backups.erp-db.verify.level", "L2", "L5"),
    ]
