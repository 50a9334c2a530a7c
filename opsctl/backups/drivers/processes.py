"""Engines as processes: by argument lists, alone or in a row, with time-outs, and every exit code looked at."""

import os
import selectors
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence, Set
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO

from opsctl.backups.drivers import Limits
from opsctl.backups.drivers.streams import KEPT as KEPT
from opsctl.backups.drivers.streams import Errors, Kept, Lines, Pump, enlarge, in_memory

GRACE = 10.0
"""Seconds between the request to end and the end: an engine takes its own lock away in them."""
_LOOK = 0.05
_LOOK_WITHOUT_ERRORS = 0.005
_DEATH = 5.0
_LOOKS_WHILE_IDLE = 4
_NOT_FOUND = (126, 127)
"""What a shell, env and their like end with where the program behind them could not be started."""
_LATE_WALL, _LATE_IDLE, _LATE_WINDOW = "wall", "idle", "window"


@dataclass(frozen=True, slots=True)
class Command:
    """A program with its arguments. `secrets` are given as files in memory: `{secret:NAME}` in an argument or a value
    of `environment` becomes a path that only this process can open, `{descriptor:NAME}` the number of the open file.
    `hears` is told each line of its stderr as it comes, of which `Ended.errors` keeps the last bytes only.
    """

    words: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    folder: str = "/"
    user: str | None = None
    nice: int | None = None
    hears: Callable[[str], None] | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Ended:
    """How programs ended, in their order: `codes` are minus a signal's number, None for one that was stopped by us.

    `late` says which limit stopped them: wall, idle or window. `refused` is why one of them could not be started; it
    has codes where that was found out by a program in front of it, which ended with 126 or 127.
    """

    codes: tuple[int | None, ...]
    out: str = ""
    errors: tuple[str, ...] = ()
    late: str | None = None
    refused: str | None = None

    @property
    def is_good(self) -> bool:
        """Whether all of them ended with 0 by themselves."""
        return self.late is None and self.refused is None and all(code == 0 for code in self.codes)

    @property
    def code(self) -> int | None:
        """The first code that is not 0, but for those that only say that the next program was gone; 0 where all are."""
        failed = [code for code in self.codes if code != 0]
        return next((code for code in failed if code != -signal.SIGPIPE), failed[0] if failed else 0)

    @property
    def said(self) -> str:
        """The last line that the first program that failed wrote to stderr, else that of any of them; else nothing."""
        failed = [text for code, text in zip(self.codes, self.errors, strict=False) if code != 0]
        for text in (*failed, *self.errors):
            lines = [line.strip() for line in text.splitlines() if line.strip()]
            if lines:
                return lines[-1]
        return ""


def find_program(name: str, folder: str | None = None) -> str | None:
    """The whole path of a program: in that folder, else in PATH; None where it is in neither."""
    found = None if folder is None else shutil.which(name, path=folder)
    return found or shutil.which(name, path=os.environ.get("PATH") or os.defpath)


def run(
    command: Command,
    limits: Limits,
    *,
    on_line: Callable[[str], None] | None = None,
    keep: int = KEPT,
) -> Ended:
    """Run one program. Its stdout is given to `on_line` line by line, else kept, up to `keep` bytes."""
    sink = Lines(on_line) if on_line is not None else Kept(keep)
    ended = pipe([command], limits, sink=sink.take)
    return replace(ended, out=sink.end())


def pipe(
    commands: Sequence[Command],
    limits: Limits,
    *,
    source: IO[bytes] | None = None,
    between: Callable[[memoryview], None] | None = None,
    before: int = 1,
    sink: Callable[[memoryview], None] | None = None,
    tell: Callable[[int], None] | None = None,
) -> Ended:
    """Run programs, each reading what the one before it writes, and wait for all of them.

    The first reads the file `source`, or nothing. `between` sees what goes into program number `before`, counted from
    0, `sink` what comes out of the last; without a sink its stdout is thrown away. Both are called in threads of their
    own with a block that is theirs only until they return, and what they raise is raised here once all programs are
    stopped. `tell` is told how many bytes the last one gave.
    """
    with _Row(limits) as row:
        try:
            row.start(commands, source, None if between is None else (before, between), sink, tell)
        except _Refused as refused:
            return Ended((), refused=str(refused))
        return row.wait()


class _Refused(Exception):
    """A program could not be started."""


class _Row:
    """Programs that run, with the threads that carry bytes between them."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._processes: list[subprocess.Popen[bytes]] = []
        self._errors: list[Errors] = []
        self._pumps: list[Pump] = []
        self._selector = selectors.DefaultSelector()
        self._stack = ExitStack()
        self._active = time.monotonic()
        self._looked = 0.0
        self._passed: dict[str, bytes] = {}
        self._stop, self._stopper = os.pipe()

    def __enter__(self) -> "_Row":
        return self

    def __exit__(self, *error: object) -> None:
        if error[0] is not None:
            self._end_all()
        self._kill(signal.SIGKILL)
        os.close(self._stopper)
        for pump in self._pumps:
            pump.join(_DEATH)
        for process in self._processes:
            self._code(process)
            for stream in (process.stdin, process.stdout, process.stderr):
                if stream is not None and not any(pump.is_alive() for pump in self._pumps):
                    stream.close()
        self._selector.close()
        self._stack.close()
        os.close(self._stop)

    def start(
        self,
        commands: Sequence[Command],
        source: IO[bytes] | None,
        between: tuple[int, Callable[[memoryview], None]] | None,
        sink: Callable[[memoryview], None] | None,
        tell: Callable[[int], None] | None,
    ) -> None:
        """Start them from the first to the last. Raise _Refused where one is not there."""
        reads: int | IO[bytes] = subprocess.DEVNULL if source is None else source
        last = len(commands) - 1
        for at, command in enumerate(commands):
            carried = between[1] if between is not None and between[0] == at else None
            gives = subprocess.DEVNULL if at == last and sink is None else subprocess.PIPE
            process = self._begin(command, reads if carried is None else subprocess.PIPE, gives)
            if carried is not None:
                self._carry(self._processes[at - 1].stdout, process.stdin, carried)
            elif at > 0 and not isinstance(reads, int):
                enlarge(reads)
                reads.close()  # only the next program holds it, so that its end is seen
            reads = process.stdout if process.stdout is not None else subprocess.DEVNULL
        if sink is not None:
            takes = (sink,) if tell is None else (sink, lambda block: tell(len(block)))
            self._carry(self._processes[-1].stdout, None, *takes)

    def _begin(self, command: Command, reads: int | IO[bytes], gives: int) -> "subprocess.Popen[bytes]":
        try:
            account = None if command.user is None else _account(command.user)
            words, environment, open_files = self._handed_over(command, None if account is None else account[0])
            process = subprocess.Popen(
                words,
                bufsize=0,
                stdin=reads,
                stdout=gives,
                stderr=subprocess.PIPE,
                cwd=command.folder,
                env=environment,
                pass_fds=open_files,
                start_new_session=True,
                user=None if account is None else account[0],
                group=None if account is None else account[1],
                extra_groups=None if account is None else [],
                umask=0o077,
            )
        except (OSError, ValueError, KeyError) as error:
            raise _Refused(f"{command.words[0]}: {getattr(error, 'strerror', None) or error}") from None
        self._processes.append(process)
        if command.nice is not None:
            with suppress(OSError):  # it has ended already
                os.setpriority(os.PRIO_PROCESS, process.pid, command.nice)
        kept = Errors(command.hears)
        self._errors.append(kept)
        if process.stderr is not None:
            os.set_blocking(process.stderr.fileno(), False)
            self._selector.register(process.stderr, selectors.EVENT_READ, kept)
        return process

    def _handed_over(self, command: Command, owner: int | None) -> tuple[list[str], dict[str, str], list[int]]:
        """The words and the environment with the places of the secrets in them, and the open files."""
        said: dict[str, str] = {}
        numbers = []
        for name, secret in command.secrets.items():
            number = self._stack.enter_context(in_memory(secret, owner))
            numbers.append(number)
            said |= {f"{{secret:{name}}}": f"/proc/self/fd/{number}", f"{{descriptor:{name}}}": str(number)}
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("OPSCTL_")}
        environment = {**inherited, "LC_ALL": "C", "TZ": "UTC", **command.environment}
        return (
            [_replaced(word, said) for word in command.words],
            {name: _replaced(value, said) for name, value in environment.items()},
            numbers,
        )

    def _carry(
        self, reads: IO[bytes] | None, gives: IO[bytes] | None, *takes: Callable[[memoryview], None]
    ) -> None:
        if reads is None:
            raise _Refused("no pipe")
        pump = Pump(reads, gives, takes, self._note_movement, self._stop)
        pump.start()
        # Not before: one that is interrupted while it begins cannot be waited for, and ends with its pipes.
        self._pumps.append(pump)

    def wait(self) -> Ended:
        """Wait until all have ended, one of the limits is reached or a thread has raised."""
        begun = time.monotonic()
        late = None
        while late is None and not self._raised() and not self._is_over():
            self._read_errors(_LOOK)
            late = self._late(begun, time.monotonic())
        if late is not None or self._raised():
            self._end_all()
        self._read_errors(0)
        self._kill(signal.SIGKILL)  # whoever is left of their groups
        for error in self._raised():
            raise error
        codes = tuple(self._code(process) for process in self._processes)
        texts = tuple(kept.end() for kept in self._errors)
        if late is not None:
            return Ended((None,) * len(codes), errors=texts, late=late)
        missing = next((at for at, code in enumerate(codes) if code in _NOT_FOUND), None)
        ended = Ended(codes, errors=texts)
        if missing is None:
            return ended
        said = texts[missing].strip().rpartition("\n")[2]
        return replace(ended, refused=said or str(codes[missing]))

    def _note_movement(self) -> None:
        self._active = time.monotonic()

    def _raised(self) -> list[BaseException]:
        return [pump.raised for pump in self._pumps if pump.raised is not None]

    def _is_over(self) -> bool:
        return all(map(_has_ended, self._processes)) and not any(pump.is_alive() for pump in self._pumps)

    def _late(self, begun: float, now: float) -> str | None:
        if now - begun > self._limits.wall.total_seconds():
            return _LATE_WALL
        if self._limits.until is not None and now > self._limits.until:
            return _LATE_WINDOW
        idle = self._limits.idle.total_seconds()
        if now - self._looked > idle / _LOOKS_WHILE_IDLE:
            self._look_for_movement(now)
        return _LATE_IDLE if now - self._active > idle else None

    def _look_for_movement(self, now: float) -> None:
        """See whether any program of theirs has read or written: of one that fills its own files nothing else is seen.

        What they were doing when this is asked for the first time is no movement.
        """
        before, self._passed = self._passed, _passed_in({one.pid for one in self._processes})
        if self._looked and before != self._passed:
            self._active = now
        self._looked = now

    def _end_all(self) -> None:
        """Ask them to end, and end them where they do not."""
        self._kill(signal.SIGTERM)
        until = time.monotonic() + GRACE
        while not all(map(_has_ended, self._processes)) and time.monotonic() < until:
            self._read_errors(_LOOK)
        self._kill(signal.SIGKILL)

    def _read_errors(self, seconds: float) -> None:
        if not self._selector.get_map():
            time.sleep(min(seconds, _LOOK_WITHOUT_ERRORS))
            return
        for key, _events in self._selector.select(seconds):
            with suppress(BlockingIOError):
                while block := os.read(key.fd, KEPT):
                    self._note_movement()
                    key.data.take(block)
                self._selector.unregister(key.fileobj)

    def _kill(self, number: signal.Signals) -> None:
        for process in self._processes:
            # Until it is waited for its number, and that of its group, is nobody else's.
            if process.returncode is None:
                with suppress(ProcessLookupError, PermissionError):
                    os.killpg(process.pid, number)

    def _code(self, process: "subprocess.Popen[bytes]") -> int | None:
        try:
            return process.wait(_DEATH)
        except subprocess.TimeoutExpired:  # what hangs on a file system that is gone does not even die
            return None


def _has_ended(process: "subprocess.Popen[bytes]") -> bool:
    """Whether it has ended; it is not taken note of, so that its number stays taken."""
    if process.returncode is not None:
        return True
    return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _passed_in(sessions: Set[int]) -> dict[str, bytes]:
    """By process of these sessions how many bytes it has read and written, where the system counts them."""
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            # The name of the program, in parentheses, may hold anything.
            _state, _parent, _group, session, *_rest = stat.read_bytes().rpartition(b")")[2].split()
            if int(session) in sessions:
                found[stat.parent.name] = stat.with_name("io").read_bytes()
    return found


def _replaced(word: str, said: Mapping[str, str]) -> str:
    for sign, value in said.items():
        word = word.replace(sign, value)
    return word


def _account(user: str) -> tuple[int, int]:
    """The numbers of a user and of its group. Raise KeyError for a user there is not."""
    import pwd

    try:
        found = pwd.getpwnam(user)
    except KeyError:
        raise KeyError(f"no user {user}") from None
    return found.pw_uid, found.pw_gid
