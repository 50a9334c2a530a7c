"""What an engine lists in a point, and what of it is found in a folder."""

import os
import random
import stat
from dataclasses import dataclass
from pathlib import Path

from opsctl.backups.drivers import CannotRestore, Occupied
from opsctl.backups.terms import Verdict
from opsctl.core.texts import _, ngettext

_TOLD = 100
"""So many differences are named."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What an engine lists in a point: `path` without a leading slash, `kind` as `stat.S_IFMT` has it, bytes."""

    path: str
    kind: int
    size: int

    @property
    def is_device(self) -> bool:
        """Whether it is one; none is ever made in a scratch place."""
        return self.kind in (stat.S_IFCHR, stat.S_IFBLK)


def tally(root: Path) -> tuple[int, int, int]:
    """How many regular files a folder holds, their bytes, and how many other things that are no folders."""
    files = size = others = 0
    waiting = [os.fspath(root)]
    while waiting:
        with os.scandir(waiting.pop()) as found:
            for one in found:
                if one.is_dir(follow_symlinks=False):
                    waiting.append(one.path)
                elif one.is_file(follow_symlinks=False):
                    files += 1
                    size += one.stat(follow_symlinks=False).st_size
                else:
                    others += 1
    return files, size, others


class Pick:
    """So many regular files of a listing, each with the same chance, and the devices; nothing else is kept of it."""

    def __init__(self, wanted: int) -> None:
        self.files: list[Entry] = []
        self.devices: list[str] = []
        self._wanted = wanted
        self._seen = 0

    def take(self, entry: Entry) -> None:
        """Look at the next of the listing."""
        if entry.is_device:
            self.devices.append(entry.path)
        if entry.kind != stat.S_IFREG or self._wanted < 1:
            return
        self._seen += 1
        if len(self.files) < self._wanted:
            self.files.append(entry)
        elif (at := random.randrange(self._seen)) < self._wanted:  # noqa: S311 - a sample, no secret
            self.files[at] = entry


class Comparison:
    """What is found of a listing in a folder."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._found = 0
        self.checked = 0
        self.differences: list[str] = []

    def take(self, entry: Entry) -> None:
        """Look whether it is there, of its kind and its size; what is no UTF-8 in a listing cannot be looked for."""
        if entry.is_device or "\ufffd" in entry.path:
            self._found += entry.kind != stat.S_IFDIR and not entry.is_device
            return
        self.checked += 1
        try:
            there = os.lstat(self._root / entry.path)
        except OSError as error:
            self._tell(_("{path}: {reason}").format(path=entry.path, reason=error.strerror))
            return
        self._found += not stat.S_ISDIR(there.st_mode)
        if stat.S_IFMT(there.st_mode) != entry.kind:
            self._tell(_("{path} is of another kind than was listed").format(path=entry.path))
        elif entry.kind == stat.S_IFREG and there.st_size != entry.size:
            said = _("{path} has {found} bytes, {listed} were listed")
            self._tell(said.format(path=entry.path, found=there.st_size, listed=entry.size))

    def count_what_is_more(self) -> None:
        """Say so where more is there than was listed."""
        files, _bytes, others = tally(self._root)
        more = files + others - self._found
        if more > 0:
            said = ngettext("{count} more is there than was listed", "{count} more are there than were listed", more)
            self._tell(said.format(count=more))

    def _tell(self, difference: str) -> None:
        if len(self.differences) < _TOLD:
            self.differences.append(difference)


def prepare_folder(into: str) -> None:
    """Make the folder, or see that it is an empty one. Raise Occupied, or CannotRestore where it cannot be made."""
    try:
        Path(into).mkdir(mode=0o700, parents=True, exist_ok=True)
        is_empty = next(Path(into).iterdir(), None) is None
    except OSError as error:
        reason = _("{folder}: {reason}").format(folder=into, reason=error.strerror)
        raise CannotRestore(reason, Verdict.COULD_NOT_RUN) from None
    if not is_empty:
        raise Occupied(_("{folder} is not empty").format(folder=into))
