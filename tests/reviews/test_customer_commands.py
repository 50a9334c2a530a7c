"""Imports and what customers are given of them, as they are typed."""

import json
import shutil
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest

from opsctl.cli.context import Context
from opsctl.core.errors import InvalidInput
from tests.harness import CommandLine
from tests.reviews.making import NOW

FOREIGN = (
    "---\nauthors: [Alice, Bob]\nincident: INC-2026-0001\n---\n\n# Login 502\n\n## Summary\n\nNobody could log in.\n\n"
    "## Timeline\n\n- Carol called\n\n## Action items\n\n- [x] Restart it (owner: dave)\n\n## Cost\n\nNone.\n"
)


@pytest.fixture(scope="module")
def lived(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of `company`, made once."""
    run = CommandLine(tmp_path_factory.mktemp("company"), NOW)
    run.database.parent.mkdir(parents=True)
    shutil.copyfile(sqlite_template, run.database)
    run("rulebook", "apply", "default")
    run("person", "add", "lead.li")
    added = run("person", "add", "hanxue", "--name", "韩雪", "--post", "om-head")
    assert added.code == 0, added.err
    run("asset", "add", "erp", "--title", "ERP", "--kind", "service")
    run("--as", "hanxue", "open", "erp login 502", "-s1", "--down", "-1h")
    run(
        "--as", "hanxue", "resolve", "1", "--restored", "-10m", "--cause", "内存不足", "--handling", "小韩重启了app3",
        "--result", "恢复",
    )  # fmt: skip
    return run.database


@pytest.fixture
def company(run: CommandLine, lived: Path) -> CommandLine:
    """An incident of erp was just resolved by Han Xue."""
    shutil.copyfile(lived, run.database)
    return run


def test_names_in_front_matter_timeline_and_done_actions_of_an_import_stay_inside(company: CommandLine) -> None:
    assert company("--as", "hanxue", "review", "import", "-", stdin=FOREIGN).code == 3
    inside = company("review", "export", "1").out
    outside = company("review", "export", "1", "--audience", "customer").out
    for name in ("Alice", "Bob", "Carol", "dave"):
        assert name in inside
        assert name not in outside
    assert "## Cost\n\nNone.\n" in outside


def test_what_was_kept_inside_is_edited_without_losing_a_letter(company: CommandLine) -> None:
    company("--as", "hanxue", "review", "import", "-", stdin=FOREIGN)
    before = json.loads(company("review", "show", "1", "--json").out)["data"]
    text = company("review", "edit", "1", "--print").out.replace("Nobody could log in.", "Nobody could.")
    assert company("--as", "hanxue", "review", "edit", "1", "-F", "-", stdin=text).code == 0
    after = json.loads(company("review", "show", "1", "--json").out)["data"]
    assert after["document"]["internal"] == before["document"]["internal"]
    assert before["document"]["internal"].startswith("### Front matter\n\n```yaml\nauthors: [Alice, Bob]\n```\n\n###")


def test_lines_with_remarks_are_counted_once(company: CommandLine) -> None:
    """Line 7 has two remarks, line 9 one."""
    text = "# T\n\nDown.\n\n## Action items\n\n- a (owner: li wang, type: odd)\n\n## Cost\n\nNone.\n"
    found = company("review", "import", "-", "--dry-run", stdin=text)
    lines = [one["line"] for one in json.loads(company("review", "import", "-", "--dry-run", "--json", stdin=text).out)[
        "data"
    ]["not_understood"]]  # fmt: skip
    assert lines == [3, 7, 7, 9]
    assert found.err == "3 lines have remarks: look at them before the review goes on.\n"


def test_whoever_exports_for_a_customer_is_told_to_read_it(company: CommandLine, tmp_path: Path) -> None:
    company("--as", "hanxue", "review", "start", "1")
    told = "Read it before it is sent: only names of recorded persons are recognised.\n"
    assert company("review", "export", "1", "--audience", "customer").err == told
    file = tmp_path / "review.html"
    found = company("review", "export", "1", "--audience", "customer", "-o", str(file))
    assert found.err == f"REV-2026-0001 written to {file}.\n{told}"
    assert company("review", "export", "1").err == ""


def test_colleagues_who_are_called_by_surname_are_not_named(company: CommandLine) -> None:
    company("--as", "hanxue", "review", "start", "1")
    assert "小韩" in company("review", "export", "1").out
    assert "韩" not in company("review", "export", "1", "--audience", "customer").out


@pytest.mark.parametrize("text", ["", " \n\n"], ids=["nothing", "blanks"])
def test_an_empty_stdin_is_said_to_be_empty(company: CommandLine, text: str) -> None:
    refused = company("review", "import", "-", stdin=text)
    assert (refused.code, refused.out) == (2, "")
    assert refused.err == "opsctl: stdin is empty. Name a Markdown file with a post-mortem in it.\n"


def test_an_empty_file_is_named(company: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "pm.md"
    file.write_text("\n", encoding="utf-8")
    assert f"{file} is empty." in company("review", "import", str(file)).err


def test_a_stdin_that_is_no_text_is_called_stdin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(b"\xff"), encoding="utf-8"))
    with pytest.raises(InvalidInput, match=r"^stdin is not UTF-8: it breaks at byte 0\."):
        Context.text_of(Context.__new__(Context), "-")
