"""What may stand where on a command line, for the scripts: read off the tree of commands, in the reader's language.

What a value is, is said in one word, which the scripts understand, too:

    -               any text
    +               a time that may be left out: the word after it may belong to something else
    one|two         one of these
    @file           a file; @=file is one behind a name and a `=`
    @zone           a time zone
    @NOUN.WORD      a name that the database knows, as `opsctl completions --of` wants it; /VERB narrows it

and several of them with a | between. A `+` that stands behind the words of a verb says that the last may be repeated.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Any, NamedTuple, get_args

from opsctl.cli.completions.sources import Source, sources
from opsctl.cli.groups import Group, Late, Root
from opsctl.cli.rooms import Room
from opsctl.core.texts import _
from opsctl.render.formats import Format

_ANY, _OPTIONAL, _REPEATED = "-", "+", "+"
_PERIODS = [f"{which}-{unit}" for which in ("this", "last") for unit in ("week", "month", "quarter", "year")]
_KNOWN = {
    "FILE": "@file",
    "MAP": "@file",
    "DIR": "@file",
    "PATH": "@file",
    "ITEM=FILE": "@=file",
    "ZONE": "@zone",
    "FORMAT": "|".join(Format),
    "PERIOD": "|".join(["today", "yesterday", *_PERIODS]),
    "1-4": "1|2|3|4",
}
_CHOICES = re.compile(r"[a-z][a-z/-]*(?:\|[a-z][a-z/-]*)+")
_FIRST_SENTENCE = re.compile(r"(?<=\.)\s|(?<=。)")


class Option(NamedTuple):
    """An option with its names, the short one first; `value` is empty for a flag."""

    names: tuple[str, ...]
    value: str
    told: str


class Line(NamedTuple):
    """What may follow a path, such as `incident ack`: verbs, or words one after the other; and options."""

    path: str
    verbs: tuple[tuple[str, str], ...]
    words: tuple[str, ...]
    options: tuple[Option, ...]


class Tree(NamedTuple):
    """Every line of the tree, and the options that may stand in all of them."""

    lines: tuple[Line, ...]
    everywhere: tuple[Option, ...]


def tree_of(root: Root, rooms: Iterable[Room]) -> Tree:
    """The whole tree. Loads every command there is, which takes its time."""
    every = list(rooms)
    words = _Words(every)
    version = [param for param in root.params if "--version" in param.opts]
    everywhere = [param for param in root.params if param not in version]
    first = Line("", _verbs(root), (), tuple(words.options(version, "", "")))
    lines = [first]
    for noun, command in _loaded(root):
        if isinstance(command, Group):
            lines.append(Line(noun, _verbs(command), (), ()))
            lines += [words.line(f"{noun} {verb}", one, noun, verb) for verb, one in _loaded(command)]
        else:
            lines.append(words.line(noun, command, _home(every, noun), noun))
    help_option = Option(("-h", "--help"), "", _first_sentence(_("Show this page.")))
    return Tree(tuple(lines), (*words.options(everywhere, "", ""), help_option))


class _Words:
    """What the words in the usage of commands stand for."""

    def __init__(self, rooms: Iterable[Room]) -> None:
        self.named: dict[str, tuple[str, Source]] = {}
        self.own: dict[str, str] = {}
        """The word that REF means in the commands of a noun: its first."""
        self.numbered: list[str] = []
        for room in rooms:
            for word, source in sources(room):
                self.named[word] = room.noun, source
                if source.prefix is not None:
                    self.own.setdefault(room.noun, word)
                    self.numbered.append(word)

    def line(self, path: str, command: Any, noun: str, verb: str) -> Line:
        arguments = [param for param in command.params if param.param_type_name == "argument"]
        own = [param for param in command.params if param.param_type_name == "option" and not param.hidden]
        words = tuple(word for param in arguments for word in self._of_argument(param, noun, verb))
        return Line(path, (), words, tuple(self.options(own, noun, verb)))

    def options(self, params: Iterable[Any], noun: str, verb: str) -> Iterator[Option]:
        for param in params:
            value = "" if param.is_flag else self._value(param, noun, verb)
            yield Option(tuple(sorted(param.opts, key=len)), value, _first_sentence(param.help or ""))

    def _of_argument(self, param: Any, noun: str, verb: str) -> Iterator[str]:
        if _enum_of(param) is not None:
            yield self._value(param, noun, verb)
            return
        words = str(param.metavar or "").split()
        if len(words) > 1 and all(word.startswith("[") and word.endswith("]") for word in words):
            # Each may be left out, so any of them may stand in each place.
            yield from ["|".join(self._word(word[1:-1], noun, verb) for word in words)] * len(words)
            return
        for word in " ".join(words).replace("[", "").replace("]", "").split():
            if word == "…":
                yield _REPEATED
                return
            yield self._word(word, noun, verb)

    def _value(self, param: Any, noun: str, verb: str) -> str:
        choices = _enum_of(param)
        metavar = str(param.metavar or "")
        if choices is not None:
            return "|".join(choice.value for choice in choices)
        return _OPTIONAL if metavar.startswith("[") else self._word(metavar, noun, verb)

    def _word(self, word: str, noun: str, verb: str) -> str:
        if _CHOICES.fullmatch(word):
            return word
        found = [one for part in word.split("|") for one in self._known(part, noun, verb)]
        return "|".join(found) or _ANY

    def _known(self, word: str, noun: str, verb: str) -> Iterator[str]:
        if word in _KNOWN:
            yield _KNOWN[word]
            return
        word = word.partition("/")[0].removesuffix("-REF")
        wanted = [word]
        if word == "REF":  # a record of the noun; of any, where the noun has none
            wanted = [self.own[noun]] if noun in self.own else self.numbered
        for one in wanted:
            if one in self.named:
                place, source = self.named[one]
                narrowed = f"/{verb}" if verb in source.of else ""
                yield "|".join(source.words) or f"@{place}.{one}{narrowed}"


def _enum_of(param: Any) -> type[StrEnum] | None:
    annotation = param.type_descriptor.annotation
    annotation = next(iter(get_args(annotation)), annotation)
    return annotation if isinstance(annotation, type) and issubclass(annotation, StrEnum) else None


def _home(rooms: Iterable[Room], noun: str) -> str:
    """The noun whose verb is also typed without it; else the verb itself."""
    modules = {room.noun: room.commands for room in rooms}
    homes: Mapping[str, str] = {room.commands: room.noun for room in rooms if not room.verb}
    return homes.get(modules[noun], noun)


def _loaded(group: Group) -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        yield name, command.load() if isinstance(command, Late) else command


def _verbs(group: Group) -> tuple[tuple[str, str], ...]:
    return tuple((name, _first_sentence(command.help or "")) for name, command in group.commands.items())


def _first_sentence(told: str) -> str:
    return _FIRST_SENTENCE.split(told)[0].strip().rstrip(".。")
