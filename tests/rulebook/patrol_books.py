"""Checklists, routes and duties to apply and to spoil."""

CHECKLIST = """
[checklists.core-network]
title = { en = "Core network patrol", zh = "核心网络巡检" }
items = [
  { id = "temp", title = { en = "Inlet temperature", zh = "进风温度" }, type = "number", unit = "°C", warn = "18:27" },
  { id = "fans", title = { en = "Fans", zh = "风扇" }, type = "state" },
]
"""
ROUTE = """
[routes.edge]
title = { en = "Edge", zh = "边界" }
checklist = "core-network"
assets = ["edge-fw-1", "edge-fw-2"]
"""
DUTY = """
[duties.patrol]
schedule = "0 9 * * *"
owner = "role:engineer"
evidence = { kind = "inspection.completed", checklist = "core-network" }
"""


def items(*lines: str) -> str:
    """A checklist with these items: `id = "fans", type = "state"`; the titles are the ids if none are given."""
    written = []
    for line in lines:
        name = line.partition('id = "')[2].partition('"')[0]
        titled = "title" in line.partition("choices")[0]
        written.append(f"{{ {line} }}" if titled else f'{{ title = "The {name}", {line} }}')
    return f'[checklists.x]\ntitle = "X"\nitems = [{", ".join(written)}]\n'


def duty(*lines: str, owner: str = "role:engineer") -> str:
    """A duty with these lines; without an evidence of their own by maintenance."""
    own = any(line.startswith("evidence") for line in lines)
    evidence = () if own else ('evidence = { kind = "maintenance.completed" }',)
    return "\n".join(("[duties.d]", f'owner = "{owner}"', *evidence, *lines)) + "\n"


def policy(*lines: str, without: tuple[str, ...] = (), name: str = "erp-db") -> str:
    """A policy without a fault, with these lines in place of its own; keys `without` are left out."""
    said = {
        "asset": '"erp"',
        "owner": '"role:dba"',
        "schedule": '"30 1 * * *"',
        "locations": '[{ name = "local", medium = "disk" }, { name = "offsite", medium = "object", site = "dc2" }]',
        "retention": "{ daily = 7, min_good = 3 }",
        "rpo": '"26h"',
    }
    for line in lines:
        key, _sign, value = line.partition(" = ")
        said[key] = value
    return f"[backups.{name}]\n" + "".join(f"{key} = {value}\n" for key, value in said.items() if key not in without)
