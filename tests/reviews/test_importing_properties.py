"""Whatever a post-mortem looks like: nothing of it is lost, and what comes of it is a document."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from opsctl.reviews.rules.document import Document, Factor, from_json, to_json
from opsctl.reviews.rules.importing import read_foreign
from opsctl.reviews.rules.markdown.domain import normal
from opsctl.reviews.rules.results import Foreign

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)

# Every @ becomes a word that stands nowhere else; each line of a fragment has one, unless it is nothing but a name that
# is known or a mark.
FRAGMENTS = (
    "# @",
    "# Post-mortem @ (2026-10-12)",
    "## Summary",
    "## 1. Impact",
    "## Impact (@)",
    "## Timeline",
    "## Timeline (all times UTC)",
    "## Timeline (@)",
    "## 三、时间线",
    "## Root cause",
    "## Contributing factors",
    "## Detection",
    "## Resolution",
    "## Lessons learned",
    "### What went well",
    "### What went wrong",
    "### @",
    "#### Root cause",
    "## Action items",
    "### Prevention",
    "## Participants",
    "## Trigger",
    "## @ unheard of",
    "## Status\n\n@",
    "Summary\n-------",
    "@ heading\n=======",
    "**Impact**",
    "**Summary:** @",
    "**Status:** @",
    "**Unheard:** @",
    "Date: 2026-10-12\nAuthors: @",
    "Participants: @, @",
    "一、概述",
    "@ words\nand more @ words",
    "All times are in UTC.",
    "All times are PST. @",
    "2026-10-12",
    "### 2026-10-12",
    "### 2026-10-13 @",
    "### 14:32 UTC @",
    "- 2026-10-12 14:32 UTC @\n- 14:40 @\n  and @\n- 14:35 @\n- 次日 00:10 @",
    "- 2026-10-12\n  - 14:32 @\n  - 13:10 PST @\n  - @",
    "14:32 - @\n14:50 @\n@",
    "14:50–14:20 @",
    "from 14:50 to 14:20 @",
    "14:32",
    "2026-02-30 25:10 @",
    "10/12 14:10 @",
    "| Time | Event |\n|---|---|\n| 14:32 | @ |\n| 14:40 | @ | @ |\n| @ | @ |",
    "| Time (UTC) | @ | Who |\n|---|---|---|\n| 2026-10-12 14:32 | @ | @ |",
    "| @ | @ |\n|---|---|\n| @ | 14:32 |",
    "| Status | @ |\n|---|---|\n| Date | @ |",
    "| Action item | Owner | Due | Status | Ticket |\n|---|---|---|---|---|\n| @ | @ | 2026-11-30 | done | @ |",
    "| Task | Owner | Due | Status |\n|---|---|---|---|\n| @ | @ and @ | @ | @ |\n| | @ | @ |",
    "- @ (owner: bob, due: 2026-11-30, type: prevent)\n- [x] @ — by 2026-11-30",
    "- [ ] @, @, @ (@)\n  - Owner: @ @\n  - @",
    "- technical: @\n  - process: @\n- @",
    "1. @\n2. @\n\n   @\n\n       @",
    "> @\n> @",
    "```\n## Summary @\n14:32 @\n```",
    '<h2>@</h2>\n<img src="@">',
    "![@](@.png)\n\n[@]: http://@",
    "---",
    "unknown",
    "\t@",
    "@\x1b[31m@\x00",
)
FRONTS = (
    "",
    "---\ntitle: @\nstatus: @\nunheard: @\n---\n",
    "---\ntitle: [@, @]\ndate: 2026-13-45\nstarted: @\nparticipants:\n  - @\n  - @\n# @\n---\n",
    "---\nimpact:\n  start: @\n  @: {@: @}\n---\n",
    "---\n@: [@\n---\n",
    "---\na: &b @\nc: *b\n---\n",
    '+++\ntitle = "@"\nauthors = ["@", "@"]\n[@]\n@ = "@"\n+++\n',
    "+++\n@ = @ @\n+++\n",
    "---\n@\n---\n",
    "---\n@: @\n",
)
MARKED = re.compile(r"w[0-9]+q")


@st.composite
def post_mortems(draw: st.DrawFn) -> str:
    front = draw(st.sampled_from(FRONTS))
    parts = draw(st.lists(st.sampled_from(FRAGMENTS), max_size=14))
    text = front + "".join(part + draw(st.sampled_from(("\n", "\n\n", "\r\n\r\n"))) for part in parts)
    counted = iter(range(len(text)))
    return re.sub("@", lambda _found: f"w{next(counted)}q", text)


def words_of(value: Any) -> Iterator[str]:
    """Every text in a document or in what is inside one."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from words_of(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from words_of(one)


def everything(read: Foreign) -> set[str]:
    texts = [read.document.title, read.incident or "", *words_of(to_json(read.document))]
    return set(MARKED.findall("\n".join(texts)))


@settings(max_examples=400, deadline=None)
@given(post_mortems(), st.sampled_from((None, "Asia/Shanghai", "America/New_York")))
@example("## Timeline (w1q)\n", None)
def test_no_word_is_lost_that_is_not_reported_with_its_line(text: str, zone: str | None) -> None:
    read = read_foreign(text, zone=zone, now=NOW)
    assert read.problems == () or not text.strip()
    there, reported = everything(read), {one.line for one in read.not_understood}
    for number, line in enumerate(re.split("\r\n|\n", text), start=1):
        missing = set(MARKED.findall(line)) - there
        assert not missing or number in reported, (number, line, missing)


@settings(max_examples=300, deadline=None)
@given(post_mortems() | st.text(max_size=400), st.sampled_from((None, "Asia/Shanghai")))
def test_what_is_read_is_a_document(text: str, zone: str | None) -> None:
    read = read_foreign(text, zone=zone, now=NOW)
    document = read.document
    for one in [document.title, *words_of(to_json(document))]:
        assert one == one.strip()
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]", one)
    assert "\n" not in document.title + "".join(one.heading for one in document.own)
    assert document.actions == document.hidden == document.notes == ()
    assert all(line.at.utcoffset() is not None and line.at.microsecond == 0 for line in document.added)
    assert all(line.text and line.at <= NOW for line in document.added)
    assert list(document.added) == sorted(document.added, key=lambda line: line.at)
    assert all(one.text and one.heading for one in document.own)
    assert len({one.heading.casefold() for one in document.own}) == len(document.own)
    assert all(one.text for one in document.planned)
    assert all(map(is_said, document.factors))
    assert normal(document) == document
    assert from_json(to_json(document), title=document.title, held_on=document.held_on) == document
    lines = len(re.split("\r\n|\n|\r", text))
    assert all(1 <= one.line <= lines for one in (*read.not_understood, *read.problems))
    assert [one.line for one in read.not_understood] == sorted(one.line for one in read.not_understood)


def is_said(factor: Factor) -> bool:
    return bool(factor.text) and all(map(is_said, factor.behind))


@settings(max_examples=200, deadline=None)
@given(post_mortems())
def test_reading_twice_gives_the_same_and_how_lines_end_makes_no_difference(text: str) -> None:
    plain = text.replace("\r\n", "\n")
    once = read_foreign(plain, zone="Asia/Shanghai", now=NOW)
    assert read_foreign(plain, zone="Asia/Shanghai", now=NOW) == once
    assert read_foreign(plain.replace("\n", "\r\n"), zone="Asia/Shanghai", now=NOW) == once
    assert read_foreign("\ufeff" + plain, zone="Asia/Shanghai", now=NOW) == once


def test_an_empty_document_is_what_a_refused_text_leaves() -> None:
    assert read_foreign("", zone=None, now=NOW).document == Document(title="")
