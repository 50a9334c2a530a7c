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


def asset_and_rest(
    session: Session, *, words: str, asset: str | None
) -> tuple[str | None, str, tuple[str, ...]]:
    """The asset that is named by `asset`, else by the first of the words, and the rest: what stands after it.

    Where the first word names none it is part of the rest, and the third are handles that it may have meant. Raise
    NotFound, with the nearest, if there is no such `asset`.
    """
    if asset is not None:
        from opsctl.assets.service import assets

        return assets.known_handle(session, word=asset), words, ()
    first, _sign, rest = words.partition(" ")
    first = mend(first)
    handle = handle_or_none(session, word=first)
    if handle is None:
        from opsctl.assets.service import assets

        return None, words, tuple(assets.near_handles(session, word=first))
    return handle, rest.strip(), ()
