"""One quick read-only question to either database, for a TAB: without SQLAlchemy, and over in seconds in any case."""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from opsctl.store.address import Address, Backend

if TYPE_CHECKING:
    import psycopg

SECONDS = 2
_BUSY_SECONDS = 0.2
_STEPS = 10_000
Ask = Callable[[str, Sequence[Any]], list[tuple[Any, ...]]]
"""Gives the rows of a statement with a `?` for each of its values, on both databases."""


@contextmanager
def opened(address: Address) -> Iterator[Ask]:
    """The way to ask that database. Never makes a file. Raise what the driver raises where it cannot be had."""
    with closing(_sqlite(address.target) if address.backend is Backend.SQLITE else _postgres(address.target)) as found:
        # SQLite knows a question mark, psycopg %s; what rooms ask has neither of them inside a text.
        mark = "?" if address.backend is Backend.SQLITE else "%s"
        yield lambda statement, values: list(found.execute(statement.replace("?", mark), tuple(values)).fetchall())


def _sqlite(target: str) -> Any:
    import sqlite3

    # Where nobody has the file open it may be read as it is: the log and the lock of a writer would be new files.
    mode = "ro" if Path(f"{target}-wal").exists() else "ro&immutable=1"
    found = sqlite3.connect(f"file:{quote(os.fsencode(target))}?mode={mode}", uri=True, timeout=_BUSY_SECONDS)
    end = time.monotonic() + SECONDS
    found.set_progress_handler(lambda: time.monotonic() > end, _STEPS)
    return found


def _postgres(target: str) -> "psycopg.Connection[Any]":
    import threading

    import psycopg

    answer: list[psycopg.Connection[Any]] = []

    def connect() -> None:
        options = f"-c statement_timeout={SECONDS}s -c default_transaction_read_only=on -c client_encoding=UTF8"
        try:
            answer.append(psycopg.connect(target, options=options, application_name="opsctl", connect_timeout=SECONDS))
        except (psycopg.Error, ValueError):  # the latter of an address that no server can be asked for
            return

    # By our own clock: a dead resolver or a silent server outlasts libpq's.
    waiting = threading.Thread(target=connect, daemon=True)
    waiting.start()
    waiting.join(SECONDS)
    if not answer:
        raise TimeoutError
    return answer[0]
