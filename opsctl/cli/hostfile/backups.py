"""What the host file says of backups, `[backups.NAME]` and `[host]`: read when somebody asks, and then as a whole."""

import re
from datetime import timedelta
from pathlib import Path

from opsctl.cli.hostfile import HostFile
from opsctl.cli.hostfile.amounts import folder, hidden_table, is_inside, size, whole
from opsctl.cli.hostfile.driven import job_of
from opsctl.cli.hostfile.jobs import Host, Job, Scratch
from opsctl.cli.hostfile.values import Said, handle, refused, table, text
from opsctl.core.errors import InvalidInput
from opsctl.core.texts import _

_USER = r"[A-Za-z_][A-Za-z0-9_.-]{0,31}\$?"
_MOST_DAYS, _MOST_PROVEN, _MOST_RUNS = 36_500, 10_000, 1_440
_RUNS_PER_DAY = 24


def host_of(host_file: HostFile) -> Host:
    """The jobs of this host, its scratch place and its floors, each as the file or our default has it.

    Raise InvalidInput for what is not as agreed; nothing is read of it but the modes of files that hold passwords.
    """
    path = host_file.path or Path("opsctl.toml")
    said = Said(path, "host", host_file.host or {})
    backups = table(Said(path, "backups", {} if host_file.backups is None else host_file.backups))
    jobs = [_named(table(one), host_file.host_name) for one in backups.each()]
    floors = hidden_table(said.at("keep_at_least"), ("days", "proven")) if "keep_at_least" in said.value else None
    days = floors and whole(floors.at("days"), 0, _MOST_DAYS)
    scratch = _scratch(said.at("scratch")) if "scratch" in said.value else None
    if scratch is not None:
        _check_scratch(said.at("scratch").at("path"), scratch, jobs)
    return Host(
        jobs={job.name: job for job in jobs},
        scratch=scratch,
        keep_age=timedelta(days=days or 0),
        keep_proven=(floors and whole(floors.at("proven"), 1, _MOST_PROVEN)) or 1,
        max_runs_per_day=whole(said.at("max_runs_per_day"), 1, _MOST_RUNS) or _RUNS_PER_DAY,
    )


def _named(said: Said, host_name: str | None) -> Job:
    name = said.key.removeprefix("backups.")
    if handle(said._replace(value=name)) != name:
        raise InvalidInput(
            _("{path}: {name!r} is no name of a backup.").format(path=said.path, name=name),
            _("Write it as the policy of the rulebook is written: in small letters, without blanks."),
        )
    return job_of(name, said, host_name)


def _scratch(said: Said) -> Scratch:
    hidden_table(said, ("path", "min_free", "user"))
    path = folder(said.at("path"))
    if path is None:
        raise refused(
            said.at("path"),
            _("{path}: {key} is missing."),
            _('Like: scratch = { path = "/var/tmp/opsctl", min_free = "50GB" }'),
        )
    user = text(said.at("user"))
    if user is not None and not re.fullmatch(_USER, user):
        raise refused(
            said.at("user"),
            _("{path}: {key}: {value!r} is no name of a user."),
            _("See those there are: getent passwd"),
        )
    return Scratch(path, size(said.at("min_free")) or 0, user)


def _check_scratch(said: Said, scratch: Scratch, jobs: list[Job]) -> None:
    """Restore tests neither write where live data or backups are, nor does cleaning up after them delete there."""
    for job in jobs:
        for live in (*job.sources, *(place.to for place in job.places)):
            # A scratch place in a source such as / is a folder of its own, and what is in it is gone after a test.
            if is_inside(live, scratch.path) or (live != "/" and is_inside(scratch.path, live)):
                raise InvalidInput(
                    _("{path}: {key} {scratch} and {live} of backups.{name} lie one in the other.").format(
                        path=said.path, key=said.key, scratch=scratch.path, live=live, name=job.name
                    ),
                    _("Give restore tests a folder of their own, on another file system than the sources."),
                )
