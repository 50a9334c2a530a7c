import os
import stat
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from opsctl.backups.drivers import Occupied, Request, unmeasured
from opsctl.backups.drivers.artefacts import name_of
from opsctl.backups.drivers.registry import driver_of
from opsctl.backups.drivers.rsync import Rsync
from opsctl.backups.terms import Level, Status, Verdict
from opsctl.cli.hostfile.jobs import Job, Place
from tests.backups.drivers.folders import (
    QUICK,
    heard,
    make_unreadable,
    needs,
    obeying_modes,
    plant,
    small_disk,
    snapshot_of,
    wrapper,
)

RequestFor = Callable[..., Request]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    needs("rsync")
    return plant(tmp_path / "srv" / "erp")


@pytest.fixture
def driver(source: Path, place: Place) -> Rsync:
    return make(source, place)


def make(source: Path, place: Place, **changes: object) -> Rsync:
    job = Job("erp-files", "rsync", (place,), sources=(str(source),))
    made = driver_of(job._replace(**changes))  # type: ignore[arg-type]
    assert isinstance(made, Rsync)
    return made


def copied(source: Path, place: Place, point: str | None) -> Path:
    return Path(place.to, str(point), source.relative_to("/"))


def test_a_run_makes_a_folder_that_is_listed_with_its_tags(
    driver: Rsync, source: Path, place: Place, request_for: RequestFor
) -> None:
    told: list[int] = []
    request = heard(request_for("erp-files"), told.append)

    made = driver.run(request, place)

    assert (made.status, made.reason, made.code, made.files, made.bytes) == (Status.SUCCESS, None, 0, 4, 300_011)
    [point] = driver.points(place)
    assert (point.name, point.policy, point.host, point.run) == (made.point, "erp-files", "web1", request.id)
    assert point.bytes == 300_011
    assert snapshot_of(copied(source, place, made.point)) == snapshot_of(source)
    assert sum(told) == 300_011
    assert {one.name for one in Path(place.to).iterdir()} == {
        str(made.point), f"{made.point}.digests", f"{made.point}.manifest.json"
    }  # fmt: skip


def test_what_has_not_changed_is_the_same_file_in_both_snapshots_and_has_its_digest(
    driver: Rsync, source: Path, place: Place, request_for: RequestFor
) -> None:
    first = driver.run(request_for("erp-files"), place).point
    (source / "sub" / "b.txt").write_text("hello again")
    second = driver.run(later(request_for("erp-files"), 1), place).point

    kept, changed = "a.bin", "sub/b.txt"
    one, two = copied(source, place, first), copied(source, place, second)
    assert (one / kept).stat().st_ino == (two / kept).stat().st_ino
    assert (one / changed).read_text() == "hello"
    assert (two / changed).read_text() == "hello again"
    for point in (first, second):
        assert driver.verify(place, str(point), Level.L3, sha256=None, limits=QUICK).verdict is Verdict.PASS


def later(request: Request, hours: int) -> Request:
    return replace(request, stamp=request.stamp + timedelta(hours=hours))


def test_what_is_restored_has_the_content_that_was_copied(
    driver: Rsync, source: Path, place: Place, request_for: RequestFor, tmp_path: Path
) -> None:
    point = str(driver.run(request_for("erp-files"), place).point)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    with driver.restored(place, point, scratch, limits=QUICK, step=unmeasured) as restored:
        assert snapshot_of(scratch / source.relative_to("/")) == snapshot_of(source)
        assert (restored.files, restored.bytes) == (4, 300_011)
        assert (restored.compare().checked, restored.compare().differences) == (4, ())
        (scratch / source.relative_to("/") / "sub" / "b.txt").write_text("hEllo")
        (scratch / source.relative_to("/") / "a.bin").unlink()
        differences = restored.compare().differences
    assert [one.rpartition("/")[2] for one in differences] == [
        "b.txt has another content than was copied", "1 file is missing"
    ]  # fmt: skip


def test_some_files_picked_at_random_are_restored_and_nothing_else(
    driver: Rsync, place: Place, request_for: RequestFor, tmp_path: Path
) -> None:
    point = str(driver.run(request_for("erp-files"), place).point)
    for number in range(4):
        scratch = tmp_path / f"scratch{number}"
        scratch.mkdir()
        with driver.restored(place, point, scratch, limits=QUICK, step=unmeasured, only=3) as restored:
            assert restored.files == 3
            assert (restored.compare().checked, restored.compare().differences) == (3, ())


def test_no_device_is_made_in_a_scratch_place_and_every_one_in_a_restore_for_good(
    driver: Rsync, source: Path, place: Place, request_for: RequestFor, tmp_path: Path
) -> None:
    try:
        os.mknod(source / "null", 0o600 | stat.S_IFCHR, os.makedev(1, 3))
    except PermissionError:
        pytest.skip("only root may make a device")
    point = str(driver.run(request_for("erp-files"), place).point)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    with driver.restored(place, point, scratch, limits=QUICK, step=unmeasured) as restored:
        assert not any(stat.S_ISCHR(path.lstat().st_mode) for path in scratch.rglob("*"))
        assert restored.compare().differences == ()
    driver.restore(place, point, str(tmp_path / "into"), limits=QUICK)
    assert snapshot_of(tmp_path / "into" / source.relative_to("/")) == snapshot_of(source)
    with pytest.raises(Occupied, match="is not empty"):
        driver.restore(place, point, str(tmp_path / "into"), limits=QUICK)


def test_names_that_are_no_text_are_copied_and_compared(
    driver: Rsync, source: Path, place: Place, request_for: RequestFor
) -> None:
    for name in (b"\xff\xfe", b"line\nbreak", b"back\\#134slash", b"  spaces  "):
        Path(os.fsdecode(os.fsencode(source) + b"/" + name)).write_bytes(name)
    points = [driver.run(later(request_for("erp-files"), hours), place).point for hours in (0, 1)]
    for point in points:
        assert driver.verify(place, str(point), Level.L3, sha256=None, limits=QUICK).reason is None


@pytest.mark.parametrize(
    ("damage", "level", "says"),
    [
        ("flipped", Level.L3, "another content"),
        ("truncated", Level.L2, "files with"),
        ("missing", Level.L2, "files with"),
        ("more", Level.L2, "files with"),
        ("swapped", Level.L3, "another content"),
        ("list", Level.L3, "another SHA-256"),
        ("no list", Level.L3, "is not there"),
        ("no manifest", Level.L0, "has no manifest"),
        ("folder", Level.L0, "is not there"),
    ],
)
def test_damage_is_found_at_the_level_that_claims_to_find_it(
    driver: Rsync, source: Path, place: Place, request_for: RequestFor, damage: str, level: Level, says: str
) -> None:
    point = str(driver.run(request_for("erp-files"), place).point)
    copy = copied(source, place, point)
    large, small = copy / "a.bin", copy / "sub" / "b.txt"
    match damage:
        case "flipped":
            with large.open("r+b") as stream:
                stream.seek(1000)
                stream.write(b"\xff\xff")
        case "truncated":
            os.truncate(large, 299_999)
        case "missing":
            small.unlink()
        case "more":
            (copy / "more").write_text("x")
        case "swapped":
            small.write_text("olleh")
        case "list":
            Path(place.to, f"{point}.digests").write_bytes(b"SQLite")
        case "no list":
            Path(place.to, f"{point}.digests").unlink()
        case "no manifest":
            Path(place.to, f"{point}.manifest.json").unlink()
        case _folder:
            Path(place.to, point).rename(Path(place.to, "elsewhere"))
    found = driver.verify(place, point, level, sha256=None, limits=QUICK)
    assert found.verdict is Verdict.DIFFERS
    assert says in str(found.reason)
    if level is Level.L3:
        assert driver.verify(place, point, Level.L2, sha256=None, limits=QUICK).verdict is Verdict.PASS


def test_a_place_that_is_away_says_nothing_about_the_backup(
    driver: Rsync, place: Place, request_for: RequestFor
) -> None:
    point = str(driver.run(request_for("erp-files"), place).point)
    Path(place.to).rename(f"{place.to}.away")
    for level in driver.levels:
        assert driver.verify(place, point, level, sha256=None, limits=QUICK).verdict is Verdict.COULD_NOT_RUN


def test_a_source_that_is_missing_stops_the_run_before_it_begins(
    source: Path, place: Place, request_for: RequestFor
) -> None:
    gone = f"{source}-gone"
    for sources in ((gone,), (str(source), gone)):
        driver = make(source, place, sources=sources)
        refusal = driver.preflight(place)
        assert refusal is not None
        assert gone in refusal.reason
        assert driver.run(request_for("erp-files"), place).status is Status.NOT_STARTED
    assert list(Path(place.to).iterdir()) == []


def test_another_host_is_refused_with_a_hint(source: Path, request_for: RequestFor) -> None:
    far = Place("far", "vault1:/backup")
    driver = make(source, far)
    refusal = driver.preflight(far)
    assert refusal is not None
    assert "Mount it" in refusal.hint
    assert driver.run(request_for("erp-files"), far).status is Status.NOT_STARTED


def test_a_place_inside_the_source_is_not_copied_into_itself(source: Path, request_for: RequestFor) -> None:
    place = Place("local", str(source / "backup"))
    Path(place.to).mkdir()
    driver = make(source, place)
    for hours in (0, 1):
        made = driver.run(later(request_for("erp-files"), hours), place)
        assert (made.status, made.files) == (Status.SUCCESS, 4)
        assert not (copied(source, place, made.point) / "backup").exists()


def test_a_file_that_cannot_be_read_makes_the_run_incomplete_and_is_named(
    source: Path, place: Place, request_for: RequestFor, tmp_path: Path
) -> None:
    make_unreadable(source / "sub" / "b.txt")
    made = make(source, place, programs=obeying_modes(tmp_path / "programs", "rsync")).run(
        request_for("erp-files"), place
    )
    assert (made.status, made.code, made.files) == (Status.INCOMPLETE, 23, 3)
    assert "b.txt" in str(made.reason)
    assert "Permission denied" in str(made.reason)


def test_a_file_that_vanishes_while_the_run_goes_on_makes_it_incomplete(
    driver: Rsync, source: Path, place: Place, request_for: RequestFor
) -> None:
    with (source / "b.bin").open("wb") as large:
        for _number in range(300):
            large.write(os.urandom(1_000_000))
    last = source / "z.txt"
    last.write_text("here for a moment")
    request = heard(request_for("erp-files"), lambda _bytes: last.unlink(missing_ok=True))
    made = driver.run(request, place)
    assert (made.status, made.code) == (Status.INCOMPLETE, 24)
    assert "vanished" in str(made.reason)
    assert "z.txt" in str(made.reason)


def test_a_place_that_is_full_fails_and_leaves_nothing(
    driver: Rsync, source: Path, request_for: RequestFor, tmp_path: Path
) -> None:
    (source / "large.bin").write_bytes(os.urandom(12_000_000))
    with small_disk(tmp_path / "small", 4) as disk:
        place = Place("local", str(disk))
        assert driver.preflight(place) is not None
        made = driver.run(request_for("erp-files"), place)
        assert (made.status, made.point, made.code) == (Status.FAILED, None, 11)
        assert "No space left" in str(made.reason)
        assert list(disk.iterdir()) == []


def test_an_engine_that_hangs_is_stopped_and_leaves_nothing(
    source: Path, place: Place, request_for: RequestFor, tmp_path: Path
) -> None:
    script = 'case "$1" in --version) echo "rsync  version 3.2.7";; *) exec sleep 600;; esac'
    driver = make(source, place, programs=wrapper(tmp_path / "programs", "rsync", script=script))
    made = driver.run(request_for("erp-files", idle=timedelta(milliseconds=200)), place)
    assert made.status is Status.TIMED_OUT
    assert list(Path(place.to).iterdir()) == []


@pytest.mark.parametrize(
    ("code", "status"),
    [(20, Status.CANCELLED), (25, Status.FAILED), (30, Status.TIMED_OUT), (35, Status.TIMED_OUT), (255, Status.FAILED),
     (99, Status.FAILED)],
)  # fmt: skip
def test_codes_of_what_cannot_be_brought_about_here_have_their_status(
    source: Path, place: Place, request_for: RequestFor, tmp_path: Path, code: int, status: Status
) -> None:
    script = f'case "$1" in --version) echo "rsync  version 3.2.7";; *) exit {code};; esac'
    driver = make(source, place, programs=wrapper(tmp_path / "programs", "rsync", script=script))
    made = driver.run(request_for("erp-files"), place)
    assert (made.status, made.code, made.point) == (status, code, None)
    assert str(code) in str(made.reason)


def test_an_rsync_that_is_too_old_is_refused(source: Path, place: Place, tmp_path: Path) -> None:
    old = wrapper(tmp_path / "old", "rsync", script='echo "rsync  version 3.0.9  protocol version 30"')
    refusal = make(source, place, programs=old).preflight(place)
    assert refusal is not None
    assert refusal.reason == "rsync 3.0.9 is older than 3.1.3"


def test_a_run_that_was_killed_is_tidied_away_and_the_next_one_is_whole(
    driver: Rsync, source: Path, place: Place, request_for: RequestFor
) -> None:
    kept = driver.run(request_for("erp-files"), place).point
    with (source / "b.bin").open("wb") as large:
        for _number in range(200):
            large.write(os.urandom(1_000_000))
    killed = later(request_for("erp-files"), 1)
    partial = Path(place.to, f".{name_of(killed, '')}.partial")
    partial.mkdir()
    process = subprocess.Popen(driver.plan(killed, place)[0], stdout=subprocess.DEVNULL)
    while not any(partial.rglob("*")):
        assert process.poll() is None
    process.kill()
    process.wait()
    Path(place.to, f"{name_of(killed, '')}.digests").touch()
    assert [one.name for one in driver.points(place)] == [kept]

    assert len(driver.tidy(place, killed.id)) == 2

    assert {one.name for one in Path(place.to).iterdir()} == {
        str(kept), f"{kept}.digests", f"{kept}.manifest.json"
    }  # fmt: skip
    assert driver.run(later(request_for("erp-files"), 2), place).status is Status.SUCCESS


def test_pruning_takes_away_what_is_named_of_its_policy_and_nothing_else(
    driver: Rsync, source: Path, place: Place, request_for: RequestFor
) -> None:
    ours = [str(driver.run(later(request_for("erp-files"), hours), place).point) for hours in range(3)]
    other = make(source, place, name="erp-other")
    of_other = str(other.run(request_for("erp-other"), place).point)
    (Path(place.to) / "mine").mkdir()

    gone = driver.prune(place, [ours[0], ours[1], of_other, "mine", "../backup", "never"], limits=QUICK).gone

    assert gone == {
        ours[0]: None,
        ours[1]: None,
        of_other: "opsctl did not make it for erp-files",
        "mine": "mine has no manifest",
        "../backup": "'../backup' is no name of an artefact.",
        "never": None,
    }
    assert (Path(place.to) / "mine").is_dir()
    assert {one.name for one in driver.points(place)} == {ours[2], of_other}
    assert driver.verify(place, ours[2], Level.L3, sha256=None, limits=QUICK).verdict is Verdict.PASS
