"""Reviews in `opsctl today` and in the hand-over of a shift."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from opsctl.core.report import Column, Kind, Report, Table
from opsctl.core.texts import _, between, ngettext, pgettext
from opsctl.core.typed import excerpt
from opsctl.ledger.rules import Row
from opsctl.reviews.rules import Review
from opsctl.reviews.rules.facts import Returned
from opsctl.reviews.rules.results import Listed, Uncovered
from opsctl.reviews.terms import State
from opsctl.reviews.views.words import event_word, returned_data

LINES = 6
"""What `today` shows at most."""
NOTHING = Listed((), 0)
_NONE: Mapping[str, Returned] = {}
_LONGEST_REASON = 60


def today(
    due: Sequence[Uncovered], mine: Listed, to_approve: Listed, now: datetime, returned: Mapping[str, Returned] = _NONE
) -> Report:
    """The incidents whose own review is due, one's own reviews to go on with, and others' to approve.

    `returned` has the return at which one of them stands, by the review's reference.
    """
    lines: list[tuple[str, str, datetime | None, str]] = [
        *(
            (one.incident.reference, _with(_wants(one, now), returned.get(one.started or "")), one.due,
             one.incident.title)
            for one in due
        ),
        *((one.reference, _("approve the review"), to_approve.due.get(one.reference), one.title)
          for one in to_approve.reviews),
        *((one.reference, _next(one, mine, returned, now), _due(one, mine), one.title) for one in mine.reviews),
    ]  # fmt: skip
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
                {
                    "incident": one.incident.reference,
                    "due": one.due,
                    "review": one.started,
                    "returned": returned_data(returned.get(one.started or "")),
                    "title": one.incident.title,
                }
                for one in due
            ],
            "mine": {"total": mine.total, "reviews": [_named(one, mine, returned) for one in mine.reviews]},
            "to_approve": {
                "total": to_approve.total,
                "reviews": [_named(one, to_approve, returned) for one in to_approve.reviews],
            },
        },
        parts=(Table(columns, tuple(lines[:LINES]), title=_("Reviews")),) if lines else (),
        remarks=(more.format(count=left),) if left else (),
        references=tuple(reference for reference, *_others in lines[:LINES]),
    )


def _wants(one: Uncovered, now: datetime) -> str:
    told = _("review it") if one.started is None else _("hold its review {reference}").format(reference=one.started)
    return f"{told} · {_('overdue')}" if one.due is not None and one.due < now else told


def _next(review: Review, mine: Listed, returned: Mapping[str, Returned], now: datetime) -> str:
    if review.state is State.APPROVED:
        return _("close the review")
    due = _due(review, mine)
    told = _("write the review")
    return _with(f"{told} · {_('overdue')}" if due is not None and due < now else told, returned.get(review.reference))


def _with(told: str, returned: Returned | None) -> str:
    """What is to be done, and why the review came back."""
    if returned is None:
        return told
    reason = _("(redacted)") if returned.reason is None else excerpt(returned.reason, _LONGEST_REASON)
    return f"{told} · {pgettext('review', 'returned')}{between(': ')}{reason}"


def _due(review: Review, found: Listed) -> datetime | None:
    """When the review is due that is not held yet."""
    return None if review.state is State.APPROVED else found.due.get(review.reference)


def _named(review: Review, found: Listed, returned: Mapping[str, Returned]) -> dict[str, Any]:
    return {
        "reference": review.reference,
        "state": review.state,
        "due": found.due.get(review.reference),
        "returned": returned_data(returned.get(review.reference)),
        "title": review.title,
    }


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
