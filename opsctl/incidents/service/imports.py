"""Taking another tool's history, a block of records in one transaction. A record is known by its source and key."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from operator import attrgetter
from typing import Any

from sqlalchemy import Table
from sqlmodel import Session, col, select

from opsctl.assets.service import assets
from opsctl.assets.tables.assets import Asset
from opsctl.core import naming
from opsctl.core.texts import _, series
from opsctl.core.typed import nearest
from opsctl.core.use_cases import Permission, use_case
from opsctl.exchange.fields import Field, FieldType
from opsctl.exchange.intake import Record, Refused
from opsctl.incidents.rules import imports, life
from opsctl.incidents.rules.imports import Rejected
from opsctl.incidents.rules.life import Incident, Span
from opsctl.incidents.service import rows
from opsctl.incidents.tables import IncidentRow, SpanRow
from opsctl.incidents.terms import (
    FROM_IMPORT,
    IMPORT_FINISHED,
    IMPORT_STARTED,
    IMPORT_UPDATED,
    IMPORTED,
    PREFIX,
    Category,
    Level,
)
from opsctl.ledger import service as ledger
from opsctl.people.service import customers
from opsctl.rulebook import service as rulebook
from opsctl.store import references

_CHUNK = 5000
# The reference comes first; `replace` asks for every field by its name, four times as long for each incident.
_NAMES = tuple(name for name in Incident.__dataclass_fields__ if name != "spans")
_BUT_REFERENCE = attrgetter(*list(Incident.__dataclass_fields__)[1:])
_LEVELS = frozenset(level.value for level in Level)
_MOMENTS = "impact_start detected opened acknowledged mitigated restored resolved closed entered_at"
FIELDS = {
    one.name: one
    for one in (
        Field("title", FieldType.TEXT),
        Field("asset", FieldType.TEXT),
        Field("customer", FieldType.TEXT),
        Field("category", FieldType.CHOICE, frozenset(one.value for one in Category)),
        Field("impact", FieldType.CHOICE, _LEVELS),
        Field("urgency", FieldType.CHOICE, _LEVELS),
        Field("severity", FieldType.CHOICE, frozenset("1234")),
        Field("outage", FieldType.FLAG),
        *(Field(name, FieldType.MOMENT) for name in _MOMENTS.split()),
        *(Field(name, FieldType.BODY) for name in ("cause", "handling", "result")),
        Field("assignee", FieldType.TEXT),
    )
}
"""What an import map may fill."""


@dataclass(frozen=True)
class Block:
    """What an import does, or did, with a block of records. The references of `new` are empty until it is done."""

    new: tuple[Incident, ...]
    updated: tuple[Incident, ...]
    unchanged: int
    incomplete: int
    refused: tuple[Refused, ...]


def plan(session: Session, *, now: datetime, source: str, records: list[Record]) -> Block:
    """What an import of these records would do, without doing it."""
    known = _known(session, source, records)
    changed = [known[one["key"]].reference for one in records if _is_changed(one, known)]
    judge = _Judge(session, source, now, _touched(session, changed))
    new: list[Incident] = []
    updated: list[Incident] = []
    refused: list[Refused] = []
    unchanged = incomplete = 0
    for record in records:
        before = known.get(record["key"])
        if before is not None and before.source_digest == record["digest"]:
            unchanged += 1
            continue
        found = judge.incident(record, before)
        if isinstance(found, Rejected):
            refused.append(Refused(record["line"], record["key"], found.reason))
            continue
        incomplete += bool(imports.incomplete(record["values"], found.asset))
        (new if before is None else updated).append(found)
    return Block(tuple(new), tuple(updated), unchanged, incomplete, tuple(refused))


class _Judge:
    """Says of each record which incident it means here, or why it is refused."""

    def __init__(self, session: Session, source: str, now: datetime, touched: set[str]) -> None:
        self.source = source
        self.now = now
        self.touched = touched
        self.rules_at = lambda at: rulebook.in_force(session, at=at)
        self.assets = assets.names(session)
        self.customers = naming.whole_names(customers.names_of(session))
        self.customer_of = dict(session.exec(select(Asset.handle, Asset.customer)).all())
        # Thousands of rows may name the same unknown asset; the nearest is looked for once.
        self.unknown_asset = cache(lambda named: _unknown_asset(named, self.assets))
        self.unknown_customer = cache(lambda named: _unknown_customer(named, self.customers))

    def incident(self, record: Record, before: IncidentRow | None) -> Incident | Rejected:
        """The incident, with the reference and recording of the one that it changes."""
        if before is not None and before.reference in self.touched:
            return Rejected(
                _("changed in the file, but {reference} was changed here since").format(reference=before.reference)
            )
        values = record["values"]
        handle = customer = None
        if "asset" in values:
            handle = _named(values["asset"], self.assets)
            if handle is None:
                return self.unknown_asset(values["asset"])
            customer = self.customer_of[handle]
        if "customer" in values:
            customer = _named(values["customer"], self.customers)
            if customer is None:
                return self.unknown_customer(values["customer"])
        found = imports.from_record(
            values,
            key=record["key"],
            source=self.source,
            digest=record["digest"],
            asset=handle,
            customer=customer,
            reference="" if before is None else before.reference,
            now=self.now,
            rules_at=self.rules_at,
            episodes=record.get("episodes", ()),
        )
        if before is None or isinstance(found, Rejected):
            return found
        return replace(found, recorded_at=before.recorded_at)


def _named(word: str, names: dict[str, str]) -> str | None:
    return names.get(word) or names.get(word.casefold())


def _unknown_asset(named: str, names: dict[str, str]) -> Rejected:
    near = _nearest(named, names)
    told = _("there is no asset {word!r}; nearest: {words}") if near else _("there is no asset {word!r}")
    return Rejected(told.format(word=named[:80], words=near))


def _unknown_customer(named: str, names: dict[str, str]) -> Rejected:
    near = _nearest(named, names)
    told = _("there is no customer {word!r}; nearest: {words}") if near else _("there is no customer {word!r}")
    return Rejected(told.format(word=named[:80], words=near))


def _nearest(named: str, names: dict[str, str]) -> str:
    return series(dict.fromkeys(names[name] for name in nearest(named, names, 3)))


@use_case(needs=Permission.RECORD, offline=False)
def import_block(session: Session, *, now: datetime, actor: str, source: str, records: list[Record]) -> Block:
    """Import these records, all that are not refused or none, and return what was done."""
    planned = plan(session, now=now, source=source, records=records)
    numbers = references.allocate(session, prefix=PREFIX, now=now, count=len(planned.new)) if planned.new else []
    new = tuple(Incident(number, *_BUT_REFERENCE(one)) for one, number in zip(planned.new, numbers, strict=True))
    _insert(session, new)
    for incident in new:
        _append(session, IMPORTED, incident)
    for incident in planned.updated:
        _replace(session, incident)
        _append(session, IMPORT_UPDATED, incident)
    return replace(planned, new=new)


@use_case(needs=Permission.RECORD, offline=False)
def bracket(session: Session, *, now: datetime, actor: str, source: str, started: bool, facts: dict[str, Any]) -> None:
    """Note in the ledger that an import in several blocks begins, or has ended."""
    ledger.append(session, kind=IMPORT_STARTED if started else IMPORT_FINISHED, subject=f"import:{source}", facts=facts)


def _known(session: Session, source: str, records: list[Record]) -> dict[str, IncidentRow]:
    found: dict[str, IncidentRow] = {}
    for keys in _chunks([one["key"] for one in records]):
        query = select(IncidentRow).where(IncidentRow.source == source, col(IncidentRow.source_key).in_(keys))
        found.update((str(row.source_key), row) for row in session.exec(query))
    return found


def _is_changed(record: Record, known: dict[str, IncidentRow]) -> bool:
    before = known.get(record["key"])
    return before is not None and before.source_digest != record["digest"]


def _touched(session: Session, wanted: list[str]) -> set[str]:
    touched: set[str] = set()
    for some in _chunks(wanted):
        kinds = ledger.newest_kinds(session, subjects=some)
        touched |= {reference for reference, kind in kinds.items() if kind not in FROM_IMPORT}
    return touched


def _chunks(items: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(items), _CHUNK):
        yield items[start : start + _CHUNK]


def _insert(session: Session, incidents: tuple[Incident, ...]) -> None:
    if incidents:
        spans = [(one.reference, place, span) for one in incidents for place, span in enumerate(one.spans)]
        columns = {name: [*map(attrgetter(name), incidents)] for name in _NAMES}
        _insert_columns(session, IncidentRow.__table__, columns)  # type: ignore[attr-defined]
        all_spans = [span for _incident, _place, span in spans]
        columns = {name: [*map(attrgetter(name), all_spans)] for name in Span.__dataclass_fields__}
        columns["incident"], columns["position"] = ([each[place] for each in spans] for place in (0, 1))
        _insert_columns(session, SpanRow.__table__, columns)  # type: ignore[attr-defined]


def _insert_columns(session: Session, table: Table, columns: dict[str, list[Any]]) -> None:
    """Insert many rows at once, given column by column.

    SQLAlchemy would look at every column of every row for itself, which takes longer than the database does. So
    columns that no row fills are left out, and a value that stands in many rows is converted once.
    """
    connection = session.connection()
    dialect = connection.dialect
    filled = [
        column.name for column in table.columns if any(value is not None for value in columns.get(column.name, ()))
    ]
    ready = []
    for name in filled:
        convert = table.columns[name].type.dialect_impl(dialect).bind_processor(dialect)
        values = columns[name]
        if convert is not None:
            known = {value: convert(value) for value in set(values)}
            values = [known[value] for value in values]
        ready.append(values)
    rows: list[Any] = list(zip(*ready, strict=True))
    if not dialect.positional:
        rows = [dict(zip(filled, row, strict=True)) for row in rows]
    connection.exec_driver_sql(str(table.insert().compile(dialect=dialect, column_keys=filled)), rows)


def _replace(session: Session, incident: Incident) -> None:
    rows.save(session, rows.of_references(session, [incident.reference])[0], incident)
    session.flush()


def _append(session: Session, kind: str, incident: Incident) -> None:
    record = life.fields(incident)
    ledger.append(
        session,
        kind=kind,
        subject=incident.reference,
        about=incident.asset,
        customer=incident.customer,
        facts=record,
        record=record,
        happened_at=incident.opened,
    )
