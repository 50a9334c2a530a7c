"""An invented event log, the same at every call: CSV with the columns of a ServiceNow export, and its map."""

import csv
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

_COLUMNS = [
    "number", "incident_state", "active", "reassignment_count", "reopen_count", "sys_mod_count", "made_sla",
    "caller_id", "opened_by", "opened_at", "sys_created_by", "sys_created_at", "sys_updated_by", "sys_updated_at",
    "contact_type", "location", "category", "subcategory", "u_symptom", "cmdb_ci", "impact", "urgency",
    "priority", "assignment_group", "assigned_to", "knowledge", "u_priority_confirmation", "notify", "problem_id",
    "rfc", "vendor", "caused_by", "closed_code", "resolved_by", "resolved_at", "closed_at",
]  # fmt: skip
_LEVELS = ("1 - High", "2 - Medium", "3 - Low")
_PRIORITIES = ("1 - Critical", "2 - High", "3 - Moderate", "4 - Low")
MAP = Path(__file__).resolve().parents[2] / "sample-data" / "maps" / "servicenow.toml"


def write_log(path: Path, count: int) -> int:
    """Write at least `count` rows, those of several incidents in between one another, and return how many there are.

    Six rows make an incident on average; nine of ten incidents are acknowledged by then, one of thirty is opened again.
    """
    chance = random.Random(20261121)
    opened = datetime(2016, 2, 29, 1, 16, tzinfo=UTC)
    rows: list[tuple[datetime, int, dict[str, str]]] = []
    number = 0
    while len(rows) < count:
        number += 1
        opened += timedelta(minutes=chance.randrange(0, 12))
        states = ["New"] * chance.randrange(1, 4)
        if chance.random() < 0.9:
            states += ["Active"] * chance.randrange(1, 3)
        states += ["Awaiting User Info"] * (chance.random() < 0.3) + ["Resolved"]
        if chance.random() < 1 / 30:
            states += ["Active", "Resolved"]
        moments = [opened]
        for _state in [*states, "Closed"]:
            moments.append(moments[-1] + timedelta(minutes=chance.randrange(1, 900)))
        same = {
            "number": f"INC{number:07d}",
            "made_sla": "true",
            "caller_id": f"Caller {chance.randrange(5000)}",
            "opened_by": f"Opened by  {chance.randrange(500)}",
            "opened_at": _spelled(opened),
            "sys_created_by": f"Created by {chance.randrange(200)}",
            "sys_created_at": _spelled(opened),
            "contact_type": "Phone",
            "location": f"Location {chance.randrange(230)}",
            "category": f"Category {chance.randrange(60)}",
            "subcategory": f"Subcategory {chance.randrange(250)}",
            "u_symptom": f"Symptom {chance.randrange(600)}",
            "cmdb_ci": "?",
            "impact": chance.choice(_LEVELS),
            "urgency": chance.choice(_LEVELS),
            "priority": chance.choice(_PRIORITIES),
            "knowledge": "true",
            "u_priority_confirmation": "false",
            "notify": "Do Not Notify",
            **dict.fromkeys(("problem_id", "rfc", "vendor", "caused_by"), "?"),
            "closed_code": f"code {chance.randrange(12)}",
            "resolved_by": f"Resolved by {chance.randrange(220)}",
            "resolved_at": _spelled(moments[-2]),
            "closed_at": _spelled(moments[-1]),
        }
        for change, (state, moment) in enumerate(zip([*states, "Closed"], moments[1:], strict=True)):
            varying = {
                "incident_state": state,
                "active": "false" if state == "Closed" else "true",
                "reassignment_count": str(change // 3),
                "reopen_count": "0",
                "sys_mod_count": str(change),
                "sys_updated_by": f"Updated by {chance.randrange(900)}",
                "sys_updated_at": _spelled(moment),
                "assignment_group": f"Group {chance.randrange(75)}",
                "assigned_to": f"Resolver {chance.randrange(250)}" if change else "?",
            }
            rows.append((moment, number, {**same, **varying}))
    # An export of changes is in their order, so the rows of an incident stand apart.
    rows.sort(key=lambda row: row[:2])
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, _COLUMNS)
        writer.writeheader()
        writer.writerows(row for _moment, _number, row in rows)
    return len(rows)


def _spelled(moment: datetime) -> str:
    return f"{moment.day}/{moment.month}/{moment.year} {moment:%H:%M}"
