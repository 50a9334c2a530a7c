"""Writing a file whole or not at all."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any


def write_whole(path: Path, write: Callable[[IO[str]], None], *, encoding: str = "utf-8", mode: int) -> None:
    """Let `write` fill a draft beside `path`, then put it in its place with that mode; write into a device or a pipe.

    Half characters are written as their escapes. Raise OSError, with nothing left behind, where it cannot be done.
    """

    def opened(where: Path | int) -> IO[str]:
        return open(where, "w", encoding=encoding, errors="backslashreplace", newline="")

    _write(path, opened, write, mode)


def write_whole_bytes(path: Path, data: bytes, *, mode: int) -> None:
    """Put these bytes in the place of `path` with that mode, as `write_whole` does."""

    def opened(where: Path | int) -> IO[bytes]:
        return open(where, "wb")

    _write(path, opened, lambda stream: stream.write(data), mode)


def _write(path: Path, opened: Callable[[Path | int], IO[Any]], write: Callable[[IO[Any]], object], mode: int) -> None:
    if path.exists() and not path.is_file() and not path.is_dir():
        with opened(path) as device:
            write(device)
        return
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".opsctl-")
    draft = Path(name)
    try:
        with opened(descriptor) as stream:
            write(stream)
            stream.flush()
            os.fsync(stream.fileno())
        draft.chmod(mode)
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
