"""`opsctl inspect run` with programs that behave, and misbehave, as plugins do."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from opsctl.inspections.rules import Round
from opsctl.inspections.service import read as inspections
from tests.harness import PROGRAM, CommandLine, Read, Result
from tests.inspections.test_running import book

FIRST = "INS-2026-0001"


class Host:
    """A host with checks: each is a script of its own."""

    def __init__(self, line: CommandLine) -> None:
        self.line = line
        self.folder = line.home / "plugins"
        self.folder.mkdir()
        self.file = line.home / "config/opsctl/opsctl.toml"
        self.file.parent.mkdir(parents=True)
        self.file.touch(mode=0o600)
        self._say('[host]\nname = "host-7"\n')

    def check(self, name: str, fills: str, script: str, *, asset: str = "room-1", timeout: str = "60s") -> Path:
        """Add a check; gives the path of its program."""
        place = self.folder / name
        place.write_bytes(b"#!/bin/sh\n" + script.encode("utf-8", "surrogateescape") + b"\n")
        place.chmod(0o700)
        self._say(
            f'[checks.{name}]\ntype = "command"\ncommand = ["{place}", "-w", "10 %"]\nasset = "{asset}"\n'
            f'fills = "{fills}"\nevery = "*/5 * * * *"\ntimeout = "{timeout}"\n'
        )
        return place

    def run(self, *arguments: str, **settings: dict[str, str]) -> Result:
        """Run the command."""
        return self.line("inspect", "run", *arguments, **settings)  # type: ignore[arg-type]

    def _say(self, text: str) -> None:
        with self.file.open("a", encoding="utf-8") as stream:
            stream.write(text)


@pytest.fixture
def host(run: CommandLine, tmp_path: Path) -> Host:
    """A host without checks yet, and two rooms in its database."""
    (tmp_path / "checks.toml").write_text(book(), encoding="utf-8")
    for arguments in (
        ("rulebook", "apply", str(tmp_path / "checks.toml")),
        ("asset", "add", "room-1", "--kind", "room"),
        ("asset", "add", "room-2", "--kind", "room"),
    ):
        result = run(*arguments)
        assert result.code == 0, result.err
    return Host(run)


@pytest.fixture
def stored(host: Host) -> Callable[..., Round]:
    """A round as the database has it."""
    from opsctl.store.address import read_address
    from opsctl.store.engine import Store
    from tests.harness import reading

    def look(reference: str = FIRST) -> Round:
        store = Store(read_address(str(host.line.database)))
        read: Read = reading(store)
        found: Round = read(inspections.show, word=reference, now=host.line.now).round
        store.close()
        return found

    return look


def test_checks_answer_their_items_and_what_people_have_to_answer_is_said(host: Host) -> None:
    host.check("root-disk", "room/disk", "echo \"DISK WARNING - 25% free | '/tmp'=12% 'disk'=75%;70;90;0;100\"; exit 1")
    host.check("uplink", "room/link", "echo 'LINK OK - 10 Gbit/s | rx=U tx=U'; echo more; echo '| late=1'")
    result = host.run()
    assert result.out == (
        "check      item       asset   state    reading  says\n"
        "root-disk  room/disk  room-1  warning  75 %     DISK WARNING - 25% free\n"
        "uplink     room/link  room-1  ok       –        LINK OK - 10 Gbit/s\n"
        "\n"
        "INS-2026-0001 is still open: Server room · room-1\n"
        "2 items, warning 1\n"
        "1 mandatory item is open: 3 Door\n"
        "\n"
        "ACT-2026-0001 Disk: 75 %, DISK WARNING - 25% free → lead.li, told nobody\n"
    )
    assert result.err == "Go on with it: opsctl inspect start room --asset room-1\n"
    assert result.code == 0
    (row,) = json.loads(host.line("ledger", "list", "--kind", "inspection.started", "--json").out)["data"]
    facts = json.loads(json.loads(host.line("ledger", "show", str(row["seq"]), "--json").out)["data"]["facts"])
    assert (facts["host"], facts["checks"]) == ("host-7", ["root-disk", "uplink"])
    verified = host.line("ledger", "verify", "--deep")
    assert (verified.code, verified.err) == (0, "")


def test_the_ledger_has_no_command_lines(host: Host) -> None:
    host.check("root-disk", "auto/disk", "echo 'ok|disk=1%'")
    assert host.run().code == 0
    assert str(host.folder) not in host.line("ledger", "export").out


MISBEHAVING = [
    pytest.param("echo 'DISK UNKNOWN - no such mount'; exit 3", "d says UNKNOWN: DISK UNKNOWN - no such mount",
                 "unknown", id="says-so"),
    pytest.param("check_nothing_of_the_kind", "d ended with 127, which is no exit code of a check: ", "code",
                 id="not-found"),
    pytest.param("exit 255", "d ended with 255, which is no exit code of a check.", "code", id="255"),
    pytest.param("echo 'OK|disk=1%'; kill -KILL $$", "d was ended by SIGKILL.", "signal", id="signal"),
    pytest.param("echo OK", "d gave no value: OK", "no-value", id="no-value"),
    pytest.param("echo '|disk=U'", "d gave no value.", "no-value", id="no-word"),
    pytest.param("echo 'OK|disk=1GB'", "d measures in GB, the item is read in %, and nothing is converted.", "unit",
                 id="unit"),
    pytest.param("printf '\\377\\000\\033[2J\\001|\\200=\\377'", "d gave no value: �", "no-value", id="junk"),
    pytest.param("head -c 200000 /dev/zero | tr '\\0' x; echo '|disk=1%'", "d gave no value: xxx", "no-value",
                 id="long"),
]  # fmt: skip


@pytest.mark.parametrize(("script", "reason", "why"), MISBEHAVING)
def test_what_answers_nothing_is_said_with_its_reason(host: Host, script: str, reason: str, why: str) -> None:
    host.check("d", "auto/disk", script)
    result = host.run()
    assert (result.code, result.out) == (3, "No check answered anything.\n")
    assert result.err.startswith(f"auto/disk of room-1 is not answered: {reason}")
    data = json.loads(host.run("--json").out)["data"]
    assert (data["rounds"], data["answers"]) == ([], [])
    (silent,) = data["silent"]
    assert {name: silent[name] for name in ("check", "asset", "checklist", "item", "why")} == {
        "check": "d",
        "asset": "room-1",
        "checklist": "auto",
        "item": "disk",
        "why": why,
    }
    assert host.line("inspect", "list", "--json").code == 0


def test_what_hangs_is_stopped_and_the_others_run(host: Host, stored: Callable[..., Round]) -> None:
    hanging = "trap '' TERM; while :; do sleep 60; done"
    host.check("a-hangs", "room/disk", f"({hanging}) & {hanging}", timeout="1s")
    host.check("b-runs", "room/link", "echo up")
    result = host.run()
    assert result.code == 3
    assert "room/disk of room-1 is not answered: a-hangs did not end within 1 s and was stopped.\n" in result.err
    assert list(stored().current) == ["link"]


def test_what_cannot_be_run_is_said(host: Host) -> None:
    host.check("gone", "auto/disk", "").unlink()
    host.check("shut", "auto/disk", "", asset="room-2").chmod(0o600)
    result = host.run()
    assert (result.code, result.err) == (
        3,
        "auto/disk of room-1 is not answered: gone cannot be run: No such file or directory.\n"
        "auto/disk of room-2 is not answered: shut cannot be run: Permission denied.\n",
    )


def test_a_dry_run_shows_everything_and_runs_nothing(host: Host) -> None:
    seen = host.line.home / "seen"
    place = host.check("root-disk", "auto/disk", f"touch {seen}; echo 'ok|disk=1%'")
    host.check("wrong", "auto/release", f"touch {seen}")
    before = host.line("ledger", "verify").out
    result = host.run("--dry-run")
    assert result.out == (
        f"check      item       asset   command{' ' * (len(str(place)) + 10 - 7)}\n".rstrip() + "\n"
        f"root-disk  auto/disk  room-1  {place} -w '10 %'\n"
        "\n"
        "Dry run: nothing was run.\n"
    )
    assert result.err == (
        "auto/release of room-1 is not answered:"
        " wrong cannot answer an item of the type text, only a number or a state.\n"
    )
    assert (result.code, seen.exists(), host.line("ledger", "verify").out) == (3, False, before)
    data = json.loads(host.run("--dry-run", "--json").out)["data"]
    assert data["checks"][0]["command"] == [str(place), "-w", "10 %"]
    assert host.run().code == 3
    assert seen.exists()


def test_only_what_is_asked_for_runs(host: Host) -> None:
    seen = host.line.home / "seen"
    for name, fills, asset in (
        ("a", "room/link", "room-1"),
        ("b", "auto/disk", "room-1"),
        ("c", "auto/disk", "room-2"),
    ):
        host.check(name, fills, f"echo {name} >> {seen}; echo '|disk=1%'", asset=asset)
    assert host.run("auto", "--asset", "room-2").code == 0
    assert seen.read_text() == "c\n"
    assert host.run("both").code == 0
    assert seen.read_text() == "c\nb\nc\n"
    result = host.run("room", "--asset", "room-2")
    assert (result.code, result.err) == (
        4,
        "opsctl: No check of this host fills an item of room."
        ' Write one into the host file: [checks.NAME] with fills = "CHECKLIST/ITEM"\n',
    )


def test_no_transaction_is_open_while_a_program_runs(host: Host, stored: Callable[..., Round]) -> None:
    """A check may itself write to the database: nobody waits for anybody."""
    add = f"{PROGRAM} asset add made-by-a-check --db {host.line.database} --as lead.li >&2"
    host.check("writer", "auto/disk", f"{add} && echo 'ok|disk=1%'")
    result = host.run()
    assert (result.code, result.err) == (0, "")
    assert host.line("asset", "show", "made-by-a-check").code == 0


def test_the_next_run_goes_on_with_the_open_round(host: Host, stored: Callable[..., Round]) -> None:
    host.check("uplink", "room/link", "echo up")
    assert host.run("-q").out == host.run("-q").out == f"{FIRST}\n"
    assert [(one.item, one.source.value, one.by) for one in stored().readings] == [("link", "machine", "lead.li")] * 2
    ended = host.line("inspect", "log", "room", "--asset", "room-1", "--item", "door=ok")
    assert ended.code == 0
    shown = json.loads(host.line("inspect", "show", "1", "--json").out)["data"]
    assert (shown["state"], shown["grade"], shown["flags"]) == ("done", "self-declared", [])
    assert [one["grade"] for one in shown["readings"]] == ["machine", "machine", "self-declared"]


def test_what_a_machine_fills_alone_is_evidence_of_a_machine(host: Host) -> None:
    host.check("root-disk", "auto/disk", "echo 'ok|disk=1%'")
    result = host.run("--json")
    (one,) = json.loads(result.out)["data"]["rounds"]
    assert (one["state"], one["grade"], one["flags"], one["missing"]) == ("done", "machine", [], [])
    assert one["readings"][0]["source"] == "machine"


def test_nobody_unknown_makes_a_program_run(host: Host) -> None:
    seen = host.line.home / "seen"
    host.check("root-disk", "auto/disk", f"touch {seen}; echo 'ok|disk=1%'")
    assert host.line("person", "add", "wang", "--login", "lead.li").code == 0
    result = host.run("--as", "stranger")
    assert (result.code, seen.exists()) == (5, False)


def test_a_host_file_that_others_may_write_runs_nothing(host: Host) -> None:
    seen = host.line.home / "seen"
    host.check("root-disk", "auto/disk", f"touch {seen}; echo 'ok|disk=1%'")
    host.file.chmod(0o666)
    result = host.run("--db", str(host.line.database))
    assert (result.code, seen.exists()) == (5, False)


def test_a_host_without_checks_says_where_they_are_written(host: Host) -> None:
    result = host.run()
    assert (result.code, result.out) == (4, "")
    assert result.err.startswith("opsctl: No check of this host fills an item. Write one into the host file: ")


def test_the_page_of_help_says_what_it_does(host: Host) -> None:
    page = host.run("--help").out
    assert "opsctl inspect run --dry-run" in page
    assert "recorded, but a check answered nothing" in page
