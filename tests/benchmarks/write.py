"""An incident, and a round, as a person records it, against the smallest program that Typer and SQLModel write with."""

import sys
from functools import partial
from pathlib import Path

from measure import OPSCTL, finish, house, in_turns, process_seconds, runs, tell

LIMIT = 1.15
ONE_ROW = str(Path(__file__).with_name("one_row.py"))
OPEN = ["incident", "open", "erp", "login answers 502"]
LOG = ["inspect", "log", "core-network", "--asset", "erp", "--item", "temp=21", "--item", "fans=ok", "--again"]
CASES: dict[str, list[str]] = {
    "opsctl incident open": OPEN,
    "opsctl incident open --down 02:58": [*OPEN, "--down", "02:58"],
    "opsctl inspect log": [*LOG, "--item", "uplink=ok"],
}
BOOK = """
[rulebook]
name = "network"
version = "1"
zone = "Asia/Shanghai"
[checklists.core-network]
title = "Core network patrol"
items = [
  { id = "temp", title = "Inlet temperature", type = "number", unit = "°C", warn = "18:27", critical = "10:35" },
  { id = "fans", title = "Fans", type = "state" },
  { id = "uplink", title = "Uplinks", type = "state" },
]
"""


def main() -> None:
    """Print the ratio of each case."""
    kept = []
    with house() as (home, environment):
        process_seconds([OPSCTL, "init", "--zone", "Asia/Shanghai"], environment)
        process_seconds([OPSCTL, "asset", "add", "erp"], environment)
        book = home / "network.toml"
        book.write_text(BOOK, encoding="utf-8")
        process_seconds([OPSCTL, "rulebook", "apply", str(book)], environment)
        one_row = [sys.executable, ONE_ROW, str(home / "one_row.db"), "erp", "login answers 502"]
        for name, words in CASES.items():
            ours = partial(process_seconds, [OPSCTL, *words], environment)
            subject, floor = in_turns(ours, partial(process_seconds, one_row, environment), runs(21))
            kept.append(tell(name, subject, floor, LIMIT))
    finish(kept)


main()
