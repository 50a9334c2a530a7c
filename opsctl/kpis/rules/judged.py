"""A case with everything that figures ask of it, worked out once, and a case's part in a figure."""

from dataclasses import dataclass
from datetime import datetime

from opsctl.incidents.rules.life import Case, Span, late_entries
from opsctl.incidents.terms import Response
from opsctl.kpis.terms import Reason


@dataclass(frozen=True, slots=True)
class Judged:
    """A case and its instants: aware UTC, None where not known.

    The case's own properties look through every span of every member each time; a report asks a dozen figures.
    """

    case: Case
    reference: str
    opened: datetime
    detected: datetime | None
    impact_start: datetime | None
    acknowledgement: Span | None
    impacts: tuple[Span, ...]
    stopped: datetime | None
    resolved: datetime | None
    closed: datetime | None
    void: bool
    corrected: bool
    late: bool
    reopened: bool

    @property
    def ended(self) -> datetime | None:
        """The final resolution; where nobody knows that, the closing."""
        return self.resolved or self.closed


def judged(case: Case) -> Judged:
    """The case with its instants."""
    incident = case.incident
    every = case.all
    return Judged(
        case=case,
        reference=incident.reference,
        opened=case.opened,
        detected=case.detected,
        impact_start=case.impact_start,
        acknowledgement=case.acknowledgement,
        impacts=case.impacts,
        stopped=case.stopped,
        resolved=incident.resolved,
        closed=incident.closed,
        void=incident.void is not None,
        corrected=any(one.corrected_at is not None for one in every),
        late=any(True for one in every for _entry in late_entries(one)),
        reopened=bool(incident.reopenings),
    )


@dataclass(frozen=True, slots=True)
class Part:
    """What one case is to one figure: a length in microseconds, a verdict, or the reason why it is left out.

    `on_time` is None for what is outside of the cohort; `if_approved` is the same if every undecided pause were
    approved. `fallback` names the instant that a length begins at instead of the one of the formula.
    """

    took: int | None = None
    on_time: bool | None = None
    if_approved: bool | None = None
    reason: Reason | None = None
    fallback: str | None = None
    response: Response | None = None
