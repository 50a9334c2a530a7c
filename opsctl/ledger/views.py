"""The ledger, ready to be shown."""

import json
from typing import Any

from opsctl.core.report import Column, Fields, Kind, Report, Table, Text
from opsctl.core.texts import _, ngettext, pgettext, series
from opsctl.ledger.rules import Finding, Row, Verdict, read_facts
from opsctl.ledger.terms import Fault

_COLUMNS = (
    "seq", "recorded_at", "happened_at", "actor", "host", "kind", "subject", "about", "topic", "customer", "request",
    "line", "facts_digest", "record_digest", "row_digest", "prev_hash", "hash",
)  # fmt: skip


def data(row: Row) -> dict[str, Any]:
    """A whole row for programs; `facts` is the very text that its digest was taken of."""
    found = {name: getattr(row, name) for name in _COLUMNS}
    return {**found, "facts": row.facts, "salt": row.salt, "redacted": row.facts is None}


def stub(row: Row) -> dict[str, Any]:
    """A row of somebody else's: just what the chain needs."""
    return {"seq": row.seq, "row_digest": row.row_digest, "hash": row.hash}


def listed(rows: list[Row]) -> Report:
    """Rows as a table, the newest first."""
    columns = (
        Column("seq", _("row"), Kind.COUNT),
        Column("recorded_at", _("recorded"), Kind.MOMENT),
        Column("actor", pgettext("whom", "by")),
        Column("kind", _("kind")),
        Column("subject", _("record"), Kind.REFERENCE),
        Column("about", _("asset"), Kind.REFERENCE),
        Column("hash", _("hash"), Kind.REFERENCE),
    )
    cells = tuple(
        (row.seq, row.recorded_at, row.actor, row.kind, row.subject, row.about, row.hash[:12]) for row in rows
    )
    return Report(
        kind="ledger.list",
        data=[data(row) for row in rows],
        parts=(Table(columns, cells, empty=_("The ledger has no such row.")),),
        references=tuple(str(row.seq) for row in rows),
    )


def shown(row: Row) -> Report:
    """One row with its facts."""
    kinds = {"seq": Kind.COUNT, "line": Kind.COUNT, "recorded_at": Kind.INSTANT, "happened_at": Kind.INSTANT}
    pairs = tuple((name, getattr(row, name), kinds.get(name, Kind.REFERENCE)) for name in _COLUMNS)
    facts = read_facts(row.facts)
    said = tuple((name, _plain(value), Kind.TEXT) for name, value in facts.items())
    parts = (Fields(pairs), Fields(said, title=_("Facts")) if facts else Text((_("Its facts were redacted."),)))
    return Report(kind="ledger.row", data=data(row), parts=parts, references=(str(row.seq),))


def verified(verdict: Verdict) -> Report:
    """Whether the ledger is whole; the first fault by name if it is not."""
    rows = ngettext("{count} row", "{count} rows", verdict.rows).format(count=verdict.rows)
    checked = [rows]
    if verdict.records is not None:
        checked.append(ngettext("{count} record", "{count} records", verdict.records).format(count=verdict.records))
    if verdict.redacted:
        checked.append(
            ngettext("{count} redacted", "{count} redacted", verdict.redacted).format(count=verdict.redacted)
        )
    what = _(", ").join(checked)
    if verdict.is_whole:
        line = _("The ledger is whole: {what}. Head: {head}").format(what=what, head=verdict.head.hash)
    else:
        first = finding_line(verdict.findings[0])
        line = _("The ledger is NOT whole ({what}). First: {first}").format(what=what, first=first)
    parts: list[Any] = [Text((line,))]
    if len(verdict.findings) > 1:
        columns = (Column("fault", _("all that was found")),)
        parts.append(Table(columns, tuple((finding_line(one),) for one in verdict.findings[:50])))
    unchecked = (_("Records were not compared; see: opsctl ledger verify --deep"),) if verdict.records is None else ()
    return Report(
        kind="ledger.verify",
        data={
            "whole": verdict.is_whole,
            "rows": verdict.rows,
            "records": verdict.records,
            "redacted": verdict.redacted,
            "head": {"seq": verdict.head.seq, "hash": verdict.head.hash},
            "findings": [
                {"fault": one.fault, "seq": one.seq, "subject": one.subject, "detail": one.detail}
                for one in verdict.findings
            ],
        },
        parts=tuple(parts),
        remarks=unchecked,
        references=(verdict.head.hash,),
        attention=not verdict.is_whole,
    )


def finding_line(finding: Finding) -> str:
    """What was found, as a sentence that names the row or the record."""
    told = {
        Fault.GUARD_MISSING: _("the guard {detail} is missing or switched off"),
        Fault.GAP: _("rows {detail} are missing before row {seq}"),
        Fault.FACTS_CHANGED: _("the facts of row {seq} ({subject}) were changed"),
        Fault.FACTS_MISSING: _("the facts of row {seq} ({subject}) are gone, and no redaction says why"),
        Fault.ROW_CHANGED: _("row {seq} ({subject}) was changed"),
        Fault.LINK_BROKEN: _("row {seq} ({subject}) does not follow the row before it"),
        Fault.HEAD_DIFFERS: _("the newest rows were removed or added: head and last row differ ({detail})"),
        Fault.KEPT_HEAD_UNKNOWN: _(
            "the head that was kept, {detail}, is in no row: newest rows were removed or all rewritten"
        ),
        Fault.RECORD_CHANGED: _("record {subject} was changed without the ledger"),
        Fault.RECORD_UNKNOWN: _("record {subject} was added without the ledger"),
        Fault.RECORD_MISSING: _("record {subject} was removed without the ledger"),
    }[finding.fault]
    return told.format(seq=finding.seq, subject=finding.subject, detail=finding.detail)


def redacted(seq: int, subject: str, record_changed: bool, left: tuple[int, ...]) -> Report:
    """One line about a redaction, and where the same words still stand."""
    line = _("Row {seq} ({subject}) redacted.").format(seq=seq, subject=subject)
    if record_changed:
        line += " " + _("The same words were blanked in the record.")
    remarks: tuple[str, ...] = ()
    if left:
        rows = series(str(one) for one in left[:20])
        remarks = (_("Other rows of {subject} still hold the same words: {rows}").format(subject=subject, rows=rows),)
    return Report(
        kind="ledger.redacted",
        data={"seq": seq, "subject": subject, "record_changed": record_changed, "left": list(left)},
        parts=(Text((line,)),),
        remarks=remarks,
        references=(str(seq),),
    )


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
