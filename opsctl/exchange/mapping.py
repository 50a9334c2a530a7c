"""A map applied to a file: their columns and words become our fields."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import Any

from opsctl.core.chain import digest
from opsctl.core.errors import InvalidInput
from opsctl.core.texts import _, series
from opsctl.core.typed import excerpt, nearest
from opsctl.exchange import event_log
from opsctl.exchange.columns import Reader, column_exists, known_columns, reader
from opsctl.exchange.documents import Document, Reject
from opsctl.exchange.event_log import Episode
from opsctl.exchange.fields import Field
from opsctl.exchange.maps import EventLog, ImportMap
from opsctl.exchange.values import Converter, Refused, Times, converter, read_key

_COLUMNS_NAMED = 20
# The canonical JSON of the ledger with times in UTC spelled shorter; made once, for it is used on every row.
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_Step = tuple[str, Reader, Converter, Any]


@dataclass(frozen=True, slots=True)
class MappedRecord:
    """One record in our fields; those that are absent or null are left out.

    `digest` is the SHA-256 of the canonical JSON of key and values, by which the same row is known again. `episodes`
    is empty unless an event log says that the record was opened again; its instants are then all there, and `values`
    has the first of how it began and the last of how it ended.
    """

    line: int
    key: str
    values: dict[str, Any]
    digest: str
    episodes: tuple[Episode, ...] = ()


@dataclass(frozen=True, slots=True)
class Mapped:
    """What became of a file. `rejects` holds those of the document too, all in the order of lines; `same` counts
    rows that repeat an earlier one exactly and are passed over. `others` are the other rows of records of an event log
    that `rejects` has one row of; `remarks` are sentences for the reader."""

    records: list[MappedRecord]
    rejects: list[Reject]
    same: int
    others: list[Reject] = field(default_factory=list)
    remarks: tuple[str, ...] = ()


def apply_map(document: Document, import_map: ImportMap, fields: Mapping[str, Field], *, zone: str | None) -> Mapped:
    """The records of the document in our fields. `zone` is that of naive times where the map names none.

    Values are str, bool or datetime in UTC. A row is rejected if its key is missing or stands with other values in
    an earlier row, or if a value cannot be read; of an event log, all rows of a record are if one cannot be read. Raise
    InvalidInput if a column of the map is in no record, a default cannot be read, or a naive time has neither the map's
    timezone nor `zone`.
    """
    _check_columns(document, import_map)
    times = Times(import_map.date_format, import_map.timezone or zone, import_map.file)
    # In the order of names, so that the values of each record are canonical without sorting.
    names = sorted({**import_map.columns, **import_map.defaults})
    plan = [_step(name, import_map, fields[name], times) for name in names]
    if import_map.event_log is not None:
        return _apply_log(document, import_map, import_map.event_log, plan, times)
    read_their_key = reader((import_map.key,), import_map.null)
    records: list[MappedRecord] = []
    rejects = list(document.rejects)
    digests: dict[str, str] = {}
    same = 0
    for record in document.records:
        key = None
        try:
            key = read_key(read_their_key(record.values), import_map.key)
            values = _values(record.values, plan)
        except Refused as refused:
            rejects.append(Reject(record.line, key, refused.reason, record.values))
            continue
        stamp = _stamp(key, values)
        if key not in digests:
            digests[key] = stamp
            records.append(MappedRecord(record.line, key, values, stamp))
        elif digests[key] == stamp:
            same += 1
        else:
            reason = _("An earlier row has the same key and other values.")
            rejects.append(Reject(record.line, key, reason, record.values))
    return Mapped(records, sorted(rejects, key=attrgetter("line")), same)


def _apply_log(document: Document, import_map: ImportMap, log: EventLog, plan: list[_Step], times: Times) -> Mapped:
    events = event_log.read_events(document, import_map, log, times)
    records: list[MappedRecord] = []
    for key, found in events.by_key.items():
        if key in events.refused:
            continue
        episodes = event_log.episodes_of(found)
        said = set().union(*episodes)
        rows = [document.records[place].values for _at, _instant, place in reversed(found)]
        values, reasons = _latest_values(rows, plan, said)
        if reasons:
            events.refused[key] = {found[-1 - place][2]: reason for place, reason in reasons.items()}
            continue
        values.setdefault("opened", found[0][0])
        event_log.settle(values, episodes)
        values = dict(sorted(values.items()))
        told = tuple(episodes) if len(episodes) > 1 else ()
        line = document.records[min(place for _at, _instant, place in found)].line
        records.append(MappedRecord(line, key, values, _stamp(key, values, told), told))
    rejects, others = event_log.rejected(document, import_map, events.refused)
    rejects = [*document.rejects, *event_log.whole_rows(document, [*events.keyless, *rejects])]
    others = event_log.whole_rows(document, others)
    return Mapped(records, sorted(rejects, key=attrgetter("line")), 0, others, event_log.told(events.unlisted))


def _latest_values(
    rows: list[dict[str, Any]], plan: list[_Step], said: set[str]
) -> tuple[dict[str, Any], dict[int, str]]:
    """Each field but the `said` ones, from the first row that has it, and why rows are refused, by their places."""
    ours: dict[str, Any] = {}
    reasons: dict[int, str] = {}
    for name, read, convert, default in plan:
        if name in said:
            continue
        for place, row in enumerate(rows):
            found = read(row)
            if found is None:
                continue
            try:
                ours[name] = convert(found)
            except Refused as refused:
                reasons.setdefault(place, f"{name}: {refused.reason}")
            break
        else:
            if default is not None:
                ours[name] = default
    return ours, reasons


def _step(name: str, import_map: ImportMap, field: Field, times: Times) -> _Step:
    """How one of our fields is filled: its name, where it is read, how it is turned into ours, its default."""
    default: Any = import_map.defaults.get(name)
    if default is not None:
        try:
            # A default is a word of ours already, so it does not pass through the table of theirs.
            default = converter(field, {}, times)(default)
        except Refused as refused:
            raise InvalidInput(
                _("{file}: defaults.{field} is {found!r}.").format(
                    file=import_map.file, field=name, found=excerpt(str(default))
                ),
                refused.reason,
            ) from refused
    columns = import_map.columns.get(name, ())
    read = reader(columns, import_map.null)
    return name, read, converter(field, import_map.values.get(name, {}), times), default


def _values(theirs: dict[str, Any], plan: list[_Step]) -> dict[str, Any]:
    ours: dict[str, Any] = {}
    for name, read, convert, default in plan:
        found = read(theirs)
        if found is not None:
            try:
                ours[name] = convert(found)
            except Refused as refused:
                raise Refused(f"{name}: {refused.reason}") from refused
        elif default is not None:
            ours[name] = default
    return ours


def _stamp(key: str, values: dict[str, Any], episodes: tuple[Episode, ...] = ()) -> str:
    more = [[_spelled(episode) for episode in episodes]] if episodes else []
    return digest(_encode([key, _spelled(values), *more]))


def _spelled(values: dict[str, Any]) -> dict[str, Any]:
    return {name: found.isoformat() if type(found) is datetime else found for name, found in values.items()}


def _check_columns(document: Document, import_map: ImportMap) -> None:
    if not document.records and not document.columns:
        return
    log = import_map.event_log
    wanted = {
        "key": (import_map.key,),
        **({} if log is None else {"event_log.time": log.time, "event_log.activity": log.activity}),
        **{f"columns.{name}": each for name, each in import_map.columns.items()},
    }
    for place, columns in wanted.items():
        if not any(column_exists(document, column) for column in columns):
            known = known_columns(document)
            ordered = list(dict.fromkeys([*nearest(columns[0], known), *known]))
            named = series(excerpt(column) for column in ordered[:_COLUMNS_NAMED])
            raise InvalidInput(
                _("{file}: {place}: no record has the column {columns}.").format(
                    file=import_map.file, place=place, columns=series(repr(excerpt(column)) for column in columns)
                ),
                _("The columns are: {names}.").format(names=named + (" …" if len(ordered) > _COLUMNS_NAMED else "")),
            )
