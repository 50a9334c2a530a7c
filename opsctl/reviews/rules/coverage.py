"""Whether every fault that was handled was analysed (OM-3.4d), by what is recorded of incidents and reviews. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from opsctl.incidents.rules.life import Incident
from opsctl.reviews.rules.results import Uncovered
from opsctl.reviews.terms import Kind, State
from opsctl.rulebook.rules import Rules
from opsctl.rulebook.rules.reviews import review_due

LATE_ENTRY = timedelta(days=1)
"""A review that was recorded as held later than this after it was is a late entry."""
DECIDED = frozenset({State.APPROVED, State.CLOSED})


@dataclass(frozen=True, slots=True)
class Covering:
    """A review, not void, as far as it covers an incident: `held` is when it was held, None while it was not.

    `entered` is when that was recorded, None where nothing says so; `subject` is the incident that it names, which may
    be one that was merged into what it covers.
    """

    reference: str
    kind: Kind
    held: datetime | None
    entered: datetime | None = None
    subject: str | None = None

    @property
    def is_own(self) -> bool:
        """Whether it is about incidents alone, as one has to be whose severity asks for it."""
        return self.kind is Kind.INCIDENT

    def is_held(self, now: datetime) -> bool:
        """Whether it was held by then: what is planned for later was not."""
        return self.held is not None and self.held <= now


@dataclass(frozen=True, slots=True)
class Handled:
    """An incident that is over, with all that was merged into it, and every review about any of these.

    `needs_own` says whether its severity asks for a review of its own, `due` by when, None where nobody can tell.
    """

    incident: Incident
    resolved: datetime
    needs_own: bool
    due: datetime | None
    reviews: tuple[Covering, ...] = ()


def held_at(state: State, held_on: datetime | None, approved_at: datetime | None) -> datetime | None:
    """When a review was held: as claimed; one that was approved without a word of that, by the approval.

    What a draft claims nobody has looked at: it counts once it is submitted.
    """
    if state is State.DRAFT:
        return None
    return held_on if held_on is not None or state not in DECIDED else approved_at


def over(incident: Incident) -> datetime | None:
    """The final resolution; where nobody knows that, the closing. None while it is unresolved."""
    return incident.resolved or incident.closed


def handled(incident: Incident, rules: Rules, reviews: Iterable[Covering]) -> Handled | None:
    """The incident, the target of its case, as coverage judges it by these rules.

    None for what is not over, void, a drill, or merged: there the target counts.
    """
    resolved = over(incident)
    if resolved is None or not incident.counts or incident.merged_into is not None:
        return None
    limits = rules.limits_of(incident.severity, incident.customer)
    needs_own = limits is not None and limits.review_within is not None
    return Handled(incident, resolved, needs_own, review_due(rules, limits, resolved), tuple(reviews))


def is_covered(one: Handled, now: datetime) -> bool:
    """Whether it was analysed by then: by its own review; an ordinary fault also by a periodic one or a meeting."""
    return any(review.is_held(now) for review in one.reviews if review.is_own or not one.needs_own)


def uncovered(known: Iterable[Handled], now: datetime) -> tuple[Uncovered, ...]:
    """Those of the incidents that no review covers: first what needs its own, by when it is due, then by resolution."""
    return tuple(
        Uncovered(one.incident, one.resolved, one.due, _started(one, now)) for one in not_covered(known, now)
    )


def not_covered(known: Iterable[Handled], now: datetime) -> list[Handled]:
    """The same as they are judged, in the same order."""
    return sorted((one for one in known if not is_covered(one, now)), key=_order)


def gathered(one: Handled, now: datetime) -> str | None:
    """The first periodic review that it stands in and that was not held yet; None where there is none."""
    periodic = (each.reference for each in one.reviews if each.kind is Kind.PERIOD and not each.is_held(now))
    return min(periodic, default=None)


def earliest(reviews: Iterable[Covering]) -> Covering | None:
    """Of the reviews of an incident alone the one that was held first; None where none was."""
    found = [(one.held, one.reference, one) for one in reviews if one.is_own and one.held is not None]
    return min(found)[2] if found else None


def is_late(review: Covering, due: datetime | None) -> bool:
    """Whether it was recorded as held long after it was, or after the moment by which it claims to have been."""
    if review.held is None or review.entered is None:
        return False
    claims = due is not None and review.held <= due < review.entered
    return claims or review.entered - review.held > LATE_ENTRY


def _order(one: Handled) -> tuple[bool, datetime, str]:
    return (not one.needs_own, one.due or one.resolved, one.incident.reference)


def _started(one: Handled, now: datetime) -> str | None:
    """The review that was begun and not held yet: of its own, else one that would cover it.

    One that names the incident itself comes before one of what was merged into it.
    """
    begun = [each for each in one.reviews if not each.is_held(now) and (each.is_own or not one.needs_own)]
    order = [(not each.is_own, each.subject != one.incident.reference, each.reference) for each in begun]
    return min(order)[-1] if order else None
