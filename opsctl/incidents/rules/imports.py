"""What becomes of another tool's record.

Nothing in it is mended; a record that contradicts itself is rejected with the reason.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from opsctl.core.texts import _
from opsctl.core.times import utc_text
from opsctl.incidents.rules.clocks import stamped
from opsctl.incidents.rules.life import Case, Incident, Span
from opsctl.incidents.terms import Category, Flag, Level, Response, SpanKind, State
from opsctl.rulebook.rules import Limits, Rules
from opsctl.rulebook.terms import Starts

MOMENTS = ("impact_start", "detected", "opened", "acknowledged", "mitigated", "restored", "resolved", "closed")
_JUDGED = {"impact", "urgency", "severity"}
_MICROSECOND = timedelta(microseconds=1)
Episode = Mapping[str, datetime]
"""What happened until it was opened again: its instants, and in all but the first `reopened`."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record that is not taken, with a sentence that says why."""

    reason: str


def from_record(
    values: dict[str, Any],
    *,
    key: str,
    source: str,
    digest: str,
    asset: str | None,
    customer: str | None = None,
    reference: str,
    now: datetime,
    rules_at: Callable[[datetime], Rules],
    episodes: Sequence[Episode] = (),
) -> Incident | Rejected:
    """The incident that a mapped record means, or why it is none.

    `values` has our fields: words, and aware datetimes; `episodes` the instants of a record that was opened again.
    Where impact, urgency or severity were said it is judged by the rules of its opening, `rules_at`. An instant in the
    future, a restoration before the impact began, a closing before the resolution are contradictions. Everything else
    is kept as it was said: a missing title is the key, a missing opening the earliest instant there is.
    """
    known = {name: values[name] for name in MOMENTS if name in values}
    if not known:
        return Rejected(_("no time at all: opened is missing"))
    opened = known.get("opened") or min(known.values())
    late = _late(values, episodes, now)
    episodes = episodes or (known,)
    reason = late or _contradiction(known, opened, episodes)
    if reason:
        return Rejected(reason)
    spans = _state_spans(opened, episodes)
    impact, urgency = Level(values.get("impact", Level.MEDIUM)), Level(values.get("urgency", Level.MEDIUM))
    severity = None if "severity" not in values else int(values["severity"])
    rules = Rules() if _JUDGED.isdisjoint(values) else rules_at(opened)
    severity = severity or (rules.severity_of(impact, urgency) if rules.generation else None)
    limits = rules.limits_of(severity, customer)
    response_due, restore_due = (None, None) if limits is None else _dues(known, opened, limits, rules)
    incident = Incident(
        reference=reference,
        title=values.get("title") or key,
        asset=asset,
        impact=impact,
        urgency=urgency,
        state=spans[-1].state or State.OPEN,
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
        spans=(*spans, *_impact_spans(values, known, opened, episodes)),
        customer=customer,
        category=Category(values.get("category", Category.FAULT)),
        severity=severity,
        assignee=values.get("assignee"),
        rules=rules.generation or None,
        response_due=response_due,
        restore_due=restore_due,
    )
    # A reopening leaves a gap in which the clock stood.
    return stamped(Case(incident), rules) if len(episodes) > 1 else incident


def _dues(
    known: dict[str, datetime], opened: datetime, limits: Limits, rules: Rules
) -> tuple[datetime | None, datetime | None]:
    """What `clocks.stamped` says of a record without pauses and reopenings, without taking it apart for that."""
    start = opened
    if limits.starts is Starts.IMPACT:
        start = known.get("impact_start") or known.get("detected") or opened
    elif limits.starts is Starts.DETECTED:
        start = known.get("detected") or opened
    reaches = rules.calendar_of(limits.calendar).reaches
    response = None if limits.response is None else reaches(start, limits.response // _MICROSECOND)
    restore = None if limits.restore is None else reaches(start, limits.restore // _MICROSECOND)
    return response, restore


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


def _late(values: dict[str, Any], episodes: Sequence[Episode], now: datetime) -> str:
    said = [(name, values[name]) for name in (*MOMENTS, "entered_at") if name in values]
    for episode in episodes:
        said += episode.items()
    for name, moment in said:
        if moment > now:
            return _("{field} is in the future: {moment}").format(field=name, moment=utc_text(moment))
    return ""


def _contradiction(known: dict[str, datetime], opened: datetime, episodes: Sequence[Episode]) -> str:
    start = known.get("impact_start") or known.get("detected") or opened
    first = min(start, opened)
    for episode in episodes:
        restored, resolved, closed = episode.get("restored"), episode.get("resolved"), episode.get("closed")
        if restored is not None and restored < start:
            return _("restored {moment} is before the impact began").format(moment=utc_text(restored))
        for name in ("acknowledged", "mitigated", "resolved", "closed"):
            if name in episode and episode[name] < first:
                moment = utc_text(episode[name])
                return _("{field} {moment} is before the impact began").format(field=name, moment=moment)
        if closed is not None and resolved is not None and closed < resolved:
            return _("closed {moment} is before it was resolved").format(moment=utc_text(closed))
    return ""


def _state_spans(opened: datetime, episodes: Sequence[Episode]) -> list[Span]:
    entered: list[tuple[State, datetime, Response | None]] = [(State.OPEN, opened, None)]
    acknowledged = False
    for episode in episodes:
        working = [(name, episode[name]) for name in ("acknowledged", "mitigated") if name in episode]
        # What was mitigated before somebody took it up: in the order in which it happened.
        working.sort(key=lambda each: each[1])
        reopened = episode.get("reopened")
        if reopened is not None and reopened not in [moment for _name, moment in working]:
            # Whoever had it has it again, unless the source calls it open; nobody is said to have acknowledged it.
            again = acknowledged and episode.get("opened") != reopened
            entered.append((State.ACKNOWLEDGED if again else State.OPEN, reopened, None))
        for name in (*(name for name, _moment in working), "resolved", "closed"):
            if name in episode and entered[-1][0] != name:
                response = Response.IMPORTED if name == State.ACKNOWLEDGED else None
                entered.append((State(name), episode[name], response))
        acknowledged = acknowledged or "acknowledged" in episode
    ends = [moment for _state, moment, _response in entered[1:]]
    return [
        Span(SpanKind.STATE, state, moment, end, response=response)
        for (state, moment, response), end in zip(entered, [*ends, None], strict=True)
    ]


def _impact_spans(
    values: dict[str, Any], known: dict[str, datetime], opened: datetime, episodes: Sequence[Episode]
) -> tuple[Span, ...]:
    spans = []
    for episode in episodes:
        # What was an outage is one again when it is opened again; in between the fault was gone.
        again = episode.get("reopened")
        start = known.get("impact_start") or known.get("detected") or opened
        if again is not None:
            start = episode.get("impact_start", again)
        if values.get("outage"):
            # An outage whose end was not written down lasted, as far as anybody knows, until the fault was gone.
            end = episode.get("restored") or episode.get("resolved") or episode.get("closed")
            spans.append(Span(SpanKind.OUTAGE, None, start, None if end is None else max(start, end)))
        elif "restored" in episode:
            spans.append(Span(SpanKind.IMPACT, None, start, max(start, episode["restored"])))
    return tuple(spans)
