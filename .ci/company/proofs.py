"""What proves the backups: restore tests, and looks into copies that restore nothing."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from life import Life, local
from nights import SETS, DataSet, Nights, wire_of

from opsctl.backups.jobs.asserting import counts_of
from opsctl.backups.rules import Asserted, Check, Copy, Run, Step, Test
from opsctl.backups.rules.wire import to_json
from opsctl.backups.terms import Engine, Level, Verdict
from opsctl.core.times import show_duration
from opsctl.rulebook import service as rulebook

HOST = "vm-host-4"
"""Where there is room for copies of everything."""
WITHIN = timedelta(hours=1)


@dataclass(frozen=True)
class Trial:
    """A restore test of the run of that day: when it began, by whom, which copy, and seconds to restore and compare."""

    begins: str
    policy: str
    day: str
    by: str
    copy: str = "local"
    restore: float = 0.0
    compare: float = 0.0
    lost: int = 0
    """So many rows were not in the restored copy."""
    refused: str = ""
    """Why it could not run."""


TRIALS = (
    # Accepted when the policies came.
    Trial("10-10 15:20", "nas-files", "10-10", "sun.qian", "offsite", 5_214.6, 618.2),
    Trial("10-12 10:00", "his-db", "10-12", "zhao.lei", refused="the scratch place /var/tmp/opsctl has 11.2 GB free,"
          " and 20.7 GB is needed"),
    Trial("10-13 14:30", "his-db", "10-13", "zhao.lei", "hospital", 3_702.8, 311.5),
    # One job at a time: longer than the two hours that are allowed. In November it is four jobs.
    Trial("10-14 10:00", "erp-db", "10-14", "zhao.lei", "local", 8_211.3, 402.9),
    Trial("11-04 15:10", "web-shop-db", "11-04", "tang.yue", "local", 2_318.4, 96.7),
    Trial("11-11 10:00", "erp-db", "11-11", "zhao.lei", "offsite", 4_926.0, 388.1),
    Trial("11-12 10:00", "his-db", "11-12", "zhao.lei", "local", 3_377.5, 305.2),
    # What nobody had noticed: the dump is whole, and rows are missing.
    Trial("11-13 10:00", "web-shop-db", "11-13", "tang.yue", "offsite", 2_290.9, 95.3, lost=16_378),
)  # fmt: skip
# When, by whom, of which policy, the run of which day, at which level.
CHECKS = (
    ("10-12 09:10", "chen.yu", "core-config", "10-11", Level.L2),
    ("10-20 16:00", "zhao.lei", "erp-db", "10-20", Level.L3),
    ("11-09 09:20", "chen.yu", "core-config", "11-08", Level.L2),
    ("11-09 16:40", "sun.qian", "nas-files", "11-09", Level.L3),
)  # fmt: skip
_QUERIES = {
    "erp-db": ("select count(*) from orders", "select max(created_at) from orders"),
    "his-db": ("select count(*) from his.visits", "select max(registered_at) from his.visits"),
    "web-shop-db": ("select count(*) from order_items", "select max(ordered_at) from order_items"),
}
_EXPECTED = {"erp-db": ">= 1400000", "his-db": ">= 3000000", "web-shop-db": ">= 1100000"}
_TABLES = {"erp-db": 214, "his-db": 388, "web-shop-db": 57}
_COMMANDS = {
    Engine.POSTGRES: (
        "initdb --pgdata=$SCRATCH/cluster/data --username=opsctl --auth=trust --no-sync --no-locale --encoding=UTF8",
        "pg_restore --exit-on-error --no-owner --no-privileges --no-password '--dbname=host=$SCRATCH/cluster'",
    ),
    Engine.MARIADB: (
        "mariadb-install-db --no-defaults --datadir=$SCRATCH/server/data --skip-test-db --skip-name-resolve",
        "mariadb --no-defaults --socket=$SCRATCH/server/socket --database=restored",
    ),
    Engine.RESTIC: ("restic --repo /backup/nas-files --json restore {point} --target $SCRATCH --verify",),
}


class Proofs:
    """Arranges the restore tests and the looks."""

    def __init__(self, life: Life, nights: Nights) -> None:
        self.life = life
        self.nights = nights

    def begin(self) -> None:
        """Arrange all of them."""
        for trial in TRIALS:
            self.life.at(local(trial.begins), partial(self._try, trial))
        for clock, by, policy, day, level in CHECKS:
            self.life.at(local(clock), partial(self._look, by, policy, day, level))

    def _look(self, by: str, policy: str, day: str, level: Level) -> None:
        run = self.nights.runs[policy, day]
        check = Check(run.copies[0].name, level, Verdict.PASS, self.life.now, run.host)
        self.life.do(by, "backup.verify", run=run.reference, checks=[to_json(check)])

    def _try(self, trial: Trial) -> None:
        """Test it, and record it when it has ended."""
        test = self._tested(trial, next(one for one in SETS if one.policy == trial.policy))
        tell = partial(self.life.do, trial.by, "backup.restore-test", test=wire_of(test))
        self.life.at(test.ended_at + timedelta(seconds=3), tell)

    def _tested(self, trial: Trial, one: DataSet) -> Test:
        run, now = self.nights.runs[trial.policy, trial.day], self.life.now
        empty = Test(
            reference="", run=run.reference, copy=trial.copy, policy=one.policy, asset=one.asset, customer=None,
            host=HOST, verdict=Verdict.COULD_NOT_RUN, level=None, started_at=now,
            ended_at=now + timedelta(seconds=2), seconds=None, steps=(), assertions=(), newest_at=None,
            loss_seconds=None, reason=trial.refused or None, commands=(),
            evidence=f"{self.life.chance(f'evidence/{trial.begins}').getrandbits(256):064x}",
            rules=self.life.read(rulebook.in_force, at=now).generation, person=trial.by,
        )  # fmt: skip
        if trial.refused:
            return empty
        copy = next(copy for copy in run.copies if copy.name == trial.copy)
        return _of_files(empty, trial, run, copy) if one.files else _of_rows(empty, trial, run, one)


def _of_files(test: Test, trial: Trial, run: Run, copy: Copy) -> Test:
    """A test of a copy of files: each of them compared with what the engine has listed."""
    steps = (Step("list", 21.4), Step("restore", trial.restore), Step("compare", trial.compare))
    compared = f"{run.files} compared, none differs"
    asserted = (Asserted(f"the listing of {run.engine}", "no difference", compared, Verdict.PASS),)
    commands = tuple(line.format(point=copy.point) for line in _COMMANDS[run.driver])
    return _ended(replace(test, verdict=Verdict.PASS, assertions=asserted, commands=commands), steps)


def _of_rows(test: Test, trial: Trial, run: Run, one: DataSet) -> Test:
    """A test of a database: the rows of every table, and two questions."""
    counting, asking = _QUERIES[one.policy]
    newest = run.started_at - timedelta(seconds=37)
    compared, rows = _compared(trial, run, one)
    told = (
        compared,
        Asserted(counting, _EXPECTED[one.policy], str(rows), Verdict.PASS),
        Asserted(asking, f"at most {_shown(WITHIN)} before the backup",
                 f"{_shown(run.started_at - newest)} before the backup", Verdict.PASS),
    )  # fmt: skip
    steps = (
        Step("start a server", 3.9), Step("restore", trial.restore), Step("compare", trial.compare),
        Step(counting, 1.8), Step(asking, 0.6),
    )  # fmt: skip
    reason = None
    if compared.verdict is Verdict.DIFFERS:
        reason = f"{compared.what}: expected {compared.expected}, found {compared.found}"
    found = replace(
        test, verdict=compared.verdict, assertions=told, reason=reason, commands=_COMMANDS[one.driver],
        newest_at=newest, loss_seconds=(run.started_at - newest).total_seconds(),
    )  # fmt: skip
    return _ended(found, steps)


def _compared(trial: Trial, run: Run, one: DataSet) -> tuple[Asserted, int]:
    """What the comparison of rows came to, and how many rows the first table had."""
    table, known = next(iter(counts_of(run).items()))
    said, verdict = f"{_TABLES[one.policy]} compared, none differs", Verdict.PASS
    if trial.lost:
        said = f"1 differs: {table}: {known - trial.lost} rows instead of {known}"
        verdict = Verdict.DIFFERS
    return Asserted("the rows counted when it was made", "no difference", said, verdict), known - trial.lost


def _ended(test: Test, steps: tuple[Step, ...]) -> Test:
    seconds = round(sum(step.seconds for step in steps), 1)
    ended: datetime = test.started_at + timedelta(seconds=int(seconds) + 3)
    return replace(test, level=Level.L5, steps=steps, seconds=seconds, ended_at=ended)


def _shown(length: timedelta) -> str:
    return show_duration(int(length.total_seconds()))
