"""A folder of our own in the host's scratch place, for as long as a restore test lasts.

It holds a marker, with the host, the process and when it began, and the folder `data`, into which a copy is restored.
The marker is locked by the kernel (flock) while its process lives: one that can be locked was left by a process that
was killed, and the next test clears it away.
"""

import fcntl
import json
import os
import pwd
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from opsctl.backups.drivers import scratch_servers
from opsctl.backups.rules.sizes import size_text
from opsctl.cli.hostfile.amounts import is_inside
from opsctl.cli.hostfile.jobs import Host, Job, Scratch
from opsctl.core.texts import _
from opsctl.core.times import utc_text

PREFIX = "opsctl-restore-"
_MARKER = "marker.json"
_DATA = "data"
_MOST = 4096
_TIMES = 2
"""A restored copy, and what is unpacked on the way to it, need so many times the largest size that is known."""


class NoScratch(Exception):
    """Nothing can be restored on this host: `reason` is one line."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@contextmanager
def scratch_folder(
    host: Host, job: Job, *, name: str, now: datetime, size: int, tell: Callable[[str], None]
) -> Iterator[Path]:
    """An empty folder for a restored copy, gone with all that is in it when the context ends, however it ends.

    `name` is that of this host, `size` the largest one known, in bytes. What was left by a killed test is cleared
    first, and told. Raise NoScratch where the scratch place cannot be used.
    """
    if host.scratch is None:
        raise NoScratch(_("the host file names no scratch place: [host] scratch"))
    try:
        base = _checked(host, host.scratch, job)
        for line in clear_leftovers(base, name):
            tell(line)
        _check_room(base, host.scratch, size)
        folder, lock = _made(base, host.scratch, job, name, now)
    except OSError as error:
        reason = _("the scratch place {path} cannot be used: {reason}")
        raise NoScratch(reason.format(path=host.scratch.path, reason=error.strerror or error)) from None
    try:
        yield folder / _DATA
    finally:
        # Locked to the very end, so that no other test takes it for a leftover and clears it at the same time.
        left = remove(folder)
        os.close(lock)
        if left is not None:
            tell(left)


def _checked(host: Host, scratch: Scratch, job: Job) -> Path:
    """The scratch place, known to be a folder that is safe to write into and apart from all that is live."""
    path = Path(scratch.path)
    if not path.is_symlink() and not path.exists():
        path.mkdir(mode=0o700)
    found = path.lstat()
    if stat.S_ISLNK(found.st_mode):
        raise NoScratch(_("the scratch place {path} is a symbolic link").format(path=path))
    if not stat.S_ISDIR(found.st_mode):
        raise NoScratch(_("the scratch place {path} is no folder").format(path=path))
    if found.st_uid not in (0, os.geteuid()):
        raise NoScratch(_("the scratch place {path} belongs to another user").format(path=path))
    if found.st_mode & (stat.S_IWGRP | stat.S_IWOTH) and not found.st_mode & stat.S_ISVTX:
        raise NoScratch(_("the scratch place {path} can be written by others").format(path=path))
    base = path.resolve()
    _check_apart(host, base)
    for source in job.sources:
        with suppress(OSError):  # a source that is gone cannot be filled up
            if Path(source).stat().st_dev == found.st_dev:
                told = _("the scratch place {path} is on the file system of the source {source}")
                raise NoScratch(told.format(path=path, source=source))
    return base


def _check_apart(host: Host, base: Path) -> None:
    """Raise NoScratch where the place lies in or above something live of any job, by its real path."""
    for job in host.jobs.values():
        for live in (*job.sources, *(place.to for place in job.places if place.to.startswith("/"))):
            real = Path(live).resolve()
            # Where everything is a source, nothing lies beside it.
            is_below = is_inside(str(base), str(real)) and real != Path("/")
            if is_below or is_inside(str(real), str(base)):
                told = _("the scratch place {path} and {live} of {policy} lie one in the other")
                raise NoScratch(told.format(path=base, live=live, policy=job.name))


def _check_room(base: Path, scratch: Scratch, size: int) -> None:
    free = shutil.disk_usage(base).free
    needed = _TIMES * size + scratch.min_free
    if free < needed:
        told = _("the scratch place {path} has {free} free, and {needed} is needed")
        raise NoScratch(told.format(path=base, free=size_text(free), needed=size_text(needed)))


def _made(base: Path, scratch: Scratch, job: Job, name: str, now: datetime) -> tuple[Path, int]:
    """A new folder with its marker, and the descriptor that holds the marker's lock."""
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=base))
    try:
        lock = os.open(folder / _MARKER, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX)
        said = {"host": name, "pid": os.getpid(), "at": utc_text(now), "policy": job.name}
        os.write(lock, json.dumps(said, sort_keys=True).encode())
        (folder / _DATA).mkdir(mode=0o700)
        _let_in(scratch.user, folder)
    except BaseException:
        remove(folder)
        raise
    return folder, lock


def _let_in(user: str | None, folder: Path) -> None:
    """Let the user that runs scratch servers, and nobody else, pass through a folder of root."""
    if user is None or os.geteuid() != 0:
        return
    try:
        group = pwd.getpwnam(user).pw_gid
    except KeyError:
        raise NoScratch(_("there is no user {user} to run scratch servers").format(user=user)) from None
    os.chown(folder, 0, group)
    folder.chmod(0o710)


def clear_leftovers(base: Path, name: str) -> list[str]:
    """Clear away what killed tests of this host left in that place, and say what; those that still run stay.

    Raise OSError where the place cannot be read.
    """
    told = []
    for folder in sorted(base.glob(f"{PREFIX}*")):
        found = folder.lstat()
        if stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid():
            line = _cleared(folder, name)
            if line is not None:
                told.append(line)
    return told


def _cleared(folder: Path, name: str) -> str | None:
    """What is said of a leftover that was cleared; None for what is none, or is not ours."""
    try:
        lock = os.open(folder / _MARKER, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        marker = _read(lock)
        if marker.get("host") != name:
            return None
        scratch_servers.clear_leftovers(folder / _DATA)
        left = remove(folder)
    except BlockingIOError:
        return None
    finally:
        os.close(lock)
    if left is not None:
        return left
    told = _("Cleared away {folder}: a restore test of {policy} that was killed had left it.")
    return told.format(folder=folder, policy=marker.get("policy"))


def _read(lock: int) -> dict[str, Any]:
    try:
        said = json.loads(os.read(lock, _MOST))
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def remove(folder: Path) -> str | None:
    """Delete a folder of ours with all that is in it, whatever its modes; why not, in one line, where it stays."""
    for path, names, _files in os.walk(folder):
        # A restored folder may have modes that let not even its owner in.
        for one in (Path(path, name) for name in names):
            if not one.is_symlink():
                with suppress(OSError):
                    one.chmod(0o700)
    with suppress(OSError):
        shutil.rmtree(folder)
    if not os.path.lexists(folder):
        return None
    return _("{folder} could not be taken away whole: look into it.").format(folder=folder)


def largest(sizes: Sequence[int | None]) -> int:
    """The largest of the sizes that are known, 0 where none is."""
    return max((size for size in sizes if size is not None), default=0)
