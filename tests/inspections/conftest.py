"""A small book of patrols in force since two days, with the assets that it is about."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from opsctl.assets.service import assets
from opsctl.duties.service import keeping
from opsctl.rulebook.service import applying
from tests.harness import Perform

BOOK = """
[rulebook]
name = "patrols"
version = "1"
zone = "Asia/Shanghai"

[checklists.core-network]
title = { en = "Core network patrol", zh = "核心网络巡检" }
[[checklists.core-network.items]]
id = "temp"
title = { en = "Inlet temperature", zh = "进风温度" }
type = "number"
unit = "°C"
warn = "18:27"
critical = "10:35"
possible = "-20:80"
[[checklists.core-network.items]]
id = "fans"
title = { en = "Fans", zh = "风扇" }
type = "state"
[[checklists.core-network.items]]
id = "uplink"
title = { en = "Uplinks", zh = "上行链路" }
type = "state"

[checklists.room]
title = { en = "Server room", zh = "机房" }
items = [
  { id = "door", title = { en = "Door", zh = "门" }, type = "state" },
  { id = "humidity", title = { en = "Humidity", zh = "湿度" }, type = "number", unit = "%", warn = "40:60" },
  { id = "rack", title = { en = "Picture of rack 3", zh = "三号机柜照片" }, type = "photo", mandatory = false },
]
challenge = [{ ask = { en = "Serial number of UPS 1", zh = "1 号 UPS 序列号" }, answer = "4711" }]

[routes.morning]
title = { en = "Morning walk", zh = "晨检" }
checklist = "core-network"
assets = ["core-sw-1", "core-sw-2"]

[duties.core-network-patrol]
clause = "OM-3.3a"
schedule = "0 9 * * *"
owner = "role:engineer"
assets = { kind = "switch" }
evidence = { kind = "inspection.completed", checklist = "core-network" }
early = "2h"
grace = "2h"
"""


@pytest.fixture
def keep_up(perform_as: Perform) -> Callable[[datetime], None]:
    """Make the occurrences as every write of the command line does."""

    def run(now: datetime) -> None:
        perform_as(keeping.keep_up_to_date, now=now)

    return run


@pytest.fixture
def patrolled(perform_as: Perform, now: datetime, keep_up: Callable[[datetime], None]) -> datetime:
    """Two switches and a room, patrolled since two days; the moment of the test, 10:00 on a Thursday."""
    before = now - timedelta(days=2)
    perform_as(applying.apply, now=before, text=BOOK, file="patrols.toml")
    for handle, kind in (("core-sw-1", "switch"), ("core-sw-2", "switch"), ("room-1", "room")):
        perform_as(assets.add, now=before, handle=handle, title=handle.upper(), kind=kind)
    keep_up(before)
    keep_up(now)
    return now


@pytest.fixture
def log(perform_as: Perform, patrolled: datetime) -> Callable[..., Any]:
    """Log a whole round of the first switch, or what is given instead; gives what became of it."""
    from opsctl.inspections.service import logging

    def run(**given: Any) -> Any:
        usual = {"checklist": "core-network", "asset": "core-sw-1", "items": ["temp=21.5"], "rest": True}
        return perform_as(logging.log, **{**usual, **given})[0]

    return run
