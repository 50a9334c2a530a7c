"""`opsctl doctor --env cron`: a real child process with cron's environment, as ourselves or as `nobody`."""

import json
import os
import shlex
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.desk.test_doctor import without_rights
from tests.harness import CommandLine

ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="only root may look as another user")
REPORTING = """#!/bin/sh
# Finds nothing but the process that it is.
printf '{"data": [{"name": "version", "state": "ok", "reasons": [], "details": {"user": "%s", "groups": "%s",' \
  "$(id -un)" "$(id -Gn)"
printf ' "folder": "%s", "environment": "%s", "arguments": "%s"}}]}' "$(pwd)" "$(env | sort | tr '\\n' ' ')" "$*"
"""


@pytest.fixture
def everybodys_program(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An `opsctl` that every user may run, and that reports how it was run."""
    folder = Path(tempfile.mkdtemp(prefix="opsctl-cron-", dir="/tmp"))
    folder.chmod(0o755)
    path = folder / "opsctl"
    path.write_text(REPORTING)
    path.chmod(0o755)
    monkeypatch.setattr(sys, "argv", [str(path)])
    yield path
    shutil.rmtree(folder)


def seen(line: CommandLine, *arguments: str, **settings: Any) -> dict[str, dict[str, Any]]:
    """What was found as cron, by the names of the checks."""
    done = line("doctor", "--json", *arguments, **settings)
    assert done.err == ""
    return {one["name"]: one for one in json.loads(done.out)["data"] if one["where"] == "cron"}


def test_a_process_of_its_own_sees_the_same_database(run: CommandLine) -> None:
    found = seen(run, "--env", "cron", "--db", str(run.database))
    assert found["cron-database"]["details"] == dict.fromkeys(("here", "cron"), f"sqlite:///{run.database}")
    assert (found["cron-database"]["state"], found["schema"]["state"]) == ("ok", "ok")
    assert found["language"]["details"]["source"] in ("none", "opsctl.toml")
    assert found["database"]["details"]["source"] == "flag"


def test_the_child_has_the_environment_of_cron_and_nothing_else(run: CommandLine, everybodys_program: Path) -> None:
    found = seen(run, "--env", "cron", "--db", str(run.database), env={"OPSCTL_TZ": "UTC", "TZ": "Europe/Rome"})
    details = found["version"]["details"]
    names = {word.partition("=")[0] for word in details["environment"].split() if "=" in word}
    assert {"HOME", "LOGNAME", "SHELL", "PATH"} <= names <= {"HOME", "LOGNAME", "SHELL", "PATH", "PWD", "_", "OLDPWD"}
    assert "PATH=/usr/bin:/bin " in details["environment"]
    assert details["arguments"] == f"--db sqlite:///{run.database} doctor --json --no-input"


@ROOT_ONLY
def test_another_user_is_another_user(run: CommandLine, everybodys_program: Path) -> None:
    found = seen(run, "--user", "nobody")
    details = found["version"]["details"]
    assert (details["user"], details["groups"], details["folder"]) == ("nobody", "nogroup", "/")
    assert "LOGNAME=nobody " in details["environment"]
    assert found["cron-user"]["reasons"] == ([] if Path("/nonexistent").exists() else ["no-home"])


@ROOT_ONLY
def test_a_program_that_the_user_may_not_run_is_told(run: CommandLine, everybodys_program: Path) -> None:
    everybodys_program.chmod(0o700)
    found = seen(run, "--user", "nobody")
    assert (found["cron-program"]["state"], found["cron-program"]["reasons"]) == ("fail", ["cannot-run"])
    assert found["cron-program"]["details"]["system"] == "Permission denied"
    assert found["cron-program"]["next"] == [f"namei -l {everybodys_program}", f"namei -l {sys.executable}"]


@pytest.mark.parametrize(
    ("script", "told"),
    [
        pytest.param("#!/bin/sh\necho Boom >&2\nexit 1\n", "Boom", id="says-why"),
        pytest.param("#!/bin/sh\nexit 9\n", "exit 9", id="says-nothing"),
        pytest.param("#!/bin/sh\necho '[]'\n", "exit 0", id="no-report"),
        pytest.param("#!/nowhere/python\n", "No such file or directory", id="interpreter-gone"),
    ],
)
def test_a_program_that_does_not_work_is_told(
    run: CommandLine, everybodys_program: Path, script: str, told: str
) -> None:
    everybodys_program.write_text(script)
    done = run("doctor", "--env", "cron")
    assert done.code == 3
    assert f"{everybodys_program} cannot be run: {told}" in done.out


def test_there_is_no_such_user(run: CommandLine) -> None:
    done = run("doctor", "--user", "nobdy")
    assert (done.code, done.out) == (4, "")
    assert done.err == "opsctl: There is no user 'nobdy' on this machine. Did you mean nobody?\n"


@ROOT_ONLY
def test_only_root_may_look_as_another_and_the_line_with_sudo_is_said(
    run: CommandLine, everybodys_program: Path
) -> None:
    with without_rights():
        done = run("doctor", "--user", "root", "--db", "/tmp/x y.db")
    assert (done.code, done.out) == (5, "")
    line = done.err.partition("Type: ")[2].rstrip(".\n")
    wanted = ["sudo", str(everybodys_program), "--db", "sqlite:////tmp/x y.db", "doctor"]
    assert shlex.split(line) == [*wanted, "--env", "cron", "--user", "root"]


def test_people_see_what_is_otherwise_and_a_line_for_the_crontab(run: CommandLine) -> None:
    assert run("rulebook", "apply", "default").code == 0
    database = run.home / "100% ours.db"
    shutil.copyfile(run.database, database)
    done = run("doctor", "--env", "cron", "--db", str(database))
    assert done.out.startswith("What cron sees for ")
    assert "\nIn cron as here, and in order: version, " in done.out
    line = done.out.rstrip("\n").rpartition("\n")[2]
    # cron would end the command at a bare percent sign.
    assert line.startswith("  0 7 * * * ")
    assert line.replace("\\%", "%").split(maxsplit=5)[5].endswith(f" --db 'sqlite:///{database}' today")
    assert "%" not in line.replace("\\%", "")
    assert run("today", "--db", f"sqlite:///{database}").code == 0


def test_another_database_in_cron_is_a_doubt(run: CommandLine, everybodys_program: Path) -> None:
    everybodys_program.write_text(
        """#!/bin/sh
        echo '{"data": [{"name": "database", "state": "ok", "reasons": [], "details":
          {"address": "service=other", "source": "host-file", "version": "PostgreSQL 18", "turn_ms": 3.5}}]}'
        """
    )
    found = seen(run, "--env", "cron")
    assert (found["cron-database"]["state"], found["cron-database"]["reasons"]) == ("warn", ["differs"])
    assert found["cron-database"]["next"][0].endswith(f" --db sqlite:///{run.database}")
    shown = " ".join(run("doctor", "--env", "cron").out.split())
    assert f"same database warn here sqlite:///{run.database}, in cron service=other" in shown
