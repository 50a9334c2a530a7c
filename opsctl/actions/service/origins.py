"""From which action an incident came: a plain query that loads no table's class."""

from sqlalchemy import text
from sqlmodel import Session

_TAKEN = text("SELECT reference FROM action WHERE incident = :incident ORDER BY reference")


def taken_over_by(session: Session, *, incident: str) -> str | None:
    """The reference of the action that the incident took over, if it did."""
    found: str | None = session.connection().execute(_TAKEN, {"incident": incident}).scalar()
    return found
