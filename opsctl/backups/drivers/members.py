"""The list of what is in an archive: one JSON line for each member, compressed and encrypted as the archive is.

It is written while the archive is, beside it, as `ARCHIVE.members.zst`; the names of files are as secret as the files.
"""

import json
import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from opsctl.backups.drivers import CannotRestore, Limits, Request
from opsctl.backups.drivers.artefacts import draft, late_or_refused, path_of
from opsctl.backups.drivers.processes import Ended, pipe
from opsctl.backups.drivers.sealing import has_no_key, pack, suffix_of, tool_of, unpack
from opsctl.backups.drivers.tarring import Kind, Member
from opsctl.backups.terms import Verdict
from opsctl.cli.hostfile.jobs import Job, Place
from opsctl.core.texts import _

SUFFIX = ".members.zst"
_ENOUGH = 128 * 1024
_IN_MEMORY = 4 * 1024 * 1024


class Listing:
    """A list while it is written, by programs of its own. It is kept if `finish` was called in its context."""

    def __init__(self, job: Job, place: Place, request: Request, name: str) -> None:
        self.suffix = f"{SUFFIX}{suffix_of(job)}"
        self.files = 0
        self._job, self._place, self._name = job, place, f"{name}{self.suffix}"
        self._limits = replace(request.limits, idle=request.limits.wall)  # it waits for the archive
        self._lines = bytearray()
        self._is_wanted = False
        self._sha256 = ""
        self._raised: BaseException | None = None
        self._reads, self._writes = os.pipe()
        self._thread = threading.Thread(target=self._write, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _traceback: TracebackType | None
    ) -> None:
        self._close()

    def add(self, member: Member) -> None:
        """Write down a member; what cannot be written is told by `finish`."""
        self.files += member.kind in (Kind.FILE, Kind.HARD_LINK)
        self._lines += line_of(member)
        if len(self._lines) > _ENOUGH:
            self._flush()

    def finish(self) -> str:
        """Put the list in its place: its SHA-256. Raise OSError where it could not be written."""
        self._flush()
        self._is_wanted = True
        self._close()
        if self._raised is not None:
            raise OSError(str(self._raised)) from self._raised
        return self._sha256

    def discard(self) -> None:
        """Take a finished list away: there is no archive."""
        if self._sha256:
            with suppress(OSError):
                path_of(self._place, self._name).unlink(missing_ok=True)

    def _flush(self) -> None:
        rest = memoryview(bytes(self._lines))
        self._lines.clear()
        with suppress(BrokenPipeError):
            while rest:
                rest = rest[os.write(self._writes, rest) :]

    def _close(self) -> None:
        if self._writes >= 0:
            os.close(self._writes)
            self._writes = -1
            self._thread.join()

    def _write(self) -> None:
        try:
            with os.fdopen(self._reads, "rb", buffering=0) as source, draft(self._place, self._name) as one:
                ended = pipe(pack(self._job, threads=1), self._limits, source=source, sink=one.take)
                if not ended.is_good or not self._is_wanted:
                    raise OSError(ended.refused or ended.said)
            self._sha256 = one.sha256
        except BaseException as error:  # told by `finish`, in the thread that waits for it
            self._raised = error


def line_of(member: Member) -> bytes:
    """A member as a line of JSON; a byte of a name that is no UTF-8 is an escaped half character."""
    said: dict[str, Any] = {
        "path": _text(member.path), "kind": member.kind, "size": member.size, "mtime": member.mtime,
        "mode": member.mode,
    }  # fmt: skip
    if member.sha256 is not None:
        said["sha256"] = member.sha256
    if member.link is not None:
        said["link"] = _text(member.link)
    return json.dumps(said, separators=(",", ":")).encode("ascii") + b"\n"


def member_of(line: bytes) -> Member:
    """The member that a line says. Raise ValueError for what is no such line."""
    try:
        said = json.loads(line)
        link = said.get("link")
        return Member(
            _bytes(said["path"]), Kind(said["kind"]), int(said["size"]), int(said["mtime"]), int(said["mode"]),
            said.get("sha256"), None if link is None else _bytes(link),
        )  # fmt: skip
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(str(error)) from None


class Listed:
    """The list of a point, unpacked into a file that has no name. Iterating gives its members, each time anew."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._stream.close()

    def __iter__(self) -> Iterator[Member]:
        """The members in the order of the archive. Raise CannotRestore for a line that is none."""
        self._stream.seek(0)
        for line in self._stream:
            try:
                yield member_of(line)
            except ValueError:
                raise CannotRestore(_("the list of its members cannot be read")) from None


def read_list(job: Job, place: Place, point: str, limits: Limits) -> Listed:
    """The list of a point. Raise CannotRestore: it differs where it is missing or damaged, else it could not run."""
    path = list_of(place, point)
    if not path.is_file():
        raise CannotRestore(_("the list of its members is not there"))
    stream = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - it is closed by who asked
    try:
        ended = pipe(unpack(job, path), limits, sink=lambda block: _keep(stream, block))
        raise_for(ended, _("the list of its members is damaged"))
    except BaseException:
        stream.close()
        raise
    return Listed(stream)


def list_of(place: Place, point: str) -> Path:
    """Where the list of a point lies. Raise CannotRestore for what is no point."""
    tool = tool_of(point)
    return path_of(place, f"{point}{SUFFIX}{'' if tool is None else f'.{tool}'}")


def raise_for(ended: Ended, damaged: str) -> None:
    """Raise CannotRestore where programs that unpack did not end well: `damaged` is what that means of the point."""
    early = late_or_refused(ended)
    if early is not None:
        raise CannotRestore(early[1], Verdict.COULD_NOT_RUN)
    if ended.is_good:
        return
    if has_no_key(ended):
        raise CannotRestore(_("the key does not fit: {said}").format(said=ended.said), Verdict.COULD_NOT_RUN)
    raise CannotRestore(f"{damaged}: {ended.said}" if ended.said else damaged)


def _keep(stream: "tempfile.SpooledTemporaryFile[bytes]", block: memoryview) -> None:
    stream.write(block)


def _text(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape")


def _bytes(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")
