"""What somebody typed, kept in a file when the command could not take it: nothing typed is ever lost."""

import os
from contextlib import suppress
from pathlib import Path


def keep(name: str, text: str, *, ending: str = ".txt") -> Path | None:
    """The file, of one's own and readable by nobody else, that the text was put into; None where that was refused."""
    try:
        folder = _folder()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for number in range(1, 10_000):
            place = folder / f"{name}-{number}{ending}"
            if not place.exists():
                handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                with os.fdopen(handle, "w", encoding="utf-8", errors="surrogateescape") as stream:
                    stream.write(text)
                return place
    except (OSError, RuntimeError):
        # The first error is the one to be told; a full disk must not hide it.
        return None
    return None


def forget(path: Path) -> None:
    """Delete the file if it is one of those that were kept: its text is saved. Any other file stays."""
    with suppress(OSError, RuntimeError):
        if path.expanduser().resolve().parent == _folder().resolve():
            path.expanduser().unlink()


def _folder() -> Path:
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local/state") / "opsctl" / "kept"
