"""opsctl kpi on backups and restore tests: a small October that can be reckoned by hand, on each database."""

import json
from typing import Any

import pytest

from opsctl.core.periods import read_period
from opsctl.kpis import service
from opsctl.kpis.terms import By, Name
from opsctl.store.engine import Store
from tests.harness import CommandLine, Result, reading
from tests.kpis.backed_up import LATER, SHANGHAI, Company, october

HOUR = 3600
DAY = 24 * HOUR


@pytest.fixture(scope="module")
def made(shared_store: Store) -> dict[str, str]:
    """What the October left in the store, by what it is called there."""
    return october(Company(shared_store))


@pytest.fixture
def run(made: dict[str, str], shared_store: Store, tmp_path: Any) -> CommandLine:
    """The command line on that store, on 5 November."""
    return CommandLine(tmp_path, LATER, ("--db", str(shared_store.address)))


def data(result: Result) -> Any:
    assert result.code == 0, result.err
    return json.loads(result.out)["data"]


def figure(result: Result, name: str, **scope: Any) -> Any:
    (found,) = [one for one in data(result)["figures"] if (one["name"], one["scope"]) == (name, scope)]
    return found


def divided(one: Any) -> tuple[Any, Any, Any]:
    return one["value"], one["numerator"], one["denominator"]


def slot(policy: str, day: int, clock: str) -> str:
    """How a slot in Shanghai of that day of UTC is named."""
    return f"backup:{policy}/{policy.split('-')[0]}@2026-10-{day:02}T{clock}Z"


def test_backups_of_a_month(run: CommandLine, made: dict[str, str]) -> None:
    found = figure(run("kpi", "report", "2026-10", "--json"), "backup-success")
    assert divided(found) == (0.5, 8, 16)
    assert (found["state"], found["unit"], found["pending"]) == ("value", "ratio", [])
    late, failed = slot("erp-db", 18, "17:30"), slot("erp-db", 25, "17:30")
    assert found["missed"] == sorted([
        late, failed, slot("web-files", 17, "19:00"), slot("mail-db", 3, "17:30"),
        *(slot("hr-db", day, "18:00") for day in (5, 12, 19, 26)),
    ])  # fmt: skip
    assert len(found["excluded"]) == 27
    assert {(one["reason"], one["because"]) for one in found["excluded"]} == {("cancelled", "rules-changed")}
    assert {"reference": late, "by": made["erp 19"]} in found["met_by"]
    assert {"reference": slot("erp-db", 11, "17:30"), "by": made["erp 12"]} in found["met_by"]
    assert found["tried"] == [
        {"reference": late, "runs": [{"reference": made["erp 19"], "status": "success"}]},
        {"reference": failed, "runs": [{"reference": made["failed 26"], "status": "failed"}]},
    ]
    assert found["worst"] == {
        "data_set": "hr-db", "asset": "hr", "run": None, "at": None, "age": None, "rpo": 8 * DAY, "met": False,
        "proven": False,
    }  # fmt: skip
    assert found["target"] == {"op": ">=", "value": 0.6, "met": False}


def test_restore_tests_of_a_month(run: CommandLine, made: dict[str, str]) -> None:
    found = figure(run("kpi", "report", "2026-10", "--json"), "restore-test-pass")
    assert divided(found) == (0.8, 4, 5)
    assert (found["state"], found["missed"]) == ("value", [made["differs"]])
    assert found["excluded"] == [
        {"reference": made["not run"], "reason": "could-not-run", "because": "no space in the scratch place"}
    ]
    assert found["coverage"] == {
        "value": 0.5, "executed": 5, "due": 2, "tested": 1, "data_sets": 3, "proven": 2, "unproven": ["hr-db"],
        "untested": ["restore-test:hr-db/hr@2026-10-23T18:00Z"],
        "without_policy": {"count": 2, "assets": ["mail", "sw-2"]},
    }  # fmt: skip
    assert found["target"]["met"] is True


def test_data_sets_within_their_rpo_as_the_month_ends(run: CommandLine, made: dict[str, str]) -> None:
    found = figure(run("kpi", "report", "2026-10", "--json"), "rpo-met")
    assert divided(found) == (1 / 3, 1, 3)
    assert (found["counted"], found["missed"]) == (["erp-db", "hr-db", "web-files"], ["erp-db", "hr-db"])
    never, old, young = found["data_sets"]
    assert (never["data_set"], never["age"]) == ("hr-db", None)
    # The copy of the 19th was found to differ. From the 12th at 02:00, and from the 25th at 03:00, to midnight after
    # the 31st.
    assert (old["data_set"], old["run"], old["age"]) == ("erp-db", made["erp 12"], 19 * DAY + 22 * HOUR)
    assert (young["data_set"], young["run"], young["age"]) == ("web-files", made["web 25"], 6 * DAY + 21 * HOUR)
    assert [one["met"] for one in found["data_sets"]] == [False, False, True]
    assert found["target"]["met"] is False


def test_restores_within_their_rto(run: CommandLine, made: dict[str, str]) -> None:
    found = figure(run("kpi", "report", "2026-10", "--json"), "rto-met")
    # Passed in time, differs, took too long; and hr-db, which was never restored.
    assert divided(found) == (0.25, 1, 4)
    assert found["missed"] == sorted([made["differs"], made["slow"], "hr-db"])
    assert [(one["reference"], one["reason"]) for one in found["excluded"]] == [
        (made["not run"], "could-not-run"), (made["in part"], "in-part"),
    ]  # fmt: skip
    assert found["tests"] == [
        {"reference": made["passed"], "data_set": "erp-db", "seconds": 1200.0, "rto": 7200.0},
        {"reference": made["differs"], "data_set": "erp-db", "seconds": None, "rto": 7200.0},
        {"reference": made["slow"], "data_set": "erp-db", "seconds": 9000.0, "rto": 7200.0},
    ]
    assert found["target"]["met"] is True


def test_parts_of_assets_and_customers(run: CommandLine) -> None:
    by = run("kpi", "report", "2026-10", "--by", "asset", "--json")
    assert divided(figure(by, "backup-success", asset="erp")) == (0.5, 2, 4)
    assert divided(figure(by, "backup-success", asset="web")) == (0.75, 3, 4)
    assert divided(figure(by, "backup-success", asset="mail")) == (0.75, 3, 4)
    assert divided(figure(by, "backup-success", asset="hr")) == (0.0, 0, 4)
    assert divided(figure(by, "restore-test-pass", asset="web")) == (1.0, 1, 1)
    assert figure(by, "backup-success", asset="web")["worst"]["data_set"] == "web-files"
    assert divided(figure(by, "rpo-met", asset="web")) == (1.0, 1, 1)
    # A data set of which a test was due and none was made has no pass rate, and misses its target all the same.
    hr = figure(by, "restore-test-pass", asset="hr")
    assert (hr["state"], hr["value"], hr["target"]["met"]) == ("n/a", None, False)
    assert (hr["coverage"]["value"], hr["coverage"]["due"], hr["coverage"]["executed"]) == (0.0, 1, 0)
    assert divided(figure(by, "rto-met", asset="hr")) == (0.0, 0, 1)
    assert not [one for one in data(by)["figures"] if one["scope"] == {"asset": "web"} and one["name"] == "rto-met"]
    acme = run("kpi", "report", "2026-10", "--customer", "acme", "--json")
    assert divided(figure(acme, "backup-success", customer="acme")) == (0.5, 2, 4)
    covered = figure(acme, "restore-test-pass", customer="acme")["coverage"]
    assert covered["without_policy"] == {"count": 0, "assets": []}
    only = run("kpi", "report", "2026-10", "--asset", "mail", "--json")
    assert divided(figure(only, "backup-success", asset="mail")) == (0.75, 3, 4)
    assert figure(only, "rpo-met", asset="mail")["state"] == "n/a"
    assert figure(only, "restore-test-pass", asset="mail")["coverage"]["without_policy"]["assets"] == ["mail"]


@pytest.mark.parametrize("by", list(By))
def test_parts_add_up_to_the_whole(made: dict[str, str], shared_store: Store, by: By) -> None:
    names = (Name.BACKUP_SUCCESS, Name.RPO_MET, Name.RTO_MET)
    period = read_period("2026-10", zone=SHANGHAI, now=LATER)
    found = reading(shared_store)(service.report, now=LATER, period=period, names=names, by=by).figures
    for name in names:
        whole, *parts = [one for one in found if one.name is name]
        if by is By.ASSET:
            assert sum(one.numerator for one in parts) == whole.numerator
            assert sum(one.denominator for one in parts) == whole.denominator
        assert bool(parts) == (by is not By.SEVERITY)


def test_a_month_before_anything_was_made(run: CommandLine) -> None:
    """The first book is in force always: hr-db, erp-db, web-files and mail-db were never backed up by then."""
    september = run("kpi", "report", "2026-09", "--json")
    assert divided(figure(september, "rpo-met")) == (0.0, 0, 4)
    assert divided(figure(september, "rto-met")) == (0.0, 0, 2)
    assert figure(september, "backup-success")["state"] == "n/a"
    tests = figure(september, "restore-test-pass")
    assert (tests["state"], tests["coverage"]["value"], tests["target"]["met"]) == ("n/a", None, None)
    november = figure(run("kpi", "report", "2026-11", "--trend", "--json"), "backup-success")
    assert november["trend"]["previous"] == {"period": "2026-10", "state": "value", "value": 0.5}


def lines(result: Result) -> list[str]:
    assert result.code == 0, result.err
    return [" ".join(line.split()) for line in result.out.splitlines()]


def test_the_report_says_what_is_worst_and_what_nobody_backs_up(run: CommandLine) -> None:
    said = lines(run("kpi", "report", "2026-10"))
    assert "backup success rate all 50.0000 % 8 16 ≥ 60 %: missed value" in said
    assert "restore test pass rate all 80.0000 % 4 5 1/2 2/3 ≥ 80 %: met value" in said
    at = said.index("Backups:")
    assert said[at + 1 : at + 5] == [
        "Worst data set: hr-db. It was never backed up; its RPO is 8 d.",
        "2 of 3 data sets are proven.",
        "Not proven: hr-db",
        "2 assets in service were in no backup policy as the period ended: mail, sw-2",
    ]
    of_erp = lines(run("kpi", "report", "2026-10", "--asset", "erp"))
    worst = "Worst data set: erp-db. Its newest good copy (BAK-2026-0008) is 19 d 22 h old; its RPO is 8 d."
    assert worst in of_erp
    of_hr = lines(run("kpi", "report", "2026-10", "--asset", "hr"))
    none = "restore test pass rate hr – – 0 0/1 0/1 ≥ 80 %: missed n/a: no restore was tested, though it was due"
    assert none in of_hr
    assert "No restore was tested, though 1 test fell due: that misses every target of the pass rate." in of_hr


def test_a_report_of_backups_in_markdown_and_on_a_narrow_screen(run: CommandLine) -> None:
    markdown = run("kpi", "report", "2026-10", "--format", "md").out.splitlines()
    row = next(line for line in markdown if "restore test pass rate" in line)
    assert [cell.strip() for cell in row.strip("|").split("|")] == [
        "restore test pass rate", "all", "80.0000 %", "4", "5", "1/2", "2/3", "≥ 80 %: met", "value",
    ]  # fmt: skip
    narrow = run("kpi", "report", "2026-10", tty=True, env={"COLUMNS": "40"}).out.splitlines()
    at = narrow.index("restore test pass rate")
    block = narrow[at + 1 : narrow.index("", at)]
    assert max(map(len, block)) <= 40
    assert "made when due: 1/2" in " ".join(block)


def test_a_sheet_says_how_far_restores_are_tested(run: CommandLine) -> None:
    header, *rows = run("kpi", "report", "2026-10", "--format", "csv").out.splitlines()
    assert header.endswith(",due,tested,data_sets,proven,without_policy")
    tests = next(row for row in rows if row.startswith("restore-test-pass,"))
    assert tests.startswith("restore-test-pass,,value,0.8,ratio,4,5,5,")
    assert tests.endswith(",2,1,3,2,2")
    success = next(row for row in rows if row.startswith("backup-success,"))
    assert success.endswith(",,,,,")


def test_backups_are_explained_down_to_the_runs(run: CommandLine, made: dict[str, str]) -> None:
    said = lines(run("kpi", "explain", "backup-success", "2026-10"))
    assert f"{slot('erp-db', 4, '17:30')} {made['erp 5']} counted: a good run in its window" in said
    assert f"{slot('erp-db', 18, '17:30')} {made['erp 19']} counted: its good run came late" in said
    assert f"{slot('erp-db', 25, '17:30')} – counted: no good run ({made['failed 26']} failed)" in said
    assert f"{slot('web-files', 17, '19:00')} – counted: no run" in said
    cancelled = slot("mail-db", 4, "17:30")
    assert f"{cancelled} – {cancelled} left out: it was due no longer (the rules were changed)" in said
    assert "arithmetic 8 ÷ 16 = 0.5" in said


def test_the_other_figures_are_explained_down_to_tests_and_data_sets(run: CommandLine, made: dict[str, str]) -> None:
    tests = lines(run("kpi", "explain", "restore-test-pass", "2026-10"))
    assert f"{made['passed']} {made['erp 5']} counted: passed" in tests
    assert f"{made['differs']} {made['erp 19']} counted: not passed" in tests
    assert "restore-test:hr-db/hr@2026-10-23T18:00Z – due, and no test was made" in tests
    assert "2 assets in service were in no backup policy as the period ended: mail, sw-2" in tests
    aged = lines(run("kpi", "explain", "rpo-met", "2026-10"))
    at = aged.index("data set newest good copy of age RPO its part")
    assert aged[at + 1 : at + 4] == [
        "hr-db – – – 8 d counted: never backed up",
        f"erp-db {made['erp 12']} 2026-10-12 02:00:00+08:00 19 d 22 h 8 d counted: older than its RPO",
        f"web-files {made['web 25']} 2026-10-25 03:00:00+08:00 6 d 21 h 8 d counted: within its RPO",
    ]
    timed = lines(run("kpi", "explain", "rto-met", "2026-10"))
    assert f"{made['passed']} erp-db 20 min 2 h counted: within its RTO" in timed
    assert f"{made['differs']} erp-db – 2 h counted: not passed" in timed
    assert f"{made['slow']} erp-db 2 h 30 min 2 h counted: took longer than its RTO" in timed
    assert "hr-db hr-db – – counted: never restored as a whole" in timed


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("backup-success", "failed 26"), "backup:erp-db/erp@2026-10-25T17:30Z: counted, no good run."),
        (("backup-success", "erp 12"), "backup:erp-db/erp@2026-10-11T17:30Z: counted, a good run in its window."),
        (("backup-success", "erp 19"), "backup:erp-db/erp@2026-10-18T17:30Z: counted, its good run came late."),
        (
            ("backup-success", slot("mail-db", 9, "17:30")),
            "{} left out: it was due no longer (the rules were changed)".format(slot("mail-db", 9, "17:30")),
        ),
        (("restore-test-pass", "passed"), "RST-2026-0002: counted, passed."),
        (("restore-test-pass", "differs"), "RST-2026-0003: counted, not passed."),
        (("restore-test-pass", "not run"), "RST-2026-0001 left out: it could not run (no space in the scratch place)"),
        (
            ("restore-test-pass", "restore-test:hr-db/hr@2026-10-23T18:00Z"),
            "restore-test:hr-db/hr@2026-10-23T18:00Z: due, and no test was made.",
        ),
        (
            ("restore-test-pass", "restore-test:erp-db/erp@2026-10-09T18:00Z"),
            "restore-test:erp-db/erp@2026-10-09T18:00Z: due, and met by RST-2026-0002.",
        ),
        (("rto-met", "passed"), "RST-2026-0002: counted, within its RTO."),
        (("rto-met", "slow"), "RST-2026-0004: counted, not within its RTO."),
        (("rto-met", "web part"), "RST-2026-0005 has no part in this figure."),
        (("rpo-met", "web 25"), "BAK-2026-0010 is the newest good copy of web-files, which is within its RPO."),
        (("rpo-met", "erp 12"), "BAK-2026-0008 is the newest good copy of erp-db, which is older than its RPO."),
        (
            ("rpo-met", "erp 19"),
            "BAK-2026-0009 is not the newest good copy of erp-db as the period ends, so it counts for nothing.",
        ),
    ],
    ids=" ".join,
)
def test_one_record_of_backups_is_explained(
    run: CommandLine, made: dict[str, str], words: tuple[str, str], line: str
) -> None:
    name, record = words
    result = run("kpi", "explain", name, made.get(record, record))
    assert (result.code, result.out.splitlines()[-1]) == (0, line)


def test_one_backup_for_programs(run: CommandLine, made: dict[str, str]) -> None:
    record = data(run("kpi", "explain", "backup-success", made["failed 26"], "--json"))["record"]
    assert record == {
        "reference": made["failed 26"], "judged_with": slot("erp-db", 25, "17:30"), "counted": True, "excluded": None,
        "pending": False, "good": False, "opens_at": "2026-10-25T17:30:00Z", "due_at": "2026-10-25T17:30:00Z",
        "closes_at": "2026-10-25T19:30:00Z", "state": "due", "met_by": None, "met_at": None, "judged_at": None,
        "because": None, "data_set": "erp-db", "status": "failed", "slot": "2026-10-25T17:30:00Z",
        "started_at": "2026-10-25T17:30:00Z", "ended_at": "2026-10-25T17:40:00Z", "why": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("rpo-met", "RST-2026-0001"), "rpo-met judges the newest good copies; RST-2026-0001 is no backup run."),
        (("backup-success", "RST-2026-0001"), "backup-success judges what was due of backups"),
        (("rto-met", "BAK-2026-0001"), "rto-met judges restore tests; BAK-2026-0001 is none."),
        (("restore-test-pass", "INC-2026-0001"), "restore-test-pass judges restore tests; INC-2026-0001 is none."),
        (("backup-success", "--severity", "1"), "is a figure of what was due, which has no severity."),
    ],
    ids=" ".join,
)
def test_a_record_that_is_no_backup_is_wrong_usage(run: CommandLine, words: tuple[str, ...], told: str) -> None:
    result = run("kpi", "explain", *words)
    assert (result.code, result.out) == (2, "")
    assert told in result.err
