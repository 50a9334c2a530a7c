"""What is typed for one item: found, mended, judged, refused."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsctl.core.errors import InvalidInput, NotFound
from opsctl.inspections.rules.answers import find_item, judge, judge_and_tell
from opsctl.inspections.rules.readings import differs_much
from opsctl.inspections.terms import Mark
from opsctl.rulebook.rules.patrols import Item
from tests.inspections.forms import CORE, FANS, HUMIDITY, MODE, PHOTO, REMARKS, TEMP, number

OK, WARN, FAIL, NOT_APPLICABLE = Mark.OK, Mark.WARN, Mark.FAIL, Mark.NOT_APPLICABLE
PRESSURE = number("pressure", "MPa", possible="0:1.6")
COUNT = number("count", possible="0:100")


def refusal(item: Item, typed: str) -> str:
    """The message and the hint of a refused answer."""
    with pytest.raises(InvalidInput) as caught:
        judge(item, typed)
    return f"{caught.value.message} {caught.value.hint}"


@pytest.mark.parametrize(
    ("word", "id"),
    [
        ("1", "temp"), ("５", "cooler-3"), ("temp", "temp"), ("TEMP", "temp"), ("Ｔｅｍｐ", "temp"),
        ("进风温度", "temp"), ("inlet temperature", "temp"), (" Fans ", "fans"), ("进风", "temp"), ("链路", "uplink"),
        ("空调", "cooler-3"), ("uplin", "uplink"), ("cooler—3", "cooler-3"),
    ],
)  # fmt: skip
def test_an_item_is_found_by_number_id_title_or_a_part_of_its_own(word: str, id: str) -> None:
    assert find_item(CORE, word).id == id


@pytest.mark.parametrize(
    ("word", "message", "hint"),
    [
        ("tmep", "'tmep' is no item of core-network.", "Did you mean temp?"),
        ("10", "There is no item 10.", "core-network has 9 items, numbered from 1."),
        ("0", "There is no item 0.", "core-network has 9 items, numbered from 1."),
        ("锅炉", "'锅炉' is no item of core-network.", "Name an item by its number, id or title."),
        ("f", "'f' is no item of core-network.", "Did you mean fans, photo?"),
        ("", "'' is no item of core-network.", "Name an item by its number, id or title."),
    ],
    ids=["misspelt", "behind the last", "before the first", "unknown", "a single letter is no part", "nothing"],
)
def test_an_unknown_item_is_answered_by_the_nearest(word: str, message: str, hint: str) -> None:
    with pytest.raises(NotFound) as caught:
        find_item(CORE, word)
    assert (caught.value.message, caught.value.hint) == (message, hint)


def test_a_part_that_fits_several_items_names_none() -> None:
    with pytest.raises(InvalidInput, match="'re' fits more than one item: temp, remarks"):
        find_item(CORE, "re")


@pytest.mark.parametrize(
    ("typed", "mark", "note"),
    [
        ("ok", OK, None), ("OK", OK, None), ("ＯＫ", OK, None), ("正常", OK, None),
        ("好", OK, None), ("合格", OK, None),
        ("√", OK, None), ("✓", OK, None), ("✔️", OK, None), ("y", OK, None), ("1", OK, None), ("１", OK, None),
        ("正常。", OK, None), ("√正常", OK, None), ("1 ok", OK, None), ("无异常", OK, None),
        ("warn", WARN, None), ("警告", WARN, None), ("注意", WARN, None), ("2", WARN, None), ("⚠️ hot", WARN, "hot"),
        ("fail", FAIL, None), ("异常", FAIL, None), ("故障", FAIL, None),
        ("不合格", FAIL, None), ("不正常", FAIL, None),
        ("×", FAIL, None), ("✗", FAIL, None), ("x", FAIL, None), ("X", FAIL, None), ("3", FAIL, None),
        ("n/a", NOT_APPLICABLE, None), ("Ｎ／Ａ", NOT_APPLICABLE, None), ("不适用", NOT_APPLICABLE, None),
        ("无", NOT_APPLICABLE, None), ("-", NOT_APPLICABLE, None), ("—", NOT_APPLICABLE, None),
        ("0", NOT_APPLICABLE, None),
        ("异常 3号空调异响", FAIL, "3号空调异响"), ("异常：3号空调，异响。", FAIL, "3号空调，异响。"),
        ("fail: CRC errors; rising", FAIL, "CRC errors; rising"), ("3 fan noisy", FAIL, "fan noisy"),
        ("2、有灰", WARN, "有灰"), ("×风扇停", FAIL, "风扇停"), ("fail OK light is off", FAIL, "OK light is off"),
        ('fail "ok"', FAIL, "ok"),
    ],
)  # fmt: skip
def test_a_state_is_a_word_of_either_language_a_sign_or_a_digit(typed: str, mark: Mark, note: str | None) -> None:
    answer = judge(FANS, typed)
    assert (answer.item, answer.mark, answer.value, answer.note) == ("fans", mark, None, note)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("3号空调异响", "Put ok, warn or fail before it: fail 3号空调异响"),
        ("humming", "'humming' does not say whether Fans is ok."),
        ("4", "Fans is answered by a state, not by 4."),
        ("1.5", "Fans is answered by a state, not by 1.5."),
        ("24,1", "Fans is answered by a state, not by 24,1."),
        ("3 5", "does not say whether"),
        ("1 异常", "'异常' says another state of Fans"),
        ("无 异常", "'异常' says another state of Fans"),
        ("ok fail: stopped", "says another state of Fans"),
        ("no", "does not say whether"),
        ("  ", "Nothing was typed for Fans."),
    ],
)
def test_words_that_say_no_state_or_two_are_refused(typed: str, said: str) -> None:
    assert said in refusal(FANS, typed)


@pytest.mark.parametrize(
    ("typed", "value", "remark"),
    [
        ("24.1", "24.1", None),
        ("24.10", "24.10", None),
        ("24。1", "24.1", "24。1 is read as 24.1."),
        ("24．1", "24.1", "24．1 is read as 24.1."),
        ("24，1", "24.1", "24，1 is read as 24.1."),
        ("24,1", "24.1", "24,1 is read as 24.1."),
        ("２４", "24", "２４ is read as 24."),
        ("0,125", "0.125", "0,125 is read as 0.125."),
        ("−5", "-5", "−5 is read as -5."),
        ("－5", "-5", "－5 is read as -5."),
        ("——5", "-5", "——5 is read as -5."),
        ("-5", "-5", None),
        ("-0.0", "0.0", None),
        ("+24", "24", None),
        ("007", "7", None),
        (".5", "0.5", None),
        ("24。", "24", None),
        ("24.1℃", "24.1", None),
        ("24.1 ℃", "24.1", None),
        ("24.1°C", "24.1", None),
        ("24.1c", "24.1", None),
        ("24.1 deg C", "24.1", None),
        ("24度", "24", None),
        ("24摄氏度", "24", None),
        ("24.1℃正常", "24.1", None),
        ("1", "1", None),
        ("0", "0", None),
    ],
)
def test_a_number_is_mended_and_keeps_its_digits(typed: str, value: str, remark: str | None) -> None:
    judged = judge_and_tell(TEMP, typed)
    assert (judged.answer.value, judged.answer.note) == (value, None)
    assert [mending.sentence for mending in judged.mendings] == ([] if remark is None else [remark])


@pytest.mark.parametrize(
    ("unit", "typed", "value"),
    [
        ("%", "47％", "47"), ("MPa", "0.6mpa", "0.6"), ("MPa", "0.6 MPA", "0.6"),
        ("μA", "5µA", "5"), ("μA", "5 uA", "5"),
        ("µA", "5μA", "5"), ("kW", "3千瓦", "3"), ("GB", "20gb", "20"),
        ("Ω", "3Ω", "3"), ("rpm", "1200 r/min", "1200"),
        ("dBm", "-3.5dbm", "-3.5"), ("次/分", "72次/分", "72"), ("MW", "3 MW", "3"),
        ("mA", "5ma", "5"), ("h", "8H", "8"),
        ("V", "220伏", "220"), ("kWh", "31度", "31"), ("mS/cm", "1.2 mS/cm", "1.2"),
        ("packets/s", "9 Packets/S", "9"),
        (None, "1,234.5", "1234.5"), (None, "1,234,567", "1234567"), (None, "1234,567", "1234.567"),
    ],
)  # fmt: skip
def test_the_items_own_unit_is_taken_off(unit: str | None, typed: str, value: str) -> None:
    assert judge(number(unit=unit), typed).value == value


@pytest.mark.parametrize(
    ("item", "typed", "said"),
    [
        (TEMP, "75 °F", "Inlet temperature is read in °C, not in °F. 75 °F would be 23.9 °C; type it in °C."),
        (TEMP, "75华氏度", "75 °F would be 23.9 °C"),
        (TEMP, "297 K", "297 K would be 23.9 °C"),
        (PRESSURE, "600kPa", "pressure is read in MPa, not in kPa. 600 kPa would be 0.6 MPa; type it in MPa."),
        (PRESSURE, "6 bar", "6 bar would be 0.6 MPa"),
        (PRESSURE, "14 psi", "14 psi would be 0.09653 MPa"),
        (PRESSURE, "6 V", "pressure is read in MPa, not in V. Type it in MPa."),
        (number(unit="A"), "350 mA", "350 mA would be 0.35 A"),
        (number(unit="V"), "10千伏", "10 kV would be 10000 V"),
        (number(unit="mV"), "5 MV", "is read in mV, not in MV"),
        (number(unit="W"), "2.5kw", "2.5 kW would be 2500 W"),
        (number(unit="m"), "50cm", "50 cm would be 0.5 m"),
        (number(unit="h"), "30分钟", "30 min would be 0.5 h"),
        (number(unit="MW"), "3mw", "is read in MW, not in mw"),
        (number(unit="GB"), "512MB", "p is read in GB, not in MB. Type it in GB."),
        (number(unit="GB"), "512Gb", "is read in GB, not in Gb"),
        (TEMP, "24.1 kcal", "is read in °C, not in kcal. Type it in °C; words belong behind note: or a blank."),
        (TEMP, "24xyz", "is read in °C, not in xyz"),
        (TEMP, "1e5", "is read in °C, not in e5"),
        (COUNT, "40%", "count has no unit, and % stands behind 40."),
        (number(unit="°F"), "75度", "not in 度"),
    ],
)
def test_another_unit_is_refused_and_both_are_named(item: Item, typed: str, said: str) -> None:
    assert said in refusal(item, typed)


@pytest.mark.parametrize(
    ("item", "typed", "said"),
    [
        (
            TEMP,
            "75",
            "75 is outside of what Inlet temperature can be: −20 to 60 °C. Is it °F? That would be 23.9 °C: type 23.9.",
        ),
        (TEMP, "297", "Is it K? That would be 23.9 °C: type 23.9."),
        (TEMP, "-40.5", "can be: −20 to 60 °C. Type the reading in °C, or n/a."),
        (PRESSURE, "600", "Is it kPa? That would be 0.6 MPa: type 0.6."),
        (COUNT, "40000", "Was 40 meant? Then type 40."),
        (COUNT, "-1", "−1 is outside of what count can be: 0 to 100."),
        (number(possible="10:"), "0.05", "at least 10. Was 50 meant? Then type 50."),
    ],
)
def test_a_number_that_cannot_be_asks_for_the_unit_it_may_have_been(item: Item, typed: str, said: str) -> None:
    assert said in refusal(item, typed)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("1,234", "1,234 can be read as 1234 and as 1.234. Type 1234 or 1.234."),
        ("12，345", "12，345 can be read as 12345 and as 12.345."),
        ("24..1", "is not a number"),
        ("1.2.3", "is not a number"),
        ("24,1,5", "is not a number"),
        ("1.234,5", "is not a number"),
        ("1" * 16, "is not a number"),
        ("0.1234567891", "is not a number"),
        ("24 1", "'24 1' is more than one number"),
        ("- 4", "'- 4' is not a number"),
        ("warm", "'warm' is not a number for p."),
        ("ok", "p is answered by its reading."),
        ("异常", "p has neither a reading nor words that say what is wrong."),
        ("24 n/a", "is a number and says that there is none"),
        ("x" * 6000, "has 6000 characters"),
    ],
)
def test_what_is_no_number_or_two_is_refused(typed: str, said: str) -> None:
    assert said in refusal(number(), typed)


@pytest.mark.parametrize(
    ("typed", "mark"),
    [
        ("18", OK), ("27", OK), ("27.0", OK), ("17.9", WARN), ("27.1", WARN),
        ("35", WARN), ("10", WARN), ("35.1", FAIL),
        ("9.9", FAIL), ("60", FAIL), ("24 异常", FAIL), ("24 注意", WARN), ("36 正常", FAIL), ("30 ok", WARN),
    ],
)  # fmt: skip
def test_a_number_is_judged_by_its_ranges_and_may_be_said_to_be_worse(typed: str, mark: Mark) -> None:
    assert judge(TEMP, typed).mark is mark


@pytest.mark.parametrize(
    ("item", "typed", "mark", "value", "note"),
    [
        (TEMP, "n/a", NOT_APPLICABLE, None, None),
        (TEMP, "不适用", NOT_APPLICABLE, None, None),
        (TEMP, "-", NOT_APPLICABLE, None, None),
        (TEMP, "异常 屏幕坏了", FAIL, None, "屏幕坏了"),
        (TEMP, "fail: display is dark", FAIL, None, "display is dark"),
        (TEMP, "41 风扇很吵", FAIL, "41", "风扇很吵"),
        (TEMP, "41 fan noisy", FAIL, "41", "fan noisy"),
        (TEMP, "24 异常 空调异响", FAIL, "24", "空调异响"),
        (TEMP, "24℃，3号空调异响", OK, "24", "3号空调异响"),
        (REMARKS, "all quiet", OK, "all quiet", None),
        (REMARKS, "正常", OK, "正常", None),
        (REMARKS, "1", OK, "1", None),
        (REMARKS, "warning light is on", OK, "warning light is on", None),
        (REMARKS, "fail: door is open", FAIL, "door is open", None),
        (REMARKS, "异常 门开着", FAIL, "门开着", None),
        (REMARKS, "无", NOT_APPLICABLE, None, None),
        (REMARKS, '"n/a"', OK, "n/a", None),
        (MODE, "1", OK, "auto", None),
        (MODE, "手动", WARN, "manual", None),
        (MODE, "BY HAND", WARN, "manual", None),
        (MODE, "off，维修", FAIL, "off", "维修"),
        (MODE, "异常 卡住", FAIL, None, "卡住"),
        (MODE, "不适用", NOT_APPLICABLE, None, None),
        (PHOTO, "ok", OK, None, None),
        (PHOTO, "n/a", NOT_APPLICABLE, None, None),
        (PHOTO, "fail 镜头坏", FAIL, None, "镜头坏"),
    ],
)
def test_every_kind_of_item_takes_its_own_answers(
    item: Item, typed: str, mark: Mark, value: str | None, note: str | None
) -> None:
    answer = judge(item, typed)
    assert (answer.mark, answer.value, answer.note) == (mark, value, note)


@pytest.mark.parametrize(
    ("item", "typed", "said"),
    [
        (MODE, "4", "Choose one: 1 Automatic, 2 By hand, 3 Switched off."),
        (MODE, "ok", "'ok' is none of the answers to Mode."),
        (PHOTO, "panel.jpg", "Give the photo with --photo, or type ok, fail or n/a."),
        (PHOTO, "warn", "'warn' is no answer to Photo of the panel, which is a photo."),
        (REMARKS, '""', "Nothing was typed for Remarks."),
    ],
)
def test_what_an_item_does_not_take_is_refused_with_what_it_takes(item: Item, typed: str, said: str) -> None:
    assert said in refusal(item, typed)


def test_parts_that_are_given_beside_the_answer_are_cleaned_and_joined() -> None:
    answer = judge(FANS, "异常 3号异响", note=" 已报修 ", impact="二层\t机房", told='"王工"')
    assert (answer.note, answer.impact, answer.told) == ("3号异响；已报修", "二层 机房", "王工")
    assert judge(FANS, "fail noisy", note="reported").note == "noisy; reported"
    assert judge(TEMP, "异常", note="屏幕坏了").mark is FAIL


@pytest.mark.parametrize(
    ("item", "new", "last", "differs"),
    [
        (TEMP, "24", None, False),
        (TEMP, "24", "21", False),
        (TEMP, "24.1", "21", True),
        (HUMIDITY, "56.6", "50", False),
        (HUMIDITY, "56.7", "50", True),
        (number(critical="0:10"), "5", "1.6", True),
        (number(possible="0:100", warn="90"), "84", "54", False),
        (number(possible="0:100", warn="90"), "84.1", "54", True),
        (number(warn="10:"), "120", "100", False),
        (number(warn="10:"), "79", "100", True),
        (number(), "1", "0", True),
        (number(), "0", "0", False),
    ],
)
def test_a_reading_differs_much_by_a_third_of_its_range_or_a_fifth_of_the_last(
    item: Item, new: str, last: str | None, differs: bool
) -> None:
    assert differs_much(item, Decimal(new), None if last is None else Decimal(last)) is differs


@given(st.sampled_from(CORE.items), st.text(max_size=40))
def test_whatever_is_typed_is_an_answer_or_refused_in_words(item: Item, typed: str) -> None:
    try:
        answer = judge(item, typed)
    except InvalidInput as error:
        assert error.message
    else:
        assert answer.item == item.id


@given(st.decimals(min_value="-999999", max_value="999999", places=3))
def test_a_number_that_was_read_is_read_again_as_the_same(value: Decimal) -> None:
    once = judge(number(unit="kW"), str(value)).value
    assert once is not None
    assert Decimal(once) == value
    assert judge(number(unit="kW"), f"{once} kW").value == once


@pytest.mark.parametrize(
    ("typed", "mark", "value", "note"),
    [
        ("异常 31°C", FAIL, "31", None),
        ("fail 31", FAIL, "31", None),
        ("warn 41", FAIL, "41", None),
        ("异常 21℃ 风口堵", FAIL, "21", "风口堵"),
        ("异常 3号空调异响", FAIL, None, "3号空调异响"),
    ],
)
def test_a_reading_behind_what_is_wrong_is_the_reading(
    typed: str, mark: Mark, value: str | None, note: str | None
) -> None:
    answer = judge(TEMP, typed)
    assert (answer.mark, answer.value, answer.note) == (mark, value, note)
