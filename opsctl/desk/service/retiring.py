"""Retiring a person: what they own in any room goes to somebody else, or they stay."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from opsctl.core.errors import Conflict, InvalidInput
from opsctl.core.texts import _, ngettext
from opsctl.core.use_cases import Permission, use_case
from opsctl.people.rules import PersonView
from opsctl.people.service import persons

_SHOWN = 20


@dataclass(frozen=True)
class Holding:
    """A room in which people own something: its noun, what lists that, and what moves it."""

    noun: str
    owned: Callable[..., list[tuple[str, str]]]
    hand_over: Callable[..., list[str]]


@dataclass(frozen=True)
class Retired:
    """Who was retired, who took over (None where there was nothing), and what, by noun and reference."""

    person: PersonView
    to: str | None
    moved: tuple[tuple[str, str], ...]


@use_case(needs=Permission.MANAGE, offline=False)
def retire(
    session: Session,
    *,
    now: datetime,
    actor: str,
    person: str,
    holdings: Sequence[Holding],
    to: str | None = None,
    at: datetime | None = None,
) -> Retired:
    """Retire a person at that moment, or now: hand over what they own, end their posts; return what was done.

    Raise Conflict if they own something and nobody is named to take it, if they are retired already, or the last.
    """
    moment = at or now
    everybody = persons.lock_everybody(session)
    leaving = persons.find_exact(session, person)
    if leaving.retired_at is not None:
        raise Conflict(_("{handle} is retired already.").format(handle=leaving.handle))
    if moment > now:
        raise InvalidInput(_("A person cannot be retired in the future."), _("Give a time that has passed, or none."))
    if everybody == [leaving.handle]:
        raise Conflict(
            _("{person} is the last one; nobody could write afterwards.").format(person=leaving.handle),
            _("Add somebody first: opsctl person add HANDLE"),
        )
    taker = None if to is None else persons.recorded_handle(session, word=to)
    if taker == leaving.handle:
        raise InvalidInput(_("Nobody takes over from themselves."), _("Name another person with --to."))
    moved = _hand_over(session, now, actor, leaving.handle, taker, holdings)
    retired = persons.retire(session, person=leaving.handle, at=moment)
    return Retired(retired, taker if moved else None, tuple(moved))


def _hand_over(
    session: Session, now: datetime, actor: str, person: str, to: str | None, holdings: Sequence[Holding]
) -> list[tuple[str, str]]:
    owned = [(one.noun, reference) for one in holdings for reference, _title in one.owned(session, person=person)]
    if to is None:
        if owned:
            raise _still_owns(person, owned)
        return []
    given: dict[str, Any] = {"now": now, "actor": actor, "person": person, "to": to}
    return [(one.noun, reference) for one in holdings for reference in one.hand_over(session, **given)]


def _still_owns(person: str, owned: list[tuple[str, str]]) -> Conflict:
    shown = ", ".join(f"{noun} {reference}" for noun, reference in owned[:_SHOWN])
    told = ngettext("{person} still has {count} thing: {list}", "{person} still has {count} things: {list}", len(owned))
    return Conflict(
        told.format(person=person, count=len(owned), list=shown + (" …" if len(owned) > _SHOWN else "")),
        _("Say who takes over: opsctl person retire {person} --to PERSON").format(person=person),
    )
