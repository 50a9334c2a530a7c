"""The maps and the history that come with opsctl, against the files they were made for."""

import csv
import json
import os
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from opsctl.exchange.fields import Field
from opsctl.exchange.mapping import Mapped, apply_map
from opsctl.exchange.maps import load_map
from opsctl.exchange.readers import read_records

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "sample-data"


def _import(source: Path, map_file: str, fields: dict[str, Field]) -> Mapped:
    import_map = load_map(SAMPLES / map_file, fields=fields)
    only = () if import_map.event_log is None else import_map.needed
    document = read_records(source, name=source.name, key=import_map.key, only=only)
    return apply_map(document, import_map, fields, zone=None)


def test_the_sample_history_is_taken_whole_and_tells_its_story(fields: dict[str, Field]) -> None:
    mapped = _import(SAMPLES / "history" / "tickets.csv", "history/tickets.toml", fields)
    assert (len(mapped.records), mapped.rejects, mapped.same) == (36, [], 0)
    values = {record.key: record.values for record in mapped.records}
    local = timedelta(hours=8)
    assert Counter((each["opened"] + local).month for each in values.values()) == {7: 15, 8: 3, 9: 12, 10: 6}
    assert {each["asset"] for each in values.values()} == {"erp", "mail", "core-network", "file-server"}
    assert sum(each["outage"] for each in values.values()) == 14
    assert [key for key, each in values.items() if "resolved" not in each] == ["TK-0036"]
    assert values["TK-0004"]["impact_start"] == datetime(2026, 7, 8, 6, 0, tzinfo=UTC)
    assert values["TK-0005"]["restored"] == datetime(2026, 7, 8, 8, 10, tzinfo=UTC)
    assert values["TK-0011"]["impact_start"] == values["TK-0011"]["restored"]
    assert values["TK-0015"]["restored"] == datetime(2026, 8, 2, 0, 0, tzinfo=UTC)
    assert "detected" not in values["TK-0006"]
    assert values["TK-0020"]["title"] == "邮件系统宕机"
    assert values["TK-0018"].keys() & {"cause", "handling", "result"} == {"handling"}


def test_no_day_of_the_sample_history_is_beyond_the_28th(fields: dict[str, Field]) -> None:
    mapped = _import(SAMPLES / "history" / "tickets.csv", "history/tickets.toml", fields)
    moments = [each for record in mapped.records for each in record.values.values() if isinstance(each, datetime)]
    assert max((moment + timedelta(hours=8)).day for moment in moments) == 28


def _shared(name: str) -> Path:
    folder = Path(os.environ.get("OPSCTL_TEST_SHARED", ROOT.parent / "shared")) / "data" / name
    if not folder.is_dir():
        pytest.skip(f"the shared history is not here: {folder}; set OPSCTL_TEST_SHARED")
    return folder


@pytest.fixture
def github() -> Path:
    return _shared("github-status")


def test_every_incident_of_the_servicenow_log_is_what_its_rows_show(fields: dict[str, Field]) -> None:
    source = _shared("servicenow-event-log") / "events.csv"
    mapped = _import(source, "maps/servicenow.toml", fields)
    assert mapped.rejects == mapped.others == []
    assert mapped.remarks == (
        "Activities that are not in the map: New (77), Awaiting User Info (15), Awaiting Problem (3)",
    )
    # Straight from the cells, by text and position; the file has the rows of each incident in the order of time.
    logs: dict[str, list[list[str]]] = {}
    with source.open(newline="") as lines:
        header, *rows = csv.reader(lines)
    for row in rows:
        logs.setdefault(row[0], []).append(row)
    place = {name: header.index(name) for name in header}
    found = {record.key: record for record in mapped.records}
    assert list(found) == list(logs)
    for key, log in logs.items():
        values = found[key].values
        states = [row[1] for row in log]
        for state, instant in (("Active", "acknowledged"), ("Resolved", "resolved"), ("Closed", "closed")):
            told = log[states.index(state)][place["sys_updated_at"]] if state in states else None
            assert _told(values.get(instant)) == told
        assert _told(values["opened"]) == log[-1][place["opened_at"]]
        last = {name: [row[place[name]] for row in log if row[place[name]] != "?"] for name in header}
        assert values.get("assignee") == (last["assigned_to"][-1] if last["assigned_to"] else None)
        assert values["severity"] == last["priority"][-1][0]
        assert values["impact"] == last["impact"][-1][4:].lower()
        assert values["urgency"] == last["urgency"][-1][4:].lower()
        assert values["title"] == (last["u_symptom"] or [key])[-1]
        assert found[key].episodes == ()
        assert "asset" not in values


def test_the_servicenow_log_tells_of_32_incidents_of_which_one_is_unresolved_and_17_were_never_acknowledged(
    fields: dict[str, Field],
) -> None:
    source = _shared("servicenow-event-log") / "events.csv"
    records = _import(source, "maps/servicenow.toml", fields).records
    assert len(records) == 32
    assert [record.key for record in records if "resolved" not in record.values] == ["INC0000101"]
    assert [record.key for record in records if record.episodes] == []
    never = {record.key for record in records if "acknowledged" not in record.values}
    states: dict[str, list[str]] = {}
    with source.open(newline="") as lines:
        for row in csv.DictReader(lines):
            seen = states.setdefault(row["number"], [])
            if seen[-1:] != [row["incident_state"]]:
                seen.append(row["incident_state"])
    # Fourteen go from New straight to Resolved, two wait for the user in between, one begins as Resolved.
    ways = Counter(tuple(states[key]) for key in never)
    assert ways == {
        ("New", "Resolved", "Closed"): 14,
        ("New", "Awaiting User Info", "Resolved", "Closed"): 2,
        ("Resolved", "Closed"): 1,
    }


def _told(moment: datetime | None) -> str | None:
    """The moment as the export writes it."""
    return None if moment is None else f"{moment.day}/{moment.month}/{moment.year} {moment:%H:%M}"


@pytest.mark.parametrize(
    ("name", "down"),
    [("major", {"major", "critical"}), ("minor", {"minor", "major", "critical"})],
    ids=["major", "minor"],
)
def test_the_whole_github_history_is_taken(name: str, down: set[str], github: Path, fields: dict[str, Field]) -> None:
    truth = json.loads((github / "truth.json").read_text(encoding="utf-8"))
    mapped = _import(github / "incidents.jsonl", f"maps/github-status-{name}.toml", fields)
    assert (len(mapped.records), mapped.rejects, mapped.same) == (truth["incidents"], [], 0)
    assert sum(each.values["outage"] for each in mapped.records) == sum(truth["by_impact"][word] for word in down)
    levels = truth["by_impact"]
    assert Counter(each.values["impact"] for each in mapped.records) == {
        "high": levels["critical"] + levels["major"],
        "medium": levels["minor"],
        "low": levels["none"] + levels["maintenance"],
    }
    for record in mapped.records:
        assert record.values.keys() == {
            "title", "asset", "impact", "outage", "impact_start", "opened", "restored", "resolved",
        }  # fmt: skip


def test_the_outages_of_github_add_up_to_the_published_availability(github: Path, fields: dict[str, Field]) -> None:
    truth = json.loads((github / "truth.json").read_text(encoding="utf-8"))
    mapped = _import(github / "incidents.jsonl", "maps/github-status-major.toml", fields)
    outages = [record.values for record in mapped.records if record.values["outage"]]
    for month, expected in truth["availability_major_critical"].items():
        start = datetime.fromisoformat(f"{month}-01T00:00:00+00:00")
        end = (start + timedelta(days=32)).replace(day=1)
        minutes: set[int] = set()
        for each in outages:
            begun, ended = max(each["impact_start"], start), min(each["restored"], end)
            minutes.update(range(int(begun.timestamp()) // 60, int(ended.timestamp()) // 60))
        assert len(minutes) == expected["down_min"]
