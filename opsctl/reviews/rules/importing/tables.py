"""Tables of a post-mortem: their columns by what they are called, and their rows. Pure."""

from collections.abc import Set
from dataclasses import dataclass

from opsctl.reviews.rules.importing.source import Lines, cells
from opsctl.reviews.rules.importing.vocabulary import NOTHING, Column, column, is_one_of


@dataclass(frozen=True, slots=True)
class Row:
    """A row as many cells wide as its header; one that has more `fits` not, and is left as it is."""

    number: int
    cells: tuple[str, ...]
    fits: bool


@dataclass(frozen=True, slots=True)
class Table:
    """A table; `numbers` are the lines of its header."""

    header: tuple[str, ...]
    rows: tuple[Row, ...]
    numbers: tuple[int, ...]

    def place(self, wanted: Column) -> int | None:
        """Where the first column of that kind is, from 0."""
        return next((place for place, title in enumerate(self.header) if _column(title) is wanted), None)

    def is_odd(self, besides: Set[int]) -> bool:
        """Whether a title is not known that `words` writes beside no cell: one of `besides`, or the text's."""
        unknown = {place for place, title in enumerate(self.header) if title and _column(title) is None}
        others = set(range(len(self.header))) - besides
        is_text = self.place(Column.TEXT) is None and len(others) == 1
        return bool(unknown & besides) or (is_text and others <= unknown)

    def words(self, row: Row, besides: Set[int]) -> str:
        """The words of a row: its text, then every other cell with its title in brackets."""
        left = [place for place in range(len(self.header)) if place not in besides and not self._is_number(row, place)]
        text = self.place(Column.TEXT)
        if text is None or text in besides:
            text = left[0] if len(left) == 1 else None
        others = [
            f"{self.header[place]}: {row.cells[place]}" if self.header[place] else row.cells[place]
            for place in left
            if place != text and not is_one_of(row.cells[place], NOTHING)
        ]
        if text is None:
            return "; ".join(others)
        return row.cells[text] + (f" ({'; '.join(others)})" if others else "")

    def _is_number(self, row: Row, place: int) -> bool:
        return _column(self.header[place]) is Column.NUMBER and row.cells[place].strip(".").isdigit()


def read_table(lines: Lines) -> Table:
    """The table in these lines, the second of which is the rule below its header."""
    header = tuple(cells(lines[0].text))
    rows = []
    for line in lines[2:]:
        own = cells(line.text)
        padded = (*own, *[""] * (len(header) - len(own)))
        rows.append(Row(line.number, padded, len(own) <= len(header)))
    return Table(header, tuple(rows), tuple(line.number for line in lines[:2]))


def _column(title: str) -> Column | None:
    """What a column is, by its title without what it says in brackets."""
    return column(title) or column(title.replace("（", "(").partition("(")[0])
