"""Several records of one fault: merging, and taking that back. Pure.

A merged incident keeps all that it is; it only points to the target, and the case reads both: splitting loses nothing.
"""

from dataclasses import replace
from datetime import datetime

from opsctl.core.errors import Conflict, InvalidInput
from opsctl.core.texts import _
from opsctl.incidents.rules.life import Case, Incident, Span
from opsctl.incidents.rules.moves import check_state
from opsctl.incidents.rules.words import illegal
from opsctl.incidents.terms import UNRESOLVED, SpanKind, State


def merge(source: Case, target: Case, *, now: datetime) -> Incident:
    """The source, pointing to the target.

    Raise InvalidInput for an incident merged into itself; Conflict where the source is closed, merged or void, or the
    target is (so no circle can come about), or where an unresolved one would be hidden in a resolved one.
    """
    if source.reference == target.reference:
        raise InvalidInput(
            _("{reference} cannot be merged into itself.").format(reference=source.reference),
            _("Name another with --into."),
        )
    check_state(source, "merge")
    check_state(target, "merge")
    if source.incident.drill != target.incident.drill:
        raise Conflict(
            _("A drill and a real incident are not merged: {reference}, {target}.").format(
                reference=source.reference, target=target.reference
            ),
            _("See: opsctl incident show {reference}").format(reference=source.reference),
        )
    if target.incident.state is State.RESOLVED and source.incident.state in UNRESOLVED:
        raise Conflict(
            _("{reference} is unresolved and {target} is resolved.").format(
                reference=source.reference, target=target.reference
            ),
            _("Reopen that one first: opsctl incident reopen {target}").format(target=target.reference),
        )
    spans = tuple(
        replace(span, ended=now) if span.kind is SpanKind.STATE and span.ended is None else span
        for span in source.incident.spans
    )
    return replace(
        source.incident,
        state=State.MERGED,
        merged_into=target.reference,
        spans=(*spans, Span(SpanKind.STATE, State.MERGED, now, started_entered=now)),
        response_due=None,
        restore_due=None,
    )


def split(incident: Incident) -> Incident:
    """The incident on its own again, in the state it had: the merging never was. Raise Conflict unless it is merged."""
    if incident.state is not State.MERGED:
        raise illegal(incident.reference, incident.state, "split")
    last = max(place for place, span in enumerate(incident.spans) if span.state is State.MERGED)
    spans = [span for place, span in enumerate(incident.spans) if place != last]
    before = max(place for place, span in enumerate(spans) if span.kind is SpanKind.STATE)
    spans[before] = replace(spans[before], ended=None)
    state = spans[before].state
    return replace(incident, state=state or State.OPEN, merged_into=None, spans=tuple(spans))
