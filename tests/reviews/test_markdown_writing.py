"""A review as it stands in an editor."""

from datetime import UTC, datetime

import pytest

from opsctl.actions.terms import Kind
from opsctl.core import texts
from opsctl.reviews.rules import markdown
from opsctl.reviews.rules.document import Document, Factor, Line, Own, Planned
from opsctl.reviews.rules.markdown.escaping import protected
from opsctl.reviews.rules.results import ActionLine, FactLine, Head
from opsctl.reviews.terms import Factor as FactorKind

LINES = (
    FactLine(1042, datetime(2026, 10, 11, 18, 58, 7, 250_000, tzinfo=UTC), "INC-2026-0042 opened by li"),
    FactLine(1051, datetime(2026, 10, 11, 19, 40, tzinfo=UTC), "resolved by li"),
)
ACTIONS = (ActionLine("ACT-2026-0031", "buy disks (open, wang)"), ActionLine("ACT-2026-0040", "from elsewhere"))
DOCUMENT = Document(
    title="ERP login answers 502",
    held_on=datetime(2026, 11, 20, 6, 0, tzinfo=UTC),
    participants=("li", "Wang, Fang"),
    summary="The disk was full.\n\nNobody could log in.",
    added=(
        Line(datetime(2026, 10, 11, 19, 2, tzinfo=UTC), "the customer called"),
        Line(datetime(2026, 10, 11, 19, 3, tzinfo=UTC), "we looked at the wrong host\nfor ten minutes", internal=True),
    ),
    hidden=(1051,),
    notes=((1042, "by phone,\nsix minutes late"),),
    factors=(
        Factor(
            FactorKind.TECHNICAL,
            "the disk was full",
            behind=(Factor(FactorKind.PROCESS, "nobody looks at free space", root=True),),
        ),
    ),
    undetermined=True,
    root_cause="The logs were gone.",
    went_well=("the restore\ntook four minutes",),
    planned=(
        Planned(
            "look at free space",
            "wang",
            datetime(2026, 12, 1, 15, 59, 59, tzinfo=UTC),
            Kind.PREVENT,
            "inspect daily/disk erp",
            6,
        ),
    ),
    actions=("ACT-2026-0031",),
    own=(Own("Follow-up", "In spring."),),
)

ENGLISH = """\
<!-- opsctl REV-2026-0007 version 3 en #1051 -->

# ERP login answers 502

- Held on: 2026-11-20 14:00 +08:00
- Facilitator:
- Participants: li, Wang\\, Fang

## Summary

The disk was full.

Nobody could log in.

## Impact

## Timeline

- [x] 2026-10-12 02:58:07 +08:00 INC-2026-0042 opened by li #1042
  > by phone,
  > six minutes late
- [x] 2026-10-12 03:02:00 +08:00 the customer called
- [x] 2026-10-12 03:03:00 +08:00 (internal) we looked at the wrong host
  for ten minutes
- [ ] 2026-10-12 03:40:00 +08:00 resolved by li #1051

## Contributing factors

- [technical] the disk was full
  - [process, root cause] nobody looks at free space

## Root cause

Not determined

The logs were gone.

## What went well

- the restore
  took four minutes

## What went badly

## Where luck helped

## Detection

## Response

## Lessons

## Actions

- ACT-2026-0031 buy disks (open, wang)
<!-- opsctl: ACT-2026-0040 from elsewhere -->
- [ ] look at free space
  - owner: wang
  - deadline: 2026-12-01
  - kind: prevent
  - verify: inspect daily/disk erp
  - months: 6

## Feedback

## Internal notes

## Follow-up

In spring.
"""

IN_CHINESE = [
    "<!-- opsctl REV-2026-0007 version 3 zh_CN #1051 -->",
    "- 召开时间：2026-11-20 14:00 +08:00",
    "- 主持人：",
    "- 参加人：li、Wang\\, Fang",
    "## 概述",
    "- [x] 2026-10-12 03:03:00 +08:00 （内部）we looked at the wrong host",
    "## 促成因素",
    "  - [流程，根本原因] nobody looks at free space",
    "## 根本原因",
    "未查明",
    "  - 负责人：wang",
    "  - 期限：2026-12-01",
    "  - 类型：预防",
    "  - 验证：inspect daily/disk erp",
    "  - 观察月数：6",
    "## 内部备注",
]


def text(document: Document = DOCUMENT, language: str = "en", zone: str = "Asia/Shanghai", help: bool = False) -> str:
    head = Head("REV-2026-0007", 3, language)
    return markdown.write(document, head, lines=LINES, actions=ACTIONS, zone=zone, help=help)


def test_a_review_is_written_section_by_section_with_the_ledger_between_what_was_added() -> None:
    assert text() == ENGLISH


def test_in_chinese_headings_keys_and_marks_are_chinese() -> None:
    written = text(language="zh_CN").split("\n")
    assert [line for line in IN_CHINESE if line not in written] == []
    assert "## Summary" not in written


def test_help_stands_in_comments_below_headings_and_changes_nothing_else() -> None:
    helped = text(help=True).split("\n")
    comments = [line for line in helped if line.startswith("<!-- opsctl: ") and "ACT-" not in line]
    assert len(comments) == 17, "one for each section, and three with the words that it takes"
    assert all(len(line) <= 120 and line.endswith(" -->") for line in comments)
    assert [line for line in helped if line not in comments] == text().split("\n")


def test_help_is_in_the_language_of_the_reader() -> None:
    before = texts.language()
    texts.use_language("zh_CN")
    try:
        assert "<!-- opsctl: " in text(Document("x"), "zh_CN", help=True)
    finally:
        texts.use_language(before)


def test_an_empty_review_shows_everything_that_can_be_filled_in() -> None:
    head = Head("REV-2026-0007", 1, "en")
    written = markdown.write(Document("x"), head, lines=(), actions=(), zone="UTC", help=False)
    head, title, fields, rest = written.split("\n\n", 3)
    assert (head, title) == ("<!-- opsctl REV-2026-0007 version 1 en -->", "# x")
    assert fields == "- Held on:\n- Facilitator:\n- Participants:"
    assert rest.startswith("## Summary\n\n## Impact\n\n## Timeline\n")
    assert written.count("\n## ") == 14


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        ("UTC", "2026-10-25 00:30:00 +00:00"),
        ("Asia/Shanghai", "2026-10-25 08:30:00 +08:00"),
        ("Europe/Berlin", "2026-10-25 02:30:00 +02:00"),
        ("America/St_Johns", "2026-10-24 22:00:00 -02:30"),
    ],
)
def test_moments_are_shown_in_the_zone_with_their_offset(zone: str, shown: str) -> None:
    line = Line(datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "x")
    assert f"- [x] {shown} x\n" in text(Document("x", added=(line,)), zone=zone)


def test_both_hours_of_the_night_when_clocks_go_back_are_told_apart() -> None:
    lines = tuple(Line(datetime(2026, 10, 25, hour, 30, tzinfo=UTC), "x") for hour in (0, 1))
    written = text(Document("x", added=lines), zone="Europe/Berlin")
    assert "- [x] 2026-10-25 02:30:00 +02:00 x\n- [x] 2026-10-25 02:30:00 +01:00 x\n" in written


@pytest.mark.parametrize(
    ("deadline", "zone", "shown"),
    [
        (datetime(2026, 12, 1, 15, 59, 59, tzinfo=UTC), "Asia/Shanghai", "2026-12-01"),
        (datetime(2026, 12, 1, 15, 59, 59, tzinfo=UTC), "UTC", "2026-12-01 15:59:59 +00:00"),
        (datetime(2026, 12, 1, 9, 0, tzinfo=UTC), "Asia/Shanghai", "2026-12-01 17:00 +08:00"),
        (datetime(2026, 10, 25, 22, 59, 59, tzinfo=UTC), "Europe/Berlin", "2026-10-25"),
    ],
    ids=["last second of a day", "elsewhere it is none", "a moment", "a day of 25 hours"],
)
def test_a_deadline_at_the_end_of_a_day_is_the_day(deadline: datetime, zone: str, shown: str) -> None:
    written = text(Document("x", planned=(Planned("y", deadline=deadline),)), zone=zone)
    assert f"  - deadline: {shown}\n" in written


def test_a_row_that_left_the_timeline_stands_at_its_end_with_what_is_said_of_it() -> None:
    written = text(Document("x", hidden=(7,), notes=((9, "looked at"),)))
    assert "#1051\n- [ ] #7\n- [x] #9\n  > looked at\n" in written


@pytest.mark.parametrize(
    "ordinary",
    ["# a comment of a shell", "### deeper", "- item", "#12", "[x] done", "> quote", "\\d+\\.\\d+", "C:\\temp",
     "Not determined", "<!-- mine -->", "2026-10-12 03:02 x",
     "```\n# x\n## y\n```", "    ## indented code", "##no-blank", "owner: wang"],
)  # fmt: skip
def test_ordinary_text_is_written_as_it_is(ordinary: str) -> None:
    assert protected(ordinary) == ordinary.split("\n")


@pytest.mark.parametrize(
    ("special", "written"),
    [
        ("## mine", "\\## mine"),
        ("##Impact", "\\##Impact"),
        ("  ## 影响：", "  \\## 影响："),
        ("\\## mine", "\\\\## mine"),
        ("<!-- opsctl: help -->", "\\<!-- opsctl: help -->"),
        ("```\nno end", "\\```\nno end"),
        ("```\n## Impact\n## mine\n```", "```\n\\## Impact\n## mine\n```"),
        ("````\n```\n````\n~~~", "````\n```\n````\n\\~~~"),
    ],
)
def test_what_would_be_taken_for_something_else_gets_a_backslash(special: str, written: str) -> None:
    assert protected(special) == written.split("\n")


def test_words_of_records_stay_in_their_line() -> None:
    facts = (FactLine(5, datetime(2026, 10, 11, 19, 0, tzinfo=UTC), "a\n## Impact\n- b\x1b[31m #7"),)
    actions = (ActionLine("ACT-2026-0031", "x\n- y"), ActionLine("ACT-2026-0032", "z --> ## Impact"))
    document = Document("x", actions=("ACT-2026-0031",))
    written = markdown.write(
        document, Head("REV-2026-0001", 1, "en"), lines=facts, actions=actions, zone="UTC", help=False
    )
    assert "- [x] 2026-10-11 19:00:00 +00:00 a ## Impact - b #7 #5\n" in written
    assert "- ACT-2026-0031 x - y\n<!-- opsctl: ACT-2026-0032 z -- > ## Impact -->\n" in written
    read = markdown.settled(markdown.read(written, zone="UTC", now=LINES[0].at), lines=facts, actions=actions)
    assert (read.problems, read.remarks, read.document) == ((), (), document)
