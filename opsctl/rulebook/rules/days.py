"""The calendars of a rulebook: hours of the week, single days, and the holidays of a country."""

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from opsctl.core.errors import InvalidInput
from opsctl.core.texts import _, series
from opsctl.core.times import FIRST_YEAR, LAST_YEAR, read_zone
from opsctl.core.typed import mend
from opsctl.rulebook.rules.findings import Findings, Unreadable
from opsctl.rulebook.rules.holidays import NoSuchCountry, expand
from opsctl.rulebook.rules.standing import clock
from opsctl.rulebook.terms import ALWAYS_NAME, DAYS, YEARS_AHEAD

_KEYS = ("zone", "hours", "holidays", "open", "closed")
_WINDOW = re.compile(r"([0-9]{1,2}):([0-9]{2})\s*[-~]\s*([0-9]{1,2}):([0-9]{2})")
_MIDNIGHT = 1440
_WEEK = 7 * _MIDNIGHT
_EXAMPLE = '{ mon-fri = ["08:00-12:00", "14:00-18:00"] }'
Windows = list[tuple[int, int]]


def read_calendar(name: str, found: Any, zone: str | None, *, year: int, findings: Findings) -> dict[str, Any]:
    """A calendar as a content has it; `zone` is that of the book, `year` that of applying.

    Raise Unreadable, having noted why, where it cannot be used at all.
    """
    key = f"calendars.{name}"
    said = findings.table(found, key)
    if name == ALWAYS_NAME:
        if said:
            raise findings.wrong(key, found, _("empty: it counts every moment"))
        return {"always": True}
    findings.known_keys(said, key, _KEYS)
    own = read_zone_key(said["zone"], f"{key}.zone", findings) if "zone" in said else zone
    if own is None:
        raise findings.missing(
            f"{key}.zone", _('the name of a time zone, here or in [rulebook], such as "Asia/Shanghai"')
        )
    if "hours" not in said:
        raise findings.missing(f"{key}.hours", _("a table such as {example}").format(example=_EXAMPLE))
    content: dict[str, Any] = {"zone": own, "weekly": _weekly(said["hours"], f"{key}.hours", findings)}
    for days in ("open", "closed"):
        if days in said:
            content[days] = _days(said[days], f"{key}.{days}", findings)
    for day in sorted(set(content.get("open", ())) & set(content.get("closed", ()))):
        message = _("{file}: {key}: {day} is both open and closed.")
        findings.warn(key, message.format(file=findings.file, key=key, day=day), _("It counts as closed."))
    if "holidays" in said:
        content["holidays"] = _holidays(said["holidays"], f"{key}.holidays", year, findings)
    return content


def read_zone_key(found: Any, key: str, findings: Findings) -> str:
    """The name of the zone. Raise Unreadable, having noted why, for anything else."""
    must = _('the name of a time zone, such as "Asia/Shanghai"')
    if not isinstance(found, str):
        raise findings.wrong(key, found, must)
    try:
        return read_zone(found).key
    except InvalidInput as error:
        raise findings.wrong(key, found, must, error.hint) from error


def _weekly(found: Any, key: str, findings: Findings) -> list[Windows]:
    """The windows of each day from Monday on."""
    errors = len(findings.errors)
    week: list[Windows | None] = [None] * 7
    for days, windows in findings.table(found, key).items():
        with suppress(Unreadable):
            read = _windows(windows, f"{key}.{days}", findings)
            for day in _days_of_week(days, f"{key}.{days}", findings):
                if week[day] is not None:
                    raise findings.error(
                        key,
                        _("{file}: {key} says {day} twice.").format(file=findings.file, key=key, day=DAYS[day]),
                        _("Say each day of the week once; a day may have several windows."),
                    )
                week[day] = read
    weekly = [windows or [] for windows in week]
    if not any(weekly) and len(findings.errors) == errors:
        raise findings.wrong(key, found, _("a table such as {example}").format(example=_EXAMPLE))
    _check_overlaps(weekly, key, findings)
    return weekly


def _days_of_week(words: str, key: str, findings: Findings) -> list[int]:
    """The days that `mon`, `mon-fri` or `mon, wed` names, Monday being 0; a range may go over Sunday."""
    days: list[int] = []
    for part in mend(words).casefold().split(","):
        first, _sign, last = (word.strip() for word in part.partition("-"))
        if first not in DAYS or (last or first) not in DAYS:
            raise findings.unknown(key, first if first not in DAYS else last, (*DAYS, "mon-fri", '"mon, wed"'))
        start, end = DAYS.index(first), DAYS.index(last or first)
        days += [day % 7 for day in range(start, end + 1 if end >= start else end + 8)]
    return days


def _windows(found: Any, key: str, findings: Findings) -> Windows:
    texts = [found] if isinstance(found, str) else found
    must = _(
        'windows of a day such as ["08:00-12:00", "14:00-18:00"], the end 24:00 at most, or of a night: "22:00-06:00"'
    )
    if not isinstance(texts, list):
        raise findings.wrong(key, found, must)
    windows: Windows = []
    for text in texts:
        matched = _WINDOW.fullmatch(mend(text)) if isinstance(text, str) else None
        if matched is None:
            raise findings.wrong(key, text, must)
        hour, minute, last_hour, last_minute = map(int, matched.groups())
        start, end = hour * 60 + minute, last_hour * 60 + last_minute
        if max(minute, last_minute) > 59 or start >= _MIDNIGHT or end > _MIDNIGHT or start == end:
            raise findings.wrong(key, text, must)
        # An end that is earlier on the clock is on the next day.
        windows.append((start, end if end > start else end + _MIDNIGHT))
    return sorted(windows)


def _check_overlaps(weekly: list[Windows], key: str, findings: Findings) -> None:
    every = [
        (day * _MIDNIGHT + start, day * _MIDNIGHT + end) for day, windows in enumerate(weekly) for start, end in windows
    ]
    # Sunday's night ends on a Monday.
    every += [(start + _WEEK, end + _WEEK) for start, end in every[:1]]
    for (start, end), (following, its_end) in pairwise(every):
        if following < end:
            findings.error(
                key,
                _("{file}: {key}: the windows {one} and {other} overlap.").format(
                    file=findings.file, key=key, one=_as_window(start, end), other=_as_window(following, its_end)
                ),
                _("Join them, or end one before the other begins."),
            )


def _as_window(start: int, end: int) -> str:
    day, begins = divmod(start, _MIDNIGHT)
    return f"{DAYS[day % 7]} {clock(begins)}-{clock(end - day * _MIDNIGHT)}"


def _days(found: Any, key: str, findings: Findings) -> list[str]:
    if not isinstance(found, list):
        raise findings.wrong(key, found, _('a list of days such as ["2026-11-28"]'))
    days = set()
    for one in found:
        day = None
        if isinstance(one, date) and not isinstance(one, datetime):
            day = one
        elif isinstance(one, str):
            with suppress(ValueError):
                day = date.fromisoformat(mend(one)) if re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", mend(one)) else None
        if day is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise findings.wrong(key, one, _("a day that there is, such as 2026-11-28"))
        days.add(day.isoformat())
    return sorted(days)


def _holidays(found: Any, key: str, year: int, findings: Findings) -> dict[str, Any]:
    must = _('a country such as "CN", or a part of one such as "DE-BY"')
    if not isinstance(found, str):
        raise findings.wrong(key, found, must)
    code = mend(found).upper()
    try:
        said = expand(code, year=year)
    except NoSuchCountry as error:
        hint = _("Did you mean {names}?").format(names=series(error.nearest)) if error.nearest else ""
        raise findings.wrong(key, found, must, hint) from error
    _warn_of_unknown_years(said, key, year, findings)
    return said


def _warn_of_unknown_years(said: Mapping[str, Any], key: str, year: int, findings: Findings) -> None:
    first, last = said["known"]
    unknown = [str(number) for number in range(year, year + YEARS_AHEAD + 1) if not first <= number <= last]
    if unknown:
        message = _("{file}: {key}: the days off of {country} are not known for certain in {years}.")
        findings.warn(
            key,
            message.format(file=findings.file, key=key, country=said["of"], years=series(unknown)),
            _("Apply the book again, with a higher version, when they are announced and opsctl knows them."),
        )
