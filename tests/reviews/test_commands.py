"""Reviews as they are typed: from ten seconds after an incident to its closing, and everything that goes wrong."""

import json
import re
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.harness import CommandLine
from tests.reviews.making import NOW


@pytest.fixture(scope="module")
def lived(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of `company`, made once."""
    run = CommandLine(tmp_path_factory.mktemp("company"), NOW)
    run.database.parent.mkdir(parents=True)
    shutil.copyfile(sqlite_template, run.database)
    run("rulebook", "apply", "default")
    run("person", "add", "lead.li", "--post", "om-head")
    for name in ("wang", "zhao"):
        run("person", "add", name, "--superior", "lead.li")
    run("asset", "add", "erp", "--title", "ERP", "--kind", "service")
    run("--as", "wang", "open", "erp login 502", "-s1", "--down", "-1h")
    run("--as", "wang", "note", "1", "app3 has no memory left")
    done = run(
        "--as", "wang", "resolve", "1", "--restored", "-10m", "--cause", "no memory", "--handling", "started app3 anew",
        "--result", "login works",
    )  # fmt: skip
    assert done.code == 0, done.err
    return run.database


@pytest.fixture
def company(run: CommandLine, lived: Path) -> CommandLine:
    """Li is head of operation above Wang and Zhao; an incident of erp was just resolved by Wang."""
    shutil.copyfile(lived, run.database)
    return run


def written(run: CommandLine, *more: str) -> str:
    """The review as it is edited."""
    found = run("review", "edit", "1", "--print", *more)
    assert found.code == 0, found.err
    return found.out


def filled(text: str) -> str:
    """The text of a new review with all that it wants, and an action of Wang's."""
    after = {
        "- Held on:": "- Held on: 2026-11-05 09:30",
        "- Facilitator:": "- Facilitator: lead.li",
        "## Summary": "## Summary\n\nNobody could log in for fifty minutes.",
        "## Contributing factors": (
            "## Contributing factors\n\n- [technical] app3 had no memory left\n"
            "  - [process, root cause] no alert looks at its memory"
        ),
        "## Actions": (
            "## Actions\n\n- [ ] Alert when app3 has less than 10 % of its memory left\n  - owner: wang\n"
            "  - deadline: 2026-12-01\n  - kind: detect"
        ),
    }
    for old, new in after.items():
        assert text.count(f"{old}\n") == 1, old
        text = text.replace(f"{old}\n", f"{new}\n")
    return text


def test_from_the_incident_to_the_closing(company: CommandLine, tmp_path: Path) -> None:
    run = company
    started = run("--as", "wang", "review", "start", "INC-2026-0001")
    assert started.code == 0
    assert started.out.splitlines()[0] == "REV-2026-0001 started: login 502"
    assert "2026-11-08 10:00+08:00" in started.out, "three days after the resolution"

    file = tmp_path / "review.md"
    file.write_text(filled(written(run)), encoding="utf-8")
    saved = run("--as", "wang", "review", "edit", "1", "-F", str(file))
    assert saved.out.splitlines()[0] == "REV-2026-0001 saved as version 2: login 502"
    assert re.search(r"ACT-2026-0001 +wang +2026-12-01 23:59\+08:00 +Alert when app3", saved.out)

    assert run("--as", "wang", "review", "submit", "1").code == 0
    own = run("--as", "wang", "review", "approve", "1")
    assert (own.code, own.err.splitlines()[0]) == (
        5,
        "opsctl: wang wrote REV-2026-0001 and cannot approve it too."
        " Somebody else has to: opsctl review approve REV-2026-0001",
    )
    assert run("--as", "zhao", "review", "approve", "1").code == 5
    assert run("--as", "lead.li", "review", "approve", "1").out.startswith("REV-2026-0001 approved: login 502")
    early = run("--as", "wang", "review", "close", "1")
    assert early.code == 6
    assert "it wants that its actions are verified (ACT-2026-0001)" in early.err
    run("--as", "wang", "action", "done", "1")
    run("--as", "zhao", "action", "verify", "1")
    assert run("--as", "wang", "review", "close", "1").out.startswith("REV-2026-0001 closed: login 502")
    assert run("ledger", "verify", "--deep").code == 0


def test_a_review_of_an_open_incident_is_a_draft_and_says_so(company: CommandLine) -> None:
    company("--as", "wang", "open", "erp slow")
    started = company("--as", "wang", "review", "start", "2")
    assert started.code == 0
    assert "INC-2026-0002 is not resolved yet: this is a draft" in started.err


def test_what_the_records_say_of_earlier_promises_is_said_at_once(company: CommandLine, tmp_path: Path) -> None:
    run = company
    run("--as", "wang", "review", "start", "1")
    file = tmp_path / "review.md"
    file.write_text(filled(written(run)), encoding="utf-8")
    run("--as", "wang", "review", "edit", "1", "-F", str(file))
    run.now += timedelta(days=30)
    run("--as", "wang", "open", "erp login 502 again")
    again = run("--as", "wang", "review", "start", "2")
    assert "INC-2026-0001 promised this 30 days ago" in again.err
    assert "ACT-2026-0001" in again.err


def test_the_text_of_one_review_is_not_saved_into_another(company: CommandLine, tmp_path: Path) -> None:
    company("--as", "wang", "review", "start", "1")
    company("--as", "wang", "open", "erp slow")
    company("--as", "wang", "review", "start", "2")
    refused = company("review", "edit", "2", "-F", "-", stdin=written(company))
    assert refused.code == 2
    assert "The text is of REV-2026-0001, not of REV-2026-0002." in refused.err


def test_of_two_who_edit_at_once_both_texts_are_kept(company: CommandLine, tmp_path: Path) -> None:
    run = company
    run("--as", "wang", "review", "start", "1")
    before = written(run)
    mine = before.replace("## Impact\n", "## Impact\n\nAll of accounting.\n", 1)
    theirs = before.replace("## Impact\n", "## Impact\n\nThe whole company.\n", 1)
    assert run("--as", "wang", "review", "edit", "1", "-F", "-", stdin=theirs).code == 0
    refused = run("--as", "zhao", "review", "edit", "1", "-F", "-", stdin=mine)
    kept = tmp_path / "state/opsctl/kept/REV-2026-0001-1.md"
    assert refused.code == 6
    assert "it is version 2, and yours is of 1" in refused.err
    assert f"opsctl review edit REV-2026-0001 --recover {kept}" in refused.err
    assert kept.read_text(encoding="utf-8") == mine
    assert "The whole company." in written(run)
    merged = kept.read_text(encoding="utf-8").replace("version 1", "version 2", 1)
    assert run("--as", "zhao", "review", "edit", "1", "-F", "-", stdin=merged).code == 0
    assert "All of accounting." in written(run)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("login 502 · by", "login 503 · by", id="ledger-line"),
        pytest.param("- Held on:\n", "- Held on: the 31st of Neverember\n", id="date"),
    ],
)
def test_what_cannot_be_taken_is_named_with_its_line(company: CommandLine, old: str, new: str) -> None:
    company("--as", "wang", "review", "start", "1")
    text = written(company)
    line = next(at for at, words in enumerate(text.split("\n"), 1) if old.strip() in words)
    refused = company("review", "edit", "1", "-F", "-", stdin=text.replace(old, new, 1))
    assert (refused.code, refused.out) == (2, "")
    assert refused.err.startswith(f"opsctl: line {line}: ")
    assert written(company) == text


def test_words_at_the_end_belong_to_the_last_section(company: CommandLine) -> None:
    company("--as", "wang", "review", "start", "1")
    assert company("review", "edit", "1", "-F", "-", stdin=written(company) + "\n- what\n").code == 0
    assert written(company).endswith("\n- what\n")


def test_a_text_without_its_first_line_belongs_to_no_version(company: CommandLine) -> None:
    company("--as", "wang", "review", "start", "1")
    refused = company("review", "edit", "1", "-F", "-", stdin="# x\n\n## Summary\n\ny\n")
    assert refused.code == 2
    assert "does not say which version of REV-2026-0001 it was written from" in refused.err


def test_two_megabytes_are_refused_and_kept_nowhere_else(company: CommandLine) -> None:
    company("--as", "wang", "review", "start", "1")
    refused = company("review", "edit", "1", "-F", "-", stdin="a" * 2_000_000)
    assert (refused.code, refused.out) == (2, "")
    assert "longer than a review can be: 256 kB" in refused.err


def test_control_characters_markup_and_pictures_stay_words(company: CommandLine, tmp_path: Path) -> None:
    company("--as", "wang", "review", "start", "1")
    text = written(company).replace(
        "## Impact\n", "## Impact\n\n<script>alert(1)</script> ![x](http://evil/p.png) \x1b[31mred\n", 1
    )
    assert company("review", "edit", "1", "-F", "-", stdin=text).code == 0
    page = tmp_path / "page.html"
    assert company("review", "export", "1", "-o", str(page)).code == 0
    after = written(company)
    assert "<script>alert(1)</script> ![x](http://evil/p.png)" in after
    assert "\x1b" not in after + company("review", "show", "1").out
    html = page.read_text(encoding="utf-8")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "<script" not in html
    assert "<img" not in html


def test_lint_marks_and_refuses_nothing(company: CommandLine) -> None:
    company("--as", "wang", "review", "start", "1")
    text = written(company).replace(
        "## Summary\n", "## Summary\n\nWang should have noticed it. The cause was human error.\n", 1
    )
    assert company("review", "edit", "1", "-F", "-", stdin=text).code == 0
    marked = company("review", "lint", "1", "--json")
    assert marked.code == 3
    kinds = {one["kind"] for one in json.loads(marked.out)["data"]["findings"]}
    assert kinds >= {"hindsight", "human-error"}
    lines = {one["line"] for one in json.loads(marked.out)["data"]["findings"]}
    shown = written(company).splitlines()
    assert all("noticed" in shown[line - 1] for line in lines)
    clean = company("review", "lint", "1", "-F", "-", stdin=written(company).replace("Wang should", "The alert did", 1))
    assert "hindsight" not in clean.out


@pytest.mark.parametrize("ending", ["html", "md", "json", "docx"])
def test_an_export_is_written_and_names_the_ledger_head(company: CommandLine, tmp_path: Path, ending: str) -> None:
    company("--as", "wang", "review", "start", "1")
    path = tmp_path / f"review.{ending}"
    done = company("review", "export", "1", "-o", str(path))
    assert (done.code, done.err) == (0, f"REV-2026-0001 written to {path}.\n")
    if ending == "docx":
        import docx

        footer = docx.Document(str(path)).sections[0].footer
        said = "\n".join(one.text for one in footer.paragraphs)
    else:
        said = path.read_text(encoding="utf-8")
    newest = json.loads(company("ledger", "list", "--json", "--limit", "1").out)["data"][0]["hash"]
    assert newest in said


def test_a_customer_reads_no_names(company: CommandLine, tmp_path: Path) -> None:
    company("--as", "wang", "review", "start", "1")
    text = filled(written(company)).replace("## Impact\n", "## Impact\n\nWang called lead.li.\n", 1)
    company("--as", "wang", "review", "edit", "1", "-F", "-", stdin=text)
    for ending in ("html", "md", "json"):
        path = tmp_path / f"customer.{ending}"
        company("review", "export", "1", "--audience", "customer", "-o", str(path))
        said = path.read_text(encoding="utf-8")
        assert not re.search(r"wang|lead\.li|zhao", said, re.IGNORECASE), ending


def test_which_faults_no_review_covers_is_one_command(company: CommandLine) -> None:
    found = company("review", "list", "--uncovered")
    assert re.search(r"INC-2026-0001 +1 +erp .* its own +2026-11-08 10:00\+08:00 +– +login 502", found.out)
    company.now += timedelta(days=4)
    late = json.loads(company("review", "list", "--uncovered", "--period", "2026-11", "--json").out)
    assert [(one["reference"], one["overdue"]) for one in late["data"]["incidents"]] == [("INC-2026-0001", True)]
    assert company("review", "list", "--uncovered", "--period", "2026-10").out == ""


def test_today_names_the_review_that_is_due_and_who_has_it(company: CommandLine) -> None:
    assert re.search(r"INC-2026-0001 +review it +2026-11-08 10:00", company("--as", "wang", "today").out)
    assert "INC-2026-0001" not in company("--as", "zhao", "today").out
    company("--as", "wang", "review", "start", "1")
    assert "hold its review REV-2026-0001" in company("--as", "wang", "today").out
    text = filled(written(company))
    company("--as", "wang", "review", "edit", "1", "-F", "-", stdin=text)
    company("--as", "wang", "review", "submit", "1")
    assert re.search(r"REV-2026-0001 +approve the review", company("--as", "lead.li", "today").out)
    assert "approve the review" not in company("--as", "zhao", "today").out


@pytest.mark.parametrize(
    "words",
    [
        ("start",), ("start", "1", "--period", "2026-10"), ("start", "--period", "x"), ("start", "--meeting", ""),
        ("export", "1", "-o", "x.pdf"), ("export", "1", "--format", "csv"), ("export", "1", "--audience", "boss"),
        ("edit", "1", "--print", "-F", "-"), ("edit", "1"), ("list", "--state", "x"), ("list", "--kind", "x"),
        ("close", "1", "--without-actions", ""), ("return", "1"), ("void", "1"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_before_anything_is_done(company: CommandLine, words: tuple[str, ...]) -> None:
    company("--as", "wang", "review", "start", "1")
    before = company("ledger", "list", "--json").out
    refused = company("review", *words)
    assert (refused.code, refused.out) == (2, "")
    assert refused.err.startswith("opsctl: ")
    assert company("ledger", "list", "--json").out == before


def test_a_meeting_that_is_approved_meets_its_duty(company: CommandLine, tmp_path: Path) -> None:
    book = tmp_path / "quality.toml"
    book.write_text(
        """
[rulebook]
name = "quality"
version = "1"
zone = "Asia/Shanghai"

[duties.quality-meeting]
title = { en = "Quality analysis meeting", zh = "质量分析会议" }
schedule = "0 9 5 * *"
owner = "post:om-head"
early = "7d"
grace = "10d"
evidence = { kind = "review.approved", topic = "meeting" }
""",
        encoding="utf-8",
    )
    company.now = datetime(2026, 11, 5, 2, 0, tzinfo=UTC)
    applied = company("rulebook", "apply", str(book), "--yes")
    assert applied.code == 0, applied.err
    company.now += timedelta(days=30)
    company("--as", "wang", "review", "start", "--meeting", "November", "INC-2026-0001")
    text = written(company)
    for old, new in (
        ("- Held on:\n", "- Held on: 2026-12-05 09:00\n"),
        ("- Facilitator:\n", "- Facilitator: lead.li\n"),
        ("- Participants:\n", "- Participants: lead.li, wang\n"),
        ("## Summary\n", "## Summary\n\nOne grave fault; its alert is decided.\n"),
    ):
        text = text.replace(old, new, 1)
    saved = company("--as", "wang", "review", "edit", "1", "-F", "-", stdin=text)
    assert saved.code == 0, saved.err
    company("--as", "wang", "review", "submit", "1")
    assert company("--as", "lead.li", "review", "approve", "1").code == 0
    found = json.loads(company("duty", "show", "quality-meeting", "--json").out)["data"]
    assert "REV-2026-0001" in json.dumps(found)


def test_a_list_names_what_is_open_and_whose_it_is(company: CommandLine) -> None:
    company("--as", "wang", "review", "start", "1")
    company("--as", "zhao", "review", "start", "--meeting", "November")
    assert company("review", "list", "--quiet").out == "REV-2026-0002\nREV-2026-0001\n"
    assert company("review", "list", "--author", "wang", "--quiet").out == "REV-2026-0001\n"
    assert company("--as", "zhao", "review", "list", "--author", "me", "--quiet").out == "REV-2026-0002\n"
    assert company("review", "list", "--kind", "meeting", "--quiet").out == "REV-2026-0002\n"
    assert company("review", "list", "--asset", "erp", "--quiet").out == "REV-2026-0001\n"
    assert company("review", "list", "--period", "2026-10", "--quiet").out == ""
    due = [one["due"] for one in json.loads(company("review", "list", "--json").out)["data"]["reviews"]]
    assert due == [None, "2026-11-08T02:00:00Z"]
    company("review", "void", "2", "--because", "mistake")
    assert company("review", "list", "--quiet").out == "REV-2026-0001\n"
    assert company("review", "list", "--state", "all", "--quiet").out == "REV-2026-0002\nREV-2026-0001\n"
    header = company("review", "list", "--format", "csv").out.splitlines()[0]
    assert header == (
        "reference,state,kind,about,asset,customer,author,started,due,held,approved-by,closed,version,title"
    )


def test_a_post_mortem_from_elsewhere_is_taken_in_with_what_was_not_understood(
    company: CommandLine, tmp_path: Path
) -> None:
    file = tmp_path / "pm.md"
    file.write_text(
        "---\nincident: INC-2026-0001\n---\n\n# Login 502\n\n## Summary\n\nNobody could log in.\n\n"
        "## Timeline\n\n- 2026-11-05 01:00 UTC memory is full\n- 2026-11-05 09:10 restarted\n\n## Cost\n\nNone.\n",
        encoding="utf-8",
    )
    dry = company("review", "import", str(file), "--dry-run")
    assert (dry.code, dry.out.splitlines()[0]) == (3, "Would be imported: Login 502")
    assert company("review", "list").out == ""
    taken = company("--as", "wang", "review", "import", str(file))
    assert (taken.code, taken.out.splitlines()[0]) == (3, "REV-2026-0001 imported: Login 502")
    assert re.search(r"14 +2026-11-05 09:10 has no zone\.", taken.out)
    found = json.loads(company("review", "show", "1", "--json").out)["data"]
    assert found["source"] == "pm.md"
    text = written(company)
    assert "- [x] 2026-11-05 09:00:00 +08:00 memory is full\n" in text
    assert "2026-11-05 09:10 restarted" in text
    assert "## Cost\n\nNone.\n" in text
    again = company("--as", "wang", "review", "import", str(file))
    assert (again.code, again.out) == (6, "")
    assert "INC-2026-0001 has a review already: REV-2026-0001" in again.err


def test_the_number_of_another_tool_is_no_incident_here(company: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "checkout 2025.md"
    file.write_text("---\nincident: '#465'\n---\n\n## Summary\n\nNobody could pay.\n", encoding="utf-8")
    taken = company("--as", "wang", "review", "import", str(file))
    assert taken.out.splitlines()[0] == "REV-2026-0001 imported: checkout 2025"
    assert "#465 is no incident here, so the review is about none: name it with --incident." in taken.err
    assert "#465" in written(company)
    refused = company("review", "import", str(file), "--incident", "INC-2026-0077")
    assert refused.code == 4


@pytest.mark.parametrize("text", ["", "\n\n", "a" * 2_000_000], ids=["empty", "blank", "two-megabytes"])
def test_what_says_nothing_or_too_much_is_not_imported(company: CommandLine, text: str) -> None:
    refused = company("review", "import", "-", stdin=text)
    assert (refused.code, refused.out) == (2, "")
    assert company("review", "list").out == ""
