"""opsctl kpi explain: a figure down to its records, and one record's part in it."""

import json
from typing import Any

import pytest

from tests.harness import CommandLine, Result


def data(result: Result) -> Any:
    return json.loads(result.out)["data"]


@pytest.mark.parametrize("name", ["availability", "AVAILABILITY", "service availability", "运维服务可用性"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_figure_is_explained_by_name_or_by_title_in_either_language(
    run: CommandLine, name: str, language: str
) -> None:
    result = run("--lang", language, "kpi", "explain", name, "2026-10", "--json")
    assert (result.code, data(result)["figures"][0]["name"]) == (0, "availability")


def test_a_figure_is_explained_down_to_its_records(run: CommandLine) -> None:
    result = run("kpi", "explain", "availability", "2026-10", "--asset", "erp")
    lines = [" ".join(line.split()) for line in result.out.splitlines()]
    assert lines[0] == "KPI explained 2026-10 · Asia/Shanghai · as of 2026-11-05 10:00+08:00 · DRAFT"
    assert f"arithmetic 2660400 s ÷ 2678400 s = {2660400 / 2678400!r}" in lines
    assert lines[-7:] == [
        "asset down from to for service time lost declared by",
        "erp 2026-10-10 10:00:00+08:00 2026-10-10 11:00:00+08:00 1 h 1 h INC-2026-0001",
        "erp 2026-10-31 20:00:00+08:00 2026-11-01 00:00:00+08:00 4 h 4 h INC-2026-0003",
        "",
        "record its part",
        "INC-2026-0001 counted",
        "INC-2026-0003 counted",
    ]


def test_an_explanation_for_programs_has_the_merged_outages(run: CommandLine) -> None:
    found = data(run("kpi", "explain", "availability", "2026-10", "--json"))
    assert found["reference"] is None
    assert found["figures"][0]["outages"] == [
        {
            "asset": "erp",
            "start": "2026-10-10T02:00:00Z",
            "end": "2026-10-10T03:00:00Z",
            "references": ["INC-2026-0001"],
            "lost": 3600,
            "weighted": 3600.0,
        },
        {
            "asset": "erp",
            "start": "2026-10-31T12:00:00Z",
            "end": "2026-10-31T16:00:00Z",
            "references": ["INC-2026-0003"],
            "lost": 4 * 3600,
            "weighted": 4 * 3600.0,
        },
    ]


@pytest.mark.parametrize(
    ("words", "period", "part"),
    [
        (
            ["availability", "INC-2026-0003"],
            "2026-10",
            "INC-2026-0003: down 2026-10-31 20:00:00+08:00 to 2026-11-01 00:00:00+08:00 within the period = 4 h",
        ),
        (
            ["availability", "INC-2026-0003", "2026-11"],
            "2026-11",
            "INC-2026-0003: down 2026-11-01 00:00:00+08:00 to 2026-11-01 02:00:00+08:00 within the period = 2 h",
        ),
        (
            ["mtt-resolve", "INC-2026-0003"],
            "2026-11",
            "INC-2026-0003: resolved 2026-11-01 04:00:00+08:00 − opened 2026-10-31 20:00:00+08:00 = 8 h",
        ),
        (
            ["mtt-resolve", "INC-2026-0003", "--utc"],
            "2026-10",
            "INC-2026-0003: resolved 2026-10-31 20:00:00+00:00 − opened 2026-10-31 12:00:00+00:00 = 8 h",
        ),
        (
            ["mtt-resolve", "2026-10", "inc-2026-3"],
            "2026-10",
            "INC-2026-0003 was not resolved within the period: carried over.",
        ),
        (["availability", "INC-2026-0002"], "2026-10", "INC-2026-0002 has no part in this figure."),
    ],
    ids=["its month", "a period given", "month of its resolution", "in UTC", "carried over", "never down"],
)
def test_one_record_is_explained_in_its_own_month(run: CommandLine, words: list[str], period: str, part: str) -> None:
    result = run("kpi", "explain", *words)
    assert result.code == 0
    assert result.out.splitlines()[-1] == part
    assert result.out.startswith(f"KPI explained {period} · ")


def test_a_record_that_was_left_out_is_explained_with_the_reason(odd: CommandLine) -> None:
    result = odd("kpi", "explain", "mtt-resolve", "INC-2026-0005")
    assert result.out.splitlines()[-1] == "INC-2026-0005 left out: it would have ended before it began"


def test_a_record_that_is_not_there_is_not_explained(run: CommandLine) -> None:
    assert run("kpi", "explain", "availability", "INC-2026-0099").code == 4


def test_a_record_without_an_outage_says_nothing_of_the_outages_of_others(run: CommandLine) -> None:
    result = run("kpi", "explain", "availability", "INC-2026-0002")
    assert (result.err, "No outage" in result.out) == ("", False)


def test_a_bare_number_is_a_record_and_four_digits_are_a_year(run: CommandLine) -> None:
    assert run("kpi", "explain", "mtt-resolve", "1").out == run("kpi", "explain", "mtt-resolve", "INC-2026-0001").out
    assert run("kpi", "explain", "mtt-resolve", "2026").out.startswith("KPI explained 2026 ")
