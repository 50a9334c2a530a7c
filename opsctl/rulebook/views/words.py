"""Lengths and targets of a book, as people read lengths elsewhere."""

import re

from opsctl.core.texts import _, ngettext

_PART = re.compile(r"([0-9]+)\s*([a-z]+)", re.IGNORECASE)
_SIGNS = {">=": "≥", "<=": "≤"}


def length(written: str) -> str:
    """`15m` and `5wd` as `15 min` and `5 working days`: in the units of the book, since a day of work is no 24 hours."""
    parts = _PART.findall(written)
    return " ".join(_part(int(count), unit.lower()) for count, unit in parts) if parts else written


def target(written: str) -> str:
    """`>= 95 %` and `<= 4h` as `≥ 95 %` and `≤ 4 h`."""
    sign, _blank, amount = written.partition(" ")
    return f"{_SIGNS.get(sign, sign)} {length(amount)}"


def _part(count: int, unit: str) -> str:
    return {
        "wd": ngettext("{count} working day", "{count} working days", count),
        "w": ngettext("{count} week", "{count} weeks", count),
        "d": _("{count} d"),
        "h": _("{count} h"),
        "s": _("{count} s"),
    }.get(unit, _("{count} min")).format(count=count)
