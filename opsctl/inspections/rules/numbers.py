"""A reading as it was typed: digits of every width, a decimal mark of every keyboard, what stands behind. Pure."""

import re
from dataclasses import dataclass
from decimal import Decimal

from opsctl.core.errors import InvalidInput
from opsctl.core.ranges import Range
from opsctl.core.texts import _
from opsctl.core.typed import excerpt, mend
from opsctl.inspections.rules.units import show_number
from opsctl.inspections.rules.words import Mending

_DIGIT = "[0-9０-９]"
_MINUS = "[-‐‑‒–—―−─－﹣]"
_NUMBER = re.compile(
    rf"(?P<sign>{_MINUS}+|[+＋])?(?P<whole>{_DIGIT}{{1,40}}(?:[,，]{_DIGIT}{{1,40}}){{0,20}})?"
    rf"(?:(?P<mark>[.．。｡])(?P<part>{_DIGIT}{{1,40}}))?"
)
_GOES_ON = re.compile(rf"[.．。｡,，]?{_DIGIT}|[.．。｡,，]{{2}}")
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+", re.ASCII)
_LONGEST_WHOLE, _LONGEST_PART = 15, 9


@dataclass(frozen=True, slots=True)
class Number:
    """A number that a text begins with: its plain digits, what was mended of it, and the text behind it.

    `glued` says that no blank stands between.
    """

    text: str
    mendings: tuple[Mending, ...]
    behind: str
    glued: bool

    @property
    def value(self) -> Decimal:
        """The number itself."""
        return Decimal(self.text)


def read_number(text: str) -> Number | None:
    """The number that the text begins with, its digits kept (`24.10`); None where it begins with none.

    Raise InvalidInput for one that can be read in two ways (`1,234`), and for one that is too long.
    """
    found = _NUMBER.match(text)
    if found is None or (found["whole"] is None and found["part"] is None):
        return None
    typed = found[0]
    plain = mend(found["whole"] or "0")
    whole, comma, part = _at_comma(plain, found["mark"] is not None, typed)
    if found["mark"] is not None:
        part = mend(found["part"])
    behind = text[found.end() :]
    if len(whole) > _LONGEST_WHOLE or len(part) > _LONGEST_PART or _GOES_ON.match(behind):
        raise InvalidInput(_("{text!r} is not a number.").format(text=excerpt(text, 30)), _("Type it such as 24.1."))
    sign = "-" if found["sign"] and found["sign"] not in "+＋" else ""
    digits = (whole.lstrip("0") or "0") + (f".{part}" if part else "")
    read = digits if Decimal(digits) == 0 else sign + digits
    return Number(read, _mendings(found, comma, typed, read), behind.strip(), not behind[:1].isspace())


def _at_comma(plain: str, has_mark: bool, typed: str) -> tuple[str, bool, str]:
    """The digits before and after a comma that may be a decimal mark, and whether there was a comma."""
    if "," not in plain:
        return plain, False, ""
    commas = plain.count(",")
    if _GROUPED.fullmatch(plain):
        if commas == 1 and not has_mark:
            whole = plain.replace(",", "")
            raise InvalidInput(
                _("{text} can be read as {whole} and as {part}.").format(
                    text=excerpt(typed, 30), whole=whole, part=plain.replace(",", ".")
                ),
                _("Type {whole} or {part}.").format(whole=whole, part=plain.replace(",", ".")),
            )
        return plain.replace(",", ""), True, ""
    if commas > 1 or has_mark:
        raise InvalidInput(_("{text!r} is not a number.").format(text=excerpt(typed, 30)), _("Type it such as 24.1."))
    before, after = plain.split(",")
    return before, True, after


def _mendings(found: re.Match[str], comma: bool, typed: str, read: str) -> tuple[Mending, ...]:
    """What was mended of the number: the first reason stands for all, since one remark shows the whole number."""
    if comma or (found["mark"] or ".") not in ".．":
        kind = "mark"
    elif any(sign in "０１２３４５６７８９．＋" for sign in typed):
        kind = "width"
    elif (found["sign"] or "-") not in ("-", "+"):
        kind = "minus"
    else:
        return ()
    return (Mending(kind, typed, read),)


def show_range(wanted: Range, unit: str | None) -> str:
    """The range in words with its unit: `18 to 27 °C`, `at least 10`, `at most 27`, `outside 10 to 20`."""
    start = None if wanted.start is None else show_number(wanted.start)
    end = None if wanted.end is None else show_number(wanted.end)
    if start is not None and end is not None:
        said = _("{start} to {end}").format(start=start, end=end)
    elif start is not None:
        said = _("at least {start}").format(start=start)
    elif end is not None:
        said = _("at most {end}").format(end=end)
    else:
        said = _("any number")
    if wanted.inside:
        said = _("not {range}").format(range=said)
    return said if unit is None else f"{said} {unit}"
