"""Thirty items as a sheet on a PostgreSQL that answers 100 ms late, against the start of the program."""

import socket
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import NamedTemporaryFile

import psycopg
from measure import OPSCTL, ROOT, finish, house, process_seconds, runs

from tests.support import postgres_server
from tests.support.relay import Relay

DELAY = 0.1
LIMIT = 3.0
ITEMS = 30


def book() -> str:
    """A rulebook with a checklist of thirty items."""
    lines = [
        f'{{ id = "item-{number}", title = "Item {number}", type = "number", warn = "10:30" }},'
        for number in range(ITEMS)
    ]
    return (
        '[rulebook]\nname = "far"\nversion = "1"\nzone = "Asia/Shanghai"\n'
        '[checklists.room]\ntitle = "Room"\nitems = [\n' + "\n".join(lines) + "\n]\n"
        # Due every quarter of an hour, each for two hours: every run meets one.
        '[duties.patrol]\nschedule = "*/15 * * * *"\nowner = "role:engineer"\nearly = "1h"\ngrace = "1h"\n'
        'assets = { handles = ["room-1"] }\n'
        'evidence = { kind = "inspection.completed", checklist = "room" }\n'
    )


def sheet(run: int) -> str:
    """A sheet with a reading for each of them, others at every run; two are out of range."""
    readings = [f"{20 + (number + run) % 7}.{run % 10}" for number in range(ITEMS)]
    readings[3] = readings[17] = f"3{run % 10 + 1}"
    return f"1-{ITEMS} {' '.join(readings)}\n"


def connector(url: str) -> Callable[[], socket.socket]:
    """What connects to the server of that URL."""
    with psycopg.connect(url) as connection:
        host, port = connection.info.host, connection.info.port
    if host.startswith("/"):

        def connect() -> socket.socket:
            found = socket.socket(socket.AF_UNIX)
            found.connect(f"{host}/.s.PGSQL.{port}")
            return found

        return connect
    return lambda: socket.create_connection((host, port))


def main() -> None:
    """Print how much longer than `--version` the sheet takes, and in how many round trips."""
    admin = postgres_server.start()
    name = "opsctl_far_sheet"
    postgres_server.drop_database(admin, name)
    url = postgres_server.create_database(admin, name)
    try:
        with house() as (home, environment), NamedTemporaryFile("w", suffix=".toml") as rules:
            rules.write(book())
            rules.flush()
            near = {**environment, "OPSCTL_DB": url}
            process_seconds([OPSCTL, "init", "--zone", "Asia/Shanghai"], near)
            process_seconds([OPSCTL, "asset", "add", "room-1"], near)
            process_seconds([OPSCTL, "rulebook", "apply", rules.name], near)
            relay = Relay(connector(url), DELAY)
            with psycopg.connect(url) as connection:
                user = connection.info.user
            far = {**environment, "OPSCTL_DB": f"postgresql://{user}@127.0.0.1:{relay.port}/{name}?sslmode=disable"}
            path = Path(home, "round.txt")

            def log(run: int) -> float:
                path.write_text(sheet(run), encoding="utf-8")
                return process_seconds([OPSCTL, "inspect", "log", "room", "--asset", "room-1", "-F", str(path)], far)

            log(0)
            start = partial(process_seconds, [OPSCTL, "--version"], environment)
            found = []
            turns = []
            for run in range(1, runs(5) + 1):
                before = relay.turns
                found.append(log(run) - start())
                turns.append(relay.turns - before)
            kept = median(found) <= LIMIT
            sys.stdout.write(
                f"thirty items by sheet, 100 ms away: {median(found):.2f} s beyond start-up"
                f" in {median(turns)} round trips  (limit {LIMIT:.0f} s) {'kept' if kept else 'BROKEN'}\n"
            )
    finally:
        postgres_server.drop_database(admin, name)
        postgres_server.stop()
    finish([kept])


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main()
