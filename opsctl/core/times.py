"""Moments, zones and durations: what people type becomes aware UTC, and what is stored becomes readable.

Inside, time is aware UTC. A local time that the clocks skip, or show twice, is never guessed.
"""

import re
from bisect import bisect_left
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import lru_cache
from typing import TYPE_CHECKING

from opsctl.core.errors import InvalidInput
from opsctl.core.texts import _, series
from opsctl.core.typed import excerpt, mend, nearest

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

# Any zone can show a moment of these years: one year is left on either side of what datetime holds, and who
# types 0226 has slipped.
FIRST_YEAR, LAST_YEAR = 1900, 9998

_LONGEST_MOMENT = 64
_CLOCK_TOLERANCE = timedelta(minutes=2)

# These are compiled by `re` when they are first used: every command loads this module, few read a time.

_ZONE_NAME = r"[A-Za-z][A-Za-z0-9_+/-]*"
# Files beside the zones: `right/` counts leap seconds, the others are whatever this machine is set to.
_NO_ZONES = {"right", "posix", "localtime", "posixrules"}

DAYS_BACK = {"today": 0, "今天": 0, "今日": 0, "yesterday": 1, "昨天": 1, "昨日": 1, "前天": 2}
"""Words for days that have passed, each with how many days ago that was."""
_DAYS_AHEAD = {"tomorrow": 1, "明天": 1, "明日": 1, "后天": 2}
_NOW = {"now", "现在"}
_CLOCK = r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]+))?)?"
# Beside a date, 14.30 can only be a clock; alone it may be a number.
_CLOCK_BESIDE_DATE = _CLOCK.replace("):(", ")[:.](")
_OFFSET = r"(?:z|(?P<sign>[+-])(?P<ahead>[0-9]{2}(?::?[0-9]{2}(?::?[0-9]{2})?)?))"
_ON_DATE = (
    r"(?P<year>[0-9]{4})(?P<dash>[-/.])(?P<month>[0-9]{1,2})(?P=dash)(?P<day>[0-9]{1,2})"
    rf"(?:(?:\s*t\s*|\s+){_CLOCK_BESIDE_DATE}(?:\s*(?P<offset>{_OFFSET}))?)?"
)
_ON_DAY = rf"(?P<word>{'|'.join(DAYS_BACK)})(?:\s*{_CLOCK_BESIDE_DATE})?"
_ON_DAY_AHEAD = _ON_DAY.replace("|".join(DAYS_BACK), "|".join(_DAYS_AHEAD))
# A capital M is a month elsewhere, so it is not taken for a minute.
_DURATION = (
    r"(?=[0-9])(?:([0-9]+)\s*(?i:w)\s*)?(?:([0-9]+)\s*(?i:d)\s*)?(?:([0-9]+)\s*(?i:h)\s*)?"
    r"(?:([0-9]+)\s*m\s*)?(?:([0-9]+)\s*(?i:s))?"
)
_UNITS = ("weeks", "days", "hours", "minutes", "seconds")


def utc_text(moment: datetime) -> str:
    """The moment in UTC as `2026-10-01T00:00:00.000000Z`, always with microseconds.

    Raise ValueError if it is naive.
    """
    if moment.tzinfo is not UTC:
        moment = _aware(moment).astimezone(UTC)
    return _spelled_in_utc(moment)


@lru_cache(maxsize=4096)
def _spelled_in_utc(moment: datetime) -> str:
    # Kept: a record names the same moment several times, and an import many records. Only for moments that are in UTC
    # already, since two of a zone that differ in their fold alone count as equal.
    return moment.isoformat("T", "microseconds").removesuffix("+00:00") + "Z"


@lru_cache(maxsize=64)
def read_zone(name: str) -> "ZoneInfo":
    """The zone of the IANA database with this name. Raise InvalidInput, with the nearest names, if there is none."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

    plain = mend(name) if len(name) <= _LONGEST_MOMENT else ""
    if re.fullmatch(_ZONE_NAME, plain) and plain.split("/")[0] not in _NO_ZONES:
        # A folder (`Europe`) is an OSError, a file that holds no zone a ValueError.
        with suppress(ZoneInfoNotFoundError, ValueError, OSError):
            return ZoneInfo(plain)
    close = nearest(name, available_timezones() - _NO_ZONES)
    raise InvalidInput(
        _("There is no time zone {name!r}.").format(name=excerpt(name)),
        _("Did you mean {names}?").format(names=series(close)) if close else _("Use a name such as Asia/Shanghai."),
    )


def looks_like_moment(text: str) -> bool:
    """Whether the text has the shape of something `read_moment` reads, though perhaps of no real time (25:00)."""
    if len(text) > _LONGEST_MOMENT:
        return False
    plain = mend(text)
    folded = plain.casefold()
    return (
        folded in _NOW
        or any(re.fullmatch(shape, folded) for shape in (_ON_DATE, _ON_DAY, _CLOCK))
        or re.fullmatch(_DURATION, plain.removeprefix("-").lstrip()) is not None
    )


def read_moment(text: str, *, zone: str, now: datetime) -> datetime:
    """The moment, in UTC, that a person means: `2026-10-03 02:58`, `09:40`, `yesterday 14:00`, `-2h`, `7d`, `now`.

    Local times are in `zone` unless an offset is given. A date or a day alone is the first instant of that day.
    A bare clock is its last occurrence not after `now`, with two minutes of tolerance. A duration lies before `now`
    and counts elapsed hours (`7d` is 168 h). Moments after `now` are read like any other. Raise InvalidInput for
    anything else, for a local time that the clocks skip, and for one they show twice.
    """
    today = local_day(now, zone)
    plain = mend(text) if len(text) <= _LONGEST_MOMENT else ""
    folded = plain.casefold()
    try:
        if folded in _NOW:
            return now.astimezone(UTC)
        if found := re.fullmatch(_ON_DATE, folded):
            return _on_date(found, zone)
        if found := re.fullmatch(_ON_DAY, folded):
            return _at(today - timedelta(days=DAYS_BACK[found["word"]]), found, zone)
        if found := re.fullmatch(_CLOCK, folded):
            return _last_occurrence(_since_midnight(found), zone, now)
        if (length := _length(plain.removeprefix("-").lstrip())) is not None:
            moment = now.astimezone(UTC) - length
            if moment.year < FIRST_YEAR:
                raise OverflowError("nobody means so long ago")
            return moment
    except (ValueError, OverflowError) as error:
        raise InvalidInput(_("There is no such time: {text!r}.").format(text=excerpt(text)), _moment_hint()) from error
    raise InvalidInput(_("{text!r} is not a time.").format(text=excerpt(text)), _moment_hint())


def is_clock(text: str) -> bool:
    """Whether the text names a time of day and no day: `read_moment` then takes its last occurrence."""
    return len(text) <= _LONGEST_MOMENT and re.fullmatch(_CLOCK, mend(text).casefold()) is not None


def read_future_moment(text: str, *, zone: str, now: datetime, after: datetime | None = None) -> datetime:
    """The moment, in UTC, that a person means who plans: as `read_moment`, but looking ahead.

    A bare clock is its next occurrence, not before `after` or, without one, not before `now` with two minutes of
    tolerance. `2h` lies after `now`, `-2h` before it; `tomorrow 22:00` and `明天` are understood. What has passed is
    read like any other. Raise InvalidInput where `read_moment` does.
    """
    plain = mend(text) if len(text) <= _LONGEST_MOMENT else ""
    folded = plain.casefold()
    try:
        if found := re.fullmatch(_ON_DAY_AHEAD, folded):
            return _at(local_day(now, zone) + timedelta(days=_DAYS_AHEAD[found["word"]]), found, zone)
        if found := re.fullmatch(_CLOCK, folded):
            return _next_occurrence(_since_midnight(found), zone, after or now - _CLOCK_TOLERANCE)
        if (length := _length(plain.removeprefix("+").lstrip())) is not None:
            moment = now.astimezone(UTC) + length
            if moment.year > LAST_YEAR:
                raise OverflowError("nobody plans so far ahead")
            return moment
    except (ValueError, OverflowError) as error:
        raise InvalidInput(_("There is no such time: {text!r}.").format(text=excerpt(text)), _moment_hint()) from error
    return read_moment(text, zone=zone, now=now)


def naive_to_utc(naive: datetime, zone: str) -> datetime:
    """The moment, in UTC, when clocks in `zone` show `naive`; quick enough for every row of a file.

    Raise InvalidInput if they skip that time, or show it twice, or for a year outside FIRST_YEAR to LAST_YEAR;
    ValueError if `naive` has a zone already.
    """
    if naive.tzinfo is not None:
        raise ValueError("a naive time is needed")
    info = read_zone(zone)
    _check_year(naive.year)
    first, second = _offsets(naive, info)
    if first == second:
        return (naive - first).replace(tzinfo=UTC)
    return _doubtful_to_utc(naive.replace(fold=0), info)


def start_of_day(day: date, zone: str) -> datetime:
    """The first instant of the day in `zone`, in UTC: midnight, or where the clocks skip it the first after it.

    A midnight that comes twice counts from the first. A day that the zone skipped starts with the day after it.
    Raise InvalidInput where the instant is beyond what a datetime holds.
    """
    try:
        return _first_instant(datetime.combine(day, time()), read_zone(zone))
    except OverflowError as error:
        raise _unknown_year(day.year) from error


def local_day(moment: datetime, zone: str) -> date:
    """The date that calendars in `zone` show at the moment. Raise ValueError if it is naive."""
    return _aware(moment).astimezone(read_zone(zone)).date()


def read_duration(text: str) -> timedelta:
    """The duration that `90s`, `15m`, `4h`, `1h30m`, `2d` or `2w` says. A day has 24 hours.

    Raise InvalidInput for anything else, and for more than a timedelta holds.
    """
    try:
        length = _length(mend(text)) if len(text) <= _LONGEST_MOMENT else None
    except OverflowError as error:
        raise InvalidInput(
            _("The duration {text!r} is too long.").format(text=excerpt(text)), _duration_hint()
        ) from error
    if length is None:
        raise InvalidInput(_("{text!r} is not a duration.").format(text=excerpt(text)), _duration_hint())
    return length


def show_moment(moment: datetime, zone: str, seconds: bool = False) -> str:
    """The moment in `zone`, `2026-10-03 02:58+08:00`: to the minute and never rounded up, or exact with `seconds`.

    A moment at the very edge of the calendar, which the zone cannot show, is shown in UTC. Raise ValueError if it
    is naive, InvalidInput for an unknown zone.
    """
    try:
        local = _aware(moment).astimezone(read_zone(zone))
    except OverflowError:
        local = moment.astimezone(UTC)
    return local.isoformat(" ", "auto" if seconds else "minutes")


def show_duration(seconds: float, *, in_days: bool = True) -> str:
    """The duration in days of 24 hours, hours, minutes and seconds, units of zero left out: `1 d 4 h`, `0 s`.

    Not `in_days`, it is in hours, however many: `40 h`.

    Above a minute a fraction counts as a whole second, below it shows with three decimals rounded up: a duration
    is never made to look shorter. What is finer than a microsecond is noise of binary floats. Raise ValueError if
    it is not finite.
    """
    from decimal import ROUND_CEILING, Decimal

    exact = Decimal(repr(seconds))
    if not exact.is_finite():
        raise ValueError("a duration is a finite number of seconds")
    size = exact.copy_abs()
    # Beyond fifteen digits a float has no microseconds, and quantize would run out of digits.
    size = size.quantize(Decimal("0.000001")) if size < 10**15 else size
    if size < 60:
        size = size.quantize(Decimal("0.001"), rounding=ROUND_CEILING)
    if size < 60:
        text = _("{count} s").format(count=format(size, "f").rstrip("0").removesuffix("."))
    else:
        minutes, rest = divmod(int(size.to_integral_value(rounding=ROUND_CEILING)), 60)
        hours, minutes = divmod(minutes, 60)
        days, hours = divmod(hours, 24) if in_days else (0, hours)
        units = ((days, _("{count} d")), (hours, _("{count} h")), (minutes, _("{count} min")), (rest, _("{count} s")))
        text = " ".join(pattern.format(count=count) for count, pattern in units if count)
    return f"−{text}" if exact < 0 and size else text


def _aware(moment: datetime) -> datetime:
    if moment.utcoffset() is None:
        raise ValueError("a moment has a zone; this one is naive")
    return moment


def _unknown_year(year: int) -> InvalidInput:
    return InvalidInput(
        _("The year {year} is not between {first} and {last}.").format(year=year, first=FIRST_YEAR, last=LAST_YEAR),
        _("Check the year."),
    )


def _check_year(year: int) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise _unknown_year(year)


def _offsets(naive: datetime, info: "ZoneInfo") -> tuple[timedelta, timedelta]:
    """What the zone adds to UTC before and after a change of the clocks at `naive`; twice the same where none is."""
    first, second = info.utcoffset(naive.replace(fold=0)), info.utcoffset(naive.replace(fold=1))
    if first is None or second is None:
        raise ValueError("a zone of the database always has an offset")
    return first, second


def _first_instant(naive: datetime, info: "ZoneInfo") -> datetime:
    """The first instant, in UTC, when clocks show `naive` or, where they skip it, later."""
    first, second = _offsets(naive, info)
    if first >= second:
        return (naive - first).replace(tzinfo=UTC)
    # The clocks change once between these two, at a whole second.
    before = (naive.replace(microsecond=0) - second).replace(tzinfo=UTC)
    steps = range(int((second - first).total_seconds()) + 1)

    def shown(step: int) -> datetime:
        return (before + timedelta(seconds=step)).astimezone(info).replace(tzinfo=None)

    return before + timedelta(seconds=bisect_left(steps, naive.replace(microsecond=0), key=shown))


def _doubtful_to_utc(naive: datetime, info: "ZoneInfo") -> datetime:
    import pendulum
    from pendulum.tz.exceptions import AmbiguousTime, NonExistingTime

    clock = naive.hour, naive.minute, naive.second, naive.microsecond
    shown = _spelled(naive, " ")
    try:
        found = pendulum.datetime(naive.year, naive.month, naive.day, *clock, tz=info.key, raise_on_unknown_times=True)
    except NonExistingTime as error:
        after = _first_instant(naive, info).astimezone(info)
        before = (after.astimezone(UTC) - timedelta(minutes=1)).astimezone(info)
        raise InvalidInput(
            _("{time} does not exist in {zone}: the clocks skip it.").format(time=shown, zone=info.key),
            _("The nearest times are {before} and {after}.").format(
                before=_spelled(before, "T"), after=_spelled(after, "T")
            ),
        ) from error
    except AmbiguousTime as error:
        first, second = (_spelled(naive.replace(tzinfo=timezone(offset)), "T") for offset in _offsets(naive, info))
        raise InvalidInput(
            _("{time} comes twice in {zone}: the clocks go back.").format(time=shown, zone=info.key),
            _("Add the offset: {first} or {second}.").format(first=first, second=second),
        ) from error
    return found.astimezone(UTC)


def _spelled(moment: datetime, between: str) -> str:
    """As short as it can be typed again: seconds only where there are any."""
    return moment.isoformat(between, "auto" if moment.second or moment.microsecond else "minutes")


def _on_date(found: re.Match[str], zone: str) -> datetime:
    _check_year(int(found["year"]))
    day = date(int(found["year"]), int(found["month"]), int(found["day"]))
    if not found["offset"]:
        return _at(day, found, zone)
    # The parts of an offset beyond those given are zero.
    parts = [int(part) for part in re.findall("[0-9]{2}", found["ahead"] or "")]
    hours, minutes, seconds = [*parts, 0, 0, 0][:3]
    if minutes > 59 or seconds > 59:
        raise ValueError("an offset of more than 59 minutes or seconds")
    ahead = timedelta(hours=hours, minutes=minutes, seconds=seconds) * (-1 if found["sign"] == "-" else 1)
    naive = datetime.combine(day, time()) + _since_midnight(found)
    return naive.replace(tzinfo=timezone(ahead)).astimezone(UTC)


def _at(day: date, found: re.Match[str], zone: str) -> datetime:
    midnight = datetime.combine(day, time())
    if found["hour"]:
        return naive_to_utc(midnight + _since_midnight(found), zone)
    start = start_of_day(day, zone)
    if local_day(start, zone) == day:
        return start
    # The zone skipped the whole day: the error about its midnight says so.
    return naive_to_utc(midnight, zone)


def _since_midnight(found: re.Match[str]) -> timedelta:
    """The clock as the time since midnight; 24:00 is the midnight that ends the day. Raise ValueError for 24:01."""
    hour, minute, second = int(found["hour"]), int(found["minute"]), int(found["second"] or 0)
    microsecond = int((found["fraction"] or "").ljust(6, "0")[:6])
    if hour > 24 or minute > 59 or second > 59 or (hour == 24 and (minute or second or microsecond)):
        raise ValueError("no such clock time")
    return timedelta(hours=hour, minutes=minute, seconds=second, microseconds=microsecond)


def _last_occurrence(since_midnight: timedelta, zone: str, now: datetime) -> datetime:
    info = read_zone(zone)
    latest = now.astimezone(UTC) + _CLOCK_TOLERANCE
    midnight = datetime.combine(latest.astimezone(info).date(), time())
    # Clocks that go back over midnight have shown tomorrow's first minutes already.
    naive = midnight + since_midnight + timedelta(days=1)
    while _first_instant(naive, info) > latest:
        naive -= timedelta(days=1)
    return naive_to_utc(naive, zone)


def _next_occurrence(since_midnight: timedelta, zone: str, earliest: datetime) -> datetime:
    info = read_zone(zone)
    naive = datetime.combine(local_day(earliest, zone), time()) + since_midnight - timedelta(days=1)
    while _last_instant(naive, info) < earliest:
        naive += timedelta(days=1)
    return naive_to_utc(naive, zone)


def _last_instant(naive: datetime, info: "ZoneInfo") -> datetime:
    """The last instant, in UTC, when clocks show `naive`; where they skip it the first one later."""
    first, second = _offsets(naive, info)
    return (naive - second).replace(tzinfo=UTC) if first >= second else _first_instant(naive, info)


def _length(text: str) -> timedelta | None:
    """What `1h30m` says, or None. Raise OverflowError for more than a timedelta holds."""
    found = re.fullmatch(_DURATION, text)
    if not found:
        return None
    parts = zip(_UNITS, found.groups(), strict=True)
    return timedelta(**{unit: int(count) for unit, count in parts if count})


def _moment_hint() -> str:
    return _("Use 2026-10-03 02:58, 2026-10-03T02:58+08:00, 09:40, yesterday 14:00, now, -2h or 7d.")


def _duration_hint() -> str:
    return _("Use a duration such as 90s, 15m, 4h, 1h30m or 2d.")
