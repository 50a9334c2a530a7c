"""What could not be told to the database: it waits on this host, and the next command that reaches it tells it."""

import json
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from opsctl.backups.jobs.state import State
from opsctl.backups.rules.wire import to_json
from opsctl.backups.terms import Level
from tests.backups import making
from tests.backups.hosts import POLICY, Host
from tests.backups.making import DAY, HOUR, NIGHT
from tests.harness import CommandLine

NOW = NIGHT + 8 * HOUR
WAITS = "The result waits on this host.\n"
TOLD = "1 result that waited is recorded.\n"


def needs(program: str) -> str:
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"{program} is not installed here")
    return found


class Outage:
    """Takes the database away at a certain moment: while a program runs that the host file names."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self.away = host.line.database.with_suffix(".away")

    def command(self) -> str:
        return f"/bin/mv {self.host.line.database} {self.away}"

    def program(self, name: str, when: str = "true") -> Path:
        """A folder with that program, which does what it always does once the database is gone."""
        folder = self.host.home / "programs"
        folder.mkdir(exist_ok=True)
        script = f"#!/bin/sh\nif {when}; then {self.command()}; fi\nexec {needs(name)} \"$@\"\n"
        (folder / name).write_text(script, encoding="utf-8")
        (folder / name).chmod(0o755)
        return folder

    def end(self) -> None:
        self.away.rename(self.host.line.database)


@pytest.fixture
def host(run: CommandLine, tmp_path: Path) -> Host:
    """A host with the policy docs, of files in a folder, of which nothing was backed up yet."""
    needs("zstd")
    for name in ("source", "local"):
        (tmp_path / name).mkdir()
    (tmp_path / "source" / "a.txt").write_text("one\n", encoding="utf-8")
    made = Host(run, tmp_path)
    made.set_up(POLICY.format(name="docs", more=""), job(made))
    return made


def job(host: Host, *more: str, top: str = "", driver: str = "files") -> str:
    lines = (top, "[backups.docs]", f'driver = "{driver}"', f'sources = ["{host.home}/source"]',
             f'to = "{host.home}/local"', *more)  # fmt: skip
    return "\n".join(lines) + "\n"


def waiting(host: Host) -> list[Path]:
    return sorted(host.home.glob("state/opsctl/backups/*/waiting/*.json"))


def kinds(host: Host) -> list[str]:
    rows = host.told("ledger", "list", "--limit", "0")
    return [one["kind"] for one in (rows if isinstance(rows, list) else rows["rows"])]


def test_checks_wait_and_are_recorded_by_the_next_look(host: Host) -> None:
    host.back_up("docs", 0)
    outage = Outage(host)
    host.say(job(host, f'programs = "{outage.program("zstd")}"'))
    looked = host("backup", "verify", "docs", at=NOW)
    assert looked.code == 0
    assert WAITS in looked.err
    outage.end()
    host.say(job(host))
    again = host("backup", "verify", "docs", "--level", "L0", at=NOW + HOUR)
    assert (again.code, TOLD in again.err) == (0, True)
    levels = [one["level"] for one in host.told("backup", "show", "1")["checks"]]
    assert levels == ["L0", "L1", "L0", "L2", "L0"], "of the run, of the look that waited, and of the last one"
    assert waiting(host) == []
    assert host("ledger", "verify", "--deep").code == 0


def is_waited_for(lock: Path) -> bool:
    """Whether somebody waits for that lock, as the kernel tells it."""
    number = f":{lock.stat().st_ino} "
    return any(" -> " in line and number in line for line in Path("/proc/locks").read_text().splitlines())


@pytest.mark.skipif(not Path("/proc/locks").exists(), reason="this system does not tell who waits for a lock")
def test_of_two_commands_at_once_only_one_tells_what_waits(host: Host) -> None:
    host.back_up("docs", 0)
    state = State(host.home / "state", f"sqlite:///{host.line.database}")
    looked = making.check("local", Level.L2, NOW)
    record = "opsctl.backups.service.recording:record_checks"
    state.wait(record, "x", {"run": "BAK-2026-0001", "checks": [to_json(looked)]})
    held, over = threading.Event(), threading.Event()

    def tell_first() -> None:
        """What another command does that has told the database already, and still has to take the result away."""
        with state.telling():
            held.set()
            while not over.is_set() and not is_waited_for(state.folder / "waiting" / ".lock"):
                over.wait(0.01)
            for one in waiting(host):
                one.unlink()

    other = threading.Thread(target=tell_first)
    other.start()
    held.wait()
    found = host("backup", "verify", "docs", "--level", "L0", at=NOW)
    over.set()
    other.join()
    assert (found.code, found.err) == (0, "")
    assert [one["level"] for one in host.told("backup", "show", "1")["checks"]] == ["L0", "L1", "L0"]


@pytest.fixture
def scratch(tmp_path: Path) -> Iterator[Path]:
    """A scratch place on another file system than the sources."""
    shared = Path("/dev/shm")
    if not shared.is_dir() or shared.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("there is no second file system here")
    folder = shared / f"opsctl-waiting-{tmp_path.name}"
    folder.mkdir()
    yield folder
    shutil.rmtree(folder)


def test_a_restore_test_waits_and_is_recorded_by_the_next_run(host: Host, scratch: Path) -> None:
    host.back_up("docs", 0)
    outage = Outage(host)
    top = f'[host]\nscratch = {{ path = "{scratch}", min_free = "1MB" }}\n'
    words = json.dumps(outage.command().split())
    host.say(job(host, f"assert = [{{ command = {words} }}]", top=top))
    tested = host("backup", "restore-test", "docs", at=NOW)
    assert tested.code == 0, tested.err
    assert WAITS in tested.err
    assert "It waits on this host until the database is there." in tested.out
    outage.end()
    ran = host("backup", "run", "docs", at=NOW + DAY)
    assert (ran.code, TOLD in ran.err) == (0, True)
    tests = host.told("backup", "show", "1")["tests"]
    assert [(one["reference"], one["verdict"]) for one in tests] == [("RST-2026-0001", "pass")]
    assert waiting(host) == []
    assert host("ledger", "verify", "--deep").code == 0


def test_what_was_pruned_is_recorded_later_with_the_moment_at_which_it_went(host: Host) -> None:
    restic = needs("restic")
    repository = host.home / "repository"
    key = host.home / "password"
    key.write_text("correct horse\n", encoding="utf-8")
    key.chmod(0o600)
    made = [restic, "init", "--repo", str(repository), "--password-file", str(key)]
    subprocess.run(made, check=True, capture_output=True)
    usual = job(host, f'password = "file:{key}"', driver="restic")
    usual = usual.replace(f'to = "{host.home}/local', f'repository = "{repository}')
    host.say(usual)
    host.back_up("docs", 2, 1, 0)
    outage = Outage(host)
    when = f"test -f {host.line.database}" + ' && case "$*" in *" forget "*) true;; *) false;; esac'
    host.say(usual + f'programs = "{outage.program("restic", when)}"\n')
    pruned = host("backup", "prune", "docs", at=NOW)
    assert pruned.code == 0, pruned.err
    assert WAITS in pruned.err
    outage.end()
    host.say(usual)
    assert host.told("backup", "show", "1")["copies"][0].get("pruned_at") is None
    again = host("backup", "prune", "docs", at=NOW + DAY)
    assert (again.code, TOLD in again.err) == (0, True)
    assert host.told("backup", "show", "1")["copies"][0]["pruned_at"] == "2026-11-05T01:30:00+00:00"
    assert kinds(host).count("backup.pruned") == 1
    assert host("ledger", "verify", "--deep").code == 0


@pytest.mark.parametrize(
    "said",
    [
        {"use_case": "os:remove", "arguments": {"path": "a"}},
        {"use_case": "record", "arguments": {"run": {}}},
        {"use_case": "opsctl.backups.service.recording:record", "arguments": {"run": {}}},
        {"use_case": "opsctl.backups.service.recording:record", "arguments": ["run"]},
        {"use_case": "opsctl.backups.service.recording:record_checks", "arguments": {"run": "BAK-1", "checks": []}},
        {"use_case": "opsctl.backups.service.pruning:record_pruned", "arguments": {"pruned": 5}},
        {"use_case": "opsctl.backups.service.pruning:record_pruned", "arguments": {"pruned": {}, "session": 1}},
        {"use_case": "opsctl.backups.service.pruning:record_pruned", "arguments": {"pruned": {}, "pruned_at": "soon"}},
    ],
    ids=lambda said: f"{said['use_case'].rpartition(':')[2]}-{said['arguments']}"[:60],
)
def test_what_opsctl_did_not_write_is_never_run_and_stays(host: Host, said: object) -> None:
    host.back_up("docs", 0)
    (folder,) = host.home.glob("state/opsctl/backups/*/waiting")
    path = folder / "20261105T000000000000-x.json"
    path.write_text(json.dumps(said), encoding="utf-8")
    before = kinds(host)
    found = host("backup", "verify", "docs", "--level", "L0", at=NOW)
    assert found.code == 0
    assert f"{path} cannot be recorded: " in found.err
    assert path.exists()
    assert kinds(host).count("backup.checked") == before.count("backup.checked") + 1
