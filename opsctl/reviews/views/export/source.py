"""What people wrote as Markdown, written anew from what was read: nothing of it runs, loads, or ends a section."""

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from opsctl.reviews.views.export.prose import plain, tokens

if TYPE_CHECKING:
    from markdown_it.token import Token
    from markdown_it.tree import SyntaxTreeNode

_MARKS = re.compile(r"[\\`*_\[\]|~]")
_BLOCK_MARK = re.compile(r"(?:[#+=-]|[0-9]+(?=[.)]))")
_ROUND = {"strong": "**", "em": "*", "s": "~~"}


def as_source(text: str) -> str:
    """The Markdown of people as Markdown of ours, without a final line feed."""
    from markdown_it.tree import SyntaxTreeNode

    return "\n\n".join(_blocks(SyntaxTreeNode(tokens(text)).children))


def run_in(before: str, text: str) -> str:
    """The Markdown of people behind words of ours: on their line where it begins with a paragraph, else below it."""
    first = next(iter(tokens(text)), None)
    if first is not None and first.type != "paragraph_open":
        return f"{before}\n\n{as_source(text)}"
    return f"{before}{'' if before.endswith('：') else ' '}{as_source(text)}"


def escaped(text: str) -> str:
    """Plain words of one line, fit to stand in Markdown, in a table as well."""
    return _escaped(plain(text))


def _escaped(text: str) -> str:
    marked = _MARKS.sub(r"\\\g<0>", text)
    return marked.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def indented(text: str, first: str, rest: str) -> str:
    """The lines with `first` before the first and `rest` before the others; blank ones stay blank."""
    head, *others = text.split("\n")
    return "\n".join([first + head, *(rest + line if line else rest.rstrip() for line in others)])


def _blocks(nodes: "Sequence[SyntaxTreeNode]") -> Iterator[str]:
    for node in nodes:
        match node.type:
            case "paragraph" | "heading":
                text = "\n".join(_begun(line) for line in _inline(node).split("\n"))
                yield f"{'#' * int(node.tag[1:])} {text}" if node.type == "heading" else text
            case "bullet_list" | "ordered_list":
                yield _list(node)
            case "blockquote":
                yield indented("\n\n".join(_blocks(node.children)), "> ", "> ")
            case "fence" | "code_block":
                yield _fenced(node.content)
            case "hr":
                yield "---"
            case "table":
                yield _table(node)


def _list(node: "SyntaxTreeNode") -> str:
    """The list with blank lines between its parts where it was written with some."""
    close = any(part.hidden for item in node.children for part in item.children if part.type == "paragraph")
    apart = "\n" if close else "\n\n"
    lines = []
    for number, item in enumerate(node.children, start=int(node.attrs.get("start", 1))):
        mark = f"{number}. " if node.type == "ordered_list" else "- "
        lines.append(indented(apart.join(_blocks(item.children)), mark, " " * len(mark)))
    return apart.join(lines)


def _fenced(content: str) -> str:
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", content)), default=0))
    return f"{fence}\n{content.rstrip(chr(10))}\n{fence}"


def _table(node: "SyntaxTreeNode") -> str:
    rows = [
        [re.sub(r"(?<!\\)\|", r"\|", _inline(cell)) for cell in row.children]
        for part in node.children
        for row in part.children
    ]
    return "\n".join(table_lines(rows))


def table_lines(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """The lines of a table; the first row has its titles, and every cell is Markdown of one line already."""
    for number, row in enumerate(rows):
        yield "| " + " | ".join(cell.replace("\n", " ") for cell in row) + " |"
        if number == 0:
            yield "|" + " --- |" * len(row)


def _inline(node: "SyntaxTreeNode") -> str:
    return "".join(_drawn(child.children or []) for child in _tokens_of(node)).strip()


def _tokens_of(node: "SyntaxTreeNode") -> "Iterator[Token]":
    for child in node.children:
        if child.type == "inline" and child.token is not None:
            yield child.token


def _drawn(children: "Sequence[Token]") -> str:
    said = []
    addresses: list[str] = []
    for token in children:
        match token.type:
            case "text":
                said.append(_escaped(token.content))
            case "softbreak":
                said.append("\n")
            case "hardbreak":
                said.append("\\\n")
            case "code_inline":
                said.append(_code(token.content))
            case "link_open":
                addresses.append(str(token.attrs.get("href", "")))
                if said and said[-1].endswith("!"):  # it would load what the link leads to
                    said[-1] = said[-1][:-1] + "\\!"
                said.append("[")
            case "link_close":
                said.append(f"]({_address(addresses.pop())})")
            case _:
                said.append(_ROUND.get(token.tag, ""))
    return "".join(said)


def _code(text: str) -> str:
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", text)), default=0))
    room = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{room}{text}{room}{fence}"


def _address(address: str) -> str:
    return "".join(f"%{ord(sign):02X}" if sign in "()<>\\ \"'" else sign for sign in address)


def _begun(line: str) -> str:
    """The line so that its first sign begins no heading, list, quotation or table."""
    stripped = line.lstrip(" ")
    found = _BLOCK_MARK.match(stripped)
    if found is None:
        return stripped
    # Of `1.` the full stop is escaped, since a backslash before a digit would be shown.
    cut = found.end() if found[0].isdigit() else 0
    return f"{stripped[:cut]}\\{stripped[cut:]}"
