"""Ranges as the Nagios plugin guidelines write them: `10`, `10:`, `~:10`, `18:27`, `@10:20`."""

import re
from dataclasses import dataclass
from decimal import Decimal

from opsctl.core.errors import InvalidInput
from opsctl.core.texts import _
from opsctl.core.typed import excerpt, mend

_NUMBER = r"-?[0-9]{1,15}(?:\.[0-9]{1,9})?"
_RANGE = re.compile(rf"(@?)(?:(?P<start>~|{_NUMBER})?:)?(?P<end>{_NUMBER})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Range:
    """From `start` to `end`, both included; None is without an end. A value outside alerts, or inside if `inside`."""

    start: Decimal | None
    end: Decimal | None
    inside: bool
    written: str

    def holds(self, value: Decimal) -> bool:
        """Whether the value lies between the ends."""
        return (self.start is None or self.start <= value) and (self.end is None or value <= self.end)

    def alerts(self, value: Decimal) -> bool:
        """Whether the value is one that the range warns of."""
        return self.holds(value) == self.inside


def read_range(text: str) -> Range:
    """The range that a text says; `10` alone is 0 to 10, `:20` the same as `20`. Raise InvalidInput if it is none.

    Source: the threshold ranges of the Monitoring Plugins development guidelines.
    """
    plain = mend(text)
    found = _RANGE.fullmatch(plain)
    if found is None or plain in ("", "@", ":", "@:"):
        raise InvalidInput(
            _("{text!r} is not a range.").format(text=excerpt(text)), _("Write 18:27, 10: (10 or more) or ~:10.")
        )
    start = Decimal(0) if found["start"] is None else None if found["start"] == "~" else Decimal(found["start"])
    end = None if found["end"] is None else Decimal(found["end"])
    if start is not None and end is not None and start > end:
        raise InvalidInput(
            _("The range {text} ends before it begins.").format(text=plain), _("Write the smaller number first.")
        )
    return Range(start, end, found[1] == "@", plain)
