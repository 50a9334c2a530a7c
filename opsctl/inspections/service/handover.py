"""Reading rounds for the hand-over of a shift."""

from datetime import datetime

from sqlmodel import Session, col

from opsctl.inspections.rules.results import Listed
from opsctl.inspections.service import read, rows
from opsctl.inspections.tables import InspectionRow
from opsctl.rulebook import service as rulebook
from opsctl.rulebook.rules.patrols import patrols_of

_OPEN = 50


def since(session: Session, *, since: datetime) -> tuple[Listed, Listed]:
    """The rounds that were recorded as done since that moment, in that order, void ones left out; and the open ones."""
    query = rows.chosen().where(col(InspectionRow.entered_at) >= since, col(InspectionRow.void).is_(None))
    found = rows.load(session, query.order_by(col(InspectionRow.entered_at), col(InspectionRow.reference)))
    done = tuple(
        (one, patrols_of(rulebook.of_generation(session, generation=one.rules)).checklists.get(one.checklist))
        for one in found
    )
    return Listed(done, len(done)), read.in_hand(session, limit=_OPEN)
