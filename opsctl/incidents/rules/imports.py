"""What becomes of another tool's record.

Nothing in it is mended; a record that contradicts itself is rejected with the reason.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from opsctl.core.texts import _
from opsctl.core.times import utc_text
from opsctl.incidents.rules.life import Incident, Span
from opsctl.incidents.terms import Flag, Level, SpanKind, State

MOMENTS = ("impact_start", "detected", "opened", "acknowledged", "mitigated", "restored", "resolved", "closed")
_STATES = (
    (State.OPEN, "opened"),
    (State.ACKNOWLEDGED, "acknowledged"),
    (State.MITIGATED, "mitigated"),
    (State.RESOLVED, "resolved"),
    (State.CLOSED, "closed"),
)


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record that is not taken, with a sentence that says why."""

    reason: str


def from_record(
    values: dict[str, Any], *, key: str, source: str, digest: str, asset: str | None, reference: str, now: datetime
) -> Incident | Rejected:
    """The incident that a mapped record means, or why it is none.

    `values` has our fields: words, and aware datetimes. An instant in the future, a restoration before the impact
    began, a closing before the resolution are contradictions. Everything else is kept as it was said: a missing title
    is the key, a missing opening the earliest instant there is.
    """
    known = {name: values[name] for name in MOMENTS if name in values}
    if not known:
        return Rejected(_("no time at all: opened is missing"))
    late = [name for name in (*MOMENTS, "entered_at") if name in values and values[name] > now]
    if late:
        moment = utc_text(values[late[0]])
        return Rejected(_("{field} is in the future: {moment}").format(field=late[0], moment=moment))
    opened = known.get("opened") or min(known.values())
    reason = _contradiction(known, opened)
    if reason:
        return Rejected(reason)
    spans = _state_spans({**known, "opened": opened})
    state = spans[-1].state
    return Incident(
        reference=reference,
        title=values.get("title") or key,
        asset=asset,
        impact=Level(values.get("impact", Level.MEDIUM)),
        urgency=Level(values.get("urgency", Level.MEDIUM)),
        state=state or State.OPEN,
        impact_start=known.get("impact_start"),
        detected=known.get("detected"),
        opened=opened,
        cause=values.get("cause"),
        handling=values.get("handling"),
        result=values.get("result"),
        entered_at=values.get("entered_at"),
        recorded_at=now,
        source=source,
        source_key=key,
        source_digest=digest,
        spans=(*spans, *_impact_spans(values, known, opened)),
    )


def incomplete(values: dict[str, Any], asset: str | None) -> list[Flag]:
    """What the record did not say and a reader would miss."""
    found = []
    if asset is None:
        found.append(Flag.NO_ASSET)
    if "title" not in values:
        found.append(Flag.NO_TITLE)
    if "opened" not in values:
        found.append(Flag.NO_OPENING)
    return found


def _contradiction(known: dict[str, datetime], opened: datetime) -> str:
    start = known.get("impact_start") or known.get("detected") or opened
    restored, resolved, closed = known.get("restored"), known.get("resolved"), known.get("closed")
    if restored is not None and restored < start:
        return _("restored {moment} is before the impact began").format(moment=utc_text(restored))
    for name in ("acknowledged", "mitigated", "resolved", "closed"):
        if name in known and known[name] < min(start, opened):
            return _("{field} {moment} is before the impact began").format(field=name, moment=utc_text(known[name]))
    if closed is not None and resolved is not None and closed < resolved:
        return _("closed {moment} is before it was resolved").format(moment=utc_text(closed))
    return ""


def _state_spans(instants: dict[str, datetime]) -> list[Span]:
    entered = [(state, instants[name]) for state, name in _STATES if name in instants]
    ends = [moment for _state, moment in entered[1:]]
    return [
        Span(SpanKind.STATE, state, moment, end) for (state, moment), end in zip(entered, [*ends, None], strict=True)
    ]


def _impact_spans(values: dict[str, Any], known: dict[str, datetime], opened: datetime) -> tuple[Span, ...]:
    start = known.get("impact_start") or known.get("detected") or opened
    if values.get("outage"):
        # An outage whose end was not written down lasted, as far as anybody knows, until the fault was gone.
        end = known.get("restored") or known.get("resolved") or known.get("closed")
        return (Span(SpanKind.OUTAGE, None, start, None if end is None else max(start, end)),)
    if "restored" in known:
        return (Span(SpanKind.IMPACT, None, start, known["restored"]),)
    return ()
