"""opsctl incident import of event logs: what is counted, what is kept for mending, what a longer log changes."""

import csv
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from opsctl.core.errors import ExitCode
from tests.harness import CommandLine, Result

ROOT = Path(__file__).parents[2]
MAP = """
source = "log"
key = "No"
timezone = "UTC"
[columns]
title = "Title"
asset = "System"
outage = "Down"
[event_log]
time = "At"
activity = "State"
acknowledged = ["Active"]
resolved = ["Resolved"]
closed = ["Closed"]
"""
HEADER = "No,At,State,Title,System,Down,Note"
WHOLE = (
    "A,2026-11-01T09:00,New,mail,erp,yes,",
    "A,2026-11-01T09:10,Active,mail,erp,yes,",
    "A,2026-11-01T10:00,Resolved,mail,erp,yes,",
)


@pytest.fixture
def take(run_on_store: CommandLine, tmp_path: Path) -> Callable[..., Result]:
    """Imports these rows of a log, with the asset erp there; more words go behind the command."""
    assert run_on_store("asset", "add", "erp").code == 0
    (tmp_path / "map.toml").write_text(MAP)

    def take_rows(*rows: str, words: tuple[str, ...] = ()) -> Result:
        (tmp_path / "log.csv").write_text("\n".join([HEADER, *rows]) + "\n")
        command = ("incident", "import", str(tmp_path / "log.csv"), "--map", str(tmp_path / "map.toml"))
        return run_on_store(*command, *words)

    return take_rows


def shown(run: CommandLine, word: str = "1") -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run("incident", "show", word, "--json").out)["data"]
    return found


def data(result: Result) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(result.out)["data"]
    return found


def test_a_log_is_taken_once_and_a_longer_one_updates_what_it_tells_more_of(
    take: Callable[..., Result], run_on_store: CommandLine
) -> None:
    first = take(*WHOLE, words=("--json",))
    assert (first.code, data(first)["new"], data(first)["reopened"]) == (0, 1, 0)
    assert "Activities that are not in the map: New (1)" in json.loads(first.out).get("remarks", first.err)
    again = data(take(*WHOLE, words=("--json",)))
    assert (again["new"], again["updated"], again["unchanged"]) == (0, 0, 1)
    longer = ("A,2026-11-01T11:00,Active,mail,erp,yes,", "A,2026-11-01T11:30,Resolved,mail server,erp,yes,")
    more = data(take(*longer, *WHOLE, words=("--json",)))
    assert (more["new"], more["updated"], more["unchanged"]) == (0, 1, 0)
    incident = shown(run_on_store)
    assert incident["title"] == "mail server"
    assert [(span["kind"], span["state"], span["started"][11:16]) for span in incident["spans"]] == [
        ("state", "open", "09:00"),
        ("state", "acknowledged", "09:10"),
        ("state", "resolved", "10:00"),
        ("state", "acknowledged", "11:00"),
        ("state", "resolved", "11:30"),
        ("outage", None, "09:00"),
        ("outage", None, "11:00"),
    ]
    assert [span["ended"][11:16] for span in incident["spans"] if span["kind"] == "outage"] == ["10:00", "11:30"]
    assert (incident["acknowledged"][11:16], incident["resolved"][11:16]) == ("09:10", "11:30")
    assert run_on_store("ledger", "verify", "--deep").code == 0


def test_the_report_counts_what_was_never_acknowledged_reopened_or_is_unresolved(take: Callable[..., Result]) -> None:
    done = take(
        *WHOLE,
        "B,2026-11-01T09:00,New,b,erp,no,",
        "B,2026-11-01T10:00,Resolved,b,erp,no,",
        "B,2026-11-01T11:00,New,b,erp,no,",
        "C,2026-11-01T09:00,Closed,c,,no,",
    )
    assert done.code == 0
    assert done.out == (
        "new                          3\nof these never acknowledged  2\nof these reopened            1\n"
        "of these unresolved          1\nupdated                      0\nof both incomplete           1\n"
        "unchanged                    0\nrejected                     0\n"
    )


def test_a_record_is_rejected_with_all_its_rows_and_the_mended_file_is_taken(
    take: Callable[..., Result], run_on_store: CommandLine, tmp_path: Path
) -> None:
    done = take(
        "B,2026-11-01T09:00,New,b,erpp,no,1",
        WHOLE[0] + "2",
        "A,soon,Active,mail,erp,yes,3",
        WHOLE[2] + "4",
        "B,2026-11-01T09:10,Closed,b,erpp,no,5",
        "C,2026-11-01T09:10,Closed,c,erp,no,6",
        words=("--json",),
    )
    assert done.code == ExitCode.ATTENTION
    assert (data(done)["new"], [(one["line"], one["key"]) for one in data(done)["rejected"]]) == (
        1,
        [(2, "B"), (4, "A")],
    )
    kept = tmp_path / "log.csv.rejected.csv"
    with kept.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["line"], row["key"], row["reason"], row["Note"]) for row in rows] == [
        ("2", "B", "there is no asset 'erpp'; nearest: erp", "1"),
        ("3", "A", "Line 4 of the same record is rejected.", "2"),
        ("4", "A", "'soon' is not a time; what is read: ISO 8601.", "3"),
        ("5", "A", "Line 4 of the same record is rejected.", "4"),
        ("6", "B", "Line 2 of the same record is rejected.", "5"),
    ]
    mended = tmp_path / "mended.csv"
    mended.write_text(kept.read_text(encoding="utf-8-sig").replace("soon", "2026-11-01T09:10").replace("erpp", "erp"))
    taken = run_on_store("incident", "import", str(mended), "--map", str(tmp_path / "map.toml"), "--json")
    assert (taken.code, data(taken)["new"]) == (0, 2)
    assert [shown(run_on_store, word)["source_key"] for word in ("1", "2", "3")] == ["C", "B", "A"]
    assert data(take(*WHOLE, words=("--json",)))["unchanged"] == 1


def test_a_dry_run_of_a_log_writes_nothing(
    take: Callable[..., Result], run_on_store: CommandLine, tmp_path: Path
) -> None:
    done = take(*WHOLE, "B,soon,New,,,,", words=("--dry-run",))
    assert done.code == ExitCode.ATTENTION
    assert not (tmp_path / "log.csv.rejected.csv").exists()
    assert json.loads(run_on_store("incident", "list", "--json").out)["data"]["total"] == 0


def test_the_servicenow_log_is_taken_whole(run: CommandLine) -> None:
    shared = Path(os.environ.get("OPSCTL_TEST_SHARED", ROOT.parent / "shared")) / "data" / "servicenow-event-log"
    if not shared.is_dir():
        pytest.skip(f"the shared event log is not here: {shared}; set OPSCTL_TEST_SHARED")
    command = (
        "incident",
        "import",
        str(shared / "events.csv"),
        "--map",
        str(ROOT / "sample-data/maps/servicenow.toml"),
    )
    done = run(*command)
    assert done.code == 0
    assert done.out == (
        "new                          32\nof these never acknowledged  17\nof these reopened            0\n"
        "of these unresolved          1\nupdated                      0\nof both incomplete           32\n"
        "unchanged                    0\nrejected                     0\n"
    )
    assert data(run(*command, "--json"))["unchanged"] == 32
