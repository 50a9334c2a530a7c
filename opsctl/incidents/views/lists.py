"""Many incidents, or many events of one, ready to be shown."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from opsctl.core import changes, texts
from opsctl.core.report import Column, Kind, Phrase, Report, Table
from opsctl.core.texts import _, ngettext, pgettext, series
from opsctl.incidents.rules.clocks import Clock, ClockState
from opsctl.incidents.rules.life import Case, Incident
from opsctl.incidents.rules.words import state_word
from opsctl.incidents.terms import Wanted
from opsctl.incidents.views import clocks as clock_views
from opsctl.incidents.views.records import between, case_data
from opsctl.incidents.views.words import FIELD_WORDS, clock_state_word, clock_word, event_word, field_word, share_word

if TYPE_CHECKING:
    from opsctl.ledger.rules import Row

_LATE_SECONDS = 120
_LISTED = "reference,state,severity,asset,opened,down,title"
_IN_HAND = "reference,state,severity,asset,owner,left,title"
_BREACHING = "reference,severity,asset,owner,due,left,title"
_NO_LONGER_IN_HAND = (None, Wanted.RESOLVED, Wanted.CLOSED, Wanted.MERGED)


def columns_for(state: Wanted | None, *, breaching: bool) -> str:
    """The columns that people see where they name none: of what is in hand what is left of it and who has it."""
    if breaching:
        return _BREACHING
    return _LISTED if state in _NO_LONGER_IN_HAND else _IN_HAND


def listed(cases: Sequence[tuple[Case, tuple[Clock, ...]]], total: int, now: datetime) -> Report:
    """The incidents as a table; how long each was down counts to now where it still is."""
    table = Table(_columns(), tuple(_row(case, clocks, now) for case, clocks in cases), empty=_("No incidents."))
    left = total - len(cases)
    more = ngettext("{count} more; see them with --limit 0.", "{count} more; see them with --limit 0.", left)
    return Report(
        kind="incident.list",
        data={
            "total": total,
            "incidents": [
                {**case_data(case), "clocks": [clock_views.data(clock) for clock in clocks]} for case, clocks in cases
            ],
        },
        parts=(table,),
        remarks=(more.format(count=left),) if left else (),
        references=tuple(case.reference for case, _clocks in cases),
        sheet=table,
    )


def today(cases: Sequence[tuple[Case, tuple[Clock, ...]]]) -> Report:
    """What is in hand, by what is due first; drills and void records stay out."""
    counted = [(case, clocks) for case, clocks in cases if case.incident.counts]
    late = datetime.max.replace(tzinfo=UTC)

    def urgency(one: tuple[Case, tuple[Clock, ...]]) -> tuple[datetime, datetime]:
        urgent = clock_views.most_urgent(one[1])
        return (late if urgent is None or urgent.due is None else urgent.due), one[0].opened

    columns = (
        Column("reference", _("reference"), Kind.REFERENCE),
        Column("severity", _("sev"), Kind.COUNT),
        Column("asset", _("asset"), Kind.REFERENCE),
        Column("owner", _("who has it")),
        Column("clock", pgettext("what measures", "clock")),
        Column("due", _("due"), Kind.MOMENT),
        Column("title", _("title")),
    )
    rows = []
    for case, clocks in sorted(counted, key=urgency):
        urgent = clock_views.most_urgent(clocks)
        told: tuple[Any, Any] = (None, None)
        if urgent is not None:
            word = clock_word(urgent.kind)
            if urgent.state is not ClockState.RUNNING:
                word += texts.between(": ") + clock_state_word(urgent.state)
            told = (word, urgent.due)
        incident = case.incident
        rows.append((case.reference, incident.severity, incident.asset, incident.assignee, *told, incident.title))
    return Report(
        kind="incident.today",
        data=[
            {**case_data(case), "clocks": [clock_views.data(clock) for clock in clocks]} for case, clocks in counted
        ],
        parts=(Table(columns, tuple(rows), title=_("Unresolved incidents"), empty=_("No unresolved incident.")),),
        references=tuple(case.reference for case, _clocks in counted),
    )


def _columns() -> tuple[Column, ...]:
    return (
        Column("reference", _("reference"), Kind.REFERENCE),
        Column("state", _("state")),
        Column("severity", _("sev"), Kind.COUNT),
        Column("asset", _("asset"), Kind.REFERENCE),
        Column("customer", _("customer"), Kind.REFERENCE),
        Column("owner", _("who has it")),
        Column("opened", _("opened"), Kind.MOMENT),
        Column("down", pgettext("how long", "down"), Kind.DURATION),
        Column("due", _("due"), Kind.MOMENT),
        Column("left", _("left"), Kind.WORKING),
        Column("title", _("title")),
    )


def _row(case: Case, clocks: Sequence[Clock], now: datetime) -> tuple[Any, ...]:
    incident = case.incident
    urgent = None if incident.void else clock_views.most_urgent(clocks)
    return (
        incident.reference,
        _state(incident),
        incident.severity,
        incident.asset,
        incident.customer,
        incident.assignee,
        incident.opened,
        _down_seconds(case, now),
        None if urgent is None else urgent.due,
        None if urgent is None else clock_views.seconds(urgent.left),
        incident.title,
    )


def _state(incident: Incident) -> str:
    word = state_word(incident.state)
    if incident.void is not None:
        return f"{word} · {_('void')}"
    return f"{word} · {_('drill')}" if incident.drill else word


def timeline(incident: Incident, rows: "list[Row]") -> Report:
    """What happened to an incident, in that order; an entry made later says when it was recorded."""
    from opsctl.ledger.rules import read_facts

    columns = [
        Column("happened", _("happened"), Kind.INSTANT),
        Column("event", _("event")),
        Column("actor", pgettext("whom", "by")),
        Column("text", _("text")),
        Column("row", _("row"), Kind.COUNT),
    ]
    cells: list[list[Any]] = [
        [row.happened_at, event_word(row.kind), row.actor, text_of(row), row.seq] for row in rows
    ]
    if any(_late(row) for row in rows):
        columns.insert(4, Column("late", _("entered later"), Kind.DURATION))
        for cell, row in zip(cells, rows, strict=True):
            cell.insert(4, between(row.happened_at, row.recorded_at) if _late(row) else None)
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
        kind="incident.timeline",
        data={"reference": incident.reference, "events": events},
        parts=(Table(tuple(columns), tuple(map(tuple, cells))),),
        heading=f"{incident.reference}  {incident.title}",
        references=(incident.reference,),
    )


_TOLD = (
    "title", "text", "cause", "handling", "result", "to", "through", "plan", "because", "exemption", "reason",
)  # fmt: skip
_WITH = "with"


def text_of(row: "Row") -> Phrase | str | None:
    """What a row of the ledger says of an incident beside its event; None where that is nothing."""
    from opsctl.ledger.rules import read_facts

    if row.facts is None:
        return _("(redacted)")
    facts = read_facts(row.facts)
    written = [str(facts[name]) for name in _TOLD if isinstance(facts.get(name), str)]
    if "into" in facts:
        written.append(_("into {reference}").format(reference=facts["into"]))
    if _WITH in facts:
        written.append(_("with {references}").format(references=series(facts[_WITH])))
    if "asked" in facts:
        written.append(_("{person} is asked").format(person=facts["asked"]))
    if "pause" in facts:
        written.append(f"{row.subject}/{facts['pause']}")
    if "weight" in facts:
        written.append(share_word(facts["weight"]))
    return changes.joined([*written, *changes.told(facts, field_word, FIELD_WORDS, Kind.INSTANT)])


def _late(row: "Row") -> bool:
    return (row.recorded_at - row.happened_at).total_seconds() > _LATE_SECONDS


def _down_seconds(case: Case, now: datetime) -> int | float | None:
    lasted = [between(span.started, span.ended or now) or 0 for one in case.all for span in one.outages]
    return sum(lasted) if lasted else None
