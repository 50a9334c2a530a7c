"""Which occurrences rounds meet once one of them no longer counts where it did."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, text
from sqlmodel import Session
from sqlmodel.sql.sqltypes import UTCDateTime

from opsctl.duties.rules import Occurrence
from opsctl.duties.service import meeting
from opsctl.inspections.rules import Round
from opsctl.inspections.service import ending, rows
from opsctl.inspections.terms import MOVED, State

# The order in which they were entered is that in which they took what was due.
_ROUNDS = (
    text(
        "SELECT inspection.reference, inspection.done_at, occurrence.due_at, occurrence.opens_at, occurrence.closes_at"
        " FROM inspection LEFT JOIN occurrence ON occurrence.met_by = inspection.reference"
        " WHERE inspection.state = 'done' AND inspection.void IS NULL AND inspection.done_at >= :since"
        " AND coalesce(inspection.asset, '') = :about"
        " AND (inspection.checklist = :topic OR CAST(:topic AS varchar) IS NULL)"
        " ORDER BY inspection.entered_at, length(inspection.reference), inspection.reference"
    )
    .bindparams(bindparam("since", type_=UTCDateTime))
    .columns(done_at=UTCDateTime, due_at=UTCDateTime, opens_at=UTCDateTime, closes_at=UTCDateTime)
)


@dataclass(frozen=True, slots=True)
class _Window:
    """When an occurrence is due."""

    due_at: datetime
    opens_at: datetime
    closes_at: datetime

    def rank(self, done_at: datetime) -> tuple[bool, float] | None:
        """How well it fits a round of that moment, the least first; None where it does not.

        Windows that hold the moment come first, the earliest due leading; then the nearest before it.
        """
        if self.opens_at <= done_at <= self.closes_at:
            return False, self.due_at.timestamp()
        return (True, -self.due_at.timestamp()) if self.due_at < done_at else None


def hand_on(session: Session, free: Occurrence) -> tuple[Occurrence, ...]:
    """Let the round that was entered first, of those that fit it better than what they met, meet what is due again.

    What that one had met is due again in its turn, and so on: in the end no round fits anything better that is still
    due. What is due after all.
    """
    waiting, due = [free], []
    while waiting:
        offered = waiting.pop()
        one = next(_fitting(session, offered), None)
        if one is None:
            due.append(offered)
            continue
        left = meeting.release(session, by=one.reference, reason=MOVED)
        met = ending.meet(session, one)
        taken = None if met is None else met.reference
        if left is not None and left.reference != taken:
            waiting.append(left)
        if taken != offered.reference:
            due.append(offered)
    return tuple(due)


def _fitting(session: Session, offered: Occurrence) -> Iterator[Round]:
    """The rounds that would rather meet it, held so that nobody else changes them."""
    window = _Window(offered.due_at, offered.opens_at, offered.closes_at)
    given = {"since": offered.opens_at, "about": offered.about, "topic": offered.topic}
    for reference, done_at, *met in session.connection().execute(_ROUNDS, given).all():
        rank = window.rank(done_at)
        before = None if met[0] is None else _Window(*met).rank(done_at)
        if rank is None or (before is not None and before <= rank):
            continue
        one = rows.locked(session, reference)
        # Else somebody else has just changed it.
        if one.void is None and one.state is State.DONE and one.done_at == done_at:
            yield one
