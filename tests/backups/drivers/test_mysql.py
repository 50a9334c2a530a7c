"""MariaDB is dumped, checked and restored with its own programs, on a server of its own."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsctl.backups.drivers import CannotRestore, Limits, Request, artefacts, unmeasured
from opsctl.backups.drivers.mysql import Mysql
from opsctl.backups.drivers.mysql_text import Reader
from opsctl.backups.drivers.scratch_servers import cell, clear_leftovers, serving
from opsctl.backups.jobs.asserting import ask_all
from opsctl.backups.terms import Level, Status, Verdict
from opsctl.cli.hostfile.jobs import Assertion, Encryption, Job, Place, Secret
from tests.backups.drivers.folders import is_running
from tests.backups.making import run

USER = "nobody" if os.geteuid() == 0 else None


@dataclass
class Server:
    """A MariaDB that runs, and the defaults file that lets its client in."""

    options: Path
    folder: Path

    def job(self, place: Place, *databases: str, **changes: object) -> Job:
        job = Job("shop", "mariadb", (place,), options=str(self.options), databases=databases)
        return job._replace(**changes)  # type: ignore[arg-type]

    def say(self, script: str) -> str:
        words = [
            shutil.which("mariadb") or "",
            f"--defaults-extra-file={self.options}",
            "--batch",
            "--skip-column-names",
        ]
        return subprocess.run(words, input=script, check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    for program in ("mariadbd", "mariadb-install-db", "mariadb", "mariadb-dump", "zstd"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed here")
    folder = Path(tempfile.mkdtemp(prefix="opsctl-test-", dir="/tmp"))
    folder.chmod(0o711)
    home = cell(folder, "server", USER)
    own = {} if USER is None else {"user": USER, "group": "nogroup", "extra_groups": []}
    data = f"--datadir={home}/data"
    install = shutil.which("mariadb-install-db") or ""
    make = [install, "--no-defaults", data, "--auth-root-authentication-method=normal", "--skip-test-db"]
    subprocess.run(make, check=True, capture_output=True, cwd="/", **own)  # type: ignore[call-overload]
    socket = home / "m.sock"
    options = folder / "my.cnf"
    options.write_text(f"[client]\nsocket = {socket}\nuser = root\n")
    options.chmod(0o600)
    found = Server(options, folder)
    ping = [shutil.which("mariadb") or "", f"--defaults-extra-file={options}", "--execute=SELECT 1"]
    with serving(
        (shutil.which("mariadbd") or "", "--no-defaults", data, f"--socket={socket}", "--skip-networking"),
        home,
        USER,
        is_up=lambda: subprocess.run(ping, capture_output=True, check=False).returncode == 0,
        stop=signal.SIGKILL,
    ):
        found.say(SHOP)
        yield found
    shutil.rmtree(folder, ignore_errors=True)


SHOP = r"""
CREATE DATABASE shop;
USE shop;
CREATE TABLE orders (id int PRIMARY KEY, placed_at datetime NOT NULL, said text, raw blob);
INSERT INTO orders
 SELECT seq, '2026-11-21 01:00:00' + INTERVAL seq SECOND, 'a\nUSE `other`;\n-- Dump completed', x'00ff'
 FROM seq_1_to_2000;
CREATE TABLE `odd `` name` (a text);
CREATE VIEW newest AS SELECT max(placed_at) AS at FROM orders;
DELIMITER ;;
CREATE PROCEDURE said()
BEGIN
-- Current Database: `mysql`
SELECT 'said';
END;;
CREATE TRIGGER counted BEFORE INSERT ON orders FOR EACH ROW SET NEW.said = concat(NEW.said, '!');;
CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY DO DELETE FROM orders;;
DELIMITER ;
CREATE DATABASE other;
USE other;
CREATE TABLE t (a int);
INSERT INTO t VALUES (1);
"""


Maker = Callable[..., Request]


@pytest.fixture
def make(request_for: Maker) -> Maker:
    """What makes a run."""
    return request_for


@pytest.fixture
def scratch() -> Iterator[Path]:
    """An empty folder that the user of scratch servers can reach, as pytest's own are not."""
    folder = Path(tempfile.mkdtemp(prefix="opsctl-test-", dir="/tmp"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def test_a_dump_is_checked_and_restored_into_a_server_of_its_own(
    server: Server, place: Place, request_for: Callable[..., Request], limits: Limits, scratch: Path
) -> None:
    driver = Mysql(server.job(place, "shop"))
    assert driver.preflight(place) is None
    made = driver.run(request_for("shop"), place)
    assert (made.status, made.reason) == (Status.SUCCESS, None)
    assert made.point is not None
    for level in driver.levels:
        assert driver.verify(place, made.point, level, sha256=made.sha256, limits=limits).verdict is Verdict.PASS
    with driver.restored(place, made.point, scratch, limits=limits, step=unmeasured, user=USER) as copy:
        assert copy.ask is not None
        newest = datetime(2026, 11, 21, 1, 33, 20, tzinfo=UTC)
        asked = "SELECT count(*), max(placed_at), NULL, min(said) FROM orders;"
        assert copy.ask(asked) == [(2000, newest, None, "a\nUSE `other`;\n-- Dump completed")]
        assert copy.ask("SELECT at FROM newest") == [(newest,)]
        routines = "SELECT routine_name FROM information_schema.routines WHERE routine_schema = 'shop'"
        assert copy.ask(routines) == [("said",)]
        compared = copy.compare()
        assert (compared.checked, compared.differences) == (2, ())
        for refused in ("DELETE FROM orders", "SELEKT 1"):
            with pytest.raises(CannotRestore, match=r"denied|syntax") as found:
                copy.ask(refused)
            assert found.value.verdict is Verdict.COULD_NOT_RUN
        for missing in ("SELECT * FROM gone", "SELECT gone FROM orders", "SELECT * FROM gone.orders"):
            with pytest.raises(CannotRestore, match="gone") as found:
                copy.ask(missing)
            assert found.value.verdict is Verdict.DIFFERS, missing
    assert list(scratch.iterdir()) == []


def test_of_a_query_without_end_and_of_a_server_that_died_nothing_follows(
    server: Server, place: Place, make: Maker, limits: Limits, scratch: Path
) -> None:
    driver = Mysql(server.job(place, "shop"))
    made = driver.run(make("shop"), place)
    soon = Limits(timedelta(seconds=20), limits.idle)
    with driver.restored(place, made.point or "", scratch, limits=soon, step=unmeasured, user=USER) as copy:
        assert copy.ask is not None
        with pytest.raises(CannotRestore) as found:
            copy.ask("SELECT BENCHMARK(1000000000000, MD5('a'))")
        assert found.value.verdict is Verdict.COULD_NOT_RUN
        (note,) = scratch.glob("*/opsctl-server.pid")
        os.kill(int(note.read_text()), signal.SIGKILL)
        with pytest.raises(CannotRestore) as found:
            copy.ask("SELECT count(*) FROM orders")
        assert found.value.verdict is Verdict.COULD_NOT_RUN


def test_an_assertion_waits_for_its_answer_no_longer_than_its_own_time_out(
    server: Server, place: Place, make: Maker, limits: Limits, scratch: Path
) -> None:
    driver = Mysql(server.job(place, "shop"))
    made = driver.run(make("shop"), place)
    # Without a limit the first would pass after two minutes; interrupted by the server, the second answers at once.
    asserts = (
        Assertion("sql", ask="SELECT SLEEP(120)", expect="0", timeout=timedelta(seconds=0.5)),
        Assertion("sql", ask="SELECT BENCHMARK(1000000000000, MD5('a'))", expect="0", timeout=timedelta(seconds=0.5)),
    )
    with driver.restored(place, made.point or "", scratch, limits=limits, step=unmeasured, user=USER) as copy:
        answers = ask_all(asserts, None, run(), copy, unmeasured)
    assert [one.verdict for one in answers.assertions[-2:]] == [Verdict.COULD_NOT_RUN] * 2


def test_of_a_whole_server_its_own_databases_stay_out_of_the_copy(
    server: Server, place: Place, make: Maker, limits: Limits, scratch: Path
) -> None:
    driver = Mysql(server.job(place))
    made = driver.run(make("shop"), place)
    assert made.status is Status.SUCCESS
    with driver.restored(place, made.point or "", scratch, limits=limits, step=unmeasured, user=USER) as copy:
        assert copy.ask is not None
        assert copy.ask("SELECT a FROM other.t") == [(1,)]
        manifest = artefacts.read_manifest(place, made.point or "")
        assert manifest is not None
        assert (manifest.more["vendor"], manifest.more["tables"]) == ("MariaDB", 3)
        major, minor = copy.ask("SELECT version()")[0][0].split(".")[:2]
        assert manifest.more["series"] == [int(major), int(minor)]
        assert copy.ask("SELECT count(*) FROM shop.orders") == [(2000,)]
        # The account that asks is the copy's own: the dump's accounts would have taken its place.
        assert copy.ask("SELECT current_user()") == [("opsctl_reader@localhost",)]
        compared = copy.compare()
        assert (compared.checked, compared.differences) == (3, ())
    with pytest.raises(CannotRestore, match="2 databases"):
        driver.restore(place, made.point or "", "new", limits=limits)


def test_a_dump_goes_into_a_new_database_and_over_none_that_is_there(
    server: Server, place: Place, make: Maker, limits: Limits
) -> None:
    driver = Mysql(server.job(place, "shop"))
    made = driver.run(make("shop"), place)
    server.say("INSERT INTO shop.orders (id, placed_at) VALUES (5000, now())")
    try:
        driver.restore(place, made.point or "", "shop-copy", limits=limits)
        assert server.say("SELECT count(*) FROM `shop-copy`.orders; SELECT count(*) FROM shop.orders") == "2000\n2001\n"
        for taken in ("shop-copy", "shop", "other", "mysql"):
            with pytest.raises(CannotRestore, match="already"):
                driver.restore(place, made.point or "", taken, limits=limits)
        with pytest.raises(CannotRestore, match="no name"):
            driver.restore(place, made.point or "", "x`; DROP DATABASE shop", limits=limits)
    finally:
        server.say("DROP DATABASE IF EXISTS `shop-copy`; DELETE FROM shop.orders WHERE id = 5000")


def _repack(path: Path, change: Callable[[bytes], bytes]) -> None:
    """The dump inside an artefact changed, with its manifest made to fit."""
    zstd = shutil.which("zstd") or ""
    text = subprocess.run([zstd, "-dcq", path], check=True, capture_output=True).stdout
    path.write_bytes(subprocess.run([zstd, "-cq"], input=change(text), check=True, capture_output=True).stdout)
    _forge(path)


def _forge(path: Path) -> None:
    place = Place("local", str(path.parent))
    manifest = artefacts.read_manifest(place, path.name)
    assert manifest is not None
    said = {name: getattr(manifest, name) for name in type(manifest).__dataclass_fields__}
    said |= {"bytes": path.stat().st_size, "sha256": artefacts.digest_of(path)}
    artefacts.write_manifest(place, artefacts.Manifest(**said))


def test_a_dump_whose_sql_fails_is_no_copy_and_leaves_no_database(
    server: Server, place: Place, make: Maker, limits: Limits, scratch: Path
) -> None:
    driver = Mysql(server.job(place, "shop"))
    made = driver.run(make("shop"), place)
    _repack(Path(place.to) / (made.point or ""), lambda text: text.replace(b"PRIMARY KEY", b"PRIMARY KAY"))
    restored = driver.restored(place, made.point or "", scratch, limits=limits, step=unmeasured, user=USER)
    with pytest.raises(CannotRestore, match="syntax") as found, restored:
        pass
    assert found.value.verdict is Verdict.DIFFERS
    assert list(scratch.iterdir()) == []
    before = server.say("SHOW DATABASES")
    with pytest.raises(CannotRestore):
        driver.restore(place, made.point or "", "half", limits=limits)
    assert server.say("SHOW DATABASES") == before


@pytest.mark.parametrize(
    ("damage", "levels"),
    [
        (lambda data: data[:-100], (Level.L2, Level.L3)),
        (lambda data: data[:5000] + bytes(byte ^ 255 for byte in data[5000:5004]) + data[5004:], (Level.L2, Level.L3)),
        (lambda _data: b"x", (Level.L2, Level.L3)),
    ],
    ids=["truncated", "flipped", "another file"],
)
def test_a_damaged_artefact_is_found_out_even_where_its_manifest_was_made_to_fit(
    damage: Callable[[bytes], bytes],
    levels: tuple[Level, ...],
    server: Server,
    place: Place,
    make: Maker,
    limits: Limits,
) -> None:
    driver = Mysql(server.job(place, "shop"))
    made = driver.run(make("shop"), place)
    point = made.point or ""
    path = Path(place.to) / point
    path.write_bytes(damage(path.read_bytes()))
    assert driver.verify(place, point, Level.L2, sha256=made.sha256, limits=limits).verdict is Verdict.DIFFERS
    _forge(path)
    for level in levels:
        assert driver.verify(place, point, level, sha256=None, limits=limits).verdict is Verdict.DIFFERS


@pytest.mark.parametrize(
    ("change", "level"),
    [
        (lambda text: text[: len(text) // 2], Level.L2),
        (lambda text: text.replace(b"CREATE TABLE `odd", b"CREATE TABLE `old"), None),
        (lambda text: text.replace(b"CREATE TABLE `odd", b"CREATE VIEWS `odd"), Level.L3),
    ],
    ids=["cut before it was packed", "a name of the same length", "a table less"],
)
def test_a_dump_that_was_changed_before_it_was_packed(
    change: Callable[[bytes], bytes], level: Level | None, server: Server, place: Place, make: Maker, limits: Limits
) -> None:
    driver = Mysql(server.job(place, "shop"))
    made = driver.run(make("shop"), place)
    point = made.point or ""
    _repack(Path(place.to) / point, change)
    found = {one: driver.verify(place, point, one, sha256=None, limits=limits).verdict for one in driver.levels}
    wrong = [one for one in driver.levels if found[one] is Verdict.DIFFERS]
    assert wrong[:1] == ([] if level is None else [level])
    # What was written down when it was made knows all of them.
    assert driver.verify(place, point, Level.L2, sha256=made.sha256, limits=limits).verdict is Verdict.DIFFERS


def _script(path: Path, text: str) -> None:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


@pytest.mark.parametrize(
    ("text", "status", "said"),
    [
        ("exit 0", Status.FAILED, "0 bytes"),
        ("echo '-- half a dump'", Status.FAILED, "mark of completion"),
        ("echo '-- half a dump'; kill -9 $$", Status.FAILED, ""),
        ("echo '-- half a dump'; exec sleep 600", Status.TIMED_OUT, "time-out"),
    ],
    ids=["empty", "no mark", "killed", "hung"],
)
def test_a_dump_program_that_ends_badly_leaves_nothing(
    text: str, status: Status, said: str, server: Server, place: Place, make: Maker, tmp_path: Path
) -> None:
    _script(tmp_path / "mariadb-dump", f'[ "$1" = --version ] && exit 0\n{text}')
    driver = Mysql(server.job(place, "shop", programs=str(tmp_path)))
    made = driver.run(make("shop", wall=timedelta(seconds=2)), place)
    assert (made.status, made.point) == (status, None)
    assert said in (made.reason or "")
    assert list(Path(place.to).iterdir()) == []


def test_a_database_that_is_not_there_fails_the_run(server: Server, place: Place, make: Maker) -> None:
    made = Mysql(server.job(place, "shop", "nothing")).run(make("shop"), place)
    assert (made.status, made.point) == (Status.FAILED, None)
    assert "Unknown database 'nothing'" in (made.reason or "")


def test_a_server_that_does_not_answer_is_refused(server: Server, place: Place, make: Maker, tmp_path: Path) -> None:
    options = tmp_path / "away.cnf"
    options.write_text("[client]\nsocket = /nowhere/m.sock\nuser = root\n")
    driver = Mysql(server.job(place, "shop", options=str(options)))
    found = driver.preflight(place)
    assert found is not None
    assert "/nowhere/m.sock" in found.reason
    made = driver.run(make("shop"), place)
    assert (made.status, made.point) == (Status.FAILED, None)


def test_a_server_that_hangs_is_refused_in_time(server: Server, place: Place, tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        options = tmp_path / "hung.cnf"
        options.write_text(f"[client]\nhost = 127.0.0.1\nport = {silent.getsockname()[1]}\nuser = root\n")
        driver = Mysql(server.job(place, "shop", options=str(options)))
        driver.patience = timedelta(seconds=1)
        found = driver.preflight(place)
    assert found is not None
    assert "no answer in time" in found.reason


def test_exact_counts_are_refused_because_no_snapshot_is_shared(server: Server, place: Place) -> None:
    found = Mysql(server.job(place, "shop", counts="exact")).preflight(place)
    assert found is not None
    assert "cannot be counted exactly" in found.reason


def test_a_dump_program_of_another_vendor_is_refused(server: Server, place: Place, tmp_path: Path) -> None:
    _script(tmp_path / "mysqldump", "echo 'mysqldump  Ver 8.0.39 for Linux on x86_64 (MySQL Community Server - GPL)'")
    found = Mysql(server.job(place, "shop", driver="mysql", programs=str(tmp_path))).preflight(place)
    assert found is not None
    assert found.reason == "mysqldump is of MySQL, its server of MariaDB"


def test_a_dump_of_a_newer_server_is_not_restored_into_an_older_one(
    server: Server, place: Place, make: Maker, limits: Limits, scratch: Path
) -> None:
    driver = Mysql(server.job(place, "shop"))
    made = driver.run(make("shop"), place)
    manifest = artefacts.read_manifest(place, made.point or "")
    assert manifest is not None
    said = {name: getattr(manifest, name) for name in type(manifest).__dataclass_fields__}
    for other in ({"series": [99, 1]}, {"vendor": "MySQL"}):
        artefacts.write_manifest(place, artefacts.Manifest(**(said | {"more": {**manifest.more, **other}})))
        restored = driver.restored(place, made.point or "", scratch, limits=limits, step=unmeasured, user=USER)
        with pytest.raises(CannotRestore, match="the dump is of") as found, restored:
            pass
        assert found.value.verdict is Verdict.COULD_NOT_RUN


def test_an_encrypted_dump_is_read_with_its_key_alone(
    server: Server, place: Place, make: Maker, limits: Limits, tmp_path: Path
) -> None:
    keygen = shutil.which("age-keygen") or pytest.skip("age is not installed here")
    keys = {}
    for name in ("right", "wrong"):
        keys[name] = tmp_path / f"{name}.key"
        subprocess.run([keygen, "-o", keys[name]], check=True, capture_output=True)
        keys[name].chmod(0o600)
    public = tmp_path / "age.pub"
    public.write_bytes(subprocess.run([keygen, "-y", keys["right"]], check=True, capture_output=True).stdout)
    sealed = Encryption("age", str(public), Secret("file", str(keys["right"])), None)
    driver = Mysql(server.job(place, "shop", encryption=sealed))
    made = driver.run(make("shop"), place)
    point = made.point or ""
    assert point.endswith(".sql.zst.age")
    assert driver.verify(place, point, Level.L3, sha256=made.sha256, limits=limits).verdict is Verdict.PASS
    other = Mysql(server.job(place, "shop", encryption=sealed._replace(decrypt=Secret("file", str(keys["wrong"])))))
    found = other.verify(place, point, Level.L3, sha256=made.sha256, limits=limits)
    assert found.verdict is Verdict.COULD_NOT_RUN


_KILLED = """
import sys, time
from datetime import timedelta
from pathlib import Path
from opsctl.backups.drivers import Limits, unmeasured
from opsctl.backups.drivers.mysql import Mysql
from opsctl.cli.hostfile.jobs import Job, Place
to, point, scratch, user = sys.argv[1:]
place = Place("local", to)
limits = Limits(timedelta(minutes=5), timedelta(minutes=5))
driver = Mysql(Job("shop", "mariadb", (place,)))
with driver.restored(place, point, Path(scratch), limits=limits, step=unmeasured, user=user or None):
    print("up", flush=True)
    time.sleep(600)
"""


def test_what_a_killed_test_left_running_is_stopped_by_the_next(
    server: Server, place: Place, make: Maker, scratch: Path
) -> None:
    made = Mysql(server.job(place, "shop")).run(make("shop"), place)
    words = [sys.executable, "-c", _KILLED, place.to, made.point or "", str(scratch), USER or ""]
    with subprocess.Popen(words, stdout=subprocess.PIPE) as killed:
        assert killed.stdout is not None
        assert killed.stdout.readline() == b"up\n"
        killed.kill()
    number = int((scratch / "server" / "opsctl-server.pid").read_text())
    assert is_running(number)
    assert len(clear_leftovers(scratch)) == 2
    assert not is_running(number)
    assert list(scratch.iterdir()) == []


_PARTS = st.lists(
    st.sampled_from([
        "-- Current Database: `shop`\n", "-- Current Database: `mysql`\n", "CREATE DATABASE `shop`;\n", "USE `shop`;\n",
        "CREATE TABLE `a``b` (\n  `c` int\n);\n", "DELIMITER ;;\n", "DELIMITER ;\n", "/*M!999999\\- enable */\n",
        "INSERT INTO `t` VALUES (1),\n", "(2,'USE `x`');\n", "-- USE `y`\n", "(" + "x" * 3000 + ")\n",
    ]),
    max_size=12,
)  # fmt: skip


@given(_PARTS, st.integers(1, 2000), st.booleans())
def test_what_is_left_out_does_not_depend_on_where_the_blocks_begin(
    parts: list[str], width: int, is_renamed: bool
) -> None:
    kept: list[bytes] = []
    reader = Reader(kept.append, is_renamed=is_renamed)
    data = "".join(parts).encode() + b"-- Dump completed"
    for start in range(0, len(data), width):
        reader.take(memoryview(data[start : start + width]))
    reader.close()
    expected, tables, database, is_body = b"", [], "", False
    for line in data.splitlines(keepends=True):
        if line.startswith(b"DELIMITER"):
            is_body = line == b"DELIMITER ;;\n"
        elif not is_body and line.startswith(b"-- Current"):
            database = line.split(b"`")[1].decode()
        if not is_body and database != "mysql" and line.startswith(b"CREATE TABLE"):
            tables.append((database, "a`b"))
        is_choice = not is_body and (
            line.startswith(b"/*M!999999") or (is_renamed and line.startswith((b"USE", b"CREATE DATABASE")))
        )
        if database != "mysql" and not is_choice:
            expected += line
    assert b"".join(kept) == expected
    assert reader.tables == tables
    assert reader.end.is_there
