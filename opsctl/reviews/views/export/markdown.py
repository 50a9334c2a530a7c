"""An export as Markdown, for tickets, wikis and merge requests."""

from collections.abc import Iterator, Sequence

from opsctl.core.texts import between
from opsctl.reviews.views.export.blocks import (
    Block,
    Course,
    Drawing,
    Export,
    Grid,
    Heading,
    Items,
    Moment,
    Node,
    Notice,
    Pairs,
    Prose,
    Sentence,
    Tree,
    Whys,
)
from opsctl.reviews.views.export.source import as_source, escaped, indented, run_in, table_lines


def draw(export: Export) -> str:
    """The whole export, with a final line feed."""
    title = f"# {escaped(export.title)}"
    if export.stamp:
        title = f"# {export.stamp} · {escaped(export.title)}"
    parts = [title, *(part for block in export.blocks if (part := _block(block))), "---", escaped(export.foot)]
    return "\n\n".join(parts) + "\n"


def _block(block: Block) -> str:
    match block:
        case Heading():
            return f"{'#' * block.level} {escaped(block.text)}"
        case Notice():
            return f"> **{escaped(block.text)}**"
        case Sentence():
            return escaped(block.text)
        case Pairs():
            return "\n".join(f"- **{escaped(name)}**{between(': ')}{escaped(value)}" for name, value in block.pairs)
        case Prose():
            return as_source(block.text)
        case Grid():
            return "\n".join(table_lines([[escaped(cell) for cell in row] for row in (block.titles, *block.rows)]))
        case Items():
            return "\n".join(indented(as_source(item), "- ", "  ") for item in block.items)
        case Tree():
            return "\n".join(_tree(block.nodes, ""))
        case Whys():
            return "\n".join(
                indented(_node(node), f"{number}. ", " " * len(f"{number}. "))
                for number, node in enumerate(block.steps, 1)
            )
        case Course():
            return "\n".join(_moment(moment) for moment in block.moments)
        case Drawing():
            return ""


def _tree(nodes: Sequence[Node], room: str) -> Iterator[str]:
    for node in nodes:
        yield indented(_node(node), f"{room}- ", f"{room}  ")
        yield from _tree(node.behind, room + "  ")


def _node(node: Node) -> str:
    mark = f" ◆ **{escaped(node.mark)}**" if node.mark else ""
    return run_in(f"**{escaped(node.kind)}**{mark}{between(': ').rstrip()}", node.text)


def _moment(moment: Moment) -> str:
    at = f"**{escaped(moment.at)}**"
    marks = " · ".join(f"*{escaped(mark)}*" for mark in moment.marks)
    if moment.added:
        line = run_in(f"{at} {marks} ·", moment.words)
    else:
        line = " · ".join(part for part in (f"{at} {escaped(moment.words)}", escaped(moment.source), marks) if part)
    note = f"\n\n{indented(as_source(moment.note), '> ', '> ')}" if moment.note else ""
    return indented(line + note, "- ", "  ")
