"""Import maps: TOML files in which somebody says how their tool's columns become our fields."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from opsctl.core.errors import InvalidInput
from opsctl.core.texts import _, series
from opsctl.core.times import read_zone
from opsctl.core.typed import LONGEST_PATH, excerpt, nearest
from opsctl.exchange.decoding import read_bytes
from opsctl.exchange.fields import Field, FieldType
from opsctl.exchange.formats import EPOCH_FORMATS, is_whole_date

FLAG_WORDS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}

_TABLES = ("columns", "defaults", "values")
_EXAMPLES = {"source": '"servicenow"', "key": '"number"', "timezone": '"Asia/Shanghai"'}
_KEYS = ("source", "key", "timezone", "date_format", "null", *_TABLES)
INSTANTS = ("impact_start", "detected", "opened", "acknowledged", "mitigated", "restored", "resolved", "closed")
"""What an activity of an event log may say, in the order of a record's life."""


@dataclass(frozen=True, slots=True)
class EventLog:
    """How rows of one key tell one record: their columns, and which of our instants each activity word says."""

    time: tuple[str, ...]
    activity: tuple[str, ...]
    instants: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ImportMap:
    """A valid map. `file` is what errors call it; `columns` has each field's columns in the order they are tried."""

    file: str
    source: str
    key: str
    timezone: str | None
    date_format: tuple[str, ...]
    null: tuple[str, ...]
    columns: Mapping[str, tuple[str, ...]]
    defaults: Mapping[str, str | bool]
    values: Mapping[str, Mapping[str, str | bool]]
    event_log: EventLog | None = None

    @property
    def needed(self) -> frozenset[str]:
        """All columns that the map reads."""
        log = () if self.event_log is None else (*self.event_log.time, *self.event_log.activity)
        return frozenset({self.key, *log, *(column for columns in self.columns.values() for column in columns)})


def load_map(path: Path, *, fields: Mapping[str, Field]) -> ImportMap:
    """The map in this file, every key of it checked against the room's `fields`.

    Raise NotFound if there is no such file; InvalidInput, naming the file, the key, what was found and what is
    allowed, for anything in it that is not understood.
    """
    file = excerpt(str(path), LONGEST_PATH)
    return _Check(file, fields).read(_parse(read_bytes(path, name=file), file))


def word_of_flag(word: str) -> bool | None:
    """True or false as true, yes, 1, false, no or 0 say it, in any case; None for any other word."""
    return FLAG_WORDS.get(word.lower())


def _parse(data: bytes, file: str) -> dict[str, Any]:
    try:
        # Notepad marks UTF-8 files; TOML knows no such mark.
        return tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise InvalidInput(
            _("{file} is not UTF-8: it breaks at byte {offset}.").format(file=file, offset=error.start),
            _("Save it as UTF-8."),
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise InvalidInput(
            _("{file} is not TOML: {detail}.").format(file=file, detail=str(error).rstrip(".")),
            _("Mend it there; texts stand in quotes."),
        ) from error
    except RecursionError as error:
        raise InvalidInput(_("{file} is nested too deeply.").format(file=file), _allowed(_KEYS)) from error


def _allowed(known: Iterable[str], word: str = "") -> str:
    """What is allowed and, before it, what `word` may have meant."""
    known = list(known)
    everything = _("Allowed: {names}.").format(names=series(known))
    close = nearest(word, known, count=3)
    return _("Did you mean {names}?").format(names=series(close)) + " " + everything if close else everything


def _one_or_more_columns() -> str:
    return _("the name of a column in quotes, or a list of such names")


class _Check:
    """Reads one map; each method raises InvalidInput for the first thing it does not understand."""

    def __init__(self, file: str, fields: Mapping[str, Field]) -> None:
        self._file = file
        self._fields = fields
        # Only a room whose records have a life of instants has logs of it.
        self._instants = tuple(name for name in INSTANTS if name in fields)
        self._keys = (*_KEYS, "event_log") if self._instants else _KEYS

    def read(self, content: dict[str, Any]) -> ImportMap:
        """The map."""
        for key in content:
            if key not in self._keys:
                raise self._unknown(key, self._keys)
        zone = self._text(content, "timezone") if "timezone" in content else None
        if zone is not None:
            zone = self._zone(zone)
        tables = {name: self._table(content.get(name, {}), name) for name in _TABLES}
        event_log = self._event_log(content["event_log"]) if "event_log" in content else None
        if not tables["columns"] and event_log is None:
            raise self._missing("columns", _('a table with one line for each field, such as title = "Summary"'))
        if event_log is not None and "opened" in tables["defaults"]:
            found = tables["defaults"]["opened"]
            raise self._wrong("defaults.opened", found, _("left out: the first row of an event log is the opening"))
        return ImportMap(
            file=self._file,
            source=self._text(content, "source"),
            key=self._text(content, "key"),
            timezone=zone,
            date_format=tuple(self._date_format(form) for form in self._texts(content, "date_format")),
            null=self._texts(content, "null"),
            columns={field: self._columns(f"columns.{field}", found) for field, found in tables["columns"].items()},
            defaults={
                field: self._value(field, found, f"defaults.{field}") for field, found in tables["defaults"].items()
            },
            values={field: self._words(field, found) for field, found in tables["values"].items()},
            event_log=event_log,
        )

    def _event_log(self, found: Any) -> EventLog:
        if not isinstance(found, dict):
            raise self._wrong("event_log", found, _("a table"))
        known = ("time", "activity", *self._instants)
        for key in found:
            if key not in known:
                raise self._unknown(f"event_log.{key}", known, key)
        for key in ("time", "activity"):
            if key not in found:
                raise self._missing(f"event_log.{key}", _one_or_more_columns())
        instants: dict[str, str] = {}
        for instant in self._instants:
            words = self._texts(found, instant, "event_log.")
            for word in dict.fromkeys(word.strip() for word in words):
                if not word:
                    raise self._wrong(f"event_log.{instant}", found[instant], _("a list of activities, none empty"))
                if word in instants:
                    raise self._wrong(
                        f"event_log.{instant}",
                        found[instant],
                        "",
                        _("{word!r} is listed in {other} already; one activity says one instant.").format(
                            word=excerpt(word), other=f"event_log.{instants[word]}"
                        ),
                    )
                instants[word] = instant
        time, activity = (self._columns(f"event_log.{key}", found[key]) for key in ("time", "activity"))
        return EventLog(time, activity, instants)

    def _text(self, content: Mapping[str, Any], key: str) -> str:
        must = _("a text such as {example}").format(example=_EXAMPLES[key])
        if key not in content:
            raise self._missing(key, must)
        found = content[key]
        if not isinstance(found, str) or not found.strip() or not found.isprintable():
            raise self._wrong(key, found, must)
        return found.strip()

    def _texts(self, content: Mapping[str, Any], key: str, table: str = "") -> tuple[str, ...]:
        found = content.get(key, [])
        texts = [found] if isinstance(found, str) else found
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            raise self._wrong(table + key, found, _("a text, or a list of texts"))
        return tuple(texts)

    def _zone(self, name: str) -> str:
        try:
            return read_zone(name).key
        except InvalidInput as error:
            raise self._wrong("timezone", name, _("the name of a time zone"), error.hint) from error

    def _date_format(self, form: str) -> str:
        if form not in EPOCH_FORMATS and not is_whole_date(form):
            must = _("a strptime format of a whole date such as %d/%m/%Y %H:%M, or {names}")
            raise self._wrong("date_format", form, must.format(names=series(EPOCH_FORMATS)))
        return form

    def _table(self, found: Any, name: str) -> dict[str, Any]:
        if not isinstance(found, dict):
            raise self._wrong(name, found, _("a table"))
        for field in found:
            if field not in self._fields:
                raise self._unknown(f"{name}.{field}", self._fields, field)
        return found

    def _columns(self, key: str, found: Any) -> tuple[str, ...]:
        columns = [found] if isinstance(found, str) else found
        is_list = isinstance(columns, list) and columns
        if not is_list or not all(isinstance(column, str) and column.strip() for column in columns):
            raise self._wrong(key, found, _one_or_more_columns())
        return tuple(column.strip() for column in columns)

    def _words(self, field: str, found: Any) -> dict[str, str | bool]:
        if not isinstance(found, dict):
            raise self._wrong(f"values.{field}", found, _("a table of their words and ours"))
        if self._fields[field].type is FieldType.MOMENT:
            raise self._wrong(f"values.{field}", found, _("left out: a time has no words; see date_format and null"))
        return {word.strip(): self._value(field, ours, f'values.{field}."{word}"') for word, ours in found.items()}

    def _value(self, field: str, found: Any, key: str) -> str | bool:
        """One of our values, as a map writes it."""
        kind = self._fields[field].type
        if kind is FieldType.FLAG:
            flag = found if isinstance(found, bool) else word_of_flag(found) if isinstance(found, str) else None
            if flag is None:
                raise self._wrong(key, found, _("true or false"))
            return flag
        if kind is FieldType.CHOICE:
            choices = self._fields[field].choices or frozenset()
            if type(found) is int and str(found) in choices:
                return str(found)
            if not isinstance(found, str) or found not in choices:
                must = _("one of {names}").format(names=series(sorted(choices)))
                raise self._wrong(key, found, must, _allowed(sorted(choices), str(found)))
            return found
        if kind is FieldType.MOMENT and isinstance(found, datetime):
            return found.isoformat()
        if not isinstance(found, str) or not found.strip():
            raise self._wrong(key, found, _("a time in quotes") if kind is FieldType.MOMENT else _("a text"))
        return found.strip()

    def _unknown(self, key: str, known: Iterable[str], word: str = "") -> InvalidInput:
        return InvalidInput(
            _("{file}: {key} is not known.").format(file=self._file, key=excerpt(key)), _allowed(known, word or key)
        )

    def _missing(self, key: str, must: str) -> InvalidInput:
        return InvalidInput(
            _("{file}: {key} is missing.").format(file=self._file, key=key), _("It must be {must}.").format(must=must)
        )

    def _wrong(self, key: str, found: Any, must: str, hint: str = "") -> InvalidInput:
        shown = excerpt(str(found).lower() if isinstance(found, bool) else repr(found))
        return InvalidInput(
            _("{file}: {key} is {found}.").format(file=self._file, key=excerpt(key), found=shown),
            hint or _("It must be {must}.").format(must=must),
        )
