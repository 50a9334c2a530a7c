"""The words of actions in the reader's language."""

from collections.abc import Callable
from datetime import datetime

from opsctl.actions import terms
from opsctl.actions.rules import Action
from opsctl.actions.rules.moves import state_word
from opsctl.actions.terms import Gravity, Kind, Outcome, State
from opsctl.core.texts import _, pgettext
from opsctl.core.void import as_void


def gravity_word(gravity: Gravity) -> str:
    """What the finding was."""
    return {Gravity.FAIL: pgettext("finding", "failed"), Gravity.WARN: pgettext("finding", "warning")}[gravity]


def standing(action: Action, now: datetime) -> str:
    """The state with what else is to be seen at once: overdue, or void."""
    word = state_word(action.state)
    if action.void is not None:
        return f"{word} · {as_void(action.void)}"
    return f"{word} · {_('overdue')}" if action.is_overdue(now) else word


def event_word(kind: str) -> str:
    """What a row of the ledger tells."""
    return {
        terms.ADDED: pgettext("action", "found"),
        terms.SEEN_AGAIN: _("found again"),
        terms.ASSIGNED: _("assigned"),
        terms.DONE: pgettext("action", "done"),
        terms.VERIFIED: pgettext("action", "verified"),
        terms.RETURNED: pgettext("action", "returned"),
        terms.REOPENED: _("reopened"),
        terms.CORRECTED: _("corrected"),
        terms.VOIDED: _("made void"),
        terms.TAKEN_OVER: _("taken over by an incident"),
        "ledger.redacted": _("redacted"),
    }.get(kind, kind)


def event_by_record(kind: str, source: str, outcome: str | None) -> str:
    """What a row of the ledger tells that a record brought about; one of an outcome that is not known here is plain."""
    told = {
        (terms.VERIFIED, None): _("verified by {source}"),
        (terms.RETURNED, Outcome.FAILED): _("returned: {source} failed"),
        (terms.REOPENED, Outcome.FAILED): _("opened again: {source} failed"),
        (terms.REOPENED, Outcome.VOID): _("opened again: {source} is void"),
        (terms.REOPENED, Outcome.CORRECTED): _("opened again: {source} was corrected"),
    }
    found = next((words for (row, why), words in told.items() if (row, why) == (kind, outcome)), None)
    return event_word(kind) if found is None else found.format(source=source)


def kind_word(kind: Kind) -> str:
    """What an improvement does about the next time."""
    return {
        Kind.PREVENT: pgettext("improvement", "prevent"),
        Kind.DETECT: pgettext("improvement", "detect"),
        Kind.MITIGATE: pgettext("improvement", "mitigate"),
        Kind.PROCESS: pgettext("improvement", "process"),
    }[kind]


def field_word(name: str) -> str:
    """A field of the record, as the history names it; one that is not known here stays as it is typed."""
    return {
        "title": _("title"),
        "asset": _("asset"),
        "customer": _("customer"),
        "gravity": _("gravity"),
        "state": _("state"),
        "scope": _("impact"),
        "told_to": pgettext("who", "told"),
        "owner": _("owner"),
        "deadline": _("deadline"),
        "found_at": _("found at"),
        "done_by": _("done by"),
        "done_at": _("done at"),
        "result": _("result"),
        "seen": _("how often found"),
        "kind": _("kind"),
        "verify": _("verified by evidence"),
        "months": _("months watched"),
        "watch_until": _("watched until"),
    }.get(name, name)


FIELD_WORDS: dict[str, Callable[[str], str]] = {
    "gravity": lambda word: gravity_word(Gravity(word)),
    "state": lambda word: state_word(State(word)),
    "kind": lambda word: kind_word(Kind(word)),
}
"""The words of the fields whose values are words of ours."""
