"""Handles alone, for the verbs that are typed at night: plain queries that load no table's class."""

from sqlalchemy import text
from sqlmodel import Session

from opsctl.core.typed import mend

_HANDLE = text("SELECT handle FROM asset WHERE handle = :handle")
_CUSTOMER = text("SELECT customer FROM asset WHERE handle = :handle")


def handle_or_none(session: Session, *, word: str) -> str | None:
    """The word as a handle, if it is one."""
    found: str | None = session.connection().execute(_HANDLE, {"handle": mend(word).casefold()}).scalar()
    return found


def customer_of(session: Session, *, handle: str) -> str | None:
    """The code of the customer that the asset serves, if one is known."""
    found: str | None = session.connection().execute(_CUSTOMER, {"handle": handle}).scalar()
    return found
