"""An import of an event log of 100,000 rows against `executemany` of the very rows that it stores, ledger included."""

from event_log import MAP, write_log
from measure import OPSCTL, finish, house, in_turns, process_seconds, runs, tell
from stored_rows import difference, fresh, insert

LIMIT = 3.0
COUNT = 100_000


def main() -> None:
    """Print the ratio of the whole process to the bare inserts, in one transaction and with the same pragmas."""
    with house() as (home, environment):
        log, empty, used = home / "events.csv", home / "empty.db", home / "used.db"
        count = write_log(log, COUNT)
        process_seconds([OPSCTL, "init", "--zone", "UTC", "--db", str(empty)], environment)

        def by_opsctl() -> float:
            fresh(empty, used)
            command = [OPSCTL, "incident", "import", str(log), "--map", str(MAP), "--db", str(used)]
            return process_seconds(command, environment)

        by_opsctl()
        rows = difference(empty, used)

        def by_hand() -> float:
            fresh(empty, used)
            return insert(used, rows)

        subject, floor = in_turns(by_opsctl, by_hand, runs(9))
        told = f"event log: {count:,} rows, {len(rows['incident']):,} incidents"
        finish([tell(told, subject, floor, LIMIT)])


main()
