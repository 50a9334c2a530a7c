"""What a round that is done says to the actions that wait for one of its items, or were verified by it."""

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from sqlmodel import Session

from opsctl.inspections.rules import Round
from opsctl.inspections.terms import Mark, State

if TYPE_CHECKING:
    from opsctl.actions.rules import Action
    from opsctl.actions.rules.evidence import Evidence
    from opsctl.core.void import Void

_SAYS = {Mark.OK: True, Mark.FAIL: False}
"""What an answer proves or refutes; a warning and what does not apply say neither."""


def prove(session: Session, one: Round, *, now: datetime, actor: str) -> "tuple[Action, ...]":
    """The actions that the round verifies or opens again by its items; one that is not done says nothing yet."""
    if one.state is not State.DONE:
        return ()
    from opsctl.actions.service import proving

    return tuple(proving.prove(session, now=now, actor=actor, found=evidence_of(one)))


def prove_again(
    session: Session, before: Round, one: Round, *, now: datetime, actor: str, reason: str
) -> None:
    """Let the round speak for what it says otherwise since it was set right, and take back what it proves no more."""
    changed = {item for item, each in one.current.items() if _mark_of(before, item) is not each.mark}
    if not changed and one.done_at == before.done_at:
        return
    from opsctl.actions.service import proving

    proving.prove(session, now=now, actor=actor, found=evidence_of(one, changed))
    proving.withdraw(session, now=now, sources=[one.reference], reason=reason, still=evidence_of(one))


def withdraw(session: Session, references: Collection[str], *, now: datetime, because: "Void") -> None:
    """Take back what these rounds have proven, for they are void."""
    from opsctl.actions.service import proving

    proving.withdraw(session, now=now, sources=references, because=because)


def evidence_of(one: Round, items: Collection[str] | None = None) -> "list[Evidence]":
    """What a round says of its items that were ok or failed, or of those among `items`, as of when it was walked."""
    from opsctl.actions.rules.evidence import Evidence
    from opsctl.actions.terms import Proof

    if one.done_at is None:
        return []
    return [
        Evidence(
            kind=Proof.INSPECT,
            topic=f"{one.checklist}/{item}",
            about=one.asset,
            passed=_SAYS[each.mark],
            source=one.reference,
            at=one.done_at,
            reason=None if _SAYS[each.mark] else each.note or each.value,
        )
        for item, each in one.current.items()
        if each.mark in _SAYS and (items is None or item in items)
    ]


def _mark_of(one: Round, item: str) -> Mark | None:
    reading = one.current.get(item)
    return None if reading is None else reading.mark
