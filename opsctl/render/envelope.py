"""JSON for programs: one envelope with a version, the same in every command."""

import json
import re

from opsctl.core.report import Report
from opsctl.render.cells import json_value

VERSION = 1

# JSON itself escapes only what is below the blank. These may also steer a terminal or turn the line around.
_STEERING = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")


def envelope(report: Report) -> str:
    """The report's `data` as `{"opsctl": 1, "kind": …, "data": …}`, indented, with a final line feed.

    Chinese stays readable; invisible characters are escaped, which no program notices.
    Raise ValueError for a number that is not finite, TypeError for a value that JSON has no word for.
    """
    contents = {"opsctl": VERSION, "kind": report.kind, "data": json_value(report.data)}
    text = json.dumps(contents, ensure_ascii=False, indent=2, allow_nan=False)
    return _STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n"
