"""opsctl kpi on backups and restore tests: a small October that can be reckoned by hand, on each database."""

import json
from typing import Any

import pytest

from opsctl.core.periods import Period, read_period
from opsctl.kpis import service
from opsctl.kpis.rules.figures import Figure
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


def of(store: Store, name: Name, period: str, now: Any) -> tuple[Period, Figure]:
    read = read_period(period, zone=SHANGHAI, now=now)
    (found,) = reading(store)(service.report, now=now, period=read, names=(name,)).figures
    return read, found
