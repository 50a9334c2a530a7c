"""A round is walked by lines that come through a pipe: what is said, what is recorded, what stays open."""

import hashlib
from pathlib import Path

import pytest

from opsctl.actions.service import read as actions
from opsctl.inspections.service import read as inspections
from opsctl.render.width import display_width
from tests.harness import CommandLine, Read, Result
from tests.inspections.walks import prepare, round_of, said

NARROW = {"COLUMNS": "46"}
CORE = ("inspect", "start", "core", "--asset", "core-sw-1")
RACK = ("inspect", "start", "rack", "--asset", "core-sw-1")
FIRST = "INS-2026-0001"


@pytest.fixture
def walk(run_on_store: CommandLine, tmp_path: Path) -> CommandLine:
    """The command line on each database, with something to walk."""
    prepare(run_on_store, tmp_path)
    return run_on_store


def typed(walk: CommandLine, command: tuple[str, ...], *lines: str) -> Result:
    """The command with these lines typed to it, at 46 columns."""
    return walk(*command, stdin="".join(f"{line}\n" for line in lines), env=NARROW)


def test_three_items_on_a_narrow_screen(walk: CommandLine, read: Read) -> None:
    result = typed(walk, CORE, "24.1", "1", "3 CRC errors rising")
    assert result.err == (
        "INS-2026-0001  Core network  core-sw-1\n"
        "not due now: an extra round  3 items\n"
        "? help, q stop: what was answered is saved.\n"
        "1/3 Inlet temperature °C (18–27) > 24.1\n"
        "— Hardware —\n"
        "2/3 Fans  1 ok 2 warn 3 fail 0 n/a > 1\n"
        "3/3 Uplinks  1 ok 2 warn 3 fail 0 n/a > 3 CRC errors rising\n"
        f"→ ACT-2026-0001: {round_of(read, FIRST, walk).person}, until 11-08 10:00\n"
    )
    assert result.code == 0
    assert result.out.startswith("INS-2026-0001 done: Core network · core-sw-1\n3 items, failed 1\n")
    assert said(round_of(read, FIRST, walk)) == [
        ("temp", "ok", "24.1", None, "typed"),
        ("fans", "ok", None, None, "typed"),
        ("uplink", "fail", None, "CRC errors rising", "typed"),
    ]


def test_in_chinese_every_line_fits_a_narrow_screen(walk: CommandLine) -> None:
    lines = ("帮助", "24。1", "上一项", "跳过", "正常", "2", "3=注意 端口偶发丢包")
    result = typed(walk, (*CORE, "--lang", "zh"), *lines)
    assert result.code == 0, result.err
    shown = result.err.splitlines()
    assert {"核心网络巡检", "进风温度"} <= {word for line in shown for word in line.split()}
    # What stands behind a prompt was typed, and is as long as whoever types it.
    ours = [line[: line.index(" > ") + 3] if " > " in line else line for line in shown]
    assert [line for line in ours if display_width(line) > 46] == []


def test_enter_alone_never_means_ok(walk: CommandLine, read: Read) -> None:
    result = typed(walk, CORE, "", "24", "", "", "1", "1")
    assert result.err.count("Type 1, 2, 3 or 0.\n") == 2
    assert result.err.count("1/3 Inlet temperature °C (18–27) > ") == 2
    assert [item for item, *_rest in said(round_of(read, FIRST, walk))] == ["temp", "fans", "uplink"]


def test_the_lines_of_a_pipe_are_swallowed_by_no_question(walk: CommandLine, read: Read) -> None:
    assert typed(walk, CORE, "23.8", "1", "1").code == 0
    result = typed(walk, CORE, "41", "3", "1")
    assert said(round_of(read, "INS-2026-0002", walk)) == [
        ("temp", "warn", "41", None, "typed"),
        ("fans", "fail", None, None, "typed"),
        ("uplink", "ok", None, None, "typed"),
    ]
    assert "41 is far from 23.8 last time; wrong? 1=…\n" in result.err
    assert result.err.endswith(
        "1-2 are not ok, without a word what is wrong.\nAdd the words with:\n"
        "opsctl inspect correct INS-2026-0002 '1=41 WORDS' --reason TEXT\n"
    )
    assert result.code == 0


def test_what_has_no_words_can_get_them_from_lines_that_follow_in_the_pipe(walk: CommandLine, read: Read) -> None:
    result = typed(walk, CORE, "24", "3", "1", "late", "2=3 fan 2 stands still")
    assert "'late' does not say which item it answers." in result.err
    assert "Type 2=fail WORDS  s ends the round as it is\n" in result.err
    assert "Add the words with" not in result.err
    assert [one[:4] for one in said(round_of(read, FIRST, walk))][1:] == [
        ("fans", "fail", None, None), ("uplink", "ok", None, None), ("fans", "fail", None, "fan 2 stands still"),
    ]  # fmt: skip


def test_going_back_corrects_by_a_newer_reading(walk: CommandLine, read: Read) -> None:
    result = typed(walk, CORE, "24", "b", "25", "1", "上一项", "s", "1")
    assert "now 24 °C; s leaves it" in result.err
    assert [(item, value) for item, _mark, value, *_rest in said(round_of(read, FIRST, walk))] == [
        ("temp", "24"), ("temp", "25"), ("fans", None), ("uplink", None),
    ]  # fmt: skip


def test_before_the_first_item_there_is_none(walk: CommandLine) -> None:
    assert "This is the first item.\n1/3 " in typed(walk, CORE, "b", "q").err


def test_what_is_skipped_keeps_the_round_open_and_is_asked_the_next_time(walk: CommandLine, read: Read) -> None:
    skipped = typed(walk, CORE, "24", "s", "1")
    assert skipped.code == 3
    assert skipped.err.endswith(
        "Still open: 2. The round stays open.\nGo on with:\nopsctl inspect start core --asset core-sw-1\n"
    )
    again = typed(walk, CORE, "1")
    assert "3 items\nresumed at 2 of 3\n" in again.err
    assert again.code == 0
    assert len(round_of(read, FIRST, walk).readings) == 3


def test_another_item_is_answered_out_of_turn(walk: CommandLine, read: Read) -> None:
    result = typed(walk, CORE, "3=ok", "风扇=1", "24")
    assert "3 Uplinks: ok\n1/3 Inlet temperature" in result.err
    assert result.code == 0
    assert [item for item, *_rest in said(round_of(read, FIRST, walk))] == ["uplink", "fans", "temp"]


def test_an_item_that_is_not_there_is_said_with_the_nearest(walk: CommandLine) -> None:
    result = typed(walk, CORE, "fan2=1", "9=1", "q")
    assert "'fan2' is no item of core. Did you mean fans?" in result.err.replace("\n", " ")
    assert "There is no item 9." in result.err


@pytest.mark.parametrize("line", ["2-3 正常", "其余正常", "rest ok"])
def test_a_line_of_a_sheet_answers_several_items(walk: CommandLine, read: Read, line: str) -> None:
    result = typed(walk, CORE, line, "24")
    assert "2 items answered: 2-3\n" in result.err
    assert result.code == 0
    sources = {item: source for item, *_rest, source in said(round_of(read, FIRST, walk))}
    assert sources == {"temp": "typed", "fans": sources["fans"], "uplink": sources["fans"]}
    assert sources["fans"] == ("typed" if line.startswith("2") else "exception")


def test_the_rest_leaves_alone_what_was_answered(walk: CommandLine, read: Read) -> None:
    typed(walk, CORE, "24", "2 one is noisy", "rest ok")
    assert [(item, mark) for item, mark, *_rest in said(round_of(read, FIRST, walk))] == [
        ("temp", "ok"), ("fans", "warn"), ("uplink", "ok"),
    ]  # fmt: skip


def test_two_numbers_with_a_blank_between_are_no_answer(walk: CommandLine) -> None:
    result = typed(walk, CORE, "24 1", "q")
    assert "more than one number" in result.err.replace("\n", " ")
    assert result.err.count("1/3 ") == 2


def test_another_unit_is_never_taken_for_words(walk: CommandLine) -> None:
    result = typed(walk, CORE, "75 °F", "q")
    assert "is read in °C, not in °F" in result.err.replace("\n", " ")


def test_a_note_goes_with_the_last_answer(walk: CommandLine, read: Read) -> None:
    result = typed(walk, CORE, "n too early", "24", "n taken at the door", "1", "1")
    assert "A note goes with the last answer: n WORDS" in result.err
    assert "1 Inlet temperature: 24 °C, taken at the door\n" in result.err
    assert round_of(read, FIRST, walk).current["temp"].note == "taken at the door"


def test_the_digest_of_a_picture_is_kept_with_its_name(walk: CommandLine, read: Read, tmp_path: Path) -> None:
    picture = tmp_path / "机柜 3.jpg"
    picture.write_bytes(b"\xff\xd8 a picture")
    result = typed(walk, RACK, "1", "自动", "s", str(tmp_path / "gone.jpg"), f"'{picture}'", "A-17")
    assert result.code == 0, result.err
    assert "gone.jpg" in result.err.replace("\n", "")
    reading = round_of(read, FIRST, walk).current["picture"]
    assert (reading.file, reading.digest) == ("机柜 3.jpg", hashlib.sha256(b"\xff\xd8 a picture").hexdigest())


def test_what_is_to_be_read_on_the_spot_is_asked_last(walk: CommandLine, read: Read) -> None:
    result = typed(walk, RACK, "1", "1", "smell of dust", "n/a", "A-17")
    assert "Number on the seal\ns leaves it out, which will be seen > A-17\n" in result.err
    assert round_of(read, FIRST, walk).answered == "A-17"


def test_what_is_to_be_read_on_the_spot_may_be_left_out_and_is_flagged(walk: CommandLine, read: Read) -> None:
    assert typed(walk, RACK, "1", "1", "s", "n/a", "", "s").code == 0
    found = round_of(read, FIRST, walk)
    assert (found.answered, "challenge" in {one.flag.value for one in found.flags}) == (None, True)


def test_words_about_others_are_the_answer_of_an_item_of_words(walk: CommandLine, read: Read) -> None:
    typed(walk, RACK, "1", "1", "vlan=7 is unused", "q")
    assert said(round_of(read, FIRST, walk))[2][2] == "vlan=7 is unused"


def test_where_the_lines_end_what_was_answered_is_saved(walk: CommandLine, read: Read) -> None:
    result = typed(walk, CORE, "24", "1")
    assert result.code == 3
    assert result.err.endswith(
        "Stopped; what was answered is saved.\nGo on with:\nopsctl inspect start core --asset core-sw-1\n"
    )
    assert [item for item, *_rest in said(round_of(read, FIRST, walk))] == ["temp", "fans"]


def test_a_symptom_that_was_typed_is_saved_although_the_questions_after_it_were_not_answered(
    walk: CommandLine, read: Read
) -> None:
    typed(walk, CORE, "24", "3 fan 2 stands still")
    assert said(round_of(read, FIRST, walk))[-1] == ("fans", "fail", None, "fan 2 stands still", "typed")
    assert [action.title for action in read(actions.of_source, source=FIRST)] == ["Fans: fan 2 stands still"]


def test_stopping_is_no_failure(walk: CommandLine, read: Read) -> None:
    result = typed(walk, CORE, "24", "退出")
    assert (result.code, len(round_of(read, FIRST, walk).readings)) == (0, 1)


@pytest.mark.parametrize("options", [("--no-input",), ("--json",), ("--format", "json"), ()], ids=" ".join)
def test_where_nobody_can_be_asked_no_round_is_begun(walk: CommandLine, read: Read, options: tuple[str, ...]) -> None:
    result = walk(*CORE, *options, stdin="24\n" if options else "")
    assert (result.out, result.code) == ("", 2)
    assert "opsctl inspect log" in result.err
    assert read(inspections.list_rounds, now=walk.now).total == 0


def test_a_route_goes_on_with_its_next_asset(walk: CommandLine, read: Read) -> None:
    result = typed(walk, ("inspect", "start", "edge"), "24", "1", "1", "23", "1", "1")
    assert result.code == 0
    assert result.out.count(" done: Core network · core-sw-") == 2
    rounds = [round_of(read, reference, walk) for reference in (FIRST, "INS-2026-0002")]
    assert [(one.route, one.asset) for one in rounds] == [("edge", "core-sw-1"), ("edge", "core-sw-2")]


def test_a_route_is_gone_on_with_where_it_was_left(walk: CommandLine, read: Read) -> None:
    result = typed(walk, ("inspect", "start", "edge"), "24", "1", "1", "23", "q")
    assert result.err.endswith("opsctl inspect start edge --asset core-sw-2\n")
    again = typed(walk, ("inspect", "start", "edge", "--asset", "core-sw-2"), "1", "1")
    assert (again.code, read(inspections.list_rounds, now=walk.now).total) == (0, 2)


def test_a_retired_asset_is_left_out_of_its_route(walk: CommandLine) -> None:
    assert walk("asset", "retire", "core-sw-2").code == 0
    result = typed(walk, ("inspect", "start", "edge"), "24", "1", "1")
    assert result.code == 3
    assert "core-sw-2 is retired since" in result.err


def test_a_round_keeps_its_checklist_and_says_that_there_is_a_newer_one(walk: CommandLine, tmp_path: Path) -> None:
    typed(walk, CORE, "24", "q")
    book = tmp_path / "book.toml"
    book.write_text(book.read_text().replace('version = "1"', 'version = "2"').replace("Uplinks", "All uplinks"))
    assert walk("rulebook", "apply", str(book)).code == 0
    result = typed(walk, CORE, "1", "1")
    assert "The checklist has changed since; this round\nis walked by the old one.\n" in result.err
    assert "3/3 Uplinks" in result.err
    assert result.code == 0
