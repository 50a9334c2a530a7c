"""opsctl work and opsctl patch, word for word: what each verb says, how it reads what is typed, how it refuses."""

import json
from datetime import timedelta

import pytest

from opsctl.store.engine import Store
from tests.harness import CommandLine, Result, login_of

WRK, PAT = "WRK-2026-0001", "PAT-2026-0001"
NO_PROCEDURE = (
    "No procedure is named. If one was followed: opsctl work correct WRK-2026-0001 procedure=TEXT --reason TEXT\n"
)
SAVED = ("--config-saved", "yes")
CARE = """\
[rulebook]
name = "care"
version = "1"
zone = "Asia/Shanghai"

[duties.switch-cleaning]
schedule = "0 9 5,20 * *"
owner = "asset-owner"
assets = { handles = ["core-sw-1"] }
evidence = { kind = "maintenance.completed", topic = "cleaning" }
early = "1d"
grace = "2d"

[duties.battery-test]
every = "30d"
owner = "person:wang"
assets = { handles = ["erp"] }
evidence = { kind = "maintenance.completed", topic = "battery" }
early = "20d"
grace = "2d"

[duties.patching]
schedule = "0 9 1 * *"
owner = "asset-owner"
assets = { handles = ["core-sw-1"] }
evidence = { kind = "maintenance.completed", topic = "patch" }
grace = "20d"

[duties.vacuuming]
schedule = "0 9 2 5,11 *"
owner = "person:wang"
assets = { handles = ["erp"] }
evidence = { kind = "maintenance.completed", topic = "fans" }
grace = "5d"
"""
"""Cleaning is due on the 5th and the 20th at 09:00, patching on the 1st, vacuuming twice a year; the battery 30 days
after its last test, or after it came into service on 10 October."""


def prepared(run: CommandLine) -> CommandLine:
    """The command line with two persons, core-sw-1 of wang, and erp; it is 10:00 on 5 November 2026 in Shanghai."""
    for line in (
        "person add lead.li",
        "person add wang --superior lead.li",
        "asset add core-sw-1 --title Switch --title-zh 核心交换机 --owner wang --in-service-from 2026-10-01",
        "asset add erp --in-service-from 2026-10-01",
        "asset add old",
        "asset retire old --at 2026-11-01",
    ):
        assert run(*line.split()).code == 0
    return run


@pytest.fixture
def run(run: CommandLine) -> CommandLine:
    return prepared(run)


@pytest.fixture
def run_on_store(run_on_store: CommandLine, store: Store) -> CommandLine:
    """The same on both databases, with duties that began ten days ago, but without old."""
    for line in (
        f"person add lead.li --login {login_of(store)}",
        "person add wang --superior lead.li",
        "asset add core-sw-1 --owner wang --in-service-from 2026-10-01",
        "asset add erp --in-service-from 2026-10-10",
    ):
        assert run_on_store(*line.split()).code == 0
    book = run_on_store.home / "care.toml"
    book.write_text(CARE)
    run_on_store.now -= timedelta(days=10)
    assert run_on_store("rulebook", "apply", str(book)).code == 0
    run_on_store.now += timedelta(days=10)
    return run_on_store


def narrow(run: CommandLine, *arguments: str) -> str:
    """What a terminal of 46 columns shows."""
    result = run(*arguments, tty=True, env={"COLUMNS": "46", "NO_COLOR": "1"})
    assert result.code == 0
    assert all(len(line) <= 46 for line in result.out.splitlines())
    return result.out


def test_maintenance_is_logged_in_one_line(run: CommandLine) -> None:
    assert run("work", "log", "core-sw-1", "filters", "cleaned", *SAVED) == Result(
        f"{WRK} logged: filters cleaned · core-sw-1\n", NO_PROCEDURE, 0
    )
    assert run("work", "log", "核心交换机", "清洁滤网", "--procedure", "OP-12", "--config-saved", "不适用").out == (
        "WRK-2026-0002 logged: 清洁滤网 · core-sw-1\n"
    )


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("yes", "taken"), ("YES", "taken"), ("ｙｅｓ", "taken"), ("是", "taken"), ("已备份", "taken"),
        ("no", "not-taken"), ("否", "not-taken"), ("n/a", "n/a"), ("N／A", "n/a"), ("不适用", "n/a"),
    ],
)  # fmt: skip
def test_whether_the_configuration_was_saved_is_said_in_either_language(
    run: CommandLine, typed: str, stored: str
) -> None:
    logged = run("work", "log", "erp", "x", "--config-saved", typed, "--json")
    assert json.loads(logged.out)["data"]["backup"] == stored


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (
            ("erp", "x"), 2,
            "It is not said whether the configuration was saved before. Say it with --config-saved yes, no or n/a.",
        ),
        (("erp", "x", "--config-saved", "maybe"), 2, "--config-saved cannot be 'maybe'. Use one of: yes, no, n/a."),
        (("erp", *SAVED), 2, "WHAT … is missing. See: opsctl work log --help"),
        (("erp", " ", *SAVED), 2, "The text is empty. Say it in a few words."),
        (("erp", "x", *SAVED, "--procedure", "-"), 2, "'-' says nothing. Say it in a few words."),
        (("er", "x", *SAVED), 4, "There is no asset 'er'. Did you mean erp?"),
        (
            ("old", "x", *SAVED), 6,
            "old was retired at 2026-11-01 00:00:00+08:00. Give the time before that with --at TIME, or name another"
            " asset.",
        ),
        (
            ("erp", "x", *SAVED, "--at", "2026-11-05 10:01"), 2,
            "That time is still to come. Give a time that has passed, or leave it out for now.",
        ),
        (
            ("erp", "x", *SAVED, "--from", "09:30", "--at", "09:00"), 2,
            "The maintenance would have ended at 2026-11-05 09:00:00+08:00, before it began. Check --from and --at.",
        ),
        (
            ("erp", "x", *SAVED, "--outcome", "watched"), 2,
            "Nothing says what is to be watched. Say it with --result TEXT, or result=TEXT in a correction: it becomes"
            " an action.",
        ),
        (("erp", "x", *SAVED, "--outcome", "replace"), 2, "--outcome cannot be 'replace'. Did you mean replaced?"),
        (
            ("erp", "x", *SAVED, "--window", "7"), 4,
            "There is no 7. A reference looks like MNT-2026-0042; a bare number is this year's.",
        ),
    ],
    ids=[
        "not said", "neither yes nor no", "no words", "empty words", "a dash is no procedure", "unknown asset",
        "retired asset", "future", "wrong order", "watched without a word", "unknown outcome", "unknown window",
    ],
)  # fmt: skip
def test_what_cannot_be_logged_is_refused_with_the_next_step(
    run: CommandLine, arguments: tuple[str, ...], code: int, said: str
) -> None:
    assert run("work", "log", *arguments) == Result("", f"opsctl: {said}\n", code)
    assert run("work", "list").err == "No maintenance.\n"


def test_a_record_is_shown_whole_wide_and_narrow(run: CommandLine) -> None:
    run("maintenance", "plan", "core-sw-1", "night", "--from", "2026-11-05 08:00", "--to", "10:00")
    logged = run(
        "work", "log", "core-sw-1", "风扇更换", *SAVED, "--procedure", "OP-12 §3", "--outcome", "watched",
        "--result", "风扇仍有异响", "--topic", "fans", "--window", "1", "--from", "08:00", "--at", "09:30",
    )  # fmt: skip
    assert logged == Result(
        f"""\
{WRK} logged: 风扇更换 · core-sw-1

duty        none was due
action      ACT-2026-0001: 风扇仍有异响
who has it  wang
deadline    2026-11-19 10:00+08:00
""",
        "",
        0,
    )
    corrected = run("work", "correct", "1", "procedure=OP-13", "config-saved=no", "--reason", "typo", "--as", "wang")
    assert corrected == Result(f"{WRK} corrected: 风扇更换 · core-sw-1\n", "", 0)
    assert run("work", "show", "1").out == f"""\
reference            {WRK}
title                风扇更换
asset                core-sw-1
outcome              to be watched
result               风扇仍有异响
procedure            OP-13
configuration saved  no
begun                2026-11-05 08:00+08:00
done                 2026-11-05 09:30+08:00
by                   lead.li
topic                fans
window               MNT-2026-0001
actions              ACT-2026-0001

History
recorded                event      by       text                                                                row
2026-11-05 10:00+08:00  logged     lead.li  风扇更换                                                              8
2026-11-05 10:00+08:00  corrected  wang     typo · configuration saved: yes → no · procedure: OP-12 §3 → OP-13   10
"""
    assert narrow(run, "work", "show", "1") == f"""\
reference: {WRK}
title: 风扇更换
asset: core-sw-1
outcome: to be watched
result: 风扇仍有异响
procedure: OP-13
configuration saved: no
begun: 2026-11-05 08:00+08:00
done: 2026-11-05 09:30+08:00
by: lead.li
topic: fans
window: MNT-2026-0001
actions: ACT-2026-0001

History
2026-11-05 10:00+08:00
  event: logged  by: lead.li  text: 风扇更换
  row: 8

2026-11-05 10:00+08:00
  event: corrected  by: wang
  text: typo · configuration saved: yes → no ·
    procedure: OP-12 §3 → OP-13
  row: 10
"""


def test_a_time_that_was_corrected_is_shown_in_the_zone_of_the_reader(run: CommandLine) -> None:
    run("work", "log", "core-sw-1", "fan replaced", *SAVED, "--at", "09:00")
    corrected = run("work", "correct", "1", "at=09:30", "outcome=replaced", "--reason", "typo")
    assert corrected.code == 0
    told = "typo · done: 2026-11-05 09:00+08:00 → 2026-11-05 09:30+08:00 · outcome: done → replaced"
    assert told in " ".join(run("work", "show", "1").out.split())
    assert "2026-11-05 02:00+01:00 → 2026-11-05 02:30+01:00" in run("work", "show", "1", "--tz", "Europe/Paris").out


def test_a_list_of_maintenance_wide_and_narrow(run: CommandLine) -> None:
    run("work", "log", "core-sw-1", "filters cleaned", *SAVED, "--at", "2026-11-02 09:00")
    run("work", "log", "erp", "disk changed", "--config-saved", "no", "--outcome", "replaced", "--at", "09:15")
    run("work", "void", "2", "--because", "test")
    assert run("work", "list") == Result(
        """\
reference      asset      done                    outcome                title
WRK-2026-0002  erp        2026-11-05 09:15+08:00  replaced · void: test  disk changed
WRK-2026-0001  core-sw-1  2026-11-02 09:00+08:00  done                   filters cleaned
""",
        "",
        0,
    )
    assert narrow(run, "work", "list", "--limit", "1") == """\
WRK-2026-0002
  asset: erp  done: 2026-11-05 09:15+08:00
  outcome: replaced · void: test
  title: disk changed
"""
    assert run("work", "list", "--limit", "1", "--quiet").out == "WRK-2026-0002\n"
    assert run("work", "list", "--limit", "1").err == "1 more; see them with --limit 0.\n"
    assert run("work", "list", "--until", "2026-11-02", "--quiet").out == f"{WRK}\n"
    assert run("work", "list", "--since", "2026-11-03", "--quiet").out == "WRK-2026-0002\n"
    assert run("work", "list", "--columns", "saved,reference", "--outcome", "done").out == (
        f"configuration saved  reference\nyes                  {WRK}\n"
    )


def test_corrections_name_their_fields_and_what_can_be_taken_away(run: CommandLine) -> None:
    run("work", "log", "erp", "x", *SAVED, "--topic", "disks")
    for words, said in (
        (("1", "proc=OP-1"), "The field cannot be 'proc'. Did you mean procedure?"),
        (("1", "title=-"), "title cannot be taken away. These can: topic, procedure, result, window, from."),
        (("1",), "A correction needs a reference and a field. Like: opsctl work correct 42 procedure=TEXT"),
        (("1", "at=tomorrow"), "'tomorrow' is not a time."),
        (("1", "at=2026-12-01"), "That time is still to come."),
        (("1", "outcome=broken"), "outcome cannot be 'broken'."),
    ):
        refused = run("work", "correct", *words, "--reason", "typo")
        assert refused.code == 2
        assert refused.err.startswith(f"opsctl: {said}")
    same = run("work", "correct", "1", "topic=disks", "--reason", "typo")
    assert same.out == f"{WRK} says so already, nothing was changed: x · erp\n"
    assert run("work", "correct", "1", "topic＝—", "from=09:00", "title=y", "--reason", "typo").code == 0
    shown = json.loads(run("work", "show", "1", "--json").out)["data"]
    assert (shown["topic"], shown["title"], shown["started_at"]) == (None, "y", "2026-11-05T01:00:00Z")


def test_an_empty_pipe_takes_nothing_out(run: CommandLine) -> None:
    run("work", "log", "erp", "x", *SAVED)
    said = "Nothing came through the pipe; nothing was done.\n"
    assert run("work", "void", "-", "--because", "test", stdin="\n") == Result("", said, 0)
    assert run("patch", "void", "-", "--because", "test", stdin="") == Result("", said, 0)
    assert run("work", "void", "-", "--because", "test", stdin=f"{WRK}\n").out == (
        f"{WRK} is void and counts nowhere: x · erp\n"
    )


def test_a_patch_from_its_advisory_to_its_installation(run: CommandLine) -> None:
    added = ("patch", "add", "core-sw-1", "SNMP flaw", "--also", "erp", "--advisory", "CVE-2026-1234")
    assert run(*added, "--published", "2026-11-01", "--owner", "me") == Result(
        f"{PAT} added: SNMP flaw · core-sw-1\nPAT-2026-0002 added: SNMP flaw · erp\n", "", 0
    )
    assert run("patch", "decide", "1", "--install-by", "2026-11-30", "--owner", "wang") == Result(
        f"{PAT} decided: SNMP flaw · core-sw-1\n\ninstall by  2026-11-30 23:59+08:00\n", "", 0
    )
    assert run("patch", "decide", "2", "--not-applicable", "--reason", "SNMP is off") == Result(
        "PAT-2026-0002 does not apply: SNMP flaw · erp\n", "", 0
    )
    assert run("patch", "defer", "1", "--until", "2026-12-15", "--reason", "no window") == Result(
        f"{PAT} deferred: SNMP flaw · core-sw-1\n\ndeferred until  2026-12-15 23:59+08:00\n", "", 0
    )
    assert run("patch", "install", "1", "--config-saved", "yes", "--at", "09:00", "--as", "wang") == Result(
        f"{PAT} installed as {WRK}: SNMP flaw · core-sw-1\n", NO_PROCEDURE, 0
    )
    assert run("patch", "show", "1").out == f"""\
reference     {PAT}
title         SNMP flaw
asset         core-sw-1
state         installed
advisory      CVE-2026-1234
published     2026-11-01 00:00+08:00
who has it    wang
install by    2026-12-15 23:59+08:00
reason        no window
decided by    lead.li
decided       2026-11-05 10:00+08:00
installed by  wang
installed     2026-11-05 09:00+08:00
maintenance   {WRK}

History
recorded                event      by       text                                row
2026-11-05 10:00+08:00  added      lead.li  SNMP flaw · lead.li                   7
2026-11-05 10:00+08:00  decided    lead.li  wang · 2026-11-30 23:59+08:00         9
2026-11-05 10:00+08:00  deferred   lead.li  no window · 2026-12-15 23:59+08:00   11
2026-11-05 10:00+08:00  installed  wang     {WRK}                        13
"""
    assert narrow(run, "patch", "show", "2") == """\
reference: PAT-2026-0002
title: SNMP flaw
asset: erp
state: not applicable
advisory: CVE-2026-1234
published: 2026-11-01 00:00+08:00
who has it: lead.li
reason: SNMP is off
decided by: lead.li
decided: 2026-11-05 10:00+08:00

History
2026-11-05 10:00+08:00
  event: added  by: lead.li
  text: SNMP flaw · lead.li  row: 8

2026-11-05 10:00+08:00
  event: decided  by: lead.li
  text: not applicable · SNMP is off  row: 10
"""
    assert run("ledger", "verify", "--deep").code == 0


def test_the_lists_of_patches_wide_and_narrow(run: CommandLine) -> None:
    run("patch", "add", "core-sw-1", "SNMP flaw", "--also", "erp", "--advisory", "CVE-2026-1234", "--owner", "wang")
    run("patch", "decide", "1", "--install-by", "2026-11-07")
    run.now += timedelta(days=5)
    assert run("patch", "list") == Result(
        """\
reference      state              asset      due                     who has it  title
PAT-2026-0001  decided · overdue  core-sw-1  2026-11-07 23:59+08:00  wang        SNMP flaw
PAT-2026-0002  open               erp        –                       wang        SNMP flaw
""",
        "",
        0,
    )
    assert narrow(run, "patch", "list", "--state", "overdue") == """\
PAT-2026-0001
  state: decided · overdue  asset: core-sw-1
  due: 2026-11-07 23:59+08:00
  who has it: wang  title: SNMP flaw
"""
    assert run("patch", "list", "--owner", "me").err == "No patches.\n"
    assert run("patch", "list", "--owner", "me", "--as", "wang", "--quiet").out == f"{PAT}\nPAT-2026-0002\n"
    everything = run("patch", "list", "--state", "all", "--format", "csv").out.splitlines()
    assert everything[0] == (
        "reference,state,asset,customer,due,owner,advisory,published,reason,installed,work,title"
    )
    assert len(everything) == 3


def test_today_has_five_patches_at_most_and_counts_the_others(run: CommandLine) -> None:
    for number in range(1, 8):
        run("patch", "add", "erp", f"flaw {number}", "--owner", "wang" if number > 1 else "me")
    assert "PAT-" not in run("today", "--as", "wang").out
    run.now += timedelta(days=7)
    assert "flaw 1" in run("today").out
    today = run("today", "--as", "wang").out
    assert today == """\
Patches overdue, or undecided for 7 days
reference      state  asset  due  title
PAT-2026-0002  open   erp    –    flaw 2
PAT-2026-0003  open   erp    –    flaw 3
PAT-2026-0004  open   erp    –    flaw 4
PAT-2026-0005  open   erp    –    flaw 5
PAT-2026-0006  open   erp    –    flaw 6

1 more: opsctl patch list
"""
    assert len(json.loads(run("today", "--as", "wang", "--json").out)["data"]["patch"]) == 6
    run("patch", "decide", "2", "--install-by", "2d")
    assert narrow(run, "today", "--as", "wang").startswith("""\
Patches overdue, or undecided for 7 days
PAT-2026-0003
  state: open  asset: erp  due: –
  title: flaw 3
""")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("add", "er", "x"), 4, "There is no asset 'er'. Did you mean erp?"),
        (("add", "old", "x"), 6, "old was retired at 2026-11-01 00:00:00+08:00. Name another asset: opsctl asset list"),
        (("add", "erp", " "), 2, "The text is empty. Say it in a few words."),
        (("add", "erp", "x", "--published", "2026-11-06"), 2, "That time is still to come. Check --published."),
        (
            ("add", "erp", "x", "--advisory", "a-1"), 6,
            f"a-1 is on record for erp already: {PAT}. See: opsctl patch show {PAT}",
        ),
        (
            ("decide", "1"), 2,
            "Say what is decided, once. Use either --install-by TIME or --not-applicable.",
        ),
        (
            ("decide", "1", "--not-applicable", "--install-by", "2d"), 2,
            "Say what is decided, once. Use either --install-by TIME or --not-applicable.",
        ),
        (("decide", "1", "--not-applicable"), 2, "Nothing says why it does not apply. Say it with --reason TEXT."),
        (
            ("decide", "1", "--install-by", "2026-11-04"), 2,
            "2026-11-04 23:59:59+08:00 has passed. Give a time that is still to come.",
        ),
        (
            ("defer", "1", "--until", "2d"),
            2,
            "--reason is missing."
            ' Like: opsctl patch defer 42 --until 2026-12-15 --reason "no window before the fair"',
        ),
        (
            ("install", "1"), 2,
            "It is not said whether the configuration was saved before. Say it with --config-saved yes, no or n/a.",
        ),
        (
            ("install", "1", *SAVED, "--at", "2026-11-06"), 2,
            "That time is still to come. Give a time that has passed, or leave it out for now.",
        ),
        (
            ("install", "PAT-2026-0009", *SAVED), 4,
            "There is no PAT-2026-0009. A reference looks like PAT-2026-0042; a bare number is this year's.",
        ),
        (("list", "--state", "opened"), 2, "--state cannot be 'opened'. Did you mean open?"),
    ],
)  # fmt: skip
def test_what_cannot_be_said_of_patches_is_refused_with_the_next_step(
    run: CommandLine, arguments: tuple[str, ...], code: int, said: str
) -> None:
    run("patch", "add", "erp", "x", "--advisory", "A-1")
    assert run("patch", *arguments) == Result("", f"opsctl: {said}\n", code)


def test_a_person_who_leaves_gives_the_patches_to_another(run: CommandLine) -> None:
    run("patch", "add", "erp", "x", "--owner", "wang")
    run("asset", "edit", "core-sw-1", "--owner", "lead.li")
    refused = run("person", "retire", "wang")
    assert (refused.code, refused.err) == (
        6,
        f"opsctl: wang still has 1 thing: patch {PAT}. Say who takes over: opsctl person retire wang --to PERSON\n",
    )
    assert run("person", "retire", "wang", "--to", "lead.li").out == (
        f"wang retired: wang\nTo lead.li went: patch {PAT}\n"
    )


def test_maintenance_meets_the_duty_whose_window_holds_it(run_on_store: CommandLine) -> None:
    run = run_on_store
    logged = run("work", "log", "core-sw-1", "filters cleaned", *SAVED, "--topic", "cleaning", "--procedure", "OP-12")
    assert logged == Result(
        f"""\
{WRK} logged: filters cleaned · core-sw-1

duty      switch-cleaning · in time
was due   2026-11-05 09:00+08:00
next due  2026-11-20 09:00+08:00
""",
        "",
        0,
    )
    data = json.loads(run("work", "show", "1", "--json").out)["data"]
    assert (data["duty"], data["duty_on_time"]) == ("switch-cleaning/core-sw-1@2026-11-05T01:00Z", True)
    assert data["next_due_at"] == "2026-11-20T01:00:00Z"
    assert run("ledger", "verify", "--deep").code == 0


def test_another_topic_or_time_meets_another_duty_and_void_frees_it(run_on_store: CommandLine) -> None:
    run = run_on_store
    run("work", "log", "core-sw-1", "filters cleaned", *SAVED, "--procedure", "OP-12")
    corrected = run("work", "correct", "1", "topic=cleaning", "--reason", "left out")
    assert corrected.out == f"""\
{WRK} corrected: filters cleaned · core-sw-1

duty      switch-cleaning · in time
was due   2026-11-05 09:00+08:00
next due  2026-11-20 09:00+08:00
"""
    freed = run("work", "correct", "1", "at=2026-11-01 09:00", "--reason", "log of the switch")
    assert freed.out == f"{WRK} corrected: filters cleaned · core-sw-1\n\nduty  none was due\n"
    run("work", "correct", "1", "at=2026-11-05 09:30", "--reason", "it was the other")
    assert run("work", "void", "1", "--because", "mistake").out == (
        f"{WRK} is void and counts nowhere: filters cleaned · core-sw-1\nThe duty switch-cleaning is due again.\n"
    )
    assert run("ledger", "verify", "--deep").code == 0


def test_maintenance_after_the_window_is_late(run_on_store: CommandLine) -> None:
    run = run_on_store
    run.now += timedelta(days=5)
    logged = run("work", "log", "core-sw-1", "filters cleaned", *SAVED, "--topic", "cleaning").out
    assert "duty      switch-cleaning · late\nwas due   2026-11-05 09:00+08:00\n" in logged


def test_an_installed_patch_meets_the_duty_to_patch(run_on_store: CommandLine) -> None:
    run = run_on_store
    run("patch", "add", "core-sw-1", "SNMP flaw")
    installed = run("patch", "install", "1", *SAVED, "--procedure", "OP-7")
    assert installed.out == f"""\
{PAT} installed as {WRK}: SNMP flaw · core-sw-1

duty      patching · in time
was due   2026-11-01 09:00+08:00
next due  2026-12-01 09:00+08:00
"""


def test_a_duty_counted_from_completion_is_next_due_from_when_it_was_done(run_on_store: CommandLine) -> None:
    run = run_on_store
    logged = run("work", "log", "erp", "battery test", *SAVED, "--topic", "battery", "--at", "09:30").out
    assert logged == f"""\
{WRK} logged: battery test · erp

duty      battery-test · in time
due       2026-11-09 00:00+08:00
next due  2026-12-05 09:30+08:00
"""


def test_a_duty_is_next_due_by_its_schedule_beyond_what_is_made_ahead_but_not_once_retired(
    run_on_store: CommandLine,
) -> None:
    run = run_on_store
    logged = run("work", "log", "erp", "fans vacuumed", *SAVED, "--topic", "fans").out
    assert "duty      vacuuming · in time\nwas due   2026-11-02 09:00+08:00\n" in logged
    assert "next due  2027-05-02 09:00+08:00\n" in logged
    run("asset", "retire", "erp")
    assert "next due" not in run("work", "show", "1").out
