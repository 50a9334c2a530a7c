import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as some

from opsctl.core.report import Cell, Column, Fields, Kind, Report, Style, Table, Text
from opsctl.core.typed import clean_for_terminal
from opsctl.render.tabular import tabular

SHANGHAI = Style(zone="Asia/Shanghai", width=20, colour=True)


def titles(*typed: object) -> Report:
    return Report("any", [], (Table((Column("title", "Title"),), tuple((title,) for title in typed)),))


def test_a_table_is_written_under_the_keys_of_its_columns(report: Report) -> None:
    assert tabular(report, SHANGHAI) == (
        "reference,title,opened,outage,notes\n"
        "INC-2026-0042,erp login 502,2026-10-03T02:58:00+08:00,5460,3\n"
        "INC-2026-0043,核心交换机端口抖动,2026-10-03T09:05:00+08:00,,0\n"
    )


def test_a_file_begins_with_a_byte_order_mark(report: Report) -> None:
    assert tabular(report, SHANGHAI, to_file=True) == "\ufeff" + tabular(report, SHANGHAI)
    assert tabular(Report("any", []), SHANGHAI, to_file=True) == ""


def test_a_table_without_rows_still_has_its_header() -> None:
    assert tabular(titles(), SHANGHAI) == "title\n"


def test_only_the_first_table_is_written() -> None:
    first = Table((Column("a", "A", Kind.COUNT),), ((1,),))
    second = Table((Column("b", "B", Kind.COUNT),), ((2,),))
    parts = (Text(("A sentence.",)), Fields((("Name", "x", Kind.TEXT),)), first, second)
    assert tabular(Report("any", [], parts), SHANGHAI) == "a\n1\n"


def test_fields_are_written_where_there_is_no_table() -> None:
    parts = (
        Fields((("Reference", "INC-2026-0042", Kind.REFERENCE), ("停机", 60, Kind.DURATION))),
        Text(("A sentence.",)),
        Fields((("Ratio", 0.5, Kind.RATIO_FLOOR), ("Cause", None, Kind.TEXT))),
    )
    assert tabular(Report("any", [], parts), SHANGHAI) == (
        "key,value\nReference,INC-2026-0042\n停机,60\nRatio,0.5\nCause,\n"
    )


def test_sentences_alone_are_no_csv() -> None:
    assert tabular(Report("any", [], (Text(("Done.",)),)), SHANGHAI) == ""


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+86 21 5555", "'+86 21 5555"),
        ("-5", "'-5"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "' =1"),
        ("\r=1", '"\'\n=1"'),
        ("   =1", "'   =1"),
        ("\u3000＝1", "'\u3000＝1"),
        ("\u200d=1", "'\u200d=1"),
        ("\u200b=1", "'=1"),
        ("＝1+1", "'＝1+1"),
        ("＋1", "'＋1"),
        ("－1", "'－1"),
        ("＠x", "'＠x"),
        ("﹦1", "'﹦1"),
        ("\x1b[31m=1", "'=1"),
        ("a=1", "a=1"),
        ("1-2", "1-2"),
        ("– none", "– none"),
        ("'quoted", "'quoted"),
        ("", '""'),
        ("   ", "   "),
        ('he said "go", then\nleft', '"he said ""go"", then\nleft"'),
        ("half \ud83d", "half "),
        (-5, "-5"),
        (-0.5, "-0.5"),
        (Cell(-90, Kind.DURATION), "-90"),
        (Cell("=1", Kind.REFERENCE), "'=1"),
        (["=1", "b"], '"\'=1, b"'),
    ],
)
def test_what_a_spreadsheet_would_run_is_defused_and_nothing_else(typed: object, written: str) -> None:
    assert tabular(titles(typed), SHANGHAI) == f"title\n{written}\n"


def test_a_label_that_somebody_typed_is_defused_too() -> None:
    report = Report("any", [], (Fields((("=cmd", 1, Kind.COUNT),)),))
    assert tabular(report, SHANGHAI) == "key,value\n'=cmd,1\n"


@given(some.lists(some.text(some.characters()), min_size=1))
def test_a_reader_of_csv_finds_every_title_again(typed: list[str]) -> None:
    text = tabular(titles(*typed), SHANGHAI)
    _header, *rows = csv.reader(io.StringIO(text.encode("utf-8").decode("utf-8"), newline=""))
    found = [row[0] for row in rows]
    cleaned = [clean_for_terminal(title, keep_newlines=True) for title in typed]
    pairs = zip(found, cleaned, strict=True)
    assert all(title == clean or title == "'" + clean for title, clean in pairs)
    assert not any(title.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠")) for title in found)
