"""What completes a word that the database knows, quickly: a person waits with a finger on TAB.

Nothing here loads Typer or SQLAlchemy, and nothing that goes wrong is said: then there is nothing to offer.
"""

import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any, NoReturn

from opsctl.cli.completions.sources import Source, source
from opsctl.cli.context import Context
from opsctl.core import texts
from opsctl.core.typed import clean_for_terminal
from opsctl.store.quick import Ask, opened

if TYPE_CHECKING:
    from opsctl.cli.rooms import Room

MOST = 50
"""So many records are offered at most; more digits narrow them."""
MOST_HANDLES = 1000
"""Handles are all offered, for a shell goes on to what all of them begin with."""
_LONGEST_TITLE = 60
# A handle, a reference, om@2026.1: what every shell takes as it is.
_NAME = re.compile(r"\w[\w.@:/+-]*")
_LEAST_DIGITS = 4
Name = tuple[str, str]
"""A name and what it names; the latter may be empty."""


def answer(rooms: Callable[[], "list[Room]"], arguments: Sequence[str]) -> int:
    """Print what completes the last of `arguments`, a name and its title a line; return 0, whatever happens.

    `arguments` are: --of NOUN.WORD[/VERB][,…] [--db URL] [--config FILE] -- BEGINNING.
    """
    with suppress(Exception):
        context = Context(lambda: datetime.now(UTC), rooms, _nobody, _nobody)
        *named, mark, typed = arguments
        given = dict(zip(named[::2], named[1::2], strict=True)) if mark == "--" else {}
        wanted = given.pop("--of")
        context.chosen.update((name.removeprefix("--"), value) for name, value in given.items())
        lines = "".join(f"{name}\t{title}\n" for name, title in _offers(context, wanted.split(","), typed))
        sys.stdout.write(lines)
        sys.stdout.flush()
    return 0


def _nobody() -> NoReturn:
    raise LookupError  # who acts is of no matter: nothing is written


def _offers(context: Context, wanted: list[str], typed: str) -> Iterator[Name]:
    rooms = {room.noun: room for room in context.rooms()}
    chinese = _speaks_chinese(context)
    with opened(context.address) as ask:
        for one in wanted:
            named, _sign, verb = one.partition("/")
            noun, _sign, word = named.partition(".")
            found = _names(ask, source(rooms[noun], word), verb, typed, MOST // len(wanted), chinese)
            for name, title in found:
                if _NAME.fullmatch(name):
                    yield name, " ".join(clean_for_terminal(title[: _LONGEST_TITLE * 4]).split())[:_LONGEST_TITLE]


def _speaks_chinese(context: Context) -> bool:
    asked = context.option("lang") or context.host_file.language
    return (texts.read_language(asked) if asked else texts.environment_language(os.environ)) == "zh_CN"


def _names(ask: Ask, names: Source, verb: str, typed: str, most: int, chinese: bool) -> Iterable[Name]:
    if names.parts:
        return _inside(ask, names, typed.casefold(), chinese)
    title = f"coalesce({names.title_zh}, {names.title})" if chinese and names.title_zh else names.title
    if names.prefix is None:
        also = [(word, "") for word in names.also if word.startswith(typed)]
        return [*also, *_selected(ask, names, title, names.of.get(verb, "1 = 1"), typed.casefold(), MOST_HANDLES)]
    typed = typed.upper()
    if not f"{names.prefix}-".startswith(typed[: len(names.prefix) + 1]):
        return ()
    if verb in names.of:
        return _selected(ask, names, title, names.of[verb], typed, most)
    first = list(_selected(ask, names, title, names.first, typed, most)) if names.first else []
    return islice(dict.fromkeys([*first, *_newest(ask, names, title, typed, most)]), most)


def _selected(ask: Ask, names: Source, title: str, condition: str, typed: str, most: int) -> Iterator[Name]:
    beginning = re.sub("[!%_]", r"!\g<0>", typed) + "%"
    statement = (
        f"SELECT {names.key}, {title} FROM {names.table} WHERE ({condition}) AND {names.key} LIKE ? ESCAPE '!'"  # noqa: S608
        f" ORDER BY {names.order} LIMIT {most}"
    )
    for name, told in ask(statement, [beginning]):
        yield str(name), str(told or "")


def _newest(ask: Ask, names: Source, title: str, typed: str, most: int) -> Iterator[Name]:
    """The newest that begin so, found by counting down: a million of them need not be sorted."""
    counted = ask("SELECT year, last FROM reference_counter WHERE prefix = ? ORDER BY year DESC", [names.prefix])
    references = list(islice(_counted_down(str(names.prefix), counted, typed), most))
    if not references:
        return
    statement = f"SELECT {names.key}, {title} FROM {names.table} WHERE {names.key} IN "  # noqa: S608
    told: dict[str, str | None] = dict(ask(f"{statement}({', '.join('?' * len(references))})", references))
    yield from ((reference, str(told[reference] or "")) for reference in references if reference in told)


def _counted_down(prefix: str, counted: Iterable[Sequence[int]], typed: str) -> Iterator[str]:
    """Every reference that begins as `typed`, the newest first, by the last number of each year."""
    for year, last in counted:
        whole = f"{prefix}-{year}-"
        digits = typed[len(whole) :]
        if not (typed[: len(whole)] == whole[: len(typed)] and (digits.isdigit() or not digits)):
            continue
        for length in range(max(len(str(last)), _LEAST_DIGITS), max(len(digits), _LEAST_DIGITS) - 1, -1):
            smallest = int(digits.ljust(length, "0"))
            greatest = int(digits.ljust(length, "9"))
            # A number of more than four digits has no zero before it.
            smallest = max(smallest, 1 if length == _LEAST_DIGITS else 10 ** (length - 1))
            yield from (f"{whole}{number:04d}" for number in range(min(greatest, last), smallest - 1, -1))


def _inside(ask: Ask, names: Source, typed: str, chinese: bool) -> Iterator[Name]:
    """The names inside rulebooks, in order."""
    import json

    parts = [*(("", part, "") for part in names.parts), *names.made]
    found: dict[str, str] = {}
    for (content,) in ask(names.contents, []):
        said = json.loads(content)
        for before, part, needed in parts:
            for name, entry in said.get(part, {}).items():
                if not needed or needed in entry:
                    found[before + name] = _title_of(entry, chinese)
    yield from sorted((name, title) for name, title in found.items() if name.startswith(typed))


def _title_of(entry: Any, chinese: bool) -> str:
    words = entry.get("title", entry)
    return str(words.get("zh" if chinese else "en") or "") if isinstance(words, dict) else ""
