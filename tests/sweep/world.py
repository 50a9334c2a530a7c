"""The company that every command is tried on: what the examples in the pages of help name is there, in many states."""

import os
import shutil
import sqlite3
import tempfile
from contextlib import chdir, closing
from datetime import datetime
from importlib.resources import files
from pathlib import Path

from opsctl.store.address import read_address
from opsctl.store.migrate import create
from tests.golden.history import ACTOR, NOW, ZONE
from tests.golden.history import STEPS as INCIDENTS
from tests.harness import CommandLine

BOOK = Path(__file__).parent / "book.toml"
HISTORY = Path(__file__).parents[2] / "sample-data/history"
STORE = "store"
PLACE = "a/b/c"
"""Where commands are typed: far enough below the test's folder that `../../etc/passwd` stays inside it."""

# When it was typed, local time, by whom, and what. The incidents of tests/golden/history.py come before.
ROUNDS = ("--item", "temp=24", "--item", "fans=ok", "--item", "uplink=ok")
STEPS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("11-01 08:00", ACTOR, ("rulebook", "apply", "om.toml")),
    ("11-01 08:01", ACTOR, ("rulebook", "apply", "company.toml")),
    ("11-01 08:02", ACTOR, ("person", "add", "lead.wang", "--name", "王组长", "--post", "technical-head")),
    ("11-01 08:03", ACTOR, ("person", "add", "li", "--name", "李雷", "--team", "二班", "--superior", "lead.wang")),
    ("11-01 08:03", ACTOR, ("person", "edit", "wang", "--post", "technical-head")),
    ("11-01 08:04", ACTOR, ("asset", "add", "core-sw-2", "--kind", "switch", "--owner", "wang")),
    ("11-01 08:05", ACTOR, ("asset", "add", "app-1", "--kind", "server", "--owner", "li", "--customer", "acme")),
    ("11-01 08:06", ACTOR, ("asset", "add", "app-2", "--kind", "server", "--owner", ACTOR)),
    ("11-01 08:07", ACTOR, ("asset", "add", "app-3", "--kind", "server")),
    ("11-01 08:08", ACTOR, ("asset", "add", "room-1", "--kind", "room", "--owner", "li")),
    ("11-01 08:09", ACTOR, ("asset", "add", "ups-1", "--kind", "ups", "--owner", "wang")),
    # 17 to 21: open, acknowledged, mitigated, down, resolved with all that closing wants
    ("11-04 20:00", ACTOR, ("open", "app-1", "answers slowly", "--unowned")),
    ("11-04 20:10", ACTOR, ("open", "app-1", "应用无响应", "-s2")),
    ("11-04 20:20", ACTOR, ("open", "mail", "queue grows", "-s1")),
    ("11-04 20:30", ACTOR, ("mitigate", "19")),
    ("11-04 20:40", ACTOR, ("open", "app-2", "no answer", "--down", "20:35")),
    ("11-04 20:50", ACTOR, ("open", "app-3", "disk full")),
    (
        "11-04 21:00", ACTOR,
        ("resolve", "21", "--cause", "logs", "--handling", "deleted logs", "--result", "half is free"),
    ),
    # Rounds: good ones, with a failure and a warning, late and waiting for a countersignature, of a room
    ("11-03 09:10", "wang", ("inspect", "log", "core-network", "--asset", "core-sw-1", *ROUNDS)),
    (
        "11-03 09:20", "wang",
        ("inspect", "log", "core-network", "--asset", "core-sw-2", *ROUNDS[:4], "--fail", "uplink: CRC 错误"),
    ),
    ("11-04 15:00", "li", ("inspect", "log", "core-network", "--asset", "core-sw-1", *ROUNDS, "--at", "09:10")),
    ("11-04 15:10", "li", ("inspect", "log", "server-room", "--asset", "room-1", "--item", "temp=29", "--rest-ok")),
    # Actions: 1 and 2 come from the rounds; open, done, verified
    ("11-04 15:20", "li", ("action", "add", "app-1", "风扇异响", "--gravity", "warn")),
    ("11-04 15:30", ACTOR, ("action", "add", "app-2", "label is missing", "--owner", "wang")),
    ("11-04 15:40", "wang", ("action", "done", "4", "--result", "labelled")),
    ("11-04 15:50", ACTOR, ("action", "add", "ups-1", "battery is old", "--owner", "li")),
    ("11-04 16:00", "li", ("action", "done", "5", "--result", "replaced")),
    ("11-04 16:10", ACTOR, ("action", "verify", "5")),
    # Windows, work and patches
    (
        "11-04 10:00", "wang",
        ("maintenance", "plan", "core-sw-1", "firmware", "--from", "2026-11-20 22:00", "--for", "2h"),
    ),
    (
        "11-04 10:10", "wang",
        ("maintenance", "plan", "erp", "数据库升级", "--from", "2026-11-05 09:30", "--for", "3h"),
    ),
    ("11-04 10:20", ACTOR, ("maintenance", "approve", "2")),
    ("11-04 10:30", "wang", ("work", "log", "core-sw-1", "filters cleaned", "--config-saved", "n/a")),
    ("11-04 10:40", "wang", ("patch", "add", "core-sw-1", "denial of service", "--advisory", "CVE-2026-99")),
    ("11-04 10:50", "wang", ("patch", "add", "app-1", "openssl 3.5.4", "--owner", "li")),
    ("11-04 11:00", ACTOR, ("patch", "decide", "2", "--install-by", "2026-11-30")),
    # Backups: 1 is tested where there is a scratch place, 2 is pinned; the policy of home was never backed up
    ("11-03 01:30", ACTOR, ("backup", "run", "erp-db", "--due")),
    ("11-04 01:30", ACTOR, ("backup", "run", "erp-db", "--due")),
    ("11-04 09:00", "wang", ("backup", "pin", "2", "--reason", "before the migration")),
)  # fmt: skip

HOST_FILE = """
[host]
name = "ops-1"
{scratch}

[backups.erp-db]
driver = "sqlite"
source = "{home}/erp.db"
copies = [{{ name = "local", to = "{store}/local" }}, {{ name = "offsite", to = "{store}/offsite" }}]
assert = [{{ sql = "SELECT count(*) FROM invoice", expect = ">= 3" }}]

[backups.home]
driver = "sqlite"
source = "{home}/erp.db"
to = "{store}/home"

[checks.disk]
type = "command"
command = ["/bin/sh", "-c", "echo 0 disks are broken"]
asset = "room-1"
fills = "server-room/disk"
"""
ROUND = "[core-sw-1]\n1 24\n2 ok\n3 ok\n"
TABLES = {
    "assets.csv": "handle,title,kind\nerp,ERP login,service\nnew-1,Something new,server\n",
    "customers.csv": "code,name\nacme,Acme\nnew,New Ltd\n",
    "persons.csv": "handle,name,superior\nzhou,周敏,wang\n",
    "cmdb.csv": "Name,Type\nnew-2,server\n",
    "hr.csv": "Login,Full name\nzhao,赵敏\n",
}
MAPS = {
    "cmdb.toml": 'source = "cmdb"\nkey = "Name"\n[columns]\nkind = "Type"\n',
    "hr.toml": 'source = "hr"\nkey = "Login"\n[columns]\nname = "Full name"\n',
}


def scratch_place(home: Path) -> Path | None:
    """A new folder for restore tests on another file system than `home`; None where there is none."""
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK) or memory.stat().st_dev == home.stat().st_dev:
        return None
    return Path(tempfile.mkdtemp(prefix="opsctl-sweep-", dir=memory))


def build(home: Path, scratch: Path | None) -> CommandLine:
    """A command line at `NOW` on a database that holds the company; it acts as `ACTOR`, in `home / PLACE`.

    Its backups lie in `home / STORE`; their restore tests are made in `scratch`.
    """
    place = home / PLACE
    place.mkdir(parents=True)
    lay_out(place)
    configure(home, scratch)
    line = CommandLine(home, NOW)
    line.database.parent.mkdir(parents=True)
    create(read_address(str(line.database)), zone=ZONE)
    with chdir(place):
        fill(line)
        if scratch is not None:
            assert line("--as", ACTOR, "backup", "restore-test", "erp-db", "--run", "1").code == 0
    return line


def configure(home: Path, scratch: Path | None) -> None:
    """Write the host file, and what its jobs need: a database of three invoices, and places for its copies."""
    with closing(sqlite3.connect(home / "erp.db")) as database:
        database.executescript("CREATE TABLE invoice (number); INSERT INTO invoice VALUES (1), (2), (3);")
    for name in ("local", "offsite", "home"):
        (home / STORE / name).mkdir(parents=True, mode=0o700)
    host_file = home / "config/opsctl/opsctl.toml"
    host_file.parent.mkdir(parents=True)
    said = "" if scratch is None else f'scratch = {{ path = "{scratch}" }}'
    host_file.write_text(HOST_FILE.format(home=home, store=home / STORE, scratch=said), encoding="utf-8")
    host_file.chmod(0o600)


def lay_out(place: Path) -> None:
    """Put the files there that the examples name, and some that are hard to read."""
    for name, text in (TABLES | MAPS | {"round.txt": ROUND}).items():
        (place / name).write_text(text, encoding="utf-8")
    for name in ("tickets.csv", "tickets.toml"):
        shutil.copyfile(HISTORY / name, place / name)
    shutil.copyfile(BOOK, place / "company.toml")
    default = files("opsctl.rulebook").joinpath("default.toml").read_text(encoding="utf-8")
    (place / "om.toml").write_text(default.replace('version = "2026.2"', 'version = "2026.3"'), encoding="utf-8")
    (place / "folder").mkdir()
    (place / "binary.bin").write_bytes(bytes(range(256)) * 8)
    (place / "big.txt").write_text("一行很长的文字 a long line of text\n" * 48_000, encoding="utf-8")


def fill(line: CommandLine, *, alone: bool = False) -> None:
    """Type what the company has done; `alone` all of it by the one login there is, without what takes another."""
    for typed, by, words in (*((typed, ACTOR, words) for typed, words in INCIDENTS), *STEPS):
        line.now = datetime.fromisoformat(f"2026-{typed}+08:00").astimezone(NOW.tzinfo)
        given = words if words[0] == "--as" else ("--as", by, *words)
        result = line(*given[2:] if alone else given)
        assert result.code == 0 or alone, f"{typed} {words}: {result.err}"
    line.now = NOW
    # What is due by now is planned before anything is tried: then nothing that only reads changes anything.
    assert line("duty", "due").code == 0
