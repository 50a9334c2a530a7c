"""`opsctl rulebook show` of patrols, exactly as it is printed."""

import json
from pathlib import Path

import pytest

from tests.harness import CommandLine
from tests.rulebook.books import head
from tests.rulebook.patrol_books import CHECKLIST, DUTY, ROUTE

TABLES = (
    CHECKLIST
    + 'kind = "security-audit"\ntakes = "5m"\nchallenge = [{ ask = "Serial number", answer = "SW2207" }]\n'
    + ROUTE
    + DUTY
    + 'clause = "OM-3.3a"\nassets = { kind = "switch", handles = ["sw-1", "sw-2"] }\nearly = "1h"\n'
    + """
[duties.month]
schedule = "FREQ=MONTHLY;BYMONTHDAY=-1"
at = "14:30"
owner = "asset-owner"
assets = { route = "edge" }
evidence = { kind = "inspection.completed" }
[duties.dusting]
every = "90d"
owner = "role:engineer"
evidence = { kind = "maintenance.completed", topic = "cleaning" }
[actions]
fail = "36h"
"""
)


@pytest.fixture
def applied(run: CommandLine, tmp_path: Path) -> CommandLine:
    path = tmp_path / "patrols.toml"
    path.write_text(head(name="patrols") + TABLES, encoding="utf-8")
    assert run("rulebook", "apply", str(path)).code == 0
    return run


def test_people_read_tables_of_what_stands_in_the_book(applied: CommandLine) -> None:
    assert applied("rulebook", "show").out == (
        "Rules of patrols@1, generation 1\n"
        "\n"
        "Incidents\n"
        "reopened within  –\n"
        "\n"
        "Checklists\n"
        "checklist     name                 kind            items\n"
        "core-network  Core network patrol  security audit      2\n"
        "\n"
        "Routes\n"
        "route  name  checklist     assets\n"
        "edge   Edge  core-network  edge-fw-1, edge-fw-2\n"
        "\n"
        "Duties\n"
        "duty     schedule                          owner          assets                            clause\n"
        "dusting  90 d after it was last done       role:engineer  –                                 –\n"
        "month    FREQ=MONTHLY;BYMONTHDAY=-1 14:30  asset owner    route: edge                       –\n"
        "patrol   0 9 * * *                         role:engineer  kind: switch; assets: sw-1, sw-2  OM-3.3a\n"
        "\n"
        "Deadlines of actions\n"
        "what failed         1 d 12 h\n"
        "what was warned of  14 d\n"
    )


def test_names_are_in_the_readers_language(applied: CommandLine) -> None:
    shown = applied("--lang", "zh", "rulebook", "show").out
    assert "核心网络巡检" in shown
    assert "边界" in shown


def test_programs_get_all_of_it(applied: CommandLine) -> None:
    data = json.loads(applied("rulebook", "show", "patrols", "--json").out)["data"]
    assert data["checklists"] == {
        "core-network": {
            "title": {"en": "Core network patrol", "zh": "核心网络巡检"},
            "kind": "security-audit",
            "takes": 300.0,
            "items": [
                {
                    "id": "temp",
                    "title": {"en": "Inlet temperature", "zh": "进风温度"},
                    "type": "number",
                    "group": None,
                    "mandatory": True,
                    "machine": False,
                    "unit": "°C",
                    "warn": "18:27",
                    "critical": None,
                    "possible": None,
                    "steady": False,
                    "choices": [],
                },
                {
                    "id": "fans",
                    "title": {"en": "Fans", "zh": "风扇"},
                    "type": "state",
                    "group": None,
                    "mandatory": True,
                    "machine": False,
                    "unit": None,
                    "warn": None,
                    "critical": None,
                    "possible": None,
                    "steady": False,
                    "choices": [],
                },
            ],
            "challenge": [{"ask": {"en": "Serial number", "zh": "Serial number"}, "answer": "SW2207"}],
        }
    }
    assert data["routes"] == {
        "edge": {
            "title": {"en": "Edge", "zh": "边界"},
            "checklist": "core-network",
            "assets": ["edge-fw-1", "edge-fw-2"],
        }
    }
    assert sorted(data["duties"]) == ["dusting", "month", "patrol"]
    assert data["duties"]["month"]["evidence"] == {"kind": "inspection.completed", "topic": "core-network"}
    assert data["duties"]["month"]["at"] == 870
    assert data["duties"]["dusting"]["every"] == 7776000.0
    assert data["duties"]["patrol"] == {
        "title": None,
        "clause": "OM-3.3a",
        "schedule": "0 9 * * *",
        "at": None,
        "every": None,
        "zone": "Asia/Shanghai",
        "start": None,
        "owner": "role:engineer",
        "assets": {
            "kind": "switch",
            "criticality": None,
            "classification": None,
            "customer": None,
            "handles": ["sw-1", "sw-2"],
            "route": None,
        },
        "evidence": {"kind": "inspection.completed", "topic": "core-network"},
        "early": 3600.0,
        "grace": None,
    }
    assert data["actions"] == {"fail": 129600.0, "warn": 1209600.0}
