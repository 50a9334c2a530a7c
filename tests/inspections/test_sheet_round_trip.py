"""What a sheet says is read back as it was; whatever is pasted is read or refused in words."""

import random
from collections.abc import Mapping
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsctl.core.errors import InvalidInput
from opsctl.core.ranges import read_range
from opsctl.core.typed import read_title
from opsctl.inspections.rules import Answer, rest_ok
from opsctl.inspections.rules.readings import mark_of
from opsctl.inspections.rules.sheets import read_sheet, sections, write_sheet
from opsctl.inspections.terms import Mark
from opsctl.rulebook.rules import Words
from opsctl.rulebook.rules.patrols import Checklist, Choice, Item
from opsctl.rulebook.terms import ChecklistKind, ItemType
from tests.inspections.forms import CORE

WORDS = [
    "ok", "异常", "3", "1-3", "24.1", "24。1", "note:", "影响：", "告知:", ";", "；", "#", '"', '""', "其余正常",
    "rest ok", "=", "fan", "风扇", "进风温度", "°C", "n/a", "time:", "[x]",
    "1、", "①", "，", ":", "x", "-", "无", "2 ok", "09:10:22",
]  # fmt: skip
any_text = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
    st.lists(st.sampled_from(WORDS), max_size=6).flatmap(
        lambda words: st.sampled_from([" ", ""]).map(lambda between: between.join(words))
    ),
)


def _as_title(text: str) -> str:
    try:
        return read_title(text)
    except InvalidInput:
        return "words"


texts = any_text.map(_as_title)
titles = st.builds(Words, texts, texts)
# A choice that is called like a state, or like what says one, is what it is called.
choice_titles = st.builds(Words, *[st.from_regex(r"[p-w]{3,6}", fullmatch=True)] * 2)
ids = st.from_regex(r"[a-z][a-z0-9.-]{0,8}", fullmatch=True)
choice_ids = st.from_regex(r"[c-e][0-9-]{0,4}", fullmatch=True)
one_choice = st.builds(Choice, choice_ids, choice_titles, st.sampled_from(["ok", "warn", "fail"]))
units = st.sampled_from([None, "°C", "%", "MPa", "rpm", "次/分", "GB", "A"])
ranges = st.sampled_from([None, read_range("18:27"), read_range("10:"), read_range("@5:6.5"), read_range("~:0")])
numbers = st.decimals(min_value=-1000, max_value=1000, places=2).map(
    lambda value: format(abs(value) if value == 0 else value, "f")
)


@st.composite
def items(draw: st.DrawFn) -> Item:
    kind = draw(st.sampled_from(ItemType))
    is_number = kind is ItemType.NUMBER
    choices = draw(st.lists(one_choice, min_size=1, max_size=3))
    return Item(
        id=draw(ids),
        title=draw(titles),
        type=kind,
        group=draw(st.none() | titles),
        machine=draw(st.booleans()),
        unit=draw(units) if is_number else None,
        warn=draw(ranges) if is_number else None,
        critical=draw(ranges) if is_number else None,
        choices=tuple(choices) if kind is ItemType.CHOICE else (),
    )


@st.composite
def answers(draw: st.DrawFn, item: Item) -> Answer:
    """Any answer that somebody can have typed for the item."""
    value: str | None = None
    note = draw(st.none() | texts)
    mark = draw(st.sampled_from(Mark if item.type is not ItemType.PHOTO else [Mark.OK, Mark.FAIL, Mark.NOT_APPLICABLE]))
    if item.type is ItemType.NUMBER and (mark is Mark.OK or draw(st.booleans())):
        value = draw(numbers)
        judged = mark_of(item, Decimal(value))
        mark = Mark.FAIL if mark is Mark.FAIL else judged
    elif item.type is ItemType.CHOICE and (mark is Mark.OK or draw(st.booleans())):
        chosen = draw(st.sampled_from(item.choices))
        first = next(one for one in item.choices if one.id == chosen.id)
        value, mark = first.id, Mark(first.state)
    elif item.type is ItemType.TEXT and (mark is Mark.OK or (draw(st.booleans()) and mark is not Mark.NOT_APPLICABLE)):
        value = draw(texts)
    elif item.type in (ItemType.NUMBER, ItemType.CHOICE) and mark is not Mark.NOT_APPLICABLE:
        note = draw(texts)
    return Answer(item.id, mark, value, note, draw(st.none() | texts), draw(st.none() | texts))


@st.composite
def rounds(draw: st.DrawFn) -> tuple[Checklist, Mapping[str, Answer]]:
    made = draw(st.lists(items(), min_size=1, max_size=6, unique_by=lambda item: item.id))
    checklist = Checklist("any", draw(titles), ChecklistKind.INSPECTION, tuple(made))
    answered = draw(st.lists(st.sampled_from(made), unique_by=lambda item: item.id))
    given_answers = {item.id: draw(answers(item)) for item in made if item in answered}
    if draw(st.booleans()):
        given_answers |= {one.item: one for one in rest_ok(checklist, given_answers)}
    return checklist, given_answers


@given(rounds(), st.sampled_from(["en", "zh_CN"]))
def test_a_sheet_is_read_back_as_what_was_written(made: tuple[Checklist, Mapping[str, Answer]], language: str) -> None:
    checklist, given_answers = made
    sheet = write_sheet(checklist, given_answers, language=language)
    assert sections(sheet) == [(None, 1, sheet.removesuffix("\n"))]
    if not given_answers:
        with pytest.raises(InvalidInput, match="Nothing is filled in"):
            read_sheet(sheet, checklist)
        return
    read = read_sheet(sheet, checklist)
    assert {one.item: one for one in read.answers} == given_answers
    assert (read.at, read.answered, read.remarks) == (None, None, ())


LINES = [
    "1-2 24.1 47", "3 异常 3号空调异响 影响: 二层 告知: 王工 备注: 已报修", "其余正常", "时间: 09:10",
    "进风温度：41", "temp=41", "4 fail CRC; 5 ok", "[core-sw-1]",
    "# 1 ok", "③ ok", "7 今天断电；已恢复", "张三 2026-11-05 09:10:22", '7 "a; b"',
]  # fmt: skip
SIGNS = st.characters(exclude_categories=[]) | st.sampled_from(
    "0123456789０１；;：:\"'-—~。，.,、=＝#[]【】()（）\n\r\t ①½²\u200b\ufeff"
)


@st.composite
def mutated_sheets(draw: st.DrawFn) -> str:
    text = list("\n".join(draw(st.lists(st.sampled_from(LINES), min_size=1, max_size=5))))
    for _ in range(draw(st.integers(0, 6))):
        place = draw(st.integers(0, len(text)))
        text[place : place + draw(st.integers(0, 2))] = draw(st.lists(SIGNS, max_size=2))
    return "".join(text)


@given(st.one_of(st.text(SIGNS), any_text, mutated_sheets()))
def test_whatever_is_pasted_is_read_or_refused_in_words(text: str) -> None:
    for asset, first, part in sections(text):
        assert asset is None or asset
        assert first >= 1
        try:
            sheet = read_sheet(part, CORE, first_line=first)
        except InvalidInput as error:
            assert error.message
        else:
            assert sheet.answers
            assert len({one.item for one in sheet.answers}) == len(sheet.answers)


@pytest.mark.parametrize(
    "line",
    [
        "3 fail " + '"x ' * 1_300, "3 fail " + ' ""x' * 980, "3 fail " + "备注:" * 1_300, "3 fail " + "; " * 1_900,
        "1-2 " + "9 " * 1_990, "7 " + "（" * 3_990, "=" * 4_000, "[" * 4_000, "1" * 4_000, "a：" * 1_990,
        "\u200b" * 400, "- " * 1_990, "9:" * 1_990,
    ],
)  # fmt: skip
def test_the_longest_sheet_of_the_worst_lines_is_read_to_its_end(line: str) -> None:
    """A step that grew with the square of a line would keep this from ending in a minute."""
    text = "\n".join([line] * min(2_000, 1_000_000 // (len(line) + 1)))
    for _asset, first, part in sections(text):
        try:
            assert read_sheet(part, CORE, first_line=first).answers
        except InvalidInput as error:
            assert error.message


def test_a_large_checklist_is_read_line_by_line() -> None:
    many = tuple(Item(f"item-{n}", Words(f"Item {n} of many", f"第{n}台空调"), ItemType.STATE) for n in range(1, 1_001))
    checklist = Checklist("many", Words("Many", "多"), ChecklistKind.INSPECTION, many)
    lines = [f"{item.title.zh if n % 2 else item.id} ok" for n, item in enumerate(many)]
    random.Random(7).shuffle(lines)
    assert {one.item for one in read_sheet("\n".join(lines), checklist).answers} == {item.id for item in many}
