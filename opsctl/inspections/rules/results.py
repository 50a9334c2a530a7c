"""What reading rounds gives, for other rooms and for views. Pure."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from opsctl.inspections.rules import Round
from opsctl.inspections.terms import Flag, Grade
from opsctl.rulebook.rules.patrols import Checklist, Item

if TYPE_CHECKING:  # a round in which nothing is wrong needs no actions
    from opsctl.actions.rules import Action
    from opsctl.duties.rules import Occurrence

Raised = tuple[tuple["Action", bool], ...]
"""Actions, each with whether it is new."""


@dataclass(frozen=True, slots=True)
class RoundFacts:
    """What figures want to know of a round."""

    reference: str
    asset: str | None
    customer: str | None
    done_at: datetime | None
    void: bool
    corrected: bool
    late: bool
    """It was entered long after the time that it claims."""
    grade: Grade
    flags: tuple[Flag, ...]
    countersigned: bool


@dataclass(frozen=True, slots=True)
class Listed:
    """The rounds of a list, each with its checklist where the rules of its generation have one, and how many in all."""

    rounds: tuple[tuple[Round, Checklist | None], ...]
    total: int


@dataclass(frozen=True)
class Walking:
    """A round in hand. `last` is the last done one by the same checklist of the same asset, for its values.

    `resumed` says that it was open before, `taken_from` who walked it until now if that was somebody else; `left`
    are the assets of the route that come after this one. `newer` says that the checklist in force is another by now.
    """

    round: Round
    checklist: Checklist
    last: Round | None
    occurrence: "Occurrence | None"
    resumed: bool
    taken_from: str | None
    left: tuple[str, ...]
    newer: bool


@dataclass(frozen=True)
class Answered:
    """The round after an answer, and the actions that it led to."""

    round: Round
    actions: Raised


@dataclass(frozen=True)
class Finished:
    """A round that was ended, with the occurrence that it met; `missing` are mandatory items that keep it open.

    `proven` are the actions that it verified, or opened again.
    """

    round: Round
    checklist: Checklist
    occurrence: "Occurrence | None"
    missing: tuple[Item, ...]
    actions: Raised
    remarks: tuple[str, ...] = ()
    proven: "tuple[Action, ...]" = ()


@dataclass(frozen=True)
class Corrected:
    """A round that was set right. `mended` are items that were wrong and no longer are; their actions stay.

    Where its time is another one, `moved` says so, `occurrence` is what it meets by that, `unsigned` who had
    countersigned the old one, and `due` what is due again.
    """

    round: Round
    checklist: Checklist
    actions: Raised
    mended: tuple[str, ...]
    moved: bool = False
    occurrence: "Occurrence | None" = None
    unsigned: str | None = None
    due: "tuple[Occurrence, ...]" = ()


@dataclass(frozen=True)
class Voided:
    """A round that counts nowhere any more, what is due again without it, and its actions that still wait."""

    round: Round
    due: "tuple[Occurrence, ...]"
    actions: "tuple[Action, ...]"


@dataclass(frozen=True)
class Shown:
    """A round with its checklist, what it met, and the actions that came of it."""

    round: Round
    checklist: Checklist | None
    occurrences: "tuple[Occurrence, ...]"
    actions: "tuple[Action, ...]"
