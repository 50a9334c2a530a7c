"""The database behind the expected outputs of backups: six policies, and what two hosts told of ten days."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session

from opsctl.backups.rules import Asserted, Check, Copy, Run, Step, Test
from opsctl.backups.rules.wire import to_json
from opsctl.backups.service import pinning, pruning, recording
from opsctl.backups.terms import Engine, Level, Status, Trigger, Verdict
from opsctl.core.chain import Signature
from opsctl.duties.service import keeping
from opsctl.store import unit
from opsctl.store.address import read_address
from opsctl.store.engine import Store
from opsctl.store.migrate import create
from tests.backups import making
from tests.backups.making import check, copy, test_of
from tests.golden.history import ACTOR, HOST, NOW, ZONE
from tests.harness import CommandLine

BOOK = Path(__file__).parent / "backups.toml"
BACKUP_HOST = "backup-01"
SNAPSHOT = "9f7c2a41d6b05e83c1742f9e60ab83d5271c4efb09863d5a1e7f42c8b90d6a35"
WIKI = "wiki.ops-1.20261101T180000Z.9be0c5d1.db.zst"
DENIED = "/srv/mail/zhao.min/new/1762: Permission denied"
FULL = "/mnt/paris/backup: No space left on device"
DIGEST = "4e388ab32b10dc8dbc7e28144f552830adc74787c1e2c0824032078a79f227fb"
EVIDENCE = "0a41c5f0b1de3d95a1cf60a6fd4a76d44b9a3b1c5a8c1cf5fb04d1f2a1b0c6e7"
MINUTE = timedelta(minutes=1)
HOST_FILE = f"""
[host]
name = "{HOST}"
[backups.wiki]
driver = "sqlite"
source = "/srv/wiki/wiki.db"
copies = [{{ name = "local", to = "/backup/wiki" }}, {{ name = "branch-paris", to = "/mnt/paris/backup" }}]
"""

# When it was typed, local time, by whom, and what.
STEPS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("10-26 09:00", ACTOR, ("person", "add", ACTOR, "--name", "李组长", "--post", "om-head")),
    ("10-26 09:01", ACTOR, ("person", "add", "wang", "--name", "Wang Wei", "--superior", ACTOR)),
    ("10-26 09:02", ACTOR, ("person", "add", "zhao.min", "--name", "赵敏", "--superior", ACTOR)),
    ("10-26 09:03", ACTOR, ("customer", "add", "acme", "--name", "Acme", "--name-zh", "甲公司")),
    (
        "10-26 09:04", ACTOR,
        (
            "asset", "add", "erp", "--title", "ERP system", "--title-zh", "ERP 系统", "--kind", "system", "--customer",
            "acme", "--criticality", "key", "--owner", "wang",
        ),
    ),
    ("10-26 09:05", ACTOR, ("asset", "add", "mail", "--title", "Mail", "--title-zh", "邮件系统", "--kind", "service")),
    (
        "10-26 09:06", ACTOR,
        ("asset", "add", "nas-1", "--title", "File storage", "--title-zh", "文件存储", "--kind", "storage"),
    ),
    (
        "10-26 09:07", ACTOR,
        ("asset", "add", "hr", "--title", "Personnel system", "--title-zh", "人事系统", "--kind", "system"),
    ),
    ("10-26 09:08", ACTOR, ("asset", "add", "wiki", "--title", "Wiki", "--title-zh", "知识库", "--kind", "service")),
    (
        "10-26 09:09", ACTOR,
        ("asset", "add", "dns", "--title", "Name service", "--title-zh", "域名服务", "--kind", "service"),
    ),
    ("10-26 09:10", ACTOR, ("asset", "add", "room-1", "--title", "Room 1", "--title-zh", "一号机房", "--kind", "room")),
    ("10-26 09:20", ACTOR, ("rulebook", "apply", str(BOOK))),
    ("10-26 09:21", ACTOR, ("person", "edit", "wang", "--post", "dba")),
    ("11-05 08:45", "wang", ("open", "erp", "invoices are missing 发票记录丢失", "--impact", "high")),
    ("11-05 08:50", "zhao.min", ("open", "nas-1", "文件打不开 files cannot be opened", "--down", "08:40")),
)  # fmt: skip


def moment(local: str) -> datetime:
    """A time of 2026 in Shanghai, aware UTC."""
    return datetime.fromisoformat(f"2026-{local}+08:00").astimezone(UTC)


def _run(policy: str, asset: str, driver: Engine, engine: str, local: str, minutes: float, **given: Any) -> Run:
    began = moment(local)
    return making.run(
        request=str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{policy}.{local}")),
        policy=policy,
        asset=asset,
        driver=driver,
        engine=engine,
        host=given.pop("host", BACKUP_HOST),
        started_at=began,
        ended_at=began + minutes * MINUTE,
        slot=given.pop("slot", began),
        **given,
    )


def _one(name: str, point: str, size: int, sha256: str | None = None) -> Copy:
    return copy(name, point=point, bytes=size, sha256=sha256)


def _erp(local: str, size: int, **given: Any) -> Run:
    stamp = moment(local).strftime("%Y%m%dT%H%M%SZ")
    point = f"erp-db.{BACKUP_HOST}.{stamp}.5d2c81f0.dump.age"
    usual = {"bytes": size, "files": 1,
             "copies": (_one("local", point, size, DIGEST), _one("offsite", point, size, DIGEST))}
    if given.get("status", Status.SUCCESS) is not Status.SUCCESS:
        usual = {"bytes": None, "files": None, "copies": (), "code": None}
    return _run("erp-db", "erp", Engine.POSTGRES, "pg_dump 18.0", local, 11.5, **{**usual, **given})


def _none(policy: str, asset: str, driver: Engine, engine: str, local: str, minutes: float, **given: Any) -> Run:
    """A run that left nothing."""
    return _run(policy, asset, driver, engine, local, minutes, bytes=None, files=None, copies=(), **given)


def _seen(name: str, began: str, *levels: Level) -> tuple[Check, ...]:
    """What the host looked at when it was backed up."""
    return tuple(check(name, level, moment(began) + MINUTE) for level in levels)


RUNS: tuple[Run, ...] = (
    _run(
        "mail-store", "mail", Engine.BORG, "borg 1.2.4", "10-26 12:00", 240, trigger=Trigger.MANUAL, slot=None,
        bytes=47_244_640_256, files=1_190_020, person="zhao.min",
        copies=(_one("repository", "backup-01-mail-store-20261026T040000Z", 47_244_640_256),),
    ),
    _erp("10-27 01:30", 1_201_330_176),
    _erp("10-28 01:30", 1_203_117_568),
    _none(
        "hr-db", "hr", Engine.POSTGRES, "", "10-28 04:00", 0, status=Status.NOT_STARTED,
        reason="pg_dump 15.14 is older than the server 18.0; install postgresql-client-18",
    ),
    _run(
        "shared-files", "nas-1", Engine.RESTIC, "restic 0.14.0", "10-30 22:00", 41, bytes=318_767_104, files=88_102,
        copies=(_one("local", SNAPSHOT[::-1], 318_767_104),),
    ),
    _erp("10-31 01:30", 1_240_000_000),
    _run(
        "mail-store", "mail", Engine.BORG, "borg 1.2.4", "11-01 03:00", 95, bytes=48_318_382_080, files=1_204_551,
        copies=(_one("repository", "backup-01-mail-store-20261031T190000Z", 48_318_382_080),),
    ),
    _run(
        "wiki", "wiki", Engine.SQLITE, "sqlite 3.40.1", "11-02 02:00", 0.1, bytes=734_003, files=1, host=HOST,
        copies=(_one("local", WIKI, 734_003, DIGEST), _one("branch-paris", WIKI, 734_003, DIGEST)),
        checks=_seen("local", "11-02 02:00", Level.L0, Level.L2),
    ),
    _none(
        "shared-files", "nas-1", Engine.RESTIC, "restic 0.14.0", "11-02 22:00", 720, status=Status.TIMED_OUT,
        reason="it ran longer than its time-out of 12h",
    ),
    _run(
        "shared-files", "nas-1", Engine.RESTIC, "restic 0.14.0", "11-03 22:00", 38, bytes=322_122_547, files=88_241,
        copies=(_one("local", SNAPSHOT, 322_122_547),),
        checks=_seen("local", "11-03 22:00", Level.L0, Level.L1),
    ),
    _run(
        "dns", "dns", Engine.RSYNC, "rsync 3.2.7", "11-03 23:00", 0.4, bytes=1_048_576, files=212, host=HOST,
        copies=(_one("local", "dns.ops-1.20261103T150000Z.11aa22bb", 1_048_576),),
        checks=_seen("local", "11-03 23:00", Level.L0, Level.L2),
    ),
    _erp("11-04 01:30", 1_251_999_744),
    _erp(
        "11-04 01:31", 0, status=Status.SKIPPED_LOCKED, trigger=Trigger.MANUAL, slot=None, person="wang",
        reason="another run of erp-db is in progress on this host",
    ),
    _none(
        "wiki", "wiki", Engine.SQLITE, "", "11-04 06:30", 0, status=Status.MISSED, host=HOST,
        slot=moment("11-04 02:00"), reason="its start deadline is over",
    ),
    _run(
        "mail-store", "mail", Engine.BORG, "borg 1.2.4", "11-04 12:10", 20, status=Status.INCOMPLETE,
        trigger=Trigger.MANUAL, slot=None, bytes=48_402_653_184, files=1_204_998, code=1, reason=DENIED, copies=(
            replace(
                _one("repository", "backup-01-mail-store-20261104T041000Z", 48_402_653_184),
                status=Status.INCOMPLETE, reason=DENIED,
            ),
        ),
    ),
    _none(
        "dns", "dns", Engine.RSYNC, "rsync 3.2.7", "11-04 20:00", 0.2, status=Status.CANCELLED, host=HOST,
        trigger=Trigger.MANUAL, slot=None, reason="it was interrupted",
    ),
    _none(
        "dns", "dns", Engine.RSYNC, "rsync 3.2.7", "11-04 23:00", 0.1, status=Status.FAILED, host=HOST, code=23,
        reason='rsync: [sender] change_dir "/srv/zones" failed: No such file or directory (2) 目录不存在',
    ),
    _erp(
        "11-05 01:30", 1_262_485_504, manifest='{"counts": {"public.invoice": 1042118}}',
        checks=(
            *_seen("local", "11-05 01:40", Level.L0, Level.L1), *_seen("offsite", "11-05 01:40", Level.L0, Level.L1),
        ),
    ),
    _run(
        "wiki", "wiki", Engine.SQLITE, "sqlite 3.40.1", "11-05 02:00", 0.1, status=Status.FAILED, bytes=741_376,
        files=1, host=HOST, reason=FULL, checks=_seen("local", "11-05 02:00", Level.L0, Level.L2), copies=(
            _one("local", WIKI.replace("1101", "1104"), 741_376, DIGEST),
            Copy("branch-paris", Status.FAILED, reason=FULL),
        ),
    ),
)  # fmt: skip

ASSERTIONS = (
    Asserted("the rows of 42 tables", "no difference", "42 compared, none differs", Verdict.PASS),
    Asserted("the canary in opsctl_canary", "a row", "2026-10-30T17:29:58+00:00", Verdict.PASS),
    Asserted("SELECT count(*) FROM invoice WHERE booked_at >= '2026-10-01'", ">= 1000", "41873", Verdict.PASS),
    Asserted(
        "SELECT max(booked_at) FROM invoice", "at most 26h before the backup", "7h 12m before the backup", Verdict.PASS
    ),
    Asserted("etc/erp/erp.conf", DIGEST, DIGEST, Verdict.PASS),
    Asserted("/opt/erp/bin/erp-check --database {database}", "exit code 0", "exit code 0", Verdict.PASS),
    Asserted("http://{host}:8081/health", "200 OK, with 正常", "200", Verdict.PASS),
)
STEPS_OF_TEST = (
    Step("restore", 412.8), Step("start a server", 2.4), Step("compare", 31.25), Step("canary", 0.02),
    Step("SELECT count(*) FROM invoice WHERE booked_at >= '2026-10-01'", 1.873),
    Step("SELECT max(booked_at) FROM invoice", 0.004),
    Step("/opt/erp/bin/erp-check --database {database}", 65.0), Step("http://{host}:8081/health", 0.31),
)  # fmt: skip
COMMANDS = (
    'age --decrypt --identity /etc/opsctl/erp.key --output "$SCRATCH/artefact" /backup/erp/erp-db.backup-01.dump.age',
    'initdb --pgdata "$SCRATCH/data" --auth=peer --no-locale',
    'pg_restore --exit-on-error --host "$SCRATCH/socket" --dbname erp_restored --jobs 4 "$SCRATCH/artefact"',
)
DIFFERENT = (
    Asserted("88,241 files", "no difference", "3 differ, the first: finance/2026/预算表.xlsx", Verdict.DIFFERS),
    Asserted("srv/share/readme.txt", "there", "no such file in the copy", Verdict.DIFFERS),
)


def _tested(policy: str, began: str, local: str, minutes: int, **given: Any) -> tuple[str, Test]:
    """A restore test with the key of the run that it restored; its reference stands there when it is told."""
    started = moment(local)
    times = {"started_at": started, "ended_at": started + minutes * MINUTE, "seconds": minutes * 60.0}
    asset = next(run.asset for run in RUNS if run.policy == policy)
    return f"{policy} {began}", test_of("", policy=policy, asset=asset, host=BACKUP_HOST, evidence=EVIDENCE,
                                        **{**times, **given})  # fmt: skip


TESTS: tuple[tuple[str, Test], ...] = (
    _tested(
        "mail-store", "10-26 12:00", "10-27 09:00", 95, copy="repository", steps=(Step("restore", 5100.0),),
        assertions=(Asserted("1190020 files", "no difference", "1190020 compared, none differs", Verdict.PASS),),
    ),
    _tested(
        "erp-db", "10-31 01:30", "11-01 02:10", 9, level=Level.L6, seconds=511.4, steps=STEPS_OF_TEST,
        assertions=ASSERTIONS, commands=COMMANDS, newest_at=moment("10-31 01:29"), loss_seconds=2.0,
    ),
    _tested(
        "mail-store", "11-01 03:00", "11-03 10:00", 0, copy="repository", verdict=Verdict.COULD_NOT_RUN, level=None,
        seconds=None, reason="/scratch has 12 GiB free, and 72 GiB are needed",
    ),
    _tested(
        "shared-files", "11-03 22:00", "11-04 14:00", 30, verdict=Verdict.DIFFERS, seconds=1804.0,
        steps=(Step("restore", 1640.5), Step("compare", 163.2)), assertions=DIFFERENT,
        reason="88,241 files: expected no difference, found 3 differ, the first: finance/2026/预算表.xlsx",
    ),
)  # fmt: skip


class Teller:
    """Tells the database what hosts did, at the time at which they did it."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.known: dict[str, str] = {}

    def tell(self, use_case: Callable[..., Any], at: datetime, host: str, by: str = "root", **given: Any) -> Any:
        """Run the use case and keep the occurrences up, as every command does."""

        def work(session: Session) -> Any:
            result = use_case(session, now=at, actor=by, **given)
            keeping.keep_up(session, now=at)
            return result

        return unit.write(self.store, work, by=Signature(at, by, host, str(uuid.uuid4())))

    def run(self, run: Run) -> None:
        """Record a run."""
        told = self.tell(recording.record, run.ended_at, run.host, by=run.person or "root", run=to_json(run))
        self.known[_key(run)] = told.run.reference

    def test(self, of: str, test: Test) -> None:
        """Record a restore test of that run."""
        told = to_json(replace(test, run=self.known[of]))
        self.tell(recording.record_test, test.ended_at, test.host, test=told)

    def pin(self) -> None:
        """A person pins the newest of October."""
        reason = "before the migration 迁移到新版本之前"
        given = {"word": self.known["erp-db 10-31 01:30"], "reason": reason}
        self.tell(pinning.pin, moment("11-02 09:00"), HOST, by="wang", **given)

    def prune(self) -> None:
        """One copy of a run is deleted, and both of another."""
        gone = {self.known["erp-db 10-27 01:30"]: ["local", "offsite"], self.known["erp-db 10-28 01:30"]: ["local"]}
        self.tell(pruning.record_pruned, moment("11-04 11:00"), BACKUP_HOST, pruned=gone)


def _key(run: Run) -> str:
    began = run.started_at.astimezone(ZoneInfo(ZONE))
    return f"{run.policy} {began:%m-%d %H:%M}"


def _told(teller: Teller) -> None:
    """All that hosts did, in the order of time."""
    steps: list[tuple[datetime, Callable[[], None]]] = [
        *((run.ended_at, partial(teller.run, run)) for run in RUNS),
        *((test.ended_at, partial(teller.test, of, test)) for of, test in TESTS),
        (moment("11-02 09:00"), teller.pin),
        (moment("11-04 11:00"), teller.prune),
    ]
    for _at, step in sorted(steps, key=lambda one: one[0]):
        step()


def build(home: Path) -> CommandLine:
    """A command line at `NOW` on a database that holds the backups; it acts as `ACTOR` on `HOST`."""
    host_file = home / "config/opsctl/opsctl.toml"
    host_file.parent.mkdir(parents=True)
    host_file.write_text(HOST_FILE)
    host_file.chmod(0o600)
    line = CommandLine(home, NOW)
    line.database.parent.mkdir(parents=True)
    address = read_address(str(line.database))
    create(address, zone=ZONE)
    for typed, by, words in STEPS:
        line.now = moment(typed)
        result = line("--as", by, *words)
        assert result.code == 0, f"{words}: {result.err}"
        if words[-2:] == ("--post", "dba"):
            store = Store(address)
            _told(Teller(store))
            store.close()
    line.now = NOW
    line.first = ("--as", ACTOR)
    return line
