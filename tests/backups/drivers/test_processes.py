"""Engines as processes: what is stopped, what is told, and what nobody may see."""

import errno
import os
import signal
import sys
import threading
import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsctl.backups.drivers import Limits, processes
from opsctl.backups.drivers.processes import Command, Ended, find_program, pipe, run
from opsctl.backups.drivers.streams import Kept, Lines

SOON = timedelta(milliseconds=400)
LONG = timedelta(minutes=2)
SECRET = b"hunter2-and-some-more"


@pytest.fixture(autouse=True)
def _short_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "GRACE", 0.5)


def _python(code: str) -> Command:
    return Command((sys.executable, "-c", code))


def _is_gone(number: int) -> bool:
    """Whether no process of that number runs; one that only nobody has waited for does not."""
    for _again in range(200):
        try:
            if " Z " in Path(f"/proc/{number}/stat").read_text(encoding="utf-8"):
                return True
        except OSError:
            return True
        time.sleep(0.02)
    return False


def test_one_program_gives_its_output_and_its_code(limits: Limits) -> None:
    ended = run(Command(("sh", "-c", "echo out; echo one >&2; echo two >&2; exit 3")), limits)

    assert ended == Ended((3,), "out\n", ("one\ntwo\n",))
    assert ended.said == "two"
    assert ended.code == 3
    assert not ended.is_good


def test_lines_are_told_as_they_come_and_the_last_needs_no_end(limits: Limits) -> None:
    lines: list[str] = []

    ended = run(Command(("printf", "a\\nb\\nc")), limits, on_line=lines.append)

    assert lines == ["a", "b", "c"]
    assert ended.is_good


def test_a_line_is_told_before_the_program_ends(tmp_path: Path, limits: Limits) -> None:
    flag = tmp_path / "told"
    waits = f"import os, time\nprint('x', flush=True)\nwhile not os.path.exists({str(flag)!r}): time.sleep(0.01)"

    ended = run(_python(waits), limits, on_line=lambda _line: flag.touch())

    assert ended.is_good


@given(st.lists(st.binary(max_size=40), max_size=12))
@settings(deadline=None)
def test_lines_are_the_same_however_the_bytes_are_cut(blocks: list[bytes]) -> None:
    told: list[str] = []
    lines = Lines(told.append)
    for block in blocks:
        lines.take(memoryview(block))
    lines.end()

    whole = b"".join(blocks).decode("utf-8", "replace").split("\n")
    if whole[-1] == "":
        whole.pop()
    # A character that is cut by the end of a line is the same question mark in both.
    assert [line.replace("�", "") for line in told] == [line.replace("�", "") for line in whole]


def test_of_an_output_the_first_bytes_are_kept_and_of_stderr_the_last(limits: Limits) -> None:
    loud = _python("import sys; sys.stdout.write('a' * 200000 + 'b'); sys.stderr.write('c' * 200000 + 'd')")

    ended = run(loud, limits, keep=10)

    assert ended.out == "a" * 10
    assert len(ended.errors[0]) == processes.KEPT
    assert ended.errors[0].endswith("cd")


def test_kept_takes_no_more_than_there_is_room_for() -> None:
    kept = Kept(3)
    for block in (b"ab", b"cd", b"ef"):
        kept.take(memoryview(block))

    assert kept.end() == "abc"


def test_every_program_of_a_row_keeps_its_code(limits: Limits) -> None:
    taken = bytearray()
    row = [Command(("sh", "-c", "printf abc; exit 4")), Command(("cat",)), Command(("sh", "-c", "cat; exit 5"))]

    ended = pipe(row, limits, sink=taken.extend)

    assert ended.codes == (4, 0, 5)
    assert ended.code == 4
    assert bytes(taken) == b"abc"


def test_what_goes_from_the_first_to_the_second_is_seen_whole(limits: Limits) -> None:
    seen, taken, told = bytearray(), bytearray(), []
    size = 5_000_003
    writes = _python(f"import sys; sys.stdout.buffer.write(bytes(i % 251 for i in range({size})))")

    ended = pipe([writes, Command(("cat",))], limits, between=seen.extend, sink=taken.extend, tell=told.append)

    assert ended.is_good
    assert seen == taken == bytearray(i % 251 for i in range(size))
    assert sum(told) == size


def test_a_file_is_read_by_the_first_program(tmp_path: Path, limits: Limits) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"z" * 3_000_000)
    taken = bytearray()

    with path.open("rb") as stream:
        ended = pipe([Command(("cat",)), Command(("cat",))], limits, source=stream, sink=taken.extend)

    assert ended.is_good
    assert len(taken) == 3_000_000


def test_without_a_terminal_nothing_waits_for_input_and_texts_are_plain(limits: Limits) -> None:
    ended = run(Command(("sh", "-c", "cat; echo $LC_ALL $TZ; tty")), limits)

    assert ended.out == "C UTC\nnot a tty\n"


def test_our_own_variables_are_not_inherited(monkeypatch: pytest.MonkeyPatch, limits: Limits) -> None:
    monkeypatch.setenv("OPSCTL_SECRET", "x")

    assert "OPSCTL_" not in run(Command(("env",)), limits).out


@pytest.mark.parametrize(
    ("wall", "idle", "late"),
    [(SOON, LONG, "wall"), (LONG, SOON, "idle")],
    ids=["longer than its time-out", "silent for too long"],
)
def test_a_hung_program_is_stopped(wall: timedelta, idle: timedelta, late: str) -> None:
    ended = run(Command(("sleep", "600")), Limits(wall, idle))

    assert ended.late == late
    assert ended.codes == (None,)
    assert not ended.is_good


def test_a_program_is_stopped_where_its_window_ends() -> None:
    ended = run(Command(("sleep", "600")), Limits(LONG, LONG, until=time.monotonic() + 0.2))

    assert ended.late == "window"


def test_a_program_that_takes_no_notice_of_the_request_to_end_is_killed(tmp_path: Path) -> None:
    told = tmp_path / "number"
    deaf = f"trap '' TERM; echo $$ > {told}; while true; do sleep 1; done"

    ended = run(Command(("sh", "-c", deaf)), Limits(LONG, SOON))

    assert ended.late is not None
    assert _is_gone(int(told.read_text(encoding="utf-8")))


def test_a_program_may_take_its_lock_away_before_it_ends(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    polite = f"trap 'rm {lock}; exit 1' TERM; touch {lock}; while true; do sleep 0.05; done"

    ended = run(Command(("sh", "-c", polite)), Limits(SOON, LONG))

    assert ended.late == "wall"
    assert not lock.exists()


def test_a_hung_grandchild_that_holds_the_pipe_is_killed_with_its_group(tmp_path: Path) -> None:
    told = tmp_path / "number"

    ended = run(Command(("sh", "-c", f"sleep 600 & echo $! > {told}; exit 0")), Limits(LONG, SOON))

    assert ended.late == "idle"
    assert _is_gone(int(told.read_text(encoding="utf-8")))


def test_a_grandchild_that_left_the_group_cannot_hold_us(tmp_path: Path) -> None:
    told = tmp_path / "number"
    left = f"setsid sh -c 'echo $$ > {told}; exec sleep 600' & while [ ! -s {told} ]; do sleep 0.02; done"

    try:
        ended = run(Command(("sh", "-c", left)), Limits(LONG, SOON))

        assert ended.late == "idle"
    finally:
        with suppress(OSError, ValueError):
            os.kill(int(told.read_text(encoding="utf-8")), signal.SIGKILL)


def test_what_a_good_program_leaves_running_in_its_group_ends_with_it(tmp_path: Path, limits: Limits) -> None:
    told = tmp_path / "number"

    ended = run(Command(("sh", "-c", f"sleep 600 > /dev/null 2>&1 & echo $! > {told}")), limits)

    assert ended.is_good
    assert _is_gone(int(told.read_text(encoding="utf-8")))


def test_a_program_that_says_something_now_and_then_is_not_idle() -> None:
    ended = run(
        Command(("sh", "-c", "for i in 1 2 3 4 5 6 7 8; do sleep 0.2; echo $i >&2; done")),
        Limits(LONG, timedelta(seconds=0.8)),
    )

    assert ended.is_good


def test_a_program_whose_child_fills_a_file_in_silence_is_not_idle(tmp_path: Path) -> None:
    silent = f"for i in 1 2 3 4 5 6 7 8; do sleep 0.2; echo $i >> {tmp_path / 'file'}; done"

    ended = run(Command(("sh", "-c", f"sh -c '{silent}'; true")), Limits(LONG, timedelta(seconds=0.8)))

    assert ended.is_good


def test_the_last_program_that_ends_early_stops_the_first_and_is_to_blame(limits: Limits) -> None:
    row = [Command(("yes",)), Command(("sh", "-c", "head -c 100000 >&1; echo no space >&2; exit 9"))]

    ended = pipe(row, limits, sink=lambda _block: None)

    assert ended.codes == (-signal.SIGPIPE, 9)
    assert ended.code == 9
    assert ended.said == "no space"


def test_the_second_of_three_that_ends_early_stops_the_first_through_our_hands(limits: Limits) -> None:
    seen = []
    row = [Command(("yes",)), Command(("head", "-c", "3000000")), Command(("cat",))]
    taken = bytearray()

    ended = pipe(row, limits, between=lambda block: seen.append(len(block)), sink=taken.extend)

    assert ended.codes == (-signal.SIGPIPE, 0, 0)
    assert len(taken) == 3_000_000
    assert sum(seen) >= 3_000_000


def test_a_program_that_reads_nothing_does_not_hold_us() -> None:
    ended = pipe(
        [Command(("yes",)), Command(("sleep", "600"))],
        Limits(LONG, SOON),
        between=lambda _block: None,
        sink=lambda _block: None,
    )

    assert ended.late == "idle"


@pytest.mark.parametrize("where", ["between", "sink", "tell"])
def test_what_a_function_raises_stops_all_and_is_raised_here(where: str, limits: Limits) -> None:
    def refuse(_given: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    functions = {"between": lambda _block: None, "sink": lambda _block: None, "tell": None} | {where: refuse}
    before = threading.active_count()

    with pytest.raises(OSError, match="No space left"):
        pipe([Command(("yes",)), Command(("cat",))], limits, **functions)  # type: ignore[arg-type]

    assert threading.active_count() == before


def test_a_pipe_that_breaks_in_a_function_is_no_end_of_a_program(limits: Limits) -> None:
    def refuse(_block: memoryview) -> None:
        raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        pipe([Command(("echo", "x"))], limits, sink=refuse)


def test_a_program_that_is_not_there_stops_the_others(limits: Limits) -> None:
    ended = pipe([Command(("sleep", "600")), Command(("no-such-engine", "-x"))], limits, sink=lambda _block: None)

    assert ended.refused == "no-such-engine: No such file or directory"
    assert ended.codes == ()


@pytest.mark.parametrize("code", [126, 127])
def test_a_program_that_a_shell_could_not_start_is_refused_too(code: int, limits: Limits) -> None:
    ended = run(Command(("sh", "-c", f"echo not found >&2; exit {code}")), limits)

    assert ended.refused == "not found"
    assert ended.codes == (code,)


def test_a_user_there_is_not_is_a_refusal(limits: Limits) -> None:
    ended = run(Command(("id",), user="nobody-of-that-name"), limits)

    assert ended.refused is not None
    assert "nobody-of-that-name" in ended.refused


def test_a_folder_there_is_not_is_a_refusal(limits: Limits) -> None:
    assert run(Command(("id",), folder="/no/such/folder"), limits).refused is not None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may run programs as somebody else")
def test_a_program_runs_as_somebody_else_and_can_open_its_secret(limits: Limits) -> None:
    command = Command(("sh", "-c", 'id -un; id -Gn; cat "$0"', "{secret:key}"), secrets={"key": SECRET}, user="nobody")

    ended = run(command, limits)

    assert ended.out == f"nobody\nnogroup\n{SECRET.decode()}"


def test_a_secret_stands_in_no_argument_and_no_environment(limits: Limits) -> None:
    looks = "cat /proc/self/cmdline /proc/self/environ /proc/$$/cmdline /proc/$$/environ"
    shows = f"{looks}; cat $KEY >&2; cat /proc/self/fd/$NUMBER >&2"
    command = Command(
        ("sh", "-c", shows, "sh", "{secret:key}"),
        environment={"KEY": "{secret:key}", "NUMBER": "{descriptor:other}"},
        secrets={"key": SECRET, "other": b"another"},
    )

    ended = run(command, limits)

    assert "/proc/self/fd/" in ended.out
    assert SECRET.decode() not in ended.out
    assert "another" not in ended.out
    assert ended.errors == (SECRET.decode() + "another",)
    assert SECRET.decode() not in repr(command)


def test_the_next_program_of_a_row_cannot_open_the_secret_of_the_first(limits: Limits) -> None:
    taken = bytearray()
    row = [Command(("true",), secrets={"key": SECRET}), Command(("sh", "-c", "ls -l /proc/self/fd"))]

    pipe(row, limits, sink=taken.extend)

    assert b"memfd" not in taken


def test_nothing_is_left_open_or_running(limits: Limits) -> None:
    run(Command(("true",)), limits)
    before = _open_and_running()

    for _again in range(5):
        pipe([Command(("echo", "x"), secrets={"k": SECRET}), Command(("cat",))], limits, sink=lambda _block: None)
        run(Command(("no-such-engine",), secrets={"k": SECRET}), limits)
        run(Command(("sleep", "600")), Limits(timedelta(0), LONG))

    assert _open_and_running() == before


def _open_and_running() -> tuple[list[str], set[str]]:
    """Our open files, and the processes that are our children."""
    children = [path.read_text(encoding="utf-8") for path in Path("/proc/self/task").glob("*/children")]
    return sorted(path.name for path in Path("/proc/self/fd").iterdir()), set(" ".join(children).split())


def test_a_program_of_the_jobs_own_folder_comes_before_path(tmp_path: Path) -> None:
    ours = tmp_path / "tar"
    ours.write_text("#!/bin/sh\n", encoding="utf-8")
    ours.chmod(0o755)

    assert find_program("tar", str(tmp_path)) == str(ours)
    assert find_program("cat", str(tmp_path)) == find_program("cat")
    assert find_program("no-such-engine", str(tmp_path)) is None
