"""opsctl duty and its part of today, word for word."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.duties.duties import BOOK, DAY, FILTERS, PATROL, REPORT
from tests.duties.test_keeping import AFTER, KEPT
from tests.harness import CommandLine, Result

PARIS = """
[duties.night]
schedule = "30 2 * * *"
zone = "Europe/Paris"
owner = "role:engineer"
evidence = { kind = "backup.succeeded" }
grace = "1h"
[duties.often]
schedule = "*/30 2 * * *"
zone = "Europe/Paris"
owner = "role:engineer"
evidence = { kind = "backup.succeeded" }
grace = "1h"
"""


@pytest.fixture
def run(run: CommandLine, tmp_path: Path) -> CommandLine:
    """A patrol of two switches since the day before yesterday, filters and a report; it is 10:00 on 5 November 2026."""
    book = tmp_path / "om.toml"
    book.write_text(BOOK.format(version="1") + PATROL + FILTERS + REPORT, encoding="utf-8")
    run.now = AFTER - 2 * DAY
    for words in (("asset", "add", "sw-1", "--kind", "switch"), ("asset", "add", "sw-2", "--kind", "switch")):
        assert run(*words).code == 0
    assert run("rulebook", "apply", str(book)).code == 0
    run.now = AFTER
    return run


@pytest.fixture
def table(run: CommandLine) -> Callable[..., list[str]]:
    """The lines of a table."""

    def show(*words: str, columns: str = "100") -> list[str]:
        done = run("--format", "table", *words, env={"COLUMNS": columns})
        assert done.code == 0, done.err
        return [line.rstrip() for line in done.out.splitlines() if not line.startswith("─")]

    return show


def data(done: Result) -> Any:
    assert done.code == 0, done.err
    return json.loads(done.out)["data"]


def test_the_duties_in_force(table: Callable[..., list[str]]) -> None:
    assert table("duty", "list", columns="120") == [
        "duty     next due                owner          open now  missed  title",
        "filters  2026-12-03 10:00+08:00  asset owner           0       0  –",
        "patrol   2026-11-06 09:00+08:00  role:engineer         2       2  Daily patrol",
        "report   2026-11-30 17:00+08:00  person:wang           0       0  –",
    ]


def test_what_was_missed_is_counted_as_far_back_as_it_is_listed(run: CommandLine) -> None:
    for later, missed in ((0, 2), (5, 12), (20, 14)):
        run.now = AFTER + later * DAY
        counted = {one["duty"]: one["missed"] for one in data(run("duty", "list", "--json"))}
        listed = data(run("duty", "due", "--state", "missed", "--duty", "patrol", "--json"))
        assert (counted["patrol"], listed["total"]) == (missed, missed)


def test_what_is_due_soon_and_was_missed_lately(table: Callable[..., list[str]]) -> None:
    assert table("duty", "due") == [
        "duty    asset  state     due                     until",
        "patrol  sw-1   missed    2026-11-04 09:00+08:00  2026-11-04 11:00+08:00",
        "patrol  sw-2   missed    2026-11-04 09:00+08:00  2026-11-04 11:00+08:00",
        "patrol  sw-1   open now  2026-11-05 09:00+08:00  2026-11-05 11:00+08:00",
        "patrol  sw-2   open now  2026-11-05 09:00+08:00  2026-11-05 11:00+08:00",
        "patrol  sw-1   coming    2026-11-06 09:00+08:00  2026-11-06 11:00+08:00",
        "patrol  sw-2   coming    2026-11-06 09:00+08:00  2026-11-06 11:00+08:00",
    ]
    assert table("duty", "due", "--asset", "sw-1", "--state", "missed", columns="46") == [
        "patrol",
        "  asset: sw-1  state: missed",
        "  due: 2026-11-04 09:00+08:00",
        "  until: 2026-11-04 11:00+08:00",
    ]


def test_a_list_may_be_narrowed_and_piped(run: CommandLine) -> None:
    assert run("duty", "due", "--quiet", "--asset", "sw-2", "--state", "due") == Result(
        "patrol/sw-2@2026-11-05T01:00Z\npatrol/sw-2@2026-11-06T01:00Z\n", "", 0
    )
    assert run("duty", "due", "--duty", "report", "--until", "2026-12-31", "--columns", "duty,due") == Result(
        "duty    due\nreport  2026-11-30 17:00+08:00\n",
        "It is only planned up to 2026-12-10 08:00+08:00. See what comes later with: opsctl duty preview DUTY\n",
        0,
    )
    assert run("duty", "due", "--duty", "report", "--until", "2026-12-09").err == ""
    limited = run("duty", "due", "--limit", "1", "--columns", "reference")
    assert limited == Result("reference\npatrol/sw-1@2026-11-04T01:00Z\n", "5 more; see them with --limit 0.\n", 0)
    assert len(data(run("duty", "due", "--since", "2026-11-01", "--state", "missed", "--json"))["occurrences"]) == 2
    assert run("duty", "due", "--owner", "me", "--asset", "sw-1", "--until", "12:00", "-q").out.count("\n") == 2
    assert run("duty", "due", "--duty", "patorl").code == 4


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("open", "--duty", "filters"), "Nothing is due."),
        (("due", "--duty", "filters"), "Nothing is due."),
        (
            ("missed", "--duty", "filters"),
            "Nothing was missed of what was due from 2026-10-29 10:00+08:00 to 2026-11-05 10:00+08:00.",
        ),
        (("done",), "Nothing was done of what was due from 2026-10-29 10:00+08:00 to 2026-11-06 10:00+08:00."),
        (
            ("cancelled", "--since", "2026-11-01"),
            "Nothing was cancelled of what was due from 2026-11-01 00:00+08:00 to 2026-11-06 10:00+08:00.",
        ),
        (
            ("waived", "--until", "2026-12-31"),
            "Nothing was waived of what was due from 2026-10-29 10:00+08:00 to 2027-01-01 00:00+08:00.",
        ),
    ],
)
def test_where_nothing_fits_it_says_what_was_looked_for(run: CommandLine, words: tuple[str, ...], told: str) -> None:
    assert run("duty", "due", "--state", *words) == Result("", f"{told}\n", 0)


def test_what_is_about_no_asset_is_named_without_one(run: CommandLine, table: Callable[..., list[str]]) -> None:
    reference = data(run("duty", "due", "--duty", "report", "--until", "2026-12-01", "--json"))["occurrences"][0]
    assert reference["reference"] == "report/@2026-11-30T09:00Z"
    named = "report@2026-11-30T09:00Z"
    assert table("duty", "show", "report/@2026-11-30T09:00Z")[0] == named
    assert table("duty", "show", named)[:4] == [named, "", "duty                report", "asset               –"]
    assert run("duty", "show", "report@2026-11-30T08:00Z").err.endswith(f"Did you mean {named}?\n")


def test_a_duty_with_its_next_and_its_last(table: Callable[..., list[str]]) -> None:
    assert table("duty", "show", "patrol")[:15] == [
        "patrol",
        "",
        "title               Daily patrol",
        "clause              OM-3.3a",
        "schedule            0 9 * * *",
        "zone                Asia/Shanghai",
        "owner               role:engineer",
        "about               kind: switch",
        "met by a record of  inspection.completed · core",
        "may be early by     2 h",
        "may be late by      2 h",
        "",
        "Due next",
        "asset  state     due                     until",
        "sw-1   open now  2026-11-05 09:00+08:00  2026-11-05 11:00+08:00",
    ]
    report = table("duty", "show", "report")
    assert "schedule            FREQ=MONTHLY;BYMONTHDAY=-1 at 17:00" in report
    assert "about               no asset" in report
    assert "may be late by      a tenth of the time to the next" in report


def test_one_occurrence(table: Callable[..., list[str]], run: CommandLine) -> None:
    reference = "patrol/sw-1@2026-11-05T01:00Z"
    assert table("duty", "show", reference) == [
        reference,
        "",
        "duty                patrol",
        "asset               sw-1",
        "state               open now",
        "due                 2026-11-05 09:00+08:00",
        "from                2026-11-05 07:00+08:00",
        "until               2026-11-05 11:00+08:00",
        "owner               role:engineer",
        "met by a record of  inspection.completed · core",
        "clause              OM-3.3a",
    ]
    assert data(run("duty", "show", reference, "--json")) == {
        "reference": reference, "duty": "patrol", "asset": "sw-1", "due_at": "2026-11-05T01:00:00Z",
        "opens_at": "2026-11-04T23:00:00Z", "closes_at": "2026-11-05T03:00:00Z", "state": "due", "missed": False,
        "on_time": None, "kind": "inspection.completed", "topic": "core", "owner": "role:engineer",
        "clause": "OM-3.3a", "rules": 1, "met_by": None, "met_at": None, "judged_at": None, "reason": None,
    }  # fmt: skip
    missing = run("duty", "show", "patrol/sw-1@2026-11-05T01:30Z")
    assert (missing.code, missing.err.split(" Did you mean ")[0]) == (
        4, "opsctl: There is no occurrence 'patrol/sw-1@2026-11-05T01:30Z'.",
    )  # fmt: skip


def test_a_round_that_was_walked_is_shown_with_what_it_met(run: CommandLine, table: Callable[..., list[str]]) -> None:
    done = run("inspect", "log", "core", "--asset", "sw-1", "--rest-ok")
    assert done.code == 0, done.err
    shown = table("duty", "show", "patrol/sw-1@2026-11-05T01:00Z")
    assert "state               done" in shown
    assert "met by              INS-2026-0001" in shown
    assert "done                2026-11-05 10:00+08:00" in shown
    assert run("ledger", "verify", "--deep").code == 0


def test_a_retired_asset_says_why_it_has_none_any_more(run: CommandLine, table: Callable[..., list[str]]) -> None:
    assert run("asset", "retire", "sw-2").code == 0
    (line,) = table("duty", "due", "--state", "cancelled", "--asset", "sw-2", "--columns", "duty,reason")[1:]
    assert line == "patrol  the asset was retired"
    assert table("duty", "due", "--state", "cancelled")[:2] == [
        "duty    asset  due                     reason",
        "patrol  sw-2   2026-11-06 09:00+08:00  the asset was retired",
    ]
    assert run("ledger", "verify", "--deep").code == 0


@pytest.fixture
def in_paris(run: CommandLine, tmp_path: Path) -> CommandLine:
    book = tmp_path / "paris.toml"
    book.write_text(BOOK.format(version="2") + PARIS, encoding="utf-8")
    assert run("rulebook", "apply", str(book)).code == 0
    run.now = datetime(2027, 3, 26, 12, tzinfo=UTC)
    return run


def test_a_preview_says_how_often_it_is_due_where_the_clocks_change(
    in_paris: CommandLine, table: Callable[..., list[str]]
) -> None:
    assert table("duty", "preview", "night", "--next", "3", "--around-dst") == [
        "night · Europe/Paris",
        "",
        "local time              UTC                     note",
        "2027-03-27 02:30+01:00  2027-03-27 01:30+00:00  –",
        "2027-03-28 03:00+02:00  2027-03-28 01:00+00:00  the clocks change: 1 time that day",
        "2027-03-29 02:30+02:00  2027-03-29 00:30+00:00  –",
        "",
        "Days on which the clocks change",
        "day         the clocks change by  due     local time   UTC",
        "2027-03-28                   1 h  1 time  03:00+02:00  2027-03-28 01:00",
        "2027-10-31                  −1 h  1 time  02:30+02:00  2027-10-31 00:30",
        "2028-03-26                   1 h  1 time  03:00+02:00  2028-03-26 01:00",
    ]
    often = data(in_paris("duty", "preview", "often", "--next", "1", "--around-dst", "--json"))
    assert [(one["day"], one["forward_seconds"], one["runs"]) for one in often["changes"]] == [
        ("2027-03-28", 3600, 0),
        ("2027-10-31", -3600, 4),
        ("2028-03-26", 3600, 0),
    ]
    assert [one["runs_the_day_before"] for one in often["changes"]] == [2, 2, 2]


def test_a_zone_whose_clocks_never_change_says_so(run: CommandLine) -> None:
    done = run("duty", "preview", "patrol", "--next", "1", "--around-dst")
    assert done.err == "The clocks of Asia/Shanghai do not change in the next 400 days.\n"
    assert "2026-11-06 09:00+08:00  2026-11-06 01:00+00:00" in done.out


def test_what_is_counted_from_completion_has_no_preview(run: CommandLine) -> None:
    assert run("duty", "preview", "filters") == Result(
        "",
        "opsctl: filters is counted from when it was last done, so nobody knows its next dates."
        " See what is due of it: opsctl duty show filters\n",
        2,
    )


def test_today_has_what_is_open_first_and_what_was_missed_last(
    run: CommandLine, table: Callable[..., list[str]]
) -> None:
    run.now = AFTER + 14 * DAY / 24
    lines = table("today")
    assert lines[:6] == [
        "Due to you",
        "duty    asset  state   due                     until",
        "patrol  sw-1   coming  2026-11-06 09:00+08:00  2026-11-06 11:00+08:00",
        "patrol  sw-2   coming  2026-11-06 09:00+08:00  2026-11-06 11:00+08:00",
        "patrol  sw-1   missed  2026-11-05 09:00+08:00  2026-11-05 11:00+08:00",
        "patrol  sw-2   missed  2026-11-05 09:00+08:00  2026-11-05 11:00+08:00",
    ]
    assert [one["missed"] for one in data(run("today", "--json"))["duty"]] == [False, False, True, True]


def test_a_login_that_is_nobodys_has_nothing_to_do(run: CommandLine) -> None:
    assert run("person", "add", "wang", "--name", "王芳", "--login", "lead.li").code == 0
    assert data(run("today", "--as", "nobody", "--json"))["duty"] == []
    assert run("duty", "list", "--as", "nobody").code == 0


def test_who_cannot_write_sees_what_is_there(run: CommandLine) -> None:
    assert run("person", "add", "wang", "--name", "王芳", "--login", "lead.li").code == 0
    run.now = AFTER + 40 * DAY
    found = data(
        run("duty", "due", "--state", "missed", "--since", "2026-11-01", "--limit", "0", "--json", "--as", "nobody")
    )
    last = max(one["due_at"] for one in found["occurrences"])
    assert last == (KEPT - DAY).strftime("%Y-%m-%dT01:00:00Z")


def test_in_chinese_a_title_is_the_chinese_one(run: CommandLine) -> None:
    assert "日常巡检" in run("--lang", "zh", "duty", "list").out
