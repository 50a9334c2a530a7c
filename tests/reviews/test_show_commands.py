"""What `review show`, `today` and the hand-over tell of reviews, as they are typed."""

import csv
import io
import json
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from tests.harness import CommandLine
from tests.reviews.making import NOW
from tests.reviews.test_commands import filled, written


@pytest.fixture(scope="module")
def lived(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Wang, whose login is w.wang, resolved an incident of erp and wrote its review as far as submitting it."""
    run = CommandLine(tmp_path_factory.mktemp("company"), NOW)
    run.database.parent.mkdir(parents=True)
    shutil.copyfile(sqlite_template, run.database)
    run("rulebook", "apply", "default")
    run("person", "add", "lead.li", "--post", "om-head")
    run("person", "add", "wang", "--superior", "lead.li", "--login", "w.wang")
    run("person", "add", "zhao", "--superior", "lead.li")
    run("asset", "add", "erp", "--title", "ERP", "--kind", "service")
    run("--as", "w.wang", "open", "erp login 502", "-s1", "--down", "-1h")
    run(
        "--as", "w.wang", "resolve", "1", "--restored", "-10m", "--cause", "no memory", "--handling", "x",
        "--result", "y",
    )  # fmt: skip
    assert run("--as", "w.wang", "review", "start", "1").code == 0
    text = filled(written(run))
    saved = run("--as", "w.wang", "review", "edit", "1", "-F", "-", stdin=text)
    assert saved.code == 0, saved.err
    submitted = run("--as", "w.wang", "review", "submit", "1")
    assert submitted.code == 0, submitted.err
    return run.database


@pytest.fixture
def company(run: CommandLine, lived: Path) -> CommandLine:
    """The review of Wang is in review."""
    shutil.copyfile(lived, run.database)
    return run


def test_a_review_shows_what_the_records_say(company: CommandLine) -> None:
    out = company("review", "show", "1").out
    for words in (
        "Times\n", "impact start", "2026-11-05 09:00:00+08:00", "did not serve", "50 min",
        "Clocks against their limits\n", "Timeline\n2026-11-05\n", "What became of the review\n",
    ):  # fmt: skip
        assert words in out, words
    assert "10:00:00+08:00  resolved" in out


def test_who_acted_is_told_by_their_handle_wherever_the_ledger_has_the_login(company: CommandLine) -> None:
    assert '"actor": "w.wang"' in company("ledger", "list", "--json").out
    shown = company("review", "show", "1")
    assert "by wang" in shown.out
    assert "w.wang" not in shown.out
    assert "w.wang" not in company("review", "show", "1", "--json").out
    assert "w.wang" not in company("review", "export", "1", "--format", "md").out
    assert "w.wang" not in company("review", "edit", "1", "--print").out
    assert "w.wang" not in company("today", "--handover", "--json").out.split('"review"')[-1]


def test_as_csv_a_review_is_its_timeline(company: CommandLine) -> None:
    rows = list(csv.DictReader(io.StringIO(company("review", "show", "1", "--format", "csv").out)))
    assert [(row["happened"], row["reference"], row["actor"]) for row in rows] == [
        ("2026-11-05T10:00:00+08:00", "INC-2026-0001", "wang"),
        ("2026-11-05T10:00:00+08:00", "INC-2026-0001", "wang"),
    ]


def test_why_a_review_was_returned_is_told_until_it_is_submitted_again(company: CommandLine) -> None:
    assert "returned" not in company("review", "show", "1").out
    company.now += timedelta(hours=1)
    reason = "the factors stop at the operator"
    assert company("review", "return", "1", "--reason", reason).code == 0
    assert f"lead.li: {reason} (2026-11-05 11:00+08:00)" in company("review", "show", "1").out
    said = json.loads(company("review", "show", "1", "--json").out)["data"]
    assert said["returned"] == {"by": "lead.li", "reason": reason, "at": "2026-11-05T03:00:00Z"}
    assert [one["kind"] for one in said["history"]] == [
        "review.started", "review.edited", "review.submitted", "review.returned",
    ]  # fmt: skip
    today = company("--as", "wang", "today")
    (line,) = json.loads(company("--as", "wang", "today", "--json").out)["data"]["review"]["due"]
    assert line["returned"]["reason"] == reason
    assert f"returned: {reason}" in " ".join(today.out.split())
    assert company("--as", "wang", "review", "submit", "1").code == 0
    again = company("review", "show", "1")
    assert f"lead.li: {reason} (" not in again.out
    assert reason in again.out, "its history keeps it"


def test_a_review_says_that_its_incident_is_void(company: CommandLine) -> None:
    assert company("incident", "void", "1", "--because", "test").code == 0
    assert "INC-2026-0001 counts in no figure: void: " in company("review", "show", "1").out


def test_a_case_stands_on_one_line_of_today_and_says_when_it_is_due(company: CommandLine) -> None:
    company("review", "return", "1", "--reason", "more")
    company("--as", "wang", "open", "erp again", "-s3")
    company("--as", "wang", "resolve", "2", "--restored", "now", "--cause", "c", "--handling", "h", "--result", "r")
    company("--as", "wang", "review", "start", "2")
    lines = company("--as", "wang", "today").out.splitlines()
    assert "Reviews" in lines
    assert [line.split()[0] for line in lines if "REV-" in line or "review" in line] == [
        "INC-2026-0001", "REV-2026-0002",
    ]  # fmt: skip


def test_the_draft_of_one_who_has_no_incident_says_when_it_is_due(company: CommandLine) -> None:
    assert company("incident", "assign", "1", "--to", "zhao").code == 0
    company("review", "return", "1", "--reason", "more")
    (line,) = json.loads(company("--as", "wang", "today", "--json").out)["data"]["review"]["mine"]["reviews"]
    due = json.loads(company("review", "list", "--json").out)["data"]["reviews"][0]["due"]
    assert due is not None
    assert (line["reference"], line["due"]) == ("REV-2026-0001", due)


def test_a_hand_over_has_what_was_imported_made_void_and_handed_over(company: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "db.md"
    file.write_text("# Postmortem: database failover\n\n## Summary\n\nThe primary was lost.\n", encoding="utf-8")
    imported = company("review", "import", str(file))
    assert imported.code == 0, imported.err
    company("review", "return", "1", "--reason", "more")
    assert company("person", "retire", "wang", "--to", "zhao").code == 0
    assert company("review", "void", "1", "--because", "test").code == 0
    steps = json.loads(company("today", "--handover", "--json").out)["data"]["review"]["steps"]
    assert [(one["kind"], one["by"]) for one in steps] == [
        ("review.started", "wang"), ("review.submitted", "wang"), ("review.imported", "lead.li"),
        ("review.returned", "lead.li"), ("review.handed-over", "lead.li"), ("review.voided", "lead.li"),
    ]  # fmt: skip


def test_an_approved_review_keeps_its_author_who_leaves_and_a_draft_gets_another(company: CommandLine) -> None:
    approved = company("review", "approve", "1")
    assert approved.code == 0, approved.err
    company("--as", "wang", "review", "start", "--meeting", "Quality in October")
    assert company("person", "retire", "wang", "--to", "zhao").code == 0
    authors = {
        one["reference"]: one["author"]
        for one in json.loads(company("review", "list", "--json").out)["data"]["reviews"]
    }
    assert authors == {"REV-2026-0001": "wang", "REV-2026-0002": "zhao"}
