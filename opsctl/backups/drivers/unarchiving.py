"""Unpacking an archive of `files`, and comparing what was unpacked with the list of its members."""

import hashlib
import os
import random
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from opsctl.backups.drivers import CannotRestore, Checked, Compared, Limits, Restored, Step, Unit
from opsctl.backups.drivers import artefacts as stored
from opsctl.backups.drivers.lines import line
from opsctl.backups.drivers.listings import prepare_folder
from opsctl.backups.drivers.members import Listed, raise_for, read_list
from opsctl.backups.drivers.processes import Command, find_program, pipe
from opsctl.backups.drivers.sealing import probe, unopened_here, unpack
from opsctl.backups.drivers.tarring import Kind, Member, NoTar, Walk
from opsctl.backups.terms import Level, Verdict
from opsctl.cli.hostfile.jobs import Job, Place
from opsctl.core.texts import _

_TOLD = 100
"""So many differences are told."""
_AS_IT_WAS = (
    "--same-permissions", "--same-owner", "--numeric-owner", "--acls", "--xattrs", "--xattrs-include=*",
)  # fmt: skip


class Against:
    """What passes, compared with the list, member by member: `see` is told of each."""

    def __init__(self, listed: Listed) -> None:
        self._expected = iter(listed)

    def see(self, member: Member) -> None:
        """Compare the next one. Raise CannotRestore at the first that differs."""
        expected = next(self._expected, None)
        if expected is None:
            raise CannotRestore(_("{path} is not in the list of members").format(path=shown(member.path)))
        if expected != member:
            raise CannotRestore(_("{path} differs from the list of members").format(path=shown(expected.path)))

    def end(self, walk: Walk) -> None:
        """That was all. Raise CannotRestore where something is missing."""
        expected = next(self._expected, None)
        if expected is not None or not walk.is_ended:
            path = shown(expected.path) if expected is not None else "-"
            raise CannotRestore(_("the archive ends before {path}").format(path=path))


@contextmanager
def restored(
    job: Job, place: Place, point: str, scratch: Path, *, limits: Limits, step: Step, only: int | None
) -> Iterator[Restored]:
    """The archive unpacked into `scratch`, while it stands. Raise CannotRestore."""
    with step("list"):
        listed = _list_or_blame(job, place, point, limits)
    with listed:
        picked = None if only is None else _pick(listed, only)
        words = ["--no-same-owner", "--no-same-permissions", "--delay-directory-restore"]
        secrets = {}
        if picked is not None:
            words += ["--no-recursion", "--null", "--verbatim-files-from", "--files-from={secret:names}"]
            secrets["names"] = b"".join(path + b"\0" for path in sorted(picked))
        else:
            words += ["--anchored", "--no-wildcards", "--exclude-from={secret:devices}"]
            secrets["devices"] = b"".join(one.path + b"\n" for one in listed if one.kind is Kind.DEVICE)
        with step("restore"):
            walk, against = _walk_against(listed)
            commands = _extract(job, place, point, scratch, words, secrets, walk.take, limits)
            against.end(walk)
        files, size = count_files(scratch)
        yield Restored(
            scratch, files, size, lambda: compare(listed, scratch, picked), words={"root": str(scratch)},
            commands=commands,
        )  # fmt: skip


def restore(job: Job, place: Place, point: str, into: str, *, limits: Limits) -> tuple[tuple[str, ...], ...]:
    """Unpack it for good into an empty folder, which is made where there is none. Raise CannotRestore."""
    prepare_folder(into)
    words = list(_AS_IT_WAS) if os.geteuid() == 0 else ["--no-same-owner", "--same-permissions"]
    walk = Walk(lambda _member: None)
    commands = _extract(job, place, point, Path(into), words, {}, walk.take, limits)
    if not walk.is_ended:
        raise CannotRestore(_("it is no whole archive: {reason}").format(reason="-"))
    return commands


def _extract(
    job: Job,
    place: Place,
    point: str,
    folder: Path,
    options: Sequence[str],
    secrets: dict[str, bytes],
    look: Callable[[memoryview], None],
    limits: Limits,
) -> tuple[tuple[str, ...], ...]:
    tar = find_program("tar", job.programs) or "tar"
    # Whole records are read, and so all there is: who stops at the archive's end breaks the pipe of who still writes.
    records = ("--blocking-factor=2048", "--read-full-records")
    words = (tar, "--extract", "--file=-", *records, f"--directory={folder}", "--keep-old-files", *options)
    commands = [*unpack(job, stored.path_of(place, point)), Command(words, secrets=secrets, nice=job.nice)]
    try:
        ended = pipe(commands, limits, between=look, before=len(commands) - 1)
        raise_for(ended, _("it could not be unpacked"))
    except NoTar as error:
        raise CannotRestore(_("it is no whole archive: {reason}").format(reason=error)) from None
    except CannotRestore as error:
        raise blamed(place, point, error) from None
    # A person has no list of devices at hand, and may want them.
    typed = replace(commands[-1], words=tuple(word for word in words if "{secret:" not in word))
    return (line([*commands[:-1], typed]),)


def blamed(place: Place, point: str, error: CannotRestore) -> CannotRestore:
    """The error, or what is wrong with the artefact where it is: then it is not the key that does not fit."""
    found = stored.check(place, point, Level.L2, None)
    return error if found.verdict is Verdict.PASS else CannotRestore(found.reason or error.reason, found.verdict)


def probed(job: Job, checked: Checked, place: Place, point: str, limits: Limits) -> Checked:
    """A look at L2, with what the packer's own checksums say, where this host can decrypt it. Raise CannotRestore."""
    unopened = unopened_here(job, point, checked)
    if unopened is not None:
        return unopened
    raise_for(pipe(probe(job, stored.path_of(place, point)), limits), _("it cannot be unpacked"))
    return checked


def _list_or_blame(job: Job, place: Place, point: str, limits: Limits) -> Listed:
    try:
        return read_list(job, place, point, limits)
    except CannotRestore as error:
        raise blamed(place, point, error) from None


def _walk_against(listed: Listed) -> tuple[Walk, Against]:
    against = Against(listed)
    return Walk(against.see), against


def _pick(listed: Listed, count: int) -> frozenset[bytes]:
    """So many files at random, each as likely as any other, without holding them all."""
    chance = random.SystemRandom()
    picked: list[bytes] = []
    for at, member in enumerate(one for one in listed if one.kind is Kind.FILE):
        if at < count:
            picked.append(member.path)
        elif (place := chance.randrange(at + 1)) < count:
            picked[place] = member.path
    return frozenset(picked)


def compare(listed: Listed, root: Path, picked: frozenset[bytes] | None) -> Compared:
    """Every member of the list, or those that were picked, against what lies in `root`, and nothing else there."""
    differences: list[str] = []
    checked = 0
    again = 0
    folders: set[bytes] = {b"."}
    above: set[bytes] = set()
    for member in listed:
        if member.kind is Kind.DEVICE or (picked is not None and member.path not in picked):
            continue
        checked += 1
        path = os.path.normpath(member.path)
        if path.rpartition(b"/")[0] not in above:
            above |= _parents(path)
        if member.kind is Kind.FOLDER:
            again += path in folders
            folders.add(path)
        difference = _difference(member, os.fsencode(root))
        if difference is not None and len(differences) < _TOLD:
            differences.append(f"{shown(member.path)}: {difference}")
    if _entries(root) > checked - again + len(above - folders) or differences:
        differences += _unknown(listed, root, above | {b"."})
    against = _("list of members: kind, size, time, SHA-256")
    unit = Unit.ENTRIES if picked is None else Unit.FILES
    return Compared(against, checked, tuple(differences[:_TOLD]), unit)


def _difference(member: Member, root: bytes) -> str | None:
    path = root + b"/" + member.path
    try:
        found = os.lstat(path)
        if _kind(found) is not (Kind.FILE if member.kind is Kind.HARD_LINK else member.kind):
            return _("it is of another kind")
        if member.kind is Kind.LINK:
            return None if os.readlink(path) == member.link else _("it leads somewhere else")  # noqa: PTH115 - bytes
        if member.kind is Kind.HARD_LINK:
            other = os.lstat(root + b"/" + (member.link or b""))
            return None if os.path.samestat(found, other) else _("it is not the same file as {other}").format(
                other=shown(member.link or b"")
            )  # fmt: skip
        return _difference_of_file(member, path, found) if member.kind is Kind.FILE else None
    except FileNotFoundError:
        return _("it is missing")
    except OSError as error:
        return error.strerror or str(error)


def _difference_of_file(member: Member, path: bytes, found: os.stat_result) -> str | None:
    if found.st_size != member.size:
        return _("it has {found} bytes instead of {expected}").format(found=found.st_size, expected=member.size)
    if found.st_mtime_ns // 10**9 != member.mtime:
        return _("it has another time of change")
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb", buffering=0) as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return None if digest == member.sha256 else _("its content is another")


def _kind(found: os.stat_result) -> Kind:
    mode = found.st_mode
    if stat.S_ISREG(mode):
        return Kind.FILE
    if stat.S_ISDIR(mode):
        return Kind.FOLDER
    if stat.S_ISLNK(mode):
        return Kind.LINK
    return Kind.PIPE if stat.S_ISFIFO(mode) else Kind.DEVICE


def _entries(root: Path) -> int:
    return sum(len(folders) + len(files) for _folder, folders, files in os.walk(root))


def count_files(root: Path) -> tuple[int, int]:
    """How many files can be seen there, and their bytes; one with several names counts by each."""
    files = size = 0
    for folder, _folders, names in os.walk(root):
        for name in names:
            found = Path(folder, name).lstat()
            if stat.S_ISREG(found.st_mode):
                files += 1
                size += found.st_size
    return files, size


def _unknown(listed: Listed, root: Path, above: set[bytes]) -> list[str]:
    """What lies there and is in no list."""
    known = {os.path.normpath(one.path) for one in listed} | above
    found: list[str] = []
    for folder, folders, files in os.walk(os.fsencode(root)):
        inside = os.path.relpath(folder, os.fsencode(root))
        for name in sorted((*folders, *files)):
            path = os.path.normpath(inside + b"/" + name)
            if path not in known and len(found) < _TOLD:
                found.append(_("{path}: it is not in the list of members").format(path=shown(path)))
    return found


def _parents(path: bytes) -> set[bytes]:
    parts = path.split(b"/")
    return {b"/".join(parts[:count]) for count in range(1, len(parts))}


def shown(path: bytes) -> str:
    """A name as people may see it: nothing in it moves the cursor."""
    text = path.decode("utf-8", "backslashreplace")
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text)
