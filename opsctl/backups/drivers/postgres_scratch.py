"""Restoring PostgreSQL: into a cluster of its own that ends with the test, or as a new database of the server."""

import json
import re
import shutil
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from opsctl.backups.drivers import ANSWER, CannotRestore, Compared, Limits, Occupied, Restored, Step, Unit, artefacts
from opsctl.backups.drivers.clients import (
    ClientFailed,
    beyond,
    complaint,
    major_of,
    milliseconds,
    program_of,
    unanswered,
    version_of,
)
from opsctl.backups.drivers.counting import OF_EXTENSIONS, CannotCount, count_rows, differences
from opsctl.backups.drivers.lines import folders, in_background, line, until
from opsctl.backups.drivers.postgres_client import ask_lines, ask_server, environment, with_database
from opsctl.backups.drivers.processes import Command, find_program
from opsctl.backups.drivers.processes import run as run_program
from opsctl.backups.drivers.scratch_servers import LOG, account, cell, require_whole, serving, sockets
from opsctl.backups.terms import Verdict
from opsctl.cli.hostfile.jobs import Place
from opsctl.core.texts import _

if TYPE_CHECKING:
    from opsctl.backups.drivers.postgres import Postgres

DATABASE = "restored"
_READER = "opsctl_reader"
_OWNER = "postgres"
_PORT = "5432"
_SOCKET = f".s.PGSQL.{_PORT}"
_USUAL = ("usr/lib/postgresql/*/bin", "usr/pgsql-*/bin", "usr/local/pgsql/bin")
"""Where packages put the programs of a server, which are not in PATH."""
_SETTINGS = {
    "listen_addresses": "", "fsync": "off", "full_page_writes": "off", "synchronous_commit": "off",
    "shared_buffers": "64MB", "wal_level": "minimal", "max_wal_senders": "0", "archive_mode": "off",
    "autovacuum": "off", "logging_collector": "off", "shared_preload_libraries": "",
    "max_locks_per_transaction": "1024",
}  # fmt: skip
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?([+-]\d\d:\d\d|Z)?")
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,62}")
_ENCODING = re.compile(r"[A-Z][A-Z0-9_]{2,30}")
_UNANSWERED = (
    "syntax error", "unterminated", "permission denied", "read-only transaction", "statement timeout",
    "server closed the connection", "connection to server", "terminating connection", "database system is",
    "No space left", "out of memory", "out of shared memory",
)  # fmt: skip
"""What is said where a query is none, may not be asked, took too long, or the server is at fault."""
_OF_HOST = ("is not available", "could not access file", "No space left", "server closed the connection")
"""What a scratch server says where it is at fault and not the artefact."""


@dataclass(frozen=True, slots=True)
class _Cluster:
    """A scratch cluster that runs."""

    programs: str
    socket: Path
    user: str | None
    limits: Limits

    def connection(self, role: str, database: str = DATABASE) -> str:
        return f"host='{_quoted(self.socket)}' port={_PORT} user={role} dbname={database}"

    def ask_lines(
        self, role: str, *statements: str, database: str = DATABASE, limits: Limits | None = None
    ) -> list[str]:
        psql = program_of("psql", self.programs)
        where = self.connection(role, database)
        return ask_lines(psql, where, statements, limits=limits or self.limits, user=self.user)

    def ask(self, query: str, within: timedelta = ANSWER) -> list[tuple[Any, ...]]:
        """The rows of one query, asked by a role that can read everything and write nothing.

        A whole number is an int, another a Decimal; true and false are bool, NULL is None. A moment is an aware UTC
        datetime, and one without a zone counts as UTC; a date and whatever else is a text. Raise CannotRestore where
        it fails: as could not run where that says nothing of the copy.
        """
        within = min(self.limits.wall, within)
        asked = query.strip().rstrip(";")
        try:
            lines = self.ask_lines(
                _READER,
                "SET default_transaction_read_only = on",
                f"SET statement_timeout = {milliseconds(within)}",
                f"COPY (SELECT row_to_json(found) FROM (\n{asked}\n) AS found) TO STDOUT",  # noqa: S608 - it asks so
                limits=beyond(within),
            )
        except ClientFailed as error:
            raise CannotRestore(error.reason, unanswered(error, _UNANSWERED)) from None
        return [_row(line) for line in lines]

    def counts(self) -> dict[str, int]:
        """The rows of each table. Raise CannotRestore where they cannot be counted."""
        try:
            return count_rows(lambda statement: self.ask_lines(_OWNER, statement))
        except (ClientFailed, CannotCount) as error:
            raise CannotRestore(error.reason, Verdict.COULD_NOT_RUN) from None

    def of_extensions(self) -> set[str]:
        """The tables that extensions made."""
        return {str(json.loads(line)[0]) for line in self.ask_lines(_OWNER, OF_EXTENSIONS)}


@contextmanager
def restored(
    driver: "Postgres",
    place: Place,
    point: str,
    scratch: Path,
    *,
    limits: Limits,
    step: Step,
    user: str | None,
    counts: Mapping[str, int] | None,
) -> Iterator[Restored]:
    """The artefact in a scratch cluster; with the context, whatever ends it, the cluster ends and is removed."""
    manifest = artefacts.read_manifest(place, point)
    more = manifest.more if manifest else {}
    least = max(major_of(str(manifest.engine) if manifest else None) or 0, _number(more.get("server")))
    programs = _server_folder(driver.job.programs, least)
    commands: list[tuple[str, ...]] = []
    with ExitStack() as stack:
        runner = account(user)
        home = cell(scratch, "cluster", runner)
        stack.callback(shutil.rmtree, home, ignore_errors=True)
        with step("checksum"):
            require_whole(place, point)
        with step("start a server"):
            cluster = stack.enter_context(_started(programs, home, runner, limits, more, commands))
        with step("restore"):
            _fill(driver, place, point, cluster, limits, commands)
        yield Restored(
            root=home,
            files=1,
            bytes=_size(cluster),
            compare=lambda: _compared(driver, place, point, cluster, limits, counts),
            ask=cluster.ask,
            words={"host": str(cluster.socket), "port": _PORT, "database": DATABASE, "root": str(home)},
            commands=tuple(commands),
        )


@contextmanager
def _started(
    programs: str,
    home: Path,
    user: str | None,
    limits: Limits,
    more: Mapping[str, Any],
    commands: list[tuple[str, ...]],
) -> Iterator[_Cluster]:
    encoding = str(more.get("encoding"))
    if not _ENCODING.fullmatch(encoding):
        encoding = "UTF8"
    made = (
        f"{programs}/initdb", f"--pgdata={home}/data", f"--username={_OWNER}", "--auth=trust", "--no-sync",
        "--no-locale", f"--encoding={encoding}",
    )  # fmt: skip
    with sockets(home, _SOCKET, user) as socket:
        commands += folders(user, home.parent, home, socket)
        commands.append(line([Command(made, user=user)]))
        _run(Command(made, user=user), limits)
        settings = tuple(f"-c{name}={value}" for name, value in _SETTINGS.items())
        words = (
            f"{programs}/postgres",
            "-D",
            f"{home}/data",
            *settings,
            f"-cunix_socket_directories={_listed(socket)}",
        )
        cluster = _Cluster(programs, socket, user, limits)
        ready = (f"{programs}/pg_isready", "--quiet", f"--dbname={cluster.connection(_OWNER, 'postgres')}")
        commands += [in_background(Command(words, user=user), home / LOG), until(Command(ready, user=user))]
        with serving(words, home, user, is_up=_prober(ready, limits, user), stop=signal.SIGQUIT):
            _make_database(cluster, str(more.get("collation") or ""), commands)
            yield cluster


def _prober(words: tuple[str, ...], limits: Limits, user: str | None) -> Callable[[], bool]:
    return lambda: run_program(Command(words, user=user), limits).is_good


def _run(command: Command, limits: Limits) -> None:
    ended = run_program(command, limits)
    if not ended.is_good:
        raise CannotRestore(complaint(ended), Verdict.COULD_NOT_RUN)


def _make_database(cluster: _Cluster, collation: str, commands: list[tuple[str, ...]]) -> None:
    """An empty database, sorting as the dumped one did where this host can; and who may only read it."""
    words = (
        f"{cluster.programs}/createdb", f"--maintenance-db={cluster.connection(_OWNER, 'postgres')}",
        "--template=template0", "--no-password", DATABASE,
    )  # fmt: skip
    alike = (*words[:-1], f"--lc-collate={collation}", f"--lc-ctype={collation}", DATABASE)
    command = Command(alike, environment=environment(), user=cluster.user)
    if not collation or not run_program(command, cluster.limits).is_good:
        command = Command(words, environment=environment(), user=cluster.user)
        _run(command, cluster.limits)
    commands.append(line([command]))
    try:
        cluster.ask_lines(
            _OWNER,
            f"CREATE ROLE {_READER} LOGIN BYPASSRLS",
            f"GRANT pg_read_all_data TO {_READER}",
            database="postgres",
        )
    except ClientFailed as error:
        raise CannotRestore(error.reason, Verdict.COULD_NOT_RUN) from None


def _fill(
    driver: "Postgres", place: Place, point: str, cluster: _Cluster, limits: Limits, commands: list[tuple[str, ...]]
) -> None:
    words = (
        f"{cluster.programs}/pg_restore", "--exit-on-error", "--no-owner", "--no-privileges", "--no-password",
        f"--dbname={cluster.connection(_OWNER)}",
    )  # fmt: skip
    command = Command(words, environment=environment(), user=cluster.user)
    try:
        commands.append(driver.feed(place, point, command, limits))
    except CannotRestore as error:
        if any(sign in error.reason for sign in _OF_HOST):
            raise CannotRestore(error.reason, Verdict.COULD_NOT_RUN) from None
        raise


def _size(cluster: _Cluster) -> int:
    """Bytes of the restored database as the server counts them."""
    with suppress(ClientFailed, ValueError):
        return int(cluster.ask_lines(_OWNER, f"SELECT pg_database_size('{DATABASE}')")[0])
    return 0


def _compared(
    driver: "Postgres", place: Place, point: str, cluster: _Cluster, limits: Limits, counts: Mapping[str, int] | None
) -> Compared:
    """The rows of each table against those of the snapshot, else against those that the artefact holds."""
    manifest = artefacts.read_manifest(place, point)
    known = counts or (manifest.counts if manifest else {})
    against = _("the rows counted when it was made") if known else _("the rows that the artefact holds")
    expected = dict(known or driver.counts_in(place, point, limits))
    try:
        for table in cluster.of_extensions():
            expected.pop(table, None)
    except ClientFailed as error:
        raise CannotRestore(error.reason, Verdict.COULD_NOT_RUN) from None
    found = cluster.counts()
    wrong = differences(expected, found)
    wrong += [_("{table}: nobody counted that table").format(table=table) for table in sorted({*found} - {*expected})]
    return Compared(against, len(expected), tuple(wrong[:100]), Unit.TABLES)


def restore(driver: "Postgres", place: Place, point: str, into: str, limits: Limits) -> tuple[tuple[str, ...], ...]:
    """Restore as the new database `into`, in one transaction; a failure takes away what was made. The commands.

    Raise CannotRestore.
    """
    live = driver.job.connection or ""
    if not _NAME.fullmatch(into):
        raise CannotRestore(_("{name!r} is no name for a new database").format(name=into[:80]), Verdict.COULD_NOT_RUN)
    require_whole(place, point)
    try:
        psql = program_of("psql", driver.job.programs)
        server = ask_server(psql, live, driver.patience)
        asked = f"SELECT 1 FROM pg_database WHERE datname = '{into}'"  # noqa: S608 - letters and digits, as seen above
        is_there = ask_lines(psql, live, (asked,), limits=Limits(driver.patience, driver.patience))
        make, take_away = (program_of(name, driver.job.programs) for name in ("createdb", "dropdb"))
        load = program_of("pg_restore", driver.job.programs)
    except ClientFailed as error:
        raise CannotRestore(error.reason, Verdict.COULD_NOT_RUN) from None
    if is_there or into == server.database:
        reason = _("there is a database {name} already, and nothing is restored over it").format(name=into)
        raise Occupied(reason)
    made = (
        make, f"--maintenance-db={live}", "--no-password", "--template=template0", f"--encoding={server.encoding}",
        into,
    )  # fmt: skip
    words = (
        load, "--exit-on-error", "--single-transaction", "--no-password", f"--dbname={with_database(live, into)}",
    )  # fmt: skip
    _run(Command(made, environment=environment()), limits)
    try:
        loaded = driver.feed(place, point, Command(words, environment=environment()), limits)
    except BaseException:
        gone = (take_away, "--if-exists", f"--maintenance-db={live}", "--no-password", into)
        run_program(Command(gone, environment=environment()), limits)
        raise
    return made, loaded


def _server_folder(given: str | None, least: int) -> str:
    """The folder with the programs of a server of that major version or the next newer one. Raise CannotRestore."""
    folders = [Path(given)] if given else []
    found = find_program("initdb")
    if found is not None:
        folders.append(Path(found).resolve().parent)
    folders += [folder for pattern in _USUAL for folder in sorted(Path("/").glob(pattern))]
    needed = ("initdb", "postgres", "pg_isready", "createdb", "pg_restore", "psql")
    majors = {}
    for folder in folders:
        if str(folder) not in majors and all(shutil.which(name, path=folder) for name in needed):
            majors[str(folder)] = major_of(version_of(str(folder / "postgres"))) or 0
    fitting = [(major, folder) for folder, major in majors.items() if major >= least]
    if fitting:
        return min(fitting, key=lambda one: one[0])[1]
    known = ", ".join(str(major) for major in sorted(set(majors.values()))) or "–"
    reason = _("no server of PostgreSQL {least} or newer is installed here for a scratch copy (there is: {known})")
    raise CannotRestore(reason.format(least=least or "", known=known), Verdict.COULD_NOT_RUN)


def _row(line: str) -> tuple[Any, ...]:
    """A row as COPY writes the JSON of it: backslashes are doubled, and there are no line ends in it."""
    pairs = json.loads(line.replace("\\\\", "\\"), parse_float=Decimal, object_pairs_hook=list)
    return tuple(_value(value) for _name, value in pairs)


def _value(value: Any) -> Any:
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        with suppress(ValueError):
            moment = datetime.fromisoformat(value)
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    return value


def _number(value: Any) -> int:
    return value if isinstance(value, int) else 0


def _quoted(path: Path) -> str:
    """A path as a value of a connection."""
    return str(path).replace("\\", "\\\\").replace("'", "\\'")


def _listed(path: Path) -> str:
    """A path as the only one of a list in the server's settings."""
    return '"' + str(path).replace('"', '""') + '"'
