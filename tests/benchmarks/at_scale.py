"""What people type, in a database of a million incidents against one of a hundred, and against the one-row program.

    python tests/benchmarks/at_scale.py [RUNS] [--in FOLDER] [--only WORDS] [--cpu]

The databases are those of million.py: made in the folder where they are not there yet, which takes a quarter of an hour
and six gigabytes, and used again.
"""

import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import NamedTuple

from invented_rounds import ITEMS
from measure import OPSCTL, finish, house, in_turns, tell
from million import FEW, MANY, asked, database

ONE_ROW = str(Path(__file__).with_name("one_row.py"))
_ATTENTION = 3
"""Something is overdue: the exit code of a list that wants to be looked at."""
LOG = ["inspect", "log", "rack", "--asset", "asset-0003", "--again"]


class Case(NamedTuple):
    """A command as it is typed. `{REF}` stands for a record of the database, `file` is given to its stdin.

    `many` is how much longer it may take among many records, `one_row` how much longer than the one-row program.
    """

    words: Sequence[str]
    many: float = 1.3
    one_row: float | None = None
    opened: bool = False
    """Each run has an incident of its own, opened by somebody else before."""

    @property
    def name(self) -> str:
        """What it is called in the table."""
        return " ".join(word for word in self.words if word != "--again")[:60]


CASES = (
    Case(["open", "asset-0007", "login answers 502"], 1.2, 1.15),
    Case(["ack", "{REF}"], 1.2, 1.15, opened=True),
    Case([*LOG, "--item", "temp=21", "--item", "fans=ok", "--item", "uplink=ok"], 1.2, 1.15),
    Case(["inspect", "log", "room", "--asset", "asset-0003", "--again", "-F", "{SHEET}"], 1.2),
    Case(["incident", "list", "--limit", "20"]),
    Case(["today"]),
    Case(["today", "--handover"]),
    Case(["incident", "list", "--asset", "asset-0007", "--limit", "20"]),
    Case(["incident", "list", "--customer", "c-03", "--limit", "20"]),
    Case(["incident", "list", "--owner", "me", "--limit", "20"]),
    Case(["incident", "list", "--severity", "1", "--limit", "20"]),
    Case(["incident", "list", "--since", "{WEEK}", "--limit", "20"]),
    Case(["incident", "list", "--state", "closed", "--limit", "20"]),
    Case(["incident", "list", "--breaching", "--limit", "20"]),
    Case(["incident", "show", "{CLOSED}"]),
    Case(["incident", "show", "{NUMBER}"]),
    Case(["incident", "timeline", "{CLOSED}"]),
    # The value of its month stands beside the record: 17,000 incidents against one or two.
    Case(["kpi", "explain", "repair-on-time", "{CLOSED}"], 3.0),
    Case(["action", "list", "--limit", "20"]),
    Case(["action", "list", "--state", "all", "--limit", "20"]),
    Case(["inspect", "list", "--limit", "20"]),
    Case(["inspect", "list", "--asset", "asset-0003", "--limit", "20"]),
    Case(["duty", "due", "--limit", "20"]),
    Case(["duty", "list"]),
    Case(["asset", "show", "asset-0007"]),
    Case(["completions", "--of", "incident.INC/resolve", "--", ""]),
    Case(["completions", "--of", "incident.INC/show", "--", "INC-"]),
    Case(["completions", "--of", "asset.ASSET", "--", "asset-00"]),
    Case(["ledger", "list", "--limit", "20"]),
    Case(["ledger", "list", "--subject", "{CLOSED}"]),
    Case(["ledger", "list", "--about", "asset-0007", "--limit", "20"]),
)


def main() -> None:
    """Print the ratios of each case."""
    given = asked(11)
    places = {count: database(given.folder, count) for count in (FEW, MANY)}
    kept = []
    with house() as (home, environment):
        hosts = {
            count: Host(f"sqlite:///{path}", home / f"{count}", environment, given.seconds)
            for count, path in places.items()
        }
        one_row = [sys.executable, ONE_ROW, str(home / "one_row.db"), "erp", "login answers 502"]
        for case in CASES:
            if given.only not in case.name:
                continue
            many, few = (partial(hosts[count].seconds, case) for count in (MANY, FEW))
            kept.append(tell(case.name, *in_turns(many, few, given.runs), case.many))
            if case.one_row is not None:
                floor = partial(given.seconds, one_row, environment)
                kept.append(tell(f"{case.name[:30]} / one row", *in_turns(many, floor, given.runs), case.one_row))
    finish(kept)


class Host:
    """Types commands at one of the databases."""

    def __init__(self, url: str, folder: Path, environment: dict[str, str], took: Callable[..., float]) -> None:
        folder.mkdir()
        self.took = took
        self.environment = {**environment, "OPSCTL_DB": url}
        sheet = folder / "sheet.txt"
        sheet.write_text("".join(f"i{n} {20 + n % 9}\n" for n in range(ITEMS)), encoding="utf-8")
        closed = self.told(["incident", "list", "--state", "closed", "--limit", "1", "-q"])
        self.names = {
            "SHEET": str(sheet),
            "WEEK": (datetime.now(UTC) - timedelta(days=7)).strftime("%Y-%m-%d"),
            "CLOSED": closed,
            "NUMBER": str(int(closed.rpartition("-")[2])),
        }

    def told(self, words: Sequence[str]) -> str:
        """What a command prints."""
        ended = subprocess.run([OPSCTL, *words], env=self.environment, capture_output=True, text=True, check=True)
        return ended.stdout.strip()

    def seconds(self, case: Case) -> float:
        """How long the command takes as a whole process."""
        if case.opened:
            self.names["REF"] = self.told(["incident", "open", "asset-0007", "no answer", "--unowned", "-q"])
        words = [word.format(**self.names) for word in case.words]
        return self.took([OPSCTL, *words], self.environment, (0, _ATTENTION))


if __name__ == "__main__":
    main()
