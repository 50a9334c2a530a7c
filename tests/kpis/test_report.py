"""A report with a rulebook, customers and maintenance, and the arithmetic of one limit."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from opsctl.store.engine import Store
from tests.conftest import open_copy
from tests.harness import CommandLine, Result

BOOK = """
[rulebook]
name = "test"
version = "1"
zone = "Asia/Shanghai"

[calendars.office]
hours = { mon-fri = ["08:00-12:00", "14:00-18:00"] }

[severity]
high = { high = 1, medium = 2, low = 3 }
medium = { high = 2, medium = 3, low = 4 }
low = { high = 3, medium = 4, low = 4 }

[severity_names]
1 = { en = "one", zh = "一" }
2 = { en = "two", zh = "二" }
3 = { en = "three", zh = "三" }
4 = { en = "four", zh = "四" }

[limits.sev1]
response = "15m"
restore = "4h"
calendar = "always"
emergency_plan = true

[limits.sev2]
restore = "8h"
calendar = "always"

[limits.sev3]
restore = "6h"
calendar = "office"

[limits.sev4]
restore = "8h"
calendar = "office"

[targets]
availability = ">= 99.5 %"
mttr = "<= 2h"
"mttr.p90" = "<= 1h"
security-incidents-major = "= 0"
"""


def data(result: Result) -> Any:
    return json.loads(result.out)["data"]


def figure(result: Result, name: str, **scope: Any) -> Any:
    (found,) = [one for one in data(result)["figures"] if (one["name"], one["scope"]) == (name, scope)]
    return found


@pytest.fixture
def run(run_on_store: CommandLine, tmp_path: Path) -> CommandLine:
    """One asset of a customer with office hours, and two faults of severity 3 and 1 in October.

    1: Thursday 8 October 16:00, down from then to Friday 15:00; a pause of Friday 08:00 to 10:00 is undecided.
    2: Tuesday 20 October 10:00 to 11:00, a security incident of severity 1 with an emergency plan at 10:20.
    """
    run = run_on_store
    (tmp_path / "book.toml").write_text(BOOK)
    one, two = ("--as", "li"), ("--as", "wang")
    for words in (
        ["rulebook", "apply", str(tmp_path / "book.toml"), "--since", "2026-01-01"],
        ["customer", "add", "acme", "--name", "Acme"],
        ["asset", "add", "erp", "--customer", "acme", "--service-hours", "office"],
        ["asset", "add", "mail"],
        ["incident", "open", "erp", "slow", "--at", "2026-10-08 16:00", "--down", "2026-10-08 16:00", *one],
        ["incident", "pause", "1", "--at", "2026-10-09 08:00", "--reason", "their part", *one],
        ["incident", "resume", "1", "--at", "2026-10-09 10:00", *one],
        ["incident", "resolve", "1", "--at", "2026-10-09 15:00", "--restored", "2026-10-09 15:00", *one],
        [
            *("incident", "open", "mail", "leak", "--impact", "high", "--urgency", "high", "--category", "security"),
            *("--at", "2026-10-20 10:00", "--down", "2026-10-20 10:00", *one),
        ],
        ["incident", "plan", "2", "--at", "2026-10-20 10:20", *one],
        ["incident", "resolve", "2", "--at", "2026-10-20 11:00", "--restored", "2026-10-20 11:00", *two],
    ):
        result = run(*words)
        assert result.code == 0, (words, result.err)
    return run


@pytest.fixture
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """Two people act here, which are two names on SQLite; on PostgreSQL they would be two logins."""
    yield from open_copy("sqlite", request, tmp_path)


def test_both_values_are_told_while_a_pause_is_undecided(run: CommandLine) -> None:
    # Six working hours from Thursday 16:00: two on Thursday, four on Friday morning: due at 12:00, back at 15:00.
    # With the two hours of the pause out it is due at 16:00, since nobody works from 12:00 to 14:00.
    result = run("kpi", "report", "2026-10", "--json")
    found = figure(result, "repair-on-time")
    assert (found["value"], found["missed"]) == (0.5, ["INC-2026-0001"])
    assert found["if_approved"] == {"value": 1.0, "numerator": 2, "denominator": 2}
    assert data(result)["undecided"]["pauses"] == ["INC-2026-0001/1"]
    told = run("kpi", "report", "2026-10").out
    assert told.splitlines()[2] == "Undecided, so these figures may change:"
    assert "if pauses are approved" in told
    assert run("incident", "approve", "1/1", "--as", "wang").code == 0
    found = figure(run("kpi", "report", "2026-10", "--json"), "repair-on-time")
    assert (found["value"], found["if_approved"]) == (1.0, None)


def test_one_limit_is_explained_to_the_working_minute(run: CommandLine) -> None:
    result = run("kpi", "explain", "repair-on-time", "1", "--json")
    record = data(result)["record"]
    assert (record["counted"], record["on_time"], data(result)["period"]["name"]) == (True, False, "2026-10")
    clock = record["clock"]
    assert (clock["start"], clock["start_is"], clock["limit"], clock["calendar"]) == (
        "2026-10-08T08:00:00Z", "opened", 6 * 3600, "office",
    )  # fmt: skip
    assert (clock["due"], clock["due_if_approved"], clock["due_without_pauses"], clock["stopped"]) == (
        "2026-10-09T04:00:00Z", "2026-10-09T08:00:00Z", "2026-10-09T04:00:00Z", "2026-10-09T07:00:00Z",
    )  # fmt: skip
    assert (clock["used"], clock["left"]) == (7 * 3600, -3600)
    assert [(one["day"], one["start"], one["end"], one["seconds"]) for one in record["worked"]] == [
        ("2026-10-08", "2026-10-08T08:00:00Z", "2026-10-08T10:00:00Z", 2 * 3600),
        ("2026-10-09", "2026-10-09T00:00:00Z", "2026-10-09T04:00:00Z", 4 * 3600),
        ("2026-10-09", "2026-10-09T06:00:00Z", "2026-10-09T07:00:00Z", 3600),
    ]
    (pause,) = record["pauses"]
    assert (pause["number"], pause["by"], pause["approved"], pause["takes_out"]) == (1, "li", None, 2 * 3600)
    told = [" ".join(line.split()) for line in run("kpi", "explain", "repair-on-time", "1").out.splitlines()]
    assert told[-1] == "INC-2026-0001: counted, late."
    for line in (
        "clock starts 2026-10-08 16:00:00+08:00",
        "due 2026-10-09 12:00:00+08:00",
        "due if the pause is approved 2026-10-09 16:00:00+08:00",
        "working time used 7 h",
        "over by 1 h",
        "2026-10-09 2026-10-09 14:00:00+08:00 2026-10-09 15:00:00+08:00 1 h",
    ):
        assert line in told


def test_an_approved_pause_is_taken_out_of_the_arithmetic(run: CommandLine) -> None:
    assert run("incident", "approve", "1/1", "--as", "wang").code == 0
    record = data(run("kpi", "explain", "repair-on-time", "1", "--json"))["record"]
    assert (record["on_time"], record["clock"]["used"], record["clock"]["left"]) == (True, 5 * 3600, 3600)
    assert sum(one["seconds"] for one in record["worked"]) == 5 * 3600
    assert record["pauses"][0]["decided_by"] == "wang"


def test_targets_of_the_rulebook_are_judged(run: CommandLine) -> None:
    result = run("kpi", "report", "2026-10", "--json")
    # 176 service hours of erp and 744 of mail, of which seven and one were lost: 99.13 %.
    assert figure(result, "availability")["target"] == {"op": ">=", "value": 0.995, "met": False}
    assert figure(run("kpi", "report", "2026-09", "--json"), "availability")["target"]["met"] is True
    assert figure(result, "security-incidents-major")["target"] == {"op": "=", "value": 0, "met": False}
    mttr = figure(result, "mttr")
    # 23 hours and one.
    assert (mttr["value"], mttr["target"]["met"], mttr["targets"]["p90"]["met"]) == (12 * 3600, False, False)
    assert figure(run("kpi", "report", "2026-08", "--json"), "mttr")["target"]["met"] is None


def test_service_hours_and_the_plan(run: CommandLine) -> None:
    result = run("kpi", "report", "2026-10", "--by", "asset", "--json")
    # 22 weekdays of eight hours; lost: two hours on Thursday, five on Friday.
    erp = figure(result, "availability", asset="erp")
    assert (erp["denominator"], erp["denominator"] - erp["numerator"]) == (22 * 8 * 3600, 7 * 3600)
    assert figure(result, "plan-start-time")["value"] == 20 * 60
    assert figure(result, "plan-start-time")["fallbacks"] == {"opened": 1}


def test_a_report_of_one_customer_or_severity(run: CommandLine) -> None:
    acme = run("kpi", "report", "2026-10", "--customer", "acme", "--json")
    assert figure(acme, "mttr", customer="acme")["counted"] == ["INC-2026-0001"]
    assert figure(acme, "availability", customer="acme")["denominator"] == 22 * 8 * 3600
    by = run("kpi", "report", "2026-10", "--by", "customer", "--json")
    assert figure(by, "availability", customer="acme")["n"] == 1
    worst = run("kpi", "report", "2026-10", "--severity", "1", "--json")
    assert figure(worst, "mttr", severity=1)["counted"] == ["INC-2026-0002"]
    assert data(worst)["left_out"] == [
        "availability", "mtbf", "inspection-completion", "inspection-on-time", "actions-on-time", "backup-success",
        "restore-test-pass", "rpo-met", "rto-met",
    ]  # fmt: skip
    split = run("kpi", "report", "2026-10", "--by", "severity", "--json")
    assert figure(split, "mttr", severity=3)["counted"] == ["INC-2026-0001"]
    assert [one["scope"] for one in data(split)["figures"] if one["name"] == "mtbf"] == [{}]


def test_a_trend_names_both_earlier_periods(run: CommandLine) -> None:
    found = figure(run("kpi", "report", "2026-10", "--trend", "--json"), "mttr")
    assert found["trend"] == {
        "previous": {"period": "2026-09", "state": "n/a", "value": None},
        "last_year": {"period": "2025-10", "state": "n/a", "value": None},
    }
    november = figure(run("kpi", "report", "2026-11", "--trend", "--json"), "availability")
    assert november["trend"]["previous"]["period"] == "2026-10"
    assert november["trend"]["previous"]["state"] == "value"


def test_maintenance_that_began_without_an_approval_is_listed_and_counts(run: CommandLine) -> None:
    words = ("--from", "2026-10-05 10:00", "--to", "2026-10-05 11:00")
    assert run("maintenance", "plan", "erp", "patches", *words).code == 0
    result = run("kpi", "report", "2026-10", "--json")
    assert data(result)["undecided"]["maintenance"] == ["MNT-2026-0001"]
    assert figure(result, "availability")["late_maintenance"] == ["MNT-2026-0001"]
    assert figure(run("kpi", "report", "2026-10", "--asset", "erp", "--json"), "availability", asset="erp")[
        "denominator"
    ] == (22 * 8 * 3600)


def test_a_void_or_merged_record_is_explained(run: CommandLine) -> None:
    assert run("incident", "void", "2", "--because", "test").code == 0
    told = run("kpi", "explain", "mttr", "2", "2026-10").out.splitlines()
    assert told[-1] == "INC-2026-0002 is void (test) and counts nowhere."
    found = figure(run("kpi", "report", "2026-10", "--json"), "mttr")
    assert (found["counted"], found["voided"]) == (["INC-2026-0001"], 1)


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (
            ["explain", "availability", "--severity", "1"],
            "availability is a figure of assets, which have no severity. Leave out --severity.",
        ),
        (["report", "--by", "custmer"], "--by cannot be 'custmer'. Did you mean customer?"),
    ],
    ids=["severity of assets", "by what"],
)
def test_what_cannot_be_asked_is_wrong_usage(run: CommandLine, words: list[str], line: str) -> None:
    assert run("kpi", *words) == Result("", f"opsctl: {line}\n", 2)


def test_an_unknown_customer_or_severity_is_refused(run: CommandLine) -> None:
    assert run("kpi", "report", "--customer", "nobody").code == 4
    assert run("kpi", "report", "--severity", "9").code == 2
