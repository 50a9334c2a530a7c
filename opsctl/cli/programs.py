"""Programs that the host file names: run by an argument list, never through a shell, and stopped when time is up."""

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

LIMIT = 64 * 1024
"""So many bytes of each stream are kept; the rest is read and let go."""
_GRACE = 2.0
"""Seconds between the request to end and the end."""
_LOOK = 0.02
_BLOCK = 64 * 1024
_MOST_LEFT = 32
"""So many blocks may still lie in the pipes; whoever fills them for ever is not waited for."""


@dataclass(frozen=True, slots=True)
class Ran:
    """How a program ended.

    `code` is minus the number of the signal that ended it, None where it was stopped or never ran. `cut` says that
    `out` goes on beyond what was kept, `late` that it was stopped because time was up; `refused` is why it could not
    be run, in the words of the system.
    """

    out: str = ""
    err: str = ""
    code: int | None = None
    cut: bool = False
    late: bool = False
    refused: str | None = None


def run(command: Sequence[str], *, timeout: timedelta) -> Ran:
    """Run the program with these arguments and wait for it, no longer than `timeout`.

    It reads nothing, speaks English (LC_ALL=C), stands in / and leads a group of its own: when it ends, is late or we
    are interrupted, whoever is left of that group ends with it.
    """
    # Where a parent had its children ignored, every program would seem to end with 0.
    if signal.getsignal(signal.SIGCHLD) is signal.SIG_IGN:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    try:
        process = subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd="/",
            env={**os.environ, "LC_ALL": "C"},
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        return Ran(refused=getattr(error, "strerror", None) or str(error))
    with _Output(process) as output:
        late = True
        try:
            late = not _follow(process, output, timeout.total_seconds())
            if late:
                _signal(process, signal.SIGTERM)
                _follow(process, output, _GRACE)
        finally:
            # Before it is waited for: until then its number, and that of its group, is nobody else's.
            _signal(process, signal.SIGKILL)
            # What hangs on a file system that is gone does not even die of that, and is left behind.
            with suppress(subprocess.TimeoutExpired):
                process.wait(_GRACE)
        output.take_the_rest()
        return Ran(*output.texts(), code=None if late else process.returncode, cut=output.cut, late=late)


class _Output:
    """What comes through the two pipes of a program."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._selector = selectors.DefaultSelector()
        self._out, self._err = bytearray(), bytearray()
        self._pipes = [pipe for pipe in (process.stdout, process.stderr) if pipe is not None]
        for pipe, kept in zip(self._pipes, (self._out, self._err), strict=True):
            self._selector.register(pipe, selectors.EVENT_READ, kept)
        self.cut = False

    def __enter__(self) -> "_Output":
        return self

    def __exit__(self, *error: object) -> None:
        self._selector.close()
        for pipe in self._pipes:
            pipe.close()

    def take(self, seconds: float) -> bool:
        """Read what is there, having waited for it at most so long; whether there was anything."""
        found = self._selector.select(seconds)
        for key, _events in found:
            block = os.read(key.fd, _BLOCK)
            if not block:
                self._selector.unregister(key.fileobj)
            room = LIMIT - len(key.data)
            key.data.extend(block[:room])
            self.cut = self.cut or (len(block) > room and key.data is self._out)
        return bool(found)

    def take_the_rest(self) -> None:
        """Read what the pipes still hold, without waiting for more."""
        for _block in range(_MOST_LEFT):
            if not self.take(0):
                return

    def texts(self) -> tuple[str, str]:
        """What was kept of both; a byte that is no UTF-8 is a question mark."""
        return self._out.decode("utf-8", "replace"), self._err.decode("utf-8", "replace")


def _follow(process: "subprocess.Popen[bytes]", output: _Output, seconds: float) -> bool:
    """Read until the program has ended, for so long at most; whether it has."""
    until = time.monotonic() + seconds
    while not _has_ended(process):
        left = until - time.monotonic()
        if left <= 0:
            return False
        output.take(min(left, _LOOK))
    return True


def _has_ended(process: "subprocess.Popen[bytes]") -> bool:
    """Whether it has ended; it is not taken note of, so that its number stays taken."""
    return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _signal(process: "subprocess.Popen[bytes]", number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)
