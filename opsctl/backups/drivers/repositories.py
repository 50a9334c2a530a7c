"""What drivers of engines with a repository share: troubles, locks, listings, and what is restored from them."""

import json
import os
import re
import socket
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, ClassVar

from opsctl.backups.drivers import (
    CannotRestore,
    Checked,
    Compared,
    Limits,
    Made,
    Point,
    Pruned,
    Refusal,
    Restored,
    Step,
    Unit,
)
from opsctl.backups.drivers.artefacts import late_or_refused, unlimited
from opsctl.backups.drivers.lines import Line, line, with_variables
from opsctl.backups.drivers.listings import Comparison, Entry, Pick, prepare_folder, tally
from opsctl.backups.drivers.processes import KEPT, Command, Ended, find_program, run
from opsctl.backups.drivers.refusals import refused_source, refused_space
from opsctl.backups.terms import Level, Status, Verdict
from opsctl.cli.hostfile.jobs import Job, Place
from opsctl.core.errors import OpsctlError
from opsctl.core.texts import _, with_hint

_FOR_PROGRAMS = frozenset({"--json", "--log-json"})
"""What makes an engine speak to us, and hard to read for whoever types the same."""


class Trouble(StrEnum):
    """What an engine stumbled over, whatever its words and its exit code were."""

    NO_REPOSITORY = "no repository"
    LOCKED = "locked"
    PASSWORD = "password"  # noqa: S105 - no password
    NO_POINT = "no point"
    UNREACHABLE = "unreachable"
    SPACE = "space"
    DAMAGED = "damaged"
    OTHER = "other"


STATUS_OF = {Trouble.NO_REPOSITORY: Status.NOT_STARTED, Trouble.LOCKED: Status.SKIPPED_LOCKED}
_COULD_NOT_RUN = frozenset(
    {Trouble.NO_REPOSITORY, Trouble.LOCKED, Trouble.PASSWORD, Trouble.UNREACHABLE, Trouble.SPACE}
)


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a lock of an engine; `since` as the engine writes it."""

    host: str
    process: int
    since: str = ""

    @property
    def is_ours_and_dead(self) -> bool:
        """Whether it was a process of this machine that is no more."""
        if self.host != socket.gethostname():
            return False
        try:
            os.kill(self.process, 0)
        except ProcessLookupError:
            return True
        except (PermissionError, OverflowError):
            return False
        return False

    @property
    def words(self) -> str:
        """Who it is, for people."""
        who = _("{host}, process {process}").format(host=self.host, process=self.process)
        return _("{who}, since {moment}").format(who=who, moment=self.since[:19]) if self.since else who


def made(status: Status, reason: str | None, engine: str | None, code: int | None = None) -> Made:
    """What a run without a point ends with."""
    return Made(status, reason=reason, engine=engine, code=code)


def read_object(line: str) -> dict[str, Any]:
    """A line of JSON as an object; an empty one for anything else."""
    try:
        said = json.loads(line)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


class Repository(ABC):
    """A driver of an engine that keeps its points in a repository."""

    takes_one_artefact = False
    levels = (Level.L0, Level.L2, Level.L3)
    program: ClassVar[str]
    versions: ClassVar[tuple[tuple[int, ...], tuple[int, ...]]]
    """From which version on, and before which, the engine is known."""
    lock_wait = 30
    """So many seconds the engine waits for the lock of another."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self._engine: str | None = None

    def engine(self) -> str | None:
        """The program and its version, such as `restic 0.14.0`; None where it is not there."""
        if self._engine is None and find_program(self.program, self.job.programs) is not None:
            ended = run(Command((self._path(), *self.version_words)), unlimited())
            found = re.match(rf"{self.program} +v?(\d[\w.]*)", ended.out)
            self._engine = None if found is None else f"{self.program} {found[1]}"
        return self._engine

    version_words: ClassVar[tuple[str, ...]] = ("--version",)

    def version(self) -> tuple[int, ...]:
        """The engine's version as numbers; nothing where it is not there."""
        return tuple(int(number) for number in re.findall(r"\d+", (self.engine() or "").partition(" ")[2])[:3])

    def preflight(self, place: Place) -> Refusal | None:
        """Why a run to that place cannot begin; None where it can."""
        return self._refused_engine() or refused_source(self.job) or self._absent(place) or refused_space(place)

    def _refused_engine(self) -> Refusal | None:
        if self.engine() is None:
            reason = _("{program} is not installed").format(program=self.program)
            return Refusal(reason, _("Install the package {package}.").format(package=self.package))
        least, below = self.versions
        if least <= self.version() < below:
            return None
        first, last = (".".join(map(str, version)) for version in (least, below))
        reason = _("{engine} is none of the versions that are known: from {first}, before {last}")
        return Refusal(
            reason.format(engine=self.engine(), first=first, last=last),
            _("Install another, and name its folder with `programs` in the host file."),
        )

    package: ClassVar[str]

    def _absent(self, place: Place) -> Refusal | None:
        """Why a local repository is none; one that is far away is asked when it is used."""
        if not place.to.startswith("/") or Path(place.to, "config").is_file():
            return None
        return Refusal(
            _("{place} is no {program} repository").format(place=place.to, program=self.program),
            _("Is its disk not mounted? Only for a new place: {command}").format(command=self.init_command(place)),
        )

    def _path(self) -> str:
        return find_program(self.program, self.job.programs) or self.program

    def ask(
        self,
        words: Sequence[str],
        limits: Limits,
        *,
        place: Place,
        folder: str = "/",
        on_line: Callable[[str], None] | None = None,
        hears: Callable[[str], None] | None = None,
    ) -> Ended:
        """Run the engine once. A secret that cannot be had is a program that could not be started."""
        hiding = [name for name in self.hidden_by if self.job.password is not None and name in os.environ]
        if hiding:
            said = _("{variable} in the environment would be used instead of the job's password; unset it")
            return Ended((), refused=said.format(variable=hiding[0]))
        try:
            secrets = self.secrets(place)
        except OpsctlError as error:
            return Ended((), refused=with_hint(error))
        command = Command(
            tuple(words), self.environment(place), secrets, folder, nice=self.job.nice, hears=hears
        )
        return run(command, limits, on_line=on_line, keep=64 * KEPT)

    def ask_again(
        self,
        words: Sequence[str],
        limits: Limits,
        *,
        place: Place,
        folder: str = "/",
        on_line: Callable[[str], None] | None = None,
        hears: Callable[[str], None] | None = None,
    ) -> Ended:
        """Run the engine, and once more where only a dead process of this machine held the lock."""
        ended = self.ask(words, limits, place=place, folder=folder, on_line=on_line, hears=hears)
        if self.trouble_of(ended) is Trouble.LOCKED and self.unlock(place):
            return self.ask(words, limits, place=place, folder=folder, on_line=on_line, hears=hears)
        return ended

    hidden_by: ClassVar[tuple[str, ...]] = ()
    """Variables of the environment that the engine would follow instead of the job's password."""

    def secrets(self, _place: Place) -> dict[str, bytes]:
        """The password, where the job has one. Raise OpsctlError where it cannot be had."""
        if self.job.password is None:
            return {}
        from opsctl.cli.secrets import reveal

        return {"password": reveal(self.job.password)}

    @abstractmethod
    def environment(self, place: Place) -> dict[str, str]:
        """What the engine finds in its environment; secrets by their signs."""

    @abstractmethod
    def init_command(self, place: Place) -> str:
        """The command by which a person makes that repository."""

    @abstractmethod
    def trouble_of(self, ended: Ended) -> Trouble:
        """What stopped the engine."""

    @abstractmethod
    def holders(self, place: Place) -> list[Holder]:
        """Who holds locks of the repository, as far as that can be found."""

    @abstractmethod
    def unlock(self, place: Place) -> list[Holder]:
        """Remove locks of dead processes of this machine, and no other lock. What was removed."""

    @abstractmethod
    def points(self, place: Place) -> list[Point]:
        """Every point there, the oldest first, also those of others. Raise CannotRestore."""

    @abstractmethod
    def listing(self, place: Place, point: str, limits: Limits, take: Callable[[Entry], None]) -> None:
        """Give every entry of a point, as the engine lists it. Raise CannotRestore."""

    @abstractmethod
    def restore_words(self, place: Place, point: str, target: str, chosen: "Pick | None") -> tuple[str, ...]:
        """The argument list that restores a point: all of it, or what was chosen, without devices."""

    @abstractmethod
    def check_words(self, place: Place, point: str, level: Level) -> tuple[str, ...]:
        """The argument list that checks at a level."""

    @abstractmethod
    def forget(self, place: Place, points: Sequence[str], limits: Limits) -> Ended:
        """Let the engine delete these points; their space is still taken then."""

    @abstractmethod
    def free(self, place: Place, limits: Limits) -> Ended:
        """Let the engine free the space of what was deleted."""

    def reason_of(self, place: Place, ended: Ended) -> str:
        """In one line, what stopped the engine."""
        program = self.program
        match self.trouble_of(ended):
            case Trouble.NO_REPOSITORY:
                said = _("{place} is no {program} repository. Is its disk not mounted? Only for a new place: {command}")
                return said.format(place=place.to, program=program, command=self.init_command(place))
            case Trouble.LOCKED:
                who = "; ".join(holder.words for holder in self.holders(place))
                if who:
                    return _("the repository is locked by {who}").format(who=who)
                return _("the repository is locked")
            case Trouble.PASSWORD:
                said = _("the password of the job does not open {place}. See what `password` names in the host file.")
                return said.format(place=place.to)
            case Trouble.SPACE:
                return _("no space is left for {program}: {said}").format(program=program, said=self.said(ended))
            case _other:
                said = self.said(ended)
                return said or _("{program} ended with {code}").format(program=program, code=ended.code)

    def said(self, ended: Ended) -> str:
        """The line by which the engine says why it stopped."""
        return ended.said

    def stopped(self, place: Place, ended: Ended) -> Made:
        """What a run ends with whose engine was stopped, never ran, or gave up."""
        late = late_or_refused(ended)
        if late is not None:
            return made(*late, self.engine(), ended.code)
        status = STATUS_OF.get(self.trouble_of(ended), Status.FAILED)
        return made(status, self.reason_of(place, ended), self.engine(), ended.code)

    def raise_for(self, place: Place, ended: Ended) -> None:
        """Raise CannotRestore where the engine did not end well."""
        if ended.is_good:
            return
        late = late_or_refused(ended)
        if late is not None:
            raise CannotRestore(late[1], Verdict.COULD_NOT_RUN)
        unable = self.trouble_of(ended) in _COULD_NOT_RUN
        raise CannotRestore(self.reason_of(place, ended), Verdict.COULD_NOT_RUN if unable else Verdict.DIFFERS)

    def verify(self, place: Place, point: str, level: Level, *, sha256: str | None, limits: Limits) -> Checked:
        """Whether the point is listed (L0), the repository is sound (L2), and its data can be read (L3)."""
        try:
            if point not in {one.name for one in self.points(place)}:
                return Checked(level, Verdict.DIFFERS, _("{point} is not listed").format(point=point[:80]))
            if level is not Level.L0:
                self.raise_for(place, self.ask_again(self.check_words(place, point, level), limits, place=place))
        except CannotRestore as error:
            return Checked(level, error.verdict, error.reason)
        return Checked(level, Verdict.PASS)

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
        """Restore into `scratch`, without devices; what is restored is compared with the engine's own listing."""
        pick = Pick(only or 0)
        with step("list"):
            self.listing(place, point, limits, pick.take)
        words = self.restore_words(place, point, str(scratch), pick)
        with step("restore"):
            self.raise_for(place, self.ask_again(words, limits, place=place, folder=str(scratch)))
        files, size, _others = tally(scratch)

        def compare() -> Compared:
            found = Comparison(scratch)
            if only is None:
                self.listing(place, point, limits, found.take)
                found.count_what_is_more()
            else:
                for entry in pick.files:
                    found.take(entry)
            against = _("the listing of {engine}").format(engine=self.engine())
            unit = Unit.ENTRIES if only is None else Unit.FILES
            return Compared(against, found.checked, tuple(found.differences), unit)

        done = self.typed(place, words, scratch)
        yield Restored(scratch, files, size, compare, words={"root": str(scratch)}, commands=done)

    def restore(self, place: Place, point: str, into: str, *, limits: Limits) -> tuple[tuple[str, ...], ...]:
        """Restore for good into an empty folder, with owners and devices. The commands that were run."""
        prepare_folder(into)
        words = self.restore_words(place, point, into, None)
        self.raise_for(place, self.ask_again(words, limits, place=place, folder=into))
        return self.typed(place, words, Path(into))

    def typed(self, place: Place, words: Sequence[str], folder: Path) -> tuple[Line, ...]:
        """The lines by which a person does the same in that folder, with the variables that nobody could guess."""
        said = self.environment(place)
        needed = {name: said[name] for name in self.told if name in said}
        plain = [word for word in words if word not in _FOR_PROGRAMS]
        done = line([Command(with_variables(plain, **needed))])
        return (("cd", str(folder)), done) if self.works_inside else (done,)

    told: ClassVar[tuple[str, ...]] = ()
    """The variables of the environment without which the engine asks a person."""
    works_inside: ClassVar[bool] = False
    """Whether it restores into the folder in which it runs."""

    def prune(self, place: Place, points: Sequence[str], *, limits: Limits) -> Pruned:
        """Delete these points of this policy, and nothing else; then free their space."""
        try:
            listed = {one.name: one for one in self.points(place)}
            ours = [name for name in points if name in listed and listed[name].policy == self.job.name]
            ended = self.forget(place, ours, limits) if ours else Ended((0,))
            freed = self.free(place, limits) if ours and ended.is_good else ended
            left = {one.name for one in self.points(place)} if ours else set()
        except CannotRestore as error:
            return Pruned(dict.fromkeys(points, error.reason))
        gone: dict[str, str | None] = {}
        for name in points:
            if name in listed and name not in ours:
                gone[name] = _("opsctl did not make it for {policy}").format(policy=self.job.name)
            else:
                gone[name] = self._why_not(place, ended) or _("it is still listed") if name in left else None
        is_any_gone = any(name not in left for name in ours)
        return Pruned(gone, self._why_not(place, freed) if is_any_gone else None)

    def _why_not(self, place: Place, ended: Ended) -> str | None:
        """Why the engine did not do what it was told; None where it ended well."""
        return None if ended.is_good else self.stopped(place, ended).reason
