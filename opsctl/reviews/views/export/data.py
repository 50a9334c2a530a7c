"""An export for programs: all of it, under names that are kept."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from opsctl import __version__
from opsctl.actions.views.records import data as action_data
from opsctl.incidents.views.clocks import data as clock_data
from opsctl.ledger.rules import Row
from opsctl.reviews.rules import COLUMNS
from opsctl.reviews.rules.audience import for_customer
from opsctl.reviews.rules.document import Document
from opsctl.reviews.rules.facts import CaseFacts, Earlier
from opsctl.reviews.rules.results import Known
from opsctl.reviews.terms import Audience, State
from opsctl.reviews.views.events import is_late, told
from opsctl.reviews.views.export.course import rows_of
from opsctl.reviews.views.export.record import lasted

_NOT_FOR_CUSTOMERS = frozenset(
    {
        "author", "submitted_by", "approved_by", "closed_by", "facilitator", "participants", "internal", "owner",
        "done_by", "verified_by", "recorded_by", "actor", "assignee", "source", "promised", "told", "seen",
    }
)  # fmt: skip
"""Names of what customers are not given: left out, not empty, so that nothing looks as if nobody had done it."""


def as_data(known: Known, *, audience: Audience) -> dict[str, Any]:
    """The review, what people wrote and what the records say; moments are aware UTC, durations seconds.

    Moments inside words are in the zone of the database, which is told as `zone`. Raise InvalidInput where a review
    for a customer is about several.
    """
    if audience is Audience.CUSTOMER:
        known = for_customer(known)
    review, facts = known.review, known.facts
    found = {
        **{name: getattr(review, name) for name in COLUMNS},
        "title": review.title,
        "subjects": list(review.subjects),
        "held_on": review.held_on,
        "audience": audience,
        "draft": review.state in (State.DRAFT, State.IN_REVIEW),
        "document": _document(review.document),
        "incidents": [_case(one) for one in facts.cases],
        "timeline": _timeline(known, audience),
        "around": [_row(row, audience, facts.zone) for row in _around(known)],
        "earlier": [_earlier(one, facts.gathered_at) for case in facts.cases for one in case.earlier],
        "actions": [action_data(one, facts.gathered_at) for one in facts.actions],
        "discussed": [action_data(one, facts.gathered_at) for one in facts.discussed],
        "since_approval": [_row(row, audience, facts.zone) for row in facts.since_approval],
        "assets": [{"handle": handle, "title": title} for handle, title in facts.assets],
        "customers": [{"code": code, "name": name} for code, name in facts.customers],
        "ledger": {"row": facts.head[0], "hash": facts.head[1]},
        "zone": facts.zone,
        "gathered_at": facts.gathered_at,
        "opsctl": __version__,
    }
    return found if audience is Audience.INTERNAL else _without(found)


def _document(document: Document) -> dict[str, Any]:
    return {name: value for name, value in asdict(document).items() if name not in ("title", "held_on")}


def _case(one: CaseFacts) -> dict[str, Any]:
    case = one.shown.case
    incident, name = case.incident, one.shown.severity_name
    acknowledgement = case.acknowledgement
    return {
        "reference": case.reference,
        "merged": [each.reference for each in case.members],
        "title": incident.title,
        "asset": incident.asset,
        "customer": incident.customer,
        "category": incident.category,
        "state": incident.state,
        "severity": incident.severity,
        "severity_name": None if name is None else {"en": name.en, "zh": name.zh},
        "assignee": incident.assignee,
        "impact_start": case.impact_start,
        "detected": case.detected,
        "opened": case.opened,
        "acknowledged": None if acknowledgement is None else acknowledgement.judged,
        "mitigated": incident.mitigated,
        "restored": case.restored,
        "resolved": incident.resolved,
        "closed": incident.closed,
        "cause": incident.cause,
        "handling": incident.handling,
        "result": incident.result,
        "lasted": lasted(one),
        "lost": one.lost,
        "review_due": one.due,
        "review_within": one.due_written,
        "clocks": [clock_data(clock) for clock in one.shown.clocks],
        "impacts": [
            {"kind": span.kind, "started": span.started, "ended": span.ended, "weight": span.weight / 1000}
            for span in case.impacts
        ],
        "pauses": [
            {"started": span.started, "ended": span.ended, "reason": span.reason, "approved": span.approved}
            for span in incident.pauses
        ],
    }


def _timeline(known: Known, audience: Audience) -> dict[str, Any]:
    document = known.review.document
    notes = dict(document.notes)
    return {
        "rows": [{**_row(row, audience, known.facts.zone), "note": notes.get(row.seq)} for row in rows_of(known)],
        "added": [asdict(line) for line in document.added],
        "left_out": len(document.hidden),
    }


def _row(row: Row, audience: Audience, zone: str) -> dict[str, Any]:
    return {
        "row": row.seq,
        "happened_at": row.happened_at,
        "recorded_at": row.recorded_at,
        "late": is_late(row),
        "kind": row.kind,
        "subject": row.subject,
        "asset": row.about,
        "actor": row.actor,
        "words": told(row, zone=zone, by=audience is Audience.INTERNAL),
    }


def _around(known: Known) -> list[Row]:
    rows = {row.seq: row for case in known.facts.cases for row in case.around}
    return sorted(rows.values(), key=lambda row: (row.happened_at, row.seq))


def _earlier(one: Earlier, now: datetime) -> dict[str, Any]:
    incident = one.incident
    return {
        "reference": incident.reference,
        "title": incident.title,
        "asset": incident.asset,
        "opened": incident.opened,
        "resolved": incident.resolved,
        "cause": incident.cause,
        "same_asset": one.same_asset,
        "same_cause": one.same_cause,
        "reviews": list(one.reviews),
        "promised": [action_data(action, now) for action in one.actions],
    }


def _without(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _without(one) for name, one in value.items() if name not in _NOT_FOR_CUSTOMERS}
    return [_without(one) for one in value] if isinstance(value, list | tuple) else value
