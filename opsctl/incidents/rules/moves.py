"""The moves of an incident from state to state, and of its outages. Pure: `now` is an argument.

Each takes a case and gives the case after; nothing that lasted is ever overwritten.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from opsctl.core.errors import MOMENT, Conflict, InvalidInput
from opsctl.core.texts import _
from opsctl.core.times import show_duration
from opsctl.incidents.rules.life import FULL, Case, Incident, Span
from opsctl.incidents.rules.words import MOVES, check_instant, illegal, in_the_future
from opsctl.incidents.terms import Category, Level, Response, SpanKind, State


def open_incident(
    *,
    reference: str,
    title: str,
    asset: str | None,
    impact: Level,
    urgency: Level,
    at: datetime,
    down: datetime | None,
    now: datetime,
    detected: datetime | None = None,
    category: Category = Category.FAULT,
    customer: str | None = None,
    drill: bool = False,
    weight: int = FULL,
) -> Incident:
    """A new incident, opened at `at`, with an outage since `down` if one is declared.

    Raise InvalidInput if one of the times is still to come, or it was detected before it began.
    """
    for moment in (at, down, detected):
        if moment is not None and moment > now:
            raise in_the_future()
    if down is not None and detected is not None and detected < down:
        raise InvalidInput(_("It cannot be detected before it began."), _("Check --detected and --down."))
    spans = [Span(SpanKind.STATE, State.OPEN, at)]
    if down is not None:
        spans.append(Span(SpanKind.OUTAGE, None, down, weight=weight, started_entered=now))
    return Incident(
        reference=reference,
        title=title,
        asset=asset,
        impact=impact,
        urgency=urgency,
        state=State.OPEN,
        impact_start=down,
        detected=detected,
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
        category=category,
        customer=customer,
        drill=drill,
    )


def acknowledge(case: Case, *, at: datetime, now: datetime, by: str, how: Response) -> Case:
    """The case with somebody on it. Raise Conflict unless it is open."""
    check_state(case, "ack")
    check_time(case, at, now)
    return _acknowledged(case, at, now, by, how)


def mitigate(case: Case, *, at: datetime, now: datetime, by: str) -> Case:
    """The case with the worst over. Raise Conflict unless it is open or acknowledged."""
    check_state(case, "mitigate")
    check_time(case, at, now)
    _check_episode(case, at)
    return enter(_responded(case, at, now, by), State.MITIGATED, at, now)


def down(case: Case, *, at: datetime, now: datetime, weight: int = FULL) -> Case:
    """The case with an outage since `at`; `weight` is the share that is lost, in thousandths.

    One that lasts with another weight ends there. Raise Conflict if one lasts with the same, or unless unresolved.
    """
    check_state(case, "down")
    if at > now:
        raise in_the_future()
    lasting = [span for span in case.incident.impacts if span.ended is None]
    for span in lasting:
        if span.kind is SpanKind.OUTAGE and span.weight == weight:
            raise Conflict(
                _("{reference} is down since {moment} already.").format(reference=case.reference, moment=MOMENT),
                _("Correct its beginning with: opsctl incident correct {reference} impact_start=TIME").format(
                    reference=case.reference
                ),
                moment=span.started,
            )
        if at < span.started:
            raise _before(case.reference, span.started)
    ended = _ended(case.incident, at, now)
    begins = ended.impact_start is None and at <= ended.opened
    if begins or (ended.impact_start is not None and at < ended.impact_start):
        ended = replace(ended, impact_start=at)
    spans = (*ended.spans, Span(SpanKind.OUTAGE, None, at, weight=weight, started_entered=now))
    return replace(case, incident=replace(ended, spans=spans))


def restored(case: Case, *, at: datetime, now: datetime, weight: int = 0) -> Case:
    """The case with every outage and impact of it, and of what was merged into it, ended at `at`.

    With `weight` only partly: an outage of that share goes on. Where none was declared, the impact from the beginning
    of the episode to `at` is. Raise Conflict if it was restored already, InvalidInput if `at` is before that began.
    """
    check_state(case, "restored")
    return _restored(case, at, now, weight)


def resolve(case: Case, *, at: datetime, restored: datetime | None, now: datetime, by: str) -> Case:
    """The case with its fault gone.

    An outage that still lasts must be ended with `restored`, else Conflict. Resolving what nobody acknowledged counts
    as the first response: an acknowledgement of no length. A pause that runs ends here.
    """
    check_state(case, "resolve")
    check_time(case, at, now)
    _check_episode(case, at)
    if case.lasting and restored is None:
        raise Conflict(
            _("{reference} is still down.").format(reference=case.reference),
            _("Say when it was back: opsctl incident resolve {reference} --restored TIME").format(
                reference=case.reference
            ),
        )
    if restored is not None:
        case = _restored(case, restored, now, 0)
    case = _responded(case, at, now, by)
    case = replace(case, incident=end_pause(case.incident, at, now))
    return enter(case, State.RESOLVED, at, now)


def reopen(
    case: Case, *, at: datetime, now: datetime, by: str, declared: bool, weight: int, window: timedelta | None
) -> Case:
    """The case in hand again, with a new outage since `at` if one is declared; the first response if there was none.

    Raise Conflict unless it is resolved or closed, or if that was longer ago than `window`: then it is a new incident.
    """
    check_state(case, "reopen")
    check_time(case, at, now)
    resolved = case.incident.resolved or case.incident.closed
    if resolved is not None and at < resolved:
        raise _before_resolution(case.reference, resolved, _("reopened"))
    if resolved is not None and window is not None and at - resolved > window:
        raise Conflict(
            _("{reference} was resolved more than {window} before: a later fault is a new incident.").format(
                reference=case.reference, window=show_duration(window.total_seconds())
            ),
            _('Open one: opsctl open "{asset} …"').format(asset=case.incident.asset or _("ASSET")),
        )
    if case.incident.acknowledgement is None:
        case = _acknowledged(case, at, now, by, Response.IMPLIED)
    else:
        case = enter(case, State.ACKNOWLEDGED, at, now, entered_by=by)
    if not declared:
        return case
    outage = Span(SpanKind.OUTAGE, None, at, weight=weight, started_entered=now)
    return replace(case, incident=replace(case.incident, spans=(*case.incident.spans, outage)))


def close(case: Case, *, at: datetime, now: datetime) -> Case:
    """The case put to the files. Raise Conflict unless it is resolved, InvalidInput if `at` is before that."""
    check_state(case, "close")
    check_time(case, at, now)
    resolved = case.incident.resolved
    if resolved is not None and at < resolved:
        raise _before_resolution(case.reference, resolved, _("closed"))
    return enter(case, State.CLOSED, at, now)


def describe(case: Case, cause: str | None, handling: str | None, result: str | None) -> Case:
    """The case with what was given of its cause, handling and result."""
    incident = case.incident
    described = replace(
        incident,
        cause=cause or incident.cause,
        handling=handling or incident.handling,
        result=result or incident.result,
    )
    return replace(case, incident=described)


def check_state(case: Case, move: str) -> None:
    """Raise Conflict, with the legal moves, unless the state allows that move; also for what is void."""
    incident = case.incident
    if incident.void is not None:
        raise Conflict(
            _("{reference} is void ({reason}).").format(reference=incident.reference, reason=incident.void),
            _("Take that back first: opsctl incident void {reference} --undo --reason TEXT").format(
                reference=incident.reference
            ),
        )
    if incident.state not in MOVES[move]:
        raise illegal(incident.reference, incident.state, move, incident.merged_into)


def check_time(case: Case, at: datetime, now: datetime) -> None:
    """Refuse a future instant, and one before the case began."""
    check_instant(case.reference, at, now, case.clock_start, case.opened)


def _check_episode(case: Case, at: datetime) -> None:
    """Refuse what would have happened to the present episode before it began."""
    reopenings = case.incident.reopenings
    if reopenings and at < reopenings[-1]:
        raise InvalidInput(
            _("{reference} was reopened only at {moment}.").format(reference=case.reference, moment=MOMENT),
            _("Give a later time with --at."),
            moment=reopenings[-1],
        )


def enter(case: Case, state: State, at: datetime, now: datetime, *, entered_by: str | None = None) -> Case:
    """The case in that state since `at`."""
    incident = case.incident
    spans = tuple(
        replace(span, ended=at) if span.kind is SpanKind.STATE and span.ended is None else span
        for span in incident.spans
    )
    span = Span(SpanKind.STATE, state, at, started_entered=now, entered_by=entered_by)
    return replace(case, incident=replace(incident, state=state, spans=(*spans, span)))


def end_pause(incident: Incident, at: datetime, now: datetime) -> Incident:
    """The incident with a pause that runs ended at `at`, or where it began if that is later."""
    return replace(
        incident,
        spans=tuple(
            replace(span, ended=max(at, span.started), ended_entered=now)
            if span.kind is SpanKind.PAUSE and span.ended is None
            else span
            for span in incident.spans
        ),
    )


def _acknowledged(case: Case, at: datetime, now: datetime, by: str, how: Response) -> Case:
    case = enter(case, State.ACKNOWLEDGED, at, now, entered_by=by)
    spans = case.incident.spans
    return replace(case, incident=replace(case.incident, spans=(*spans[:-1], replace(spans[-1], response=how))))


def _responded(case: Case, at: datetime, now: datetime, by: str) -> Case:
    """A person's first move on what nobody acknowledged counts as the response, and is shown as implied."""
    if case.incident.state is not State.OPEN:
        return case
    return _acknowledged(case, at, now, by, Response.IMPLIED)


def _restored(case: Case, at: datetime, now: datetime, weight: int) -> Case:
    if at > now:
        raise in_the_future()
    lasting = case.lasting
    start = max((span.started for span in lasting), default=case.last_start)
    if at < start:
        raise InvalidInput(
            _("{reference} cannot be restored before its impact began.").format(reference=case.reference),
            _("It began at {moment}.").format(moment=MOMENT),
            moment=start,
        )
    if not lasting:
        return _declared_afterwards(case, start, at, now, weight)
    members = tuple(_ended(one, at, now) for one in case.members)
    incident = _ended(case.incident, at, now)
    if weight:
        rest = Span(SpanKind.OUTAGE, None, at, weight=weight, started_entered=now)
        incident = replace(incident, spans=(*incident.spans, rest))
    return Case(incident, members)


def _declared_afterwards(case: Case, start: datetime, at: datetime, now: datetime, weight: int) -> Case:
    """The impact of an episode of which none was declared while it lasted."""
    if case.episode:
        raise Conflict(
            _("{reference} was restored at {moment} already.").format(reference=case.reference, moment=MOMENT),
            _("Correct it with: opsctl incident correct {reference} restored=TIME").format(reference=case.reference),
            moment=max(span.ended for span in case.episode if span.ended is not None),
        )
    spans = [Span(SpanKind.IMPACT, None, start, at, started_entered=now, ended_entered=now)]
    if weight:
        spans.append(Span(SpanKind.IMPACT, None, at, weight=weight, started_entered=now))
    return replace(case, incident=replace(case.incident, spans=(*case.incident.spans, *spans)))


def _ended(incident: Incident, at: datetime, now: datetime) -> Incident:
    return replace(
        incident,
        spans=tuple(
            replace(span, ended=at, ended_entered=now)
            if span.kind in (SpanKind.OUTAGE, SpanKind.IMPACT) and span.ended is None
            else span
            for span in incident.spans
        ),
    )


def _before(reference: str, moment: datetime) -> InvalidInput:
    return InvalidInput(
        _("{reference} is down since {moment}; that is later.").format(reference=reference, moment=MOMENT),
        _("Give a later time with --at."),
        moment=moment,
    )


def _before_resolution(reference: str, resolved: datetime, done: str) -> InvalidInput:
    return InvalidInput(
        _("{reference} cannot be {done} before it was resolved.").format(reference=reference, done=done),
        _("Give a time after {moment}.").format(moment=MOMENT),
        moment=resolved,
    )
