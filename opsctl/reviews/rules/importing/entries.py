"""What the entries of a post-mortem say: its title, its incident, its meeting, and its dates checked. Pure."""

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

from opsctl.core.errors import InvalidInput
from opsctl.core.texts import _
from opsctl.core.typed import excerpt
from opsctl.reviews.rules.importing.context import Context, Remarks, dates_of, read_when
from opsctl.reviews.rules.importing.front import Said
from opsctl.reviews.rules.importing.moments import accepted, check_clear, day_of, moment_of, read_reckoning, read_whole
from opsctl.reviews.rules.importing.vocabulary import NOTHING, Entry, entry, is_one_of

_TIMES = (Entry.STARTED, Entry.DETECTED, Entry.RESOLVED)
_IDENTIFIER = re.compile(r"(?=[^\s]*[0-9])[^\s,;，；、]{1,64}")
_REFERENCE = re.compile(r"\bINC-[0-9]{4}-[0-9]+\b", re.IGNORECASE)
_IN_BRACKETS = re.compile(r"[(（]\s*(?:incident|事件)\s*(#?[\w-]{0,40}[0-9])\s*[)）]", re.IGNORECASE)
_BETWEEN_NAMES = re.compile(r"\s*[,;，；、]\s*")
_DATE_INSIDE = re.compile(
    r"[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}(?![0-9])|[0-9]{4}\s*年\s*[0-9]{1,2}\s*月\s*[0-9]{1,2}\s*日"
    r"|[0-9]{1,2}(?:st|nd|rd|th)?\s+[A-Z][a-z]{2,8}\s+[0-9]{4}|[A-Z][a-z]{2,8}\s+[0-9]{1,2}(?:st|nd|rd|th)?,?\s+[0-9]{4}"
)


@dataclass(frozen=True, slots=True)
class _Time:
    """When an entry says that something was: aware, or naive without a zone, or a day."""

    written: date | datetime
    number: int
    label: str


@dataclass(slots=True)
class Known:
    """What the entries say, and which of their lines are mapped; `kept` are the others, as they are kept."""

    title: str = ""
    incident: str | None = None
    facilitator: str | None = None
    participants: tuple[str, ...] = ()
    held_on: datetime | None = None
    mapped: set[int] = field(default_factory=set)
    kept: list[str] = field(default_factory=list)


def with_dates(context: Context, entries: Sequence[Said], title: str, remarks: Remarks) -> Context:
    """The context with what the file says of zones and dates; a date only where it says but one."""
    days: set[date] = set()
    years: set[int] = set()
    for one in entries:
        meaning = entry(one.label)
        if meaning is Entry.ZONE:
            context = _with_zone(context, one, remarks)
        elif meaning in (Entry.DATE, *_TIMES):
            for value in one.values:
                _collect(value, days, years)
    for found in _DATE_INSIDE.finditer(title):
        _collect(found[0], days, years)
    return replace(
        context,
        day=days.pop() if len(days) == 1 else None,
        year=years.pop() if len(years) == 1 else None,
    )


def read_entries(entries: Sequence[Said], title: str, context: Context, remarks: Remarks) -> Known:
    """What the entries say beside the file's `title`, which an entry goes before."""
    known = Known()
    times: dict[Entry, _Time] = {}
    for one in entries:
        meaning = entry(one.label)
        if _map(known, one, meaning, context, remarks):
            known.mapped |= one.lines
            continue
        if one.shown is not None:
            known.kept.append(one.shown)
        if meaning is None:
            remarks.add(
                one.number,
                _("“{label}” is not known in front matter; it is kept as text.").format(label=excerpt(one.label)),
            )
        elif meaning in (Entry.DATE, *_TIMES):
            _check_date(one, meaning, context, remarks, times)
    _check_order(times, remarks)
    known.title = known.title or title
    if known.incident is None:
        known.incident = _named(known.title)
    return known


def _named(title: str) -> str | None:
    """The one incident that a title names: by a reference of ours, or in brackets, `(incident #465)`."""
    found = {one.upper() for one in _REFERENCE.findall(title)} or set(_IN_BRACKETS.findall(title))
    return found.pop() if len(found) == 1 else None


def _collect(value: str, days: set[date], years: set[int]) -> None:
    day, year = dates_of(value)
    if day is not None and year is not None:
        days.add(day)
        years.add(year)


def _with_zone(context: Context, one: Said, remarks: Remarks) -> Context:
    stated, doubt = read_reckoning(" ".join(one.values))
    if stated is None:
        remarks.add(
            one.number,
            _("“{value}” is not one zone.").format(value=excerpt(" ".join(one.values))),
            _("Use UTC, an offset such as UTC+08:00, or a name such as Asia/Shanghai."),
        )
        doubt = doubt or excerpt(" ".join(one.values))
    return replace(context, stated=stated, doubt=doubt if stated is None else None)


def _map(known: Known, one: Said, meaning: Entry | None, context: Context, remarks: Remarks) -> bool:
    """Take what the entry says; whether all of it stands in the document now."""
    value = one.values[0] if one.values else ""
    match meaning:
        case Entry.TITLE if value and not known.title and len(one.values) == 1:
            known.title = " ".join(value.split())
        case Entry.INCIDENT if value and not is_one_of(value, NOTHING):
            return _map_incident(known, one, remarks)
        case Entry.FACILITATOR if value and known.facilitator is None and len(one.values) == 1:
            known.facilitator = " ".join(value.split())
        case Entry.PARTICIPANTS if value:
            known.participants = tuple(dict.fromkeys([*known.participants, *names(one.values)]))
        case Entry.HELD if value and known.held_on is None:
            known.held_on = _held(one, context, remarks)
            # A zone that was said, or seconds, would be lost with the line; the moment stands in the document.
            return known.held_on is not None
        case _:
            return False
    return True


def names(values: Sequence[str]) -> Iterator[str]:
    """The names in these values, which stand between commas."""
    for value in values:
        for name in _BETWEEN_NAMES.split(value):
            if plain_name := " ".join(name.split()):
                yield plain_name


def _map_incident(known: Known, one: Said, remarks: Remarks) -> bool:
    written = one.values[0].strip("[]`")
    if len(one.values) > 1 or (known.incident is not None and known.incident != written):
        remarks.add(
            one.number,
            _("More than one incident is named; all but the first are kept as text."),
            _("Name the others where the review is written."),
        )
        if known.incident is None and _IDENTIFIER.fullmatch(written):
            known.incident = written
        return False
    if not _IDENTIFIER.fullmatch(written):
        remarks.add(
            one.number,
            _("“{value}” is not the reference of an incident; it is kept as text.").format(value=excerpt(written)),
            _("Write one reference, such as INC-2026-0042 or the number of the other tool."),
        )
        return False
    known.incident = written
    # The number of another tool may lead to no record here: it stays readable.
    return _REFERENCE.fullmatch(written) is not None


def _held(one: Said, context: Context, remarks: Remarks) -> datetime | None:
    try:
        moment = read_when(one.values[0], context)
    except InvalidInput as error:
        remarks.refuse(one.number, error)
        return None
    if moment > context.now:
        remarks.add(
            one.number,
            _("The review was held in the future: {text}.").format(text=excerpt(one.values[0])),
            _("Check the date, or leave it out until the review was held."),
        )
        return None
    return moment


def _check_date(one: Said, meaning: Entry, context: Context, remarks: Remarks, times: dict[Entry, _Time]) -> None:
    """Report a date that is none; remember the time that an entry of the incident says."""
    value = one.values[0] if one.values else ""
    if not value or is_one_of(value, NOTHING):
        return
    stamp = read_whole(value)
    if stamp is None or stamp.days_on:
        remarks.add(one.number, _("{text!r} is not a date.").format(text=excerpt(value)), accepted())
        return
    try:
        check_clear(stamp)
        day = day_of(stamp, None) if stamp.has_date else context.day
        if day is None:
            raise InvalidInput(_("{time} has no date.").format(time=stamp.written), accepted())
        written: date | datetime = day
        if stamp.clock is not None:
            local = replace(stamp, reckoning=None)
            written = moment_of(local, day, UTC).replace(tzinfo=None)
            times.setdefault(meaning, _Time(written, one.number, one.label))
            written = moment_of(stamp, day, context.reckoning)
    except InvalidInput as error:
        remarks.refuse(one.number, error)
        return
    # A day needs no zone: nothing is made of it but the date of bare clocks.
    times[meaning] = _Time(written, one.number, one.label)


def _check_order(times: Mapping[Entry, _Time], remarks: Remarks) -> None:
    """Report what ends before it starts; times that only one zone is known of are not compared."""
    for first, second in itertools.combinations(_TIMES, 2):
        earlier, later = times.get(first), times.get(second)
        if earlier is None or later is None or not _is_before(later.written, earlier.written):
            continue
        remarks.add(
            later.number,
            _("“{later}” is before “{earlier}” in line {line}.").format(
                later=excerpt(later.label), earlier=excerpt(earlier.label), line=earlier.number
            ),
            _("Check both times and their zones."),
        )
        return


def _is_before(one: date | datetime, other: date | datetime) -> bool:
    if isinstance(one, datetime) and isinstance(other, datetime):
        return (one.tzinfo is None) == (other.tzinfo is None) and one < other
    return type(one) is type(other) and one < other
