"""opsctl backup status and policies: what would be lost, how long it would take, when that was last proven."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from opsctl.backups.service import standing
from opsctl.backups.terms import Level, Status, Verdict
from opsctl.core.errors import NotFound
from tests.backups.hosts import Host
from tests.backups.making import DAY, HOUR, MINUTE, NIGHT, POLICY, check, copy, run, test_of
from tests.harness import CommandLine, Read

Made = Callable[..., Any]
NOW = NIGHT + 8 * HOUR + 30 * MINUTE


@pytest.fixture(autouse=True)
def _policy(ruled: Made) -> None:
    ruled(POLICY, now=NIGHT - 40 * DAY)


@pytest.fixture
def typed(run_on_store: CommandLine, tmp_path: Path) -> Host:
    """The command line, at ten in the morning."""
    run_on_store.now = NOW
    return Host(run_on_store, tmp_path)


def test_what_was_never_backed_up_is_a_breach_and_ends_with_3(typed: Host) -> None:
    found = typed("backup", "status")
    assert found.code == 3
    assert "erp-db: never backed up; the RPO is 1 d 2 h\n" in found.out
    assert "erp-db: no full restore was ever measured; the RTO is 2 h\n" in found.out
    assert "1 of 2 assets in service has no policy: web\n" in found.out


def test_a_policy_that_is_kept_says_how_old_how_long_and_when_it_was_proven(record: Made, record_test: Made,
                                                                            typed: Host) -> None:  # fmt: skip
    made = record(run())
    record_test(test_of(made.run.reference, started_at=NIGHT + HOUR))
    found = typed("backup", "status", "erp-db")
    assert found.code == 0
    # Begun at 01:30, now it is 10:00; the test ended at 02:50 and took 20 minutes.
    cells = found.out.splitlines()[1].split("  ")
    assert [cell.strip() for cell in cells if cell.strip()] == [
        "erp-db", "kept", "8 h 30 min", "1 d 2 h", "20 min", "2 h", "7 h 10 min ago", "L5",
    ]  # fmt: skip


def test_programs_are_told_everything(record: Made, record_test: Made, typed: Host) -> None:
    made = record(run(copies=(copy("local"), copy("offsite", status=Status.FAILED, point=None))))
    record(run(request="later", started_at=NIGHT + HOUR, status=Status.FAILED, copies=(), reason="no space"))
    record_test(test_of(made.run.reference, started_at=NIGHT + 2 * HOUR, verdict=Verdict.DIFFERS, seconds=None))
    data = typed.told("backup", "status", "erp-db")["policies"][0]
    assert data["age_seconds"] is None, "the only copy was found to differ"
    assert (data["rpo_seconds"], data["rpo_met"], data["rto_met"], data["is_proven"]) == (93600, False, False, False)
    assert data["last_test"]["verdict"] == "differs"
    assert [one["run"] for one in data["failed_since"]] == ["BAK-2026-0002"]
    assert {one["breach"] for one in data["breaches"]} == {"never-backed-up", "test-differed", "never-measured"}
    assert [one["location"] for one in data["locations"]] == ["local", "offsite"]
    assert data["next_slot"] == "2026-11-05T17:30:00Z"


def test_an_expired_proof_is_said_with_its_age(record: Made, record_test: Made, typed: Host) -> None:
    old = record(run(started_at=NIGHT - 20 * DAY))
    record_test(test_of(old.run.reference, started_at=NIGHT - 20 * DAY + HOUR))
    later = NIGHT + 80 * DAY
    record(run(started_at=later, request="new"))
    found = typed("backup", "status", at=later + HOUR)
    assert found.code == 3
    # The test ended 20 days before at 02:50, so its proof ran out on day 70 at 02:50: 9 days, 23 hours and 40 minutes.
    assert "erp-db: the proof of BAK-2026-0001 expired 10 d ago\n" in found.out


def test_only_ten_of_the_assets_without_a_policy_are_named(typed: Host) -> None:
    for number in range(12):
        assert typed("asset", "add", f"pc{number:02}").code == 0
    found = typed("backup", "status")
    names = ", ".join(f"pc{number:02}" for number in range(10))
    assert f"13 of 14 assets in service have no policy: {names} …\n" in found.out
    assert len(typed.told("backup", "status")["assets_without_policy"]) == 13
    assert typed("asset", "retire", "pc00").code == 0
    assert "12 of 13 assets" in typed("backup", "status").out


def test_an_unknown_policy_is_not_found(typed: Host, read: Read) -> None:
    found = typed("backup", "status", "erp-bd")
    assert (found.code, found.out) == (4, "")
    assert "There is no backup policy erp-bd. Did you mean erp-db?" in found.err
    with pytest.raises(NotFound):
        read(standing.of_name, word="nothing", now=NOW)


@pytest.mark.parametrize("width", ["46", "100"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_it_fits_the_screen(record: Made, typed: Host, width: str, language: str) -> None:
    record(run())
    found = typed("backup", "status", "--lang", language, tty=True, env={"COLUMNS": width, "NO_COLOR": "1"})
    table = found.out.split("\n\n")[0]
    assert all(len(line) <= int(width) for line in table.splitlines()), table


def test_old_history_and_pruned_points_are_not_what_status_stands_on(record: Made, do: Made, read: Read) -> None:
    from opsctl.backups.service import pruning

    for before in (3, 2, 1):
        record(run(started_at=NIGHT - before * DAY, request=f"r{before}", checks=(check("local", Level.L5, NIGHT),)))
    do(pruning.record_pruned, pruned={"BAK-2026-0003": ["local", "offsite"]}, now=NIGHT - 12 * HOUR)
    found = read(standing.of_name, word="erp-db", now=NIGHT)
    assert found.newest is not None
    assert found.newest.run == "BAK-2026-0002"


def test_policies_say_what_the_book_asks_and_what_this_host_runs(typed: Host) -> None:
    typed.say(f'[backups.erp-db]\ndriver = "sqlite"\nsource = "/srv/x.db"\nto = "{typed.home}"\n'
              f'[backups.old]\ndriver = "sqlite"\nsource = "/srv/y.db"\nto = "{typed.home}"\n')  # fmt: skip
    found = typed("backup", "policies")
    assert found.code == 0
    cells = [cell.strip() for cell in found.out.splitlines()[1].split("  ") if cell.strip()]
    assert cells == ["erp-db", "erp", "30 1 * * *", "1 d 2 h", "2 h", "L5", "sqlite", "7 daily"]
    assert "This host has jobs that no rulebook in force asks for: old\n" in found.err
    data = json.loads(typed("backup", "policies", "--json").out)["data"][0]
    assert data["driver_here"] == "sqlite"
    assert [one["name"] for one in data["locations"]] == ["local", "offsite"]
    assert (data["rpo_seconds"], data["expires_seconds"]) == (26 * 3600, 90 * 86400)


def test_failed_runs_from_before_the_newest_good_one_are_history(record: Made, read: Read) -> None:
    for before in range(200, 195, -1):
        record(run(started_at=NIGHT - before * DAY, request=f"f{before}", status=Status.FAILED, copies=()))
    record(run(request="good"))
    record(run(request="bad", started_at=NIGHT + MINUTE, status=Status.FAILED, copies=()))
    found = read(standing.of_name, word="erp-db", now=NIGHT + HOUR)
    assert [one.reference for one in found.failed] == ["BAK-2026-0007"]
