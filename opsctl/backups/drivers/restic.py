"""restic 0.14 up to 0.19: snapshots of folders in a repository, tagged with what made them.

Exit codes: 0; 1 fatal; 3 something could not be read; since 0.17 10 no repository, 11 locked, 12 wrong password; 130
interrupted (`doc/075_scripting.rst`). Before 0.17 a 1 is all of these, and a missing source of several is a 0: there
the words on stderr tell them apart.
"""

import json
import re
import stat
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from opsctl.backups.drivers import CannotRestore, Limits, Made, Point, Request
from opsctl.backups.drivers.artefacts import late_or_refused, unlimited
from opsctl.backups.drivers.listings import Entry, Pick
from opsctl.backups.drivers.processes import Ended
from opsctl.backups.drivers.refusals import refused_source
from opsctl.backups.drivers.repositories import Holder, Repository, Trouble, made, read_object
from opsctl.backups.terms import Level, Status, Verdict
from opsctl.cli.hostfile.jobs import Place
from opsctl.core.texts import _

_ID = re.compile(r"[0-9a-f]{64}")
_CREDENTIALS = re.compile(r"://[^/@]*@")
_CODES = {10: Trouble.NO_REPOSITORY, 11: Trouble.LOCKED, 12: Trouble.PASSWORD}
_WORDS = (
    (Trouble.LOCKED, re.compile(r"already locked")),
    (Trouble.UNREACHABLE, re.compile(r"dial tcp|connection refused|no such host|i/o timeout|ermission denied")),
    (Trouble.PASSWORD, re.compile(r"wrong password|no key found|unable to read password|empty password")),
    (Trouble.NO_REPOSITORY, re.compile(r"unable to open config file|does not exist.*repository|no repository at")),
    (Trouble.SPACE, re.compile(r"no space left|disk quota exceeded", re.IGNORECASE)),
    (Trouble.NO_POINT, re.compile(r"no matching ID|no snapshot found")),
    (Trouble.DAMAGED, re.compile(r"contains errors|invalid data|verification failed|does not match|There were \d+")),
)
_KINDS = {
    "file": stat.S_IFREG, "dir": stat.S_IFDIR, "symlink": stat.S_IFLNK, "dev": stat.S_IFBLK, "chardev": stat.S_IFCHR,
    "fifo": stat.S_IFIFO, "socket": stat.S_IFSOCK,
}  # fmt: skip
_SKIPPED = re.compile(r"(.+) does not exist, skipping")
_SINCE_RETRY = (0, 16)
_STALE_AFTER = 25 * 60
"""Seconds. From half an hour on restic takes anybody's lock for stale; before, `unlock` removes what is dead here."""


class Heard:
    """What a run of `restic --json backup` says, line by line."""

    def __init__(self, tell: Callable[[int], None]) -> None:
        self.summary: dict[str, Any] = {}
        self.errors: list[str] = []
        self._tell = tell
        self._done = 0

    def on_line(self, line: str) -> None:
        """A line of stdout: how far it is, and in the end the summary."""
        said = read_object(line)
        if said.get("message_type") == "summary":
            self.summary = said
        done = said.get("bytes_done", said.get("total_bytes_processed"))
        if isinstance(done, int) and done > self._done:
            self._tell(done - self._done)
            self._done = done
        self._take_error(said)

    def on_error(self, line: str) -> None:
        """A line of stderr: an item that could not be read, or a source that is missing."""
        self._take_error(read_object(line))
        if (skipped := _SKIPPED.fullmatch(line.strip())) is not None:
            self.errors.append(_("{path} is not there").format(path=skipped[1]))

    def _take_error(self, said: dict[str, Any]) -> None:
        if said.get("message_type") != "error" or len(self.errors) > 100:
            return
        error = said.get("error")
        reason = error.get("message") or _system_words(error) if isinstance(error, dict) else error
        self.errors.append(_("{path}: {reason}").format(path=said.get("item", "?"), reason=reason or "?"))


class Restic(Repository):
    """Drives restic for one job."""

    program = package = "restic"
    version_words = ("version",)
    versions = ((0, 14), (1,))
    told = ("RESTIC_PASSWORD_FILE",)

    def environment(self, place: Place) -> dict[str, str]:
        """The password by a file in memory; what the surroundings say of repositories and passwords does not count."""
        said = {"RESTIC_PROGRESS_FPS": "2", "RESTIC_REPOSITORY": "", "RESTIC_REPOSITORY_FILE": ""}
        if self.job.password is not None:
            said |= {"RESTIC_PASSWORD_FILE": "{secret:password}", "RESTIC_PASSWORD_COMMAND": ""}
        return said

    def secrets(self, place: Place) -> dict[str, bytes]:
        """The password, and an address that holds one itself."""
        hidden = {"repository": place.to.encode()} if _CREDENTIALS.search(place.to) else {}
        return {**super().secrets(place), **hidden}

    def init_command(self, place: Place) -> str:
        """The command by which a person makes that repository."""
        return f"restic init --repo {_CREDENTIALS.sub('://***@', place.to)}"

    def _words(self, place: Place, *words: str, locks: bool = True) -> tuple[str, ...]:
        where = (
            ("--repository-file", "{secret:repository}") if _CREDENTIALS.search(place.to) else ("--repo", place.to)
        )
        waits = ("--retry-lock", f"{self.lock_wait}s") if locks and self.version() >= _SINCE_RETRY else ()
        return (self._path(), *where, *waits, *(() if locks else ("--no-lock",)), *words)

    def plan(self, request: Request, place: Place) -> list[tuple[str, ...]]:
        """The argument lists that `run` would use."""
        host, run_tag = _tag(request.host), f"opsctl-run:{request.id}"
        tags = ("opsctl", f"opsctl-policy:{request.policy}", f"opsctl-host:{host}", run_tag)
        words = ["--json", "backup", "--host", host]
        words += [word for tag in tags for word in ("--tag", tag)]
        words += [f"--exclude={pattern}" for pattern in self.job.exclude]
        return [self._words(place, *words, "--", *self.job.sources), self._list_words(place, run_tag)]

    def _list_words(self, place: Place, *tags: str) -> tuple[str, ...]:
        words = [word for tag in tags for word in ("--tag", tag)]
        return self._words(place, "--json", "snapshots", *words, locks=False)

    def run(self, request: Request, place: Place) -> Made:
        """Make a snapshot, and see by a second command that it is listed."""
        refusal = self._refused_engine() or refused_source(self.job)
        if refusal is not None:
            return made(refusal.status, refusal.reason, self.engine())
        heard = Heard(request.tell)
        words = self.plan(request, place)[0]
        ended = self.ask_again(words, request.limits, place=place, on_line=heard.on_line, hears=heard.on_error)
        if ended.code == 130:
            return made(Status.CANCELLED, _("restic was interrupted"), self.engine(), 130)
        if late_or_refused(ended) is not None or ended.code not in (0, 3):
            return self.stopped(place, ended)
        return self._listed(request, place, ended, heard)

    def _listed(self, request: Request, place: Place, ended: Ended, heard: Heard) -> Made:
        """The run as its snapshot, found by its tag, and the summary tell it."""
        try:
            points = self._asked(place, f"opsctl-run:{request.id}")
        except CannotRestore as error:
            return made(Status.FAILED, error.reason, self.engine(), ended.code)
        if len(points) != 1 or not points[0].name.startswith(heard.summary.get("snapshot_id") or "?"):
            reason = _("restic ended well, but its snapshot is not listed")
            return made(Status.FAILED, reason, self.engine(), ended.code)
        files, size = heard.summary.get("total_files_processed"), heard.summary.get("total_bytes_processed")
        if not files:
            self.ask_again(self._words(place, "forget", points[0].name), unlimited(), place=place)
            missing = heard.errors[0] if heard.errors else _("there was no file in the sources")
            return made(Status.FAILED, missing, self.engine(), ended.code)
        is_whole = ended.code == 0 and not heard.errors
        unread = next(iter(heard.errors), self.said(ended) or _("something could not be read"))
        return Made(
            Status.SUCCESS if is_whole else Status.INCOMPLETE,
            point=points[0].name,
            bytes=size,
            files=files,
            engine=self.engine(),
            code=ended.code,
            reason=None if is_whole else unread,
            warnings=tuple(heard.errors),
        )

    def points(self, place: Place) -> list[Point]:
        """Every snapshot there, the oldest first, also those of others."""
        return self._asked(place)

    def _asked(self, place: Place, *tags: str) -> list[Point]:
        ended = self.ask(self._list_words(place, *tags), unlimited(), place=place)
        self.raise_for(place, ended)
        try:
            return sorted(map(_point, json.loads(ended.out or "null") or []), key=lambda one: (one.at, one.name))
        except (ValueError, TypeError, KeyError, AttributeError):
            raise CannotRestore(_("what restic lists cannot be read"), Verdict.COULD_NOT_RUN) from None

    def listing(self, place: Place, point: str, limits: Limits, take: Callable[[Entry], None]) -> None:
        """Give every entry of a snapshot."""

        def on_line(line: str) -> None:
            said = read_object(line)
            if said.get("struct_type") == "node" and said.get("type") in _KINDS:
                take(Entry(str(said["path"]).lstrip("/"), _KINDS[said["type"]], said.get("size", 0)))

        words = self._words(place, "--json", "ls", _checked(point))
        self.raise_for(place, self.ask(words, limits, place=place, on_line=on_line))

    def restore_words(self, place: Place, point: str, target: str, chosen: Pick | None) -> tuple[str, ...]:
        """The argument list that restores a snapshot and reads what it wrote again."""
        words = ["--json", "restore", _checked(point), "--target", target, "--verify"]
        if chosen is not None and chosen.files:
            words += [f"--include=/{_escaped(entry.path)}" for entry in chosen.files]
        elif chosen is not None:
            words += [f"--exclude=/{_escaped(path)}" for path in chosen.devices]
        return self._words(place, *words)

    def check_words(self, place: Place, point: str, level: Level) -> tuple[str, ...]:
        """The argument list that checks the repository: its structure, or all its data."""
        return self._words(place, "check", *(("--read-data",) if level is Level.L3 else ()))

    def forget(self, place: Place, points: Sequence[str], limits: Limits) -> Ended:
        """Forget these snapshots."""
        return self.ask_again(self._words(place, "forget", *map(_checked, points)), limits, place=place)

    def free(self, place: Place, limits: Limits) -> Ended:
        """Delete the data that no snapshot needs."""
        return self.ask_again(self._words(place, "prune"), limits, place=place)

    def tidy(self, place: Place, request_id: str) -> list[str]:
        """Take away locks of dead processes of this machine; of a killed run no snapshot is left."""
        return [_("the lock of {who}").format(who=holder.words) for holder in self.unlock(place)]

    def trouble_of(self, ended: Ended) -> Trouble:
        """What stopped restic: by its code since 0.17, else by its words."""
        if ended.code in _CODES:
            return _CODES[ended.code]
        if ended.code == 0 or not ended.errors:
            return Trouble.OTHER
        before, fatal, after = ended.errors[0].rpartition("Fatal: ")
        text = after if fatal else before or after
        return next((trouble for trouble, words in _WORDS if words.search(text)), Trouble.OTHER)

    def said(self, ended: Ended) -> str:
        """The fatal line, else the last one; restic may explain a fatal one in further lines."""
        lines = [line.strip() for text in ended.errors for line in text.splitlines() if line.strip()]
        for line in lines:
            said = read_object(line)
            if said.get("message_type") == "exit_error":
                return str(said.get("message")).removeprefix("Fatal: ")
            if line.startswith("Fatal: "):
                return line.removeprefix("Fatal: ")
        return ended.said

    def holders(self, place: Place) -> list[Holder]:
        """Who holds locks of the repository."""
        return [holder for holder, _age in self._locks(place)]

    def _locks(self, place: Place) -> list[tuple[Holder, float]]:
        """The holders of locks, and the age of each lock in seconds."""
        found = []
        ended = self.ask(self._words(place, "list", "locks", locks=False), unlimited(), place=place)
        for name in ended.out.split() if ended.is_good else ():
            if _ID.fullmatch(name):
                one = self.ask(self._words(place, "cat", "lock", name, locks=False), unlimited(), place=place)
                said = read_object(one.out)
                if "hostname" in said and "pid" in said and "time" in said:
                    at = datetime.fromisoformat(str(said["time"]))
                    age = (datetime.now(at.tzinfo) - at).total_seconds()
                    found.append((Holder(str(said["hostname"]), int(said["pid"]), str(said["time"])), age))
        return found

    def unlock(self, place: Place) -> list[Holder]:
        """Remove locks of dead processes of this machine, unless `unlock` would take away more than these.

        What was removed.
        """
        locks = self._locks(place)
        dead = [holder for holder, _age in locks if holder.is_ours_and_dead]
        others_are_old = any(age > _STALE_AFTER for holder, age in locks if holder not in dead)
        if not dead or others_are_old:
            return []
        ended = self.ask(self._words(place, "unlock", locks=False), unlimited(), place=place)
        return dead if ended.is_good else []


def _point(said: dict[str, Any]) -> Point:
    tags = {}
    for tag in said.get("tags") or []:
        name, _sign, value = tag.partition(":")
        tags[name] = value
    is_ours = "opsctl" in tags
    return Point(
        said["id"],
        datetime.fromisoformat(said["time"]),
        (said.get("summary") or {}).get("total_bytes_processed"),
        tags.get("opsctl-policy") if is_ours else None,
        tags.get("opsctl-host") if is_ours else None,
        tags.get("opsctl-run") if is_ours else None,
        said.get("hostname"),
        tuple(map(str, said.get("paths") or ())),
    )


def _checked(point: str) -> str:
    """The id of a snapshot. Raise CannotRestore for what is none: it may come from a database."""
    if not _ID.fullmatch(point):
        raise CannotRestore(_("{point!r} is no id of a snapshot.").format(point=point[:80]))
    return point


def _tag(host: str) -> str:
    """A host's name as a tag, where a comma would begin another one."""
    return host.replace(",", "-")


def _escaped(path: str) -> str:
    """A path as a pattern that matches nothing else."""
    return re.sub(r"([*?\[\]\\])", r"\\\1", path)


def _system_words(error: dict[str, Any]) -> str:
    """An error of the system as Go writes it before 0.16: an operation and a number."""
    import os

    number = error.get("Err")
    return os.strerror(number) if isinstance(number, int) else str(error.get("Op", ""))
