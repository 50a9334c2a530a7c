"""What people type into a review, at night and in any editor, and what is said of it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsctl.actions.terms import Kind
from opsctl.reviews.rules import markdown
from opsctl.reviews.rules.document import Document, Factor, Line, Own, Planned
from opsctl.reviews.rules.results import Head, Problem, Read
from opsctl.reviews.terms import HEADINGS, LONGEST, Section
from opsctl.reviews.terms import Factor as FactorKind

NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
TECHNICAL = FactorKind.TECHNICAL


def seen(text: str, zone: str = "Asia/Shanghai", title: str = "# t\n") -> Read:
    return markdown.read(title + text, zone=zone, now=NOW)


def document(text: str, zone: str = "Asia/Shanghai") -> Document:
    read = seen(text, zone)
    assert read.problems == ()
    return read.document


def only_problem(text: str, zone: str = "Asia/Shanghai") -> Problem:
    problems = seen(text, zone).problems
    assert len(problems) == 1, problems
    return problems[0]


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


def test_the_first_line_says_which_review_it_is() -> None:
    assert seen("", title="<!-- opsctl REV-2026-0007 version 3 zh_CN -->\n# t").head == Head(
        "REV-2026-0007", 3, "zh_CN"
    )
    assert seen("", title="\n<!--opsctl REV-2026-0007 version 3 en #9-->\n# t").head == Head(
        "REV-2026-0007", 3, "en", 9
    )


def test_a_text_without_the_first_line_is_read_and_has_no_head() -> None:
    read = seen("## Summary\nx")
    assert (read.head, read.problems, read.document) == (None, (), Document("t", summary="x"))


@pytest.mark.parametrize(
    "head",
    ["<!-- opsctl REV-2026-0007 version 3 fr -->", "<!-- opsctl REV-2026-0007 version x en -->", "<!-- opsctl -->"],
)
def test_a_first_line_that_was_changed_is_refused(head: str) -> None:
    read = seen("", title=f"{head}\n# t")
    assert [one.line for one in read.problems] == [1]


def test_title_and_fields_are_read_in_both_languages() -> None:
    expected = Document("磁盘满了", utc(2026, 11, 20, 6), "li", ("li", "王芳", "Smith, J"))
    english = "#  磁盘满了 \n- Held on: 2026-11-20 14:00\n* FACILITATOR: li\nParticipants: li，王芳, , Smith\\, J,\n"
    chinese = "#磁盘满了\n+ 召开时间：2026-11-20 14：00 +08:00\n- 主持人：li\n- 参加人：li、王芳；Smith\\, J\n"
    for text in (english, chinese):
        read = seen("", title=text)
        assert (read.problems, read.document) == ((), expected)


def test_fields_that_are_left_empty_say_nothing() -> None:
    assert document("- Held on:\n- 主持人：\n- Participants: ,") == Document("t")
    assert document("- Held on: –") == Document("t")


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("- Held on: someday", 2, "is not a time"),
        ("- Held on: 2026-02-30", 2, "no such time"),
        ("- Facilitator: li\n- 主持人：wang", 3, "twice"),
        ("\nSome words.", 3, "not understood"),
        ("- Moderator: li", 2, "not understood"),
        ("# another title", 2, "not understood"),
        ("- Held on: 1899-12-31 23:00 -11:00", 2, "1899"),
        ("- Held on: 9998-12-31 23:00 -11:00", 2, "no such time"),
    ],
)
def test_what_is_wrong_above_the_first_section_is_said_with_its_line(text: str, line: int, words: str) -> None:
    problem = only_problem(text)
    assert problem.line == line
    assert words in problem.message
    assert problem.hint


def test_a_review_needs_a_title_that_fits_on_a_line() -> None:
    assert [one.message for one in seen("## Summary\nx", title="").problems] == ["The review has no title."]
    assert [one.message for one in seen("", title="#\n").problems] == ["The review has no title."]
    assert seen("", title="# " + "x" * 300).problems == ()
    assert "301 characters" in seen("", title="# " + "x" * 301).problems[0].message


def test_every_heading_is_known_in_both_languages_however_it_is_typed() -> None:
    for section, heading in HEADINGS.items():
        for typed in (f"## {heading.en}", f"##{heading.zh}", f"  ## {heading.en.upper()} ##", f"## {heading.zh}："):
            assert (section.value, ()) in seen(typed).places, typed


def test_obvious_other_names_of_sections_are_known() -> None:
    read = seen(
        "## Lessons learned\n- a\n## Action items\n- b\n## 摘要\nc\n## What went wrong\n- d\n## Where we got lucky\n- e"
    )
    assert read.document == Document(
        "t", lessons=("a",), planned=(Planned("b"),), summary="c", went_badly=("d",), luck=("e",)
    )


def test_a_heading_of_ones_own_is_kept_and_a_slip_is_pointed_at() -> None:
    read = seen("## Sumary\nx\n## Follow-up\n\ny\n\nz\n## Empty")
    assert read.document.own == (Own("Sumary", "x"), Own("Follow-up", "y\n\nz"), Own("Empty", ""))
    assert read.problems == ()
    assert [(one.line, one.hint) for one in read.remarks] == [(2, "Did you mean Summary?")]


def test_a_section_that_stands_there_twice_is_refused() -> None:
    problem = only_problem("## Summary\nx\n## Impact\n## 概述\ny")
    assert problem.line == 5
    assert "line 2" in problem.message


def test_free_text_keeps_its_lines_markup_and_html() -> None:
    text = "a <b>b</b>\n\n\n![x](http://example.com/y.png)\n  - c\n### d\n# e\n<!-- mine -->\n<script>alert(1)</script>"
    assert document(f"## Summary\n\n{text}\n\n## Impact\n").summary == text


def test_help_comments_are_taken_out_and_words_beside_one_are_not_lost() -> None:
    assert document("## Summary\n<!-- opsctl: what happened -->\nx\n<!-- opsctl: y -->").summary == "x"
    for cut in ("<!-- opsctl: what happened --> the disk was full", "<!-- opsctl: what", "<!-- opsctl: a --> b -->"):
        assert only_problem(f"## Summary\n{cut}").line == 3


def test_between_fences_nothing_is_a_heading_and_nothing_is_help() -> None:
    code = "```console\n# systemctl restart erp\n## twice\n<!-- opsctl: x -->\n- [ ] y\n```"
    assert document(f"## Summary\n{code}\n## Impact\n~~~\n```\n~~~") == Document(
        "t", summary=code, impact="~~~\n```\n~~~"
    )


def test_a_fence_without_an_end_never_swallows_a_section() -> None:
    read = seen("## Summary\n```\nx\n## Impact\ny\n```\nz\n```")
    assert [one.line for one in read.problems] == [3]
    assert read.document.impact == "y\n```\nz\n```"
    assert only_problem("## Summary\nx\n~~~~").line == 4
    assert document("## Summary\nx\n\\~~~~").summary == "x\n~~~~"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_every_system_are_read(end: str) -> None:
    text = end.join(["\ufeff# t", "- Facilitator: li  ", "## Summary", "a", "", "b\t", "## Lessons", "- c", "\td", ""])
    read = seen(text, title="")
    assert (read.problems, read.remarks) == ((), ())
    assert read.document == Document("t", facilitator="li", summary="a\n\nb", lessons=("c\n  d",))


def test_control_characters_are_taken_out_and_that_is_said_once() -> None:
    read = seen("## Summary\n\x1b[31mred\x1b[0m\nplain\na\x00b\u202ec\u2028d")
    assert read.document.summary == "red\nplain\nabc d"
    assert [(one.line, "2 lines" in one.message) for one in read.remarks] == [(3, True)]


def test_a_text_that_is_too_long_is_one_problem_and_is_not_looked_at() -> None:
    fits = "# t\n## Summary\n" + "x" * (LONGEST - 15)
    assert markdown.read(fits, zone="UTC", now=NOW).problems == ()
    for text in (fits + "x", "# t\n" + "磁" * (LONGEST // 3), "## x\n" * 400_000):
        read = markdown.read(text, zone="UTC", now=NOW)
        assert [(one.line, bool(one.hint)) for one in read.problems] == [(1, True)]
        assert read.document == Document("")


def test_lists_take_any_bullet_and_what_is_indented_below() -> None:
    text = "## Lessons\n- a\n  b\n\n  - c\n* d\n+   e\n    f\n      g\n • h\n-\n  i\n- [ ] j\n"
    assert document(text).lessons == ("a\nb\n\n- c", "d", "e\nf\n  g", "h", "i", "[ ] j")


def test_an_item_that_says_nothing_is_left_out_and_that_is_said() -> None:
    read = seen("## Lessons\n-\n- a\n- ")
    assert read.document.lessons == ("a",)
    assert [one.line for one in read.remarks] == [3, 5]


@pytest.mark.parametrize("line", ["words", "1. words", "-words", "# words", "<!-- mine -->", "---", "> words"])
@pytest.mark.parametrize("section", ["Lessons", "Timeline", "Contributing factors", "Actions"])
def test_a_line_of_a_list_that_begins_no_item_is_refused(section: str, line: str) -> None:
    problem = only_problem(f"## {section}\n{line}")
    assert problem.line == 3
    assert "'- '" in problem.hint


def test_a_log_that_is_pasted_into_an_item_stays_whole() -> None:
    assert document("## Lessons\n- log:\n```\n- x\n## y\n\nz\n```\n- b").lessons == (
        "log:\n```\n- x\n## y\n\nz\n```",
        "b",
    )


def test_added_lines_are_sorted_by_their_moment_and_know_their_place() -> None:
    text = "## Timeline\n- [x] 2026-10-12 03:10 later\n\n* 2026/10/12T03.02 earlier\n  and\n    more\n"
    text += "- [X] 2026-10-11 19:05:09Z（内部）last"
    read = seen(text)
    assert read.problems == ()
    assert read.document.added == (
        Line(utc(2026, 10, 11, 19, 2), "earlier\nand\n  more"),
        Line(utc(2026, 10, 11, 19, 5, 9), "last", internal=True),
        Line(utc(2026, 10, 11, 19, 10), "later"),
    )
    assert [read.places["timeline", (place,)] for place in range(3)] == [5, 8, 3]


@pytest.mark.parametrize(
    ("typed", "zone", "moment"),
    [
        ("2026-10-12 03:02", "Asia/Shanghai", utc(2026, 10, 11, 19, 2)),
        ("2026-10-12 03:02", "Europe/Berlin", utc(2026, 10, 12, 1, 2)),
        ("２０２６-10-12 03：02：30", "UTC", utc(2026, 10, 12, 3, 2, 30)),
        ("2026-10-12 03:02:00 +02:00", "UTC", utc(2026, 10, 12, 1, 2)),
        ("2026-10-12 03:02:00 -0330", "UTC", utc(2026, 10, 12, 6, 32)),
        ("2026-10-25 02:30:00 +01:00", "Europe/Berlin", utc(2026, 10, 25, 1, 30)),
        ("2026-10-12 24:00", "UTC", utc(2026, 10, 13)),
        ("2026-10-12 03:02:30.9", "UTC", utc(2026, 10, 12, 3, 2, 30)),
    ],
)
def test_times_without_an_offset_are_in_the_zone(typed: str, zone: str, moment: datetime) -> None:
    assert document(f"## Timeline\n- {typed} x", zone).added == (Line(moment, "x"),)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("- 2026-10-25 02:30 x", "comes twice in Europe/Berlin"),
        ("- 2026-03-29 02:30 x", "does not exist in Europe/Berlin"),
        ("- 2026-02-30 02:30 x", "no such time"),
        ("- 2026-10-12 25:00 x", "no such time"),
        ("- 0226-10-12 03:00 x", "year 226"),
        ("- 03:02 x", "begins with a day and a time"),
        ("- 2026-10-12 x", "begins with a day and a time"),
        ("- yesterday 14:00 x", "begins with a day and a time"),
        ("- somebody called", "begins with a day and a time"),
        ("- 2026-10-12 03:02", "says nothing"),
        ("- 2026-10-12 03:02 (internal)", "says nothing"),
        ("- [ ] 2026-10-12 03:02 x", "Only lines of the ledger"),
        ("- 2026-10-12 03:02 +20 nodes", "may be its offset"),
        ("- 2026-10-12 03:02 +99:00 x", "no such time"),
    ],
)
def test_a_line_with_a_time_that_nobody_can_read_is_refused(line: str, words: str) -> None:
    problem = only_problem(f"## Timeline\n- 2026-10-12 03:00 first\n{line}", "Europe/Berlin")
    assert problem.line == 4
    assert words in problem.message
    assert problem.hint


def test_an_offset_that_may_be_the_end_of_a_stretch_is_pointed_at() -> None:
    read = seen("## Timeline\n- 2026-10-12 03:02-04:00 x\n- 2026-10-12 03:02 +08:00 y")
    assert [line.at for line in read.document.added] == [utc(2026, 10, 11, 19, 2), utc(2026, 10, 12, 7, 2)]
    assert [(one.line, one.message) for one in read.remarks] == [
        (3, "2026-10-12 03:02-04:00 is read as 2026-10-12 15:02+08:00.")
    ]


def test_rows_of_the_ledger_are_shown_hidden_and_noted() -> None:
    read = seen(
        "## Timeline\n- [x] 2026-10-12 02:58:00 +08:00 opened #1042\n  > a\n  >   b\n\n> c\n"
        "- [ ] #7\n-  [] x ＃9\n＞d\n- #1 #12\n"
    )
    assert read.problems == ()
    assert read.shown == ((1042, "2026-10-12 02:58:00 +08:00 opened", 3), (7, "", 8), (9, "x", 9), (12, "#1", 11))
    assert read.document == Document("t", hidden=(7, 9), notes=((9, "d"), (1042, "a\n  b\n\nc")))
    assert (read.places["notes", (1042,)], read.places["notes", (9,)]) == (4, 10)


@pytest.mark.parametrize(
    ("below", "line"),
    [("  words without a sign", 4), ("- [x] #1042", 4), ("  > a\n  - b", 5), ("  ```\n  x\n  ```", 4)],
)
def test_below_a_row_of_the_ledger_stand_notes_alone(below: str, line: int) -> None:
    assert seen(f"## Timeline\n- [x] #1042\n{below}").problems[0].line == line


def test_factors_are_a_tree_by_their_indent() -> None:
    text = (
        "## Factors\n- [technical] a\n  more\n    * ［流程，根因］ b\n\t- [People] c\n  - [root cause, supplier] d\n"
        "- [环境]e\n      - [process] f\n   - [process] g\n"
    )
    read = seen(text)
    assert [(one.line, one.message) for one in read.problems] == [
        (7, "Another factor is marked as the root cause already.")
    ]
    assert read.document.factors == (
        Factor(
            TECHNICAL,
            "a\nmore",
            behind=(
                Factor(FactorKind.PROCESS, "b", root=True),
                Factor(FactorKind.PEOPLE, "c"),
                Factor(FactorKind.SUPPLIER, "d", root=True),
            ),
        ),
        Factor(FactorKind.ENVIRONMENT, "e", behind=(Factor(FactorKind.PROCESS, "f"), Factor(FactorKind.PROCESS, "g"))),
    )
    assert read.places["factors", (0, 1)] == 6


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("- [weather] a", "weather is no kind of factor"),
        ("- a", "does not say of which kind"),
        ("- [root cause] a", "does not say of which kind"),
        ("- [technical, people] a", "technical, people"),
    ],
)
def test_a_factor_without_a_kind_of_ours_is_refused_and_the_kinds_are_named(line: str, words: str) -> None:
    problem = only_problem(f"## Contributing factors\n- [people] x\n  {line}")
    assert problem.line == 4
    assert words in problem.message
    assert problem.hint == "Begin with one of [technical], [process], [people], [supplier], [environment]."


def test_a_factor_says_something() -> None:
    assert "says nothing" in only_problem("## Factors\n- [people]").message


def test_factors_are_nested_twenty_levels_deep_at_most() -> None:
    def tree(levels: int) -> str:
        return "## Factors\n" + "\n".join("  " * level + "- [people] x" for level in range(levels))

    assert seen(tree(20)).problems == ()
    assert only_problem(tree(21)).line == 23


@pytest.mark.parametrize("words", ["Not determined", "not determined.", "未查明", "未查明。", "NOT  DETERMINED"])
def test_a_root_cause_may_be_said_not_to_be_determined(words: str) -> None:
    assert document(f"## Root cause\n\n{words}\n\nThe logs were gone.") == Document(
        "t", undetermined=True, root_cause="The logs were gone."
    )
    assert document(f"## 根本原因\n{words}").undetermined


def test_words_of_a_root_cause_that_are_more_or_come_later_are_the_cause() -> None:
    for text in ("Not determined by us", "x\nNot determined", "\\Not determined"):
        assert document(f"## Root cause\n{text}") == Document("t", root_cause=text.removeprefix("\\"))


def test_actions_are_recorded_or_planned() -> None:
    text = (
        "## Actions\n- ACT-2026-0031 buy disks\n- act-2026-40\n- [ ] ACT-2026-0050：x\n- [ ] look at\n  free space\n"
        "  - owner: wang\n  * 期限：2026-12-01\n  - Kind： 预防\n    verify: restore-test erp-db\n"
        "- 月数: 6个月\n- \\ACT-2026-1 is late\n- plain"
    )
    read = seen(text)
    assert (read.problems, read.remarks) == ((), ())
    assert read.recorded == (("ACT-2026-0031", "buy disks", 3), ("ACT-2026-40", "", 4), ("ACT-2026-0050", "x", 5))
    assert read.document.actions == ("ACT-2026-0031", "ACT-2026-40", "ACT-2026-0050")
    deadline = utc(2026, 12, 1, 15, 59, 59)
    assert read.document.planned == (
        Planned("look at free space", "wang", deadline, Kind.PREVENT, "restore-test erp-db", 6),
        Planned("ACT-2026-1 is late"),
        Planned("plain"),
    )
    assert [read.places["actions", (place,)] for place in range(3)] == [6, 13, 14]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("deadline: 2026-12", {"deadline": utc(2026, 12, 31, 15, 59, 59)}),
        ("due: 2026-12-01 17:00", {"deadline": utc(2026, 12, 1, 9)}),
        ("deadline: 2026-12-01 17:00 +01:00", {"deadline": utc(2026, 12, 1, 16)}),
        ("deadline: 明天", {"deadline": utc(2026, 11, 20, 16)}),
        ("deadline:", {}),
        ("deadline: -", {}),
        ("owner: ", {}),
        ("kind: Detect", {"kind": Kind.DETECT}),
        ("类型：缓解", {"kind": Kind.MITIGATE}),
        ("months: 36 months", {"months": 36}),
        ("verify:  inspect   daily/disk", {"verify": "inspect daily/disk"}),
    ],
)
def test_what_is_known_of_an_action_is_read(typed: str, expected: dict[str, Any]) -> None:
    assert document(f"## Actions\n- x\n  - {typed}").planned == (Planned("x", **expected),)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("deadline: soon", "is not a time"),
        ("deadline: 2026-02-30", "no such time"),
        ("kind: mend", "mend is no kind of action"),
        ("months: 0", "1 to 36"),
        ("months: 37", "1 to 36"),
        ("months: many", "1 to 36"),
        ("ownr: wang", "known"),
        ("something else", "known"),
        ("owner: li\n  - 负责人：wang", "twice"),
    ],
)
def test_what_is_wrong_below_an_action_is_said_with_its_line(typed: str, words: str) -> None:
    problem = only_problem(f"## Actions\n- x\n  - {typed}")
    assert problem.line == 4 + typed.count("\n")
    assert words in problem.message
    assert problem.hint


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("- [x] look at free space", 3),
        ("- [x] ACT-2026-0031", 3),
        ("- ACT-2026-0031\n- act-2026-0031", 4),
        ("- ACT-2026-0031\n  - owner: wang", 4),
        ("- [ ]\n  - owner: wang", 3),
    ],
)
def test_an_action_is_neither_done_nor_changed_by_a_review(text: str, line: int) -> None:
    problem = only_problem(f"## Actions\n{text}")
    assert (problem.line, bool(problem.hint)) == (line, True)


def test_every_part_has_its_place() -> None:
    read = seen("- Held on: 2026-11-20\n## Summary\n\nx\n## Impact\n## Lessons\n- a\n- b\n## 其他\n\ny")
    assert dict(read.places) == {
        ("title", ()): 1,
        ("held-on", ()): 2,
        (Section.SUMMARY.value, ()): 5,
        (Section.IMPACT.value, ()): 6,
        (Section.LESSONS.value, ()): 7,
        (Section.LESSONS.value, (0,)): 8,
        (Section.LESSONS.value, (1,)): 9,
        ("own", (0,)): 12,
    }


def test_problems_come_in_the_order_of_lines() -> None:
    read = seen("- Held on: x\n## Lessons\nx\n## Summary\n```\n## Timeline\ny\n## Factors\n- z")
    assert [one.line for one in read.problems] == [2, 4, 6, 8, 10]


@settings(max_examples=300, deadline=None)
@given(
    st.text(st.characters(codec=None, categories=None), max_size=200),
    st.sampled_from(["", "# t\n## Timeline\n- ", "# t\n## Actions\n- "]),
)
def test_no_text_makes_reading_fail(text: str, before: str) -> None:
    read = markdown.read(before + text, zone="America/St_Johns", now=NOW)
    lines = len((before + text).splitlines()) + 1
    assert all(1 <= one.line <= lines and one.message for one in (*read.problems, *read.remarks))
