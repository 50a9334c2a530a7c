"""What somebody typed, kept in a file when the command could not take it: nothing typed is ever lost."""

import os
from pathlib import Path


def keep(name: str, text: str, *, ending: str = ".txt") -> Path | None:
    """The file, of one's own and readable by nobody else, that the text was put into; None where that was refused."""
    try:
        home = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local/state")
        folder = home / "opsctl" / "kept"
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
