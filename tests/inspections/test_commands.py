"""Every verb of rounds on the command line, as somebody types it: what it says, and what programs read."""

import hashlib
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from wcwidth import wcswidth

from tests.harness import CommandLine, Result

BOOK = Path(__file__).parents[2] / "sample-data/rulebooks/patrols.toml"
CORE = ("inspect", "log", "core-network", "--asset", "core-sw-1")
WORKED = (*CORE, "--item", "temp=41", "--item", "fans=ok", "--fail", "uplink: CRC errors rising")
SHEET = """\
1-5 正常
6 23.5
7 48
8 226
10 42
12 41
14 437
16 88
17 异常 3号空调异响 影响: 机房升温 告知: 王工 备注: 已报修
19 16。4
20 自动
23 4.2
其余正常
"""
ASSETS = (
    ("core-sw-1", "switch", "核心交换机"),
    ("room-1", "room", "一号机房"),
    ("edge-fw-1", "firewall", "防火墙一"),
    ("edge-fw-2", "firewall", "防火墙二"),
    ("wlan-ctl-1", "wlan", "无线控制器"),
)
NARROW = {"COLUMNS": "46"}
ROUND = [
    "reference", "checklist", "title", "asset", "customer", "route", "state", "rules", "person", "started_at",
    "done_at", "entered_at", "countersigned_by", "countersigned_at", "grade", "flags", "challenge", "void",
    "corrected_at", "readings",
]  # fmt: skip


def furnish(line: CommandLine) -> CommandLine:
    """What the sample book is about, patrolled since two days; it is 10:00 on a Thursday."""
    line.now -= timedelta(days=2)
    for handle, kind, title in ASSETS:
        given = ("--kind", kind, "--criticality", "key", "--title", handle.upper(), "--title-zh", title)
        assert line("asset", "add", handle, *given).code == 0
    assert line("rulebook", "apply", str(BOOK)).code == 0
    line.now += timedelta(days=2)
    return line


@pytest.fixture
def patrol(run_on_store: CommandLine) -> CommandLine:
    """The command line on each kind of database."""
    return furnish(run_on_store)


@pytest.fixture
def local(run: CommandLine) -> CommandLine:
    """The command line on a database of files, where anybody may act as anybody."""
    return furnish(run)


def done(result: Result) -> Result:
    assert result.code == 0, result.err
    return result


def data(result: Result) -> Any:
    return json.loads(done(result).out)["data"]


def log(line: CommandLine, temp: str, *words: str) -> Result:
    return done(line(*CORE, "--item", f"temp={temp}", "--rest-ok", *words))


def test_the_line_of_the_readme_says_what_is_open_and_who_has_it(local: CommandLine) -> None:
    result = done(local(*WORKED))
    assert result.out == (
        "INS-2026-0001 is still open: Core network patrol · core-sw-1\n"
        "3 items, failed 2\n"
        "1 mandatory item is open: 3 Power supplies\n"
        "\n"
        "ACT-2026-0001 Inlet temperature: 41 °C → lead.li, told nobody\n"
        "ACT-2026-0002 Uplinks: CRC errors rising → lead.li, told nobody\n"
    )
    assert result.err == "Go on with it: opsctl inspect start core-network --asset core-sw-1\n"
    result = done(local(*CORE, "--item", "supplies=1"))
    assert result.out == (
        "INS-2026-0001 done: Core network patrol · core-sw-1\n"
        "4 items, failed 2\n"
        "\n"
        "due       2026-11-05 09:00+08:00\n"
        "evidence  self-declared\n"
    )
    assert result.err == "INS-2026-0001 was open and goes on.\n"


@pytest.mark.parametrize(
    ("columns", "fields"),
    [
        ("100", "due       2026-11-05 09:00+08:00\nevidence  self-declared\n"),
        ("46", "due: 2026-11-05 09:00+08:00\nevidence: self-declared\n"),
    ],
)
def test_a_pasted_sheet_is_a_round_and_its_fault_an_action(local: CommandLine, columns: str, fields: str) -> None:
    words = ("inspect", "log", "server-room", "--asset", "room-1", "-F", "-")
    result = done(local(*words, stdin=SHEET, tty=True, env={"COLUMNS": columns}))
    assert result.out == (
        "INS-2026-0001 done: Server room patrol · room-1\n"
        "28 items, failed 1\n"
        "\n"
        f"{fields}"
        "\n"
        "ACT-2026-0001 Air conditioner 1: 3号空调异响；已报修 → lead.li, told 王工\n"
    )
    assert result.err == "16。4 is read as 16.4.\n"
    (action,) = [data(local("action", "show", "1", "--json"))]
    assert (action["impact"], action["told"], action["asset"]) == ("机房升温", "王工", "room-1")
    shown = data(local("inspect", "show", "1", "--json"))
    by_exception = [one["item"] for one in shown["readings"] if one["source"] == "exception"]
    assert by_exception == [
        "ups-a", "ups-b", "batteries", "switchboard", "cooling-2", "drain", "fire-panel", "exits", "servers",
        "storage", "network", "cabling",
    ]  # fmt: skip
    assert shown["occurrences"] == ["server-room-patrol/room-1@2026-11-05T01:00Z"]


def test_a_sheet_in_a_file_is_the_one_that_is_pasted(local: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "round.txt").write_text(SHEET, encoding="utf-8")
    words = ("inspect", "log", "server-room", "--asset", "room-1", "--json")
    first = data(local(*words, "-F", str(tmp_path / "round.txt")))[0]
    second = data(local(*words, "--again", "-F", "-", stdin=SHEET))[0]
    for one in (first, second):
        for name in ("reference", "flags", "occurrence", "actions"):
            del one[name]
    assert first == second


def test_a_sheet_along_a_route_is_a_round_for_each_asset(local: CommandLine) -> None:
    sheet = "".join(f"[{asset}]\n1 2{number}.5\n其余正常\n" for number, asset in enumerate(["edge-fw-1", "防火墙二"]))
    result = done(local("inspect", "log", "network-edge", "-F", "-", "--from", "09:30", "--json", stdin=sheet))
    assert [(one["asset"], one["route"], one["flags"]) for one in json.loads(result.out)["data"]] == [
        ("edge-fw-1", "network-edge", []),
        ("edge-fw-2", "network-edge", []),
    ]
    assert done(local("inspect", "list", "--checklist", "network-edge", "-q")).out.split() == [
        "INS-2026-0002",
        "INS-2026-0001",
    ]


@pytest.mark.parametrize("columns", ["100", "46"])
def test_what_is_said_in_chinese_fits_the_terminal(local: CommandLine, columns: str) -> None:
    say = ("--lang", "zh")
    env = {"COLUMNS": columns}
    done(local(*say, *WORKED, env=env, tty=True))
    log(local, "22", *say)
    for words in (
        ("inspect", "list"),
        ("inspect", "show", "1"),
        ("inspect", "checklists"),
        ("inspect", "checklists", "机房巡检"),
    ):
        result = done(local(*say, *words, env=env, tty=True))
        plain = result.out.replace("\x1b[1m", "").replace("\x1b[0m", "")
        # A reference that is typed again is never broken.
        widest = max((line for line in plain.splitlines() if " " in line.strip()), key=wcswidth)
        assert wcswidth(widest) <= int(columns), widest
        assert "核心网络巡检" in plain or "机房巡检" in words


def test_the_rest_that_is_ok_leaves_what_was_found_by_a_colleague(local: CommandLine) -> None:
    done(local(*CORE, "--fail", "fans: dead", "--as", "wang"))
    result = log(local, "21.5", "--as", "zhao")
    assert result.err == "INS-2026-0001 was begun by wang and goes on.\n"
    assert result.out.splitlines()[:2] == ["INS-2026-0001 done: Core network patrol · core-sw-1", "4 items, failed 1"]
    shown = data(local("inspect", "show", "1", "--json"))
    assert [(one["item"], one["mark"], one["by"]) for one in shown["readings"]] == [
        ("fans", "fail", "wang"),
        ("temp", "ok", "zhao"),
        ("supplies", "ok", "zhao"),
        ("uplink", "ok", "zhao"),
    ]
    rows = data(local("ledger", "list", "--subject", "INS-2026-0001", "--json"))
    assert [one["kind"] for one in rows] == ["inspection.completed", "inspection.started"]
    done(local(*CORE, "--item", "fans=ok"))
    done(local(*CORE, "--item", "supplies=ok"))
    rows = data(local("ledger", "list", "--subject", "INS-2026-0002", "--json"))
    assert [one["kind"] for one in rows] == ["inspection.answered", "inspection.started"]


def test_a_pasted_rest_leaves_what_was_found_before(local: CommandLine) -> None:
    done(local(*CORE, "--fail", "fans: dead"))
    done(local(*CORE, "-F", "-", stdin="1 21.5\n其余正常\n"))
    shown = data(local("inspect", "show", "1", "--json"))
    assert [one["mark"] for one in shown["readings"] if one["item"] == "fans"] == ["fail"]


def test_a_round_that_was_forgotten_in_part_is_not_called_too_fast(local: CommandLine) -> None:
    done(local(*CORE, "--item", "temp=21", "--item", "fans=ok", "--item", "supplies=ok"))
    local.now += timedelta(seconds=5)
    result = done(local(*CORE, "--item", "uplink=ok", "--json"))
    assert json.loads(result.out)["data"][0]["flags"] == []


def test_a_walk_that_was_begun_later_than_it_ended_is_none(local: CommandLine) -> None:
    done(local(*CORE, "--item", "temp=21"))
    local.now += timedelta(hours=1)
    found = data(local(*CORE, "--rest-ok", "--at", "09:30", "--json"))[0]
    assert (found["started_at"], found["done_at"]) == ("2026-11-05T01:30:00Z", "2026-11-05T01:30:00Z")
    found = data(local(*CORE, "--item", "temp=22", "--rest-ok", "--from", "10:40", "--json"))[0]
    assert (found["started_at"], found["done_at"]) == ("2026-11-05T02:40:00Z", "2026-11-05T03:00:00Z")


def test_a_picture_is_kept_by_the_digest_of_its_bytes(local: CommandLine, tmp_path: Path) -> None:
    place = tmp_path / "机柜\x1b[31m 3.jpg"
    place.write_bytes(bytes(range(256)) * 8192)
    words = ("inspect", "log", "server-room", "--asset", "room-1", "--photo", f"机柜照片＝{place}", "--json")
    (one,) = data(local(*words))[0]["readings"]
    assert (one["item"], one["file"], one["grade"]) == ("picture", "机柜 3.jpg", "photo")
    assert one["digest"] == hashlib.sha256(place.read_bytes()).hexdigest()
    # What was answered before keeps its reading, and has the picture from now on.
    done(local("inspect", "log", "server-room", "--asset", "room-1", "--fail", "fuel: 漏油"))
    readings = data(local("inspect", "log", "server-room", "--asset", "room-1", "--photo", f"fuel={place}", "--json"))
    assert [(one["mark"], one["note"]) for one in readings[0]["readings"] if one["item"] == "fuel"] == [
        ("fail", "漏油"),
        ("fail", "漏油"),
    ]


def test_what_was_read_on_the_spot_stands_in_the_round(local: CommandLine) -> None:
    found = data(local(*CORE, "--item", "temp=21", "--rest-ok", "--challenge", "ＳＮ\x1b[31m-4711", "--json"))[0]
    assert found["challenge"] == {
        "asked": {"en": "Serial number on the chassis", "zh": "机箱序列号"},
        "answered": "ＳＮ-4711",
    }
    assert found["flags"] == []


def test_the_same_line_again_says_so(local: CommandLine) -> None:
    log(local, "21")
    result = local(*CORE, "--item", "temp=21", "--rest-ok")
    assert result.code == 6
    assert log(local, "21", "--again", "-q").out == "INS-2026-0002\n"


def test_without_a_name_it_is_the_round_that_is_due(local: CommandLine) -> None:
    done(local("inspect", "log", "--asset", "核心交换机", "--item", "temp=21", "--rest-ok"))
    assert data(local("inspect", "show", "1", "--json"))["asset"] == "core-sw-1"


def test_a_checklist_without_an_asset_is_that_of_the_only_one_that_is_due(local: CommandLine) -> None:
    assert done(local("inspect", "log", "机房巡检", "--item", "door=ok", "-q")).out == "INS-2026-0001\n"
    assert data(local("inspect", "show", "1", "--json"))["asset"] == "room-1"


def test_another_person_countersigns_and_the_claimed_time_counts(local: CommandLine) -> None:
    local.now += timedelta(hours=8)
    result = log(local, "21", "--at", "09:30", "--as", "wang")
    assert result.out == (
        "INS-2026-0001 done: Core network patrol · core-sw-1\n"
        "4 items, all ok\n"
        "\n"
        "due           2026-11-05 09:00+08:00\n"
        "done          in time as claimed, late as entered\n"
        "walked        2026-11-05 09:30+08:00\n"
        "evidence      self-declared\n"
        "worth a look  entered 8 h 30 min after it was walked\n"
    )
    assert result.err == (
        "It counts as in time once another person confirms it: opsctl inspect countersign INS-2026-0001\n"
    )
    result = done(local("inspect", "countersign", "INS-2026-0001", "--as", "zhao"))
    assert (result.out, result.err) == ("INS-2026-0001 countersigned by zhao: walked by wang\n", "")
    shown = data(local("inspect", "show", "1", "--json"))
    assert (shown["grade"], shown["countersigned_by"]) == ("countersigned", "zhao")


def test_references_come_through_a_pipe(local: CommandLine) -> None:
    for temp in ("21", "22"):
        log(local, temp, "--as", "wang")
    piped = done(local("inspect", "list", "-q")).out
    assert piped == "INS-2026-0002\nINS-2026-0001\n"
    assert done(local("inspect", "countersign", "-", "--as", "zhao", "-q", stdin=piped)).out == piped
    assert done(local("inspect", "void", "-", "--because", "duplicate", "-q", stdin=piped)).out == piped


def test_of_an_empty_pipe_nothing_is_done(local: CommandLine) -> None:
    log(local, "21", "--as", "wang")
    for words in (("countersign", "-", "--as", "zhao"), ("void", "-", "--because", "test")):
        result = done(local("inspect", *words))
        assert (result.out, result.err) == ("", "Nothing came through the pipe; nothing was done.\n")


def test_a_correction_says_what_follows(local: CommandLine) -> None:
    done(local(*WORKED, "--item", "supplies=ok", "--as", "wang"))
    done(local("inspect", "countersign", "1", "--as", "zhao"))
    result = done(local("inspect", "correct", "1", "temp=22", "--reason", "wrong rack"))
    assert result.out == "INS-2026-0001 corrected; what stood there stays.\n"
    assert result.err == (
        "What was wrong is right now: temp. Its action stays; see: opsctl action list --source INS-2026-0001\n"
    )
    result = done(local("inspect", "correct", "1", "fans=3 dead", "done=2026-11-04 09:30", "--reason", "yesterday"))
    assert result.out == (
        "INS-2026-0001 corrected; what stood there stays.\n"
        "\n"
        "done  2026-11-04 09:30+08:00\n"
        "due   2026-11-04 09:00+08:00\n"
        "\n"
        "due again  2026-11-05 09:00+08:00\n"
        "\n"
        "ACT-2026-0003 Fans: dead → lead.li, told nobody\n"
    )
    assert result.err == (
        "zhao confirmed the old time; for the new one run: opsctl inspect countersign INS-2026-0001\n"
    )


def test_what_is_void_is_due_again_and_its_actions_are_named(local: CommandLine) -> None:
    done(local(*WORKED, "--item", "supplies=ok"))
    result = done(local("inspect", "void", "1", "--because", "mistake"))
    assert result.out == "INS-2026-0001 void: mistake\n\ndue again  2026-11-05 09:00+08:00\n"
    command = "opsctl action void ACT-2026-0001 ACT-2026-0002 --because mistake"
    assert result.err == f"The actions of INS-2026-0001 stay. Take them out, too: {command}\n"
    assert done(local(*command.split()[1:])).code == 0


def test_lists_are_narrowed(local: CommandLine) -> None:
    log(local, "21", "--at", "2026-11-04 09:00", "--as", "wang")
    log(local, "22", "--at", "2026-11-05 08:55", "--as", "zhao")
    log(local, "23")
    done(local("inspect", "log", "server-room", "--asset", "room-1", "--item", "door=ok"))
    done(local("inspect", "log", "spot-check", "--rest-ok", "--as", "zhao"))
    done(local("inspect", "void", "5", "--because", "test"))

    def listed(*words: str) -> str:
        return " ".join(str(int(one[-4:])) for one in done(local("inspect", "list", "-q", *words)).out.split())

    assert listed() == "5 4 3 2 1"
    assert listed("--limit", "2") == "5 4"
    assert listed("--since", "2026-11-05") == "5 4 3 2"
    assert listed("--until", "2026-11-04") == "1"
    assert listed("--since", "2026-11-05 08:55", "--until", "2026-11-05 09:00") == "2"
    assert listed("--owner", "me") == "4 3"
    assert listed("--owner", "me", "--as", "zhao") == "5 2"
    assert listed("--owner", "wang") == "1"
    assert listed("--state", "open") == "4"
    assert listed("--state", "done") == "3 2 1"
    assert listed("--checklist", "核心网络巡检") == "3 2 1"
    assert listed("--asset", "一号机房") == "4"
    assert listed("--flagged") == "2 1"
    columns = done(local("inspect", "list", "--asset", "core-sw-1", "--columns", "person,reference")).out
    assert columns == (
        "person   reference\n"
        "lead.li  INS-2026-0003\n"
        "zhao     INS-2026-0002\n"
        "wang     INS-2026-0001\n"
    )
    assert local("inspect", "list", "--columns", "persn").code == 2
    assert local("inspect", "list", "--limit", "-1").code == 2
    assert local("inspect", "list", "--limit", "2").err == "3 more; see them with --limit 0.\n"


def test_an_open_round_that_is_void_is_no_open_round(local: CommandLine) -> None:
    done(local(*CORE, "--item", "fans=ok"))
    done(local("inspect", "void", "1", "--because", "mistake"))
    result = done(local("inspect", "list", "--state", "open"))
    assert (result.out, result.err) == ("", "No rounds.\n")
    # And the next one begins anew.
    assert log(local, "21", "-q").out == "INS-2026-0002\n"


def test_rounds_by_a_checklist_that_is_no_longer_in_force_are_found(local: CommandLine, tmp_path: Path) -> None:
    done(local("inspect", "log", "spot-check", "--rest-ok"))
    text = BOOK.read_text(encoding="utf-8").replace('version = "2026.1"', 'version = "2026.2"')
    (tmp_path / "new.toml").write_text(text.replace("spot-check", "sampling"), encoding="utf-8")
    local.now += timedelta(minutes=1)
    done(local("rulebook", "apply", str(tmp_path / "new.toml")))
    assert done(local("inspect", "list", "--checklist", "spot-check", "-q")).out == "INS-2026-0001\n"
    assert done(local("inspect", "list", "--checklist", "sampling", "-q")).out == ""


def test_programs_find_the_same_names_in_every_answer(patrol: CommandLine) -> None:
    """On both databases: the person is whoever logs in."""

    def envelope(*words: str, stdin: str = "") -> tuple[str, Any]:
        found = json.loads(done(patrol(*words, "--json", stdin=stdin)).out)
        assert list(found) == ["opsctl", "kind", "data"]
        return found["kind"], found["data"]

    kind, (logged,) = envelope(*WORKED)
    assert (kind, list(logged)) == ("inspection.completed", [*ROUND, "occurrence", "missing", "actions", "proven"])
    assert (logged["state"], logged["missing"], logged["done_at"]) == ("open", ["supplies"], None)
    assert logged["actions"] == [
        {"reference": "ACT-2026-0001", "new": True},
        {"reference": "ACT-2026-0002", "new": True},
    ]
    assert list(logged["readings"][0]) == [
        "item", "mark", "value", "note", "source", "file", "digest", "grade", "by", "at",
    ]  # fmt: skip
    kind, (logged,) = envelope(*CORE, "-F", "-", stdin="3 正常\n")
    assert (logged["state"], logged["occurrence"]) == ("done", "core-network-patrol/core-sw-1@2026-11-05T01:00Z")

    kind, corrected = envelope("inspect", "correct", "1", "temp=22", "--reason", "wrong rack")
    assert (kind, list(corrected)) == ("inspection.corrected", [*ROUND, "occurrence", "due", "actions"])
    kind, shown = envelope("inspect", "show", "1")
    assert (kind, list(shown)) == ("inspection", [*ROUND, "occurrences", "actions"])
    kind, listed = envelope("inspect", "list")
    assert (kind, list(listed), list(listed["rounds"][0])) == ("inspection.list", ["total", "rounds"], ROUND)
    kind, (voided,) = envelope("inspect", "void", "1", "--because", "test")
    assert (kind, list(voided)) == ("inspection.voided", [*ROUND, "due", "actions"])
    assert (voided["void"], voided["due"], voided["actions"]) == (
        "test",
        ["core-network-patrol/core-sw-1@2026-11-05T01:00Z"],
        ["ACT-2026-0001", "ACT-2026-0002"],
    )
    kind, checklists = envelope("inspect", "checklists")
    assert (kind, list(checklists)) == ("inspection.checklists", ["checklists", "routes"])
    assert [one["name"] for one in checklists["checklists"]] == [
        "core-network", "device-maintenance", "power-drill", "server-room", "spot-check",
    ]  # fmt: skip
    kind, one = envelope("inspect", "checklists", "network-edge")
    assert (kind, one["name"], len(one["items"])) == ("inspection.checklist", "core-network", 5)


def test_an_error_is_for_programs_too(local: CommandLine) -> None:
    result = local(*CORE, "--item", "temp=75°F", "--json")
    assert (result.code, result.out) == (2, "")
    error = json.loads(result.err)
    assert (error["opsctl"], error["kind"], error["data"]["code"]) == (1, "error", 2)
    assert "°C" in error["data"]["message"] + error["data"]["hint"]


def test_only_references_are_said_where_these_are_wanted(local: CommandLine) -> None:
    result = done(local(*WORKED, "-q"))
    assert (result.out, result.err) == ("INS-2026-0001\n", "")
    done(local(*CORE, "--item", "supplies=1", "-q"))
    for words in (("correct", "1", "temp=22", "--reason", "typo"), ("show", "1"), ("void", "1", "--because", "test")):
        result = done(local("inspect", *words, "-q"))
        assert (result.out, result.err) == ("INS-2026-0001\n", "")
    assert done(local("inspect", "checklists", "-q")).out.split()[-1] == "network-edge"


def test_today_names_the_rounds_that_are_open(local: CommandLine) -> None:
    done(local(*CORE, "--item", "fans=ok", "--as", "wang"))
    local.now += timedelta(minutes=20)
    for env in ({"COLUMNS": "100"}, NARROW):
        shown = done(local("--lang", "zh", "today", env=env, tty=True))
        assert "INS-2026-0001" in shown.out
        assert "核心网络巡检" in shown.out
        assert "1/5" in shown.out
