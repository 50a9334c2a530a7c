"""Policies, runs and restore tests to reckon with."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from opsctl.backups.rules import Check, Copy, Run, Test
from opsctl.backups.rules.plans import Plan, Slot
from opsctl.backups.terms import Engine, Level, Status, Trigger, Verdict

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
NIGHT = datetime(2026, 11, 4, 17, 30, tzinfo=UTC)
"""01:30 on 5 November 2026 in Shanghai: a slot of POLICY."""
BOOK = """
[rulebook]
name = "om"
version = "{version}"
zone = "Asia/Shanghai"
"""
POLICY = """
[backups.erp-db]
asset = "erp"
owner = "role:dba"
schedule = "30 1 * * *"
grace = "2h"
locations = [{ name = "local", medium = "disk", site = "dc1" }, { name = "offsite", medium = "object", site = "dc2" }]
retention = { daily = 7, min_good = 2 }
rpo = "26h"
rto = "2h"
verify = { level = "L5", expires = "90d" }
restore_test = { rule = "FREQ=MONTHLY;BYDAY=1SA", at = "02:00" }
"""


def run(**given: Any) -> Run:
    """A good run of erp-db at night, with a copy in both places, as a host tells it."""
    started = given.pop("started_at", NIGHT)
    plain = Run(
        reference="",
        policy="erp-db",
        asset="erp",
        customer=None,
        host="host-1",
        driver=Engine.POSTGRES,
        engine="pg_dump 18.0",
        trigger=Trigger.SCHEDULED,
        status=Status.SUCCESS,
        slot=None,
        started_at=started,
        ended_at=started + 10 * MINUTE,
        reason=None,
        code=0,
        bytes=1_000_000,
        files=1,
        manifest=None,
        request=str(uuid.uuid4()),
        rules=1,
        person="",
        copies=(copy("local"), copy("offsite")),
    )
    return replace(plain, **given)


def copy(name: str, **given: Any) -> Copy:
    """A copy that is there."""
    plain = Copy(name, Status.SUCCESS, "erp-db.host-1.20261104T173000Z.00000000.dump", 1_000_000, "0" * 64)
    return replace(plain, **given)


def check(name: str, level: Level, at: datetime, verdict: Verdict = Verdict.PASS, **given: Any) -> Check:
    """A look at a copy."""
    return Check(name, level, verdict, at, "host-1", **given)


def test_of(reference: str, **given: Any) -> Test:
    """A restore test of that run that passed in 20 minutes."""
    started = given.pop("started_at", NIGHT + DAY)
    plain = Test(
        reference="",
        run=reference,
        copy="local",
        policy="erp-db",
        asset="erp",
        customer=None,
        host="host-1",
        verdict=Verdict.PASS,
        level=Level.L5,
        started_at=started,
        ended_at=started + 20 * MINUTE,
        seconds=1200.0,
        steps=(),
        assertions=(),
        newest_at=None,
        loss_seconds=None,
        reason=None,
        commands=(),
        evidence=None,
        rules=1,
        person="",
    )
    return replace(plain, **given)


test_of.__test__ = False  # type: ignore[attr-defined]


def plan(**given: Any) -> Plan:
    """The plan of erp-db as its hosts keep it."""
    plain = Plan(
        policy="erp-db",
        asset="erp",
        customer=None,
        classification=None,
        encryption=False,
        incomplete_is_good=False,
        rpo=26 * 3600,
        rto=2 * 3600,
        level="L5",
        zone="Asia/Shanghai",
        rules=1,
        slots=(slot(NIGHT),),
    )
    return replace(plain, **given)


def slot(due_at: datetime, **given: Any) -> Slot:
    """A slot that is open for two hours."""
    return replace(Slot(due_at, due_at, due_at + 2 * HOUR), **given)
