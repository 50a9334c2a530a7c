"""The words of incidents in the reader's language."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from opsctl.core.texts import _, beside, pgettext, series
from opsctl.incidents import terms
from opsctl.incidents.rules.clocks import ClockKind, ClockState
from opsctl.incidents.rules.life import FULL, Span
from opsctl.incidents.rules.words import state_word
from opsctl.incidents.terms import Category, Flag, Level, Response, SpanKind
from opsctl.rulebook.rules import Words

if TYPE_CHECKING:
    from opsctl.people.rules import PersonView


def level_word(level: Level) -> str:
    """The level in the reader's language."""
    return {Level.LOW: _("low"), Level.MEDIUM: _("medium"), Level.HIGH: _("high")}[level]


def category_word(category: Category) -> str:
    """The category in the reader's language."""
    return {
        Category.FAULT: pgettext("category", "fault"),
        Category.SECURITY: pgettext("category", "security"),
        Category.EMERGENCY: pgettext("category", "emergency"),
    }[category]



def severity_word(severity: int | None, name: Words | None) -> str | None:
    """The severity as `1 · major`; None where none was judged."""
    if severity is None:
        return None
    if name is None:
        return str(severity)
    return f"{severity} · {name.said}"


def flag_word(flag: Flag) -> str:
    """What is worth a look, as a sentence."""
    return {
        Flag.RESTORED_BEFORE_OPENED: _("Restored before it was opened."),
        Flag.RESTORED_AFTER_RESOLVED: _("Restored after it was resolved."),
        Flag.OPENED_BEFORE_IMPACT: _("Opened before its impact began."),
        Flag.RESOLVED_BEFORE_OPENED: _("Resolved before it was opened."),
        Flag.NO_ASSET: _("No asset: it counts in no availability."),
        Flag.NO_TITLE: _("No title."),
        Flag.NO_OPENING: _("When it was opened is not known."),
        Flag.LATE_ENTRY: _("Some of its times were entered later than 15 minutes after they happened."),
    }[flag]


def span_word(span: Span) -> str:
    """What lasted: a state, an outage with its share, an impact, a pause with its reason."""
    if span.state is not None:
        return state_word(span.state)
    if span.kind is SpanKind.PAUSE:
        return _("pause: {reason}").format(reason=span.reason or "–")
    word = pgettext("span", "outage") if span.kind is SpanKind.OUTAGE else pgettext("span", "impact")
    return word if span.weight == FULL else f"{word} {share_word(span.weight)}"


def share_word(weight: int) -> str:
    """A share in thousandths as per cent: `30 %`, `12.5 %`."""
    whole, tenth = divmod(weight, 10)
    return f"{whole}.{tenth} %" if tenth else f"{whole} %"


def contact(person: "PersonView") -> str:
    """How to reach a person, as a sentence: nothing is sent to them by itself."""
    ways = series(way for way in (person.phone, person.email) if way)
    name = person.handle if person.name == person.handle else beside(person.handle, person.name)
    if not ways:
        return _("Not paged; no phone and no email of {person} is recorded.").format(person=name)
    return _("Not paged, so call {person}: {ways}").format(person=name, ways=ways)


def response_word(response: Response | None) -> str:
    """How an acknowledgement came about."""
    if response is None:
        return ""
    return {
        Response.SELF: _("by who opened it"),
        Response.PERSON: "",
        Response.BATCH: _("in a batch"),
        Response.IMPLIED: _("implied by the first move"),
        Response.IMPORTED: _("as the source says"),
    }[response]


def clock_word(kind: ClockKind) -> str:
    """What a clock measures."""
    return {ClockKind.RESPONSE: pgettext("clock", "response"), ClockKind.RESTORE: pgettext("clock", "restore")}[kind]


def clock_state_word(state: ClockState) -> str:
    """How a clock stands."""
    return {
        ClockState.RUNNING: pgettext("clock", "running"),
        ClockState.WARNING: pgettext("clock", "nearly over"),
        ClockState.PAUSED: pgettext("clock", "paused"),
        ClockState.OVERDUE: pgettext("clock", "overdue"),
        ClockState.MET: pgettext("clock", "in time"),
        ClockState.MISSED: pgettext("clock", "late"),
    }[state]


def event_word(kind: str) -> str:
    """What a row of the ledger tells."""
    return {
        terms.OPENED: pgettext("state", "opened"),
        terms.ACKNOWLEDGED: pgettext("state", "acknowledged"),
        terms.NOTED: _("note"),
        terms.ASSIGNED: _("assigned"),
        terms.ESCALATED: _("escalated"),
        terms.RECLASSIFIED: _("judged anew"),
        terms.MITIGATED: pgettext("state", "mitigated"),
        terms.DOWN: pgettext("state", "down"),
        terms.RESTORED: pgettext("state", "restored"),
        terms.RESOLVED: pgettext("state", "resolved"),
        terms.REOPENED: _("reopened"),
        terms.CLOSED: pgettext("state", "closed"),
        terms.PAUSED: _("paused"),
        terms.RESUMED: _("resumed"),
        terms.PAUSE_APPROVED: _("pause approved"),
        terms.PAUSE_REFUSED: _("pause refused"),
        terms.COUNTERSIGNED: _("acknowledgement countersigned"),
        terms.MERGED: pgettext("state", "merged"),
        terms.SPLIT: _("merging taken back"),
        terms.CORRECTED: _("corrected"),
        terms.VOIDED: _("made void"),
        terms.UNVOIDED: _("no longer void"),
        terms.PLAN_STARTED: _("emergency plan started"),
        terms.IMPORTED: _("imported"),
        terms.IMPORT_UPDATED: _("imported again, changed"),
        "ledger.redacted": _("redacted"),
    }.get(kind, kind)


def field_word(name: str) -> str:
    """A field of the record, as the timeline names it; one that is not known here stays as it is typed."""
    return {
        "title": _("title"),
        "asset": _("asset"),
        "customer": _("customer"),
        "category": _("category"),
        "impact": _("impact"),
        "urgency": _("urgency"),
        "severity": _("severity"),
        "rules": _("generation of the rules"),
        "assignee": _("who has it"),
        "cause": _("cause"),
        "handling": _("handling"),
        "result": _("result"),
        "impact_start": _("impact start"),
        "detected": _("detected"),
        "opened": _("opened"),
        "acknowledged": _("acknowledged"),
        "mitigated": _("mitigated"),
        "restored": _("restored"),
        "resolved": _("resolved"),
        "closed": _("closed"),
        "told": _("customer told"),
        "plan": _("emergency plan"),
        "plan_started": _("emergency plan started"),
    }.get(name, name)


FIELD_WORDS: dict[str, Callable[[str], str]] = {
    "impact": lambda word: level_word(Level(word)),
    "urgency": lambda word: level_word(Level(word)),
    "category": lambda word: category_word(Category(word)),
}
"""The words of the fields whose values are words of ours."""
