"""An import of 100,000 incidents against `executemany` of the very rows that it stores, ledger included."""

from history import ASSETS, write_history
from measure import OPSCTL, finish, house, in_turns, process_seconds, runs, tell
from stored_rows import difference, fresh, insert

LIMIT = 3.0
COUNT = 100_000


def main() -> None:
    """Print the ratio of the whole process to the bare inserts, in one transaction and with the same pragmas."""
    with house() as (home, environment):
        history, import_map = write_history(home, COUNT)
        empty, used = home / "empty.db", home / "used.db"
        process_seconds([OPSCTL, "init", "--zone", "Asia/Shanghai", "--db", str(empty)], environment)
        for asset in ASSETS:
            process_seconds([OPSCTL, "asset", "add", asset, "--db", str(empty)], environment)

        def by_opsctl() -> float:
            fresh(empty, used)
            command = [OPSCTL, "incident", "import", str(history), "--map", str(import_map), "--db", str(used)]
            return process_seconds(command, environment)

        by_opsctl()
        rows = difference(empty, used)

        def by_hand() -> float:
            fresh(empty, used)
            return insert(used, rows)

        subject, floor = in_turns(by_opsctl, by_hand, runs(9))
        finish([tell(f"import of {len(rows['incident']):,} incidents", subject, floor, LIMIT)])


main()
