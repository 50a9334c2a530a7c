"""What reading rounds gives, for other rooms and for views. Pure."""

from dataclasses import dataclass
from datetime import datetime

from opsctl.inspections.rules import Round
from opsctl.inspections.terms import Flag, Grade
from opsctl.rulebook.rules.patrols import Checklist


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
