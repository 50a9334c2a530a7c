"""Artefacts: one file per point in a folder, with a manifest beside it. What drivers that dump into a file share.

`erp-db.web1.20261121T013000Z.1f3a9c02.dump.age` is the policy, the host, when it began, the beginning of the run's id,
and what it is. It is written as `.NAME.partial`, hashed on its way, synced and renamed; its manifest comes last, so
that what has one is whole. `NAME.manifest.json` says whose it is, what it holds and its SHA-256.
"""

import hashlib
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from opsctl.backups.drivers import CannotRestore, Checked, Limits, Made, Point, Request
from opsctl.backups.drivers.processes import Command, Ended, pipe
from opsctl.backups.terms import Level, Status, Verdict
from opsctl.cli.hostfile.jobs import Place
from opsctl.core.files import write_whole
from opsctl.core.texts import _
from opsctl.core.times import utc_text

_NAME = re.compile(r"[a-z0-9一-鿿][\w.一-鿿-]{0,200}")
_STAMP = "%Y%m%dT%H%M%SZ"
_MANIFEST = ".manifest.json"
_PARTIAL = ".partial"
_BLOCK = 1024 * 1024
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

    def __init__(self, path: Path, stream: IO[bytes]) -> None:
        self.path = path
        self.bytes = 0
        self._digest = hashlib.sha256()
        self._stream = stream

    def take(self, block: memoryview) -> None:
        """Write a block."""
        self._digest.update(block)
        self._stream.write(block)
        self.bytes += len(block)

    @property
    def sha256(self) -> str:
        """The digest of what was written."""
        return self._digest.hexdigest()


def name_of(request: Request, suffix: str) -> str:
    """The name of a run's artefact."""
    stamp = request.stamp.astimezone(UTC).strftime(_STAMP)
    return f"{request.policy}.{_plain(request.host)}.{stamp}.{request.id[:8]}{suffix}"


def path_of(place: Place, point: str) -> Path:
    """Where an artefact lies. Raise CannotRestore for a name that is none: it may come from a database."""
    if not _NAME.fullmatch(point):
        raise CannotRestore(_("{point!r} is no name of an artefact.").format(point=point[:80]))
    return Path(place.to) / point


@contextmanager
def draft(place: Place, name: str) -> Iterator[Draft]:
    """A new artefact of that name: written whole, synced and put in its place, or not at all.

    Raise OSError where it cannot be written, and for what is there already.
    """
    folder = Path(place.to)
    final, partial = folder / name, folder / f".{name}{_PARTIAL}"
    if final.exists():
        raise FileExistsError(17, os.strerror(17), str(final))
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb", buffering=0) as stream:
            yield Draft(partial, stream)
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
    try:
        with draft(place, name) as one:
            ended = pipe(commands, request.limits, between=between, sink=one.take, tell=request.tell)
            status, reason = judge(ended, one.bytes)
            if status not in (Status.SUCCESS, Status.INCOMPLETE):
                raise _Useless
        said = describe()
        write_manifest(place, Manifest(
            policy=request.policy, host=request.host, run=request.id, driver=driver, engine=engine,
            started_at=utc_text(request.stamp), artefact=name, bytes=one.bytes, sha256=one.sha256, **said,
        ))  # fmt: skip
    except _Useless:
        return Made(status, engine=engine, code=ended.code, reason=reason)
    except OSError as error:
        (Path(place.to) / name).unlink(missing_ok=True)
        return Made(Status.FAILED, engine=engine, reason=_refused(error, place))
    return Made(
        status, name, one.bytes, said.get("files"), one.sha256, engine, ended.code, reason, said.get("counts", {})
    )


class _Useless(Exception):
    """What was written is not kept."""


def _refused(error: OSError, place: Place) -> str:
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


def write_manifest(place: Place, manifest: Manifest) -> None:
    """Write it beside its artefact, whole. Raise OSError where that cannot be done."""
    said = {name: getattr(manifest, name) for name in Manifest.__dataclass_fields__}
    said = {"opsctl": 1, "kind": "backup.manifest", **{name: value for name, value in said.items() if value}}
    text = json.dumps(said, ensure_ascii=False, indent=1, sort_keys=True)
    write_whole(Path(place.to) / f"{manifest.artefact}{_MANIFEST}", lambda stream: _put(stream, text), mode=0o600)
    sync_folder(Path(place.to))


def _put(stream: IO[str], text: str) -> None:
    stream.write(f"{text}\n")


def read_manifest(place: Place, point: str) -> Manifest | None:
    """What stands beside an artefact; None where nothing does, or nothing that we wrote."""
    path = path_of(place, f"{point}{_MANIFEST}")
    try:
        if path.stat().st_size > _MOST:
            return None
        said = json.loads(path.read_text(encoding="utf-8"))
        if said.pop("opsctl", None) != 1 or said.pop("kind", None) != "backup.manifest":
            return None
        return Manifest(**{name: value for name, value in said.items() if name in Manifest.__dataclass_fields__})
    except (OSError, ValueError, TypeError, AttributeError):
        return None


def points_in(place: Place) -> list[Point]:
    """Every artefact of the folder that has a manifest and is there, the oldest first.

    Raise CannotRestore where the folder cannot be read.
    """
    found = []
    try:
        names = [one.name.removesuffix(_MANIFEST) for one in os.scandir(place.to) if one.name.endswith(_MANIFEST)]
    except OSError as error:
        raise CannotRestore(_refused(error, place), Verdict.COULD_NOT_RUN) from None
    for name in names:
        with suppress(CannotRestore, ValueError, OSError):
            manifest = read_manifest(place, name)
            if manifest is not None and manifest.artefact == name:
                size = path_of(place, name).lstat().st_size
                at = datetime.fromisoformat(manifest.started_at)
                found.append(Point(name, at, size, manifest.policy, manifest.host, manifest.run))
    return sorted(found, key=lambda one: (one.at, one.name))


def replicate(request: Request, made: Made, source: Place, target: Place) -> Made:
    """Copy an artefact with its manifest to another place, hashed on its way and read again there."""
    if made.point is None:
        return made
    manifest = read_manifest(source, made.point)
    try:
        with path_of(source, made.point).open("rb", buffering=0) as stream, draft(target, made.point) as one:
            block = memoryview(bytearray(_BLOCK))
            while count := stream.readinto(block):
                one.take(block[:count])
                request.tell(count)
            if one.sha256 != made.sha256:
                raise _Useless
        found = digest_of(path_of(target, made.point))
        if found != made.sha256 or manifest is None:
            raise _Useless
        write_manifest(target, manifest)
    except _Useless:
        (Path(target.to) / made.point).unlink(missing_ok=True)
        return replace(made, status=Status.FAILED, point=None, reason=_("the copy differs from what was copied"))
    except OSError as error:
        return replace(made, status=Status.FAILED, point=None, reason=_refused(error, target))
    return made


def check(place: Place, point: str, level: Level, sha256: str | None) -> Checked:
    """Look whether an artefact is there (L0), and whether its bytes are those that were written (L2 and above)."""
    try:
        path = path_of(place, point)
        manifest = read_manifest(place, point)
        if not path.is_file():
            return Checked(level, Verdict.DIFFERS, _("{point} is not there").format(point=point))
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
        return Checked(level, Verdict.COULD_NOT_RUN, _refused(error, place))
    if found not in (sha256 or manifest.sha256,) or found != manifest.sha256:
        return Checked(level, Verdict.DIFFERS, _("{point} has another SHA-256 than was written").format(point=point))
    return Checked(level, Verdict.PASS)


def digest_of(path: Path) -> str:
    """The SHA-256 of a file. Raise OSError where it cannot be read."""
    with path.open("rb", buffering=0) as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def prune(place: Place, points: Sequence[str], *, beside: Sequence[str] = ()) -> dict[str, str | None]:
    """Delete artefacts that have a manifest, and what else is named after them (`beside`); why not, where they stay."""
    gone: dict[str, str | None] = {}
    for point in points:
        try:
            path = path_of(place, point)
            if read_manifest(place, point) is None and path.exists():
                gone[point] = _("it has no manifest, so opsctl may not have made it")
                continue
            # The manifest goes first: what has none is no point, and is tidied away.
            for suffix in (_MANIFEST, *beside, ""):
                Path(f"{path}{suffix}").unlink(missing_ok=True)
            sync_folder(path.parent)
            gone[point] = None
        except CannotRestore as error:
            gone[point] = error.reason
        except OSError as error:
            gone[point] = _refused(error, place)
    return gone


def tidy(place: Place, request_id: str) -> list[str]:
    """Take away what a killed run left: its drafts, and an artefact that has no manifest yet."""
    gone = []
    with suppress(OSError):
        for one in list(Path(place.to).iterdir()):
            is_draft = one.name.startswith(".") and one.name.endswith(_PARTIAL)
            is_bare = one.is_file() and not Path(f"{one}{_MANIFEST}").exists()
            if f".{request_id[:8]}." in one.name and (is_draft or is_bare) and not one.name.endswith(_MANIFEST):
                with suppress(OSError):
                    one.unlink()
                    gone.append(one.name)
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
    from datetime import timedelta

    return Limits(timedelta(minutes=10), timedelta(minutes=10))
