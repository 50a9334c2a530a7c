import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from opsctl.core.report import Report
from opsctl.render.envelope import envelope


def test_the_envelope_is_kept_to_the_letter() -> None:
    data = [
        {
            "reference": "INC-2026-0042",
            "title": 'erp "登录" 502',
            "opened": datetime(2026, 10, 2, 18, 58, tzinfo=UTC),
            "outage": None,
            "notes": 0,
            "late": [],
        }
    ]
    assert envelope(Report("incident.list", data)) == (
        "{\n"
        '  "opsctl": 1,\n'
        '  "kind": "incident.list",\n'
        '  "data": [\n'
        "    {\n"
        '      "reference": "INC-2026-0042",\n'
        '      "title": "erp \\"登录\\" 502",\n'
        '      "opened": "2026-10-02T18:58:00Z",\n'
        '      "outage": null,\n'
        '      "notes": 0,\n'
        '      "late": []\n'
        "    }\n"
        "  ]\n"
        "}\n"
    )


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")], ids=repr)
def test_a_number_that_is_not_finite_is_refused(number: float) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        envelope(Report("kpi.report", {"value": number}))


def test_invisible_characters_are_escaped_and_kept() -> None:
    title = "\x1b[31m \x9b2J \u202egpj.exe\u2028\x7f"
    text = envelope(Report("incident.show", title))
    assert '"data": "\\u001b[31m \\u009b2J \\u202egpj.exe\\u2028\\u007f"' in text
    assert json.loads(text)["data"] == title


CONTENTS = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats(allow_nan=False, allow_infinity=False) | some.text(),
    lambda inner: some.lists(inner, max_size=4) | some.dictionaries(some.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@given(CONTENTS)
def test_programs_read_back_what_was_given(data: Any) -> None:
    assert json.loads(envelope(Report("any", data))) == {"opsctl": 1, "kind": "any", "data": data}


def test_half_characters_never_stop_the_output() -> None:
    text = envelope(Report("any", {"file \udce9": ["\ud83d"]}))
    assert json.loads(text.encode("utf-8"))["data"] == {"file \ufffd": ["\ufffd"]}
