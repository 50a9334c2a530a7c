"""opsctl backup adopt: what was there before opsctl becomes runs that nobody has proven."""

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.backups.hosts import POLICY, Host
from tests.backups.making import DAY, HOUR, NIGHT
from tests.harness import CommandLine

NOW = NIGHT + 900 * DAY
"""After the snapshots that the engine dates by its own clock."""


@pytest.fixture
def said(tmp_path: Path) -> list[str]:
    """restic with a repository of its own."""
    program = shutil.which("restic")
    if program is None:
        pytest.skip("restic is not installed here")
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "a.txt").write_text("one\n", encoding="utf-8")
    word = tmp_path / "word"
    word.write_text("secret\n", encoding="utf-8")
    word.chmod(0o600)
    words = [program, "--repo", str(tmp_path / "repository"), "--password-file", str(word), "--quiet"]
    subprocess.run([*words, "init"], check=True)
    return words


@pytest.fixture
def host(run: CommandLine, tmp_path: Path, said: list[str]) -> Host:
    """A host with the policies home and other on the same repository."""
    made = Host(run, tmp_path)
    lines = ('driver = "restic"', f'repository = "{tmp_path}/repository"', f'password = "file:{tmp_path}/word"',
             f'sources = ["{tmp_path}/source"]')  # fmt: skip
    jobs = "\n".join(("[backups.home]", *lines, "[backups.other]", *lines))
    made.set_up(POLICY.format(name="home", more="") + POLICY.format(name="other", more=""), jobs)
    made.line.now = NOW
    return made


def snapshot(said: list[str], time: str, *tags: str, host: str | None = None, paths: Sequence[str] = ()) -> str:
    """The id of a snapshot that somebody made at that time: of the source, on this machine, unless said otherwise."""
    words = [word for tag in tags for word in ("--tag", tag)] + ([] if host is None else ["--host", host])
    sources = paths or [str(Path(said[2]).parent / "source")]
    subprocess.run([*said, "backup", "--time", time, *words, *sources], check=True)
    listed = subprocess.run([*said, "snapshots", "--json"], check=True, capture_output=True, text=True).stdout
    newest: dict[str, Any] = max(json.loads(listed), key=lambda one: str(one["time"]))
    return str(newest["id"])


def test_snapshots_become_runs_of_their_moment_unproven_and_only_once(host: Host, said: list[str]) -> None:
    first, second = snapshot(said, "2026-11-01 02:00:00", "theirs"), snapshot(said, "2026-11-02 02:00:00")
    dry = host("backup", "adopt", "home", "--dry-run")
    assert (dry.code, "Nothing was recorded." in dry.err) == (0, True)
    assert host.told("backup", "list")["total"] == 0
    runs = host.told("backup", "adopt", "home")["runs"]
    assert [one["reference"] for one in runs] == ["BAK-2029-0001", "BAK-2029-0002"]
    assert [one["copies"][0]["point"] for one in runs] == [first, second]
    for one in runs:
        assert (one["trigger"], one["status"], one["checks"], one["proven"]) == ("adopted", "success", [], None)
        assert one["started_at"] == one["ended_at"]
    assert [one["started_at"][:10] for one in runs] == ["2026-11-01", "2026-11-02"]
    assert host.told("backup", "adopt", "home")["runs"] == []
    assert "There is no point that no run knows of." in host("backup", "adopt", "home").err
    kinds = host.told("ledger", "list", "--kind", "backup.adopted")
    assert len(kinds if isinstance(kinds, list) else kinds["rows"]) == 2
    assert host("ledger", "verify", "--deep").code == 0


def test_what_one_policy_adopted_another_does_not(host: Host, said: list[str]) -> None:
    snapshot(said, "2026-11-01 02:00:00")
    assert len(host.told("backup", "adopt", "home")["runs"]) == 1
    assert host.told("backup", "adopt", "other")["runs"] == []


def test_points_with_the_tags_of_others_are_left_to_them(host: Host, said: list[str]) -> None:
    snapshot(said, "2026-11-01 02:00:00", "opsctl", "opsctl-policy:home", "opsctl-host:elsewhere", "opsctl-run:1")
    snapshot(said, "2026-11-01 03:00:00", "opsctl", "opsctl-policy:older", "opsctl-host:elsewhere", "opsctl-run:2")
    found = host("backup", "adopt", "home")
    assert "There is no point that no run knows of." in found.err
    (first, second) = host.told("backup", "adopt", "home")["left_out"]
    names = [f"{one['point'][:23]}… ({one['what']})" for one in (first, second)]
    assert [one["what"] for one in (first, second)] == ["home · elsewhere", "older · elsewhere"]
    assert f"2 points of other policies or hosts are left to them: {names[0]}, {names[1]}\n" in found.err


def test_what_another_machine_backed_up_is_left_out_and_named(host: Host, said: list[str]) -> None:
    for hour in range(1, 5):
        snapshot(said, f"2026-11-01 {hour:02}:00:00", host="mailserver")
    ours = snapshot(said, "2026-11-02 02:00:00")
    dry = host("backup", "adopt", "home", "--dry-run")
    found = host("backup", "adopt", "home", "--json")
    assert dry.err.count("(mailserver)") == 3
    for told in (dry.err, found.err):
        assert "4 points of other machines are left out: " in told
    data = json.loads(found.out)["data"]
    assert [one["copies"][0]["point"] for one in data["runs"]] == [ours]
    assert {(one["why"], one["what"], one["copy"]) for one in data["left_out"]} == {
        ("other-machine", "mailserver", "local")
    }


@pytest.mark.parametrize("more", [["/etc/hostname"], []], ids=["a superset", "something else"])
def test_what_is_not_exactly_the_sources_is_left_out_and_named(host: Host, said: list[str], more: list[str]) -> None:
    source = str(Path(said[2]).parent / "source")
    paths = [source, *more] if more else ["/etc/hostname"]
    snapshot(said, "2026-11-01 02:00:00", paths=paths)
    found = host("backup", "adopt", "home")
    assert "There is no point that no run knows of." not in found.out
    assert "1 point of other paths than the sources of the job is left out: " in found.err
    assert "/etc/hostname" in found.err
    assert host.told("backup", "list")["total"] == 0


def test_the_machine_is_known_by_its_own_name_and_that_of_the_host_file_with_and_without_its_domain(
    host: Host, said: list[str]
) -> None:
    host.say("[host]\nname = 'vault1.dc1.example'\n" + host.written.read_text(encoding="utf-8"))
    names = (os.uname().nodename, "vault1", "VAULT1.dc1.example", "vault1.dc2.example")
    made = [snapshot(said, f"2026-11-01 0{hour}:00:00", host=name) for hour, name in enumerate(names)]
    data = host.told("backup", "adopt", "home")
    assert [one["copies"][0]["point"] for one in data["runs"]] == made[:3]
    assert [one["what"] for one in data["left_out"]] == ["vault1.dc2.example"]


def test_archives_of_borg_tell_their_machine_and_their_paths(run: CommandLine, tmp_path: Path) -> None:
    program = shutil.which("borg")
    if program is None:
        pytest.skip("borg is not installed here")
    source, repository = tmp_path / "source", tmp_path / "repository"
    source.mkdir()
    (source / "a.txt").write_text("one\n", encoding="utf-8")
    environment = {**os.environ, "HOME": str(tmp_path), "BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK": "yes"}

    def borg(*words: str) -> None:
        subprocess.run([program, *words], check=True, capture_output=True, env=environment)

    borg("init", "--encryption", "none", str(repository))
    borg("create", f"{repository}::ours", f"{source}/", "--stats")
    borg("create", f"{repository}::other", "/etc/hostname")
    borg("create", f"{repository}::doubtful", str(source), "--exclude", "/etc/hostname")
    host = Host(run, tmp_path)
    host.set_up(
        POLICY.format(name="home", more=""),
        f'[backups.home]\ndriver = "borg"\nrepository = "{repository}"\nsources = ["{source}"]\n',
    )
    data = host.told("backup", "adopt", "home", at=NOW)
    assert [one["copies"][0]["point"] for one in data["runs"]] == ["ours"]
    assert {(one["point"], one["why"], one.get("what")) for one in data["left_out"]} == {
        ("other", "other-paths", "/etc/hostname"), ("doubtful", "other-paths", None),
    }  # fmt: skip


def test_a_run_whose_record_was_lost_is_adopted_with_its_own_tags(host: Host, said: list[str], tmp_path: Path) -> None:
    host.back_up("home", 0)
    before = host.told("backup", "list")["runs"][0]
    other = tmp_path / "anew.db"
    assert host("init", "--db", f"sqlite:///{other}", "--tz", "Asia/Shanghai", "--no-input").code == 0
    anew = Host(CommandLine(tmp_path, NOW, ("--db", f"sqlite:///{other}")), tmp_path)
    assert anew("asset", "add", "erp").code == 0
    assert anew("rulebook", "apply", str(tmp_path / "om.toml")).code == 0
    adopted = anew.told("backup", "adopt", "home")["runs"]
    assert [(one["request"], one["copies"][0]["point"]) for one in adopted] == [
        (before["request"], before["copies"][0]["point"])
    ]


def test_an_adopted_point_counts_for_the_rpo_once_somebody_looked_at_it(host: Host, said: list[str]) -> None:
    for day in range(1, 5):
        snapshot(said, f"2026-11-{day:02} 01:00:00", "theirs")
    newest = host.told("backup", "adopt", "home")["runs"][-1]["reference"]
    found = host.told("backup", "status", "home")["policies"][0]
    assert (found["newest"], found["rpo_met"], len(found["adopted_unseen"])) == (None, False, 4)
    assert next(one["breach"] for one in found["breaches"]) == "never-backed-up"
    assert found["failed_since"] == []
    shown = host("backup", "status", "home").out
    assert f"home: 4 points are adopted, not looked at, and do not count yet: opsctl backup verify {newest}" in shown
    assert "adopted, not looked at" in host("backup", "show", newest).out

    # That it is listed says nothing of what is in it.
    assert host("backup", "verify", newest, "--level", "L0").code == 0
    assert host.told("backup", "status", "home")["policies"][0]["newest"] is None
    assert host("backup", "verify", "home", "--level", "L2").code == 0
    found = host.told("backup", "status", "home")["policies"][0]
    assert found["newest"]["run"] == newest
    assert found["newest"]["at"].startswith("2026-11-04")
    assert (found["is_proven"], found["proof"], len(found["adopted_unseen"])) == (False, None, 3)
    assert "adopted, not looked at" not in host("backup", "show", newest).out


def test_what_was_adopted_and_not_looked_at_is_restored_and_tested_only_by_its_reference(
    host: Host, said: list[str], scratch: Path, tmp_path: Path
) -> None:
    host.say(f"[host]\nscratch = {{ path = '{scratch}' }}\n" + host.written.read_text(encoding="utf-8"))
    snapshot(said, "2026-11-01 02:00:00")
    reference = host.told("backup", "adopt", "home")["runs"][0]["reference"]
    refused = host("backup", "restore", "home", "--into", str(tmp_path / "into"))
    assert (refused.code, f"opsctl backup verify {reference}" in refused.err) == (4, True)
    for point in ("latest", "random"):
        untested = host("backup", "restore-test", "home", "--run", point)
        assert (untested.code, f"--run {reference}" in untested.err) == (4, True)
    assert host("backup", "restore", reference, "--into", str(tmp_path / "into")).code == 0
    tested = host("backup", "restore-test", "home", "--run", reference)
    assert tested.code == 0, tested.out + tested.err
    # A restore test is a look at it, too.
    assert host("backup", "restore-test", "home").code == 0
    assert host("backup", "restore", "home", "--into", str(tmp_path / "again")).code == 0


def test_an_adopted_point_is_never_pruned(host: Host, said: list[str]) -> None:
    for day in range(1, 5):
        snapshot(said, f"2026-11-{day:02} 01:00:00", "theirs")
    assert len(host.told("backup", "adopt", "home")["runs"]) == 4
    host.back_up("home", 0)
    points = host.told("backup", "prune", "home", at=NOW + HOUR)["places"][0]["points"]
    assert sorted((one["fate"], *one["why"]) for one in points) == [
        ("keep", "last"), *[("not-ours", "not-tagged")] * 4,
    ]  # fmt: skip


def test_a_place_that_cannot_be_asked_is_said(host: Host, tmp_path: Path) -> None:
    (tmp_path / "repository").rename(tmp_path / "away")
    found = host("backup", "adopt", "home")
    assert found.code == 3
    assert "The place local could not be asked for its points: " in found.out
