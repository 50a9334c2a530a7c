"""Many reviews, and incidents that no review covers, ready to be shown."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from opsctl.core.report import Cell, Column, Kind, Report, Table
from opsctl.core.texts import _, ngettext, pgettext
from opsctl.reviews.rules import Review
from opsctl.reviews.rules.results import Listed, Uncovered
from opsctl.reviews.terms import Kind as ReviewKind
from opsctl.reviews.views.told import data
from opsctl.reviews.views.words import standing

COLUMNS = "reference,state,kind,author,due,held,title"
"""What people see of a list where they name no columns; CSV has all of them."""
_MOST = 3


def listed(found: Listed, *, narrowed: bool) -> Report:
    """The reviews as a table, and how many more there are.

    Where none is open, though the list was not `narrowed`, what wants one is named.
    """
    columns = (
        Column("reference", _("reference"), Kind.REFERENCE),
        Column("state", _("state")),
        Column("kind", pgettext("review", "kind")),
        Column("about", pgettext("review", "about"), Kind.REFERENCE),
        Column("asset", _("asset"), Kind.REFERENCE),
        Column("customer", _("customer"), Kind.REFERENCE),
        Column("author", pgettext("review", "author")),
        Column("started", pgettext("review", "started"), Kind.MOMENT),
        Column("due", _("due"), Kind.MOMENT),
        Column("held", _("held on"), Kind.MOMENT),
        Column("approved-by", _("approved by")),
        Column("closed", pgettext("when", "closed"), Kind.MOMENT),
        Column("version", _("version"), Kind.COUNT),
        Column("title", _("title")),
    )
    empty = _("No reviews.") if narrowed else _("No review is open. What wants one: opsctl review list --uncovered")
    table = Table(columns, tuple(_row(one, found) for one in found.reviews), empty=empty)
    return Report(
        kind="review.list",
        data={"total": found.total, "reviews": [data(one, found.due.get(one.reference)) for one in found.reviews]},
        parts=(table,),
        remarks=_more(found.total - len(found.reviews)),
        references=tuple(one.reference for one in found.reviews),
        sheet=table,
    )


def _row(review: Review, found: Listed) -> tuple[Any, ...]:
    return (
        review.reference,
        standing(review),
        Cell(_kind(review.kind), Kind.TEXT, plain=review.kind.value),
        about(review.subjects),
        review.asset,
        review.customer,
        review.author,
        review.recorded_at,
        found.due.get(review.reference),
        review.held_on,
        review.approved_by,
        review.closed_at,
        review.version,
        review.title,
    )


def _kind(kind: ReviewKind) -> str:
    """The kind by the word with which `--kind` asks for it."""
    return {
        ReviewKind.INCIDENT: pgettext("review", "incident"),
        ReviewKind.PERIOD: pgettext("review", "period"),
        ReviewKind.MEETING: pgettext("review", "meeting"),
    }[kind]


def _more(left: int) -> tuple[str, ...]:
    more = ngettext("{count} more; see them with --limit 0.", "{count} more; see them with --limit 0.", left)
    return (more.format(count=left),) if left else ()


def about(subjects: Sequence[str]) -> str | None:
    """What a review is about in a few words; None where it is about nothing recorded."""
    if not subjects:
        return None
    more = len(subjects) - _MOST
    named = " ".join(subjects[:_MOST])
    return named if more <= 0 else f"{named} +{more}"


def uncovered(known: Sequence[Uncovered], now: datetime, period: str, limit: int) -> Report:
    """The incidents that were handled and that no review covers, what is overdue first; `limit` at most, 0 is all."""
    found = known[:limit] if limit else known
    columns = (
        Column("reference", _("reference"), Kind.REFERENCE),
        Column("severity", _("severity"), Kind.COUNT),
        Column("asset", _("asset"), Kind.REFERENCE),
        Column("resolved", pgettext("when", "resolved"), Kind.MOMENT),
        Column("wants", _("wants")),
        Column("due", _("due"), Kind.MOMENT),
        Column("review", _("review"), Kind.REFERENCE),
        Column("title", _("title")),
    )
    rows = tuple(
        (
            one.incident.reference,
            one.incident.severity,
            one.incident.asset,
            one.resolved,
            _wants(one, now),
            one.due,
            one.started,
            one.incident.title,
        )
        for one in found
    )
    table = Table(columns, rows, empty=_("Every fault that was handled is covered by a review."))
    return Report(
        kind="review.uncovered",
        data={
            "period": period,
            "total": len(known),
            "incidents": [
                {
                    "reference": one.incident.reference,
                    "title": one.incident.title,
                    "asset": one.incident.asset,
                    "customer": one.incident.customer,
                    "severity": one.incident.severity,
                    "resolved": one.resolved,
                    "due": one.due,
                    "overdue": one.due is not None and one.due < now,
                    "review": one.started,
                }
                for one in found
            ],
        },
        parts=(table,),
        heading=_("Without a review: {period}").format(period=period),
        remarks=_more(len(known) - len(found)),
        references=tuple(one.incident.reference for one in found),
    )


def _wants(one: Uncovered, now: datetime) -> Cell:
    if one.due is None:
        return Cell(_("any review"), Kind.TEXT, plain="any")
    if one.due < now:
        return Cell(_("its own · overdue"), Kind.BAD, plain="own-overdue")
    return Cell(_("its own"), Kind.DOUBTFUL, plain="own")
