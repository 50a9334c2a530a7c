"""opsctl backup run: what is looked at before and after, what waits, what is refused, and what becomes of a kill."""

import json
import os
import shutil
import signal
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.backups.making import BOOK, NIGHT
from tests.harness import CommandLine

POLICY = """
[backups.docs]
asset = "erp"
owner = "role:dba"
schedule = "30 1 * * *"
grace = "2h"
locations = [{ name = "local", medium = "disk" }, { name = "offsite", medium = "disk", site = "dc2" }]
retention = { daily = 7, min_good = 2 }
rpo = "26h"
"""
JOB = """
[backups.docs]
driver = "files"
sources = ["{home}/source"]
copies = [{{ name = "local", to = "{home}/local" }}, {{ name = "offsite", to = "{home}/offsite" }}]
"""
Line = Callable[..., CommandLine]


@pytest.fixture(autouse=True)
def _engine() -> None:
    if shutil.which("zstd") is None:
        pytest.skip("zstd is not installed here")


@pytest.fixture
def host(run: CommandLine, tmp_path: Path) -> Line:
    """A host with the policy in force and this job; a good night's clock. `more` stands in the job's table."""
    for name in ("source", "local", "offsite"):
        (tmp_path / name).mkdir()
    (tmp_path / "source" / "a.txt").write_text("one\n", encoding="utf-8")
    (tmp_path / "source" / "b.txt").write_text("two\n", encoding="utf-8")
    book = tmp_path / "om.toml"

    def begin(more: str = "", *, policy: str = POLICY, top: str = "") -> CommandLine:
        book.write_text(BOOK.format(version="1") + policy, encoding="utf-8")
        folder = tmp_path / "config" / "opsctl"
        folder.mkdir(parents=True, exist_ok=True)
        written = folder / "opsctl.toml"
        written.write_text(f"{top}\n{JOB.format(home=tmp_path)}{more}\n", encoding="utf-8")
        written.chmod(0o600)
        run.now = NIGHT - timedelta(days=1)
        assert run("asset", "add", "erp", "--kind", "system").code == 0
        assert run("rulebook", "apply", str(book)).code == 0
        run.now = NIGHT + timedelta(minutes=1)
        return run

    return begin


def told(line: CommandLine, *words: str) -> Any:
    """What a command says for programs."""
    return json.loads(line(*words, "--json").out)["data"]


def newest(line: CommandLine) -> dict[str, Any]:
    """The run that began last."""
    found: dict[str, Any] = told(line, "backup", "list", "--limit", "1")["runs"][0]
    return found


def test_a_run_leaves_a_copy_in_both_places_and_meets_its_slot(host: Line, tmp_path: Path) -> None:
    line = host()
    done = line("backup", "run", "--due")
    assert (done.err, done.code) == ("", 0)
    assert done.out.startswith("BAK-2026-0001  docs: success · ")
    found = newest(line)
    names = [copy["point"] for copy in found["copies"]]
    assert [copy["name"] for copy in found["copies"]] == ["local", "offsite"]
    assert names[0] == names[1]
    assert (tmp_path / "local" / names[0]).read_bytes() == (tmp_path / "offsite" / names[0]).read_bytes()
    assert (found["trigger"], found["slot"], found["status"]) == ("scheduled", "2026-11-04T17:30:00Z", "success")
    assert [(one["copy"], one["level"], one["verdict"]) for one in found["checks"]] == [
        ("local", "L0", "pass"), ("local", "L1", "pass"), ("offsite", "L0", "pass"), ("offsite", "L1", "pass"),
    ]  # fmt: skip
    assert line("ledger", "verify", "--deep").code == 0


def test_a_slot_that_was_met_is_not_run_again(host: Line) -> None:
    line = host()
    assert line("backup", "run", "--due").code == 0
    again = line("backup", "run", "--due")
    assert (again.out, again.err, again.code) == ("", "Nothing is due now.\n", 0)


def test_nothing_is_run_before_it_is_due(host: Line) -> None:
    line = host()
    line.now = NIGHT - timedelta(minutes=1)
    assert line("backup", "run", "--due").err == "Nothing is due now.\n"
    assert told(line, "backup", "list")["total"] == 0


def test_a_run_by_hand_needs_no_slot(host: Line) -> None:
    line = host()
    line.now = NIGHT + timedelta(hours=9)
    assert line("backup", "run", "docs").code == 0
    assert (newest(line)["trigger"], newest(line)["slot"]) == ("manual", None)


def test_who_names_nothing_is_told_what_to_name(host: Line) -> None:
    refused = host()("backup", "run")
    assert (refused.out, refused.code) == ("", 2)
    assert refused.err == "opsctl: It is not said what to back up. Name a policy, or say --due.\n"


def test_an_unknown_job_is_told_with_the_nearest(host: Line) -> None:
    refused = host()("backup", "run", "dosc")
    assert (refused.err, refused.code) == (
        "opsctl: This host does not run the backup dosc. Did you mean docs?\n",
        4,
    )


def test_a_job_without_a_policy_is_refused(host: Line) -> None:
    line = host(policy=POLICY.replace("backups.docs", "backups.other"))
    refused = line("backup", "run", "docs")
    assert refused.code == 4
    assert refused.err == (
        "opsctl: No rulebook in force has the backup policy docs."
        " Write it into a rulebook and apply it: [backups.docs]\n"
    )
    assert line("backup", "run", "--due").err == "Nothing is due now.\n"


@pytest.fixture
def two(host: Line, tmp_path: Path) -> CommandLine:
    """A host with the job docs, and one before it by name that no rulebook knows."""
    line = host()
    (tmp_path / "other").mkdir()
    written = tmp_path / "config" / "opsctl" / "opsctl.toml"
    more = f'[backups.alien]\ndriver = "files"\nsources = ["{tmp_path}/source"]\nto = "{tmp_path}/other"\n'
    written.write_text(written.read_text(encoding="utf-8") + more, encoding="utf-8")
    return line


UNKNOWN = "No rulebook in force has the backup policy alien."


def test_with_due_a_job_without_a_policy_is_passed_over(two: CommandLine) -> None:
    done = two("backup", "run", "--due")
    assert (done.err, done.code) == ("", 0)
    assert newest(two)["policy"] == "docs"


def test_one_that_is_refused_keeps_no_other_from_running(two: CommandLine, tmp_path: Path) -> None:
    for words in (("alien", "docs"), ("docs", "alien")):
        done = two("backup", "run", *words)
        assert (done.err, done.code) == (f"{UNKNOWN}\n", 1)
        assert "docs: success" in done.out
    assert told(two, "backup", "list")["total"] == 2
    assert list((tmp_path / "other").iterdir()) == []
    alone = two("backup", "run", "alien")
    assert (alone.out, alone.code) == ("", 4)
    assert UNKNOWN in alone.err


def test_a_policy_that_asks_for_encryption_is_not_run_without(host: Line, tmp_path: Path) -> None:
    sealed = 'encryption = true\nrestore_test = { rule = "FREQ=MONTHLY;BYDAY=1SA", at = "02:00" }\n'
    line = host(policy=POLICY + sealed)
    refused = line("backup", "run", "docs")
    assert refused.code == 1
    assert "not started" in refused.out
    assert newest(line)["reason"] == (
        "the policy asks for encryption, and the job does not encrypt. Say encrypt in [backups.docs] of the host file."
    )
    assert list((tmp_path / "local").iterdir()) == []


def test_a_source_that_is_missing_begins_nothing(host: Line, tmp_path: Path) -> None:
    line = host()
    shutil.rmtree(tmp_path / "source")
    assert line("backup", "run", "docs").code == 1
    found = newest(line)
    assert found["status"] == "not_started"
    assert str(tmp_path / "source") in found["reason"]


@pytest.mark.parametrize(("away", "left"), [("local", "offsite"), ("offsite", "local")])
def test_one_place_that_is_away_makes_a_run_incomplete_and_the_other_has_its_copy(
    away: str, left: str, host: Line, tmp_path: Path
) -> None:
    line = host()
    (tmp_path / away).rmdir()
    assert line("backup", "run", "docs").code == 3
    found = newest(line)
    assert found["status"] == "incomplete"
    assert {copy["name"]: copy["status"] for copy in found["copies"]} == {away: "not_started", left: "success"}
    assert found["reason"].startswith(f"copy {away}: {tmp_path / away}")
    assert line("backup", "verify", "docs", "--level", "L3", "--copy", left).code == 0


def test_with_every_place_away_nothing_begins(host: Line, tmp_path: Path) -> None:
    line = host()
    (tmp_path / "local").rmdir()
    (tmp_path / "offsite").rmdir()
    assert line("backup", "run", "docs").code == 1
    assert newest(line)["status"] == "not_started"


def test_hooks_run_around_it_and_the_last_one_always(host: Line, tmp_path: Path) -> None:
    log = tmp_path / "log"
    hooks = f"""
before = [{{ command = ["/bin/sh", "-c", "echo quiet >> {log}"], timeout = "9s", required = true }}]
after = [{{ command = ["/bin/sh", "-c", "echo go >> {log}"], timeout = "9s", required = true }}]
"""
    line = host(hooks)
    assert line("backup", "run", "docs").code == 0
    assert log.read_text(encoding="utf-8") == "quiet\ngo\n"


def test_a_required_hook_that_fails_before_keeps_it_from_beginning_and_what_was_quiet_goes_on(
    host: Line, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    hooks = f"""
before = [{{ command = ["/bin/sh", "-c", "echo no >&2; exit 4"], timeout = "9s", required = true }}]
after = [{{ command = ["/bin/sh", "-c", "echo go >> {log}"], timeout = "9s", required = true }}]
"""
    line = host(hooks)
    assert line("backup", "run", "docs").code == 1
    assert newest(line)["status"] == "not_started"
    assert newest(line)["reason"] == "the hook /bin/sh failed with 4: no"
    assert log.read_text(encoding="utf-8") == "go\n"


def test_an_optional_hook_that_fails_is_told_and_no_more(host: Line) -> None:
    line = host('before = [{ command = ["/bin/false"], timeout = "9s", required = false }]')
    assert line("backup", "run", "docs").code == 0
    assert newest(line)["reason"] == "the hook /bin/false failed with 1: –"


def test_what_could_not_be_let_go_makes_a_good_run_incomplete(host: Line) -> None:
    line = host('after = [{ command = ["/bin/false"], timeout = "9s", required = true }]')
    assert line("backup", "run", "docs").code == 3
    assert newest(line)["status"] == "incomplete"


def test_a_hook_that_hangs_is_stopped(host: Line) -> None:
    line = host('before = [{ command = ["/bin/sleep", "600"], timeout = "1s", required = true }]')
    assert line("backup", "run", "docs").code == 1
    assert newest(line)["reason"] == "the hook /bin/sleep ran longer than its time-out"


def test_outside_of_its_window_the_schedule_begins_nothing_and_a_person_may(host: Line) -> None:
    line = host('window = "02:00-06:00"')
    assert line("backup", "run", "--due").code == 1
    assert (newest(line)["status"], newest(line)["reason"]) == ("missed", "its window is not open")
    assert line("backup", "run", "docs").code == 0


def test_a_slot_is_told_as_missed_once_and_still_met_when_its_window_opens(host: Line) -> None:
    line = host('window = "02:00-06:00"')
    assert line("backup", "run", "--due").code == 1
    again = line("backup", "run", "--due")
    assert (again.out, again.err, again.code) == ("", "Nothing is due now.\n", 0)
    assert told(line, "backup", "list")["total"] == 1
    line.now = NIGHT + timedelta(minutes=31)
    assert line("backup", "run", "--due").code == 0
    assert (newest(line)["status"], newest(line)["slot"]) == ("success", "2026-11-04T17:30:00Z")


def test_after_its_deadline_the_schedule_begins_nothing(host: Line) -> None:
    line = host('start_deadline = "30m"')
    line.now = NIGHT + timedelta(minutes=31)
    assert line("backup", "run", "--due").code == 1
    assert (newest(line)["status"], newest(line)["reason"]) == ("missed", "its start deadline is over")


def test_a_host_begins_no_more_runs_a_day_than_it_allows(host: Line) -> None:
    line = host(top="[host]\nmax_runs_per_day = 1", policy=POLICY.replace("30 1", "30 */6").replace("26h", "7h"))
    assert line("backup", "run", "--due").code == 0
    line.now = NIGHT + timedelta(hours=6)
    held = line("backup", "run", "--due")
    assert held.code == 0
    assert held.err.startswith("docs is held: the rulebook asks for more than 1 runs a day, this host's most.\n")
    line.now = NIGHT + timedelta(hours=24)
    assert line("backup", "run", "--due").out.startswith("BAK-2026-0002")


def test_one_that_is_much_smaller_than_those_before_is_incomplete(host: Line, tmp_path: Path) -> None:
    line = host()
    (tmp_path / "source" / "large").write_bytes(os.urandom(300_000))
    for day in range(2):
        line.now = NIGHT + timedelta(days=day)
        assert line("backup", "run", "docs").code == 0
    (tmp_path / "source" / "large").unlink()
    line.now = NIGHT + timedelta(days=2)
    assert line("backup", "run", "docs").code == 3
    assert newest(line)["status"] == "incomplete"
    assert "the median of the last 2 good ones" in newest(line)["reason"]


def test_with_the_database_away_it_goes_on_by_the_plan_kept_last_and_the_result_waits(
    host: Line, tmp_path: Path
) -> None:
    line = host()
    assert line("backup", "run", "docs").code == 0
    away = line.database.with_suffix(".away")
    line.database.rename(away)
    line.now = NIGHT + timedelta(days=1, minutes=1)
    done = line("backup", "run", "--due")
    assert done.code == 0
    assert "waits on this host until the database is there" in done.out
    assert "Going on by the plan kept last." in done.err
    assert told(line, "backup", "run", "--due")[0]["stored"] == "here"
    away.rename(line.database)
    line.now = NIGHT + timedelta(days=1, hours=1)
    later = line("backup", "run", "--due")
    assert later.err == "2 results that waited are recorded.\nNothing is due now.\n"
    runs = told(line, "backup", "list")["runs"]
    assert [one["slot"] for one in runs[:2]] == ["2026-11-05T17:30:00Z"] * 2
    assert line("ledger", "verify", "--deep").code == 0


def test_with_the_database_away_and_no_plan_nothing_is_run(host: Line, tmp_path: Path) -> None:
    line = host()
    line.database.unlink()
    refused = line("backup", "run", "docs")
    assert (refused.out, refused.code) == ("", 7)
    assert list((tmp_path / "local").iterdir()) == []


def _wait_for(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.02)


def _slow(host: Line, tmp_path: Path) -> CommandLine:
    """A host whose run waits in a hook before it begins, once it is marked."""
    return host('before = [{ command = ["/bin/sleep", "600"], timeout = "5m", required = true }]')


def _marked(tmp_path: Path) -> bool:
    return any(tmp_path.glob("state/opsctl/backups/*/running/docs.json"))


def test_two_runs_of_one_policy_never_overlap(host: Line, tmp_path: Path) -> None:
    line = _slow(host, tmp_path)
    with line.start("backup", "run", "docs") as first:
        _wait_for(lambda: _marked(tmp_path))
        second = line("backup", "run", "docs")
        assert second.code == 6
        assert newest(line)["status"] == "skipped_locked"
        first.kill()


@pytest.mark.parametrize("strikes", [(signal.SIGINT,), (signal.SIGTERM,), (signal.SIGINT, signal.SIGINT)])
def test_one_that_is_interrupted_is_recorded_as_cancelled(
    strikes: tuple[signal.Signals, ...], host: Line, tmp_path: Path
) -> None:
    line = _slow(host, tmp_path)
    with line.start("backup", "run", "docs") as process:
        _wait_for(lambda: _marked(tmp_path))
        for one in strikes:
            process.send_signal(one)
        assert process.wait(30) == 130
    assert (newest(line)["status"], newest(line)["reason"]) == ("cancelled", "it was interrupted")
    assert not _marked(tmp_path)


def test_one_that_was_killed_is_recorded_by_the_next(host: Line, tmp_path: Path) -> None:
    line = _slow(host, tmp_path)
    with line.start("backup", "run", "docs") as process:
        _wait_for(lambda: _marked(tmp_path))
        process.kill()
    config = tmp_path / "config" / "opsctl" / "opsctl.toml"
    config.write_text(JOB.format(home=tmp_path), encoding="utf-8")
    done = line("backup", "run", "docs")
    assert done.code == 0
    assert done.err == "BAK-2026-0001: it was killed, or the machine went down; nothing was left behind\n"
    runs = told(line, "backup", "list")["runs"]
    assert {one["reference"]: one["status"] for one in runs} == {"BAK-2026-0001": "failed", "BAK-2026-0002": "success"}


def test_a_plan_runs_nothing_and_shows_every_program(host: Line, tmp_path: Path) -> None:
    line = host()
    shown = line("backup", "plan", "docs")
    assert (shown.err, shown.code) == ("Nothing was run.\n", 0)
    assert f"\nwrites {tmp_path}/local/docs." in shown.out
    assert f"\nwrites {tmp_path}/offsite/docs." in shown.out
    assert "\npruning would delete nothing\n" in shown.out
    assert list((tmp_path / "local").iterdir()) == []
    said = told(line, "backup", "plan")
    assert (said[0]["policy"], said[0]["next"]) == ("docs", "2026-11-05T17:30:00Z")
    assert said[0]["deletes"] == []


def test_a_plan_names_what_pruning_would_delete(host: Line) -> None:
    line = host(policy=POLICY.replace("daily = 7, min_good = 2", "last = 1, min_good = 1"))
    for day in range(2):
        line.now = NIGHT + timedelta(days=day)
        assert line("backup", "run", "docs").code == 0
    line.now = NIGHT + timedelta(days=1, hours=1)
    (said,) = told(line, "backup", "plan")
    assert [one.split()[0] for one in said["deletes"]] == ["BAK-2026-0001", "BAK-2026-0001"]


def test_a_run_is_shown_with_its_copies_checks_and_history(host: Line) -> None:
    line = host()
    assert line("backup", "run", "docs").code == 0
    shown = line("backup", "show", "1").out
    for word in ("BAK-2026-0001", "Copies", "offsite", "Checks", "History", "by hand"):
        assert word in shown
    assert line("backup", "show", "42").code == 4
    listed = line("backup", "list", "--status", "failed")
    assert (listed.out, listed.err) == ("", "No backup runs.\n")


def test_a_host_without_jobs_says_so(run: CommandLine) -> None:
    refused = run("backup", "run", "--due")
    assert (refused.err, refused.code) == (
        "opsctl: This host runs no backups. Write one into the host file: [backups.NAME]\n",
        4,
    )
