"""A restore test restores into a scratch place of its own, measures, says what it found, and leaves nothing behind."""

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import textwrap
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from opsctl.backups.jobs import shell, testing
from opsctl.backups.jobs.scratch import PREFIX, NoScratch, clear_leftovers, scratch_folder
from opsctl.backups.rules.sizes import size_text
from opsctl.backups.terms import Level, Verdict
from opsctl.cli.hostfile.jobs import Assertion, Encryption, Host, Job, Place, Scratch, Secret
from opsctl.core.errors import NotFound
from tests.backups.drivers.folders import needs
from tests.backups.proving import HOST, NOW, Desk, backed_up


def test_a_good_copy_passes_and_every_step_is_measured(desk: Desk) -> None:
    found = desk.test()
    assert (found.verdict, found.level, found.reason) == (Verdict.PASS, Level.L5, None)
    assert (found.run, found.copy, found.host, found.person) == ("BAK-2026-0001", "local", HOST, "dba.wu")
    names = [step.name for step in found.steps]
    assert "restore" in names
    assert names[-1] == "compare"
    # The clock goes on by a second whenever it is asked: once where a step begins and once where it ends.
    assert {step.seconds for step in found.steps} == {1}
    assert found.seconds is not None
    assert sum(step.seconds for step in found.steps) < found.seconds
    assert found.ended_at >= found.started_at == NOW


def test_commands_are_as_one_would_type_them_with_the_scratch_folder_left_open(desk: Desk) -> None:
    commands = desk.test().commands
    assert any("tar" in command and shell.SCRATCH in command for command in commands)
    assert not any(str(desk.scratch) in command for command in commands)


def test_an_assertion_that_fails_differs_and_is_the_reason(desk: Desk) -> None:
    name = f"{desk.job.sources[0][1:]}/readme.txt"
    desk.job = desk.job._replace(asserts=(Assertion("file", ask=name, expect=">= 11"),))
    found = desk.test()
    assert (found.verdict, found.level) == (Verdict.DIFFERS, Level.L5)
    assert found.reason == f"{name}: expected >= 11, found 10"


def test_a_probe_of_an_application_proves_the_highest_level(desk: Desk) -> None:
    command = ("grep", "-q", "as it was", f"{{root}}{desk.job.sources[0]}/readme.txt")
    desk.job = desk.job._replace(asserts=(Assertion("command", command=command),))
    assert desk.test().level is Level.L6


def test_a_damaged_copy_differs(desk: Desk) -> None:
    path = Path(desk.job.places[0].to, desk.run.copies[0].point or "")
    os.truncate(path, path.stat().st_size // 2)
    found = desk.test()
    assert (found.verdict, found.level, found.seconds) == (Verdict.DIFFERS, Level.L5, None)
    assert found.reason


def test_a_program_that_cannot_be_run_says_nothing_of_the_backup(desk: Desk) -> None:
    desk.job = desk.job._replace(asserts=(Assertion("command", command=("no-such-program-of-anybody",)),))
    found = desk.test()
    assert (found.verdict, found.level, found.seconds) == (Verdict.COULD_NOT_RUN, None, None)


def test_without_the_key_it_could_not_run(desk: Desk, tmp_path: Path) -> None:
    made = subprocess.run([needs("age-keygen")], check=True, capture_output=True, text=True)
    (tmp_path / "age.pub").write_text(made.stderr.rpartition(" ")[2])
    desk.job = desk.job._replace(encryption=Encryption("age", str(tmp_path / "age.pub"), None, "vault1"))
    desk.run = backed_up(desk.job)
    found = desk.test()
    assert found.verdict is Verdict.COULD_NOT_RUN
    assert found.reason == "this host cannot decrypt it; vault1 can"


def test_without_a_scratch_place_it_could_not_run(desk: Desk) -> None:
    found = desk.test(host=Host({desk.job.name: desk.job}))
    assert found.verdict is Verdict.COULD_NOT_RUN
    assert found.reason == "the host file names no scratch place: [host] scratch"


def test_without_its_engine_it_could_not_run(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    found = desk.test()
    told = "tar is not installed. Install it from the system's packages: tar"
    assert (found.verdict, found.reason) == (Verdict.COULD_NOT_RUN, told)


def test_the_one_program_that_is_missing_is_named(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "some").mkdir()
    (tmp_path / "some" / "tar").symlink_to(needs("tar"))
    monkeypatch.setenv("PATH", str(tmp_path / "some"))
    told = "zstd is not installed. Install it from the system's packages: zstd"
    assert desk.test().reason == told


def test_without_the_file_of_the_key_it_could_not_run_and_the_next_step_is_said(desk: Desk, tmp_path: Path) -> None:
    made = subprocess.run([needs("age-keygen")], check=True, capture_output=True, text=True)
    (tmp_path / "age.pub").write_text(made.stderr.rpartition(" ")[2])
    key = Secret("file", str(tmp_path / "age.key"))
    desk.job = desk.job._replace(encryption=Encryption("age", str(tmp_path / "age.pub"), key, None))
    desk.run = backed_up(desk.job)
    found = desk.test()
    assert found.verdict is Verdict.COULD_NOT_RUN
    assert found.reason == (
        f"There is no file {key.value}, which holds a secret."
        f" Make it, readable by its owner alone: install -m 600 /dev/null {key.value}"
    )


def test_a_file_that_the_source_never_had_says_nothing_of_the_backup(desk: Desk) -> None:
    good = Assertion("file", ask=f"{desk.job.sources[0]}/readme.txt", expect=">= 10")
    for expect in (None, "manifest", ">= 10", "0" * 64):
        typo = Assertion("file", ask=f"{desk.job.sources[0]}/raedme.txt", expect=expect)
        desk.job = desk.job._replace(asserts=(good, typo))
        found = desk.test()
        assert (found.verdict, found.level) == (Verdict.COULD_NOT_RUN, None)
        assert [one.verdict for one in found.assertions] == [Verdict.PASS, Verdict.PASS, Verdict.COULD_NOT_RUN]
        told = "the source had no such file when it was backed up"
        assert found.reason == f"{typo.ask} ({told}): could not be asked"


def test_a_file_that_the_source_had_and_the_copy_has_not_differs(desk: Desk) -> None:
    name = f"{desk.job.sources[0]}/readme.txt"
    desk.job = desk.job._replace(exclude=("readme.txt",), asserts=(Assertion("file", ask=name),))
    desk.run = replace(backed_up(desk.job), manifest=json.dumps({"sha256": {name: "0" * 64}}))
    found = desk.test()
    assert (found.verdict, found.reason) == (
        Verdict.DIFFERS, f"{name}: expected there, found no such file in the copy"
    )  # fmt: skip


def test_what_was_compared_is_counted_in_words(desk: Desk) -> None:
    # The folder itself and two files.
    assert desk.test().assertions[0].found == "compared: 3 files and folders, none differs"


def test_what_is_not_on_this_host_is_not_found(desk: Desk) -> None:
    with pytest.raises(NotFound, match="BAK-2026-0009"):
        desk.test(point="BAK-2026-0009")
    with pytest.raises(NotFound, match="no good copy"):
        desk.test(copy="offsite")


def test_an_interruption_cleans_up_and_says_so(desk: Desk) -> None:
    def struck(_line: str) -> float:
        raise KeyboardInterrupt

    times = iter(range(10**6))

    def clock() -> float:
        now = next(times)
        return struck("") if now == 4 else now

    with pytest.raises(testing.Interrupted) as stopped:
        desk.test(clock=clock)
    assert isinstance(stopped.value, KeyboardInterrupt)
    found = stopped.value.test
    assert (found.verdict, found.reason) == (Verdict.COULD_NOT_RUN, "it was interrupted")
    assert list(desk.scratch.iterdir()) == []


def refusal(desk: Desk, size: int = 0, **scratch: Any) -> str:
    """Why nothing can be restored there."""
    with pytest.raises(NoScratch) as refused:
        taken(desk, size, **scratch)
    return refused.value.reason


def taken(desk: Desk, size: int = 0, **scratch: Any) -> None:
    with scratch_folder(
        desk.host(**scratch), desk.job, name=HOST, now=NOW, size=size, tell=desk.said.append
    ) as folder:
        assert list(folder.iterdir()) == []
        assert folder.parent.parent == desk.scratch
        assert [path.stat().st_mode & 0o777 for path in (folder, folder.parent)] == [0o700, 0o700]


def test_the_folder_is_empty_and_ours_alone(desk: Desk) -> None:
    taken(desk)
    assert list(desk.scratch.iterdir()) == []


def test_a_scratch_place_that_is_missing_is_made(desk: Desk) -> None:
    desk.scratch.rmdir()
    taken(desk)
    assert desk.scratch.stat().st_mode & 0o777 == 0o700


def test_the_file_system_of_a_source_is_refused(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "scratch").mkdir(mode=0o700)
    assert "is on the file system of the source" in refusal(desk, path=str(tmp_path / "scratch"))


def test_a_link_is_refused(desk: Desk) -> None:
    link = desk.scratch / "link"
    link.symlink_to("/tmp")
    assert "is a symbolic link" in refusal(desk, path=str(link))


def test_a_file_is_refused(desk: Desk) -> None:
    (desk.scratch / "file").touch()
    assert "is no folder" in refusal(desk, path=str(desk.scratch / "file"))


def test_what_others_can_write_is_refused_unless_it_is_sticky(desk: Desk) -> None:
    desk.scratch.chmod(0o777)
    assert "can be written by others" in refusal(desk)
    desk.scratch.chmod(0o1777)
    taken(desk)


def test_a_place_of_another_user_is_refused(desk: Desk) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root may give a folder away")
    shutil.chown(desk.scratch, "nobody")
    assert "belongs to another user" in refusal(desk)


def test_what_holds_or_lies_in_something_live_of_any_job_is_refused(desk: Desk) -> None:
    inner = desk.scratch / "backups" / "inner"
    inner.mkdir(parents=True)
    other = Job("web", "files", (Place("local", str(desk.scratch / "backups")),), sources=("/srv/no-such-folder",))
    for path in (desk.scratch, desk.scratch / "backups", inner):
        host = Host({"web": other}, Scratch(str(path), 0))
        with (
            pytest.raises(NoScratch, match="lie one in the other"),
            scratch_folder(host, desk.job, name=HOST, now=NOW, size=0, tell=desk.said.append),
        ):
            pass
    assert inner.is_dir()


def test_too_little_room_is_refused_and_says_how_much_is_needed(desk: Desk) -> None:
    free = shutil.disk_usage(desk.scratch).free
    assert f"and {size_text(2 * free + 1)} is needed" in refusal(desk, size=free, min_free=1)


def test_a_user_for_servers_is_let_in_and_nobody_else(desk: Desk) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root lets another user run servers")
    host = desk.host(user="nobody")
    with scratch_folder(host, desk.job, name=HOST, now=NOW, size=0, tell=desk.said.append) as folder:
        assert folder.parent.stat().st_mode & 0o777 == 0o710
    assert "there is no user" in refusal(desk, user="nobody-of-that-name")


def test_what_a_restored_copy_closes_to_its_owner_is_taken_away_all_the_same(desk: Desk) -> None:
    with scratch_folder(desk.host(), desk.job, name=HOST, now=NOW, size=0, tell=desk.said.append) as folder:
        closed = folder / "a" / "b"
        closed.mkdir(parents=True)
        (closed / "c").touch()
        closed.chmod(0)
        (folder / "a").chmod(0o500)
    assert list(desk.scratch.iterdir()) == []


KILLED = """
import os, signal, sys
from datetime import UTC, datetime
from opsctl.backups.jobs.scratch import scratch_folder
from opsctl.cli.hostfile.jobs import Host, Job, Scratch
job = Job("erp-files", "files", ())
host, now = Host({{}}, Scratch({path!r}, 0)), datetime.now(UTC)
with scratch_folder(host, job, name="{host}", now=now, size=0, tell=print) as at:
    (at / "restored").write_text("half of it")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def killed(desk: Desk, host: str = HOST) -> Path:
    """A folder that a killed test left."""
    code = textwrap.dedent(KILLED).format(path=str(desk.scratch), host=host)
    ended = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True)
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    (folder,) = desk.scratch.glob(f"{PREFIX}*")
    return folder


def test_the_next_test_clears_what_a_killed_one_left_and_says_so(desk: Desk) -> None:
    folder = killed(desk)
    assert (folder / "data" / "restored").exists()
    assert desk.test().verdict is Verdict.PASS
    (line,) = desk.said
    assert str(folder) in line
    assert "erp-files" in line


def test_what_another_host_left_stays(desk: Desk) -> None:
    folder = killed(desk, host="web2")
    assert clear_leftovers(desk.scratch, HOST) == []
    assert folder.exists()


def test_a_test_that_still_runs_is_no_leftover(desk: Desk) -> None:
    with scratch_folder(desk.host(), desk.job, name=HOST, now=NOW, size=0, tell=desk.said.append) as folder:
        assert clear_leftovers(desk.scratch, HOST) == []
        assert folder.exists()


def test_what_only_looks_like_a_leftover_stays(desk: Desk, tmp_path: Path) -> None:
    bare = desk.scratch / f"{PREFIX}bare"
    bare.mkdir()
    odd = desk.scratch / f"{PREFIX}odd"
    odd.mkdir()
    (odd / "marker.json").write_text("[]")
    linked = desk.scratch / f"{PREFIX}linked"
    target = tmp_path / "target"
    target.mkdir()
    (target / "marker.json").write_text(json.dumps({"host": HOST, "policy": "erp-files"}))
    linked.symlink_to(target)
    assert clear_leftovers(desk.scratch, HOST) == []
    assert all(path.exists() for path in (bare, odd, target / "marker.json"))


def test_a_lock_that_is_held_keeps_a_folder_from_being_cleared(desk: Desk) -> None:
    folder = killed(desk)
    with (folder / "marker.json").open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert clear_leftovers(desk.scratch, HOST) == []
    assert len(clear_leftovers(desk.scratch, HOST)) == 1
