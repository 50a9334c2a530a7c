"""Archives of files: made by GNU tar and zstd, hashed as they pass, compared again from the disk."""

import hashlib
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from opsctl.backups.drivers import CannotRestore, Limits, Made, Request, replicating, unmeasured
from opsctl.backups.drivers.files import Files
from opsctl.backups.drivers.members import read_list
from opsctl.backups.drivers.tarring import Kind
from opsctl.backups.terms import Level, Status, Verdict
from opsctl.cli.hostfile.jobs import Encryption, Job, Place, Secret

RequestFor = Callable[..., Request]
TREE = {"a.txt": b"alpha", "empty": b"", "deep/er/b.bin": bytes(range(256)) * 5000, "deep/c": b"gamma\n" * 100}


@pytest.fixture(autouse=True)
def _with_zstd() -> None:
    if shutil.which("zstd") is None:
        pytest.skip("zstd is not installed here")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A folder with a few files."""
    folder = tmp_path / "srv" / "data"
    for name, content in TREE.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        os.utime(path, (1_700_000_000, 1_700_000_000))
    return folder


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    """An empty folder to restore into."""
    folder = tmp_path / "scratch"
    folder.mkdir(mode=0o700)
    return folder


def _job(place: Place, *sources: Path, **said: object) -> Job:
    return Job("erp-files", "files", (place,), sources=tuple(map(str, sources)), **said)  # type: ignore[arg-type]


def _run(job: Job, request: Request) -> Made:
    return Files(job).run(request, job.places[0])


def _restored_differs(job: Job, point: str, scratch: Path, limits: Limits, **said: int) -> tuple[str, ...]:
    with Files(job).restored(job.places[0], point, scratch, limits=limits, step=unmeasured, **said) as copy:
        return copy.compare().differences


def _do(*words: str | Path, given: bytes = b"") -> bytes:
    """What a program writes. Raise CalledProcessError where it fails."""
    return subprocess.run(words, input=given, check=True, capture_output=True).stdout


@contextmanager
def _encryption(tool: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Encryption, Encryption]]:
    """Encryption with its key, and with a key that fits nothing."""
    if shutil.which(tool) is None:
        pytest.skip(f"{tool} is not installed here")
    if tool == "age":
        keys = []
        for name in ("right", "wrong"):
            _do("age-keygen", "-o", folder / name)
            (folder / name).chmod(0o600)
            keys.append(Secret("file", str(folder / name)))
        (folder / "recipients").write_bytes(_do("age-keygen", "-y", folder / "right"))
        yield tuple(Encryption("age", str(folder / "recipients"), key, None) for key in keys)  # type: ignore[misc]
        return
    with tempfile.TemporaryDirectory(prefix="gpg-") as home:  # a socket's path must be short
        monkeypatch.setenv("GNUPGHOME", home)
        monkeypatch.setenv("GPG_RIGHT", "right words")
        monkeypatch.setenv("GPG_WRONG", "wrong words")
        words = ("gpg", "--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", "right words")
        _do(*words, "--quick-generate-key", "ops@example.org", "default", "default")
        _do("gpgconf", "--kill", "gpg-agent")  # it would know the words
        try:
            yield tuple(
                Encryption("gpg", "ops@example.org", Secret("env", name), None) for name in ("GPG_RIGHT", "GPG_WRONG")
            )  # type: ignore[misc]
        finally:
            _do("gpgconf", "--kill", "gpg-agent")


def test_an_archive_is_made_proven_and_restored(
    place: Place, source: Path, scratch: Path, request_for: RequestFor, limits: Limits
) -> None:
    job = _job(place, source)
    driver = Files(job)

    made = _run(job, request_for("erp-files"))

    assert made.status is Status.SUCCESS
    assert made.files == len(TREE)
    assert made.code == 0
    assert made.point is not None
    assert made.sha256 == hashlib.sha256((Path(place.to) / made.point).read_bytes()).hexdigest()
    assert [point.name for point in driver.points(place)] == [made.point]
    for level in driver.levels:
        checked = driver.verify(place, made.point, level, sha256=made.sha256, limits=limits)
        assert (checked.verdict, checked.reason) == (Verdict.PASS, None)
    with driver.restored(place, made.point, scratch, limits=limits, step=unmeasured) as copy:
        assert (copy.files, copy.bytes) == (len(TREE), sum(map(len, TREE.values())))
        compared = copy.compare()
        assert compared.differences == ()
        inside = scratch / str(source).lstrip("/")
        assert {name: (inside / name).read_bytes() for name in TREE} == TREE


def test_the_list_of_members_says_what_is_in_the_archive(
    place: Place, source: Path, request_for: RequestFor, limits: Limits
) -> None:
    job = _job(place, source)
    made = _run(job, request_for("erp-files"))

    assert made.point is not None
    with read_list(job, place, made.point, limits) as listed:
        files = {os.fsdecode(one.path): one for one in listed if one.kind is Kind.FILE}

    root = str(source).lstrip("/")
    assert {name: one.sha256 for name, one in files.items()} == {
        f"{root}/{name}": hashlib.sha256(content).hexdigest() for name, content in TREE.items()
    }
    assert {one.mtime for one in files.values()} == {1_700_000_000}


def test_everything_a_folder_can_hold_comes_back_or_is_said(
    place: Place, source: Path, scratch: Path, request_for: RequestFor, limits: Limits
) -> None:
    (source / ("n" * 200)).mkdir()
    (source / ("n" * 200) / ("m" * 200)).write_bytes(b"long")
    Path(os.fsdecode(os.fsencode(source) + b"/not \xff utf-8\n")).write_bytes(b"bytes")
    (source / "数据.txt").write_bytes("中文".encode())
    (source / "-rf").write_bytes(b"dash")
    (source / "soft").symlink_to("a.txt")
    (source / "away").symlink_to("/etc/passwd")
    os.link(source / "a.txt", source / "hard")
    os.mkfifo(source / "pipe")
    with (source / "sparse").open("wb") as stream:
        stream.write(b"begin")
        stream.seek(50_000_000)
        stream.write(b"middle")
        stream.truncate(70_000_000)
    with (source / "hole").open("wb") as stream:
        stream.truncate(3_000_000)
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(source / "s"))
    job = _job(place, source)

    made = _run(job, request_for("erp-files"))
    listening.close()

    assert made.status is Status.SUCCESS
    assert made.reason is not None
    assert "1 socket" in made.reason
    assert made.point is not None
    checked = Files(job).verify(place, made.point, Level.L3, sha256=made.sha256, limits=limits)
    assert (checked.verdict, checked.reason) == (Verdict.PASS, None)
    with read_list(job, place, made.point, limits) as listed:
        sparse = next(one for one in listed if one.path.endswith(b"/sparse"))
    assert sparse.size == 70_000_000
    assert sparse.sha256 == hashlib.sha256((source / "sparse").read_bytes()).hexdigest()
    assert _restored_differs(job, made.point, scratch, limits) == ()
    inside = scratch / str(source).lstrip("/")
    assert (inside / "away").readlink() == Path("/etc/passwd")
    assert (inside / "sparse").stat().st_blocks * 512 < 1_000_000
    assert (inside / "hard").samefile(inside / "a.txt")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes devices")
def test_a_device_is_in_the_archive_and_not_in_a_scratch_place(
    place: Place, source: Path, scratch: Path, request_for: RequestFor, limits: Limits
) -> None:
    try:
        os.mknod(source / "null", 0o600 | 0o020000, os.makedev(1, 3))
    except OSError:
        pytest.skip("no device can be made here")
    job = _job(place, source)

    made = _run(job, request_for("erp-files"))

    assert made.point is not None
    with read_list(job, place, made.point, limits) as listed:
        assert [one.kind for one in listed if one.path.endswith(b"/null")] == [Kind.DEVICE]
    assert _restored_differs(job, made.point, scratch, limits) == ()
    assert not (scratch / str(source).lstrip("/") / "null").exists()


def test_a_few_files_picked_at_random_are_restored_and_compared(
    place: Place, source: Path, scratch: Path, request_for: RequestFor, limits: Limits
) -> None:
    job = _job(place, source)
    made = _run(job, request_for("erp-files"))

    assert made.point is not None
    with Files(job).restored(place, made.point, scratch, limits=limits, step=unmeasured, only=2) as copy:
        compared = copy.compare()

        assert (copy.files, compared.checked, compared.differences) == (2, 2, ())


def test_what_is_excluded_is_not_in_the_archive(
    place: Place, source: Path, request_for: RequestFor, limits: Limits
) -> None:
    job = _job(place, source, exclude=("*.bin", str(source / "a.txt")))
    made = _run(job, request_for("erp-files"))

    assert made.point is not None
    with read_list(job, place, made.point, limits) as listed:
        names = {Path(os.fsdecode(one.path)).name for one in listed if one.kind is Kind.FILE}
    assert names == {"empty", "c"}


def test_a_source_inside_another_comes_once(
    place: Place, source: Path, scratch: Path, request_for: RequestFor, limits: Limits
) -> None:
    job = _job(place, source / "deep", source, source / "a.txt")

    made = _run(job, request_for("erp-files"))

    assert (made.status, made.files) == (Status.SUCCESS, len(TREE))
    assert made.point is not None
    assert _restored_differs(job, made.point, scratch, limits) == ()


@pytest.mark.parametrize("tool", ["age", "gpg"])
def test_an_encrypted_archive_shows_no_name_and_needs_its_key(
    tool: str, place: Place, source: Path, scratch: Path, request_for: RequestFor, limits: Limits, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    with _encryption(tool, tmp_path, monkeypatch) as (right, wrong):
        job = _job(place, source, encryption=right)
        made = _run(job, request_for("erp-files"))

        assert made.status is Status.SUCCESS
        assert made.point is not None
        assert made.point.endswith(f".tar.zst.{tool}")
        assert {path.suffix for path in Path(place.to).iterdir()} == {f".{tool}", ".json"}
        written = b"".join(path.read_bytes() for path in Path(place.to).iterdir())
        assert b"a.txt" not in written
        for level in Files(job).levels:
            assert Files(job).verify(place, made.point, level, sha256=None, limits=limits).verdict is Verdict.PASS
        assert _restored_differs(job, made.point, scratch, limits) == ()

        if tool == "gpg":
            _do("gpgconf", "--kill", "gpg-agent")  # it remembers the right words
        no_key = job._replace(encryption=wrong)
        checked = Files(no_key).verify(place, made.point, Level.L3, sha256=None, limits=limits)
        assert checked.verdict is Verdict.COULD_NOT_RUN
        none_here = job._replace(encryption=right._replace(decrypt=None, test_on="vault1"))
        checked = Files(none_here).verify(place, made.point, Level.L2, sha256=None, limits=limits)
        assert checked.verdict is Verdict.PASS
        assert checked.reason is not None
        assert "vault1" in checked.reason


@pytest.mark.parametrize("tool", ["age", "gpg"])
def test_a_damaged_header_of_an_encrypted_archive_is_damage_and_no_wrong_key(
    tool: str, place: Place, source: Path, scratch: Path, request_for: RequestFor, limits: Limits, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    with _encryption(tool, tmp_path, monkeypatch) as (right, _wrong):
        job = _job(place, source, encryption=right)
        made = _run(job, request_for("erp-files"))
        assert made.point is not None
        _flip(Path(place.to) / made.point, 60)

        with pytest.raises(CannotRestore) as caught:
            _restored_differs(job, made.point, scratch, limits)

        assert caught.value.verdict is Verdict.DIFFERS


@pytest.mark.parametrize("name", ["tar", "zstd"])
def test_a_missing_program_is_named(
    name: str, place: Place, source: Path, request_for: RequestFor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    for one in {"tar", "zstd"} - {name}:
        (programs / one).symlink_to(shutil.which(one) or one)
    monkeypatch.setenv("PATH", str(programs))

    made = _run(_job(place, source), request_for("erp-files"))

    assert made.status is Status.NOT_STARTED
    assert made.reason == f"{name} is not installed"
    assert list(Path(place.to).iterdir()) == []


def test_one_missing_source_of_two_refuses_before_anything_runs(
    place: Place, source: Path, request_for: RequestFor
) -> None:
    made = _run(_job(place, source, source.parent / "gone"), request_for("erp-files"))

    assert made.status is Status.NOT_STARTED
    assert made.reason == f"{source.parent / 'gone'} is not there"
    assert list(Path(place.to).iterdir()) == []


def test_a_source_that_is_a_link_is_refused(place: Place, source: Path, request_for: RequestFor) -> None:
    link = source.parent / "link"
    link.symlink_to(source)

    made = _run(_job(place, link), request_for("erp-files"))

    assert made.status is Status.NOT_STARTED
    assert str(source) in (made.reason or "")


def test_a_place_inside_a_source_is_refused_unless_it_is_excluded(source: Path, request_for: RequestFor) -> None:
    place = Place("local", str(source / "backup"))
    Path(place.to).mkdir()

    assert _run(_job(place, source), request_for("erp-files")).status is Status.NOT_STARTED
    assert _run(_job(place, source, exclude=(place.to,)), request_for("erp-files")).status is Status.SUCCESS


def test_a_place_that_is_not_there_is_refused(source: Path, request_for: RequestFor, tmp_path: Path) -> None:
    made = _run(_job(Place("local", str(tmp_path / "unmounted")), source), request_for("erp-files"))

    assert made.status is Status.NOT_STARTED
    assert not (tmp_path / "unmounted").exists()


def test_sources_without_any_file_are_a_failure(place: Place, tmp_path: Path, request_for: RequestFor) -> None:
    (tmp_path / "mountpoint").mkdir()

    made = _run(_job(place, tmp_path / "mountpoint"), request_for("erp-files"))

    assert made.status is Status.FAILED
    assert list(Path(place.to).iterdir()) == []


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that everybody may enter."""
    with tempfile.TemporaryDirectory(prefix="opsctl-files-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def _program(folder: Path, name: str, text: str) -> str:
    """A folder with a program of that name: a shell script."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)
    return str(folder)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can read as somebody else")
def test_an_unreadable_file_leaves_an_incomplete_point_that_names_it(
    place: Place, open_folder: Path, scratch: Path, request_for: RequestFor, limits: Limits
) -> None:
    source = open_folder / "data"
    source.mkdir(mode=0o755)
    (source / "open").write_bytes(b"x")
    (source / "open").chmod(0o644)
    (source / "closed").write_bytes(b"secret")
    (source / "closed").chmod(0o600)
    as_nobody = f'exec setpriv --reuid=65534 --regid=65534 --clear-groups {shutil.which("tar")} "$@"'
    job = _job(place, source, programs=_program(open_folder / "programs", "tar", as_nobody))

    made = _run(job, request_for("erp-files"))

    assert (made.status, made.code, made.files) == (Status.INCOMPLETE, 2, 1)
    assert made.reason is not None
    assert made.reason.startswith(f"{str(source).lstrip('/')}/closed: Cannot open: Permission denied")
    assert made.warnings == (made.reason,)
    assert made.point is not None
    plain = job._replace(programs=None)
    assert _restored_differs(plain, made.point, scratch, limits) == ()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can read as somebody else")
def test_a_source_of_which_nothing_can_be_read_is_a_failure(
    place: Place, open_folder: Path, request_for: RequestFor
) -> None:
    (open_folder / "open").write_bytes(b"x")
    (open_folder / "open").chmod(0o644)
    (open_folder / "closed").write_bytes(b"x")
    (open_folder / "closed").chmod(0o600)
    as_nobody = f'exec setpriv --reuid=65534 --regid=65534 --clear-groups {shutil.which("tar")} "$@"'
    programs = _program(open_folder / "programs", "tar", as_nobody)

    made = _run(_job(place, open_folder / "open", open_folder / "closed", programs=programs), request_for("erp-files"))

    assert made.status is Status.FAILED
    assert str(open_folder / "closed") in (made.reason or "")
    assert list(Path(place.to).iterdir()) == []


def test_a_file_that_changes_while_it_is_read_leaves_an_incomplete_point(
    place: Place, source: Path, scratch: Path, request_for: RequestFor, limits: Limits
) -> None:
    log = source / "log"
    log.write_bytes(random.Random(1).randbytes(20_000_000))
    over = threading.Event()

    def write() -> None:
        while not over.is_set():
            with log.open("ab") as stream:
                stream.write(b"line\n")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        job = _job(place, source)
        made = _run(job, request_for("erp-files"))
    finally:
        over.set()
        writer.join()

    assert (made.status, made.code) == (Status.INCOMPLETE, 1)
    assert "log: file changed as we read it" in (made.reason or "")
    assert made.point is not None
    assert _restored_differs(job, made.point, scratch, limits) == ()


@contextmanager
def _small_disk(folder: Path, size: str) -> Iterator[Path]:
    folder.mkdir()
    try:
        _do("mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no tmpfs can be mounted here")
    try:
        yield folder
    finally:
        _do("umount", folder)


@pytest.mark.parametrize("size", ["64k", "1m"])
def test_a_full_target_is_a_failure_that_leaves_nothing(
    size: str, source: Path, tmp_path: Path, request_for: RequestFor
) -> None:
    (source / "noise").write_bytes(random.Random(2).randbytes(3_000_000))
    with _small_disk(tmp_path / "small", size) as folder:
        made = _run(_job(Place("local", str(folder)), source), request_for("erp-files"))

        assert made.status is Status.FAILED
        assert "No space left on device" in (made.reason or "")
        assert list(folder.iterdir()) == []


def test_a_compressor_that_dies_is_a_failure(place: Place, source: Path, request_for: RequestFor) -> None:
    text = 'case "$*" in *version*) exec /usr/bin/env -i /bin/sh -c "echo v1.5.4, x";; esac; echo broken >&2; exit 70'
    programs = _program(source.parent / "programs", "zstd", text)

    made = _run(_job(place, source, programs=programs), request_for("erp-files"))

    assert made.status is Status.FAILED
    assert (made.code, made.reason) == (70, "broken")
    assert list(Path(place.to).iterdir()) == []


@pytest.mark.parametrize("which", ["wall", "idle"])
def test_a_hung_engine_is_stopped_and_leaves_nothing(
    which: str, place: Place, source: Path, request_for: RequestFor
) -> None:
    text = f'case "$*" in *--create*) exec sleep 600;; esac; exec {shutil.which("tar")} "$@"'
    programs = _program(source.parent / "programs", "tar", text)

    made = _run(
        _job(place, source, programs=programs), request_for("erp-files", **{which: timedelta(milliseconds=300)})
    )

    assert made.status is Status.TIMED_OUT
    assert list(Path(place.to).iterdir()) == []


def test_an_engine_that_writes_nothing_and_says_all_is_well_is_a_failure(
    place: Place, source: Path, request_for: RequestFor
) -> None:
    text = f'case "$*" in *--create*) exit 0;; esac; exec {shutil.which("tar")} "$@"'
    programs = _program(source.parent / "programs", "tar", text)

    made = _run(_job(place, source, programs=programs), request_for("erp-files"))

    assert made.status is Status.FAILED
    assert list(Path(place.to).iterdir()) == []


def test_a_killed_run_is_tidied_away_and_the_next_one_runs(
    place: Place, source: Path, request_for: RequestFor
) -> None:
    request = request_for("erp-files")
    text = f'case "$*" in *--create*) {shutil.which("tar")} "$@"; sleep 600;; esac; exec {shutil.which("tar")} "$@"'
    job = _job(place, source, programs=_program(source.parent / "programs", "tar", text))
    code = f"""
import datetime
from opsctl.backups.drivers import Limits, Request
from opsctl.backups.drivers.files import Files
from opsctl.cli.hostfile.jobs import Job, Place
stamp = datetime.datetime(2026, 11, 21, 1, 30, tzinfo=datetime.UTC)
limits = Limits(datetime.timedelta(hours=1), datetime.timedelta(hours=1))
request = Request({request.id!r}, "erp-files", "web1", stamp, limits)
Files({job!r}).run(request, Place(*{tuple(place)!r}))
"""
    killed = subprocess.Popen([sys.executable, "-c", code], start_new_session=True)
    _until(lambda: len(list(Path(place.to).iterdir())) == 2)
    killed.kill()
    killed.wait()
    assert {path.name[0] for path in Path(place.to).iterdir()} == {"."}
    left = list(Path(place.to).iterdir())
    _end_engines_of(Path(job.programs or "-"))

    assert sorted(Files(job).tidy(place, request.id)) == sorted(path.name for path in left)
    assert list(Path(place.to).iterdir()) == []
    assert _run(job._replace(programs=None), request).status is Status.SUCCESS
    assert Files(job).tidy(place, request.id) == []


def _until(is_so: Callable[[], bool]) -> None:
    waited = threading.Event()
    for _again in range(1000):
        if is_so():
            return
        waited.wait(0.01)
    raise AssertionError("it never was so")


def _end_engines_of(programs: Path) -> None:
    """End what the killed run started: the script of this test, by the folder that only this test has."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if any(Path(word).parent == programs for word in os.fsdecode(path.read_bytes()).split("\0")[:3]):
                os.killpg(int(path.parent.name), signal.SIGKILL)
        except (OSError, ValueError):
            continue


def _flip(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 0x55
    path.write_bytes(content)


def _truncate(path: Path, by: int) -> None:
    os.truncate(path, path.stat().st_size - by)


def _unpacked(path: Path, change: Callable[[bytearray], bytes | bytearray]) -> None:
    """Change what is behind zstd, and pack it again without a fault."""
    plain = bytearray(_do("zstd", "-dc", path))
    path.write_bytes(_do("zstd", "-c", given=bytes(change(plain))))


def _matching_manifest(path: Path) -> None:
    """Let the manifest say what is there now: damage from before it was written."""
    import json

    said = Path(f"{path}.manifest.json")
    manifest = json.loads(said.read_text(encoding="utf-8"))
    manifest |= {"sha256": hashlib.sha256(path.read_bytes()).hexdigest(), "bytes": path.stat().st_size}
    members = Path(f"{path}.members.zst")
    if members.exists():
        manifest["more"] = {"beside": {".members.zst": hashlib.sha256(members.read_bytes()).hexdigest()}}
    said.write_text(json.dumps(manifest), encoding="utf-8")


def _swap_content(plain: bytearray) -> bytearray:
    at = plain.index(b"gamma\n")
    plain[at : at + 5] = b"delta"
    return plain


def _members(path: Path) -> Path:
    return Path(f"{path}.members.zst")


DAMAGES: dict[str, tuple[Callable[[Path], None], Level]] = {
    "artefact deleted": (lambda path: path.unlink(), Level.L0),
    "truncated": (lambda path: _truncate(path, 100), Level.L0),
    "emptied": (lambda path: os.truncate(path, 0), Level.L0),
    "manifest deleted": (lambda path: Path(f"{path}.manifest.json").unlink(), Level.L0),
    "first byte flipped": (lambda path: _flip(path, 0), Level.L2),
    "byte in the middle flipped": (lambda path: _flip(path, path.stat().st_size // 2), Level.L2),
    "list deleted": (lambda path: _members(path).unlink(), Level.L2),
    "list flipped": (lambda path: _flip(_members(path), 30), Level.L2),
    "flipped before the manifest": (lambda path: (_flip(path, 200), _matching_manifest(path))[0], Level.L2),
    "truncated before the manifest": (lambda path: (_truncate(path, 9), _matching_manifest(path))[0], Level.L2),
    "content of a file swapped": (lambda path: (_unpacked(path, _swap_content), _matching_manifest(path))[0], Level.L3),
    "end of the archive lost": (
        lambda path: (_unpacked(path, lambda plain: plain[: len(plain) // 2]), _matching_manifest(path))[0], Level.L3,
    ),
    "a line of the list lost": (
        lambda path: (
            _unpacked(_members(path), lambda plain: plain[plain.index(b"\n") + 1 :]), _matching_manifest(path),
        )[0],
        Level.L3,
    ),
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES)
def test_every_damage_is_caught_at_the_level_that_claims_to_catch_it(
    damage: str, place: Place, source: Path, request_for: RequestFor, limits: Limits
) -> None:
    job = _job(place, source)
    driver = Files(job)
    made = _run(job, request_for("erp-files"))
    assert made.point is not None
    do, level = DAMAGES[damage]
    do(Path(place.to) / made.point)

    found = {one: driver.verify(place, made.point, one, sha256=None, limits=limits) for one in driver.levels}

    assert {one: checked.verdict for one, checked in found.items() if one < level} == {
        one: Verdict.PASS for one in driver.levels if one < level
    }
    assert found[level].verdict is Verdict.DIFFERS
    assert found[level].reason


@pytest.mark.parametrize("damage", ["content of a file swapped", "end of the archive lost", "first byte flipped"])
def test_what_is_damaged_is_not_restored_as_if_it_were_whole(
    damage: str, place: Place, source: Path, scratch: Path, request_for: RequestFor, limits: Limits
) -> None:
    job = _job(place, source)
    made = _run(job, request_for("erp-files"))
    assert made.point is not None
    DAMAGES[damage][0](Path(place.to) / made.point)

    with pytest.raises(CannotRestore) as caught:
        _restored_differs(job, made.point, scratch, limits)

    assert caught.value.verdict is Verdict.DIFFERS


@pytest.mark.parametrize(
    ("do", "told"),
    [
        (lambda root: (root / "a.txt").unlink(), "a.txt: it is missing"),
        (lambda root: (root / "a.txt").write_bytes(b"alphA"), "a.txt: it has another time of change"),
        (lambda root: (root / "a.txt").write_bytes(b"alphabet"), "a.txt: it has 8 bytes instead of 5"),
        (lambda root: _rewrite(root / "a.txt", b"alphA"), "a.txt: its content is another"),
        (lambda root: (root / "deep" / "new").write_bytes(b""), "deep/new: it is not in the list of members"),
        (lambda root: (root.parent / "new").mkdir(), "new: it is not in the list of members"),
        (lambda root: ((root / "empty").unlink(), (root / "empty").mkdir()), "empty: it is of another kind"),
    ],
    ids=["missing", "time", "size", "content", "too many", "too many above", "kind"],
)
def test_a_restored_copy_that_differs_is_told_by_name(
    do: Callable[[Path], object], told: str, place: Place, source: Path, scratch: Path, request_for: RequestFor,
    limits: Limits,
) -> None:  # fmt: skip
    job = _job(place, source)
    made = _run(job, request_for("erp-files"))
    assert made.point is not None
    with Files(job).restored(place, made.point, scratch, limits=limits, step=unmeasured) as copy:
        do(scratch / str(source).lstrip("/"))

        differences = copy.compare().differences

    assert len(differences) == 1
    assert differences[0].endswith(told)


def _rewrite(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    os.utime(path, (1_700_000_000, 1_700_000_000))


@pytest.mark.parametrize("name", [b"../evil", b"/etc/evil", b"srv/../../evil"])
def test_a_member_that_leaves_the_folder_is_never_unpacked(
    name: bytes, place: Place, source: Path, tmp_path: Path, request_for: RequestFor, limits: Limits
) -> None:
    import io
    import tarfile

    job = _job(place, source)
    made = _run(job, request_for("erp-files"))
    assert made.point is not None
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        archive.addfile(tarfile.TarInfo(os.fsdecode(name)), io.BytesIO())
    path = Path(place.to) / made.point
    _unpacked(path, lambda _plain: stream.getvalue())
    _matching_manifest(path)
    into = tmp_path / "into" / "inside"

    with pytest.raises(CannotRestore):
        Files(job).restore(place, made.point, str(into), limits=limits)

    assert [one.name for one in (tmp_path / "into").rglob("*")] == ["inside"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_it_is_restored_for_good_with_owners_rights_and_times(
    place: Place, source: Path, tmp_path: Path, request_for: RequestFor, limits: Limits
) -> None:
    os.chown(source / "a.txt", 4321, 1234)
    (source / "a.txt").chmod(0o4751)
    job = _job(place, source)
    made = _run(job, request_for("erp-files"))
    assert made.point is not None

    commands = Files(job).restore(place, made.point, str(tmp_path / "into"), limits=limits)

    found = (tmp_path / "into" / str(source).lstrip("/") / "a.txt").stat()
    assert (found.st_uid, found.st_gid, found.st_mode & 0o7777) == (4321, 1234, 0o4751)
    assert int(found.st_mtime) == 1_700_000_000
    (words,) = commands
    assert (Path(words[0]).name, Path(words[words.index("|") + 1]).name) == ("zstd", "tar")


def test_nothing_is_restored_over_what_is_there(
    place: Place, source: Path, request_for: RequestFor, limits: Limits
) -> None:
    job = _job(place, source)
    made = _run(job, request_for("erp-files"))
    assert made.point is not None

    with pytest.raises(CannotRestore) as caught:
        Files(job).restore(place, made.point, str(source), limits=limits)

    assert caught.value.verdict is Verdict.COULD_NOT_RUN
    assert (source / "a.txt").read_bytes() == b"alpha"


@pytest.mark.parametrize("point", ["../../etc/passwd", "/etc/passwd", "a/b", "", "x\0y", ".hidden"])
def test_a_name_from_outside_is_never_a_path(point: str, place: Place, source: Path, limits: Limits) -> None:
    driver = Files(_job(place, source))

    assert driver.verify(place, point, Level.L3, sha256=None, limits=limits).verdict is Verdict.DIFFERS
    assert driver.prune(place, [point], limits=limits).gone[point] is not None


def test_pruning_takes_the_list_with_the_archive_and_leaves_the_others(
    place: Place, source: Path, request_for: RequestFor, limits: Limits
) -> None:
    job = _job(place, source)
    first, second = (_run(job, request_for("erp-files")) for _again in range(2))
    assert first.point is not None
    (Path(place.to) / "theirs.tar").write_bytes(b"x")

    gone = Files(job).prune(place, [first.point, "theirs.tar"], limits=limits).gone

    assert gone[first.point] is None
    assert gone["theirs.tar"] is not None
    names = {path.name for path in Path(place.to).iterdir()}
    assert names == {"theirs.tar", *(f"{second.point}{end}" for end in ("", ".members.zst", ".manifest.json"))}


def test_a_copy_in_another_place_is_as_good(
    place: Place, source: Path, scratch: Path, request_for: RequestFor, limits: Limits, tmp_path: Path
) -> None:
    other = Place("vault", str(tmp_path / "vault"))
    Path(other.to).mkdir()
    job = _job(place, source)
    request = request_for("erp-files")
    made = _run(job, request)

    copied = replicating.replicate(request, made, place, other)

    assert copied == made
    assert made.point is not None
    assert Files(job).verify(other, made.point, Level.L3, sha256=made.sha256, limits=limits).verdict is Verdict.PASS
    assert _restored_differs(job._replace(places=(other,)), made.point, scratch, limits) == ()


def test_the_plan_shows_what_is_run(place: Place, source: Path, request_for: RequestFor) -> None:
    plan = Files(_job(place, source)).plan(request_for("erp-files"), place)

    (words,) = plan
    bar = words.index("|")
    assert (Path(words[0]).name, Path(words[bar + 1]).name) == ("tar", "zstd")
    assert words[bar - 1] == str(source).lstrip("/")
    assert words[-2] == ">"
    assert Path(words[-1]).parent == Path(place.to)


def test_a_second_run_of_the_same_id_does_not_touch_the_first(
    place: Place, source: Path, request_for: RequestFor
) -> None:
    job, request = _job(place, source), request_for("erp-files")
    first = _run(job, request)
    before = {path.name: path.read_bytes() for path in Path(place.to).iterdir()}

    again = _run(job, replace(request))

    assert first.status is Status.SUCCESS
    assert again.status is Status.FAILED
    assert {path.name: path.read_bytes() for path in Path(place.to).iterdir()} == before
