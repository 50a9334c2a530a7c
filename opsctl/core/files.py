"""Writing a file whole or not at all."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO


def write_whole(path: Path, write: Callable[[IO[str]], None], *, encoding: str = "utf-8", mode: int) -> None:
    """Let `write` fill a draft beside `path`, then put it in its place with that mode; write into a device or a pipe.

    Half characters are written as their escapes. Raise OSError, with nothing left behind, where it cannot be done.
    """
    if path.exists() and not path.is_file() and not path.is_dir():
        with path.open("w", encoding=encoding, errors="backslashreplace", newline="") as device:
            write(device)
        return
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".opsctl-")
    draft = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding=encoding, errors="backslashreplace", newline="") as stream:
            write(stream)
            stream.flush()
            os.fsync(stream.fileno())
        draft.chmod(mode)
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
