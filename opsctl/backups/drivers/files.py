"""Folders and files as an archive: GNU tar, zstd, age or gpg, and a list of every member with its SHA-256."""

import os
import re
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

from opsctl.backups.drivers import (
    CannotRestore,
    Checked,
    Limits,
    Made,
    Point,
    Pruned,
    Refusal,
    Request,
    Restored,
    Step,
    unarchiving,
)
from opsctl.backups.drivers import artefacts as stored
from opsctl.backups.drivers.lines import line
from opsctl.backups.drivers.members import Listing, list_of, raise_for, read_list
from opsctl.backups.drivers.processes import Command, Ended, find_program, pipe, run
from opsctl.backups.drivers.sealing import pack, refuse_program, refuse_sealing, suffix_of, unpack
from opsctl.backups.drivers.tarring import Member, NoTar, Walk
from opsctl.backups.terms import Level, Status, Verdict
from opsctl.cli.hostfile.jobs import Job, Place
from opsctl.core.texts import _, ngettext

_RECORD = "--blocking-factor=2048"
"""Records of a megabyte: ten kilobytes at a time, the stream would pass us in a hundred times as many turns."""
_LEFT_OUT = re.compile(r"socket ignored|different filesystem; not dumped|file ignored|door ignored")
_SUMMARY = re.compile(r"Exiting with failure status|Error is not recoverable")
_TOLD = 20
_CHANGED, _UNREAD = 1, 2
"""What GNU tar ends with: 1 where a file changed while it was read, 2 where something could not be read."""


class Files:
    """Drives GNU tar."""

    takes_one_artefact = True
    levels = (Level.L0, Level.L2, Level.L3)

    def __init__(self, job: Job) -> None:
        self.job = job

    def engine(self) -> str | None:
        """GNU tar and zstd with their versions; None where one is not there, or tar is another."""
        said = []
        for name, pattern in (("tar", r"tar \(GNU tar\) (\S+)"), ("zstd", r"v(\d\S*?),? ")):
            program = find_program(name, self.job.programs)
            if program is None:
                return None
            found = re.search(pattern, run(Command((program, "--version")), stored.unlimited()).out)
            if found is None:
                return None
            said.append(f"{name} {found[1]}")
        return ", ".join(said)

    def preflight(self, place: Place) -> Refusal | None:
        """Why it cannot begin: a program, a source or the place is missing, or one lies in the other."""
        return (
            refuse_program(self.job, "tar", "zstd")
            or self._refuse_tar()
            or refuse_sealing(self.job)
            or next(filter(None, map(self._refuse_source, self.job.sources)), None)
            or stored.refuse_place(place, self.job.name)
            or self._refuse_inside(place)
        )

    def _refuse_tar(self) -> Refusal | None:
        if self.engine() is not None:
            return None
        hint = _("Install it from the system's packages: {package}").format(package="tar")
        return Refusal(_("tar is not GNU tar"), hint)

    def _refuse_source(self, source: str) -> Refusal | None:
        if not os.path.lexists(source):
            return Refusal(
                _("{source} is not there").format(source=source),
                _("Mount it, or take it out of the job's sources."),
            )
        if Path(source).is_symlink():
            target = Path(source).resolve()
            return Refusal(
                _("{source} is a link to {target}: nothing behind it would be saved").format(
                    source=source, target=target
                ),
                _("Name {target} itself.").format(target=target),
            )
        return None

    def _refuse_inside(self, place: Place) -> Refusal | None:
        folder = Path(place.to).resolve()
        for source in self.job.sources:
            is_inside = folder.is_relative_to(Path(source).resolve())
            if is_inside and not any(folder.is_relative_to(one) for one in self.job.exclude if one.startswith("/")):
                return Refusal(
                    _("{folder} lies inside {source}, and would save itself").format(folder=place.to, source=source),
                    _("Save to another folder, or add {folder} to what the job excludes.").format(folder=place.to),
                )
        return None

    def run(self, request: Request, place: Place) -> Made:
        """Make an archive and its list of members."""
        refusal = self.preflight(place)
        if refusal is not None:
            return Made(refusal.status, reason=refusal.reason)
        try:
            with Listing(self.job, place, request, stored.name_of(request, self._suffix)) as listing:
                making = _Making(self.job.sources, listing)
                tar = replace(self._tar(), hears=making.hear)
                made = stored.dump(
                    request, place, [tar, *pack(self.job)], suffix=self._suffix, between=making.take,
                    judge=making.judge, describe=making.describe, driver=self.job.driver, engine=self.engine(),
                )  # fmt: skip
            if made.point is None:
                listing.discard()
        except OSError as error:
            return Made(Status.FAILED, reason=error.strerror or str(error))
        is_whole = made.status is Status.SUCCESS
        return made if is_whole or made.point is None else replace(made, warnings=tuple(making.warnings))

    @property
    def _suffix(self) -> str:
        return f".tar.zst{suffix_of(self.job)}"

    def _tar(self) -> Command:
        """Names are taken from the root, so that none is absolute in the archive."""
        anchored = [f"--exclude={_relative(one)}" for one in self.job.exclude if one.startswith("/")]
        anywhere = [f"--exclude={one}" for one in self.job.exclude if not one.startswith("/")]
        words = (
            find_program("tar", self.job.programs) or "tar", "--create", "--file=-", "--format=posix",
            "--pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime", "--one-file-system", "--sparse",
            "--acls", "--xattrs", _RECORD, "--directory=/", "--anchored", *anchored, "--no-anchored", *anywhere, "--",
            *_names_of(self.job.sources),
        )  # fmt: skip
        return Command(words, nice=self.job.nice)

    def points(self, place: Place) -> list[Point]:
        """The archives in the folder."""
        return stored.points_in(place)

    def verify(self, place: Place, point: str, level: Level, *, sha256: str | None, limits: Limits) -> Checked:
        """L2: the SHA-256 of the archive and its list, and zstd's own checksums; L3: every member against the list."""
        checked = stored.check(place, point, level, sha256)
        if level is Level.L0 or checked.verdict is not Verdict.PASS:
            return checked
        try:
            self._check_list(place, point)
            if level is Level.L3:
                self._compare_stream(place, point, limits)
                return checked
            return unarchiving.probed(self.job, checked, place, point, limits)
        except CannotRestore as error:
            return Checked(level, error.verdict, error.reason)
        except OSError as error:
            return Checked(level, Verdict.COULD_NOT_RUN, error.strerror or str(error))

    def _check_list(self, place: Place, point: str) -> None:
        manifest = stored.read_manifest(place, point)
        path = list_of(place, point)
        said = {} if manifest is None else manifest.more.get(stored.BESIDE, {})
        if not path.is_file():
            raise CannotRestore(_("the list of its members is not there"))
        if stored.digest_of(path) != said.get(path.name.removeprefix(point)):
            raise CannotRestore(_("the list of its members has another SHA-256 than was written"))

    def _compare_stream(self, place: Place, point: str, limits: Limits) -> None:
        commands = unpack(self.job, stored.path_of(place, point))
        with read_list(self.job, place, point, limits) as listed:
            against = unarchiving.Against(listed)
            walk = Walk(against.see)
            try:
                ended = pipe(commands, limits, sink=walk.take)
            except NoTar as error:
                raise CannotRestore(_("it is no whole archive: {reason}").format(reason=error)) from None
            raise_for(ended, _("it cannot be unpacked"))
            against.end(walk)

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
    ) -> AbstractContextManager[Restored]:
        """Unpack it into `scratch`, without owners and without devices; `compare` reads every file again."""
        return unarchiving.restored(self.job, place, point, scratch, limits=limits, step=step, only=only)

    def restore(self, place: Place, point: str, into: str, *, limits: Limits) -> tuple[tuple[str, ...], ...]:
        """Unpack it into an empty folder, with owners, rights and attributes where we are root."""
        return unarchiving.restore(self.job, place, point, into, limits=limits)

    def prune(self, place: Place, points: Sequence[str], *, limits: Limits) -> Pruned:
        """Delete archives with their lists."""
        return stored.prune(place, points)

    def tidy(self, place: Place, request_id: str) -> list[str]:
        """Take drafts away, and a list that has no archive."""
        return stored.tidy(place, request_id)

    def plan(self, request: Request, place: Place) -> list[tuple[str, ...]]:
        """What would be run, in a row, and into which file."""
        return [line([self._tar(), *pack(self.job)], writes=Path(place.to, stored.name_of(request, self._suffix)))]


class _Making:
    """An archive while it is made: what passes, what tar says, and what that comes to."""

    def __init__(self, sources: Sequence[str], listing: Listing) -> None:
        self.warnings: list[str] = []
        self._warned = 0
        self._left_out = 0
        self._fault: str | None = None
        self._listing = listing
        self._walk = Walk(self._see)
        self._missing = {os.fsencode(_relative(source)): source for source in sources}

    def take(self, block: memoryview) -> None:
        if self._fault is None:
            try:
                self._walk.take(block)
            except NoTar as error:
                self._fault = str(error)

    def hear(self, line: str) -> None:
        said = line.partition(": ")[2] or line
        if _LEFT_OUT.search(said):
            self._left_out += 1
        elif not _SUMMARY.search(said):
            self._warned += 1
            if len(self.warnings) < _TOLD:
                self.warnings.append(said)

    def judge(self, ended: Ended, _size: int) -> tuple[Status, str | None]:
        """What GNU tar's codes mean, and those of the programs behind it."""
        early = stored.late_or_refused(ended)
        if early is not None:
            return early
        code, *others = ended.codes
        if any(others) or code not in (0, _CHANGED, _UNREAD):
            return Status.FAILED, ended.said
        if self._fault is not None or not self._walk.is_ended:
            return Status.FAILED, _("tar wrote no whole archive: {reason}").format(reason=self._fault or ended.said)
        if self._missing:
            source = next(iter(self._missing.values()))
            return Status.FAILED, _("{source} could not be read: {said}").format(source=source, said=self._first())
        if not self._listing.files:
            return Status.FAILED, _("there is no file in its sources: is something not mounted?")
        if code == 0:
            return Status.SUCCESS, self._said_of_left_out()
        return Status.INCOMPLETE, self._first()

    def describe(self) -> Mapping[str, Any]:
        sha256 = self._listing.finish()
        return {"files": self._listing.files, "more": {stored.BESIDE: {self._listing.suffix: sha256}}}

    def _see(self, member: Member) -> None:
        self._missing.pop(member.path, None)
        self._listing.add(member)

    def _first(self) -> str:
        first = self.warnings[0] if self.warnings else "tar"
        if self._warned < 2:
            return first
        more = self._warned - 1
        return ngettext("{first}, and {count} more", "{first}, and {count} more", more).format(first=first, count=more)

    def _said_of_left_out(self) -> str | None:
        if not self._left_out:
            return None
        return ngettext(
            "{count} socket or mounted folder was left out", "{count} sockets or mounted folders were left out",
            self._left_out,
        ).format(count=self._left_out)  # fmt: skip


def _names_of(sources: Sequence[str]) -> list[str]:
    """The sources as tar is given them; one that lies in another on the same file system comes with it."""
    kept: list[str] = []
    for source in sorted(dict.fromkeys(map(os.path.normpath, sources))):
        around = [one for one in kept if Path(source).is_relative_to(one)]
        if not any(_device(one) == _device(source) for one in around):
            kept.append(source)
    return [_relative(one) for one in kept]


def _device(path: str) -> int | None:
    try:
        return os.lstat(path).st_dev
    except OSError:
        return None


def _relative(path: str) -> str:
    return os.path.normpath(path).lstrip("/") or "."


