"""Writing a file whole or not at all."""

import io
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO, BinaryIO


def write_whole(path: Path, write: Callable[[IO[str]], None], *, encoding: str = "utf-8", mode: int) -> None:
    """Let `write` fill a draft beside `path`, then put it in its place with that mode; write into a device or a pipe.

    Half characters are written as their escapes. Raise OSError, with nothing left behind, where it cannot be done.
    """

    def fill(stream: BinaryIO) -> None:
        text = io.TextIOWrapper(stream, encoding=encoding, errors="backslashreplace", newline="")
        write(text)
        text.flush()
        text.detach()

    _write(path, fill, mode)


def write_whole_bytes(path: Path, data: bytes, *, mode: int) -> None:
    """Put these bytes in the place of `path` with that mode, as `write_whole` does."""

    def fill(stream: BinaryIO) -> None:
        stream.write(data)

    _write(path, fill, mode)


def _write(path: Path, fill: Callable[[BinaryIO], None], mode: int) -> None:
    if path.exists() and not path.is_file() and not path.is_dir():
        with path.open("wb") as device:
            fill(device)
        return
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".opsctl-")
    draft = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            fill(stream)
            stream.flush()
            os.fsync(stream.fileno())
        draft.chmod(mode)
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
