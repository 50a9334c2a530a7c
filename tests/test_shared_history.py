"""Four years of a real company's incidents, against figures that somebody else reckoned from the same file."""

import json
import os
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from opsctl.core.periods import read_period
from opsctl.incidents.rules.life import flags
from opsctl.incidents.service import read as query
from opsctl.incidents.terms import Flag
from opsctl.kpis import service as kpis
from opsctl.kpis.terms import Name
from tests.harness import CommandLine, Read, Result

ROOT = Path(__file__).parents[1]
MAPS = ROOT / "sample-data" / "maps"
EVERY = 819


@pytest.fixture(scope="module")
def history() -> Path:
    """The folder of the history; the test is skipped where it is absent."""
    folder = Path(os.environ.get("OPSCTL_TEST_SHARED", ROOT.parent / "shared")) / "data" / "github-status"
    for name in ("incidents.jsonl", "truth.json"):
        if not (folder / name).is_file():
            pytest.skip(f"the shared GitHub history is not here: {folder / name}; set OPSCTL_TEST_SHARED")
    return folder


@pytest.fixture(scope="module")
def raw(history: Path) -> list[dict[str, Any]]:
    """The file, read without opsctl."""
    return [json.loads(line) for line in (history / "incidents.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def truth(history: Path) -> dict[str, Any]:
    """What was reckoned elsewhere."""
    found: dict[str, Any] = json.loads((history / "truth.json").read_text(encoding="utf-8"))
    return found


def import_history(run: CommandLine, history: Path, name: str) -> Result:
    return run("incident", "import", str(history / "incidents.jsonl"), "--map", str(MAPS / name), "--json")


def counts(result: Result) -> dict[str, Any]:
    """What an import did; it must have rejected nothing."""
    assert (result.code, result.err) == (0, "")
    data = json.loads(result.out)["data"]
    return {name: data[name] for name in ("new", "updated", "unchanged", "incomplete", "rejected")}


def down_minutes(read: Read, month: str, now: datetime) -> tuple[float, float]:
    """How long the assets were down in a month of UTC, in minutes, and the availability in per cent."""
    period = read_period(month, zone="UTC", now=now)
    (figure,) = read(kpis.report, now=now, period=period, names=(Name.AVAILABILITY,)).figures
    assert figure.value == figure.numerator / figure.denominator
    assert figure.denominator == period.seconds
    return (figure.denominator - figure.numerator) / 60, figure.value * 100


@pytest.mark.parametrize(
    ("map_name", "figures"),
    [
        ("github-status-major.toml", "availability_major_critical"),
        ("github-status-minor.toml", "availability_minor_up"),
    ],
    ids=["major and critical", "minor and worse"],
)
def test_every_month_is_as_available_as_was_reckoned_elsewhere(
    run_on_store: CommandLine,
    read: Read,
    now: datetime,
    history: Path,
    truth: dict[str, Any],
    map_name: str,
    figures: str,
) -> None:
    run = run_on_store
    assert run("asset", "add", "github").code == 0
    whole = {"new": EVERY, "updated": 0, "unchanged": 0, "incomplete": 0, "rejected": []}
    assert counts(import_history(run, history, map_name)) == whole
    months = truth[figures]
    assert len(months) == 54
    wrong = {}
    for month, expected in months.items():
        lost, per_cent = down_minutes(read, month, now)
        # The truth has four decimals of a per cent, rounded to the nearest.
        if lost != expected["down_min"] or abs(per_cent - expected["availability_pct"]) > 0.00005 + 1e-9:
            wrong[month] = (lost, per_cent, expected)
    assert wrong == {}
    verified = run("ledger", "verify", "--deep", "--json")
    assert (verified.code, json.loads(verified.out)["data"]["records"]) == (0, EVERY + 1)
    again = {"new": 0, "updated": 0, "unchanged": EVERY, "incomplete": 0, "rejected": []}
    assert counts(import_history(run, history, map_name)) == again


def test_a_month_on_the_command_line_is_as_available_as_was_reckoned_elsewhere(
    run_on_store: CommandLine, history: Path, truth: dict[str, Any]
) -> None:
    run = run_on_store
    assert run("asset", "add", "github").code == 0
    import_history(run, history, "github-status-major.toml")
    for month in ("2022-04", "2024-02", "2026-08"):
        result = run("--tz", "UTC", "kpi", "report", month, "--json")
        figure = json.loads(result.out)["data"]["figures"][0]
        assert (result.code, figure["state"]) == (0, "value")
        assert figure["numerator"] / figure["denominator"] == figure["value"]
        expected = truth["availability_major_critical"][month]["availability_pct"]
        assert abs(figure["value"] * 100 - expected) <= 0.00005 + 1e-9


def test_nothing_odd_in_the_history_was_mended(
    run_on_store: CommandLine,
    read: Read,
    now: datetime,
    history: Path,
    raw: list[dict[str, Any]],
    truth: dict[str, Any],
) -> None:
    assert run_on_store("asset", "add", "github").code == 0
    counts(import_history(run_on_store, history, "github-status-major.toml"))
    theirs = {one["id"]: one for one in raw}
    ours = {str(one.source_key): one for one in read(query.list_incidents, now=now).incidents}
    assert len(theirs) == EVERY
    for key, one in theirs.items():
        found = ours.pop(key)
        (span,) = found.impacts
        kept = {
            "title": found.title,
            "started_at": found.opened,
            "resolved_at": found.resolved,
            "downtime_start": found.impact_start,
            "downtime_end": found.restored,
        }
        assert {name: spelled(value) for name, value in kept.items()} == {
            **{name: one[name] for name in kept},
            "title": " ".join(one["title"].split()),
        }
        assert (span.started, span.ended) == (found.impact_start, found.restored)
        assert (span.kind == "outage") == (one["impact"] in ("major", "critical"))
        assert (Flag.RESTORED_BEFORE_OPENED in flags(found)) == (one["downtime_end"] < one["started_at"])
        assert (Flag.RESTORED_AFTER_RESOLVED in flags(found)) == (one["downtime_end"] > one["resolved_at"])
    assert ours == {}
    listed = read(query.list_incidents, now=now).incidents
    flagged = Counter(flag for one in listed for flag in flags(one))
    assert flagged == {
        Flag.RESTORED_BEFORE_OPENED: 15,
        Flag.RESTORED_AFTER_RESOLVED: 15,
        Flag.OPENED_BEFORE_IMPACT: 2,
    }
    assert sum(span.started == span.ended for one in listed for span in one.impacts) == 22
    planned = {one["id"] for one in raw if one["impact"] == "maintenance"}
    started = Counter(f"{one.opened:%Y-%m}" for one in listed if one.source_key not in planned)
    assert started == truth["started_per_month_excl_maintenance"]
    assert max(one.opened for one in listed) - min(one.opened for one in listed) > timedelta(days=4 * 365)


def spelled(value: str | datetime | None) -> str | None:
    """A moment as their file spells it."""
    return value.strftime("%Y-%m-%dT%H:%M:%SZ") if isinstance(value, datetime) else value
