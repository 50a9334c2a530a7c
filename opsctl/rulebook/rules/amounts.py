"""Values of a rulebook: limits such as 4h and 5wd, and targets such as >= 99.5 %."""

import re
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from typing import Any

from opsctl.core.calendars import Calendar
from opsctl.core.errors import InvalidInput
from opsctl.core.texts import _
from opsctl.core.times import read_duration
from opsctl.core.typed import mend
from opsctl.rulebook.rules.findings import Findings
from opsctl.rulebook.terms import FIGURES, OF_MANY, STATISTICS, Unit

LONGEST = timedelta(days=3660)
"""No limit is longer: who types more has slipped."""
_SECOND = 1_000_000
_WORKING_DAYS = re.compile(r"([0-9]{1,6})\s*wd", re.IGNORECASE)
_DAYS = re.compile(r"[0-9]\s*[dw]", re.IGNORECASE)
_SIGNS = str.maketrans({"≥": ">=", "≧": ">=", "⩾": ">=", "≤": "<=", "≦": "<=", "⩽": "<="})
_TARGET = re.compile(r"(>=|<=|==|=|>|<)\s*(.+)")
_RATIO = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,12})?)\s*%")
_MINUTES = re.compile(r"(?<=[0-9 ])min(?:utes?)?(?![a-z])", re.IGNORECASE)


def figures() -> list[str]:
    """Every name that a target may have."""
    return [*FIGURES, *(f"{figure}.{statistic}" for figure in OF_MANY for statistic in STATISTICS)]


@dataclass(frozen=True, slots=True)
class Amount:
    """Working time: its length in seconds, and how the book says it."""

    seconds: int
    written: str


def read_amount(found: Any, key: str, calendar: Calendar, findings: Findings) -> Amount:
    """The working time that `4h` or `5wd` says on that calendar. Raise Unreadable, having noted why, otherwise."""
    must = _("a duration such as 15m or 4h, or working days such as 2wd")
    if not isinstance(found, str):
        raise findings.wrong(key, found, must)
    text = mend(found)
    if days := _WORKING_DAYS.fullmatch(text):
        one = calendar.working_day()
        if one is None:
            hint = _("The working days of {calendar} differ in length.").format(calendar=calendar.name)
            raise findings.wrong(key, found, _("a duration such as 15m or 4h"), hint)
        length = timedelta(microseconds=one) * int(days[1])
    else:
        length = _duration(text, found, key, must, findings)
        if not calendar.always and _DAYS.search(text):
            hint = _("A day here is 24 hours, which only the calendar always has.")
            raise findings.wrong(key, found, _("hours such as 16h, or working days such as 2wd"), hint)
    if not timedelta(0) < length <= LONGEST:
        raise findings.wrong(key, found, _("more than nothing and at most ten years"))
    return Amount(length // timedelta(seconds=1), text)


def read_span(found: Any, key: str, findings: Findings) -> str:
    """`3d` or `5wd`, mended and kept as text. Raise Unreadable, having noted why, for anything else."""
    must = _("a duration such as 3d, or working days such as 5wd")
    if not isinstance(found, str):
        raise findings.wrong(key, found, must)
    text = mend(found)
    days = working_days(text)
    length = _duration(text, found, key, must, findings) if days is None else timedelta(days=days)
    if not timedelta(0) < length <= LONGEST:
        raise findings.wrong(key, found, _("more than nothing and at most ten years"))
    return text


def working_days(written: str) -> int | None:
    """How many working days `5wd` says; None for what is written otherwise."""
    days = _WORKING_DAYS.fullmatch(written)
    return None if days is None else int(days[1])


def read_length(found: Any, key: str, findings: Findings) -> int:
    """The seconds that `7d` says, of 24 hours a day. Raise Unreadable, having noted why, for anything else."""
    must = _("a duration such as 7d or 36h")
    if not isinstance(found, str):
        raise findings.wrong(key, found, must)
    length = _duration(mend(found), found, key, must, findings)
    if length > LONGEST:
        raise findings.wrong(key, found, _("at most ten years"))
    return length // timedelta(seconds=1)


def read_target(figure: str, found: Any, key: str, findings: Findings) -> dict[str, Any]:
    """A target as a content has it. Raise Unreadable, having noted why, for anything else."""
    if figure not in figures():
        raise findings.unknown(key, figure, figures(), shown=[*FIGURES, *(f"mttr.{one}" for one in STATISTICS), "…"])
    unit = FIGURES[figure.partition(".")[0]]
    must = {
        Unit.RATIO: _("a sign and per cent, such as {example}"),
        Unit.SECONDS: _("a sign and a duration, such as {example}"),
        Unit.COUNT: _("a sign and a whole number, such as {example}"),
    }[unit].format(example={Unit.RATIO: '">= 99.5 %"', Unit.SECONDS: '"<= 4h"', Unit.COUNT: '"= 0"'}[unit])
    parts = _TARGET.fullmatch(mend(found).translate(_SIGNS)) if isinstance(found, str) else None
    if parts is None:
        raise findings.wrong(key, found, must)
    op, text = parts[1].replace("==", "="), parts[2].strip()
    value = {Unit.RATIO: _ratio, Unit.SECONDS: _seconds, Unit.COUNT: _whole}[unit](text)
    if value is None:
        raise findings.wrong(key, found, must)
    return {"figure": figure, "op": op, "value": value, "written": f"{op} {text}"}


def _duration(text: str, found: Any, key: str, must: str, findings: Findings) -> timedelta:
    try:
        return read_duration(text)
    except InvalidInput as error:
        raise findings.wrong(key, found, must) from error


def _ratio(text: str) -> float | None:
    matched = _RATIO.fullmatch(text)
    # Divided as a fraction: 99.5 / 100 of binary floats need not be 0.995.
    ratio = Fraction(matched[1]) / 100 if matched else None
    return float(ratio) if ratio is not None and ratio <= 1 else None


def _seconds(text: str) -> float | None:
    try:
        return read_duration(_MINUTES.sub("m", text)).total_seconds()
    except InvalidInput:
        return None


def _whole(text: str) -> float | None:
    return float(text) if re.fullmatch("[0-9]{1,9}", text) else None
