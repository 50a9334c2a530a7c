"""A review that was typed, held against what the records say."""

from datetime import UTC, datetime

import pytest

from opsctl.reviews.rules import markdown
from opsctl.reviews.rules.document import Document, Line
from opsctl.reviews.rules.results import ActionLine, FactLine, Head, Read

NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
LINES = (
    FactLine(1042, datetime(2026, 10, 11, 18, 58, 7, 250_000, tzinfo=UTC), "opened by li"),
    FactLine(1051, datetime(2026, 10, 11, 19, 40, tzinfo=UTC), "resolved  by li"),
)
ACTIONS = (ActionLine("ACT-2026-0031", "buy disks (open, wang)"),)
HEAD = "<!-- opsctl REV-2026-0007 version 3 en #1051 -->\n"
FIRST, SECOND = (
    "- [x] 2026-10-12 02:58:07 +08:00 opened by li #1042",
    "- [x] 2026-10-12 03:40:00 +08:00 resolved by li #1051",
)


def seen(timeline: str, actions: str = "", head: str = HEAD) -> Read:
    text = f"{head}# t\n## Timeline\n{timeline}\n## Actions\n{actions}"
    return markdown.settled(markdown.read(text, zone="Asia/Shanghai", now=NOW), lines=LINES, actions=ACTIONS)


def test_lines_that_stand_as_they_were_are_taken() -> None:
    read = seen(f"{FIRST}\n{SECOND}", "- ACT-2026-0031 buy disks (open, wang)")
    assert (read.problems, read.remarks) == ((), ())
    assert read.document == Document("t", actions=("ACT-2026-0031",))


@pytest.mark.parametrize(
    "line",
    [
        "-   [x]  2026-10-12   02:58:07 +08:00  opened  by li   #1042",
        "* 2026-10-11 18:58:07 +00:00 opened by li #1042",
        "- [x] #1042",
        "- #1042",
    ],
    ids=["other blanks", "another zone", "the number alone", "the number alone without a box"],
)
def test_blanks_zones_and_bullets_of_a_row_do_not_matter(line: str) -> None:
    read = seen(f"{line}\n  > late\n{SECOND}")
    assert (read.problems, read.remarks) == ((), ())
    assert read.document == Document("t", notes=((1042, "late"),))


@pytest.mark.parametrize(
    "line",
    [
        "- [x] 2026-10-12 02:58:07 +08:00 opened by wang #1042",
        "- [x] 2026-10-12 02:58:08 +08:00 opened by li #1042",
        "- [x] 2026-10-12 02:58:07 opened by li #1042",
        "- [x] 2026-10-12 02:58:07 +99:00 opened by li #1042",
        "- [x] opened by li #1042",
        "- [ ] 2026-10-12 02:58:07 +08:00 opened by li, by phone #1042",
    ],
    ids=["a word", "a second", "no offset", "no such time", "no moment", "hidden and changed"],
)
def test_a_row_that_was_changed_is_refused_and_a_note_is_offered(line: str) -> None:
    read = seen(f"{line}\n{SECOND}")
    assert [one.line for one in read.problems] == [4]
    assert read.problems[0].message == "The line of row 1042 was changed; it says: opened by li"
    assert "never edited" in read.problems[0].hint
    assert "  > " in read.problems[0].hint


def test_a_row_that_is_left_out_or_unchecked_is_hidden() -> None:
    unchecked = seen(f"{FIRST}\n{SECOND.replace('[x]', '[ ]')}")
    assert (unchecked.document.hidden, unchecked.remarks) == ((1051,), ())
    one = seen(SECOND)
    assert one.document.hidden == (1042,)
    assert [(said.line, said.message) for said in one.remarks] == [
        (3, "1 line of the ledger was left out: it is hidden.")
    ]
    both = seen("- 2026-10-12 03:00 x")
    assert both.document.hidden == (1042, 1051)
    assert [said.message for said in both.remarks] == ["2 lines of the ledger were left out: they are hidden."]


def test_a_row_that_came_while_somebody_wrote_is_not_taken_for_left_out() -> None:
    for head, hidden in (("#1042", ()), ("", ())):
        read = seen(FIRST, head=f"<!-- opsctl REV-2026-0007 version 3 en {head} -->\n")
        assert (read.document.hidden, read.remarks) == (hidden, ())
    assert seen("", head="<!-- opsctl REV-2026-0007 version 3 en #1042 -->\n").document.hidden == (1042,)


def test_a_text_without_a_timeline_hides_nothing() -> None:
    read = markdown.read("# t\n## Summary\nx", zone="UTC", now=NOW)
    assert markdown.taken(read, lines=LINES) == (Document("t", summary="x"), ())


def test_a_text_that_was_written_by_hand_hides_what_its_timeline_leaves_out() -> None:
    assert seen("- #1042", head="").document.hidden == (1051,)


def test_a_row_of_another_review_is_refused() -> None:
    read = seen(f"{FIRST}\n{SECOND}\n- [x] 2026-10-12 03:50:00 +08:00 closed #1060")
    assert [(one.line, one.message) for one in read.problems] == [
        (6, "Row 1060 is not on the timeline of this review.")
    ]


def test_what_was_said_of_a_row_that_left_the_timeline_is_kept_and_pointed_at() -> None:
    read = seen(f"{FIRST}\n{SECOND}\n- [x] #7\n  > we thought so\n- [ ] #8")
    assert read.problems == ()
    assert read.document == Document("t", hidden=(8,), notes=((7, "we thought so"),))
    assert [one.line for one in read.remarks] == [6, 8]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("- ACT-2026-0031 buy more disks", "it says: buy disks (open, wang)"),
        ("- ACT-2026-0099 buy disks", "ACT-2026-0099 is no action of this review yet."),
    ],
)
def test_the_words_of_a_recorded_action_come_from_its_record(line: str, words: str) -> None:
    read = seen(f"{FIRST}\n{SECOND}", line)
    assert [one.line for one in read.problems] == [7]
    assert words in read.problems[0].message


def test_a_reference_alone_links_an_action() -> None:
    read = seen(f"{FIRST}\n{SECOND}", "- ACT-2026-0099\n- act-2026-0031")
    assert (read.problems, read.document.actions) == ((), ("ACT-2026-0099", "ACT-2026-0031"))


def test_problems_of_the_text_and_of_the_records_come_together() -> None:
    read = seen("- x\n- [x] 2026-10-12 02:58:07 +08:00 changed #1042\n- y", "- ACT-2026-0031 changed\nz")
    assert [one.line for one in read.problems] == [4, 5, 6, 8, 9]


def test_written_in_english_and_answered_in_chinese_the_words_are_the_same() -> None:
    document = Document("标题", summary="磁盘满了", added=(Line(LINES[1].at, "客户来电"),))
    head = Head("REV-2026-0007", 3, "en")
    text = markdown.write(document, head, lines=LINES, actions=(), zone="Asia/Shanghai")
    typed = text.replace("## Lessons\n", "## 经验教训\n\n- 看磁盘\n").replace("- Facilitator:", "- 主持人：王芳")
    read = markdown.settled(markdown.read(typed, zone="Europe/Berlin", now=NOW), lines=LINES, actions=())
    assert read.problems == ()
    assert read.document == Document(
        "标题", facilitator="王芳", summary="磁盘满了", added=document.added, lessons=("看磁盘",)
    )
