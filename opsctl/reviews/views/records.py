"""One review, ready to be shown on a terminal: what the records say, what people wrote, what is missing."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from opsctl.core.report import Column, Fields, Kind, Part, Report, Table, Text
from opsctl.core.texts import _, ngettext, pgettext, series
from opsctl.reviews.rules.document import Document, Factor
from opsctl.reviews.rules.facts import Facts
from opsctl.reviews.rules.moves import missing_to_close, missing_word
from opsctl.reviews.rules.results import Known
from opsctl.reviews.terms import NOT_DETERMINED, Audience, Section, State
from opsctl.reviews.views import background, export
from opsctl.reviews.views.events import promises
from opsctl.reviews.views.lists import about
from opsctl.reviews.views.words import factor_word, heading, kind_word, returned_data, said, standing


def shown(known: Known, now: datetime, zone: str | None = None) -> Report:
    """One review with what the records say of its incidents, its analysis, its actions and its own history.

    Moments in texts are shown in `zone`, the database's where None is given.
    """
    review, facts = known.review, known.facts
    zone = zone or facts.zone
    parts: list[Part] = [Fields(tuple(_pairs(known)))]
    if facts.cases:
        parts.append(_cases(facts))
    parts += background.of_incidents(known, zone)
    parts += background.of_course(known, zone)
    parts += [Text((title, *lines)) for title, lines in _sections(review.document)]
    parts += background.of_actions(known, zone)
    if facts.steps:
        parts.append(background.history(known))
    return Report(
        kind="review",
        data={
            **export.as_data(known, audience=Audience.INTERNAL),
            "returned": returned_data(facts.returned) if review.state is State.DRAFT else None,
            "history": background.history_data(known),
        },
        parts=tuple(parts),
        remarks=tuple(_remarks(known, now)),
        references=(review.reference,),
        sheet=background.sheet(known, zone),
    )


def _pairs(known: Known) -> list[tuple[str, Any, Kind]]:
    review = known.review
    document = review.document
    always: list[tuple[str, Any, Kind]] = [
        (_("reference"), review.reference, Kind.REFERENCE),
        (_("title"), review.title, Kind.TEXT),
        (_("state"), standing(review), Kind.TEXT),
        (pgettext("review", "kind"), kind_word(review.kind), Kind.TEXT),
        (pgettext("review", "about"), about(review.subjects), Kind.REFERENCE),
        (pgettext("review", "author"), review.author, Kind.TEXT),
        (_("held on"), review.held_on, Kind.MOMENT),
        (_("facilitator"), document.facilitator, Kind.TEXT),
        (_("participants"), series(document.participants) or None, Kind.TEXT),
        (_("version"), review.version, Kind.COUNT),
    ]
    where_known: list[tuple[str, Any, Kind]] = [
        (_("period"), review.period, Kind.TEXT),
        (_("returned by"), background.returned(known), Kind.TEXT),
        (_("submitted by"), review.submitted_by, Kind.TEXT),
        (_("approved by"), review.approved_by, Kind.TEXT),
        (_("by the post"), review.approved_post, Kind.TEXT),
        (_("approved at"), review.approved_at, Kind.MOMENT),
        (_("closed at"), review.closed_at, Kind.MOMENT),
        (_("imported from"), review.source, Kind.TEXT),
    ]
    return [*always, *(pair for pair in where_known if pair[1] is not None)]


def _cases(facts: Facts) -> Table:
    columns = (
        Column("reference", _("reference"), Kind.REFERENCE),
        Column("severity", _("severity"), Kind.COUNT),
        Column("asset", _("asset"), Kind.REFERENCE),
        Column("lost", _("did not serve"), Kind.DURATION),
        Column("resolved", pgettext("when", "resolved"), Kind.MOMENT),
        Column("due", _("due"), Kind.MOMENT),
        Column("title", _("title")),
    )
    incidents = [(one, one.shown.case.incident) for one in facts.cases]
    rows = tuple(
        (own.reference, own.severity, own.asset, one.lost, own.resolved, one.due, own.title) for one, own in incidents
    )
    return Table(columns, rows)


def _sections(document: Document) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What people wrote, by its heading; what is empty is left out."""
    written = (
        (Section.SUMMARY, document.summary.splitlines()),
        (Section.IMPACT, document.impact.splitlines()),
        (Section.FACTORS, list(_tree(document.factors))),
        (Section.ROOT_CAUSE, [*_undetermined(document), *document.root_cause.splitlines()]),
        (Section.WENT_WELL, _list(document.went_well)),
        (Section.WENT_BADLY, _list(document.went_badly)),
        (Section.LUCK, _list(document.luck)),
        (Section.DETECTION, document.detection.splitlines()),
        (Section.RESPONSE, document.response.splitlines()),
        (Section.LESSONS, _list(document.lessons)),
        (Section.FEEDBACK, document.feedback.splitlines()),
        (Section.INTERNAL, document.internal.splitlines()),
    )
    for section, lines in written:
        if lines:
            yield heading(section), tuple(lines)
    for own in document.own:
        yield own.heading, tuple(own.text.splitlines())


def _undetermined(document: Document) -> list[str]:
    return [said(NOT_DETERMINED)] if document.undetermined else []


def _list(items: Sequence[str]) -> list[str]:
    return [line for item in items for line in _indented(item, "- ")]


def _indented(text: str, sign: str) -> list[str]:
    first, *rest = text.splitlines() or [""]
    return [sign + first, *(" " * len(sign) + line for line in rest)]


def _tree(factors: Sequence[Factor], depth: int = 0) -> Iterator[str]:
    for one in factors:
        kind = factor_word(one.kind)
        if one.root:
            kind = series((kind, _("root cause")))
        yield from _indented(f"[{kind}] {one.text}", "  " * depth + "- ")
        yield from _tree(one.behind, depth + 1)


def _remarks(known: Known, now: datetime) -> Iterator[str]:
    review, facts = known.review, known.facts
    yield from promises(facts, now)
    if facts.since_approval:
        count = len(facts.since_approval)
        told = ngettext(
            "{count} row of the ledger about its incidents is newer than its approval.",
            "{count} rows of the ledger about its incidents are newer than its approval.",
            count,
        )
        yield told.format(count=count)
    if review.state is not State.CLOSED and review.void is None:
        missing = missing_to_close(review, facts.actions, without_actions=False)
        if missing:
            yield _("Before it can be closed it wants {missing}.").format(missing=series(map(missing_word, missing)))
