"""What one typed line means while an item is in hand."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from opsctl.core.errors import InvalidInput, NotFound
from opsctl.core.ranges import read_range
from opsctl.inspections.rules import Answer, Flagged, Reading
from opsctl.inspections.rules.walking import Move, allowed, is_doubtful, is_wordless, move_of, read_line, read_named
from opsctl.inspections.terms import Flag, Mark, Source
from opsctl.inspections.views import walking as views
from opsctl.inspections.views import words
from opsctl.rulebook.rules import Words
from opsctl.rulebook.rules.patrols import Checklist, Choice, Item
from opsctl.rulebook.terms import ChecklistKind, ItemType

TEMP = Item("temp", Words("Temperature", "温度"), ItemType.NUMBER, unit="°C", warn=read_range("18:27"))
FANS = Item("fans", Words("Fans", "风扇"), ItemType.STATE)
UPLINK = Item("uplink", Words("Uplinks", "上行"), ItemType.STATE)
NOTICED = Item("noticed", Words("Anything else", "其他情况"), ItemType.TEXT)
PICTURE = Item("picture", Words("Picture", "照片"), ItemType.PHOTO)
SIDES = (Choice("b", Words("B side", "B 侧")), Choice("a", Words("A side", "A 侧")))
MODE = Item("mode", Words("Mode", "模式"), ItemType.CHOICE, choices=SIDES)
ALL = Checklist("all", Words("All", "全部"), ChecklistKind.INSPECTION, (TEMP, FANS, UPLINK, NOTICED, PICTURE, MODE))
NOW = datetime(2026, 11, 5, 2, 0, tzinfo=UTC)


def reading(item: Item, value: str | None) -> Reading:
    return Reading(item.id, Mark.OK, value, None, Source.TYPED, None, None, "lead.li", NOW)


@pytest.mark.parametrize(
    ("line", "move"),
    [
        ("?", (Move.HELP, "")), ("？", (Move.HELP, "")), ("帮助", (Move.HELP, "")),
        ("b", (Move.BACK, "")), ("B", (Move.BACK, "")), ("Back", (Move.BACK, "")), ("上一项", (Move.BACK, "")),
        ("s", (Move.SKIP, "")), ("跳过", (Move.SKIP, "")), ("ｓ", (Move.SKIP, "")),
        ("q", (Move.QUIT, "")), ("quit", (Move.QUIT, "")), ("退出", (Move.QUIT, "")),
        ("n door was open", (Move.NOTE, "door was open")), ("备注：门开着", (Move.NOTE, "门开着")),
        ("n", (Move.NOTE, "")),
        ("n/a", None), ("1", None), ("no", None), ("b 2", None), ("24.1", None), ("noise", None), ("quiet", None),
    ],
)  # fmt: skip
def test_a_whole_line_may_be_a_command(line: str, move: tuple[Move, str] | None) -> None:
    assert move_of(line, FANS) == move


def test_the_id_of_a_choice_is_its_answer_and_no_command() -> None:
    assert move_of("b", MODE) is None
    assert read_line("b", MODE, ALL, {}).answers == (Answer("mode", Mark.OK, "b"),)
    assert move_of("back", MODE) == (Move.BACK, "")


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("1", Answer("fans", Mark.OK)),
        ("0", Answer("fans", Mark.NOT_APPLICABLE)),
        ("正常", Answer("fans", Mark.OK)),
        ("3 CRC errors rising", Answer("fans", Mark.FAIL, note="CRC errors rising")),
        ("3空调异响", Answer("fans", Mark.FAIL, note="空调异响")),
        ("异常 空调异响", Answer("fans", Mark.FAIL, note="空调异响")),
        ("1 ok", Answer("fans", Mark.OK)),
        ("3=ok", Answer("uplink", Mark.OK)),
        ("1＝24。1", Answer("temp", Mark.OK, "24.1")),
        ("温度=28", Answer("temp", Mark.WARN, "28")),
        ("上行=异常 光衰", Answer("uplink", Mark.FAIL, note="光衰")),
    ],
)  # fmt: skip
def test_a_line_for_a_state_is_its_answer_or_that_of_another(line: str, answer: Answer) -> None:
    assert read_line(line, FANS, ALL, {}).answers == (answer,)


@pytest.mark.parametrize("line", ["3 1", "2 24.1", "24.1", "maybe", "7=1", "1=warm"])
def test_what_can_be_read_in_two_ways_or_in_none_is_refused(line: str) -> None:
    with pytest.raises((InvalidInput, NotFound)):
        read_line(line, FANS, ALL, {})


def test_a_line_of_a_sheet_counts_where_it_is_no_answer_of_the_item_in_hand() -> None:
    assert [one.item for one in read_line("2-3 正常", TEMP, ALL, {}).answers] == ["fans", "uplink"]


def test_a_number_with_a_blank_in_it_is_not_taken_for_another_item() -> None:
    with pytest.raises(InvalidInput):
        read_line("2 1", TEMP, ALL, {})


def test_the_rest_is_what_nobody_answered_yet() -> None:
    found = read_line("其余正常", TEMP, ALL, {"fans": reading(FANS, None)})
    assert [(one.item, one.source) for one in found.answers] == [("uplink", Source.EXCEPTION)]


def test_the_rest_is_meant_although_words_or_a_path_are_asked_for() -> None:
    for item in (NOTICED, PICTURE):
        assert [one.item for one in read_line("rest ok", item, ALL, {}).answers] == ["fans", "uplink"]


@pytest.mark.parametrize("line", ["vlan=7 is unused", "2-3 正常", "所有=好", "a=b"])
def test_words_that_look_like_more_are_words_where_words_are_asked_for(line: str) -> None:
    assert read_line(line, NOTICED, ALL, {}).answers == (Answer("noticed", Mark.OK, line),)


def test_a_number_or_an_id_names_another_item_even_among_words() -> None:
    assert read_line("fans=1", NOTICED, ALL, {}).answers == (Answer("fans", Mark.OK),)
    assert read_line("2=1", PICTURE, ALL, {}).answers == (Answer("fans", Mark.OK),)


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ("rack.jpg", "rack.jpg"),
        ("ok.jpg", "ok.jpg"),
        ("/tmp/机柜 3.jpg", "/tmp/机柜 3.jpg"),
        ("'/tmp/rack 3.jpg'", "/tmp/rack 3.jpg"),
        ("/dev/shm/a=b.png", "/dev/shm/a=b.png"),
    ],
)
def test_the_answer_of_a_picture_is_its_path(line: str, path: str) -> None:
    assert read_line(line, PICTURE, ALL, {}).answers == (Answer("picture", Mark.OK, file=path),)


def test_a_picture_may_not_be_applicable() -> None:
    assert read_line("n/a", PICTURE, ALL, {}).answers == (Answer("picture", Mark.NOT_APPLICABLE),)


def test_what_was_mended_is_said() -> None:
    assert read_line("２４。１", TEMP, ALL, {}).remarks == ("２４。１ is read as 24.1.",)


def test_only_a_number_that_has_a_last_one_can_be_doubtful() -> None:
    assert is_doubtful(TEMP, reading(TEMP, "23.8"), Answer("temp", Mark.WARN, "41"))
    assert not is_doubtful(TEMP, reading(TEMP, "23.8"), Answer("temp", Mark.OK, "24.1"))
    assert not is_doubtful(TEMP, None, Answer("temp", Mark.WARN, "41"))
    assert not is_doubtful(TEMP, reading(TEMP, "23.8"), Answer("temp", Mark.NOT_APPLICABLE))
    assert not is_doubtful(FANS, reading(FANS, None), Answer("fans", Mark.FAIL))


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("18:27", "18–27"), ("70", "0–70"), ("60:", "≥ 60"), ("~:80", "≤ 80"), ("-10:-5", "-10 … -5"),
        ("@10:20", "not 10–20"), ("@~:5", "> 5"), ("@60:", "< 60"), ("~:", ""),
    ],
)  # fmt: skip
def test_a_range_is_short_enough_to_stand_in_a_question(written: str, shown: str) -> None:
    assert views.range_text(read_range(written)) == shown


def test_what_is_allowed_is_what_is_not_warned_of() -> None:
    critical = Item("c", Words("C", "C"), ItemType.NUMBER, critical=read_range("10:35"))
    assert [bounds and bounds.written for bounds in (allowed(TEMP), allowed(critical), allowed(FANS))] == [
        "18:27", "10:35", None,
    ]  # fmt: skip


def test_numbers_that_follow_one_another_are_joined() -> None:
    assert views.numbers(ALL, [FANS, TEMP, UPLINK, PICTURE, MODE]) == "1-3, 5-6"


@pytest.mark.parametrize(
    ("line", "item", "note"),
    [
        ("3=异常 光衰", "uplink", "光衰"),
        ("3 异常 光衰", "uplink", "光衰"),
        ("风扇 3 stands still", "fans", "stands still"),
    ],
)
def test_a_line_that_names_its_item_is_read_without_one_in_hand(line: str, item: str, note: str) -> None:
    assert read_named(line, ALL, {}).answers == (Answer(item, Mark.FAIL, note=note),)


@pytest.mark.parametrize("line", ["光衰过大", "late", "1", "9=1"])
def test_words_that_name_no_item_are_refused_where_none_is_in_hand(line: str) -> None:
    with pytest.raises((InvalidInput, NotFound)):
        read_named(line, ALL, {})


@pytest.mark.parametrize(
    ("item", "answer", "is_said"),
    [
        (FANS, Answer("fans", Mark.FAIL), False),
        (FANS, Answer("fans", Mark.FAIL, note="stands still"), True),
        (TEMP, Answer("temp", Mark.WARN, "41"), False),
        (NOTICED, Answer("noticed", Mark.FAIL, "water on the floor"), True),
        (FANS, Answer("fans", Mark.FAIL, source=Source.MACHINE), True),
        (FANS, Answer("fans", Mark.OK), True),
    ],
    ids=["nothing said", "a symptom", "a number alone", "words are the answer", "a machine has none", "ok"],
)
def test_what_is_wrong_wants_a_word_about_it(item: Item, answer: Answer, is_said: bool) -> None:
    assert is_wordless(item, answer) is not is_said


@pytest.mark.parametrize(
    ("mark", "value", "command"),
    [
        (Mark.FAIL, "41", "'1=41 fail WORDS'"),
        (Mark.WARN, "41", "'1=41 WORDS'"),
        (Mark.FAIL, None, "'1=fail WORDS'"),
    ],
)
def test_the_example_says_the_answer_again_with_words(mark: Mark, value: str | None, command: str) -> None:
    wrong = replace(reading(TEMP, value), mark=mark)
    shown = views.completion(ALL, [TEMP], {"temp": wrong})
    assert shown == (f"Type {command[1:-1]}", "s ends the round as it is")


def test_an_overlap_is_told_without_saying_which_round_began_first() -> None:
    assert words.flag(Flagged(Flag.OVERLAP, ("INS-2026-0007",))) == "overlaps with INS-2026-0007"
