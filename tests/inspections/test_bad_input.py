"""What people type at night and should not have: each is one line that names it and the next step, and a code."""

import json
import shlex
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from opsctl.core.void import Void
from opsctl.inspections.service import judging, logging
from opsctl.store.engine import Store
from tests.harness import PROGRAM, CommandLine, Result, clean_environment, login_of
from tests.inspections.people import as_person

BOOK = Path(__file__).parents[2] / "sample-data/rulebooks/patrols.toml"
CORE = ("inspect", "log", "core-network", "--asset", "core-sw-1")
ROOM = ("inspect", "log", "server-room", "--asset", "room-1")
ASSETS = (
    ("core-sw-1", "switch", "核心交换机"),
    ("core-sw-2", "switch", "备用交换机"),
    ("room-1", "room", "一号机房"),
    ("old-sw", "switch", "旧交换机"),
)


@pytest.fixture(scope="module")
def furnished(shared_store: Store, tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Rooms and switches, one of them retired, patrolled by the book since two days."""
    line = CommandLine(
        tmp_path_factory.mktemp("home"), datetime(2026, 11, 3, 2, 0, tzinfo=UTC), ("--db", str(shared_store.address))
    )
    for handle, kind, title in ASSETS:
        done = line("asset", "add", handle, "--kind", kind, "--criticality", "key", "--title-zh", title)
        assert done.code == 0, done.err
    assert line("rulebook", "apply", str(BOOK)).code == 0
    assert line("asset", "retire", "old-sw", "--at", "2026-11-03 09:00").code == 0
    line.now += timedelta(days=1)
    # A round that is done, one that is void, one that is countersigned, one that is open, and one of one's own.
    given = {"checklist": "core-network", "rest": True}
    person = partial(as_person, shared_store)
    person("wang", line.now, logging.log, asset="core-sw-1", items=["temp=21"], **given)
    person("wang", line.now, logging.log, asset="core-sw-2", items=["temp=22"], **given)
    person("wang", line.now, logging.log, asset="core-sw-1", items=["temp=23"], **given)
    person("wang", line.now, judging.void, named=["2"], because=Void.MISTAKE)
    person("sun", line.now, judging.countersign, named=["3"])
    person("wang", line.now, logging.log, checklist="server-room", asset="room-1", items=["door=ok"])
    assert line(*CORE, "--item", "temp=24", "--rest-ok").code == 0
    return shared_store


@pytest.fixture
def night(furnished: Store, tmp_path: Path, now: datetime) -> CommandLine:
    """The command line, with the login's own name."""
    return CommandLine(tmp_path, now, ("--db", str(furnished.address)))


@pytest.fixture
def refused(night: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., str]:
    """Run a command that is to be refused with that code; gives the one line it says."""
    monkeypatch.chdir(tmp_path)

    def run(code: int, *words: str, stdin: str = "", lang: str = "en") -> str:
        before = standing(night)
        result = night("--lang", lang, *words, stdin=stdin)
        return checked(night, result, code, before)

    return run


def standing(night: CommandLine) -> str:
    """Everything that commands could have changed."""
    seen = [night(*words, "--json").out for words in (("inspect", "list", "--limit", "0"), ("action", "list"))]
    return "\n".join([*seen, night("ledger", "verify", "--deep").out])


def checked(night: CommandLine, result: Result, code: int, before: str) -> str:
    assert (result.code, result.out) == (code, ""), result.err
    assert result.err.startswith("opsctl: ")
    assert result.err.endswith("\n")
    assert result.err.count("\n") == 1
    assert "Traceback" not in result.err
    assert not any(sign in result.err for sign in "\x1b\x00\x07")
    assert standing(night) == before
    return result.err.removeprefix("opsctl: ").removesuffix("\n")


OPTIONS = {
    "unknown item": (
        4,
        (*CORE, "--item", "temprature=21"),
        "'temprature' is no item of core-network. Did you mean temp?",
    ),
    "unknown number of an item": (
        4,
        (*CORE, "--item", "6=1"),
        "There is no item 6. core-network has 5 items, numbered from 1.",
    ),
    "part of several titles": (
        2,
        (*ROOM, "--item", "UPS=1"),
        "'UPS' fits more than one item: ups-a, ups-a-load, ups-b, ups-b-load. Name the item by its number or id.",
    ),
    "far outside what can be": (2, (*CORE, "--item", "temp=2100"), None),
    "no reading": (2, (*CORE, "--item", "temp"), "'temp' has no reading. Like: --item temp=41"),
    "no symptom": (2, (*CORE, "--fail", "uplink"), "'uplink' has no symptom. Like: --fail \"uplink: CRC errors\""),
    "twice by id and title": (
        2,
        (*CORE, "--item", "temp=21", "--item", "进风温度=22"),
        "temp is answered twice. Say it once.",
    ),
    "ok and failed": (
        2,
        (*CORE, "--item", "fans=ok", "--fail", "fans: noisy"),
        "fans is answered twice. Say it once.",
    ),
    "nothing": (
        2,
        CORE,
        "Nothing is filled in. Say what was read: --item temp=41, --rest-ok, or paste a sheet with -F -"
        "   form: opsctl inspect sheet",
    ),
    "nothing new in an open round": (
        2,
        (*ROOM, "--item", "door=", "--rest-ok"),
        "'door=' has no reading. Like: --item temp=41",
    ),
    "the same part again": (
        6,
        (*ROOM, "--item", "door=ok"),
        "INS-2026-0004 says that already."
        " It is still open; go on with it: opsctl inspect start server-room --asset room-1",
    ),
    "unknown checklist": (
        4,
        ("inspect", "log", "core-netwrk", "--asset", "core-sw-1", "--rest-ok"),
        "There is no checklist or route 'core-netwrk'. Did you mean core-network?",
    ),
    "unknown asset": (4, ("inspect", "log", "core-network", "--asset", "core-sw-9", "--rest-ok"), None),
    "retired asset": (
        6,
        ("inspect", "log", "core-network", "--asset", "old-sw", "--rest-ok"),
        "old-sw is retired since 2026-11-03 09:00:00+08:00."
        " Say when it was walked: opsctl inspect log … --at TIME   take out an open one: opsctl inspect void REF",
    ),
    "asset not on the route": (
        2,
        ("inspect", "log", "network-edge", "--asset", "room-1", "--rest-ok"),
        "room-1 is not on the route network-edge. On it are: edge-fw-1, edge-fw-2, wlan-ctl-1",
    ),
    "a checklist about assets that is due for none": (
        2,
        ("inspect", "log", "power-drill", "--rest-ok"),
        "power-drill is due for no asset now. Name the one that it was done for: power-drill --asset ASSET",
    ),
    "no time": (2, (*CORE, "--rest-ok", "--at", "25:00"), None),
    "in the future": (
        2,
        (*CORE, "--rest-ok", "--at", "2026-11-05 10:01"),
        "2026-11-05 10:01:00+08:00 is in the future. Give a time that has passed.",
    ),
    "begun after the end": (
        2,
        (*CORE, "--rest-ok", "--at", "09:00", "--from", "09:01"),
        "The walk cannot begin at 2026-11-05 09:01:00+08:00, after it ended. Give --from a time before that of --at.",
    ),
    "no answer to the challenge": (2, (*CORE, "--rest-ok", "--challenge", " \x1b[31m "), None),
    "no file of a sheet": (4, (*CORE, "-F", "gone.txt"), "There is no file gone.txt. Check the path."),
    "a folder for a sheet": (
        2, (*CORE, "-F", "."), ". cannot be read: Is a directory. Check the path, and that you may read it.",
    ),
    "no checklist is listed so": (
        4,
        ("inspect", "list", "--checklist", "core-netwrk"),
        "There is no checklist or route 'core-netwrk'. Did you mean core-network?",
    ),
    "a reference that is not there": (
        4,
        ("inspect", "show", "INS-2026-0099"),
        "There is no INS-2026-0099. A reference looks like INS-2026-0042; a bare number is this year's.",
    ),
    "a reference of something else": (4, ("inspect", "countersign", "ACT-2026-0001"), None),
    "no reference": (4, ("inspect", "void", "latest", "--because", "test"), None),
    "countersign a void one": (
        6,
        ("inspect", "countersign", "2"),
        "INS-2026-0002 is void. See it with: opsctl inspect show INS-2026-0002",
    ),
    "countersign an open one": (
        6,
        ("inspect", "countersign", "4"),
        "INS-2026-0004 is not done yet. Go on with it: opsctl inspect start server-room --asset room-1",
    ),
    "countersign twice": (
        6,
        ("inspect", "countersign", "3"),
        "INS-2026-0003 is countersigned by sun. Once is enough; see it with: opsctl inspect show INS-2026-0003",
    ),
    "countersign one that is good and one that is not": (
        6,
        ("inspect", "countersign", "1", "2"),
        "INS-2026-0002 is void. See it with: opsctl inspect show INS-2026-0002",
    ),
    "void twice": (
        6,
        ("inspect", "void", "2", "--because", "test"),
        "INS-2026-0002 is void already. See it with: opsctl inspect show INS-2026-0002",
    ),
    "void for no reason": (2, ("inspect", "void", "1", "--because", "mistaken"), None),
    "correct a void one": (
        6,
        ("inspect", "correct", "2", "temp=21", "--reason", "typo"),
        "INS-2026-0002 is void. Log the round anew.",
    ),
    "correct the time of an open one": (
        6,
        ("inspect", "correct", "4", "done=09:00", "--reason", "typo"),
        "INS-2026-0004 is not done yet. Go on with it: opsctl inspect start server-room --asset room-1",
    ),
    "correct nothing": (
        2,
        ("inspect", "correct", "1", "--reason", "typo"),
        "A correction needs one reference and a reading. Like: opsctl inspect correct 42 temp=21.5 --reason TEXT",
    ),
    "correct two": (2, ("inspect", "correct", "1", "3", "temp=21", "--reason", "typo"), None),
    "correct without a reason": (
        2,
        ("inspect", "correct", "1", "temp=22", "--reason", "  "),
        "The text is empty. Say it in a few words.",
    ),
    "correct to the same": (
        2,
        ("inspect", "correct", "1", "temp=21", "--reason", "typo"),
        "INS-2026-0001 says that already. See it with: opsctl inspect show INS-2026-0001",
    ),
    "correct to a time that is to come": (
        2,
        ("inspect", "correct", "1", "done=2026-11-05 10:01", "--reason", "typo"),
        "2026-11-05 10:01:00+08:00 is in the future. Give a time that has passed.",
    ),
}


@pytest.mark.parametrize(("code", "words", "said"), OPTIONS.values(), ids=OPTIONS)
def test_what_cannot_be_is_one_line_and_a_code(
    refused: Callable[..., str], code: int, words: tuple[str, ...], said: str | None
) -> None:
    line = refused(code, *words)
    assert said is None or line == said


def test_nobody_countersigns_what_they_walked_themselves(refused: Callable[..., str], furnished: Store) -> None:
    said = f"{login_of(furnished)} walked INS-2026-0005. Somebody else has to countersign it."
    assert refused(5, "inspect", "countersign", "5") == said


@pytest.mark.parametrize(
    ("reading", "named"),
    [("75°F", ("°F", "°C")), ("75 F", ("°C",)), ("２９４ K", ("°C",)), ("294华氏度", ("°C",))],
    ids=["fahrenheit", "with a blank", "kelvin, full width", "in words"],
)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_another_unit_is_refused_with_the_one_that_is_meant(
    refused: Callable[..., str], reading: str, named: tuple[str, ...], lang: str
) -> None:
    line = refused(2, *CORE, "--item", f"temp={reading}", lang=lang)
    assert all(word in line for word in named)


@pytest.mark.parametrize("reading", ["4200 kPa", "4200kPa", "42 bar", "4200"])
def test_a_pressure_in_another_unit_is_no_pressure_that_can_be(refused: Callable[..., str], reading: str) -> None:
    line = refused(2, *ROOM, "--item", f"气体灭火压力={reading}")
    assert "MPa" in line


@pytest.mark.parametrize(
    ("code", "sheet", "named"),
    [
        (2, "1 温暖\n", ("line 1", "温暖")),
        (2, "进风湿度 21\n", ("line 1", "进风湿度", "temp")),
        (2, "1-3 21 正常 正常\n3-4 正常 正常\n", ("line 2", "line 1")),
        (2, "1 21\n1 22\n", ("line 2", "line 1")),
        (2, "1 21\n进风温度 22\n", ("line 2", "line 1")),
        (2, "1-6 正常\n", ("line 1", "6")),
        (2, "3-1 正常\n", ("line 1", "3-1")),
        (2, "1-3 21 正常\n", ("line 1", "2 values")),
                (2, "# 1 21\n---\n", ("Nothing is filled in",)),
        (2, "\ufeff\u200b\n", ("Nothing is filled in",)),
        (4, "[core-sw-1]\n1 21\n[core-sw-9]\n1 21\n", ("core-sw-9",)),
        (2, "[core-sw-1]\n1 21\n[ＣＯＲＥ－ＳＷ－１]\n2 正常\n", ("two parts about core-sw-1", "line 4")),
        (2, "时间：25:00\n1 21\n", ("25:00",)),
        (2, "时间：2026-11-05 10:30\n1 21\n", ("2026-11-05 10:30:00+08:00",)),
        (2, "1 21\n" * 1500 + "\n" * 600, ("2000",)),
    ],
    ids=[
        "no number", "unknown item", "ranges that overlap", "twice", "twice by title", "a range that is too long",
        "a range that ends first", "too few values", "only comments", "only what cannot be seen",
        "unknown asset", "an asset twice", "no time", "in the future", "too many lines",
    ],
)  # fmt: skip
def test_a_pasted_sheet_that_is_refused_is_kept_and_named(
    refused: Callable[..., str], night: CommandLine, code: int, sheet: str, named: tuple[str, ...]
) -> None:
    line = refused(code, *CORE, "-F", "-", stdin=sheet)
    assert all(word in line for word in named)
    kept = night.home / "state/opsctl/kept/sheet-1.txt"
    assert line.endswith(
        "Your sheet is kept; mend it and run:"
        f" opsctl inspect log core-network --asset core-sw-1 -F {kept}"
    )
    assert kept.read_text(encoding="utf-8") == sheet
    assert kept.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("sheet", ["", "\n \n"], ids=["empty", "blank"])
def test_of_an_empty_sheet_nothing_is_kept(refused: Callable[..., str], night: CommandLine, sheet: str) -> None:
    line = refused(2, *CORE, "-F", "-", stdin=sheet)
    assert line == "Nothing is filled in. Write the number of an item and its answer in a line: 1 ok"
    assert not (night.home / "state").exists()


def test_the_kept_sheet_is_logged_once_it_is_mended(run: CommandLine) -> None:
    for handle in ("core-sw-1", "core-sw-2"):
        assert run("asset", "add", handle, "--kind", "switch").code == 0
    assert run("rulebook", "apply", str(BOOK)).code == 0
    words = ("--asset", "core-sw-1", "--fail", "uplink: CRC errors", "--at", "09:30", "--rest-ok", "--again")
    result = run("inspect", "log", "core-network", *words, "-F", "-", stdin="1 2l.5\n")
    assert result.code == 2
    command = result.err.rpartition("mend it and run: ")[2]
    path = Path(command.split()[-1])
    path.write_text(path.read_text(encoding="utf-8").replace("l", "1"), encoding="utf-8")
    assert run(*shlex.split(command)[1:]).code == 0
    shown = json.loads(run("inspect", "show", "1", "--json").out)["data"]
    assert [(one["item"], one["mark"], one["value"]) for one in shown["readings"]] == [
        ("temp", "ok", "21.5"),
        ("uplink", "fail", None),
        ("fans", "ok", None),
        ("supplies", "ok", None),
    ]
    assert shown["done_at"] == "2026-11-05T01:30:00Z"


def test_what_is_wrong_beside_a_pasted_sheet_keeps_the_sheet_too(
    refused: Callable[..., str], night: CommandLine
) -> None:
    line = refused(2, *CORE, "--at", "25:00", "-F", "-", stdin="1 21\n")
    assert "'25:00'" in line
    kept = night.home / "state/opsctl/kept/sheet-1.txt"
    assert line.endswith(f"opsctl inspect log core-network --asset core-sw-1 --at 25:00 -F {kept}")
    assert kept.read_text(encoding="utf-8") == "1 21\n"


def test_five_megabytes_are_no_round(refused: Callable[..., str], night: CommandLine, tmp_path: Path) -> None:
    sheet = "1 21 注意 备注: 温度偏高\n" * 180_000
    assert len(sheet.encode()) > 5_000_000
    said = "The sheet is longer than a round can be. Paste one round: a line for each item."
    assert refused(2, *CORE, "-F", "-", stdin=sheet) == said
    (tmp_path / "round.txt").write_text(sheet, encoding="utf-8")
    assert refused(2, *CORE, "-F", "round.txt") == said.replace("The sheet", "round.txt")
    assert refused(2, *CORE, "-F", "-", stdin="1" * 5_000_000) == said


def test_bytes_that_are_no_utf8_are_kept_as_they_are(night: CommandLine, furnished: Store) -> None:
    before = standing(night)
    pasted = "1 21\n2 正常\n".encode("gbk")
    environment = clean_environment(night.home)
    process = subprocess.run(
        [PROGRAM, *night.first, *CORE, "-F", "-"], input=pasted, capture_output=True, env=environment, check=False
    )
    kept = night.home / "state/opsctl/kept/sheet-1.txt"
    line = checked(night, Result(process.stdout.decode(), process.stderr.decode(), process.returncode), 2, before)
    assert line.startswith("line 2: What was pasted is not UTF-8. Save it as UTF-8. Your sheet is kept;")
    assert kept.read_bytes() == pasted


def test_a_file_that_is_no_utf8_is_named_with_the_byte(refused: Callable[..., str], tmp_path: Path) -> None:
    (tmp_path / "round.txt").write_bytes("1 21\n2 正常\n".encode("gbk"))
    assert refused(2, *CORE, "-F", "round.txt") == "round.txt is not UTF-8: it breaks at byte 7. Save it as UTF-8."


PHOTOS = {
    "gone": (4, "picture=rack9.jpg", "There is no file rack9.jpg. Check the path."),
    "a folder": (
        2,
        "picture=folder",
        "folder cannot be read: Is a directory. Check the path, and that you may read it.",
    ),
    "a pipe of nobody": (2, "picture=/dev/null", "/dev/null is not a file. Name a picture or file."),
    "empty": (2, "picture=empty.jpg", "empty.jpg is empty. Name a picture or file."),
    "no item": (
        4,
        "shelf=rack.jpg",
        "'shelf' is no item of server-room. Name an item by its number, id or title.",
    ),
    "no file named": (2, "picture=", "'picture=' names no item and file. Like: --photo rack=rack3.jpg"),
    "no sign": (2, "rack.jpg", "'rack.jpg' names no item and file. Like: --photo rack=rack3.jpg"),
    "no name of a file": (2, "picture=" + "x" * 300, None),
    "for a number": (
        2,
        "temp=rack.jpg",
        "temp has a picture, but no reading. Say what was read too: --item temp=READING",
    ),
}


@pytest.mark.parametrize(("code", "photo", "said"), PHOTOS.values(), ids=PHOTOS)
def test_a_picture_that_is_none_is_refused(
    refused: Callable[..., str], tmp_path: Path, code: int, photo: str, said: str | None
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "empty.jpg").touch()
    (tmp_path / "rack.jpg").write_bytes(b"rack")
    line = refused(code, *ROOM, "--rest-ok", "--photo", photo)
    assert said is None or line == said


def test_a_picture_that_cannot_be_read_is_refused(refused: Callable[..., str], tmp_path: Path) -> None:
    (tmp_path / "rack.jpg").symlink_to("rack.jpg")
    assert refused(2, *ROOM, "--photo", "picture=rack.jpg") == (
        "rack.jpg cannot be read: Too many levels of symbolic links. Check the path, and that you may read it."
    )


def test_two_pictures_of_one_item_are_refused(refused: Callable[..., str], tmp_path: Path) -> None:
    for name in ("a.jpg", "b.jpg"):
        (tmp_path / name).write_bytes(b"x")
    said = "picture is given two pictures. Keep one of the two."
    assert refused(2, *ROOM, "--photo", "picture=a.jpg", "--photo", "picture=b.jpg") == said
    assert refused(2, *ROOM, "--photo", "picture=a.jpg", "--photo", "机柜照片=b.jpg") == said


HOSTILE = {
    "no letters": "\udcff\udcfe",
    "escapes": "\x1b[2J\x1b]0;x\x07",
    "right to left": "\u202eabc",
    "long": "x" * 5000,
    "sql": "'; DROP TABLE inspection; --",
    "braces": "{0}{x}",
    "percent": "%s%n",
}


@pytest.mark.parametrize("word", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize(
    "words",
    [
        ("inspect", "log", "{}", "--asset", "core-sw-1", "--rest-ok"),
        ("inspect", "log", "core-network", "--asset", "{}", "--rest-ok"),
        ("inspect", "log", "--asset", "{}", "--rest-ok"),
        (*CORE, "--item", "{}=21"),
        (*CORE, "--item", "temp={}"),
        (*CORE, "--item", "{}"),
        (*CORE, "--fail", "{}: down"),
        (*CORE, "--fail", "{}"),
        (*CORE, "--at", "{}"),
        (*CORE, "--from", "{}"),
        (*CORE, "--photo", "picture={}"),
        (*CORE, "-F", "{}"),
        ("inspect", "show", "{}"),
        ("inspect", "void", "{}", "--because", "test"),
        ("inspect", "countersign", "{}"),
        ("inspect", "correct", "{}", "temp=21", "--reason", "typo"),
        ("inspect", "correct", "1", "{}=21", "--reason", "typo"),
        ("inspect", "correct", "1", "done={}", "--reason", "typo"),
        ("inspect", "checklists", "{}"),
        ("inspect", "list", "--checklist", "{}"),
        ("inspect", "list", "--asset", "{}"),
    ],
    ids=" ".join,
)
def test_whatever_is_typed_is_answered_in_a_line(
    night: CommandLine, words: tuple[str, ...], word: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = night(*(one.replace("{}", word) for one in words))
    assert (result.out, result.err.count("\n")) == ("", 1)
    assert result.code in (2, 4)
    assert not any(sign in result.err for sign in "\x1b\x07\u202e")
    assert len(result.err) < 1000 or "-F" in words


def test_a_time_before_the_last_rounds_end_is_taken_and_flagged(run: CommandLine) -> None:
    assert run("asset", "add", "core-sw-1", "--kind", "switch").code == 0
    assert run("rulebook", "apply", str(BOOK)).code == 0
    given = ("--rest-ok", "--json")
    assert run(*CORE, "--item", "temp=21", "--at", "09:50", *given, "--as", "wang").code == 0
    result = run(*CORE, "--item", "temp=22", "--at", "09:40", *given, "--as", "zhao")
    assert json.loads(result.out)["data"][0]["flags"] == [{"flag": "overlap", "about": ["INS-2026-0001"]}]


def test_the_same_round_twice_is_refused_though_another_was_logged_in_between(run: CommandLine) -> None:
    assert run("asset", "add", "core-sw-1", "--kind", "switch").code == 0
    assert run("rulebook", "apply", str(BOOK)).code == 0
    early = (*CORE, "--item", "temp=21", "--rest-ok", "--at", "08:40")
    assert run(*early).code == 0
    assert run(*CORE, "--item", "temp=22", "--rest-ok").code == 0
    run.now += timedelta(hours=1)
    result = run(*early)
    assert result.code == 6
    assert result.err == (
        "opsctl: This round was logged already: INS-2026-0001. If it was walked again, add --again.\n"
    )
    assert run(*early, "--again").code == 0


def test_the_rest_is_ok_says_nothing_new_of_a_round_whose_states_are_all_answered(run: CommandLine) -> None:
    assert run("asset", "add", "core-sw-1", "--kind", "switch").code == 0
    assert run("rulebook", "apply", str(BOOK)).code == 0
    assert run(*CORE, "--fail", "fans: dead", "--rest-ok").code == 0
    for words, stdin in ((("--rest-ok",), ""), (("-F", "-"), "其余正常\n")):
        result = run(*CORE, *words, stdin=stdin)
        assert result.code == 2
        assert result.err.startswith("opsctl: Every state of INS-2026-0001 is answered already; open are: temp.")


def test_a_checklist_changed_in_the_middle_is_gone_on_with_as_it_was_begun(run: CommandLine, tmp_path: Path) -> None:
    assert run("asset", "add", "core-sw-1", "--kind", "switch").code == 0
    assert run("rulebook", "apply", str(BOOK)).code == 0
    assert run(*CORE, "--item", "temp=21").code == 0
    changed = tmp_path / "changed.toml"
    text = BOOK.read_text(encoding="utf-8").replace('version = "2026.1"', 'version = "2026.2"')
    text = text.replace('id = "uplink", title = { en = "Uplinks"', 'id = "trunk", title = { en = "Trunks"')
    changed.write_text(text, encoding="utf-8")
    run.now += timedelta(minutes=1)
    assert run("rulebook", "apply", str(changed)).code == 0
    result = run(*CORE, "--item", "trunk=ok")
    assert (result.code, result.err.startswith("opsctl: 'trunk' is no item of core-network.")) == (4, True)
    assert run(*CORE, "--item", "uplink=ok", "--rest-ok", "-q").out == "INS-2026-0001\n"
    run.now += timedelta(hours=1)
    assert run(*CORE, "--item", "temp=22", "--item", "trunk=ok", "--rest-ok", "-q").out == "INS-2026-0002\n"


@pytest.mark.parametrize(
    "sheet",
    [
        "１　２１。５\n２－４　正常\n",
        "１、２１．５℃\n风扇：正常；电源模块＝正常；上行链路 √\n",
        "\ufeff1\t21.5 °C\r\n2 \x1b[31m正常\x1b[0m\r\n3\x00 ok\r\n4 \u202e1\r\n",
        "进风温度２１．５\n其余正常。\n",
    ],
    ids=["full width", "signs of a Chinese keyboard", "what a terminal would obey", "glued"],
)
def test_a_sheet_is_read_however_the_keyboard_stands(run: CommandLine, sheet: str) -> None:
    assert run("asset", "add", "core-sw-1", "--kind", "switch").code == 0
    assert run("rulebook", "apply", str(BOOK)).code == 0
    result = run(*CORE, "-F", "-", "--json", stdin=sheet)
    assert result.code == 0, result.err
    found = json.loads(result.out)["data"][0]
    assert {one["item"]: (one["mark"], one["value"]) for one in found["readings"]} == {
        "temp": ("ok", "21.5"),
        "fans": ("ok", None),
        "supplies": ("ok", None),
        "uplink": ("ok", None),
    }
    assert found["state"] == "done"
