"""One action, ready to be shown."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from opsctl.actions.rules import Action
from opsctl.actions.rules.evidence import awaited, read_query
from opsctl.actions.terms import ADDED, SEEN_AGAIN, State
from opsctl.actions.views.words import (
    FIELD_WORDS,
    event_by_record,
    event_word,
    field_word,
    gravity_word,
    kind_word,
    standing,
)
from opsctl.core import changes
from opsctl.core.report import Column, Fields, Kind, Phrase, Report, Table
from opsctl.core.texts import _, pgettext
from opsctl.core.void import Void, void_word

if TYPE_CHECKING:
    from opsctl.ledger.rules import Row

_TOLD = ("text", "to", "result", "incident", "reason")


def data(action: Action, now: datetime) -> dict[str, Any]:
    """An action for programs."""
    every = {name: getattr(action, name) for name in Action.__dataclass_fields__}
    return {**every, "overdue": action.is_overdue(now)}


def shown(action: Action, rows: "Sequence[Row]", now: datetime) -> Report:
    """One action: its words, its times, and what happened to it."""
    from opsctl.ledger.rules import read_facts

    events = [
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
    return Report(
        kind="action",
        data={**data(action, now), "events": events},
        parts=(Fields(_pairs(action, now)), _history(rows)),
        remarks=_remarks(action),
        references=(action.reference,),
    )


def _pairs(action: Action, now: datetime) -> tuple[tuple[str, Any, Kind], ...]:
    always: list[tuple[str, Any, Kind]] = [
        (_("reference"), action.reference, Kind.REFERENCE),
        (_("title"), action.title, Kind.TEXT),
        (_("asset"), action.asset, Kind.REFERENCE),
        (_("state"), standing(action, now), Kind.TEXT),
        (_("gravity"), gravity_word(action.gravity), Kind.TEXT),
        (_("owner"), action.owner, Kind.TEXT),
        (_("deadline"), action.deadline, Kind.MOMENT),
        (_("found at"), action.found_at, Kind.MOMENT),
        (_("found by"), action.recorded_by, Kind.TEXT),
        (_("impact"), action.impact, Kind.TEXT),
        (pgettext("who", "told"), action.told, Kind.TEXT),
    ]
    where_known: list[tuple[str, Any, Kind]] = [
        (_("kind"), None if action.kind is None else kind_word(action.kind), Kind.TEXT),
        (_("verified by evidence"), action.verify, Kind.TEXT),
        (_("months watched"), action.months, Kind.COUNT),
        (_("customer"), action.customer, Kind.REFERENCE),
        (_("found in"), action.source, Kind.REFERENCE),
        (_("how often found"), action.seen if action.seen > 1 else None, Kind.COUNT),
        (_("result"), action.result, Kind.TEXT),
        (_("done by"), action.done_by, Kind.TEXT),
        (_("done at"), action.done_at, Kind.MOMENT),
        (_("verified by"), action.verified_by, Kind.TEXT),
        (_("verified at"), action.verified_at, Kind.MOMENT),
        (_("watched until"), action.watch_until, Kind.MOMENT),
        (_("taken over by"), action.incident, Kind.REFERENCE),
    ]
    return (*always, *(pair for pair in where_known if pair[1] is not None))


def _history(rows: "Sequence[Row]") -> Table:
    columns = (
        Column("happened", _("happened"), Kind.MOMENT),
        Column("event", _("event")),
        Column("actor", pgettext("whom", "by")),
        Column("text", _("text")),
        Column("row", _("row"), Kind.COUNT),
    )
    cells = tuple((row.happened_at, event_of(row), row.actor, text_of(row), row.seq) for row in rows)
    return Table(columns, cells)


def event_of(row: "Row") -> str:
    """What a row of the ledger tells of an action, with the record that brought it about."""
    from opsctl.ledger.rules import read_facts

    facts = {} if row.facts is None else read_facts(row.facts)
    source = facts.get("by")
    return event_by_record(row.kind, source, facts.get("evidence")) if isinstance(source, str) else event_word(row.kind)


def text_of(row: "Row") -> Phrase | str | None:
    """What a row of the ledger says of an action beside its event; None where that is nothing."""
    from opsctl.ledger.rules import read_facts

    if row.facts is None:
        return _("(redacted)")
    facts = read_facts(row.facts)
    if row.kind == ADDED:
        names: tuple[str, ...] = ("title", "scope", "source")
    else:
        names = ("title", "source", *_TOLD) if row.kind == SEEN_AGAIN else _TOLD
    written = [str(facts[name]) for name in names if isinstance(facts.get(name), str)]
    if "because" in facts:
        written.insert(0, void_word(Void(facts["because"])))
    return changes.joined([*written, *changes.told(facts, field_word, FIELD_WORDS)])


def _remarks(action: Action) -> tuple[str, ...]:
    if action.verify is not None and action.state is State.DONE and action.void is None:
        return (awaited(read_query(action.verify)),)
    if action.incident is None or action.done_at is not None:
        return ()
    told = _("{incident} settles it; once that is done, say so: opsctl action done {reference}")
    return (told.format(incident=action.incident, reference=action.reference),)
