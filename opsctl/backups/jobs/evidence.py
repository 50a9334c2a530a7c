"""Keeping the evidence of restore tests in a folder: the JSON, a page to read, and their digests."""

import errno
import hashlib
import os
from pathlib import Path

from opsctl.core.errors import NotAllowed
from opsctl.core.files import write_whole
from opsctl.core.texts import _
from opsctl.core.typed import LONGEST_PATH, excerpt

_OWN = 0o600
SUMS = "SHA256SUMS"


def evidence_folder(chosen: str | None, state_home: Path) -> Path:
    """The folder that was named, else our own below `state_home`, made where it is missing.

    Raise NotAllowed, before anything is restored, where nothing could be written there.
    """
    folder = Path(chosen) if chosen is not None else state_home / "opsctl" / "evidence"
    try:
        folder = folder.expanduser()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        is_writable = os.access(folder, os.W_OK | os.X_OK, effective_ids=True)
        reason = "" if is_writable else os.strerror(errno.EACCES)
    except (OSError, RuntimeError, ValueError) as error:  # a runtime error: `~` of somebody who has no home
        reason = getattr(error, "strerror", None) or str(error)
    if reason:
        raise _unwritable(folder, reason)
    return folder


def keep(folder: Path, request: str, text: str) -> Path:
    """Write the JSON before it is recorded, so that no evidence is lost where recording fails. Raise NotAllowed."""
    return _write(folder / f"restore-test-{request}.json", text)


def finish(draft: Path, reference: str, page: str) -> Path:
    """The bundle of a recorded test: a folder `RST-…` with JSON, page and digests. Raise NotAllowed."""
    folder = draft.parent / reference
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        draft.replace(folder / f"{reference}.json")
    except OSError as error:
        raise _unwritable(folder, error.strerror or str(error)) from None
    names = [_write(folder / f"{reference}.md", page).name, f"{reference}.json"]
    digests = (f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in sorted(names))
    _write(folder / SUMS, "".join(digests))
    return folder


def _write(path: Path, text: str) -> Path:
    try:
        write_whole(path, lambda stream: stream.writelines((text,)), mode=_OWN)
    except OSError as error:
        raise _unwritable(path, error.strerror or str(error)) from None
    return path


def _unwritable(path: Path, reason: str) -> NotAllowed:
    return NotAllowed(
        _("The evidence {path} cannot be written: {reason}").format(
            path=excerpt(str(path), LONGEST_PATH), reason=reason
        ),
        _("Name a folder of yours with --evidence DIR."),
    )
