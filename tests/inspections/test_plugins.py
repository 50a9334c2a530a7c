"""What checks say, in the protocol of Nagios plugins, and the answers that come of it."""

import re
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsctl.core.ranges import read_range
from opsctl.inspections.rules import Answer
from opsctl.inspections.rules.plugins import Measure, Said, Status, Why, answer_of, read, read_output
from opsctl.inspections.terms import Mark, Source
from opsctl.rulebook.rules import Words
from opsctl.rulebook.rules.patrols import Item
from opsctl.rulebook.terms import ItemType

DISK = Item(
    "disk",
    Words("Disk", "磁盘"),
    ItemType.NUMBER,
    machine=True,
    unit="%",
    warn=read_range("70"),
    critical=read_range("90"),
    possible=read_range("0:100"),
)
LINK = Item("link", Words("Link", "链路"), ItemType.STATE, machine=True)


def measure(label: str, value: str | None, unit: str = "") -> Measure:
    return Measure(label, None if value is None else Decimal(value), unit)


@pytest.mark.parametrize(
    ("output", "text", "measures"),
    [
        pytest.param("", "", [], id="nothing"),
        pytest.param("DISK OK", "DISK OK", [], id="text-alone"),
        pytest.param("DISK OK - 40% free|/=2643MB;5948;5958;0;5968\n", "DISK OK - 40% free",
                     [measure("/", "2643", "MB")], id="usual"),
        pytest.param("ok | a=1 b=2.50s;; c=-3c;1:2 d=.5%;", "ok",
                     [measure("a", "1"), measure("b", "2.50", "s"), measure("c", "-3", "c"), measure("d", "0.5", "%")],
                     id="several"),
        pytest.param("ok|'C: used'=7% 'it''s = x'=1 ''=2", "ok",
                     [measure("C: used", "7", "%"), measure("it's = x", "1"), measure("", "2")], id="quotes"),
        pytest.param("ok|load=U;5;10 x=U", "ok", [measure("load", None), measure("x", None)], id="unknown-values"),
        pytest.param("ok|a=1,5% b=1.2.3 c=nan d= e=12abc3 f=--1", "ok",
                     [measure(label, None) for label in "abcdef"], id="unreadable-values-keep-their-label"),
        pytest.param("ok|a=1e-05s b=2.5E+3 c=1e3x d=5e", "ok",
                     [measure("a", "0.00001", "s"), measure("b", "2500"), measure("c", "1000", "x"),
                      measure("d", "5", "e")], id="exponents"),
        pytest.param("ok|a=0.30000000000000004 b=1e-30 c=-0 d=+7.10", "ok",
                     [measure("a", "0.3"), measure("b", "0"), measure("c", "0"), measure("d", "7.10")], id="noise"),
        pytest.param("ok|a=1000000000000000 b=999999999999999", "ok",
                     [measure("a", None), measure("b", "999999999999999")], id="too-large"),
        pytest.param("ok|a=1 words without sense b=2 =3 'open c=4", "ok", [measure("a", "1"), measure("b", "2")],
                     id="words-between"),
        pytest.param("ok|'a b'x=1 c=2", "ok", [measure("x", "1"), measure("c", "2")], id="quote-without-equals"),
        pytest.param("head | a=1\nmore\nand more | b=2\nc=3 d=4\n", "head",
                     [measure(label, value) for label, value in zip("abcd", "1234", strict=True)], id="many-lines"),
        pytest.param("head\nmore text\nlast", "head", [], id="long-text"),
        pytest.param("\n\n  late start|a=1\r\nx|b=2\r\n", "late start", [measure("a", "1"), measure("b", "2")],
                     id="blank-lines-and-cr"),
        pytest.param("|a=1", "", [measure("a", "1")], id="values-alone"),
        pytest.param("温度 正常|温度=21.5°C 'u'=3µs", "温度 正常",
                     [measure("温度", "21.5", "°C"), measure("u", "3", "µs")], id="chinese"),
        pytest.param("\x1b[31mred\x1b[0m\x00\x07 \ttext\u202e|\x1b[1ma=1", "red text", [measure("a", "1")],
                     id="escape-sequences"),
    ],
)  # fmt: skip
def test_an_output_is_a_line_of_text_and_values(output: str, text: str, measures: list[Measure]) -> None:
    assert read_output(output) == (text, tuple(measures))


def test_a_long_text_is_cut() -> None:
    text, _measures = read_output("x" * 5_000)
    assert text == "x" * 299 + "…"


@pytest.mark.parametrize(
    ("ended", "status", "text", "why", "about"),
    [
        ({"out": "fine\n", "code": 0}, Status.OK, "fine", None, ()),
        ({"out": "hm\n", "code": 1}, Status.WARNING, "hm", None, ()),
        ({"out": "bad\n", "code": 2}, Status.CRITICAL, "bad", None, ()),
        ({"out": "", "code": 0}, Status.OK, "", None, ()),
        ({"out": "no idea\n", "code": 3}, Status.UNKNOWN, "no idea", Why.UNKNOWN, ("no idea",)),
        ({"out": "", "err": "usage: …\nmore", "code": 3}, Status.UNKNOWN, "usage: …", Why.UNKNOWN, ("usage: …",)),
        ({"out": "x", "code": 4}, Status.UNKNOWN, "x", Why.CODE, ("4", "x")),
        ({"err": "sh: no\n", "code": 127}, Status.UNKNOWN, "sh: no", Why.CODE, ("127", "sh: no")),
        ({"code": 255}, Status.UNKNOWN, "", Why.CODE, ("255", "")),
        ({"out": "OK|a=1", "code": -11}, Status.UNKNOWN, "OK", Why.SIGNAL, ("SIGSEGV",)),
        ({"code": -64}, Status.UNKNOWN, "", Why.SIGNAL, ("SIGRTMAX",)),
        ({"code": -999}, Status.UNKNOWN, "", Why.SIGNAL, ("999",)),
        ({"code": None}, Status.UNKNOWN, "", Why.SIGNAL, ()),
        ({"out": "OK", "code": None, "late": True}, Status.UNKNOWN, "OK", Why.LATE, ()),
        ({"refused": "Permission denied"}, Status.UNKNOWN, "", Why.NOT_RUN, ("Permission denied",)),
    ],
)
def test_every_end_has_its_status(
    ended: dict[str, Any], status: Status, text: str, why: Why | None, about: tuple[str, ...]
) -> None:
    found = read(**ended)
    assert (found.status, found.text, found.why, found.about) == (status, text, why, about)


def test_half_a_number_at_the_end_of_a_cut_output_does_not_count() -> None:
    assert read(out="ok|disk=12 x=4", code=0, cut=True).measures == (measure("disk", "12"),)
    assert read(out="ok|disk=12", code=0, cut=True) == Said(Status.OK, "ok")


def said(output: str, status: Status = Status.OK) -> Said:
    return read(out=output, code=int(status))


@pytest.mark.parametrize(
    ("output", "status", "mark", "value", "note"),
    [
        ("fine|disk=40%", Status.OK, Mark.OK, "40", None),
        ("fine|other=99% disk=40.50%;80", Status.OK, Mark.OK, "40.50", None),
        ("fine|DISK=40%", Status.OK, Mark.OK, "40", None),
        ("fine|'/var'=41% /srv=80%", Status.OK, Mark.OK, "41", None),
        ("fine|disk=70", Status.OK, Mark.OK, "70", None),
        ("fine|disk=71%", Status.OK, Mark.WARN, "71", "fine"),
        ("fine|disk=90.1%", Status.OK, Mark.FAIL, "90.1", "fine"),
        ("hm|disk=1%", Status.WARNING, Mark.WARN, "1", "hm"),
        ("hm|disk=95%", Status.WARNING, Mark.FAIL, "95", "hm"),
        ("bad|disk=71%", Status.CRITICAL, Mark.FAIL, "71", "bad"),
        ("|disk=71%", Status.CRITICAL, Mark.FAIL, "71", None),
        ("no device", Status.CRITICAL, Mark.FAIL, None, "no device"),
        ("no device|disk=U", Status.WARNING, Mark.WARN, None, "no device"),
    ],
)
def test_a_number_is_the_value_and_the_worse_of_range_and_status(
    output: str, status: Status, mark: Mark, value: str | None, note: str | None
) -> None:
    assert answer_of(DISK, said(output, status)) == Answer("disk", mark, value, note, source=Source.MACHINE)


@pytest.mark.parametrize(
    ("output", "status", "why", "about"),
    [
        ("no value", Status.OK, Why.NO_VALUE, ("no value",)),
        ("fine|disk=U", Status.OK, Why.NO_VALUE, ("fine",)),
        ("fine|other=5% disk=1,5%", Status.OK, Why.NO_VALUE, ("fine",)),
        ("fine|disk=40MB", Status.OK, Why.UNIT, ("MB", "%")),
        ("bad|disk=40MB", Status.CRITICAL, Why.UNIT, ("MB", "%")),
        ("fine|disk=40c", Status.OK, Why.UNIT, ("c", "%")),
        ("fine|disk=101%", Status.OK, Why.IMPOSSIBLE, ("101",)),
        ("fine|disk=-1%", Status.OK, Why.IMPOSSIBLE, ("-1",)),
        ("fine|disk=5%", Status.UNKNOWN, Why.UNKNOWN, ("fine",)),
    ],
)
def test_a_value_that_is_none_is_no_answer(output: str, status: Status, why: Why, about: tuple[str, ...]) -> None:
    assert answer_of(DISK, said(output, status)) == (why, about)


@pytest.mark.parametrize(
    ("own", "typed", "fits"),
    [
        ("s", "s", True), ("s", "ms", False), ("ms", "s", False), ("°C", "C", True), ("°C", "c", False),
        ("MB", "MB", True), ("MB", "KB", False), ("GB", "B", False), ("MW", "mW", False), (None, "", True),
        (None, "c", True), (None, "%", False), (None, "s", False), ("kWh", "", True), ("转", "转", True),
    ],
)  # fmt: skip
def test_a_value_is_never_converted(own: str | None, typed: str, fits: bool) -> None:
    item = replace(DISK, unit=own, warn=None, critical=None, possible=None)
    found = answer_of(item, said(f"fine|disk=5{typed}"))
    expected = Answer("disk", Mark.OK, "5", source=Source.MACHINE) if fits else (Why.UNIT, (typed, own or ""))
    assert found == expected


@pytest.mark.parametrize(
    ("output", "status", "mark", "note"),
    [
        ("up", Status.OK, Mark.OK, "up"),
        ("", Status.OK, Mark.OK, None),
        ("flaps|rx=1", Status.WARNING, Mark.WARN, "flaps"),
        ("down", Status.CRITICAL, Mark.FAIL, "down"),
    ],
)
def test_a_state_is_the_status(output: str, status: Status, mark: Mark, note: str | None) -> None:
    assert answer_of(LINK, said(output, status)) == Answer("link", mark, note=note, source=Source.MACHINE)


_LABELS = st.text(st.characters(categories=("L", "N"), include_characters=" ='_-/:"), min_size=1, max_size=19)
_NUMBERS = st.decimals("-999999999", "999999999", places=3)


@given(st.lists(st.tuples(_LABELS, st.none() | _NUMBERS, st.sampled_from(["", "s", "%", "KB", "c"])), max_size=8))
def test_what_is_written_by_the_guidelines_is_read_back(values: list[tuple[str, Decimal | None, str]]) -> None:
    written = [
        "'{label}'={value};1:2;@3:4;0;9".format(
            label=label.replace("'", "''"), value="U" if value is None else f"{value:f}{unit}"
        )
        for label, value, unit in values
    ]
    _text, found = read_output("OK | " + " ".join(written[:3]) + "\nmore\n| " + "\n".join(written[3:]))
    assert [(one.label, one.value) for one in found] == [
        (" ".join(label.split()), None if value is None else value) for label, value, _unit in values
    ]
    units = [unit for _label, value, unit in values if value is not None]
    assert [one.unit for one in found if one.value is not None] == units


@given(st.text(max_size=300), st.integers(-70, 300))
def test_junk_of_any_kind_is_read_without_a_fault(output: str, code: int) -> None:
    found = read(out=output, code=code)
    assert (found.status is Status.UNKNOWN) == (found.why is not None) == (code not in (0, 1, 2))
    assert not re.search("[\x00-\x1f\x7f-\x9f]", found.text)
    answer = answer_of(DISK, found)
    if isinstance(answer, Answer):
        assert answer.source is Source.MACHINE
        assert answer.value is None or 0 <= Decimal(answer.value) <= 100


@pytest.mark.parametrize("junk", ["'", "''", "a", "=", "'a'", "a=", "| ", "1"], ids=repr)
def test_much_junk_is_read_in_one_go(junk: str) -> None:
    """Each of these would take hours where a reader begins anew at every letter."""
    text, _measures = read_output("ok|" + junk * (65_536 // len(junk)))
    assert text == "ok"
