"""What is left here when an asset goes."""

from sqlmodel import Session, col, select

from opsctl.actions.service.rows import WAITING
from opsctl.actions.tables import ActionRow


def left(session: Session, *, asset: str) -> list[tuple[str, str]]:
    """The actions about that asset that nobody has verified, by reference and title."""
    query = select(ActionRow.reference, ActionRow.title).where(ActionRow.asset == asset, WAITING)
    return list(session.exec(query.order_by(col(ActionRow.reference))).all())
