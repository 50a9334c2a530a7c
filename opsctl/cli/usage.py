"""Wrong usage, said in the reader's language: Typer's own sentences are English and fixed."""

import difflib
from collections.abc import Mapping
from itertools import islice
from typing import Any

from typer._click import exceptions as click

from opsctl.core.errors import InvalidInput
from opsctl.core.texts import _, series
from opsctl.core.typed import excerpt, mend, read_body

NOTHING = ("", "-", "–", "—")
"""What stands for no value where one may be taken away."""
_ALIKE = 0.7
"""How alike an option must be spelled to be suggested: `titel` is like `title`, `from` is not like `format`."""
_LONGEST_NAME = 100


def in_words(error: click.ClickException) -> InvalidInput:
    """The usage error as one of ours, with the nearest word and the help page to look at."""
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "opsctl"
    see = _("See: {command} --help").format(command=path)
    if isinstance(error, click.NoSuchOption):
        message = _("There is no option {option}.").format(option=excerpt(error.option_name))
        return InvalidInput(message, _nearest(_options(error.option_name, context)) or see)
    if isinstance(error, click.MissingParameter):
        return InvalidInput(_("{what} is missing.").format(what=name_of(error.param)), _example(error) or see)
    if isinstance(error, click.BadOptionUsage):
        if "does not take" in error.message:
            return InvalidInput(_("{option} takes no value.").format(option=excerpt(error.option_name)), see)
        return InvalidInput(_("{option} needs a value.").format(option=excerpt(error.option_name)), see)
    if isinstance(error, click.BadArgumentUsage | click.BadParameter):
        what = name_of(getattr(error, "param", None))
        return InvalidInput(_("{what} cannot be read.").format(what=what), see)
    return InvalidInput(_unexpected(error), _nearest(_commands(error, context)) or see)


def _unexpected(error: click.ClickException) -> str:
    message = error.message
    if message.startswith("No such command "):
        word = message.removeprefix("No such command ").rstrip(".")
        return _("There is no command {word}.").format(word=excerpt(word))
    if message.startswith("Got unexpected extra argument"):
        words = message.partition("(s) (")[2].removesuffix(")")
        return _("This is one word too many: {words}").format(words=excerpt(words))
    return _("The command cannot be read: {words}").format(words=excerpt(message, 200))


def _options(typed: str, context: Any) -> list[str]:
    """The options of the command that were meant: begun or named by the word, or spelled almost like it."""
    if context is None:
        return []
    word = typed.lstrip("-").partition("=")[0]
    params = context.command.get_params(context)
    names = {
        name.lstrip("-"): name
        for param in params
        if param.param_type_name == "option"
        for name in param.opts
        if name.startswith("--")
    }
    begun = sorted(name for name in names if len(word) > 1 and (name.startswith(word) or word in name.split("-")))
    alike = difflib.get_close_matches(word[:_LONGEST_NAME], sorted(names), n=3, cutoff=_ALIKE)
    return [names[name] for name in dict.fromkeys([*begun, *alike])][:3]


def _example(error: click.MissingParameter) -> str:
    """What the command looks like with the option that is missing, from its own examples."""
    if error.ctx is None or error.param is None or error.param.param_type_name != "option":
        return ""
    page = getattr(error.ctx.command, "page", None)
    examples = () if page is None else page.examples
    found = next((one for one in examples if set(error.param.opts) & set(one.split())), None)
    return _("Like: {command}").format(command=found) if found else ""


def _commands(error: click.ClickException, context: Any) -> list[str]:
    if context is None or not error.message.startswith("No such command "):
        return []
    word = error.message.removeprefix("No such command ").rstrip(".").strip("'\"")
    return _with_noun(word, context.command.commands) or difflib.get_close_matches(
        word, list(context.command.commands), n=3, cutoff=0.5
    )


def _with_noun(word: str, commands: Mapping[str, Any]) -> list[str]:
    """The nouns whose verb the word is, with it: what is typed most, the verbs of incidents, comes first."""
    from opsctl.cli.groups import Stub

    nouns = sorted(commands.items(), key=lambda item: item[0] != "incident")
    groups = ((noun, stub.load()) for noun, stub in nouns if isinstance(stub, Stub) and not stub.room.verb)
    found = (f"{noun} {word}" for noun, group in groups if word in getattr(group, "commands", {}))
    return list(islice(found, 3))


def _nearest(words: Any) -> str:
    return _("Did you mean {words}?").format(words=series(words)) if words else ""


def name_of(param: Any) -> str:
    """What a parameter is called on the command line: `--asset`, or `TITLE`."""
    if param is None:
        return _("A value")
    if param.param_type_name == "option":
        return str(max(param.opts, key=len))
    return str(param.metavar or param.name.upper())


def read_number(value: str, name: str) -> int:
    """The whole number that was typed for `name`. Raise InvalidInput if it is none, or negative."""
    try:
        number = int(value)
    except ValueError:
        number = -1
    if not 0 <= number < 10**9:
        like = f"{name} 3" if name.startswith("-") else "3"
        raise InvalidInput(
            _("{name} wants a whole number, not {value!r}.").format(name=name, value=value[:40]),
            _("Like: {command}").format(command=like),
        )
    return number


def read_word(value: str, allowed: list[str], name: str, *, see: str | None = None) -> str:
    """The word of `allowed` that was typed for `name`. Raise InvalidInput, with the nearest or all, if it is none.

    `see` stands for all of them where they are too many for a line.
    """
    typed = value.strip().casefold()
    if typed in allowed:
        return typed
    near = difflib.get_close_matches(typed, allowed, n=1)
    raise InvalidInput(
        _("{name} cannot be {value!r}.").format(name=name, value=value[:40]),
        _nearest(near) or see or _("Use one of: {words}.").format(words=series(allowed)),
    )


def body(text: str | None) -> str | None:
    """The text cleaned, or None where none was given. Raise InvalidInput as `said` does."""
    return None if text is None else said(text)


def said(text: str) -> str:
    """The text cleaned. Raise InvalidInput where it says nothing: a dash completes no record, and is no reason."""
    if not any(letter.isalnum() for letter in text):
        raise InvalidInput(_("{text!r} says nothing.").format(text=excerpt(text)), _("Say it in a few words."))
    return read_body(text)


def fields_among(words: list[str], example: str) -> tuple[list[str], list[tuple[str, str]]]:
    """The references of a correction, and its FIELD=VALUE pairs: the name mended, the value as it was typed.

    Raise InvalidInput, with the example, where there is none of either.
    """
    refs = [word for word in words if "=" not in mend(word)]
    pairs = []
    for word in words:
        if "=" in mend(word):
            sign = next(letter for letter in word if mend(letter) == "=")
            name, _sign, value = word.partition(sign)
            pairs.append((mend(name).replace("-", "_"), value))
    if not refs or not pairs:
        raise InvalidInput(
            _("A correction needs a reference and a field."), _("Like: {command}").format(command=example)
        )
    return refs, pairs
