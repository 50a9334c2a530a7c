"""Keeping occurrences 35 days ahead: part of every write, and next to nothing where nothing is to be done."""

from datetime import datetime

from sqlmodel import Session


def keep_up(session: Session, *, now: datetime) -> None:
    """Make what is due in the next 35 days, and cancel what no longer is; once a day, and where assets or rules change.

    Called at the end of every write, in its transaction.
    """
