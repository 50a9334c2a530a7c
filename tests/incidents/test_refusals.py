"""What people type at night and should not have: hostile, full-width, half finished. Each is a line and a code."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.harness import CommandLine, Result

HINT = "Use 30% or 0.3: more than nothing, at most all."


@pytest.fixture
def run(run: CommandLine) -> CommandLine:
    """The command line with the asset erp; it is 10:00 on 5 November 2026 in Shanghai."""
    assert run("asset", "add", "erp", "--title", "ERP login", "--title-zh", "ERP 登录").code == 0
    return run


def shown(run: CommandLine, reference: str = "1") -> Any:
    return json.loads(run("incident", "show", reference, "--json").out)["data"]


def listed(run: CommandLine, *words: str) -> list[str]:
    return run("incident", "list", "-q", "--sort", "reference", *words).out.split()


@pytest.mark.parametrize(
    ("typed", "weight"),
    [
        ("30%", 0.3),
        ("0.3", 0.3),
        ("12.5 %", 0.125),
        ("0.125", 0.125),
        ("100%", 1.0),
        ("1", 1.0),
        ("1.0", 1.0),
        ("0.001", 0.001),
        ("0.1%", 0.001),
        ("３０％", 0.3),
        ("０。３", 0.3),
        (" 30 % ", 0.3),
        ("0.300", 0.3),
    ],
)
def test_a_share_is_read_as_it_was_meant(run: CommandLine, typed: str, weight: float) -> None:
    assert run("open", "erp", "slow", "--down", "--weight", typed).code == 0
    assert [span["weight"] for span in shown(run)["spans"] if span["kind"] == "outage"] == [weight]


@pytest.mark.parametrize(
    "typed",
    [
        "0", "0%", "0.0", "101%", "1.001", "2", "30", "0.0001", "0.01%", "-1%", "-0.3", "", "%", "x", "0.3.3", "30%%",
        "1e-1", "½", "nan", "٣٠%", "9" * 5000, "30\n%x",
    ],
    ids=lambda one: repr(one)[:12],
)  # fmt: skip
def test_what_is_no_share_is_refused(run: CommandLine, typed: str) -> None:
    result = run("open", "erp", "slow", "--down", f"--weight={typed}")
    assert (result.out, result.code) == ("", 2)
    assert result.err.endswith(f" is not a share. {HINT}\n")
    assert len(result.err) < 200
    assert listed(run) == []


@pytest.mark.parametrize(
    ("words", "code", "line"),
    [
        (["open", "erp x", "-s0"], 2, "There is no severity 0. Use 1 (the worst) to 4."),
        (["open", "erp x", "-s5"], 2, "There is no severity 5. Use 1 (the worst) to 4."),
        (["open", "erp x", "-s", "-1"], 2, "--severity wants a whole number, not '-1'. Like: --severity 3"),
        (["open", "erp x", "-s", "x"], 2, "--severity wants a whole number, not 'x'. Like: --severity 3"),
        (["open", "erp x", "--weight", "30%"], 2, "--weight says how much of an outage is lost. Add --down."),
        (["open", "x", "--for", "li", "--unowned"], 2, "--for and --unowned contradict each other. Give one of them."),
        (["open", ""], 2, "The text is empty. Say it in a few words."),
        (["open", "\u202e\x1b[31m"], 2, "The text is empty. Say it in a few words."),
        (["open"], 2, "ASSET TITLE … is missing. See: opsctl open --help"),
        (["open", "erp x", "--down", "2026-11-05 11:00"], 2, None),
        (["open", "erp x", "--detected", "09:00", "--down", "09:30"], 2, None),
        (["incident", "list", "-s5"], 2, "There is no severity 5. Use 1 (the worst) to 4."),
        (["incident", "list", "--customer", "yi"], 4, None),
        (["incident", "list", "--owner", "\x1b]0;x\x07"], 2, "The text is empty. Say it in a few words."),
        (["note", "-"], 2, 'A note needs a text. Like: opsctl note 42 "text"'),
        (["note"], 2, 'A note needs a text. Like: opsctl note 42 "text"'),
        (["note", "42"], 2, 'A note needs a text. Like: opsctl note 42 "text"'),
        (["note", "４２"], 2, 'A note needs a text. Like: opsctl note 42 "text"'),
        (["note", "INC-2026-0042"], 2, 'A note needs a text. Like: opsctl note 42 "text"'),
        (["note", "42", "\u200b"], 2, "The text is empty. Say it in a few words."),
        (["note", "42", "x"], 4, None),
        (["note", "x"], 2, None),
        (["note", "1", "-F", "/no/such/file"], 4, "There is no file /no/such/file. Check the path."),
        (["ack", "1; DROP TABLE incident"], 4, None),
        (["ack", "../../etc/passwd"], 4, None),
        (["ack", "refs"], 4, "There is no refs. A reference looks like INC-2026-0042; a bare number is this year's."),
        (["ack", "%"], 4, None),
        (["ack", "INC-2026-____"], 4, None),
        (["ack", "9" * 100_000], 4, None),
        (["ack", "INC-2026-" + "9" * 30], 4, None),
        (["incident", "approve", "1/1"], 4, None),
        (["incident", "approve", "/"], 4, None),
        (["incident", "correct", "1", "--reason", "x"], 2, None),
        (["incident", "correct", "title=x", "--reason", "x"], 2, None),
        (["incident", "correct", "1", "titel=x", "--reason", "x"], 2,
         "The field cannot be 'titel'. Did you mean title?"),
        (
            ["incident", "correct", "1", "title=x"],
            2,
            "--reason is missing."
            ' Like: opsctl incident correct 42 impact_start=02:40 --reason "log of the proxy"',
        ),
        (["incident", "void", "1"], 2, None),
        (["incident", "void", "1", "--because", "test", "--undo"], 2, None),
        (["incident", "void", "1", "--because", "boredom"], 2, None),
        (
            ["incident", "pause", "1"],
            2,
            "--reason is missing."
            " Like: opsctl incident pause 42 --reason \"waiting for customer's part\" --ask lead.wang",
        ),
        (["incident", "assign", "1"], 2, "--to is missing. Like: opsctl incident assign 42 --to wang"),
        (["merge", "1"], 2, "--into is missing. Like: opsctl merge 43 44 --into 42"),
        (["merge", "1", "--into", "1"], 4, None),
    ],
    ids=lambda one: " ".join(one)[:40].encode("unicode_escape").decode() if isinstance(one, list) else "",
)  # fmt: skip
def test_a_command_that_cannot_be_meant_changes_nothing(
    run: CommandLine, words: list[str], code: int, line: str | None
) -> None:
    rows = json.loads(run("ledger", "list", "--json").out)["data"]
    result = run(*words)
    assert (result.out, result.code) == ("", code)
    assert result.err == f"opsctl: {line}\n" if line else len(result.err) < 300 and result.err.count("\n") == 1
    assert json.loads(run("ledger", "list", "--json").out)["data"] == rows


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["restored", "--weight", "100%"], 2),
        (["incident", "reopen", "1", "--weight", "30%"], 2),
        (["incident", "close", "1"], 6),
        (["incident", "split", "1"], 6),
        (["incident", "resume", "1"], 6),
        (["down", "1", "--at", "09:40"], 6),
        (["resolve", "1"], 6),
        (["resolve", "1", "--restored", "08:00"], 2),
        (["resolve", "1", "--restored", "09:50", "--told", "11:00"], 2),
        (["ack", "1"], 6),
        (["incident", "approve", "1"], 5),
        (["incident", "approve", "1", "--refuse"], 2),
        (["incident", "approve", "1/1"], 4),
        (["incident", "void", "1", "--undo"], 6),
        (["incident", "correct", "1", "opened=", "--reason", "x"], 2),
        (["incident", "correct", "1", "title=", "--reason", "x"], 2),
        (["incident", "correct", "1", "cause=\x1b[2J", "--reason", "x"], 2),
        (["incident", "correct", "1", "asset=", "--reason", "x"], 2),
        (["incident", "correct", "1", "title=-", "--reason", "x"], 2),
        (["incident", "correct", "1", "opened=-", "--reason", "x"], 2),
        (["incident", "close", "1", "--cause", "-", "--handling", "——", "--result", "…"], 2),
        (["incident", "correct", "1", "asset=er", "--reason", "x"], 4),
        (["incident", "correct", "1", "customer=yi", "--reason", "x"], 4),
        (["incident", "correct", "1", "impact=huge", "--reason", "x"], 2),
        (["incident", "correct", "1", "resolved=09:00", "--reason", "x"], 2),
        (["incident", "correct", "1", "opened=2026-11-05 11:00", "--reason", "x"], 2),
        (["incident", "pause", "--reason", "x", "--ask", "me"], 5),
        (["incident", "pause", "--reason", "x", "--at", "08:00"], 2),
        (["merge", "1", "--into", "1"], 2),
        (["note", "1", "late", "--at", "11:00"], 2),
        (["note", "1", "early", "--at", "08:00"], 2),
    ],
    ids=lambda one: " ".join(one)[:40].encode("unicode_escape").decode() if isinstance(one, list) else "",
)
def test_a_move_that_is_not_possible_leaves_the_incident_as_it_is(
    run: CommandLine, words: list[str], code: int
) -> None:
    run("open", "erp", "slow", "--at", "09:45", "--down", "09:40")
    before = shown(run)
    result = run(*words)
    assert (result.out, result.code) == ("", code)
    assert len(result.err) < 300
    # How a clock time was read may stand before it.
    assert [line.startswith("opsctl: ") for line in result.err.splitlines()][-1:] == [True]
    assert result.err.count("\n") == 1 + result.err.count(" is read as ")
    assert shown(run) == before


def test_an_outage_is_ended_before_a_closing(run: CommandLine) -> None:
    run("open", "erp", "slow", "--down")
    texts = ("--cause", "a", "--handling", "b", "--result", "c")
    refused = run("resolve", "1", *texts)
    assert (refused.code, refused.err.split(". ")[0]) == (6, "opsctl: INC-2026-0001 is still down")
    assert run("resolve", "1", *texts, "--restored", "now").code == 0
    assert run("incident", "close", "1").code == 0
    # With a new outage it is in hand again, and not closed before that one is over.
    assert run("incident", "reopen", "1", "--down").code == 0
    assert run("incident", "close", "1") == Result(
        "",
        "opsctl: INC-2026-0001 is acknowledged: close is not possible."
        " Possible now: mitigate, down, restored, pause, resume, resolve, merge.\n",
        6,
    )
    assert shown(run)["closed"] is None


@pytest.mark.parametrize(
    ("word", "title"),
    [
        ("title=a=b", "a=b"),
        ("title＝a=b", "a=b"),
        ("title﹦a", "a"),
        ("TITLE=a", "a"),
        ("ｔｉｔｌｅ=＝a", "＝a"),
        ("title= a ", "a"),
    ],
)
def test_a_field_is_parted_from_its_value_at_the_first_sign(run: CommandLine, word: str, title: str) -> None:
    run("open", "erp", "slow")
    assert run("incident", "correct", "1", word, "--reason", "typo").code == 0
    assert shown(run)["title"] == title


def test_a_correction_says_which_months_it_touches_and_when_it_changes_nothing(run: CommandLine) -> None:
    now, run.now = run.now, datetime(2026, 7, 31, 15, 0, tzinfo=UTC)
    run("open", "erp", "slow", "--down")
    run.now += timedelta(hours=2)
    run("resolve", "1", "--restored", "now")
    run.now = now
    corrected = run("incident", "correct", "1", "impact-start=2026-07-31 20:00", "--reason", "log of the proxy")
    assert corrected == Result(
        "INC-2026-0001 corrected: slow · erp\n",
        "This may change figures of 2026-07, 2026-08; what is frozen stays.\n",
        0,
    )
    assert run("incident", "correct", "1", "title=slow", "--reason", "x").out == (
        "INC-2026-0001 says so already, nothing was changed: slow · erp\n"
    )
    long_ago = run("incident", "correct", "1", "impact-start=2025-12-31", "--reason", "guess")
    assert long_ago.err == "This may change figures of 2025-12 … 2026-08; what is frozen stays.\n"


def test_nobody_is_paged_so_it_is_said_whom_to_call(run: CommandLine) -> None:
    run("person", "add", "lead.li", "--name", "Li Wei")
    run("person", "add", "wang", "--name", "Wang Fang", "--phone", "139 0000 2222", "--email", "wang@example.com")
    run("person", "edit", "lead.li", "--superior", "wang")
    call = "Not paged, so call wang (Wang Fang): 139 0000 2222, wang@example.com\n"
    assert run("open", "erp", "slow", "--for", "wang").err == call
    run("open", "erp", "slower")
    assert run("incident", "escalate") == Result("INC-2026-0002 escalated to wang: slower · erp\n", call, 0)
    assert run("incident", "escalate", "2", "--to", "me").err == (
        "Not paged; no phone and no email of lead.li (Li Wei) is recorded.\n"
    )
    assert run("incident", "assign", "2", "--to", "Wang Fang").code == 0
    assert (listed(run, "--owner", "wan"), listed(run, "--owner", "ME")) == (["INC-2026-0001", "INC-2026-0002"], [])
    assert run("incident", "list", "--owner", "nobody").code == 4


def test_lists_are_narrowed_by_owner_and_by_what_was_merged(run: CommandLine) -> None:
    for words in ("one", "two", "three --unowned"):
        run("open", "erp", *words.split())
    run("merge", "2", "--into", "1")
    assert listed(run, "--owner", "me") == ["INC-2026-0001", "INC-2026-0002"]
    assert listed(run, "--owner", "我", "--state", "unresolved") == ["INC-2026-0001"]
    assert listed(run, "--owner", "somebody") == []
    assert listed(run, "--state", "merged") == ["INC-2026-0002"]


def test_a_note_is_words_or_a_file_or_a_pipe(run: CommandLine, tmp_path: Path) -> None:
    run("open", "erp", "slow")
    run("open", "erp", "slower", "--unowned")
    (tmp_path / "note.txt").write_text("from a file\n", encoding="utf-8")
    assert run("note", "1", "２", "in two").out.count("noted") == 2
    assert run("note", "three", "words", "each").code == 0
    assert run("note", "2", "-F", str(tmp_path / "note.txt")).code == 0
    assert run("note", "-F", "-", stdin="disk full\n  80 %\n").code == 0
    assert run("note", "-", "piped", stdin="INC-2026-0001  slow\n").code == 0

    def notes(reference: str) -> list[str]:
        events = json.loads(run("incident", "timeline", reference, "--json").out)["data"]["events"]
        return [one["facts"]["text"] for one in events if one["kind"] == "incident.noted"]

    assert notes("1") == ["in two", "three words each", "disk full\n  80 %", "piped"]
    assert notes("2") == ["in two", "from a file"]
    (tmp_path / "note.txt").write_bytes(b"\xff\xfe\x00")
    assert run("note", "1", "-F", str(tmp_path / "note.txt")).code == 2
    assert run("note", "1", "-F", "-", stdin="").code == 2


def test_a_timeline_tells_what_was_done_in_words(run: CommandLine) -> None:
    run("open", "erp", "slow", "--down", "--weight", "30%")
    run("open", "erp", "slower")
    run("open", "erp", "slowest")
    run("merge", "2", "3", "--into", "1")
    run("incident", "pause", "1", "--reason", "waiting", "--ask", "anna")
    run("--as", "anna", "incident", "approve", "1/1", "--refuse", "--reason", "no")
    assert run("incident", "timeline", "1").out == """\
INC-2026-0001  slow

happened                   event          by       text                               row
2026-11-05 10:00:00+08:00  opened         lead.li  slow                                 2
2026-11-05 10:00:00+08:00  merged         lead.li  with INC-2026-0002, INC-2026-0003    7
2026-11-05 10:00:00+08:00  paused         lead.li  waiting · anna is asked              8
2026-11-05 10:00:00+08:00  pause refused  anna     no · INC-2026-0001/1                 9
"""
    assert "into INC-2026-0001" in run("incident", "timeline", "3").out
    run("incident", "correct", "1", "impact_start=09:00", "--reason", "log")
    changed = "log · impact start: 2026-11-05 10:00:00+08:00 → 2026-11-05 09:00:00+08:00"
    assert changed in run("incident", "timeline", "1").out
    run("incident", "reclassify", "1", "--impact", "high", "--reason", "everybody")
    assert "impact: medium → high" in run("incident", "timeline", "1").out


def test_what_need_not_be_known_is_taken_away_with_a_dash(run: CommandLine) -> None:
    run("open", "erp", "slow", "--down", "09:00", "--detected", "09:10")
    run("incident", "correct", "1", "cause=full disk", "--reason", "seen")
    assert run("incident", "correct", "1", "detected=-", "cause=–", "impact_start＝-", "--reason", "mistyped").code == 0
    shown = json.loads(run("incident", "show", "1", "--json").out)["data"]
    assert (shown["detected"], shown["cause"], shown["impact_start"]) == (None, None, None)
    # The outage was declared, whether or not the beginning of its impact is known.
    assert [span["started"] for span in shown["spans"] if span["kind"] == "outage"] == ["2026-11-05T01:00:00Z"]
    assert run("ledger", "verify", "--deep").code == 0
