"""Reading occurrences for the hand-over of a shift."""

from datetime import datetime

from sqlmodel import Session, and_, col, or_, select

from opsctl.duties.rules import Occurrence
from opsctl.duties.rules.results import Shift
from opsctl.duties.tables import OccurrenceRow
from opsctl.duties.terms import LONGEST_SILENCE, State
from opsctl.rulebook import service as rulebook
from opsctl.rulebook.terms import BY_BACKUP


def since(session: Session, *, now: datetime, since: datetime, until: datetime) -> Shift:
    """What was due and is not done, and what was judged done since that moment; in the order of due and asset.

    Of what is not done that whose window ends after `since` and begins before `until`, or is due by then.
    """
    names = tuple(Occurrence.__dataclass_fields__)
    columns = [getattr(OccurrenceRow, name) for name in names]
    due = and_(
        OccurrenceRow.state == State.DUE,
        col(OccurrenceRow.closes_at) >= since,
        or_(col(OccurrenceRow.opens_at) <= now, col(OccurrenceRow.due_at) < until),
        # What a machine does by itself is handed over where it was missed.
        or_(col(OccurrenceRow.kind) != BY_BACKUP, col(OccurrenceRow.closes_at) < now),
    )
    done = and_(
        OccurrenceRow.state == State.DONE, col(OccurrenceRow.judged_at) >= since, OccurrenceRow.kind != BY_BACKUP
    )
    # What was due more than a year ago is nothing that a shift hands over, and need not be looked through.
    lately = col(OccurrenceRow.due_at) >= since - LONGEST_SILENCE
    query = select(*columns).where(lately, or_(due, done))
    query = query.order_by(col(OccurrenceRow.due_at), col(OccurrenceRow.duty), col(OccurrenceRow.about))
    found = tuple(Occurrence(*row) for row in session.connection().execute(query))
    return Shift(found, rulebook.in_force(session, at=now).posts)
