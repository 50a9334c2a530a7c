"""What a check says, in the protocol of Nagios plugins, and what it answers an item with. Pure."""

import re
import signal
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum, StrEnum

from opsctl.core.typed import excerpt
from opsctl.inspections.rules import Answer
from opsctl.inspections.rules.readings import mark_of
from opsctl.inspections.rules.results import Finished
from opsctl.inspections.rules.units import is_own
from opsctl.inspections.terms import Mark, Source
from opsctl.rulebook.rules.patrols import Item
from opsctl.rulebook.terms import ItemType

_LONGEST_TEXT = 300
_LONGEST_LABEL = 100
_VALUE = re.compile(
    r"(?P<value>[-+]?(?:[0-9]{1,40}(?:\.[0-9]{0,40})?|\.[0-9]{1,40})(?:[eE][-+]?[0-9]{1,2}(?![0-9]))?)"
    r"""(?P<unit>[^0-9\s;'"=.,+-]{0,12})""",
    re.ASCII,
)
_LONGEST_WHOLE, _LONGEST_PART = 15, 9
_COUNTER = "c"
_SEVERITY = (Mark.OK, Mark.WARN, Mark.FAIL)
ANSWERED_BY_MACHINES = (ItemType.NUMBER, ItemType.STATE)


class Status(IntEnum):
    """What a check says of its object; the number is the exit code."""

    OK = 0
    WARNING = 1
    CRITICAL = 2
    UNKNOWN = 3


class Why(StrEnum):
    """Why a check answered nothing."""

    UNKNOWN = "unknown"
    LATE = "late"
    SIGNAL = "signal"
    CODE = "code"
    NOT_RUN = "not-run"
    NO_VALUE = "no-value"
    UNIT = "unit"
    IMPOSSIBLE = "impossible"
    NO_CHECKLIST = "no-checklist"
    NO_ITEM = "no-item"
    BY_PEOPLE = "by-people"
    TYPE = "type"
    NO_ASSET = "no-asset"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class Filling:
    """A check of a host, by name, and the item of a checklist of an asset that it answers."""

    check: str
    asset: str
    checklist: str
    item: str


@dataclass(frozen=True, slots=True)
class Silent:
    """A check that answered nothing: why, and what that is about (an exit code, two units, its own words)."""

    filling: Filling
    why: Why
    about: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Planned:
    """The checks that are to run, and those that need not, for they could answer nothing."""

    runs: tuple[Filling, ...]
    silent: tuple[Silent, ...]


@dataclass(frozen=True, slots=True)
class Filled:
    """What became of the checks of one asset: its round, None where none answered, and what each of them answered."""

    finished: Finished | None
    answered: tuple[tuple[Filling, Answer], ...]
    silent: tuple[Silent, ...]


@dataclass(frozen=True, slots=True)
class Measure:
    """One value that a check measured; None where it says that it does not know, or what cannot be read."""

    label: str
    value: Decimal | None
    unit: str


@dataclass(frozen=True, slots=True)
class Said:
    """What a check says. `why` stands where it says nothing that counts: its status is then UNKNOWN."""

    status: Status
    text: str
    measures: tuple[Measure, ...] = ()
    why: Why | None = None
    about: tuple[str, ...] = ()


def read(
    *,
    out: str = "",
    err: str = "",
    code: int | None = None,
    cut: bool = False,
    late: bool = False,
    refused: str | None = None,
) -> Said:
    """What a program said that ended with `code` (minus a signal), was `late`, or was `refused` by the system.

    Any code but 0 to 3 is UNKNOWN, and so is a signal. Of an output that was `cut` the last word is left out, for it
    may be half a number. Source: the Monitoring Plugins development guidelines.
    """
    if refused is not None:
        return Said(Status.UNKNOWN, "", why=Why.NOT_RUN, about=(excerpt(refused, _LONGEST_TEXT),))
    text, measures = read_output(out)
    if cut:
        measures = read_output(_without_last_word(out))[1]
    if late:
        return Said(Status.UNKNOWN, text, measures, Why.LATE)
    words = text or _first_line(err)
    if code is None or code < 0:
        return Said(Status.UNKNOWN, words, measures, Why.SIGNAL, () if code is None else (_signal_name(-code),))
    if code > Status.UNKNOWN:
        return Said(Status.UNKNOWN, words, measures, Why.CODE, (str(code), words))
    if code == Status.UNKNOWN:
        return Said(Status.UNKNOWN, words, measures, Why.UNKNOWN, (words,))
    return Said(Status(code), text, measures)


def read_output(output: str) -> tuple[str, tuple[Measure, ...]]:
    """The text and the values of a check's output.

    The first line is `TEXT | values`; after further lines of text a `|` begins values again, up to the end.
    """
    head, _break, rest = output.lstrip().partition("\n")
    text, _bar, values = head.partition("|")
    _words, _bar, more = rest.partition("|")
    return excerpt(text, _LONGEST_TEXT), tuple(_measures(f"{values} {more}"))


def answer_of(item: Item, said: Said) -> Answer | tuple[Why, tuple[str, ...]]:
    """The answer to an item of type number or state, or why there is none.

    A state is the status. A number is the value whose label is the id of the item, else the first one; it has to be in
    the unit of the item or in none, and is never converted. What is worse counts: the ranges of the item or the status.
    What is wrong and could not be measured is answered without a number.
    """
    if said.why is not None:
        return said.why, said.about
    mark = {Status.OK: Mark.OK, Status.WARNING: Mark.WARN, Status.CRITICAL: Mark.FAIL}[said.status]
    if item.type is ItemType.STATE:
        return Answer(item.id, mark, note=said.text or None, source=Source.MACHINE)
    measure = _measure_for(item, said.measures)
    if measure is None or measure.value is None:
        if mark is Mark.OK:
            return Why.NO_VALUE, (said.text,)
        return Answer(item.id, mark, note=said.text or None, source=Source.MACHINE)
    if not _is_in_unit(item, measure.unit):
        return Why.UNIT, (measure.unit, item.unit or "")
    if item.possible is not None and item.possible.alerts(measure.value):
        return Why.IMPOSSIBLE, (_plain(measure.value),)
    mark = max(mark, mark_of(item, measure.value), key=_SEVERITY.index)
    note = None if mark is Mark.OK else said.text or None
    return Answer(item.id, mark, _plain(measure.value), note, source=Source.MACHINE)


def _measure_for(item: Item, measures: Sequence[Measure]) -> Measure | None:
    named = [one for one in measures if one.label.casefold() == item.id.casefold()]
    return next(iter(named or measures), None)


def _is_in_unit(item: Item, unit: str) -> bool:
    if unit in ("", item.unit):
        return True
    # A counter is a number of something; as a letter it would pass for a temperature.
    if unit == _COUNTER:
        return item.unit is None
    return item.unit is not None and is_own(item.unit, unit)


def _measures(text: str) -> Iterator[Measure]:
    """The values of a line, each `'label'=value[unit];…`; a word that is none is passed over."""
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        label, at = _quoted(text, at) if text[at] == "'" else _bare(text, at)
        if label is None:
            continue
        end = _end_of_word(text, at)
        yield _measure(label, text[at:end])
        at = end


def _quoted(text: str, at: int) -> tuple[str | None, int]:
    """The label in quotes that begins here, a quote in it doubled, and the place behind its `=`."""
    end = at + 1
    while (end := text.find("'", end)) >= 0 and text[end + 1 : end + 2] == "'":
        end += 2
    if end < 0:
        return None, len(text)
    if text[end + 1 : end + 2] != "=":
        return None, end + 1
    return text[at + 1 : end].replace("''", "'"), end + 2


def _bare(text: str, at: int) -> tuple[str | None, int]:
    """The label without quotes that begins here and the place behind its `=`."""
    end = _end_of_word(text, at)
    equals = text.find("=", at, end)
    return (None, end) if equals <= at else (text[at:equals], equals + 1)


def _end_of_word(text: str, at: int) -> int:
    while at < len(text) and not text[at].isspace():
        at += 1
    return at


def _measure(label: str, word: str) -> Measure:
    name = excerpt(label, _LONGEST_LABEL)
    found = _VALUE.fullmatch(word.partition(";")[0])
    if found is None:
        return Measure(name, None, "")
    value = Decimal(found["value"])
    if value and value.adjusted() >= _LONGEST_WHOLE:
        return Measure(name, None, found["unit"])
    return Measure(name, _rounded(value), found["unit"])


def _rounded(value: Decimal) -> Decimal:
    """The value to nine decimals: what a float has beyond is noise."""
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -_LONGEST_PART:
        value = value.quantize(Decimal(1).scaleb(-_LONGEST_PART)).normalize()
    return abs(value) if value == 0 else value


def _plain(value: Decimal) -> str:
    return format(value, "f")


def _without_last_word(text: str) -> str:
    end = len(text)
    while end > 0 and not text[end - 1].isspace():
        end -= 1
    return text[:end]


def _first_line(text: str) -> str:
    return excerpt(text.lstrip().partition("\n")[0], _LONGEST_TEXT)


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)
