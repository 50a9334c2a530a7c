"""What tests of drivers that back up folders share: a tree of files, what goes wrong with it, and repositories."""

import os
import shutil
import signal
import socket
import stat
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from opsctl.backups.drivers import Driver, Limits, Request
from opsctl.backups.drivers.registry import driver_of
from opsctl.cli.hostfile.jobs import Job, Place, Secret

PASSWORD = "a word that opens"
QUICK = Limits(timedelta(minutes=3), timedelta(minutes=1))


def plant(folder: Path) -> Path:
    """A tree of 4 files with 300,011 bytes, a link, a pipe and an empty folder; names are not all plain."""
    (folder / "sub").mkdir(parents=True)
    (folder / "empty").mkdir()
    (folder / "a.bin").write_bytes(bytes(range(250)) * 1200)
    (folder / "sub" / "b.txt").write_text("hello")
    (folder / "sub" / "we[ir]d *name.txt").write_text("star")
    (folder / "sub" / "名字.txt").write_text("zh")
    (folder / "link").symlink_to("a.bin")
    os.mkfifo(folder / "pipe")
    return folder


def needs(program: str) -> str:
    """The whole path of a program that a test cannot do without."""
    path = shutil.which(program)
    if path is None:
        pytest.skip(f"{program} is not installed here")
    return path


def wrapper(folder: Path, program: str, *before: str, script: str | None = None) -> str:
    """A folder of programs in which `program` runs the real one after `before`, or does what the script says."""
    folder.mkdir()
    path = folder / program
    path.write_text(f"#!/bin/sh\n{script or ' '.join(('exec', *before, needs(program), chr(34) + '$@' + chr(34)))}\n")
    path.chmod(0o755)
    return str(folder)


def obeying_modes(folder: Path, program: str) -> str:
    """A folder of programs in which the real one runs without the right of root to read everything."""
    needs("setpriv")
    return wrapper(folder, program, "setpriv", "--bounding-set=-dac_override,-dac_read_search")


def make_unreadable(path: Path) -> None:
    """Let nobody but another user read the file."""
    path.chmod(0)
    if os.geteuid() == 0:
        shutil.chown(path, "nobody")


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """A file system of that size."""
    folder.mkdir()
    words = [needs("mount"), "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    mounted = subprocess.run(words, capture_output=True, check=False)
    if mounted.returncode != 0:
        pytest.skip("only root may mount a small disk here")
    try:
        yield folder
    finally:
        subprocess.run([needs("umount"), "--lazy", str(folder)], check=True)


@contextmanager
def stopped(command: list[str], environment: Mapping[str, str], until: Callable[[], bool]) -> Iterator[int]:
    """A program that stands still from when `until` was true; it is killed at the end."""
    process = subprocess.Popen(
        command, env={**os.environ, **environment}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        while not until():
            assert process.poll() is None, "it ended before it could be stopped"
        process.send_signal(signal.SIGSTOP)
        yield process.pid
    finally:
        process.kill()
        process.wait()


def snapshot_of(root: Path) -> dict[str, tuple[str, int]]:
    """What a folder holds: the kind and the size of files by path."""
    found = {}
    for path in root.rglob("*"):
        kind = stat.filemode(path.lstat().st_mode)[0]
        found[str(path.relative_to(root))] = (kind, path.lstat().st_size if kind == "-" else 0)
    return found


class Bench:
    """An engine with a repository, and the tree that it backs up."""

    def __init__(self, engine: str, folder: Path) -> None:
        needs(engine)
        self.engine = engine
        self.folder = folder
        self.source = plant(folder / "srv" / "erp")
        self.place = Place("local", str(folder / "repository"))
        secret = folder / "password"
        secret.write_text(f"{PASSWORD}\n")
        secret.chmod(0o600)
        self.job = Job(
            "erp-files", engine, (self.place,), sources=(str(self.source),), password=Secret("file", str(secret))
        )

    @property
    def environment(self) -> dict[str, str]:
        """What opens the repository for the bare engine."""
        return {"RESTIC_PASSWORD": PASSWORD, "BORG_PASSPHRASE": PASSWORD}

    def bare(self, *words: str, code: int = 0, without: str = "") -> str:
        """Run the bare engine and give what it wrote."""
        environment = {name: value for name, value in self.environment.items() if name != without}
        ended = subprocess.run(
            [self.engine, *words], env={**os.environ, **environment}, capture_output=True, text=True, check=False
        )
        assert ended.returncode == code, ended.stderr
        return ended.stdout

    def make(self, path: str | None = None) -> None:
        """Make the repository."""
        where = path or self.place.to
        if self.engine == "restic":
            self.bare("init", "--repo", where)
        else:
            self.bare("init", "--encryption", "repokey-blake2", where)

    def driver(self, **changes: object) -> Driver:
        """The driver of the job, which waits for no lock."""
        made = driver_of(self.job._replace(**changes))  # type: ignore[arg-type]
        made.lock_wait = 1  # type: ignore[attr-defined]
        return made

    def is_locked(self) -> bool:
        """Whether the repository has a lock; what restic has not yet put in its place is none."""
        folder = Path(self.place.to, "locks" if self.engine == "restic" else "lock.exclusive")
        return folder.is_dir() and any("-tmp-" not in one.name for one in folder.iterdir())

    def packs(self) -> list[Path]:
        """The files of the repository that hold data, the largest first."""
        found = [path for path in Path(self.place.to, "data").rglob("*") if path.is_file()]
        return sorted(found, key=lambda path: path.stat().st_size, reverse=True)


def heard(request: Request, tell: Callable[[int], None]) -> Request:
    """The same run, which tells how far it is."""
    return replace(request, tell=tell)


def is_running(number: int) -> bool:
    """Whether there is a process of that number which has not ended; one that nobody has waited for yet has."""
    try:
        said = Path(f"/proc/{number}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return said.rpartition(")")[2].split()[0] != "Z"


def dead_process() -> int:
    """The number of a process that is no more."""
    process = subprocess.Popen([needs("true")])
    process.wait()
    return process.pid


HERE = socket.gethostname()
