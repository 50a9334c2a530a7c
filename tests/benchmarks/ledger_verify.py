"""`ledger verify` of a million rows, and of five million, against hashing the same bytes in a bare loop."""

import sys
from functools import partial
from pathlib import Path

from measure import OPSCTL, finish, house, in_turns, tell
from million import MANY, SOME, asked, database

LIMIT = 3.0
FLOOR = str(Path(__file__).with_name("ledger_floor.py"))


def main() -> None:
    """Print one ratio for each chain."""
    given = asked(5)
    kept = []
    with house() as (_home, environment):
        for count, runs in ((SOME, given.runs), (MANY, 1)):
            path = database(given.folder, count)
            ours = partial(given.seconds, [OPSCTL, "--db", f"sqlite:///{path}", "ledger", "verify"], environment)
            floor = partial(given.seconds, [sys.executable, FLOOR, str(path)], environment)
            kept.append(tell(f"opsctl ledger verify, {count:,} incidents", *in_turns(ours, floor, runs), LIMIT))
    finish(kept)


main()
