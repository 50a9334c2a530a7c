"""Programs are run as they are named, and none of them outlives the run."""

import os
import select
import signal
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from opsctl.cli.programs import LIMIT, Ran, run

LONG = timedelta(seconds=60)
SHORT = timedelta(seconds=1)


def shell(script: str, timeout: timedelta = LONG) -> Ran:
    return run(["sh", "-c", script], timeout=timeout)


@pytest.fixture
def alive(tmp_path: Path) -> Iterator[Callable[[], bool]]:
    """Says whether anybody still holds `tmp_path/alive` open for writing; waits for the last one to go."""
    path = tmp_path / "alive"
    os.mkfifo(path)
    number = os.open(path, os.O_RDONLY | os.O_NONBLOCK)

    def look() -> bool:
        # Readable without a byte: nobody holds the other end.
        return not select.select([number], [], [], 30)[0] or os.read(number, 1) != b""

    yield look
    os.close(number)


def test_both_streams_and_the_exit_code_are_told() -> None:
    assert shell("echo out; echo err >&2; exit 2") == Ran("out\n", "err\n", 2)


@pytest.mark.parametrize("code", [0, 1, 3, 4, 126, 127, 255])
def test_every_exit_code_is_told_as_it_is(code: int) -> None:
    assert shell(f"exit {code}").code == code


def test_a_signal_is_told_by_its_number() -> None:
    assert shell("kill -SEGV $$").code == -signal.SIGSEGV


def test_arguments_are_never_read_by_a_shell() -> None:
    words = ["a b", "$HOME", "*", "; exit 9", "", "中文", "'"]
    assert run(["printf", "%s\n", *words], timeout=LONG).out == "".join(f"{word}\n" for word in words)


def test_a_program_reads_nothing_speaks_english_and_stands_at_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    monkeypatch.setenv("TOKEN", "kept")
    assert shell('cat; echo "$LC_ALL $TOKEN"; pwd').out == "C kept\n/\n"


def test_a_program_is_found_in_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    place = tmp_path / "check_mine"
    place.write_text("#!/bin/sh\necho mine\n")
    place.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    assert run(["check_mine"], timeout=LONG).out == "mine\n"


@pytest.mark.parametrize(
    ("content", "mode", "refused"),
    [
        pytest.param(None, 0, "No such file or directory", id="not-there"),
        pytest.param("#!/bin/sh\n", 0o600, "Permission denied", id="not-executable"),
        pytest.param("#!/no/such/shell\n", 0o700, "No such file or directory", id="no-interpreter"),
        pytest.param("\x00\x01\x02", 0o700, "Exec format error", id="no-program"),
    ],
)
def test_what_cannot_be_run_is_said_in_the_words_of_the_system(
    tmp_path: Path, content: str | None, mode: int, refused: str
) -> None:
    place = tmp_path / "check"
    if content is not None:
        place.write_text(content)
        place.chmod(mode)
    assert run([str(place)], timeout=LONG) == Ran(refused=refused)


def test_bytes_that_are_no_text_are_marked() -> None:
    assert shell(r"printf '\377\376ok\n'").out == "��ok\n"


def test_a_long_output_is_cut_and_read_to_its_end() -> None:
    ended = shell("head -c 300000 /dev/zero | tr '\\0' x; head -c 300000 /dev/zero | tr '\\0' y >&2; exit 1")
    assert (len(ended.out), len(ended.err), ended.cut, ended.code) == (LIMIT, LIMIT, True, 1)
    assert not shell(f"head -c {LIMIT} /dev/zero; head -c 70000 /dev/zero >&2").cut


def test_who_is_late_is_asked_to_end_and_may_say_a_last_word(alive: Callable[[], bool], tmp_path: Path) -> None:
    ended = shell(f"exec 3>{tmp_path}/alive; trap 'echo bye; exit 0' TERM; echo hi; while :; do sleep 60; done", SHORT)
    assert (ended.out, ended.code, ended.late) == ("hi\nbye\n", None, True)
    assert not alive()


def test_who_will_not_end_is_ended_with_the_children(alive: Callable[[], bool], tmp_path: Path) -> None:
    hanging = "trap '' TERM; while :; do sleep 60; done"
    ended = shell(f"exec 3>{tmp_path}/alive; ({hanging}) & echo started; {hanging}", SHORT)
    assert ended == Ran("started\n", "", None, late=True)
    assert not alive()


def test_a_child_that_keeps_the_output_open_is_not_waited_for(alive: Callable[[], bool], tmp_path: Path) -> None:
    ended = shell(f"exec 3>{tmp_path}/alive; (trap '' TERM HUP; sleep 600) & echo ok; exit 1")
    assert ended == Ran("ok\n", "", 1)
    assert not alive()


def test_an_output_without_end_ends_with_the_time() -> None:
    ended = run(["yes"], timeout=SHORT)
    assert (ended.out[:4], len(ended.out), ended.cut, ended.late, ended.code) == ("y\ny\n", LIMIT, True, True, None)


def test_whoever_interrupts_us_ends_the_program(alive: Callable[[], bool], tmp_path: Path) -> None:
    def interrupt(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGUSR1, interrupt)
    try:
        with pytest.raises(KeyboardInterrupt):
            # More than a pipe holds: it goes on to the signal only while we read.
            shell(f"exec 3>{tmp_path}/alive; head -c 200000 /dev/zero; kill -USR1 $PPID; sleep 600")
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert not alive()


def test_a_parent_that_ignores_its_children_does_not_make_every_code_a_0() -> None:
    before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
        assert shell("exit 2").code == 2
    finally:
        signal.signal(signal.SIGCHLD, before)
