"""opsctl today: what is due and open in short parts, and the hand-over of a shift."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert
from sqlmodel import Session

from opsctl.actions.tables import ActionRow
from opsctl.core.chain import Signature
from opsctl.core.report import Column, Kind, Report, Table, Text
from opsctl.desk import views
from opsctl.desk.terms import LOOK
from opsctl.duties.tables import OccurrenceRow
from opsctl.inspections.tables import InspectionRow, ReadingRow
from opsctl.main import rooms
from opsctl.store import unit
from opsctl.store.engine import Store
from tests.harness import CommandLine, Result

NOW = datetime(2026, 11, 5, 2, tzinfo=UTC)
"""10:00 in Shanghai; the shift began at 22:00 the evening before."""
HOUR = timedelta(hours=1)
SINCE = NOW - 12 * HOUR
NOTHING = "Nothing is due and nothing is open.\n"


def table(rows: int, title: str = "Things") -> Table:
    made = tuple((f"ACT-2026-{number:04}",) for number in range(1, rows + 1))
    return Table((Column("reference", "reference", Kind.REFERENCE),), made, title=title, empty="No things.")


def part(*parts: Any, references: tuple[str, ...] = ()) -> Report:
    return Report(kind="part", data=[len(parts)], parts=parts, references=references)


def lines(report: Report) -> list[str]:
    return [line for one in report.parts if isinstance(one, Text) for line in one.lines]


def test_parts_come_in_the_order_in_which_they_press() -> None:
    nouns = ("incident", "patch", "strange", "action", "duty", "inspect")
    shown = views.today(NOW, {noun: part(table(1, noun)) for noun in nouns})
    assert [one.title for one in shown.parts if isinstance(one, Table)] == [
        "duty", "inspect", "action", "incident", "patch", "strange",
    ]  # fmt: skip
    assert list(shown.data) == ["now", *nouns]


def test_a_long_part_is_cut_and_says_how_much_is_left() -> None:
    nine = part(table(9), references=tuple(f"ACT-2026-{number:04}" for number in range(1, 10)))
    shown = views.today(NOW, {"action": nine, "duty": part(table(8))})
    assert [len(one.rows) for one in shown.parts if isinstance(one, Table)] == [8, 8]
    assert lines(shown) == ["1 more: opsctl action list"]
    assert len(shown.references) == 9
    assert lines(views.today(NOW, {"strange": part(table(20))})) == ["12 more: opsctl strange"]


def test_empty_parts_are_left_out_and_said_in_one_line_where_all_are() -> None:
    shown = views.today(NOW, {"action": part(table(0)), "duty": part(table(2), Text(("and a word",)))})
    assert [type(one) for one in shown.parts] == [Table, Text]
    assert lines(shown) == ["and a word"]
    assert lines(views.today(NOW, {"action": part(table(0)), "duty": part()})) == [NOTHING.strip()]


def test_what_is_left_is_to_be_seen_by_a_noun_that_there_is(run: CommandLine) -> None:
    nouns = {room.noun for room in rooms()}
    assert set(LOOK) <= nouns
    for command in LOOK.values():
        assert run(*command.split()[1:], "--help").code == 0, command


def test_every_part_of_today_and_of_a_hand_over_loads() -> None:
    for room in rooms():
        for dotted in (room.today, room.handover):
            assert dotted is None or callable(room.load(dotted))


def test_a_new_database_has_nothing_to_say(run_on_store: CommandLine) -> None:
    assert run_on_store("today") == Result(NOTHING, "", 0)
    data = json.loads(run_on_store("today", "--json").out)["data"]
    assert data["now"] == "2026-11-05T02:00:00Z"
    assert {room.noun for room in rooms() if room.today} == set(data) - {"now"}


PATROL = """
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
"""


@pytest.fixture
def patrolled(run: CommandLine, tmp_path: Path) -> CommandLine:
    """An asset with a round a day, and nobody has written anything for two days."""
    (tmp_path / "book.toml").write_text(PATROL)
    run.now = NOW - 48 * HOUR
    applied = run("rulebook", "apply", str(tmp_path / "book.toml"), "--since", "2026-01-01")
    assert (applied.code, run("asset", "add", "sw-1").code) == (0, 0), applied.err
    run.now = NOW
    return run


def test_today_has_occurrences_kept_up_first(patrolled: CommandLine) -> None:
    def rows() -> int:
        count: int = json.loads(patrolled("db", "status", "--json").out)["data"]["ledger_rows"]
        return count

    before = rows()
    assert patrolled("today").code == 0
    after = rows()
    assert after > before
    assert (patrolled("today").code, rows()) == (0, after)


def test_today_goes_on_for_one_who_is_nobody_here(patrolled: CommandLine) -> None:
    patrolled.now = NOW - 47 * HOUR
    assert patrolled("person", "add", "li", "--login", "lead.li").code == 0
    assert patrolled("open", "sw-1", "port down").code == 0
    patrolled.now = NOW
    result = patrolled("today", "--as", "guest")
    assert (result.code, result.err, "INC-2026-0001" in result.out) == (0, "", True)
    assert patrolled("today", "--handover", "--as", "guest").code == 0


def due(about: str, at: datetime, **given: Any) -> dict[str, Any]:
    plain = {
        "duty": "core", "about": about, "due_at": at, "opens_at": at - HOUR, "closes_at": at + HOUR,
        "kind": "inspection.completed", "topic": "core", "owner": "person:li", "rules": 1, "state": "due",
        "met_by": None, "met_at": None, "judged_at": None, "reason": None, "clause": None,
    }  # fmt: skip
    return plain | given


def action(number: int, **given: Any) -> dict[str, Any]:
    plain = {
        "reference": f"ACT-2026-000{number}", "title": f"thing {number}", "gravity": "fail", "state": "open",
        "asset": "sw-1", "found_at": SINCE, "deadline": NOW + 48 * HOUR, "seen": 1, "recorded_by": "li",
        "recorded_at": SINCE - 48 * HOUR, "owner": "li", "done_by": None, "done_at": None, "verified_by": None,
        "verified_at": None, "void": None,
    }  # fmt: skip
    return plain | given


def fill(session: Session) -> None:
    """A night: rounds on time, late and missed, and actions in every state."""
    night = SINCE + HOUR
    walked = {
        "checklist": "core", "asset": "sw-1", "state": "done", "rules": 1, "person": "li", "flags": None, "void": None,
    }  # fmt: skip
    late = {"started_at": night, "done_at": night, "entered_at": night + 5 * HOUR, "recorded_at": night + 5 * HOUR}
    before = SINCE - HOUR
    early = {"started_at": before, "done_at": before, "entered_at": before, "recorded_at": before}
    rounds = [
        {"reference": "INS-2026-0001", **walked, **early},
        {"reference": "INS-2026-0002", **walked, **late, "flags": '[{"flag": "pace", "about": []}]'},
        {"reference": "INS-2026-0003", **walked, **late, "void": "mistake"},
    ]
    readings = [
        {
            "inspection": one["reference"], "position": 0, "item": "fans", "mark": "fail", "source": "typed",
            "by": "li", "at": one["done_at"],
        }
        for one in rounds
    ]  # fmt: skip
    done = {"state": "done", "met_by": "INS-2026-0002", "met_at": night, "judged_at": night + 5 * HOUR}
    occurrences = [
        due("sw-1", night, **done),
        due("sw-2", night),
        due("sw-3", SINCE - 2 * HOUR),
        due("sw-1", NOW + 11 * HOUR),
        due("sw-1", NOW + 12 * HOUR + 1 * HOUR),
        due("sw-2", NOW - HOUR / 2),
        due("sw-3", NOW + 2 * HOUR, state="waived", reason="flood"),
    ]
    acted = {"state": "done", "done_by": "li", "done_at": NOW - HOUR}
    actions = [
        action(1, recorded_at=NOW - HOUR),
        action(2, **acted),
        action(3, deadline=NOW - HOUR),
        action(4, **acted | {"state": "verified", "verified_by": "wang", "verified_at": NOW - HOUR / 2}),
        action(5, void="mistake", recorded_at=NOW - HOUR),
        action(6, state="verified", done_by="li", done_at=SINCE - HOUR, verified_by="wang", verified_at=NOW - HOUR),
    ]
    tables: list[tuple[Any, list[dict[str, Any]]]] = [
        (InspectionRow, rounds), (ReadingRow, readings), (OccurrenceRow, occurrences), (ActionRow, actions),
    ]  # fmt: skip
    for table_of, rows in tables:
        session.connection().execute(insert(table_of.__table__), rows)


BOOK = '[rulebook]\nname = "test"\nversion = "1"\nzone = "Asia/Shanghai"\n'


@pytest.fixture
def night(run_on_store: CommandLine, store: Store, tmp_path: Path) -> CommandLine:
    """What a night leaves behind: 2 was resolved, 1 lasts since before the shift, 3 was a drill."""
    (tmp_path / "book.toml").write_text(BOOK)
    at = {"evening": "2026-11-04 20:00", "night": "2026-11-05 01:00"}
    for clock, words in (
        (SINCE - 3 * HOUR, ["rulebook", "apply", str(tmp_path / "book.toml"), "--since", "2026-01-01"]),
        *((SINCE - 3 * HOUR, ["asset", "add", handle]) for handle in ("sw-1", "sw-2", "sw-3")),
        (SINCE - HOUR, ["open", "sw-1", "port down", "--at", at["evening"]]),
        (NOW - 9 * HOUR, ["open", "sw-2", "slow", "--at", at["night"]]),
        (NOW - 8 * HOUR, ["note", "1", "called the vendor"]),
        (NOW - 8 * HOUR, ["resolve", "2", "--result", "restarted", "--at", "2026-11-05 02:00"]),
        (NOW - 8 * HOUR, ["incident", "open", "sw-1", "exercise", "--drill"]),
        (NOW - 8 * HOUR, ["maintenance", "plan", "sw-1", "now", "--from", "2026-11-05 09:00", "--to", "12:00"]),
        (NOW - 8 * HOUR, ["maintenance", "plan", "sw-2", "soon", "--from", "2026-11-06 09:00", "--to", "12:00"]),
        (NOW - 8 * HOUR, ["maintenance", "plan", "sw-2", "far", "--from", "2026-11-06 10:00", "--to", "12:00"]),
        (NOW - 8 * HOUR, ["maintenance", "plan", "sw-2", "off", "--from", "2026-11-05 20:00", "--to", "21:00"]),
        (NOW - 7 * HOUR, ["maintenance", "cancel", "4", "--reason", "no part"]),
    ):
        run_on_store.now = clock
        result = run_on_store(*words)
        assert result.code == 0, (words, result.err)
    run_on_store.now = NOW
    unit.write(store, fill, by=Signature(NOW, "li", "host", "test"))
    return run_on_store


def test_a_hand_over_says_what_the_next_shift_has_to_know(night: CommandLine, store: Store) -> None:
    data = json.loads(night("today", "--handover", "--json").out)["data"]
    assert (data["since"], data["now"]) == ("2026-11-04T14:00:00Z", "2026-11-05T02:00:00Z")
    incident, rounds, actions, duties = data["incident"], data["inspect"], data["action"], data["duty"]
    assert [one["reference"] for one in incident["unresolved"]] == ["INC-2026-0001"]
    steps, finished = incident["steps"]
    # PostgreSQL says itself when something was recorded, which is now for all that a test does.
    recorded = ["incident.noted"] if store.address.backend == "sqlite" else ["incident.opened", "incident.noted"]
    assert (steps["reference"], [one["kind"] for one in steps["events"]]) == ("INC-2026-0001", recorded)
    assert (finished["reference"], [one["kind"] for one in finished["events"]]) == (
        "INC-2026-0002", ["incident.opened", "incident.resolved"]
    )  # what was finished in the shift was worked on in it
    assert (incident["opened"], incident["resolved"]) == (["INC-2026-0002"], ["INC-2026-0002"])
    assert [one["reference"] for one in rounds["done"]] == ["INS-2026-0002"]
    assert {name: actions[name] for name in ("raised", "done", "waiting", "overdue")} == {
        "raised": ["ACT-2026-0001"],
        "done": ["ACT-2026-0002", "ACT-2026-0004"],
        "waiting": ["ACT-2026-0002"],
        "overdue": ["ACT-2026-0003"],
    }
    assert [one["title"] for one in data["maintenance"]] == ["now", "soon"]
    assert {name: [one["reference"] for one in some] for name, some in duties.items()} == {
        "missed": ["core/sw-2@2026-11-04T15:00Z"],
        "late": ["core/sw-1@2026-11-04T15:00Z"],
        "due": ["core/sw-2@2026-11-05T01:30Z", "core/sw-1@2026-11-05T13:00Z"],
    }
    head = json.loads(night("ledger", "verify", "--json").out)["data"]["head"]
    assert (data["ledger_head"], data["ledger_row"]) == (head["hash"], head["seq"])


def test_a_hand_over_is_a_file_of_markdown(night: CommandLine, tmp_path: Path) -> None:
    assert night("today", "--handover", "-o", str(tmp_path / "night.md")) == Result("", "", 0)
    written = (tmp_path / "night.md").read_text().splitlines()
    assert written[0] == "# Shift hand-over 2026-11-04 22:00+08:00 to 2026-11-05 10:00+08:00 · Asia/Shanghai"
    assert [line for line in written if line.startswith("## ")] == [
        "## Unresolved incidents",
        "## What was done on incidents in this shift",
        "## Incidents opened in this shift",
        "## Incidents resolved in this shift",
        "## Rounds done in this shift",
        "## Actions raised in this shift",
        "## Actions done in this shift",
        "## Actions done, waiting to be verified",
        "## Actions overdue",
        "## Maintenance running, or coming within 24 h",
        "## Duties missed in this shift",
        "## Duties done late in this shift",
        "## Duties due in the next 12 h",
    ]
    assert any(line.startswith("Ledger head: ") for line in written)
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in written if line.startswith("|")]
    assert ["INS-2026-0002", "core", "sw-1", "2026-11-04 23:00+08:00", "li", "1", "pace"] in cells


@pytest.mark.parametrize("columns", ["46", "100"])
def test_no_line_of_a_hand_over_is_wider_than_the_terminal(night: CommandLine, columns: str) -> None:
    told = night("today", "--handover", tty=True, env={"COLUMNS": columns, "NO_COLOR": "1"}).out.splitlines()
    assert told[0].startswith("Shift hand-over 2026-11-04 22:00+08:00 to")
    assert max(len(line) for line in told if not line.startswith("Ledger head: ")) <= int(columns)


def test_a_shift_begins_when_it_is_said_to(night: CommandLine) -> None:
    data = json.loads(night("today", "--handover", "--since", "08:00", "--json").out)["data"]
    assert data["since"] == "2026-11-05T00:00:00Z"
    assert (data["incident"]["opened"], data["inspect"]["done"], data["duty"]["missed"]) == ([], [], [])
    told = night("today", "--handover", "--since", "08:00").out.splitlines()
    at = told.index("None of these:")
    assert "· Incidents opened in this shift" in told[at + 1 :]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--since", "20:00"], "--since is for a hand-over. Use: opsctl today --handover --since 20:00"),
        (
            ["--handover", "--since", "2026-11-09"],
            "A shift that begins at 2026-11-09 00:00+08:00 is still to come. Name the time when this shift began.",
        ),
    ],
    ids=["no hand-over", "a shift to come"],
)
def test_a_shift_that_cannot_be_is_wrong_usage(run: CommandLine, words: list[str], told: str) -> None:
    assert run("today", *words) == Result("", f"opsctl: {told}\n", 2)
