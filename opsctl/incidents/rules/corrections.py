"""Correcting what was recorded wrongly; the ledger keeps the old value. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from opsctl.core.errors import Conflict, InvalidInput
from opsctl.core.texts import _
from opsctl.core.times import utc_text
from opsctl.incidents.rules.life import Incident, Span
from opsctl.incidents.rules.words import in_the_future
from opsctl.incidents.terms import Category, Level, SpanKind, State

TEXTS = ("cause", "handling", "result", "plan")
WORDS = {"impact": Level, "urgency": Level, "category": Category}
NAMES = ("title", "asset", "customer", "assignee")
FIELD_MOMENTS = ("impact_start", "detected", "opened", "told", "plan_started")
STATE_MOMENTS = {
    "acknowledged": State.ACKNOWLEDGED,
    "mitigated": State.MITIGATED,
    "resolved": State.RESOLVED,
    "closed": State.CLOSED,
}
MOMENTS = (*FIELD_MOMENTS, *STATE_MOMENTS, "restored")
CORRECTABLE = (*NAMES, *WORDS, *TEXTS, *MOMENTS)


@dataclass(frozen=True, slots=True)
class Correction:
    """One field with its new value, and the old one for the ledger."""

    field: str
    old: Any
    new: Any


def correct(incident: Incident, given: dict[str, Any], *, now: datetime) -> tuple[Incident, list[Correction]]:
    """The incident with these fields as given, and what was changed. An equal value changes nothing.

    Values are words, texts or aware datetimes. Raise InvalidInput for a time that is still to come, that contradicts
    the others, or for one of a state it never was in; Conflict while it is merged.
    """
    if incident.state is State.MERGED:
        raise Conflict(
            _("{reference} is merged into {target}.").format(reference=incident.reference, target=incident.merged_into),
            _("Undo the merging first: opsctl incident split {reference}").format(reference=incident.reference),
        )
    changes = []
    after = incident
    for field, new in given.items():
        if isinstance(new, datetime) and new > now:
            raise in_the_future()
        old = _value(after, field)
        if old == new:
            continue
        after = _changed(after, field, new, now)
        changes.append(Correction(field, old, new))
    _check(after)
    return (replace(after, corrected_at=now) if changes else incident), changes


def _value(incident: Incident, field: str) -> Any:
    return getattr(incident, field)


def _changed(incident: Incident, field: str, new: Any, now: datetime) -> Incident:
    if field in STATE_MOMENTS:
        return _moved_state(incident, field, STATE_MOMENTS[field], new, now)
    if field == "restored":
        return _moved_restoration(incident, new, now)
    if field == "opened":
        incident = _moved(incident, incident.spans[0], new, now)
    if field == "impact_start":
        incident = _moved_impact(incident, new, now)
    return replace(incident, **{field: new})


def _moved_state(incident: Incident, field: str, state: State, new: datetime, now: datetime) -> Incident:
    # The first acknowledgement and mitigation are what figures read; of resolutions and closings the last.
    first = state in (State.ACKNOWLEDGED, State.MITIGATED)
    spans = [span for span in incident.spans if span.state is state]
    if not spans:
        raise InvalidInput(
            _("{reference} has no {field} to correct.").format(reference=incident.reference, field=field),
            _("See: opsctl incident show {reference}").format(reference=incident.reference),
        )
    return _moved(incident, spans[0] if first else spans[-1], new, now)


def _moved(incident: Incident, old: Span, new: datetime, now: datetime) -> Incident:
    """The state span with another start; what came before it ends there."""
    spans = list(incident.spans)
    place = next(number for number, span in enumerate(spans) if span is old)
    before = [number for number in range(place) if spans[number].kind is SpanKind.STATE]
    ended = old.ended
    spans[place] = replace(old, started=new, ended=ended, started_entered=now, approved=None, decided_by=None)
    spans[place] = replace(spans[place], decided_at=None)
    if before:
        spans[before[-1]] = replace(spans[before[-1]], ended=new)
    return replace(incident, spans=tuple(spans))


def _moved_restoration(incident: Incident, new: datetime, now: datetime) -> Incident:
    latest = incident.restored
    if latest is None:
        raise InvalidInput(
            _("{reference} has no {field} to correct.").format(reference=incident.reference, field="restored"),
            _("Say it with: opsctl restored {reference} --at TIME").format(reference=incident.reference),
        )
    spans = tuple(
        replace(span, ended=new, ended_entered=now)
        if span.kind in (SpanKind.OUTAGE, SpanKind.IMPACT) and span.ended == latest
        else span
        for span in incident.spans
    )
    return replace(incident, spans=spans)


def _moved_impact(incident: Incident, new: datetime, now: datetime) -> Incident:
    """The first outage or impact begins with the impact where it did so before."""
    first = min(incident.impacts, key=lambda span: span.started, default=None)
    if first is None or first.started != incident.impact_start:
        return incident
    spans = tuple(replace(span, started=new, started_entered=now) if span is first else span for span in incident.spans)
    return replace(incident, spans=spans)


def _check(incident: Incident) -> None:
    """Refuse what contradicts itself: the rules that moves and imports hold, too."""
    for span in incident.impacts:
        if span.ended is not None and span.ended < span.started:
            raise InvalidInput(
                _("{reference} cannot be restored before its impact began.").format(reference=incident.reference),
                _("It would have begun at {start} and ended at {end}.").format(
                    start=utc_text(span.started), end=utc_text(span.ended)
                ),
            )
    start = min(incident.clock_start, incident.opened)
    for field in STATE_MOMENTS:
        moment = getattr(incident, field)
        if moment is not None and moment < start:
            raise InvalidInput(
                _("{field} {moment} is before the impact began").format(field=field, moment=utc_text(moment)),
                _("Correct that time, too: both can be given at once."),
            )
    if incident.closed is not None and incident.resolved is not None and incident.closed < incident.resolved:
        raise InvalidInput(
            _("closed {moment} is before it was resolved").format(moment=utc_text(incident.closed)),
            _("Correct that time, too: both can be given at once."),
        )
