"""Restoring MariaDB and MySQL: into a server of its own that ends with the test, or as a new database."""

import os
import re
import shutil
import signal
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from opsctl.backups.drivers import ANSWER, CannotRestore, Compared, Limits, Occupied, Restored, Step, Unit, artefacts
from opsctl.backups.drivers.clients import PATIENCE, ClientFailed, complaint, milliseconds, one_line, unanswered
from opsctl.backups.drivers.lines import Line, folders, in_background, line, until
from opsctl.backups.drivers.mysql_client import (
    MARIADB,
    Version,
    access,
    ask_rows,
    asking,
    find,
    has_sandbox,
    name,
    needed,
    version_of,
)
from opsctl.backups.drivers.mysql_text import Reader
from opsctl.backups.drivers.processes import Command, Ended, find_program, pipe, run
from opsctl.backups.drivers.scratch_servers import LOG, account, cell, require_whole, serving, sockets
from opsctl.backups.drivers.sealing import unpack
from opsctl.backups.terms import Verdict
from opsctl.cli.hostfile.jobs import Job, Place
from opsctl.core.texts import _

if TYPE_CHECKING:
    from opsctl.backups.drivers.mysql import Mysql

_SOCKET = "m.sock"
_READER = "opsctl_reader"
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,63}")
_WHOLE = re.compile(r"-?(0|[1-9]\d{0,18})")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?")
_AT_ONCE = 200
_OLD, *_CHOOSING = ("\\/\\*M\\?!999999", "CREATE DATABASE ", "USE `")
"""The beginnings of lines, for sed: the mark of the sandbox mode, and what makes and chooses a database."""
_SETTINGS = (
    "--skip-networking", "--event-scheduler=OFF", "--innodb-flush-log-at-trx-commit=0", "--innodb-doublewrite=OFF",
    "--innodb-buffer-pool-size=64M", "--max-allowed-packet=1G", "--skip-log-bin",
)  # fmt: skip
"""Nothing has to survive; events of the dump must not begin to run."""
_UNANSWERED = (
    "error in your SQL syntax", "command denied", "Access denied", "READ ONLY", "statement execution time exceeded",
    "execution was interrupted", "Lost connection", "server has gone away", "Can't connect", "No space left",
    "disk full", "Out of memory",
)  # fmt: skip
"""What is said where a query is none, may not be asked, took too long, or the server is at fault."""
_OF_HOST = (
    "Can't connect",
    "Lost connection",
    "server has gone away",
    "disk full",
    "No space left",
    "Unknown collation",
)


@dataclass(frozen=True, slots=True)
class _Server:
    """A scratch server that runs."""

    client: str
    socket: Path
    user: str | None
    limits: Limits
    is_boxed: bool
    database: str

    def first(self, role: str) -> tuple[str, ...]:
        return "--no-defaults", f"--socket={self.socket}", f"--user={role}"

    @property
    def box(self) -> tuple[str, ...]:
        return ("--sandbox",) if self.is_boxed else ()

    def rows(
        self, role: str, statement: str, *more: str, limits: Limits | None = None
    ) -> list[list[str | None]]:
        words = (*self.box, *more)
        return ask_rows(
            self.client, self.first(role), statement, *words, limits=limits or self.limits, user=self.user
        )

    def ask(self, query: str, within: timedelta = ANSWER) -> list[tuple[Any, ...]]:
        """The rows of one query, asked by an account that can read everything and write nothing.

        A whole number is an int, a moment an aware UTC datetime, NULL is None (the text NULL, too); whatever else is a
        text. Raise CannotRestore where it fails: as could not run where that says nothing of the copy.
        """
        within = min(self.limits.wall, within)
        # The client is stopped first: a function that the server interrupts may answer as if it had come to its end.
        later = milliseconds(within + PATIENCE)
        limit = f"max_execution_time={later}"
        if "mariadb" in Path(self.client).name:
            limit = f"max_statement_time={later / 1000}"
        before = f"SET SESSION time_zone='+00:00', {limit}; SET SESSION TRANSACTION READ ONLY;"
        chosen = (f"--database={self.database}",) if self.database else ()
        try:
            found = self.rows(_READER, f"{before}\n{query}", *chosen, limits=Limits(within, within))
        except ClientFailed as error:
            raise CannotRestore(error.reason, unanswered(error, _UNANSWERED)) from None
        return [tuple(_value(cell) for cell in row) for row in found]


@contextmanager
def restored(
    driver: "Mysql", place: Place, point: str, scratch: Path, *, limits: Limits, step: Step, user: str | None
) -> Iterator[Restored]:
    """The artefact in a scratch server; with the context, whatever ends it, the server ends and is removed."""
    from opsctl.backups.drivers.mysql import databases_said, version_said

    manifest = artefacts.read_manifest(place, point)
    more = manifest.more if manifest else {}
    program = _program(driver.job, version_said(more))
    named = databases_said(more)
    database = named[0] if len(named) == 1 else ""
    commands: list[tuple[str, ...]] = []
    with ExitStack() as stack:
        runner = account(user)
        home = cell(scratch, "server", runner)
        stack.callback(shutil.rmtree, home, ignore_errors=True)
        with step("checksum"):
            require_whole(place, point)
        with step("start a server"):
            server = stack.enter_context(_started(driver.job, program, home, runner, limits, database, commands))
        with step("restore"):
            words = asking(server.client, server.first("root"), *server.box)
            tables = _load(driver, place, point, Command(words, user=runner), limits)
            commands.append(_typed(driver.job, place, point, Command(words, user=runner), _OLD))
        yield Restored(
            root=home,
            files=1,
            bytes=_size(home / "data"),
            compare=lambda: _compared(server, tables),
            ask=server.ask,
            words={"host": str(server.socket), "port": "0", "database": database, "root": str(home)},
            commands=tuple(commands),
        )


@contextmanager
def _started(
    job: Job,
    program: str,
    home: Path,
    user: str | None,
    limits: Limits,
    database: str,
    commands: list[tuple[str, ...]],
) -> Iterator[_Server]:
    client = _needed("client", job)
    data = f"--datadir={home}/data"
    made = Command(_made(job, program, data), user=user)
    (home / "data").mkdir(mode=0o700)
    if user is not None:
        shutil.chown(home / "data", user)
    ended = run(made, limits)
    if not ended.is_good:
        raise CannotRestore(complaint(ended), Verdict.COULD_NOT_RUN)
    with sockets(home, _SOCKET, user) as folder:
        server = _Server(client, folder / _SOCKET, user, limits, has_sandbox(client), database)
        words = (program, "--no-defaults", data, f"--socket={server.socket}", f"--tmpdir={home}/data", *_SETTINGS)
        asked = (*asking(client, server.first("root")), "--execute=SELECT 1")
        commands += [*folders(user, home.parent, home, home / "data", folder), line([made])]
        commands += [in_background(Command(words, user=user), home / LOG), until(Command(asked, user=user))]
        with serving(words, home, user, is_up=lambda: _answers(server), stop=signal.SIGKILL):
            try:
                server.rows("root", f"CREATE USER {_READER}@localhost")
                server.rows("root", f"GRANT SELECT, SHOW VIEW ON *.* TO {_READER}@localhost")
            except ClientFailed as error:
                raise CannotRestore(error.reason, Verdict.COULD_NOT_RUN) from None
            yield server


def _size(folder: Path) -> int:
    """Bytes in the files of a folder in which a server works: some may be gone before they are looked at."""
    total = 0
    for one in folder.rglob("*"):
        with suppress(OSError):
            total += one.stat().st_size
    return total


def _made(job: Job, program: str, data: str) -> tuple[str, ...]:
    """What makes the server's own tables."""
    if "mariadb" not in Path(program).name:
        return program, "--no-defaults", "--initialize-insecure", data
    install = find_program("mariadb-install-db", job.programs)
    if install is None:
        reason = _("{program} is not installed here").format(program="mariadb-install-db")
        raise CannotRestore(reason, Verdict.COULD_NOT_RUN)
    return (
        install, "--no-defaults", data, "--auth-root-authentication-method=normal", "--skip-test-db",
        "--skip-name-resolve", "--innodb-doublewrite=OFF", "--innodb-flush-log-at-trx-commit=0",
    )  # fmt: skip


def _answers(server: _Server) -> bool:
    with suppress(ClientFailed):
        return server.rows("root", "SELECT 1") == [["1"]]
    return False


def _program(job: Job, dumped: Version | None) -> str:
    """A server of the vendor of the dump, and of its series or a newer one. Raise CannotRestore."""
    program = _needed("server", job)
    found = version_of(program)
    if found is None or (dumped and (found.vendor != dumped.vendor or found.series < dumped.series)):
        reason = _("the dump is of {dumped}, and here is {found} for a scratch copy").format(
            dumped=dumped or "–", found=found or "–"
        )
        raise CannotRestore(reason, Verdict.COULD_NOT_RUN)
    if found.vendor == MARIADB and "mariadb" not in Path(program).name:
        return find("server", job._replace(driver="mariadb")) or program
    return program


def _load(
    driver: "Mysql", place: Place, point: str, command: Command, limits: Limits, into_database: str | None = None
) -> list[tuple[str, str]]:
    """Let a client read the dump, without what is left out: the tables that were in it.

    All of it goes `into_database` where one is given. Raise CannotRestore where the one program or the other fails.
    """
    out, into = os.pipe()
    loading = _Loading(command, limits, out)
    loading.start()

    def give(part: bytes) -> None:
        rest = memoryview(part)
        while rest:
            rest = rest[os.write(into, rest) :]

    reader = Reader(give, is_renamed=into_database is not None)
    try:
        with suppress(BrokenPipeError):  # the client has ended, and says why
            if into_database is not None:
                # A client that keeps to one database obeys nothing before that one was chosen.
                give(f"USE {name(into_database)};\n".encode())
            driver.read(place, point, reader, limits)
    finally:
        os.close(into)
        loading.join()
    ended = loading.ended
    if ended is None or not ended.is_good:
        reason = complaint(ended) if ended else _("nobody is asked")
        is_host = ended is None or ended.refused is not None or ended.late is not None
        is_host = is_host or any(sign in reason for sign in _OF_HOST)
        raise CannotRestore(reason, Verdict.COULD_NOT_RUN if is_host else Verdict.DIFFERS)
    return reader.tables


class _Loading(threading.Thread):
    """A client that reads a pipe until its end."""

    def __init__(self, command: Command, limits: Limits, out: int) -> None:
        super().__init__(daemon=True)
        self.ended: Ended | None = None
        self._command = command
        self._limits = replace(limits, idle=limits.wall)
        self._out = out

    def run(self) -> None:
        """Wait for its end; who writes to it sees that nobody reads any more."""
        with os.fdopen(self._out, "rb", buffering=0) as source:
            self.ended = pipe([self._command], self._limits, source=source)


def _compared(server: _Server, tables: list[tuple[str, str]]) -> Compared:
    """Every table that the artefact names is there, and the server finds it whole."""
    wrong: list[str] = []
    for start in range(0, len(tables), _AT_ONCE):
        some = ", ".join(f"{name(database)}.{name(table)}" for database, table in tables[start : start + _AT_ONCE])
        try:
            rows = server.rows("root", f"CHECK TABLE {some}")
        except ClientFailed as error:
            raise CannotRestore(error.reason, Verdict.COULD_NOT_RUN) from None
        wrong += [one_line(f"{row[0]}: {row[3]}") for row in rows if row[2] == "Error"]
    return Compared(_("the tables that the artefact names"), len(tables), tuple(wrong[:100]), Unit.TABLES)


def restore(driver: "Mysql", place: Place, point: str, into: str, limits: Limits) -> tuple[tuple[str, ...], ...]:
    """Restore as the new database `into` of the job's server; a failure takes away what was made. The commands.

    Raise CannotRestore.
    """
    from opsctl.backups.drivers.mysql import databases_said

    manifest = artefacts.read_manifest(place, point)
    named = databases_said(manifest.more if manifest else {})
    if not _NAME.fullmatch(into):
        raise CannotRestore(_("{name!r} is no name for a new database").format(name=into[:80]), Verdict.COULD_NOT_RUN)
    require_whole(place, point)
    if len(named) != 1:
        reason = _("the dump holds {count} databases, and only one can get a new name").format(count=len(named))
        raise CannotRestore(reason, Verdict.COULD_NOT_RUN)
    client, first = _needed("client", driver.job), access(driver.job)
    box = ("--sandbox",) if has_sandbox(client) else ()
    patient = Limits(driver.patience, driver.patience)
    try:
        asked = f"SELECT 1 FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = '{into}'"  # noqa: S608 - as seen above
        if into == named[0] or ask_rows(client, first, asked, limits=patient):
            reason = _("there is a database {name} already, and nothing is restored over it").format(name=into)
            raise Occupied(reason)
        make = f"CREATE DATABASE {name(into)}"
        ask_rows(client, first, make, limits=patient)
    except ClientFailed as error:
        raise CannotRestore(error.reason, Verdict.COULD_NOT_RUN) from None
    words = asking(client, first, *box, "--one-database", f"--database={into}")
    try:
        tables = _load(driver, place, point, Command(words), limits, into)
        _look_for(tables, client, first, into, patient)
    except BaseException:
        with suppress(ClientFailed):
            ask_rows(client, first, f"DROP DATABASE {name(into)}", limits=patient)
        raise
    making = (*asking(client, first), f"--execute={make}")
    # Without the lines that choose one, what is told which database to use uses no other.
    using = Command(asking(client, first, *box, f"--database={into}"))
    return making, _typed(driver.job, place, point, using, _OLD, *_CHOOSING)


def _typed(job: Job, place: Place, point: str, client: Command, *left_out: str) -> Line:
    """The line by which a person lets a client read the dump, without the lines that begin so."""
    leaving = Command(("sed", *(f"--expression=/^{beginning}/d" for beginning in left_out)))
    return line([*unpack(job, artefacts.path_of(place, point)), leaving, client])


def _look_for(tables: list[tuple[str, str]], client: str, first: tuple[str, ...], into: str, limits: Limits) -> None:
    """Raise CannotRestore where a table of the dump is not in the new database, whatever the client ended with."""
    asked = f"SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = '{into}'"  # noqa: S608 - a plain name
    try:
        found = {row[0] for row in ask_rows(client, first, asked, limits=limits)}
    except ClientFailed as error:
        raise CannotRestore(error.reason, Verdict.COULD_NOT_RUN) from None
    for _database, table in tables:
        if table not in found:
            raise CannotRestore(_("{table}: the table is missing").format(table=one_line(table)))


def _needed(kind: str, job: Job) -> str:
    try:
        return needed(kind, job)
    except ClientFailed as error:
        raise CannotRestore(error.reason, Verdict.COULD_NOT_RUN) from None


def _value(cell: str | None) -> Any:
    if cell is None:
        return None
    if _WHOLE.fullmatch(cell):
        return int(cell)
    if _MOMENT.fullmatch(cell):
        with suppress(ValueError):
            return datetime.fromisoformat(cell).replace(tzinfo=UTC)
    return cell
