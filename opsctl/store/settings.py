"""What is fixed for a whole database when it is made: its zone."""

from sqlalchemy import text
from sqlmodel import Session

ZONE = "zone"


def zone_of(session: Session) -> str:
    """The zone that rules this database's periods and reference years. Asked for once in a session."""
    if ZONE not in session.info:
        # In plain SQL: nearly every command asks, and none of them needs the table's class.
        session.info[ZONE] = session.connection().execute(_ZONE).scalar_one()
    zone: str = session.info[ZONE]
    return zone


_ZONE = text("SELECT value FROM setting WHERE name = 'zone'")
