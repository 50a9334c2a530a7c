"""`opsctl rulebook show` of policies of backups, exactly as it is printed."""

import json
from pathlib import Path

import pytest

from tests.harness import CommandLine
from tests.rulebook.books import head
from tests.rulebook.patrol_books import policy

TABLES = policy(
    'title = { en = "ERP database", zh = "ERP 数据库" }',
    'classification = "confidential"',
    "encryption = true",
    'rto = "2h"',
    'verify = { level = "L5", expires = "60d" }',
    'restore_test = { rule = "FREQ=MONTHLY;BYDAY=1SA", at = "02:00" }',
) + policy(
    'schedule = "0 2 * * 1-5"',
    'method = "snapshot"',
    'owner = "asset-owner"',
    'asset = "files"',
    'locations = [{ name = "local", medium = "disk" }]',
    "retention = { last = 5 }",
    'rpo = "3d"',
    name="home",
)


@pytest.fixture
def applied(run: CommandLine, tmp_path: Path) -> CommandLine:
    path = tmp_path / "backups.toml"
    path.write_text(head(name="backups") + TABLES, encoding="utf-8")
    assert run("rulebook", "apply", str(path)).code == 0
    return run


def test_people_read_what_is_backed_up_and_how_it_is_proven(applied: CommandLine) -> None:
    assert applied("rulebook", "show").out == (
        "Rules of backups@1, generation 1\n"
        "\n"
        "Incidents\n"
        "reopened within  –\n"
        "\n"
        "Backups\n"
        "backup  asset  owner        classification  encrypted      RPO  RTO\n"
        "erp-db  erp    role:dba     confidential    yes        1 d 2 h  2 h\n"
        "home    files  asset owner  –               no             3 d    –\n"
        "\n"
        "When backups are due, and how they are proven\n"
        "backup  method    schedule     proven         restore test\n"
        "erp-db  full      30 1 * * *   L5 every 60 d  FREQ=MONTHLY;BYDAY=1SA 02:00\n"
        "home    snapshot  0 2 * * 1-5  L2 every 90 d  –\n"
        "\n"
        "Where backups are kept\n"
        "backup  places                               kept\n"
        "erp-db  local (disk), offsite (object, dc2)  7 daily; at least 3 good ones\n"
        "home    local (disk)                         the last 5; at least 1 good one\n"
    )


def test_on_a_narrow_terminal_each_is_a_block(applied: CommandLine) -> None:
    shown = applied("--format", "table", "rulebook", "show", env={"COLUMNS": "46"}).out
    assert max(len(line) for line in shown.splitlines()) <= 46
    assert "erp-db\n  asset: erp  owner: role:dba\n" in shown
    assert "  places: local (disk), offsite (object, dc2)\n" in shown
    assert "  restore test: FREQ=MONTHLY;BYDAY=1SA 02:00\n" in shown


def test_programs_get_all_of_it_and_the_duties_of_policies_stand_with_them(applied: CommandLine) -> None:
    data = json.loads(applied("rulebook", "show", "backups", "--json").out)["data"]
    assert data["duties"] == {}
    assert sorted(data["backups"]) == ["erp-db", "home"]
    assert data["backups"]["home"]["restore_test"] is None
    assert data["backups"]["erp-db"] == {
        "title": {"en": "ERP database", "zh": "ERP 数据库"},
        "asset": "erp",
        "owner": "role:dba",
        "classification": "confidential",
        "method": "full",
        "clause": "OM-3.3d",
        "zone": "Asia/Shanghai",
        "duty": "backup:erp-db",
        "schedule": "30 1 * * *",
        "at": None,
        "start": None,
        "early": 0.0,
        "grace": None,
        "locations": [
            {"name": "local", "medium": "disk", "site": None},
            {"name": "offsite", "medium": "object", "site": "dc2"},
        ],
        "retention": {"last": 0, "daily": 7, "weekly": 0, "monthly": 0, "yearly": 0, "min_good": 3},
        "encryption": True,
        "rpo": 93600.0,
        "rto": 7200.0,
        "verify": {"level": "L5", "expires": 5184000.0},
        "restore_test": {
            "duty": "restore-test:erp-db",
            "schedule": "FREQ=MONTHLY;BYDAY=1SA",
            "at": 120,
            "start": None,
            "early": 0.0,
            "grace": None,
        },
        "incomplete_is_good": False,
    }
