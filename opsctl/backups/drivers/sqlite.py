"""An SQLite file: copied by SQLite itself while it is in use, checked, counted and packed.

The copy is made in a folder of its own in the place for temporary files ($TMPDIR), with mode 0700, never where the
artefact goes: what is to be encrypted must not lie there readable. L3 unpacks into such a folder, too.
"""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import IO, Any

from opsctl.backups.drivers import (
    ANSWER,
    CannotRestore,
    Checked,
    Limits,
    Made,
    Occupied,
    Point,
    Pruned,
    Refusal,
    Request,
    Restored,
    Step,
    sealing,
)
from opsctl.backups.drivers import artefacts as stored
from opsctl.backups.drivers.lines import line
from opsctl.backups.drivers.members import raise_for
from opsctl.backups.drivers.processes import Ended, pipe
from opsctl.backups.drivers.sealing import opened, pack, refuse_program, refuse_sealing, unpack
from opsctl.backups.drivers.sqlite_asking import ORPHANS, Deadline, Found, Late, ask, compare, open_only
from opsctl.backups.drivers.unarchiving import blamed, probed
from opsctl.backups.rules.sizes import size_text
from opsctl.backups.terms import Level, Status, Verdict
from opsctl.cli.hostfile.jobs import Job, Place
from opsctl.core.texts import _

_HEADER = b"SQLite format 3\0"
_PAGES = 4096
"""So many pages are copied between two looks at the clock."""
_COPY = "copy.sqlite"


class Sqlite:
    """Drives the SQLite that is in Python."""

    takes_one_artefact = True
    levels = (Level.L0, Level.L2, Level.L3)

    def __init__(self, job: Job) -> None:
        self.job = job

    def engine(self) -> str | None:
        """The version of SQLite."""
        return f"sqlite {sqlite3.sqlite_version}"

    def preflight(self, place: Place) -> Refusal | None:
        """Why it cannot begin: a program or the place is missing, or the source is no SQLite file."""
        return (
            refuse_program(self.job, sealing.packer_of(self.job))
            or refuse_sealing(self.job)
            or next(filter(None, map(_refuse_source, self.job.sources)), None)
            or stored.refuse_place(place, self.job.name)
            or self._refuse_room()
        )

    def _refuse_room(self) -> Refusal | None:
        source, folder = Path(self.job.sources[0]), tempfile.gettempdir()
        free = shutil.disk_usage(folder).free
        needed = sum(path.stat().st_size for path in (source, Path(f"{source}-wal")) if path.is_file())
        if free >= needed:
            return None
        reason = _("{folder} has {free} free, and the copy of {source} needs {needed}")
        return Refusal(
            reason.format(folder=folder, free=size_text(free), source=source, needed=size_text(needed)),
            _("Make room, or name another folder: export TMPDIR=/path/with/room"),
        )

    def run(self, request: Request, place: Place) -> Made:
        """Copy the database, check and count the copy, pack it."""
        refusal = self.preflight(place)
        if refusal is not None:
            return Made(refusal.status, reason=refusal.reason)
        deadline = Deadline(request.limits)
        try:
            with _private(request.id) as folder:
                copy = folder / _COPY
                _copy(Path(self.job.sources[0]), copy, deadline, request.tell)
                with closing(open_only(copy, deadline)) as connection:
                    found = Found.of(connection)
                return self._pack(replace(request, limits=deadline.rest()), place, copy, found)
        except Late:
            return Made(Status.TIMED_OUT, engine=self.engine(), reason=_("it ran longer than its time-out"))
        except sqlite3.Error as error:
            reason = _("{source}: {error}").format(source=self.job.sources[0], error=error)
            return Made(Status.FAILED, engine=self.engine(), reason=reason)
        except OSError as error:
            return Made(Status.FAILED, engine=self.engine(), reason=f"{error.filename}: {error.strerror}")

    def _pack(self, request: Request, place: Place, copy: Path, found: "Found") -> Made:
        def judge(ended: Ended, _size: int) -> tuple[Status, str | None]:
            early = stored.late_or_refused(ended)
            if early is not None:
                return early
            if not ended.is_good:
                return Status.FAILED, ended.said
            return (Status.SUCCESS, found.remark) if found.damage is None else (Status.INCOMPLETE, found.damage)

        packer = sealing.packer_of(self.job)
        return stored.dump(
            request, place, opened(pack(self.job, packer), copy), judge=judge,
            suffix=f".sqlite{sealing.packed_suffix(self.job, packer)}",
            describe=lambda: {"counts": found.counts, "more": {ORPHANS: found.orphans}},
            driver=self.job.driver, engine=self.engine(),
        )  # fmt: skip

    def points(self, place: Place) -> list[Point]:
        """The artefacts in the folder."""
        return stored.points_in(place)

    def verify(self, place: Place, point: str, level: Level, *, sha256: str | None, limits: Limits) -> Checked:
        """L2: the SHA-256, and the packer's own checksums; L3: unpacked, checked by SQLite, and every table counted."""
        checked = stored.check(place, point, level, sha256)
        if level is Level.L0 or checked.verdict is not Verdict.PASS:
            return checked
        try:
            if level is Level.L2:
                return probed(self.job, checked, place, point, limits)
            with _private("verify") as folder:
                self._unpack(place, point, folder / _COPY, limits)
                compared = compare(folder / _COPY, stored.read_manifest(place, point), None, limits)
        except CannotRestore as error:
            return Checked(level, error.verdict, error.reason)
        except OSError as error:
            return Checked(level, Verdict.COULD_NOT_RUN, error.strerror or str(error))
        return Checked(level, Verdict.DIFFERS, compared.differences[0]) if compared.differences else checked

    def _unpack(self, place: Place, point: str, into: Path, limits: Limits) -> tuple[tuple[str, ...], ...]:
        """Unpack into a new file. Raise CannotRestore, with nothing left behind."""
        commands = unpack(self.job, stored.path_of(place, point))
        try:
            with os.fdopen(os.open(into, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
                raise_for(pipe(commands, limits, sink=_writer(stream)), _("it cannot be unpacked"))
                stream.flush()
                os.fsync(stream.fileno())
        except FileExistsError:
            raise CannotRestore(_("{path} is there already").format(path=into), Verdict.COULD_NOT_RUN) from None
        except OSError as error:
            into.unlink(missing_ok=True)
            reason = _("{place}: {reason}").format(place=into, reason=error.strerror or error)
            raise CannotRestore(reason, Verdict.COULD_NOT_RUN) from None
        except CannotRestore as error:
            into.unlink(missing_ok=True)
            raise blamed(place, point, error) from None
        return (line(commands, writes=into),)

    @contextmanager
    def restored(
        self,
        place: Place,
        point: str,
        scratch: Path,
        *,
        limits: Limits,
        step: Step,
        user: str | None = None,
        counts: Mapping[str, int] | None = None,
        only: int | None = None,
    ) -> Iterator[Restored]:
        """Unpack it into a file of `scratch`, which `ask` opens read only."""
        path = scratch / _COPY
        with step("restore"):
            commands = self._unpack(place, point, path, limits)
        manifest = stored.read_manifest(place, point)

        def answer(query: str, within: timedelta = ANSWER) -> list[tuple[Any, ...]]:
            return ask(path, query, replace(limits, wall=min(limits.wall, within)))

        yield Restored(
            scratch, 1, path.stat().st_size, lambda: compare(path, manifest, counts, limits), answer,
            {"root": str(scratch), "database": str(path)}, commands,
        )  # fmt: skip

    def restore(self, place: Place, point: str, into: str, *, limits: Limits) -> tuple[tuple[str, ...], ...]:
        """Unpack it into a new file, or one in an empty folder; never over one that is there or beside its journal."""
        path = Path(into)
        if path.is_dir():
            path /= Path(self.job.sources[0]).name
        if not path.is_absolute() or not path.parent.is_dir():
            raise CannotRestore(_("{path} lies in no folder").format(path=into), Verdict.COULD_NOT_RUN)
        for other in (path, Path(f"{path}-wal"), Path(f"{path}-journal")):
            if os.path.lexists(other):
                raise Occupied(_("{path} is there already").format(path=other))
        return self._unpack(place, point, path, limits)

    def prune(self, place: Place, points: Sequence[str], *, limits: Limits) -> Pruned:
        """Delete artefacts."""
        return stored.prune(place, points)

    def tidy(self, place: Place, request_id: str) -> list[str]:
        """Take away drafts, and the folder in which a copy was made."""
        gone = stored.tidy(place, request_id)
        for folder in Path(tempfile.gettempdir()).glob(f"{_folder_of(request_id)}*"):
            if not folder.is_symlink() and folder.is_dir() and folder.stat().st_uid == os.geteuid():
                shutil.rmtree(folder, ignore_errors=True)
                gone.append(str(folder))
        return gone

    def plan(self, request: Request, place: Place) -> list[tuple[str, ...]]:
        """What would be run: the copy is made by SQLite in this process."""
        packing = pack(self.job, sealing.packer_of(self.job))
        name = stored.name_of(request, f".sqlite{sealing.packed_suffix(self.job, sealing.packer_of(self.job))}")
        return [line(opened(packing, Path(tempfile.gettempdir(), _COPY)), writes=Path(place.to, name))]


def _refuse_source(source: str) -> Refusal | None:
    try:
        with Path(source).open("rb") as stream:
            head = stream.read(len(_HEADER))
    except OSError as error:
        reason = _("{source}: {reason}").format(source=source, reason=error.strerror or error)
        return Refusal(reason, _("Name the file of the database, and let this account read it."))
    if head == _HEADER:
        return None
    return Refusal(_("{source} is no SQLite database").format(source=source), _("Name the file of the database."))


def _copy(source: Path, copy: Path, deadline: Deadline, tell: Callable[[int], None]) -> None:
    """Copy what one moment saw. Raise sqlite3.Error, or Late."""
    copied = 0

    def progress(_status: int, remaining: int, total: int) -> None:
        nonlocal copied
        if deadline.is_over():
            raise Late
        tell((total - remaining - copied) * size)
        copied = total - remaining

    with closing(open_only(source, deadline)) as live, closing(sqlite3.connect(copy)) as new:
        copy.chmod(0o600)
        # Without a transaction around it every write of others would begin the copy anew.
        live.execute("BEGIN")
        live.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        size = live.execute("PRAGMA page_size").fetchone()[0]
        live.backup(new, pages=_PAGES, progress=progress, sleep=0.05)
    if deadline.is_over():
        raise Late


@contextmanager
def _private(name: str) -> Iterator[Path]:
    """A folder that only this account may enter, and that is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix=_folder_of(name)))
    try:
        yield folder
    finally:
        with suppress(OSError):
            shutil.rmtree(folder)


def _folder_of(request_id: str) -> str:
    return f"opsctl-{''.join(sign for sign in request_id[:8] if sign.isalnum())}-"


def _writer(stream: IO[bytes]) -> Callable[[memoryview], None]:
    def write(block: memoryview) -> None:
        stream.write(block)

    return write
