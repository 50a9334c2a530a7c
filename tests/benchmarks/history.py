"""An invented history of another tool, the same at every call: JSON lines, their map, and the assets they name."""

import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

ASSETS = ("erp", "crm", "mail", "portal", "warehouse", "payroll", "vpn", "backup-host")
_IMPACTS = ("none", "minor", "major", "critical")
_TITLES = (
    "Incident with the {asset} web interface",
    "Delays in processing requests to {asset}",
    "{asset} 登录间歇性失败",
    "Degraded performance of {asset} in one region",
    "We are investigating reports of increased latency and timeouts in {asset}",
)
_MAP = """
source = "benchmark"
key = "key"

[columns]
title = "title"
asset = "asset"
impact = "impact"
outage = "impact"
opened = "opened"
impact_start = "impact_start"
restored = "restored"
resolved = "resolved"

[values.outage]
critical = true
major = true
minor = false
none = false

[values.impact]
critical = "high"
major = "high"
minor = "medium"
none = "low"
"""


def write_history(folder: Path, count: int) -> tuple[Path, Path]:
    """Write `count` incidents and their map into the folder and return both paths."""
    chance = random.Random(20261105)
    opened = datetime(2016, 1, 4, 1, 30, tzinfo=UTC)
    history, import_map = folder / "incidents.jsonl", folder / "incidents.toml"
    with history.open("w", encoding="utf-8") as lines:
        for number in range(count):
            opened += timedelta(seconds=chance.randrange(1, 5400))
            began = opened - timedelta(seconds=chance.randrange(0, 900))
            restored = opened + timedelta(seconds=chance.randrange(60, 20_000))
            asset = chance.choice(ASSETS)
            record = {
                "key": f"{chance.getrandbits(48):012x}{number:06d}",
                "title": chance.choice(_TITLES).format(asset=asset),
                "asset": asset,
                "impact": chance.choice(_IMPACTS),
                "opened": _spelled(opened),
                "impact_start": _spelled(began),
                "restored": _spelled(restored),
                "resolved": _spelled(restored + timedelta(seconds=chance.randrange(0, 3600))),
            }
            lines.write(json.dumps(record, ensure_ascii=False) + "\n")
    import_map.write_text(_MAP, encoding="utf-8")
    return history, import_map


def _spelled(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
