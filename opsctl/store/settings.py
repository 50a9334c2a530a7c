"""What the database keeps of itself: its zone, fixed when it is made, and up to when its occurrences are made."""

from sqlalchemy import text
from sqlmodel import Session

ZONE = "zone"
DEMO = "demo"
"""Stands in the database of the demo alone, which has a clock of its own."""
SETTINGS = "settings"
"""Where a session keeps them once they are read."""


def zone_of(session: Session) -> str:
    """The zone that rules this database's periods and reference years. Asked for once in a session."""
    return settings_of(session)[ZONE]


def settings_of(session: Session) -> dict[str, str]:
    """Every setting by its name, asked for once in a session; whoever changes one changes it here, too."""
    kept: dict[str, str] | None = session.info.get(SETTINGS)
    if kept is None:
        # In plain SQL: nearly every command asks, and none of them needs the table's class.
        found = session.connection().execute(_ALL)
        kept = session.info[SETTINGS] = {str(name): str(value) for name, value in found}
    return kept


_ALL = text("SELECT name, value FROM setting")
