"""Sections that are lists: entries one by one, and contributing factors as trees. Pure."""

import re
from collections.abc import Sequence

from opsctl.reviews.rules.document import Factor
from opsctl.reviews.rules.importing import vocabulary
from opsctl.reviews.rules.importing.source import Block, Lines, Shape, blocks, joined, verbatim
from opsctl.reviews.terms import Factor as FactorKind

_DEEPEST = 6
_KIND = re.compile(
    r"(?:\[(?P<bracket>[^\]\n]{1,20})\]|[(（](?P<round>[^()（）\n]{1,20})[)）]|(?:\*\*)?(?P<label>[^\s:：*]{1,20})\s*(?:\*\*)?[:：](?:\*\*)?)"
    r"\s*(?P<text>\S[\s\S]*)"
)


def read_items(body: Lines) -> tuple[str, ...]:
    """The entries of a section: each item of its lists, and each block that is none, as they are written.

    What stands below a heading in it is one entry with it.
    """
    entries: list[str] = []
    found = blocks(body)
    first = next((place for place, block in enumerate(found) if block.shape is Shape.HEADING), len(found))
    for block in found[:first]:
        if block.shape is Shape.LIST:
            entries.extend(joined(item) for item in block.items)
        else:
            entries.append(verbatim(block.lines))
    headings = [place for place in range(first, len(found)) if found[place].shape is Shape.HEADING]
    for start, end in zip(headings, [*headings, len(found)][1:], strict=True):
        lines = [line for block in found[start:end] for line in block.lines]
        entries.append(joined([line for line in body if lines[0].number <= line.number <= lines[-1].number]))
    return tuple(entry for entry in entries if entry)


def read_factors(body: Lines) -> tuple[tuple[Factor, ...], Lines]:
    """The contributing factors that say what kind each is, and the lines of the others.

    A factor says its kind in front: `[process] nobody looked`, `流程：没有人看`. One without is no factor of ours, and
    takes what stands below it along.
    """
    factors: list[Factor] = []
    taken: set[int] = set()
    for block in blocks(body):
        for item in block.items:
            one = _factor(item, 0)
            if one is not None:
                factors.append(one)
                taken |= {line.number for line in item}
    return tuple(factors), tuple(line for line in body if line.number not in taken)


def _factor(item: Lines, depth: int) -> Factor | None:
    found = blocks(item)
    if not found or depth >= _DEEPEST or found[0].shape is not Shape.PARAGRAPH:
        return None
    nested = [block for block in found[1:] if block.shape is Shape.LIST]
    behind = [_factor(each, depth + 1) for block in nested for each in block.items]
    said = _kind(joined(_without(item, nested)))
    if said is None or None in behind:
        return None
    return Factor(*said, behind=tuple(one for one in behind if one is not None))


def _kind(text: str) -> tuple[FactorKind, str] | None:
    found = _KIND.fullmatch(text)
    if found is None:
        return None
    kind = vocabulary.factor(found["bracket"] or found["round"] or found["label"])
    return None if kind is None else (kind, found["text"].strip())


def _without(lines: Lines, nested: Sequence[Block]) -> Lines:
    numbers = {line.number for block in nested for line in block.lines}
    return tuple(line for line in lines if line.number not in numbers)
