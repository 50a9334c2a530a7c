"""opsctl backup prune: only what opsctl made on this host for this policy, and only what nothing keeps."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from opsctl.backups.jobs.state import State
from tests.backups.hosts import POLICY, Host
from tests.backups.making import DAY, HOUR, NIGHT
from tests.harness import CommandLine

NOW = NIGHT + 8 * HOUR


def needs(program: str) -> str:
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"{program} is not installed here")
    return found


@pytest.fixture
def host(run: CommandLine, tmp_path: Path) -> Host:
    """A host with the policy docs: the last two are kept, of files in a folder."""
    needs("zstd")
    for name in ("source", "local"):
        (tmp_path / name).mkdir()
    (tmp_path / "source" / "a.txt").write_text("one\n", encoding="utf-8")
    made = Host(run, tmp_path)
    made.set_up(POLICY.format(name="docs", more=""), job(made))
    return made


@pytest.fixture
def scratch(tmp_path: Path) -> Iterator[Path]:
    """A folder on another file system than the sources."""
    shared = Path("/dev/shm")
    if not shared.is_dir() or shared.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("there is no second file system here")
    folder = Path(tempfile.mkdtemp(prefix="opsctl-scratch-", dir=shared))
    yield folder
    shutil.rmtree(folder)


def job(host: Host, *, top: str = "", more: str = "") -> str:
    lines = (top, "[backups.docs]", 'driver = "files"', f'sources = ["{host.home}/source"]',
             f'to = "{host.home}/local"', more)  # fmt: skip
    return "\n".join(lines) + "\n"


def artefacts(host: Host) -> list[str]:
    """The nights whose artefacts lie there, as their names tell them."""
    return sorted(path.name.split(".")[2][:8] for path in (host.home / "local").glob("docs.*.tar.zst"))


def decided(host: Host, *words: str) -> dict[str, tuple[str, list[str]]]:
    """What becomes of each point and why, by its run; of the only place."""
    points = host.told("backup", "prune", "docs", *words, at=NOW)["places"][0]["points"]
    return {one["run"] or one["point"]: (one["fate"], one["why"]) for one in points}


def test_what_no_rule_keeps_is_deleted_with_its_manifest_and_recorded(host: Host) -> None:
    host.back_up("docs", 4, 3, 2, 1, 0)
    expected = {
        "BAK-2026-0005": ("keep", ["last"]), "BAK-2026-0004": ("keep", ["last"]),
        "BAK-2026-0003": ("delete", ["not-asked-for"]), "BAK-2026-0002": ("delete", ["not-asked-for"]),
        "BAK-2026-0001": ("delete", ["not-asked-for"]),
    }  # fmt: skip
    before = sorted((host.home / "local").iterdir())
    assert decided(host, "--dry-run") == expected
    assert sorted((host.home / "local").iterdir()) == before, "a dry run deletes nothing"
    assert len(artefacts(host)) == 5
    assert decided(host) == expected
    assert artefacts(host) == ["20261103", "20261104"]
    left = {path.name.partition(".manifest")[0].partition(".tar")[0] for path in (host.home / "local").iterdir()}
    assert len(left) == 2, "nothing of the others is left beside"
    gone = host.told("backup", "show", "3")
    assert gone["copies"][0]["pruned_at"] == "2026-11-05T01:30:00+00:00"
    rows = host.told("ledger", "list", "--kind", "backup.pruned")
    assert len(rows if isinstance(rows, list) else rows["rows"]) == 3
    assert host("ledger", "verify", "--deep").code == 0
    again = host("backup", "prune", "docs")
    assert (again.code, "keep 2 · delete 0" in again.out) == (0, True)


def test_a_dry_run_says_nothing_was_deleted_and_lists_every_group(host: Host) -> None:
    host.back_up("docs", 4, 3, 2, 1, 0)
    assert host("backup", "pin", "1", "--reason", "before the move").code == 0
    host.say(job(host, top="[host]\nkeep_at_least = { days = 3, proven = 1 }"))
    found = host("backup", "prune", "docs", "--dry-run", at=NOW)
    # The run of two nights ago is 2 days and 8 hours old, so this host holds it.
    assert "keep 4 · delete 1 · not ours 0 · pinned 1 · held 1\n" in found.out
    told = "The rulebook wants less than this host keeps at least (3 d, 1 proven): 1 point is held."
    assert found.err.count(told) == 1
    assert found.err.endswith("Nothing was deleted.\n")


def test_the_newest_proven_point_and_those_of_an_open_incident_stay(host: Host, scratch: Path) -> None:
    host.say(job(host, top=f'[host]\nscratch = {{ path = "{scratch}", min_free = "1MB" }}'))
    host.back_up("docs", 5)
    tested = host("backup", "restore-test", "docs", at=NIGHT - 5 * DAY + HOUR)
    assert tested.code == 0, tested.out + tested.err
    host.back_up("docs", 4, 3, 2, 1, 0)
    assert decided(host, "--dry-run")["BAK-2026-0001"] == ("keep", ["newest-proven"])
    assert host("open", "erp", "answers 502", at=NIGHT - 3 * DAY + HOUR).code == 0
    found = decided(host, "--dry-run")
    assert found["BAK-2026-0001"] == ("keep", ["incident", "newest-proven"])
    assert found["BAK-2026-0002"] == ("delete", ["not-asked-for"])


def test_a_host_of_another_name_deletes_nothing_of_ours(host: Host) -> None:
    host.back_up("docs", 3, 2, 1)
    host.say(job(host, top='[host]\nname = "another"'))
    found = decided(host)
    assert {fate for fate, _why in found.values()} == {"not-ours"}
    assert len(artefacts(host)) == 3


def test_prune_off_refuses_and_a_dry_run_may_look(host: Host) -> None:
    host.back_up("docs", 3, 2, 1, 0)
    host.say(job(host, more='prune = "off"'))
    found = host("backup", "prune", "docs", at=NOW)
    assert (found.code, found.out) == (5, "")
    assert "The host file lets nothing of docs be pruned." in found.err
    assert len(artefacts(host)) == 4
    assert host("backup", "prune", "docs", "--dry-run").code == 0


def test_nothing_is_pruned_while_the_policy_is_backed_up(host: Host) -> None:
    host.back_up("docs", 3, 2, 1, 0)
    address = host.line.database
    with State(host.home / "state", f"sqlite:///{address}").locked("docs") as is_ours:
        assert is_ours
        found = host("backup", "prune", "docs", at=NOW)
    assert (found.code, "docs is being backed up, or pruned, on this host." in found.err) == (6, True)
    assert len(artefacts(host)) == 4


def test_an_automatic_prune_follows_a_good_run(host: Host) -> None:
    host.say(job(host, more='prune = "auto"'))
    host.back_up("docs", 3, 2, 1, 0)
    assert artefacts(host) == ["20261103", "20261104"]


def test_a_place_that_is_away_is_said_and_nothing_is_recorded_as_gone(host: Host) -> None:
    host.back_up("docs", 3, 2, 1, 0)
    (host.home / "local").rename(host.home / "away")
    found = host("backup", "prune", "docs", at=NOW)
    assert found.code == 3
    assert "The place local could not be asked for its points: " in found.out
    (host.home / "away").rename(host.home / "local")
    assert all(one["copies"][0].get("pruned_at") is None for one in host.told("backup", "list")["runs"])


def test_what_somebody_else_put_there_is_left_alone(host: Host) -> None:
    host.back_up("docs", 3, 2, 1, 0)
    strange = [host.home / "local" / name for name in ("notes.txt", "docs.other.20200101T000000Z.11111111.tar.zst")]
    for path in strange:
        path.write_text("mine", encoding="utf-8")
    assert host("backup", "prune", "docs", at=NOW).code == 0
    assert all(path.read_text(encoding="utf-8") == "mine" for path in strange)


def test_a_policy_or_job_that_is_unknown_is_said(host: Host) -> None:
    assert host("backup", "prune", "dosc").code == 4
    host.rule(POLICY.format(name="other", more=""), version="2")
    found = host("backup", "prune", "docs")
    assert (found.code, "There is no backup policy docs." in found.err) == (4, True)


def test_an_engine_that_cannot_free_the_space_of_what_it_deleted_is_told(run: CommandLine, tmp_path: Path) -> None:
    borg_here = needs("borg")
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "a.txt").write_text("one\n", encoding="utf-8")
    repository = tmp_path / "repository"
    made = [borg_here, "init", "--encryption", "none", str(repository)]
    subprocess.run(made, check=True, env={**os.environ, "HOME": str(tmp_path)})
    lines = ("[backups.docs]", 'driver = "borg"', f'repository = "{repository}"', f'sources = ["{tmp_path}/source"]')
    host = Host(run, tmp_path)
    host.set_up(POLICY.format(name="docs", more=""), "\n".join(lines))
    host.back_up("docs", 4, 3, 2, 1)
    (tmp_path / "programs").mkdir()
    borg = tmp_path / "programs" / "borg"
    borg.write_text(f'#!/bin/sh\n[ "$1" = compact ] && exit 2\nexec {borg_here} "$@"\n', encoding="utf-8")
    borg.chmod(0o755)
    failing = f'programs = "{borg.parent}"'

    host.say("\n".join((*lines, failing)))
    found = host("backup", "prune", "docs", at=NOW)
    assert (found.code, "keep 2 · delete 2" in found.out) == (3, True)
    told = "The points are gone from local, and their space is still taken: borg ended with 2\n"
    assert found.err == told
    assert [len(host.told("backup", "show", str(number))["copies"][0].get("pruned_at", "")) > 0 for number in (1, 2, 3)
            ] == [True, True, False]  # fmt: skip
    assert host.told("backup", "prune", "docs")["unfreed"] == {}, "nothing is left to be deleted"

    host.say("\n".join((*lines, failing, 'prune = "auto"')))
    ran = host("backup", "run", "docs", at=NIGHT + DAY)
    assert (ran.code, f"docs: {told}docs: 1 point was pruned.\n" in ran.err) == (0, True)


def test_a_shared_repository_keeps_what_others_put_into_it(run: CommandLine, tmp_path: Path) -> None:
    needs("restic")
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "a.txt").write_text("one\n", encoding="utf-8")
    word = tmp_path / "word"
    word.write_text("secret\n", encoding="utf-8")
    word.chmod(0o600)
    repository = tmp_path / "repository"
    said = ["restic", "--repo", str(repository), "--password-file", str(word), "--quiet"]
    subprocess.run([*said, "init"], check=True)
    lines = ("[backups.home]", 'driver = "restic"', f'repository = "{repository}"', f'password = "file:{word}"',
             f'sources = ["{tmp_path}/source"]')  # fmt: skip
    host = Host(run, tmp_path)
    host.set_up(POLICY.format(name="home", more=""), "\n".join(lines))
    subprocess.run([*said, "backup", "--tag", "theirs", str(tmp_path / "source")], check=True)
    host.back_up("home", 3, 2, 1, 0)
    host.say("\n".join(('[host]\nname = "another"', *lines)))
    host.back_up("home", 5, 4)
    assert host("backup", "prune", "home", at=NOW).code == 0
    host.say("\n".join(lines))
    found = host.told("backup", "prune", "home", at=NOW)["places"][0]["points"]
    assert sorted((one["fate"], *one["why"]) for one in found) == [
        ("delete", "not-asked-for"), ("delete", "not-asked-for"), ("keep", "last"), ("keep", "last"),
        ("not-ours", "not-tagged"), ("not-ours", "other-host"), ("not-ours", "other-host"),
    ]  # fmt: skip
    listed = subprocess.run([*said, "snapshots", "--json"], check=True, capture_output=True, text=True).stdout
    assert listed.count('"short_id"') == 5
