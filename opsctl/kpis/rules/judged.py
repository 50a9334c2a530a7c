"""A case with everything that figures ask of it, worked out once, and a case's part in a figure."""

from datetime import datetime
from typing import NamedTuple

from opsctl.incidents.rules.life import Case, Incident, Span, late_entries
from opsctl.incidents.terms import UNRESOLVED, Response, SpanKind, State
from opsctl.kpis.rules.figures import Repeat, Reviewed
from opsctl.kpis.terms import Reason


class Judged(NamedTuple):
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
    return _alone(case) or whole(case)


def whole(case: Case) -> Judged:
    """The same for any case, asked of the case itself."""
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
        late=any(is_late(one) for one in every),
        reopened=bool(incident.reopenings),
    )


def is_late(incident: Incident) -> bool:
    """Whether something of it was typed in long after it happened."""
    return any(True for _entry in late_entries(incident))


def _alone(case: Case) -> Judged | None:
    """One look at each span instead of a dozen; None where others were merged into it, or it was opened again.

    Nearly all incidents are neither. tests/kpis/test_judged.py holds it to `whole`.
    """
    incident = case.incident
    if case.members or incident.state is State.MERGED:
        return None
    acknowledgement: Span | None = None
    resolved: datetime | None = None
    closed: datetime | None = None
    stopped: datetime | None = None
    impacts: list[Span] = []
    lasts = over = False
    for span in incident.spans:
        if span.kind is SpanKind.STATE:
            if span.state is State.RESOLVED:
                over, resolved = True, span.started
            elif span.state is State.CLOSED:
                over, closed = True, span.started
            elif over:
                return None
            elif span.state is State.ACKNOWLEDGED and acknowledgement is None:
                acknowledgement = span
        elif span.kind is not SpanKind.PAUSE:
            impacts.append(span)
            if span.ended is None:
                lasts = True
            elif stopped is None or span.ended > stopped:
                stopped = span.ended
    if over == (incident.state in UNRESOLVED):
        return None
    if len(impacts) > 1:
        impacts.sort(key=lambda span: span.started)
    closed = closed if incident.state is State.CLOSED else None
    if not impacts:
        stopped = resolved or closed
    return Judged(
        case,
        incident.reference,
        incident.opened,
        incident.detected,
        incident.impact_start,
        acknowledgement,
        tuple(impacts),
        None if lasts else stopped,
        resolved,
        closed,
        incident.void is not None,
        incident.corrected_at is not None,
        is_late(incident),
        False,
    )


class Part(NamedTuple):
    """What one case is to one figure: a length in microseconds, a verdict, or the reason why it is left out.

    `on_time` is None for what is outside of the cohort; `if_approved` is the same if every undecided pause were
    approved. `fallback` names the instant that a length begins at instead of the one of the formula. `reviewed` is how
    its review stands, not decided yet where `on_time` is None; `repeats` says which case it repeats.
    """

    took: int | None = None
    on_time: bool | None = None
    if_approved: bool | None = None
    reason: Reason | None = None
    fallback: str | None = None
    response: Response | None = None
    reviewed: Reviewed | None = None
    repeats: Repeat | None = None
