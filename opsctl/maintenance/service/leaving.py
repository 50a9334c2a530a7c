"""What is left here when an asset goes."""

from sqlmodel import Session, col, select

from opsctl.maintenance.rules.patches import UNSETTLED
from opsctl.maintenance.tables import PatchRow


def left(session: Session, *, asset: str) -> list[tuple[str, str]]:
    """The patches for that asset that are not settled, by reference and title."""
    query = select(PatchRow.reference, PatchRow.title).where(
        PatchRow.asset == asset, col(PatchRow.state).in_(UNSETTLED), col(PatchRow.void).is_(None)
    )
    return list(session.exec(query.order_by(col(PatchRow.reference))).all())
