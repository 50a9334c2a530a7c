"""Asking people by whole lines: typed, typed ahead, pasted or piped, they are the same."""

import shutil
import sys
from collections import deque
from typing import IO, TYPE_CHECKING, cast

from opsctl.core.errors import MOMENT, OpsctlError
from opsctl.core.texts import _, sentences
from opsctl.core.times import show_moment
from opsctl.core.typed import clean_for_terminal

if TYPE_CHECKING:
    from io import BufferedReader

    from opsctl.cli.context import Context

_LONGEST = 16_384
"""So many bytes a line may have; what is longer was pasted by mistake."""
_BLOCK = 65_536
_GRACE = 0.1
"""So many seconds a pasted line may come behind the one before it; nobody types one as fast."""
_ROOM = 8
"""So many columns are left for an answer beside its question; with fewer it stands below."""
_SIGN = "> "


class Ended(Exception):
    """There is no more to read, or nobody there to read what is said."""


class Asking:
    """A conversation by whole lines: said on stdout where that is a terminal, else on stderr, and read from stdin.

    Nothing that was typed ahead is ever thrown away, and nothing is read but whole lines: a terminal edits them,
    input methods write them, and a pasted text is as many of them.
    """

    def __init__(self, context: "Context") -> None:
        self._context = context
        self._screen: IO[str] = sys.stdout if sys.stdout.isatty() else sys.stderr
        self._typed_at_terminal = sys.stdin.isatty()
        self._kept: deque[str | None] = deque()
        self._ahead = b""
        self._behind_question = False

    def has_more(self) -> bool:
        """Whether anything can be read. A terminal is not asked for it, a pipe is waited for."""
        if not self._typed_at_terminal and not self._kept:
            try:
                self._kept.append(self._next_line())
            except Ended:
                return False
        return True

    def has_line_waiting(self) -> bool:
        """Whether the next line answers what was asked before it: it is typed ahead, pasted or piped.

        A question that its writer did not know of would swallow it. In a pipe that is every line, however late.
        """
        if not self._typed_at_terminal or self._kept or b"\n" in self._ahead:
            return True
        import select

        try:
            return bool(select.select([sys.stdin], [], [], _GRACE)[0])
        except (OSError, ValueError):  # nothing that could be waited for
            return False

    def keep(self, line: str) -> None:
        """Give the line back: it is the answer to the next question."""
        self._kept.appendleft(line)

    def tell(self, *parts: str) -> None:
        """Say something on lines of its own; parts stand beside each other where there is room. Raise Ended."""
        fresh = "\n" if self._behind_question else ""
        self._write(fresh + "\n".join(_laid_out(parts, self._width)) + "\n")

    def show(self, line: str) -> None:
        """Say one line as it is, however long: a command that is broken in two cannot be pasted. Raise Ended."""
        fresh = "\n" if self._behind_question else ""
        self._write(f"{fresh}{clean_for_terminal(line)}\n")

    def complain(self, error: OpsctlError) -> None:
        """Say what is wrong and the next step, with its moment in the reader's zone. Raise Ended."""
        told = sentences(error.message, error.hint)
        if error.moment is not None:
            told = told.replace(MOMENT, show_moment(error.moment, self._context.zone, seconds=True))
        self.tell(told)

    def ask(self, *parts: str) -> str:
        """The line that is typed to a question, cleaned, without surrounding blanks; empty for Enter alone.

        Raise Ended where there is none.
        """
        while True:
            self._put(parts)
            line = self._next_line()
            if self._typed_at_terminal:
                self._behind_question = False
            else:
                self._write(f"{line or ''}\n")  # where nothing echoes, the screen shall read the same
            if line is not None:
                return line
            self.tell(_("That line is no text, or too long. Type it again."))

    def _put(self, parts: tuple[str, ...]) -> None:
        lines = _laid_out(parts, self._width)
        if _display_width(lines[-1]) > self._width - _ROOM:
            lines.append("")
        self._write("\n".join(lines) + (f" {_SIGN}" if lines[-1] else _SIGN))
        self._behind_question = True

    def _next_line(self) -> str | None:
        """The next line; None for one that is no text, or too long. Raise Ended where there is none."""
        if self._kept:
            return self._kept.popleft()
        raw = self._read()
        # A line without an end on a terminal is half a line: the link was lost while it was typed.
        if not raw or (self._typed_at_terminal and not raw.endswith(b"\n")):
            raise Ended
        if len(raw) >= _LONGEST:
            return None
        try:
            return clean_for_terminal(raw.decode(sys.stdin.encoding or "utf-8").rstrip("\r\n")).strip()
        except UnicodeDecodeError:
            return None

    def _read(self) -> bytes:
        """The bytes of the next line, of a long one only so many that it is seen to be too long, and its end."""
        raw = b""
        while True:
            piece, end, self._ahead = self._ahead.partition(b"\n")
            raw = raw[:_LONGEST] + piece + end
            if end or not (found := self._block()):
                return raw
            self._ahead = found

    def _block(self) -> bytes:
        """What has come since, waited for; nothing is left in a buffer of others, where it could not be seen."""
        try:
            return cast("BufferedReader", sys.stdin.buffer).read1(_BLOCK)
        except (OSError, ValueError) as error:
            raise Ended from error

    def _write(self, text: str) -> None:
        """Write and show at once. Raise Ended where nobody is there any more."""
        self._behind_question = False
        try:
            self._screen.write(clean_for_terminal(text, keep_newlines=True))
            self._screen.flush()
        except (OSError, ValueError) as error:
            raise Ended from error

    @property
    def _width(self) -> int:
        # One less: a line that fills the last column makes some terminals begin another.
        return max(shutil.get_terminal_size((100, 24)).columns - 1, 20)


def _laid_out(parts: tuple[str, ...], width: int) -> list[str]:
    """Parts in lines: beside each other, two blanks between, as long as they fit; none is torn that fits a line."""
    from opsctl.render.width import wrapped

    lines: list[str] = []
    for part in parts:
        if not part:
            continue
        beside = f"{lines[-1]}  {part}" if lines else part
        if lines and _display_width(beside) <= width:
            lines[-1] = beside
        else:
            lines += wrapped(clean_for_terminal(part), width, fold=True)
    return lines or [""]


def _display_width(text: str) -> int:
    from opsctl.render.width import display_width

    return display_width(text)
