"""The text of a post-mortem as lines that can be shown, and the blocks of Markdown in them. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

from opsctl.reviews.rules.markdown.domain import clean_lines

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_MARKER = re.compile(r" {0,3}(?:[-*+]|[0-9]{1,9}[.)])(?: {1,4}|$)")
_HIGHEST_HEADING = 6
BELOW_HEADINGS = _HIGHEST_HEADING + 1
"""The level of what stands in place of a heading, such as a bold line."""


@dataclass(frozen=True, slots=True)
class Numbered:
    """A line with its number in the file, from 1."""

    number: int
    text: str


Lines = tuple[Numbered, ...]


class Shape(StrEnum):
    """What a block of Markdown is; `other` is code, a quotation, HTML or a rule."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST = "list"
    TABLE = "table"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Block:
    """A block of Markdown that stands in no other.

    `text` and `level` are a heading's, `items` the lines of a list's items without their markers and indentation,
    nested ones inside the item they belong to.
    """

    shape: Shape
    lines: Lines
    text: str = ""
    level: int = 0
    items: tuple[Lines, ...] = ()


def read_lines(text: str) -> tuple[Lines, tuple[int, ...]]:
    """The lines of the text fit to be shown, and the numbers of those that were not.

    Control characters, escape sequences and marks that nobody sees are left out, tabs are blanks.
    """
    lines, mended = clean_lines(text)
    numbered = tuple(Numbered(number, line) for number, line in enumerate(lines, start=1))
    return numbered, tuple(place + 1 for place in mended)


def joined(lines: Sequence[Numbered]) -> str:
    """The lines as one text, stripped; several empty lines in a row where lines were left out become one."""
    return re.sub(r"\n(?:[^\S\n]*\n){2,}", "\n\n", "\n".join(line.text for line in lines)).strip()


def verbatim(lines: Sequence[Numbered]) -> str:
    """The lines as they are as one text, stripped."""
    return "\n".join(line.text for line in lines).strip()


def blocks(lines: Lines) -> list[Block]:
    """The blocks in the lines, in order; a line between two of them is empty."""
    tokens = _parser().parse("\n".join(line.text for line in lines))
    return [_block(tokens[start:end], lines) for start, end in _outermost(tokens)]


def cells(line: str) -> list[str]:
    """The cells of a table's row, stripped; `\\|` is a vertical bar."""
    row = line.strip()
    row = row.removeprefix("|")
    if row.endswith("|") and not row.endswith("\\|"):
        row = row[:-1]
    return [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", row)]


@cache
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    # Texts stay as they were written: what stands inside a line is not taken apart, links are not collected.
    parser = MarkdownIt("commonmark").enable("table")
    parser.core.ruler.disable("inline")
    parser.block.ruler.disable("reference")
    return parser


def _outermost(tokens: "Sequence[Token]") -> Iterator[tuple[int, int]]:
    """Where the tokens of each outermost block begin and end."""
    start = 0
    for index, token in enumerate(tokens):
        if token.level == 0 and token.nesting <= 0:
            yield start, index + 1
            start = index + 1


def _block(tokens: "Sequence[Token]", lines: Lines) -> Block:
    first = tokens[0]
    own = _spanned(first, lines)
    match first.type:
        case "heading_open" if tokens[1].content.strip() and "\n" not in tokens[1].content:
            return Block(Shape.HEADING, own, tokens[1].content.strip(), int(first.tag[1:]))
        case "paragraph_open" | "heading_open":
            # A paragraph with a rule right below it would be a heading, which nobody meant who wrote several lines.
            return Block(Shape.PARAGRAPH, own)
        case "bullet_list_open" | "ordered_list_open":
            opened = [token for token in tokens if token.type == "list_item_open" and token.level == 1]
            return Block(Shape.LIST, own, items=tuple(_item(_spanned(token, lines)) for token in opened))
        case "table_open":
            return Block(Shape.TABLE, own)
        case _:
            return Block(Shape.OTHER, own)


def _spanned(token: "Token", lines: Lines) -> Lines:
    start, end = token.map or [0, 0]
    own = list(lines[start:end])
    while own and not own[-1].text.strip():
        own.pop()
    return tuple(own)


def _item(lines: Lines) -> Lines:
    if not lines:
        return ()
    found = _MARKER.match(lines[0].text)
    width = found.end() if found else 0
    rest = (Numbered(line.number, _dedented(line.text, width)) for line in lines[1:])
    return (Numbered(lines[0].number, lines[0].text[width:]), *rest)


def _dedented(text: str, width: int) -> str:
    """The text without `width` blanks in front, or those that it has: a line may go on further left."""
    return text[min(width, len(text) - len(text.lstrip(" "))) :]
