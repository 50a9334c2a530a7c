"""The unit of work: one transaction that is all there or not there at all, and the snapshot that reports read."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from opsctl.core.chain import Entry, Signature
from opsctl.store.engine import Store
from opsctl.store.settings import SETTINGS

R = TypeVar("R")
ATTEMPTS = 5
_QUEUE = "ledger queue"
_SIGNATURE = "signature"


def signature_of(session: Session) -> Signature:
    """Who writes in this unit of work, and under which request."""
    signature: Signature = session.info[_SIGNATURE]
    return signature


def actor_of(store: Store, session: Session, named: str) -> str:
    """Who acts in this session under that name: on PostgreSQL the login, whatever was said."""
    return store.driver.actor(session.connection(), named)


def queue_of(session: Session) -> list[Entry]:
    """The entries that become rows of the ledger as the last thing before the commit."""
    queue: list[Entry] = session.info[_QUEUE]
    return queue


def write(
    store: Store, work: Callable[[Session], R], *, by: Signature, committed: Callable[[], None] = lambda: None
) -> R:
    """Do the work in one transaction, write its ledger entries last, commit, and return what the work returned.

    `committed` is called as soon as the work is saved, before the connection is let go of.
    A busy database, a serialisation failure or a deadlock begins the work again, `ATTEMPTS` times in all; every
    other error leaves nothing behind. Raise Unavailable, Conflict or NotAllowed where the database says no.
    """
    with store.faults_in_words():
        attempt = 1
        while True:
            try:
                return _once(store, work, by, committed)
            except DBAPIError as error:
                if attempt == ATTEMPTS or not store.driver.is_passing(error):
                    raise
            time.sleep(0.05 * 2**attempt)
            attempt += 1


def write_series(store: Store, works: Iterable[tuple[Signature, Callable[[Session], object]]]) -> None:
    """Do these works in their order in one transaction, each by its own signature, and commit.

    For a history that is lived again: each work has its own time and person in the ledger.
    """
    with store.faults_in_words(), store.write_engine.connect() as connection, connection.begin():
        known: dict[Any, Any] = {SETTINGS: store.check_schema(connection)}
        for by, work in works:
            in_session(store, connection, work, by, known)


def _once(store: Store, work: Callable[[Session], R], by: Signature, committed: Callable[[], None]) -> R:
    with store.write_engine.connect() as connection:
        with connection.begin():
            settings = store.check_schema(connection)
            result = in_session(store, connection, work, by, {SETTINGS: settings})
        committed()
    return result


def in_session(
    store: Store,
    connection: Connection,
    work: Callable[[Session], R],
    by: Signature,
    known: dict[Any, Any] | None = None,
) -> R:
    """Do the work in a session of its own within the connection's transaction, and write its ledger entries last.

    `known` is what a session keeps of what it has read, such as the settings: taken over from the work before in this
    transaction, and left there for the next one.
    """
    signature = Signature(by.now, store.driver.actor(connection, by.actor), by.host, by.request)
    with Session(connection, expire_on_commit=False) as session:
        session.info.update({**(known or {}), _QUEUE: [], _SIGNATURE: signature})
        result = work(session)
        session.flush()
        queue = queue_of(session)
        if queue:
            store.driver.append(connection, queue, signature)
        session.expunge_all()
        if known is not None:
            known.clear()
            known.update(session.info)
    return result


@contextmanager
def snapshot(store: Store) -> Iterator[Session]:
    """A session that reads one state of the database, however long it takes, and cannot write."""
    with store.faults_in_words(), store.read_engine.connect() as connection, connection.begin():
        settings = store.check_schema(connection)
        with Session(connection) as session:
            session.info[SETTINGS] = settings
            yield session
