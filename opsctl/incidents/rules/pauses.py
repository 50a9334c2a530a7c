"""Pauses of the clocks, and what needs a second person: their approval, and the countersign of a late acknowledgement.

Pure. A pause stops the clocks only once somebody else approved it; until then they run and both results are shown.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from opsctl.core.errors import MOMENT, Conflict, InvalidInput, NotAllowed, NotFound
from opsctl.core.texts import _
from opsctl.incidents.rules.life import Case, Incident, Span
from opsctl.incidents.rules.moves import check_state, check_time, end_pause
from opsctl.incidents.rules.words import in_the_future
from opsctl.incidents.terms import SpanKind, State


def pause(case: Case, *, at: datetime, now: datetime, by: str, reason: str, asked: str | None) -> Case:
    """The case with a pause since `at`, which somebody else has to approve.

    Raise Conflict while another one runs or where it would overlap an earlier one, NotAllowed if oneself is asked.
    """
    check_state(case, "pause")
    check_time(case, at, now)
    if asked == by:
        raise _own(_("Nobody approves their own pause."))
    for number, span in enumerate(case.incident.pauses, 1):
        if span.ended is None:
            raise Conflict(
                _("{reference} is paused since {moment}.").format(reference=case.reference, moment=MOMENT),
                _("End that pause first: opsctl incident resume {reference}").format(reference=case.reference),
                moment=span.started,
            )
        if at < span.ended:
            raise Conflict(
                _("Pause {reference}/{number} lasted until {moment}; pauses do not overlap.").format(
                    reference=case.reference, number=number, moment=MOMENT
                ),
                _("Give a later time with --at."),
                moment=span.ended,
            )
    span = Span(SpanKind.PAUSE, None, at, started_entered=now, entered_by=by, reason=reason, asked=asked)
    return replace(case, incident=replace(case.incident, spans=(*case.incident.spans, span)))


def resume(case: Case, *, at: datetime, now: datetime) -> Case:
    """The case with the pause that runs ended at `at`. Raise Conflict if none runs."""
    check_state(case, "resume")
    running = next((span for span in case.incident.pauses if span.ended is None), None)
    if running is None:
        raise Conflict(
            _("{reference} is not paused.").format(reference=case.reference),
            _("Pause it with: opsctl incident pause {reference} --reason TEXT --ask PERSON").format(
                reference=case.reference
            ),
        )
    if at > now:
        raise in_the_future()
    if at < running.started:
        raise InvalidInput(
            _("{reference} was paused only at {moment}.").format(reference=case.reference, moment=MOMENT),
            _("Give a later time with --at."),
            moment=running.started,
        )
    return replace(case, incident=end_pause(case.incident, at, now))


def decide(
    case: Case, *, number: int, by: str, now: datetime, approved: bool, also: Collection[str] = ()
) -> Case:
    """The case with pause `number` (the first is 1) approved or refused by somebody else than who paused.

    `also` are other names under which whoever decides may have paused.

    Raise NotFound if there is none of that number, Conflict if it was decided already, NotAllowed for one's own.
    """
    pauses = case.incident.pauses
    if not 1 <= number <= len(pauses):
        raise NotFound(
            _("{reference} has no pause {number}.").format(reference=case.reference, number=number),
            _("See: opsctl incident show {reference}").format(reference=case.reference),
        )
    found = pauses[number - 1]
    if found.decided_by is not None:
        raise Conflict(
            _("Pause {reference}/{number} was decided by {person} already.").format(
                reference=case.reference, number=number, person=found.decided_by
            ),
            _("See: opsctl incident show {reference}").format(reference=case.reference),
        )
    if _same(found.entered_by, by, also):
        raise _own(_("Nobody approves their own pause."))
    decided = replace(found, decided_by=by, decided_at=now, approved=approved)
    if not approved and found.ended is None:
        # What was refused is no pause any more: it ends here, and another may be asked for.
        decided = replace(decided, ended=max(now, found.started), ended_entered=now)
    return _with(case.incident, found, decided, case)


def countersign(case: Case, *, by: str, now: datetime, also: Collection[str] = ()) -> Case:
    """The case with the claimed time of its first acknowledgement confirmed by somebody else; `also` as for `decide`.

    Raise Conflict if there is none, if it was not entered late, or if it is countersigned; NotAllowed for one's own.
    """
    found = case.incident.acknowledgement
    if found is None or found.started_entered is None or found.started_entered <= found.started:
        raise Conflict(
            _("{reference} has nothing to approve: no pause was named, and its acknowledgement is not late.").format(
                reference=case.reference
            ),
            _("Name a pause as {reference}/1.").format(reference=case.reference),
        )
    if found.approved:
        raise Conflict(
            _("The acknowledgement of {reference} was countersigned by {person} already.").format(
                reference=case.reference, person=found.decided_by
            ),
            _("See: opsctl incident show {reference}").format(reference=case.reference),
        )
    if _same(found.entered_by, by, also):
        raise _own(_("Nobody countersigns their own acknowledgement."))
    return _with(case.incident, found, replace(found, decided_by=by, decided_at=now, approved=True), case)


def undecided(incident: Incident) -> list[int]:
    """The numbers of its pauses that nobody decided yet."""
    return [number for number, span in enumerate(incident.pauses, 1) if span.approved is None]


def _with(incident: Incident, old: Span, new: Span, case: Case) -> Case:
    spans = tuple(new if span is old else span for span in incident.spans)
    return replace(case, incident=replace(incident, spans=spans))


def _same(entered_by: str | None, by: str, also: Collection[str]) -> bool:
    return entered_by is not None and entered_by.casefold() in {name.casefold() for name in (by, *also)}


def _own(message: str) -> NotAllowed:
    return NotAllowed(message, _("Ask somebody else, or say who you are with --as PERSON."))


def is_late_acknowledgement(incident: Incident) -> bool:
    """Whether its first acknowledgement was typed in after its claimed time and nobody countersigned that."""
    span = incident.acknowledgement
    return span is not None and span.state is State.ACKNOWLEDGED and span.judged > span.started
