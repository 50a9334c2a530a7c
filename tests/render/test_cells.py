from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from enum import IntEnum, StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from opsctl.core.report import Cell, Kind, Style
from opsctl.render.cells import json_value, plain_value, show

SHANGHAI = Style(zone="Asia/Shanghai")
ROME = Style(zone="Europe/Rome")
NIGHT = datetime(2026, 10, 2, 18, 58, 31, 250000, tzinfo=UTC)
NOON = datetime(2026, 10, 3, 4, tzinfo=UTC)


class State(StrEnum):
    OPEN = "open"


class Level(IntEnum):
    HIGH = 1


@dataclass(frozen=True)
class Outage:
    since: datetime
    lasted: timedelta
    assets: tuple[str, ...]


@pytest.mark.parametrize("kind", list(Kind))
def test_no_data_is_a_dash_for_people_and_empty_in_csv(kind: Kind) -> None:
    assert show(None, kind, SHANGHAI) == "–"
    assert plain_value(None, kind, SHANGHAI) == ""


@pytest.mark.parametrize(
    ("value", "kind", "people", "csv"),
    [
        (NIGHT, Kind.MOMENT, "2026-10-03 02:58+08:00", "2026-10-03T02:58:31.250000+08:00"),
        (NIGHT, Kind.INSTANT, "2026-10-03 02:58:31.250000+08:00", "2026-10-03T02:58:31.250000+08:00"),
        (NOON, Kind.INSTANT, "2026-10-03 12:00:00+08:00", "2026-10-03T12:00:00+08:00"),
        (5460, Kind.DURATION, "1 h 31 min", "5460"),
        (0, Kind.DURATION, "0 s", "0"),
        (0, Kind.COUNT, "0", "0"),
        (1234567, Kind.COUNT, "1234567", "1234567"),
        (0.995, Kind.RATIO_FLOOR, "99.5000 %", "0.995"),
        (1, Kind.RATIO_FLOOR, "100 %", "1.0"),
        (0, Kind.RATIO_CEIL, "0 %", "0.0"),
        (True, Kind.TEXT, "yes", "true"),
        (False, Kind.COUNT, "no", "false"),
        (State.OPEN, Kind.TEXT, "open", "open"),
        (date(2026, 10, 3), Kind.TEXT, "2026-10-03", "2026-10-03"),
        (("INC-2026-0042", "INC-L7F3K"), Kind.REFERENCE, "INC-2026-0042, INC-L7F3K", "INC-2026-0042, INC-L7F3K"),
        ([60, None], Kind.DURATION, "1 min, –", "60, "),
        ([], Kind.TEXT, "", ""),
        (Cell(90, Kind.DURATION), Kind.RATIO_FLOOR, "1 min 30 s", "90"),
        (Cell(None, Kind.DURATION), Kind.RATIO_FLOOR, "–", ""),
        (Cell("On-call engineer", Kind.TEXT, plain="role:engineer"), Kind.TEXT, "On-call engineer", "role:engineer"),
    ],
)
def test_each_kind_has_its_look_for_people_and_its_value_in_csv(value: Any, kind: Kind, people: str, csv: str) -> None:
    assert show(value, kind, SHANGHAI) == people
    assert plain_value(value, kind, SHANGHAI) == csv


def test_both_hours_of_the_autumn_night_are_told_apart_by_their_offset() -> None:
    first, second = (datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1))
    assert show([first, second], Kind.MOMENT, ROME) == "2026-10-25 02:30+02:00, 2026-10-25 02:30+01:00"


@pytest.mark.parametrize("value", [0.999999, 0.9999999, 1 - 2**-53], ids=repr)
def test_a_ratio_below_one_is_never_shown_as_all(value: float) -> None:
    assert show(value, Kind.RATIO_FLOOR, SHANGHAI) == "99.9999 %"
    assert plain_value(value, Kind.RATIO_FLOOR, SHANGHAI) == repr(value)


def test_a_ratio_above_zero_where_less_is_better_is_never_shown_as_none() -> None:
    assert show(1e-9, Kind.RATIO_CEIL, SHANGHAI) == "0.0001 %"


@pytest.mark.parametrize("kind", [Kind.RATIO_FLOOR, Kind.RATIO_CEIL, Kind.DURATION, Kind.COUNT])
def test_a_figure_that_is_no_number_is_refused(kind: Kind) -> None:
    with pytest.raises(ValueError, match="no figure: nan"):
        plain_value(float("nan"), kind, SHANGHAI)


@pytest.mark.parametrize(
    ("typed", "people", "csv"),
    [
        ("\x1b[31mred\x1b[0m", "red", "red"),
        ("\x1b]8;;http://evil.example\x07click\x1b]8;;\x07", "click", "click"),
        ("\u202egpj.exe\u2066", "gpj.exe", "gpj.exe"),
        ("one\ntwo\r\nthree", "one two three", "one\ntwo\nthree"),
        ("bell\x07 \x9b2J", "bell ", "bell "),
        ("half \ud83d", "half ", "half "),
    ],
    ids=["colour", "link", "direction", "lines", "controls", "surrogate"],
)
def test_what_others_typed_steers_no_terminal(typed: str, people: str, csv: str) -> None:
    assert show(typed, Kind.TEXT, SHANGHAI) == people
    assert plain_value(typed, Kind.REFERENCE, SHANGHAI) == csv


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (True, True),
        (3, 3),
        (0.5, 0.5),
        ("停机", "停机"),
        (State.OPEN, "open"),
        (Level.HIGH, 1),
        (NIGHT, "2026-10-02T18:58:31.250000Z"),
        (datetime(2026, 10, 3, 2, 58, tzinfo=timezone(timedelta(hours=8))), "2026-10-02T18:58:00Z"),
        (date(2026, 10, 3), "2026-10-03"),
        (timedelta(minutes=91), 5460),
        (timedelta(milliseconds=1500), 1.5),
        ((1, (2, None)), [1, [2, None]]),
        ({State.OPEN: (1,), date(2026, 10, 3): 2, 7: None}, {"open": [1], "2026-10-03": 2, "7": None}),
        ("half \ud83d", "half \ufffd"),
        ("\ude00 first", "\ufffd first"),
        ({"\ud83d": 1}, {"\ufffd": 1}),
        ("\ufeffmarked 😀", "\ufeffmarked 😀"),
        (
            [Outage(NIGHT, timedelta(seconds=9), ("erp-db",))],
            [{"since": "2026-10-02T18:58:31.250000Z", "lasted": 9, "assets": ["erp-db"]}],
        ),
    ],
)
def test_each_value_has_its_form_in_json(value: Any, expected: Any) -> None:
    found = json_value(value)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (datetime(2026, 10, 3), "a moment without a zone"),  # noqa: DTZ001 - the point of the case
        ({1, 2}, "not for JSON"),
        (b"bytes", "not for JSON"),
        (Outage, "not for JSON"),
    ],
    ids=["naive", "set", "bytes", "class"],
)
def test_what_has_no_place_in_json_is_refused(value: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        json_value(value)


@given(some.text(some.characters()))
def test_any_text_can_be_written_once_it_is_json(text: str) -> None:
    found = json_value(text)
    assert found.encode("utf-8").decode("utf-8") == found
    # Two halves that meet are one character: compared as UTF-16, nothing but lone halves has changed.
    units = text.encode("utf-16-le", "surrogatepass")
    assert len(found.encode("utf-16-le")) == len(units)
    if "\ufffd" not in found:
        assert found.encode("utf-16-le") == units
