"""MariaDB and MySQL asked through their own client, which reads its password from a defaults file."""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from opsctl.backups.drivers import Limits
from opsctl.backups.drivers.clients import PATIENCE, ClientFailed, complaint, what_it_is
from opsctl.backups.drivers.processes import Command, find_program, run
from opsctl.backups.terms import Engine
from opsctl.cli.hostfile.jobs import Job
from opsctl.core.texts import _

MARIADB, MYSQL = "MariaDB", "MySQL"
_CONNECT_SECONDS = 20
_SERIES = re.compile(r"(\d+)\.(\d+)\.\d+")
_ELSEWHERE = ("/usr/sbin", "/usr/libexec", "/usr/local/sbin")
"""Servers lie outside of the PATH of most accounts."""
_NAMES = {
    "dump": ("mariadb-dump", "mysqldump"),
    "client": ("mariadb", "mysql"),
    "server": ("mariadbd", "mysqld"),
}


class Version(NamedTuple):
    """Whose it is, and its series: MariaDB 10.11."""

    vendor: str
    series: tuple[int, int]

    def __str__(self) -> str:
        return f"{self.vendor} {self.series[0]}.{self.series[1]}"


def find(kind: str, job: Job) -> str | None:
    """The path of the `dump`, `client` or `server` program of the job's vendor; None where it is not there.

    MySQL has one name for each; those of MariaDB go by the old name on older hosts.
    """
    names = _NAMES[kind] if job.driver == Engine.MARIADB else _NAMES[kind][1:]
    folders = [job.programs, *(_ELSEWHERE if kind == "server" else ())]
    for name in names:
        for folder in folders:
            found = find_program(name, folder)
            if found is not None:
                return found
    return None


def needed(kind: str, job: Job) -> str:
    """The same path. Raise ClientFailed where it is not there."""
    found = find(kind, job)
    if found is None:
        name = _NAMES[kind][0 if job.driver == Engine.MARIADB else 1]
        raise ClientFailed(_("{program} is not installed here").format(program=name))
    return found


def version_in(said: str) -> Version | None:
    """The version in what a program or a server says of itself; None where there is none."""
    found = _SERIES.search(said.partition("Distrib ")[2] or said)
    if found is None:
        return None
    return Version(MARIADB if MARIADB.lower() in said.lower() else MYSQL, (int(found[1]), int(found[2])))


def version_of(program: str) -> Version | None:
    """The version of a program; None where it does not run."""
    return version_in(what_it_is(program))


def access(job: Job) -> tuple[str, ...]:
    """The words that come first of all: where the account and its password stand."""
    return () if job.options is None else (f"--defaults-extra-file={job.options}",)


def asking(client: str, first: Sequence[str], *more: str) -> tuple[str, ...]:
    """The words that ask a server from a script: no headings, tabs between columns, no waiting for a connection."""
    return (
        client, *first, "--batch", "--skip-column-names", f"--connect-timeout={_CONNECT_SECONDS}",
        "--default-character-set=utf8mb4", *more,
    )  # fmt: skip


def ask_rows(
    client: str, first: Sequence[str], statement: str, *more: str, limits: Limits, user: str | None = None
) -> list[list[str | None]]:
    """The rows that a server gives, as text; None for NULL, and for the text NULL, too. Raise ClientFailed."""
    rows: list[list[str | None]] = []
    words = (*asking(client, first, *more), f"--execute={statement}")

    def keep(line: str) -> None:
        rows.append([None if cell == "NULL" else _unescaped(cell) for cell in line.split("\t")])

    ended = run(Command(words, user=user), limits, on_line=keep)
    if not ended.is_good:
        raise ClientFailed(complaint(ended), is_late=ended.late is not None)
    return rows


def ask_version(job: Job, patience: timedelta = PATIENCE) -> Version:
    """The server of a job. Raise ClientFailed where it does not answer or lets nobody in."""
    rows = ask_rows(needed("client", job), access(job), "SELECT VERSION()", limits=Limits(patience, patience))
    found = version_in(str(rows[0][0])) if rows else None
    if found is None:
        raise ClientFailed(_("the server says nothing of its version"))
    return found


def has_sandbox(client: str) -> bool:
    """Whether the client can be kept from running programs and reading files for what stands in a dump."""
    ended = run(Command((client, "--no-defaults", "--help")), Limits(PATIENCE, PATIENCE))
    return ended.is_good and "--sandbox" in ended.out


def name(text: str) -> str:
    """A name as it stands in a statement."""
    return "`" + text.replace("`", "``") + "`"


_ESCAPES = {"n": "\n", "t": "\t", "0": "\0", "\\": "\\"}


def _unescaped(cell: str) -> str:
    return re.sub(r"\\([nt0\\])", lambda found: _ESCAPES[found[1]], cell)
