"""Beginning with opsctl: where a database could be, and making it with its first person, whole or not at all."""

import errno
import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, text
from sqlmodel import Session

from opsctl.core.chain import Signature
from opsctl.core.errors import Conflict, NotAllowed
from opsctl.core.texts import _
from opsctl.core.typed import mend
from opsctl.desk.rules.beginning import Person
from opsctl.desk.service.database import Made, init
from opsctl.people.service import persons
from opsctl.store import faults, unit
from opsctl.store.address import Address, Backend, read_address
from opsctl.store.engine import SCHEMA_VERSION, Store
from opsctl.store.migrate import schema_version
from opsctl.store.settings import DEMO, ZONE

_SETTINGS = text("SELECT name, value FROM setting WHERE name IN (:zone, :demo)").bindparams(zone=ZONE, demo=DEMO)
_PERSONS = text("SELECT handle, name, login FROM person WHERE retired_at IS NULL ORDER BY handle")
_MAY_CREATE = text("SELECT has_schema_privilege(current_user, 'public', 'CREATE'), current_user")


@dataclass(frozen=True)
class Place:
    """Where a database is, or could be made. `zone` and `schema` are None where there is none yet.

    `login` is the name under which this login acts there: on PostgreSQL that of the database.
    """

    address: Address
    login: str
    zone: str | None = None
    schema: str | None = None
    persons: tuple[Person, ...] = ()

    @property
    def me(self) -> Person | None:
        """The person who has this login there."""
        name = mend(self.login).casefold()
        return next((one for one in self.persons if name in (one.login, one.handle)), None)

    @property
    def is_server(self) -> bool:
        """Whether it is a server, on which the login is who acts."""
        return self.address.backend is Backend.POSTGRESQL

    @property
    def is_older(self) -> bool:
        """Whether its schema has to be upgraded."""
        return self.schema is not None and self.schema < SCHEMA_VERSION


@dataclass(frozen=True)
class Begun:
    """What `init` did: the database, and the handle of the person who was asked for; `recorded` if they are new."""

    made: Made
    person: str | None = None
    recorded: bool = False


def look(written: str, *, login: str) -> Place:
    """What is at that address, without writing anything. Raise InvalidInput if it is none; Unavailable, Conflict or
    NotAllowed where no database of ours is there or could be made.
    """
    address = read_address(written)
    store = Store(address)
    try:
        with store.faults_in_words(new=True):
            if address.backend is Backend.SQLITE and not _is_file(Path(address.target)):
                return Place(address, login)
            if address.backend is Backend.POSTGRESQL:
                store.driver.prepare(address.target)
            with store.read_engine.connect() as connection, connection.begin():
                return _found(store, connection, login)
    finally:
        store.close()


def begin(address: Address, *, zone: str, by: Signature, first: Person | None = None) -> Begun:
    """Make the database with that zone, unless it is there, and record the first person in it with their login.

    What is not made whole leaves no file behind. Raise Conflict if it is there with another zone, or if others are
    recorded there already and this person is not.
    """
    with _no_file_left(address):
        made = init(address, zone=zone, by=by, also=partial(_record, first) if first is not None else lambda _: None)
    if first is None or made.new:
        return Begun(made, None if first is None else first.handle, recorded=first is not None)
    store = Store(address)
    try:
        return Begun(made, first.handle, unit.write(store, partial(_record_later, first), by=by))
    finally:
        store.close()


def _record(first: Person, session: Session) -> None:
    signature = unit.signature_of(session)
    is_server = session.connection().dialect.name == "postgresql"
    login = signature.actor if is_server or first.login is None else first.login
    texts = {"name": first.name, "login": login}
    persons.add(session, now=signature.now, actor=signature.actor, handle=first.handle, texts=texts)


def _record_later(first: Person, session: Session) -> bool:
    """Record the person in a database that was there; whether they were not yet."""
    known = [handle for handle, _name, _login in session.connection().execute(_PERSONS)]
    if first.handle in known:
        return False
    if known:
        raise Conflict(
            _("Persons are recorded in this database already, and {handle} is none of them.").format(
                handle=first.handle
            ),
            _("Let one of them type: opsctl person add {handle} --login LOGIN").format(handle=first.handle),
        )
    _record(first, session)
    return True


def _found(store: Store, connection: Connection, login: str) -> Place:
    login = store.driver.actor(connection, login)
    schema = schema_version(connection)
    if schema is None:
        _check_empty(store, connection)
        return Place(store.address, login)
    if schema > SCHEMA_VERSION:
        raise faults.newer_schema(schema, SCHEMA_VERSION)
    settings = {str(name): str(value) for name, value in connection.execute(_SETTINGS)}
    if DEMO in settings:
        raise Conflict(
            _("{address} is the demo's database.").format(address=store.address), _("Choose another for your company.")
        )
    known = tuple(Person(*row) for row in connection.execute(_PERSONS))
    return Place(store.address, login, settings[ZONE], schema, known)


def _check_empty(store: Store, connection: Connection) -> None:
    if store.address.backend is Backend.SQLITE:
        if connection.execute(text("SELECT count(*) FROM sqlite_master WHERE type = 'table'")).scalar():
            raise faults.damaged(str(store.address))
        return
    may, login = connection.execute(_MAY_CREATE).one()
    if not may:
        raise NotAllowed(
            _("The login {login} may not make tables in {address}.").format(login=login, address=store.address),
            _("Let its owner type: GRANT CREATE ON SCHEMA public TO {login};").format(login=f'"{login}"'),
        )


def _is_file(path: Path) -> bool:
    """Whether there is a file with something in it. Raise Unavailable where none could be made."""
    try:
        found = path.stat()
    except FileNotFoundError:
        _check_folder(path)
        return False
    except OSError as error:
        raise faults.unreachable(f"sqlite:///{path}", error.strerror or str(error)) from None
    if not stat.S_ISREG(found.st_mode):
        raise faults.unreachable(f"sqlite:///{path}", os.strerror(errno.EISDIR if path.is_dir() else errno.EINVAL))
    if not os.access(path, os.R_OK | os.W_OK, effective_ids=True):
        raise faults.read_only()
    return found.st_size > 0


def _check_folder(path: Path) -> None:
    there = next(folder for folder in path.parents if folder.exists())
    refused = None if there.is_dir() else errno.ENOTDIR
    if refused is None and not os.access(there, os.W_OK | os.X_OK, effective_ids=True):
        refused = errno.EROFS if os.statvfs(there).f_flag & os.ST_RDONLY else errno.EACCES
    if refused is not None:
        raise faults.unreachable(f"sqlite:///{path}", os.strerror(refused))


@contextmanager
def _no_file_left(address: Address) -> Iterator[None]:
    """Remove a new file, and the folders made for it, if the database in it is not made."""
    path = Path(address.target)
    if address.backend is not Backend.SQLITE or path.exists():
        yield
        return
    folders = [folder for folder in path.parents if not folder.exists()]
    try:
        yield
    except BaseException:
        if _is_nobodys(path):
            for name in (f"{path}-wal", f"{path}-shm", path):
                with suppress(OSError):
                    Path(name).unlink()
            for folder in folders:
                with suppress(OSError):
                    folder.rmdir()
        raise


def _is_nobodys(path: Path) -> bool:
    """Whether the file has no table, and nobody else is making one in it."""
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True, timeout=0, isolation_level=None)) as found:
            found.execute("BEGIN EXCLUSIVE")
            return not found.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    except sqlite3.Error:  # no such file, or it is locked
        return not path.exists()
