"""Saving a text of a review: everything that is wrong with it is said at once, by its line, and no text is lost."""

import json
import re
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from tests.harness import CommandLine, Result
from tests.reviews.test_commands import filled, written
from tests.reviews.test_commands import lived as lived

ACTIONS = """## Actions

- [ ] no such person
  - owner: nobody
- [ ] no such policy
  - verify: restore-test nothing
- [ ] too late
  - owner: wang
  - deadline: 2026-11-04
  - kind: detect
- [ ] watched by nothing
  - months: 6
- ACT-2026-0042
- [ ] {long}
"""


@pytest.fixture
def company(run: CommandLine, lived: Path) -> CommandLine:
    """Wang's review of an incident of erp, just begun."""
    shutil.copyfile(lived, run.database)
    assert run("--as", "wang", "review", "start", "1").code == 0
    return run


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """Where texts are kept."""
    return tmp_path / "state/opsctl/kept"


@pytest.fixture
def typed(company: CommandLine, tmp_path: Path) -> Callable[..., Result]:
    """Edit as Wang on a terminal, with an editor that does these lines of shell with the file `$1`."""

    def run(lines: str, *arguments: str) -> Result:
        editor = tmp_path / "an editor"
        editor.write_text(f"#!/bin/sh\n{lines}\n", encoding="utf-8")
        editor.chmod(0o755)
        env = {"OPSCTL_EDITOR": f"'{editor}'", "NO_COLOR": "1"}
        return company("--as", "wang", "review", "edit", *arguments, tty=True, env=env)

    return run


def second(company: CommandLine) -> str:
    """The text of another review, REV-2026-0002."""
    company("--as", "wang", "open", "erp slow")
    company("--as", "wang", "review", "start", "2")
    return company("review", "edit", "2", "--print").out


def save(run: CommandLine, text: str, *, as_: str = "wang") -> Result:
    return run("--as", as_, "review", "edit", "1", "-F", "-", stdin=text)


def words(text: str) -> str:
    """The text without the line breaks of a terminal."""
    return " ".join(text.split())


def test_what_saving_would_refuse_is_said_all_at_once_and_by_its_line(company: CommandLine) -> None:
    text = written(company).replace("- Held on:\n", "- Held on: 2027-01-01 09:00\n")
    text = text.replace("## Actions\n", ACTIONS.format(long="a" * 301))
    lines = text.splitlines()
    refused = save(company, text)
    assert refused.code == 2
    expected = {
        "- Held on: 2027-01-01 09:00": "When it was held is still to come.",
        "- [ ] no such person": "nobody",
        "- [ ] no such policy": "There is no backup policy nothing.",
        "- [ ] too late": 'The deadline of "too late" has passed already. Give a time to come',
        "- [ ] watched by nothing": "none is named. Write below the action: - verify: restore-test POLICY",
        "- ACT-2026-0042": "ACT-2026-0042",
        f"- [ ] {'a' * 301}": "The text has 301 characters, 300 are allowed.",
    }
    for line, told in expected.items():
        assert re.search(rf"line {lines.index(line) + 1}: .*{re.escape(told)}", refused.err), line
    assert "There are 6 more, above." in refused.err
    assert len(re.findall(r"line [0-9]+:", refused.err)) == 7
    assert company("action", "list").out == ""


def test_two_problems_are_one_and_one_more(company: CommandLine) -> None:
    two = "## Actions\n\n- [ ] one\n  - owner: nobody\n- [ ] two\n  - owner: nobody.else\n"
    refused = save(company, written(company).replace("## Actions\n", two))
    assert "There is 1 more, above." in refused.err


def test_what_stood_there_before_need_not_be_mended_to_write_elsewhere(company: CommandLine) -> None:
    planned = "## Actions\n\n- [ ] look at it\n  - owner: zhao\n"
    assert save(company, written(company).replace("## Actions\n", planned)).code == 0
    assert company("person", "retire", "zhao").code == 0
    saved = save(company, written(company).replace("## Impact\n", "## Impact\n\nAll.\n"))
    assert (saved.code, saved.out.splitlines()[0]) == (0, "REV-2026-0001 saved as version 3: login 502")
    assert re.search(r"line [0-9]+: zhao is retired\.", saved.err)


def test_who_saved_in_between_is_named_even_if_it_was_oneself(company: CommandLine) -> None:
    before = written(company)
    company.now += timedelta(minutes=5)
    assert save(company, before.replace("## Impact\n", "## Impact\n\nAll.\n")).code == 0
    refused = save(company, before.replace("## Impact\n", "## Impact\n\nSome.\n"))
    assert refused.code == 6
    assert (
        "REV-2026-0001 was saved since, by wang at 2026-11-05 10:05:00+08:00: it is version 2, and yours is of 1."
        in refused.err
    )


@pytest.mark.parametrize("because", [None, "mistake"], ids=["in-approval", "void"])
def test_a_review_that_takes_no_text_says_so_before_any_line(
    company: CommandLine, tmp_path: Path, because: str | None
) -> None:
    assert save(company, filled(written(company))).code == 0
    file = tmp_path / "x.md"
    file.write_text(written(company).replace("## Actions\n", "## Actions\n\nwords\n"), encoding="utf-8")
    if because is None:
        company("--as", "wang", "review", "submit", "1")
        assert company("--as", "lead.li", "review", "approve", "1").code == 0
    else:
        assert company("review", "void", "1", "--because", because).code == 0
    for given, stdin in ((str(file), ""), ("-", file.read_text(encoding="utf-8"))):
        refused = company("--as", "wang", "review", "edit", "1", "-F", given, stdin=stdin)
        assert refused.code == 6
        assert "edit is not possible" in refused.err
        assert "line " not in refused.err


def test_a_kept_text_of_another_review_names_the_command_once_and_is_not_copied(
    company: CommandLine, typed: Callable[..., Result], kept: Path
) -> None:
    kept.mkdir(parents=True)
    theirs = kept / "REV-2026-0002-1.md"
    theirs.write_text(second(company), encoding="utf-8")
    for _time in range(2):
        refused = typed("exit 0", "1", "--recover", str(theirs))
        assert refused.code == 2
        assert words(refused.err) == (
            "opsctl: The text is of REV-2026-0002, not of REV-2026-0001."
            f" Save it there: opsctl review edit REV-2026-0002 --recover {theirs}"
        )
    assert list(kept.iterdir()) == [theirs]
    assert typed("exit 0", "REV-2026-0002", "--recover", str(theirs)).code == 0
    assert list(kept.iterdir()) == [], "it is saved"


def test_a_file_of_another_review_names_its_command(company: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "their review.md"
    file.write_text(second(company), encoding="utf-8")
    refused = company("review", "edit", "1", "-F", str(file))
    assert f"Save it there: opsctl review edit REV-2026-0002 -F '{file}'" in refused.err


def test_a_pipe_of_another_review_is_kept_for_it(company: CommandLine, kept: Path) -> None:
    refused = save(company, second(company))
    place = kept / "REV-2026-0001-1.md"
    assert f"Save it there: opsctl review edit REV-2026-0002 --recover {place}" in refused.err
    assert refused.err.count("opsctl review edit") == 1


def test_a_kept_text_that_still_cannot_be_saved_is_kept_once(
    company: CommandLine, typed: Callable[..., Result], kept: Path
) -> None:
    refused = save(company, written(company).replace("## Actions\n", "## Actions\n\nwords\n"))
    place = kept / "REV-2026-0001-1.md"
    assert refused.code == 2
    again = typed("exit 0", "1", "--recover", str(place))
    assert again.code == 2
    assert f"go on with: opsctl review edit REV-2026-0001 --recover {place}" in words(again.err)
    assert list(kept.iterdir()) == [place]
    assert typed("sed -i '/^words$/d' \"$1\"", "1", "--recover", str(place)).code == 0
    assert list(kept.iterdir()) == []


def test_a_file_of_ones_own_stays_when_it_was_saved(
    company: CommandLine, typed: Callable[..., Result], tmp_path: Path
) -> None:
    mine = tmp_path / "mine.md"
    mine.write_text(written(company), encoding="utf-8")
    assert typed("echo '## Own' >> \"$1\"", "1", "--recover", str(mine)).code == 0
    assert mine.exists()


def test_an_editor_that_fails_gives_the_whole_command(typed: Callable[..., Result], kept: Path) -> None:
    failed = typed('echo more >> "$1"; exit 3', "1")
    assert failed.code == 1
    place = kept / "REV-2026-0001-1.md"
    again = f"opsctl review edit REV-2026-0001 --recover {place}"
    assert f"Nothing was changed. Your text is kept; go on with: {again}" in words(failed.err)
    assert words(typed("exit 3", "1").err).endswith("ended with code 3. Nothing was changed.")
    assert list(kept.iterdir()) == [place]


def test_an_action_whose_line_is_taken_out_stays_recorded(company: CommandLine) -> None:
    company("--as", "wang", "action", "add", "erp", "look at the disks")
    assert save(company, filled(written(company)).replace("## Actions\n", "## Actions\n\n- ACT-2026-0001\n")).code == 0
    text = written(company)
    assert re.search("^- ACT-2026-0002 ", text, re.MULTILINE)
    saved = save(company, re.sub("^- ACT-.*\n", "", text, flags=re.MULTILINE))
    place = text.splitlines().index("## Actions") + 1
    assert f"line {place}: ACT-2026-0001 is no longer linked to this review; it stays recorded." in saved.err
    assert (
        f"line {place}: ACT-2026-0002 stays recorded, and an action of this review, for it came from it."
        " Take it out of the figures with: opsctl action void ACT-2026-0002 --because mistake"
    ) in saved.err
    shown = json.loads(company("review", "show", "1", "--json").out)
    assert "ACT-2026-0002" in json.dumps(shown)
    assert "opsctl: ACT-2026-0002" in written(company)


def test_a_meeting_is_not_due_when_its_incidents_are(company: CommandLine) -> None:
    started = company("--as", "wang", "review", "start", "--meeting", "November", "INC-2026-0001", "--json")
    assert json.loads(started.out)["data"]["due"] is None
