"""One incident, as a person opens it, against the smallest program that Typer and SQLModel write a row with."""

import sys
from functools import partial
from pathlib import Path

from measure import OPSCTL, finish, house, in_turns, process_seconds, runs, tell

LIMIT = 1.15
ONE_ROW = str(Path(__file__).with_name("one_row.py"))
CASES: dict[str, list[str]] = {
    "opsctl incident open": [],
    "opsctl incident open --down 02:58": ["--down", "02:58"],
}


def main() -> None:
    """Print the ratio of `incident open`, and of the same with an outage."""
    kept = []
    with house() as (home, environment):
        process_seconds([OPSCTL, "init", "--zone", "Asia/Shanghai"], environment)
        process_seconds([OPSCTL, "asset", "add", "erp"], environment)
        command = [OPSCTL, "incident", "open", "erp", "login answers 502"]
        one_row = [sys.executable, ONE_ROW, str(home / "one_row.db"), "erp", "login answers 502"]
        for name, more in CASES.items():
            ours = partial(process_seconds, [*command, *more], environment)
            subject, floor = in_turns(ours, partial(process_seconds, one_row, environment), runs(21))
            kept.append(tell(name, subject, floor, LIMIT))
    finish(kept)


main()
