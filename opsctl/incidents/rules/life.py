"""What may happen to an incident, and what follows from it. Pure: `now` is an argument."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from opsctl.core.errors import MOMENT, Conflict, InvalidInput
from opsctl.core.texts import _, pgettext
from opsctl.core.times import utc_text
from opsctl.incidents.terms import UNRESOLVED, Flag, Level, SpanKind, State


@dataclass(frozen=True, slots=True)
class Span:
    """A state, outage or impact from `started` to `ended` (None: it still lasts), aware UTC, half open."""

    kind: SpanKind
    state: State | None
    started: datetime
    ended: datetime | None = None


@dataclass(frozen=True, slots=True)
class Incident:
    """An incident with its spans in the order of the record. Times are aware UTC, None where not known."""

    reference: str
    title: str
    asset: str | None
    impact: Level
    urgency: Level
    state: State
    impact_start: datetime | None
    detected: datetime | None
    opened: datetime
    cause: str | None
    handling: str | None
    result: str | None
    entered_at: datetime | None
    recorded_at: datetime
    source: str | None
    source_key: str | None
    source_digest: str | None
    spans: tuple[Span, ...]

    def entered_state(self, state: State) -> datetime | None:
        """When the incident last came into that state; None if it never did."""
        return next((span.started for span in reversed(self.spans) if span.state is state), None)

    @property
    def acknowledged(self) -> datetime | None:
        """The first acknowledgement; a later one never replaces it."""
        return next((span.started for span in self.spans if span.state is State.ACKNOWLEDGED), None)

    @property
    def resolved(self) -> datetime | None:
        """The final resolution; None while it is unresolved."""
        return None if self.state in UNRESOLVED else self.entered_state(State.RESOLVED)

    @property
    def closed(self) -> datetime | None:
        """When it was closed."""
        return self.entered_state(State.CLOSED)

    @property
    def impacts(self) -> tuple[Span, ...]:
        """The outages and impacts, in order."""
        return tuple(span for span in self.spans if span.kind is not SpanKind.STATE)

    @property
    def outages(self) -> tuple[Span, ...]:
        """The outages, in order."""
        return tuple(span for span in self.spans if span.kind is SpanKind.OUTAGE)

    @property
    def restored(self) -> datetime | None:
        """The end of the last outage or impact; None while one lasts, or where none was declared."""
        ends = [span.ended for span in self.impacts]
        known = [end for end in ends if end is not None]
        return max(known) if known and len(known) == len(ends) else None

    @property
    def clock_start(self) -> datetime:
        """From where its times are judged: impact start, else detected, else opened."""
        return self.impact_start or self.detected or self.opened


def fields(incident: Incident) -> dict[str, Any]:
    """The record that the ledger's digest is taken of: every named field that is known, and the spans in order."""
    record: dict[str, Any] = {
        "reference": incident.reference,
        "title": incident.title,
        "impact": incident.impact,
        "urgency": incident.urgency,
        "state": incident.state,
        "opened": utc_text(incident.opened),
        "recorded_at": utc_text(incident.recorded_at),
        "spans": [
            [span.kind, span.state, utc_text(span.started), None if span.ended is None else utc_text(span.ended)]
            for span in incident.spans
        ],
    }
    for name in ("asset", "cause", "handling", "result", "source", "source_key", "source_digest"):
        if (text := getattr(incident, name)) is not None:
            record[name] = text
    for name in ("impact_start", "detected", "entered_at"):
        if (moment := getattr(incident, name)) is not None:
            record[name] = utc_text(moment)
    return record


def flags(incident: Incident) -> list[Flag]:
    """What is legal in this incident but worth a look."""
    restored, resolved = incident.restored, incident.resolved
    found = []
    if restored is not None and restored < incident.opened:
        found.append(Flag.RESTORED_BEFORE_OPENED)
    if restored is not None and resolved is not None and restored > resolved:
        found.append(Flag.RESTORED_AFTER_RESOLVED)
    if incident.impact_start is not None and incident.opened < incident.impact_start:
        found.append(Flag.OPENED_BEFORE_IMPACT)
    if resolved is not None and resolved < incident.opened:
        found.append(Flag.RESOLVED_BEFORE_OPENED)
    if incident.asset is None:
        found.append(Flag.NO_ASSET)
    return found


def open_incident(
    *,
    reference: str,
    title: str,
    asset: str,
    impact: Level,
    urgency: Level,
    at: datetime,
    down: datetime | None,
    now: datetime,
) -> Incident:
    """A new incident, opened at `at`, with an outage since `down` if one is declared.

    Raise InvalidInput if one of the two is still to come.
    """
    for moment in (at, down):
        if moment is not None and moment > now:
            raise _in_the_future()
    spans = [Span(SpanKind.STATE, State.OPEN, at)]
    if down is not None:
        spans.append(Span(SpanKind.OUTAGE, None, down))
    return Incident(
        reference=reference,
        title=title,
        asset=asset,
        impact=impact,
        urgency=urgency,
        state=State.OPEN,
        impact_start=down,
        detected=None,
        opened=at,
        cause=None,
        handling=None,
        result=None,
        entered_at=None,
        recorded_at=now,
        source=None,
        source_key=None,
        source_digest=None,
        spans=tuple(spans),
    )


def acknowledge(incident: Incident, *, at: datetime, now: datetime) -> Incident:
    """The incident with somebody on it. Raise Conflict unless it is open."""
    _check_state(incident, {State.OPEN}, State.ACKNOWLEDGED)
    _check_instant(incident, at, now)
    return _enter(incident, State.ACKNOWLEDGED, at)


def check_note(incident: Incident, *, at: datetime, now: datetime) -> None:
    """Raise InvalidInput if a note cannot be about that moment."""
    _check_instant(incident, at, now)


def resolve(incident: Incident, *, at: datetime, restored: datetime | None, now: datetime) -> Incident:
    """The incident with its fault gone.

    An outage that still lasts must be ended with `restored`, else Conflict. Without an outage `restored` ends the
    impact. Resolving an incident nobody acknowledged counts as the first response: an acknowledgement of no length.
    """
    _check_state(incident, UNRESOLVED, State.RESOLVED)
    _check_instant(incident, at, now)
    lasting = [span for span in incident.impacts if span.ended is None]
    if lasting and restored is None:
        raise Conflict(
            _("{reference} is still down.").format(reference=incident.reference),
            _("Say when it was back: opsctl incident resolve {reference} --restored TIME").format(
                reference=incident.reference
            ),
        )
    if restored is not None:
        incident = _restore(incident, restored, now)
    if incident.state is State.OPEN:
        incident = _enter(incident, State.ACKNOWLEDGED, at)
    return _enter(incident, State.RESOLVED, at)


def close(incident: Incident, *, at: datetime, now: datetime) -> Incident:
    """The incident put to the files. Raise Conflict unless it is resolved, InvalidInput if `at` is before that."""
    _check_state(incident, {State.RESOLVED}, State.CLOSED)
    _check_instant(incident, at, now)
    resolved = incident.resolved
    if resolved is not None and at < resolved:
        raise InvalidInput(
            _("{reference} cannot be closed before it was resolved.").format(reference=incident.reference),
            _("Give a time after {moment}.").format(moment=MOMENT),
            moment=resolved,
        )
    return _enter(incident, State.CLOSED, at)


def describe(incident: Incident, cause: str | None, handling: str | None, result: str | None) -> Incident:
    """The incident with what was given of its cause, handling and result."""
    return replace(
        incident,
        cause=cause or incident.cause,
        handling=handling or incident.handling,
        result=result or incident.result,
    )


def _restore(incident: Incident, restored: datetime, now: datetime) -> Incident:
    if restored > now:
        raise _in_the_future()
    lasting = [span for span in incident.impacts if span.ended is None]
    start = max((span.started for span in lasting), default=incident.clock_start)
    if restored < start:
        raise InvalidInput(
            _("{reference} cannot be restored before its impact began.").format(reference=incident.reference),
            _("It began at {moment}.").format(moment=MOMENT),
            moment=start,
        )
    if not lasting:
        return replace(incident, spans=(*incident.spans, Span(SpanKind.IMPACT, None, start, restored)))
    spans = tuple(replace(span, ended=restored) if span in lasting else span for span in incident.spans)
    return replace(incident, spans=spans)


def _enter(incident: Incident, state: State, at: datetime) -> Incident:
    spans = tuple(
        replace(span, ended=at) if span.kind is SpanKind.STATE and span.ended is None else span
        for span in incident.spans
    )
    return replace(incident, state=state, spans=(*spans, Span(SpanKind.STATE, state, at)))


def _check_state(incident: Incident, allowed: "set[State] | frozenset[State]", wanted: State) -> None:
    if incident.state in allowed:
        return
    if incident.state is wanted:
        raise Conflict(
            _("{reference} is {state} already.").format(reference=incident.reference, state=state_word(wanted))
        )
    raise Conflict(
        _("{reference} is {state} and cannot be {wanted}.").format(
            reference=incident.reference, state=state_word(incident.state), wanted=state_word(wanted)
        ),
        _("See: opsctl incident show {reference}").format(reference=incident.reference),
    )


def _check_instant(incident: Incident, at: datetime, now: datetime) -> None:
    """Refuse a future instant, and one before the impact began (or it was detected or opened, where none is known)."""
    if at > now:
        raise _in_the_future()
    start = min(incident.clock_start, incident.opened)
    if at < start:
        raise InvalidInput(
            _("{reference} began only at {moment}.").format(reference=incident.reference, moment=MOMENT),
            _("Give a later time with --at."),
            moment=start,
        )


def _in_the_future() -> InvalidInput:
    return InvalidInput(_("That time is still to come."), _("Give a time that has passed, or leave it out for now."))


def state_word(state: State) -> str:
    """The state in the reader's language."""
    return {
        State.OPEN: pgettext("state", "open"),
        State.ACKNOWLEDGED: pgettext("state", "acknowledged"),
        State.MITIGATED: pgettext("state", "mitigated"),
        State.RESOLVED: pgettext("state", "resolved"),
        State.CLOSED: pgettext("state", "closed"),
    }[state]
