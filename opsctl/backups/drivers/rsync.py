"""rsync: snapshots as folders, in which what has not changed is a hard link to the snapshot before.

`erp-files.web1.20261121T013000Z.1f3a9c02` is written as `.NAME.partial`, synced and renamed; `NAME.digests` has the
checksum of every file, and `NAME.manifest.json`, which comes last, says whose it is and what it holds. A file that is
in two snapshots lies on the disk once: damage to it is in both.

Exit codes (rsync(1)): 0; 24 files vanished; 23 something was not transferred; 30 and 35 time-outs; 20 a signal; all
others are failures.
"""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from opsctl.backups.drivers import (
    CannotRestore,
    Checked,
    Compared,
    Limits,
    Made,
    Point,
    Pruned,
    Refusal,
    Request,
    Restored,
    Step,
    artefacts,
    digests,
)  # fmt: skip
from opsctl.backups.drivers.artefacts import Manifest, late_or_refused, name_of, path_of, read_manifest, unlimited
from opsctl.backups.drivers.listings import prepare_folder, tally
from opsctl.backups.drivers.processes import Command, Ended, find_program, pipe, run
from opsctl.backups.drivers.refusals import refused_source, refused_space
from opsctl.backups.drivers.repositories import made
from opsctl.backups.terms import Level, Status, Verdict
from opsctl.cli.hostfile.jobs import Job, Place
from opsctl.core.texts import _
from opsctl.core.times import utc_text

DRIVER = "rsync"
_DIGESTS, _GONE = ".digests", ".gone"
_KEEPS = ("-aHAX", "--numeric-ids")
_LEAST = (3, 1, 3)
_FAR = re.compile(r"[^/]*:")
_STATUS = {
    20: Status.CANCELLED, 23: Status.INCOMPLETE, 24: Status.INCOMPLETE, 30: Status.TIMED_OUT, 35: Status.TIMED_OUT,
}  # fmt: skip


class Rsync:
    """Drives rsync for one job."""

    takes_one_artefact = False
    levels = (Level.L0, Level.L2, Level.L3)

    def __init__(self, job: Job) -> None:
        self.job = job
        self._engine: str | None = None
        self._checksum = "md5"

    def engine(self) -> str | None:
        """The program and its version, such as `rsync 3.2.7`; None where it is not there."""
        if self._engine is None and find_program("rsync", self.job.programs) is not None:
            ended = run(Command((self._path(), "--version")), unlimited())
            if (found := re.match(r"rsync +version v?(\d[\d.]*)", ended.out)) is not None:
                self._engine = f"rsync {found[1]}"
            if (listed := re.search(r"Checksum list:\s+(\w+)", ended.out)) is not None:
                self._checksum = listed[1]
        return self._engine

    def _path(self) -> str:
        return find_program("rsync", self.job.programs) or "rsync"

    def preflight(self, place: Place) -> Refusal | None:
        """Why a run to that place cannot begin; None where it can."""
        return (
            self._refused_engine()
            or refused_source(self.job)
            or self._refused_target(place)
            or artefacts.refuse_place(place, self.job.name)
            or refused_space(place)
        )

    def _refused_engine(self) -> Refusal | None:
        engine = self.engine()
        if engine is None:
            reason = _("{program} is not installed").format(program="rsync")
            return Refusal(reason, _("Install the package {package}.").format(package="rsync"))
        if tuple(map(int, re.findall(r"\d+", engine)[:3])) >= _LEAST:
            return None
        least = ".".join(map(str, _LEAST))
        reason = _("{engine} is older than {least}").format(engine=engine, least=least)
        return Refusal(reason, _("Install another, and name its folder with `programs` in the host file."))

    @staticmethod
    def _refused_target(place: Place) -> Refusal | None:
        if not _FAR.match(place.to):
            return None
        reason = _("{place} is another host, and snapshots with hard links are kept in a folder of this one")
        hint = _("Mount it and name the folder, or use restic or borg, which reach other hosts.")
        return Refusal(reason.format(place=place.to), hint)

    def plan(self, request: Request, place: Place) -> list[tuple[str, ...]]:
        """The argument lists that `run` would use."""
        self.engine()  # which tells its checksums, too
        partial = self._partial(place, name_of(request, ""))
        before = self._newest(request, place)
        words = [self._path(), *_KEEPS, "--relative", "--delete", "--stats"]
        words += [f"--checksum-choice={self._checksum}", f"--out-format={digests.FORMAT}"]
        words += [] if before is None else [f"--link-dest={Path(place.to, before)}"]
        # What lies in a source must not be copied into itself.
        words += [f"--exclude={place.to}"] if any(_is_in(place.to, source) for source in self.job.sources) else []
        words += [f"--exclude={pattern}" for pattern in self.job.exclude]
        sources = [f"{one.rstrip('/')}/" if os.path.isdir(one) else one for one in self.job.sources]  # noqa: PTH112
        return [(*words, "--", *sources, f"{partial}/"), ("sync", "--file-system", str(partial))]

    @staticmethod
    def _partial(place: Place, name: str) -> Path:
        return Path(place.to, f".{name}{artefacts.PARTIAL}")

    def _newest(self, request: Request, place: Place) -> str | None:
        with suppress(CannotRestore):
            ours = [one for one in self.points(place) if one.policy == request.policy and one.host == request.host]
            return ours[-1].name if ours else None
        return None

    def run(self, request: Request, place: Place) -> Made:
        """Copy into a folder of its own, see that all is there, sync it and put it in its place."""
        name = name_of(request, "")
        refusal = self._refused_engine() or refused_source(self.job) or self._refused_target(place)
        if refusal is not None or os.path.lexists(path_of(place, name)):
            reason = _("{point} is there already").format(point=name) if refusal is None else refusal.reason
            return made(Status.NOT_STARTED, reason, self.engine())
        partial = self._partial(place, name)
        listed = Path(place.to, f"{name}{_DIGESTS}")
        try:
            partial.mkdir(mode=0o700)
            done = self._copied(request, place, partial, listed)
            if done.point is not None:
                self._put_in_place(request, place, done, partial, listed)
                return done
        except (OSError, CannotRestore) as error:
            reason = error.reason if isinstance(error, CannotRestore) else error.strerror or str(error)
            done = made(Status.FAILED, _("{place}: {reason}").format(place=place.to, reason=reason), self.engine())
        for one in (partial, listed, *self._bare(place, name)):
            _remove(one)
        return done

    @staticmethod
    def _bare(place: Place, name: str) -> list[Path]:
        """A snapshot under its name that has no manifest."""
        return [] if Path(place.to, f"{name}{artefacts.MANIFEST}").exists() else [Path(place.to, name)]

    def _copied(self, request: Request, place: Place, partial: Path, listed: Path) -> Made:
        """What rsync made in the draft; its point is None where that is not worth keeping."""
        heard = digests.Heard()
        words = self.plan(request, place)[0]
        before = self._newest(request, place)
        ended = None
        try:
            with digests.written(listed) as making:

                def on_line(line: str) -> None:
                    read = digests.read_line(line)
                    if read is None:
                        heard.on_statistics(line)
                    else:
                        making.take(read[0], read[1])
                        request.tell(read[2])

                ended = run(Command(words, nice=self.job.nice, hears=heard.on_error), request.limits, on_line=on_line)
                if before is not None and ended.code in (0, 23, 24):
                    making.take_over(Path(place.to, f"{before}{_DIGESTS}"), partial)
        except OSError:
            # Where rsync had no space either, its own words are the better ones.
            if ended is None or ended.is_good:
                raise
        return self._judged(request, ended, heard, tally(partial))

    def _judged(self, request: Request, ended: Ended, heard: digests.Heard, found: tuple[int, int, int]) -> Made:
        code, engine = ended.code, self.engine()
        late = late_or_refused(ended)
        if late is not None:
            return made(*late, engine, code)
        files, size, _others = found
        status = Status.SUCCESS if code == 0 else _STATUS.get(-1 if code is None else code, Status.FAILED)
        said = heard.warnings[0] if heard.warnings else ended.said
        if status not in (Status.SUCCESS, Status.INCOMPLETE):
            return made(status, said or _("rsync ended with {code}").format(code=code), engine, code)
        if files == 0 or size == 0:
            return made(Status.FAILED, said or _("there was no file in the sources"), engine, code)
        if code == 0 and files != heard.regular:
            reason = _("rsync told of {told} files, and {found} are there").format(told=heard.regular, found=files)
            return made(Status.FAILED, reason, engine, code)
        return Made(
            status, name_of(request, ""), size, files, None, engine, code,
            reason=None if code == 0 else said, warnings=tuple(heard.warnings),
        )  # fmt: skip

    def _put_in_place(self, request: Request, place: Place, done: Made, partial: Path, listed: Path) -> None:
        """Let it survive a power cut, under its name and with its manifest. Raise OSError where that cannot be."""
        synced = run(Command(("sync", "--file-system", str(partial))), request.limits)
        if not synced.is_good:
            os.sync()
        partial.rename(path_of(place, name_of(request, "")))
        artefacts.sync_folder(Path(place.to))
        manifest = Manifest(
            policy=request.policy,
            host=request.host,
            run=request.id,
            driver=DRIVER,
            engine=done.engine,
            started_at=utc_text(request.stamp),
            artefact=name_of(request, ""),
            bytes=done.bytes or 0,
            sha256=artefacts.digest_of(listed),
            files=done.files,
            more={"checksum": self._checksum},
        )
        artefacts.write_manifest(place, manifest)

    def points(self, place: Place) -> list[Point]:
        """Every snapshot of the folder that has a manifest, the oldest first."""
        found = []
        for one in artefacts.points_in(place):
            manifest = read_manifest(place, one.name)
            if manifest is not None and manifest.driver == DRIVER and path_of(place, one.name).is_dir():
                found.append(Point(one.name, one.at, manifest.bytes, one.policy, one.host, one.run))
        return found

    def verify(self, place: Place, point: str, level: Level, *, sha256: str | None, limits: Limits) -> Checked:
        """Whether it is there (L0), has as many files and bytes as when it was made (L2), and the same content (L3)."""
        try:
            manifest = self._manifest(place, point)
            folder = path_of(place, point)
            if level is not Level.L0:
                files, size, _others = tally(folder)
                if (files, size) != (manifest.files, manifest.bytes):
                    said = _("{point} has {files} files with {bytes} bytes, and had {files_then} with {bytes_then}")
                    reason = said.format(
                        point=point, files=files, bytes=size, files_then=manifest.files, bytes_then=manifest.bytes
                    )
                    return Checked(level, Verdict.DIFFERS, reason)
            if level is Level.L3:
                found = self._compared(place, manifest, folder, manifest.files or 0, limits)
                if found.differences:
                    return Checked(level, Verdict.DIFFERS, found.differences[0])
        except CannotRestore as error:
            return Checked(level, error.verdict, error.reason)
        except OSError as error:
            return Checked(level, Verdict.COULD_NOT_RUN, artefacts.refused_by(error, place))
        return Checked(level, Verdict.PASS)

    def _manifest(self, place: Place, point: str) -> Manifest:
        """The manifest of a snapshot that is there. Raise CannotRestore."""
        folder = path_of(place, point)
        if not Path(place.to).is_dir():
            raise CannotRestore(_("{folder} is not there").format(folder=place.to), Verdict.COULD_NOT_RUN)
        manifest = read_manifest(place, point)
        if folder.is_symlink() or not folder.is_dir():
            raise CannotRestore(_("{point} is not there").format(point=point))
        if manifest is None or manifest.driver != DRIVER or manifest.artefact != point:
            raise CannotRestore(_("{point} has no manifest").format(point=point))
        return manifest

    def _compared(self, place: Place, manifest: Manifest, root: Path, files: int, limits: Limits) -> Compared:
        """Read every file below a folder and compare it with the list of digests. Raise CannotRestore."""
        listed = self._list(place, manifest)
        checksum = manifest.more.get("checksum")
        if not isinstance(checksum, str) or not re.fullmatch(r"\w{1,20}", checksum):
            raise CannotRestore(_("{point} has no manifest").format(point=manifest.artefact))
        with digests.comparing(listed) as comparing, tempfile.TemporaryDirectory(prefix="opsctl-") as empty:
            words = (self._path(), "-anc", f"--checksum-choice={checksum}", f"--out-format={digests.FORMAT}")
            command = Command((*words, "--", f"{root}/", f"{empty}/"), nice=self.job.nice)
            self._raise_for(run(command, limits, on_line=comparing.on_line))
            comparing.count(files)
        against = _("the digests that rsync reckoned while it copied ({checksum})").format(checksum=checksum)
        return Compared(against, comparing.checked, tuple(comparing.differences))

    @staticmethod
    def _list(place: Place, manifest: Manifest) -> Path:
        """The list of digests, which is as it was written. Raise CannotRestore."""
        listed = path_of(place, f"{manifest.artefact}{_DIGESTS}")
        try:
            if artefacts.digest_of(listed) == manifest.sha256:
                return listed
        except OSError:
            raise CannotRestore(_("{file} is not there").format(file=listed.name)) from None
        raise CannotRestore(_("{file} has another SHA-256 than was written").format(file=listed.name))

    @staticmethod
    def _raise_for(ended: Ended) -> None:
        if ended.is_good:
            return
        late = late_or_refused(ended)
        if late is not None:
            raise CannotRestore(late[1], Verdict.COULD_NOT_RUN)
        is_space = "No space left" in "".join(ended.errors)
        lines = (line for text in ended.errors for line in text.splitlines())
        first = next((line for line in lines if digests.ITEM.fullmatch(line)), ended.said)
        raise CannotRestore(
            first.removeprefix("rsync: ") or _("rsync ended with {code}").format(code=ended.code),
            Verdict.COULD_NOT_RUN if is_space else Verdict.DIFFERS,
        )

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
        counts: object = None,
        only: int | None = None,
    ) -> Iterator[Restored]:
        """Copy the snapshot into `scratch`, without devices; it is compared with the digests of its making."""
        manifest = self._manifest(place, point)
        words = [self._path(), "-aH", "--numeric-ids", "--no-devices"]
        chosen: list[bytes] = []
        if only is not None:
            with step("list"):
                chosen = digests.pick(self._list(place, manifest), only)
            words += ["--from0", "--files-from=-"]
        words += ["--", f"{path_of(place, point)}/", f"{scratch}/"]
        with step("restore"), tempfile.TemporaryFile() as names:
            names.write(b"\0".join(chosen))
            names.seek(0)
            self._raise_for(pipe([Command(tuple(words), nice=self.job.nice)], limits, source=names))
        files, size, _others = tally(scratch)
        expected = manifest.files or 0 if only is None else len(chosen)

        def compare() -> Compared:
            return self._compared(place, manifest, scratch, expected, limits)

        yield Restored(scratch, files, size, compare, words={"root": str(scratch)}, commands=(tuple(words),))

    def restore(self, place: Place, point: str, into: str, *, limits: Limits) -> tuple[tuple[str, ...], ...]:
        """Restore for good into an empty folder, with owners and devices. The commands that were run."""
        self._manifest(place, point)
        prepare_folder(into)
        words = (self._path(), *_KEEPS, "--", f"{path_of(place, point)}/", f"{into}/")
        self._raise_for(run(Command(words, nice=self.job.nice), limits))
        return (words,)

    def prune(self, place: Place, points: Sequence[str], *, limits: Limits) -> Pruned:
        """Delete these snapshots of this policy, and nothing else."""
        return Pruned({point: self._pruned(place, point) for point in points})

    def _pruned(self, place: Place, point: str) -> str | None:
        try:
            folder = path_of(place, point)
            if not os.path.lexists(folder):
                return None
            if self._manifest(place, point).policy != self.job.name:
                return _("opsctl did not make it for {policy}").format(policy=self.job.name)
            # Out of its name at once: what is half deleted is no point.
            gone = folder.with_name(f".{point}{_GONE}")
            folder.rename(gone)
            for suffix in (artefacts.MANIFEST, _DIGESTS):
                Path(f"{folder}{suffix}").unlink(missing_ok=True)
            artefacts.sync_folder(folder.parent)
            shutil.rmtree(gone)
        except CannotRestore as error:
            return error.reason
        except OSError as error:
            return artefacts.refused_by(error, place)
        return None

    def tidy(self, place: Place, request_id: str) -> list[str]:
        """Take away what a killed run of that id left, and what pruning left half deleted."""
        sign = f".{request_id[:8]}"
        gone = []
        with suppress(OSError):
            for one in list(Path(place.to).iterdir()):
                bare = one.name.removesuffix(_DIGESTS)
                is_bare = bare.endswith(sign) and not Path(place.to, f"{bare}{artefacts.MANIFEST}").exists()
                is_draft = one.name.startswith(".") and one.name.endswith(f"{sign}{artefacts.PARTIAL}")
                is_gone = one.name.startswith(f".{self.job.name}.") and one.name.endswith(_GONE)
                if is_bare or is_draft or is_gone:
                    _remove(one)
                    gone.append(one.name)
        return gone


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _is_in(inner: str, outer: str) -> bool:
    return Path(os.path.realpath(inner)).is_relative_to(os.path.realpath(outer))
