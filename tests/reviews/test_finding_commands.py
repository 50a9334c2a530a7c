"""Reviews as they are looked for: by incident, by asset, by period, and what wants one."""

import json
import shutil
from pathlib import Path

import pytest

from tests.harness import CommandLine
from tests.reviews.making import NOW

SAID = ("--cause", "no memory", "--handling", "started it anew", "--result", "works")


@pytest.fixture(scope="module")
def lived_line(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of `line`, made once."""
    run = CommandLine(tmp_path_factory.mktemp("line"), NOW)
    run.database.parent.mkdir(parents=True)
    shutil.copyfile(sqlite_template, run.database)
    for words in (
        ("rulebook", "apply", "default"),
        ("person", "add", "lead.li"),
        ("person", "add", "wang"),
        ("asset", "add", "erp", "--title", "ERP", "--kind", "service"),
        ("asset", "add", "pacs", "--title", "PACS", "--kind", "service"),
        ("--as", "wang", "open", "erp login 502", "-s1", "--down", "-3h"),
        ("--as", "wang", "open", "pacs disk full", "-s4", "--down", "-2h"),
        ("--as", "wang", "open", "pacs slow", "-s4", "--down", "-90m"),
        *(
            ("--as", "wang", "resolve", number, "--restored", ago, *SAID)
            for number, ago in (("1", "-50m"), ("2", "-40m"), ("3", "-30m"))
        ),
    ):
        done = run(*words)
        assert done.code == 0, (words, done.err)
    return run.database


@pytest.fixture
def line(run: CommandLine, lived_line: Path) -> CommandLine:
    """Three faults of today, resolved by Wang: a grave one of erp, INC-1, and two ordinary ones of pacs."""
    shutil.copyfile(lived_line, run.database)
    return run


def test_an_incident_without_its_own_review_says_where_it_stands_or_how_to_begin(line: CommandLine) -> None:
    alone = line("review", "show", "inc-2026-0002")
    assert (alone.code, alone.out) == (4, "")
    assert alone.err == "opsctl: INC-2026-0002 has no review. Begin it: opsctl review start INC-2026-0002\n"
    assert line("--as", "wang", "review", "start", "--period", "2026-11").code == 0
    gathered = line("review", "show", "INC-2026-0002")
    assert gathered.err == (
        "opsctl: INC-2026-0002 has no review of its own; it is in REV-2026-0001."
        " See: opsctl review show REV-2026-0001\n"
    )
    unknown = line("review", "show", "INC-2026-0077")
    assert (unknown.code, unknown.err.split(". ")[0]) == (4, "opsctl: There is no INC-2026-0077")
    several = line("review", "show", "INC-2026")
    assert (several.code, several.err.splitlines()[0]) == (
        2, "opsctl: INC-2026 may mean several: INC-2026-0001, INC-2026-0002, INC-2026-0003. Name one.",
    )  # fmt: skip


def test_a_period_that_is_begun_is_not_begun_again(line: CommandLine) -> None:
    begun = line("--as", "wang", "review", "start", "--period", "2026-11")
    assert (begun.code, "INC-2026-0002" in begun.out, "left where" in begun.err) == (0, True, False)
    again = line("--as", "wang", "review", "start", "--period", "2026-11")
    assert (again.code, again.out) == (6, "")
    assert again.err == (
        "opsctl: The ordinary faults of 2026-11 are in a review already: REV-2026-0001 · Ordinary faults of 2026-11."
        " Go on with it: opsctl review edit REV-2026-0001\n"
    )


def test_what_is_new_in_a_period_is_taken_and_what_was_left_is_told(line: CommandLine) -> None:
    line("--as", "wang", "review", "start", "--period", "2026-11")
    line("--as", "wang", "open", "pacs slow again", "-s4", "--down", "-20m")
    line("--as", "wang", "resolve", "4", "--restored", "-5m", *SAID)
    second = line("--as", "wang", "review", "start", "--period", "2026-11", "--json")
    found = json.loads(second.out)
    assert found["data"]["subjects"] == ["INC-2026-0004"]
    told = "2 faults of 2026-11 were left where they are already: REV-2026-0001."
    assert told in second.err or told in second.out


def test_an_action_is_for_a_meeting(line: CommandLine) -> None:
    line("--as", "wang", "action", "add", "pacs disk nearly full", "--deadline", "2026-12-01")
    refused = line("--as", "wang", "review", "start", "ACT-2026-0001")
    assert (refused.code, refused.out) == (2, "")
    assert refused.err == (
        "opsctl: ACT-2026-0001 is an action, and only a meeting takes actions."
        ' Like: opsctl review start --meeting "October quality meeting" ACT-2026-0001\n'
    )


def test_a_review_of_several_assets_is_listed_with_each(line: CommandLine) -> None:
    assert line("--as", "wang", "review", "start", "1", "2").code == 0
    for asset in ("erp", "pacs"):
        assert line("review", "list", "--asset", asset, "--quiet").out == "REV-2026-0001\n"


@pytest.mark.parametrize(
    ("option", "value"), [("--author", "wang"), ("--state", "closed"), ("--state", "open"), ("--kind", "meeting")]
)
def test_options_of_reviews_are_refused_beside_incidents_without_one(
    line: CommandLine, option: str, value: str
) -> None:
    refused = line("review", "list", "--uncovered", option, value)
    assert (refused.code, refused.out) == (2, "")
    assert refused.err == (
        f"opsctl: --uncovered lists incidents, and {option} is about reviews."
        " Beside --uncovered: --period, --asset, --limit and --columns.\n"
    )


def test_so_many_incidents_without_a_review_are_listed_as_asked_for_and_the_rest_is_counted(line: CommandLine) -> None:
    few = line("review", "list", "--uncovered", "--limit", "1", "--json")
    found = json.loads(few.out)["data"]
    assert (found["total"], [one["reference"] for one in found["incidents"]]) == (3, ["INC-2026-0001"])
    assert "2 more; see them with --limit 0." in few.err + few.out
    whole = line("review", "list", "--uncovered", "--limit", "0", "--quiet")
    assert whole.out == "INC-2026-0001\nINC-2026-0002\nINC-2026-0003\n"
    of_pacs = line("review", "list", "--uncovered", "--asset", "pacs", "--limit", "1", "--json")
    assert json.loads(of_pacs.out)["data"]["total"] == 2


def test_an_empty_list_says_what_wants_a_review_unless_it_was_narrowed(line: CommandLine) -> None:
    plain = line("review", "list")
    assert (plain.code, plain.out) == (0, "")
    assert plain.err == "No review is open. What wants one: opsctl review list --uncovered\n"
    assert line("review", "list", "--limit", "3").err == plain.err
    for words in (("--kind", "meeting"), ("--state", "all"), ("--author", "wang"), ("--asset", "erp")):
        assert line("review", "list", *words).err == "No reviews.\n"


def test_a_kind_is_shown_by_the_word_that_asks_for_it(line: CommandLine) -> None:
    line("--as", "wang", "review", "start", "1")
    line("--as", "wang", "review", "start", "--period", "2026-11")
    line("--as", "wang", "review", "start", "--meeting", "November")
    few = line("review", "list", "--columns", "kind,reference", "--format", "csv").out
    assert few.splitlines() == [
        "kind,reference", "meeting,REV-2026-0003", "period,REV-2026-0002", "incident,REV-2026-0001",
    ]  # fmt: skip
    kinds = [row.split(",")[2] for row in line("review", "list", "--format", "csv").out.splitlines()]
    assert kinds == ["kind", "meeting", "period", "incident"]
    for number, kind in enumerate(("incident", "period", "meeting"), 1):
        shown = line("review", "list", "--kind", kind, "--columns", "reference,kind")
        assert shown.out.split()[-2:] == [f"REV-2026-000{number}", kind]
    translated = line("--lang", "zh", "review", "list", "--format", "csv").out.splitlines()[1:]
    assert [row.split(",")[2] for row in translated] == kinds[1:]
