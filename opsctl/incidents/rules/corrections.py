"""Correcting what was recorded wrongly; the ledger keeps the old value. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from opsctl.core.errors import MOMENT, Conflict, InvalidInput
from opsctl.core.texts import _
from opsctl.core.times import utc_text
from opsctl.incidents.rules.life import Incident, Span
from opsctl.incidents.rules.words import in_the_future
from opsctl.incidents.terms import UNRESOLVED, Category, Level, SpanKind, State

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
_FIELDS = {state: field for field, state in STATE_MOMENTS.items()}
MOMENTS = (*FIELD_MOMENTS, *STATE_MOMENTS, "restored")
CLEARABLE = (*TEXTS, "customer", "assignee", "detected", "impact_start", "told", "plan_started")
"""What can be taken away again, because it need not be known."""
CORRECTABLE = (*NAMES, *WORDS, *TEXTS, *MOMENTS)


@dataclass(frozen=True, slots=True)
class Correction:
    """One field with its new value, and the old one for the ledger."""

    field: str
    old: Any
    new: Any


def correct(
    incident: Incident, given: dict[str, Any], *, now: datetime, by: str | None = None
) -> tuple[Incident, list[Correction]]:
    """The incident with these fields as given, and what was changed. An equal value changes nothing.

    Values are words, texts or aware datetimes, or None for what is taken away. A claimed acknowledgement becomes that
    of who corrects it (`by`), so that somebody else has to countersign it. Raise InvalidInput for a time that is still
    to come, that newly contradicts the others, or for one of a state it never was in; Conflict while it is merged.
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
        after = _changed(after, field, new, now, by)
        changes.append(Correction(field, old, new))
    # What contradicted itself before, as other tools' records may, does not keep anybody from mending a title.
    known = {what for what, _error in _contradictions(incident)}
    for what, error in _contradictions(after):
        if what not in known:
            raise error
    return (replace(after, corrected_at=now) if changes else incident), changes


def _value(incident: Incident, field: str) -> Any:
    if field in STATE_MOMENTS:
        span = _state_span(incident, field)
        return None if span is None else span.started
    return getattr(incident, field)


def _state_span(incident: Incident, field: str) -> Span | None:
    """The span whose beginning the field is, also where it was opened again since."""
    state = STATE_MOMENTS[field]
    spans = [span for span in incident.spans if span.state is state]
    # The first acknowledgement and mitigation are what figures read; of resolutions and closings the last.
    place = 0 if state in (State.ACKNOWLEDGED, State.MITIGATED) else -1
    return spans[place] if spans else None


def _changed(incident: Incident, field: str, new: Any, now: datetime, by: str | None) -> Incident:
    if field in STATE_MOMENTS:
        span = _state_span(incident, field)
        if span is None:
            raise _nothing_to_correct(incident, field, _("See: opsctl incident show {reference}"))
        moved = replace(span, started=new, started_entered=now)
        if field == "acknowledged":
            # Somebody was on it when it was typed in, whatever time is claimed now; the claim is not countersigned yet.
            entered = span.started_entered or now
            moved = replace(moved, started_entered=entered, entered_by=by or span.entered_by)
            moved = replace(moved, approved=None, decided_by=None, decided_at=None)
        return _moved(incident, span, moved)
    if field == "restored":
        return _moved_restoration(incident, new, now)
    if field == "opened":
        opening = incident.spans[0]
        incident = _moved(incident, opening, replace(opening, started=new, started_entered=now))
    after = replace(incident, **{field: new})
    if new is None:
        return after  # what was declared down stays so, whether or not the beginning of the impact is known
    return after if after.clock_start == incident.clock_start else _moved_impact(after, incident.clock_start, now)


def _nothing_to_correct(incident: Incident, field: str, hint: str) -> InvalidInput:
    return InvalidInput(
        _("{reference} has no {field} to correct.").format(reference=incident.reference, field=field),
        hint.format(reference=incident.reference),
    )


def _moved(incident: Incident, old: Span, new: Span) -> Incident:
    """The state span with another start; what came before it ends there."""
    spans = list(incident.spans)
    place = next(number for number, span in enumerate(spans) if span is old)
    before = [number for number in range(place) if spans[number].kind is SpanKind.STATE]
    spans[place] = new
    if before:
        spans[before[-1]] = replace(spans[before[-1]], ended=new.started)
    return replace(incident, spans=tuple(spans))


def _moved_restoration(incident: Incident, new: datetime, now: datetime) -> Incident:
    latest = incident.restored
    if latest is None:
        raise _nothing_to_correct(incident, "restored", _("Say it with: opsctl restored {reference} --at TIME"))
    spans = tuple(
        replace(span, ended=new, ended_entered=now)
        if span.kind in (SpanKind.OUTAGE, SpanKind.IMPACT) and span.ended == latest
        else span
        for span in incident.spans
    )
    return replace(incident, spans=spans)


def _moved_impact(incident: Incident, began: datetime, now: datetime) -> Incident:
    """The first outage or impact begins where the incident now does, if it began where that did before."""
    first = min(incident.impacts, key=lambda span: span.started, default=None)
    if first is None or first.started != began:
        return incident
    moved = replace(first, started=incident.clock_start, started_entered=now)
    return replace(incident, spans=tuple(moved if span is first else span for span in incident.spans))


def _contradictions(incident: Incident) -> Iterator[tuple[object, InvalidInput]]:
    """What contradicts itself, with what it concerns: the rules that moves and imports hold, too."""
    for place, span in enumerate(incident.spans):
        if span.kind not in (SpanKind.OUTAGE, SpanKind.IMPACT):
            continue
        if span.ended is not None and span.ended < span.started:
            message = _("{reference} cannot be restored before its impact began.").format(reference=incident.reference)
            hint = _("It would have begun at {start} and ended at {end}.").format(
                start=utc_text(span.started), end=utc_text(span.ended)
            )
            yield ("ended", place), InvalidInput(message, hint)
        if incident.impact_start is not None and span.started < incident.impact_start:
            message = _("{reference} was down at {moment}, before its impact would have begun.").format(
                reference=incident.reference, moment=MOMENT
            )
            yield ("down", place), InvalidInput(message, _together(), moment=span.started)
    yield from _before_the_start(incident)
    yield from _out_of_order(incident)


def _before_the_start(incident: Incident) -> Iterator[tuple[object, InvalidInput]]:
    if (
        incident.impact_start is not None
        and incident.detected is not None
        and incident.detected < incident.impact_start
    ):
        yield "detected", InvalidInput(_("It cannot be detected before it began."), _together())
    start = min(incident.clock_start, incident.opened)
    moments: list[tuple[object, str, datetime | None]] = [
        ("told", "told", incident.told),
        ("plan", "plan_started", incident.plan_started),
    ]
    moments += [
        (place, _FIELDS[span.state], span.started)
        for place, span in enumerate(incident.spans)
        if span.state is not None and span.state in _FIELDS
    ]
    for what, field, moment in moments:
        if moment is not None and moment < start:
            message = _("{field} {moment} is before the impact began").format(field=field, moment=MOMENT)
            yield ("start", what), InvalidInput(message, _together(), moment=moment)


def _out_of_order(incident: Incident) -> Iterator[tuple[object, InvalidInput]]:
    """A closing before its resolution, a reopening before that, and what would have happened before a reopening."""
    states = [(place, span) for place, span in enumerate(incident.spans) if span.kind is SpanKind.STATE]
    over: Span | None = None
    reopened: Span | None = None
    for place, span in states:
        if reopened is not None and span.state in _FIELDS and span.started < reopened.started:
            message = _("{field} {moment} is before it was reopened").format(
                field=_FIELDS[span.state], moment=MOMENT
            )
            yield ("reopened", place), InvalidInput(message, _together(), moment=span.started)
        if span.state in (State.RESOLVED, State.CLOSED):
            if over is not None and span.started < over.started:
                message = _("closed {moment} is before it was resolved").format(moment=MOMENT)
                yield ("closed", place), InvalidInput(message, _together(), moment=span.started)
            over = over or span
        elif over is not None and span.state in UNRESOLVED:
            if span.started < over.started:
                message = _("resolved {moment} is after it was reopened").format(moment=MOMENT)
                yield ("resolved", place), InvalidInput(message, _together(), moment=over.started)
            reopened, over = span, None


def _together() -> str:
    return _("Correct that time, too: both can be given at once.")
