"""One raw value as words for people, as a CSV cell, or as JSON."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from math import isfinite
from typing import Any

from opsctl.core.numbers import show_ratio
from opsctl.core.report import Cell, Kind, Phrase, Style
from opsctl.core.texts import _, series
from opsctl.core.times import show_duration, show_moment
from opsctl.core.typed import clean_for_terminal

NO_DATA = "–"
RIGHT_ALIGNED = frozenset({Kind.COUNT, Kind.DURATION, Kind.WORKING, Kind.RATIO_FLOOR, Kind.RATIO_CEIL})


def unpacked(value: Any, kind: Kind) -> tuple[Any, Kind]:
    """The value and the kind of a cell whose column is of `kind`."""
    return (value.value, value.kind) if isinstance(value, Cell) else (value, kind)


def show(value: Any, kind: Kind, style: Style) -> str:
    """The value for people, on one line: None as –, moments in the zone of `style`, ratios in per cent.

    Lists and tuples are joined as the language lists them. What others typed comes without control and escape
    sequences.
    """
    value, kind = unpacked(value, kind)
    if value is None:
        return NO_DATA
    if isinstance(value, list | tuple):
        return series(show(item, kind, style) for item in value)
    if isinstance(value, Phrase):
        return "".join(show(piece, Kind.TEXT, style) for piece in value.pieces)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    match kind:
        case Kind.MOMENT:
            return show_moment(value, style.zone)
        case Kind.INSTANT:
            return show_moment(value, style.zone, seconds=True)
        case Kind.DURATION | Kind.WORKING:
            return show_duration(value, in_days=kind is Kind.DURATION)
        case Kind.RATIO_FLOOR | Kind.RATIO_CEIL:
            return show_ratio(value, floor=kind is Kind.RATIO_FLOOR)
        case _:
            return clean_for_terminal(str(value))


def plain_value(value: Any, kind: Kind, style: Style) -> str:
    """The value for a CSV cell: nothing rounded, nothing translated, None as an empty cell.

    Moments are ISO 8601 with the offset of the zone of `style`, durations are seconds, ratios are 0 to 1, yes and no
    are true and false. What others typed keeps its line feeds, and no other control character.
    Raise ValueError for a number that is not finite.
    """
    if isinstance(value, Cell) and value.plain is not None:
        value = value.plain
    value, kind = unpacked(value, kind)
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return ", ".join(plain_value(item, kind, style) for item in value)
    if isinstance(value, Phrase):
        return "".join(plain_value(piece, Kind.TEXT, style) for piece in value.pieces)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and not isfinite(value):
        raise ValueError(f"no figure: {value!r}")
    match kind:
        case Kind.MOMENT | Kind.INSTANT:
            return show_moment(value, style.zone, seconds=True).replace(" ", "T")
        case Kind.RATIO_FLOOR | Kind.RATIO_CEIL:
            return repr(float(value))
        case Kind.COUNT | Kind.DURATION | Kind.WORKING:
            return str(value)
        case _:
            return clean_for_terminal(str(value), keep_newlines=True)


def json_value(value: Any) -> Any:
    """The value in the types of JSON: moments as UTC ending in Z, spans of time as seconds, words as themselves.

    Half characters (lone surrogates, from file names that are not UTF-8) become U+FFFD, since no file can hold them.
    Raise TypeError for a moment without a zone, and for what has no place in JSON.
    """
    match value:
        case None | bool():
            return value
        case Enum():
            return json_value(value.value)
        case int() | float():
            return value
        case str():
            return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        case datetime():
            if value.tzinfo is None:
                raise TypeError(f"a moment without a zone: {value!r}")
            return value.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"
        case date():
            return value.isoformat()
        case timedelta():
            seconds = value.total_seconds()
            return int(seconds) if seconds.is_integer() else seconds
        case Mapping():
            return {str(json_value(key)): json_value(content) for key, content in value.items()}
        case list() | tuple():
            return [json_value(item) for item in value]
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: json_value(getattr(value, field.name)) for field in fields(value)}
    raise TypeError(f"not for JSON: {value!r}")
