"""Reviews in `opsctl today` and in the hand-over of a shift."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from opsctl.core.report import Column, Kind, Report, Table
from opsctl.core.texts import _, ngettext, pgettext
from opsctl.ledger.rules import Row
from opsctl.reviews.rules import Review
from opsctl.reviews.rules.results import Listed, Uncovered
from opsctl.reviews.terms import State
from opsctl.reviews.views.words import event_word

LINES = 6
"""What `today` shows at most."""
NOTHING = Listed((), 0)


def today(due: Sequence[Uncovered], mine: Listed, to_approve: Listed, now: datetime) -> Report:
    """The incidents whose own review is due, one's own reviews to go on with, and others' to approve."""
    lines: list[tuple[str, str, datetime | None, str]] = [
        *((one.incident.reference, _wants(one, now), one.due, one.incident.title) for one in due),
        *((one.reference, _("approve the review"), None, one.title) for one in to_approve.reviews),
        *((one.reference, _next(one), None, one.title) for one in mine.reviews),
    ]
    columns = (
        Column("reference", _("reference"), Kind.REFERENCE),
        Column("action", pgettext("today", "to do")),
        Column("due", _("due"), Kind.MOMENT),
        Column("title", _("title")),
    )
    left = len(due) + mine.total + to_approve.total - min(len(lines), LINES)
    more = ngettext(
        "{count} more about reviews: opsctl review list", "{count} more about reviews: opsctl review list", left
    )
    return Report(
        kind="review.today",
        data={
            "due": [
                {"incident": one.incident.reference, "due": one.due, "review": one.started, "title": one.incident.title}
                for one in due
            ],
            "mine": {"total": mine.total, "reviews": [_named(one) for one in mine.reviews]},
            "to_approve": {"total": to_approve.total, "reviews": [_named(one) for one in to_approve.reviews]},
        },
        parts=(Table(columns, tuple(lines[:LINES])),) if lines else (),
        remarks=(more.format(count=left),) if left else (),
        references=tuple(reference for reference, *_others in lines[:LINES]),
    )


def _wants(one: Uncovered, now: datetime) -> str:
    told = _("review it") if one.started is None else _("hold its review {reference}").format(reference=one.started)
    return f"{told} · {_('overdue')}" if one.due is not None and one.due < now else told


def _next(review: Review) -> str:
    return _("close the review") if review.state is State.APPROVED else _("write the review")


def _named(review: Review) -> dict[str, Any]:
    return {"reference": review.reference, "state": review.state, "title": review.title}


def handover(due: Sequence[Uncovered], rows: Sequence[Row], now: datetime) -> Report:
    """The reviews that are due, and what became of reviews in this shift."""
    wanted = Table(
        (
            Column("reference", _("reference"), Kind.REFERENCE),
            Column("asset", _("asset"), Kind.REFERENCE),
            Column("due", _("due"), Kind.MOMENT),
            Column("wants", _("wants")),
            Column("title", _("title")),
        ),
        tuple(
            (one.incident.reference, one.incident.asset, one.due, _wants(one, now), one.incident.title) for one in due
        ),
        title=_("Incidents that want a review"),
    )
    steps = Table(
        (
            Column("reference", _("reference"), Kind.REFERENCE),
            Column("event", _("event")),
            Column("actor", pgettext("whom", "by")),
            Column("recorded", pgettext("when", "recorded"), Kind.MOMENT),
        ),
        tuple((row.subject, event_word(row.kind), row.actor, row.recorded_at) for row in rows),
        title=_("Reviews in this shift"),
    )
    return Report(
        kind="review.handover",
        data={
            "due": [{"incident": one.incident.reference, "due": one.due, "review": one.started} for one in due],
            "steps": [
                {"review": row.subject, "kind": row.kind, "by": row.actor, "recorded_at": row.recorded_at}
                for row in rows
            ],
        },
        parts=(wanted, steps),
        references=tuple(one.incident.reference for one in due),
    )
