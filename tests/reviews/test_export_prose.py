"""Markdown that people wrote, drawn as HTML and as Markdown: all of it is text, nothing of it acts."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsctl.reviews.rules.document import Document, Factor, Line, Own
from opsctl.reviews.terms import Audience
from opsctl.reviews.terms import Factor as FactorKind
from opsctl.reviews.views import export
from opsctl.reviews.views.export.prose import as_html, as_html_line
from opsctl.reviews.views.export.source import as_source, escaped
from opsctl.reviews.views.export.style import quoted
from tests.reviews.exporting import ZONE, at, case, incident, known, row

NASTY = [
    "<script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "</title><img src=x onerror=alert(1)>",
    "<iframe src=https://evil.example></iframe>",
    "<!-- never closed",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java&#115;cript:alert(1))",
    "[x](javascript\\:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](file:///etc/passwd)",
    "[x][y]\n\n[y]: javascript:alert(1)",
    "<javascript:alert(1)>",
    "![x](https://evil.example/pixel.png)",
    "![x](javascript:alert(1))",
    "![a][b]\n\n[b]: https://evil.example/pixel.png",
    "!\\[x](https://evil.example/pixel.png)",
    "\\![x](https://evil.example/pixel.png)",
    '[x](https://example.com/"onmouseover="alert(1))',
    '[x](https://example.com "title\\" onclick=alert(1) x=\\"")',
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "abc \u202e\u2066gnp.exe",
    "\x1b]0;title\x07 text \x1b[31mred",
    "```\n</pre><script>alert(1)</script>",
    "~~~html\n<script>alert(1)</script>",
    "`<script>alert(1)</script>`",
    "`` ` <script>alert(1)</script> ",
    "| a | b |\n|---|---|\n| <script> | `x|y` |",
    "# heading\n\nsetext\n===\n\nother\n---",
    "> " * 60 + "deep",
    "- " * 60 + "deep",
    "[" * 500,
    "*" * 501 + "a",
    "\ud800 half a character",
    "]]><![CDATA[<script>",
]
ALLOWED = {
    "p", "br", "hr", "em", "strong", "s", "a", "code", "pre", "ul", "ol", "li", "blockquote", "table", "thead", "tbody",
    "tr", "th", "td", "div", "h4", "h5", "h6",
}  # fmt: skip


class Elements(HTMLParser):
    """Collects the elements of a text and their attributes, and whether they are nested well."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in ("br", "hr", "meta", "path", "rect", "circle"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("br", "hr", "meta", "path", "rect", "circle"):
            assert self.open.pop() == tag

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")


def elements(html: str) -> list[tuple[str, dict[str, str | None]]]:
    """The elements of the text, which are closed as they were opened."""
    parser = Elements()
    parser.feed(html)
    parser.close()
    assert parser.open == []
    return parser.found


def check_safe(html: str) -> None:
    """Hold that the HTML has elements of text alone, and links that lead only where links may."""
    for tag, attributes in elements(html):
        assert tag in ALLOWED
        wanted = {"a": {"href", "rel"}, "ol": {"start"}, "code": {"class"}, "table": {"class"}, "div": {"class"}}
        assert set(attributes) <= wanted.get(tag, {"style"} if tag in ("th", "td") else set())
        if tag == "a":
            assert re.match("https?://|mailto:", attributes["href"] or "", re.I)
            assert attributes["rel"] == "noopener"


@pytest.mark.parametrize("text", NASTY)
def test_nasty_words_are_text_in_html(text: str) -> None:
    check_safe(as_html(text))


@pytest.mark.parametrize("text", NASTY)
def test_nasty_words_are_text_in_markdown_even_for_who_reads_html_in_it(text: str) -> None:
    from markdown_it import MarkdownIt

    html = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(as_source(text))
    parser = Elements()
    parser.feed(html)
    tags = {tag for tag, _attributes in parser.found}
    assert tags.isdisjoint({"script", "img", "iframe", "style", "title"})
    assert all(
        re.match("https?://|mailto:", attributes["href"] or "", re.I) for tag, attributes in parser.found if tag == "a"
    )


@given(st.text("ab \n\t*_`~[]()<>!&#|\\-+=1.:/\u202ex", max_size=60))
@settings(max_examples=300, deadline=None)
def test_whatever_is_written_is_safe_and_read_again_from_markdown_as_text(text: str) -> None:
    from markdown_it import MarkdownIt

    check_safe(as_html(text))
    html = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(as_source(text))
    assert {tag for tag, _attributes in elements(html)} <= ALLOWED | {"h1", "h2", "h3"}


@pytest.mark.parametrize(
    "text",
    [
        "one\n\ntwo",
        "**bold** and *thin* and ~~gone~~ and `code | <b>`",
        "- a\n- b\n  - c\n\n    more of c\n- d",
        "- a\n\n- b",
        "3. a\n4. b",
        "> said\n>\n> - twice",
        "[a](https://example.com/x?a=1&b=2) and <https://example.com> and [m](mailto:a@example.com)",
        "```\nif a < b:\n    pass\n```",
        "| a | b |\n| --- | --- |\n| 1 | `x` |",
        "1\\. no list\n\\- neither\n\\# nor that",
        "line\\\nbreak",
        "二〇二六年，**磁盘**写满。",
        "---",
        "a_b_c 2*3*4 [x] <y> #1 & co.",
    ],
)
def test_markdown_that_is_written_anew_reads_the_same(text: str) -> None:
    assert as_html(as_source(text)) == as_html(text)


def test_an_image_is_named_and_not_loaded() -> None:
    html = as_html("See ![the graph](https://example.com/g.png).")
    assert html == "<p>See the graph (https://example.com/g.png).</p>"


def test_headings_of_people_stand_below_those_of_sections() -> None:
    assert as_html("# one\n\n## two\n\n##### five") == "<h4>one</h4>\n<h5>two</h5>\n<h6>five</h6>"
    assert as_source("# one\n\n## two\n\n##### five") == "#### one\n\n##### two\n\n###### five"


def test_a_fence_that_is_never_closed_ends_with_its_text() -> None:
    told = export.as_markdown(
        known(Document("t", summary="```\nx", lessons=("y",))), zone=ZONE, audience=Audience.INTERNAL
    )
    assert "## Summary\n\n```\nx\n```\n\n## Impact" in told


def test_a_paragraph_alone_stands_on_its_line() -> None:
    assert as_html_line("just *this*") == "just <em>this</em>"
    assert as_html_line("one\n\ntwo") == "<p>one</p>\n<p>two</p>"


def test_plain_words_stay_plain_in_markdown() -> None:
    assert escaped("a|b *c* <d> & `e`\nf") == "a\\|b \\*c\\* &lt;d&gt; &amp; \\`e\\` f"


def test_no_text_ends_a_string_of_css() -> None:
    assert quoted('a"}</style>\n\\') == '"a\\000022 \\00007d \\00003c \\00002f style\\00003e \\00000a \\00005c "'


@pytest.mark.parametrize("text", [*NASTY, "x" * 3000])
def test_a_page_stays_whole_whatever_is_written_in_any_of_its_places(text: str) -> None:
    document = Document(
        title=text, facilitator=text, participants=(text,), summary=text, impact=text,
        added=(Line(at(2, "19:00"), text),), notes=((1101, text),),
        factors=(Factor(FactorKind.PEOPLE, text, behind=(Factor(FactorKind.PEOPLE, text, root=True),)),),
        went_well=(text,), response=text, own=(Own(text, text),),
    )  # fmt: skip
    rows = (row(1101, at(2, "19:00"), "incident.opened", facts={"title": text}, actor=text, subject=text),)
    one = known(
        document, cases=(case(incident=incident(title=text, reference=text), rows=rows),), assets=(("mail", text),)
    )
    html = export.as_page(one, zone=ZONE, audience=Audience.INTERNAL)
    found = elements(html)
    assert "script" not in {tag for tag, _attributes in found}
    assert [tag for tag, _attributes in found].count("style") == 1
    assert html.count("</style>") == 1
    assert all("href" not in attributes for tag, attributes in found if tag != "a")
    assert not [name for _tag, attributes in found for name in attributes if name.startswith("on") or name == "src"]
    assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e\u2066-\u2069]", html)


@pytest.mark.parametrize("text", ["x" * 100_000, "*a* " * 25_000, "[" * 100_000, "> " * 50_000, "`" * 99_999])
def test_a_hundred_kilobytes_are_drawn(text: str) -> None:
    check_safe(as_html(text))


def test_a_hundred_kilobytes_are_written_anew() -> None:
    text = "*a* " * 25_000
    assert as_source(text) == text.strip()
