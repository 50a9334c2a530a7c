"""opsctl action, word for word: what each verb says, how it reads what was typed, how it refuses."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.harness import CommandLine, Result

NO_SUCH = "A reference looks like ACT-2026-0042; a bare number is this year's."


@pytest.fixture
def run(run: CommandLine) -> CommandLine:
    """Lead Li types; wang and zhao are below them, zhao owns core-sw-1. It is 10:00 on 5 November 2026 in Shanghai."""
    for words in (
        ("person", "add", "lead.li"),
        ("person", "add", "wang", "--superior", "lead.li"),
        ("person", "add", "zhao", "--superior", "lead.li"),
        ("asset", "add", "core-sw-1", "--owner", "zhao"),
        ("asset", "add", "erp", "--title", "ERP login", "--title-zh", "ERP 登录"),
    ):
        assert run(*words).code == 0
    return run


def data(result: Result) -> Any:
    """What the result says for programs."""
    assert result.code == 0
    return json.loads(result.out)["data"]


def shown(run: CommandLine, reference: str = "1") -> Any:
    return data(run("action", "show", reference, "--json"))


def refused(code: int, line: str) -> Result:
    return Result("", f"opsctl: {line}\n", code)


def test_every_verb_says_what_it_did_who_has_it_and_by_when(run: CommandLine) -> None:
    rest = " fan is loud · core-sw-1\n\nowner     zhao\ndeadline  2026-11-08 10:00+08:00\n"
    assert run("action", "add", "core-sw-1", "fan is loud", "--as", "wang") == Result(
        f"ACT-2026-0001 added:{rest}told      lead.li\n", "", 0
    )
    assert run("action", "done", "1", "--result", "replaced", "--as", "zhao") == Result(
        f"ACT-2026-0001 done:{rest}", "Somebody else verifies it: opsctl action verify ACT-2026-0001\n", 0
    )
    assert run("action", "verify", "1", "--as", "zhao") == refused(
        5,
        "zhao did ACT-2026-0001 and cannot verify it too."
        " Somebody else has to: opsctl action verify ACT-2026-0001",
    )
    assert run("action", "return", "1", "--reason", "still loud") == Result(f"ACT-2026-0001 returned:{rest}", "", 0)
    assert run("action", "done", "1", "--as", "zhao").code == 0
    assert run("action", "verify", "1") == Result(f"ACT-2026-0001 verified:{rest}", "", 0)
    assert run("action", "done", "1") == refused(
        6, "ACT-2026-0001 is verified: done is not possible. Possible now: reopen, correct, void."
    )
    assert run("action", "reopen", "1", "--reason", "loud again") == Result(
        f"ACT-2026-0001 reopened:{rest}",
        "The deadline stays; set another with:"
        " opsctl action correct ACT-2026-0001 deadline=TIME --reason TEXT\n",
        0,
    )
    assert run("action", "assign", "1", "--to", "wang") == Result(
        f"ACT-2026-0001 assigned to wang:{rest.replace('zhao', 'wang')}", "", 0
    )
    assert run("action", "void", "1", "--because", "duplicate") == Result(
        f"ACT-2026-0001 is void and counts nowhere:{rest.replace('zhao', 'wang')}", "", 0
    )
    assert run("action", "done", "1") == refused(
        6,
        "ACT-2026-0001 is void (duplicate): done is not possible."
        ' Report it anew: opsctl action add "ASSET what is wrong"',
    )


def test_several_get_a_line_each_and_a_table_of_how_they_stand(run: CommandLine) -> None:
    run("action", "add", "erp", "one", "--deadline", "2h")
    run("action", "add", "core-sw-1", "two", "--deadline", "18:00")
    assert run("action", "done", "2", "ACT-2026-0001", "--at", "09:59") == refused(
        2, "ACT-2026-0002 was found only at 2026-11-05 10:00:00+08:00. Give a later time with --at."
    )
    assert run("action", "done", "2", "ACT-2026-0001").out == (
        "ACT-2026-0002 done: two · core-sw-1\nACT-2026-0001 done: one · erp\n\n"
        "reference      state  owner    deadline\n"
        "ACT-2026-0002  done   zhao     2026-11-05 18:00+08:00\n"
        "ACT-2026-0001  done   lead.li  2026-11-05 12:00+08:00\n"
    )
    piped = run("action", "verify", "-", "--as", "zhao", "-q", stdin=run("action", "list", "--quiet").out)
    assert piped == Result("ACT-2026-0001\nACT-2026-0002\n", "", 0)


def test_an_empty_pipe_does_nothing_and_says_so(run: CommandLine) -> None:
    run("action", "add", "erp", "one")
    assert run("action", "done", "-", stdin="") == Result("", "Nothing came through the pipe; nothing was done.\n", 0)
    assert run("action", "correct", "-", "title=x", "--reason", "y", stdin="\n") == Result(
        "", "Nothing came through the pipe; nothing was done.\n", 0
    )
    assert shown(run)["state"] == "open"


@pytest.mark.parametrize(
    ("words", "asset", "title"),
    [
        (["erp", "disk", "is", "full"], "erp", "disk is full"),
        (["erp disk  is full"], "erp", "disk is full"),
        (["erp　磁盘快满"], "erp", "磁盘快满"),
        (["disk is full", "--asset", "ERP 登录"], "erp", "disk is full"),
        (["the door is open"], None, "the door is open"),
    ],
    ids=["words joined", "one text with double blanks", "a wide blank", "a title as --asset", "about no asset"],
)
def test_the_words_say_what_is_wrong_with_what(
    run: CommandLine, words: list[str], asset: str | None, title: str
) -> None:
    assert run("action", "add", *words).code == 0
    assert (shown(run)["asset"], shown(run)["title"]) == (asset, title)


def test_what_looks_like_an_asset_and_is_none_is_asked_for(run: CommandLine) -> None:
    assert run("action", "add", "core-sw1 fan is loud").err == (
        "No asset is named by the first word. If one is meant:"
        " opsctl action correct ACT-2026-0001 asset=core-sw-1 --reason typo\n"
    )


@pytest.mark.parametrize(
    ("typed", "deadline"),
    [
        ("2d", "2026-11-07T02:00:00Z"),
        ("18:00", "2026-11-05T10:00:00Z"),
        ("明天 18:00", "2026-11-06T10:00:00Z"),
        ("2026-11-09", "2026-11-09T15:59:59Z"),
        ("2026-11-09 08:00", "2026-11-09T00:00:00Z"),
    ],
    ids=["days from now", "the next clock", "Chinese", "a whole day", "a time"],
)
def test_a_deadline_lies_ahead(run: CommandLine, typed: str, deadline: str) -> None:
    assert data(run("action", "add", "erp", "x", "--deadline", typed, "--json"))[0]["deadline"] == deadline


@pytest.mark.parametrize(
    ("words", "code", "line"),
    [
        (["add"], 2, "ASSET TITLE … is missing. See: opsctl action add --help"),
        (["add", "  "], 2, "The text is empty. Say it in a few words."),
        (["add", "erp"], 2, 'What is wrong with erp? Say it after the asset: opsctl action add erp "fan is loud"'),
        (["add", "x", "--asset", "erq"], 4, "There is no asset 'erq'. Did you mean erp?"),
        (["add", "x", "--owner", "wong"], 4, "There is no person 'wong'. Did you mean wang?"),
        (["add", "x", "--gravity", "wran"], 2, "--gravity cannot be 'wran'. Did you mean warn?"),
        (["add", "x", "--impact", "-"], 2, "'-' says nothing. Say it in a few words."),
        (
            ["add", "x", "--deadline", "2026-11-04"],
            2,
            "The deadline 2026-11-04 23:59:59+08:00 has passed already."
            " Give a time to come, such as 2d or tomorrow 18:00.",
        ),
        (
            ["add", "x", "--deadline", "soon"],
            2,
            "'soon' is not a time. Use 2026-10-03 02:58, 2026-10-03T02:58+08:00, 09:40, yesterday 14:00, now, -2h"
            " or 7d.",
        ),
        (
            ["add", "x", "--at", "2026-11-06"],
            2,
            "That time is still to come. Give a time that has passed, or leave it out for now.",
        ),
        (["done", "99"], 4, f"There is no 99. {NO_SUCH}"),
        (["done", "1", "99"], 4, f"There is no 99. {NO_SUCH}"),
        (["done", "INC-2026-0001"], 4, f"There is no INC-2026-0001. {NO_SUCH}"),
        (["done"], 2, "REF … is missing. See: opsctl action done --help"),
        (
            ["done", "1", "--at", "2026-11-06"],
            2,
            "That time is still to come. Give a time that has passed, or leave it out for now.",
        ),
        (["return", "1"], 2, '--reason is missing. Like: opsctl action return 42 --reason "still loud"'),
        (["return", "1", "--reason", " - "], 2, "'-' says nothing. Say it in a few words."),
        (
            ["return", "1", "--reason", "x"],
            6,
            "ACT-2026-0001 is open already. Possible now: assign, done, correct, void.",
        ),
        (["assign", "1", "--to", "wong"], 4, "There is no person 'wong'. Did you mean wang?"),
        (["correct", "1", "--reason", "x"], 2, "A correction needs a reference and a field."
            " Like: opsctl action correct 42 deadline=2d --reason TEXT"),
        (["correct", "1", "titel=x", "--reason", "x"], 2, "The field cannot be 'titel'. Did you mean title?"),
        (["correct", "1", "title=-", "--reason", "x"], 2, "title cannot be taken away."
            " These can: asset, impact, told, result, kind, verify, months."),
        (["correct", "1", "asset=erq", "--reason", "x"], 4, "There is no asset 'erq'. Did you mean erp?"),
        (["correct", "1", "gravity=bad", "--reason", "x"], 2, "gravity cannot be 'bad'. Use one of: fail, warn."),
        (
            ["correct", "1", "result=x", "--reason", "x"],
            2,
            "ACT-2026-0001 is not done yet, so there is no result to correct."
            " Say so with: opsctl action done ACT-2026-0001 --result TEXT",
        ),
        (["void", "1", "--because", "boring"], 2, "--because cannot be 'boring'."
            " Use one of: false-alarm, test, duplicate, mistake."),
        (["list", "--state", "shut"], 2, "--state cannot be 'shut'."
            " Use one of: open, done, verified, waiting, overdue, all."),
        (["list", "--columns", "colour"], 2, "There is no column 'colour'. Use one of: reference, state, gravity,"
            " asset, customer, owner, deadline, found, source, seen, done-by, verified-by, incident, title."),
        (["show", "2"], 4, f"There is no 2. {NO_SUCH}"),
        (["add", "x", "--kind", "cure"], 2, "--kind cannot be 'cure'. Use one of: prevent, detect, mitigate, process."),
        (["add", "x", "--months", "6"], 2, "Only evidence is watched for months, and none is named."
            ' Name it: --verify "restore-test POLICY", or with action correct: verify="restore-test POLICY"'),
        (["add", "x", "--months", "half"], 2, "--months wants a whole number, not 'half'. Like: --months 3"),
        (["add", "x", "--verify", "my word"], 2, "'my word' names no record that could verify an action."
            " Say restore-test POLICY, or inspect CHECKLIST/ITEM [ASSET]."),
        (["correct", "1", "months=6", "--reason", "x"], 2, "Only evidence is watched for months, and none is named."
            ' Name it: --verify "restore-test POLICY", or with action correct: verify="restore-test POLICY"'),
        (["correct", "1", "months=many", "--reason", "x"], 2, "months wants a whole number, not 'many'. Like: 3"),
        (["correct", "1", "kind=cure", "--reason", "x"], 2, "kind cannot be 'cure'."
            " Use one of: prevent, detect, mitigate, process."),
        (["list", "--kind", "cure"], 2, "--kind cannot be 'cure'. Use one of: prevent, detect, mitigate, process."),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_the_next_step(
    run: CommandLine, words: list[str], code: int, line: str
) -> None:
    run("action", "add", "erp", "slow")
    assert run("action", *words) == refused(code, line)
    assert len(data(run("action", "list", "--state", "all", "--json"))["actions"]) == 1


def test_a_correction_reads_times_words_and_what_is_taken_away(run: CommandLine) -> None:
    run("action", "add", "erp", "slow", "--impact", "everybody")
    result = run(
        "action", "correct", "1", "deadline＝2026-11-20", "found-at=09:00", "gravity=WARN", "impact=-", "told=zhao",
        "title=very slow", "--reason", "typed in a hurry",
    )  # fmt: skip
    assert result.out.splitlines()[0] == "ACT-2026-0001 corrected: very slow · erp"
    found = shown(run)
    assert {name: found[name] for name in ("deadline", "found_at", "gravity", "impact", "told")} == {
        "deadline": "2026-11-20T15:59:59Z",
        "found_at": "2026-11-05T01:00:00Z",
        "gravity": "warn",
        "impact": None,
        "told": "zhao",
    }
    again = run("action", "correct", "1", "told=zhao", "--reason", "x")
    assert again.out.splitlines()[0] == "ACT-2026-0001 says so already, nothing was changed: very slow · erp"


def test_show_tells_what_happened_to_it(run: CommandLine) -> None:
    run("action", "add", "core-sw-1", "fan is loud", "--impact", "none yet", "--at", "09:00", "--as", "wang")
    run("action", "done", "1", "--result", "oiled", "--as", "zhao")
    run("action", "return", "1", "--reason", "still loud")
    run("action", "correct", "1", "told=the guard", "--reason", "asked")
    assert run("action", "show", "1") == Result(
        "reference  ACT-2026-0001\n"
        "title      fan is loud\n"
        "asset      core-sw-1\n"
        "state      open\n"
        "gravity    failed\n"
        "owner      zhao\n"
        "deadline   2026-11-08 10:00+08:00\n"
        "found at   2026-11-05 09:00+08:00\n"
        "found by   wang\n"
        "impact     none yet\n"
        "told       the guard\n"
        "\n"
        "happened                event      by       text                               row\n"
        "2026-11-05 09:00+08:00  found      wang     fan is loud · none yet               6\n"
        "2026-11-05 10:00+08:00  done       zhao     oiled                                7\n"
        "2026-11-05 10:00+08:00  returned   lead.li  still loud                           8\n"
        "2026-11-05 10:00+08:00  corrected  lead.li  asked · told: lead.li → the guard    9\n",
        "",
        0,
    )


def test_the_history_tells_moments_in_the_zone_of_the_reader_and_words_in_words(run: CommandLine) -> None:
    run("action", "add", "erp", "slow", "--gravity", "warn", "--deadline", "2026-11-06 18:00")
    run("action", "correct", "1", "gravity=fail", "deadline=2026-11-07 09:00", "--reason", "worse")
    text = " ".join(run("action", "show", "1").out.split())
    assert "worse · " in text
    assert "gravity: warning → failed" in text
    assert "deadline: 2026-11-06 18:00+08:00 → 2026-11-07 09:00+08:00" in text
    assert "2026-11-06 10:00+00:00 → 2026-11-07 01:00+00:00" in run("action", "show", "1", "--utc").out
    events = json.loads(run("action", "show", "1", "--json").out)["data"]["events"]
    assert events[-1]["facts"]["gravity"] == ["warn", "fail"]


def test_a_list_shows_what_is_due_first_and_in_csv_all_there_is(run: CommandLine) -> None:
    run("action", "add", "erp", "slow", "--deadline", "2h")
    run("action", "add", "core-sw-1", "fan is loud")
    run("action", "void", "2", "--because", "test")
    assert run("action", "list", "--state", "all").out == (
        "reference      state              asset      owner    deadline                title\n"
        "ACT-2026-0001  open               erp        lead.li  2026-11-05 12:00+08:00  slow\n"
        "ACT-2026-0002  open · void: test  core-sw-1  zhao     2026-11-08 10:00+08:00  fan is loud\n"
    )
    assert run("action", "list", "--format", "csv").out.splitlines()[0] == (
        "reference,state,gravity,asset,customer,owner,deadline,found,source,seen,done-by,verified-by,incident,title"
    )
    assert run("action", "list", "--owner", "zhao") == Result("", "No actions.\n", 0)
    assert run("action", "list", "--owner", "me", "--columns", "title").out == "title\nslow\n"
    assert run("action", "list", "--state", "all", "--limit", "1").err == "1 more; see them with --limit 0.\n"


def test_today_shows_eight_lines_and_counts_the_rest(run: CommandLine) -> None:
    for number in range(7):
        run("action", "add", "erp", f"mine {number}", "--deadline", f"{number + 1}h")
    for number in range(4):
        run("action", "add", "erp", f"theirs {number}", "--owner", "wang", "--deadline", f"{number + 1}h")
        run("action", "done", str(number + 8), "--as", "wang")
    result = run("today")
    assert [line.split()[0] for line in result.out.splitlines() if "ACT-" in line] == [
        *(f"ACT-2026-{number:04d}" for number in (1, 2, 3, 4, 5)),
        *(f"ACT-2026-{number:04d}" for number in (8, 9, 10)),
    ]
    assert "2 more actions to do: opsctl action list --owner me" in result.err
    assert "1 more action to verify: opsctl action list --state done" in result.err
    found = data(run("today", "--json"))["action"]
    assert (found["due"]["total"], found["verify"]["total"]) == (7, 4)


def test_today_says_what_is_overdue(run: CommandLine) -> None:
    run("action", "add", "erp", "slow")
    run("action", "correct", "1", "deadline=2026-11-04", "--reason", "it was promised")
    (line,) = [line for line in run("today").out.splitlines() if "ACT-" in line]
    assert line.split("  ")[1:3] == ["do · overdue", "erp"]


def test_today_says_what_is_open_again_long_before_its_deadline(run: CommandLine) -> None:
    run("action", "add", "erp", "slow", "--owner", "wang", "--deadline", "20d")
    assert "ACT-" not in run("today", "--as", "wang").out
    run("action", "done", "1", "--as", "wang")
    assert run("action", "return", "1", "--reason", "still slow").code == 0
    (line,) = [line for line in run("today", "--as", "wang").out.splitlines() if "ACT-" in line]
    assert line.split("  ")[1:3] == ["do · open again", "erp"]


def test_today_has_nothing_for_a_login_that_is_nobodys(run: CommandLine) -> None:
    run("action", "add", "erp", "slow")
    result = run("today", "--as", "stranger")
    assert result.code == 0
    assert "ACT-" not in result.out


BOOK = """
[rulebook]
name = "om"
version = "1"
zone = "Asia/Shanghai"

[checklists.room]
title = "Room"
items = [{ id = "door", title = "Door", type = "state" }, { id = "fans", title = "Fans", type = "state" }]
"""


@pytest.fixture
def ruled(run: CommandLine, tmp_path: Path) -> CommandLine:
    """A checklist is in force."""
    (tmp_path / "om.toml").write_text(BOOK, encoding="utf-8")
    assert run("rulebook", "apply", str(tmp_path / "om.toml")).code == 0
    return run


def test_evidence_is_named_corrected_and_taken_away(ruled: CommandLine) -> None:
    assert ruled("action", "add", "erp", "mend the door").code == 0
    words = ("kind=process", "verify=巡检：room/door erp", "months=12")
    assert ruled("action", "correct", "1", *words, "--reason", "agreed").code == 0
    found = shown(ruled)
    assert (found["kind"], found["verify"], found["months"]) == ("process", "inspect room/door erp", 12)
    text = " ".join(ruled("action", "show", "1").out.split())
    assert "kind process verified by evidence inspect room/door erp months watched 12" in text
    assert "verified by evidence: – → inspect room/door erp" in text
    for bad in ("verify=inspect room/window", "months=37", "months=0"):
        assert ruled("action", "correct", "1", bad, "--reason", "x").code in (2, 4)
    assert ruled("action", "correct", "1", "kind=-", "verify=-", "--reason", "a person looks").code == 0
    found = shown(ruled)
    assert (found["kind"], found["verify"], found["months"]) == (None, None, None)


def test_each_that_is_done_says_what_it_waits_for(ruled: CommandLine) -> None:
    ruled("action", "add", "erp", "one")
    ruled("action", "add", "erp", "two", "--verify", "inspect room/door")
    ruled("action", "add", "erp", "three", "--verify", "inspect room/fans erp")
    assert ruled("action", "done", "1", "2", "3").err == (
        "Somebody else verifies it: opsctl action verify ACT-2026-0001\n"
        "ACT-2026-0002: It is verified by the next round of room, of whatever asset, in which door is ok:"
        " opsctl inspect log room\n"
        "ACT-2026-0003: It is verified by the next round of room of erp in which fans is ok:"
        " opsctl inspect log room --asset erp\n"
    )
    refused_ = ruled("action", "verify", "1", "2", "--as", "wang")
    assert (refused_.code, shown(ruled)["state"]) == (6, "done"), "all or none"


def test_what_a_record_verifies_is_nobodys_to_verify(ruled: CommandLine) -> None:
    ruled("action", "add", "erp", "one", "--verify", "inspect room/door")
    ruled("action", "done", "1", "--as", "wang")
    assert "ACT-2026-0001" not in ruled("today").out
    ruled("action", "correct", "1", "verify=-", "--reason", "the checklist goes")
    assert "ACT-2026-0001" in ruled("today").out
    assert ruled("action", "verify", "1").code == 0


def test_a_list_of_one_kind_alone(run: CommandLine) -> None:
    run("action", "add", "erp", "one", "--kind", "prevent")
    run("action", "add", "erp", "two", "--kind", "detect")
    run("action", "add", "erp", "three")
    (found,) = data(run("action", "list", "--kind", "detect", "--json"))["actions"]
    assert (found["reference"], found["kind"]) == ("ACT-2026-0002", "detect")
