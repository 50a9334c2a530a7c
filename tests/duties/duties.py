"""Duties to reckon with."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from opsctl.duties.rules.plans import Asset, Stretch
from opsctl.rulebook.rules.patrols import Duty, Matching, Route

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
ALWAYS = datetime(2020, 1, 1, tzinfo=UTC)
SWITCHES = Matching(kind="switch")


def duty(schedule: str | None = "0 9 * * *", **given: Any) -> Duty:
    """A duty about every switch, due at nine in Shanghai, early and late by two hours."""
    plain = Duty(
        name="patrol",
        title=None,
        clause="OM-3.3a",
        schedule=schedule,
        at=None,
        every=None,
        zone="Asia/Shanghai",
        start=None,
        owner="role:engineer",
        assets=SWITCHES,
        kind="inspection.completed",
        topic="core",
        early=2 * HOUR,
        grace=2 * HOUR,
    )
    return replace(plain, **given)


def switch(handle: str, begins: datetime = ALWAYS, **given: Any) -> Asset:
    """A switch in service."""
    return Asset(**{"handle": handle, "begins": begins, "kind": "switch", **given})


def stretch(
    *duties: Duty,
    generation: int = 1,
    begins: datetime = ALWAYS,
    ends: datetime | None = None,
    routes: tuple[Route, ...] = (),
) -> Stretch:
    """The duties of one generation."""
    return Stretch(generation, begins, ends, {one.name: one for one in duties}, {one.name: one for one in routes})


BOOK = """
[rulebook]
name = "om"
version = "{version}"
zone = "Asia/Shanghai"
[checklists.core]
title = {{ en = "Core network", zh = "核心网络" }}
items = [{{ id = "fans", title = {{ en = "Fans", zh = "风扇" }}, type = "state" }}]
"""
PATROL = """
[duties.patrol]
title = { en = "Daily patrol", zh = "日常巡检" }
clause = "OM-3.3a"
schedule = "0 9 * * *"
owner = "role:engineer"
assets = { kind = "switch" }
evidence = { kind = "inspection.completed", checklist = "core" }
early = "2h"
grace = "2h"
"""
FILTERS = """
[duties.filters]
every = "30d"
owner = "asset-owner"
assets = { kind = "switch" }
evidence = { kind = "maintenance.completed", topic = "filters" }
early = "7d"
"""
REPORT = """
[duties.report]
schedule = "FREQ=MONTHLY;BYMONTHDAY=-1"
at = "17:00"
owner = "person:wang"
evidence = { kind = "inspection.completed", checklist = "core" }
"""
