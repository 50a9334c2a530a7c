"""The database behind the expected outputs of reviews: three people, two grave faults and an ordinary one."""

from datetime import UTC, datetime
from pathlib import Path

from opsctl.store.address import read_address
from opsctl.store.migrate import create
from tests.golden.history import ACTOR, HOST, NOW, ZONE
from tests.golden.patrols import Typed
from tests.harness import CommandLine

_BEFORE: tuple[Typed, ...] = (
    Typed("09-01 09:00", ACTOR, ("rulebook", "apply", "default")),
    Typed("09-01 09:01", ACTOR, ("person", "add", ACTOR, "--name", "李组长", "--post", "om-head")),
    Typed("09-01 09:02", ACTOR, ("person", "add", "wang", "--name", "Wang Wei", "--superior", ACTOR)),
    Typed("09-01 09:03", ACTOR, ("person", "add", "zhao", "--name", "赵磊", "--superior", ACTOR)),
    Typed("09-01 09:04", ACTOR, ("customer", "add", "acme", "--name", "Acme", "--name-zh", "甲公司")),
    Typed("09-01 09:05", ACTOR, ("asset", "add", "erp", "--title", "ERP login", "--customer", "acme")),
    Typed("09-02 03:10", "wang", ("open", "erp", "login answers 502", "-s1", "--down", "02:58")),
    Typed("09-02 03:40", "wang", ("resolve", "1", "--restored", "03:31", "--cause", "no memory left")),
    Typed("09-03 09:00", "wang", ("review", "start", "1")),
)  # fmt: skip
_FIRST = {
    "- Held on:": "- Held on: 2026-09-04 14:00",
    "- Facilitator:": f"- Facilitator: {ACTOR}",
    "## Summary": "## Summary\n\nFor 33 minutes nobody could log in to the ERP.",
    "## Contributing factors": (
        "## Contributing factors\n\n- [technical] app3 had no memory left\n"
        "  - [process, root cause] no alert looks at the memory of the application servers\n"
        "- [supplier] 厂商的补丁泄漏内存"
    ),
    "## What went well": "## What went well\n\n- the plan was at hand",
    "## Where luck helped": "## Where luck helped\n\n- it was at night",
    "## Lessons": "## Lessons\n\n- 内存告警要先于业务中断",
    "## Actions": (
        "## Actions\n\n- [ ] Alert when an application server has less than 10 % of its memory left\n  - owner: zhao\n"
        "  - deadline: 2026-09-20\n  - kind: detect\n- [ ] Install the vendor's mended patch on app1 to app3\n"
        "  - owner: wang\n  - deadline: 2026-09-30\n  - kind: prevent"
    ),
}
_AFTER: tuple[Typed, ...] = (
    Typed("09-04 16:01", "wang", ("review", "submit", "1")),
    Typed("09-05 10:00", ACTOR, ("review", "approve", "1")),
    Typed("09-18 10:00", "zhao", ("action", "done", "1", "--result", "alert mem-low")),
    Typed("09-19 09:00", "wang", ("action", "verify", "1")),
    Typed("10-20 11:30", "zhao", ("open", "erp", "orders hang", "-s2", "--down", "11:20")),
    Typed("10-20 13:20", "zhao", ("note", "2", "started at 11:45, told the branch offices")),
    Typed("10-20 13:30", "zhao", ("resolve", "2", "--restored", "12:50", "--cause", "No memory left.")),
    Typed("10-21 09:00", "zhao", ("review", "start", "2")),
    Typed("10-25 08:30", "wang", ("open", "erp", "a report is slow", "-s4")),
    Typed("10-25 12:00", "wang", ("resolve", "3", "--cause", "a missing index", "--result", "index added")),
    Typed("11-02 09:00", ACTOR, ("review", "start", "--meeting", "十月质量分析会议", "INC-2026-0003", "ACT-2026-0002")),
)  # fmt: skip
_SECOND = {
    "## Summary": "## Summary\n\nZhao should have noticed it. The cause was human error.",
    "## Actions": "## Actions\n\n- [ ] improve monitoring",
}


def build(home: Path) -> CommandLine:
    """A command line at `NOW` on a database that holds the reviews; it acts as `ACTOR` on `HOST`."""
    host_file = home / "config/opsctl/opsctl.toml"
    host_file.parent.mkdir(parents=True)
    host_file.write_text(f'[host]\nname = "{HOST}"\n')
    host_file.chmod(0o600)
    line = CommandLine(home, NOW)
    line.database.parent.mkdir(parents=True)
    create(read_address(str(line.database)), zone=ZONE)
    _type(line, _BEFORE)
    _write(line, "09-04 16:00", "wang", "1", _FIRST)
    _type(line, _AFTER)
    _write(line, "10-21 10:00", "zhao", "2", _SECOND)
    line.now = NOW
    line.first = ("--as", ACTOR)
    return line


def _type(line: CommandLine, steps: tuple[Typed, ...]) -> None:
    for step in steps:
        line.now = datetime.fromisoformat(f"2026-{step.at}+08:00").astimezone(UTC)
        result = line("--as", step.by, *step.words, stdin=step.stdin)
        assert result.code == step.code, f"{step}: {result.err}"


def _write(line: CommandLine, at: str, by: str, reference: str, after: dict[str, str]) -> None:
    """Write below these headings of the review, which are empty, what stands there with them."""
    line.now = datetime.fromisoformat(f"2026-{at}+08:00").astimezone(UTC)
    text = line("review", "edit", reference, "--print").out
    for old, new in after.items():
        assert f"{old}\n" in text, old
        text = text.replace(f"{old}\n", f"{new}\n", 1)
    result = line("--as", by, "review", "edit", reference, "-F", "-", stdin=text)
    assert result.code == 0, result.err
