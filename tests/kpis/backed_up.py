"""An October of backups and restore tests that can be reckoned by hand, written by the use cases themselves."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from opsctl.assets.service import assets
from opsctl.backups.rules import Asserted, Copy, Run, Test
from opsctl.backups.rules.wire import to_json
from opsctl.backups.service import recording
from opsctl.backups.terms import Engine, Level, Status, Trigger, Verdict
from opsctl.core.chain import Signature
from opsctl.duties.service import keeping
from opsctl.people.service import customers
from opsctl.rulebook.service import applying
from opsctl.store import unit
from opsctl.store.engine import Store

SHANGHAI = "Asia/Shanghai"
MINUTE = timedelta(minutes=1)
ASSERTED = Asserted("files", "1", "1", Verdict.PASS)
LATER = datetime(2026, 11, 5, 2, tzinfo=UTC)


class Company:
    """Writes assets, rules, runs and restore tests to a store, each at its own time."""

    def __init__(self, store: Store, zone: str = SHANGHAI) -> None:
        self.store = store
        self.zone = zone
        self.versions = 0

    def at(self, day: int, hour: int = 0, minute: int = 0, month: int = 10) -> datetime:
        """That time of 2026 by the clocks of the company."""
        return datetime(2026, month, day, hour, minute, tzinfo=ZoneInfo(self.zone)).astimezone(UTC)

    def do(self, use_case: Callable[..., Any], now: datetime, **given: Any) -> Any:
        """Run a use case at that time, as `perform` does."""

        def work(session: Any) -> Any:
            found = use_case(session, now=now, actor="li", **given)
            keeping.keep_up(session, now=now)
            return found

        return unit.write(self.store, work, by=Signature(now, "li", "host-1", str(uuid.uuid4())))

    def add(self, handle: str, now: datetime, **given: Any) -> None:
        """Put an asset into service; its customer is added with it."""
        if "customer" in given:
            self.do(customers.add, now, code=given["customer"])
        self.do(assets.add, now, handle=handle, **given)

    def apply(self, tables: str, now: datetime) -> None:
        """Put the next version of the book into force."""
        self.versions += 1
        head = f'[rulebook]\nname = "om"\nversion = "{self.versions}"\nzone = "{self.zone}"\n'
        self.do(applying.apply, now, text=head + tables, file="om.toml")

    def backup(self, policy: str, started: datetime, status: Status = Status.SUCCESS, **given: Any) -> str:
        """Record a run of ten minutes, with one copy of its status; its reference."""
        ended = given.pop("ended", started + 10 * MINUTE)
        plain = Run(
            reference="", policy=policy, asset=given.pop("asset", policy.split("-")[0]), customer=None, host="host-1",
            driver=Engine.FILES, engine="tar 1.34", trigger=Trigger.SCHEDULED, status=status, slot=None,
            started_at=started, ended_at=ended, reason=None, code=0, bytes=1000, files=1, manifest=None,
            request=str(uuid.uuid4()), rules=self.versions, person="", copies=(copy("local", status),),
        )  # fmt: skip
        recorded = given.pop("recorded", ended)
        run = replace(plain, **given)
        return str(self.do(recording.record, recorded, run=to_json(run)).run.reference)

    def restore(self, run: str, ended: datetime, verdict: Verdict = Verdict.PASS, **given: Any) -> str:
        """Record a restore test of the local copy that restored all of it in 20 minutes; its reference."""
        plain = Test(
            reference="", run=run, copy="local", policy="", asset="", customer=None, host="host-1", verdict=verdict,
            level=None if verdict is Verdict.COULD_NOT_RUN else Level.L5, started_at=ended - 20 * MINUTE,
            ended_at=ended, seconds=None if verdict is Verdict.COULD_NOT_RUN else 1200.0, steps=(),
            assertions=(ASSERTED,), newest_at=None, loss_seconds=None, reason=None, commands=(), evidence=None,
            rules=self.versions, person="",
        )  # fmt: skip
        test = replace(plain, **given)
        return str(self.do(recording.record_test, ended, test=to_json(test)).test.reference)


def copy(name: str, status: Status = Status.SUCCESS, **given: Any) -> Copy:
    """A copy; only of a run that left something there is a point."""
    point = "a.tar" if status in (Status.SUCCESS, Status.INCOMPLETE) else None
    return replace(Copy(name, status, point), **given)


def policy(name: str, schedule: str, *lines: str, rpo: str = "8d") -> str:
    """A policy of the asset that its name begins with; its window is open for two hours."""
    return "\n".join((
        f"[backups.{name}]", f'asset = "{name.split("-")[0]}"', 'owner = "role:dba"', f'schedule = "{schedule}"',
        'grace = "2h"', 'locations = [{ name = "local", medium = "disk" }]', "retention = { daily = 7 }",
        f'rpo = "{rpo}"', *lines, "",
    ))  # fmt: skip


TARGETS = """
[targets]
backup-success = ">= 60 %"
restore-test-pass = ">= 80 %"
rpo-met = ">= 95 %"
rto-met = ">= 25 %"
"""
TESTED = 'verify = { level = "L5", expires = "90d" }'
KEPT = (
    policy("erp-db", "30 1 * * 1", TESTED, 'rto = "2h"',
           'restore_test = { rule = "FREQ=MONTHLY;BYDAY=2SA", at = "02:00" }')
    + policy("web-files", "0 3 * * 0", "incomplete_is_good = true")
    + policy("hr-db", "0 2 * * 2", TESTED, 'rto = "1h"',
             'restore_test = { rule = "FREQ=MONTHLY;BYDAY=4SA", at = "02:00" }')
)  # fmt: skip


def october(company: Company) -> dict[str, str]:
    """Live that month; the references of its runs and tests by what they are called here.

    erp-db, on Mondays 01:30, of the customer acme: on the 5th in its window, on the 12th at the second go, on the 19th
    too late, on the 26th failed. Restored: could not run on the 10th and then passed in 20 min, differs on the 20th,
    passed in 2 h 30 min on the 21st, and in part on the 23rd. web-files, on Sundays 03:00: on the 4th without some
    files, which is good enough, on the 11th, not on the 18th, on the 25th; restored in part on the 22nd. mail-db, daily
    01:30: from the 1st to the 3rd, not on the 4th, and then no rule asks for it any more. hr-db, on Tuesdays 02:00:
    never. sw-1 was retired on the 15th, sw-2 is in no policy, sw-3 comes into service in November.
    """
    at = company.at
    begin = at(30, 10, month=9)
    company.add("erp", begin, customer="acme")
    for handle in ("web", "mail", "hr", "sw-1", "sw-2"):
        company.add(handle, begin)
    company.add("sw-3", begin, in_service_from=at(2, month=11))
    company.apply(TARGETS + KEPT + policy("mail-db", "30 1 * * *", rpo="26h"), begin)
    made = {f"mail {day}": company.backup("mail-db", at(day, 1, 31)) for day in (1, 2, 3)}
    made["web 4"] = company.backup("web-files", at(4, 3), Status.INCOMPLETE)
    company.apply(TARGETS + KEPT, at(4, 12))
    made["erp 5"] = company.backup("erp-db", at(5, 1, 31), slot=at(5, 1, 30))
    made["not run"] = company.restore(
        made["erp 5"], at(10, 2, 30), Verdict.COULD_NOT_RUN, reason="no space in the scratch place"
    )
    made["passed"] = company.restore(made["erp 5"], at(10, 3))
    made["web 11"] = company.backup("web-files", at(11, 3))
    made["failed 12"] = company.backup("erp-db", at(12, 1, 30), Status.FAILED, slot=at(12, 1, 30))
    made["erp 12"] = company.backup("erp-db", at(12, 2), slot=at(12, 1, 30))
    company.do(assets.retire, at(15, 10), asset="sw-1", at=at(15, 9))
    made["erp 19"] = company.backup("erp-db", at(19, 5), slot=at(19, 1, 30))
    made["differs"] = company.restore(made["erp 19"], at(20, 12), Verdict.DIFFERS, reason="3 files differ")
    made["slow"] = company.restore(made["erp 12"], at(21, 12), seconds=9000.0)
    made["web part"] = company.restore(made["web 11"], at(22, 12), level=Level.L4)
    made["in part"] = company.restore(made["erp 12"], at(23, 12), level=Level.L4, seconds=60.0)
    made["web 25"] = company.backup("web-files", at(25, 3))
    made["failed 26"] = company.backup("erp-db", at(26, 1, 30), Status.FAILED, slot=at(26, 1, 30))
    return made
