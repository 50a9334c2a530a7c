"""PostgreSQL asked through its own programs: they read libpq's files, so that no password passes through here."""

import os
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple

from opsctl.backups.drivers import Limits
from opsctl.backups.drivers.clients import PATIENCE, ClientFailed, complaint
from opsctl.backups.drivers.processes import Command, run
from opsctl.core.texts import _

_CONNECT_SECONDS = "20"
_QUIET = ("--no-psqlrc", "--quiet", "--no-align", "--tuples-only", "--no-password", "--set=ON_ERROR_STOP=1")


class Server(NamedTuple):
    """What a server says of itself and of the database that was asked: its major version, the database's own name."""

    major: int
    database: str
    encoding: str
    collation: str


def environment() -> Mapping[str, str]:
    """What the programs are told beside the environment of this process: not to wait forever for a connection."""
    return {"PGCONNECT_TIMEOUT": os.environ.get("PGCONNECT_TIMEOUT", _CONNECT_SECONDS), "PGAPPNAME": "opsctl"}


def psql_environment() -> Mapping[str, str]:
    """The same for psql, whose output is read here. A dump keeps the encoding of its database."""
    return {**environment(), "PGCLIENTENCODING": "UTF8"}


def psql_words(psql: str, connection: str) -> tuple[str, ...]:
    """The words that start psql so that it reads no file of its own, asks nobody, and stops at the first error."""
    return (psql, *_QUIET, f"--dbname={connection}")


def ask_lines(
    psql: str, connection: str, statements: Sequence[str], *, limits: Limits, user: str | None = None
) -> list[str]:
    """What psql prints for the statements, run in one session each in its own transaction. Raise ClientFailed.

    They are given by `--command`, where psql takes a backslash for no command of its own.
    """
    words = (*psql_words(psql, connection), *(f"--command={statement}" for statement in statements))
    lines: list[str] = []
    ended = run(Command(words, environment=psql_environment(), user=user), limits, on_line=lines.append)
    if not ended.is_good:
        raise ClientFailed(complaint(ended), is_late=ended.late is not None)
    return lines


SERVER = (
    "SELECT current_setting('server_version_num'), pg_encoding_to_char(encoding), datcollate, datname"
    " FROM pg_database WHERE datname = current_database()"
)
"""What `read_server` reads."""


def ask_server(psql: str, connection: str, patience: timedelta = PATIENCE) -> Server:
    """The server behind a connection. Raise ClientFailed where it does not answer or lets nobody in."""
    lines = ask_lines(psql, connection, (SERVER,), limits=Limits(patience, patience))
    return read_server(lines[0] if lines else "")


def read_server(line: str) -> Server:
    """The server as it tells of itself in one line. Raise ClientFailed for anything else."""
    try:
        number, encoding, collation, name = line.split("|", 3)
        return Server(int(number) // 10000, name, encoding, collation)
    except ValueError:
        raise ClientFailed(_("the server says nothing of its version")) from None


def with_database(connection: str, name: str) -> str:
    """The same connection to another database, whichever way it is written: of two, libpq takes what comes last."""
    if connection.startswith(("postgresql://", "postgres://")):
        from urllib.parse import quote

        sign = "&" if "?" in connection else "?"
        return f"{connection}{sign}dbname={quote(name, safe='')}"
    quoted = name.replace("\\", "\\\\").replace("'", "\\'")
    return f"{connection if '=' in connection else ''} dbname='{quoted}'".strip()
