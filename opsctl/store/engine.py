"""One opened database: its two engines, and its faults in words."""

import importlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Protocol, cast

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from opsctl.core.chain import Entry, Head, Signature
from opsctl.core.errors import OpsctlError
from opsctl.store import faults
from opsctl.store.address import Address

SCHEMA_VERSION = "0005"
_SCHEMA = "schema version"
# One question for both: each of them takes a tenth of a second where the database is far away.
_VERSION_AND_SETTINGS = text(
    "SELECT CAST(:schema AS VARCHAR) AS name, version_num AS value FROM alembic_version"
    " UNION ALL SELECT name, value FROM setting"
).bindparams(schema=_SCHEMA)

# A connection that is interrupted while it closes would print a traceback, though what it did is committed or gone.
logging.getLogger("sqlalchemy").addHandler(logging.NullHandler())


class Driver(Protocol):
    """What `sqlite` and `postgres` both offer."""

    LEDGER_GUARDS: tuple[str, ...]

    def write_engine(self, target: str) -> Engine: ...
    def read_engine(self, target: str) -> Engine: ...
    def prepare(self, target: str) -> None: ...
    def exists(self, target: str) -> bool: ...
    def actor(self, connection: Connection, named: str) -> str: ...
    def append(self, connection: Connection, entries: list[Entry], by: Signature) -> Head: ...
    def guards(self, connection: Connection) -> set[str]: ...
    def is_passing(self, error: DBAPIError) -> bool: ...
    def in_words(self, error: DBAPIError, address: Address) -> OpsctlError | None: ...


def driver_of(address: Address) -> Driver:
    """The module that knows the backend of `address`; the other one is never loaded."""
    name = "postgres" if address.backend == "postgresql" else "sqlite"
    return cast(Driver, importlib.import_module(f"opsctl.store.{name}"))


class Store:
    """A database that can be written and read. Engines are made when first used and connect when first asked."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self.driver = driver_of(address)

    @cached_property
    def write_engine(self) -> Engine:
        return self.driver.write_engine(self.address.target)

    @cached_property
    def read_engine(self) -> Engine:
        return self.driver.read_engine(self.address.target)

    def check_schema(self, connection: Connection) -> dict[str, str]:
        """The settings of the database, which nearly every command wants, too.

        Raise Unavailable if there is no schema, Conflict if it is older or newer than this opsctl.
        """
        settings = {str(name): str(value) for name, value in connection.execute(_VERSION_AND_SETTINGS)}
        found = settings.pop(_SCHEMA, None)
        if found is None:
            raise faults.not_initialised(str(self.address))
        if found > SCHEMA_VERSION:
            raise faults.newer_schema(found, SCHEMA_VERSION)
        if found < SCHEMA_VERSION:
            raise faults.older_schema(found, SCHEMA_VERSION)
        return settings

    @contextmanager
    def faults_in_words(self, *, new: bool = False) -> Iterator[None]:
        """Raise what the driver raises as an error a person can act on. `new`: the file may still be empty."""
        if not new and not self.driver.exists(self.address.target):
            raise faults.not_initialised(str(self.address))
        try:
            yield
        except UnicodeEncodeError:
            raise faults.no_text() from None
        except DBAPIError as error:
            told = self.driver.in_words(error, self.address)
            if told is None:
                raise
            raise told from error

    def close(self) -> None:
        """Let go of every connection."""
        for name in ("write_engine", "read_engine"):
            engine = self.__dict__.pop(name, None)
            if engine is not None:
                engine.dispose()
