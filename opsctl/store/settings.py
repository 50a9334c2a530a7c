"""What is fixed for a whole database when it is made: its zone."""

from sqlmodel import Session, select

from opsctl.store.tables import Setting

ZONE = "zone"


def zone_of(session: Session) -> str:
    """The zone that rules this database's periods and reference years. Asked for once in a session."""
    if ZONE not in session.info:
        session.info[ZONE] = session.exec(select(Setting.value).where(Setting.name == ZONE)).one()
    zone: str = session.info[ZONE]
    return zone
