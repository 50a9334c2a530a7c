"""When a duty is due: a cron line or an RRULE, read and judged. Pure."""

import re
from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Any

from opsctl.core.texts import _, series
from opsctl.core.times import read_zone
from opsctl.core.typed import mend
from opsctl.rulebook.rules.findings import Findings, allowed

WORDS = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
}
FREQUENCIES = ("HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_MOST_A_DAY = 100
_LONGEST = 300
_CRON_FIELDS = ("minute", "hour", "day-of-month", "month", "day-of-week")
_NUMBERS = {
    "INTERVAL": (1, 1000), "COUNT": (1, 100_000), "BYMINUTE": (0, 59), "BYHOUR": (0, 23), "BYMONTHDAY": (1, 31),
    "BYYEARDAY": (1, 366), "BYWEEKNO": (1, 53), "BYMONTH": (1, 12), "BYSETPOS": (1, 366),
}  # fmt: skip
_SINGLE = ("INTERVAL", "COUNT")
_FROM_THE_END = ("BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYSETPOS")
_PARTS = ("FREQ", "UNTIL", "WKST", "BYDAY", *_NUMBERS)
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_BYDAY = re.compile(rf"([+-]?[1-9][0-9]?)?({'|'.join(_WEEKDAYS)})")
_UNTIL = re.compile(r"([0-9]{8})(?:T([0-9]{6})(Z?))?")
_DAYS = ("BYDAY", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO")
# Where a part of a rule may not stand, by RFC 5545, 3.3.10.
_NOT_WITH = {
    "BYWEEKNO": ("HOURLY", "DAILY", "WEEKLY", "MONTHLY"),
    "BYYEARDAY": ("DAILY", "WEEKLY", "MONTHLY"),
    "BYMONTHDAY": ("WEEKLY",),
}
_AT = re.compile(r"([0-9]{1,2}):([0-9]{2})")
_FROM = date(9984, 1, 1)
"""From when on an RRULE is tried out: a leap year, and its library looks for a day until the year 9999."""


def read_at(found: Any, key: str, findings: Findings) -> int:
    """The minutes from midnight that `02:00` says. Raise Unreadable, having noted why, for anything else."""
    if isinstance(found, time) and (found.second, found.microsecond) == (0, 0):
        return found.hour * 60 + found.minute
    matched = _AT.fullmatch(mend(found)) if isinstance(found, str) else None
    if matched is None or int(matched[1]) > 23 or int(matched[2]) > 59:
        raise findings.wrong(key, found, _('a time of day such as "02:00"'))
    return int(matched[1]) * 60 + int(matched[2])


def read_schedule(found: Any, key: str, *, zone: str, start: date | None, findings: Findings) -> str:
    """A cron line of five fields, or an RRULE without `RRULE:`, in capitals, its UNTIL in local time of the zone.

    `@daily` and its like are the cron lines that they stand for. Raise Unreadable, having noted why, for anything else.
    """
    must = _('a cron line such as "0 9 * * 1-5", @daily, or an RRULE such as "FREQ=MONTHLY;BYMONTHDAY=-1"')
    if not isinstance(found, str) or len(found) > _LONGEST:
        raise findings.wrong(key, found, must)
    text = mend(found).upper()
    if text.startswith("@"):
        word = text.casefold()
        if word not in WORDS:
            raise findings.wrong(key, found, must, allowed(word, WORDS))
        return WORDS[word]
    if is_rrule(text):
        rule = _rule(text.removeprefix("RRULE:"), found, key, zone, start, findings)
        _try_out(_times_of_rule(rule, start), found, key, findings)
        _warn_of_days(_days_of_rule(rule, start), key, findings)
        return ";".join(f"{name}={value}" for name, value in rule.items())
    _read_cron(text, found, key, must, findings)
    return " ".join(text.split())


def is_rrule(schedule: str) -> bool:
    """Whether a schedule is meant as an RRULE, and not as a cron line."""
    return "=" in schedule


def names_hour(schedule: str) -> bool:
    """Whether an RRULE that was read says itself at which hours it is due."""
    return any(part in schedule for part in ("FREQ=HOURLY", "BYHOUR=", "BYMINUTE="))


def _rule(
    text: str, found: Any, key: str, zone: str, start: date | None, findings: Findings
) -> dict[str, str]:
    """The parts of an RRULE, judged one by one and together."""
    rule: dict[str, str] = {}
    for part in text.strip(";").split(";"):
        name, sign, value = (word.strip() for word in part.partition("="))
        if "DTSTART" in name:
            raise findings.wrong(key, found, _("an RRULE alone"), _("Say when it begins by {key}.").format(key="start"))
        if not sign or name not in _PARTS:
            raise findings.wrong(key, found, _("an RRULE of known parts"), allowed(name, _PARTS))
        if name in rule:
            raise findings.wrong(key, found, _("an RRULE that says {name} once").format(name=name))
        rule[name] = value.replace(" ", "")
    for name, value in rule.items():
        if (must := _wrong_with(name, value)) is not None:
            raise findings.wrong(key, found, _("an RRULE, its {name} {must}").format(name=name, must=must))
    if "FREQ" not in rule:
        raise findings.wrong(key, found, _("an RRULE with FREQ={names}").format(names="|".join(FREQUENCIES)))
    _check_together(rule, found, key, findings)
    if "UNTIL" in rule:
        rule["UNTIL"] = _until(rule["UNTIL"], found, key, zone, findings)
        if "COUNT" in rule:
            raise findings.wrong(key, found, _("an RRULE with either UNTIL or COUNT"))
        if start is not None and rule["UNTIL"][:8] < start.strftime("%Y%m%d"):
            raise findings.wrong(key, found, _("an RRULE that ends after it starts, which is {day}").format(day=start))
    if start is None and (told := _hangs_on_start(rule)):
        raise findings.error(
            key,
            _("{file}: {key} is {found}, and {part} counts from a start.").format(
                file=findings.file, key=key, found=f"'{found}'", part=told
            ),
            _("Say its first day, such as start = 2026-11-30.")
            if told in _SINGLE
            else _("Say its first day, such as start = 2026-11-30, or the days themselves, such as BYDAY=MO."),
        )
    return rule


def _wrong_with(name: str, value: str) -> str | None:
    """What the value of a part must be, where it is not."""
    values = value.split(",")
    if name == "FREQ":
        return None if value in FREQUENCIES else _("one of {names}").format(names=series(FREQUENCIES))
    if name == "WKST":
        return None if value in _WEEKDAYS else _("one of {names}").format(names=series(_WEEKDAYS))
    if name == "UNTIL":
        return None if _UNTIL.fullmatch(value) else _("a day or a moment such as 20271231 or 20271231T235959")
    if name == "BYDAY":
        fine = all(_BYDAY.fullmatch(one) for one in values)
        return None if fine else _("days such as MO,TU or 1SA or -1FR")
    least, most = _NUMBERS[name]
    signed = name in _FROM_THE_END
    pattern = re.compile(r"[+-]?[0-9]{1,6}" if signed else "[0-9]{1,6}")
    fine = len(values) == 1 or name not in _SINGLE
    if fine and all(pattern.fullmatch(one) and least <= abs(int(one)) <= most for one in values):
        return None
    if signed:
        return _("from {least} to {most}, or from -{most} to -{least}").format(least=least, most=most)
    return _("from {least} to {most}").format(least=least, most=most)


def _check_together(rule: Mapping[str, str], found: Any, key: str, findings: Findings) -> None:
    for name, frequencies in _NOT_WITH.items():
        if name in rule and rule["FREQ"] in frequencies:
            must = _("an RRULE whose {name} does not stand with FREQ={word}").format(name=name, word=rule["FREQ"])
            raise findings.wrong(key, found, must)
    numbered = any(one[:1] not in "MTWFS" for one in rule.get("BYDAY", "").split(","))
    if numbered and (rule["FREQ"] not in ("MONTHLY", "YEARLY") or "BYWEEKNO" in rule):
        must = _("an RRULE whose BYDAY has numbers, such as 1SA, with FREQ=MONTHLY or FREQ=YEARLY only")
        raise findings.wrong(key, found, must)
    if "BYSETPOS" in rule and not any(name.startswith("BY") for name in rule if name != "BYSETPOS"):
        raise findings.wrong(key, found, _("an RRULE whose BYSETPOS picks from the days of another part"))


def _hangs_on_start(rule: Mapping[str, str]) -> str | None:
    """The part of a rule that means nothing without a first day."""
    if "COUNT" in rule:
        return "COUNT"
    if rule.get("INTERVAL", "1") != "1":
        return "INTERVAL"
    open_day = rule["FREQ"] in ("WEEKLY", "MONTHLY", "YEARLY") and not any(name in rule for name in _DAYS)
    return f"FREQ={rule['FREQ']}" if open_day else None


def _until(value: str, found: Any, key: str, zone: str, findings: Findings) -> str:
    """The end of a rule in local time; a day counts to its end."""
    day, clock, utc = _UNTIL.fullmatch(value).groups()  # type: ignore[union-attr]
    try:
        until = datetime.strptime(f"{day}T{clock or '235959'}", "%Y%m%dT%H%M%S")  # noqa: DTZ007 - local
        if utc:
            until = until.replace(tzinfo=UTC).astimezone(read_zone(zone))
    except (ValueError, OverflowError) as error:
        must = _("an RRULE, its {name} {must}").format(name="UNTIL", must=_("a day that there is"))
        raise findings.wrong(key, found, must) from error
    return until.strftime("%Y%m%dT%H%M%S")


def _times_of_rule(rule: Mapping[str, str], start: date | None) -> Iterator[datetime]:
    from dateutil.rrule import rrulestr

    endless = ";".join(f"{name}={value}" for name, value in rule.items() if name not in ("UNTIL", "COUNT"))
    try:
        yield from rrulestr(endless, dtstart=datetime.combine((start or _FROM).replace(year=_FROM.year), time()))
    except ValueError:
        # Hours that an interval of hours never comes upon.
        return


def _read_cron(text: str, found: Any, key: str, must: str, findings: Findings) -> None:
    from cronsim import CronSim, CronSimError

    fields = text.split()
    if len(fields) != len(_CRON_FIELDS):
        hint = _("A cron line has five fields: minute, hour, day of the month, month, day of the week.")
        raise findings.wrong(key, found, must, hint)
    try:
        times = CronSim(text, datetime(2024, 1, 1))  # noqa: DTZ001 - local
    except (CronSimError, ValueError) as error:
        raise findings.wrong(key, found, must, _wrong_field(str(error), fields)) from error
    _try_out(times, found, key, findings)
    if not fields[2].startswith("*"):
        _warn_of_days(((month, day) for month in times.months for day in times.days), key, findings)


def _wrong_field(told: str, fields: list[str]) -> str:
    for number, name in enumerate(_CRON_FIELDS, start=1):
        if told == f"Bad {name}":
            return _("Field {number} of it, {text!r}, is not understood.").format(
                number=number, text=fields[number - 1]
            )
    return ""


def _try_out(times: Iterable[datetime], found: Any, key: str, findings: Findings) -> None:
    """Note a schedule that is never due, and one that is due too often."""
    first = list(islice(times, _MOST_A_DAY + 1))
    if not first:
        raise findings.wrong(key, found, _("a schedule that comes due some day"))
    if len(first) > _MOST_A_DAY and first[-1] - first[0] < timedelta(days=1):
        raise findings.wrong(key, found, _("due {most} times a day at most").format(most=_MOST_A_DAY))


def _days_of_rule(rule: Mapping[str, str], start: date | None) -> Iterator[tuple[int, int]]:
    """Each month and day of the month that a rule names."""
    if "BYSETPOS" in rule:
        return
    days = [int(day) for day in rule.get("BYMONTHDAY", "").split(",") if day]
    months = [int(month) for month in rule.get("BYMONTH", "").split(",") if month]
    if start and rule["FREQ"] in ("MONTHLY", "YEARLY") and not any(name in rule for name in _DAYS):
        days = [start.day]
        months = months or ([start.month] if rule["FREQ"] == "YEARLY" else [])
    for month in months or range(1, 13):
        for day in days:
            yield month, day


def _warn_of_days(named: Iterable[tuple[int, int]], key: str, findings: Findings) -> None:
    """Say which day some of the months do not have. A rule for every day means every day that there is."""
    several = sorted(set(named))
    every = {month for month, _day in several if all((month, day) in several for day in range(1, 32))}
    # A year without a 29 February.
    missing = {day for month, day in several if month not in every and day > monthrange(2023, month)[1]}
    if missing:
        message = _("{file}: {key}: not every month has a day {days}; where there is none it is not due.")
        findings.warn(
            key,
            message.format(file=findings.file, key=key, days=series(map(str, sorted(missing)))),
            _('The last day of each month is "FREQ=MONTHLY;BYMONTHDAY=-1".'),
        )
