"""What is written is read back to the letter, whatever people wrote; what is read can always be written."""

import re
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsctl.actions.terms import Kind
from opsctl.reviews.rules import markdown
from opsctl.reviews.rules.document import Document, Factor, Line, Own, Planned, from_json, to_json
from opsctl.reviews.rules.results import ActionLine, FactLine, Head, Read
from opsctl.reviews.terms import HEADINGS, Section
from opsctl.reviews.terms import Factor as FactorKind

NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
FIRST, LAST = datetime(1900, 1, 1, tzinfo=UTC), datetime(9998, 12, 31, 23, 59, 59, tzinfo=UTC)
ZONES = ["UTC", "Asia/Shanghai", "Europe/Berlin", "America/St_Johns"]
LANGUAGES = ["en", "zh_CN"]

LIKE_SOMETHING_ELSE = [
    "## Summary", "##Impact", "## 概述", "## Impact:", "  ## root cause", "   ## Timeline ##",
    "## something of mine", "# shell comment", "### deeper", "#12", "a #12", "a #12", "＃7", "- item", "* item",
    "+ item", "•  item", "-", "- - x", "- [x] 2026-10-12 03:02:00 +08:00 text", "- [ ] todo", "[x] done", "[ ]",
    "- [technical] text", "[技术，根本原因] x", "- [technical, root cause] text", "> quote", ">", "  > note",
    "＞ x", "```", "````", "```console", "~~~", "~~~ a ~", "- ```", "  ```", "      ```", "``` a ` b",
    "<!-- opsctl: help -->", "<!-- opsctl: cut", "<!--opsctl:x--> y",
    "<!-- opsctl REV-2026-0007 version 3 en -->", "<!-- mine -->", "Not determined", "not determined.",
    "未查明", "未查明。", "(internal) x", "（内部）x", "(internal)", "ACT-2026-0031", "ACT-2026-0031 words",
    "act-2026-1", "owner: wang", "- owner: wang", "  - 期限：2026-12-01", "- Held on: 2026-11-20",
    "Facilitator: li", "| a | b |", "---", "***", "1. x", "    indented code", "\u3000\u3000段落",
    "<b>bold</b>", "![image](http://example.com/a.png)", "[link](x)", "{name}", "\\n", "2026-10-12 03:02 x",
    "+08:00", "+08:00 x", ":30", "30", "-", "Summary", "概述", "%s", "a  b", "a\u00a0b", "\u2028",
]  # fmt: skip
"""Whole lines that mean something somewhere in the Markdown of a review."""
PIECES = [
    "#", "##", "\\", "\\\\", "`", "```", "~~~", "-", "*", "> ", "[x]", "[ ]", "[", "]", "<!--", "-->", " ",
    "  ", ":", "：", ",", "，", "、", ";", "#1042", " #3", "(internal)", "opsctl:", "Summary", "影响",
    "磁盘满了", "😀", "👩‍🚒", "שלום", "مرحبا", "e\u0301", "disk", "2026-10-12", "03:02", "+08:00",
    "ACT-2026-0031", "owner", "\u00a0", "\u3000", "\u00ad", ".", "。", "'", '"', "1",
]  # fmt: skip

pieces = st.lists(st.sampled_from(PIECES), max_size=6).map("".join)
lines = st.one_of(
    st.sampled_from(LIKE_SOMETHING_ELSE),
    st.sampled_from(LIKE_SOMETHING_ELSE).map(lambda line: f"\\{line}"),
    st.tuples(st.sampled_from([" ", "  ", "\\\\", "> ", "a "]), st.sampled_from(LIKE_SOMETHING_ELSE)).map("".join),
    pieces,
    st.just(""),
    st.text(max_size=12),
)
texts = st.lists(lines, max_size=7).map("\n".join)
names = st.one_of(st.sampled_from(LIKE_SOMETHING_ELSE), pieces, st.text(max_size=10), st.sampled_from(["li", "王芳"]))
moments = st.one_of(
    st.integers(0, int((LAST - FIRST).total_seconds())).map(lambda seconds: FIRST + timedelta(seconds=seconds)),
    # Around the nights when clocks change in Berlin and in St. John's.
    st.integers(0, 6 * 3600).map(
        lambda seconds: datetime(2026, 10, 24, 23, 0, tzinfo=UTC) + timedelta(seconds=seconds)
    ),
    st.integers(0, 8 * 3600).map(lambda seconds: datetime(2026, 11, 1, 0, 0, tzinfo=UTC) + timedelta(seconds=seconds)),
    st.sampled_from([datetime(2026, 12, 1, 15, 59, 59, tzinfo=UTC), datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC)]),
)
rows = st.integers(1, 12)
factors = st.recursive(
    st.builds(Factor, st.sampled_from(FactorKind), texts, st.booleans()),
    lambda behind: st.builds(
        Factor, st.sampled_from(FactorKind), texts, st.booleans(), st.lists(behind, max_size=3).map(tuple)
    ),
    max_leaves=5,
)
planned = st.builds(
    Planned,
    names,
    st.none() | names,
    st.none() | moments,
    st.none() | st.sampled_from(Kind),
    st.none() | names,
    st.none() | st.integers(1, 36),
)


def several(strategy: st.SearchStrategy[object], most: int = 3) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(strategy, max_size=most).map(tuple)


any_documents = st.builds(
    Document,
    title=names,
    held_on=st.none() | moments,
    facilitator=st.none() | names,
    participants=several(names),
    summary=texts,
    impact=texts,
    added=several(st.builds(Line, moments, texts, st.booleans())),
    hidden=several(rows),
    notes=several(st.tuples(rows, texts)),
    factors=several(factors, 2),
    root_cause=texts,
    undetermined=st.booleans(),
    went_well=several(texts),
    went_badly=several(texts, 1),
    luck=several(texts, 1),
    detection=texts,
    response=texts,
    lessons=several(texts, 1),
    planned=several(planned),
    actions=several(st.sampled_from(["ACT-2026-0031", "ACT-2026-10042", "ACT-2025-0001"])),
    feedback=texts,
    internal=texts,
    own=several(st.builds(Own, names, texts), 2),
)
documents = any_documents.map(markdown.normal).filter(lambda document: document.title)
fact_lines = st.lists(st.tuples(rows, moments, pieces), max_size=6, unique_by=lambda one: one[0]).map(
    lambda found: [FactLine(*one) for one in found]
)
ACTIONS = [ActionLine("ACT-2026-0031", "buy disks → open"), ActionLine("ACT-2026-0009", "recorded elsewhere --> x")]


def written(document: Document, language: str, zone: str, facts: list[FactLine], help: bool) -> str:
    head = Head("REV-2026-0007", 3, language)
    return markdown.write(document, head, lines=facts, actions=ACTIONS, zone=zone, help=help)


def taken(text: str, zone: str, facts: list[FactLine]) -> Read:
    return markdown.settled(markdown.read(text, zone=zone, now=NOW), lines=facts, actions=ACTIONS)


@settings(max_examples=400, deadline=None)
@given(documents, st.sampled_from(LANGUAGES), st.sampled_from(ZONES), fact_lines, st.booleans())
def test_what_is_written_is_read_to_the_letter(
    document: Document, language: str, zone: str, facts: list[FactLine], help: bool
) -> None:
    text = written(document, language, zone, facts, help)
    read = taken(text, zone, facts)
    # A row that is hidden or noted and is no longer on the timeline is kept where it says anything.
    assert (read.problems, read.document) == ((), document), text
    assert read.head == Head("REV-2026-0007", 3, language, max((one.seq for one in facts), default=None))


@settings(max_examples=100, deadline=None)
@given(documents, st.sampled_from(LANGUAGES), st.sampled_from(ZONES), st.sampled_from(ZONES))
def test_moments_keep_their_offset_so_that_another_zone_reads_the_same(
    document: Document, language: str, zone: str, other: str
) -> None:
    # A deadline that is a day alone is the reader's day: that is what a date means.
    document = replace(document, planned=tuple(replace(one, deadline=None) for one in document.planned))
    read = taken(written(document, language, zone, [], False), other, [])
    assert (read.problems, read.document) == ((), document)


@settings(max_examples=100, deadline=None)
@given(documents)
def test_a_document_that_is_normal_stays_as_it_is_also_as_json(document: Document) -> None:
    assert markdown.normal(document) == document
    assert from_json(to_json(document), title=document.title, held_on=document.held_on) == document


headings = st.sampled_from([f"## {word}" for heading in HEADINGS.values() for word in heading] + ["## Follow-up"])
typed = st.lists(st.one_of(lines, headings, st.just("  - owner: x"), st.just("- [ ] y")), max_size=14).map(
    lambda found: "# t\n" + "\n".join(found)
)


def assert_lasts(text: str, zone: str) -> None:
    """Whatever is read without a problem is a document that is written and read as it is."""
    read = markdown.read(text, zone=zone, now=NOW)
    assert markdown.normal(read.document) == read.document or read.problems
    if not read.problems:
        again = markdown.read(written(read.document, "en", zone, [], True), zone=zone, now=NOW)
        assert (again.problems, again.document) == ((), read.document)


@settings(max_examples=400, deadline=None)
@given(typed, st.sampled_from(ZONES))
def test_what_is_read_of_any_text_is_written_and_read_the_same(text: str, zone: str) -> None:
    assert_lasts(text, zone)


behind_bullets = st.tuples(st.sampled_from(["", "- ", "  ", "  - "]), lines).map("".join)
sections = st.tuples(st.sampled_from(sorted(HEADINGS)), st.lists(behind_bullets, max_size=4)).map(
    lambda part: "\n".join([f"## {HEADINGS[part[0]].en}", *part[1]])
)
in_sections = st.lists(sections, max_size=5).map(lambda found: "\n".join(["# t", *found]))


@settings(max_examples=400, deadline=None)
@given(in_sections)
def test_lists_of_any_kind_are_written_and_read_the_same(text: str) -> None:
    assert_lasts(text, "Europe/Berlin")


tagged = st.lists(
    st.tuples(st.one_of(lines, headings, st.just("  - verify:"), st.just("- [ ]")), st.booleans()), max_size=14
)


@settings(max_examples=400, deadline=None)
@given(tagged)
def test_every_word_is_in_what_was_read_or_a_problem_says_so(found: list[tuple[str, bool]]) -> None:
    typed = [*(f"{line} word{place}" if tag else line for place, (line, tag) in enumerate(found))]
    said = [line for one in ["# t", *typed] for line in re.split("\r\n|\r|\n", one)]
    read = markdown.read("\n".join(said), zone="UTC", now=NOW)
    kept = repr((read.document, read.shown, read.recorded))
    for number, line in enumerate(said, 1):
        if re.search(r"[\x00-\x1f\x7f-\x9f]", line):
            continue  # The words of an escape sequence go with it, and a remark says so.
        for word in re.findall(r"word[0-9]+$", line):
            # What belongs to a line that is wrong, or to a section that stands there twice, goes with it.
            is_told = any(one.line <= number for one in read.problems)
            assert is_told or re.search(rf"{word}(?![0-9])", kept), (word, said)


@pytest.mark.parametrize("section", list(Section))
def test_every_section_has_its_field(section: Section) -> None:
    known = {field.name for field in fields(Document)}
    assert section.value.replace("-", "_") in known | {"timeline"}
