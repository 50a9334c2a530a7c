"""A company that lives its days once, by the real use cases, and writes each of them into a diary."""

import heapq
import itertools
import random
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection
from sqlmodel import Session

from opsctl.core.chain import Signature
from opsctl.desk.service import database
from opsctl.desk.service.replay import Replay, Step, line_of
from opsctl.main import rooms
from opsctl.store import unit
from opsctl.store.address import read_address
from opsctl.store.engine import Store

ZONE = "Asia/Shanghai"
BEGINS = datetime(2026, 4, 1, 0, 0, tzinfo=UTC)
"""08:00 in Shanghai: opsctl comes."""
CLOCK_START = datetime(2026, 11, 16, 0, 40, tzinfo=UTC)
"""Monday, 08:40 in Shanghai: the story ends, and the reader takes over."""
SEED = 20260401


def local(text: str) -> datetime:
    """The moment when the clocks of Shanghai show that time of 2026: `04-03 10:20`."""
    return datetime.fromisoformat(f"2026-{text.replace(' ', 'T')}").replace(tzinfo=ZoneInfo(ZONE)).astimezone(UTC)


def minutes(count: float) -> timedelta:
    """So many minutes."""
    return timedelta(minutes=round(count))


def wall(moment: datetime) -> str:
    """The moment as an argument of a step: the wall clock of Shanghai."""
    return moment.astimezone(ZoneInfo(ZONE)).replace(tzinfo=None, microsecond=0).isoformat()


class Living(Replay):
    """A replay whose steps are found on the way, by what came of those before them; all in one transaction."""

    def begin(self, connection: Connection) -> None:
        """Take that connection, which is in a transaction."""
        self.connection = connection
        self.settings = self.store.check_schema(connection)

    def live(self, step: Step) -> Any:
        """Do the step and return what the use case returned."""
        return self._inside(self.work_of(step), step.now, step.by)

    def find(self, moment: datetime, query: Callable[..., Any], /, **arguments: Any) -> Any:
        """What that query finds now."""
        return self._inside(lambda session: query(session, **arguments), moment, "nobody")

    def _inside(self, work: Callable[[Session], Any], now: datetime, by: str) -> Any:
        signature = Signature(now, by, "hengwei-ops", str(uuid.uuid4()))
        return unit.in_session(self.store, self.connection, work, signature, self.settings)


class Life:
    """The days to come, in their order, and the diary of those that were lived."""

    def __init__(self, folder: Path, database_file: Path) -> None:
        address = read_address(str(database_file))
        database.init(address, zone=ZONE, by=Signature(BEGINS, "gao.feng", "hengwei-ops", "init"))
        self.store = Store(address)
        self.replay = Living(self.store, folder, ZONE, rooms())
        self.now = BEGINS
        self.lines: list[str] = []
        self._coming: list[tuple[datetime, int, Callable[[], None]]] = []
        self._order = itertools.count()

    def chance(self, about: str) -> random.Random:
        """Chance of its own for each thing, so that a change of one moves no other."""
        return random.Random(f"{SEED}/{about}")

    def at(self, moment: datetime, happen: Callable[[], None]) -> None:
        """Let that happen then; what happens at one moment, in the order in which it was said."""
        heapq.heappush(self._coming, (max(moment, self.now), next(self._order), happen))

    def do(self, by: str, do: str, **arguments: Any) -> Any:
        """Do this now, really, and write it into the diary; give what came of it."""
        return self.exactly(by, do, {name: value for name, value in arguments.items() if value is not None})

    def exactly(self, by: str, do: str, arguments: Mapping[str, Any]) -> Any:
        """The same with these arguments, those that are None among them."""
        step = Step(self.now, by, do, arguments)
        result = self.replay.live(step)
        self.lines.append(line_of(step, ZONE))
        return result

    def read(self, query: Callable[..., Any], **arguments: Any) -> Any:
        """What stands in the company's books now."""
        return self.replay.find(self.now, query, **arguments)

    def live(self) -> None:
        """All that is to come, up to the end of the story."""
        with self.store.write_engine.connect() as connection, connection.begin():
            self.replay.begin(connection)
            while self._coming and self._coming[0][0] <= CLOCK_START:
                self.now, _order, happen = heapq.heappop(self._coming)
                happen()
        self.store.close()
