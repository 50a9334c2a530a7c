"""What is told of an asset, and of a person who walked a round, that are retired: nothing open is forgotten."""

import json
from pathlib import Path

import pytest

from tests.harness import CommandLine, Result

BOOK = """
[rulebook]
name = "patrols"
version = "1"
zone = "Asia/Shanghai"
[checklists.core]
title = { en = "Core patrol" }
[[checklists.core.items]]
id = "temp"
title = { en = "Inlet temperature" }
type = "number"
[[checklists.core.items]]
id = "fans"
title = { en = "Fans" }
type = "state"
[duties.patrol]
schedule = "0 9 * * *"
owner = "role:engineer"
assets = { kind = "switch" }
evidence = { kind = "inspection.completed", checklist = "core" }
early = "2h"
grace = "2h"
"""


def ruled(run: CommandLine, folder: Path) -> CommandLine:
    """A patrol of two switches every day at nine; it is 10:00 on 5 November 2026."""
    (folder / "book.toml").write_text(BOOK)
    assert run("rulebook", "apply", str(folder / "book.toml")).code == 0
    for handle in ("sw-1", "sw-2"):
        assert run("asset", "add", handle, "--kind", "switch").code == 0
    return run


def begin(run: CommandLine, *more: str) -> None:
    assert run("inspect", "start", "core", "--asset", "sw-1", *more, stdin="24\n").code == 3


@pytest.fixture
def switches(run_on_store: CommandLine, tmp_path: Path) -> CommandLine:
    """The same on each kind of database."""
    return ruled(run_on_store, tmp_path)


def test_an_asset_with_nothing_open_goes_silently(run_on_store: CommandLine) -> None:
    run_on_store("asset", "add", "erp")
    assert run_on_store("asset", "retire", "erp") == Result("erp retired: erp\n", "", 0)


def test_what_an_asset_leaves_is_counted_with_the_command_that_shows_it(switches: CommandLine) -> None:
    run = switches
    for asset, title in (("sw-1", "fan is loud"), ("sw-1", "door"), ("sw-1", "mistyped"), ("sw-2", "dust")):
        assert run("action", "add", asset, title).code == 0
    assert run("action", "void", "3", "--because", "mistake").code == 0
    assert run("patch", "add", "sw-1", "SNMP flaw", "--also", "sw-2").code == 0
    begin(run)
    done = run("asset", "retire", "sw-1")
    assert (done.out, done.code) == ("sw-1 retired: sw-1\n", 0)
    # From the 6th on, as today's was due before; they are made up to 35 days ahead, in whole days of UTC: 9 December.
    assert done.err.splitlines() == [
        "1 round of sw-1 is open: opsctl inspect list --asset sw-1 --state open",
        "2 actions about sw-1 are left: opsctl action list --asset sw-1",
        "1 patch for sw-1 is left: opsctl patch list --asset sw-1",
        "34 rounds and other duties of sw-1 that were due afterwards are cancelled:"
        " opsctl duty due --state cancelled --asset sw-1 --since 2026-11-06 --until 2026-12-09",
    ]
    for line, count in zip(done.err.splitlines(), (1, 2, 1, 34), strict=True):
        command = line.partition(": opsctl ")[2].split()
        shown = json.loads(run(*command, "--json").out)["data"]
        assert (shown["total"] if "total" in shown else len(shown)) == count
    assert run("ledger", "verify", "--deep").code == 0


def test_what_an_asset_leaves_is_told_to_programs(switches: CommandLine) -> None:
    begin(switches)
    data = json.loads(switches("asset", "retire", "sw-1", "--json").out)["data"]
    assert (data["handle"], data["state"]) == ("sw-1", "retired")
    assert data["left"] == [{"noun": "inspect", "reference": "INS-2026-0001"}]
    assert data["cancelled"][0] == "patrol/sw-1@2026-11-06T01:00Z"


@pytest.mark.parametrize("words", [("--to", "wang"), ()], ids=["with a successor", "owning nothing"])
def test_a_round_that_the_person_walked_is_told_and_stays(
    run: CommandLine, tmp_path: Path, words: tuple[str, ...]
) -> None:
    ruled(run, tmp_path)
    run("person", "add", "wang", "--login", "lead.li")
    run("person", "add", "li")
    if words:
        run("asset", "edit", "sw-2", "--owner", "li")
    begin(run, "--as", "li")
    done = run("person", "retire", "li", *words)
    assert done.code == 0
    assert done.err == (
        "1 round of li is open, and anybody may go on with it: opsctl inspect list --state open --owner li\n"
    )
    listed = run("inspect", "list", "--state", "open", "--owner", "li", "-q")
    assert listed.out == "INS-2026-0001\n"
    assert run("inspect", "start", "core", "--asset", "sw-1", stdin="1\n\n").code == 0
