"""opsctl incident, word for word: what each verb says, how it reads what was typed, how it refuses."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.harness import CommandLine, Result

NO_SUCH = "A reference looks like INC-2026-0042; a bare number is this year's."


@pytest.fixture
def run(run: CommandLine) -> CommandLine:
    """The command line with the asset erp; it is 10:00 on 5 November 2026 in Shanghai."""
    assert run("asset", "add", "erp", "--title", "ERP login", "--title-zh", "ERP 登录").code == 0
    return run


def data(result: Result) -> Any:
    """What the result says for programs."""
    assert (result.code, result.err) == (0, "")
    return json.loads(result.out)["data"]


def shown(run: CommandLine, reference: str = "1") -> Any:
    return data(run("incident", "show", reference, "--json"))


def done(line: str) -> Result:
    return Result(f"{line}\n", "", 0)


def refused(code: int, line: str) -> Result:
    return Result("", f"opsctl: {line}\n", code)


def test_every_verb_says_what_it_did_in_one_line(run: CommandLine) -> None:
    assert run("incident", "open", "erp", "login answers 502", "--down", "02:58") == done(
        "INC-2026-0001 opened: login answers 502 · erp · down"
    )
    assert run("incident", "ack", "1") == refused(
        6,
        "INC-2026-0001 is acknowledged already."
        " Possible now: mitigate, down, restored, pause, resume, resolve, merge.",
    )
    assert run("incident", "note", "1", "app3 fails") == done("INC-2026-0001 noted: login answers 502 · erp")
    assert run("incident", "mitigate", "1") == done("INC-2026-0001 mitigated: login answers 502 · erp")
    assert run("incident", "resolve", "1") == refused(
        6,
        "INC-2026-0001 is still down. Say when it was back: opsctl incident resolve INC-2026-0001 --restored TIME",
    )
    assert run("incident", "restored", "1", "--at", "03:31") == done("INC-2026-0001 restored: login answers 502 · erp")
    assert run("incident", "resolve", "1", "--cause", "old certificate") == done(
        "INC-2026-0001 resolved: login answers 502 · erp"
    )
    assert run("incident", "close", "1") == refused(
        6, "The record of INC-2026-0001 is not complete. Give: --handling TEXT, --result TEXT"
    )
    assert run("incident", "close", "1", "--handling", "renewed", "--result", "works") == done(
        "INC-2026-0001 closed: login answers 502 · erp"
    )
    assert run("incident", "close", "1") == refused(6, "INC-2026-0001 is closed already. Possible now: reopen.")
    assert run("incident", "ack", "1") == refused(
        6, "INC-2026-0001 is closed: ack is not possible. Possible now: reopen."
    )


def test_what_may_be_the_same_fault_is_said_with_the_way_to_merge_it(run: CommandLine) -> None:
    run("incident", "open", "erp", "login answers 502")
    assert run("incident", "open", "erp", "slow") == done(
        "INC-2026-0002 opened: slow · erp\n\n"
        "maybe the same  INC-2026-0001 login answers 502; if so: opsctl merge INC-2026-0002 --into INC-2026-0001"
    )


def test_several_references_get_a_line_each(run: CommandLine) -> None:
    run("incident", "open", "erp", "one", "--unowned")
    run("incident", "open", "erp", "two", "--unowned")
    assert run("incident", "ack", "2", "1") == done(
        "INC-2026-0002 acknowledged: two · erp\nINC-2026-0001 acknowledged: one · erp"
    )
    assert run("incident", "note", "1", "INC-2026-0002", "both", "-q") == done("INC-2026-0001\nINC-2026-0002")


@pytest.mark.parametrize(
    ("words", "title", "down"),
    [
        (["erp", "login", "answers", "502"], "login answers 502", None),
        (["erp login  answers 502"], "login answers 502", None),
        (["erp", "登录报", "502"], "登录报 502", None),
        (["erp　登录报 502"], "登录报 502", None),
        (["login 502", "--asset", "ERP 登录"], "login 502", None),
        (["erp", "x", "--down"], "x", "2026-11-05T02:00:00Z"),
        (["erp", "x", "--down", "02:58"], "x", "2026-11-04T18:58:00Z"),
        (["erp", "x", "--down=-90m"], "x", "2026-11-05T00:30:00Z"),
        (["erp", "x", "--down", "yesterday 14:00"], "x", "2026-11-04T06:00:00Z"),
        (["erp", "x", "--down", "--impact", "high"], "x", "2026-11-05T02:00:00Z"),
        (["--down", "erp", "x"], "x", "2026-11-05T02:00:00Z"),
        (["－－down", "０２：５８", "erp", "x"], "x", "2026-11-04T18:58:00Z"),
        (["erp", "x", "——down"], "x", "2026-11-05T02:00:00Z"),
    ],
    ids=[
        "words joined",
        "one text with double blanks",
        "Chinese",
        "a wide blank",
        "a title as --asset",
        "--down alone",
        "--down with a clock",
        "--down=",
        "--down yesterday",
        "--down before an option",
        "--down before the asset",
        "full width",
        "Chinese dashes",
    ],
)
def test_open_reads_its_words_and_since_when_it_is_down(
    run: CommandLine, words: list[str], title: str, down: str | None
) -> None:
    # Not `data`: what was mended is said on stderr.
    opened = json.loads(run("incident", "open", *words, "--json").out)["data"]
    assert (opened["asset"], opened["title"], opened["impact_start"]) == ("erp", title, down)
    outages = [span["started"] for span in opened["spans"] if span["kind"] == "outage"]
    assert outages == ([] if down is None else [down])


@pytest.mark.parametrize("reference", ["2", "２", "INC-2026-0002", "inc-2026-2", "ＩＮＣ－２０２６－０００２"])
def test_a_reference_is_read_however_it_was_typed(run: CommandLine, reference: str) -> None:
    for title in ("one", "two"):
        run("incident", "open", "erp", title, "--unowned")
    acknowledged = run("incident", "ack", reference, "--at", "１０：００")
    assert (acknowledged.out, acknowledged.code) == ("INC-2026-0002 acknowledged: two · erp\n", 0)
    # What was mended is said.
    assert acknowledged.err == "１０：００ is read as 10:00.\n"


@pytest.mark.parametrize(
    ("words", "code", "line"),
    [
        (["open", "login 502", "--asset", "erpp"], 4, "There is no asset 'erpp'. Did you mean erp?"),
        (
            ["open", "erp"],
            2,
            'What is wrong with erp? Say it after the asset: opsctl incident open erp "login answers 502"',
        ),
        (["open", "erp x", "--at", "10:30 tomorrow"], 2, None),
        (
            ["open", "erp x", "--at", "2026-11-05 10:00:01"],
            2,
            "That time is still to come. Give a time that has passed, or leave it out for now.",
        ),
        (
            ["open", "erp x", "--down", "2026-11-06"],
            2,
            "That time is still to come. Give a time that has passed, or leave it out for now.",
        ),
        (
            ["open", "erp x", "--at", "2026-03-29 02:30", "--tz", "Europe/Rome"],
            2,
            "2026-03-29 02:30 does not exist in Europe/Rome: the clocks skip it."
            " The nearest times are 2026-03-29T01:59+01:00 and 2026-03-29T03:00+02:00.",
        ),
        (
            ["open", "erp x", "--at", "2026-10-25 02:30", "--tz", "Europe/Rome"],
            2,
            "2026-10-25 02:30 comes twice in Europe/Rome: the clocks go back."
            " Add the offset: 2026-10-25T02:30+02:00 or 2026-10-25T02:30+01:00.",
        ),
        (["open", "erp", "x" * 1_000_000], 2, None),
        (["open", "erp x", "--impact", "hgh"], 2, "--impact cannot be 'hgh'. Did you mean high?"),
        (["ack", "9"], 4, f"There is no 9. {NO_SUCH}"),
        (["ack", "INC-2026-0009"], 4, f"There is no INC-2026-0009. {NO_SUCH}"),
        (["ack", "INC-2026"], 4, f"There is no INC-2026. {NO_SUCH}"),
        (["show", "RST-2026-0001"], 4, f"There is no RST-2026-0001. {NO_SUCH}"),
        (["note", "1"], 2, 'A note needs a text. Like: opsctl note 42 "text"'),
        (["note", "1", " "], 2, 'A note needs a text. Like: opsctl note 42 "text"'),
        (["list", "--state", "unakced"], 2, "--state cannot be 'unakced'. Did you mean unacked?"),
        (["list", "--sort", "titel"], 2, None),
        (["list", "--limit", "x"], 2, "--limit wants a whole number, not 'x'. Like: --limit 3"),
        (
            ["list", "--columns", "reference,titel"],
            2,
            "There is no column 'titel'. Use one of: reference, state, severity, asset, customer, owner, opened, down,"
            " due, left, title.",
        ),
        (["list", "--asset", "zzz"], 4, None),
        (["ack"], 2, "lead.li has no unresolved incident. Name another's: opsctl incident list --state unresolved"),
        (["resolve"], 2, "REF … is missing. See: opsctl incident resolve --help"),
        (["akc", "1"], 2, "There is no command 'akc'. Did you mean ack?"),
    ],
    ids=lambda one: " ".join(one)[:40] if isinstance(one, list) else "",
)
def test_what_cannot_be_done_is_one_line_and_a_code(
    run: CommandLine, words: list[str], code: int, line: str | None
) -> None:
    result = run("incident", *words)
    assert (result.out, result.code) == ("", code)
    assert result.err == f"opsctl: {line}\n" if line else len(result.err) < 300 and result.err.count("\n") == 1
    assert run("incident", "list") == Result("", "No incidents.\n", 0)


def test_a_correction_that_contradicts_another_time_is_refused_in_the_readers_zone(run: CommandLine) -> None:
    run("open", "erp", "x", "--at", "09:00")
    hint = "Correct that time, too: both can be given at once."
    for zone, typed, seen in (
        ("Asia/Shanghai", "08:30", "2026-11-05 08:30:00+08:00"),
        ("Europe/Berlin", "01:30", "2026-11-05 01:30:00+01:00"),
    ):
        result = run("--tz", zone, "incident", "correct", "1", f"acknowledged={typed}", "--reason", "typo")
        assert result == refused(2, f"acknowledged {seen} is before the impact began. {hint}")


def test_a_number_of_two_years_is_ambiguous_where_neither_is_this_one(run: CommandLine) -> None:
    for year in (2024, 2025):
        run.now = datetime(year, 5, 1, tzinfo=UTC)
        run("incident", "open", "erp", "x")
    run.now = datetime(2026, 11, 5, 2, 0, tzinfo=UTC)
    assert run("incident", "ack", "1") == refused(2, "1 may mean several: INC-2024-0001, INC-2025-0001. Name one.")


def test_references_are_piped_from_a_list_into_the_next_command(run: CommandLine) -> None:
    for title in ("one", "two", "three"):
        run("incident", "open", "erp", title, "--unowned")
    run("incident", "ack", "2")
    unacked = run("incident", "list", "--state", "unacked", "--since", "-30m", "--quiet", "--sort", "reference")
    assert unacked == done("INC-2026-0001\nINC-2026-0003")
    assert run("incident", "ack", "-", stdin=unacked.out) == done(
        "INC-2026-0001 acknowledged: one · erp\nINC-2026-0003 acknowledged: three · erp"
    )
    # The first word of a line counts, so a whole table may be piped too.
    assert run("incident", "resolve", "-", "-q", stdin="\nINC-2026-0002  acknowledged  erp\n").out == "INC-2026-0002\n"


def test_control_and_escape_sequences_are_neither_stored_nor_shown(run: CommandLine) -> None:
    evil = "erp \x1b[31mred\x1b[0m \x1b]0;title\x07\u202etxt\x00 \x9b2Jend\r\nnext"
    assert run("incident", "open", evil) == done("INC-2026-0001 opened: red txt end next · erp")
    assert shown(run)["title"] == "red txt end next"
    assert run("incident", "note", "1", "a\x1b[2Jb\r\nc\x00").code == 0
    events = data(run("incident", "timeline", "1", "--json"))["events"]
    assert events[1]["facts"] == {"text": "ab\nc"}


def test_an_incident_is_shown_with_its_clocks_and_spans(run: CommandLine) -> None:
    day, run.now = run.now, datetime(2026, 11, 4, 19, 0, tzinfo=UTC)  # 03:00
    run("incident", "open", "erp", "login answers 502", "--down", "02:58", "--impact", "high", "--unowned")
    run.now += timedelta(minutes=10)
    run("incident", "ack", "1")
    run.now += timedelta(minutes=21, seconds=30)
    run("incident", "resolve", "1", "--restored", "03:31:30", "--cause", "certificate expired")
    run.now = day
    run("incident", "correct", "1", "restored=03:35", "--reason", "log of the proxy")
    assert run("incident", "show", "1") == Result(
        """\
reference              INC-2026-0001
title                  login answers 502
asset                  erp
state                  resolved
impact                 high
urgency                medium
severity               –
category               fault
who has it             lead.li
cause                  certificate expired
handling               –
result                 –
a closing still wants  handling, result

impact start           2026-11-05 02:58:00+08:00
detected               –
opened                 2026-11-05 03:00:00+08:00
acknowledged           2026-11-05 03:10:00+08:00
restored               2026-11-05 03:35:00+08:00
resolved               2026-11-05 03:31:30+08:00
closed                 –
opened → acknowledged  10 min
impact → restored      37 min
opened → resolved      31 min 30 s

what lasted   from                       to                                 for
outage        2026-11-05 02:58:00+08:00  2026-11-05 03:35:00+08:00       37 min
open          2026-11-05 03:00:00+08:00  2026-11-05 03:10:00+08:00       10 min
acknowledged  2026-11-05 03:10:00+08:00  2026-11-05 03:31:30+08:00  21 min 30 s
resolved      2026-11-05 03:31:30+08:00  –                                    –
""",
        "Restored after it was resolved.\nSome of its times were entered later than 15 minutes after they happened.\n",
        0,
    )


def test_a_timeline_marks_what_was_recorded_later(run: CommandLine) -> None:
    run("incident", "open", "erp", "slow", "--unowned")
    run.now += timedelta(hours=1)
    run("incident", "note", "1", "said late", "--at", "10:30")
    run("--as", "anna", "incident", "ack", "1", "--at", "10:58:00")
    run("incident", "note", "1", "two\nlines", "--at", "10:57:59")
    assert run("--utc", "incident", "timeline", "1") == Result(
        """\
INC-2026-0001  slow

happened                   event         by       text       entered later  row
2026-11-05 02:00:00+00:00  opened        lead.li  slow                   –    2
2026-11-05 02:30:00+00:00  note          lead.li  said late         30 min    3
2026-11-05 02:57:59+00:00  note          lead.li  two lines      2 min 1 s    5
2026-11-05 02:58:00+00:00  acknowledged  anna     –                      –    4
""",
        "",
        0,
    )


def test_a_list_lines_up_wide_characters_and_counts_how_long_it_was_down(run: CommandLine) -> None:
    run("asset", "add", "邮件")
    run("incident", "open", "erp", "slow", "--at", "09:00", "-s3")
    run("incident", "open", "邮件", "邮件系统宕机", "--at", "09:30", "--down", "08:30", "--unowned")
    assert run("incident", "list") == done(
        "reference      state         sev  asset  opened                        down  title\n"
        "INC-2026-0002  open            –  邮件   2026-11-05 09:30+08:00  1 h 30 min  邮件系统宕机\n"
        "INC-2026-0001  acknowledged    3  erp    2026-11-05 09:00+08:00           –  slow"
    )
    assert run("incident", "list", "--state", "unresolved") == done(
        "reference      state         sev  asset  who has it  left  title\n"
        "INC-2026-0002  open            –  邮件   –              –  邮件系统宕机\n"
        "INC-2026-0001  acknowledged    3  erp    lead.li        –  slow"
    )
    assert run("incident", "list", "--columns", "title,reference", "--limit", "1") == Result(
        "title         reference\n邮件系统宕机  INC-2026-0002\n", "1 more; see them with --limit 0.\n", 0
    )


def test_an_until_that_is_a_date_includes_the_day_and_a_time_is_excluded(run: CommandLine) -> None:
    run("incident", "open", "erp", "first", "--at", "2026-11-04 23:59:59")
    run("incident", "open", "erp", "second", "--at", "2026-11-05 00:00")

    def listed(*words: str) -> str:
        return run("incident", "list", "--quiet", *words).out

    assert listed("--until", "2026-11-04") == "INC-2026-0001\n"
    assert listed("--until", "2026-11-05") == "INC-2026-0002\nINC-2026-0001\n"
    assert listed("--until", "2026-11-05 00:00") == "INC-2026-0001\n"
    assert listed("--since", "2026-11-05") == "INC-2026-0002\n"
    # In UTC both were opened on the fourth.
    assert listed("--until", "2026-11-04", "--utc") == "INC-2026-0002\nINC-2026-0001\n"


def test_a_formula_is_defused_in_csv_and_left_alone_elsewhere(run: CommandLine) -> None:
    run("incident", "open", "erp", "=1+1")
    run("incident", "open", "erp", "＝cmd|' /C calc'!A0")
    listed = run("incident", "list", "--sort", "reference", "--columns", "reference,title,down", "--format", "csv")
    assert listed.out == "reference,title,down\nINC-2026-0001,'=1+1,\nINC-2026-0002,'＝cmd|' /C calc'!A0,\n"
    assert shown(run)["title"] == "=1+1"


def test_an_incident_for_programs_has_every_field(run: CommandLine) -> None:
    run("incident", "open", "erp", "slow", "--at", "09:00", "--down", "08:00", "--urgency", "low", "--unowned")
    result = run("incident", "ack", "1", "--at", "09:05", "--json")
    incident = {
        "reference": "INC-2026-0001",
        "title": "slow",
        "asset": "erp",
        "customer": None,
        "category": "fault",
        "state": "acknowledged",
        "impact": "medium",
        "urgency": "low",
        "severity": None,
        "rules": None,
        "assignee": "lead.li",
        "escalated_to": None,
        "impact_start": "2026-11-05T00:00:00Z",
        "detected": None,
        "opened": "2026-11-05T01:00:00Z",
        "acknowledged": "2026-11-05T01:05:00Z",
        "response": "person",
        "mitigated": None,
        "restored": None,
        "resolved": None,
        "closed": None,
        "cause": None,
        "handling": None,
        "result": None,
        "told": None,
        "plan": None,
        "plan_started": None,
        "exemption": None,
        "drill": False,
        "void": None,
        "merged_into": None,
        "corrected_at": None,
        "response_due": None,
        "restore_due": None,
        "entered_at": None,
        "recorded_at": "2026-11-05T02:00:00Z",
        "source": None,
        "source_key": None,
        "flags": ["late-entry"],
        "spans": [
            {"kind": "state", "state": "open", "started": "2026-11-05T01:00:00Z", "ended": "2026-11-05T01:05:00Z"},
            {"kind": "outage", "state": None, "started": "2026-11-05T00:00:00Z", "ended": None, "weight": 1.0},
            {"kind": "state", "state": "acknowledged", "started": "2026-11-05T01:05:00Z", "ended": None},
        ],
        "merged": [],
    }
    assert json.loads(result.out) == {"opsctl": 1, "kind": "incident.acknowledged", "data": [incident]}
    show = json.loads(run("incident", "show", "1", "--json").out)
    wanted = {"missing_to_close": ["cause", "handling", "result"], "action": None, "restore_points": []}
    whole = {**incident, "clocks": [], **wanted}
    assert show == {"opsctl": 1, "kind": "incident", "data": whole}
    assert json.loads(run("incident", "list", "--json").out) == {
        "opsctl": 1,
        "kind": "incident.list",
        "data": {"total": 1, "incidents": [{**incident, "clocks": []}]},
    }


def test_an_error_for_programs_is_json_on_stderr(run: CommandLine) -> None:
    result = run("incident", "ack", "9", "--json")
    assert (result.out, result.code) == ("", 4)
    assert json.loads(result.err) == {
        "opsctl": 1,
        "kind": "error",
        "data": {"code": 4, "message": "There is no 9.", "hint": NO_SUCH},
    }


def test_quiet_prints_references_alone(run: CommandLine) -> None:
    assert run("-q", "incident", "open", "erp", "slow", "--down") == done("INC-2026-0001")
    assert run("incident", "show", "1", "-q") == done("INC-2026-0001")
    assert run("incident", "list", "--state", "closed", "-q") == Result("", "", 0)


def test_a_list_shows_fifty_and_a_list_of_references_is_whole(run: CommandLine, tmp_path: Path) -> None:
    before = len(run("incident", "list", "-q").out.split())
    (tmp_path / "map.toml").write_text('source = "s"\nkey = "n"\n[columns]\nopened = "o"\n')
    rows = "".join(f"{number},2026-10-01T00:00:00Z\n" for number in range(60))
    (tmp_path / "many.csv").write_text(f"n,o\n{rows}")
    assert run("incident", "import", str(tmp_path / "many.csv"), "--map", str(tmp_path / "map.toml")).code == 0
    listed = run("incident", "list", "--columns", "reference")
    assert (listed.out.count("INC-"), listed.err) == (50, f"{before + 10} more; see them with --limit 0.\n")
    assert len(run("incident", "list", "-q").out.split()) == before + 60
    assert len(run("incident", "list", "-q", "--limit", "3").out.split()) == 3
    assert len(run("ledger", "list", "-q", "--kind", "incident.imported").out.split()) == 60
