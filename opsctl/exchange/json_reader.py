"""JSON and JSON lines, with the line on which each record starts."""

import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from opsctl.core.errors import InvalidInput
from opsctl.core.texts import _, series
from opsctl.exchange.documents import Document, RawRecord, Reject

_BLANKS = re.compile(r"[ \t\r\n]*")
_LINES_LOOKED_AT = 100


def _constant(word: str) -> str | None:
    """NaN is how some tools write "nothing"; the infinities stay words and fail where a time or choice is due."""
    return None if word == "NaN" else word


_DECODER = json.JSONDecoder(parse_constant=_constant)


class _Broken(Exception):
    """JSON that cannot be read, at an offset of the text."""

    def __init__(self, offset: int, *, is_deep: bool = False) -> None:
        super().__init__(offset)
        self.offset = offset
        self.is_deep = is_deep


def read_json(text: str, *, name: str, encoding: str, key: str) -> Document:
    """The records of a list of objects, of an object that holds one such list, or of one object a line.

    A broken line among JSON lines is rejected and the rest read. Raise InvalidInput with line and column if a
    document breaks; and if it holds no list of objects, or several.
    """
    if text.lstrip()[0] == "{" and _looks_like_lines(text):
        return _read_lines(text, encoding)
    walk = _Walk(text)
    remarks: tuple[str, ...] = ()
    try:
        if walk.peek() == "[":
            found = list(walk.elements())
        else:
            found, remarks = _choose(walk, name, key)
        walk.finish()
    except _Broken as broken:
        raise _invalid(text, name, broken) from broken
    records = [RawRecord(line, value) for line, value in found if isinstance(value, dict)]
    if not records:
        raise InvalidInput(
            _("{name} is JSON and holds no objects.").format(name=name),
            _("Write a list of objects, or one object a line."),
        )
    rejects = [_no_object(line, value) for line, value in found if not isinstance(value, dict)]
    return Document("json", encoding, records, rejects, remarks)


def _looks_like_lines(text: str) -> bool:
    """Whether most of the first lines hold an object of their own, and there are two or more."""
    lines = [line.strip() for line in islice(_lines(text), _LINES_LOOKED_AT)]
    lines = [line for line in lines if line]
    whole = sum(line[0] == "{" and line[-1] == "}" for line in lines)
    return len(lines) > 1 and 2 * whole > len(lines)


def _lines(text: str) -> Iterator[str]:
    # Not splitlines(): JSON strings may hold U+2028 and its like as they are.
    start = 0
    while (end := text.find("\n", start)) >= 0:
        yield text[start:end]
        start = end + 1
    yield text[start:]


def _read_lines(text: str, encoding: str) -> Document:
    records: list[RawRecord] = []
    rejects: list[Reject] = []
    decode = _DECODER.decode
    for number, line in enumerate(text.split("\n"), start=1):
        if not line or line.isspace():
            continue
        try:
            value = decode(line)
        except RecursionError:
            rejects.append(Reject(number, None, _("The JSON is nested too deeply."), line))
            continue
        except json.JSONDecodeError as error:
            reason = _("The JSON breaks at column {column}.").format(column=error.pos + 1)
            rejects.append(Reject(number, None, reason, line))
            continue
        except ValueError:
            rejects.append(Reject(number, None, _("A number has too many digits."), line))
            continue
        if type(value) is dict:
            records.append(RawRecord(number, value))
        else:
            rejects.append(_no_object(number, value))
    return Document("jsonl", encoding, records, rejects)


def _choose(walk: "_Walk", name: str, key: str) -> tuple[list[tuple[int, Any]], tuple[str, ...]]:
    """The records in an object: its only list of objects, or the object itself."""
    line = walk.line()
    plain: dict[str, Any] = {}
    lists: dict[str, list[tuple[int, Any]]] = {}
    for member, value, elements in walk.members():
        plain[member] = value
        lists.pop(member, None)
        if elements and isinstance(elements[0][1], dict):
            lists[member] = elements
    is_record = key in plain and not any(key in elements[0][1] for elements in lists.values())
    if not lists or is_record:
        return [(line, plain)], ()
    if len(lists) > 1:
        raise InvalidInput(
            _("{name} holds several lists of objects: {lists}.").format(name=name, lists=series(lists)),
            _("Cut out the one that holds the records."),
        )
    ((member, elements),) = lists.items()
    return elements, (_("{name}: the records are those in {member!r}.").format(name=name, member=member),)


def _no_object(line: int, value: Any) -> Reject:
    return Reject(line, None, _("This is JSON, but no object."), as_json(value))


def as_json(value: Any) -> str:
    """The value as JSON on one line, or … where it is nested too deeply to be written."""
    try:
        return json.dumps(value, ensure_ascii=False)
    except RecursionError:
        return "…"


def _invalid(text: str, name: str, broken: _Broken) -> InvalidInput:
    line = text.count("\n", 0, broken.offset) + 1
    column = broken.offset - text.rfind("\n", 0, broken.offset)
    if broken.is_deep:
        return InvalidInput(
            _("{name}: the JSON at line {line}, column {column} is nested too deeply or has too long a number.").format(
                name=name, line=line, column=column
            ),
            _("Cut out the list that holds the records."),
        )
    return InvalidInput(
        _("{name}: the JSON breaks at line {line}, column {column}.").format(name=name, line=line, column=column),
        _("Mend it there; several objects in one file stand one a line, without line breaks inside."),
    )


class _Walk:
    """A way through one JSON document that stops at each element, so that its line is known."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._offset = 0
        self._counted_to = 0
        self._line = 1

    def peek(self) -> str:
        """The next character that is not blank, or the empty string at the end."""
        found = _BLANKS.match(self._text, self._offset)
        self._offset = found.end() if found else self._offset
        return self._text[self._offset : self._offset + 1]

    def line(self) -> int:
        """The line, from 1, on which the next character stands."""
        self.peek()
        self._line += self._text.count("\n", self._counted_to, self._offset)
        self._counted_to = self._offset
        return self._line

    def elements(self) -> Iterator[tuple[int, Any]]:
        """Each element of the array that begins here, with its line."""
        self._take("[")
        if self.peek() == "]":
            self._take("]")
            return
        while True:
            line = self.line()
            yield line, self._value()
            if self.peek() == "]":
                self._take("]")
                return
            self._take(",")

    def members(self) -> Iterator[tuple[str, Any, list[tuple[int, Any]]]]:
        """Each member of the object that begins here: name, value and, where that is an array, its elements."""
        self._take("{")
        if self.peek() == "}":
            self._take("}")
            return
        while True:
            if self.peek() != '"':
                raise _Broken(self._offset)
            member = self._value()
            self._take(":")
            if self.peek() == "[":
                elements = list(self.elements())
                yield member, [value for _line, value in elements], elements
            else:
                yield member, self._value(), []
            if self.peek() == "}":
                self._take("}")
                return
            self._take(",")

    def finish(self) -> None:
        """Raise _Broken unless nothing but blanks follows."""
        if self.peek():
            raise _Broken(self._offset)

    def _take(self, expected: str) -> None:
        if self.peek() != expected:
            raise _Broken(self._offset)
        self._offset += 1

    def _value(self) -> Any:
        self.peek()
        try:
            value, self._offset = _DECODER.raw_decode(self._text, self._offset)
        except json.JSONDecodeError as error:
            raise _Broken(error.pos) from error
        except (RecursionError, ValueError) as error:
            raise _Broken(self._offset, is_deep=True) from error
        return value
