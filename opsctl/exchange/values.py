"""Their values become ours: texts, times, words and flags."""

import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from opsctl.core.errors import InvalidInput
from opsctl.core.texts import _, sentences, series
from opsctl.core.times import FIRST_YEAR, LAST_YEAR, naive_to_utc, read_zone
from opsctl.core.typed import excerpt, read_body, read_title
from opsctl.exchange.columns import kind_of, text_form
from opsctl.exchange.fields import Field, FieldType
from opsctl.exchange.formats import parser
from opsctl.exchange.maps import FLAG_WORDS

Converter = Callable[[Any], Any]

_LONGEST_KEY = 200
# Printable text this short has nothing to clean and breaks no limit.
_PLAIN_LENGTH = 300
_WORDS_NAMED = 20


class Refused(Exception):
    """A value that cannot be taken; its record is rejected for this reason."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Times:
    """Reads the times of one file: ISO 8601 first, then each format in order."""

    def __init__(self, formats: tuple[str, ...], zone: str | None, file: str) -> None:
        """`zone` is that of times without one. Raise InvalidInput if there is no such zone."""
        self._zone = None if zone is None else read_zone(zone).key
        self._file = file
        self._formats = formats
        self._parsers = [parser(form) for form in formats]
        self._known: dict[str, datetime] = {}

    def read(self, found: Any) -> datetime:
        """The moment in UTC. Raise Refused if it is none, InvalidInput if it has no zone and none is known."""
        if type(found) is not str:
            return self._read(found)
        known = self._known.get(found)
        if known is None:
            # Rows of one file say the same times over and over.
            known = self._known[found] = self._read(found)
        return known

    def _read(self, found: Any) -> datetime:
        moment = self._parse(found)
        if moment is None:
            shown = excerpt(text_form(found)) if not isinstance(found, (dict, list)) else kind_of(found)
            read = series(("ISO 8601", *self._formats))
            raise Refused(_("{time!r} is not a time; what is read: {formats}.").format(time=shown, formats=read))
        if moment.tzinfo is None:
            return self._from_local(moment)
        try:
            moment = moment.astimezone(UTC)
        except OverflowError as error:
            raise Refused(_("There is no such time: {text!r}.").format(text=excerpt(str(found)))) from error
        if not FIRST_YEAR <= moment.year <= LAST_YEAR:
            raise Refused(
                _("The year {year} is not between {first} and {last}.").format(
                    year=moment.year, first=FIRST_YEAR, last=LAST_YEAR
                )
            )
        return moment

    def _parse(self, found: Any) -> datetime | None:
        if isinstance(found, str):
            # Digits alone are an epoch or somebody's format, though ISO 8601 would read some: any character may
            # stand between its date and its time.
            if found[4:5] == "-" or len(found) == 8 or found[8:9] in ("T", " "):
                try:
                    return datetime.fromisoformat(found)
                except ValueError:
                    pass
        elif isinstance(found, bool) or not isinstance(found, (int, float)):
            return None
        text = str(found)
        for parse in self._parsers:
            try:
                return parse(text)
            except (ValueError, OverflowError):
                continue
        return None

    def _from_local(self, naive: datetime) -> datetime:
        if self._zone is None:
            raise InvalidInput(
                _("{file}: timezone is missing, and times such as {time} have no zone.").format(
                    file=self._file, time=naive.isoformat(" ")
                ),
                _("Write timezone into the map, or give --tz ZONE."),
            )
        if self._zone == "UTC" and FIRST_YEAR <= naive.year <= LAST_YEAR:
            return naive.replace(tzinfo=UTC)
        try:
            return naive_to_utc(naive, self._zone)
        except InvalidInput as error:
            raise Refused(sentences(error.message, error.hint)) from error


def converter(field: Field, words: Mapping[str, str | bool], times: Times) -> Converter:
    """A function that turns a value of theirs into one of the field's; `words` are the map's, theirs to ours.

    The function raises Refused for a value that cannot be taken.
    """
    if field.type is FieldType.MOMENT:
        return times.read
    if field.type is FieldType.FLAG:
        return _word_converter({**FLAG_WORDS, **words}, FLAG_WORDS)
    if field.type is FieldType.CHOICE:
        ours = {choice: choice for choice in sorted(field.choices or ())}
        return _word_converter({**ours, **words}, {choice.lower(): choice for choice in ours})
    return _text_converter(words, read_title if field.type is FieldType.TEXT else read_body)


def _word_converter(words: Mapping[str, str | bool], in_any_case: Mapping[str, str | bool]) -> Converter:
    def convert(found: Any) -> Any:
        word = found if type(found) is str else read_word(found)
        ours = words.get(word)
        if ours is None:
            ours = in_any_case.get(word.lower())
        if ours is None:
            named = series([excerpt(name) for name in words][:_WORDS_NAMED])
            raise Refused(_("{word!r} is not one of {names}.").format(word=excerpt(word), names=named))
        return ours

    return convert


def _text_converter(words: Mapping[str, str | bool], read: Callable[[str], str]) -> Converter:
    def convert(found: Any) -> str:
        text = found if type(found) is str else read_word(found)
        if words:
            text = str(words.get(text, text))
        if text.isprintable() and len(text) <= _PLAIN_LENGTH and "  " not in text:
            return text
        try:
            return read(text)
        except InvalidInput as error:
            raise Refused(sentences(error.message, error.hint)) from error

    return convert


def read_key(found: Any, column: str) -> str:
    """The identity of a record in the tool it comes from. Raise Refused if there is none, or it cannot be one."""
    if found is None:
        raise Refused(_("The key is missing: {column} is empty.").format(column=column))
    key = found if type(found) is str else read_word(found)
    if len(key) > _LONGEST_KEY:
        raise Refused(
            _("The key has {length} characters, {limit} are allowed.").format(length=len(key), limit=_LONGEST_KEY)
        )
    if not key.isprintable() and any(unicodedata.category(character)[0] == "C" for character in key):
        raise Refused(_("The key {key!r} holds a control character.").format(key=excerpt(key)))
    return key


def read_word(found: Any) -> str:
    """A value of theirs as one word. Raise Refused if it is a list or an object."""
    if isinstance(found, (dict, list)):
        raise Refused(_("This is {kind}; name one member of it, such as updates.0.at.").format(kind=kind_of(found)))
    return text_form(found)
