import re

import pytest
from hypothesis import given
from hypothesis import strategies as some

from opsctl.core.report import Column, Fields, Kind, Style, Table, Text
from opsctl.render.markdown import draw, draw_heading

SHANGHAI = Style(zone="Asia/Shanghai")


def test_a_table_has_numbers_to_the_right(incidents: Table) -> None:
    assert draw(incidents, SHANGHAI) == (
        "| Reference     | Title              | Opened                 |     Outage |   Notes |\n"
        "|:--------------|:-------------------|:-----------------------|-----------:|--------:|\n"
        "| INC-2026-0042 | erp login 502      | 2026-10-03 02:58+08:00 | 1 h 31 min |       3 |\n"
        "| INC-2026-0043 | 核心交换机端口抖动 | 2026-10-03 09:05+08:00 |          – |       0 |"
    )


def test_fields_are_a_table_of_two_columns() -> None:
    fields = Fields((("Reference", "INC-2026-0042", Kind.REFERENCE), ("停机", None, Kind.DURATION)), title="One")
    assert draw(fields, SHANGHAI) == (
        "## One\n"
        "\n"
        "|           |               |\n"
        "|:----------|:--------------|\n"
        "| Reference | INC-2026-0042 |\n"
        "| 停机      | –             |"
    )


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("a | b", r"a \| b"),
        ("a \\| b", r"a \\\| b"),
        ("ends in \\", "ends in \\\\"),
        ("one\ntwo", "one two"),
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("&lt;b&gt; R&D", "&amp;lt;b&amp;gt; R&amp;D"),
        ("[here](http://evil.example)", r"\[here\](http://evil.example)"),
        ("![x](http://evil.example/p.png)", r"!\[x\](http://evil.example/p.png)"),
        ("`rm -rf` *now* ~~no~~ core_sw", r"\`rm -rf\` \*now\* \~\~no\~\~ core\_sw"),
        ("\x1b[31mred\x1b[0m", "red"),
    ],
)
def test_what_others_typed_stays_text(typed: str, written: str) -> None:
    *_head, row = draw(Table((Column("title", "T"),), ((typed,),)), SHANGHAI).split("\n")
    assert row == f"| {written} |"
    assert draw_heading(typed, SHANGHAI) == f"# {written}"
    assert draw(Text((typed,)), SHANGHAI) == written


@pytest.mark.parametrize(
    ("line", "written"),
    [
        ("# not a heading", r"\# not a heading"),
        ("- not a list", r"\- not a list"),
        ("+ not a list", r"\+ not a list"),
        ("1. not a list", r"1\. not a list"),
        ("12) not a list", r"12\) not a list"),
        ("> not a quotation", "&gt; not a quotation"),
        ("    not code", "not code"),
        ("2026-10-03 was a day", "2026-10-03 was a day"),
        ("3 incidents", "3 incidents"),
    ],
)
def test_a_sentence_begins_no_block(line: str, written: str) -> None:
    assert draw(Text((line, "Next.")), SHANGHAI) == f"{written}\n\nNext."


@pytest.mark.parametrize(
    ("line", "written"),
    [
        ("$ pg_restore --jobs 4 \"$S/a_b\" > out", '`pg_restore --jobs 4 "$S/a_b" > out`'),
        ("12. $ cat a_b | tar -x", r"12\. `cat a_b | tar -x`"),
        ("  $ echo `date`", "`` echo `date` ``"),
        ("$5 were paid", "$5 were paid"),
        ("1. $", r"1\. $"),
    ],
)
def test_what_is_to_be_pasted_stands_as_code_with_no_sign_that_is_not_its_own(line: str, written: str) -> None:
    assert draw(Text((line,)), SHANGHAI) == written


@given(some.lists(some.tuples(some.text(some.characters()), some.text("|\\ <\n")), min_size=1, max_size=4))
def test_no_text_adds_a_row_or_a_column(rows: list[tuple[str, str]]) -> None:
    lines = draw(Table((Column("a", "A"), Column("b", "B")), tuple(rows)), SHANGHAI).split("\n")
    assert len(lines) == 2 + len(rows)
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in lines} == {3}
    assert not any("<" in line for line in lines)
