"""Many reviews, and incidents that no review covers, ready to be shown."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from opsctl.core.report import Cell, Column, Kind, Report, Table
from opsctl.core.texts import _, ngettext, pgettext
from opsctl.reviews.rules import Review
from opsctl.reviews.rules.results import Listed, Uncovered
from opsctl.reviews.views.told import data
from opsctl.reviews.views.words import kind_word, standing

COLUMNS = "reference,state,kind,author,due,held,title"
"""What people see of a list where they name no columns; CSV has all of them."""
_MOST = 3


def listed(found: Listed) -> Report:
    """The reviews as a table, and how many more there are."""
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
    table = Table(columns, tuple(_row(one, found) for one in found.reviews), empty=_("No reviews."))
    left = found.total - len(found.reviews)
    more = ngettext("{count} more; see them with --limit 0.", "{count} more; see them with --limit 0.", left)
    return Report(
        kind="review.list",
        data={"total": found.total, "reviews": [data(one, found.due.get(one.reference)) for one in found.reviews]},
        parts=(table,),
        remarks=(more.format(count=left),) if left else (),
        references=tuple(one.reference for one in found.reviews),
        sheet=table,
    )


def _row(review: Review, found: Listed) -> tuple[Any, ...]:
    return (
        review.reference,
        standing(review),
        kind_word(review.kind),
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


def about(subjects: Sequence[str]) -> str | None:
    """What a review is about in a few words; None where it is about nothing recorded."""
    if not subjects:
        return None
    more = len(subjects) - _MOST
    named = " ".join(subjects[:_MOST])
    return named if more <= 0 else f"{named} +{more}"


def uncovered(found: Sequence[Uncovered], now: datetime, period: str) -> Report:
    """The incidents that were handled and that no review covers, what is overdue first."""
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
        references=tuple(one.incident.reference for one in found),
    )


def _wants(one: Uncovered, now: datetime) -> Cell:
    if one.due is None:
        return Cell(_("any review"), Kind.TEXT, plain="any")
    if one.due < now:
        return Cell(_("its own · overdue"), Kind.BAD, plain="own-overdue")
    return Cell(_("its own"), Kind.DOUBTFUL, plain="own")
