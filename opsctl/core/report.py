"""A result, ready to be shown: what a view returns and `render` draws.

A view puts raw values into cells (datetimes, seconds, ratios, words) and says what kind they are; only the
renderer knows widths, zones, colours and formats. `data` is the same result for programs, under a name that
is kept: `{"opsctl": 1, "kind": …, "data": …}`.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from opsctl.core.errors import InvalidInput
from opsctl.core.texts import _, series


class Kind(StrEnum):
    """How a cell is to be read."""

    TEXT = "text"
    """Words, perhaps typed by somebody else: cleaned of control and escape sequences before they are shown."""
    REFERENCE = "reference"
    """A handle or reference; never cut, however narrow the terminal."""
    COUNT = "count"
    """A whole number."""
    MOMENT = "moment"
    """An aware datetime; shown to the minute in the reader's zone with its offset."""
    INSTANT = "instant"
    """An aware datetime; shown to the second, or finer where it is, in the reader's zone with its offset."""
    DURATION = "duration"
    """Seconds, as int or float."""
    WORKING = "working"
    """Seconds of working time: shown in hours, since a day of it has fewer than 24."""
    RATIO_FLOOR = "ratio-floor"
    """0 to 1, more is better: shown in per cent, rounded down."""
    RATIO_CEIL = "ratio-ceil"
    """0 to 1, less is better: shown in per cent, rounded up."""
    GOOD = "good"
    """Words of a verdict: nothing is to be done."""
    DOUBTFUL = "doubtful"
    """Words of a verdict: somebody should look at it."""
    BAD = "bad"
    """Words of a verdict: something does not work."""


@dataclass(frozen=True)
class Column:
    """One column of a table. `key` is its name in CSV and for `--columns`; `title` is for people."""

    key: str
    title: str
    kind: Kind = Kind.TEXT


@dataclass(frozen=True)
class Cell:
    """A value whose kind differs from that of its column (a duration in a column of ratios).

    `plain` is what CSV has instead, where people read a word for it.
    """

    value: Any
    kind: Kind
    plain: str | None = None


@dataclass(frozen=True)
class Phrase:
    """Words with values between them, as one text: only the renderer knows how a moment among them is shown."""

    pieces: tuple[str | Cell, ...]


@dataclass(frozen=True)
class Table:
    """Rows of raw values in the order of the columns; `None` is "no data" and shown as –."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]
    title: str = ""
    empty: str = ""
    """What is said, on stderr, when there is no row."""
    lead: str | None = None
    """The column that names a record where each is a block; its reference, else its first column, where None."""

    def without(self, *keys: str) -> "Table":
        """The table without these columns."""
        kept = [at for at, column in enumerate(self.columns) if column.key not in keys]
        rows = tuple(tuple(row[at] for at in kept) for row in self.rows)
        return replace(self, columns=tuple(self.columns[at] for at in kept), rows=rows)


@dataclass(frozen=True)
class Fields:
    """Names and values of one record, one a line. Rows of `None` are shown as –."""

    pairs: tuple[tuple[str, Any, Kind], ...]
    title: str = ""


@dataclass(frozen=True)
class Text:
    """Sentences, shown as they are, one line each."""

    lines: tuple[str, ...]


Part = Table | Fields | Text


@dataclass(frozen=True)
class Report:
    """What a command shows: `parts` for people, `data` for programs, `remarks` for stderr."""

    kind: str
    data: Any
    parts: tuple[Part, ...] = ()
    heading: str = ""
    remarks: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    """What `--quiet` prints, one a line."""
    sheet: Table | None = None
    """What CSV has instead of the first table, where people see several."""
    attention: bool = False
    """The command ends with exit code 3."""
    following: str | None = None
    """The command that people type next; told on a terminal alone."""


@dataclass(frozen=True)
class Style:
    """How the reader wants it: their zone, the width of their terminal (None: nothing is cut), colour or none."""

    zone: str
    width: int | None = None
    colour: bool = False


def choose_columns(report: Report, wanted: str | None) -> Report:
    """The report with only the wanted columns of its first table, `a,b,c`, in that order; all where None.

    Raise InvalidInput, naming the columns there are, for one that is unknown.
    """
    if wanted is None:
        return report
    keys = [key.strip() for key in wanted.split(",") if key.strip()]
    parts = list(report.parts)
    for at, part in enumerate(parts):
        if isinstance(part, Table):
            known = [column.key for column in part.columns]
            strange = [key for key in keys if key not in known]
            if strange or not keys:
                raise InvalidInput(
                    _("There is no column {name!r}.").format(name=(strange or [wanted])[0][:40]),
                    _("Use one of: {words}.").format(words=series(known)),
                )
            places = [known.index(key) for key in keys]
            rows = tuple(tuple(row[place] for place in places) for row in part.rows)
            parts[at] = replace(part, columns=tuple(part.columns[place] for place in places), rows=rows)
            break
    return replace(report, parts=tuple(parts))
