"""What runs beside a process: threads that carry bytes, what is kept of an output, secrets in memory."""

import fcntl
import os
import select
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import IO

KEPT = 64 * 1024
"""So many bytes of what an engine says are kept: of stderr the last ones, of stdout the first."""
BLOCK = 1024 * 1024
"""The most bytes that are carried at once, and the width of a pipe where the system allows it."""
_LONGEST_LINE = 1024 * 1024


class Stopped(Exception):
    """A pump was told to end while it waited."""


class Pump(threading.Thread):
    """Carries what comes out of one pipe into functions, and into the next pipe.

    It never waits where it cannot be stopped: neither for a program that writes nothing, nor for one that reads
    nothing. It closes both pipes when it ends. `raised` is what a function raised; `moved` is called for every block.
    """

    def __init__(
        self,
        reads: IO[bytes],
        gives: IO[bytes] | None,
        takes: tuple[Callable[[memoryview], None], ...],
        moved: Callable[[], None],
        stop: int,
    ) -> None:
        super().__init__(daemon=True)
        self.raised: BaseException | None = None
        self._reads, self._gives, self._takes, self._moved, self._told_to_end = reads, gives, takes, moved, stop
        for stream in (reads, gives):
            if stream is not None:
                os.set_blocking(stream.fileno(), False)
                enlarge(stream)

    def run(self) -> None:
        """Carry until the end, until the next program has ended or until it is stopped."""
        block = memoryview(bytearray(BLOCK))
        try:
            with suppress(Stopped, _Gone):  # of a program that has ended, its exit code says why
                while count := self._read(block):
                    self._moved()
                    for take in self._takes:
                        take(block[:count])
                    self._give(block[:count])
        except BaseException as error:  # raised again by whoever waits
            self.raised = error
        finally:
            for stream in (self._gives, self._reads):
                if stream is not None:
                    with suppress(OSError):
                        stream.close()

    def _read(self, block: memoryview) -> int:
        while True:
            count: int | None = self._reads.readinto(block)  # type: ignore[attr-defined]
            if count is not None:
                return count
            self._wait(self._reads, select.POLLIN)

    def _give(self, block: memoryview) -> None:
        if self._gives is None:
            return
        number = self._gives.fileno()
        while block:
            try:
                block = block[os.write(number, block) :]
                self._moved()
            except BlockingIOError:
                self._wait(self._gives, select.POLLOUT)
            except BrokenPipeError:
                raise _Gone from None

    def _wait(self, stream: IO[bytes], event: int) -> None:
        poll = select.poll()
        poll.register(stream.fileno(), event)
        poll.register(self._told_to_end, select.POLLIN)
        if any(number == self._told_to_end for number, _event in poll.poll()):
            raise Stopped


class _Gone(Exception):
    """The next program reads no more."""


class Errors:
    """What a program writes to stderr: its last bytes, and each line for whoever hears them."""

    def __init__(self, hears: Callable[[str], None] | None) -> None:
        self._kept = bytearray()
        self._lines = None if hears is None else Lines(hears)

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


class Kept:
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


class Lines:
    """An output given on line by line; one of more than a million bytes comes in parts."""

    def __init__(self, on_line: Callable[[str], None]) -> None:
        self._on_line = on_line
        self._rest = b""

    def take(self, block: memoryview) -> None:
        """Give on the lines that are whole."""
        *lines, self._rest = (self._rest + bytes(block)).split(b"\n")
        if len(self._rest) > _LONGEST_LINE:
            lines.append(self._rest)
            self._rest = b""
        for line in lines:
            self._on_line(line.decode("utf-8", "replace"))

    def end(self) -> str:
        """Give on the last line, which may have no end; nothing was kept."""
        if self._rest:
            self._on_line(self._rest.decode("utf-8", "replace"))
        return ""


@contextmanager
def in_memory(secret: bytes, owner: int | None = None) -> Iterator[int]:
    """An open file that holds the secret and has no name: nothing of it reaches a disk or an argument.

    `owner` is the number of the user whose program opens it again by its path, where that is not us.
    """
    if hasattr(os, "memfd_create"):
        number = os.memfd_create("opsctl")
    else:
        number, path = tempfile.mkstemp()
        os.unlink(path)  # noqa: PTH108 - it has no name from now on
    try:
        os.fchmod(number, 0o600)
        if owner is not None:
            os.fchown(number, owner, -1)
        rest = memoryview(secret)
        while rest:
            rest = rest[os.write(number, rest) :]
        os.lseek(number, 0, os.SEEK_SET)
        yield number
    finally:
        os.close(number)


def enlarge(stream: IO[bytes]) -> None:
    """A wider pipe, where the system has such: fewer turns between the programs."""
    with suppress(OSError, AttributeError):
        fcntl.fcntl(stream.fileno(), fcntl.F_SETPIPE_SZ, BLOCK)
