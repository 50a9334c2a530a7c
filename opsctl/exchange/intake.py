"""A file taken into a room: what its own columns mean without a map, what became of its records, what was refused."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from opsctl.core.errors import InvalidInput
from opsctl.core.texts import _, series
from opsctl.core.typed import LONGEST_PATH, excerpt, mend, nearest
from opsctl.exchange.columns import known_columns, reader, text_form
from opsctl.exchange.documents import Document, Reject
from opsctl.exchange.event_log import others_of, whole_rows
from opsctl.exchange.fields import Field
from opsctl.exchange.mapping import Mapped, apply_map
from opsctl.exchange.maps import ImportMap, load_map
from opsctl.exchange.readers import read_records
from opsctl.exchange.rejects import OURS, rejects_path

Record = dict[str, Any]
"""One mapped record: `line`, `key`, `digest` and `values`, which has our fields; `episodes` of one opened again."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A record that was not taken: its line in the file, its key, and why."""

    line: int
    key: str
    reason: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What an import does, or did. `new` and `updated` are handles with their names, in the order of the file."""

    new: tuple[tuple[str, str], ...]
    updated: tuple[tuple[str, str], ...]
    unchanged: int
    refused: tuple[Refused, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """A file that was read whole and understood. Its rejects go to `rejects`."""

    document: Document
    import_map: ImportMap
    mapped: Mapped
    rejects: Path

    def all_rejects(self, refused: Iterable[Refused]) -> list[Reject]:
        """What the file could not say and what was refused, with its cells, in the order of lines."""
        refused = list(refused)
        # A line of JSON may hold many records, and a later one of the same key was rejected before.
        key_of = reader((self.import_map.key,), self.import_map.null)
        records = reversed(self.document.records) if refused else ()
        raw = {(record.line, text_form(key_of(record.values))): record.values for record in records}
        told = [Reject(one.line, one.key, one.reason, raw.get((one.line, one.key), {})) for one in refused]
        return sorted([*self.mapped.rejects, *told], key=lambda reject: reject.line)

    def all_rows(self, refused: Iterable[Refused]) -> list[Reject]:
        """What stands in the file of rejects: the same, and of an event log every other row of those records."""
        refused = list(refused)
        rejects = self.all_rejects(refused)
        if self.import_map.event_log is None:
            return rejects
        others = others_of(self.document, self.import_map, {one.key for one in refused})
        return whole_rows(self.document, [*rejects, *self.mapped.others, *others])


def records_of(mapped: Mapped) -> list[Record]:
    """The mapped records as the use cases take them: plain values, so that a call can be written down."""
    return [
        {
            "line": one.line,
            "key": one.key,
            "digest": one.digest,
            "values": one.values,
            **({"episodes": list(one.episodes)} if one.episodes else {}),
        }
        for one in mapped.records
    ]


def read_source(
    file: str,
    map_file: str | None,
    *,
    fields: Mapping[str, Field],
    zone: str | None,
    rejects: str | None,
    key: str = "",
) -> Source:
    """Read the whole file, or stdin for `-`; without a map its columns are called like our fields, `key` among them.

    `zone` is that of times without one. Raise NotFound or InvalidInput where file or map cannot be understood, and
    where `rejects` would overwrite what is read.
    """
    named = excerpt(file, LONGEST_PATH)
    import_map = None if map_file is None else load_map(Path(map_file), fields=fields)
    # A log has many rows, and of most their columns little is needed.
    only = import_map.needed if import_map is not None and import_map.event_log is not None else ()
    document = read_records(
        "-" if file == "-" else Path(file), name=named, key=key if import_map is None else import_map.key, only=only
    )
    if import_map is None:
        import_map = own_map(document, file=named, key=key, fields=fields)
    mapped = apply_map(document, import_map, fields, zone=zone)
    return Source(document, import_map, mapped, rejects_file(rejects, *filter(None, (file, map_file))))


def own_map(document: Document, *, file: str, key: str, fields: Mapping[str, Field]) -> ImportMap:
    """The map of a file whose columns are called like our fields, in any case and width, `-` or a blank for `_`.

    The columns that a file of rejects has before them are passed over. Raise InvalidInput for any other column, for
    two of one field, and if there is none for the key.
    """
    columns: dict[str, str] = {}
    for column in known_columns(document):
        name = mend(column).casefold().replace("-", "_").replace(" ", "_")
        if name in columns:
            raise InvalidInput(
                _("{file}: the column {column!r} stands there twice.").format(file=file, column=excerpt(column)),
                _("Keep one of them."),
            )
        if name in fields or name == key:
            columns[name] = column
        elif name.removeprefix("rejected_") not in OURS:
            raise _strange(file, column, (key, *fields))
    if key not in columns and (document.columns or document.records):
        raise InvalidInput(
            _("{file}: the column {column!r} is missing.").format(file=file, column=key),
            _("Say what the columns mean with --map MAP."),
        )
    their_key = columns.pop(key, key)
    ours = {name: (column,) for name, column in columns.items()}
    return ImportMap(
        file=file,
        source="",
        key=their_key,
        timezone=None,
        date_format=(),
        null=(),
        columns=ours,
        defaults={},
        values={},
    )


def rejects_file(named: str | None, *sources: str) -> Path:
    """Where the rejects go. Raise InvalidInput if that would overwrite what is read."""
    kept = Path(named) if named else rejects_path(sources[0])
    if any(source != "-" and _is_same(kept, source) for source in sources):
        raise InvalidInput(
            _("The rejected rows would overwrite {path}, which is read.").format(path=excerpt(str(kept), LONGEST_PATH)),
            _("Name another file with --rejects FILE."),
        )
    return kept


def _is_same(path: Path, source: str) -> bool:
    try:
        return path.samefile(source)
    except (OSError, ValueError):  # it is not there yet, or its name can be that of no file
        return False


def _strange(file: str, column: str, allowed: tuple[str, ...]) -> InvalidInput:
    near = nearest(column, allowed, 1)
    known = _("Our fields are: {names}; other columns are named with --map MAP.").format(names=series(allowed))
    return InvalidInput(
        _("{file}: the column {column!r} is none of our fields.").format(file=file, column=excerpt(column)),
        _("Did you mean {words}?").format(words=near[0]) + " " + known if near else known,
    )
