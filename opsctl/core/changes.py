"""What a row of the ledger changed, ready to be shown: the old value and the new one of each field."""

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from opsctl.core.report import Cell, Kind, Phrase
from opsctl.core.texts import between

Word = Callable[[str], str]
"""The word that a value is shown by, in the reader's language; raises ValueError for one that it does not know."""
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
_NOT_FIELDS = frozenset({"spans", "with"})
"""What the ledger keeps as a list and is no pair of an old value and a new one."""


def told(
    facts: Mapping[str, Any], named: Word, words: Mapping[str, Word] | None = None, kind: Kind = Kind.MOMENT
) -> list[Phrase]:
    """`field: old → new` for each field of which the facts keep both values.

    `named` names a field, `words` has the words of its values; moments are shown as `kind`, to the second where they
    would look the same.
    """
    return [
        Phrase((named(name) + between(": "), *_both(pair, (words or {}).get(name), kind)))
        for name, pair in facts.items()
        if isinstance(pair, list) and len(pair) == 2 and name not in _NOT_FIELDS
    ]


def joined(parts: Sequence[str | Phrase | Cell]) -> Phrase | str | None:
    """The parts as one text, with a dot between them; None where there is none."""
    if all(isinstance(part, str) for part in parts):
        return " · ".join(str(part) for part in parts) or None
    pieces: list[str | Cell] = []
    for part in parts:
        pieces += [" · "] if pieces else []
        pieces += part.pieces if isinstance(part, Phrase) else [part]
    return Phrase(tuple(pieces))


def _both(pair: list[Any], word: Word | None, kind: Kind) -> tuple[str | Cell, ...]:
    old, new = (_value(value, word) for value in pair)
    if isinstance(old, datetime) and isinstance(new, datetime) and _minute(old) == _minute(new):
        kind = Kind.INSTANT
    return _shown(old, kind), " → ", _shown(new, kind)


def _shown(value: datetime | str, kind: Kind) -> str | Cell:
    return Cell(value, kind) if isinstance(value, datetime) else value


def _value(value: Any, word: Word | None) -> datetime | str:
    if value is None:
        return "–"
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        with suppress(ValueError):
            return datetime.fromisoformat(value)
    if word is not None:
        with suppress(ValueError):
            return word(str(value))
    return str(value)


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)
