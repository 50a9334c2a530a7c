"""Lengths, targets and owners of a book, as people read them elsewhere."""

import re
from collections.abc import Mapping

from opsctl.core.report import Cell, Kind
from opsctl.core.texts import _, ngettext
from opsctl.rulebook.rules import Words

_PART = re.compile(r"([0-9]+)\s*([a-z]+)", re.IGNORECASE)
_SIGNS = {">=": "≥", "<=": "≤"}


def length(written: str) -> str:
    """`15m` and `5wd` as `15 min` and `5 working days`, in the units of the book: a day of work is no 24 hours."""
    parts = _PART.findall(written)
    return " ".join(_part(int(count), unit.lower()) for count, unit in parts) if parts else written


def target(written: str) -> str:
    """`>= 95 %` and `<= 4h` as `≥ 95 %` and `≤ 4 h`."""
    sign, _blank, amount = written.partition(" ")
    return f"{_SIGNS.get(sign, sign)} {length(amount)}"


def owner(written: str, posts: Mapping[str, Words]) -> Cell:
    """`role:engineer` and `asset-owner` as people say it: the title of the post, where the rules have one."""
    kind, _sign, name = written.partition(":")
    if written == "asset-owner":
        said = _("asset owner")
    else:
        said = posts[name].said if kind in ("post", "role") and name in posts else written
    return Cell(said, Kind.TEXT, plain=written)


def _part(count: int, unit: str) -> str:
    return {
        "wd": ngettext("{count} working day", "{count} working days", count),
        "w": ngettext("{count} week", "{count} weeks", count),
        "d": _("{count} d"),
        "h": _("{count} h"),
        "s": _("{count} s"),
    }.get(unit, _("{count} min")).format(count=count)
