"""A text in the person's own editor: what they typed is never lost, however the editor ends."""

import os
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from opsctl.cli.kept import keep
from opsctl.core.errors import InvalidInput, OpsctlError
from opsctl.core.texts import _, ended, sentences
from opsctl.core.typed import clean_for_terminal, excerpt

_USUAL = ("sensible-editor", "editor", "nano", "vim", "vi")
_PATIENCE = 2.0
"""So many seconds an editor has to end when it is asked to."""


@dataclass(frozen=True, slots=True)
class Edited:
    """What the text became, and the file it is kept in until it is saved."""

    text: str
    path: Path

    def forget(self) -> None:
        """The text was saved: its file is not needed any more."""
        with suppress(OSError):
            self.path.unlink()


def edit(text: str, *, name: str, again: Callable[[Path], str], ending: str = ".md") -> Edited:
    """Open the text in OPSCTL_EDITOR, VISUAL or EDITOR, else the usual one, and wait for its end.

    Raise InvalidInput without a terminal or an editor, OpsctlError where the editor ends with another code than 0 or
    cannot be run; then nothing was read, and what was typed is kept: `again` gives the command that goes on with it.
    An interruption says so on stderr, and goes on.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise InvalidInput(_("There is no terminal to edit in."), _("Give the text with -F FILE, or - for stdin."))
    command = _command()
    path = keep(name, text, ending=ending)
    if path is None:
        raise OpsctlError(
            _("The text cannot be put into a file for the editor."), _("Make room, or set XDG_STATE_HOME.")
        )
    try:
        code, reason = _run([*command, str(path)])
    except KeyboardInterrupt:
        tell_kept(again(path))
        raise
    if code != 0:
        raise _failed(command, code, reason, _left(text, path, again))
    try:
        return Edited(path.read_text(encoding="utf-8"), path)
    except UnicodeDecodeError as error:
        raise InvalidInput(
            _("{file} is not UTF-8: it breaks at byte {offset}.").format(file=path, offset=error.start),
            sentences(_("Save it as UTF-8."), kept_in(again(path))),
        ) from None
    except OSError as error:
        raise OpsctlError(
            _("{path} cannot be read: {reason}").format(path=path, reason=error.strerror or error),
            _("Look for it where your editor saved it."),
        ) from None


def kept_in(command: str) -> str:
    """That the text is kept, and the command that goes on with it."""
    return _("Your text is kept; go on with: {command}").format(command=command)


def tell_kept(command: str) -> None:
    """Say on stderr, in the middle of an interruption, that the text is kept: even the terminal may be gone."""
    with suppress(OSError, ValueError):
        sys.stderr.write(f"{clean_for_terminal(kept_in(command))}\n")
        sys.stderr.flush()


def _left(text: str, path: Path, again: Callable[[Path], str]) -> str:
    """What became of the text when the editor failed; a file that nobody changed is not kept."""
    nothing = _("Nothing was changed.")
    with suppress(OSError, ValueError):
        if path.read_text(encoding="utf-8") == text:
            path.unlink()
            return nothing
    return sentences(nothing, kept_in(again(path)))


def _command() -> list[str]:
    for name in ("OPSCTL_EDITOR", "VISUAL", "EDITOR"):
        said = os.environ.get(name)
        if said and said.strip():
            try:
                return shlex.split(said)
            except ValueError:
                raise InvalidInput(
                    _("{name} cannot be read: {text}").format(name=name, text=excerpt(said)),
                    _("Close its quotes."),
                ) from None
    found = next((one for one in _USUAL if shutil.which(one)), None)
    if found is None:
        raise InvalidInput(_("There is no editor."), _("Name one in EDITOR, or give the text with -F FILE."))
    return [found]


def _run(command: list[str]) -> tuple[int, str | None]:
    """How the editor ended; what cannot be run has a reason. An interruption at the keyboard is the editor's own."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with subprocess.Popen(command) as editor:
            try:
                return editor.wait(), None
            except KeyboardInterrupt:
                _end(editor)
                raise
    except (OSError, ValueError) as error:
        return -1, getattr(error, "strerror", None) or str(error)
    finally:
        signal.signal(signal.SIGINT, before)


def _end(editor: "subprocess.Popen[bytes]") -> None:
    """Ask the editor to end, so that it gives the terminal back as it was; one that does not is killed."""
    editor.terminate()
    try:
        editor.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        editor.kill()


def _failed(command: list[str], code: int, reason: str | None, left: str) -> OpsctlError:
    if reason is not None:
        return OpsctlError(
            _("The editor {editor} cannot be run: {reason}").format(editor=excerpt(command[0]), reason=ended(reason)),
            left,
        )
    told = _("The editor {editor} ended with code {code}.")
    if code < 0:
        told, code = _("The editor {editor} was ended by signal {code}."), -code
    return OpsctlError(told.format(editor=excerpt(command[0]), code=code), left)
