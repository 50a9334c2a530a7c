"""The mark on a service function that writes: who may call it, and whether it may be done while offline."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, NamedTuple, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


class Permission(StrEnum):
    """What a write needs. Until the first person is recorded everybody holds all of them."""

    RECORD = "record"
    MANAGE = "manage"
    REDACT = "redact"


class UseCase(NamedTuple):
    """What `perform` must know of a use case before it calls it."""

    name: str
    needs: Permission
    offline: bool


def use_case(*, needs: Permission, offline: bool) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Mark a service function as the way to write; `perform` refuses one without the mark.

    `offline` says whether the call may wait in the outbox of this host while the shared database is away.
    """

    def mark(function: Callable[P, R]) -> Callable[P, R]:
        name = f"{function.__module__}:{function.__qualname__}"
        function.__use_case__ = UseCase(name, needs, offline)  # type: ignore[attr-defined]
        return function

    return mark


def mark_of(function: Callable[..., Any]) -> UseCase:
    """The mark of a service function. Raise TypeError if it has none, which is a fault in our own code."""
    mark = getattr(function, "__use_case__", None)
    if not isinstance(mark, UseCase):
        raise TypeError(f"{function!r} writes but is not marked @use_case")
    return mark


