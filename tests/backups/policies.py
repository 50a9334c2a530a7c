"""A policy as the rules say it, to be changed by a test."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from opsctl.rulebook.rules.patrols import Duty, Matching
from opsctl.rulebook.rules.policies import Location, Policy, Retention

ZONE = "Asia/Shanghai"


def policy(**given: Any) -> Policy:
    """erp-db: every night at 01:30, RPO 26 h, RTO 2 h, to be proven at L5 every 90 days, kept in two places."""
    slots = Duty(
        name="backup:erp-db",
        title=None,
        clause=None,
        schedule="30 1 * * *",
        at=None,
        every=None,
        zone=given.pop("zone", ZONE),
        start=None,
        owner="role:dba",
        assets=Matching(handles=("erp",)),
        kind="backup.succeeded",
        topic="erp-db",
        early=timedelta(0),
        grace=timedelta(hours=2),
    )
    plain = Policy(
        name="erp-db",
        title=None,
        asset="erp",
        owner="role:dba",
        classification=None,
        method="full",
        locations=(Location("local", "disk", "dc1"), Location("offsite", "object", "dc2")),
        retention=Retention(daily=7, min_good=2),
        encryption=False,
        rpo=timedelta(hours=26),
        rto=timedelta(hours=2),
        level="L5",
        expires=timedelta(days=90),
        slots=slots,
        tests=None,
    )
    return replace(plain, **given)
