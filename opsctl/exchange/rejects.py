"""Records that were not taken, written down beside their file, so that they can be mended and imported again."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import IO, Any

from opsctl.core.errors import InvalidInput
from opsctl.core.files import write_whole
from opsctl.core.spreadsheets import defused
from opsctl.core.texts import _
from opsctl.core.typed import LONGEST_PATH, excerpt
from opsctl.exchange.columns import text_form
from opsctl.exchange.documents import Reject
from opsctl.exchange.json_reader import as_json

OURS = ("line", "key", "reason", "raw")
"""The columns of a file of rejects that are not those of its source."""


def rejects_path(source: Path | str) -> Path:
    """Where the rejects of `source` go: FILE.rejected.csv beside it, stdin.rejected.csv here for `-`."""
    return Path("stdin.rejected.csv") if str(source) == "-" else Path(f"{source}.rejected.csv")


def write_rejects(path: Path, rejects: Iterable[Reject], columns: Sequence[str]) -> None:
    """Write line, key and reason of each reject, then its cells under `columns`, or its text in the last column.

    CSV in UTF-8 with a mark; cells that a spreadsheet would run begin with an apostrophe. The file is complete or
    not there, and only its owner may read it; a device or a pipe is written into. Raise InvalidInput if it cannot be
    written.
    """
    try:
        write_whole(path, lambda stream: _write(stream, rejects, columns), encoding="utf-8-sig", mode=0o600)
    except (OSError, ValueError) as error:
        detail = getattr(error, "strerror", None) or error
        place = excerpt(str(path), LONGEST_PATH)
        raise InvalidInput(
            _("The rejected rows cannot be written to {path}: {detail}.").format(path=place, detail=detail),
            _("Name another file with --rejects FILE."),
        ) from error


def _write(stream: IO[str], rejects: Iterable[Reject], columns: Sequence[str]) -> None:
    line, key, reason, raw = (f"rejected_{name}" if name in columns else name for name in OURS)
    writer = csv.writer(stream)
    writer.writerow([line, key, reason, *(defused(column) for column in columns), raw])
    for reject in rejects:
        writer.writerow([reject.line, *_row(reject, columns)])


def _row(reject: Reject, columns: Sequence[str]) -> list[str]:
    if isinstance(reject.raw, str):
        cells, raw = [""] * len(columns), reject.raw
    elif columns:
        cells, raw = [_cell(reject.raw.get(column)) for column in columns], ""
    else:
        cells, raw = [], as_json(reject.raw)
    return [defused(cell) for cell in (reject.key or "", reject.reason, *cells, raw)]


def _cell(found: Any) -> str:
    return "" if found is None else text_form(found)
