"""Restoring a point for good: into an empty folder, or as a new database; never over anything that is there."""

import os
import re
import shutil
import stat
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from opsctl.backups.drivers import CannotRestore, Limits, Occupied
from opsctl.backups.drivers.registry import driver_of
from opsctl.backups.jobs.shell import KEY, PASSWORD, is_of_file, typed
from opsctl.backups.jobs.testing import place_of
from opsctl.backups.rules import Copy, Run
from opsctl.backups.rules.results import Needed
from opsctl.backups.rules.sizes import size_text
from opsctl.backups.rules.standing import is_damaged
from opsctl.backups.terms import Engine, Status, Verdict
from opsctl.cli.hostfile.amounts import is_inside
from opsctl.cli.hostfile.jobs import Host, Job, Secret
from opsctl.core.errors import Conflict, InvalidInput, NotAllowed, NotFound, OpsctlError
from opsctl.core.texts import _, series
from opsctl.core.typed import LONGEST_PATH, excerpt

_INTO_DATABASE = frozenset({Engine.POSTGRES, Engine.MYSQL, Engine.MARIADB})
_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")
_OF_THE_SERVER = frozenset(
    {"postgres", "template0", "template1", "mysql", "information_schema", "performance_schema", "sys"}
)


@dataclass(frozen=True, slots=True)
class Brought:
    """Into what a copy was restored, and by which commands, each as one would type it."""

    into: str
    is_database: bool
    commands: tuple[str, ...]


def copy_of(job: Job, run: Run, name: str | None) -> Copy:
    """The copy of the run that is restored: the one named, else the first here, a good one before any other.

    Raise NotFound for a name that no place has, Conflict where no such copy is there.
    """
    places = [place.name for place in job.places]
    if name is not None and name not in places:
        raise NotFound(
            _("This host has no place {name} for {policy}.").format(name=excerpt(name), policy=job.name),
            _("Use one of: {words}.").format(words=series(places)),
        )
    there = [one for one in run.copies if one.is_there and one.name in ([name] if name is not None else places)]
    if there:
        return min(there, key=lambda one: (_doubts(run, one), places.index(one.name)))
    raise Conflict(
        _("{reference} has no copy here that could be restored.").format(reference=run.reference),
        _("See its copies: opsctl backup show {reference}").format(reference=run.reference),
    )


def _doubts(run: Run, copy: Copy) -> tuple[bool, bool]:
    """What is held against a copy: it was found damaged or never looked at, or something is missing in it."""
    return is_damaged(run, copy.name) or not run.counts(copy.name), copy.status is not Status.SUCCESS


def target_of(host: Host, job: Job, run: Run, into: str) -> str:
    """Into what it is restored: an absolute path, or the name of a new database. Nothing is made yet.

    Raise InvalidInput for what is neither, NotAllowed for live data or a place of backups, Conflict for what holds
    something, or has no room.
    """
    if Engine(job.driver) in _INTO_DATABASE:
        return _database(job, into)
    folder = _folder(into)
    _check_apart(host, folder)
    _check_empty(folder)
    free = shutil.disk_usage(folder if folder.exists() else folder.parent).free
    if run.bytes is not None and free < run.bytes:
        raise Conflict(
            _("{folder} has {free} free, and the point alone has {needed}.").format(
                folder=folder, free=size_text(free), needed=size_text(run.bytes)
            ),
            _("Name a folder with more room."),
        )
    return str(folder)


def restore(job: Job, run: Run, copy: Copy, into: str) -> Brought:
    """Restore it there. Raise Conflict where something is there already, OpsctlError where the engine fails."""
    driver = driver_of(job)
    limits = Limits(job.timeout, job.idle_timeout)
    try:
        commands = driver.restore(place_of(job, copy.name), copy.point or "", into, limits=limits)
    except Occupied as error:
        raise Conflict(
            _("{reference} was not restored: {reason}").format(reference=run.reference, reason=error.reason),
            _("Name a new one, such as {example}.").format(example=f"{into[:50]}_2"),
        ) from None
    except CannotRestore as error:
        told = _("{reference} was not restored: {reason}").format(reference=run.reference, reason=error.reason)
        if error.verdict is Verdict.COULD_NOT_RUN:
            raise OpsctlError(told, _("Mend that, and try again; {into} may hold a part.").format(into=into)) from None
        hint = _("Take another copy (--copy), or another point: opsctl backup list {policy}").format(policy=job.name)
        raise OpsctlError(told, hint) from None
    return Brought(into, Engine(job.driver) in _INTO_DATABASE, tuple(typed(job, one) for one in commands))


def secrets_of(job: Job) -> list[Needed]:
    """What a person needs to restore by hand, and where this host has it from; no secret itself."""
    found = []
    if job.password is not None:
        found.append(_needed(_("the password of the repository"), job.password, PASSWORD))
    if job.encryption is not None and job.encryption.decrypt is not None:
        found.append(_needed(_("the key that decrypts"), job.encryption.decrypt, KEY))
    if job.encryption is not None and job.encryption.test_on is not None:
        where = _("on the host {name}").format(name=job.encryption.test_on)
        found.append(Needed(_("the key that decrypts"), where, KEY if job.encryption.decrypt is None else None))
    if job.connection is not None:
        found.append(Needed(_("the connection to the server"), job.connection))
    if job.options is not None:
        found.append(Needed(_("the options for the server"), _("the file {path}").format(path=job.options)))
    return found


def _needed(what: str, secret: Secret, variable: str) -> Needed:
    return Needed(what, _where(secret), None if is_of_file(secret) else variable)


def _where(secret: Secret) -> str:
    told = {
        "env": _("the environment variable {name}"),
        "file": _("the file {name}"),
        "credential": _("the systemd credential {name}"),
        "command": _("what this command says: {name}"),
    }
    return told[secret.kind].format(name=secret.value)


def _database(job: Job, into: str) -> str:
    if not _NAME.fullmatch(into):
        raise InvalidInput(
            _("{name!r} is no name for a new database.").format(name=excerpt(into)),
            _("Use small letters, digits and _, such as {example}.").format(example="erp_restored"),
        )
    if into in _OF_THE_SERVER or into in job.databases or into in _live_names(job.connection):
        raise NotAllowed(
            _("{name} is a live database, and nothing is restored over it.").format(name=into),
            _("Name a new one, such as {example}.").format(example=f"{into[:50]}_restored"),
        )
    return into


def _live_names(connection: str | None) -> set[str]:
    """The database that a libpq string names, where it does."""
    found = re.search(r"(?:^|\s)dbname\s*=\s*'?([^'\s]+)|^postgres(?:ql)?://[^/]*/([^?\s]+)", connection or "")
    return {name for name in found.groups() if name} if found else set()


def _folder(into: str) -> Path:
    there = None
    if into.encode("utf-8", "ignore").decode() != into:
        # It could be restored there, and the record could not say where.
        raise InvalidInput(
            _("A word of the command line holds bytes that are not UTF-8."),
            _("Name an empty folder, or a new one in a folder that is there."),
        )
    try:
        path = Path(into).expanduser()
        # What leads to it may be linked; what it is itself must not be.
        folder = path.parent.resolve(strict=True) / path.name if path.name not in ("", "..") else path.resolve()
        with suppress(FileNotFoundError):
            there = folder.lstat()
    except (OSError, RuntimeError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InvalidInput(
            _("{path} cannot be restored into: {reason}").format(path=excerpt(into, LONGEST_PATH), reason=reason),
            _("Name an empty folder, or a new one in a folder that is there."),
        ) from None
    if there is not None and not stat.S_ISDIR(there.st_mode):
        raise Conflict(
            _("{path} is no folder.").format(path=excerpt(str(folder), LONGEST_PATH)),
            _("Name an empty folder, or a new one in a folder that is there."),
        )
    return folder


def _check_apart(host: Host, folder: Path) -> None:
    """Raise NotAllowed where the folder is, holds or lies in live data or a place of backups of any job here."""
    for job in host.jobs.values():
        for live in _lives(job):
            if is_inside(str(folder), live) or is_inside(live, str(folder)):
                raise NotAllowed(
                    _("{folder} and {live} of backups.{name} lie one in the other: nothing is restored there.").format(
                        folder=folder, live=live, name=job.name
                    ),
                    _("Name an empty folder somewhere else."),
                )


def _lives(job: Job) -> Iterable[str]:
    for one in (*job.sources, *(place.to for place in job.places)):
        # A repository may be somewhere else altogether, and where everything is a source nothing lies beside it.
        if one.startswith("/") and one != "/":
            yield one
            yield os.path.realpath(one)


def _check_empty(folder: Path) -> None:
    try:
        is_empty = not folder.exists() or next(folder.iterdir(), None) is None
    except OSError as error:
        raise NotAllowed(
            _("{folder} cannot be read: {reason}").format(folder=folder, reason=error.strerror),
            _("Name an empty folder, or a new one in a folder that is there."),
        ) from None
    if not is_empty:
        raise Conflict(
            _("{folder} is not empty, and nothing is restored over what is there.").format(folder=folder),
            _("Name an empty folder, or a new one."),
        )
