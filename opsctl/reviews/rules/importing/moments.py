"""Times as people write them at the start of a line, and what they mean. Pure.

A time means a moment where its date, its clock and its zone are said, here or where the line stands. `CST`,
`10/12/2026` and the like mean different moments to different readers: they are never read.
"""

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import cache

from opsctl.core.errors import InvalidInput
from opsctl.core.texts import _
from opsctl.core.times import FIRST_YEAR, LAST_YEAR, naive_to_utc, read_zone

_LONGEST = 160
"""So many characters of a line are searched for its time."""
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ABBREVIATIONS = (
    "ACDT|ACST|ADT|AEDT|AEST|AKDT|AKST|AST|AWST|BRT|BST|CDT|CEST|CET|CST|CT|EAT|EDT|EEST|EET|EST|ET|HKT|HST|ICT|IDT|IST"
    "|JST|KST|MDT|MSK|MST|MT|NST|NZDT|NZST|PDT|PHT|PKT|PST|PT|SAST|SGT|SST|WAT|WEST|WET|WIB"
)
_MONTH_NAME = rf"(?:{'|'.join(_MONTHS)})[a-z]{{0,6}}\.?"
_WEEKDAY = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}\.?,?\s+)?"
_WEEKDAY_BEHIND = (
    r"(?:\s*\(?(?:星期|周)[一二三四五六日天]\)?|\s*\((?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}\)"
    r"|,\s*(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}\b)?"
)
_DATES = (
    r"(?P<year>[0-9]{4})(?P<dash>[-/.])(?P<month>[0-9]{1,2})(?P=dash)(?P<day>[0-9]{1,2})(?![0-9])",
    r"(?:(?P<year>[0-9]{4})\s*年\s*)?(?P<month>[0-9]{1,2})\s*月\s*(?P<day>[0-9]{1,2})\s*[日号]",
    rf"(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<name>{_MONTH_NAME})(?:,?\s+(?P<year>[0-9]{{4}})(?![0-9]|:[0-9]))?(?![a-z])",
    rf"(?P<name>{_MONTH_NAME})\s+(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?(?![0-9]|:[0-9])(?:,?\s+(?P<year>[0-9]{{4}})(?![0-9]|:[0-9]))?",
    # Day and month, or month and day.
    r"(?P<unclear>[0-9]{1,2}(?P<dash>[-/.])[0-9]{1,2}(?:(?P=dash)(?:[0-9]{4}|[0-9]{2}))?)(?![0-9])(?=\s+[0-9]{1,2}:[0-9]{2}|\s*$)",
)
_NEXT_DAY = r"(?P<next>(?:the\s+)?(?:next|following)\s+day|次日|第二天|翌日|隔天)"
_CLOCK = (
    r"(?P<half>上午|下午|凌晨|早上|晚上|中午)?\s*(?P<hour>[0-9]{1,2})"
    r"(?::(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:[.,][0-9]{1,9})?)?(?![0-9]|:[0-9])(?:\s*(?P<meridiem>[ap]\.?m\b\.?))?"
    r"|[时点](?:(?P<minute_zh>[0-9]{1,2})分?)?|\s*(?P<meridiem_alone>[ap]\.?m\b\.?))"
)
_ZONE = (
    r"\s*(?P<open>[(\[])?(?:"
    r"(?P<utc>(?:utc|gmt)(?:\s*(?P<sign>[+-])\s*(?P<ahead>[0-9]{1,2}(?::?[0-9]{2})?))?|z|协调世界时)"
    r"|(?P<offset>[+-][0-9]{2}:?[0-9]{2}|[+-][0-9]{2}(?![0-9:]))"
    r"|(?P<beijing>北京时间|beijing\s+time)"
    rf"|(?P<place>[a-z]+/[a-z_]+(?:/[a-z_]+)?)|(?-i:(?P<abbreviation>{_ABBREVIATIONS})))(?![a-z0-9])(?(open)[)\]])"
)
_ABOUT = r"(?P<about>(?:~|≈|approx\.?|approximately|about|around|circa|ca\.|at|约|大约)\s*)"
_BETWEEN = r"\s*(?:-{1,2}|~|→|to|until|till|through|至|到)\s*"
_OPENERS = {"***": "***", "**": "**", "*": "*", "__": "__", "_": "_", "`": "`", "[": "]", "(": ")", "【": "】"}
# One sign for one sign, so that places in the line stay the same.
_WIDE: dict[int, int | str] = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_NARROW = _WIDE | str.maketrans({**dict.fromkeys("‐‑‒–—―−", "-"), "\u3000": " ", "\xa0": " "})
BEIJING = timezone(timedelta(hours=8))

Reckoning = timezone | str | None
"""The offset, or the zone's name, that clocks are read in; None where nobody says."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """A time as it was written: what it says of a date, a clock and a zone.

    `doubt` is what more than one moment could be meant by. `days_on` counts days after the day at hand (`next day`).
    `until` is where a span ends. `text` is the rest of the line, or with `whole` all of it: a span, or a time that is
    not exact.
    """

    written: str
    text: str
    year: int | None = None
    month: int | None = None
    day: int | None = None
    clock: timedelta | None = None
    reckoning: Reckoning = None
    doubt: str | None = None
    days_on: int = 0
    until: "Stamp | None" = None
    whole: bool = False

    @property
    def has_date(self) -> bool:
        """Whether a date is said; perhaps without its year."""
        return self.month is not None


@dataclass(frozen=True, slots=True)
class _Scanned:
    stamp: Stamp
    end: int


def read_stamp(line: str) -> Stamp | None:
    """The time that the line begins with, or None."""
    narrow = line[:_LONGEST].translate(_NARROW)
    start = len(narrow) - len(narrow.lstrip())
    opener = next((one for one in _OPENERS if narrow.startswith(one, start)), "")
    inside = start + len(opener)
    about = _shape(_ABOUT).match(narrow, inside)
    scanned = _scan(narrow, about.end() if about else inside)
    if scanned is None:
        return None
    stamp, end = scanned.stamp, scanned.end
    until = _scan_end(narrow, end) if stamp.clock is not None else None
    if until is not None:
        end = until.end
        if stamp.reckoning is None and stamp.doubt is None:
            stamp = _changed(stamp, reckoning=until.stamp.reckoning, doubt=until.stamp.doubt)
        stamp = _changed(stamp, until=until.stamp)
    whole = about is not None or until is not None
    rest = _rest(line, narrow, end, opener)
    return _changed(stamp, written=line[inside:end].strip(), text=line.strip() if whole else rest, whole=whole)


def read_whole(text: str) -> Stamp | None:
    """The time that the text is, with nothing besides; or None."""
    stamp = read_stamp(text)
    return stamp if stamp is not None and not stamp.text and not stamp.whole else None


def read_reckoning(text: str) -> tuple[Reckoning, str | None]:
    """The offset or zone that the text names, or what it may mean several of; (None, None) where it names none."""
    narrow = text.strip()[:_LONGEST].translate(_NARROW)
    found = _shape(_ZONE).match(narrow)
    if found is None or narrow[found.end() :].strip(" .)*_") not in ("", "time", "时间"):
        return None, None
    return _reckoning(found)


def day_of(stamp: Stamp, year: int | None) -> date:
    """The date of the stamp; where it says no year, in `year`. Raise InvalidInput where there is no such date."""
    if stamp.year is None and year is None:
        raise InvalidInput(
            _("{time} has no year.").format(time=stamp.written), _("Write the year, such as 2026-10-12 14:32.")
        )
    try:
        day = date(stamp.year or year or 0, stamp.month or 0, stamp.day or 0)
    except ValueError as error:
        raise _no_such_time(stamp) from error
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise _no_such_time(stamp)
    return day


def moment_of(stamp: Stamp, day: date, reckoning: Reckoning) -> datetime:
    """The moment, in UTC and whole seconds, at the stamp's clock on `day`; where it names no zone, by `reckoning`.

    Raise InvalidInput where more than one moment may be meant, where there is no such time, and without a zone.
    """
    check_clear(stamp)
    used = stamp.reckoning if stamp.reckoning is not None else reckoning
    if stamp.clock is None:
        raise InvalidInput(
            _("{time} has no time of day.").format(time=stamp.written),
            _("Write it behind the date: 2026-10-12 14:32 UTC."),
        )
    if stamp.clock > timedelta(hours=24):
        raise _no_such_time(stamp)
    if used is None:
        raise InvalidInput(
            _("{time} has no zone.").format(time=stamp.written),
            _("Give --tz for all times without one, or write it behind the time: 14:32 UTC, 14:32+08:00."),
        )
    naive = datetime.combine(day, time()) + stamp.clock
    if isinstance(used, str):
        return naive_to_utc(naive, used)
    return naive.replace(tzinfo=used).astimezone(UTC)


def accepted() -> str:
    """The next step where something is no date and no time."""
    return _("Write it as 2026-10-12, or as 2026-10-12 14:32 UTC with its zone or offset.")


def check_clear(stamp: Stamp) -> None:
    """Raise InvalidInput where more than one moment may be meant."""
    if stamp.doubt is not None:
        raise InvalidInput(
            _("{time}: {part} can mean more than one time.").format(time=stamp.written, part=stamp.doubt),
            _("Write the date as 2026-10-12 and the offset in figures: 2026-10-12 14:32-06:00."),
        )


@cache
def _shape(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def _scan(narrow: str, start: int) -> _Scanned | None:
    """The date, the clock and the zone that begin at `start`."""
    place = start
    said: dict[str, object] = {}
    if ahead := _shape(r"(?P<beijing>北京时间)\s*").match(narrow, place):
        said["reckoning"], place = BEIJING, ahead.end()
    dated = _scan_date(narrow, place)
    if dated is not None:
        said |= dated[0]
        place = dated[1]
    between = re.compile(r"(?P<t>t)(?=[0-9])|\s*,?\s*(?:at\s+|北京时间\s*)?|\s+").match(narrow.casefold(), place)
    after = between.end() if between and dated is not None else place
    found = _shape(_CLOCK).match(narrow, after)
    if found is None:
        return _Scanned(Stamp("", "", **said), place) if dated is not None else None  # type: ignore[arg-type]
    if "北京时间" in narrow[place:after]:
        said["reckoning"] = BEIJING
    said["clock"], doubt = _clock(found)
    place = found.end()
    zoned = _shape(_ZONE).match(narrow, place)
    # A span is written to the minute, an offset also behind seconds.
    strict = (between is not None and bool(between["t"])) or found["second"] is not None
    if zoned is not None and not (zoned["offset"] and not strict and _may_be_span(zoned["offset"])):
        said["reckoning"], unclear = _reckoning(zoned)
        place = zoned.end()
        if unclear and (explained := _shape(_ZONE).match(narrow, place)):
            # 14:32 CST (UTC+8)
            said["reckoning"], unclear = _reckoning(explained)
            place = explained.end()
        doubt = doubt or unclear
    elif zoned is not None and dated is not None and _is_offset(zoned["offset"]):
        doubt, place = doubt or zoned["offset"], zoned.end()
    if doubt:
        said.setdefault("doubt", doubt)
    return _Scanned(Stamp("", "", **said), place)  # type: ignore[arg-type]


def _scan_date(narrow: str, place: int) -> tuple[dict[str, object], int] | None:
    if found := _shape(_NEXT_DAY + r"[,:]?").match(narrow, place):
        return {"days_on": 1}, found.end()
    for shape in _DATES:
        found = _shape(_WEEKDAY + shape + _WEEKDAY_BEHIND).match(narrow, place)
        if found is None:
            continue
        groups = found.groupdict()
        if groups.get("unclear"):
            return {"doubt": groups["unclear"], "month": 1, "day": 1}, found.end()
        month = _MONTHS.index(groups["name"][:3].casefold()) + 1 if groups.get("name") else int(groups["month"])
        year = int(groups["year"]) if groups["year"] else None
        return {"year": year, "month": month, "day": int(groups["day"])}, found.end()
    return None


def _scan_end(narrow: str, place: int) -> _Scanned | None:
    """Where a span that may have begun before `place` ends; only a clock ends one."""
    found = _shape(_BETWEEN).match(narrow, place)
    if found is None:
        return None
    scanned = _scan(narrow, found.end())
    return scanned if scanned is not None and scanned.stamp.clock is not None else None


def _clock(found: re.Match[str]) -> tuple[timedelta, str | None]:
    """The time since midnight, more than 24 hours where there is no such clock; and what is in doubt of it."""
    hour, minute = int(found["hour"]), int(found["minute"] or found["minute_zh"] or 0)
    second = int(found["second"] or 0)
    meridiem = (found["meridiem"] or found["meridiem_alone"] or "").casefold()[:1]
    doubt = None
    if meridiem:
        hour = hour % 12 + (12 if meridiem == "p" else 0) if 1 <= hour <= 12 else 99
    elif found["half"] in ("下午", "晚上") and hour <= 12:
        doubt = found[0] if hour in (0, 12) or (found["half"] == "晚上" and hour < 5) else None
        hour += 12
    elif found["half"] in ("上午", "凌晨", "早上") and hour == 12:
        doubt = found[0]
    if minute > 59 or second > 59:
        hour = 99
    return timedelta(hours=hour, minutes=minute, seconds=second), doubt


def _reckoning(found: re.Match[str]) -> tuple[Reckoning, str | None]:
    if found["beijing"]:
        return BEIJING, None
    if found["place"]:
        try:
            return read_zone(found["place"]).key, None
        except InvalidInput:
            return None, found["place"]
    if found["abbreviation"]:
        return None, found["abbreviation"]
    written = (found["sign"] or "") + (found["ahead"] or "") if found["utc"] else found["offset"]
    if not written:
        return UTC, None
    if not _is_offset(written):
        return None, found[0].strip()
    return timezone(_ahead(written)), None


def _ahead(offset: str) -> timedelta:
    digits = offset[1:].replace(":", "")
    hours, minutes = (int(digits[:-2]), int(digits[-2:])) if len(digits) > 2 else (int(digits), 0)
    return timedelta(hours=hours, minutes=minutes) * (-1 if offset[0] == "-" else 1)


def _is_offset(offset: str) -> bool:
    """Whether clocks stand so somewhere on earth."""
    if int(offset.replace(":", "")[-2:]) > 59 and len(offset) > 3:
        return False
    ahead = _ahead(offset)
    return timedelta(hours=-12) <= ahead <= timedelta(hours=14) and ahead % timedelta(minutes=15) == timedelta(0)


def _may_be_span(offset: str) -> bool:
    """Whether `-15:30` behind a clock may as well be the end of a span."""
    return offset[0] == "-" and ":" in offset


def _rest(line: str, narrow: str, end: int, opener: str) -> str:
    """What stands behind the time; the marks around the time go with it."""
    if opener:
        closer = re.compile(rf"\s*[:,-]?\s*{re.escape(_OPENERS[opener])}").match(narrow, end)
        if closer:
            return line[_after_signs(narrow, closer.end()) :].strip()
        return opener + line[_after_signs(narrow, end) :].strip()
    return line[_after_signs(narrow, end) :].strip()


def _after_signs(narrow: str, end: int) -> int:
    found = re.compile(r"\s*(?:\|\s*)?(?:-{1,3}>?|:|,|→|=>|>)?\s*").match(narrow, end)
    return found.end() if found else end


def _changed(stamp: Stamp, **changes: object) -> Stamp:
    return replace(stamp, **changes)  # type: ignore[arg-type]


def _no_such_time(stamp: Stamp) -> InvalidInput:
    return InvalidInput(
        _("There is no such time: {text!r}.").format(text=stamp.written),
        accepted(),
    )
