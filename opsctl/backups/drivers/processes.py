"""Engines as processes: by argument lists, alone or in a row, with time-outs, and every exit code looked at."""

import os
import selectors
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from typing import IO

from opsctl.backups.drivers import Limits

KEPT = 64 * 1024
"""So many bytes of what an engine says are kept: of stderr the last ones, of stdout the first."""
_BLOCK = 1024 * 1024
_LOOK = 0.05
_GRACE = 10.0
"""Seconds between the request to end and the end: an engine takes its own lock away in them."""
_DEATH = 5.0
_NOT_FOUND = (126, 127)
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

    `late` says which limit stopped them: wall, idle or window. `refused` is why the program `at` could not be started.
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
        """The first code that is not 0; 0 where all are."""
        return next((code for code in self.codes if code != 0), 0)

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
    if folder is not None:
        return shutil.which(name, path=folder)
    return shutil.which(name, path=os.environ.get("PATH") or os.defpath)


def run(
    command: Command,
    limits: Limits,
    *,
    on_line: Callable[[str], None] | None = None,
    keep: int = KEPT,
) -> Ended:
    """Run one program. Its stdout is given to `on_line` line by line, else kept, up to `keep` bytes."""
    sink = _Lines(on_line) if on_line is not None else _Kept(keep)
    ended = pipe([command], limits, sink=sink.take)
    return Ended(ended.codes, sink.end(), ended.errors, ended.late, ended.refused)


def pipe(
    commands: Sequence[Command],
    limits: Limits,
    *,
    source: IO[bytes] | None = None,
    between: Callable[[memoryview], None] | None = None,
    sink: Callable[[memoryview], None] | None = None,
    tell: Callable[[int], None] | None = None,
) -> Ended:
    """Run programs, each reading what the one before it writes, and wait for all of them.

    The first reads the file `source`, or nothing. `between` sees what goes from the first to the second, `sink` what
    comes out of the last; without a sink its stdout is thrown away. Both are called in threads of their own, and what
    they raise is raised here once all programs are stopped. `tell` is told how many bytes the last one gave.
    """
    with _Row(limits) as row:
        try:
            row.start(commands, source, between, sink, tell)
        except _Refused as refused:
            return Ended((), refused=str(refused), errors=())
        return row.wait()


class _Refused(Exception):
    """A program could not be started."""


class _Row:
    """Programs that run, with the threads that carry bytes between them."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._processes: list[subprocess.Popen[bytes]] = []
        self._errors: list[_Errors] = []
        self._pumps: list[threading.Thread] = []
        self._raised: list[BaseException] = []
        self._selector = selectors.DefaultSelector()
        self._active = time.monotonic()
        self._stack = ExitStack()

    def __enter__(self) -> "_Row":
        return self

    def __exit__(self, *_error: object) -> None:
        self._kill(signal.SIGKILL)
        for pump in self._pumps:
            pump.join(_DEATH)
        for process in self._processes:
            with suppress(subprocess.TimeoutExpired):
                process.wait(_DEATH)
            for stream in (process.stdin, process.stdout, process.stderr):
                if stream is not None:
                    with suppress(OSError):
                        stream.close()
        self._selector.close()
        self._stack.close()

    def start(
        self,
        commands: Sequence[Command],
        source: IO[bytes] | None,
        between: Callable[[memoryview], None] | None,
        sink: Callable[[memoryview], None] | None,
        tell: Callable[[int], None] | None,
    ) -> None:
        """Start them from the first to the last. Raise _Refused where one is not there."""
        reads: int | IO[bytes] = subprocess.DEVNULL if source is None else source
        last = len(commands) - 1
        for at, command in enumerate(commands):
            carried = at == 1 and between is not None
            gives = subprocess.DEVNULL if at == last and sink is None else subprocess.PIPE
            process = self._begin(command, subprocess.PIPE if carried else reads, gives)
            if carried:
                before = self._processes[-2].stdout
                self._carry(before, _Joined(between, process.stdin), None)
            elif at > 0 and not isinstance(reads, int):
                reads.close()  # only the next program holds it, so that its end is seen
            reads = process.stdout if process.stdout is not None else subprocess.DEVNULL
        if sink is not None:
            self._carry(self._processes[-1].stdout, _Joined(sink, None), tell)

    def _begin(self, command: Command, reads: int | IO[bytes], gives: int) -> "subprocess.Popen[bytes]":
        words, environment, open_files = self._handed_over(command)
        try:
            process = subprocess.Popen(
                words,
                stdin=reads,
                stdout=gives,
                stderr=subprocess.PIPE,
                cwd=command.folder,
                env=environment,
                pass_fds=open_files,
                start_new_session=True,
                user=command.user,
                group=None if command.user is None else _group_of(command.user),
                extra_groups=None if command.user is None else [],
                umask=0o077,
            )
        except (OSError, ValueError) as error:
            raise _Refused(f"{command.words[0]}: {getattr(error, 'strerror', None) or error}") from None
        self._processes.append(process)
        if command.nice is not None:
            with suppress(OSError):  # it has ended already
                os.setpriority(os.PRIO_PROCESS, process.pid, command.nice)
        kept = _Errors(command.hears)
        self._errors.append(kept)
        if process.stderr is not None:
            os.set_blocking(process.stderr.fileno(), False)
            self._selector.register(process.stderr, selectors.EVENT_READ, kept)
        return process

    def _handed_over(self, command: Command) -> tuple[list[str], dict[str, str], list[int]]:
        """The words and the environment with the places of the secrets in them, and the open files."""
        said: dict[str, str] = {}
        numbers = []
        for name, secret in command.secrets.items():
            number = self._stack.enter_context(_in_memory(secret))
            numbers.append(number)
            said |= {f"{{secret:{name}}}": f"/proc/self/fd/{number}", f"{{descriptor:{name}}}": str(number)}
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("OPSCTL_")}
        environment = {**inherited, "LC_ALL": "C", "TZ": "UTC", **command.environment}
        return (
            [_replaced(word, said) for word in command.words],
            {name: _replaced(value, said) for name, value in environment.items()},
            numbers,
        )

    def _carry(self, reads: "IO[bytes] | None", gives: "_Joined", tell: Callable[[int], None] | None) -> None:
        if reads is None:
            raise _Refused("no pipe")
        pump = threading.Thread(target=self._pump, args=(reads, gives, tell), daemon=True)
        self._pumps.append(pump)
        pump.start()

    def _pump(self, reads: "IO[bytes]", gives: "_Joined", tell: Callable[[int], None] | None) -> None:
        block = memoryview(bytearray(_BLOCK))
        try:
            with reads:
                _enlarge(reads)
                while count := reads.readinto(block):  # type: ignore[attr-defined]
                    self._active = time.monotonic()
                    gives.take(block[:count])
                    if tell is not None:
                        tell(count)
        except BrokenPipeError:
            pass  # the next program has ended, and its exit code says why
        except BaseException as error:  # raised again by whoever waits
            self._raised.append(error)
        finally:
            gives.end()

    def wait(self) -> Ended:
        """Wait until all have ended, one of the limits is reached or a thread has raised."""
        begun = time.monotonic()
        late = None
        while late is None and not self._raised and not self._is_over():
            self._read_errors(_LOOK)
            late = self._late(begun, time.monotonic())
        if late is not None or self._raised:
            self._kill(signal.SIGTERM)
            self._settle(_GRACE)
            self._kill(signal.SIGKILL)
        for pump in self._pumps:
            pump.join(_DEATH)
        self._read_errors(0)
        self._kill(signal.SIGKILL)  # whoever is left of their groups
        if self._raised:
            raise self._raised[0]
        codes = tuple(self._code(process) for process in self._processes)
        texts = tuple(kept.end() for kept in self._errors)
        return Ended(tuple(None for _code in codes) if late else codes, errors=texts, late=late)

    def _is_over(self) -> bool:
        return all(map(_has_ended, self._processes)) and not any(pump.is_alive() for pump in self._pumps)

    def _late(self, begun: float, now: float) -> str | None:
        if now - begun > self._limits.wall.total_seconds():
            return _LATE_WALL
        if self._limits.until is not None and now > self._limits.until:
            return _LATE_WINDOW
        if now - self._active > self._limits.idle.total_seconds():
            return _LATE_IDLE
        return None

    def _settle(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not self._is_over() and time.monotonic() < until:
            self._read_errors(_LOOK)

    def _read_errors(self, seconds: float) -> None:
        if not self._selector.get_map():
            time.sleep(seconds)
            return
        for key, _events in self._selector.select(seconds):
            block = os.read(key.fd, KEPT)
            if not block:
                self._selector.unregister(key.fileobj)
                continue
            self._active = time.monotonic()
            key.data.take(block)

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


class _Joined:
    """Where a pump puts its bytes: into a function, and on into the next program."""

    def __init__(self, take: Callable[[memoryview], None] | None, into: "IO[bytes] | None") -> None:
        self._take = take
        self._into = into

    def take(self, block: memoryview) -> None:
        """Look at a block and give it on whole."""
        if self._take is not None:
            self._take(block)
        if self._into is not None:
            self._into.write(block)

    def end(self) -> None:
        """Let the next program see the end."""
        if self._into is not None:
            with suppress(OSError):
                self._into.close()


class _Errors:
    """What a program writes to stderr: its last bytes, and each line for whoever hears them."""

    def __init__(self, hears: Callable[[str], None] | None) -> None:
        self._kept = bytearray()
        self._lines = None if hears is None else _Lines(hears)

    def take(self, block: bytes) -> None:
        """Keep the last bytes and give on the lines that are whole."""
        self._kept.extend(block)
        del self._kept[:-KEPT]
        if self._lines is not None:
            self._lines.take(memoryview(block))

    def end(self) -> str:
        """What was kept; a byte that is no UTF-8 is a question mark."""
        if self._lines is not None:
            self._lines.end()
        return self._kept.decode("utf-8", "replace")


class _Kept:
    """The first bytes of an output."""

    def __init__(self, keep: int) -> None:
        self._keep = keep
        self._bytes = bytearray()

    def take(self, block: memoryview) -> None:
        """Keep what there is room for."""
        self._bytes.extend(block[: self._keep - len(self._bytes)])

    def end(self) -> str:
        """What was kept; a byte that is no UTF-8 is a question mark."""
        return self._bytes.decode("utf-8", "replace")


class _Lines:
    """An output given on line by line."""

    def __init__(self, on_line: Callable[[str], None]) -> None:
        self._on_line = on_line
        self._rest = b""

    def take(self, block: memoryview) -> None:
        """Give on the lines that are whole."""
        *lines, self._rest = (self._rest + bytes(block)).split(b"\n")
        for line in lines:
            self._on_line(line.decode("utf-8", "replace"))

    def end(self) -> str:
        """Give on the last line, which may have no end; nothing was kept."""
        if self._rest:
            self._on_line(self._rest.decode("utf-8", "replace"))
        return ""


@contextmanager
def _in_memory(secret: bytes) -> Iterator[int]:
    """An open file that holds the secret and has no name: nothing of it reaches a disk or an argument."""
    if hasattr(os, "memfd_create"):
        number = os.memfd_create("opsctl", 0)
        os.fchmod(number, 0o600)
    else:
        number, path = tempfile.mkstemp()
        os.unlink(path)  # noqa: PTH108 - it has no name from now on
    try:
        os.write(number, secret)
        os.lseek(number, 0, os.SEEK_SET)
        yield number
    finally:
        os.close(number)


def _replaced(word: str, said: Mapping[str, str]) -> str:
    for sign, value in said.items():
        word = word.replace(sign, value)
    return word


def _enlarge(stream: "IO[bytes]") -> None:
    """A wider pipe, where the system has such: fewer turns between the programs."""
    import fcntl

    with suppress(OSError, AttributeError):
        fcntl.fcntl(stream.fileno(), fcntl.F_SETPIPE_SZ, _BLOCK)


def _group_of(user: str) -> int:
    import pwd

    return pwd.getpwnam(user).pw_gid
