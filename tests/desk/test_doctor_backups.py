"""`opsctl doctor` on what backups need: engines, the scratch place, and each job against its policy."""

import json
import os
import shlex
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from opsctl.desk.rules import doctor_backups as rules
from tests.harness import CommandLine

BOOK = """
[rulebook]
name = "saved"
version = "1"
zone = "Asia/Shanghai"

[posts]
technical-head = "Technical head"

[backups.erp]
asset = "erp"
owner = "technical-head"
schedule = "30 1 * * *"
locations = [{ name = "local", medium = "disk" }, { name = "offsite", medium = "disk", site = "dc2" }]
retention = { daily = 7 }
encryption = ENCRYPTION
rpo = "26h"
verify = { level = "L4" }
"""
ELSEWHERE = Path("/dev/shm")


class Place:
    """A host with one backup of files, whose host file can be changed."""

    def __init__(self, line: CommandLine, folder: Path, scratch: Path) -> None:
        self.line, self.folder, self.scratch = line, folder, scratch
        self.source, self.local, self.offsite = (folder / name for name in ("source", "local", "offsite"))
        for one in (self.source, self.local, self.offsite):
            one.mkdir()
        self.job = {
            "driver": '"files"',
            "sources": f'["{self.source}"]',
            "copies": f'[{{ name = "local", to = "{self.local}" }}, {{ name = "offsite", to = "{self.offsite}" }}]',
        }
        self.host = {"scratch": f'{{ path = "{scratch}" }}'}
        self.name = "erp"

    def said(self, **job: str | None) -> Path:
        """The host file, with these keys of the job changed."""
        path = self.line.home / "config/opsctl/opsctl.toml"
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        keys = {**self.job, **job}
        lines = ["[host]", *(f"{key} = {value}" for key, value in self.host.items()), f"[backups.{self.name}]"]
        path.write_text("\n".join([*lines, *(f"{key} = {value}" for key, value in keys.items() if value), ""]))
        path.chmod(0o600)
        return path

    def rules(self, *, encryption: str = "false") -> None:
        """Put a policy of that name in force."""
        book = self.folder / "book.toml"
        book.write_text(BOOK.replace("ENCRYPTION", encryption), encoding="utf-8")
        assert self.line("asset", "add", "erp").code == 0
        assert self.line("rulebook", "apply", str(book)).code == 0

    def found(self, *arguments: str) -> dict[str, dict[str, Any]]:
        """What the doctor finds of backups, by the names of the checks."""
        done = self.line("doctor", "--json", *arguments)
        assert done.err == ""
        kinds = ("engines", "scratch", "backups")
        found = {one["name"]: one for one in json.loads(done.out)["data"]}
        return {name: one for name, one in found.items() if name.partition(".")[0] in kinds}

    def reasons(self, name: str) -> tuple[str, list[str]]:
        found = self.found()[name]
        return found["state"], found["reasons"]


@pytest.fixture
def place(run: CommandLine, tmp_path: Path) -> Iterator[Place]:
    if not ELSEWHERE.is_dir() or ELSEWHERE.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("there is no second file system here")
    scratch = ELSEWHERE / f"opsctl-doctor-{os.getpid()}"
    scratch.mkdir(mode=0o700)
    try:
        yield Place(run, tmp_path, scratch)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def needs(*programs: str) -> None:
    for name in programs:
        if shutil.which(name) is None:
            pytest.skip(f"{name} is not installed here")


def test_a_host_without_backups_has_no_rows(run: CommandLine) -> None:
    names = [one["name"] for one in json.loads(run("doctor", "--json").out)["data"]]
    assert [name for name in names if name.partition(".")[0] in ("engines", "scratch", "backups")] == []


def test_a_sound_job_needs_nothing(place: Place) -> None:
    needs("tar", "zstd")
    place.rules()
    place.said()
    found = place.found()
    assert {name: (one["state"], one["reasons"]) for name, one in found.items()} == {
        "engines.tar": ("ok", []), "engines.zstd": ("ok", []), "scratch": ("ok", []), "backups.erp": ("ok", []),
    }  # fmt: skip
    tar = shutil.which("tar") or ""
    version = subprocess.run([tar, "--version"], capture_output=True, text=True, check=True).stdout.split()[3]
    assert found["engines.tar"]["details"]["version"] == version
    assert found["engines.tar"]["details"]["jobs"] == ["erp"]
    shown = " ".join(place.line("doctor").out.split())
    assert f"engine: tar ok {version}, {tar}; needed by erp" in shown
    assert "backup: erp ok files to local" in shown


@pytest.mark.parametrize(
    ("program", "job"),
    [
        pytest.param("restic", {"repository": '"/b"', "password": '"env:X"'}, id="restic"),
        pytest.param("borg", {"repository": '"/b"'}, id="borg"),
        pytest.param("rsync", {"to": '"/b"'}, id="rsync"),
        pytest.param("pg_dump", {"to": '"/b"', "connection": '"service=erp"', "sources": None}, id="postgres"),
        pytest.param("mariadb-dump", {"to": '"/b"', "sources": None}, id="mariadb"),
    ],
)
def test_the_version_of_every_engine_is_found(place: Place, program: str, job: dict[str, str | None]) -> None:
    needs(program)
    driver = {"pg_dump": "postgres", "mariadb-dump": "mariadb"}.get(program, program)
    place.said(copies=None, **{"driver": f'"{driver}"', **job})
    found = place.found()[f"engines.{program}"]
    assert found["state"] == "ok"
    word = "version" if program == "restic" else "--version"
    told = subprocess.run([program, word], capture_output=True, text=True, check=True).stdout
    assert found["details"]["version"] in told
    assert found["details"]["version"].count(".") >= 1


def test_an_engine_that_is_not_there_is_installed_by_the_line(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    place.said(driver='"borg"', copies=None, repository='"/backup/borg"')
    found = place.found()["engines.borg"]
    assert (found["state"], found["reasons"]) == ("fail", ["not-there"])
    assert found["next"] == ["sudo apt-get install borgbackup"]
    assert "not installed; needed by erp" in " ".join(place.line("doctor").out.split())


def test_a_program_of_the_folder_that_the_job_names_comes_first(place: Place, tmp_path: Path) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    borg = programs / "borg"
    borg.write_text("#!/bin/sh\necho borg 2.0.1\n")
    borg.chmod(0o755)
    place.said(driver='"borg"', copies=None, repository='"/backup/borg"', programs=f'"{programs}"')
    details = place.found()["engines.erp/borg"]["details"]
    assert (details["program"], details["version"]) == (str(borg), "2.0.1")
    borg.write_text("#!/bin/sh\nexit 1\n")
    assert place.reasons("engines.erp/borg") == ("warn", ["silent"])


def test_a_broken_backup_is_one_row_and_the_rest_is_looked_at(place: Place) -> None:
    path = place.said(prune='"always"')
    found = place.found()
    assert list(found) == ["backups"]
    assert (found["backups"]["state"], found["backups"]["reasons"]) == ("fail", ["broken"])
    assert "backups.erp.prune cannot be 'always'" in found["backups"]["details"]["error"]["message"]
    assert shlex.split(found["backups"]["next"][0])[-1] == str(path)


def test_a_job_without_a_policy_is_told_with_the_one_that_was_meant(place: Place) -> None:
    place.rules()
    place.name = "erp-db"
    place.said()
    assert place.reasons("backups.erp-db") == ("fail", ["no-policy"])
    place.name = "er"
    place.said()
    assert "Did you mean erp?" in place.line("doctor").out


def test_copies_are_called_as_the_policy_calls_its_locations(place: Place) -> None:
    place.rules()
    place.said(copies=f'[{{ name = "local", to = "{place.local}" }}, {{ name = "vault", to = "{place.offsite}" }}]')
    found = place.found()["backups.erp"]
    assert (found["state"], found["reasons"]) == ("fail", ["no-copy", "unasked-copy"])
    assert (found["details"]["places_lacking"], found["details"]["places_unasked"]) == (["offsite"], ["vault"])


def test_what_the_policy_wants_encrypted_is_encrypted(place: Place) -> None:
    place.rules(encryption="true")
    place.said()
    assert place.reasons("backups.erp") == ("fail", ["not-encrypted"])
    place.said(encrypt='{ gpg = "0123456789ABCDEF0123456789ABCDEF01234567" }', test_on='"vault1"')
    assert place.reasons("backups.erp") == ("ok", [])


def test_without_a_database_the_rules_are_not_compared(place: Place) -> None:
    place.said()
    place.line.database.unlink()
    found = place.found()["backups.erp"]
    assert (found["state"], found["details"]["has_policy"]) == ("ok", None)
    assert "not compared with the rules" in " ".join(place.line("doctor").out.split())


def gone(place: Place) -> None:
    place.offsite.rmdir()


def linked(place: Place) -> None:
    """The place turns out to lie in the source, behind a link."""
    place.offsite.rmdir()
    (place.source / "deep").mkdir()
    place.offsite.symlink_to(place.source / "deep")


def emptied(place: Place) -> None:
    place.source.rmdir()


def hooked(place: Place) -> None:
    place.job["before"] = '[{ command = ["/nowhere/quiesce"] }]'


@pytest.mark.parametrize(
    ("break_it", "reason", "next_"),
    [
        pytest.param(gone, "place-not-there", "findmnt --target {offsite}", id="place"),
        pytest.param(linked, "backs-itself-up", None, id="link"),
        pytest.param(emptied, "source-not-there", "namei -l {source}", id="source"),
        pytest.param(hooked, "no-program", "ls -l /nowhere/quiesce", id="hook"),
    ],
)
def test_what_a_job_lacks_on_this_machine_is_told(
    place: Place, break_it: Callable[[Place], None], reason: str, next_: str | None
) -> None:
    place.rules()
    break_it(place)
    place.said()
    found = place.found()["backups.erp"]
    assert (found["state"], found["reasons"]) == ("fail", [reason])
    if next_ is not None:
        assert next_.format(offsite=place.offsite, source=place.source) in found["next"]


def test_a_secret_that_a_run_would_not_get_is_told_before_it(place: Place) -> None:
    place.rules()
    key = place.folder / "password"
    repository = {"driver": '"restic"', "password": f'"file:{key}"'}
    place.said(**repository)
    found = place.found()["backups.erp"]
    assert (found["state"], found["reasons"]) == ("fail", ["no-secret"])
    assert f"There is no file {key}" in found["details"]["secrets_refused"][0]["message"]
    key.write_text("deep-secret")
    key.chmod(0o644)
    place.said(**repository)
    assert place.reasons("backups.erp") == ("fail", ["no-secret"])
    told = place.line("doctor").out
    assert f"chmod go-rwx {key}" in told
    assert "deep-secret" not in told
    key.chmod(0o600)
    assert place.reasons("backups.erp") == ("ok", [])
    # What tells it may ask or take its time, and is not run.
    place.said(**{**repository, "password": '"command:touch /nowhere/asked"'})
    assert place.reasons("backups.erp") == ("ok", [])


def test_a_host_that_can_prove_nothing_is_told(place: Place) -> None:
    place.host = {}
    place.said()
    assert place.reasons("scratch") == ("warn", ["none"])


def test_a_scratch_place_is_made_by_the_line(place: Place) -> None:
    place.scratch.rmdir()
    place.said()
    found = place.found()["scratch"]
    assert (found["state"], found["reasons"]) == ("fail", ["not-there"])
    subprocess.run(shlex.split(found["next"][0])[1:], check=True)
    assert place.reasons("scratch") == ("ok", [])


def test_a_scratch_place_is_elsewhere_and_closed_and_has_room(place: Place) -> None:
    place.host = {"scratch": f'{{ path = "{place.folder / "scratch"}", min_free = "900PB", user = "no-such-user" }}'}
    (place.folder / "scratch").mkdir()
    (place.folder / "scratch").chmod(0o777)
    place.said()
    found = place.found()["scratch"]
    assert found["state"] == "fail"
    assert found["reasons"] == ["same-file-system", "open-to-others", "no-such-user", "little-room"]
    assert found["details"]["shared_with"] == [str(place.source)]
    assert found["details"]["min_free"] == 900 * 10**15


SOUND = {
    "path": "/s", "is_folder": True, "shared_with": [], "is_writable": True, "mode": "0700", "user_found": None,
    "free": 10, "min_free": 10, "servers_as_root": [],
}  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "reasons"),
    [
        pytest.param({}, (), id="sound"),
        pytest.param({"free": 9}, ("little-room",), id="a-byte-too-little"),
        pytest.param({"mode": "0755"}, (), id="others-may-look"),
        pytest.param({"mode": "0775"}, ("open-to-others",), id="a-group-may-write"),
        pytest.param({"mode": "1777"}, (), id="sticky"),
        pytest.param({"user_found": True}, (), id="user"),
        pytest.param({"servers_as_root": ["erp"]}, ("no-user",), id="no-server-as-root"),
        pytest.param({"is_writable": False}, ("not-writable",), id="closed-to-us"),
    ],
)
def test_a_scratch_place_is_judged_by_what_was_seen(changed: dict[str, Any], reasons: tuple[str, ...]) -> None:
    found = rules.scratch({**SOUND, **changed})
    assert (found.verdict.value, found.reasons) == ("fail" if reasons else "ok", reasons)
