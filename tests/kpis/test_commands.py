"""opsctl kpi, word for word and number for number, on a small October that can be reckoned by hand."""

import json
from datetime import timedelta
from typing import Any

import pytest

from opsctl.kpis.terms import Name
from tests.harness import CommandLine, Result

OCTOBER = 31 * 86400
ERP_DOWN = 5 * 3600
"""INC-2026-0001 for one hour; of INC-2026-0003 the four hours before midnight of the 31st."""


def data(result: Result) -> Any:
    return json.loads(result.out)["data"]


CARRIED_OVER = (
    "1 not restored within the period: INC-2026-0003\n1 not resolved within the period: INC-2026-0003\n"
)


def met(late: int) -> dict[str, Any]:
    """All of them were written down long after they happened."""
    return {"target": None, "voided": 0, "corrected": 0, "late": late, "reopened": 0}


def figure(result: Result, name: str, **scope: str) -> Any:
    (found,) = [one for one in data(result)["figures"] if (one["name"], one["scope"]) == (name, scope)]
    return found


def test_the_report_for_programs_is_exact(run: CommandLine) -> None:
    result = run("kpi", "report", "2026-10", "--by", "asset", "--json")
    assert (result.code, result.err) == (0, CARRIED_OVER)
    head = json.loads(run("ledger", "verify", "--json").out)["data"]["head"]["hash"]

    def ratio(scope: dict[str, str], lost: int, agreed: int, n: int, counted: list[str]) -> dict[str, Any]:
        return {
            "name": "availability",
            "scope": scope,
            "state": "value",
            "value": (agreed - lost) / agreed,
            "unit": "ratio",
            "numerator": agreed - lost,
            "denominator": agreed,
            "n": n,
            "definition": 2,
            "counted": counted,
            "excluded": [],
            **met(len(counted)),
            "weighted": None,
            "late_maintenance": [],
        }

    def duration(scope: dict[str, str], stats: list[int], total: int, counted: list[str], open_: list[str]) -> Any:
        median, mean, p90, longest = stats
        return {
            "name": "mtt-resolve",
            "scope": scope,
            "state": "value",
            "value": mean,
            "unit": "seconds",
            "numerator": total,
            "denominator": len(counted),
            "n": len(counted),
            "definition": 2,
            "counted": counted,
            "excluded": [],
            "carried_over": len(open_),
            "carried_over_references": open_,
            "stats": {"median": median, "mean": mean, "p90": p90, "max": longest},
            **met(len(counted)),
            "fallbacks": {},
            "targets": {},
        }

    one, two, three = (f"INC-2026-000{number}" for number in (1, 2, 3))
    told = json.loads(result.out)
    figures = told["data"].pop("figures")
    assert [found for found in figures if found["name"] in ("availability", "mtt-resolve")] == [
        ratio({}, ERP_DOWN, 2 * OCTOBER, 2, [one, three]),
        ratio({"asset": "erp"}, ERP_DOWN, OCTOBER, 2, [one, three]),
        ratio({"asset": "mail"}, 0, OCTOBER, 0, []),
        duration({}, [3900, 3900, 7200, 7200], 7800, [one, two], [three]),
        duration({"asset": "erp"}, [7200] * 4, 7200, [one], [three]),
        duration({"asset": "mail"}, [600] * 4, 600, [two], []),
    ]
    assert told == {
        "opsctl": 1,
        "kind": "kpi.report",
        "data": {
            "period": {
                "name": "2026-10",
                "start": "2026-09-30T16:00:00Z",
                "end": "2026-10-31T16:00:00Z",
                "zone": "Asia/Shanghai",
                "partial": False,
            },
            "scope": {},
            "as_of": "2026-11-05T02:00:00Z",
            "ledger_head": head,
            "undecided": {"pauses": [], "maintenance": [], "acknowledgements": [one, two, three], "rounds": []},
            "left_out": [],
            "four_eyes": "name",
        },
    }


def test_the_report_for_people_is_named_dated_and_a_draft(run: CommandLine) -> None:
    result = run("kpi", "report", "--by", "asset")
    heading, *lines = result.out.splitlines()
    assert heading == "KPI report 2026-10 · Asia/Shanghai · as of 2026-11-05 10:00+08:00 · DRAFT"
    # 1 − 5 h / 1488 h = 99.66397… %, and 1 − 5 h / 744 h = 99.32795… %: both rounded down.
    told = [" ".join(line.split()) for line in lines]
    assert told[1:9] == [
        "Undecided, so these figures may change:",
        "3 acknowledgements entered late and not countersigned: INC-2026-0001, INC-2026-0002, INC-2026-0003",
        "",
        "figure scope value outages served service time state",
        "service availability all 99.6639 % 2 61 d 19 h 62 d value",
        "service availability erp 99.3279 % 2 30 d 19 h 31 d value",
        "service availability mail 100 % 0 31 d 31 d value",
        "",
    ]
    at = told.index("time to resolve all 2 1 h 5 min 1 h 5 min 2 h 2 h value")
    assert told[at + 1 : at + 3] == [
        "time to resolve erp 1 2 h 2 h 2 h 2 h value",
        "time to resolve mail 1 10 min 10 min 10 min 10 min value",
    ]
    assert told[-3:-1] == [
        "Availability is by declared outages.",
        "In this database another person is another name, not another login.",
    ]
    assert told[-1].startswith("Ledger head: ")
    assert (result.err, result.code) == (CARRIED_OVER, 0)


@pytest.mark.parametrize(
    ("words", "name", "start", "partial"),
    [
        ([], "2026-10", "2026-09-30T16:00:00Z", False),
        (["last-month"], "2026-10", "2026-09-30T16:00:00Z", False),
        (["--period", "2026-10"], "2026-10", "2026-09-30T16:00:00Z", False),
        (["上个月"], "2026-10", "2026-09-30T16:00:00Z", False),
        (["２０２６－１０"], "2026-10", "2026-09-30T16:00:00Z", False),
        (["this-month"], "2026-11", "2026-10-31T16:00:00Z", True),
        (["2026"], "2026", "2025-12-31T16:00:00Z", True),
        (["2026-Q3"], "2026-Q3", "2026-06-30T16:00:00Z", False),
        (["2026-10-01..2026-10-15"], "2026-10-01..2026-10-15", "2026-09-30T16:00:00Z", False),
        (["2026-10", "--tz", "UTC"], "2026-10", "2026-10-01T00:00:00Z", False),
        (["2026-10", "--utc"], "2026-10", "2026-10-01T00:00:00Z", False),
        (["2026-10", "--tz", "Europe/Rome"], "2026-10", "2026-09-30T22:00:00Z", False),
    ],
    ids=lambda one: " ".join(one) or "none" if isinstance(one, list) else "",
)
def test_a_period_is_named_and_begins_in_its_zone(
    run: CommandLine, words: list[str], name: str, start: str, partial: bool
) -> None:
    period = data(run("kpi", "report", *words, "--json"))["period"]
    assert (period["name"], period["start"], period["partial"]) == (name, start, partial)


def test_another_zone_moves_the_edges_of_the_month(run: CommandLine) -> None:
    # In UTC the whole of 3 lies in October: one hour and six were lost, and three incidents resolved.
    result = run("--tz", "UTC", "kpi", "report", "2026-10", "--json")
    assert data(result)["period"]["zone"] == "UTC"
    assert figure(result, "availability")["numerator"] == 2 * OCTOBER - 7 * 3600
    # 600, 7200 and 28,800 s.
    resolve = figure(result, "mtt-resolve")
    assert (resolve["numerator"], resolve["value"], resolve["stats"]["median"]) == (36_600, 12_200, 7200)
    assert (resolve["stats"]["p90"], resolve["carried_over"]) == (28_800, 0)


def test_a_running_month_ends_now_and_says_so(run: CommandLine) -> None:
    result = run("kpi", "report", "this-month", "--asset", "erp")
    assert result.out.splitlines()[0] == (
        "KPI report 2026-11 · Asia/Shanghai · as of 2026-11-05 10:00+08:00 · the period is not over · DRAFT"
    )
    # From midnight of the 1st to 10:00 on the 5th are 106 h, of which 2 were lost.
    found = figure(run("kpi", "report", "this-month", "--asset", "erp", "--json"), "availability", asset="erp")
    assert (found["state"], found["numerator"], found["denominator"]) == ("partial", 104 * 3600, 106 * 3600)


@pytest.mark.parametrize("period", ["2027-01", "2026-12"])
def test_where_nothing_was_due_there_is_a_dash_and_no_per_cent(run: CommandLine, period: str) -> None:
    result = run("kpi", "report", period)
    assert (result.code, "%" in result.out) == (0, False)
    rows = [" ".join(line.split()) for line in result.out.splitlines() if line.startswith(("service", "time to r"))]
    assert rows == [
        "service availability all – 0 – – n/a: nothing was due",
        "time to resolve all 0 – – – – n/a: nothing was due",
    ]
    found = figure(run("kpi", "report", period, "--json"), "availability")
    assert (found["state"], found["value"], found["numerator"], found["denominator"]) == ("n/a", None, None, None)


def test_a_sheet_has_an_empty_cell_where_there_is_no_value(run: CommandLine) -> None:
    header = (
        "name,scope,state,value,unit,numerator,denominator,n,median,mean,p90,max,carried_over,excluded,"
        "target,met,voided,corrected,late,reopened,fallbacks,if_approved,weighted,previous,last_year,"
        "due,tested,data_sets,proven,without_policy"
    )
    lines = run("kpi", "report", "2026-12", "--format", "csv").out.splitlines()
    assert lines[0] == header
    assert "availability,,n/a,,ratio,,,0,,,,,0,0,,,0,0,0,0,0,,,,,,,,," in lines
    assert "mtt-resolve,,n/a,,seconds,,,0,,,,,0,0,,,0,0,0,0,0,,,,,,,,," in lines
    assert "security-incidents-major,,partial,0,count,,,0,,,,,0,0,,,0,0,0,0,0,,,,,,,,," in lines
    lines = run("kpi", "report", "2026-10", "--asset", "erp", "--format", "csv").out.splitlines()
    assert (
        f"availability,asset=erp,value,{(OCTOBER - ERP_DOWN) / OCTOBER!r},ratio,"
        f"{OCTOBER - ERP_DOWN},{OCTOBER},2,,,,,0,0,,,0,0,2,0,0,,,,,,,,,"
    ) in lines
    assert "mtt-resolve,asset=erp,value,7200,seconds,7200,1,1,7200,7200,7200,7200,1,0,,,0,0,1,0,0,,,,,,,,," in lines


def test_a_database_without_assets_has_no_availability(run_on_store: CommandLine) -> None:
    found = figure(run_on_store("kpi", "report", "--json"), "availability")
    assert (found["state"], found["value"]) == ("n/a", None)


@pytest.mark.parametrize("words", [[], ["--by", "asset"], ["2026"], ["2026-W41"], ["--tz", "America/New_York"]])
def test_every_value_is_what_it_was_divided_from(run: CommandLine, words: list[str]) -> None:
    figures = data(run("kpi", "report", *words, "--json"))["figures"]
    valued = [one for one in figures if one["value"] is not None and one["unit"] != "count"]
    assert {one["name"] for one in valued} >= {"availability"}
    assert all(one["numerator"] / one["denominator"] == one["value"] for one in valued)


def test_a_record_left_out_is_named_and_asks_for_attention(odd: CommandLine) -> None:
    result = odd("kpi", "report", "2026-10")
    assert result.code == 3
    assert result.err.splitlines() == [
        "INC-2026-0004 left out: it names no asset",
        "2 not restored within the period: INC-2026-0003, INC-2026-0004",
        "2 not resolved within the period: INC-2026-0003, INC-2026-0004",
        "INC-2026-0005 left out: it would have ended before it began",
    ]
    found = figure(odd("kpi", "report", "2026-10", "--json"), "mtt-resolve")
    assert (found["n"], found["excluded"]) == (2, [{"reference": "INC-2026-0005", "reason": "negative"}])


def test_what_one_asset_leaves_out_is_named_for_it_too(odd: CommandLine) -> None:
    result = odd("kpi", "report", "2026-10", "--asset", "erp")
    assert result.code == 3
    assert result.err.splitlines() == [
        *CARRIED_OVER.splitlines(),
        "INC-2026-0005 left out: it would have ended before it began",
    ]
    assert odd("kpi", "report", "2026-10", "--asset", "mail").code == 0


@pytest.mark.parametrize("period", ["2026-09", "2026-12"], ids=["before it was down", "still to come"])
def test_a_month_that_it_does_not_touch_leaves_nothing_out(odd: CommandLine, period: str) -> None:
    result = odd("kpi", "report", period)
    assert (result.code, "left out" in result.err) == (0, False)


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (
            ["report", "2026-10", "--period", "2026-09"],
            "The period is given twice: 2026-10 and 2026-09. Keep one of them.",
        ),
        (
            ["explain", "availability", "2026-10", "--period", "2026-09"],
            "The period is given twice: 2026-10 and 2026-09. Keep one of them.",
        ),
        (["explain", "availabilty"], "The figure cannot be 'availabilty'. Did you mean availability?"),
        (["explain", "zzz"], "The figure cannot be 'zzz'. See them all: opsctl kpi list"),
        (
            ["explain", "availability", "2026-10", "2026-09"],
            "One record and one period at most. See: opsctl kpi explain --help",
        ),
        (["report", "--by", "aset"], "--by cannot be 'aset'. Did you mean asset?"),
    ],
    ids=["period twice", "explain: period twice", "nearest figure", "no such figure", "two periods", "by what"],
)
def test_what_cannot_be_reported_is_wrong_usage(run: CommandLine, words: list[str], line: str) -> None:
    assert run("kpi", *words) == Result("", f"opsctl: {line}\n", 2)


@pytest.mark.parametrize(
    ("words", "code"),
    [(["2026-13"], 2), (["soon"], 2), (["--asset", "zzz"], 4), (["--tz", "Mars/Base"], 2)],
    ids=lambda one: " ".join(one) if isinstance(one, list) else "",
)
def test_what_is_no_period_asset_or_zone_is_refused(run: CommandLine, words: list[str], code: int) -> None:
    result = run("kpi", "report", *words)
    assert (result.out, result.code) == ("", code)


def test_the_figures_are_listed_with_their_formulas(run: CommandLine) -> None:
    listed = data(run("kpi", "list", "--json"))
    versions = {one["name"]: one["version"] for one in listed}
    # What these two mean was different in the first release.
    assert versions == {**dict.fromkeys(Name, 1), "availability": 2, "mtt-resolve": 2}
    assert run("kpi", "list", "-q").out.splitlines() == list(Name)


def test_an_incident_resolved_in_this_very_second_counts_from_the_next(run: CommandLine) -> None:
    assert run("incident", "open", "mail", "four", "--at", "09:00").code == 0
    assert run("incident", "resolve", "4").code == 0
    run.now += timedelta(seconds=1)
    found = figure(run("kpi", "report", "this-month", "--asset", "mail", "--json"), "mtt-resolve", asset="mail")
    assert (found["value"], found["carried_over"]) == (3600, 0)


def test_what_is_resolved_in_this_very_second_is_counted_and_not_called_unresolved(run: CommandLine) -> None:
    run("asset", "add", "vpn")
    reference = run("incident", "open", "vpn", "no tunnel", "--at", "-2h", "-q").out.strip()
    assert run("incident", "resolve", reference).code == 0
    result = run("kpi", "report", "this-month", "--asset", "vpn", "--json")
    took = figure(result, "mtt-resolve", asset="vpn")
    assert (took["counted"], took["value"], took["carried_over"]) == ([reference], 7200, 0)
