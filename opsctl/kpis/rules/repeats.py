"""Whether an incident is the same trouble again: another of its asset came shortly before."""

from bisect import bisect_left
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from opsctl.core.periods import Period
from opsctl.kpis.rules.durations import within
from opsctl.kpis.rules.figures import Repeat
from opsctl.kpis.rules.judged import Judged, Part
from opsctl.kpis.terms import Reason
from opsctl.rulebook.rules import Rules
from opsctl.rulebook.rules.reviews import reviews_of

_ANY, _UNKNOWN = None, ""
_Place = tuple[datetime, int, str]


class Occurred(NamedTuple):
    """A case as far as another may repeat it: `causes` are the keys of its known causes."""

    reference: str
    asset: str
    opened: datetime
    causes: frozenset[str]

    @property
    def place(self) -> _Place:
        """By when it was opened; of the same moment, by number."""
        return self.opened, len(self.reference), self.reference


class Past:
    """The cases that count, of each asset in the order of their opening; those of unknown cause, and of each, too."""

    def __init__(self, cases: Iterable[Occurred] = ()) -> None:
        self._known: dict[str, Occurred] = {}
        self._places: dict[tuple[str, str | None], list[_Place]] = {}
        for one in sorted(cases, key=lambda one: one.place):
            self._known[one.reference] = one
            for cause in (_ANY, *(one.causes or (_UNKNOWN,))):
                self._places.setdefault((one.asset, cause), []).append(one.place)

    def repeated_by(self, reference: str, window: timedelta) -> Repeat | None:
        """The last case before that one which it repeats, at most `window` earlier; None where it repeats none.

        Same causes are a repeat, and unknown ones: only where both are known and have nothing in common it is none.
        """
        one = self._known.get(reference)
        if one is None:
            return None
        causes = (_UNKNOWN, *one.causes) if one.causes else (_ANY,)
        found = max((place for cause in causes if (place := self._before(one, cause)) is not None), default=None)
        if found is None or found[0] < one.opened - window:
            return None
        earlier = self._known[found[2]]
        return Repeat(reference, earlier.reference, not one.causes.isdisjoint(earlier.causes))

    def _before(self, one: Occurred, cause: str | None) -> _Place | None:
        """The last place before that case among those of its asset with that cause."""
        places = self._places.get((one.asset, cause), [])
        at = bisect_left(places, one.place)
        return places[at - 1] if at else None


def repeat_incident(
    case: Judged, period: Period, rules_of: Callable[[int | None], Rules], past: Past
) -> Part | None:
    """Whether a case that was opened in the period repeats an earlier one; None where it was opened in another.

    How soon after another it may be the same trouble say the rules that it is judged by.
    """
    if not within(case.opened, period):
        return None
    incident = case.case.incident
    if incident.asset is None:
        return Part(reason=Reason.NO_ASSET)
    return Part(repeats=past.repeated_by(case.reference, reviews_of(rules_of(incident.rules)).repeat_within))
