"""Make the sample company: sample-data/company/tickets.csv and diary.jsonl. Run it with the project's own Python:

    .venv/bin/python .ci/company            live the company's days, and write both files anew
    .venv/bin/python .ci/company --check    say where the files are not what would be written; exit 1 if they are not

What is written by hand stands beside them: persons, customers, assets, the book and the import map. One seed, the same
bytes.
"""

import csv
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from company import whole_life
from history import log_text
from life import SEED

from opsctl.core import texts

FOLDER = Path(__file__).resolve().parent.parent.parent / "sample-data" / "company"


def made() -> dict[str, str]:
    """The files by name, as they are to be."""
    with (FOLDER / "assets.csv").open(encoding="utf-8") as lines:
        kinds = {row["handle"]: row["kind"] for row in csv.DictReader(lines)}
    tickets = log_text(kinds, SEED)
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work, "company")
        shutil.copytree(FOLDER, folder)
        (folder / "tickets.csv").write_text(tickets, encoding="utf-8")
        diary = whole_life(folder, Path(work, "company.db"))
    return {"tickets.csv": tickets, "diary.jsonl": "".join(f"{line}\n" for line in diary)}


def differences(name: str, wanted: str) -> Iterator[str]:
    """Where the file is not as it is to be: its first line that differs, and the lengths."""
    path = FOLDER / name
    found = path.read_text(encoding="utf-8") if path.exists() else ""
    if found == wanted:
        return
    there, new = found.splitlines(), wanted.splitlines()
    pairs = enumerate(zip(there, new, strict=False), 1)
    first = next((number for number, (one, other) in pairs if one != other), min(len(there), len(new)) + 1)
    yield f"{name}: line {first} differs ({len(there)} lines there, {len(new)} to be)"
    for sign, lines in (("-", there), ("+", new)):
        if first <= len(lines):
            yield f"  {sign} {lines[first - 1][:200]}"


def main() -> int:
    """Write the files, or compare them."""
    texts.use_language("en")
    files = made()
    if sys.argv[1:] == ["--check"]:
        told = [line for name, text in files.items() for line in differences(name, text)]
        print("\n".join(told) if told else "The sample company is what the script makes.")
        return 1 if told else 0
    for name, text in files.items():
        (FOLDER / name).write_text(text, encoding="utf-8")
        print(f"{name}: {len(text.splitlines())} lines, {len(text.encode()) // 1024} KiB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
