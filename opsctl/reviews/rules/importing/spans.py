"""Spans of clocks in what people write: one that ends before it starts is reported. Pure."""

import re

from opsctl.core.texts import _
from opsctl.reviews.rules.importing.context import Remarks
from opsctl.reviews.rules.importing.source import Lines

_SPAN = re.compile(
    r"(?:\b(?:from|between)\s+|从\s*|自\s*)(?P<start>[0-9]{1,2}[:：][0-9]{2})(?:\s*(?:[A-Z]{2,4}|Z))?\s*"
    r"(?:-|–|—|~|to|until|till|and|至|到)\s*(?P<end>[0-9]{1,2}[:：][0-9]{2})(?![0-9:])"
)


def report_spans(lines: Lines, remarks: Remarks) -> None:
    """Report each span such as `from 14:50 to 14:20`, but in lines of which something is said already."""
    reported = {one.line for one in remarks.said}
    for line in lines:
        for found in _SPAN.finditer(line.text) if line.number not in reported else ():
            if _minutes(found["end"]) < _minutes(found["start"]):
                remarks.add(
                    line.number,
                    _("From {start} to {end} ends before it starts.").format(start=found["start"], end=found["end"]),
                    _("If it ends on another day, write the date of its end."),
                )


def _minutes(clock: str) -> int:
    hours, minutes = re.split("[:：]", clock)
    return int(hours) * 60 + int(minutes)
