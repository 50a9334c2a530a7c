"""The database behind the expected outputs: a customer, two people, four assets and sixteen incidents."""

from datetime import UTC, datetime
from pathlib import Path

from opsctl.store.address import read_address
from opsctl.store.migrate import create
from tests.harness import CommandLine

NOW = datetime(2026, 11, 5, 2, 0, tzinfo=UTC)
ZONE = "Asia/Shanghai"
ACTOR = "lead.li"
HOST = "ops-1"

LONG_TITLE = (
    "incoming mail from the branch offices is delayed by up to forty minutes because the queue of the gateway holds "
    "more than twelve thousand messages 分公司来信最多延迟四十分钟，网关队列中积压了一万两千多封邮件，"
    "https://status.example.com/a/very/long/address/without/any/blank/that/no/terminal/can/hold/in/one/line"
)
TYPED_ESCAPES = "backup \x1b[31mfailed\x1b[0m \x1b]0;owned\x07on node 2"

# When it was typed, local time, and what.
STEPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("09-01 09:00", ("asset", "add", "erp", "--title", "ERP login", "--title-zh", "ERP 登录", "--kind", "service")),
    (
        "09-01 09:01",
        ("asset", "add", "core-sw-1", "--title", "Core switch 1", "--title-zh", "核心交换机 1", "--kind", "switch"),
    ),
    ("09-01 09:02", ("asset", "add", "mail", "--title", "Mail gateway", "--kind", "service")),
    ("09-01 09:03", ("asset", "add", "old-nas", "--title", "Old NAS", "--title-zh", "旧存储", "--kind", "storage")),
    ("09-01 09:10", ("rulebook", "apply", "default")),
    ("09-01 09:11", ("person", "add", ACTOR, "--name", "李组长", "--phone", "139 0000 0001", "--post", "om-head")),
    ("09-01 09:12", ("person", "add", "wang", "--name", "Wang Wei", "--team", "一班", "--superior", ACTOR)),
    ("09-01 09:13", ("customer", "add", "acme", "--name", "Acme", "--name-zh", "甲公司")),
    ("09-01 09:14", ("asset", "edit", "erp", "--customer", "acme", "--owner", "wang", "--criticality", "key")),
    # 1: opened in September, resolved in October, no outage
    ("09-28 15:00", ("incident", "open", "erp", "reports are slow", "--impact", "low")),
    ("10-01 10:30", ("incident", "resolve", "1", "--cause", "missing index")),
    # 2 and 3: two outages of one asset that overlap, 08:50 to 09:31 and 09:00 to 09:45
    (
        "10-02 08:58",
        ("incident", "open", "erp", "login answers 502", "--down", "08:50", "--impact", "high", "--unowned"),
    ),
    ("10-02 09:05", ("incident", "ack", "2")),
    ("10-02 09:05", ("incident", "plan", "2", "--name", "ERP 登录应急预案")),
    (
        "10-02 09:06",
        ("incident", "open", "erp", "登录页面打不开，用户反复重试", "--down", "09:00", "--urgency", "high"),
    ),
    ("10-02 09:12", ("incident", "note", "2", "app3 fails its health check")),
    (
        "10-02 09:40",
        (
            "incident", "resolve", "2", "--restored", "09:31", "--cause", "证书过期 certificate expired",
            "--handling", "renewed the certificate, restarted app3", "--result", "logins work again",
        ),
    ),
    ("10-02 09:50", ("incident", "resolve", "3", "--restored", "09:45", "--cause", "同 INC-2026-0002")),
    ("10-03 10:00", ("incident", "close", "2", "--told", "09:55")),
    # 4: an outage over midnight
    ("10-10 23:35", ("incident", "open", "core-sw-1", "核心交换机 3 号电源告警", "--down", "23:30")),
    ("10-11 00:30", ("incident", "resolve", "4", "--restored", "00:15")),
    # 5 and 6: what is hard to show
    ("10-12 11:00", ("incident", "open", "mail", LONG_TITLE)),
    ("10-12 14:20", ("incident", "resolve", "5")),
    ("10-14 03:10", ("incident", "open", "mail", TYPED_ESCAPES, "--unowned")),
    ("10-14 03:40", ("incident", "ack", "6")),
    # 7: its asset retires later
    ("10-15 12:00", ("incident", "open", "old-nas", "disk 4 failed", "--down")),
    ("10-15 18:00", ("incident", "resolve", "7", "--restored", "17:30")),
    ("10-20 09:00", ("asset", "retire", "old-nas")),
    # 8: what should never have been written
    ("10-21 16:00", ("incident", "open", "mail", "webmail rejects the service account")),
    ("10-21 16:05", ("incident", "note", "8", "the password is hunter2")),
    ("10-21 16:30", ("incident", "resolve", "8", "--cause", "password had expired")),
    # 9: open for a week
    (
        "10-28 08:00",
        ("incident", "open", "core-sw-1", "风扇转速低", "--impact", "low", "--urgency", "low", "--unowned"),
    ),
    # 10: an outage over the end of the month
    ("10-31 23:55", ("incident", "open", "erp", "database failover hangs", "--down", "23:50")),
    ("11-01 00:40", ("incident", "resolve", "10", "--restored", "00:20")),
    # 11: written down a day late
    ("11-03 09:00", ("incident", "open", "mail", "spam filter was off", "--at", "2026-11-02 07:15")),
    ("11-03 09:05", ("incident", "resolve", "11", "--at", "2026-11-02 08:00")),
    # 12: still down
    ("11-04 22:15", ("incident", "open", "erp", "登录再次报 502", "--down", "22:10", "--impact", "high", "--unowned")),
    ("11-04 22:18", ("incident", "ack", "12")),
    # 13: paused, once with the approval of another person; 14 turned out to be the same
    ("11-03 10:00", ("open", "core-sw-1", "uplink flaps", "-s3")),
    ("11-03 11:00", ("incident", "pause", "13", "--reason", "等运营商更换光模块", "--ask", "wang")),
    ("11-03 15:00", ("--as", "wang", "incident", "approve", "13/1")),
    ("11-04 09:00", ("incident", "resume", "13")),
    ("11-04 10:00", ("incident", "pause", "13", "--reason", "customer asks to wait", "--ask", "wang")),
    ("11-04 10:30", ("open", "core-sw-1", "port 7 counts errors", "--down", "10:20", "--weight", "25%")),
    ("11-04 10:40", ("merge", "14", "--into", "13")),
    # 15 and 16 count nowhere
    ("11-04 11:00", ("open", "mail", "failover drill", "--drill", "--down")),
    ("11-04 12:00", ("resolve", "15", "--restored", "11:50")),
    ("11-04 13:00", ("open", "mail", "no mail at all", "--down")),
    ("11-04 13:10", ("incident", "void", "16", "--because", "false-alarm")),
)  # fmt: skip
REDACTED = "incident.noted"


def build(home: Path) -> CommandLine:
    """A command line at `NOW` on a database that holds the history; it acts as `ACTOR` on `HOST`."""
    host_file = home / "config/opsctl/opsctl.toml"
    host_file.parent.mkdir(parents=True)
    host_file.write_text(f'[host]\nname = "{HOST}"\n')
    host_file.chmod(0o600)
    line = CommandLine(home, NOW, ("--as", ACTOR))
    line.database.parent.mkdir(parents=True)
    create(read_address(str(line.database)), zone=ZONE)
    for typed, arguments in STEPS:
        _type(line, typed, *arguments)
    rows = _type(line, "11-05 09:00", "ledger", "list", "--kind", REDACTED, "--subject", "INC-2026-0008", "--quiet")
    _type(line, "11-05 09:00", "ledger", "redact", rows.strip(), "--reason", "a password was pasted")
    line.now = NOW
    return line


def _type(line: CommandLine, typed: str, *arguments: str) -> str:
    line.now = datetime.fromisoformat(f"2026-{typed}+08:00").astimezone(UTC)
    result = line(*arguments)
    assert result.code == 0, f"{arguments}: {result.err}"
    return result.out
