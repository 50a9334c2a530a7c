"""One table of a rulebook, read key by key: an error in one key leaves the others to be read. Pure."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any, TypeVar

from opsctl.core.texts import _, series
from opsctl.rulebook.rules.findings import Findings, Unreadable

T = TypeVar("T")


class Part:
    """A table with its key in the file and the findings about it."""

    def __init__(self, found: Any, key: str, known: Iterable[str], findings: Findings) -> None:
        """Raise Unreadable, having noted why, for what is no table; every key that is not known is noted."""
        self.said = findings.table(found, key)
        self.key = key
        self.findings = findings
        findings.known_keys(self.said, key, known)

    def of(self, name: str) -> str:
        """The whole name of a key: `routes.dc1.title`."""
        return f"{self.key}.{name}"

    def take(self, name: str, read: Callable[[Any, str], T], must: str = "") -> T | None:
        """What a key says, or None where it is left out or was not understood; with `must` it has to be there."""
        if name not in self.said:
            if must:
                self.findings.missing(self.of(name), must)
            return None
        with suppress(Unreadable):
            return read(self.said[name], self.of(name))
        return None


def each(tables: Mapping[str, Any], table: str, read: Callable[[Any, str], Any], findings: Findings) -> dict[str, Any]:
    """Every table in a table by its handle, as far as they can be read."""
    content: dict[str, Any] = {}
    with suppress(Unreadable):
        for name, found in findings.table(tables.get(table, {}), table).items():
            with suppress(Unreadable):
                handle = findings.handle(name, f"{table}.{name}")
                if handle in content:
                    raise twice(findings, table, handle)
                content[handle] = read(found, f"{table}.{handle}")
    return content


def handles(found: Any, key: str, findings: Findings) -> list[str]:
    """A list of short names, at least one and none twice. Raise Unreadable, having noted why, for anything else."""
    must = _("a list of handles such as {example}").format(example='["core-sw-1", "core-sw-2"]')
    if not isinstance(found, list) or not found or not all(isinstance(one, str) for one in found):
        raise findings.wrong(key, found, must)
    read: list[str] = []
    for one in found:
        handle = findings.handle(one, key)
        if handle in read:
            raise twice(findings, key, handle)
        read.append(handle)
    return read


def must_be_one_of(table: str, known: Iterable[str]) -> str:
    """What is allowed where a name of one of the book's tables, or of another book's, is wanted."""
    names = series(sorted(known))
    if not names:
        return _("one of those in [{table}], and there are none").format(table=table)
    return _("one of {names}").format(names=names)


def one_of(found: Any, key: str, table: str, known: Iterable[str], findings: Findings) -> str:
    """A name that stands in a table of a book. Raise Unreadable, having noted why, for anything else."""
    known = sorted(known)
    if not known:
        raise findings.wrong(key, found, must_be_one_of(table, known))
    return findings.word(found, key, known)


def tables_of(found: Any, key: str, most: int, example: str, findings: Findings) -> list[tuple[str, Any]]:
    """A list of tables, each with its key: `items[1]`. Raise Unreadable, having noted why, for anything else."""
    must = _("a list of 1 to {most} tables such as {example}").format(most=most, example=example)
    if not isinstance(found, list) or not 1 <= len(found) <= most:
        raise findings.wrong(key, found, must)
    return [(f"{key}[{at}]", one) for at, one in enumerate(found, start=1)]


def twice(findings: Findings, key: str, name: str) -> Unreadable:
    """Note a name that stands in one place twice."""
    message = _("{file}: {key}: {name} is there twice.").format(file=findings.file, key=key, name=name)
    return findings.error(key, message, _("Each name stands there once."))


def said_only(content: Mapping[str, Any]) -> dict[str, Any]:
    """The content without what is not said."""
    return {name: value for name, value in content.items() if value is not None}
