"""Every command of the tree and the ways to call it, taken from its own parameters and the examples of its help."""

import shlex
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from opsctl.cli.groups import Late, root
from opsctl.cli.options import global_options
from opsctl.core.times import looks_like_moment
from opsctl.main import rooms, sections

FLAG = "a flag"
GLOBAL_FLAGS = {name for option in global_options(hidden=True) if option.is_flag for name in option.opts}


class Piece(NamedTuple):
    """One word of a call, or one option with its value; the name of a word is empty."""

    name: str
    value: str
    metavar: str

    @property
    def is_flag(self) -> bool:
        """Whether it takes no value."""
        return self.metavar == FLAG

    def words(self) -> list[str]:
        """As it is typed. The value of an option is glued to it, so that nothing takes it for an option."""
        if not self.name or self.is_flag:
            return [self.name or self.value]
        return [f"{self.name}={self.value}"] if self.name.startswith("--") else [self.name, self.value]


@dataclass(frozen=True)
class Call:
    """A command with its pieces, in the order in which they are typed."""

    path: tuple[str, ...]
    pieces: tuple[Piece, ...]

    def words(self) -> list[str]:
        """The whole command line. Words stand behind a `--`: what is hostile shall reach the command."""
        options = [word for piece in self.pieces if piece.name for word in piece.words()]
        typed = [piece.value for piece in self.pieces if not piece.name]
        return [*self.path, *options, *(["--", *typed] if typed else [])]

    def with_value(self, at: int, value: str) -> "Call":
        """The same with another value in one place."""
        pieces = list(self.pieces)
        pieces[at] = pieces[at]._replace(value=value)
        return replace(self, pieces=tuple(pieces))

    def without(self, at: int) -> "Call":
        """The same without one piece."""
        return replace(self, pieces=(*self.pieces[:at], *self.pieces[at + 1 :]))


@dataclass(frozen=True)
class Verb:
    """A command: its path, what Typer knows of it, and what its page of help says."""

    path: tuple[str, ...]
    params: tuple[Any, ...]
    page: Any

    @property
    def name(self) -> str:
        """The path in one word."""
        return "-".join(self.path)

    @property
    def options(self) -> dict[str, Any]:
        """Its own options by every name."""
        return {name: param for param in self.params if _is_own(param) for name in param.opts}

    @property
    def arguments(self) -> list[Any]:
        """Its words."""
        return [param for param in self.params if param.param_type_name == "argument"]

    def examples(self) -> list[Call]:
        """The calls that its help shows, each once."""
        return list(dict.fromkeys(call for text in self.page.examples if (call := self._parsed(text)) is not None))

    def calls(self) -> list[Call]:
        """The examples, and behind them one call more for every option that none of them has."""
        known = self.examples() or [Call(self.path, tuple(self._least()))]
        shown = {piece.name for call in known for piece in call.pieces}
        more = [
            replace(known[0], pieces=(*known[0].pieces, Piece(_longest(param), _usual(param), _metavar(param))))
            for param in self.params
            if _is_own(param) and shown.isdisjoint(param.opts)
        ]
        return [*known, *more]

    def _least(self) -> Iterator[Piece]:
        for param in self.params:
            if param.param_type_name == "argument" or (_is_own(param) and param.required):
                name = _longest(param) if param.param_type_name == "option" else ""
                yield Piece(name, _usual(param), _metavar(param))

    def _parsed(self, text: str) -> Call | None:
        words = shlex.split(text.rpartition("|")[2].partition(" > ")[0])
        words = words[words.index("opsctl") + 1 :] if "opsctl" in words else []
        for path in (self.path, self.path[-1:]):
            if tuple(words[: len(path)]) == path:
                return Call(self.path, tuple(self._pieces(words[len(path) :])))
        return None

    def _pieces(self, words: list[str]) -> Iterator[Piece]:
        options = self.options
        takes = [_metavar(param) for param in self.arguments] or [""]
        typed = 0
        while words:
            word = words.pop(0)
            name = word.partition("=")[0] if word.startswith("--") else word[:2]
            if len(word) < 2 or not word.startswith("-"):
                yield Piece("", word, takes[min(typed, len(takes) - 1)])
                typed += 1
            elif name not in options:
                words = words if word in GLOBAL_FLAGS else words[1:]
            else:
                full, metavar = _longest(options[name]), _metavar(options[name])
                if metavar == FLAG:
                    yield Piece(full, "", FLAG)
                elif len(word) > len(name):
                    yield Piece(full, word[len(name) :].removeprefix("="), metavar)
                elif metavar.startswith("[") and not (words and looks_like_moment(words[0])):
                    yield Piece(full, "now", metavar)
                else:
                    yield Piece(full, words.pop(0), metavar)


def verbs() -> list[Verb]:
    """Every command, in the order of the first page of help."""
    group = root(rooms(), sections(), lambda _ctx: None)
    found = []
    for section in sections():
        for noun in section.nouns:
            command = _loaded(group.commands[noun])
            inside = getattr(command, "commands", None)
            paths = {(noun,): command} if inside is None else {(noun, name): one for name, one in inside.items()}
            for path, late in paths.items():
                verb = _loaded(late)
                found.append(Verb(path, tuple(verb.params), verb.page))
    return found


def _loaded(command: Any) -> Any:
    return command.load() if isinstance(command, Late) else command


def _is_own(param: Any) -> bool:
    return param.param_type_name == "option" and not param.hidden


def _metavar(param: Any) -> str:
    if getattr(param, "is_flag", False):
        return FLAG
    return str(param.metavar or param.name.upper())


def _longest(param: Any) -> str:
    return str(max(param.opts, key=len))


def _usual(param: Any) -> str:
    """A value that is likely to be taken."""
    metavar = _metavar(param).strip("[]")
    if "|" in metavar:
        return metavar.split("|")[0]
    return USUAL.get(metavar, "1")


USUAL = {
    "ACT-REF": "ACT-2026-0003",
    "ADDRESS": "wang@example.com",
    "ASSET": "erp",
    "CALENDAR": "always",
    "COPY": "local",
    "CUSTOMER": "acme",
    "DATE": "2026-10-01",
    "DIR": "audit",
    "DURATION": "2h",
    "DUTY": "core-network",
    "FILE": "round.txt",
    "HOST": "ops-1",
    "LEVEL": "L2",
    "LOGIN": "root",
    "MAP": "tickets.toml",
    "MNT": "MNT-2026-0002",
    "PERIOD": "2026-10",
    "PERSON": "wang",
    "POLICY": "erp-db",
    "POST": "om-head",
    "REF": "INC-2026-0017",
    "SHARE": "30%",
    "TEXT": "for a reason",
    "TIME": "2026-11-05 09:00",
    "TOPIC": "cleaning",
    "ZONE": "Europe/Rome",
}
"""What is likely to be taken where a word of this kind stands; anything else is tried with a number."""
