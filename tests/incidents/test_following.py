"""On a terminal every step of an incident names the next one; only words for … are to be filled in."""

import shlex

from tests.harness import CommandLine

REFERENCE = "INC-2026-0001"


def test_the_next_steps_lead_from_opening_to_the_review(run: CommandLine) -> None:
    assert run("asset", "add", "erp").code == 0
    typed = ["open", "erp", "login 502", "--unowned", "--down"]
    told: list[str] = []
    while True:
        done = run(*typed, tty=True)
        assert done.code == 0, done.err
        following = [line.removeprefix("Next: ") for line in done.err.splitlines() if line.startswith("Next: ")]
        told += following
        typed = shlex.split(following[0].replace("…", "certificate expired"))[1:]
        if typed[:2] == ["review", "edit"]:  # which opens an editor
            break
    assert told == [
        f"opsctl ack {REFERENCE}",
        f"opsctl restored {REFERENCE}",
        f"opsctl resolve {REFERENCE} --cause '…' --handling '…' --result '…'",
        f"opsctl incident close {REFERENCE}",
        f"opsctl review start {REFERENCE}",
        "opsctl review edit REV-2026-0001",
    ]
    assert "closed" in run("incident", "list", "--columns", "state").out


def test_a_pipe_and_a_quiet_command_are_told_nothing(run: CommandLine) -> None:
    assert "Next" not in run("open", "login 502").err
    assert "Next" not in run("open", "other 502", "--quiet", tty=True).err
    assert "Next" not in run("note", REFERENCE, "looking", tty=True).err
    assert "Next" not in run("incident", "void", REFERENCE, "--because", "test", "--yes", tty=True).err
