"""How good a round is as evidence, and the signs that it was filled in from the armchair. Pure."""

import hashlib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from opsctl.inspections.rules import Flagged, Round, grade_of
from opsctl.inspections.terms import ALIKE, LATE_ENTRY, LEAST_PER_ITEM, Flag, Grade, Source
from opsctl.rulebook.rules.patrols import Checklist
from opsctl.rulebook.terms import ItemType

_LEAST_COPIED = 3
"""Two numbers may well be the same as last time."""
_GRADES = tuple(Grade)


@dataclass(frozen=True, slots=True)
class Walk:
    """Another round of the same person, or of the same asset: when it was walked."""

    reference: str
    started_at: datetime
    done_at: datetime


def grade(one: Round) -> Grade:
    """The weakest grade among the readings that count: a round is no better evidence than its weakest part."""
    countersigned = one.countersigned_by is not None
    none = Grade.COUNTERSIGNED if countersigned else Grade.SELF_DECLARED
    grades = [grade_of(reading, countersigned) for reading in one.current.values()]
    return max(grades, key=_GRADES.index, default=none)


def is_unwalked(one: Round) -> bool:
    """Whether a machine alone has answered so far: nobody has walked yet, whenever the round was begun."""
    return bool(one.readings) and all(reading.source is Source.MACHINE for reading in one.readings)


def flags_of(
    one: Round, checklist: Checklist, *, earlier: Sequence[Round], same_person: Sequence[Walk], at_once: bool
) -> tuple[Flagged, ...]:
    """The flags of a done round. `earlier` are the last done rounds by that checklist of that asset, newest first.

    `at_once` says that it was logged in one go, so that its times between answers say nothing.
    """
    before = [each for each in earlier if each.void is None and each.reference != one.reference]
    others = [] if is_unwalked(one) else [walk for walk in same_person if walk.reference != one.reference]
    pace = _pace_at_once(one, checklist, others) if at_once else _pace(one, checklist)
    found = (pace, _copied(one, checklist, before), _no_variance(one, checklist, before), _late_entry(one))
    return tuple(
        flag for flag in (*found, _overlap(one, before, others), _challenge(one, checklist)) if flag is not None
    )


def challenge_for(checklist: Checklist, reference: str) -> int | None:
    """Which challenge a round is asked, by chance but always the same for one reference; None where there are none."""
    if not checklist.challenges:
        return None
    digest = hashlib.sha256(f"{checklist.name}\n{reference}".encode("utf-8", "replace")).digest()
    return int.from_bytes(digest, "big") % len(checklist.challenges)


def _pace(one: Round, checklist: Checklist) -> Flagged | None:
    """Between n answers lie n − 1 looks; what the book says a round takes is counted from its beginning."""
    times = sorted(reading.at for reading in one.readings if reading.source is Source.TYPED)
    if not times:
        return None
    too_fast = times[-1] - times[0] < LEAST_PER_ITEM * (len(times) - 1)
    too_short = checklist.takes is not None and times[-1] - one.started_at < checklist.takes
    return Flagged(Flag.PACE) if too_fast or too_short else None


def _pace_at_once(one: Round, checklist: Checklist, others: Sequence[Walk]) -> Flagged | None:
    """A round that was logged whole can only be held against the end of the one before it by the same person.

    Rounds of one route that are logged together end together, and say nothing of each other.
    """
    if checklist.takes is None or one.done_at is None:
        return None
    last = max((walk for walk in others if walk.done_at < one.done_at), key=lambda walk: walk.done_at, default=None)
    if last is None or one.done_at - last.done_at >= checklist.takes:
        return None
    return Flagged(Flag.PACE, (last.reference,))


def _numbers(one: Round, checklist: Checklist) -> dict[str, Decimal]:
    """The numbers that a person read and that change from round to round."""
    changing = {item.id for item in checklist.items if item.type is ItemType.NUMBER and not item.steady}
    return {
        item: number
        for item, reading in one.current.items()
        if item in changing and reading.source is Source.TYPED and (number := reading.number) is not None
    }


def _copied(one: Round, checklist: Checklist, before: Sequence[Round]) -> Flagged | None:
    numbers = _numbers(one, checklist)
    if not before or len(numbers) < _LEAST_COPIED:
        return None
    last = _numbers(before[0], checklist)
    same = all(last.get(item) == number for item, number in numbers.items())
    return Flagged(Flag.COPIED, (before[0].reference,)) if same else None


def _no_variance(one: Round, checklist: Checklist, before: Sequence[Round]) -> Flagged | None:
    past = [_numbers(each, checklist) for each in before[: ALIKE - 1]]
    if len(past) < ALIKE - 1:
        return None
    alike = [item for item, number in _numbers(one, checklist).items() if all(old.get(item) == number for old in past)]
    return Flagged(Flag.NO_VARIANCE, tuple(alike)) if alike else None


def _late_entry(one: Round) -> Flagged | None:
    if one.done_at is None or one.entered_at is None or one.entered_at - one.done_at <= LATE_ENTRY:
        return None
    return Flagged(Flag.LATE_ENTRY, (str((one.entered_at - one.done_at) // timedelta(minutes=1)),))


def _overlap(one: Round, before: Sequence[Round], others: Sequence[Walk]) -> Flagged | None:
    if one.done_at is None:
        return None
    crossed = [walk.reference for walk in others if one.started_at < walk.done_at and walk.started_at < one.done_at]
    crossed += [each.reference for each in before[:1] if each.done_at is not None and one.done_at < each.done_at]
    return Flagged(Flag.OVERLAP, tuple(dict.fromkeys(crossed))) if crossed else None


def _challenge(one: Round, checklist: Checklist) -> Flagged | None:
    if one.asked is None:
        return None
    said = _compared(one.answered)
    known = checklist.challenges[one.asked].answer if one.asked < len(checklist.challenges) else None
    met = said != "" and (known is None or said == _compared(known))
    return None if met else Flagged(Flag.CHALLENGE)


def _compared(text: str | None) -> str:
    """As it is compared: a serial number is copied with other widths, cases and blanks."""
    return "".join(unicodedata.normalize("NFKC", text or "").casefold().split())
