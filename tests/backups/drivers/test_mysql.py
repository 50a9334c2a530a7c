"""MariaDB is dumped, checked and restored with its own programs, on a server of its own."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from opsctl.backups.drivers import CannotRestore, Limits, Request, unmeasured
from opsctl.backups.drivers.mysql import Mysql
from opsctl.backups.drivers.scratch_servers import cell, serving
from opsctl.backups.terms import Status, Verdict
from opsctl.cli.hostfile.jobs import Job, Place

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
        words = ["mariadb", f"--defaults-extra-file={self.options}", "--batch", "--skip-column-names"]
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
    make = ["mariadb-install-db", "--no-defaults", data, "--auth-root-authentication-method=normal", "--skip-test-db"]
    subprocess.run(make, check=True, capture_output=True, cwd="/", **own)  # type: ignore[call-overload]
    socket = home / "m.sock"
    options = folder / "my.cnf"
    options.write_text(f"[client]\nsocket = {socket}\nuser = root\n")
    options.chmod(0o600)
    found = Server(options, folder)
    ping = ["mariadb", f"--defaults-extra-file={options}", "--execute=SELECT 1"]
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
        with pytest.raises(CannotRestore, match="denied"):
            copy.ask("DELETE FROM orders")
    assert list(scratch.iterdir()) == []
