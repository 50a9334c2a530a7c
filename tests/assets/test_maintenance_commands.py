"""opsctl maintenance, word for word: what each verb says, how it reads times that lie ahead, how it refuses."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.harness import CommandLine, Result

REF = "MNT-2026-0001"
NEEDED = f"It needs the approval of another person than planned it: opsctl maintenance approve {REF}\n"
LATE = (
    f"{REF} began without an approval: that stretch is listed and stays in the service time,"
    " so an outage in it counts.\n"
)


@pytest.fixture
def run(run: CommandLine) -> CommandLine:
    """The command line with the asset erp; it is 10:00 on 5 November 2026 in Shanghai."""
    assert run("asset", "add", "erp", "--title", "ERP login", "--title-zh", "ERP 登录").code == 0
    return run


@pytest.fixture
def planned(run: CommandLine) -> CommandLine:
    """The same with new disks tonight from 22:00 to 02:00, planned by lead.li."""
    assert run("maintenance", "plan", "erp", "new disks", "--from", "22:00", "--to", "02:00").code == 0
    return run


def windows(run: CommandLine) -> list[tuple[str, str, bool, bool]]:
    """Begin, end, late and excluded of every window of the first maintenance."""
    found = json.loads(run("maintenance", "list", "--json").out)["data"]["maintenance"]
    first: dict[str, Any] = next(one for one in found if one["reference"] == REF)
    return [(one["starts"], one["ends"], one["late"], one["excluded"]) for one in first["windows"]]


def test_a_maintenance_is_planned_approved_extended_and_ended_early(run: CommandLine) -> None:
    assert run("maintenance", "plan", "erp", "new", "disks", "--from", "22:00", "--for", "4h") == Result(
        f"""\
{REF} planned: new disks · erp

reference      from                    to                      state   approval
{REF}  2026-11-05 22:00+08:00  2026-11-06 02:00+08:00  coming  still needed
""",
        NEEDED,
        0,
    )
    assert run("maintenance", "approve", "1", "--as", "anna") == Result(
        f"""\
{REF} approved: new disks · erp

reference      from                    to                      state   approval
{REF}  2026-11-05 22:00+08:00  2026-11-06 02:00+08:00  coming  in time
""",
        "",
        0,
    )
    run.now += timedelta(hours=15)
    assert run("maintenance", "extend", "1", "--to", "04:00") == Result(
        f"""\
{REF} extended: new disks · erp

reference      from                    to                      state    approval
{REF}  2026-11-05 22:00+08:00  2026-11-06 02:00+08:00  running  in time
{REF}  2026-11-06 02:00+08:00  2026-11-06 04:00+08:00  coming   still needed
""",
        NEEDED,
        0,
    )
    run.now += timedelta(hours=2)
    assert run("maintenance", "approve", "1", "--as", "anna") == Result(
        f"""\
{REF} approved: new disks · erp

reference      from                    to                      state    approval
{REF}  2026-11-05 22:00+08:00  2026-11-06 02:00+08:00  over     in time
{REF}  2026-11-06 02:00+08:00  2026-11-06 04:00+08:00  running  late: stays in the service time
""",
        LATE,
        0,
    )
    assert run("maintenance", "cancel", "1", "--at", "02:45", "--reason", "done early") == Result(
        f"""\
{REF} cancelled: new disks · erp

reference      from                    to                      state        approval
{REF}  2026-11-05 22:00+08:00  2026-11-06 02:00+08:00  over         in time
{REF}  2026-11-06 02:00+08:00  2026-11-06 02:45+08:00  ended early  late: stays in the service time
""",
        LATE,
        0,
    )
    assert run("ledger", "verify", "--deep").code == 0


def test_a_plan_after_the_fact_is_said_to_be_late_at_once(run: CommandLine) -> None:
    result = run("maintenance", "plan", "erp", "new disks", "--from", "2026-11-05 01:00", "--to", "03:00")
    assert result == Result(
        f"""\
{REF} planned: new disks · erp

reference      from                    to                      state  approval
{REF}  2026-11-05 01:00+08:00  2026-11-05 03:00+08:00  over   none: stays in the service time
""",
        LATE + NEEDED,
        0,
    )


def test_a_list_says_who_planned_and_approved_when_and_what_was_late(planned: CommandLine) -> None:
    planned("maintenance", "plan", "ERP 登录", "换电源", "--from", "09:00", "--for", "3h")
    planned("maintenance", "plan", "erp", "move", "--from", "2026-11-05 09:00", "--for", "3h", "--as", "anna")
    planned("maintenance", "plan", "erp", "again", "--from", "23:00", "--for", "1h")
    planned("maintenance", "approve", "2", "--as", "anna")
    planned("maintenance", "approve", "3")
    planned("maintenance", "cancel", "4", "--reason", "no parts")
    assert planned("maintenance", "list") == Result(
        """\
reference      asset  from                    to                      state      approval                         \
approved                approved by  planned by  title
MNT-2026-0002  erp    2026-11-06 09:00+08:00  2026-11-06 12:00+08:00  coming     in time                          \
2026-11-05 10:00+08:00  anna         lead.li     换电源
MNT-2026-0004  erp    2026-11-05 23:00+08:00  2026-11-06 00:00+08:00  cancelled  –                                \
–                       –            lead.li     again
MNT-2026-0001  erp    2026-11-05 22:00+08:00  2026-11-06 02:00+08:00  coming     still needed                     \
–                       –            lead.li     new disks
MNT-2026-0003  erp    2026-11-05 09:00+08:00  2026-11-05 12:00+08:00  running    late: stays in the service time  \
2026-11-05 10:00+08:00  lead.li      anna        move
""",
        "",
        0,
    )
    assert planned("maintenance", "list", "--state", "late", "--columns", "reference,approval").out == (
        "reference      approval\nMNT-2026-0003  late: stays in the service time\n"
    )
    assert planned("maintenance", "list", "--quiet", "--since", "2026-11-05 22:00", "--until", "2026-11-05").out == (
        "MNT-2026-0004\nMNT-2026-0001\n"
    )
    few = planned("maintenance", "list", "--limit", "1", "--columns", "reference,to")
    assert (few.out.splitlines()[1:], few.err) == (
        ["MNT-2026-0002  2026-11-06 12:00+08:00"],
        "3 more; see them with --limit 0.\n",
    )


def test_what_waits_is_piped_into_the_approval(planned: CommandLine) -> None:
    planned("maintenance", "plan", "erp", "again", "--from", "23:00", "--for", "1h")
    waiting = planned("maintenance", "list", "--state", "planned", "--quiet").out
    assert waiting == "MNT-2026-0002\nMNT-2026-0001\n"
    assert planned("maintenance", "approve", "-", "--as", "anna", "-q", stdin=waiting).out == waiting
    assert planned("maintenance", "list", "--state", "planned") == Result("", "No maintenance.\n", 0)


def test_a_maintenance_for_programs_has_every_field(planned: CommandLine) -> None:
    result = planned("maintenance", "cancel", "1", "--reason", "no parts", "--json", "--quiet")
    assert json.loads(result.out) == {
        "opsctl": 1,
        "kind": "maintenance.cancelled",
        "data": {
            "reference": REF,
            "asset": "erp",
            "title": "new disks",
            "states": ["cancelled"],
            "cancelled_at": "2026-11-05T02:00:00Z",
            "cancel_reason": "no parts",
            "recorded_at": "2026-11-05T02:00:00Z",
            "windows": [
                {
                    "starts": "2026-11-05T14:00:00Z",
                    "ends": "2026-11-05T18:00:00Z",
                    "planned_by": "lead.li",
                    "planned_at": "2026-11-05T02:00:00Z",
                    "approved_by": None,
                    "approved_at": None,
                    "late": False,
                    "excluded": False,
                }
            ],
        },
    }


@pytest.mark.parametrize(
    ("words", "code", "line"),
    [
        (
            ["approve", "1"],
            5,
            f"{REF} was planned by lead.li, who cannot approve it."
            f" Any other person may: ask one to run: opsctl maintenance approve {REF}",
        ),
        (["approve", "9"], 4, "There is no 9. A reference looks like MNT-2026-0042; a bare number is this year's."),
        (["approve"], 2, "REF … is missing. See: opsctl maintenance approve --help"),
        (
            ["extend", "1", "--to", "01:00"],
            2,
            f"{REF} lasts to 2026-11-06 02:00:00+08:00 already. Give a later --to, with its date."
            f" To end it early: opsctl maintenance cancel {REF} --reason TEXT",
        ),
        (["extend", "MNT-2026", "--to", "04:00"], 4, None),
        (["extend", "1"], 2, "--to is missing. Like: opsctl maintenance extend 42 --to 04:00"),
        (
            ["cancel", "1"],
            2,
            '--reason is missing. Like: opsctl maintenance cancel 42 --reason "the parts have not arrived"',
        ),
        (["cancel", "1", "--reason", " "], 2, "The text is empty. Say it in a few words."),
        (
            ["cancel", "1", "--reason", "x", "--at", "2026-11-05 10:00:01"],
            2,
            "That time is still to come. Give a time that has passed, or leave it out for now.",
        ),
        (
            ["cancel", "1", "--reason", "x", "--at", "2026-11-05 09:59:59"],
            2,
            f"{REF} cannot be cancelled before 2026-11-05 10:00:00+08:00. Give a later time with --at.",
        ),
        (["plan", "erpp", "x", "--from", "22:00", "--for", "1h"], 4, None),
        (["plan", "erp", "--from", "22:00", "--for", "1h"], 2, None),
        (["plan", "erp", " ", "--from", "22:00", "--for", "1h"], 2, "The text is empty. Say it in a few words."),
        (["plan", "erp", "x" * 301, "--from", "22:00", "--for", "1h"], 2, None),
        (
            ["plan", "erp", "x", "--to", "22:00"],
            2,
            "--from is missing."
            ' Like: opsctl maintenance plan core-sw-1 "new firmware" --from "2026-12-01 22:00" --to 02:00',
        ),
        (
            ["plan", "erp", "x", "--from", "22:00"],
            2,
            "Say when it ends, once. Use either --to TIME or --for DURATION.",
        ),
        (
            ["plan", "erp", "x", "--from", "22:00", "--to", "23:00", "--for", "1h"],
            2,
            "Say when it ends, once. Use either --to TIME or --for DURATION.",
        ),
        (
            ["plan", "erp", "x", "--from", "22:00", "--for", "0s"],
            2,
            "A maintenance has to end after it begins. Give a later --to, with its date, or --for DURATION.",
        ),
        (["plan", "erp", "x", "--from", "22:00", "--to", "2026-11-05 21:00"], 2, None),
        (["plan", "erp", "x", "--from", "22:00", "--for", "4"], 2, None),
        (["plan", "erp", "x", "--from", "22:00", "--for", "-4h"], 2, None),
        (
            ["plan", "erp", "x", "--from", "22:00", "--for", "999999w"],
            2,
            "That ends beyond the year 9998. Give a shorter --for.",
        ),
        (
            ["plan", "erp", "x", "--from", "9998-12-31 22:00", "--for", "3d"],
            2,
            "That ends beyond the year 9998. Give a shorter --for.",
        ),
        (["plan", "erp", "x", "--from", "25:00", "--for", "1h"], 2, None),
        (["plan", "erp", "x", "--from", "soon", "--for", "1h"], 2, None),
        (["plan", "erp", "x", "--from", "", "--for", "1h"], 2, None),
        (["list", "--state", "lte"], 2, "--state cannot be 'lte'. Did you mean late?"),
        (["list", "--asset", "zzz"], 4, None),
        (["list", "--columns", "nothing"], 2, None),
    ],
    ids=lambda one: " ".join(one)[:50] if isinstance(one, list) else "",
)
def test_what_cannot_be_done_is_one_line_and_a_code(
    planned: CommandLine, words: list[str], code: int, line: str | None
) -> None:
    before = windows(planned)
    result = planned("maintenance", *words)
    assert (result.out, result.code) == ("", code)
    assert result.err == f"opsctl: {line}\n" if line else len(result.err) < 300 and result.err.count("\n") == 1
    assert windows(planned) == before
    assert planned("maintenance", "list", "--quiet").out == f"{REF}\n"


@pytest.mark.parametrize("verb", [["approve"], ["extend", "--to", "04:00"], ["cancel", "--reason", "again"]])
def test_what_was_cancelled_or_is_over_is_a_conflict(planned: CommandLine, verb: list[str]) -> None:
    planned("maintenance", "cancel", "1", "--reason", "no parts")
    result = planned("maintenance", verb[0], "1", *verb[1:], "--as", "anna")
    assert (result.out, result.code) == ("", 6)
    assert result.err == (
        f"opsctl: {REF} was cancelled at 2026-11-05 10:00:00+08:00. Plan another with: opsctl maintenance plan erp\n"
    )


def test_what_is_approved_or_has_ended_is_a_conflict(planned: CommandLine) -> None:
    planned("maintenance", "approve", "1", "--as", "anna")
    again = planned("maintenance", "approve", "1", "--as", "wang")
    see = f"See: opsctl ledger list --subject {REF}"
    assert (again.out, again.err, again.code) == ("", f"opsctl: {REF} is approved already. {see}\n", 6)
    planned.now += timedelta(hours=16)
    ended = planned("maintenance", "cancel", "1", "--reason", "x")
    assert (ended.out, ended.code) == ("", 6)
    assert ended.err == (
        f"opsctl: {REF} ended at 2026-11-06 02:00:00+08:00 and cannot be cancelled any more."
        " If it ended earlier, say when with --at TIME.\n"
    )
    assert planned("maintenance", "cancel", "1", "--reason", "x", "--at", "01:00").code == 0


@pytest.mark.parametrize(
    ("begin", "end", "starts", "ends"),
    [
        ("22:00", ["--to", "02:00"], "2026-11-05T14:00:00Z", "2026-11-05T18:00:00Z"),
        ("２２：００", ["－－to", "０２：００"], "2026-11-05T14:00:00Z", "2026-11-05T18:00:00Z"),
        ("09:00", ["--for", "90m"], "2026-11-06T01:00:00Z", "2026-11-06T02:30:00Z"),
        ("明天 22:00", ["--for=4h"], "2026-11-06T14:00:00Z", "2026-11-06T18:00:00Z"),
        ("2026-12-01 22:00", ["--to", "02:00"], "2026-12-01T14:00:00Z", "2026-12-01T18:00:00Z"),
        ("now", ["--to", "2h"], "2026-11-05T02:00:00Z", "2026-11-05T04:00:00Z"),
        ("-2h", ["--for", "1d"], "2026-11-05T00:00:00Z", "2026-11-06T00:00:00Z"),
        ("2026-12-01", ["--to", "2026-12-02"], "2026-11-30T16:00:00Z", "2026-12-01T16:00:00Z"),
    ],
)
def test_times_of_a_plan_lie_ahead(run: CommandLine, begin: str, end: list[str], starts: str, ends: str) -> None:
    assert run("maintenance", "plan", "erp", "x", "--from", begin, *end).code == 0
    assert [one[:2] for one in windows(run)] == [(starts, ends)]


def test_the_night_on_which_the_clocks_go_back_is_an_hour_longer(run: CommandLine) -> None:
    rome = ("--tz", "Europe/Rome")
    run.now = datetime(2026, 10, 24, 16, tzinfo=UTC)
    twice = run("maintenance", "plan", "erp", "x", "--from", "23:00", "--to", "02:30", *rome)
    assert (twice.code, twice.err) == (
        2,
        "opsctl: 2026-10-25 02:30 comes twice in Europe/Rome: the clocks go back."
        " Add the offset: 2026-10-25T02:30+02:00 or 2026-10-25T02:30+01:00.\n",
    )
    assert run("maintenance", "plan", "erp", "x", "--from", "23:00", "--to", "04:00", *rome).code == 0
    # Six hours, though the clock shows five.
    assert [one[:2] for one in windows(run)] == [("2026-10-24T21:00:00Z", "2026-10-25T03:00:00Z")]
    extended = run("maintenance", "extend", "1", "--to", "05:00", *rome)
    assert extended.out.splitlines()[-1] == (
        f"{REF}  2026-10-25 04:00+01:00  2026-10-25 05:00+01:00  coming  still needed"
    )


def test_control_and_escape_sequences_are_neither_stored_nor_shown(run: CommandLine) -> None:
    result = run("maintenance", "plan", "erp", "\x1b[31mred\x1b[0m\r\n=1+1\x00\u202e", "--from", "22:00", "--for", "1h")
    assert result.out.startswith(f"{REF} planned: red =1+1 · erp\n")
    run("maintenance", "plan", "erp", "=cmd|' /C calc'!A0", "--from", "23:00", "--for", "1h")
    listed = run("maintenance", "list", "--columns", "reference,title", "--format", "csv")
    assert listed.out == f"reference,title\nMNT-2026-0002,'=cmd|' /C calc'!A0\n{REF},red =1+1\n"
