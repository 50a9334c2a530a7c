"""opsctl kpi on rounds and actions: a small October that can be reckoned by hand, on each database."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, insert
from sqlmodel import Session

from opsctl.actions.tables import ActionRow
from opsctl.core.chain import Signature
from opsctl.core.periods import read_period
from opsctl.duties.tables import OccurrenceRow
from opsctl.inspections.tables import InspectionRow, ReadingRow
from opsctl.kpis import service
from opsctl.kpis.terms import PLANNED, Name, unit_of
from opsctl.rulebook.terms import FIGURES
from opsctl.store import unit
from opsctl.store.engine import Store
from tests.harness import CommandLine, Read, Result

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
NINE = datetime(2026, 10, 1, 1, tzinfo=UTC)
"""09:00 on 1 October in Shanghai; it is 10:00 on 5 November."""
BOOK = """
[rulebook]
name = "test"
version = "1"
zone = "Asia/Shanghai"

[targets]
inspection-completion = ">= 70 %"
inspection-on-time = ">= 70 %"
actions-on-time = ">= 50 %"
"""
ROUNDS = {
    "INS-2026-0001": ("machine", NINE, NINE, None),
    "INS-2026-0002": ("typed", NINE + DAY, NINE + DAY + 6 * HOUR, '[{"flag": "late-entry", "about": ["360"]}]'),
    "INS-2026-0003": ("typed", NINE, NINE, None),
    "INS-2026-0004": ("typed", NINE + 9 * DAY, NINE + 9 * DAY, None),
}
FIRST, SECOND, THIRD, FOURTH = (f"core/sw-1@2026-10-0{day}T01:00Z" for day in (1, 2, 3, 4))
OTHER = "core/sw-2@2026-10-01T01:00Z"
LAST = "core/sw-2@2026-10-31T15:30Z"


def data(result: Result) -> Any:
    assert result.code == 0, result.err
    return json.loads(result.out)["data"]


def figure(result: Result, name: str, **scope: Any) -> Any:
    (found,) = [one for one in data(result)["figures"] if (one["name"], one["scope"]) == (name, scope)]
    return found


def due(day: int, about: str, **given: Any) -> dict[str, Any]:
    at = NINE + (day - 1) * DAY
    plain = {
        "duty": "core", "about": about, "due_at": at, "opens_at": at - HOUR, "closes_at": at + HOUR,
        "kind": "inspection.completed", "topic": "core", "owner": "person:li", "rules": 1, "state": "due",
        "met_by": None, "met_at": None, "judged_at": None, "reason": None, "clause": None,
    }  # fmt: skip
    return plain | given


def met(day: int, about: str, by: str) -> dict[str, Any]:
    _source, walked, entered, _flags = ROUNDS[by]
    return due(day, about, state="done", met_by=by, met_at=walked, judged_at=entered)


def action(number: int, deadline: datetime, **given: Any) -> dict[str, Any]:
    plain = {
        "reference": f"ACT-2026-000{number}", "title": "fan is loud", "gravity": "fail", "state": "open",
        "asset": "sw-1", "customer": "acme", "found_at": NINE, "deadline": deadline, "seen": 1, "recorded_by": "li",
        "recorded_at": NINE, "done_by": None, "verified_by": None, "verified_at": None, "void": None,
    }  # fmt: skip
    return plain | given


def fill(session: Session) -> None:
    late = NINE + 30 * DAY + 14.5 * HOUR
    occurrences = [
        met(1, "sw-1", "INS-2026-0001"),
        met(2, "sw-1", "INS-2026-0002"),
        due(3, "sw-1"),
        due(4, "sw-1", state="cancelled", reason="asset-retired"),
        met(1, "sw-2", "INS-2026-0003"),
        due(31, "sw-2", due_at=late, opens_at=late - HOUR, closes_at=late + 5 * DAY),
        due(5, "sw-1", kind="backup.finished"),
    ]
    rounds, readings = [], []
    for reference, (source, walked, entered, flags) in ROUNDS.items():
        rounds.append(
            {
                "reference": reference, "checklist": "core", "asset": "sw-1", "customer": "acme", "state": "done",
                "rules": 1, "person": "li", "started_at": walked, "done_at": walked, "entered_at": entered,
                "flags": flags, "recorded_at": entered,
            }
        )  # fmt: skip
        readings.append(
            {
                "inspection": reference, "position": 0, "item": "fans", "mark": "ok", "source": source, "by": "li",
                "at": walked,
            }
        )  # fmt: skip
    signed = {"state": "verified", "done_by": "li", "verified_by": "wang"}
    actions = [
        action(1, NINE + DAY, **signed, verified_at=NINE + DAY),
        action(2, NINE + 2 * DAY, state="done", done_by="li"),
        action(3, NINE + 3 * DAY, void="mistake"),
        action(4, NINE + 60 * DAY),
    ]
    tables: list[tuple[Any, list[dict[str, Any]]]] = [
        (InspectionRow, rounds), (ReadingRow, readings), (OccurrenceRow, occurrences), (ActionRow, actions),
    ]  # fmt: skip
    for table, rows in tables:
        session.connection().execute(insert(table.__table__), rows)


@pytest.fixture
def ruled(run_on_store: CommandLine, tmp_path: Any) -> CommandLine:
    """A rulebook with three targets, a customer and two assets; nothing was ever due."""
    (tmp_path / "book.toml").write_text(BOOK)
    for words in (
        ["rulebook", "apply", str(tmp_path / "book.toml"), "--since", "2026-01-01"],
        ["customer", "add", "acme", "--name", "Acme"],
        ["asset", "add", "sw-1", "--customer", "acme"],
        ["asset", "add", "sw-2"],
    ):
        result = run_on_store(*words)
        assert result.code == 0, (words, result.err)
    return run_on_store


@pytest.fixture
def run(ruled: CommandLine, store: Store, now: datetime) -> CommandLine:
    """Of five rounds that were due one was missed and one entered too late, and of two actions one was verified."""
    unit.write(store, fill, by=Signature(now, "li", "host", "test"))
    return ruled


def test_every_figure_may_have_a_target_of_its_unit() -> None:
    assert {str(name): str(unit_of(name)) for name in Name} == {name: str(one) for name, one in FIGURES.items()}


def test_rounds_and_actions_of_a_month(run: CommandLine) -> None:
    result = run("kpi", "report", "2026-10", "--json")
    names = ("inspection-completion", "inspection-on-time", "actions-on-time")
    completion, timely, actions = (figure(result, name) for name in names)
    assert (completion["value"], completion["numerator"], completion["denominator"]) == (0.75, 3, 4)
    assert (timely["value"], timely["numerator"], timely["denominator"]) == (0.5, 2, 4)
    assert (actions["value"], actions["numerator"], actions["denominator"]) == (0.5, 1, 2)
    # The window of one that was due on the last day is open until noon.
    assert [one["state"] for one in (completion, timely, actions)] == ["partial", "partial", "value"]
    assert completion["counted"] == [FIRST, SECOND, THIRD, OTHER]
    assert (completion["missed"], timely["missed"]) == ([THIRD], [SECOND, THIRD])
    assert completion["pending"] == timely["pending"] == [LAST]
    assert completion["excluded"] == [
        {"reference": FOURTH, "reason": "cancelled", "because": "asset-retired"}
    ]
    assert timely["met_by"] == [
        {"reference": FIRST, "by": "INS-2026-0001"},
        {"reference": SECOND, "by": "INS-2026-0002"},
        {"reference": OTHER, "by": "INS-2026-0003"},
    ]
    for one in (completion, timely):
        assert one["grades"] == {"machine": 1, "photo": 0, "countersigned": 0, "self-declared": 2}
        assert (one["flagged"], one["late"], one["definition"]) == (1, 1, 1)
    assert (actions["missed"], actions["voided"], actions["pending"]) == (["ACT-2026-0002"], 1, [])
    assert [one["target"]["met"] for one in (completion, timely, actions)] == [True, False, True]
    assert data(result)["undecided"]["rounds"] == ["INS-2026-0002"]


def test_parts_and_trends_of_rounds(run: CommandLine) -> None:
    by = run("kpi", "report", "2026-10", "--by", "asset", "--json")
    assert figure(by, "inspection-completion", asset="sw-1")["value"] == 2 / 3
    assert figure(by, "inspection-completion", asset="sw-2")["value"] == 1.0
    assert figure(by, "actions-on-time", asset="sw-1")["value"] == 0.5
    acme = run("kpi", "report", "2026-10", "--customer", "acme", "--json")
    assert figure(acme, "inspection-on-time", customer="acme")["denominator"] == 3
    assert figure(acme, "actions-on-time", customer="acme")["denominator"] == 2
    november = run("kpi", "report", "2026-11", "--trend", "--json")
    assert figure(november, "inspection-on-time")["trend"]["previous"] == {
        "period": "2026-10", "state": "partial", "value": 0.5,
    }  # fmt: skip
    assert figure(november, "inspection-on-time")["state"] == "n/a"


def test_the_report_begins_with_the_round_that_a_countersign_would_make_on_time(run: CommandLine) -> None:
    lines = [" ".join(line.split()) for line in run("kpi", "report", "2026-10").out.splitlines()]
    at = lines.index("Undecided, so these figures may change:")
    assert lines[at + 1 : at + 3] == [
        "1 round entered late that would be on time if another person countersigned it: INS-2026-0002",
        "opsctl inspect countersign INS-2026-0002",
    ]
    assert "inspection completion all 75.0000 % 3 4 ≥ 70 %: met partial" in lines
    evidence = "Evidence of the rounds done: machine 1, photo 0, countersigned 0, self-declared 2; 1 with flags."
    assert lines.count(evidence) == 1


def test_a_figure_of_rounds_is_explained_down_to_each_occurrence(run: CommandLine) -> None:
    lines = [" ".join(line.split()) for line in run("kpi", "explain", "inspection-on-time", "2026-10").out.splitlines()]
    at = lines.index("record met by its part")
    assert lines[at + 1 :] == [
        f"{FIRST} INS-2026-0001 counted: on time",
        f"{SECOND} INS-2026-0002 counted: late",
        f"{THIRD} – counted: not done",
        f"{OTHER} INS-2026-0003 counted: on time",
        f"{FOURTH} – {FOURTH} left out: it was due no longer (the asset was retired)",
        f"{LAST} – not decided yet: its window is not over",
    ]
    assert "evidence of the rounds machine 1, photo 0, countersigned 0, self-declared 2; 1 with flags" in lines
    assert "arithmetic 2 ÷ 4 = 0.5" in lines
    completion = run("kpi", "explain", "inspection-completion", "2026-10").out
    assert f"{SECOND}  INS-2026-0002  counted: done" in completion


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["inspection-on-time", "INS-2026-0002"], f"{SECOND}: counted, late."),
        (["inspection-completion", "2"], f"{SECOND}: counted, done."),
        (["inspection-completion", THIRD], f"{THIRD}: counted, not done."),
        (["inspection-completion", THIRD.upper()], f"{THIRD}: counted, not done."),
        (["inspection-on-time", LAST], f"{LAST}: not decided yet: its window is not over"),
        (["inspection-completion", FOURTH], f"{FOURTH} left out: it was due no longer (the asset was retired)"),
        (
            ["inspection-completion", "INS-2026-0004"],
            "INS-2026-0004 met nothing that was due, so it counts in no figure.",
        ),
        (["actions-on-time", "ACT-2026-0001"], "ACT-2026-0001: counted, on time."),
        (["actions-on-time", "2"], "ACT-2026-0002: counted, late."),
        (["actions-on-time", "ACT-2026-0003"], "ACT-2026-0003 is void and counts nowhere."),
        (["actions-on-time", "4"], "ACT-2026-0004: not decided yet: its deadline is to come"),
        (["inspection-completion", FIRST, "2026-11"], f"{FIRST} has no part in this figure."),
    ],
    ids=lambda one: " ".join(one) if isinstance(one, list) else "",
)
def test_one_record_of_what_was_due_is_explained(run: CommandLine, words: list[str], line: str) -> None:
    result = run("kpi", "explain", *words)
    assert (result.code, result.out.splitlines()[-1]) == (0, line)


def test_a_day_of_which_nothing_is_decided_yet_says_how_many_wait(run: CommandLine) -> None:
    completion = figure(run("kpi", "report", "2026-10-31", "--json"), "inspection-completion")
    assert (completion["state"], completion["value"], completion["pending"]) == ("partial", None, [LAST])
    row = next(line for line in run("kpi", "report", "2026-10-31").out.splitlines() if "inspection completion" in line)
    assert " ".join(row.split()).endswith(" – – – ≥ 70 %: no data partial: 1 not decided yet")
    explained = run("kpi", "explain", "inspection-completion", "2026-10-31")
    assert "partial: 1 not decided yet" in explained.out
    assert "Nothing was due" not in explained.out + explained.err


def test_one_round_for_programs(run: CommandLine) -> None:
    record = data(run("kpi", "explain", "inspection-on-time", "INS-2026-0002", "--json"))["record"]
    assert record == {
        "reference": "INS-2026-0002", "judged_with": SECOND, "counted": True, "excluded": None, "pending": False,
        "good": False, "opens_at": "2026-10-02T00:00:00Z", "due_at": "2026-10-02T01:00:00Z",
        "closes_at": "2026-10-02T02:00:00Z", "state": "done", "met_by": "INS-2026-0002",
        "met_at": "2026-10-02T01:00:00Z", "judged_at": "2026-10-02T07:00:00Z", "because": None,
        "grade": "self-declared", "flags": ["late-entry"], "void": False,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["inspection-completion", "INC-2026-0001"], "inspection-completion judges what was due of rounds"),
        (["inspection-completion", "ACT-2026-0001"], "inspection-completion judges what was due of rounds"),
        (["actions-on-time", "INS-2026-0001"], "actions-on-time judges actions; INS-2026-0001 is none."),
        (["actions-on-time", FIRST], f"actions-on-time judges actions; {FIRST} is none."),
        (["mttr", "INS-2026-0001"], "mttr judges incidents; INS-2026-0001 is none."),
        (["mttr", FIRST], f"mttr judges incidents; {FIRST} is none."),
        (["inspection-on-time", "--severity", "1"], "is a figure of what was due, which has no severity."),
    ],
    ids=lambda one: " ".join(one) if isinstance(one, list) else "",
)
def test_a_record_of_another_kind_is_wrong_usage(run: CommandLine, words: list[str], told: str) -> None:
    result = run("kpi", "explain", *words)
    assert (result.code, result.out) == (2, "")
    assert told in result.err


@pytest.mark.parametrize(
    "word", ["core/sw-1@2026-10-09T01:00Z", "core/sw-1@soon", "core/sw-9@2026-10-01T01:00Z", "INS-2026-0099"]
)
def test_what_was_never_due_is_not_explained(run: CommandLine, word: str) -> None:
    assert run("kpi", "explain", "inspection-completion", word).code == 4


def test_figures_without_severities_are_named_where_one_is_asked_for(run: CommandLine) -> None:
    line = "Of what was due and not of severities, so {}: inspection completion, on-time inspection, on-time actions, "
    line += "backup success rate, restore test pass rate, RPO attainment, RTO attainment."
    assert line.format("left out") in run("kpi", "report", "2026-10", "--severity", "1").out
    assert line.format("not split") in run("kpi", "report", "2026-10", "--by", "severity").out


def test_a_report_asks_once_for_each_source_where_nothing_was_due(
    ruled: CommandLine, store: Store, read: Read, now: datetime
) -> None:
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        asked.append(statement)

    period = read_period("2026-10", zone="Asia/Shanghai", now=now)
    others = [name for name in Name if name not in PLANNED]
    counts = []
    for names in (others, list(Name)):
        asked.clear()
        event.listen(store.read_engine, "before_cursor_execute", note)
        try:
            read(service.report, now=now, period=period, names=names)
        finally:
            event.remove(store.read_engine, "before_cursor_execute", note)
        counts.append(len(asked))
    # Occurrences, actions, and whether there is any backup run.
    assert counts[1] - counts[0] == 3
