"""Markdown for tickets, wikis and merge requests.

What others typed stays text: it breaks no table, and brings no HTML and no hidden link.
"""

import re

from opsctl.core.report import Fields, Kind, Part, Style, Table, Text
from opsctl.core.typed import clean_for_terminal
from opsctl.render.cells import RIGHT_ALIGNED, show

_MARKS = re.compile(r"[\\`*_\[\]|~]")
_TYPED = re.compile(r"((?:[0-9]+[.] )?)[$] (.+)")
"""`$ command`, perhaps a numbered step: what is to be pasted stands there without a sign that is not its own."""
_BLOCK_MARK = re.compile(r"(?:[#+-]|[0-9]+(?=[.)]))")


def draw_heading(heading: str, style: Style) -> str:
    """The heading of the whole report, the same in every `style`."""
    return f"# {_escaped(clean_for_terminal(heading))}"


def draw(part: Part, style: Style) -> str:
    """The part without a final line feed; empty where there is nothing to show. Each sentence is a paragraph."""
    match part:
        case Table():
            titles = [column.title for column in part.columns]
            rows = [
                [show(value, column.kind, style) for value, column in zip(row, part.columns, strict=True)]
                for row in part.rows
            ]
            return _titled(part.title, _table(titles, rows, [column.kind for column in part.columns]))
        case Fields():
            pairs = [[clean_for_terminal(label), show(value, kind, style)] for label, value, kind in part.pairs]
            return _titled(part.title, _table(["", ""], pairs, [Kind.TEXT, Kind.TEXT]))
        case Text():
            return "\n\n".join(_paragraph(line) for line in part.lines)


def _titled(title: str, body: str) -> str:
    return f"## {_escaped(clean_for_terminal(title))}\n\n{body}" if title and body else body


def _table(titles: list[str], rows: list[list[str]], kinds: list[Kind]) -> str:
    if not rows:
        return ""
    from tabulate import tabulate

    return tabulate(
        [[_escaped(text) for text in row] for row in rows],
        headers=[_escaped(clean_for_terminal(title)) for title in titles],
        tablefmt="pipe",
        colalign=["right" if kind in RIGHT_ALIGNED else "left" for kind in kinds],
        disable_numparse=True,
    )


def _paragraph(line: str) -> str:
    """The sentence so that its first sign begins no heading, list, quotation or block of code."""
    plain = clean_for_terminal(line).strip()
    typed = _TYPED.fullmatch(plain)
    if typed is not None:
        return typed[1].replace(".", r"\.") + _code(typed[2])
    text = _escaped(plain)
    begins_block = _BLOCK_MARK.match(text)
    if begins_block is None:
        return text
    # Of `1.` the full stop is escaped, since a backslash before a digit would be shown.
    cut = begins_block.end() if begins_block[0].isdigit() else 0
    return f"{text[:cut]}\\{text[cut:]}"


def _escaped(text: str) -> str:
    marked = _MARKS.sub(r"\\\g<0>", text)
    return marked.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _code(text: str) -> str:
    """The text as code, in more backticks than it has in a row anywhere."""
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", text)), default=0))
    room = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{room}{text}{room}{fence}"
