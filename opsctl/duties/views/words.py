"""The words for duties and how they stand."""

from datetime import datetime

from opsctl.core.texts import _, between, pgettext, series
from opsctl.core.times import show_duration
from opsctl.duties.rules import Occurrence
from opsctl.duties.terms import Reason, State
from opsctl.rulebook.rules.patrols import Duty, Matching

_CLOCK = 60


def standing(one: Occurrence, now: datetime) -> str:
    """How an occurrence stands at that moment."""
    if one.state is State.CANCELLED:
        return pgettext("duty", "cancelled")
    if one.state is State.WAIVED:
        return pgettext("duty", "waived")
    if one.state is State.DONE:
        return pgettext("duty", "done") if one.is_on_time else pgettext("duty", "done late")
    if one.is_missed(now):
        return pgettext("duty", "missed")
    return pgettext("duty", "open now") if one.opens_at <= now else pgettext("duty", "coming")


def reason_word(reason: str | None) -> str | None:
    """Why an occurrence was cancelled; a reason that a person gave as it stands."""
    words = {
        Reason.RETIRED.value: _("the asset was retired"),
        Reason.NO_MATCH.value: _("the duty is no longer about the asset"),
        Reason.RULES.value: _("the rules were changed"),
        Reason.TAKEN_OUT.value: _("the record that it was counted from was taken out"),
    }
    return None if reason is None else words.get(reason, reason)


def title_of(duty: Duty) -> str | None:
    """Its title in the reader's language."""
    return None if duty.title is None else duty.title.said


def schedule_word(duty: Duty) -> str:
    """When it is due: the schedule as the rulebook says it, or the time since it was last done."""
    if duty.every is not None:
        return _("{length} after the last").format(length=show_duration(duty.every.total_seconds()))
    if duty.at is None:
        return str(duty.schedule)
    clock = f"{duty.at // _CLOCK:02}:{duty.at % _CLOCK:02}"
    return _("{schedule} at {clock}").format(schedule=duty.schedule, clock=clock)


def matching_word(matching: Matching | None) -> str:
    """Which assets it is about."""
    if matching is None:
        return _("no asset")
    said = (
        (_("kind"), matching.kind),
        (_("criticality"), matching.criticality),
        (_("classification"), matching.classification),
        (_("customer"), matching.customer),
        (_("route"), matching.route),
        (_("assets"), series(matching.handles) or None),
    )
    return " · ".join(f"{name}{between(': ')}{value}" for name, value in said if value is not None)


def evidence_word(kind: str, topic: str | None) -> str:
    """What meets it: a kind of record, perhaps of one checklist, policy or template."""
    return kind if topic is None else f"{kind} · {topic}"
