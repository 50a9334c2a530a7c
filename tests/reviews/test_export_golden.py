"""Exports word for word, in both languages and for both readers: one review, drawn as each format.

After a change that is meant,

    OPSCTL_UPDATE_GOLDEN=1 .venv/bin/python -m pytest tests/reviews/test_export_golden.py

writes them anew; read the difference before it is committed. Of a Word file it is its text.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document as read_word
from docx.table import Table

from opsctl import __version__
from opsctl.core import texts
from opsctl.render.cells import json_value
from opsctl.reviews.rules.results import Known
from opsctl.reviews.terms import Audience
from opsctl.reviews.views import export
from tests.reviews import exporting
from tests.reviews.exporting import ZONE, approved, known

FOLDER = Path(__file__).parent / "golden"
UPDATE = bool(os.environ.get("OPSCTL_UPDATE_GOLDEN"))
FORMATS = ("md", "html", "json", "docx.txt")


def _review(language: str, audience: Audience) -> Known:
    """The draft for who is in the company; for the customer the review as it was approved and changed since."""
    document = exporting.english() if language == "en" else exporting.chinese()
    one = known(document)
    if audience is Audience.INTERNAL:
        return one
    one = approved(one)
    return replace(one, facts=replace(one.facts, since_approval=(exporting.rows()[-1],)))


def _lines_of(file: bytes) -> Iterator[str]:
    document = read_word(BytesIO(file))
    section = document.sections[0]
    yield f"[header] {section.header.paragraphs[0].text}"
    for block in document.iter_inner_content():
        if isinstance(block, Table):
            for row in block.rows:
                yield "| " + " | ".join(cell.text for cell in row.cells) + " |"
        else:
            yield f"[{block.style.name if block.style else ''}] {block.text}"
    yield f"[footer] {section.footer.paragraphs[0].text}"


def _drawn(one: Known, form: str, audience: Audience) -> str:
    if form == "md":
        return export.as_markdown(one, zone=ZONE, audience=audience)
    if form == "html":
        return export.as_page(one, zone=ZONE, audience=audience)
    if form == "json":
        data = json_value(export.as_data(one, audience=audience))
        return json.dumps(data, ensure_ascii=False, indent=2) + "\n"
    return "\n".join(_lines_of(export.as_word(one, zone=ZONE, audience=audience))) + "\n"


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("audience", list(Audience))
@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_export_is_as_expected(language: str, audience: Audience, form: str) -> None:
    path = FOLDER / f"review.{language}.{audience}.{form}"
    texts.use_language("en" if language == "en" else "zh_CN")
    try:
        drawn = _drawn(_review(language, audience), form, audience)
    finally:
        texts.use_language("en")
    drawn = drawn.replace(f"opsctl {__version__}", "opsctl <version>")
    drawn = drawn.replace(f'"opsctl": "{__version__}"', '"opsctl": "<version>"')
    if UPDATE:
        path.parent.mkdir(exist_ok=True)
        path.write_text(drawn)
    assert path.exists(), "write it with OPSCTL_UPDATE_GOLDEN=1"
    assert drawn == path.read_text()
