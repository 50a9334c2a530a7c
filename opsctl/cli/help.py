"""The help pages. Drawn here because they must be in the reader's language and wide characters must line up."""

import shutil
import unicodedata
from typing import TYPE_CHECKING, Any

from opsctl.core.texts import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from opsctl.cli.rooms import Page, Section

_STAYS_BEHIND = frozenset(" ，。；：、！？）》”]),.;:")
_STAYS_BEFORE = frozenset("（《“[(")


def of_command(command: Any, ctx: Any, page: "Page | None") -> str:
    """The page of a verb: usage, what it does, its words and options, examples, exit codes."""
    arguments = [param for param in command.params if param.param_type_name == "argument"]
    options = [param for param in command.params if param.param_type_name == "option" and not param.hidden]
    usage = _("Usage: {usage}").format(usage=usage_of(command, ctx.command_path))
    lines = [*_wrap(usage, _width()), "", *_wrap(command.help or "", _width()), ""]
    lines += _section(_("Words"), [(word(param), param.help or "") for param in arguments])
    lines += _section(_("Options"), [_row(param) for param in options])
    lines += [*_wrap(_("Global options stand before or after the verb; see: opsctl --help"), _width()), ""]
    if page is not None:
        lines += _examples(page.examples)
        lines += _section(_("Exit codes"), exit_codes(page))
    return "\n".join(lines).rstrip() + "\n"


def of_group(group: Any, ctx: Any) -> str:
    """The page of a noun: its verbs."""
    lines = _head(group, ctx)
    lines += _section(_("Commands"), [(name, command.help or "") for name, command in group.commands.items()])
    lines += _wrap(_("Every command explains itself: {path} COMMAND --help").format(path=ctx.command_path), _width())
    return "\n".join(lines).rstrip() + "\n"


def of_root(group: Any, ctx: Any, sections: "Sequence[Section]") -> str:
    """The page of opsctl itself: its nouns in their sections, the global options, and how to get on."""
    options = [param for param in group.params if param.param_type_name == "option" and not param.hidden]
    column = max(_cells(noun) for noun in group.commands) + 4
    lines = _head(group, ctx)
    for section in sections:
        lines += _section(section.title, [(noun, group.commands[noun].help or "") for noun in section.nouns], column)
    lines += _section(_("Global options, before or after the verb"), [_row(param) for param in options])
    lines += _section(
        _("How to get on"),
        [
            (_("{path} COMMAND --help").format(path=ctx.command_path), _("Every command explains itself.")),
            (f"{ctx.command_path} demo", _("Look around in an invented company.")),
        ],
    )
    return "\n".join(lines).rstrip() + "\n"


def _head(group: Any, ctx: Any) -> list[str]:
    usage = f"{ctx.command_path} {_('COMMAND …')}"
    return [*_wrap(_("Usage: {usage}").format(usage=usage), _width()), "", *_wrap(group.help or "", _width()), ""]


def _row(param: Any) -> tuple[str, str]:
    return spelling(param), param.help or ""


def usage_of(command: Any, path: str) -> str:
    """How a verb is typed: its path, its words, and that there are options."""
    arguments = [param for param in command.params if param.param_type_name == "argument"]
    return " ".join([path, *(word(param) for param in arguments), _("[OPTIONS]")])


def exit_codes(page: "Page") -> list[tuple[str, str]]:
    """The codes with which a verb can end, and what each means."""
    if page.codes:
        return [*page.codes]
    codes = [("0", _("done")), ("1", _("failed")), ("2", _("wrong usage or input; nothing changed"))]
    if page.attention:
        codes.append(("3", page.attention))
    codes += [("4", _("not found")), ("5", _("not allowed, or an unsafe host file"))]
    codes.append(("6", _("conflict: wrong state, or a schema of another version")))
    if page.writes:
        codes.append(("7", _("database out of reach, busy, full or read-only; nothing was saved")))
    else:
        codes.append(("7", _("database out of reach, busy or not initialised")))
    return [*codes, ("130", _("interrupted"))]


def word(param: Any) -> str:
    """What an argument is called; in brackets if it may be left out."""
    name = param.metavar or param.name.upper()
    return name if param.required or name.startswith("[") else f"[{name}]"


def spelling(param: Any) -> str:
    """The names of an option, and what its value is called."""
    names = ", ".join(sorted(param.opts, key=len))
    if param.is_flag:
        return names
    return f"{names} {param.metavar or param.name.upper()}"


def _examples(examples: tuple[str, ...]) -> list[str]:
    return [_title(_("Examples")), *(f"  $ {example}" for example in examples), ""]


def _section(title: str, rows: list[tuple[str, str]], column: int = 0) -> list[str]:
    if not rows:
        return []
    width = _width()
    # A name that is far longer than the others has its text on the next line instead of pushing all to the right.
    column = column or min(max(_cells(name) for name, _text in rows), max(width // 3, 12)) + 4
    lines = [_title(title)]
    for name, text in rows:
        wrapped = _wrap(text, max(width - column, 16)) or [""]
        first = f"  {name}"
        if _cells(first) + 2 > column:
            lines.append(first)
        else:
            lines.append(first + " " * (column - _cells(first)) + wrapped.pop(0))
        lines += [" " * column + line for line in wrapped]
    return [*[line.rstrip() for line in lines], ""]


def _title(words: str) -> str:
    return _("{title}:").format(title=words)


def _width() -> int:
    return max(min(shutil.get_terminal_size().columns, 100), 40)


def _cells(text: str) -> int:
    return len(text) if text.isascii() else sum(2 if _is_wide(letter) else 1 for letter in text)


def _wrap(text: str, width: int) -> list[str]:
    """Lines of at most `width` cells, broken at blanks and between wide characters, never before a stop."""
    lines: list[str] = []
    for paragraph in text.splitlines():
        line = ""
        for piece in _pieces(paragraph):
            if line and _cells(line) + _cells(piece.rstrip()) > width:
                lines.append(line.rstrip())
                line = ""
            line += piece
        lines.append(line.rstrip())
    return lines


def _pieces(text: str) -> list[str]:
    """What must stay together: a word with the blanks after it, a wide character with its stops and brackets."""
    pieces = [""]
    for letter in text:
        last = pieces[-1][-1:]
        bracketed = pieces[-1].rfind("[") > pieces[-1].rfind("]")
        breaks = (_is_wide(letter) or _is_wide(last) or last == " ") and not bracketed
        if breaks and letter not in _STAYS_BEHIND and last not in _STAYS_BEFORE:
            pieces.append(letter)
        else:
            pieces[-1] += letter
    return [piece for piece in pieces if piece]


def _is_wide(letter: str) -> bool:
    # Nothing of Latin is; asking for every letter is half of the time that a page takes to draw.
    return letter > "\u10ff" and unicodedata.east_asian_width(letter) in "WF"
