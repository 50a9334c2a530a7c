"""What is left here when an asset or a person goes."""

from typing import Any

from sqlmodel import Session, col, select

from opsctl.inspections.service.rows import OPEN_NOW
from opsctl.inspections.tables import InspectionRow
from opsctl.people.service import identity


def left(session: Session, *, asset: str) -> list[tuple[str, str]]:
    """The rounds of that asset that are open, by reference and checklist."""
    return _open(session, InspectionRow.asset == asset)


def begun(session: Session, *, person: str) -> list[tuple[str, str]]:
    """The rounds that are open and that person walked last, by reference and checklist; anybody may go on with them."""
    return _open(session, col(InspectionRow.person).in_(identity.names_of_one(session, person)))


def _open(session: Session, whose: Any) -> list[tuple[str, str]]:
    query = select(InspectionRow.reference, InspectionRow.checklist).where(whose, OPEN_NOW)
    return list(session.exec(query.order_by(col(InspectionRow.reference))).all())
