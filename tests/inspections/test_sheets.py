"""Pasted sheets: what each line says, what is mended, what is refused and in which words."""

from dataclasses import replace

import pytest

from opsctl.core.errors import InvalidInput
from opsctl.inspections.rules import Sheet
from opsctl.inspections.rules.sheets import read_sheet, sections
from opsctl.inspections.terms import Source
from opsctl.rulebook.rules import Words
from opsctl.rulebook.rules.patrols import Item
from opsctl.rulebook.terms import ItemType
from tests.inspections.forms import CORE, FANS


def said(sheet: Sheet) -> list[str]:
    """The answers of a sheet, each as one short line."""
    return [
        " ".join(
            part
            for part in (
                answer.item,
                answer.mark.value,
                answer.value,
                answer.note and f"({answer.note})",
                answer.impact and f"impact {answer.impact}",
                answer.told and f"told {answer.told}",
                None if answer.source is Source.TYPED else f"by {answer.source}",
            )
            if part
        )
        for answer in sheet.answers
    ]


def refusal(text: str) -> str:
    """The message and the hint of a refused sheet."""
    with pytest.raises(InvalidInput) as caught:
        read_sheet(text, CORE)
    return f"{caught.value.message} {caught.value.hint}".rstrip()


ALL_OK = ["fans ok", "uplink ok", "cooler-3 ok"]


@pytest.mark.parametrize(
    ("text", "answers"),
    [
        ("1-2 24.1 47", ["temp ok 24.1", "humidity ok 47"]),
        ("1~2 24.1 47", ["temp ok 24.1", "humidity ok 47"]),
        ("1～2：24.1、47", ["temp ok 24.1", "humidity ok 47"]),
        ("第1至2项 24.1 47", ["temp ok 24.1", "humidity ok 47"]),
        ("1-2 24.1℃ 47%", ["temp ok 24.1", "humidity ok 47"]),
        ("1-2 24.1 ℃ 47 ％", ["temp ok 24.1", "humidity ok 47"]),
        ("1-2 24.1，47", ["temp ok 24.1", "humidity ok 47"]),
        ("1-2 24.1, 47", ["temp ok 24.1", "humidity ok 47"]),
        ("1-3 24.1 47 正常", ["temp ok 24.1", "humidity ok 47", "fans ok"]),
        ("3-5 ok", ALL_OK),
        ("3-5 正常", ALL_OK),
        ("３－５ 正常", ALL_OK),
        ("3-4 1 3", ["fans ok", "uplink fail"]),
        ("3-4 异常 停电 影响: 二层", ["fans fail (停电) impact 二层", "uplink fail (停电) impact 二层"]),
        ("1-2 n/a", ["temp n/a", "humidity n/a"]),
    ],
)
def test_a_range_takes_a_row_of_values_or_one_state(text: str, answers: list[str]) -> None:
    assert said(read_sheet(text, CORE)) == answers


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("1 24.1", "temp ok 24.1"),
        ("1. 24.1", "temp ok 24.1"),
        ("1、24.1", "temp ok 24.1"),
        ("1)24.1", "temp ok 24.1"),
        ("（1）24.1", "temp ok 24.1"),
        ("(1) 24.1", "temp ok 24.1"),
        ("①24.1", "temp ok 24.1"),
        ("⒈ 24.1", "temp ok 24.1"),
        ("⑴ 24.1", "temp ok 24.1"),
        ("❶ 24.1", "temp ok 24.1"),
        ('3 fail "see 4 ok"', "fans fail (see 4 ok)"),
        ("#1 24.1", "temp ok 24.1"),
        ("第1项：24.1", "temp ok 24.1"),
        ("1=24.1", "temp ok 24.1"),
        ("１：24.1", "temp ok 24.1"),
        ("- temp 24.1", "temp ok 24.1"),
        ("> • temp 24.1", "temp ok 24.1"),
        ("1 temp 24.1", "temp ok 24.1"),
        ("1、进风温度：24.1", "temp ok 24.1"),
        ("temp=41", "temp fail 41"),
        ("temp＝41", "temp fail 41"),
        ("TEMP: 41", "temp fail 41"),
        ("进风温度：41", "temp fail 41"),
        ("进风温度 41", "temp fail 41"),
        ("进风温度41", "temp fail 41"),
        ("进风温度41℃", "temp fail 41"),
        ("Inlet temperature 41", "temp fail 41"),
        ("temp 41 note: fan noisy", "temp fail 41 (fan noisy)"),
        ("temp 41 fan noisy", "temp fail 41 (fan noisy)"),
        ("风扇正常", "fans ok"),
        ("风扇√", "fans ok"),
        ("3异常 CRC", "fans fail (CRC)"),
        ("3号空调 正常", "cooler-3 ok"),
        ("3号空调异常", "cooler-3 fail"),
        ("cooler-3 ok", "cooler-3 ok"),
        ("mode 手动", "mode warn manual"),
        ("6 2", "mode warn manual"),
        ("说明 今天断电；已恢复；三台重启", "remarks ok 今天断电；已恢复；三台重启"),
        ("remarks: see the log", "remarks ok see the log"),
        ('remarks "3 ok; 4 ok"', "remarks ok 3 ok; 4 ok"),
        ("8 n/a", "photo n/a"),
        ("\ufeff\u200b 3\t ok \u200e", "fans ok"),
        ("[09:10] 王工: 3 ok", "fans ok"),
        ("[05/11/2026, 09:10:22] Wang: ③ ok", "fans ok"),
    ],
)
def test_a_line_names_an_item_in_many_ways(text: str, answer: str) -> None:
    assert said(read_sheet(text, CORE)) == [answer]


@pytest.mark.parametrize(
    ("text", "answers"),
    [
        (
            "5 异常 3号空调异响 影响: 二层机房 告知: 王工 备注: 已报修",
            ["cooler-3 fail (3号空调异响；已报修) impact 二层机房 told 王工"],
        ),
        ("5 异常 异响，告知：王工，影响范围：二层", ["cooler-3 fail (异响) impact 二层 told 王工"]),
        (
            "uplink fail CRC errors note: reported told: Wang IMPACT: all of it",
            ["uplink fail (CRC errors; reported) impact all of it told Wang"],
        ),
        ("5 异常 异响\n影响: 二层\n告知：王工\n3 ok", ["cooler-3 fail (异响) impact 二层 told 王工", "fans ok"]),
        ("5 异常 异响；已报修；风扇正常", ["cooler-3 fail (异响；已报修)", "fans ok"]),
        ("5 异常 影响: 二层；三层", ["cooler-3 fail impact 二层；三层"]),
        ("3 ok; 4 fail CRC; 1 24", ["fans ok", "uplink fail (CRC)", "temp ok 24"]),
        ("5 fail a 备注: x 备注: y", ["cooler-3 fail (a; x; y)"]),
    ],
    ids=["in a row", "in any order", "in English", "on lines below", "semicolons", "in a label", "parts", "twice"],
)  # fmt: skip
def test_words_behind_an_answer_belong_to_it(text: str, answers: list[str]) -> None:
    assert said(read_sheet(text, CORE)) == answers


@pytest.mark.parametrize(
    "words",
    [
        "其余正常",
        "其他正常",
        "其它都正常。",
        "其余项均正常",
        "剩余全部正常",
        "rest ok",
        "Rest OK.",
        "the rest is ok",
        "others normal",
    ],
)
def test_the_rest_fills_in_states_only_and_by_exception(words: str) -> None:
    expected = ["temp ok 24", "uplink fail (CRC)", "fans ok by exception", "cooler-3 ok by exception"]
    assert said(read_sheet(f"1 24\n{words}\n4 异常 CRC", CORE)) == expected


def test_the_rest_is_meant_although_a_text_is_titled_like_it() -> None:
    other = Item("noticed", Words("Anything else", "其他"), ItemType.TEXT)
    checklist = replace(CORE, items=(FANS, other))
    assert said(read_sheet("其他正常", checklist)) == ["fans ok by exception"]
    assert said(read_sheet("其他 正常", checklist)) == ["noticed ok 正常"]
    assert said(read_sheet("其他：地面有水\n其余正常", checklist)) == ["noticed ok 地面有水", "fans ok by exception"]


def test_time_and_challenge_are_about_the_round() -> None:
    sheet = read_sheet("时间： 09：10\n现场核对：SN 4711\n3 ok", CORE)
    assert (sheet.at, sheet.answered, said(sheet)) == ("09:10", "SN 4711", ["fans ok"])
    sheet = read_sheet("time: yesterday 14:00; challenge: 4711; 3 ok", CORE)
    assert (sheet.at, sheet.answered, said(sheet)) == ("yesterday 14:00", "4711", ["fans ok"])


def test_comments_headings_empty_lines_and_an_empty_form_are_passed_over() -> None:
    text = "# 巡检\n\n环境\n1 temp\n2、湿度：\n-----\n机柜：\n3 fans ok\n4 uplink\n```\n"
    assert said(read_sheet(text, CORE)) == ["fans ok"]


def test_of_each_kind_of_mending_the_first_is_told() -> None:
    sheet = read_sheet("1—2 24。1 ４７\n张三 2026-11-05 09:10:22\n链路 ok", CORE)
    assert said(sheet) == ["temp ok 24.1", "humidity ok 47", "uplink ok"]
    assert sheet.remarks == (
        "1—2 is read as 1-2.",
        "链路 is read as uplink.",
        "24。1 is read as 24.1.",
        "４７ is read as 47.",
        "Line 2 is left out: it is the head of a chat message.",
    )


def test_a_second_mending_of_one_kind_is_not_told() -> None:
    assert read_sheet("1 24。1\n2 47。5", CORE).remarks == ("24。1 is read as 24.1.",)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("tmep 41", "line 1: 'tmep' is no item of core-network. Did you mean temp?"),
        ("3 ok\n\n99 ok", "line 3: There is no item 99. core-network has 9 items, numbered from 1."),
        ("1 24\n进风温度 24\n1 25", "line 2: Inlet temperature is answered twice, first in line 1."),
        ("3-4 ok\n4-5 ok", "line 2: Uplinks is answered twice, first in line 1. Keep one of the two."),
        ("3-5 ok\nfans fail x", "line 2: Fans is answered twice, first in line 1."),
        ("1-3 24 47", "line 1: 1-3 are 3 items, but 2 values stand behind."),
        ("3-5 1", "line 1: 3-5 are 3 items, but 1 value stands behind."),
        ("1-2 24", "line 1: 1-2 are 2 items, but 1 value stands behind."),
        ("3-5 ok ok", "line 1: 3-5 are 3 items, but 2 values stand behind."),
        ("1-2 ok", "line 1: Inlet temperature is answered by its reading."),
        ("2-1 24 47", "line 1: The range 2-1 ends before it begins."),
        ("1-10 ok", "line 1: There is no item 10."),
        ("3-5", "line 1: 3-5 is named without an answer."),
        ("3", "line 1: Fans is named without an answer. Type ok, warn, fail or n/a; or 1, 2, 3 or 0."),
        ("fans", "line 1: Fans is named without an answer."),
        ("3 3号空调异响", "line 1: '3号空调异响' does not say whether Fans is ok."),
        ("1 fans ok", "line 1: Item 1 is Inlet temperature, not Fans."),
        ("09:10", "line 1: 09:10 can be a time and an answer to item 9. Write time: before a time"),
        ("rest ok\n其余正常", "line 2: '其余正常' is said twice."),
        ("time: 9:10\n时间: 9:20", "line 2: '时间: 9:20' is said twice."),
        ("备注: 已报修", "line 1: '备注: 已报修' stands behind no item."),
        ("全部正常", "line 1: '全部正常' names no item. Write: rest ok"),
        ("5 fail x; fnas ok", "line 1: 'fnas' is no item of core-network. Did you mean fans?"),
        ("1、2、3 正常", "line 1: '2 、3 正常' is more than one number for Inlet temperature."),
        ("3 ok 4 ok 5 ok", "line 1: Item 4 is answered inside the answer to Fans."),
        ("1 24 2 47", "line 1: '24 2 47' is more than one number for Inlet temperature."),
        ("temp = 75", "Is it °F? That would be 23.9 °C: type 23.9."),
        ("1 1,234", "line 1: 1,234 can be read as 1234 and as 1.234."),
        ("", "Nothing is filled in. Write the number of an item and its answer in a line: 1 ok"),
        ("# 1 ok\n\n1 temp\n时间: 09:10", "Nothing is filled in."),
        ("x" * 5_000, "line 1: The line has more than 4000 characters."),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text: str, words: str) -> None:
    assert words in refusal(text)


def test_every_faulty_line_is_named_at_once() -> None:
    with pytest.raises(InvalidInput) as caught:
        read_sheet("1 75 F\n3 ok\ntmep 41\n99 ok", CORE, first_line=5)
    assert caught.value.message == (
        "line 5: Inlet temperature is read in °C, not in °F. 75 °F would be 23.9 °C; type it in °C;"
        " line 7: 'tmep' is no item of core-network. Did you mean temp?;"
        " line 8: There is no item 99. core-network has 9 items, numbered from 1."
    )
    assert caught.value.hint == ""


def test_of_many_faulty_lines_ten_are_named() -> None:
    with pytest.raises(InvalidInput) as caught:
        read_sheet("foo 1\n" * 30, CORE)
    assert [f"line {number}:" in caught.value.message for number in (1, 10, 11)] == [True, True, False]
    assert caught.value.hint == "There may be more."


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1 ok\n" * 1_000_000, "The sheet has 5000000 characters, 1000000 are allowed."),
        ("ok; " * 300_000, "The sheet has 1200000 characters"),
        ("\n" * 2_001, "The sheet has 2001 lines, 2000 are allowed."),
    ],
    ids=["5 MB", "one line", "lines"],
)
def test_more_than_any_sheet_is_refused_whole(text: str, words: str) -> None:
    for read in (lambda: read_sheet(text, CORE), lambda: sections(text)):
        with pytest.raises(InvalidInput) as caught:
            read()
        assert words in caught.value.message


@pytest.mark.parametrize(
    "heading",
    ["[core-sw-1]", "【core-sw-1】", "［ core-sw-1 ］", "== core-sw-1", "== core-sw-1 ==", "\ufeff[core-sw-1]  "],
)
def test_a_heading_begins_the_part_of_an_asset(heading: str) -> None:
    assert sections(f"{heading}\n1 24\n\n[db1]\n3 ok") == [("core-sw-1", 2, "1 24\n"), ("db1", 5, "3 ok")]


def test_what_stands_before_the_first_heading_is_of_no_asset() -> None:
    assert sections("3 ok\n[db1]\n1 24") == [(None, 1, "3 ok"), ("db1", 3, "1 24")]
    assert sections("1 24\n[09:10] 王工: 3 ok\n[2026-11-05 09:10]\n----") == [
        (None, 1, "1 24\n[09:10] 王工: 3 ok\n[2026-11-05 09:10]\n----")
    ]
    assert sections("") == [(None, 1, "")]
    assert sections("[db1]") == [("db1", 2, "")]


def test_lines_of_a_part_are_counted_from_its_first() -> None:
    ((_asset, first, text),) = sections("\n[db1]\n\nfoo ok")
    with pytest.raises(InvalidInput, match="line 4: 'foo' is no item"):
        read_sheet(text, CORE, first_line=first)
