"""Where a result goes: a file, a pager, a pipe that closes, a disk that is full."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.harness import PROGRAM, CommandLine, clean_environment


@pytest.fixture
def line(run: CommandLine) -> CommandLine:
    run("asset", "add", "erp", "--title", "ERP 登录")
    return run


@pytest.mark.parametrize(
    ("name", "start"),
    [
        pytest.param(
            "assets.csv",
            "\ufeffhandle,title,kind,customer,owner,criticality,state\nerp,ERP 登录,,,,,in service\n",
            id="csv",
        ),
        pytest.param("assets.CSV", "\ufeffhandle,title,kind,", id="capitals"),
        pytest.param("assets.json", '{\n  "opsctl": 1,\n  "kind": "asset.list"', id="json"),
        pytest.param("assets.txt", "handle  title     kind  state\n", id="plain"),
        pytest.param("assets.md", "| handle", id="markdown"),
    ],
)
def test_the_ending_of_a_file_tells_its_format(line: CommandLine, tmp_path: Path, name: str, start: str) -> None:
    path = tmp_path / name
    result = line("asset", "list", "-o", str(path))
    assert (result.out, result.err, result.code) == ("", "", 0)
    assert path.read_bytes().decode().startswith(start)


def test_a_format_that_is_given_wins_over_the_ending(line: CommandLine, tmp_path: Path) -> None:
    path = tmp_path / "assets.txt"
    line("asset", "list", "-o", str(path), "--format", "json")
    assert path.read_text(encoding="utf-8").startswith("{")


def test_a_dash_is_stdout(line: CommandLine) -> None:
    assert line("asset", "list", "-q", "-o", "-").out == "erp\n"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        pytest.param("assets.pdf", "No format has the ending '.pdf'.", id="unknown-ending"),
        pytest.param("assets", "has no ending.", id="no-ending"),
        pytest.param("no/such/folder/assets.csv", "cannot be written: No such file or directory", id="no-folder"),
        pytest.param("folder.csv", "cannot be written: ", id="a-folder"),
    ],
)
def test_a_file_that_cannot_be_written_is_said_and_nothing_is_left(
    line: CommandLine, tmp_path: Path, name: str, said: str
) -> None:
    (tmp_path / "folder.csv").mkdir()
    before = sorted(path.name for path in tmp_path.iterdir())
    result = line("asset", "list", "-o", str(tmp_path / name))
    assert (result.out, result.code, result.err.count("\n")) == ("", 2, 1)
    assert said in result.err
    assert sorted(path.name for path in tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    "options",
    [
        pytest.param(("--format", "bogus"), id="no-format"),
        pytest.param(("-o", "{folder}/no/such/folder/opened.json"), id="no-folder"),
        pytest.param(("-o", "{folder}/folder.csv"), id="a-folder"),
        pytest.param(("-o", "{folder}/opened.pdf"), id="no-ending"),
    ],
)
def test_what_cannot_be_shown_is_not_written_either(
    line: CommandLine, tmp_path: Path, options: tuple[str, ...]
) -> None:
    (tmp_path / "folder.csv").mkdir()
    named = [option.format(folder=tmp_path) for option in options]
    assert line("incident", "open", "erp", "login answers 502", *named).code == 2
    assert line("incident", "list", "-q").out == ""


@pytest.mark.parametrize("command", ["asset list -o {pipe} --format plain", "ledger export -o {pipe}"])
def test_a_pipe_with_a_name_is_written_into_and_stays(line: CommandLine, tmp_path: Path, command: str) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    result = line(*command.format(pipe=pipe).split())
    assert (result.err, result.code, pipe.is_fifo()) == ("", 0, True)
    assert b"erp" in os.read(reader, 10_000)
    os.close(reader)


def test_a_file_that_is_replaced_keeps_its_mode(line: CommandLine, tmp_path: Path) -> None:
    path = tmp_path / "assets.csv"
    path.write_text("old", encoding="utf-8")
    path.chmod(0o640)
    line("asset", "list", "-o", str(path))
    assert path.stat().st_mode & 0o777 == 0o640
    assert "erp" in path.read_text(encoding="utf-8")


def _pager(tmp_path: Path) -> tuple[str, Path]:
    page = tmp_path / "page"
    script = tmp_path / "my pager"
    script.write_text(f'#!/bin/sh\ncat > "{page}"\n', encoding="utf-8")
    script.chmod(0o755)
    return f"'{script}'", page


@pytest.mark.parametrize(
    ("tty", "lines", "paged"),
    [
        pytest.param(True, "3", True, id="tall-on-a-terminal"),
        pytest.param(True, "80", False, id="short-on-a-terminal"),
        pytest.param(False, "3", False, id="pipe"),
    ],
)
def test_a_pager_is_for_what_is_too_tall_for_a_terminal(
    line: CommandLine, tmp_path: Path, tty: bool, lines: str, paged: bool
) -> None:
    for number in range(5):
        line("asset", "add", f"host-{number}")
    pager, page = _pager(tmp_path)
    result = line("asset", "list", tty=tty, env={"PAGER": pager, "LINES": lines})
    shown = page.read_text(encoding="utf-8") if page.exists() else ""
    assert ("host-4" in shown, "host-4" in result.out, result.code) == (paged, not paged, 0)


@pytest.mark.parametrize("pager", ["no-such-pager-anywhere", "'unbalanced"])
def test_a_pager_that_is_not_there_hides_nothing(line: CommandLine, pager: str) -> None:
    result = line("asset", "list", tty=True, env={"PAGER": pager, "LINES": "1"})
    assert ("ERP 登录" in result.out, result.code) == (True, 0)


def test_colour_is_for_terminals_that_want_it(line: CommandLine) -> None:
    assert "\x1b" in line("asset", "list", tty=True).out
    assert "\x1b" not in line("asset", "list", tty=True, env={"NO_COLOR": "1"}).out
    assert "\x1b" not in line("asset", "list").out


@pytest.mark.parametrize(
    "unbuffered",
    [
        pytest.param("", id="at-the-end"),
        pytest.param("1", id="in-the-middle"),
    ],
)
def test_a_reader_who_has_seen_enough_is_no_error(line: CommandLine, unbuffered: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    unbuffered_too = {"PYTHONUNBUFFERED": unbuffered}
    process = line.start("asset", "list", stdout=writing, stderr=subprocess.PIPE, env=unbuffered_too)
    os.close(writing)
    _out, err = process.communicate(timeout=30)
    assert (err, process.returncode) == (b"", 0)


def test_a_disk_that_is_full_is_said_in_one_line(line: CommandLine) -> None:
    with Path("/dev/full").open("wb") as full:
        process = line.start("asset", "list", stdout=full, stderr=subprocess.PIPE)
        _out, err = process.communicate(timeout=30)
    assert err.decode().startswith("opsctl: The system refused: No space left on device")
    assert (err.count(b"\n"), process.returncode) == (1, 1)


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", "<&- >&- 2>&-"])
def test_a_stream_that_is_closed_keeps_nobody_from_writing(line: CommandLine, closed: str) -> None:
    shell = f'"$0" incident open erp "login answers 502" {closed}'
    done = subprocess.run(["/bin/sh", "-c", shell, PROGRAM], env=clean_environment(line.home), check=False)
    assert done.returncode == 0
    assert line("incident", "list", "-q").out == "INC-2026-0001\n"


def test_nothing_comes_out_of_a_stdin_that_is_closed(line: CommandLine) -> None:
    shell = '"$0" incident ack - <&-'
    done = subprocess.run(["/bin/sh", "-c", shell, PROGRAM], env=clean_environment(line.home), check=False)
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("encoding", "shown"),
    [
        pytest.param("ascii", "INC-{year}-0001 opened: 502 \\xb7 erp\n", id="ascii"),
        pytest.param("gbk", "INC-{year}-0001 opened: 502 · erp\n", id="gbk"),
    ],
)
def test_a_terminal_that_knows_fewer_letters_makes_no_error_of_what_was_done(
    line: CommandLine, encoding: str, shown: str
) -> None:
    process = line.start("incident", "open", "erp", "502", stdout=subprocess.PIPE, env={"PYTHONIOENCODING": encoding})
    out, _err = process.communicate(timeout=30)
    (reference,) = line("incident", "list", "-q").out.split()
    assert (out.decode(encoding), process.returncode) == (shown.format(year=reference[4:8]), 0)


@pytest.mark.parametrize("form", ["json", "csv"])
def test_what_programs_read_is_utf_8_whatever_the_terminal_speaks(line: CommandLine, form: str) -> None:
    gbk = {"PYTHONIOENCODING": "gbk"}
    process = line.start("asset", "list", "--format", form, stdout=subprocess.PIPE, env=gbk)
    out, _err = process.communicate(timeout=30)
    assert "ERP 登录" in out.decode()


def test_what_is_piped_and_no_text_is_said(line: CommandLine) -> None:
    process = line.start("incident", "ack", "-", stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out, err = process.communicate(b"\xff\n", timeout=30)
    assert (out, process.returncode) == (b"", 2)
    assert err.startswith(b"opsctl: What came through the pipe is no text.")


def test_who_interrupts_the_showing_hears_that_the_work_is_saved(line: CommandLine, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    process = line.start(
        "incident", "open", "erp", "login answers 502", "-o", str(pipe), "--format", "plain", stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    for _ in range(600):  # until it waits for somebody who reads the pipe
        if line("incident", "list", "-q").out:
            break
        signal.sigtimedwait([], 0.05)
    signal.sigtimedwait([], 0.3)
    process.send_signal(signal.SIGINT)
    _out, err = process.communicate(timeout=30)
    assert (err, process.returncode) == (b"opsctl: Interrupted; what was to be written is saved.\n", 130)


@pytest.mark.parametrize("name", ["SIGINT", "SIGHUP", "SIGTERM"])
def test_an_interrupted_command_ends_with_130_and_saves_nothing(line: CommandLine, name: str) -> None:
    reading, writing = os.pipe()
    process = line.start(
        "incident", "ack", "-", stdin=reading, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    os.close(reading)
    _wait_until_it_reads(process.pid)
    process.send_signal(getattr(signal, name))
    out, err = process.communicate(timeout=30)
    os.close(writing)
    assert (out, process.returncode) == (b"", 130)
    assert err == b"opsctl: Interrupted; nothing of the last step was saved.\n"
    assert "asset.added" in line("ledger", "list", "--format", "csv").out


def _wait_until_it_reads(process: int) -> None:
    """Wait until the process sleeps in a read of its stdin: system call 0 on descriptor 0."""
    for _ in range(600):
        call = Path(f"/proc/{process}/syscall").read_text(encoding="ascii")
        if call.startswith(("0 0x0 ", "63 0x0 ")):
            return
        signal.sigtimedwait([], 0.05)
    pytest.fail("the command never read its stdin")
