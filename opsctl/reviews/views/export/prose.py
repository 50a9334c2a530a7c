"""What people wrote as Markdown: read once for every format, drawn as HTML or as Markdown that brings nothing along.

HTML in it is text, images are not loaded but named, and links lead to http, https and mailto alone.
"""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from opsctl.core.texts import beside
from opsctl.core.typed import clean_for_terminal

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_LINKED = re.compile(r"(?:https?://|mailto:)", re.IGNORECASE)
_LOWER_BY = 3
"""The headings of people stand below those of the sections."""


def plain(text: str) -> str:
    """The text in one clean line."""
    return " ".join(clean_for_terminal(text).split())


def tokens(text: str) -> "list[Token]":
    """The Markdown as tokens of markdown-it: each image is a text token already, and no token holds HTML."""
    found = _reader().parse(clean_for_terminal(text.expandtabs(4), keep_newlines=True))
    for token in found:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1:]) + _LOWER_BY)}"
        for child in token.children or ():
            if child.type == "image":
                _name_image(child)
    return found


def as_html(text: str) -> str:
    """The Markdown as safe HTML, paragraph by paragraph."""
    reader = _reader()
    rendered: str = reader.renderer.render(tokens(text), reader.options, {})
    return rendered.strip()


def as_html_line(text: str) -> str:
    """The Markdown as safe HTML; a single paragraph comes without its own element."""
    html = as_html(text)
    if html.startswith("<p>") and html.endswith("</p>") and html.count("<p>") == 1:
        return html.removeprefix("<p>").removesuffix("</p>")
    return html


def is_linked(address: Any) -> bool:
    """Whether a link may lead there."""
    return _LINKED.match(str(address)) is not None


def _reader() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    reader = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(["table", "strikethrough"])
    reader.validateLink = is_linked  # type: ignore[method-assign,assignment]
    reader.add_render_rule("link_open", _link_open)
    reader.add_render_rule("table_open", lambda _self, *_given: '<div class="wide"><table class="own">\n')
    reader.add_render_rule("table_close", lambda _self, *_given: "</table></div>\n")
    return reader


def _link_open(_self: Any, found: "Sequence[Token]", at: int, _options: Any, _environment: Any) -> str:
    from html import escape

    return f'<a href="{escape(str(found[at].attrs.get("href", "")))}" rel="noopener">'


def _name_image(token: "Token") -> None:
    """An image becomes what it shows, and where it is."""
    shown = "".join(child.content for child in token.children or ())
    address = str(token.attrs.get("src", ""))
    token.type, token.tag, token.children, token.attrs = "text", "", None, {}
    token.content = beside(shown, address) if shown else address
