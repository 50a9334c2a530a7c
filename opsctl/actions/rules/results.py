"""What the use cases and queries of actions give back beside an action."""

from dataclasses import dataclass

from opsctl.actions.rules import Action


@dataclass(frozen=True)
class Added:
    """A new action; `near` are handles that its first word may have meant where it names no asset."""

    action: Action
    near: tuple[str, ...] = ()


@dataclass(frozen=True)
class Corrected:
    """Actions after a correction, and the references of those that said so before."""

    actions: tuple[Action, ...]
    unchanged: frozenset[str]


@dataclass(frozen=True)
class Listed:
    """The actions of a list, and how many fit in all."""

    actions: tuple[Action, ...]
    total: int


@dataclass(frozen=True)
class Waiting:
    """What waits for one person: to do soon, overdue or open again, and done by somebody else, to verify.

    `again` are the references of those to do that were done and then returned or opened again, and not touched since.
    """

    due: Listed
    verify: Listed
    again: frozenset[str] = frozenset()
