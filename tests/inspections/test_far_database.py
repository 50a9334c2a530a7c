"""A database that is far away is asked few times: every question to it takes as long as the way there and back."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine, event

from opsctl.store.engine import Store
from tests.conftest import open_copy
from tests.harness import CommandLine
from tests.support.relay import Relay

BOOK = """
[rulebook]
name = "far"
version = "1"
zone = "Asia/Shanghai"

[duties.patrol]
schedule = "0 9 * * *"
owner = "role:engineer"
assets = { kind = "room" }
evidence = { kind = "inspection.completed", checklist = "room" }
early = "2h"
grace = "2h"

[checklists.room]
title = "Room"
items = [
"""
ITEM = '  {{ id = "item-{number}", title = "Item {number}", type = "number", warn = "10:30" }},\n'
MOST = 25
MOST_OF_THE_DAYS_FIRST = 30
"""The first write of a day also makes what is due in 35 days."""


@pytest.fixture
def far(request: pytest.FixtureRequest, tmp_path: Path, now: datetime) -> Iterator[tuple[CommandLine, Relay]]:
    """The command line on a PostgreSQL behind a relay, with a room that is patrolled by thirty items."""
    for store in open_copy("postgres", request, tmp_path):
        yield from _behind_a_relay(store, tmp_path, now)


def _behind_a_relay(store: Store, home: Path, now: datetime) -> Iterator[tuple[CommandLine, Relay]]:
    near = str(store.address)
    line = CommandLine(home, now - timedelta(days=1), ("--db", near))
    items = "".join(ITEM.format(number=number) for number in range(1, 31))
    (home / "far.toml").write_text(f"{BOOK}{items}]\n", encoding="utf-8")
    for words in (("asset", "add", "room-1", "--kind", "room"), ("rulebook", "apply", str(home / "far.toml"))):
        assert line(*words).code == 0
    line.now = now
    with psycopg.connect(near) as connection:
        user, name = connection.info.user, connection.info.dbname
    with closing(Relay(connector(near))) as relay:
        line.first = ("--db", f"postgresql://{user}@127.0.0.1:{relay.port}/{name}?sslmode=disable")
        yield line, relay


def connector(url: str) -> Callable[[], socket.socket]:
    """What connects to the server of that URL."""
    with psycopg.connect(url) as connection:
        host, port = connection.info.host, connection.info.port
    if not host.startswith("/"):
        return lambda: socket.create_connection((host, port))

    def connect() -> socket.socket:
        found = socket.socket(socket.AF_UNIX)
        found.connect(f"{host}/.s.PGSQL.{port}")
        return found

    return connect


def sheet(run: int) -> str:
    """Thirty readings, others at every run; two are out of range."""
    readings = [f"{15 + (number + run) % 7}.{run}" for number in range(30)]
    readings[3] = readings[17] = f"3{run + 1}"
    return f"1-30 {' '.join(readings)}\n"


def log(line: CommandLine, relay: Relay, run: int) -> int:
    """The round trips that thirty items by sheet take, two of them out of range."""
    before = relay.turns
    result = line("inspect", "log", "room", "--asset", "room-1", "-F", "-", stdin=sheet(run))
    assert result.code == 0, result.err
    assert result.out.startswith("INS-2026-000")
    assert "30 items, warning 2" in result.out
    return relay.turns - before


def met(line: CommandLine, reference: str) -> list[str]:
    """What the round met."""
    return list(json.loads(line("inspect", "show", reference, "--json").out)["data"]["occurrences"])


def test_thirty_items_with_two_failures_that_meet_a_duty_take_few_round_trips(
    far: tuple[CommandLine, Relay],
) -> None:
    line, relay = far
    # Two rounds of two days, each in its window; the second day somebody has written something before.
    assert log(line, relay, 0) <= MOST_OF_THE_DAYS_FIRST
    line.now += timedelta(days=1)
    assert line("asset", "edit", "room-1", "--title", "Room 1").code == 0
    assert log(line, relay, 1) <= MOST
    assert met(line, "1") == ["patrol/room-1@2026-11-05T01:00Z"]
    assert met(line, "2") == ["patrol/room-1@2026-11-06T01:00Z"]


def test_what_was_countersigned_corrected_and_made_void_takes_few_round_trips(far: tuple[CommandLine, Relay]) -> None:
    line, relay = far
    log(line, relay, 0)
    for words in (("correct", "1", "item-3=20", "--reason", "typo"), ("void", "1", "--because", "test")):
        before = relay.turns
        assert line("inspect", *words).code == 0
        assert relay.turns - before <= MOST


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that this thread sends meanwhile."""
    found: list[str] = []
    here = threading.get_ident()

    def note(_connection: object, _cursor: object, statement: str, *_others: object) -> None:
        if threading.get_ident() == here:
            found.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def test_ten_times_as_many_items_ask_no_more(far: tuple[CommandLine, Relay]) -> None:
    line, relay = far
    log(line, relay, 0)
    numbers = []
    for run, given in enumerate((sheet(1), "1-3 20.1 20.2 20.3\n")):
        line.now += timedelta(minutes=40)
        with counted() as statements:
            assert line("inspect", "log", "room", "--asset", "room-1", "-F", "-", stdin=given).code == 0, run
        numbers.append(len(statements))
    # With nothing out of range three fewer are needed: for actions, and for who is told. The round that is not whole
    # asks for no action that waits for it, either.
    assert numbers[0] - numbers[1] <= 6
