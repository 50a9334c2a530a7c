"""Post-mortems of other tools: one thing at a time."""

import json
import os
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from opsctl.actions.terms import Kind
from opsctl.core.errors import InvalidInput
from opsctl.core.texts import use_language
from opsctl.reviews.rules.document import Document, Factor, Line, Own, Planned
from opsctl.reviews.rules.importing import read_foreign
from opsctl.reviews.rules.markdown.domain import normal
from opsctl.reviews.rules.results import Foreign, Problem
from opsctl.reviews.terms import LONGEST
from opsctl.reviews.terms import Factor as FactorKind

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


def read(text: str, zone: str | None = None) -> Foreign:
    return read_foreign(text, zone=zone, now=NOW)


def at(utc: str) -> datetime:
    return datetime.fromisoformat(utc).replace(tzinfo=UTC)


def said(found: Foreign) -> list[tuple[int, str]]:
    return [(one.line, one.message) for one in found.not_understood]


def own(found: Foreign) -> dict[str, str]:
    return {one.heading: one.text for one in found.document.own}


def inside(found: Foreign) -> dict[str, str]:
    """What is kept in the internal notes, by the heading there."""
    names = r"Front matter|Timeline \(as written\)|Actions done, as written|Actions \(as written\)"
    _before, *parts = re.split(rf"(?:\A|\n\n)### ({names})\n\n", found.document.internal)
    return dict(zip(parts[::2], parts[1::2], strict=True))


def timeline(*lines: str, zone: str | None = None, title: str = "# T") -> Foreign:
    """The timeline of these lines, the first of which is line 5."""
    return read("\n".join([title, "", "## Timeline", "", *lines]), zone)


class TestLimits:
    def test_a_text_that_is_too_long_is_refused_before_it_is_looked_at(self) -> None:
        found = read("---\n" + "[" * (2 * 1024 * 1024))
        assert found.document == Document(title="")
        (problem,) = found.problems
        assert problem.line == 1
        assert problem.message == f"The file has {2 * 1024 * 1024 + 4} bytes, {LONGEST} are allowed."
        assert found.not_understood == ()

    def test_bytes_count_and_not_characters(self) -> None:
        assert read("故" * (LONGEST // 3 + 1)).problems != ()
        assert read("a" * LONGEST).problems == ()

    @pytest.mark.parametrize("text", ["", "\n\n", "\ufeff", " \t\r\n", "\x00\x1b[31m\x07"], ids=repr)
    def test_an_empty_text_is_a_problem(self, text: str) -> None:
        found = read(text)
        hint = "Name a Markdown file with a post-mortem in it."
        assert found.problems == (Problem(1, "The file is empty.", hint),)

    def test_control_characters_and_escape_sequences_are_left_out_and_that_is_said(self) -> None:
        found = read(
            "# Disk\x00 full\n\n## Summary\n\n\x1b[31mRed\x1b[0m\x07 alert\n\x1b]0;title\x07here\n\u202eback\na\tb\n"
        )
        assert found.document == Document(title="Disk full", summary="Red alert\nhere\nback\na   b")
        assert found.not_understood == (
            Problem(
                1,
                "Signs that cannot be shown, such as control characters, are left out of 4 lines.",
                "Look at these lines: 1, 5, 6, 7.",
            ),
        )

    def test_line_numbers_hold_with_every_kind_of_line_break(self) -> None:
        found = read("\ufeff# T\r\n\r## Odd\r\nwords\x0cmore\u2028still\n## Strange\nx")
        assert said(found) == [
            (3, "The heading “Odd” is not known; what stands below it is kept under it."),
            (4, "Signs that cannot be shown, such as control characters, are left out of 1 line."),
            (5, "The heading “Strange” is not known; what stands below it is kept under it."),
        ]
        assert own(found) == {"Odd": "words more still", "Strange": "x"}

    def test_a_zone_that_is_none_is_refused(self) -> None:
        with pytest.raises(InvalidInput, match="There is no time zone 'Asia/Nowhere'"):
            read("# T", "Asia/Nowhere")

    def test_thousands_of_headings_are_kept_each_under_its_own(self) -> None:
        found = read("# T\n" + "".join(f"## own {number}\nwords {number}\n" for number in range(3000)))
        assert len(found.document.own) == len(found.not_understood) == 3000
        assert found.document.own[2999] == Own("own 2999", "words 2999")


class TestFrontMatter:
    def test_what_is_mapped_leaves_it_and_the_rest_stays_to_the_letter(self) -> None:
        found = read(
            "---\n# ours\ntitle: >\n  Disk\n  full\nid: 'OPS-7'   \nseverity:   high\n"
            "participants:\n  - Ana\n  - Bo, Cy\nmoderator: Ana\nlinks: {wiki: http://x}\n---\nText.\n"
        )
        assert found.document == Document(
            title="Disk full",
            facilitator="Ana",
            participants=("Ana", "Bo", "Cy"),
            summary="Text.",
            internal=(
                "### Front matter\n\n```yaml\n# ours\nid: 'OPS-7'\nseverity:   high\nlinks: {wiki: http://x}\n```"
            ),
        )
        assert found.incident == "OPS-7"

    def test_an_entry_with_a_comment_beside_it_is_mapped_and_kept(self) -> None:
        found = read("---\ntitle: Disk full # for now\n---\n")
        assert found.document == Document(
            title="Disk full", internal="### Front matter\n\n```yaml\ntitle: Disk full # for now\n```"
        )

    @pytest.mark.parametrize(
        ("front", "line", "message"),
        [
            ("---\na: &x 1\nb: *x\n---\n", 3, "The front matter is no YAML: aliases are not read."),
            ("---\na: {a: {a: {a: {a: {a: {a: {a: {a: 1}}}}}}}}\n---\n", 2, "nested too deeply"),
            ("---\ntitle: Disk\nstatus: [open\n---\n", 4, "The front matter is no YAML"),
            ("---\ntitle: a: b\n---\n", 2, "The front matter is no YAML: mapping values are not allowed here."),
            ('+++\ntitle = "Disk\n+++\n', 2, "The front matter is no TOML"),
            ("+++\na = " + "[" * 2000 + "\n+++\n", 2, "The front matter is no TOML"),
            ("---\n" + "a: b\n" * 7000 + "---\n", 1, "The front matter is too long to be read; it is kept as text."),
        ],
        ids=["alias", "deep", "open bracket", "two colons", "toml", "toml deep", "long"],
    )
    def test_what_cannot_be_read_is_kept_whole_and_reported(self, front: str, line: int, message: str) -> None:
        found = read(front + "# T\n")
        assert found.document.title == "T"
        lines = front.splitlines()
        language = "yaml" if lines[0] == "---" else "toml"
        assert inside(found) == {"Front matter": "\n".join([f"```{language}", *lines[1:-1], "```"])}
        ((reported, sentence),) = said(found)
        assert message in sentence
        assert reported == min(line, len(lines) - 1)

    def test_one_without_an_end_is_read_as_text(self) -> None:
        found = read("---\ntitle: Disk full\n\n## Impact\n\nNone.\n")
        assert found.document == Document(title="Disk full", summary="---", impact="None.")
        assert (1, "The front matter has no end; it is read as text.") in said(found)

    def test_two_rules_with_words_between_them_are_no_front_matter(self) -> None:
        text = "---\n\nonly words\n\n---"
        assert read(f"{text}\n\n# T\n").document == Document(title="T", summary=text)

    def test_backticks_in_it_do_not_end_the_block_it_is_kept_in(self) -> None:
        found = read("---\nstatus: '````'\n---\n# T\n")
        assert inside(found) == {"Front matter": "`````yaml\nstatus: '````'\n`````"}

    @pytest.mark.parametrize(
        ("entries", "messages"),
        [
            (
                ("started: 2026-10-12 14:50Z", "resolved: 2026-10-12 14:20Z"),
                [(3, "“resolved” is before “started” in line 2.")],
            ),
            (
                ("started: 2026-10-12 14:50Z", "detected: 2026-10-12 14:49Z"),
                [(3, "“detected” is before “started” in line 2.")],
            ),
            (("end: 2026-10-11", "start: 2026-10-12"), [(2, "“end” is before “start” in line 3.")]),
            # 14:20 in New York is later than 14:50 in London.
            (("started: 2026-10-12T14:50+01:00", "resolved: 2026-10-12T14:20-04:00"), []),
            (("started: 2026-10-12", "resolved: 2026-10-12 00:00Z"), []),
            (
                ("date: 2026-10-12", "started: 14:50", "resolved: 14:20"),
                [
                    (3, "14:50 has no zone."),
                    (4, "14:20 has no zone."),
                    (4, "“resolved” is before “started” in line 3."),
                ],
            ),
            (("started: 14:50Z", "resolved: n/a"), [(2, "14:50Z has no date.")]),
            (("impact start: 2026-13-01",), [(2, "There is no such time: '2026-13-01'.")]),
        ],
        ids=["backwards", "found before", "days", "offsets", "day and time", "clocks", "no date", "no month"],
    )
    def test_an_end_before_its_start_is_reported(
        self, entries: tuple[str, ...], messages: list[tuple[int, str]]
    ) -> None:
        text = "\n".join(["---", *entries, "---", "# T"])
        assert said(read(text)) == messages
        assert inside(read(text)) == {"Front matter": "\n".join(["```yaml", *entries, "```"])}

    def test_two_incidents_are_not_chosen_from_in_silence(self) -> None:
        found = read("---\nincident: [INC-2026-0001, INC-2026-0002]\n---\n# T")
        assert found.incident == "INC-2026-0001"
        assert said(found) == [(2, "More than one incident is named; all but the first are kept as text.")]
        assert "INC-2026-0002" in inside(found)["Front matter"]

    @pytest.mark.parametrize(
        ("title", "incident"),
        [
            ("Disk full, INC-2026-0042", "INC-2026-0042"),
            ("inc-2026-0042 Disk full", "INC-2026-0042"),
            ("Disk full (incident #465)", "#465"),
            ("INC-2026-0042 and INC-2026-0043", None),
            ("Disk 12 full", None),
        ],
    )
    def test_the_title_may_name_the_incident(self, title: str, incident: str | None) -> None:
        assert read(f"# {title}\n").incident == incident

    def test_a_second_title_is_kept_and_said(self) -> None:
        found = read("---\ntitle: Disk full\n---\n# Full disk\n")
        assert found.document == Document(title="Disk full", internal="### Front matter\n\nFull disk")
        assert said(found) == [(4, "The file has two titles; “Full disk” is kept as text.")]

    def test_headings_can_be_entries(self) -> None:
        found = read(
            "# T\n\n## Date\n\n2026-10-12\n\n## Status\n\nDone\n\n## Facilitator\n\nAna\n\n## Timeline\n\n- 10:00Z Up\n"
        )
        assert found.document == Document(
            title="T",
            facilitator="Ana",
            added=(Line(at("2026-10-12 10:00"), "Up"),),
            internal="### Date\n\n2026-10-12\n\n### Status\n\nDone",
        )
        assert said(found) == []


NAMES = {
    "summary": (
        "Summary",
        "## Overview ##",
        "1. Executive summary",
        "TL;DR",
        "概述",
        "一、事件概述",
        "摘要：",
        "**Summary**",
    ),
    "impact": ("Impact:", "2) Impact", "影响范围", "（二）影响", "IV. User impact", "💥 Impact"),
    "root_cause": ("Root Cause", "Root cause(s)", "ROOT CAUSES", "根因", "四、根本原因", "原因分析", "_Root cause_"),
    "detection": ("Detection", "How we detected", "发现", "发现过程"),
    "response": ("Resolution", "Response", "Mitigation", "处置", "恢复", "解决", "Response / 处置过程"),
    "feedback": ("Feedback", "反馈意见"),
    "internal": ("Internal notes", "内部备注"),
    "went_well": ("What went well", "What Went Well", "做得好的", "亮点"),
    "went_badly": (
        "What went wrong",
        "What went poorly",
        "What went badly",
        "What didn’t go well",
        "不足",
        "做得不好的",
    ),
    "luck": ("Where we got lucky", "Where luck helped", "侥幸"),
    "lessons": ("Lessons learned", "Lessons", "经验教训"),
}


@pytest.mark.parametrize(("field", "heading"), [(field, one) for field, names in NAMES.items() for one in names])
def test_a_section_is_known_by_any_of_its_names(field: str, heading: str) -> None:
    found = read(f"# T\n\n## {heading.removeprefix('## ')}\n\nWords.\n")
    expected = ("Words.",) if field in ("went_well", "went_badly", "luck", "lessons") else "Words."
    assert found.document == Document(title="T", **{field: expected})
    assert said(found) == []


class TestHeadings:
    def test_those_inside_a_section_belong_to_its_text(self) -> None:
        found = read(
            "# T\n\n## Impact\n\nMuch.\n\n### Summary\n\nLess.\n\n### Odd\n\nNone.\n\n## Detection\n\nA call.\n"
        )
        assert found.document == Document(
            title="T", impact="Much.\n\n### Summary\n\nLess.\n\n### Odd\n\nNone.", detection="A call."
        )
        assert said(found) == []

    def test_those_in_code_and_lists_are_none(self) -> None:
        text = "a\n\n```\n## Impact\n```\n\n- b\n\n  ## Impact"
        assert read(f"# T\n\n## Summary\n\n{text}\n").document == Document(title="T", summary=text)

    def test_what_a_heading_says_besides_is_part_of_the_text(self) -> None:
        found = read("# T\n\n## Impact (customers only)\n\nMuch.\n")
        assert found.document == Document(title="T", impact="Impact (customers only)\n\nMuch.")

    def test_several_paragraphs_with_a_rule_below_are_no_heading(self) -> None:
        text = "one line\nand another\n---\nmore"
        assert read(f"# T\n\n## Summary\n\n{text}\n").document.summary == text

    def test_an_unknown_one_without_words_of_its_own_is_only_reported(self) -> None:
        found = read("# T\n\n## Analysis\n\n### Root cause\n\nRust.\n")
        assert found.document == Document(title="T", root_cause="Rust.")
        assert said(found) == [(3, "The heading “Analysis” is not known, and nothing of its own stands below it.")]

    def test_the_trigger_is_never_taken_for_the_cause(self) -> None:
        found = read("# T\n\n## Trigger\n\nA deploy.\n")
        assert found.document == Document(title="T", own=(Own("Trigger", "A deploy."),))
        assert said(found) == []

    def test_words_before_the_first_section_are_kept_where_there_is_a_summary(self) -> None:
        found = read("# T\n\nRead this.\n\n## Summary\n\nDown.\n")
        assert found.document == Document(
            title="T", summary="Down.", own=(Own("Before the first heading", "Read this."),)
        )

    @pytest.mark.parametrize(
        "words", ["Unknown", "TBD", "**Not determined.**", "- unknown", "未知", "不明。", "根因未知"]
    )
    def test_a_cause_that_nobody_knows_is_said_to_be_undetermined(self, words: str) -> None:
        found = read(f"# T\n\n## Root cause\n\n{words}\n\nLogs were gone.\n")
        assert found.document == Document(title="T", root_cause="Logs were gone.", undetermined=True)

    def test_a_sentence_with_unknown_in_it_is_a_cause(self) -> None:
        found = read("# T\n\n## Root cause\n\nUnknown packets filled the table.\n")
        assert found.document == Document(title="T", root_cause="Unknown packets filled the table.")

    def test_lists_keep_what_is_none_as_entries(self) -> None:
        found = read(
            "# T\n\n## Lessons\n\n- one\n  - deeper\n\nA sentence\nin two lines.\n\n### Later\n\n- three\n- four\n"
        )
        assert found.document == Document(
            title="T", lessons=("one\n- deeper", "A sentence\nin two lines.", "### Later\n\n- three\n- four")
        )

    def test_factors_need_a_kind_and_take_what_is_behind_them_along(self) -> None:
        found = read(
            "# T\n\n## Contributing factors\n\n- [process] No check\n  - **Technical:** No test\n"
            "- people: tired\n  - no kind\n- （供应商）late\n"
        )
        assert found.document == Document(
            title="T",
            factors=(
                Factor(FactorKind.PROCESS, "No check", behind=(Factor(FactorKind.TECHNICAL, "No test"),)),
                Factor(FactorKind.SUPPLIER, "late"),
            ),
            own=(Own("Contributing factors (as written)", "- people: tired\n  - no kind"),),
        )
        assert said(found) == [(7, "Contributing factors without a kind are kept as text.")]

    def test_a_heading_of_its_own_that_is_called_like_one_of_ours_stays_its_own(self) -> None:
        found = read("---\nstatus: open\n---\n# T\n\n## Front matter\n\nWords.\n")
        assert inside(found) == {"Front matter": "```yaml\nstatus: open\n```"}
        assert own(found) == {"Front matter": "Words."}

    def test_what_names_persons_is_kept_in_the_internal_notes_below_what_stands_there(self) -> None:
        found = read(
            "---\nauthors: [Alice, Bob]\n---\n# T\n\n## Internal notes\n\nQuiet.\n\n## Reporter\n\nDana\n\n"
            "## Authors\n\n- Carol\n\n## Timeline\n\n- Eve called\n\n## Actions\n\n- [x] a (owner: frank)\n\n"
            "Grace will see.\n\n## Cost\n\nNone.\n"
        )
        assert found.document == Document(
            title="T",
            internal="Quiet.\n\n### Front matter\n\n```yaml\nauthors: [Alice, Bob]\n```\n\n### Authors\n\n- Carol\n\n"
            "### Timeline (as written)\n\n- Eve called\n\n### Actions done, as written\n\n- [x] a (owner: frank)\n\n"
            "### Actions (as written)\n\nGrace will see.",
            own=(Own("Reporter", "Dana"), Own("Cost", "None.")),
        )
        assert normal(found.document) == found.document


class TestTimes:
    @pytest.mark.parametrize(
        ("line", "moment", "text"),
        [
            ("- 2026-10-12 14:32 UTC disk full", "2026-10-12 14:32", "disk full"),
            ("- 2026-10-12T14:32:09.7Z disk full", "2026-10-12 14:32:09", "disk full"),
            ("- 2026-10-12T14:32:00+08:00: disk full", "2026-10-12 06:32", "disk full"),
            ("- 2026-10-12T14:32-04:00 disk full", "2026-10-12 18:32", "disk full"),
            ("- 2026-10-12 14:32:00-04:00 disk full", "2026-10-12 18:32", "disk full"),
            ("- 2026-10-12 14:32 -0430 disk full", "2026-10-12 19:02", "disk full"),
            ("- 2026/10/12 14:32 GMT+8 – disk full", "2026-10-12 06:32", "disk full"),
            ("- 2026.10.12 14:32 (UTC+05:30) disk full", "2026-10-12 09:02", "disk full"),
            ("- **2026-10-12 14:32 UTC** — disk full", "2026-10-12 14:32", "disk full"),
            ("- **2026-10-12 14:32 UTC:** disk full", "2026-10-12 14:32", "disk full"),
            ("- **2026-10-12 14:32 UTC – disk** full", "2026-10-12 14:32", "**disk** full"),
            ("- `2026-10-12 14:32Z` disk full", "2026-10-12 14:32", "disk full"),
            ("- [2026-10-12 14:32Z] disk full", "2026-10-12 14:32", "disk full"),
            ("- 2026-10-12, 2:32 PM UTC: disk full", "2026-10-12 14:32", "disk full"),
            ("- October 12, 2026 at 12:05 a.m. UTC disk full", "2026-10-12 00:05", "disk full"),
            ("- Mon, 12 Oct 2026 14:32 UTC disk full", "2026-10-12 14:32", "disk full"),
            ("- 12th of October 2026, 14:32 UTC disk full", "2026-10-12 14:32", "disk full"),
            ("- 2026年10月12日 14:32 北京时间 磁盘满", "2026-10-12 06:32", "磁盘满"),
            ("- 2026年10月12日（周一）北京时间下午2:32，磁盘满", "2026-10-12 06:32", "磁盘满"),
            ("- ２０２６-１０-１２　１４：３２ UTC　磁盘满", "2026-10-12 14:32", "磁盘满"),
            ("- 2026-10-12 14:32 Asia/Shanghai disk full", "2026-10-12 06:32", "disk full"),
            ("- 2026-10-12 14:32 CST (UTC+8) disk full", "2026-10-12 06:32", "disk full"),
            ("- 2026-10-11 24:00 UTC disk full", "2026-10-12 00:00", "disk full"),
            ("- ~2026-10-12 14:32 UTC disk full", "2026-10-12 14:32", "~2026-10-12 14:32 UTC disk full"),
            ("- 2026-10-12 14:32–14:50 UTC disk full", "2026-10-12 14:32", "2026-10-12 14:32–14:50 UTC disk full"),
            ("- 2026-10-12 14:32 UTC API errors at 14:30", "2026-10-12 14:32", "API errors at 14:30"),
            ("2026-10-12 14:32 UTC disk full", "2026-10-12 14:32", "disk full"),
            ("### 2026-10-12 14:32 UTC disk full", "2026-10-12 14:32", "disk full"),
        ],
    )
    def test_a_moment_is_understood_however_it_is_written(self, line: str, moment: str, text: str) -> None:
        found = timeline(line)
        assert found.document == Document(title="T", added=(Line(at(moment), text),))
        assert said(found) == []

    @pytest.mark.parametrize(
        ("line", "message"),
        [
            *[
                (f"- 2026-10-12 14:32 {zone} up", f"2026-10-12 14:32 {zone}: {zone} can mean more than one time.")
                for zone in ("CST", "PST", "EST", "IST", "BST", "ET", "CEST", "Mars/Base")
            ],
            ("- 10/12/2026 14:32 UTC up", "10/12/2026 14:32 UTC: 10/12/2026 can mean more than one time."),
            ("- 12.10. 14:32 UTC up", "The timeline has a line that begins with no time: 12.10. 14:32 UTC up"),
            ("- 10-12 14:32 UTC up", "10-12 14:32 UTC: 10-12 can mean more than one time."),
            ("- 2026-10-12 10:00-11:00 up", "2026-10-12 10:00-11:00: -11:00 can mean more than one time."),
            ("- 2026-10-12 晚上12:10 UTC up", "2026-10-12 晚上12:10 UTC: 晚上12:10 can mean more than one time."),
            ("- 2026-10-12 14:32 up", "2026-10-12 14:32 has no zone."),
            ("- 14:32 UTC up", "14:32 UTC has no date."),
            ("- Oct 12 14:32 UTC up", "Oct 12 14:32 UTC has no year."),
            ("- 2026-02-29 14:32 UTC up", "There is no such time: '2026-02-29 14:32 UTC'."),
            ("- 2026-10-12 24:01 UTC up", "There is no such time: '2026-10-12 24:01 UTC'."),
            ("- 2026-10-12 13:05 pm UTC up", "There is no such time: '2026-10-12 13:05 pm UTC'."),
            ("- 0226-10-12 14:32 UTC up", "There is no such time: '0226-10-12 14:32 UTC'."),
            ("- 2026-11-22 08:01 UTC up", "2026-11-22 08:01 UTC lies in the future."),
            ("- 2026-10-12 14:32 UTC", "2026-10-12 14:32 UTC has no words beside it."),
            ("- 2026-10-12 23:50–00:10 UTC up", "2026-10-12 23:50–00:10 UTC ends before it starts."),
            ("- someone called", "The timeline has a line that begins with no time: someone called"),
        ],
    )
    def test_what_could_be_another_moment_is_reported_and_stays_as_it_is(self, line: str, message: str) -> None:
        found = timeline(line)
        assert found.document == Document(title="T", internal="### Timeline (as written)\n\n" + line)
        assert said(found) == [(5, message)]

    def test_the_zone_that_is_given_is_for_times_without_one_alone(self) -> None:
        found = timeline("- 2026-10-12 14:32 local", "- 2026-10-12 14:32 UTC zulu", zone="Asia/Shanghai")
        assert found.document.added == (
            Line(at("2026-10-12 06:32"), "local"),
            Line(at("2026-10-12 14:32"), "zulu"),
        )

    @pytest.mark.parametrize(
        "statement",
        [
            "All times are in UTC.",
            "_All times UTC_",
            "(all times are given in GMT)",
            "Times: UTC",
            "Timezone: UTC",
            "时间均为 UTC",
        ],
    )
    def test_a_sentence_about_all_times_goes_before_the_zone_that_is_given(self, statement: str) -> None:
        found = timeline(statement, "", "- 2026-10-12 14:32 up", zone="Asia/Shanghai")
        assert found.document == Document(title="T", added=(Line(at("2026-10-12 14:32"), "up"),))

    def test_a_sentence_about_a_zone_that_may_be_several_keeps_all_times_below_as_text(self) -> None:
        lines = ["All times are PST.", "", "- 2026-10-12 14:32 up", "- 2026-10-12 14:40 UTC down"]
        found = timeline(*lines, zone="Asia/Shanghai")
        assert found.document == Document(
            title="T",
            added=(Line(at("2026-10-12 14:40"), "down"),),
            internal="### Timeline (as written)\n\n" + "\n".join(lines[:3]),
        )
        assert said(found) == [
            (5, "PST means more than one zone: the times below are not read."),
            (7, "2026-10-12 14:32 is in PST, which means more than one zone."),
        ]

    def test_a_zone_in_front_that_may_be_several_keeps_times_as_text_too(self) -> None:
        found = read("---\ntimezone: IST\n---\n# T\n\n## Timeline\n\n- 2026-10-12 14:32 up\n", "UTC")
        assert found.document.added == ()
        assert said(found) == [
            (2, "“IST” is not one zone."),
            (8, "2026-10-12 14:32 is in IST, which means more than one zone."),
        ]

    @pytest.mark.parametrize(
        ("title", "front", "read_at"),
        [
            ("# T 2026-10-12", "", "2026-10-12 14:32"),
            ("# T", "**Date:** October 12, 2026\n", "2026-10-12 14:32"),
            ("# T", "Started: 2026-10-12 14:00 UTC\n", "2026-10-12 14:32"),
            ("# T 2026-10-12", "Date: 2026-10-12\n", "2026-10-12 14:32"),
            ("# T 2026-10-12", "Date: 2026-10-13\n", None),
            ("# T", "Started: 2026-10-12 23:00 UTC\nResolved: 2026-10-13 01:00 UTC\n", None),
            ("# T", "Published: 2026-10-12\n", None),
        ],
        ids=["title", "entry", "start", "twice the same", "two", "two days", "another date"],
    )
    def test_a_bare_clock_has_the_date_of_the_file_where_it_says_but_one(
        self, title: str, front: str, read_at: str | None
    ) -> None:
        found = read(f"{title}\n\n{front}\n## Timeline\n\n- 14:32 UTC up\n")
        assert found.document.added == (() if read_at is None else (Line(at(read_at), "up"),))

    def test_a_year_comes_from_the_file_where_it_says_but_one(self) -> None:
        found = read("# T 2026-10-12\n\n## Timeline\n\n- 10月13日 01:00 UTC up\n- Oct 14 01:00 UTC down\n")
        assert [line.at for line in found.document.added] == [at("2026-10-13 01:00"), at("2026-10-14 01:00")]

    def test_a_bare_clock_goes_on_from_the_line_above_it(self) -> None:
        found = timeline("- 2026-10-12 14:32 up", "- 14:40 down", "- next day 00:10 gone", "- 00:20 back", zone="UTC")
        assert [line.at for line in found.document.added] == [
            at("2026-10-12 14:32"),
            at("2026-10-12 14:40"),
            at("2026-10-13 00:10"),
            at("2026-10-13 00:20"),
        ]
        assert said(found) == []

    def test_a_clock_that_goes_back_past_midnight_is_reported_until_a_heading_says_the_date(self) -> None:
        found = timeline("- 2026-10-12 23:50Z a", "- 00:10Z b", "- 00:20Z c", "", "**2026-10-13**", "", "- 00:30Z d")
        assert [line.text for line in found.document.added] == ["a", "d"]
        assert found.document.added[1].at == at("2026-10-13 00:30")
        assert inside(found) == {"Timeline (as written)": "- 00:10Z b\n- 00:20Z c"}
        assert said(found) == [
            (6, "00:10Z is earlier than 2026-10-12 23:50Z in line 5: out of order, or another day."),
            (7, "00:20Z is earlier than 2026-10-12 23:50Z in line 5: out of order, or another day."),
        ]

    def test_a_heading_that_may_begin_another_day_leaves_clocks_without_a_date(self) -> None:
        found = read(
            "# T 2026-10-12\n\n## Timeline\n\n- 10:00Z a\n\n### The morning after\n\n- 11:00Z b\n\n"
            "### Recovery\n\n- 12:00Z c\n"
        )
        assert [line.text for line in found.document.added] == ["a"]
        assert said(found) == [(9, "11:00Z has no date."), (13, "12:00Z has no date.")]

    def test_a_heading_that_says_no_day_changes_none(self) -> None:
        found = read("# T 2026-10-12\n\n## Timeline\n\n### Detection\n\n- 10:00Z a\n\n### Recovery\n\n- 12:00Z c\n")
        assert [line.text for line in found.document.added] == ["a", "c"]
        assert inside(found) == {"Timeline (as written)": "### Detection\n\n### Recovery"}

    def test_dates_with_nested_clocks(self) -> None:
        found = timeline("- 2026-10-12:", "  - 23:50Z a", "    - more of a", "- 2026-10-13", "  - 00:10Z b")
        assert found.document == Document(
            title="T",
            added=(Line(at("2026-10-12 23:50"), "a\n- more of a"), Line(at("2026-10-13 00:10"), "b")),
        )

    def test_a_time_as_heading_takes_what_stands_below_it(self) -> None:
        found = timeline(
            "### 2026-10-12 14:32 UTC", "", "Disk full.", "", "```", "df", "```", "", "### Later", "", "Odd."
        )
        assert found.document == Document(
            title="T",
            added=(Line(at("2026-10-12 14:32"), "Disk full.\n\n```\ndf\n```"),),
            internal="### Timeline (as written)\n\n### Later\n\nOdd.",
        )

    def test_the_first_column_is_the_time_where_no_column_is_called_so(self) -> None:
        found = timeline("| Wann | Was |", "|---|---|", "| 2026-10-12 14:32Z | Platte voll |")
        assert found.document.added == (Line(at("2026-10-12 14:32"), "Platte voll"),)
        # The titles are not known, so they are not lost.
        assert inside(found) == {"Timeline (as written)": "| Wann | Was |\n|---|---|"}

    def test_the_zone_of_a_table_ends_with_it(self) -> None:
        found = timeline("| Time (UTC) | Event |", "|---|---|", "| 2026-10-12 14:32 | a |", "", "- 2026-10-12 14:40 b")
        assert [line.text for line in found.document.added] == ["a"]
        assert said(found) == [(9, "2026-10-12 14:40 has no zone.")]

    @pytest.mark.parametrize(
        ("line", "reported"),
        [
            ("Down from 14:50 to 14:20.", True),
            ("Down between 14:50 and 14:20.", True),
            ("从 14:50 到 14:20 不可用", True),
            ("Down from 14:20 to 14:50.", False),
            ("Up since 14:50, see 14:20.", False),
        ],
    )
    def test_a_span_in_prose_that_ends_before_it_starts_is_reported(self, line: str, reported: bool) -> None:
        found = read(f"# T\n\n## Impact\n\n{line}\n")
        assert found.document.impact == line
        assert [one.line for one in found.not_understood] == ([5] if reported else [])


class TestActions:
    @pytest.mark.parametrize(
        ("line", "planned"),
        [
            (
                "- Add an alert (owner: @wang, due: 2026-11-30, type: detect)",
                Planned("Add an alert", "wang", at("2026-11-30 15:59:59"), Kind.DETECT),
            ),
            ("* [ ] Add an alert — @wang — by 2026-11-30", Planned("Add an alert", "wang", at("2026-11-30 15:59:59"))),
            ("1. @wang: add an alert", Planned("add an alert", "wang")),
            ("- **@Wang.Fang**: add an alert", Planned("add an alert", "Wang.Fang")),
            ("- [Prevention] Add an alert", Planned("Add an alert", kind=Kind.PREVENT)),
            ("- 加告警（负责人：王芳，截止：2026-11-30）", Planned("加告警", "王芳", at("2026-11-30 15:59:59"))),
            ("- 加告警，类型：缓解", Planned("加告警", kind=Kind.MITIGATE)),
            ("- 加告警 (流程) - @wang", Planned("加告警", "wang", kind=Kind.PROCESS)),
            ("- Add an alert, due 2026-11-30 18:00 UTC", Planned("Add an alert", deadline=at("2026-11-30 18:00"))),
            ("- Add an alert (OPS-7, @wang)", Planned("Add an alert (OPS-7)", "wang")),
            ("- Ask @wang about the alert", Planned("Ask @wang about the alert")),
            ("- Do it by hand", Planned("Do it by hand")),
            ("- Add an alert - OPS-7", Planned("Add an alert - OPS-7")),
            ("- Add an alert (status: open)", Planned("Add an alert")),
            ("- Add an alert (@wang, @li)", Planned("Add an alert (@li)", "wang")),
            ("- a\n  - Owner: wang\n  - b", Planned("a; b", "wang")),
        ],
    )
    def test_what_an_item_says_at_its_ends_is_understood(self, line: str, planned: Planned) -> None:
        found = read(f"# T\n\n## Action items\n\n{line}\n", "Asia/Shanghai")
        assert found.document == Document(title="T", planned=(planned,))
        assert said(found) == []

    @pytest.mark.parametrize(
        ("line", "planned", "message"),
        [
            ("- a (owner: Wang Fang)", Planned("a (owner: Wang Fang)"), "“Wang Fang” is not the handle of one person"),
            ("- a (due: next sprint)", Planned("a (due: next sprint)"), "'next sprint' is not a date."),
            ("- a (due: 11/30/2026)", Planned("a (due: 11/30/2026)"), "11/30/2026 can mean more than one time."),
            ("- a (due: 2026-11-31)", Planned("a (due: 2026-11-31)"), "There is no such time: '2026-11-31'."),
            ("- a (type: magic)", Planned("a (type: magic)"), "“magic” is no kind of action"),
            ("- a, by Q3 2027", Planned("a, by Q3 2027"), "'Q3 2027' is not a date."),
        ],
    )
    def test_what_is_not_understood_stays_in_the_text(self, line: str, planned: Planned, message: str) -> None:
        found = read(f"# T\n\n## Actions\n\n{line}\n", "UTC")
        assert found.document == Document(title="T", planned=(planned,))
        ((number, sentence),) = said(found)
        assert number == 5
        assert message in sentence

    @pytest.mark.parametrize(
        "line",
        [
            "- [x] a",
            "- [X] a",
            "- a (done)",
            "- a — status: closed",
            "- a **DONE**",
            "- a（状态：已完成）",
            "- a\n  - Status: done",
        ],
    )
    def test_what_is_done_is_not_planned_again(self, line: str) -> None:
        found = read(f"# T\n\n## Actions\n\n{line}\n")
        assert found.document == Document(title="T", internal="### Actions done, as written\n\n" + line)
        assert [one.line for one in found.not_understood] == [5]

    def test_headings_say_the_kind_of_what_stands_below_them_and_what_is_done(self) -> None:
        found = read(
            "# T\n\n## Actions\n\n### Prevent\n\n- a\n\n**Detection**\n\n- b\n\n### Short term\n\n- c\n\n"
            "### Done\n\n- d\n"
        )
        assert found.document == Document(
            title="T",
            planned=(Planned("a", kind=Kind.PREVENT), Planned("b", kind=Kind.DETECT), Planned("c")),
            internal="### Actions done, as written\n\n- d\n\n### Actions (as written)\n\n### Short term",
        )

    @pytest.mark.parametrize("words", ["None.", "We will see.", "- None", "- 无"])
    def test_words_that_are_no_action_are_none(self, words: str) -> None:
        found = read(f"# T\n\n## Actions\n\n{words}\n")
        assert found.document == Document(title="T", internal="### Actions (as written)\n\n" + words)
        assert said(found) == [(5, "What is no list and no table of actions is kept as text.")]

    def test_a_table_without_a_column_of_actions_is_kept(self) -> None:
        table = "| Alpha | Beta |\n|---|---|\n| a | b |"
        found = read(f"# T\n\n## Actions\n\n{table}\n")
        assert found.document == Document(title="T", internal="### Actions (as written)\n\n" + table)
        assert said(found)[0] == (5, "The table has no column that is known for its actions; it is kept as text.")

    def test_the_last_second_of_a_day_counts_in_the_zone_also_where_its_clocks_change(self) -> None:
        # 25 October 2026 has 25 hours in Berlin; it ends at 23:00 UTC.
        found = read("# T\n\n## Actions\n\n- a (due: 2026-10-25)\n", "Europe/Berlin")
        assert found.document.planned == (Planned("a", deadline=at("2026-10-25 22:59:59")),)


@pytest.fixture
def chinese() -> Iterator[None]:
    use_language("zh_CN")
    yield
    use_language("en")


@pytest.mark.usefixtures("chinese")
def test_the_reader_s_language_changes_what_is_said_and_nothing_that_is_read() -> None:
    text = (Path(__file__).parent / "postmortems" / "fupan.md").read_text(encoding="utf-8")
    there = read(text, "Asia/Shanghai")
    use_language("en")
    here = read(text, "Asia/Shanghai")
    assert there.document.added == here.document.added
    assert there.document.planned == here.document.planned
    assert [one.line for one in there.not_understood] == [one.line for one in here.not_understood]


def shared_incidents() -> list[dict[str, Any]]:
    """Real incidents; the test is skipped where they are absent."""
    folder = Path(os.environ.get("OPSCTL_TEST_SHARED", Path(__file__).parents[3] / "shared")) / "data"
    path = folder / "github-status" / "incidents.jsonl"
    if not path.is_file():
        pytest.skip(f"the shared GitHub history is not here: {path}; set OPSCTL_TEST_SHARED")
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_the_timelines_of_real_incidents_come_back_update_by_update() -> None:
    checked = 0
    for incident in shared_incidents():
        updates = [(datetime.fromisoformat(one["at"]), one["status"]) for one in incident["updates"]]
        if updates != sorted(updates, key=lambda one: one[0]):
            continue
        lines, day = ["# An incident", "", "## Timeline (UTC)", ""], date.min
        for moment, status in updates:
            if moment.date() != day:
                day = moment.date()
                lines += ["", f"### {day:%B} {day.day}, {day.year}", ""]
            lines.append(f"- **{moment:%H:%M}** {status}")
        found = read("\n".join(lines))
        assert found.document.own == ()
        assert said(found) == []
        assert [(line.at, line.text) for line in found.document.added] == [
            (moment - timedelta(seconds=moment.second), status) for moment, status in updates
        ]
        checked += 1
    assert checked > 700
