"""One incident, as a person opens it, against the smallest program that Typer and SQLModel write a row with."""

import sys
from pathlib import Path

from measure import OPSCTL, finish, house, in_turns, process_seconds, runs, tell

LIMIT = 1.15
ONE_ROW = str(Path(__file__).with_name("one_row.py"))


def main() -> None:
    """Print the ratio of `incident open`, and of the same with an outage."""
    kept = []
    with house() as (home, environment):
        process_seconds([OPSCTL, "init", "--zone", "Asia/Shanghai"], environment)
        process_seconds([OPSCTL, "asset", "add", "erp"], environment)
        for name, more in {"opsctl incident open": [], "opsctl incident open --down 02:58": ["--down", "02:58"]}.items():
            subject, floor = in_turns(
                lambda more=more: process_seconds(
                    [OPSCTL, "incident", "open", "erp", "login answers 502", *more], environment
                ),
                lambda: process_seconds(
                    [sys.executable, ONE_ROW, str(home / "one_row.db"), "erp", "login answers 502"], environment
                ),
                runs(21),
            )
            kept.append(tell(name, subject, floor, LIMIT))
    finish(kept)


main()
