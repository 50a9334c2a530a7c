"""What the language help has marked, ready to be shown."""

from collections.abc import Sequence

from opsctl.core.report import Cell, Column, Kind, Report, Table
from opsctl.core.texts import _, ngettext, pgettext
from opsctl.reviews.rules import Review
from opsctl.reviews.rules.lint.finding import Finding, LintKind


def kind_word(kind: LintKind) -> str:
    """What a sentence is marked for, in the reader's language."""
    return {
        LintKind.BLAME: pgettext("lint", "blame"),
        LintKind.HUMAN_ERROR: pgettext("lint", "human error as a cause"),
        LintKind.HINDSIGHT: pgettext("lint", "hindsight"),
        LintKind.VAGUE_ACTION: pgettext("lint", "vague action"),
        LintKind.NO_RECORD: pgettext("lint", "no record"),
    }[kind]


def report(review: Review, found: Sequence[Finding]) -> Report:
    """Each finding with its line, and what to write instead; attention where there is any."""
    columns = (
        Column("line", pgettext("of a text", "line"), Kind.COUNT),
        Column("kind", pgettext("lint", "what")),
        Column("words", _("words")),
        Column("message", pgettext("lint", "why")),
        Column("suggestion", _("suggestion")),
    )
    rows = tuple(
        (one.line, Cell(kind_word(one.kind), Kind.DOUBTFUL, plain=one.kind), one.words, one.message, one.suggestion)
        for one in found
    )
    marked = ngettext(
        "{count} place is marked; nothing was changed.", "{count} places are marked; nothing was changed.", len(found)
    )
    return Report(
        kind="review.lint",
        data={
            "reference": review.reference,
            "findings": [
                {
                    "line": one.line,
                    "section": one.section,
                    "kind": one.kind,
                    "words": one.words,
                    "message": one.message,
                    "suggestion": one.suggestion,
                }
                for one in found
            ],
        },
        parts=(Table(columns, rows, empty=_("Nothing is marked.")),),
        remarks=(marked.format(count=len(found)),) if found else (),
        references=tuple(str(one.line) for one in found if one.line is not None),
        attention=bool(found),
    )
