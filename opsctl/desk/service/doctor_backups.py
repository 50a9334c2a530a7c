"""What `doctor` looks at for backups: engines, the scratch place, each job of this host. Nothing is written."""

import os
import pwd
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from opsctl.backups.drivers.processes import find_program
from opsctl.cli import programs
from opsctl.cli.hostfile.amounts import is_inside
from opsctl.cli.hostfile.jobs import Host, Job
from opsctl.cli.secrets import reveal
from opsctl.core.errors import OpsctlError
from opsctl.core.typed import excerpt
from opsctl.desk.rules import doctor as rules
from opsctl.desk.rules import doctor_backups as backups
from opsctl.desk.rules.doctor import Finding
from opsctl.desk.service.doctor_file import file_system
from opsctl.desk.service.doctor_host import owner_and_mode

if TYPE_CHECKING:
    from opsctl.cli.context import Context
    from opsctl.rulebook.rules.policies import Policy

_A_MOMENT = timedelta(seconds=5)
_VERSION = r"[0-9]+(?:\.[0-9]+)+"
_PROGRAMS = {
    "files": ("tar", "zstd"),
    "rsync": ("rsync",),
    "restic": ("restic",),
    "borg": ("borg",),
    "postgres": ("pg_dump", "pg_restore", "psql"),
    "sqlite": (),
    "mysql": ("mysqldump", "mysql", "zstd"),
    "mariadb": ("mariadb-dump", "mariadb", "zstd"),
    "command": (),
}
"""What a driver runs; SQLite comes with Python, and the command driver's programs stand in the host file."""
_SERVERS = {"postgres": "initdb", "mysql": "mysqld", "mariadb": "mariadbd"}
_SERVER_FOLDERS = ("usr/lib/postgresql/*/bin", "usr/sbin", "usr/libexec", "usr/local/sbin")
_OLDER_NAMES = {"mariadb-dump": "mysqldump", "mariadb": "mysql", "mariadbd": "mysqld"}
_PACKAGES = {
    "borg": "borgbackup",
    "gpg": "gnupg",
    "pg_dump": "postgresql-client",
    "pg_restore": "postgresql-client",
    "psql": "postgresql-client",
    "mysqldump": "default-mysql-client",
    "mysql": "default-mysql-client",
    "mariadb-dump": "mariadb-client",
    "mariadb": "mariadb-client",
    "initdb": "postgresql",
    "mysqld": "default-mysql-server",
    "mariadbd": "mariadb-server",
}
"""The packages of Debian where they are not called as their program."""
_ASK_VERSION = {"restic": "version"}


def findings(context: "Context", policies: "Mapping[str, Policy] | None") -> Iterator[Finding]:
    """Every finding about backups; none where the host file has no job. `policies` is None where none were read."""
    try:
        host = context.host
    except OpsctlError as error:
        yield rules.failed("backups", error, {"path": str(context.host_file.path)}, reason="broken")
        return
    if not host.jobs:
        return
    yield from _engines(host)
    yield _scratch(host)
    for job in host.jobs.values():
        yield backups.job({**_against(job, policies), **_places(job), **_programs(job), **_secrets(job)})


def _engines(host: Host) -> Iterator[Finding]:
    needed: dict[tuple[str, str | None], list[str]] = {}
    for job in host.jobs.values():
        sealing = [] if job.encryption is None else [job.encryption.tool]
        # Of a database the scratch copy is a server of its own.
        servers = [_SERVERS[job.driver]] if job.driver in _SERVERS and host.scratch is not None else []
        for name in (*_PROGRAMS[job.driver], *sealing, *servers):
            needed.setdefault((name, job.programs), []).append(job.name)
    for (name, folder), jobs in sorted(needed.items(), key=str):
        found = _which(name, folder)
        details = {
            "engine": name,
            "folder": folder,
            "program": found,
            "version": None if found is None else _version(found, _ASK_VERSION.get(name, "--version")),
            "package": _PACKAGES.get(name, name),
            "jobs": jobs,
        }
        yield backups.engine(name if folder is None else f"{jobs[0]}/{name}", details)


def _which(name: str, folder: str | None) -> str | None:
    """Where the program is: where the drivers look for it, and of a server where Debian puts those."""
    found = find_program(name, folder)
    if found is None and name in _SERVERS.values():
        usual = (path for pattern in _SERVER_FOLDERS for path in sorted(Path("/").glob(f"{pattern}/{name}")))
        found = next(map(str, usual), None)
    if found is None and name in _OLDER_NAMES:
        return _which(_OLDER_NAMES[name], folder)
    return found


def _version(program: str, word: str) -> str | None:
    """The version that the program tells, as it tells it where it is no number; None where it tells none."""
    ran = programs.run([program, word], timeout=_A_MOMENT)
    line = next((line for line in (ran.out or ran.err).splitlines() if line.strip()), "")
    if ran.code != 0 or not line:
        return None
    found = re.findall(_VERSION, line)
    # MariaDB's tools tell their own version first, and then that of the server they come with.
    return str(found[-1 if "Distrib" in line else 0]) if found else excerpt(line)


def _scratch(host: Host) -> Finding:
    details: rules.Details = {"path": None, "min_free": 0, "is_folder": False, "user_found": None}
    scratch = host.scratch
    if scratch is None:
        return backups.scratch(details)
    path = Path(scratch.path)
    details |= {"path": scratch.path, "min_free": scratch.min_free, "user": scratch.user, "is_folder": _is_folder(path)}
    servers = [job.name for job in host.jobs.values() if job.driver in _SERVERS]
    details["servers_as_root"] = servers if os.geteuid() == 0 and scratch.user is None else []
    if not details["is_folder"]:
        return backups.scratch(details)
    owner, mode = owner_and_mode(path)
    room = os.statvfs(path)
    if scratch.user is not None:
        details["user_found"] = scratch.user in {one.pw_name for one in pwd.getpwall()}
    details |= {
        "owner": owner,
        "mode": mode,
        "file_system": file_system(path),
        "free": room.f_bavail * room.f_frsize,
        "is_writable": _may_write(path),
        "shared_with": _shared(host, path.stat().st_dev),
    }
    return backups.scratch(details)


def _shared(host: Host, device: int) -> list[str]:
    """The sources that are on that file system."""
    shared = []
    for source in dict.fromkeys(source for job in host.jobs.values() for source in job.sources):
        with suppress(OSError):  # what is not there is told with its job
            shared += [source] if Path(source).stat().st_dev == device else []
    return shared


def _against(job: Job, policies: "Mapping[str, Policy] | None") -> rules.Details:
    """The job beside its policy."""
    policy = None if policies is None else policies.get(job.name)
    wanted = [] if policy is None else [one.name for one in policy.locations]
    there = [place.name for place in job.places]
    is_open = job.driver == "rsync" or (job.encryption is None and job.driver not in ("restic", "borg"))
    return {
        "backup": job.name,
        "driver": job.driver,
        "has_policy": None if policies is None else policy is not None,
        "known_policies": sorted(policies or ()),
        "places": {place.name: place.to for place in job.places},
        "places_lacking": [name for name in wanted if name not in there],
        "places_unasked": [] if policy is None else [name for name in there if name not in wanted],
        "lacks_encryption": policy is not None and policy.encryption and is_open,
    }


def _places(job: Job) -> rules.Details:
    """Where the job reads and writes on this machine; a repository elsewhere is for its engine to see."""
    local = [place for place in job.places if place.to.startswith("/")]
    there = [place for place in local if _is_folder(Path(place.to))]
    real = [os.path.realpath(source) for source in job.sources]
    excluded = [os.path.realpath(one) for one in job.exclude if one.startswith("/")]
    return {
        "places_not_there": [place.to for place in local if place not in there],
        "places_not_writable": [place.to for place in there if not _may_write(Path(place.to))],
        "inside": [
            place.to
            for place in there
            if any(_are_one_in_the_other(os.path.realpath(place.to), source, excluded) for source in real)
        ],
        "sources_not_there": [source for source in job.sources if not os.path.lexists(source)],
    }


def _are_one_in_the_other(place: str, source: str, excluded: list[str]) -> bool:
    left_out = any(is_inside(place, one) for one in excluded)
    return is_inside(source, place) or (is_inside(place, source) and not left_out)


def _programs(job: Job) -> rules.Details:
    """The programs that the host file itself names for the job, and those of them that cannot be run."""
    named = [job.command, job.restore_command, *(hook.command for hook in (*job.before, *job.after))]
    named += [one.command for one in job.asserts]
    first = dict.fromkeys(words[0] for words in named if words and "{" not in words[0])
    return {"programs_not_there": [name for name in first if shutil.which(name) is None]}


def _secrets(job: Job) -> rules.Details:
    """Why secrets of the job cannot be had, without any of them; a command that tells one is not run."""
    named = [job.password, None if job.encryption is None else job.encryption.decrypt]
    refused = []
    for secret in (one for one in named if one is not None and one.kind != "command"):
        try:
            reveal(secret)
        except OpsctlError as error:
            refused.append({"message": error.message, "hint": error.hint})
    return {"secrets_refused": refused}


def _may_write(path: Path) -> bool:
    return os.access(path, os.W_OK | os.X_OK, effective_ids=True)


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # in a folder that keeps us out
        return False
