"""The Word file, read back."""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from docx import Document as read_word
from docx.oxml.ns import qn

from opsctl.core import texts
from opsctl.core.errors import Unavailable
from opsctl.reviews.rules.document import Document
from opsctl.reviews.rules.results import Known
from opsctl.reviews.terms import Audience
from opsctl.reviews.views import export
from tests.reviews import exporting
from tests.reviews.exporting import NOW, ZONE, approved, known
from tests.reviews.test_export_prose import NASTY


def word(one: Known) -> bytes:
    """The review as a Word file for who is in the company."""
    return export.as_word(one, zone=ZONE, audience=Audience.INTERNAL)


def read(one: Known) -> Any:
    """The review as python-docx reads its Word file."""
    return read_word(BytesIO(word(one)))


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """That language inside."""
    texts.use_language(language)
    try:
        yield
    finally:
        texts.use_language("en")


def test_headings_are_headings_of_word() -> None:
    paragraphs = [(one.style.name, one.text) for one in read(known()).paragraphs]
    assert ("Title", "DRAFT · Mail refused logins for 43 minutes") in paragraphs
    assert ("Heading 1", "Summary") in paragraphs and ("Heading 2", "Why, and why that") in paragraphs


def test_tables_have_their_titles_and_cells() -> None:
    tables = [[[cell.text for cell in row.cells] for row in table.rows] for table in read(known()).tables]
    assert ["Clock", "Limit", "Used", "Due", "Verdict"] in [table[0] for table in tables]
    assert ["restore", "4 h", "4 h 9 min 35 s", "2026-10-03 07:00+08:00", "✗ late"] in [
        row for t in tables for row in t
    ]
    assert ["Did not serve", "43 min"] in tables[0]


def test_titles_of_tables_stand_on_each_page_and_no_row_is_torn() -> None:
    table = read(known()).tables[1]
    assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows[1:])


def test_factors_are_lists_within_lists() -> None:
    found = [
        (one.style.name, one.text) for one in read(known()).paragraphs if "queue" in one.text or "disks" in one.text
    ]
    assert ("List Bullet", "technical: Logins wait for the queue") in found
    assert ("List Bullet 2", "technical: The queue shares a disk with the logs") in found
    assert ("List Bullet 3", "process: ◆ root cause · New servers get no review of their disks") in found
    assert any(text.startswith("3. process: ◆ root cause") for _style, text in found), "the whys"


def test_the_stamp_stands_above_and_the_head_of_the_ledger_below_each_page() -> None:
    section = read(known()).sections[0]
    assert section.header.paragraphs[0].text == "DRAFT · REV-2026-0003"
    assert exporting.HEAD[1] in section.footer.paragraphs[0].text
    assert read(approved(known())).sections[0].header.paragraphs[0].text == "REV-2026-0003"


def test_a_page_is_a4() -> None:
    section = read(known()).sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)


def test_the_file_says_what_it_is_and_names_nobody() -> None:
    core = read(known()).core_properties
    assert (core.title, core.author, core.last_modified_by) == (
        "Mail refused logins for 43 minutes",
        "opsctl",
        "opsctl",
    )
    assert (core.created.replace(tzinfo=None), core.comments) == (NOW.replace(tzinfo=None), "")


@pytest.mark.parametrize("text", ["see [x](https://example.com/a)", "![x](https://example.com/p.png)"])
def test_nothing_in_the_file_leads_outside(text: str) -> None:
    one = known(Document("t", summary=text))
    with ZipFile(BytesIO(word(one))) as file:
        for name in file.namelist():
            if name.endswith(".rels"):
                assert b"External" not in file.read(name)
    assert any("https://example.com/" in paragraph.text for paragraph in read(one).paragraphs)


def test_words_of_people_keep_their_weight_lists_and_tables() -> None:
    text = "a **b** *c* `d`\n\n- e\n  1. f\n\n> g\n\n| h | i |\n| --- | --- |\n| j | k |\n\n```\nl\nm\n```"
    found = read(known(Document("t", summary=text), cases=(), actions=())).paragraphs
    told = {one.text: one for one in found}
    assert [(run.text, run.bold, run.italic) for run in told["a b c d"].runs if run.text.strip()] == [
        ("a ", False, False), ("b", True, False), ("c", False, True), ("d", False, False),
    ]  # fmt: skip
    assert (told["e"].style.name, told["f"].style.name, told["g"].style.name) == (
        "List Bullet",
        "List Number 2",
        "Quote",
    )
    assert "h | i" in told and "j | k" in told and "l\nm" in told


def test_chinese_has_a_font_of_its_own() -> None:
    with speaking("zh_CN"):
        file = read(known(exporting.chinese()))
    for name in ("Normal", "Heading 1", "Title"):
        fonts = file.styles[name].element.rPr.rFonts
        assert fonts.get(qn("w:eastAsia")) == "Microsoft YaHei"
        assert fonts.get(qn("w:asciiTheme")) is None, "a theme would beat the font"
    assert file.core_properties.language == "zh-CN"


def test_nasty_words_make_a_file_that_opens() -> None:
    nasty = (*NASTY, "&#1; &#x8; &#xfffe; \x00 \x0c")
    document = replace(exporting.english(), title=" ".join(nasty), lessons=nasty, participants=nasty)
    made = word(known(document))
    with ZipFile(BytesIO(made)) as file:
        body = file.read("word/document.xml").decode()
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\u202a-\u202e]", body)
    assert any("<script>alert(1)</script>" in one.text for one in read_word(BytesIO(made)).paragraphs)


def test_without_python_docx_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "docx", None)
    with pytest.raises(Unavailable) as told:
        word(known())
    assert "pip install 'opsctl[word]'" in told.value.hint
