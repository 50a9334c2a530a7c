"""What figures read of actions."""

from datetime import datetime

from sqlmodel import Session, col

from opsctl.actions.rules import Action
from opsctl.actions.service import rows
from opsctl.actions.tables import ActionRow


def due_between(session: Session, *, since: datetime, until: datetime) -> list[Action]:
    """The actions whose deadline lies in [since, until), in the order of deadline and reference.

    The void ones are among them: they count nowhere, but a figure says how many there are.
    """
    query = rows.chosen().where(ActionRow.deadline >= since, ActionRow.deadline < until)
    return rows.load(session, query.order_by(col(ActionRow.deadline), col(ActionRow.reference)))
