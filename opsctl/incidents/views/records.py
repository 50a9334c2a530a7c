"""One incident, ready to be shown."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from opsctl.core.report import Column, Fields, Kind, Report, Table
from opsctl.core.texts import _, beside, ngettext, pgettext, series
from opsctl.core.void import as_void
from opsctl.incidents.rules.clocks import Clock
from opsctl.incidents.rules.closing import Missing
from opsctl.incidents.rules.life import Case, Incident, Span, flags
from opsctl.incidents.rules.pauses import is_late_acknowledgement, undecided
from opsctl.incidents.rules.results import Shown
from opsctl.incidents.rules.words import state_word
from opsctl.incidents.terms import SpanKind
from opsctl.incidents.views import clocks as clock_views
from opsctl.incidents.views import restoring
from opsctl.incidents.views.words import (
    category_word,
    flag_word,
    level_word,
    response_word,
    severity_word,
    span_word,
)  # fmt: skip


def data(incident: Incident) -> dict[str, Any]:
    """An incident for programs."""
    acknowledgement = incident.acknowledgement
    return {
        "reference": incident.reference,
        "title": incident.title,
        "asset": incident.asset,
        "customer": incident.customer,
        "category": incident.category,
        "state": incident.state,
        "impact": incident.impact,
        "urgency": incident.urgency,
        "severity": incident.severity,
        "rules": incident.rules,
        "assignee": incident.assignee,
        "escalated_to": incident.escalated_to,
        "impact_start": incident.impact_start,
        "detected": incident.detected,
        "opened": incident.opened,
        "acknowledged": incident.acknowledged,
        "response": None if acknowledgement is None else acknowledgement.response,
        "mitigated": incident.mitigated,
        "restored": incident.restored,
        "resolved": incident.resolved,
        "closed": incident.closed,
        "cause": incident.cause,
        "handling": incident.handling,
        "result": incident.result,
        "told": incident.told,
        "plan": incident.plan,
        "plan_started": incident.plan_started,
        "exemption": incident.exemption,
        "drill": incident.drill,
        "void": incident.void,
        "merged_into": incident.merged_into,
        "corrected_at": incident.corrected_at,
        "response_due": incident.response_due,
        "restore_due": incident.restore_due,
        "entered_at": incident.entered_at,
        "recorded_at": incident.recorded_at,
        "source": incident.source,
        "source_key": incident.source_key,
        "flags": flags(incident),
        "spans": [_span_data(span) for span in incident.spans],
    }


def _span_data(span: Span) -> dict[str, Any]:
    told: dict[str, Any] = {"kind": span.kind, "state": span.state, "started": span.started, "ended": span.ended}
    if span.kind in (SpanKind.OUTAGE, SpanKind.IMPACT):
        told["weight"] = span.weight / 1000
    if span.kind is SpanKind.PAUSE:
        told |= {
            "by": span.entered_by,
            "reason": span.reason,
            "asked": span.asked,
            "approved": span.approved,
            "decided_by": span.decided_by,
            "decided_at": span.decided_at,
        }
    return told


def case_data(case: Case) -> dict[str, Any]:
    """A case for programs: the incident, and what was merged into it."""
    return {**data(case.incident), "merged": [one.reference for one in case.members]}


def shown(found: Shown) -> Report:
    """One incident: its words, its clocks, its spans, and what is worth a look."""
    case, incident, points = found.case, found.case.incident, found.restore_points
    parts: list[Any] = [Fields(_words(found)), Fields(_moments(case))]
    if found.clocks:
        parts.append(clock_views.table(found.clocks))
    parts.append(_spans(case))
    if incident.pauses:
        parts.append(_pauses(incident))
    if points:
        parts.append(Fields(tuple(restoring.pairs(points))))
    return Report(
        kind="incident",
        data={
            **case_data(case),
            "clocks": [clock_views.data(clock) for clock in found.clocks],
            "missing_to_close": list(found.missing),
            "action": found.origin,
            "restore_points": None if points is None else [restoring.data(one) for one in points],
        },
        parts=tuple(parts),
        remarks=(*(flag_word(flag) for flag in flags(incident)), *_undecided(incident, found.clocks)),
        references=(incident.reference,),
    )


def _words(found: Shown) -> tuple[tuple[str, Any, Kind], ...]:
    incident = found.case.incident
    always: list[tuple[str, Any, Kind]] = [
        (_("reference"), incident.reference, Kind.REFERENCE),
        (_("title"), incident.title, Kind.TEXT),
        (_("asset"), incident.asset, Kind.REFERENCE),
        (_("state"), _state(incident), Kind.TEXT),
        (_("impact"), level_word(incident.impact), Kind.TEXT),
        (_("urgency"), level_word(incident.urgency), Kind.TEXT),
        (_("severity"), severity_word(incident.severity, found.severity_name), Kind.TEXT),
        (_("category"), category_word(incident.category), Kind.TEXT),
        (_("who has it"), incident.assignee, Kind.TEXT),
        (_("cause"), incident.cause, Kind.TEXT),
        (_("handling"), incident.handling, Kind.TEXT),
        (_("result"), incident.result, Kind.TEXT),
    ]
    where_known: list[tuple[str, Any, Kind]] = [
        (_("customer"), incident.customer, Kind.REFERENCE),
        (_("from the action"), found.origin, Kind.REFERENCE),
        (_("escalated to"), incident.escalated_to, Kind.TEXT),
        (_("emergency plan"), incident.plan, Kind.TEXT),
        (_("closed without, because"), incident.exemption, Kind.TEXT),
        (_("merged into it"), tuple(one.reference for one in found.case.members) or None, Kind.REFERENCE),
        (_("a closing still wants"), tuple(missing_word(one) for one in found.missing) or None, Kind.TEXT),
    ]
    if incident.resolved is None or incident.closed is not None:
        where_known.pop()
    return (*always, *(pair for pair in where_known if pair[1] is not None))


def missing_word(missing: Missing) -> str:
    """What a record lacks before it can be closed."""
    return {
        Missing.CAUSE: _("cause"),
        Missing.HANDLING: _("handling"),
        Missing.RESULT: _("result"),
        Missing.TOLD: _("that the customer was told"),
        Missing.PLAN: _("that the emergency plan was started"),
    }[missing]


def _state(incident: Incident) -> str:
    word = state_word(incident.state)
    if incident.merged_into is not None:
        word += f" → {incident.merged_into}"
    if incident.void is not None:
        word += f" · {as_void(incident.void)}"
    if incident.drill:
        word += " · " + _("drill")
    return word


def _moments(case: Case) -> tuple[tuple[str, Any, Kind], ...]:
    incident = case.incident
    told: list[tuple[str, Any, Kind]] = [
        (_("impact start"), case.impact_start, Kind.INSTANT),
        (_("detected"), case.detected, Kind.INSTANT),
        (_("opened"), case.opened, Kind.INSTANT),
        (_acknowledged_label(case), _acknowledged(case), Kind.INSTANT),
        (_("mitigated"), incident.mitigated, Kind.INSTANT),
        (_("restored"), case.restored, Kind.INSTANT),
        (_("resolved"), incident.resolved, Kind.INSTANT),
        (_("closed"), incident.closed, Kind.INSTANT),
        (_("customer told"), incident.told, Kind.INSTANT),
        (_("emergency plan started"), incident.plan_started, Kind.INSTANT),
        (_("opened → acknowledged"), between(case.opened, _acknowledged(case)), Kind.DURATION),
        (_("impact → restored"), between(case.clock_start, case.restored), Kind.DURATION),
        (_("opened → resolved"), between(case.opened, incident.resolved), Kind.DURATION),
    ]
    always = {_("impact start"), _("detected"), _("opened"), _("restored"), _("resolved"), _("closed")}
    return tuple(pair for pair in told if pair[1] is not None or pair[0] in always or pair[2] is Kind.DURATION)


def _acknowledged(case: Case) -> datetime | None:
    span = case.acknowledgement
    return None if span is None else span.judged


def _acknowledged_label(case: Case) -> str:
    span = case.acknowledgement
    how = "" if span is None else response_word(span.response)
    return beside(_("acknowledged"), how) if how else _("acknowledged")


def _spans(case: Case) -> Table:
    columns = [
        Column("what", _("what lasted")),
        Column("from", pgettext("since when", "from"), Kind.INSTANT),
        Column("to", pgettext("until when", "to"), Kind.INSTANT),
        Column("for", pgettext("how long", "for"), Kind.DURATION),
    ]
    several = bool(case.members)
    if several:
        columns.append(Column("of", _("of"), Kind.REFERENCE))
    rows = []
    spans = [(one, span) for one in case.all for span in one.spans if span.kind is not SpanKind.PAUSE]
    for one, span in sorted(spans, key=lambda found: found[1].started):
            row = (span_word(span), span.started, span.ended, between(span.started, span.ended))
            rows.append((*row, one.reference) if several else row)
    return Table(tuple(columns), tuple(rows))


def _pauses(incident: Incident) -> Table:
    columns = (
        Column("pause", _("pause"), Kind.REFERENCE),
        Column("from", pgettext("since when", "from"), Kind.MOMENT),
        Column("for", pgettext("how long", "for"), Kind.DURATION),
        Column("reason", _("reason")),
        Column("by", pgettext("whom", "by")),
        Column("decision", _("decision")),
    )
    rows = tuple(
        (
            f"{incident.reference}/{number}",
            span.started,
            between(span.started, span.ended),
            span.reason,
            span.entered_by,
            _decision(span),
        )
        for number, span in enumerate(incident.pauses, 1)
    )
    return Table(columns, rows)


def _decision(span: Span) -> str:
    if span.approved is None:
        asked = _("{person} is asked").format(person=span.asked) if span.asked else _("nobody is asked")
        return _("not decided, the clock runs; {asked}").format(asked=asked)
    word = _("approved by {person}") if span.approved else _("refused by {person}")
    return word.format(person=span.decided_by)


def _undecided(incident: Incident, clocks: Sequence[Clock]) -> list[str]:
    said = []
    numbers = undecided(incident)
    if numbers:
        text = ngettext(
            "Pause {pauses} is not approved, so the clocks run: opsctl incident approve {first}",
            "Pauses {pauses} are not approved, so the clocks run: opsctl incident approve {first}",
            len(numbers),
        )
        names = [f"{incident.reference}/{number}" for number in numbers]
        said.append(text.format(pauses=series(names), first=names[0]))
    if is_late_acknowledgement(incident):
        said.append(
            _(
                "Its acknowledgement counts from when it was entered, until somebody else approves the earlier time:"
                " opsctl incident approve {reference}"
            ).format(reference=incident.reference)
        )
    if any(clock.beyond for clock in clocks):
        said.append(_("A clock reaches into a year whose holidays are not known yet."))
    return said


def between(start: datetime | None, end: datetime | None) -> int | float | None:
    """The seconds between two moments; None where one is not known."""
    if start is None or end is None:
        return None
    seconds = (end - start).total_seconds()
    return int(seconds) if seconds.is_integer() else seconds
