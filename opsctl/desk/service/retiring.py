"""Retiring a person: what they own in any room goes to somebody else, or they stay. What a retired asset leaves."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from opsctl.assets.rules.assets import AssetView
from opsctl.core.errors import Conflict, InvalidInput
from opsctl.core.texts import _, ngettext
from opsctl.core.use_cases import Permission, use_case
from opsctl.duties.rules import Occurrence
from opsctl.duties.service import read as duties
from opsctl.duties.terms import Reason, Wanted
from opsctl.people.rules import PersonView
from opsctl.people.service import persons

_SHOWN = 20
Asked = Sequence[tuple[str, Callable[..., list[tuple[str, str]]]]]
"""The nouns of rooms, each with what lists references and titles there."""
Found = tuple[tuple[str, str], ...]
"""Nouns and references."""


@dataclass(frozen=True)
class Holding:
    """A room in which people own something: its noun, what lists that, and what moves it."""

    noun: str
    owned: Callable[..., list[tuple[str, str]]]
    hand_over: Callable[..., list[str]]


@dataclass(frozen=True)
class Retired:
    """Who was retired, who took over (None where there was nothing), and what; and what they had begun."""

    person: PersonView
    to: str | None
    moved: Found
    begun: Found


@use_case(needs=Permission.MANAGE, offline=False)
def retire(
    session: Session,
    *,
    now: datetime,
    actor: str,
    person: str,
    holdings: Sequence[Holding],
    begun: Asked = (),
    to: str | None = None,
    at: datetime | None = None,
) -> Retired:
    """Retire a person at that moment, or now: hand over what they own, end their posts; return what was done.

    What they have begun, as the functions of `begun` list it, is told and stays as it is.
    Raise Conflict if they own something and nobody is named to take it, if they are retired already, or the last.
    """
    moment = at or now
    everybody = persons.lock_everybody(session)
    leaving = persons.find_exact(session, person)
    if leaving.retired_at is not None:
        raise Conflict(
            _("{handle} is retired already.").format(handle=leaving.handle),
            _("See: opsctl person show {handle}").format(handle=leaving.handle),
        )
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
    return Retired(retired, taker if moved else None, tuple(moved), _listed(session, begun, person=leaving.handle))


def left_of(session: Session, *, asset: AssetView, now: datetime, rooms: Asked) -> tuple[Found, tuple[Occurrence, ...]]:
    """What a retired asset leaves in these rooms, and the occurrences of its duties that were cancelled for it."""
    cancelled = duties.list_occurrences(
        session, now=now, about=asset.handle, state=Wanted.CANCELLED, since=asset.retired_at
    )
    because = tuple(one for one in cancelled.occurrences if one.reason == Reason.RETIRED)
    return _listed(session, rooms, asset=asset.handle), because


def _listed(session: Session, rooms: Asked, **whose: str) -> Found:
    return tuple((noun, reference) for noun, give in rooms for reference, _title in give(session, **whose))


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
