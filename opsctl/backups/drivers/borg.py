"""borg 1.2 and 1.4: archives of folders in a repository, whose comment says what made them.

Exit codes of `create`: 0; 1, and from 100 on, an archive with warnings; 2, and 3 to 99, an error. A 1 of `check` is
damage. `BORG_EXIT_CODES=modern` is known since 1.4; what happened is told apart by the `msgid` of a line of the log,
which both have (`docs/internals/frontends.rst`).
"""

import json
import re
import shlex
import stat
import uuid
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from opsctl.backups.drivers import CannotRestore, Limits, Made, Point, Request
from opsctl.backups.drivers.artefacts import late_or_refused, name_of, unlimited
from opsctl.backups.drivers.listings import Entry, Pick
from opsctl.backups.drivers.processes import Ended
from opsctl.backups.drivers.refusals import refused_source
from opsctl.backups.drivers.repositories import Holder, Repository, Trouble, made, read_object
from opsctl.backups.terms import Level, Status, Verdict
from opsctl.cli.hostfile.jobs import Place
from opsctl.core.texts import _

_NAME = re.compile(r"(?!-)[\w.:@+=~-]{1,250}")
_HOLDER = re.compile(r"(.+)@(\d+)\.(\d+)-\d+")
_TROUBLES = {
    "LockTimeout": Trouble.LOCKED,
    "LockError": Trouble.LOCKED,
    "LockErrorT": Trouble.LOCKED,
    "PassphraseWrong": Trouble.PASSWORD,
    "PasscommandFailure": Trouble.PASSWORD,
    "NoPassphraseFailure": Trouble.PASSWORD,
    "PasswordRetriesExceeded": Trouble.PASSWORD,
    "Repository.DoesNotExist": Trouble.NO_REPOSITORY,
    "Repository.InvalidRepository": Trouble.NO_REPOSITORY,
    "Repository.InsufficientFreeSpaceError": Trouble.SPACE,
    "Archive.DoesNotExist": Trouble.NO_POINT,
    "IntegrityError": Trouble.DAMAGED,
    "Repository.ObjectNotFound": Trouble.DAMAGED,
    "LockFailed": Trouble.UNREACHABLE,
    "Repository.PathPermissionDenied": Trouble.UNREACHABLE,
    "ConnectionClosed": Trouble.UNREACHABLE,
    "ConnectionClosedWithHint": Trouble.UNREACHABLE,
    "Cache.RepositoryAccessAborted": Trouble.UNREACHABLE,
    "Cache.RepositoryReplay": Trouble.UNREACHABLE,
    "Cache.EncryptionMethodMismatch": Trouble.UNREACHABLE,
    "Cache.CacheInitAbortedError": Trouble.UNREACHABLE,
}
_NO_SPACE = "[Errno 28]"
_RAISED = re.compile(r"[\w.]*(?:Error|Exception|Interrupt)\b.*")
_KINDS = {
    "-": stat.S_IFREG, "h": stat.S_IFREG, "d": stat.S_IFDIR, "l": stat.S_IFLNK, "b": stat.S_IFBLK, "c": stat.S_IFCHR,
    "p": stat.S_IFIFO, "s": stat.S_IFSOCK,
}  # fmt: skip
_KEPT = 100
_TOLD = "{comment}{hostname}{command_line}"
"""What is told of each archive: in JSON the names alone matter."""
_PLAIN = frozenset({
    "-s", "--stats", "-p", "--progress", "-v", "--verbose", "--info", "--debug", "--list", "--json", "--log-json",
    "--show-rc", "--show-version", "-x", "--one-file-system", "--exclude-caches", "--keep-exclude-tags", "--noatime",
    "--nobirthtime", "--noctime", "--noflags", "--noacls", "--noxattrs", "--numeric-ids", "--sparse",
})  # fmt: skip
"""Options of `borg create` that are a word of their own."""


class Heard:
    """What a run of `borg create --log-json --progress` says, line by line."""

    def __init__(self, tell: Callable[[int], None]) -> None:
        self.warnings: list[str] = []
        self._tell = tell
        self._done = 0

    def on_error(self, line: str) -> None:
        """A line of stderr: how far it is, or what could not be read."""
        said = read_object(line)
        if said.get("type") == "archive_progress":
            self.reach(said.get("original_size"))
        # What borg says of locks that it took away is no warning about the archive.
        is_item = said.get("levelname") == "WARNING" and said.get("name") == "borg.archiver"
        if is_item and len(self.warnings) < _KEPT:
            self.warnings.append(str(said.get("message")))

    def reach(self, done: object) -> None:
        """Tell of the bytes up to there."""
        if isinstance(done, int) and done > self._done:
            self._tell(done - self._done)
            self._done = done


class Borg(Repository):
    """Drives borg for one job."""

    program = "borg"
    package = "borgbackup"
    versions = ((1, 2), (2,))
    told = ("BORG_PASSPHRASE_FD", "BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK")
    works_inside = True

    def environment(self, place: Place) -> dict[str, str]:
        """The password by an open file in memory, and the answers to what borg would ask a person."""
        has_password = self.job.password is not None
        said = {
            "BORG_EXIT_CODES": "modern",
            "BORG_RELOCATED_REPO_ACCESS_IS_OK": "no",
            "BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK": "no" if has_password else "yes",
        }
        return {**said, "BORG_PASSPHRASE_FD": "{descriptor:password}"} if has_password else said

    hidden_by = ("BORG_PASSPHRASE", "BORG_PASSCOMMAND")

    def init_command(self, place: Place) -> str:
        """The command by which a person makes that repository."""
        return f"borg init --encryption repokey-blake2 {place.to}"

    def _words(self, verb: str, *words: str) -> tuple[str, ...]:
        return (self._path(), verb, "--log-json", "--lock-wait", str(self.lock_wait), *words)

    def plan(self, request: Request, place: Place) -> list[tuple[str, ...]]:
        """The argument lists that `run` would use."""
        name = name_of(request, "")
        said = {"opsctl": 1, "policy": request.policy, "host": request.host, "run": request.id}
        # borg replaces what stands in single braces.
        comment = json.dumps(said, ensure_ascii=False).replace("{", "{{").replace("}", "}}")
        words = ["--json", "--progress", "--comment", comment]
        words += [f"--exclude={pattern}" for pattern in self.job.exclude]
        archive = f"{place.to}::{name}"
        return [self._words("create", *words, "--", archive, *self.job.sources), self._list_words(place, name)]

    def _list_words(self, place: Place, name: str | None = None, *words: str) -> tuple[str, ...]:
        found = () if name is None else ("--glob-archives", name)
        return self._words("list", "--json", "--format", _TOLD, *found, *words, place.to)

    def run(self, request: Request, place: Place) -> Made:
        """Make an archive, and see by a second command that it is listed."""
        refusal = self._refused_engine() or refused_source(self.job)
        if refusal is not None:
            return made(refusal.status, refusal.reason, self.engine())
        heard = Heard(request.tell)
        out: list[str] = []
        words = self.plan(request, place)[0]
        ended = self.ask_again(words, request.limits, place=place, on_line=out.append, hears=heard.on_error)
        code = ended.code
        has_archive = code in (0, 1) or (code is not None and 100 <= code < 128)
        if late_or_refused(ended) is not None or not has_archive:
            return self.stopped(place, ended)
        counted = read_object("\n".join(out)).get("archive", {}).get("stats", {})
        heard.reach(counted.get("original_size"))
        return self._listed(request, place, ended, counted, heard.warnings)

    def _listed(
        self, request: Request, place: Place, ended: Ended, counted: dict[str, Any], warnings: list[str]
    ) -> Made:
        """The run as the list of archives and what `create` counted tell it."""
        name = name_of(request, "")
        failed = made(Status.FAILED, None, self.engine(), ended.code)
        try:
            listed = [one for one in self._asked(self._list_words(place, name), place) if one.run == request.id]
        except CannotRestore as error:
            return replace(failed, reason=error.reason)
        if not listed:
            return replace(failed, reason=_("borg ended well, but its archive is not listed"))
        if not counted.get("nfiles"):
            self.forget(place, [name], unlimited())
            self.free(place, unlimited())
            return replace(failed, reason=warnings[0] if warnings else _("there was no file in the sources"))
        unread = warnings[0] if warnings else self.said(ended) or _("something could not be read")
        return Made(
            Status.SUCCESS if ended.code == 0 else Status.INCOMPLETE,
            point=name,
            bytes=counted.get("original_size"),
            files=counted.get("nfiles"),
            engine=self.engine(),
            code=ended.code,
            reason=None if ended.code == 0 else unread,
            warnings=tuple(warnings),
        )

    def points(self, place: Place) -> list[Point]:
        """Every archive there, the oldest first, also those of others."""
        return self._asked(self._list_words(place), place)

    def _asked(self, words: tuple[str, ...], place: Place) -> list[Point]:
        ended = self.ask_again(words, unlimited(), place=place)
        self.raise_for(place, ended)
        try:
            return sorted(map(_point, json.loads(ended.out)["archives"]), key=lambda one: (one.at, one.name))
        except (ValueError, TypeError, KeyError, AttributeError):
            raise CannotRestore(_("what borg lists cannot be read"), Verdict.COULD_NOT_RUN) from None

    def listing(self, place: Place, point: str, limits: Limits, take: Callable[[Entry], None]) -> None:
        """Give every entry of an archive."""

        def on_line(line: str) -> None:
            said = read_object(line)
            if said.get("type") in _KINDS:
                take(Entry(str(said["path"]), _KINDS[said["type"]], said.get("size", 0)))

        words = self._words("list", "--json-lines", "--format", "{size}", f"{place.to}::{_checked(point)}")
        self.raise_for(place, self.ask_again(words, limits, place=place, on_line=on_line))

    def restore_words(self, place: Place, point: str, target: str, chosen: Pick | None) -> tuple[str, ...]:
        """The argument list that extracts an archive into the folder in which it runs."""
        words = ["--numeric-ids"]
        paths = []
        if chosen is not None:
            words += ["--noacls", "--noxattrs", "--noflags"]
            words += [f"--exclude=pp:{path}" for path in chosen.devices]
            # `pf:` would match the whole path, but in 1.2 it matches none that is not ASCII.
            paths = [f"pp:{entry.path}" for entry in chosen.files]
        return self._words("extract", *words, "--", f"{place.to}::{_checked(point)}", *paths)

    def check_words(self, place: Place, point: str, level: Level) -> tuple[str, ...]:
        """The argument list that checks the repository and its archives, or reads all the data of the archive."""
        if level is Level.L3:
            return self._words("extract", "--dry-run", f"{place.to}::{_checked(point)}")
        return self._words("check", place.to)

    def forget(self, place: Place, points: Sequence[str], limits: Limits) -> Ended:
        """Delete these archives."""
        return self.ask_again(self._words("delete", place.to, *map(_checked, points)), limits, place=place)

    def free(self, place: Place, limits: Limits) -> Ended:
        """Let go of the data that no archive needs."""
        return self.ask_again(self._words("compact", place.to), limits, place=place)

    def tidy(self, place: Place, request_id: str) -> list[str]:
        """Take away the checkpoints of a killed run. Locks of a dead process of this machine borg removes itself."""
        with suppress(CannotRestore):
            points = self._asked(self._list_words(place, None, "--consider-checkpoints"), place)
            left = [one.name for one in points if f".{request_id[:8]}.checkpoint" in one.name]
            if left and self.forget(place, left, unlimited()).is_good:
                self.free(place, unlimited())
                return left
        return []

    def trouble_of(self, ended: Ended) -> Trouble:
        """What stopped borg, by the errors in its log."""
        if ended.code == 0:
            return Trouble.OTHER
        errors = _errors(ended)
        if any(_NO_SPACE in str(said.get("message")) for said in errors):
            return Trouble.SPACE
        return next((_TROUBLES[said["msgid"]] for said in errors if said.get("msgid") in _TROUBLES), Trouble.OTHER)

    def said(self, ended: Ended) -> str:
        """The first error of the log in one line; of a traceback only what was raised."""
        for said in _errors(ended):
            lines = str(said.get("message")).splitlines() or [""]
            if lines[0].startswith("Traceback"):
                raised = [line for line in lines if _RAISED.fullmatch(line)]
                return raised[-1] if raised else lines[0]
            if said.get("msgid") != "Exception":
                return lines[0]
        last = read_object(ended.said)
        return str(last.get("message", "")) if last else ended.said

    def holders(self, place: Place) -> list[Holder]:
        """Who holds the lock of a local repository."""
        found = []
        with suppress(OSError):
            for one in Path(place.to, "lock.exclusive").iterdir():
                if (held := _HOLDER.fullmatch(one.name)) is not None:
                    is_here = int(held[2]) == uuid.getnode()
                    at = datetime.fromtimestamp(one.lstat().st_mtime, UTC)
                    host = held[1] if is_here else f"{held[1]}@{held[2]}"
                    found.append(Holder(host, int(held[3]), at.isoformat()))
        return found

    def unlock(self, place: Place) -> list[Holder]:
        """Break the lock where whoever holds it is a dead process of this machine, which borg mostly sees itself."""
        holders = self.holders(place)
        if not holders or not all(holder.is_ours_and_dead for holder in holders):
            return []
        ended = self.ask(self._words("break-lock", place.to), unlimited(), place=place)
        return holders if ended.is_good else []


def _errors(ended: Ended) -> list[dict[str, Any]]:
    lines = (read_object(line) for text in ended.errors for line in text.splitlines())
    return [said for said in lines if said.get("levelname") in ("ERROR", "CRITICAL")]


def _point(said: dict[str, Any]) -> Point:
    comment = read_object(said.get("comment") or "")
    is_ours = comment.get("opsctl") == 1
    at = datetime.fromisoformat(said["start"])
    return Point(
        said["name"],
        at if at.tzinfo is not None else at.replace(tzinfo=UTC),
        None,
        str(comment.get("policy")) if is_ours else None,
        str(comment.get("host")) if is_ours else None,
        str(comment.get("run")) if is_ours else None,
        said.get("hostname"),
        _paths(said.get("command_line")),
    )


def _paths(typed: object) -> tuple[str, ...]:
    """What `borg create` was asked to back up, by its command line; nothing where an option leaves that in doubt."""
    words = _words_of(typed)
    at = next((at for at, word in enumerate(words) if "::" in word), len(words))
    rest = words[at + 1 :]
    if "--" in words[:at]:
        return tuple(rest)
    if any(word.startswith("-") and word not in _PLAIN and "=" not in word for word in rest) or "--" in rest:
        return ()
    return tuple(word for word in rest if not word.startswith("-"))


def _words_of(typed: object) -> list[str]:
    """A command line as words: some versions tell it as a list, others as one text."""
    if isinstance(typed, str):
        with suppress(ValueError):
            return shlex.split(typed)
        return []
    return list(map(str, typed)) if isinstance(typed, list) else []


def _checked(point: str) -> str:
    """The name of an archive. Raise CannotRestore for what is none: it may come from a database."""
    if not _NAME.fullmatch(point):
        raise CannotRestore(_("{point!r} is no name of an archive.").format(point=point[:80]))
    return point
