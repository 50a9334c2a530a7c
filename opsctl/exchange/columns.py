"""Their columns: by name, by dotted path, or the first of several that holds something."""

from collections.abc import Callable, Iterable
from typing import Any

from opsctl.core.texts import _
from opsctl.exchange.documents import Document

Reader = Callable[[dict[str, Any]], Any]

_ABSENT = object()


def reader(columns: tuple[str, ...], null: Iterable[str]) -> Reader:
    """A function that gives what the first of these columns with a value holds, texts without surrounding blanks.

    It gives None where all are absent or null: None, "", or one of the `null` words exactly. A column of the very
    name wins over the dotted path that the name may also be.
    """
    words = frozenset({"", *(word.strip() for word in null)})
    readers = [_one_reader(column, words) for column in columns]
    if len(readers) == 1:
        return readers[0]

    def read_first(values: dict[str, Any]) -> Any:
        for read in readers:
            if (found := read(values)) is not None:
                return found
        return None

    return read_first


def _one_reader(column: str, words: frozenset[str]) -> Reader:
    parts = column.split(".")

    def read(values: dict[str, Any]) -> Any:
        found = values.get(column)
        if type(found) is str:
            found = found.strip()
            return None if found in words else found
        return _null_or(found, words)

    def read_path(values: dict[str, Any]) -> Any:
        found = _find(values, column, parts)
        if type(found) is str:
            found = found.strip()
        return None if found is _ABSENT else _null_or(found, words)

    return read if len(parts) == 1 else read_path


def _null_or(found: Any, words: frozenset[str]) -> Any:
    return None if found is None or (not isinstance(found, (dict, list)) and text_form(found) in words) else found


def _find(values: dict[str, Any], column: str, parts: list[str]) -> Any:
    if column in values:
        return values[column]
    found: Any = values
    for part in parts:
        if isinstance(found, dict) and part in found:
            found = found[part]
        elif isinstance(found, list) and part.isdecimal() and int(part) < len(found):
            found = found[int(part)]
        else:
            return _ABSENT
    return found


def text_form(found: Any) -> str:
    """A value of their data as the word a map has for it: `true`, `2`, or the text itself."""
    if isinstance(found, bool):
        return "true" if found else "false"
    return str(found)


def kind_of(found: Any) -> str:
    """What a value that is no text is, in the reader's language."""
    return _("a list") if isinstance(found, list) else _("an object")


def column_exists(document: Document, column: str) -> bool:
    """Whether a record of the document has this column; in CSV, whether the header has it."""
    if document.columns:
        return column in document.columns
    parts = column.split(".")
    return any(_find(record.values, column, parts) is not _ABSENT for record in document.records)


def known_columns(document: Document) -> list[str]:
    """The columns of the document in the order they first appear."""
    seen = dict.fromkeys(document.columns)
    for record in document.records:
        seen.update(dict.fromkeys(record.values))
    return list(seen)
