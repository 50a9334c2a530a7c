import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as some
from wcwidth import wcswidth

from opsctl.core.report import Cell, Column, Fields, Kind, Style, Table, Text
from opsctl.render.terminal import draw, draw_heading

REFERENCE = Column("reference", "Reference", Kind.REFERENCE)
TITLE = Column("title", "Title")
NIGHT = datetime(2026, 10, 2, 18, 58, tzinfo=UTC)


def wide(width: int | None, colour: bool = False) -> Style:
    return Style("Asia/Shanghai", width, colour)


@pytest.mark.parametrize("width", [None, 100, 76])
def test_a_table_stands_under_a_line(incidents: Table, width: int | None) -> None:
    assert draw(incidents, wide(width)) == (
        "Reference      Title               Opened                      Outage  Notes\n"
        "────────────────────────────────────────────────────────────────────────────\n"
        "INC-2026-0042  erp login 502       2026-10-03 02:58+08:00  1 h 31 min      3\n"
        "INC-2026-0043  核心交换机端口抖动  2026-10-03 09:05+08:00           –      0"
    )


def test_words_fold_where_the_table_is_too_wide(incidents: Table) -> None:
    assert draw(incidents, wide(70)) == (
        "Reference      Title         Opened                      Outage  Notes\n"
        "──────────────────────────────────────────────────────────────────────\n"
        "INC-2026-0042  erp login     2026-10-03 02:58+08:00  1 h 31 min      3\n"
        "               502\n"
        "INC-2026-0043  核心交换机端  2026-10-03 09:05+08:00           –      0\n"
        "               口抖动"
    )


BLOCKS = (
    "INC-2026-0042\n"
    "  Title: erp login 502\n"
    "  Opened: 2026-10-03 02:58+08:00\n"
    "  Outage: 1 h 31 min  Notes: 3\n"
    "\n"
    "INC-2026-0043\n"
    "  Title: 核心交换机端口抖动\n"
    "  Opened: 2026-10-03 09:05+08:00  Outage: –\n"
    "  Notes: 0"
)
WIDER_BLOCKS = (
    "INC-2026-0042\n"
    "  Title: erp login 502  Opened: 2026-10-03 02:58+08:00\n"
    "  Outage: 1 h 31 min  Notes: 3\n"
    "\n"
    "INC-2026-0043\n"
    "  Title: 核心交换机端口抖动  Opened: 2026-10-03 09:05+08:00\n"
    "  Outage: –  Notes: 0"
)


@pytest.mark.parametrize(("width", "blocks"), [(46, BLOCKS), (59, WIDER_BLOCKS)])
def test_below_sixty_columns_each_record_is_a_block(incidents: Table, width: int, blocks: str) -> None:
    assert draw(incidents, wide(width)) == blocks


@pytest.mark.parametrize(("width", "is_block"), [(69, True), (70, False)])
def test_blocks_are_drawn_too_where_words_would_become_too_narrow(incidents: Table, width: int, is_block: bool) -> None:
    assert (draw(incidents, wide(width)) == WIDER_BLOCKS) is is_block


def test_numbers_that_do_not_fit_side_by_side_become_blocks() -> None:
    columns = tuple(Column(f"at{at}", f"At {at}", Kind.MOMENT) for at in range(3))
    table = Table(columns, ((NIGHT, NIGHT, NIGHT),))
    assert draw(table, wide(69)) == (
        "2026-10-03 02:58+08:00\n  At 1: 2026-10-03 02:58+08:00  At 2: 2026-10-03 02:58+08:00"
    )
    assert draw(table, wide(70)) == (
        "At 0                    At 1                    At 2\n"
        "──────────────────────────────────────────────────────────────────────\n"
        "2026-10-03 02:58+08:00  2026-10-03 02:58+08:00  2026-10-03 02:58+08:00"
    )


def test_a_block_leaves_out_words_that_are_not_there_and_says_that_a_figure_has_no_data() -> None:
    columns = (
        REFERENCE,
        TITLE,
        Column("asset", "Asset", Kind.REFERENCE),
        Column("opened", "Opened", Kind.MOMENT),
        Column("outage", "Outage", Kind.DURATION),
        Column("notes", "Notes", Kind.COUNT),
        Column("share", "Share", Kind.RATIO_FLOOR),
    )
    table = Table(columns, (("INC-2026-0042", *[None] * 6), ("INC-2026-0043", "", *[None] * 5)))
    assert draw(table.without("share"), wide(46)) == (
        "INC-2026-0042\n  Opened: –  Outage: –  Notes: –\n\n"
        "INC-2026-0043\n  Title:  Opened: –  Outage: –  Notes: –"
    )
    assert draw(table, wide(46)).count("Share: –") == 2
    assert draw(table, wide(100)).count("–") == 11  # a table has a place for each


def test_numbered_records_begin_with_number_and_name_and_are_close_together() -> None:
    columns = (Column("number", "No.", Kind.COUNT), Column("item", "Item"), Column("state", "State"), TITLE)
    rows = (
        (9, "Fans", "ok", None),
        (10, "Inlet temperature", "warning", "41 °C"),
        (11, "Uplinks", "failed", "the backup link loses one frame in a hundred"),
        (12, "Door", None, None),
    )
    assert draw(Table(columns, rows), wide(46)) == (
        "9 Fans\n"
        "  State: ok\n"
        "10 Inlet temperature\n"
        "  State: warning  Title: 41 °C\n"
        "11 Uplinks\n"
        "  State: failed\n"
        "  Title: the backup link loses one frame in a\n"
        "    hundred\n"
        "12 Door"
    )


def test_numbers_stand_before_a_reference_that_follows_them_and_nowhere_else() -> None:
    number, asset = Column("number", "No.", Kind.COUNT), Column("asset", "Asset", Kind.REFERENCE)
    assert draw(Table((number, asset, TITLE), ((1, "core-sw-1", "x"),)), wide(46)) == "1 core-sw-1\n  Title: x"
    assert draw(Table((number, TITLE, asset), ((1, "x", "core-sw-1"),)), wide(46)) == (
        "core-sw-1\n  No.: 1  Title: x"
    )
    assert draw(Table((number,), ((1,), (2,))), wide(46)).split() == ["1", "2"]


def test_blocks_wrap_values_by_the_width_of_the_screen() -> None:
    table = Table(
        (TITLE, REFERENCE, Column("opened", "Opened", Kind.MOMENT)),
        (("核心交换机端口抖动导致办公网中断 core-sw-1", "INC-2026-0043", NIGHT),),
    )
    assert draw(table, wide(20)) == (
        "INC-2026-0043\n"
        "  Title: 核心交换机\n"
        "    端口抖动导致办公\n"
        "    网中断 core-sw-1\n"
        "  Opened: 2026-10-03\n"
        "    02:58+08:00"
    )


def test_references_are_never_cut() -> None:
    long = "RST-2026-001234567890123"
    table = Table(
        (REFERENCE, Column("tests", "Tests", Kind.REFERENCE), Column("about", "About")),
        ((long, (long, "RST-2026-0002"), Cell(long, Kind.REFERENCE)),),
    )
    assert draw(table, wide(20)) == (f"{long}\n  Tests:\n    {long},\n    RST-2026-0002\n  About:\n    {long}")
    assert draw(Fields((("Reference", long, Kind.REFERENCE),)), wide(20)) == f"Reference:\n  {long}"


def test_references_among_words_are_not_folded_with_them() -> None:
    long = "RST-2026-" + "1" * 60
    table = Table((TITLE, Column("about", "About")), (("x" * 60, Cell(long, Kind.REFERENCE)),))
    assert draw(table, wide(62)).split("\n")[2:] == [f"{'x' * 30}  {long}", "x" * 30]
    assert draw(Fields((("About", long, Kind.REFERENCE),)), wide(62)) == f"About  {long}"


def test_labels_that_leave_no_room_have_their_values_behind_a_colon() -> None:
    def drawn(label: str) -> str:
        return draw(Fields(((label, "x" * 20, Kind.TEXT),)), wide(60))

    assert drawn("l" * 38) == f"{'l' * 38}  {'x' * 20}"
    assert drawn("l" * 39) == f"{'l' * 39}:\n  {'x' * 20}"


def test_fields_line_up_and_wrap_behind_their_labels() -> None:
    fields = Fields(
        (
            ("Reference", "INC-2026-0042", Kind.REFERENCE),
            ("停机", None, Kind.DURATION),
            ("Note", "核心交换机端口抖动，办公网中断，用户无法登录，值班工程师已到现场 " + "x" * 10, Kind.TEXT),
        ),
        title="One",
    )
    assert draw(fields, wide(60)) == (
        "One\n"
        "Reference  INC-2026-0042\n"
        "停机       –\n"
        "Note       核心交换机端口抖动，办公网中断，用户无法登录，值\n"
        "           班工程师已到现场 xxxxxxxxxx"
    )
    assert draw(fields, wide(46)) == (
        "One\n"
        "Reference: INC-2026-0042\n"
        "停机: –\n"
        "Note: 核心交换机端口抖动，办公网中断，用户无法\n"
        "  登录，值班工程师已到现场 xxxxxxxxxx"
    )
    assert draw(fields, wide(None)).split("\n")[3].endswith("值班工程师已到现场 xxxxxxxxxx")


def test_a_title_of_three_hundred_characters_is_folded_and_kept() -> None:
    table = Table((REFERENCE, TITLE), (("INC-2026-0042", "值" * 300), ("INC-2026-0043", "x" * 300)))
    lines = draw(table, wide(100)).split("\n")
    assert max(map(wcswidth, lines)) == 100
    # 85 columns are left for the title: 42 Chinese characters or 85 letters a line.
    assert [line.count("值") for line in lines[2:10]] == [42] * 7 + [6]
    assert [line.count("x") for line in lines[10:]] == [85] * 3 + [45]


def test_markup_and_emoji_codes_in_a_title_are_only_words() -> None:
    table = Table((REFERENCE, TITLE), (("INC-2026-0042", "[red]x[/red] :smile: [link=http://evil]y[/link]"),))
    sly = Table((Column("a", "[b]A[/b]"),), (("[/]",),), title="[i]T[/i]")
    for colour in (False, True):
        assert "[red]x[/red] :smile: [link=http://evil]y[/link]" in draw(table, wide(100, colour))
        drawn = draw(sly, wide(100, colour))
        assert all(word in drawn for word in ("[i]T[/i]", "[b]A[/b]", "[/]"))


@pytest.mark.parametrize("width", [None, 100, 46])
def test_without_colour_no_escape_code_is_written(
    incidents: Table, width: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "30")
    titled = Table(incidents.columns, (*incidents.rows, ("INC-2026-0044", "\x1b[31mred", None, 0, 0)), title="T")
    assert "\x1b" not in draw_heading("H", wide(width)) + draw(titled, wide(width))


def test_colour_only_makes_headings_bold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "dumb")
    table = Table((REFERENCE,), (("INC-2026-0042",),), title="Part")
    assert draw_heading("Incidents", wide(100, colour=True)) == "\x1b[1mIncidents\x1b[0m"
    assert draw(table, wide(100, colour=True)) == (
        "\x1b[1mPart\x1b[0m\n\x1b[1mReference    \x1b[0m\n─────────────\nINC-2026-0042"
    )


@pytest.mark.parametrize(
    "part", [Table((TITLE,), (), title="T"), Fields((), title="T"), Text(())], ids=["table", "fields", "text"]
)
def test_what_is_empty_is_not_drawn_nor_is_its_title(part: Table | Fields | Text) -> None:
    assert draw(part, wide(100)) == ""


def test_sentences_stay_on_their_line_however_narrow_the_screen() -> None:
    line = "INC-2026-0042 opened: erp login 502 (\x1b[1merp-app\x1b[0m)"
    assert draw(Text((line, "Next.")), wide(20)) == "INC-2026-0042 opened: erp login 502 (erp-app)\nNext."


@given(some.text(some.sampled_from("ab -核心，。[]:")), some.integers(20, 130))
def test_nothing_is_lost_and_no_line_is_too_wide(title: str, width: int) -> None:
    lines = draw(Table((REFERENCE, TITLE), (("INC-2026-0042", title),)), wide(width)).split("\n")
    assert max(map(wcswidth, lines)) <= width
    assert sum(line.count("INC-2026-0042") for line in lines) == 1
    shown = "".join("".join(lines if width < 60 else lines[2:]).split())
    label = "Title:" if width < 60 else ""
    assert shown == "INC-2026-0042" + label + "".join(title.split())


@given(some.text(some.characters()), some.sampled_from([None, 1, 20, 59, 60, 100]))
def test_no_text_hides_a_reference_or_steers_the_terminal(title: str, width: int | None) -> None:
    rows = (("INC-2026-0042", title), ("INC-2026-0043", title))
    lines = draw(Table((REFERENCE, TITLE), rows), wide(width)).split("\n")
    leads = [line[:13] for line in lines if line.startswith("INC-2026-004")]
    assert leads == ["INC-2026-0042", "INC-2026-0043"]
    assert "\x1b" not in "".join(lines)


def test_words_of_a_verdict_have_a_colour_that_only_repeats_them() -> None:
    columns = (Column("what", "What"), Column("verdict", "Verdict"))
    rows = tuple((kind.value, Cell(kind.value, kind)) for kind in (Kind.GOOD, Kind.DOUBTFUL, Kind.BAD))
    table = Table(columns, rows)
    plain = draw(table, Style(zone="UTC", width=80))
    coloured = draw(table, Style(zone="UTC", width=80, colour=True))
    assert [code in coloured for code in ("\x1b[32m", "\x1b[33m", "\x1b[31m")] == [True, True, True]
    assert "\x1b" not in plain
    narrow = draw(table, Style(zone="UTC", width=40, colour=True))
    assert narrow.split("\n\n")[2] == "bad\n\x1b[31m  Verdict: bad\x1b[0m"
    assert re.sub(r"\x1b\[[0-9;]*m", "", narrow) == draw(table, Style(zone="UTC", width=40))
