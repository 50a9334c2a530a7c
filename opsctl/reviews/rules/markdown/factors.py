"""The tree of contributing factors, as it is read."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from opsctl.core.texts import _, series
from opsctl.core.typed import excerpt
from opsctl.reviews.rules.document import Factor
from opsctl.reviews.rules.markdown import names
from opsctl.reviews.rules.markdown.domain import DEEPEST
from opsctl.reviews.rules.markdown.escaping import RawLine
from opsctl.reviews.rules.markdown.gathering import Gathering, Item, items
from opsctl.reviews.rules.markdown.writing import is_bullet
from opsctl.reviews.terms import FACTORS, Section
from opsctl.reviews.terms import Factor as FactorKind


@dataclass
class _Node:
    """A factor that is being read; without a kind it is a problem already."""

    item: Item
    kind: FactorKind | None = None
    root: bool = False
    text: str = ""
    behind: "list[_Node]" = field(default_factory=list)


def read_factors(lines: Sequence[RawLine], found: Gathering) -> None:
    """Take the factors, each behind the one that it is further in than."""
    outermost: list[_Node] = []
    path: list[_Node] = []
    has_root = False
    for item in items(lines, found, nested=True):
        node = _read(item, found)
        while path and item.indent < path[-1].item.indent + 2:
            path.pop()
        if len(path) >= DEEPEST:
            found.wrong(
                item.line.number,
                _("Factors are nested {most} levels deep at most.").format(most=DEEPEST),
                _("Put it beside the one above."),
            )
            path.pop()
        (path[-1].behind if path else outermost).append(node)
        path.append(node)
        if node.root and has_root:
            found.wrong(
                item.line.number,
                _("Another factor is marked as the root cause already."),
                _("Mark the deepest one that could have been kept from happening."),
            )
        has_root = has_root or node.root
    found.parts["factors"] = _taken(outermost, (), found)


def _read(item: Item, found: Gathering) -> _Node:
    number, node = item.line.number, _Node(item)
    marked = names.MARKED.match(item.first)
    words = [word.strip() for word in re.split("[,，、/;；]", marked[1]) if word.strip()] if marked else []
    node.root = any(names.is_root(word) for word in words)
    kinds = [word for word in words if not names.is_root(word)]
    node.text = item.text(item.first[marked.end() :] if marked else item.first, is_bullet)
    known = series(f"[{names.spoken(one)}]" for one in FACTORS.values())
    hint = _("Begin with one of {kinds}.").format(kinds=known)
    if len(kinds) > 1:
        message = _("A factor is of one kind, and here are several: {words}")
        found.wrong(number, message.format(words=excerpt(series(kinds))), hint)
    elif not kinds:
        message = _("The factor does not say of which kind it is: {text}")
        found.wrong(number, message.format(text=excerpt(item.first)), hint)
    elif (kind := names.factor_of(kinds[0])) is None:
        found.wrong(number, _("{word} is no kind of factor.").format(word=excerpt(kinds[0])), hint)
    elif not node.text:
        found.wrong(number, _("The line says nothing."), _("Say what contributed, or remove it."))
    else:
        node.kind = kind
    return node


def _taken(nodes: Sequence[_Node], path: tuple[int, ...], found: Gathering) -> tuple[Factor, ...]:
    taken: list[Factor] = []
    for node in nodes:
        here = (*path, len(taken))
        behind = _taken(node.behind, here, found)
        if node.kind is not None:
            found.places[Section.FACTORS.value, here] = node.item.line.number
            taken.append(Factor(node.kind, node.text, node.root, behind))
    return tuple(taken)
