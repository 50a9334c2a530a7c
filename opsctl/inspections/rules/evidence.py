"""How good a round is as evidence, and the signs that it was filled in from the armchair. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from opsctl.inspections.rules import Flagged, Round
from opsctl.inspections.terms import Grade
from opsctl.rulebook.rules.patrols import Checklist


@dataclass(frozen=True, slots=True)
class Walk:
    """Another round of the same person, or of the same asset: when it was walked."""

    reference: str
    started_at: datetime
    done_at: datetime


def grade(one: Round) -> Grade:
    """The weakest grade among the readings that count: a round is no better evidence than its weakest part."""
    raise NotImplementedError


def flags_of(
    one: Round, checklist: Checklist, *, earlier: Sequence[Round], same_person: Sequence[Walk], at_once: bool
) -> tuple[Flagged, ...]:
    """The flags of a done round. `earlier` are the last done rounds by that checklist of that asset, newest first.

    `at_once` says that it was logged in one go, so that its times between answers say nothing.
    """
    raise NotImplementedError


def challenge_for(checklist: Checklist, reference: str) -> int | None:
    """Which challenge a round is asked, by chance but always the same for one reference; None where there are none."""
    raise NotImplementedError
