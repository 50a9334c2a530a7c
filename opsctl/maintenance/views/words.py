"""The words of maintenance and patches in the reader's language, and the history of a record."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from opsctl.core import changes
from opsctl.core.report import Cell, Column, Kind, Phrase, Report, Table, choose_columns
from opsctl.core.texts import _, ngettext, pgettext
from opsctl.core.void import Void, as_void, void_word
from opsctl.maintenance import terms
from opsctl.maintenance.rules.patches import state_word
from opsctl.maintenance.terms import Backup, Outcome, PatchState

if TYPE_CHECKING:
    from opsctl.ledger.rules import Row

_TOLD = ("title", "reason", "work", "owner")
_MOMENTS = ("until", "due_at")


def outcome_word(outcome: Outcome) -> str:
    """How a maintenance ended."""
    return {
        Outcome.DONE: pgettext("outcome", "done"),
        Outcome.REPAIRED: pgettext("outcome", "repaired"),
        Outcome.REPLACED: pgettext("outcome", "replaced"),
        Outcome.WATCHED: pgettext("outcome", "to be watched"),
    }[outcome]


def backup_word(backup: Backup) -> str:
    """Whether the configuration was saved before."""
    return {
        Backup.TAKEN: pgettext("configuration saved", "yes"),
        Backup.NOT_TAKEN: pgettext("configuration saved", "no"),
        Backup.NOT_APPLICABLE: pgettext("configuration saved", "not applicable"),
    }[backup]


def with_void(word: str, void: Void | None) -> str:
    """The word, and that the record is void where it is, and why."""
    return word if void is None else f"{word} · {as_void(void)}"


def left_out(total: int, shown: int) -> tuple[str, ...]:
    """How many records a list left out, if any."""
    left = total - shown
    more = ngettext("{count} more; see them with --limit 0.", "{count} more; see them with --limit 0.", left)
    return (more.format(count=left),) if left else ()


def with_columns(report: Report, wanted: str | None, usual: str) -> Report:
    """The list with the columns that are wanted, or with the usual ones: then CSV has all of them, as JSON has."""
    return choose_columns(report, usual) if wanted is None else choose_columns(replace(report, sheet=None), wanted)


def history(rows: "Sequence[Row]") -> Table:
    """What happened to a record, by its rows of the ledger, in the order of writing."""
    columns = (
        Column("recorded", pgettext("when", "recorded"), Kind.MOMENT),
        Column("event", _("event")),
        Column("actor", pgettext("whom", "by")),
        Column("text", _("text")),
        Column("row", _("row"), Kind.COUNT),
    )
    cells = tuple((row.recorded_at, event_word(row.kind), row.actor, text_of(row), row.seq) for row in rows)
    return Table(columns, cells, title=pgettext("of a record", "History"))


def history_data(rows: "Sequence[Row]") -> list[dict[str, Any]]:
    """The same for programs."""
    from opsctl.ledger.rules import read_facts

    return [
        {
            "seq": row.seq,
            "kind": row.kind,
            "happened_at": row.happened_at,
            "recorded_at": row.recorded_at,
            "actor": row.actor,
            "facts": None if row.facts is None else read_facts(row.facts),
        }
        for row in rows
    ]


def event_word(kind: str) -> str:
    """What a row of the ledger tells."""
    return {
        terms.LOGGED: pgettext("event", "logged"),
        terms.WORK_CORRECTED: _("corrected"),
        terms.WORK_VOIDED: _("made void"),
        terms.PATCH_ADDED: pgettext("event", "added"),
        terms.PATCH_DECIDED: pgettext("event", "decided"),
        terms.PATCH_INSTALLED: pgettext("event", "installed"),
        terms.PATCH_DEFERRED: pgettext("event", "deferred"),
        terms.PATCH_ASSIGNED: _("assigned"),
        terms.PATCH_VOIDED: _("made void"),
        "ledger.redacted": _("redacted"),
    }.get(kind, kind)


def text_of(row: "Row") -> Phrase | str | None:
    """What a row of the ledger says of a maintenance or a patch beside its event; None where that is nothing."""
    from opsctl.ledger.rules import read_facts

    if row.facts is None:
        return _("(redacted)")
    facts = read_facts(row.facts)
    moments = [Cell(datetime.fromisoformat(facts[name]), Kind.MOMENT) for name in _MOMENTS if facts.get(name)]
    written = [facts[name] for name in _TOLD if isinstance(facts.get(name), str)]
    if facts.get("state") == PatchState.NOT_APPLICABLE:
        written.insert(0, state_word(PatchState.NOT_APPLICABLE))
    if "because" in facts:
        written.insert(0, void_word(Void(facts["because"])))
    return changes.joined([*written, *changes.told(facts, _field_word, _FIELD_WORDS), *moments])


def _field_word(name: str) -> str:
    return {
        "title": _("title"),
        "topic": _("topic"),
        "procedure": _("procedure"),
        "backup": _("configuration saved"),
        "outcome": _("outcome"),
        "result": _("result"),
        "window": _("window"),
        "started_at": pgettext("when", "begun"),
        "done_at": pgettext("when", "done"),
        "owner": pgettext("action", "who has it"),
    }.get(name, name)


_FIELD_WORDS: dict[str, Callable[[str], str]] = {
    "outcome": lambda word: outcome_word(Outcome(word)),
    "backup": lambda word: backup_word(Backup(word)),
}
