"""A file of other people's records, read but not yet understood."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class RawRecord:
    """One record as its file has it. `line` is the physical line, from 1, on which it starts."""

    line: int
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reject:
    """A record that is not taken, and why. `raw` is its cells by column, or the text where it has none."""

    line: int
    key: str | None
    reason: str
    raw: Mapping[str, Any] | str


@dataclass(frozen=True, slots=True)
class Document:
    """A whole file. `columns` is the header of a CSV file, without doubles, and empty for JSON.

    `remarks` are sentences for the reader: how the file was taken where that was not plain. `whole` is there where
    the records have only some columns: given lines, it reads those rows again with all of them.
    """

    kind: Literal["csv", "json", "jsonl"]
    encoding: str
    records: list[RawRecord]
    rejects: list[Reject]
    remarks: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    whole: Callable[[Collection[int]], dict[int, dict[str, Any]]] | None = None
