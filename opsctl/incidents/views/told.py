"""What was done with incidents, ready to be said: a line for each, and what runs from now on."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from opsctl.core.report import Fields, Kind, Report, Text
from opsctl.core.texts import _, pgettext, series
from opsctl.incidents import terms
from opsctl.incidents.rules.clocks import ClockKind
from opsctl.incidents.rules.life import FULL, Case, Incident
from opsctl.incidents.rules.results import Corrected, Opened
from opsctl.incidents.terms import State
from opsctl.incidents.views import clocks as clock_views
from opsctl.incidents.views.records import case_data, data
from opsctl.incidents.views.words import severity_word, share_word


def opened(found: Opened) -> Report:
    """A new incident: what it is, what runs against its opener, what to start, and its likely twin."""
    incident = found.incident
    line = _("{reference} opened: {title} · {asset}").format(
        reference=incident.reference, title=incident.title, asset=incident.asset or "–"
    )
    if incident.outages:
        line += " · " + pgettext("state", "down")
        if incident.outages[0].weight < FULL:
            line += f" {share_word(incident.outages[0].weight)}"
    if incident.drill:
        line += " · " + _("drill: it counts nowhere")
    pairs: list[tuple[str, Any, Kind]] = []
    if incident.severity is not None:
        pairs.append((_("severity"), severity_word(incident.severity, found.severity_name), Kind.TEXT))
    pairs += clock_views.pairs(found.clocks)
    if incident.assignee is None:
        nobody = _("nobody yet: opsctl ack {reference}").format(reference=incident.reference)
        pairs.append((_("who has it"), nobody, Kind.TEXT))
    elif incident.acknowledged is None:
        waiting = _("{person}, not acknowledged yet").format(person=incident.assignee)
        pairs.append((_("who has it"), waiting, Kind.TEXT))
    if found.wants_plan:
        plan = _("start it: opsctl incident plan {reference}").format(reference=incident.reference)
        pairs.append((_("emergency plan"), plan, Kind.TEXT))
    if found.origin is not None:
        pairs.append((_("from the action"), found.origin, Kind.REFERENCE))
    if found.twin is not None:
        twin = _("{twin} {title}; if so: opsctl merge {reference} --into {twin}").format(
            twin=found.twin.reference, title=found.twin.title, reference=incident.reference
        )
        pairs.append((_("maybe the same"), twin, Kind.TEXT))
    points, points_data = _restore_points(found)
    pairs += points
    parts: list[Any] = [Text((line,))]
    if pairs:
        parts.append(Fields(tuple(pairs)))
    return Report(
        kind=terms.OPENED,
        data={
            **data(incident),
            "clocks": [clock_views.data(clock) for clock in found.clocks],
            "plan_wanted": found.wants_plan,
            "twin": None if found.twin is None else found.twin.reference,
            "action": found.origin,
            "restore_points": points_data,
        },
        parts=tuple(parts),
        remarks=tuple(_without_asset(incident, found.near)),
        references=(incident.reference,),
        following=_following(incident),
    )


def _restore_points(found: Opened) -> tuple[list[tuple[str, Any, Kind]], list[dict[str, Any]]]:
    if not found.restore_points:
        return [], []
    from opsctl.incidents.views import restoring  # most openings have nothing to tell of backups, and wait for nothing

    return restoring.pairs(found.restore_points), [restoring.data(one) for one in found.restore_points]


def _following(incident: Incident) -> str | None:
    """What is typed next on the way to closing, and to its review; None where it is void."""
    if incident.void is not None:
        return None
    reference = incident.reference
    texts = [name for name in ("cause", "handling", "result") if getattr(incident, name) is None]
    asked = " ".join(f"--{name} '…'" for name in texts)
    if incident.state is State.RESOLVED:
        return f"opsctl incident close {reference} {asked}".rstrip()
    if incident.state is State.CLOSED and not incident.drill:
        return f"opsctl review start {reference}"
    if incident.state not in terms.UNRESOLVED:
        return None
    if incident.state is State.OPEN:
        return f"opsctl ack {reference}"
    if any(span.ended is None for span in incident.outages):
        return f"opsctl restored {reference}"
    return f"opsctl resolve {reference} {asked}".rstrip()


def _without_asset(incident: Incident, near: Sequence[str]) -> list[str]:
    if incident.asset is not None:
        return []
    asset = near[0] if near else _("ASSET")
    said = _(
        "No asset is named by the first word, so it counts in no availability. Name one:"
        " opsctl incident correct {reference} asset={asset} --reason {reason}"
    ).format(reference=incident.reference, asset=asset, reason=_("typo"))
    if len(near) > 1:
        said += " " + _("Did you mean {names}?").format(names=series(near))
    return [said]


def done(cases: Sequence[Case], kind: str) -> Report:
    """One line for each incident about what was done; `kind` is that of its ledger row."""
    told = {
        terms.ACKNOWLEDGED: _("{reference} acknowledged: {title} · {asset}"),
        terms.NOTED: _("{reference} noted: {title} · {asset}"),
        terms.ASSIGNED: _("{reference} assigned to {person}: {title} · {asset}"),
        terms.ESCALATED: _("{reference} escalated to {escalated}: {title} · {asset}"),
        terms.RECLASSIFIED: _("{reference} judged anew, severity {severity}: {title} · {asset}"),
        terms.MITIGATED: _("{reference} mitigated: {title} · {asset}"),
        terms.DOWN: _("{reference} down{share}: {title} · {asset}"),
        terms.RESTORED: _("{reference} restored{still}: {title} · {asset}"),
        terms.RESOLVED: _("{reference} resolved: {title} · {asset}"),
        terms.REOPENED: _("{reference} reopened: {title} · {asset}"),
        terms.CLOSED: _("{reference} closed: {title} · {asset}"),
        terms.PAUSED: _("{reference} paused as {reference}/{pause}: {title} · {asset}"),
        terms.RESUMED: _("{reference} resumed: {title} · {asset}"),
        terms.PAUSE_APPROVED: _("{reference} approved: {title} · {asset}"),
        terms.PAUSE_REFUSED: _("{reference} refused: {title} · {asset}"),
        terms.MERGED: _("{reference} has {members} merged into it: {title} · {asset}"),
        terms.SPLIT: _("{reference} stands on its own again: {title} · {asset}"),
        terms.CORRECTED: _("{reference} corrected: {title} · {asset}"),
        terms.VOIDED: _("{reference} is void and counts nowhere: {title} · {asset}"),
        terms.UNVOIDED: _("{reference} counts again: {title} · {asset}"),
        terms.PLAN_STARTED: _("{reference} emergency plan started: {title} · {asset}"),
    }[kind]
    lines = [told.format(**_names(case)) for case in cases]
    parts: list[Any] = [Text(tuple(lines))] if lines else []
    if len(cases) == 1 and kind in _MOVES_CLOCKS and (due := _dues(cases[0].incident)):
        parts.append(Fields(due))
    return Report(
        kind=kind,
        data=[case_data(case) for case in cases],
        parts=tuple(parts),
        remarks=tuple(_to_be_approved(cases)) if kind == terms.PAUSED else (),
        references=tuple(case.reference for case in cases),
        following=_following(cases[0].incident) if len(cases) == 1 and kind in _ON_THE_WAY else None,
    )


_ON_THE_WAY = frozenset(
    {
        terms.ACKNOWLEDGED, terms.MITIGATED, terms.DOWN, terms.RESTORED, terms.RESOLVED, terms.REOPENED, terms.CLOSED,
        terms.PLAN_STARTED, terms.RESUMED,
    }
)  # fmt: skip
_MOVES_CLOCKS = frozenset(
    {terms.RECLASSIFIED, terms.REOPENED, terms.RESUMED, terms.PAUSE_APPROVED, terms.PAUSE_REFUSED, terms.CORRECTED}
)


def _dues(incident: Incident) -> tuple[tuple[str, Any, Kind], ...]:
    """By when an unresolved incident wants what: what a move of its clocks came to."""
    if incident.state not in terms.UNRESOLVED or not incident.counts:
        return ()
    told = []
    if incident.acknowledged is None and incident.response_due is not None:
        told.append((clock_views.due_word(ClockKind.RESPONSE), incident.response_due, Kind.MOMENT))
    if incident.restored is None and incident.restore_due is not None:
        told.append((clock_views.due_word(ClockKind.RESTORE), incident.restore_due, Kind.MOMENT))
    return tuple(told)


def corrected(found: Corrected) -> Report:
    """A line for each incident that was corrected, and which months' figures differ from now on."""
    report = done(found.cases, terms.CORRECTED)
    changed = _("{reference} corrected: {title} · {asset}")
    same = _("{reference} says so already, nothing was changed: {title} · {asset}")
    lines = tuple(
        (same if case.reference in found.unchanged else changed).format(**_names(case)) for case in found.cases
    )
    said: list[str] = []
    if found.months:
        several = len(found.months) > _MOST_MONTHS
        shown = f"{found.months[0]} … {found.months[-1]}" if several else series(found.months)
        said.append(_("This may change figures of {months}; what is frozen stays.").format(months=shown))
    others = () if found.unchanged else report.parts[1:]
    return replace(report, parts=(Text(lines), *others), remarks=(*report.remarks, *said))


_MOST_MONTHS = 3


def _to_be_approved(cases: Sequence[Case]) -> list[str]:
    told = _("The clock runs until somebody else says: opsctl incident approve {reference}/{pause}")
    return [told.format(**_names(case)) for case in cases]


def _names(case: Case) -> dict[str, Any]:
    incident = case.incident
    weight = max((span.weight for span in case.lasting), default=0)
    return {
        "reference": incident.reference,
        "title": incident.title,
        "asset": incident.asset or "–",
        "person": incident.assignee or "–",
        "escalated": incident.escalated_to or "–",
        "severity": incident.severity or "–",
        "pause": len(incident.pauses),
        "share": "" if weight in (0, FULL) else f" {share_word(weight)}",
        "still": _(", but {share} is lost").format(share=share_word(weight)) if weight else "",
        "members": series(one.reference for one in case.members) or "–",
    }
