"""`opsctl init` on a terminal: four questions, each checked at once, and everything written at the end or nothing."""

import os
import pty
import shlex
import signal
import sqlite3
import stat
import tomllib
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from opsctl.store.address import read_address
from opsctl.store.migrate import create
from tests.harness import LOGIN, CommandLine, Result
from tests.support import postgres_server


@pytest.fixture
def line(tmp_path: Path, now: datetime) -> CommandLine:
    """The command line of somebody who has never seen opsctl."""
    return CommandLine(tmp_path, now)


@pytest.fixture
def empty_server(postgres_admin: str) -> Iterator[str]:
    """An empty PostgreSQL database."""
    name = f"opsctl_begin_{os.getpid()}"
    postgres_server.drop_database(postgres_admin, name)
    yield postgres_server.create_database(postgres_admin, name)
    postgres_server.drop_database(postgres_admin, name)


def answer(line: CommandLine, *answers: str, **settings: Any) -> Result:
    return line("init", tty=True, stdin="".join(f"{one}\n" for one in answers), **settings)


def host_file(line: CommandLine) -> Path:
    return line.home / "config/opsctl/opsctl.toml"


def persons(database: Path) -> list[tuple[str, str, str]]:
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute("SELECT handle, name, login FROM person").fetchall()


def everything_below(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_four_answers_make_a_database_a_host_file_and_the_first_person(line: CommandLine) -> None:
    done = answer(line, "2", "1", "Europe/Rome", "li", "李雷")
    assert (done.code, done.err) == (0, "")
    said = tomllib.loads(host_file(line).read_text(encoding="utf-8"))
    profile = {"database": f"sqlite:///{line.database}", "language": "en", "person": "li"}
    assert said == {"profile": {"default": profile}}
    assert persons(line.database) == [("li", "李雷", LOGIN)]
    assert f"Made sqlite:///{line.database}, zone Europe/Rome.\n" in done.out
    assert "li recorded: 李雷\n" in done.out
    assert line("person", "list", "-q").out == "li\n"


def test_the_host_file_and_its_folder_are_their_owners_alone(line: CommandLine) -> None:
    assert answer(line, "2", "1", "UTC", "later").code == 0
    assert persons(line.database) == []
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (host_file(line), host_file(line).parent, line.database)]
    assert modes == [0o600, 0o700, 0o600]


def test_the_three_commands_at_the_end_work_one_after_another(line: CommandLine) -> None:
    done = answer(line, "2", "1", "UTC", "li", "1")
    typed = done.out.rpartition("Next:\n")[2].splitlines()
    assert len(typed) == 3
    for one in typed:
        words = shlex.split(one)
        assert Path(words[0]).name == "opsctl"
        ran = line(*words[1:])
        assert (ran.code, "Traceback" in ran.err) == (0, False), one


def test_the_rest_goes_on_in_the_language_that_was_chosen(line: CommandLine) -> None:
    done = answer(line, "中文", "1", "Asia/Shanghai", "李雷", "李雷")
    assert done.code == 0
    assert tomllib.loads(host_file(line).read_text(encoding="utf-8"))["profile"]["default"]["language"] == "zh"
    assert persons(line.database) == [("李雷", "李雷", LOGIN)]
    assert "1 中文\n2 English\n" in done.out
    assert "1/4" in done.out


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        pytest.param(["", "2"], "Type 1 or 2.", id="enter-is-no-language"),
        pytest.param(["fr", "2"], "Type 1 or 2.", id="no-such-language"),
        pytest.param(["2", ""], "Type 1, or an answer of your own; ? explains, b goes back.", id="enter-is-no-place"),
        pytest.param(["2", "ok"], "'ok' names no database.", id="a-word-is-no-file"),
        pytest.param(["2", "3"], "There is no choice 3.", id="no-such-choice"),
        pytest.param(["2", "postgresql://u:p@host/x"], "A database address must not carry a password.", id="password"),
        pytest.param(["2", "/etc/passwd/x.db"], "/etc/passwd/x.db cannot be reached:", id="no-folder-can-be-made"),
        pytest.param(["2", "?"], "One file is enough for one machine.", id="explained"),
        pytest.param(["2", "1", "Europe/Rom"], "Did you mean Europe/Rome", id="no-such-zone"),
        pytest.param(["2", "1", "UTC", "two words"], "'two words' is not a handle.", id="no-handle"),
        pytest.param(["2", "1", "UTC", "me"], "me stands for whoever asks.", id="reserved"),
    ],
)
def test_what_is_no_answer_is_asked_again_and_nothing_is_made(
    line: CommandLine, answers: list[str], told: str
) -> None:
    before = everything_below(line.home)
    left = answer(line, *answers)
    assert told in " ".join(left.out.split())
    assert (left.code, everything_below(line.home)) == (130, before)
    assert left.out.endswith("Nothing was made.\n")


def test_full_width_answers_and_blanks_are_understood(line: CommandLine) -> None:
    assert answer(line, " ２ ", "１", "Ｅurope/Rome", "ｌｉ", "1").code == 0
    assert persons(line.database) == [("li", "li", LOGIN)]


def test_going_back_asks_the_question_before(line: CommandLine) -> None:
    done = answer(line, "2", "1", "Europe/Rome", "li", "b", "返回", "UTC", "b", "b", "b", "2", "1", "UTC", "wang", "1")
    assert (done.code, persons(line.database)) == (0, [("wang", "wang", LOGIN)])
    assert f"Made sqlite:///{line.database}, zone UTC." in done.out


def test_later_records_nobody_and_says_how(line: CommandLine) -> None:
    done = answer(line, "2", "1", "UTC", "2")
    assert done.code == 0
    assert persons(line.database) == []
    assert f"person add HANDLE --login {LOGIN}\n" in done.out
    assert "person" not in tomllib.loads(host_file(line).read_text())["profile"]["default"]


def test_a_host_file_that_is_there_is_left_and_what_to_put_into_it_is_said(line: CommandLine) -> None:
    path = host_file(line)
    path.parent.mkdir(parents=True, mode=0o700)
    path.write_text('[host]\nname = "h-1"\n')
    path.chmod(0o600)
    other = line.home / "own" / "company.db"
    done = answer(line, "2", str(other), "UTC", "li", "1")
    assert (done.code, path.read_text()) == (0, '[host]\nname = "h-1"\n')
    assert f"{path} is there already and is left as it is.\n" in done.out
    assert f'  database = "{other}"\n' in done.out
    # It is not named anywhere, so the commands name it.
    for typed in done.out.rpartition("Next:\n")[2].splitlines():
        assert line(*shlex.split(typed)[1:]).code == 0, typed


def test_a_folder_that_others_may_write_gets_no_host_file(line: CommandLine) -> None:
    folder = host_file(line).parent
    folder.mkdir(parents=True)
    folder.chmod(0o777)
    done = answer(line, "2", "1", "UTC", "2")
    assert done.code == 0
    assert f"chmod go-w {folder}" in done.out
    assert list(folder.iterdir()) == []


def test_a_database_that_is_there_keeps_its_zone(line: CommandLine) -> None:
    create(read_address(str(line.home / "there.db")), zone="Asia/Shanghai")
    done = answer(line, "2", str(line.home / "there.db"), "Europe/Rome", "1", "li", "1")
    assert done.code == 0
    assert "has the zone Asia/Shanghai already; a database keeps its zone." in " ".join(done.out.split())
    assert persons(line.home / "there.db") == [("li", "li", LOGIN)]
    assert "is there already, zone Asia/Shanghai." in done.out


def test_who_is_recorded_in_a_database_that_is_there_is_not_asked(run: CommandLine) -> None:
    assert run("person", "add", "li", "--name", "李雷", "--login", LOGIN).code == 0
    done = answer(run, "2", "1", "1")
    assert done.code == 0
    assert "You are li there: 李雷\n" in done.out
    assert tomllib.loads(host_file(run).read_text())["profile"]["default"]["person"] == "li"


def test_who_is_none_of_the_recorded_persons_names_one_of_them(run: CommandLine) -> None:
    assert run("--as", "wang", "person", "add", "wang").code == 0
    done = answer(run, "2", "1", "1", "zhao", "wang")
    assert done.code == 0
    assert "There is no person 'zhao'." in done.out
    assert run("asset", "add", "erp").code == 0


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        pytest.param("UPDATE alembic_version SET version_num = '9999'", "has schema 9999", id="newer"),
        pytest.param("INSERT INTO setting VALUES ('demo', 'x')", "is the demo's database", id="demo"),
    ],
)
def test_a_database_that_is_not_ours_to_use_asks_again(
    run: CommandLine, statement: str, told: str
) -> None:
    with closing(sqlite3.connect(run.database)) as connection, connection:
        connection.execute(statement)
    left = answer(run, "2", "1")
    assert told in " ".join(left.out.split())
    assert (left.code, host_file(run).exists()) == (130, False)


def test_an_older_schema_is_upgraded_first(run: CommandLine) -> None:
    with closing(sqlite3.connect(run.database)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '0002'")
    done = answer(run, "2", "1", "1")
    typed = done.out.rpartition("Next:\n")[2].splitlines()
    assert done.code == 0
    assert [one.strip().split(" ", 1)[1] for one in typed] == ["db upgrade", "doctor", "today"]


def test_a_server_says_who_acts_so_the_host_file_does_not(line: CommandLine, empty_server: str) -> None:
    done = answer(line, "2", "postgresql://127.0.0.1:1/none", empty_server, "Asia/Shanghai", "li", "李雷")
    assert done.code == 0, done.err
    assert "cannot be reached" in " ".join(done.out.split())
    profile = tomllib.loads(host_file(line).read_text())["profile"]["default"]
    assert profile == {"database": empty_server, "language": "en"}
    with psycopg.connect(empty_server) as connection:
        found = connection.execute("SELECT handle, name, login = session_user FROM person").fetchall()
    assert found == [("li", "李雷", True)]
    assert line("asset", "add", "erp").code == 0


def test_a_login_that_may_not_make_tables_is_told_so(line: CommandLine, empty_server: str, postgres_admin: str) -> None:
    login = f"begin_{os.getpid()}"
    with psycopg.connect(postgres_admin, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(login)))
    try:
        left = answer(line, "2", empty_server.replace("postgres@", f"{login}@"))
        assert f'GRANT CREATE ON SCHEMA public TO "{login}";' in " ".join(left.out.split())
        assert left.code == 130
    finally:
        with psycopg.connect(postgres_admin, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(login)))


def test_ctrl_c_leaves_nothing_behind(line: CommandLine) -> None:
    before = everything_below(line.home)
    leader, terminal = pty.openpty()
    process = line.start("init", stdin=terminal, stdout=terminal, stderr=terminal)
    os.close(terminal)
    seen = b""
    while b"> " not in seen:
        seen += os.read(leader, 4096)
    os.write(leader, b"2\n1\n")
    while b"3/4" not in seen:
        seen += os.read(leader, 4096)
    process.send_signal(signal.SIGINT)
    assert process.wait() == 130
    os.close(leader)
    assert everything_below(line.home) == before


def test_a_database_that_is_not_made_takes_its_files_and_the_host_file_with_it(
    line: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = everything_below(line.home)

    def interrupted(*_arguments: object, **_settings: object) -> None:
        raise KeyboardInterrupt

    # The last thing in the transaction: everything else is written by then.
    monkeypatch.setattr("opsctl.store.sqlite.append", interrupted)
    assert answer(line, "2", "1", "UTC", "li", "1").code == 130
    assert everything_below(line.home) == before


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("--zone", "UTC"), id="zone"),
        pytest.param(("--lang", "en"), id="lang"),
        pytest.param(("--person", "li"), id="person"),
        pytest.param(("--no-input",), id="no-input"),
        pytest.param(("--json",), id="json"),
        pytest.param(("--quiet",), id="quiet"),
    ],
)
def test_with_any_of_its_flags_nothing_is_asked(line: CommandLine, arguments: tuple[str, ...]) -> None:
    done = line("init", *arguments, tty=True, stdin="zzz\n")
    assert (done.code, "1/4" in done.out + done.err) == (0, False)
    assert line.database.exists()
    assert not host_file(line).exists()


def test_no_flag_and_no_terminal_takes_this_machines_zone_and_says_so(line: CommandLine) -> None:
    done = line("init", env={"TZ": "Europe/Rome"})
    assert (done.code, done.out.splitlines()[0]) == (0, f"Made sqlite:///{line.database}, zone Europe/Rome.")
    assert done.err == (
        "The zone is this machine's, for none was given. It never changes; another is chosen with --zone.\n"
    )


def test_the_first_person_is_recorded_by_flags_once(line: CommandLine) -> None:
    first = line("init", "--zone", "UTC", "--person", "Li", "--name", " 李  雷 ")
    assert (first.code, first.err) == (0, "")
    assert first.out.endswith("li recorded: 李 雷\n")
    assert persons(line.database) == [("li", "李 雷", LOGIN)]
    again = line("init", "--zone", "UTC", "--person", "li")
    assert (again.code, again.out.splitlines()[-1]) == (0, "li is recorded there already.")
    other = line("init", "--zone", "UTC", "--person", "wang")
    assert (other.code, other.out) == (6, "")
    assert "opsctl person add wang --login LOGIN" in other.err
    assert line("ledger", "verify", "--deep").code == 0


def test_a_person_whom_nobody_could_be_makes_no_database(line: CommandLine) -> None:
    before = everything_below(line.home)
    refused = line("init", "--zone", "UTC", "--person", "li", "--as", "wang")
    assert (refused.code, everything_below(line.home)) == (2, before)
    nameless = line("init", "--name", "李雷")
    assert (nameless.code, everything_below(line.home)) == (2, before)


def test_under_the_clock_of_the_demo_no_company_begins(line: CommandLine) -> None:
    path = host_file(line)
    path.parent.mkdir(parents=True, mode=0o700)
    path.write_text("[demo]\nclock_start = 2026-11-16T08:40:00+08:00\nmade = 2026-11-01T00:00:00Z\n")
    path.chmod(0o600)
    refused = line("init", "--zone", "UTC")
    assert (refused.code, refused.out, line.database.exists()) == (5, "", False)
    assert "unset OPSCTL_CONFIG" in refused.err


def test_a_broken_host_file_is_said_before_anything_is_asked(line: CommandLine) -> None:
    path = host_file(line)
    path.parent.mkdir(parents=True, mode=0o700)
    path.write_text("[profile")
    path.chmod(0o600)
    refused = answer(line, "2", "1", "UTC", "2")
    assert (refused.code, refused.out) == (2, "")
    assert "is not valid TOML" in refused.err
