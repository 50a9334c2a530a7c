"""Any program that makes a backup: by a declared argument list, without a shell, with a meaning for each exit code."""

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

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
    unmeasured,
)
from opsctl.backups.drivers import artefacts as stored
from opsctl.backups.drivers.lines import line
from opsctl.backups.drivers.listings import prepare_folder
from opsctl.backups.drivers.members import raise_for
from opsctl.backups.drivers.processes import Command, Ended, find_program, pipe, run
from opsctl.backups.drivers.sealing import opened, refuse_program, refuse_sealing, seal, sealed, suffix_of, unseal
from opsctl.backups.drivers.unarchiving import blamed, count_files
from opsctl.backups.terms import WITH_POINT, Level, Status, Verdict
from opsctl.cli.hostfile.jobs import Job, Place
from opsctl.core.texts import _

_PLAIN = "plain"
_PLACEHOLDER = "{output}"


class CommandDriver:
    """Drives what the job declares."""

    takes_one_artefact = True
    levels = (Level.L0, Level.L2, Level.L3)

    def __init__(self, job: Job) -> None:
        self.job = job

    def engine(self) -> str | None:
        """The program's name: how it tells its version is not known. None where it is not there."""
        return None if self._program() is None else Path(self.job.command[0]).name

    def _program(self) -> str | None:
        return find_program(self.job.command[0], self.job.programs)

    def preflight(self, place: Place) -> Refusal | None:
        """Why it cannot begin: the program, the place or what encrypts is missing."""
        return (
            refuse_program(self.job, self.job.command[0])
            or refuse_sealing(self.job)
            or stored.refuse_place(place, self.job.name)
        )

    def run(self, request: Request, place: Place) -> Made:
        """Run it, and keep its stdout or the file that it was told to write."""
        refusal = self.preflight(place)
        if refusal is not None:
            return Made(refusal.status, reason=refusal.reason)
        making = _Making(self.job)
        if self.job.output is None:
            return self._dump(request, place, [self._command(request), *seal(self.job)], making)
        output = Path(self._output(request))
        if os.path.lexists(output):
            reason = _("{path} is there already: it would not be known whose it is").format(path=output)
            return Made(Status.NOT_STARTED, engine=self.engine(), reason=reason)
        try:
            return self._run_into(output, request, place, making)
        finally:
            with suppress(OSError):
                output.unlink(missing_ok=True)

    def _run_into(self, output: Path, request: Request, place: Place, making: "_Making") -> Made:
        ended = run(self._command(request), request.limits)
        status, reason = making.judge_command(ended)
        if status not in WITH_POINT:
            return Made(status, engine=self.engine(), code=ended.code, reason=reason)
        if not output.is_file() or output.is_symlink():
            reason = _("it wrote no file {path}").format(path=output)
            return Made(Status.FAILED, engine=self.engine(), code=ended.code, reason=reason)
        making.judged = status, reason
        commands = [Command(("cat", str(output)), nice=self.job.nice), *seal(self.job)]
        return replace(self._dump(request, place, commands, making), code=ended.code)

    def _dump(self, request: Request, place: Place, commands: list[Command], making: "_Making") -> Made:
        return stored.dump(
            request, place, commands, suffix=f".out{suffix_of(self.job)}",
            between=making.take if len(commands) > 1 else None, judge=making.judge, describe=making.describe,
            driver=self.job.driver, engine=self.engine(),
        )  # fmt: skip

    def _output(self, request: Request) -> str:
        return (self.job.output or "").replace("{stamp}", stored.stamp_of(request))

    def _command(self, request: Request) -> Command:
        output = self._output(request)
        words = [word.replace(_PLACEHOLDER, output) for word in self.job.command]
        words[0] = self._program() or words[0]
        return Command(tuple(words), nice=self.job.nice)

    def points(self, place: Place) -> list[Point]:
        """The artefacts in the folder."""
        return stored.points_in(place)

    def verify(self, place: Place, point: str, level: Level, *, sha256: str | None, limits: Limits) -> Checked:
        """L2: the SHA-256; L3: decrypted, and the SHA-256 of what the program wrote."""
        checked = stored.check(place, point, level, sha256)
        if level is not Level.L3 or checked.verdict is not Verdict.PASS:
            return checked
        digest = hashlib.sha256()
        try:
            commands = [*unseal(sealed(self.job, point))]
            if not commands:
                return checked
            path = stored.path_of(place, point)
            ended = pipe(opened(commands, path), limits, sink=digest.update)
            raise_for(ended, _("it cannot be decrypted"))
        except CannotRestore as error:
            return Checked(level, error.verdict, error.reason)
        if digest.hexdigest() == _plain_of(place, point):
            return checked
        return Checked(level, Verdict.DIFFERS, _("it is not what the program wrote"))

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
        """What the program wrote, decrypted; unpacked by the restore command where the job has one.

        Without one, `root` holds the artefact itself.
        """
        root = scratch / "root"
        root.mkdir(mode=0o700)
        held = scratch if self.job.restore_command else root
        digest, opening = self._open_artefact(place, point, held / "input", limits, step)
        commands = (("mkdir", "-m", "700", str(root)), *opening)
        if self.job.restore_command:
            with step("restore"):
                commands = (*commands, self._restore(held / "input", root, limits))
        files, size = count_files(root)
        yield Restored(
            root, files, size, lambda: _compare(place, point, digest, root),
            words={"root": str(root), "input": str(held / "input")}, commands=commands,
        )  # fmt: skip

    def _open_artefact(
        self, place: Place, point: str, into: Path, limits: Limits, step: Step
    ) -> tuple[str, tuple[tuple[str, ...], ...]]:
        """The SHA-256 of what the program wrote, which lies in `into` now, and what was run."""
        digest = hashlib.sha256()
        with step("fetch"):
            commands = unseal(sealed(self.job, point)) or [Command(("cat",))]
            commands = opened(commands, stored.path_of(place, point))
            try:
                with os.fdopen(os.open(into, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
                    def take(block: memoryview) -> None:
                        digest.update(block)
                        stream.write(block)

                    raise_for(pipe(commands, limits, sink=take), _("it cannot be decrypted"))
            except OSError as error:
                reason = _("{place}: {reason}").format(place=into, reason=error.strerror or error)
                raise CannotRestore(reason, Verdict.COULD_NOT_RUN) from None
            except CannotRestore as error:
                raise blamed(place, point, error) from None
        return digest.hexdigest(), (line(commands, writes=into),)

    def _restore(self, artefact: Path, root: Path, limits: Limits) -> tuple[str, ...]:
        said = {"{input}": str(artefact), "{root}": str(root)}
        words = []
        for word in self.job.restore_command:
            for sign, value in said.items():
                word = word.replace(sign, value)
            words.append(word)
        words[0] = find_program(words[0], self.job.programs) or words[0]
        ended = run(Command(tuple(words), nice=self.job.nice), limits)
        raise_for(ended, _("the restore command failed"))
        return tuple(words)

    def restore(self, place: Place, point: str, into: str, *, limits: Limits) -> tuple[tuple[str, ...], ...]:
        """Let the restore command write into an empty folder; without one, the artefact is put there."""
        prepare_folder(into)
        root = Path(into)
        if not self.job.restore_command:
            return self._open_artefact(place, point, root / point, limits, unmeasured)[1]
        artefact = root.parent / f".{root.name}.input"
        try:
            commands = self._open_artefact(place, point, artefact, limits, unmeasured)[1]
            return (*commands, self._restore(artefact, root, limits))
        finally:
            artefact.unlink(missing_ok=True)

    def prune(self, place: Place, points: Sequence[str], *, limits: Limits) -> Pruned:
        """Delete artefacts."""
        return stored.prune(place, points)

    def tidy(self, place: Place, request_id: str) -> list[str]:
        """Take drafts away."""
        return stored.tidy(place, request_id)

    def plan(self, request: Request, place: Place) -> list[tuple[str, ...]]:
        """What would be run, and into which file."""
        writes = Path(place.to, stored.name_of(request, f".out{suffix_of(self.job)}"))
        if self.job.output is None:
            return [line([self._command(request), *seal(self.job)], writes=writes)]
        taken = [Command(("cat", self._output(request))), *seal(self.job)]
        return [self._command(request).words, line(taken, writes=writes)]


class _Making:
    """An artefact while it is made. `judged` is what was said of the program before its file was taken."""

    def __init__(self, job: Job) -> None:
        self.judged: tuple[Status, str | None] | None = None
        self._codes = dict(job.codes) or {0: Status.SUCCESS.value}
        self._digest = hashlib.sha256()
        self._bytes: int | None = None

    def take(self, block: memoryview) -> None:
        self._digest.update(block)
        self._bytes = (self._bytes or 0) + len(block)

    def judge(self, ended: Ended, size: int) -> tuple[Status, str | None]:
        """What the codes mean: the declared ones for the program, any but 0 is a failure for what encrypts."""
        status, reason = self.judged or self.judge_command(ended)
        followers = ended.codes if self.judged else ended.codes[1:]
        if status in WITH_POINT and any(followers):
            return Status.FAILED, ended.said
        is_encrypted = len(ended.codes) > 1
        if status in WITH_POINT and not (self._bytes if is_encrypted else size):
            return Status.FAILED, _("it wrote nothing")
        return status, reason

    def judge_command(self, ended: Ended) -> tuple[Status, str | None]:
        """What the program's own code means."""
        code = ended.codes[0] if ended.codes else None
        if ended.late is None and code in self._codes:
            status = Status(self._codes[code])
            return status, None if status is Status.SUCCESS else ended.said or _("exit code {code}").format(code=code)
        early = stored.late_or_refused(ended)
        if early is not None:
            return early
        said = _("exit code {code} has no meaning for the job").format(code=code)
        return Status.FAILED, f"{said}: {ended.said}" if ended.said else said

    def describe(self) -> Mapping[str, Any]:
        return {"more": {_PLAIN: self._digest.hexdigest()}} if self._bytes is not None else {}


def _plain_of(place: Place, point: str) -> str | None:
    """The SHA-256 of what the program wrote: of the artefact itself where it is not encrypted."""
    manifest = stored.read_manifest(place, point)
    return None if manifest is None else manifest.more.get(_PLAIN, manifest.sha256)


def _compare(place: Place, point: str, digest: str, root: Path) -> Compared:
    """What there is to compare with: the bytes that the program wrote, and that something was restored from them."""
    differences = []
    if digest != _plain_of(place, point):
        differences.append(_("it is not what the program wrote"))
    if not count_files(root)[0]:
        differences.append(_("the restore command left no file"))
    return Compared(_("SHA-256 of what the program wrote"), 1, tuple(differences))
