"""A round that is walked item by item: each answer a transaction of its own, so that nothing typed is ever lost."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from opsctl.actions.rules import Action
from opsctl.core.use_cases import Permission, use_case
from opsctl.duties.rules import Occurrence
from opsctl.inspections.rules import Round
from opsctl.rulebook.rules.patrols import Checklist, Item


@dataclass(frozen=True)
class Walking:
    """A round in hand. `last` is the last done one by the same checklist of the same asset, for its values.

    `resumed` says that it was open before, `taken_from` who walked it until now if that was somebody else; `left`
    are the assets of the route that come after this one. `newer` says that the checklist in force is another by now.
    """

    round: Round
    checklist: Checklist
    last: Round | None
    occurrence: Occurrence | None
    resumed: bool
    taken_from: str | None
    left: tuple[str, ...]
    newer: bool


@dataclass(frozen=True)
class Answered:
    """The round after an answer, and the actions that it led to, each with whether it is new."""

    round: Round
    actions: tuple[tuple[Action, bool], ...]


@dataclass(frozen=True)
class Finished:
    """A round that was ended, with the occurrence that it met; `missing` are mandatory items that keep it open."""

    round: Round
    checklist: Checklist
    occurrence: Occurrence | None
    missing: tuple[Item, ...]
    actions: tuple[tuple[Action, bool], ...]
    remarks: tuple[str, ...] = ()


@use_case(needs=Permission.RECORD, offline=False)
def begin(
    session: Session, *, now: datetime, actor: str, checklist: str | None = None, asset: str | None = None
) -> Walking:
    """Begin the round, or go on with the one that is open for that checklist and asset; `checklist` may be a route.

    Without either it is the one round that is due to the actor. Raise InvalidInput with the candidates where there is
    none or more than one, NotFound for an unknown name, Conflict for a retired asset.
    """
    raise NotImplementedError


@use_case(needs=Permission.RECORD, offline=False)
def answer(
    session: Session, *, now: datetime, actor: str, reference: str, answers: list[dict[str, str | None]]
) -> Answered:
    """Add the answers (the fields of `Answer` by name) as readings. Raise Conflict where the round is done or void."""
    raise NotImplementedError


@use_case(needs=Permission.RECORD, offline=False)
def finish(
    session: Session,
    *,
    now: datetime,
    actor: str,
    reference: str,
    at: datetime | None = None,
    answered: str | None = None,
) -> Finished:
    """End the round where all that is mandatory is answered: it meets its occurrence, and its flags are reckoned."""
    raise NotImplementedError
