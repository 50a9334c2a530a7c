"""CSV as spreadsheets and ticket systems write it."""

import csv
import io
from collections.abc import Callable, Collection, Iterator
from itertools import islice
from operator import itemgetter
from sys import intern
from typing import Any

from opsctl.core.errors import InvalidInput
from opsctl.core.texts import _, series
from opsctl.core.typed import excerpt
from opsctl.exchange.documents import Document, RawRecord, Reject

_DELIMITERS = ",;\t|"
_LONGEST_HEADER = 65_536
_PIECE = 1_000_000
_END = ""  # no line of a file is empty: each has at least its line feed


def read_csv(
    text: str, *, name: str, encoding: str, only: Collection[str] = (), at: Collection[int] | None = None
) -> Document:
    """The rows under the header as records; blank rows are left out, cells that a short row lacks are absent.

    If `only` names columns, the records have no others; if `at` has lines, the rows that start elsewhere are left out.

    The delimiter is the one of , ; tab | that the header has most of, or what a first line `sep=;` says. Of two
    columns with one name the first counts. Rejected are rows with more cells than the header and rows with text
    behind a closing quote. Raise InvalidInput if there are no rows, or a quote is never closed.
    """
    # The limit belongs to the whole process: raised for this file alone.
    before = csv.field_size_limit()
    csv.field_size_limit(max(before, len(text) + 1))
    try:
        return _read(text, name, encoding, only, at)
    finally:
        csv.field_size_limit(before)


def _read(text: str, name: str, encoding: str, only: Collection[str], at: Collection[int] | None) -> Document:
    delimiter, skipped = _delimiter(text)
    taken: list[str] = []
    lines = _lines(text)
    for _line in range(skipped):
        next(lines)
    # Strict, or a quote that is never closed would silently swallow the rest of the file into one cell.
    rows = csv.reader(_remembered(lines, taken), delimiter=delimiter, strict=True, skipinitialspace=True)
    header: list[str] | None = None
    records: list[RawRecord] = []
    rejects: list[Reject] = []
    while True:
        line = skipped + rows.line_num + 1
        taken.clear()
        try:
            row = next(rows, None)
        except csv.Error as error:
            if taken[-1] == _END:
                raise InvalidInput(
                    _("{name}: a quote that opens in the row of line {line} is never closed.").format(
                        name=name, line=line
                    ),
                    _quote_hint(),
                ) from error
            if header is None:
                raise InvalidInput(
                    _("{name}: in the header, line {line}, text follows a closing quote.").format(name=name, line=line),
                    _quote_hint(),
                ) from error
            rejects.append(Reject(line, None, _("Text follows a closing quote."), _raw(taken)))
            continue
        if row is None:
            break
        if not any(row):
            continue
        if header is None:
            header, remarks = _read_header(row, name)
            width = len(header)
            cells_of = _cells_of(header, only)
            continue
        if len(row) > width and any(row[width:]):
            reason = _("The row has {found} cells, the header {expected}.").format(found=len(row), expected=width)
            rejects.append(Reject(line, None, reason, _raw(taken)))
            continue
        if at is None or line in at:
            records.append(RawRecord(line, cells_of(row)))
    if header is None or not (records or rejects or at is not None):
        raise InvalidInput(
            _("{name} has a header and no rows.").format(name=name), _("Name a file that holds records.")
        )
    columns = tuple(column for column in header if column)

    def whole(lines: Collection[int]) -> dict[int, dict[str, Any]]:
        again = read_csv(text, name=name, encoding=encoding, at=lines)
        return {record.line: record.values for record in again.records}

    return Document("csv", encoding, records, rejects, remarks, columns, whole if only else None)


def _cells_of(header: list[str], only: Collection[str]) -> Callable[[list[str]], dict[str, Any]]:
    """A function that gives the cells of a row by their column: of all, or of those that `only` names."""
    places = [place for place, column in enumerate(header) if column and column in only]
    names = [header[place] for place in places]

    def every_cell(row: list[str]) -> dict[str, Any]:
        values = dict(zip(header, row, strict=False))
        values.pop("", None)
        return values

    if not only or len(places) < 2:
        return every_cell
    cells_at = itemgetter(*places)

    def some_cells(row: list[str]) -> dict[str, Any]:
        try:
            # The rows of a log say the same words over and over; each is kept once.
            return dict(zip(names, map(intern, cells_at(row)), strict=True))
        except IndexError:
            return {header[place]: row[place] for place in places if place < len(row)}

    return some_cells


def _lines(text: str) -> Iterator[str]:
    """The physical lines with their ends. By pieces, for a stream of a whole text needs four bytes a character."""
    start = 0
    while start < len(text):
        end = text.find("\n", start + _PIECE) + 1 or len(text)
        yield from io.StringIO(text[start:end], newline="")
        start = end


def _delimiter(text: str) -> tuple[str, int]:
    """The delimiter, and how many lines before the header only say so (`sep=;`, which spreadsheets obey)."""
    first = text[:7].splitlines()[0]
    if len(first) == 5 and first.lower().startswith("sep="):
        return first[4], 1
    counts = dict.fromkeys(_DELIMITERS, 0)
    quoted = False
    begun = False
    for character in islice(text, _LONGEST_HEADER):
        if character == '"':
            quoted = not quoted
        elif not quoted and character in "\r\n":
            if begun:
                break
        elif not quoted and character in counts:
            counts[character] += 1
        begun = begun or not character.isspace()
    return max(counts, key=lambda delimiter: counts[delimiter]), 0


def _read_header(row: list[str], name: str) -> tuple[list[str], tuple[str, ...]]:
    """The names of the columns, empty for those that do not count, and what is to be said about doubles."""
    names: list[str] = []
    doubles: dict[str, None] = {}
    for cell in row:
        column = cell.strip()
        if column and column in names:
            doubles[column] = None
            column = ""
        names.append(column)
    if not doubles:
        return names, ()
    remark = _("{name} has more than one column {columns}; the first of them counts.").format(
        name=name, columns=series(excerpt(column) for column in doubles)
    )
    return names, (remark,)


def _remembered(lines: Iterator[str], taken: list[str]) -> Iterator[str]:
    for line in lines:
        taken.append(line)
        yield line
    taken.append(_END)


def _raw(taken: list[str]) -> str:
    return "".join(taken).rstrip("\r\n")


def _quote_hint() -> str:
    return _('Write a quote inside a cell as "".')
