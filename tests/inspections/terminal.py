"""A real terminal with a program behind it: what is typed, what stands on its screen, and what cuts it off."""

import contextlib
import os
import pty
import select
import signal
from collections.abc import Iterator
from time import monotonic

from tests.harness import CommandLine

PATIENCE = 60.0
"""Seconds after which a screen that was waited for will not come."""


class Terminal:
    """One program on a terminal of its own, its controlling one: Ctrl-C and a lost link reach it as they do people."""

    def __init__(self, line: CommandLine, *arguments: str, columns: int = 46) -> None:
        self.master, slave = pty.openpty()
        self.process = line.start(
            *arguments,
            env={"COLUMNS": str(columns)},
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            preexec_fn=_take_terminal,
        )
        os.close(slave)
        self.screen = ""
        self._seen = 0
        self._bytes = b""

    def type(self, text: str) -> None:
        """Type or paste."""
        os.write(self.master, text.encode())

    def wait_for(self, text: str) -> str:
        """What appeared up to and with the text, since the last time it was asked."""
        while (at := self.screen.find(text, self._seen)) < 0:
            if not self._read_more():
                raise AssertionError(f"ended before {text!r} came:\n{self.screen}")
        start, self._seen = self._seen, at + len(text)
        return self.screen[start : self._seen]

    def answer(self, question: str, *lines: str) -> None:
        """Wait for a question, then type lines to it, each with Enter."""
        self.wait_for(question)
        self.type("".join(f"{line}\n" for line in lines))

    def interrupt(self) -> None:
        """Press Ctrl-C."""
        self.type("\x03")

    def hang_up(self) -> int:
        """Lose the link; how the program ended."""
        os.close(self.master)
        self.master = -1
        return self.process.wait(PATIENCE)

    def end(self) -> int:
        """Read what is still to come; the exit code."""
        while self._read_more():
            pass
        return self.process.wait(PATIENCE)

    def close(self) -> None:
        """Let nothing be left, however the test ended."""
        if self.master >= 0:
            os.close(self.master)
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait(PATIENCE)

    def _read_more(self) -> bool:
        until = monotonic() + PATIENCE
        ready, _writable, _odd = select.select([self.master], [], [], max(0.0, until - monotonic()))
        if not ready:
            raise AssertionError(f"nothing came for {PATIENCE:.0f} s:\n{self.screen}")
        try:
            found = os.read(self.master, 65_536)
        except OSError:  # the other side is closed
            return False
        self._bytes += found
        # The end may be half a character.
        self.screen = self._bytes.decode(errors="ignore").replace("\r\n", "\n")
        return bool(found)


@contextlib.contextmanager
def terminal(line: CommandLine, *arguments: str, columns: int = 46) -> Iterator[Terminal]:
    """A program on a terminal that is `columns` wide, until the end of the block."""
    opened = Terminal(line, *arguments, columns=columns)
    try:
        yield opened
    finally:
        opened.close()


def _take_terminal() -> None:
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
