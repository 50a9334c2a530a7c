"""SQLite files: copied while they are written, checked, counted, and asked again."""

import hashlib
import shutil
import sqlite3
import subprocess
import tempfile
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from opsctl.backups.drivers import CannotRestore, Limits, Occupied, Request, artefacts, unmeasured
from opsctl.backups.drivers.sqlite import Sqlite
from opsctl.backups.jobs.asserting import ask_all
from opsctl.backups.terms import Level, Status, Verdict
from opsctl.cli.hostfile.jobs import Assertion, Encryption, Job, Place, Secret
from tests.backups.making import run

RequestFor = Callable[..., Request]


@pytest.fixture(autouse=True, params=["zstd", "gzip"])
def _packer(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that has zstd, and one that has not: there gzip packs."""
    if request.param == "zstd" and shutil.which("zstd") is None:
        pytest.skip("zstd is not installed here")
    if request.param == "gzip":
        programs = tmp_path / "programs"
        programs.mkdir()
        for name in ("gzip", "age", "age-keygen", "sh", "cat", "sleep", "mount", "umount"):
            if (path := shutil.which(name)) is not None:
                (programs / name).symlink_to(path)
        monkeypatch.setenv("PATH", str(programs))
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A database in WAL mode with 1000 orders and a table with a quoted name."""
    path = tmp_path / "erp 100%?.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            "PRAGMA journal_mode = wal; CREATE TABLE customer (id INTEGER PRIMARY KEY);"
            ' CREATE TABLE orders (id INTEGER PRIMARY KEY, customer REFERENCES customer); CREATE TABLE "a ""b" (x);'
        )
        connection.executemany("INSERT INTO orders VALUES (?, NULL)", [(number,) for number in range(1000)])
        connection.commit()
    return path


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    """An empty folder to restore into."""
    folder = tmp_path / "scratch"
    folder.mkdir(mode=0o700)
    return folder


def _job(place: Place, source: Path, encryption: Encryption | None = None) -> Job:
    return Job("erp-db", "sqlite", (place,), sources=(str(source),), encryption=encryption)


def test_a_database_is_copied_proven_restored_and_asked(
    place: Place, source: Path, scratch: Path, request_for: RequestFor, limits: Limits, tmp_path: Path
) -> None:
    driver = Sqlite(_job(place, source))

    made = driver.run(request_for("erp-db"), place)

    assert made.status is Status.SUCCESS
    assert made.engine == f"sqlite {sqlite3.sqlite_version}"
    assert made.counts == {"a \"b": 0, "customer": 0, "orders": 1000}
    assert made.point is not None
    assert made.sha256 == hashlib.sha256((Path(place.to) / made.point).read_bytes()).hexdigest()
    for level in driver.levels:
        checked = driver.verify(place, made.point, level, sha256=made.sha256, limits=limits)
        assert (checked.verdict, checked.reason) == (Verdict.PASS, None)
    with driver.restored(place, made.point, scratch, limits=limits, step=unmeasured) as copy:
        compared = copy.compare()
        assert (compared.checked, compared.differences) == (3, ())
        assert copy.ask is not None
        assert copy.ask("SELECT count(*), max(id) FROM orders") == [(1000, 999)]
        for missing in ("SELECT * FROM gone", "SELECT gone FROM orders", "SELECT gone(1)"):
            with pytest.raises(CannotRestore, match="gone") as differing:
                copy.ask(missing)
            assert differing.value.verdict is Verdict.DIFFERS, missing
        for refused in ("DELETE FROM orders", "SELEKT 1", "SELECT (1", "SELECT 1; SELECT 2"):
            with pytest.raises(CannotRestore) as unasked:
                copy.ask(refused)
            assert unasked.value.verdict is Verdict.COULD_NOT_RUN, refused
    assert list((tmp_path / "temporary").iterdir()) == []


def test_a_query_that_does_not_end_is_ended(
    place: Place, source: Path, scratch: Path, request_for: RequestFor, limits: Limits
) -> None:
    driver = Sqlite(_job(place, source))
    made = driver.run(request_for("erp-db"), place)
    assert made.point is not None
    endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"
    soon = Limits(timedelta(seconds=3), timedelta(minutes=1))

    with driver.restored(place, made.point, scratch, limits=soon, step=unmeasured) as copy:
        assert copy.ask is not None
        with pytest.raises(CannotRestore) as caught:
            copy.ask(endless)

    assert caught.value.verdict is Verdict.COULD_NOT_RUN


@pytest.mark.parametrize("kind", ["sql", "newest"])
def test_an_assertion_waits_for_its_answer_no_longer_than_its_own_time_out(
    kind: str, place: Place, source: Path, scratch: Path, request_for: RequestFor, limits: Limits
) -> None:
    driver = Sqlite(_job(place, source))
    made = driver.run(request_for("erp-db"), place)
    # It would end with an answer that passes, after minutes.
    long = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 2000000000) SELECT count(*) FROM n"
    one = Assertion(kind, ask=long, expect="2000000000", within=timedelta(days=1), timeout=timedelta(seconds=0.5))

    with driver.restored(place, made.point or "", scratch, limits=limits, step=unmeasured) as copy:
        answers = ask_all((one,), None, run(), copy, unmeasured)

    assert [asked.verdict for asked in answers.assertions] == [Verdict.PASS, Verdict.COULD_NOT_RUN]
    assert "it ran longer than its time-out" in answers.assertions[1].what


def test_what_is_written_meanwhile_does_not_tear_the_copy(
    place: Place, source: Path, scratch: Path, request_for: RequestFor, limits: Limits
) -> None:
    over, begun = threading.Event(), threading.Event()

    def write() -> None:
        with closing(sqlite3.connect(source, timeout=60)) as connection:
            number = 1000
            while not over.is_set():
                connection.execute("INSERT INTO customer VALUES (?)", (number,))
                connection.execute("INSERT INTO orders VALUES (?, ?)", (number, number))
                connection.commit()
                begun.set()
                number += 1

    writer = threading.Thread(target=write)
    writer.start()
    begun.wait()
    try:
        made = Sqlite(_job(place, source)).run(request_for("erp-db"), place)
    finally:
        over.set()
        writer.join()

    assert made.status is Status.SUCCESS
    assert made.counts["orders"] == made.counts["customer"] + 1000 > 1000
    assert made.point is not None
    with Sqlite(_job(place, source)).restored(place, made.point, scratch, limits=limits, step=unmeasured) as copy:
        assert copy.compare().differences == ()


@pytest.mark.parametrize(
    "make",
    [lambda _path: None, lambda path: path.write_bytes(b""), lambda path: path.write_bytes(b"no database at all")],
    ids=["missing", "empty", "something else"],
)
def test_what_is_no_database_is_refused_and_none_is_made(
    make: Callable[[Path], object], place: Place, tmp_path: Path, request_for: RequestFor
) -> None:
    path = tmp_path / "typo.db"
    make(path)
    before = path.exists()

    made = Sqlite(_job(place, path)).run(request_for("erp-db"), place)

    assert made.status is Status.NOT_STARTED
    assert str(path) in (made.reason or "")
    assert path.exists() is before
    assert list(Path(place.to).iterdir()) == []


def test_a_damaged_database_is_kept_and_said(
    place: Place, source: Path, request_for: RequestFor, limits: Limits
) -> None:
    with closing(sqlite3.connect(source)) as connection:
        connection.execute("CREATE INDEX by_customer ON orders (customer, id)")
        connection.commit()
        connection.execute("PRAGMA writable_schema = on")
        connection.execute("UPDATE sqlite_schema SET sql = replace(sql, 'customer, ', '') WHERE name = 'by_customer'")
        connection.commit()

    made = Sqlite(_job(place, source)).run(request_for("erp-db"), place)

    assert made.status is Status.INCOMPLETE
    assert "by_customer" in (made.reason or "")
    assert made.point is not None
    assert Sqlite(_job(place, source)).verify(
        place, made.point, Level.L3, sha256=None, limits=limits
    ).verdict is Verdict.DIFFERS  # fmt: skip


def test_rows_that_point_to_nothing_are_said_and_are_no_difference(
    place: Place, source: Path, request_for: RequestFor, limits: Limits
) -> None:
    with closing(sqlite3.connect(source)) as connection:
        connection.execute("INSERT INTO orders VALUES (5000, 77)")
        connection.commit()
    driver = Sqlite(_job(place, source))

    made = driver.run(request_for("erp-db"), place)

    assert (made.status, made.reason) == (Status.SUCCESS, "1 row points to a row there is not")
    assert made.point is not None
    assert driver.verify(place, made.point, Level.L3, sha256=None, limits=limits).verdict is Verdict.PASS


def test_a_run_whose_time_is_up_leaves_nothing(
    place: Place, source: Path, request_for: RequestFor, tmp_path: Path
) -> None:
    made = Sqlite(_job(place, source)).run(request_for("erp-db", wall=timedelta(microseconds=1)), place)

    assert made.status is Status.TIMED_OUT
    assert list(Path(place.to).iterdir()) == list((tmp_path / "temporary").iterdir()) == []


def test_what_a_killed_run_left_is_tidied_away(
    place: Place, source: Path, request_for: RequestFor, tmp_path: Path
) -> None:
    request = request_for("erp-db")
    left = tmp_path / "temporary" / f"opsctl-{request.id[:8]}-xyz"
    left.mkdir()
    (left / "copy.sqlite").write_bytes(b"half")
    (tmp_path / "temporary" / "opsctl-other-xyz").mkdir()

    Sqlite(_job(place, source)).tidy(place, request.id)

    assert [path.name for path in (tmp_path / "temporary").iterdir()] == ["opsctl-other-xyz"]


def test_an_encrypted_copy_never_lies_readable_in_its_place(
    place: Place, source: Path, scratch: Path, request_for: RequestFor, limits: Limits, tmp_path: Path
) -> None:
    if shutil.which("age") is None:
        pytest.skip("age is not installed here")
    words: tuple[str | Path, ...] = ("age-keygen", "-o", tmp_path / "key")
    subprocess.run(words, check=True, capture_output=True)
    (tmp_path / "key").chmod(0o600)
    words = ("age-keygen", "-y", tmp_path / "key")
    (tmp_path / "public").write_bytes(subprocess.run(words, check=True, capture_output=True).stdout)
    job = _job(place, source, Encryption("age", str(tmp_path / "public"), Secret("file", str(tmp_path / "key")), None))

    made = Sqlite(job).run(request_for("erp-db"), place)

    assert made.point is not None
    assert made.point.endswith((".sqlite.zst.age", ".sqlite.gz.age"))
    with Sqlite(job).restored(place, made.point, scratch, limits=limits, step=unmeasured) as copy:
        assert copy.compare().differences == ()


@pytest.mark.parametrize("level", [Level.L2, Level.L3])
def test_flipped_bytes_are_caught(
    level: Level, place: Place, source: Path, request_for: RequestFor, limits: Limits
) -> None:
    driver = Sqlite(_job(place, source))
    made = driver.run(request_for("erp-db"), place)
    assert made.point is not None
    path = Path(place.to) / made.point
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)

    assert driver.verify(place, made.point, level, sha256=None, limits=limits).verdict is Verdict.DIFFERS


def test_counts_of_the_record_are_what_a_restored_copy_must_have(
    place: Place, source: Path, scratch: Path, request_for: RequestFor, limits: Limits
) -> None:
    driver = Sqlite(_job(place, source))
    made = driver.run(request_for("erp-db"), place)
    assert made.point is not None
    counts = {**made.counts, "orders": 1001, "gone": 3}

    with driver.restored(place, made.point, scratch, limits=limits, step=unmeasured, counts=counts) as copy:
        assert copy.compare().differences == ("gone: – rows instead of 3", "orders: 1000 rows instead of 1001")


def test_it_is_restored_into_a_new_file_only(
    place: Place, source: Path, request_for: RequestFor, limits: Limits, tmp_path: Path
) -> None:
    driver = Sqlite(_job(place, source))
    made = driver.run(request_for("erp-db"), place)
    assert made.point is not None
    before = source.read_bytes()

    with pytest.raises(CannotRestore) as caught:
        driver.restore(place, made.point, str(source), limits=limits)
    driver.restore(place, made.point, str(tmp_path / "new.db"), limits=limits)
    (tmp_path / "empty").mkdir()
    driver.restore(place, made.point, str(tmp_path / "empty"), limits=limits)
    assert [path.name for path in (tmp_path / "empty").iterdir()] == [source.name]
    with pytest.raises(Occupied):
        driver.restore(place, made.point, str(tmp_path / "empty"), limits=limits)

    assert caught.value.verdict is Verdict.COULD_NOT_RUN
    assert source.read_bytes() == before
    with closing(sqlite3.connect(tmp_path / "new.db")) as connection:
        assert connection.execute("SELECT count(*) FROM orders").fetchone() == (1000,)
    assert artefacts.read_manifest(place, made.point) is not None
