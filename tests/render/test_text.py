import pytest
from hypothesis import given
from hypothesis import strategies as some
from wcwidth import wcswidth

from opsctl.core.report import Cell, Column, Fields, Kind, Style, Table, Text
from opsctl.render.text import draw, draw_heading

SHANGHAI = Style(zone="Asia/Shanghai")


@pytest.mark.parametrize("width", [None, 100, 46, 20])
def test_a_table_is_never_cut_and_its_columns_line_up(incidents: Table, width: int | None) -> None:
    assert draw(incidents, Style("Asia/Shanghai", width)) == (
        "Reference      Title               Opened                      Outage  Notes\n"
        "INC-2026-0042  erp login 502       2026-10-03 02:58+08:00  1 h 31 min      3\n"
        "INC-2026-0043  核心交换机端口抖动  2026-10-03 09:05+08:00           –      0"
    )


def test_each_column_starts_at_the_same_place_of_the_screen(incidents: Table) -> None:
    header, first, second = draw(incidents, SHANGHAI).split("\n")
    starts = [
        (wcswidth(line[: line.index(title)]), wcswidth(line[: line.index(opened)]))
        for line, title, opened in [
            (header, "Title", "Opened"),
            (first, "erp", "2026-10-03"),
            (second, "核心", "2026-10-03"),
        ]
    ]
    assert starts == [(15, 35)] * 3


def test_words_that_look_like_numbers_are_left_as_they_are() -> None:
    table = Table((Column("version", "2026"), Column("notes", "Notes", Kind.COUNT)), (("1.10", 5), ("1e3", 12)))
    assert draw(table, SHANGHAI) == "2026  Notes\n1.10      5\n1e3      12"


def test_a_cell_of_another_kind_is_shown_by_its_own() -> None:
    table = Table(
        (Column("name", "Name"), Column("value", "Value", Kind.RATIO_FLOOR)),
        (("availability", 0.999999), ("mttr", Cell(90, Kind.DURATION)), ("mtta", None)),
        title="Figures",
    )
    assert draw(table, SHANGHAI) == (
        "Figures\n"
        "Name               Value\n"
        "availability   99.9999 %\n"
        "mttr          1 min 30 s\n"
        "mtta                   –"
    )


def test_fields_line_up_behind_labels_in_either_language() -> None:
    fields = Fields(
        (("Reference", "INC-2026-0042", Kind.REFERENCE), ("停机", 5460, Kind.DURATION), ("Owners", [], Kind.TEXT)),
        title="故障",
    )
    assert draw(fields, SHANGHAI) == "故障\nReference  INC-2026-0042\n停机       1 h 31 min\nOwners"


@pytest.mark.parametrize(
    "part",
    [Table((Column("a", "A"),), (), title="T"), Fields((), title="T"), Text(())],
    ids=["table", "fields", "text"],
)
def test_what_is_empty_is_not_drawn_nor_is_its_title(part: Table | Fields | Text) -> None:
    assert draw(part, SHANGHAI) == ""


def test_labels_titles_and_sentences_are_cleaned() -> None:
    sly = "\x1b[2Jsly\nline"
    assert draw(Table((Column("a", sly),), (("x",),), title=sly), SHANGHAI) == "sly line\nsly line\nx"
    assert draw(Fields(((sly, 1, Kind.COUNT),)), SHANGHAI) == "sly line  1"
    assert draw(Text(("  as it is", sly)), SHANGHAI) == "  as it is\nsly line"
    assert draw_heading(sly, SHANGHAI) == "sly line"


@given(some.lists(some.text(some.characters()), min_size=1, max_size=5))
def test_a_record_is_one_line_whatever_its_title(titles: list[str]) -> None:
    columns = (Column("reference", "Reference", Kind.REFERENCE), Column("title", "Title"))
    rows = tuple((f"INC-2026-{at:04}", title) for at, title in enumerate(titles))
    lines = draw(Table(columns, rows), SHANGHAI).split("\n")
    assert [line[:13] for line in lines[1:]] == [reference for reference, _title in rows]
    assert "\x1b" not in "".join(lines)
