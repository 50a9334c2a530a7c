"""The page in a real browser: nothing overflows, no label covers another, and it prints on A4."""

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from opsctl.core import texts
from opsctl.incidents.rules.life import Incident
from opsctl.incidents.terms import SpanKind
from opsctl.incidents.terms import State as IncidentState
from opsctl.reviews.rules.document import Document, Own
from opsctl.reviews.rules.results import Known
from opsctl.reviews.terms import Audience
from opsctl.reviews.views import export
from tests.reviews import exporting
from tests.reviews.exporting import ZONE, approved, case, incident, known
from tests.reviews.test_export_prose import elements

WIDTHS = (1280, 768, 375)
CSP = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')
MEASURE = """
<script>
const boxes = [...document.querySelectorAll("svg")].filter(svg => svg.getBoundingClientRect().width > 0).map(svg => {
  const outer = svg.getBoundingClientRect();
  const box = one => { const r = one.getBoundingClientRect();
    return [r.left - outer.left, r.top - outer.top, r.right - outer.left, r.bottom - outer.top]; };
  return {width: outer.width, height: outer.height,
    labels: [...svg.querySelectorAll("text")].map(one => [one.textContent, ...box(one)])};
});
const small = [...document.querySelectorAll("svg text")].filter(one => one.getBoundingClientRect().width > 0)
  .map(one => one.getBoundingClientRect().height);
parent.postMessage({name: NAME, wide: document.documentElement.scrollWidth, inner: window.innerWidth,
  drawings: boxes, smallest: Math.min(...small)}, "*");
</script>
"""
"""Added by the test alone: the page itself has no script, and its policy would let none run."""
COLLECT = """<!DOCTYPE html><body>%s<pre id="found"></pre><script>
const found = [];
addEventListener("message", told => { found.push(told.data);
  document.getElementById("found").textContent = JSON.stringify(found); });
</script>%s"""


def page(one: Known, language: str = "en", audience: Audience = Audience.INTERNAL) -> str:
    """The review as a page in that language."""
    texts.use_language(language)
    try:
        return export.as_page(one, zone=ZONE, audience=audience)
    finally:
        texts.use_language("en")


def late() -> Incident:
    """An outage of 90 seconds that is resolved a month later, and opens again."""
    spans = []
    for span in incident().spans:
        if span.kind is SpanKind.OUTAGE:
            spans.append(replace(span, ended=span.started + timedelta(seconds=90)))
        elif span.state is IncidentState.RESOLVED:
            spans.append(replace(span, started=span.started + timedelta(days=30)))
        elif span.kind is not SpanKind.IMPACT:
            spans.append(span)
    return incident(spans=tuple(spans))


def many() -> tuple[Any, ...]:
    """Thirty incidents of a month."""
    found = []
    for number in range(30):
        length = timedelta(minutes=7 * number * number)
        spans = tuple(
            replace(span, started=span.started + length, ended=None if span.ended is None else span.ended + 2 * length)
            for span in incident().spans
        )
        one = incident(reference=f"INC-2026-{number:04d}", title="mail " * number, spans=spans)
        found.append(case(incident=one, rows=(), around=(), earlier=()))
    return tuple(found)


def wide() -> Document:
    """What is wider than a telephone: words, addresses, tables, code."""
    word = "Donaudampfschifffahrtsgesellschaft" * 12
    table = f"| {' | '.join('abcdefghijklmnop')} |\n|{' --- |' * 16}\n| {' | '.join([word[:40]] * 16)} |"
    address = "https://example.com/" + "x" * 400
    return replace(
        exporting.english(),
        title=word,
        summary=f"{word}\n\n{address}\n\n[{address}]({address})\n\n```\n{'y' * 500}\n```\n\n{table}",
        lessons=(word, "字" * 300),
        own=(Own(word, f"> {word}\n\n- {word}\n  - {word}"),),
    )


def samples() -> dict[str, str]:
    """The pages that are looked at, by name."""
    unresolved = incident(state=IncidentState.MITIGATED, spans=incident().spans[:5] + incident().spans[6:])
    wordy = wide()
    actions = (exporting.action("ACT-2026-0040", wordy.title, verify=wordy.title, owner=wordy.title),)
    return {
        "english": page(known()),
        "chinese": page(known(exporting.chinese()), "zh_CN"),
        "customer": page(approved(known()), audience=Audience.CUSTOMER),
        "late": page(known(cases=(case(incident=late()),))),
        "many": page(known(cases=many())),
        "unresolved": page(known(cases=(case(incident=unresolved, lost=None),))),
        "wide": page(known(wordy, actions=actions)),
    }


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., str]:
    """Runs Debian's chromium without a window, and gives what it prints."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("chromium is not installed: apt-get install chromium")
    profile = tmp_path_factory.mktemp("chromium")

    def run(*arguments: str) -> str:
        common = ("--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile}", "--hide-scrollbars")
        done = subprocess.run([program, *common, *arguments], capture_output=True, timeout=300, check=True)
        return done.stdout.decode()

    return run


@pytest.fixture(scope="module")
def measured(browser: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the browser measures of each sample at each width, by `name@width`."""
    folder = tmp_path_factory.mktemp("pages")
    frames = []
    for name, html in samples().items():
        for width in WIDTHS:
            key = f"{name}@{width}"
            script = MEASURE.replace("NAME", json.dumps(key))
            file = folder / f"{name}-{width}.html"
            file.write_text(CSP.sub("", html).replace("</body>", script + "</body>"))
            frames.append(f'<iframe src="{file.name}" style="border:0;width:{width}px;height:800px"></iframe>')
    collect = folder / "collect.html"
    # The listener stands before the frames that it listens to.
    head, tail = COLLECT.split("%s", 1)
    collect.write_text(head + tail.replace("%s", "") + "\n".join(frames))
    dumped = browser("--window-size=1400,900", "--virtual-time-budget=20000", "--dump-dom", collect.as_uri())
    found = re.search(r'<pre id="found">(.*?)</pre>', dumped, re.S)
    assert found is not None and found[1], dumped[:500]
    from html import unescape

    told = {one["name"]: one for one in json.loads(unescape(found[1]))}
    assert len(told) == len(frames)
    return told


NAMES = ("english", "chinese", "customer", "late", "many", "unresolved", "wide")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", NAMES)
def test_no_page_is_wider_than_its_window(measured: dict[str, Any], name: str, width: int) -> None:
    one = measured[f"{name}@{width}"]
    assert one["inner"] == width
    assert one["wide"] <= width


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", NAMES)
def test_no_label_covers_another_or_leaves_the_drawing(measured: dict[str, Any], name: str, width: int) -> None:
    (drawing,) = measured[f"{name}@{width}"]["drawings"]
    labels = drawing["labels"]
    assert len(labels) >= 8
    for place, (text, left, top, right, bottom) in enumerate(labels):
        assert left >= -1 and right <= drawing["width"] + 1 and bottom <= drawing["height"] + 2, text
        for other, its_left, its_top, its_right, its_bottom in labels[place + 1 :]:
            # The box of a letter is higher than what is drawn of it: lines may stand as close as lines of a text do.
            apart = right <= its_left or its_right <= left or bottom <= its_top + 4 or its_bottom <= top + 4
            assert apart, (text, other)


@pytest.mark.parametrize("width", WIDTHS)
def test_letters_of_the_drawing_are_large_enough_to_be_read(measured: dict[str, Any], width: int) -> None:
    assert measured[f"english@{width}"]["smallest"] >= 11


@pytest.mark.parametrize("name", ["chinese", "many", "wide"])
def test_it_prints_on_a4(browser: Callable[..., str], tmp_path: Path, name: str) -> None:
    file, printed = tmp_path / "review.html", tmp_path / "review.pdf"
    file.write_text(samples()[name])
    browser("--no-pdf-header-footer", f"--print-to-pdf={printed}", file.as_uri())
    boxes = re.findall(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)\s*\]", printed.read_bytes())
    assert {(round(float(width)), round(float(height))) for width, height in boxes} == {(595, 842)}
    assert 2 <= len(boxes) <= 16


def test_nothing_on_the_page_comes_from_outside() -> None:
    for name, html in samples().items():
        found = elements(html)
        assert {"script", "link", "img", "iframe", "object", "embed", "base"}.isdisjoint({tag for tag, _a in found}), (
            name
        )
        assert "default-src 'none'" in html
        style = html.partition("<style>")[2].partition("</style>")[0]
        assert "url(" not in style and "@import" not in style
        assert set(re.findall(r'url\(([^)]*)\)', html)) <= {
            f"#{form}-{pattern}" for form in ("broad", "slim") for pattern in ("outage", "impact", "pause", "incident")
        }  # fmt: skip


def test_the_page_names_its_language() -> None:
    assert '<html lang="en">' in page(known()) and '<html lang="zh-CN">' in page(known(), "zh_CN")


def test_a_draft_says_so_on_each_page_of_paper_with_the_head_of_the_ledger() -> None:
    html = page(known())
    assert '<div class="every-page" aria-hidden="true">DRAFT</div>' in html
    margin = html.partition("@bottom-left")[2].partition("\n")[0]
    assert margin.startswith(' { content: "DRAFT ') and exporting.HEAD[1] in margin
    assert 'every-page"' not in page(approved(known()))


def test_what_is_late_or_added_is_said_in_words_and_by_a_sign() -> None:
    html = page(known())
    assert '<span class="mark">† entered later: 2026-10-03 05:05:00+08:00</span>' in html
    assert '<span class="mark">+ added by the review, not in the ledger</span>' in html


def test_a_cell_says_its_title_where_it_becomes_a_block() -> None:
    assert '<td class="short words" data-title="Limit">15 min</td>' in page(known())
