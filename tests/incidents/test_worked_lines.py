"""The lines of a night as an engineer types them, each as it is written in the manual, on each database."""

import json
import shlex
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from opsctl.rulebook.service import applying
from opsctl.store.address import Backend
from opsctl.store.engine import Store
from tests.factories import make_asset
from tests.harness import CommandLine, Perform, Result

Line = Callable[..., Result]
Whole = Callable[[], int]


@pytest.fixture
def line(run_on_store: CommandLine, perform_as: Perform) -> Line:
    """Runs one line as it stands; it is 03:31 on 5 November 2026 in Shanghai, a Thursday. The asset erp is there."""
    run_on_store.now = datetime(2026, 11, 4, 19, 31, tzinfo=UTC)
    earlier = run_on_store.now - timedelta(hours=1)
    make_asset(perform_as, now=earlier)
    perform_as(applying.apply, text=applying.default_text("Asia/Shanghai"), file="om.toml", now=earlier)

    def run(words: str, stdin: str = "", as_json: bool = False) -> Result:
        program, *arguments = shlex.split(words)
        assert program == "opsctl"
        return run_on_store(*arguments, *(["--json"] if as_json else []), stdin=stdin)

    return run


def show(line: Line, reference: str = "1") -> Any:
    return json.loads(line(f"opsctl incident show {reference} --json").out)["data"]


def test_ten_seconds_at_three_in_the_morning(line: Line, check_whole: Whole) -> None:
    assert line('opsctl open "erp login 502" -s1') == Result(
        """\
INC-2026-0001 opened: login 502 · erp

severity           1 · major emergency
restore by         2026-11-05 07:31+08:00
working time left  4 h
emergency plan     start it: opsctl incident plan INC-2026-0001
""",
        "",
        0,
    )
    found = show(line)
    assert (found["asset"], found["title"], found["severity"]) == ("erp", "login 502", 1)
    assert (found["state"], found["response"], found["impact_start"]) == ("acknowledged", "self", None)
    assert check_whole() == 3


def test_down_note_and_restored_need_no_reference_while_there_is_one_incident(line: Line, check_whole: Whole) -> None:
    line('opsctl open "erp login 502" -s1')
    named = "login 502 · erp\n"
    assert line("opsctl down --at 02:58") == Result(f"INC-2026-0001 down: {named}", "", 0)
    assert line('opsctl note "app3 fails health check"') == Result(f"INC-2026-0001 noted: {named}", "", 0)
    assert line("opsctl restored --at 03:31") == Result(f"INC-2026-0001 restored: {named}", "", 0)
    found = show(line)
    assert (found["impact_start"], found["restored"]) == ("2026-11-04T18:58:00Z", "2026-11-04T19:31:00Z")
    events = json.loads(line("opsctl incident timeline 1 --json").out)["data"]["events"]
    assert [one["kind"] for one in events] == [
        "incident.down", "incident.opened", "incident.noted", "incident.restored",
    ]  # fmt: skip
    assert events[2]["facts"] == {"text": "app3 fails health check"}
    check_whole()


def test_the_other_verbs_of_the_night_need_no_reference_either(line: Line) -> None:
    line('opsctl open "erp login 502" --down')
    assert line("opsctl mitigate").out == "INC-2026-0001 mitigated: login 502 · erp\n"
    assert line('opsctl incident plan --name "site failover"').code == 0
    assert line("opsctl down --weight 30%").out == "INC-2026-0001 down 30 %: login 502 · erp\n"
    assert line("opsctl restored --weight 0.125").out == (
        "INC-2026-0001 restored, but 12.5 % is lost: login 502 · erp\n"
    )
    assert line("opsctl resolve") == Result("", "opsctl: REF … is missing. See: opsctl resolve --help\n", 2)
    for verb in ("close", "void", "reopen"):
        assert line(f"opsctl incident {verb}").err == f"opsctl: REF … is missing. See: opsctl incident {verb} --help\n"
    assert line("opsctl merge --into 1").err == "opsctl: REF … is missing. See: opsctl merge --help\n"
    assert show(line)["state"] == "mitigated"


def test_what_is_unacknowledged_is_piped_into_the_acknowledgement(line: Line, check_whole: Whole) -> None:
    for words in ("erp one --unowned", "erp two", "erp three --unowned"):
        line(f"opsctl open {words}")
    line("opsctl open erp four --unowned --at -31m")
    listed = line("opsctl incident list --state unacked --since -30m --quiet")
    assert listed == Result("INC-2026-0003\nINC-2026-0001\n", "", 0)
    assert line("opsctl ack -", stdin=listed.out) == Result(
        "INC-2026-0003 acknowledged: three · erp\nINC-2026-0001 acknowledged: one · erp\n", "", 0
    )
    # A batch is stored as a batch.
    assert [show(line, number)["response"] for number in "123"] == ["batch", "self", "batch"]
    check_whole()


def test_an_empty_pipe_does_nothing_and_never_means_mine(line: Line) -> None:
    line("opsctl open erp one")
    listed = line("opsctl incident list --state unacked --since -30m --quiet")
    assert listed == Result("", "", 0)
    nothing = Result("", "Nothing came through the pipe; nothing was done.\n", 0)
    for verb in ("ack", "mitigate", "down", "restored", "resolve", "note - text", "merge - --into 1"):
        verb = verb if " " in verb else f"{verb} -"
        assert line(f"opsctl {verb}", stdin=listed.out) == nothing
    for verb in ("pause - --reason x", "escalate -", "plan -", "void - --because test", "correct - title=x --reason x"):
        assert line(f"opsctl incident {verb}", stdin="\n  \n") == nothing
    assert json.loads(line("opsctl ack -", as_json=True).out) == {
        "opsctl": 1, "kind": "incident.acknowledged", "data": [],
    }  # fmt: skip
    assert show(line)["state"] == "acknowledged"


@pytest.fixture
def superior(store: Store) -> Iterator[tuple[str, ...]]:
    """How lead.wang acts: by name on SQLite; under a login of their own on PostgreSQL, which knows nobody by name."""
    if store.address.backend is not Backend.POSTGRESQL:
        yield ("--as", "lead.wang")
        return
    url = str(store.address)
    with psycopg.connect(url, autocommit=True) as server:
        server.execute('DROP ROLE IF EXISTS "lead.wang"')
        server.execute('CREATE ROLE "lead.wang" SUPERUSER LOGIN')
        user = server.info.user
    yield ("--db", url.replace(f"//{user}@", "//lead.wang@", 1))
    with psycopg.connect(url, autocommit=True) as server:
        server.execute('DROP ROLE "lead.wang"')


def test_the_clock_runs_until_the_superior_approves_the_pause(
    line: Line, run_on_store: CommandLine, superior: tuple[str, ...], check_whole: Whole
) -> None:
    line("opsctl open erp one -s1")
    # The same as `pause 42 …`: a bare number is this year's.
    assert line('opsctl incident pause 1 --reason "waiting for customer\'s part" --ask lead.wang') == Result(
        "INC-2026-0001 paused as INC-2026-0001/1: one · erp\n",
        "The clock runs until somebody else says: opsctl incident approve INC-2026-0001/1\n",
        0,
    )
    own = line("opsctl incident approve 1/1")
    assert own == Result(
        "",
        "opsctl: Nobody approves their own pause. Ask somebody else, or say who you are with --as PERSON.\n",
        5,
    )
    assert show(line)["restore_due"] == "2026-11-04T23:31:00Z"
    # The last --db and --as count.
    approved = run_on_store("incident", "approve", "1/1", *superior)
    assert approved == Result("INC-2026-0001 approved: one · erp\n", "", 0)
    found = show(line)
    (pause,) = [span for span in found["spans"] if span["kind"] == "pause"]
    assert (pause["approved"], pause["decided_by"], pause["asked"]) == (True, "lead.wang", "lead.wang")
    assert found["restore_due"] is None
    check_whole()


def test_the_lines_work_in_a_shell_with_a_pipe_and_without_a_terminal(line: Line, run_on_store: CommandLine) -> None:
    for number in range(2):
        with run_on_store.start("open", f"erp number {number}", "--unowned", stdout=subprocess.PIPE) as started:
            out, _err = started.communicate(timeout=60)
        assert (out.decode().split("\n")[0], started.returncode) == (
            f"INC-2026-000{number + 1} opened: number {number} · erp", 0,
        )  # fmt: skip
    wanted = ("incident", "list", "--state", "unacked", "--since", "-30m", "--quiet", "--sort", "reference")
    with (
        run_on_store.start(*wanted, stdout=subprocess.PIPE) as listing,
        run_on_store.start(
            "ack", "-", stdin=listing.stdout, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as taking,
    ):
        out, err = taking.communicate(timeout=60)
    assert (listing.returncode, taking.returncode, err) == (0, 0, b"")
    assert out.decode() == (
        "INC-2026-0001 acknowledged: number 0 · erp\nINC-2026-0002 acknowledged: number 1 · erp\n"
    )


def test_two_processes_that_merge_two_incidents_into_each_other_lose_nothing(
    line: Line, run_on_store: CommandLine, check_whole: Whole
) -> None:
    line("opsctl open erp one")
    line("opsctl open erp two")
    both = [
        run_on_store.start("merge", source, "--into", into, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for source, into in (("1", "2"), ("2", "1"))
    ]
    ended = [(*one.communicate(timeout=60), one.returncode) for one in both]
    assert sorted(code for _out, _err, code in ended) == [0, 6]
    (refused,) = [err.decode() for _out, err, code in ended if code == 6]
    assert "is merged into" in refused
    assert refused.count("\n") == 1
    merged = [show(line, number)["merged_into"] for number in "12"]
    assert sorted(merged, key=str) in (["INC-2026-0001", None], ["INC-2026-0002", None])
    assert check_whole() == 4
