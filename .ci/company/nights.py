"""The backups: what ran every night since October, and the nights on which it did not go well."""

import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from life import CLOCK_START, ZONE, Life, local, minutes

from opsctl.backups.rules import Copy, Run, Test
from opsctl.backups.rules.statuses import worst_of
from opsctl.backups.rules.wire import to_json
from opsctl.backups.terms import Engine, Status, Trigger
from opsctl.rulebook import service as rulebook

HOST = "backup-srv-1"
MIB = 1024 * 1024
CRON = timedelta(seconds=4)
"""So long after a slot cron has begun."""


@dataclass(frozen=True)
class DataSet:
    """One policy as its host runs it: `at` is the slot by the clocks of `zone`, `size` in MiB and `takes` in minutes.

    `grows` is by how much of its size it grows a day, `tables` are the rows it had on the first day and has more of
    each day. `point` is how the engine calls what it made.
    """

    policy: str
    asset: str
    driver: Engine
    engine: str
    places: tuple[str, ...]
    suffix: str
    by: str
    at: str
    first: str
    size: int
    grows: float
    takes: float
    days: str = "0123456"
    zone: str = ZONE
    host: str = HOST
    files: int | None = None
    tables: tuple[tuple[str, int, int], ...] = ()


SETS = (
    DataSet("erp-db", "erp", Engine.POSTGRES, "pg_dump 15.14", ("local", "offsite"), ".dump.age", "zhao.lei", "01:30",
            "10-09", 18_400, 0.0011, 21, tables=(("public.orders", 1_482_310, 1_912),)),
    DataSet("his-db", "his", Engine.POSTGRES, "pg_dump 16.10", ("local", "hospital"), ".dump.age", "zhao.lei", "02:15",
            "10-09", 9_700, 0.0016, 14, tables=(("his.visits", 3_204_118, 4_106),)),
    DataSet("nas-files", "nas-1", Engine.RESTIC, "restic 0.14.0", ("local", "offsite"), "", "sun.qian", "03:30",
            "10-09", 2_350, 0.0, 17, files=412_870),
    DataSet("core-config", "core-sw-1", Engine.FILES, "tar (GNU tar) 1.34", ("local", "tape"), ".tar.zst", "chen.yu",
            "05:00", "10-11", 3, 0.0, 0.2, days="6", files=14),
    DataSet("web-shop-db", "web-shop", Engine.MARIADB, "mariadb-dump 10.11.14", ("local", "offsite"), ".sql.zst.age",
            "tang.yue", "02:45", "11-03", 6_240, 0.0013, 11, tables=(("shop.order_items", 1_187_204, 1_740),)),
    DataSet("paris-files", "paris-srv-1", Engine.BORG, "borg 1.2.4", ("closet", "offsite"), "", "claire.martin",
            "20:30", "11-02", 640, 0.0, 9, days="01234", zone="Europe/Paris", host="paris-srv-1", files=58_204),
)  # fmt: skip
"""A run of files is as large as what changed since the one before; of a database, as the whole."""


class Nights:
    """Runs every backup at its time, and tells which run was which."""

    def __init__(self, life: Life) -> None:
        self.life = life
        self.runs: dict[tuple[str, str], Run] = {}
        """By policy and day, the last run of it that was begun on that day."""
        self._instead: dict[tuple[str, str], Callable[[DataSet, datetime], None]] = {
            # The host was down from before midnight to the morning after; what could not be begun in time is missed.
            ("erp-db", "10-18"): self._nothing,
            ("his-db", "10-18"): partial(self._not_begun, at="09:10"),
            ("nas-files", "10-18"): partial(self._by_hand, at="09:25"),
            ("his-db", "10-24"): self._no_room,
            ("nas-files", "10-29"): self._vanished,
            ("erp-db", "10-31"): self._half,
            ("his-db", "11-05"): self._refused,
            ("core-config", "11-08"): partial(self._by_hand, at="07:40"),
        }

    def begin(self) -> None:
        """Apply the books, and arrange every slot."""
        self.life.at(local("10-08 10:20"), partial(self._apply, "backups-1.toml"))
        self.life.at(local("11-02 09:30"), self._opsctl)
        self.life.at(local("11-02 09:40"), partial(self._apply, "backups-2.toml"))
        for one in SETS:
            for slot in _slots(one):
                day = f"{slot.astimezone(ZoneInfo(one.zone)):%m-%d}"
                self.life.at(slot, partial(self._instead.get((one.policy, day), self._good), one, slot))

    def _apply(self, file: str) -> None:
        self.life.do("gao.feng", "rulebook.apply", file=file)

    def _opsctl(self) -> None:
        self.life.do(
            "gao.feng", "asset.add", handle="opsctl", title="Operations records", title_zh="运维台账", kind="service",
            owner="sun.qian", criticality="important", classification="internal",
            in_service_from=local("04-01 08:00").astimezone(ZoneInfo(ZONE)).replace(tzinfo=None).isoformat(),
        )  # fmt: skip

    def _good(self, one: DataSet, slot: datetime) -> None:
        self._record(one, self.run(one, slot + CRON, slot))

    def _nothing(self, _one: DataSet, _slot: datetime) -> None:
        """Nobody knows of it but the calendar."""

    def _not_begun(self, one: DataSet, slot: datetime, at: str) -> None:
        self._record(one, self._ended(one, _on_day(slot, at), slot, Status.MISSED, "its start deadline is over"))

    def _by_hand(self, one: DataSet, slot: datetime, at: str) -> None:
        """Somebody makes up for it, after its window."""
        self._record(one, replace(self.run(one, _on_day(slot, at), slot), trigger=Trigger.MANUAL))

    def _no_room(self, one: DataSet, slot: datetime) -> None:
        failed = self._failed(one, slot, f"/backup/{one.policy}: No space left on device")
        self._record(one, replace(failed, ended_at=failed.started_at + minutes(6)))

    def _vanished(self, one: DataSet, slot: datetime) -> None:
        reason = "lstat /srv/nas/public/2026-10/~$报价单.xlsx: no such file or directory"
        self._record(one, _short_of(self.run(one, slot + CRON, slot), reason, code=3))

    def _half(self, one: DataSet, slot: datetime) -> None:
        """A dump of half the usual size, which nobody trusts, and a good one in the morning."""
        earlier = [self.runs[one.policy, f"10-{day}"].bytes or 0 for day in range(26, 31)]
        usual = sorted(earlier)[2]
        run = self.run(one, slot + CRON, slot)
        size = usual * 47 // 100
        reason = f"it holds {_gigabytes(size)}, and the median of the last 5 good ones is {_gigabytes(usual)}"
        small = replace(run, bytes=size, copies=tuple(replace(copy, bytes=size) for copy in run.copies))
        small = replace(small, manifest=None, ended_at=run.started_at + (run.ended_at - run.started_at) / 2)
        self._record(one, _short_of(small, reason, code=0))
        self.life.at(_on_day(slot, "09:40"), lambda: self._by_hand(one, slot, "09:40"))

    def _refused(self, one: DataSet, slot: datetime) -> None:
        """The database was restarting; the next look of cron into what is due does it."""
        reason = 'connection to server at "db-srv-1", port 5432 failed: FATAL: the database system is starting up'
        self._record(one, self._failed(one, slot, reason))
        self.life.at(slot + minutes(35), lambda: self._record(one, self.run(one, slot + minutes(35) + CRON, slot)))

    def _failed(self, one: DataSet, slot: datetime, reason: str) -> Run:
        """What could not be made in the first place could not be copied to the others."""
        first, *others = one.places
        copies = [Copy(first, Status.FAILED, reason=reason)]
        copies += [Copy(place, Status.FAILED, reason="nothing was made that could be copied") for place in others]
        status, reasons = worst_of(copies)
        ended = self._ended(one, slot + CRON, slot, status, reasons)
        return replace(ended, engine=one.engine, code=1, copies=tuple(copies))

    def run(self, one: DataSet, begun: datetime, slot: datetime) -> Run:
        """A run that went well, with its points in every place."""
        chance = self.life.chance(f"backups/{one.policy}/{begun:%m-%d %H}")
        days = (begun - local("10-01 00:00")) / timedelta(days=1)
        spread = 0.006 if one.tables else 0.45
        size = round(one.size * MIB * (1 + one.grows * days) * max(0.3, 1 + chance.gauss(0, spread)))
        request = str(uuid.UUID(int=chance.getrandbits(128), version=4))
        digest = f"{chance.getrandbits(256):064x}" if one.suffix else None
        counts = {name: rows + round(more * (days + chance.gauss(0, 0.4))) for name, rows, more in one.tables}
        copies = tuple(
            Copy(place, Status.SUCCESS, _point(one, begun, request, chance.getrandbits(256)), size, digest)
            for place in one.places
        )
        took = timedelta(seconds=round(one.takes * 60 * (1 + 0.3 * one.grows * days + abs(chance.gauss(0, 0.05)))))
        return replace(
            self._ended(one, begun, slot, Status.SUCCESS, None),
            ended_at=begun + took,
            engine=one.engine,
            code=0,
            bytes=size,
            files=None if one.files is None else one.files + round(days * one.files / 9000),
            manifest=json.dumps({"counts": counts}) if counts else None,
            request=request,
            copies=copies,
        )

    def _ended(self, one: DataSet, begun: datetime, slot: datetime, status: Status, reason: str | None) -> Run:
        chance = self.life.chance(f"requests/{one.policy}/{begun:%m-%d %H:%M}")
        return Run(
            reference="", policy=one.policy, asset=one.asset, customer=None, host=one.host, driver=one.driver,
            engine=None, trigger=Trigger.SCHEDULED, status=status, slot=slot, started_at=begun, ended_at=begun,
            reason=reason, code=None, bytes=None, files=None, manifest=None,
            request=str(uuid.UUID(int=chance.getrandbits(128), version=4)),
            rules=self.life.read(rulebook.in_force, at=begun).generation, person=one.by,
        )  # fmt: skip

    def _record(self, one: DataSet, run: Run) -> None:
        """It is recorded as soon as it has ended."""
        self.life.at(run.ended_at + timedelta(seconds=2), partial(self._tell, one, run))

    def _tell(self, one: DataSet, run: Run) -> None:
        day = f"{run.started_at.astimezone(ZoneInfo(one.zone)):%m-%d}"
        self.runs[one.policy, day] = self.life.do(one.by, "backup.run", run=wire_of(run)).run


def wire_of(told: Run | Test) -> Mapping[str, Any]:
    """A run or a restore test as a host tells it: without its reference, and the person, whom the step has."""
    left_out = {"reference", "person"} | {name for name in ("copies", "checks") if not getattr(told, name, True)}
    return {name: value for name, value in to_json(told).items() if name not in left_out}


def _short_of(run: Run, reason: str, *, code: int) -> Run:
    copies = tuple(replace(copy, status=Status.INCOMPLETE, reason=reason) for copy in run.copies)
    status, reasons = worst_of(copies)
    return replace(run, status=status, reason=reasons, code=code, copies=copies)


def _gigabytes(size: int) -> str:
    """The size as it is told to people, rounded down."""
    return f"{size // 10**8 / 10} GB"


def _slots(one: DataSet) -> list[datetime]:
    hour, minute = one.at.split(":")
    first = datetime.fromisoformat(f"2026-{one.first}").replace(
        hour=int(hour), minute=int(minute), tzinfo=ZoneInfo(one.zone)
    )
    every = (first + timedelta(days=day) for day in range(60))
    return [day.astimezone(UTC) for day in every if str(day.weekday()) in one.days and day <= CLOCK_START]


def _on_day(slot: datetime, clock: str) -> datetime:
    return local(f"{slot.astimezone(ZoneInfo(ZONE)):%m-%d} {clock}")


def _point(one: DataSet, begun: datetime, request: str, number: int) -> str:
    if one.driver is Engine.RESTIC:
        return f"{number:064x}"
    return f"{one.policy}.{one.host}.{begun.astimezone(UTC):%Y%m%dT%H%M%SZ}.{request[:8]}{one.suffix}"
