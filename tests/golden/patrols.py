"""The database behind the expected outputs of patrols: five people, five assets, and eight days of rounds."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from opsctl.store.address import read_address
from opsctl.store.migrate import create
from tests.golden.history import ACTOR, HOST, NOW, ZONE
from tests.harness import CommandLine

BOOK = Path(__file__).parent / "patrols.toml"
PICTURE = "rack-3.jpg"


class Typed(NamedTuple):
    """When it was typed, local time, by whom, what, and what came through the pipe."""

    at: str
    by: str
    words: tuple[str, ...]
    stdin: str = ""
    code: int = 0


def _words(at: str, by: str, *words: str) -> Typed:
    return Typed(at, by, words)


def _room(at: str, by: str, temp: str, humidity: str, load: str, *more: str) -> Typed:
    readings = (f"temp={temp}", f"humidity={humidity}", f"ups-a-load={load}", "battery-volts=438", "cooling-mode=auto")
    items = (word for reading in readings for word in ("--item", reading))
    return Typed(at, by, ("inspect", "log", "server-room", "--asset", "room-1", *items, "--rest-ok", *more))


def _core(at: str, by: str, temp: str, cpu: str, *more: str) -> Typed:
    readings = ("--item", f"temp={temp}", "--item", f"cpu={cpu}")
    return Typed(at, by, ("inspect", "log", "core-network", "--asset", "core-sw-1", *readings, *more))


GOOD = ("--item", "fans=ok", "--item", "uplink=ok")

PASTED = """\
1 正常
2-3 24。1 67％
5 41
6 异常 3号电池鼓包，壳体发热 影响: UPS A 后备时间缩短 告知: 赵主管 备注: 已拍照
7 438
8 自动
10 2号机柜有轻微异响
其余正常
"""
EDGE = """\
[edge-fw-1]
1 23.5
2-3 ok
4 31
[paris-rt-1]
1 22
2 ok
3 warn 主用链路丢包 2% 影响: 巴黎分支
4 88
"""
LONG_SYMPTOM = (
    "the locking handle of the rear door of rack 7 cannot be closed any more because the new power cables are too "
    "long 七号机柜后门把手无法锁闭，新敷设的电源线过长，需要重新理线并更换扎带"
)

STEPS: tuple[Typed, ...] = (
    # Who is there, and what they look after.
    _words("10-28 22:00", ACTOR, "rulebook", "apply", "default"),
    _words("10-28 22:01", ACTOR, "rulebook", "apply", str(BOOK)),
    _words(
        "10-28 22:05", ACTOR, "person", "add", ACTOR, "--name", "李组长", "--post", "om-head", "--post", "shift-leader"
    ),
    _words("10-28 22:06", ACTOR, "person", "add", "wang", "--name", "Wang Wei", "--superior", ACTOR),
    _words("10-28 22:07", ACTOR, "person", "add", "zhao.min", "--name", "赵敏", "--team", "一班", "--superior", ACTOR),
    _words("10-28 22:08", ACTOR, "person", "add", "sun", "--name", "孙丽华", "--superior", "zhao.min"),
    _words("10-28 22:09", ACTOR, "customer", "add", "acme", "--name", "Acme", "--name-zh", "甲公司"),
    _words(
        "10-28 22:10", ACTOR, "asset", "add", "room-1", "--title", "Server room 1", "--title-zh", "一号机房", "--kind",
        "room", "--owner", "zhao.min", "--in-service-from", "2026-01-01",
    ),
    _words(
        "10-28 22:11", ACTOR, "asset", "add", "core-sw-1", "--title", "Core switch 1", "--title-zh", "核心交换机 1",
        "--kind", "switch", "--owner", "wang", "--criticality", "key", "--in-service-from", "2026-01-01",
    ),
    _words(
        "10-28 22:12", ACTOR, "asset", "add", "app-1", "--title", "Application server 1", "--title-zh", "应用服务器 1",
        "--kind", "server", "--owner", "zhao.min", "--customer", "acme", "--in-service-from", "2026-08-05",
    ),
    _words(
        "10-28 22:13", ACTOR, "asset", "add", "edge-fw-1", "--title", "Firewall 1", "--title-zh", "防火墙 1", "--kind",
        "firewall", "--owner", "wang", "--in-service-from", "2026-01-01",
    ),
    _words(
        "10-28 22:14", ACTOR, "asset", "add", "paris-rt-1", "--title", "Router in Paris", "--title-zh",
        "巴黎分支路由器", "--kind", "router", "--owner", "wang", "--in-service-from", "2026-01-01",
    ),
    # Thursday the 29th: in time, and in the evening with something wrong on the switch
    _room("10-29 09:20", "zhao.min", "23.1", "45", "38", "--from", "09:05", "--challenge", "2207"),
    _core("10-29 09:40", "wang", "24", "30", "--item", "uplink=ok", "--fail", "fans: fan 2 is loud 2 号风扇异响"),
    _room("10-29 21:10", "zhao.min", "23.4", "46", "39"),
    # Friday: a picture; then late
    _room("10-30 09:05", "sun", "23.0", "44", "40", "--photo", f"picture={PICTURE}"),
    _core("10-30 09:15", "wang", "24", "33", *GOOD),
    _room("10-30 23:40", "zhao.min", "23.6", "47", "38"),
    # Saturday: walked in time, entered long after, countersigned; nobody walked in the evening
    _room("10-31 13:30", "sun", "22.8", "43", "37", "--from", "08:55", "--at", "09:10"),
    _words("10-31 14:00", ACTOR, "inspect", "countersign", "8"),
    _core("10-31 09:10", "wang", "24", "29", *GOOD),
    _words(
        "10-31 15:00", "wang", "inspect", "log", "device-maintenance", "--asset", "core-sw-1", "--item", "saved=taken",
        "--rest-ok",
    ),
    # Sunday: a pasted sheet; in the evening the wrong room
    Typed("11-01 08:30", "zhao.min", ("inspect", "log", "server-room", "--asset", "room-1", "-F", "-"), PASTED),
    _core("11-01 09:05", "wang", "24", "35", *GOOD),
    _words(
        "11-01 10:00", "wang", "work", "log", "paris-rt-1", "failover to the second line and back", "--topic",
        "failover", "--procedure", "OP-31", "--config-saved", "yes", "--from", "09:30",
    ),
    _room("11-01 21:05", "sun", "23.3", "45", "36"),
    _words("11-01 21:20", "sun", "inspect", "void", "12", "--because", "mistake"),
    # Monday: a route, the same fault again, and the readings of the round before
    _core("11-02 09:10", "wang", "24", "31", "--item", "uplink=ok", "--fail", "fans: still loud"),
    Typed("11-02 10:20", "wang", ("inspect", "log", "network-edge", "-F", "-"), EDGE),
    _room("11-02 09:15", "sun", "24.5", "48", "39"),
    _room("11-02 21:02", "zhao.min", "24.5", "48", "39"),
    # Tuesday: corrected; in the evening entered the next morning, and nobody countersigned
    _core("11-03 09:05", "wang", "24", "95", *GOOD),
    _room("11-03 09:12", "sun", "32", "46", "41"),
    _words("11-03 09:30", "sun", "inspect", "correct", "19", "temp=23.2", "--reason", "read the supply air 读错了"),
    _room("11-04 08:40", "zhao.min", "23.0", "46", "40", "--at", "2026-11-03 21:15"),
    # Wednesday
    _core("11-04 09:05", "wang", "24.5", "34", *GOOD),
    _room("11-04 09:08", "sun", "23.3", "45", "39"),
    _room("11-04 21:05", "zhao.min", "23.5", "46", "38"),
    # What became of what was found
    _words("11-02 16:00", "zhao.min", "action", "done", "2", "--result", "除湿机已调整到 50%"),
    _words("11-02 17:00", "sun", "action", "verify", "2"),
    _words(
        "11-02 17:30", "sun", "action", "add", "app-1", "风扇异响", "--gravity", "warn", "--impact", "暂无影响",
        "--deadline", "2026-11-06",
    ),
    _words("11-03 10:00", ACTOR, "action", "add", "room-1", LONG_SYMPTOM, "--deadline", "2026-11-04 18:00"),
    _words("11-03 11:00", "sun", "action", "add", "app-1", "label of the power cable is missing", "--gravity", "warn"),
    _words("11-03 11:05", "sun", "action", "void", "8", "--because", "mistake"),
    _words("11-03 11:10", ACTOR, "action", "assign", "10", "--to", "sun"),
    _words("11-03 15:00", "zhao.min", "action", "done", "7", "--result", "fan tray cleaned 已清洁"),
    _words("11-04 10:00", "zhao.min", "action", "done", "9", "--result", "cables tied up"),
    _words("11-04 11:00", ACTOR, "action", "return", "9", "--reason", "后门仍然关不上"),
    _words("11-04 11:30", "wang", "action", "done", "5", "--result", "restarted the flow export"),
    _words("11-04 12:00", "wang", "open", "--from", "ACT-2026-0004"),
    # Maintenance and patches
    _words(
        "11-03 14:00", ACTOR, "maintenance", "plan", "core-sw-1", "replace fan tray 更换风扇盘", "--from",
        "2026-11-04 22:00", "--for", "1h",
    ),
    _words("11-03 14:10", "wang", "maintenance", "approve", "1"),
    _words(
        "11-03 16:40", "zhao.min", "work", "log", "app-1", "服务器除尘", "--topic", "cleaning", "--procedure",
        "SOP-12 §4", "--config-saved", "n/a", "--from", "16:00",
    ),
    _words(
        "11-04 17:30", "zhao.min", "work", "log", "room-1", "battery test of UPS A", "--config-saved", "n/a",
        "--outcome", "watched", "--result", "3号电池 11.8 V，一周后复测",
    ),
    _words(
        "11-04 22:50", "wang", "work", "log", "core-sw-1", "fan tray replaced", "--outcome", "replaced", "--procedure",
        "OP-12", "--config-saved", "yes", "--window", "MNT-2026-0001", "--from", "22:10", "--at", "22:45",
    ),
    _words(
        "11-04 23:00", "wang", "action", "done", "1", "--result", "fan tray replaced in MNT-2026-0001", "--at", "22:45"
    ),
    _words(
        "10-29 11:00", ACTOR, "patch", "add", "core-sw-1", "denial of service in SNMP", "--also", "edge-fw-1",
        "--advisory", "CVE-2026-1234", "--published", "2026-10-27", "--owner", "wang",
    ),
    _words("10-29 11:30", ACTOR, "patch", "decide", "2", "--install-by", "2026-11-03"),
    _words(
        "10-29 11:31", ACTOR, "patch", "decide", "3", "--not-applicable", "--reason", "SNMP is off 未启用 SNMP"
    ),
    _words("10-29 14:00", "zhao.min", "patch", "add", "app-1", "openssl 3.5.4", "--advisory", "CVE-2026-2290"),
    _words(
        "10-30 10:00", "zhao.min", "patch", "defer", "4", "--until", "2026-11-20", "--reason", "月末结账期间不停机"
    ),
    _words(
        "10-28 23:00", "zhao.min", "patch", "add", "app-1", "内核本地提权漏洞修复", "--advisory", "CNNVD-202610-0815"
    ),
    _words(
        "10-30 15:00", "zhao.min", "patch", "add", "paris-rt-1", "firmware 9.4.2", "--owner", "wang", "--published",
        "2026-10-20",
    ),
    _words("10-30 15:10", ACTOR, "patch", "decide", "5", "--install-by", "2026-11-08"),
    _words(
        "11-01 10:30", "wang", "patch", "install", "5", "--config-saved", "yes", "--procedure", "OP-7", "--at", "10:20"
    ),
    # Today: the switch was walked in time, the room is half walked, and a link was lost
    _core("11-05 08:20", "wang", "25", "36", "--item", "fans=ok", "--item", "uplink=n/a"),
    Typed(
        "11-05 09:40", "sun", ("inspect", "start", "server-room", "--asset", "room-1"), "1\n23.8\n45\n1\n", code=3
    ),
)  # fmt: skip


def in_order() -> Iterator[Typed]:
    """What was typed, in the order of time; what was typed in the same minute as it stands here."""
    yield from sorted(STEPS, key=lambda step: step.at)


def build(home: Path) -> CommandLine:
    """A command line at `NOW` on a database that holds the patrols; it acts as `ACTOR` on `HOST`."""
    host_file = home / "config/opsctl/opsctl.toml"
    host_file.parent.mkdir(parents=True)
    host_file.write_text(f'[host]\nname = "{HOST}"\n')
    host_file.chmod(0o600)
    picture = home / PICTURE
    picture.write_bytes(b"a rack at night\n")
    line = CommandLine(home, NOW)
    line.database.parent.mkdir(parents=True)
    create(read_address(str(line.database)), zone=ZONE)
    for step in in_order():
        line.now = datetime.fromisoformat(f"2026-{step.at}+08:00").astimezone(UTC)
        words = tuple(word.replace(PICTURE, str(picture)) for word in step.words)
        result = line("--as", step.by, *words, stdin=step.stdin)
        assert result.code == step.code, f"{step}: {result.err}"
    line.now = NOW
    line.first = ("--as", ACTOR)
    return line
