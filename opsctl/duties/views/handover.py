"""Duties in the hand-over of a shift."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from opsctl.core.report import Column, Kind, Report, Table
from opsctl.core.texts import _, pgettext
from opsctl.duties.rules import Occurrence
from opsctl.duties.rules.results import Shift
from opsctl.duties.terms import State
from opsctl.rulebook.rules import Words
from opsctl.rulebook.views.words import owner


def handover(found: Shift, since: datetime, now: datetime) -> Report:
    """What was missed, what was done late, and what is due: its window is open, or begins within the next shift."""
    occurrences = found.occurrences
    missed = [one for one in occurrences if one.is_missed(now) and one.closes_at >= since]
    late = [one for one in occurrences if one.state is State.DONE and not one.is_on_time]
    due = [one for one in occurrences if one.state is State.DUE and not one.is_missed(now)]
    return Report(
        kind="duty.handover",
        data={
            "missed": [_data(one) for one in missed],
            "late": [_data(one) for one in late],
            "due": [_data(one) for one in due],
        },
        parts=(
            _table(missed, found.posts, _("Duties missed in this shift")),
            _late(late),
            _table(due, found.posts, _("Duties due in the next 12 h")),
        ),
        references=tuple(one.reference for one in due),
    )


def _data(one: Occurrence) -> dict[str, Any]:
    return {
        "reference": one.reference, "duty": one.duty, "about": one.about or None, "owner": one.owner,
        "opens_at": one.opens_at, "due_at": one.due_at, "closes_at": one.closes_at,
        "met_by": one.met_by, "met_at": one.met_at, "judged_at": one.judged_at,
    }  # fmt: skip


def _table(occurrences: Sequence[Occurrence], posts: Mapping[str, Words], title: str) -> Table:
    columns = (
        *_first(),
        Column("closes", pgettext("duty", "until"), Kind.MOMENT),
        Column("owner", _("owner")),
    )
    rows = tuple(
        (one.duty, one.about or None, one.due_at, one.closes_at, owner(one.owner, posts)) for one in occurrences
    )
    return Table(columns, rows, title=title)


def _late(occurrences: Sequence[Occurrence]) -> Table:
    columns = (
        *_first(),
        Column("judged", pgettext("when", "done"), Kind.MOMENT),
        Column("met-by", _("met by"), Kind.REFERENCE),
    )
    rows = tuple((one.duty, one.about or None, one.due_at, one.judged_at, one.met_by) for one in occurrences)
    return Table(columns, rows, title=_("Duties done late in this shift"))


def _first() -> tuple[Column, Column, Column]:
    return (
        Column("duty", _("duty"), Kind.REFERENCE),
        Column("about", _("asset"), Kind.REFERENCE),
        Column("due", pgettext("duty", "due"), Kind.MOMENT),
    )
