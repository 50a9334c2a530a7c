"""Reading actions for the hand-over of a shift."""

from datetime import datetime

from sqlmodel import Session, col, or_

from opsctl.actions.rules import Action
from opsctl.actions.service import rows
from opsctl.actions.tables import ActionRow


def since(session: Session, *, since: datetime) -> list[Action]:
    """The actions that wait, and those raised or done since that moment; the void ones are left out."""
    moved = or_(col(ActionRow.recorded_at) >= since, col(ActionRow.done_at) >= since, rows.WAITING)
    query = rows.chosen().where(col(ActionRow.void).is_(None), moved)
    return rows.load(session, query.order_by(col(ActionRow.deadline), col(ActionRow.reference)))
