"""opsctl backup check: the protocol of Nagios plugins, in which only 3 says that nobody could look."""

import re
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from opsctl.backups.terms import Level, Status, Verdict
from tests.backups.hosts import Host
from tests.backups.making import DAY, HOUR, MINUTE, NIGHT, POLICY, check, copy, run, test_of
from tests.harness import CommandLine

Made = Callable[..., Any]
NOW = NIGHT + 8 * HOUR + 30 * MINUTE
LINE = re.compile(r"BACKUP (OK|WARNING|CRITICAL|UNKNOWN) - [^|\n]+(\|('[a-z_]+'=(U|[0-9]+s);[0-9]*;[0-9]*;0 ?)+)?\n")


@pytest.fixture
def typed(run_on_store: CommandLine, tmp_path: Path) -> Host:
    run_on_store.now = NOW
    return Host(run_on_store, tmp_path)


@pytest.fixture
def _policy(ruled: Made) -> None:
    ruled(POLICY, now=NIGHT - 40 * DAY)


def looked(typed: Host, *words: str) -> tuple[int, str]:
    """The code and the only line."""
    found = typed("backup", "check", *words)
    assert LINE.fullmatch(found.out), found.out
    assert found.err == ""
    return found.code, found.out


@pytest.mark.usefixtures("_policy")
def test_what_is_kept_is_0_with_its_measures(record: Made, record_test: Made, typed: Host) -> None:
    made = record(run())
    record_test(test_of(made.run.reference, started_at=NIGHT + HOUR))
    # 8 h 30 min since 01:30; 7 h 10 min since the test ended at 02:50; RPO 26 h, 90 d, RTO 2 h in seconds.
    assert looked(typed, "erp-db") == (0, (
        "BACKUP OK - erp-db: the newest good point is 8 h 30 min old, last proven 7 h 10 min ago at L5"
        "|'rpo_age'=30600s;;93600;0 'proven_age'=25800s;7776000;;0 'rto'=1200s;7200;;0\n"
    ))  # fmt: skip


@pytest.mark.usefixtures("_policy")
def test_what_is_kept_tells_the_runs_that_failed_since(record: Made, record_test: Made, typed: Host) -> None:
    made = record(run())
    record_test(test_of(made.run.reference, started_at=NIGHT + HOUR))
    for count, told in ((1, "; 1 run since then left no good point|"), (2, "; 2 runs since then left no good point|")):
        record(run(request=f"failed-{count}", status=Status.FAILED, started_at=NIGHT + count * HOUR, copies=()))
        code, line = looked(typed, "erp-db")
        assert (code, told in line) == (0, True)


@pytest.mark.usefixtures("_policy")
def test_never_backed_up_is_critical_and_unknown_measures_are_u(typed: Host) -> None:
    code, line = looked(typed, "erp-db")
    assert code == 2
    assert line.startswith("BACKUP CRITICAL - erp-db: never backed up; the RPO is 1 d 2 h; ")
    assert line.endswith("|'rpo_age'=U;;93600;0 'proven_age'=U;7776000;;0 'rto'=U;7200;;0\n")


@pytest.mark.usefixtures("_policy")
def test_backed_up_and_not_proven_is_a_warning(record: Made, typed: Host) -> None:
    record(run())
    assert looked(typed, "erp-db")[0] == 1


@pytest.mark.usefixtures("_policy")
def test_too_old_and_a_test_that_differs_are_critical(record: Made, record_test: Made, typed: Host) -> None:
    old = record(run(started_at=NIGHT - DAY, checks=(check("local", Level.L5, NIGHT),)))
    assert looked(typed, "erp-db")[0] == 2
    record(run(request="new", checks=(check("local", Level.L5, NIGHT),)))
    assert looked(typed, "erp-db")[0] == 1, "no restore was ever measured"
    record_test(test_of(old.run.reference, started_at=NIGHT + HOUR, verdict=Verdict.DIFFERS, seconds=None))
    assert looked(typed, "erp-db")[0] == 2


@pytest.mark.usefixtures("_policy")
def test_a_location_without_a_copy_is_a_warning(record: Made, record_test: Made, typed: Host) -> None:
    made = record(run(copies=(copy("local"), copy("offsite", status=Status.FAILED, point=None))))
    record_test(test_of(made.run.reference, started_at=NIGHT + HOUR))
    code, line = looked(typed, "erp-db")
    assert (code, "the location offsite holds no good copy" in line) == (1, True)


@pytest.mark.usefixtures("_policy")
@pytest.mark.parametrize(
    "words",
    [
        ("nothing",), (), ("erp-db", "web"), ("erp-db", "--nothing"), ("erp-db", "--tz", "Nowhere"),
        ("erp-db", "--config", "/nothing"), ("erp-db", "--db", "mysql://x"), ("a|b\x1b[31m",),
    ],
    ids=str,
)  # fmt: skip
def test_whatever_keeps_it_from_looking_is_3_on_stdout(typed: Host, words: tuple[str, ...]) -> None:
    code, line = looked(typed, *words)
    assert (code, line.startswith("BACKUP UNKNOWN - ")) == (3, True)
    assert "\x1b" not in line


def test_a_database_that_is_away_or_broken_is_unknown(run: CommandLine, tmp_path: Path) -> None:
    away = Host(run, tmp_path)
    assert looked(away, "erp-db", "--db", f"sqlite:///{tmp_path}/nothing.db")[0] == 3
    with sqlite3.connect(tmp_path / "other.db") as other:
        other.execute("CREATE TABLE other (id)")
    assert looked(away, "erp-db", "--db", f"sqlite:///{tmp_path}/other.db")[0] == 3
    (tmp_path / "broken.db").write_bytes(b"no database" * 1000)
    assert looked(away, "erp-db", "--db", f"sqlite:///{tmp_path}/broken.db")[0] == 3
    away.say("[backups\n")
    assert looked(away, "erp-db")[0] == 3


@pytest.mark.usefixtures("_policy")
def test_the_words_of_the_protocol_are_the_same_in_chinese(record: Made, typed: Host) -> None:
    record(run())
    code, line = looked(typed, "erp-db", "--lang", "zh")
    assert (code, line.startswith("BACKUP WARNING - erp-db：")) == (1, True)
