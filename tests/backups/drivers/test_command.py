"""Programs that are declared: their stdout or their file, and what their exit codes mean."""

import random
import shutil
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from opsctl.backups.drivers import CannotRestore, Limits, Request, unmeasured
from opsctl.backups.drivers.command import CommandDriver
from opsctl.backups.terms import Level, Status, Verdict
from opsctl.cli.hostfile.jobs import Encryption, Job, Place, Secret

RequestFor = Callable[..., Request]
CODES = ((0, "success"), (3, "incomplete"), (9, "skipped_locked"))


def _job(place: Place, script: str, **said: object) -> Job:
    words = ("sh", "-c", script, "{output}")
    return Job("switch", "command", (place,), command=words, codes=CODES, **said)  # type: ignore[arg-type]


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    """An empty folder to restore into."""
    folder = tmp_path / "scratch"
    folder.mkdir(mode=0o700)
    return folder


def test_stdout_is_the_artefact(
    place: Place, scratch: Path, request_for: RequestFor, limits: Limits
) -> None:
    driver = CommandDriver(_job(place, "printf config"))

    made = driver.run(request_for("switch"), place)

    assert (made.status, made.bytes, made.code) == (Status.SUCCESS, 6, 0)
    assert made.point is not None
    for level in driver.levels:
        assert driver.verify(place, made.point, level, sha256=made.sha256, limits=limits).verdict is Verdict.PASS
    with driver.restored(place, made.point, scratch, limits=limits, step=unmeasured) as copy:
        assert copy.compare().differences == ()
        assert [path.read_bytes() for path in copy.root.iterdir()] == [b"config"]


def test_the_file_that_output_names_is_the_artefact_and_is_taken_away(
    place: Place, request_for: RequestFor, tmp_path: Path
) -> None:
    driver = CommandDriver(_job(place, 'printf config > "$0"; echo talk', output=str(tmp_path / "dump-{stamp}.bin")))

    made = driver.run(request_for("switch"), place)

    assert made.status is Status.SUCCESS
    assert made.point is not None
    assert (Path(place.to) / made.point).read_bytes() == b"config"
    assert list(tmp_path.glob("dump-*")) == []


def test_a_file_of_another_run_is_never_taken(place: Place, request_for: RequestFor, tmp_path: Path) -> None:
    request = request_for("switch")
    other = tmp_path / "dump-20261121T013000Z.bin"
    other.write_bytes(b"older")

    made = CommandDriver(_job(place, "true", output=str(tmp_path / "dump-{stamp}.bin"))).run(request, place)

    assert made.status is Status.NOT_STARTED
    assert other.read_bytes() == b"older"


@pytest.mark.parametrize("output", [None, "dump-{stamp}"], ids=["stdout", "file"])
@pytest.mark.parametrize(
    ("script", "status", "reason"),
    [
        ("WRITE; exit 3", Status.INCOMPLETE, "exit code 3"),
        ("WRITE; echo one port missing >&2; exit 3", Status.INCOMPLETE, "one port missing"),
        ("WRITE; exit 9", Status.SKIPPED_LOCKED, "exit code 9"),
        ("WRITE; echo no >&2; exit 4", Status.FAILED, "exit code 4 has no meaning for the job: no"),
        ("WRITE; kill -9 $$", Status.FAILED, "exit code -9 has no meaning for the job"),
        ("echo sh: pg: not found >&2; exit 127", Status.NOT_STARTED, "sh: pg: not found"),
        (": > \"$0\"", Status.FAILED, "it wrote nothing"),
    ],
    ids=["incomplete", "incomplete and said", "locked", "unknown", "killed", "no program", "nothing"],
)
def test_what_a_code_means_is_declared_and_an_unknown_one_is_a_failure(
    script: str, status: Status, reason: str, output: str | None, place: Place, tmp_path: Path,
    request_for: RequestFor,
) -> None:  # fmt: skip
    script = script.replace("WRITE", "echo x" if output is None else 'echo x > "$0"')
    if output is None:
        script = script.replace(': > "$0"', "true")
    job = _job(place, script, output=None if output is None else str(tmp_path / output))

    made = CommandDriver(job).run(request_for("switch"), place)

    assert made.status is status
    assert made.reason == reason
    is_there = status is Status.INCOMPLETE
    assert len(list(Path(place.to).iterdir())) == (2 if is_there else 0)
    assert list(tmp_path.glob("dump-*")) == []


def test_a_program_that_is_not_there_is_named(place: Place, request_for: RequestFor) -> None:
    job = Job("switch", "command", (place,), command=("no-such-program-at-all",), codes=CODES)

    made = CommandDriver(job).run(request_for("switch"), place)

    assert (made.status, made.reason) == (Status.NOT_STARTED, "no-such-program-at-all is not installed")


@pytest.mark.parametrize("output", [None, "dump-{stamp}"], ids=["stdout", "file"])
def test_a_hung_program_is_stopped_and_leaves_nothing(
    output: str | None, place: Place, tmp_path: Path, request_for: RequestFor
) -> None:
    job = _job(place, 'echo x > "$0"; exec sleep 600', output=None if output is None else str(tmp_path / output))
    if output is None:
        job = _job(place, "echo x; exec sleep 600")

    made = CommandDriver(job).run(request_for("switch", idle=timedelta(milliseconds=300)), place)

    assert made.status is Status.TIMED_OUT
    assert list(Path(place.to).iterdir()) == []
    assert list(tmp_path.glob("dump-*")) == []


def test_the_restore_command_unpacks_and_nothing_in_its_words_is_a_script(
    place: Place, scratch: Path, request_for: RequestFor, limits: Limits, tmp_path: Path
) -> None:
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "running-config").write_bytes(random.Random(3).randbytes(200_000))
    pack = ("tar", "-C", str(tmp_path / "source"), "-cf", "-", ".")
    job = Job("switch", "command", (place,), command=pack, codes=CODES,
              restore_command=("tar", "-xf", "{input}", "--directory={root}"))  # fmt: skip
    driver = CommandDriver(job)
    made = driver.run(request_for("switch"), place)
    assert made.point is not None

    with driver.restored(place, made.point, scratch, limits=limits, step=unmeasured) as copy:
        assert copy.compare().differences == ()
        assert (copy.files, copy.bytes) == (1, 200_000)
    driver.restore(place, made.point, str(tmp_path / "into"), limits=limits)

    assert (tmp_path / "into" / "running-config").stat().st_size == 200_000
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup", "into", "scratch", "source"]
    with pytest.raises(CannotRestore):
        driver.restore(place, made.point, str(tmp_path / "into"), limits=limits)


def test_a_restore_command_that_fails_or_restores_nothing_is_told(
    place: Place, scratch: Path, request_for: RequestFor, limits: Limits
) -> None:
    made = CommandDriver(_job(place, "echo x")).run(request_for("switch"), place)
    assert made.point is not None
    fails = CommandDriver(_job(place, "", restore_command=("sh", "-c", "echo bad block >&2; exit 1")))
    nothing = CommandDriver(_job(place, "", restore_command=("true",)))

    with pytest.raises(CannotRestore, match="bad block"), fails.restored(
        place, made.point, scratch, limits=limits, step=unmeasured
    ):
        pass
    shutil.rmtree(scratch)
    scratch.mkdir()
    with nothing.restored(place, made.point, scratch, limits=limits, step=unmeasured) as copy:
        assert copy.compare().differences == ("the restore command left no file",)


def test_what_it_writes_is_encrypted_and_nothing_written_is_still_a_failure(
    place: Place, scratch: Path, request_for: RequestFor, limits: Limits, tmp_path: Path
) -> None:
    if shutil.which("age") is None:
        pytest.skip("age is not installed here")
    words: tuple[str | Path, ...] = ("age-keygen", "-o", tmp_path / "key")
    subprocess.run(words, check=True, capture_output=True)
    (tmp_path / "key").chmod(0o600)
    words = ("age-keygen", "-y", tmp_path / "key")
    (tmp_path / "public").write_bytes(subprocess.run(words, check=True, capture_output=True).stdout)
    encryption = Encryption("age", str(tmp_path / "public"), Secret("file", str(tmp_path / "key")), None)

    made = CommandDriver(_job(place, "echo plain words", encryption=encryption)).run(request_for("switch"), place)
    empty = CommandDriver(_job(place, "true", encryption=encryption)).run(request_for("switch"), place)

    assert (empty.status, empty.reason) == (Status.FAILED, "it wrote nothing")
    assert made.point is not None
    assert b"plain words" not in (Path(place.to) / made.point).read_bytes()
    driver = CommandDriver(_job(place, "", encryption=encryption))
    assert driver.verify(place, made.point, Level.L3, sha256=None, limits=limits).verdict is Verdict.PASS
    with driver.restored(place, made.point, scratch, limits=limits, step=unmeasured) as copy:
        assert copy.compare().differences == ()
    assert oct((scratch / "root").stat().st_mode & 0o777) == "0o700"


def test_flipped_bytes_are_caught(place: Place, request_for: RequestFor, limits: Limits) -> None:
    driver = CommandDriver(_job(place, "echo config"))
    made = driver.run(request_for("switch"), place)
    assert made.point is not None
    (Path(place.to) / made.point).write_bytes(b"donfig\n")

    assert driver.verify(place, made.point, Level.L2, sha256=None, limits=limits).verdict is Verdict.DIFFERS
