"""Rounds by the commands that people type, and what countersigning, correcting and voiding do to their figures."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from opsctl.store.engine import Store
from tests.conftest import open_copy
from tests.harness import CommandLine, Result

BOOK = """
[rulebook]
name = "test"
version = "1"
zone = "Asia/Shanghai"

[checklists.core]
title = { en = "Core", zh = "核心" }
kind = "inspection"
items = [{ id = "fans", title = { en = "Fans", zh = "风扇" }, type = "state" }]

[duties.core]
schedule = "0 9 * * *"
owner = "role:engineer"
assets = { handles = ["sw-1"] }
evidence = { kind = "inspection.completed", checklist = "core" }
early = "1h"
grace = "1h"
"""
HOUR = timedelta(hours=1)
EVE = datetime(2026, 9, 30, 14, tzinfo=UTC)
NINE = datetime(2026, 10, 1, 1, tzinfo=UTC)
"""09:00 on 1 October in Shanghai."""
COMPLETION, ON_TIME, ACTIONS = "inspection-completion", "inspection-on-time", "actions-on-time"


@pytest.fixture
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """Two people act here, which are two names on SQLite; on PostgreSQL they would be two logins."""
    yield from open_copy("sqlite", request, tmp_path)


@pytest.fixture
def run(run_on_store: CommandLine, tmp_path: Path) -> CommandLine:
    """A round is due every morning at nine from 1 October on; it is the evening before."""
    run_on_store.now = EVE
    (tmp_path / "book.toml").write_text(BOOK)
    for words in (
        ["rulebook", "apply", str(tmp_path / "book.toml"), "--since", "2026-01-01"],
        ["asset", "add", "sw-1"],
        ["person", "add", "li", "--login", "lead.li"],
        ["person", "add", "wang", "--login", "wang"],
    ):
        done(run_on_store(*words))
    return run_on_store


def done(result: Result) -> Result:
    assert result.code in (0, 3), result.err
    return result


def figures(run: CommandLine) -> dict[str, Any]:
    """The figures of the first three days of October."""
    told = run("kpi", "report", "2026-10-01..2026-10-03", "--json")
    data = json.loads(done(told).out)["data"]
    return {one["name"]: one for one in data["figures"] if not one["scope"]} | {"undecided": data["undecided"]}


def shares(found: dict[str, Any]) -> list[tuple[int, int]]:
    return [(found[name]["numerator"], found[name]["denominator"]) for name in (COMPLETION, ON_TIME)]


def log(run: CommandLine, at: datetime, *words: str) -> None:
    run.now = at
    done(run("inspect", "log", "core", "--asset", "sw-1", *words))


def test_a_round_counts_as_it_was_countersigned_corrected_and_voided(run: CommandLine) -> None:
    log(run, NINE, "--rest-ok")
    # Walked at nine, as it says, and typed in at three in the afternoon.
    log(run, NINE + 30 * HOUR, "--rest-ok", "--at", "2026-10-02 09:00")
    run.now = NINE + 72 * HOUR
    found = figures(run)
    assert shares(found) == [(2, 3), (1, 3)]
    assert found[COMPLETION]["missed"] == ["core/sw-1@2026-10-03T01:00Z"]
    assert found["undecided"]["rounds"] == ["INS-2026-0002"]
    assert found[ON_TIME]["grades"]["self-declared"] == 2

    done(run("inspect", "countersign", "2", "--as", "wang"))
    found = figures(run)
    assert found[ON_TIME]["numerator"] == 2
    assert found["undecided"]["rounds"] == []
    assert (found[ON_TIME]["grades"]["countersigned"], found[ON_TIME]["grades"]["self-declared"]) == (1, 1)

    done(run("inspect", "correct", "1", "fans=warn", "--reason", "read the wrong rack"))
    assert (figures(run)[COMPLETION]["corrected"], figures(run)[COMPLETION]["numerator"]) == (1, 2)

    done(run("inspect", "void", "1", "--because", "mistake"))
    found = figures(run)
    assert shares(found) == [(1, 3), (1, 3)]
    assert (found[COMPLETION]["voided"], found[COMPLETION]["corrected"]) == (1, 0)
    told = run("kpi", "explain", COMPLETION, "INS-2026-0001").out.splitlines()
    assert told[-1] == "INS-2026-0001 is void and counts nowhere."


def test_a_retired_asset_leaves_what_is_due_no_longer_out(run: CommandLine) -> None:
    log(run, NINE, "--rest-ok")
    run.now = NINE + HOUR
    done(run("asset", "retire", "sw-1"))
    run.now = NINE + 72 * HOUR
    found = figures(run)[COMPLETION]
    assert (found["numerator"], found["denominator"]) == (1, 1)
    assert [(one["reference"], one["reason"], one["because"]) for one in found["excluded"]] == [
        ("core/sw-1@2026-10-02T01:00Z", "cancelled", "asset-retired"),
        ("core/sw-1@2026-10-03T01:00Z", "cancelled", "asset-retired"),
    ]
    assert "(the asset was retired)" in run("kpi", "explain", COMPLETION, "core/sw-1@2026-10-02T01:00Z").out


def test_an_action_from_a_round_is_on_time_once_another_verified_it(run: CommandLine) -> None:
    log(run, NINE, "--fail", "fans: one stands still")
    (action,) = json.loads(done(run("action", "list", "--json")).out)["data"]["actions"]
    deadline = datetime.fromisoformat(action["deadline"])
    run.now = deadline - 2 * HOUR
    done(run("action", "done", "1", "--result", "replaced"))
    done(run("action", "verify", "1", "--as", "wang"))
    run.now = deadline + HOUR
    month = deadline.astimezone(UTC).strftime("%Y-%m")

    def actions() -> Any:
        told = json.loads(done(run("kpi", "report", month, "--tz", "UTC", "--json")).out)["data"]["figures"]
        return next(one for one in told if one["name"] == ACTIONS and not one["scope"])

    assert (actions()["numerator"], actions()["denominator"], actions()["counted"]) == (1, 1, ["ACT-2026-0001"])
    assert run("kpi", "explain", ACTIONS, "1").out.splitlines()[-1] == "ACT-2026-0001: counted, on time."
