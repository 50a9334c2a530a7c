"""Artefacts: one file per point in a folder, with a manifest beside it. What drivers that dump into a file share.

`erp-db.web1.20261121T013000Z.1f3a9c02.dump.age` is the policy, the host, when it began, the beginning of the run's id,
and what it is. It is written as `.NAME.partial`, hashed on its way, synced and renamed; its manifest comes last, so
that what has one is whole. `NAME.manifest.json` says whose it is, what it holds and its SHA-256.
"""

import errno
import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any

from opsctl.backups.drivers import CannotRestore, Checked, Limits, Made, Point, Pruned, Refusal, Request
from opsctl.backups.drivers.processes import Command, Ended, pipe
from opsctl.backups.rules.sizes import size_text
from opsctl.backups.terms import LOOKED_BACK, WITH_POINT, Level, Status, Verdict
from opsctl.cli.hostfile.jobs import Place
from opsctl.core.files import write_whole
from opsctl.core.texts import _
from opsctl.core.times import utc_text

_NAME = re.compile(r"[a-z0-9一-鿿][\w.一-鿿-]{0,200}")
_STAMP = "%Y%m%dT%H%M%SZ"
MANIFEST = ".manifest.json"
PARTIAL = ".partial"
BESIDE = "beside"
"""In `more` of a manifest: by suffix the SHA-256 of files that are named after the artefact and belong to it."""
_MOST = 10 * 1024 * 1024
"""No manifest is larger: what is was not written by us."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is written down beside an artefact. Moments are ISO 8601 in UTC."""

    policy: str
    host: str
    run: str
    driver: str
    engine: str | None
    started_at: str
    artefact: str
    bytes: int
    sha256: str
    files: int | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    more: Mapping[str, Any] = field(default_factory=dict)
    """What one driver alone wants to know again."""


class Draft:
    """An artefact while it is written: hashed and counted on its way."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.bytes = 0
        self._digest = hashlib.sha256()
        self._stream = stream

    def take(self, block: memoryview) -> None:
        """Write a block. Raise OSError where it cannot be written whole."""
        self._digest.update(block)
        self.bytes += len(block)
        while block:  # the last block that fits on a full disk is written in part, without an error
            block = block[self._stream.write(block) :]

    @property
    def sha256(self) -> str:
        """The digest of what was written."""
        return self._digest.hexdigest()


def name_of(request: Request, suffix: str) -> str:
    """The name of a run's artefact."""
    return f"{request.policy}.{_plain(request.host)}.{stamp_of(request)}.{request.id[:8]}{suffix}"


def stamp_of(request: Request) -> str:
    """When a run began, as it stands in names; UTC."""
    return request.stamp.astimezone(UTC).strftime(_STAMP)


def path_of(place: Place, point: str) -> Path:
    """Where an artefact lies. Raise CannotRestore for a name that is none: it may come from a database."""
    if not _NAME.fullmatch(point):
        raise CannotRestore(_("{point!r} is no name of an artefact.").format(point=point[:80]))
    return Path(place.to) / point


@contextmanager
def draft(place: Place, name: str) -> Iterator[Draft]:
    """A new artefact of that name: written whole, synced and put in its place, or not at all.

    Raise OSError where it cannot be written, and for what is there already; CannotRestore for what is no name.
    """
    final = path_of(place, name)
    folder = final.parent
    partial = folder / f".{name}{PARTIAL}"
    if os.path.lexists(final):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(final))
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb", buffering=0) as stream:
            yield Draft(stream)
            os.fsync(stream.fileno())
        partial.rename(final)
        sync_folder(folder)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def dump(
    request: Request,
    place: Place,
    commands: Sequence[Command],
    *,
    suffix: str,
    between: Callable[[memoryview], None] | None = None,
    judge: Callable[[Ended, int], tuple[Status, str | None]],
    describe: Callable[[], Mapping[str, Any]] = dict,
    driver: str,
    engine: str | None,
) -> Made:
    """Run programs in a row and keep what the last one writes as the point of this run.

    `judge` maps how they ended, and the size in bytes, to a status and a reason; what is no success and not incomplete
    leaves no artefact. `describe` gives `files`, `counts` and `more` of the manifest once all have ended.
    """
    name = name_of(request, suffix)
    made = None
    try:
        with draft(place, name) as one:
            ended = pipe(commands, request.limits, between=between, sink=one.take, tell=request.tell)
            status, reason = judge(ended, one.bytes)
            if status not in WITH_POINT:
                raise _Useless
        made = Made(status, name, one.bytes, sha256=one.sha256, engine=engine, code=ended.code, reason=reason)
        said = describe()
        write_manifest(place, Manifest(
            policy=request.policy, host=request.host, run=request.id, driver=driver, engine=engine,
            started_at=utc_text(request.stamp), artefact=name, bytes=one.bytes, sha256=one.sha256, **said,
        ))  # fmt: skip
    except _Useless:
        return Made(status, engine=engine, code=ended.code, reason=reason)
    except CannotRestore as error:
        return Made(Status.FAILED, engine=engine, reason=error.reason)
    except OSError as error:
        if made is not None:  # what was there before this run stays
            with suppress(OSError):
                path_of(place, name).unlink(missing_ok=True)
        return Made(Status.FAILED, engine=engine, reason=refused_by(error, place))
    return replace(made, files=said.get("files"), counts=said.get("counts", {}))


class _Useless(Exception):
    """What was written is not kept."""


def refused_by(error: OSError, place: Place) -> str:
    """Where and why the system refused, in one line."""
    return _("{place}: {reason}").format(place=place.to, reason=error.strerror or error)


def late_or_refused(ended: Ended) -> tuple[Status, str] | None:
    """What every driver says of programs that were stopped or never ran; None where they ended by themselves."""
    if ended.refused is not None:
        return Status.NOT_STARTED, ended.refused
    match ended.late:
        case "wall":
            return Status.TIMED_OUT, _("it ran longer than its time-out")
        case "idle":
            return Status.TIMED_OUT, _("nothing moved for as long as its idle time-out")
        case "window":
            return Status.TIMED_OUT, _("its window ended")
    return None


def refuse_place(place: Place, policy: str) -> Refusal | None:
    """Why no artefact of the policy can be written there: no folder, no right, or less room than its last one took."""
    folder = Path(place.to)
    if not folder.is_dir():
        reason = _("{folder} is not there, or no folder").format(folder=folder)
        return Refusal(reason, _("Make it, or mount what it lies on."))
    if not os.access(folder, os.W_OK | os.X_OK):
        reason = _("{folder} cannot be written").format(folder=folder)
        return Refusal(reason, _("Give this account the right to write there."))
    try:
        last = max((one.bytes or 0 for one in points_in(place)[-LOOKED_BACK:] if one.policy == policy), default=0)
        free = shutil.disk_usage(folder).free
    except (CannotRestore, OSError) as error:
        return Refusal(str(error), _("Look at the folder: ls -ld {folder}").format(folder=folder))
    if free >= last:
        return None
    reason = _("{folder} has {free} free, and the last points of {policy} took up to {last}")
    return Refusal(
        reason.format(folder=folder, free=size_text(free), policy=policy, last=size_text(last)),
        _("Make room: opsctl backup prune {policy} --dry-run").format(policy=policy),
    )


def write_manifest(place: Place, manifest: Manifest) -> None:
    """Write it beside its artefact, whole. Raise OSError where that cannot be done."""
    said = {name: getattr(manifest, name) for name in Manifest.__dataclass_fields__}
    said = {name: value for name, value in said.items() if value not in (None, {})}
    said = {"opsctl": 1, "kind": "backup.manifest", **said}
    text = json.dumps(said, ensure_ascii=False, indent=1, sort_keys=True)
    path = Path(place.to) / f"{manifest.artefact}{MANIFEST}"
    write_whole(path, lambda stream: stream.writelines((text, "\n")), mode=0o600)
    sync_folder(Path(place.to))


def read_manifest(place: Place, point: str) -> Manifest | None:
    """What stands beside an artefact; None where nothing does, or nothing that we wrote."""
    path = path_of(place, f"{point}{MANIFEST}")
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)  # a pipe of that name holds nobody
        with os.fdopen(descriptor, "rb") as stream:
            if os.fstat(descriptor).st_size > _MOST:
                return None
            said = json.loads(stream.read(_MOST))
        if said.pop("opsctl", None) != 1 or said.pop("kind", None) != "backup.manifest":
            return None
        known = {name: value for name, value in said.items() if name in Manifest.__dataclass_fields__}
        return _whole(Manifest(**known))
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):
        return None


def _whole(manifest: Manifest) -> Manifest:
    """The manifest, whose values are of their kinds. Raise ValueError where one is not: it may come from anybody."""
    texts = (manifest.policy, manifest.host, manifest.run, manifest.driver, manifest.artefact, manifest.sha256)
    numbers = (manifest.bytes, *(() if manifest.files is None else (manifest.files,)), *manifest.counts.values())
    beside = manifest.more.get(BESIDE, {})
    if (
        any(not isinstance(one, str) for one in (*texts, *beside.values()))
        or any(type(one) is not int or one < 0 for one in numbers)
        or any(not re.fullmatch(r"\.[a-z.]{1,40}", suffix) or suffix == MANIFEST for suffix in beside)
        or datetime.fromisoformat(manifest.started_at).tzinfo is None
    ):
        raise ValueError
    return manifest


def points_in(place: Place) -> list[Point]:
    """Every artefact of the folder that has a manifest and is there, the oldest first.

    Raise CannotRestore where the folder cannot be read.
    """
    found = []
    try:
        names = [one.name.removesuffix(MANIFEST) for one in os.scandir(place.to) if one.name.endswith(MANIFEST)]
    except OSError as error:
        raise CannotRestore(refused_by(error, place), Verdict.COULD_NOT_RUN) from None
    for name in names:
        with suppress(CannotRestore, OSError):
            manifest = read_manifest(place, name)
            if manifest is not None and manifest.artefact == name:
                size = path_of(place, name).lstat().st_size
                at = datetime.fromisoformat(manifest.started_at)
                found.append(Point(name, at, size, manifest.policy, manifest.host, manifest.run))
    return sorted(found, key=lambda one: (one.at, one.name))


def check(place: Place, point: str, level: Level, sha256: str | None) -> Checked:
    """Look whether an artefact is there (L0), and whether its bytes are those that were written (L2 and above)."""
    try:
        path = path_of(place, point)
        manifest = read_manifest(place, point)
        if not path.is_file():
            return _absent(place, point, level)
        if manifest is None:
            return Checked(level, Verdict.DIFFERS, _("{point} has no manifest").format(point=point))
        if path.stat().st_size != manifest.bytes:
            return Checked(level, Verdict.DIFFERS, _("{point} has another size than was written").format(point=point))
        if level is Level.L0:
            return Checked(level, Verdict.PASS)
        found = digest_of(path)
    except CannotRestore as error:
        return Checked(level, error.verdict, error.reason)
    except OSError as error:
        return Checked(level, Verdict.COULD_NOT_RUN, refused_by(error, place))
    if found != manifest.sha256 or found != (sha256 or found):
        return Checked(level, Verdict.DIFFERS, _("{point} has another SHA-256 than was written").format(point=point))
    return Checked(level, Verdict.PASS)


def _absent(place: Place, point: str, level: Level) -> Checked:
    """What it means that an artefact is not there: a place that is away, or bare, says nothing about its points.

    Where a disk is not mounted, there is no folder or an empty one.
    """
    with os.scandir(place.to) as found:
        is_in_use = any(one.name.endswith(MANIFEST) for one in found)
    if is_in_use:
        return Checked(level, Verdict.DIFFERS, _("{point} is not there").format(point=point))
    reason = _("{place} holds no backup at all; is its disk mounted?").format(place=place.to)
    return Checked(level, Verdict.COULD_NOT_RUN, reason)


def digest_of(path: Path) -> str:
    """The SHA-256 of a file. Raise OSError where it cannot be read."""
    with path.open("rb", buffering=0) as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def prune(place: Place, points: Sequence[str]) -> Pruned:
    """Delete artefacts that have a manifest, and what their manifests name beside them."""
    gone: dict[str, str | None] = {}
    for point in points:
        try:
            path = path_of(place, point)
            manifest = read_manifest(place, point)
            if manifest is None and os.path.lexists(path):
                gone[point] = _("it has no manifest, so opsctl may not have made it")
                continue
            # The manifest goes first: what has none is no point, and is tidied away.
            for suffix in (MANIFEST, *(manifest.more.get(BESIDE, {}) if manifest is not None else ()), ""):
                Path(f"{path}{suffix}").unlink(missing_ok=True)
            sync_folder(path.parent)
            gone[point] = None
        except CannotRestore as error:
            gone[point] = error.reason
        except OSError as error:
            gone[point] = refused_by(error, place)
    return Pruned(gone)


def tidy(place: Place, request_id: str) -> list[str]:
    """Take away what a killed run left: its drafts, and an artefact that has no manifest yet."""
    gone: list[str] = []
    if not re.fullmatch(r"[0-9a-f-]{8,36}", request_id):
        return gone
    with suppress(OSError):
        names = [one.name for one in os.scandir(place.to) if f".{request_id[:8]}." in one.name]
        whole = tuple(name.removesuffix(MANIFEST) for name in names if name.endswith(MANIFEST))
        for name in names:
            is_draft = name.startswith(".") and name.endswith(PARTIAL)
            is_of_whole = any(name == one or name.startswith(f"{one}.") for one in whole)
            if is_draft or (_NAME.fullmatch(name) and not is_of_whole):
                with suppress(OSError):
                    (Path(place.to) / name).unlink()
                    gone.append(name)
    return gone


def sync_folder(folder: Path) -> None:
    """Let what was renamed in it survive a power cut. Raise OSError where that cannot be done."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _plain(host: str) -> str:
    """A host's name as part of a file's name."""
    return re.sub(r"[^A-Za-z0-9-]", "-", host)[:63].lower() or "host"


def unlimited() -> Limits:
    """Limits for what is quick."""
    return Limits(timedelta(minutes=10), timedelta(minutes=10))
