"""Runs, tests and plans as plain JSON, for use cases, for results that wait and for the cached plan. Pure."""

from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from opsctl.core.errors import InvalidInput
from opsctl.core.texts import _

T = TypeVar("T")


def to_json(value: Any) -> Any:
    """A frozen dataclass of ours as plain JSON: moments as ISO 8601 in UTC, what is None left out."""
    if is_dataclass(value) and not isinstance(value, type):
        said = ((one.name, getattr(value, one.name)) for one in fields(value))
        return {name: to_json(found) for name, found in said if found is not None}
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [to_json(one) for one in value]
    return value.value if isinstance(value, StrEnum) else value


def from_json(kind: type[T], said: Any) -> T:
    """What `to_json` made of a `kind`. Raise InvalidInput for what cannot be one: it may lie in a file for weeks."""
    try:
        hints = _hints(cast("Any", kind))
        # What is None was left out.
        nothing = {name: None for name, hint in hints.items() if NoneType in get_args(hint)}
        return kind(**nothing | {name: _read(hints[name], value) for name, value in said.items()})
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise InvalidInput(
            _("This is no {kind} as opsctl writes it: {reason}").format(kind=kind.__name__.lower(), reason=error),
            _("Look at the file; what cannot be read may be moved away."),
        ) from None


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


def _read(hint: Any, value: Any) -> Any:
    if get_origin(hint) in (Union, UnionType):
        if value is None:
            return None
        hint = next(one for one in get_args(hint) if one is not NoneType)
    if get_origin(hint) is tuple:
        return tuple(_read(get_args(hint)[0], one) for one in value)
    if not isinstance(hint, type):
        return value
    if issubclass(hint, datetime):
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError(value)
        return moment
    if issubclass(hint, StrEnum):
        return hint(value)
    if is_dataclass(hint):
        return from_json(hint, value)
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, hint) or (hint is int and isinstance(value, bool)):
        raise TypeError(value)
    return value
