"""What the records say, as lines below the headings of the text that people edit: nobody has to look it up."""

from opsctl.reviews.rules.results import Known
from opsctl.reviews.terms import Audience, Section
from opsctl.reviews.views.events import promises
from opsctl.reviews.views.export import course, record
from opsctl.reviews.views.export.after import earlier
from opsctl.reviews.views.export.blocks import Block, Grid, Pairs

_MOST = 12
"""So many lines stand below a heading; an export has all of them."""


def hints(known: Known, *, zone: str) -> dict[Section, tuple[str, ...]]:
    """By section what the records say of it, a line each, in the reader's language."""
    facts = known.facts
    found = {
        Section.IMPACT: _lines(record.impact(known, zone)),
        Section.TIMELINE: _lines(course.around(known, zone, Audience.INTERNAL)),
        Section.FACTORS: _lines(earlier(known, zone)),
        Section.DETECTION: [f"{name} {value}" for case in facts.cases for name, value in record.instants(case, zone)],
        Section.RESPONSE: _clocks(record.clocks(known, zone)),
        Section.ACTIONS: promises(facts, facts.gathered_at),
    }
    return {section: tuple(lines[:_MOST]) for section, lines in found.items() if lines}


def _clocks(blocks: tuple[Block, ...]) -> list[str]:
    """Each clock as one line: `response · limit 15 min · used 12 min · due … · ✓ in time`."""
    lines = []
    for block in blocks:
        if isinstance(block, Grid):
            # Which incident and which clock, and how it stands, say what they are by themselves.
            titles = block.titles[-4:-1]
            for row in block.rows:
                named = [f"{title} {cell}" for title, cell in zip(titles, row[-4:-1], strict=True)]
                lines.append(" · ".join([*row[:-4], *named, row[-1]]))
    return lines


def _lines(blocks: tuple[Block, ...]) -> list[str]:
    """Rows of tables and pairs, each as one line."""
    lines = []
    for block in blocks:
        if isinstance(block, Grid):
            lines += [" · ".join(row) for row in block.rows]
        elif isinstance(block, Pairs):
            lines += [f"{name} {value}" for name, value in block.pairs]
    return lines
