"""Arguments of a use case as JSON has them: read by the signature, and written so that they read back."""

import json
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsctl.core.errors import InvalidInput
from opsctl.core.wire import from_wire, to_wire

PARIS = "Europe/Paris"


class Colour(StrEnum):
    RED = "red"


def paint(
    session: object,
    *,
    now: datetime,
    actor: str,
    named: list[str],
    at: datetime | None = None,
    colour: Colour = Colour.RED,
    given: dict[str, Any] | None = None,
) -> None:
    """What a use case looks like."""


def test_a_moment_is_read_by_the_clock_of_the_zone_and_a_word_as_its_enum() -> None:
    said = {"named": ["INC-1"], "at": "2026-07-01T09:00:00", "colour": "red", "given": {"at": "x"}}
    read = from_wire(paint, said, PARIS)
    assert read == {
        "named": ["INC-1"], "at": datetime(2026, 7, 1, 7, tzinfo=UTC), "colour": Colour.RED, "given": {"at": "x"}
    }  # fmt: skip
    assert isinstance(read["colour"], Colour)
    assert from_wire(paint, {"at": None, "colour": None}, PARIS) == {"at": None, "colour": None}


@pytest.mark.parametrize(
    ("said", "message"),
    [
        pytest.param({"when": 1}, "paint takes no when.", id="unknown"),
        pytest.param({"session": 1}, "paint takes no session.", id="what-is-filled-in"),
        pytest.param({"now": "2026-07-01T09:00:00"}, "paint takes no now.", id="the-clock"),
        pytest.param({"at": "soon"}, "'soon' is no datetime.", id="no-moment"),
        pytest.param({"at": 7}, "7 is no datetime.", id="a-number"),
        pytest.param({"colour": "blue"}, "'blue' is no colour.", id="no-word-of-it"),
        pytest.param({"at": "2026-03-29T02:30:00"}, "skip", id="skipped-by-the-clocks"),
    ],
)
def test_what_does_not_fit_the_signature_is_said(said: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        from_wire(paint, said, PARIS)


def test_an_hour_that_the_clocks_show_twice_keeps_its_offset() -> None:
    second = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert to_wire(second, PARIS) == "2026-10-25T02:30:00+01:00"
    assert to_wire(second - timedelta(hours=1), PARIS) == "2026-10-25T02:30:00+02:00"
    assert to_wire(second + timedelta(hours=1), PARIS) == "2026-10-25T03:30:00"


@given(st.timedeltas(timedelta(0), timedelta(days=2)))
def test_a_moment_that_is_written_reads_back(since: timedelta) -> None:
    moment = datetime(2026, 10, 24, tzinfo=UTC) + since
    written = json.loads(json.dumps({"at": to_wire(moment, PARIS)}))
    assert from_wire(paint, written, PARIS) == {"at": moment}
