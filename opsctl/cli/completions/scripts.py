"""The scripts of the shells: what stands beside this file, with the tree of commands written into it."""

import re
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path

from opsctl.cli.completions.tree import Line, Option, Tree


class Shell(StrEnum):
    """The shells that opsctl completes in."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


def script(shell: Shell, tree: Tree) -> str:
    """The whole script, to be loaded by that shell."""
    engine = Path(__file__).with_name(f"opsctl.{shell}").read_text(encoding="utf-8")
    filled = {Shell.BASH: _bash, Shell.ZSH: _zsh, Shell.FISH: _fish}[shell](tree)
    return re.sub("@([A-Z]+)@", lambda place: filled[place[1]], engine)


def _bash(tree: Tree) -> dict[str, str]:
    return {
        "LINES": "\n".join(f"    {_quoted(line.path)}) {_bash_line(line)} ;;" for line in tree.lines),
        "EVERYWHERE": _plain(tree.everywhere),
    }


def _bash_line(line: Line) -> str:
    parts = {
        "verbs": " ".join(name for name, _told in line.verbs),
        "places": " ".join(line.words),
        "options": _plain(line.options),
    }
    return " ".join(f"{name}={_quoted(part)}" for name, part in parts.items() if part) or ":"


def _plain(options: Iterable[Option]) -> str:
    """The options with what they take, without what they are."""
    return " ".join(_taking(name, option) for option in options for name in option.names)


def _taking(name: str, option: Option) -> str:
    return f"{name}={option.value}" if option.value else name


def _zsh(tree: Tree) -> dict[str, str]:
    return {
        "LINES": "\n".join(f"    ({_quoted(line.path)}) {_zsh_line(line)} ;;" for line in tree.lines),
        "EVERYWHERE": _zsh_list(_zsh_options(tree.everywhere)),
    }


def _zsh_line(line: Line) -> str:
    parts = {
        "verbs": [f"{name}:{told}" for name, told in line.verbs],
        "places": list(line.words),
        "takes": _zsh_options(line.options),
    }
    return "\n".join(f"{name}=(\n{_zsh_list(part)}\n    )" for name, part in parts.items() if part) or ":"


def _zsh_options(options: Iterable[Option]) -> list[str]:
    return [f"{_taking(name, option)}:{option.told}" for option in options for name in option.names]


def _zsh_list(words: Iterable[str]) -> str:
    return "\n".join(f"        {_quoted(word)}" for word in words)


def _fish(tree: Tree) -> dict[str, str]:
    verbs = {line.path: [f"{name}\t{told}" for name, told in line.verbs] for line in tree.lines}
    places = {line.path: list(line.words) for line in tree.lines}
    options = {line.path: _fish_options(line.options) for line in tree.lines}
    return {
        "VERBS": _fish_cases(verbs),
        "PLACES": _fish_cases(places),
        "OPTIONS": _fish_cases(options),
        "EVERYWHERE": _fish_print(_fish_options(tree.everywhere), "    "),
    }


def _fish_options(options: Iterable[Option]) -> list[str]:
    return [f"{name}\t{option.value}\t{option.told}" for option in options for name in option.names]


def _fish_cases(lines: dict[str, list[str]]) -> str:
    blanks = " " * 8
    return "\n".join(
        f"{blanks}case {_fish_quoted(path)}\n{_fish_print(some, blanks * 2)}" for path, some in lines.items() if some
    )


def _fish_print(lines: list[str], blanks: str) -> str:
    words = "".join(f" \\\n{blanks}    {_fish_quoted(line)}" for line in lines)
    return f"{blanks}printf '%s\\n'{words}"


def _quoted(word: str) -> str:
    """The word in single quotes, for bash and zsh."""
    return "'" + word.replace("'", "'\\''") + "'"


def _fish_quoted(word: str) -> str:
    r"""The word for fish, where \ and ' are escaped inside single quotes and a tab stands outside of them."""
    escaped = word.replace("\\", "\\\\").replace("'", "\\'")
    return "'" + escaped.replace("\t", "'\\t'") + "'"
