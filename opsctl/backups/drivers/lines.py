"""Programs that work together, as one line of a shell: for plans, for runbooks and for who reads what was done.

A line is a tuple of words. What a shell obeys is a `Sign`; secrets stand as `{secret:NAME}`, and whoever shows a line
says where the file with that secret is.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from opsctl.backups.drivers.processes import Command

Line = tuple[str, ...]
_DESCRIPTOR = re.compile(r"\{descriptor:(\w+)\}")
_FREE = "3"
"""The number of an open file that no program uses by itself."""


class Sign(str):
    """What a shell obeys. A word that only looks like it is none."""

    __slots__ = ()


def line(commands: Sequence[Command], *, reads: Path | None = None, writes: Path | None = None) -> Line:
    """Programs in a row, of which the first reads a file and the last writes one."""
    words: list[str] = []
    for command in commands:
        words += [Sign("|")] if words else []
        words += _words(command)
        if reads is not None and command is commands[0]:
            words += [Sign("<"), str(reads)]
    return (*words, *(() if writes is None else (Sign(">"), str(writes))))


def in_background(command: Command, log: Path) -> Line:
    """A server that goes on in the background and says what it has to say in a file."""
    return (*_words(command), Sign(">"), str(log), Sign("2>&1"), Sign("&"))


def until(command: Command) -> Line:
    """Wait until a program ends well."""
    words = (*_words(command), Sign("2> /dev/null;"))
    return (Sign("until"), *words, Sign("do"), "sleep", "1", Sign(";"), Sign("done"))


def folders(user: str | None, scratch: Path, *paths: Path) -> list[Line]:
    """Folders that only the user may enter who runs a server in them, below one that they may pass."""
    made = ("install", "-d", "-m", "700", *(() if user is None else ("-o", user)), *map(str, paths))
    return [made] if user is None else [("chmod", "711", str(scratch)), made]


def with_variables(words: Sequence[str], **variables: str) -> tuple[str, ...]:
    """A program with some of the variables of its environment."""
    if not variables:
        return tuple(words)
    return ("env", *(f"{name}={value}" for name, value in variables.items()), *words)


def _words(command: Command) -> list[str]:
    """The words of a program, as the user who runs it; an open file with a secret is opened there."""
    opened = next((found[1] for word in command.words if (found := _DESCRIPTOR.search(word))), None)
    words = [_DESCRIPTOR.sub(_FREE, word) if opened else word for word in command.words]
    if command.user is not None:
        words = ["runuser", "-u", command.user, "--", *words]
    return words if opened is None else [*words, Sign(f"{_FREE}<"), f"{{secret:{opened}}}"]
