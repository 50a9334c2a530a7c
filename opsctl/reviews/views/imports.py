"""What was taken in of a post-mortem that was written elsewhere, and what is to be said of its lines."""

from typing import Any

from opsctl.core.report import Column, Fields, Kind, Part, Report, Table, Text
from opsctl.core.texts import _, ngettext, pgettext
from opsctl.reviews import terms
from opsctl.reviews.rules import Review
from opsctl.reviews.rules.document import Document, Factor, to_json
from opsctl.reviews.rules.results import Foreign
from opsctl.reviews.terms import HEADINGS, Section
from opsctl.reviews.views.told import data
from opsctl.reviews.views.words import heading

_TEXTS = {
    Section.SUMMARY: "summary", Section.IMPACT: "impact", Section.ROOT_CAUSE: "root_cause",
    Section.DETECTION: "detection", Section.RESPONSE: "response", Section.FEEDBACK: "feedback",
    Section.INTERNAL: "internal",
}  # fmt: skip
_LISTS = {
    Section.TIMELINE: "added", Section.WENT_WELL: "went_well", Section.WENT_BADLY: "went_badly", Section.LUCK: "luck",
    Section.LESSONS: "lessons", Section.ACTIONS: "planned",
}  # fmt: skip


def taken(review: Review, found: Foreign) -> Report:
    """A review that was taken in."""
    line = _("{reference} imported: {title}").format(reference=review.reference, title=review.title)
    return _report(terms.IMPORTED, data(review, None), line, found, (review.reference,), review.subjects)


def planned(found: Foreign, named: list[str]) -> Report:
    """What would be taken in."""
    line = _("Would be imported: {title}").format(title=found.document.title)
    content = {"title": found.document.title, "held_on": found.document.held_on, "content": to_json(found.document)}
    return _report("review.import.dry-run", content, line, found, (), tuple(named))


def _report(
    kind: str, said: dict[str, Any], line: str, found: Foreign, references: tuple[str, ...], about: tuple[str, ...]
) -> Report:
    parts: list[Part] = [Text((line,)), Fields(tuple(_pairs(found.document, about)))]
    if found.not_understood:
        columns = (
            Column("line", pgettext("of a text", "line"), Kind.COUNT),
            Column("message", _("remark")),
            Column("hint", _("next step")),
        )
        rows = tuple((one.line, one.message, one.hint) for one in found.not_understood)
        parts.append(Table(columns, rows))
    count = len({one.line for one in found.not_understood})
    told = ngettext(
        "{count} line has a remark: look at it before the review goes on.",
        "{count} lines have remarks: look at them before the review goes on.",
        count,
    )
    not_understood = [{"line": one.line, "message": one.message, "hint": one.hint} for one in found.not_understood]
    return Report(
        kind=kind,
        data={**said, "not_understood": not_understood},
        parts=tuple(parts),
        remarks=(told.format(count=count),) if count else (),
        references=references,
        attention=bool(count),
    )


def _pairs(document: Document, about: tuple[str, ...]) -> list[tuple[str, Any, Kind]]:
    """What was found of each section: how many lines of a text, how many entries of a list."""
    pairs: list[tuple[str, Any, Kind]] = [(pgettext("review", "about"), about or None, Kind.REFERENCE)]
    for section in HEADINGS:
        if section in _TEXTS:
            text: str = getattr(document, _TEXTS[section])
            count = len(text.splitlines())
            told = ngettext("{count} line", "{count} lines", count).format(count=count) if text else None
        else:
            of_factors = section is Section.FACTORS
            count = _factors(document.factors) if of_factors else len(getattr(document, _LISTS[section]))
            told = ngettext("{count} entry", "{count} entries", count).format(count=count) if count else None
        pairs.append((heading(section), told, Kind.TEXT))
    kept = ", ".join(one.heading for one in document.own)
    return [*pairs, (_("kept as it is"), kept or None, Kind.TEXT)]


def _factors(factors: tuple[Factor, ...]) -> int:
    return sum(1 + _factors(one.behind) for one in factors)
