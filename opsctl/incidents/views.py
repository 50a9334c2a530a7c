"""Incidents, ready to be shown."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from opsctl.core.report import Column, Fields, Kind, Report, Table, Text
from opsctl.core.texts import _, ngettext, pgettext
from opsctl.incidents.rules.life import Incident, flags, state_word
from opsctl.incidents.terms import (
    ACKNOWLEDGED,
    CLOSED,
    IMPORT_UPDATED,
    IMPORTED,
    NOTED,
    OPENED,
    RESOLVED,
    Flag,
    Level,
    SpanKind,
)

if TYPE_CHECKING:
    from opsctl.ledger.rules import Row

_LATE_SECONDS = 120


def data(incident: Incident) -> dict[str, Any]:
    """An incident for programs."""
    return {
        "reference": incident.reference,
        "title": incident.title,
        "asset": incident.asset,
        "state": incident.state,
        "impact": incident.impact,
        "urgency": incident.urgency,
        "impact_start": incident.impact_start,
        "detected": incident.detected,
        "opened": incident.opened,
        "acknowledged": incident.acknowledged,
        "restored": incident.restored,
        "resolved": incident.resolved,
        "closed": incident.closed,
        "cause": incident.cause,
        "handling": incident.handling,
        "result": incident.result,
        "entered_at": incident.entered_at,
        "recorded_at": incident.recorded_at,
        "source": incident.source,
        "source_key": incident.source_key,
        "flags": flags(incident),
        "spans": [
            {"kind": span.kind, "state": span.state, "started": span.started, "ended": span.ended}
            for span in incident.spans
        ],
    }


def done(incidents: Sequence[Incident], kind: str) -> Report:
    """One line for each incident about what was done; `kind` is that of its ledger row."""
    told = {
        OPENED: _("{reference} opened: {title} · {asset}"),
        ACKNOWLEDGED: _("{reference} acknowledged: {title} · {asset}"),
        NOTED: _("{reference} noted: {title} · {asset}"),
        RESOLVED: _("{reference} resolved: {title} · {asset}"),
        CLOSED: _("{reference} closed: {title} · {asset}"),
    }[kind]
    lines = [told.format(reference=one.reference, title=one.title, asset=one.asset or "–") for one in incidents]
    if kind == OPENED and incidents[0].outages:
        lines[0] += " · " + pgettext("state", "down")
    return Report(
        kind=kind,
        data=data(incidents[0]) if kind == OPENED else [data(one) for one in incidents],
        parts=(Text(tuple(lines)),),
        references=tuple(one.reference for one in incidents),
    )


def listed(incidents: Sequence[Incident], total: int, now: datetime) -> Report:
    """The incidents as a table; how long each was down counts to now where it still is."""
    columns = (
        Column("reference", _("reference"), Kind.REFERENCE),
        Column("state", _("state")),
        Column("asset", _("asset"), Kind.REFERENCE),
        Column("opened", _("opened"), Kind.MOMENT),
        Column("down", pgettext("how long", "down"), Kind.DURATION),
        Column("title", _("title")),
    )
    rows = tuple(
        (one.reference, state_word(one.state), one.asset, one.opened, _down_seconds(one, now), one.title)
        for one in incidents
    )
    left = total - len(incidents)
    more = ngettext("{count} more; see them with --limit 0.", "{count} more; see them with --limit 0.", left)
    return Report(
        kind="incident.list",
        data={"total": total, "incidents": [data(one) for one in incidents]},
        parts=(Table(columns, rows, empty=_("No incidents.")),),
        remarks=(more.format(count=left),) if left else (),
        references=tuple(one.reference for one in incidents),
    )


def shown(incident: Incident) -> Report:
    """One incident: its words, its clocks, its spans, and what is worth a look."""
    words: tuple[tuple[str, Any, Kind], ...] = (
        (_("reference"), incident.reference, Kind.REFERENCE),
        (_("title"), incident.title, Kind.TEXT),
        (_("asset"), incident.asset, Kind.REFERENCE),
        (_("state"), state_word(incident.state), Kind.TEXT),
        (_("impact"), level_word(incident.impact), Kind.TEXT),
        (_("urgency"), level_word(incident.urgency), Kind.TEXT),
        (_("cause"), incident.cause, Kind.TEXT),
        (_("handling"), incident.handling, Kind.TEXT),
        (_("result"), incident.result, Kind.TEXT),
    )
    clocks: tuple[tuple[str, Any, Kind], ...] = (
        (_("impact start"), incident.impact_start, Kind.INSTANT),
        (_("detected"), incident.detected, Kind.INSTANT),
        (_("opened"), incident.opened, Kind.INSTANT),
        (_("acknowledged"), incident.acknowledged, Kind.INSTANT),
        (_("restored"), incident.restored, Kind.INSTANT),
        (_("resolved"), incident.resolved, Kind.INSTANT),
        (_("closed"), incident.closed, Kind.INSTANT),
        (_("opened → acknowledged"), _between(incident.opened, incident.acknowledged), Kind.DURATION),
        (_("impact → restored"), _between(incident.clock_start, incident.restored), Kind.DURATION),
        (_("opened → resolved"), _between(incident.opened, incident.resolved), Kind.DURATION),
    )
    spans = Table(
        (
            Column("what", _("what lasted")),
            Column("from", pgettext("since when", "from"), Kind.INSTANT),
            Column("to", pgettext("until when", "to"), Kind.INSTANT),
            Column("for", pgettext("how long", "for"), Kind.DURATION),
        ),
        tuple(
            (
                state_word(span.state) if span.state else _span_word(span.kind),
                span.started,
                span.ended,
                _between(span.started, span.ended),
            )
            for span in incident.spans
        ),
    )
    return Report(
        kind="incident",
        data=data(incident),
        parts=(Fields(words), Fields(clocks), spans),
        remarks=tuple(flag_word(flag) for flag in flags(incident)),
        references=(incident.reference,),
    )


def timeline(incident: Incident, rows: "list[Row]") -> Report:
    """What happened to an incident, in that order; an entry made later says when it was recorded."""
    from opsctl.ledger.rules import read_facts

    columns = (
        Column("happened", _("happened"), Kind.INSTANT),
        Column("event", _("event")),
        Column("actor", pgettext("whom", "by")),
        Column("text", _("text")),
        Column("recorded", _("recorded later"), Kind.INSTANT),
        Column("row", _("ledger row"), Kind.COUNT),
    )
    cells = tuple(
        (
            row.happened_at,
            _event_word(row.kind),
            row.actor,
            _text_of(row),
            row.recorded_at if _late(row) else None,
            row.seq,
        )
        for row in rows
    )
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
        parts=(Table(columns, cells),),
        heading=f"{incident.reference}  {incident.title}",
        references=(incident.reference,),
    )


def imported(
    tally: Any, refused: Sequence[Any], same: int, rejects: str, *, dry_run: bool, remarks: tuple[str, ...]
) -> Report:
    """What an import did, or would do; attention if records were rejected."""
    counts: tuple[tuple[str, Any, Kind], ...] = (
        (_("new"), tally.new, Kind.COUNT),
        (_("updated"), tally.updated, Kind.COUNT),
        (_("of these incomplete"), tally.incomplete, Kind.COUNT),
        (_("unchanged"), tally.unchanged + same, Kind.COUNT),
        (_("rejected"), len(refused), Kind.COUNT),
    )
    parts: list[Any] = [Fields(counts)]
    said = list(remarks)
    if dry_run:
        parts.append(_as_stored(tally.examples))
        said.append(_("Nothing was written: this was a dry run."))
    if refused:
        reasons = tuple((one.line, one.key, one.reason) for one in refused[:10])
        columns = (Column("line", _("line"), Kind.COUNT), Column("key", _("key")), Column("reason", _("reason")))
        parts.append(Table(columns, reasons))
        if not dry_run:
            said.append(_("All rejected records, with their reasons: {file}").format(file=rejects))
    return Report(
        kind="incident.import",
        data={
            "dry_run": dry_run,
            "new": tally.new,
            "updated": tally.updated,
            "unchanged": tally.unchanged + same,
            "incomplete": tally.incomplete,
            "rejected": [{"line": one.line, "key": one.key, "reason": one.reason} for one in refused],
            "rejects_file": rejects if refused and not dry_run else None,
        },
        parts=tuple(parts),
        remarks=tuple(said),
        attention=bool(refused),
    )


def _as_stored(incidents: Sequence[Incident]) -> Table:
    columns = (
        Column("key", _("key"), Kind.REFERENCE),
        Column("state", _("state")),
        Column("asset", _("asset"), Kind.REFERENCE),
        Column("opened", _("opened"), Kind.MOMENT),
        Column("restored", _("restored"), Kind.MOMENT),
        Column("resolved", _("resolved"), Kind.MOMENT),
        Column("title", _("title")),
    )
    rows = tuple(
        (one.source_key, state_word(one.state), one.asset, one.opened, one.restored, one.resolved, one.title)
        for one in incidents
    )
    return Table(columns, rows)


def level_word(level: Level) -> str:
    """The level in the reader's language."""
    return {Level.LOW: _("low"), Level.MEDIUM: _("medium"), Level.HIGH: _("high")}[level]


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
    }[flag]


def _span_word(kind: SpanKind) -> str:
    return _("outage") if kind is SpanKind.OUTAGE else _("impact")


def _event_word(kind: str) -> str:
    return {
        OPENED: _("opened"),
        ACKNOWLEDGED: _("acknowledged"),
        NOTED: _("note"),
        RESOLVED: _("resolved"),
        CLOSED: _("closed"),
        IMPORTED: _("imported"),
        IMPORT_UPDATED: _("imported again, changed"),
        "ledger.redacted": _("redacted"),
    }.get(kind, kind)


def _text_of(row: "Row") -> str | None:
    from opsctl.ledger.rules import read_facts

    if row.facts is None:
        return _("(redacted)")
    facts = read_facts(row.facts)
    written = [facts[name] for name in ("title", "text", "cause", "handling", "result", "reason") if name in facts]
    return " · ".join(written) or None


def _late(row: "Row") -> bool:
    return (row.recorded_at - row.happened_at).total_seconds() > _LATE_SECONDS


def _between(start: datetime | None, end: datetime | None) -> int | float | None:
    if start is None or end is None:
        return None
    seconds = (end - start).total_seconds()
    return int(seconds) if seconds.is_integer() else seconds


def _down_seconds(incident: Incident, now: datetime) -> int | float | None:
    lasted = [_between(span.started, span.ended or now) or 0 for span in incident.outages]
    return sum(lasted) if lasted else None
