"""The arguments of a use case as JSON holds them, read by the function's own signature."""

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any, get_args, get_type_hints

from opsctl.core.errors import InvalidInput
from opsctl.core.texts import _, series
from opsctl.core.times import naive_to_utc


def from_wire(function: Callable[..., Any], given: Mapping[str, Any], zone: str) -> dict[str, Any]:
    """The arguments that `function` takes: a moment is ISO 8601, in `zone` where it names no offset; a word an enum.

    Raise InvalidInput for a name that the function does not know, or a value that is none of its words or moments.
    """
    kinds = _kinds(function)
    for name in given:
        if name not in kinds:
            raise InvalidInput(
                _("{function} takes no {name}.").format(function=function.__name__, name=name),
                _("It takes {names}.").format(names=series(kinds)),
            )
    return {name: _read(kinds[name], value, zone) for name, value in given.items()}


def to_wire(value: Any, zone: str) -> Any:
    """What `from_wire` reads back as `value`: a moment as the wall clock of `zone` shows it, whole to the second.

    A moment that this wall clock shows twice keeps its offset.
    """
    if not isinstance(value, datetime):
        return value
    from zoneinfo import ZoneInfo

    local = value.astimezone(ZoneInfo(zone))
    naive = local.replace(tzinfo=None)
    try:
        plain = naive_to_utc(naive, zone) == value
    except InvalidInput:
        plain = False
    return (naive if plain else local).isoformat()


@cache
def _kinds(function: Callable[..., Any]) -> dict[str, Any]:
    """What each parameter takes: the class that JSON does not have, else None."""
    hints = get_type_hints(function)
    return {name: _class_of(hint) for name, hint in hints.items() if name not in ("session", "now", "actor", "return")}


def _class_of(hint: Any) -> type[datetime] | type[StrEnum] | None:
    for one in (hint, *get_args(hint)):
        if isinstance(one, type) and issubclass(one, datetime | StrEnum):
            return one
    return None


def _read(kind: type[datetime] | type[StrEnum] | None, value: Any, zone: str) -> Any:
    if kind is None or value is None:
        return value
    try:
        if issubclass(kind, StrEnum):
            return kind(value)
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise InvalidInput(_("{value!r} is no {kind}.").format(value=value, kind=kind.__name__.lower())) from None
    return naive_to_utc(moment, zone) if moment.tzinfo is None else moment
