import os
from collections.abc import Callable
from pathlib import Path

import pytest

from opsctl.backups.drivers import Request
from opsctl.backups.drivers.borg import Borg
from opsctl.backups.drivers.processes import Ended
from opsctl.backups.drivers.repositories import Trouble
from opsctl.backups.terms import Level, Status, Verdict
from tests.backups.drivers.folders import HERE, QUICK, Bench, heard, plant, stopped, wrapper

RequestFor = Callable[..., Request]


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    made = Bench("borg", tmp_path)
    made.make()
    return made


def driver_of(bench: Bench, **changes: object) -> Borg:
    driver = bench.driver(**changes)
    assert isinstance(driver, Borg)
    return driver


def exclusive_lock(bench: Bench) -> tuple[list[str], Callable[[], bool]]:
    """An archive that somebody else makes, and whether it holds the lock."""
    with (bench.source / "large.bin").open("wb") as large:
        for _number in range(60):
            large.write(os.urandom(1_000_000))
    command = ["borg", "create", f"{bench.place.to}::theirs", str(bench.source)]
    return command, bench.is_locked


def test_a_repository_that_another_run_holds_is_skipped_and_its_holder_named(
    bench: Bench, request_for: RequestFor
) -> None:
    driver = driver_of(bench)
    point = str(driver.run(request_for("erp-files"), bench.place).point)
    command, is_locked = exclusive_lock(bench)
    with stopped(command, bench.environment, is_locked) as process:
        made = driver.run(request_for("erp-files"), bench.place)
        assert (made.status, made.point) == (Status.SKIPPED_LOCKED, None)
        assert f"locked by {HERE}, process {process}, since 20" in str(made.reason)
        checked = driver.verify(bench.place, point, Level.L2, sha256=None, limits=QUICK)
        assert checked.verdict is Verdict.COULD_NOT_RUN
        assert driver.unlock(bench.place) == []
        assert is_locked()


def test_a_stale_lock_of_a_dead_process_here_is_removed_and_the_run_goes_on(
    bench: Bench, request_for: RequestFor
) -> None:
    command, is_locked = exclusive_lock(bench)
    with stopped(command, bench.environment, is_locked) as process:
        pass
    assert is_locked()
    driver = driver_of(bench)
    assert [(holder.host, holder.process) for holder in driver.holders(bench.place)] == [(HERE, process)]
    made = driver.run(request_for("erp-files"), bench.place)
    assert (made.status, made.warnings) == (Status.SUCCESS, ())
    assert not is_locked()


def test_a_lock_of_another_host_stays(bench: Bench, request_for: RequestFor) -> None:
    lock = Path(bench.place.to, "lock.exclusive")
    lock.mkdir()
    (lock / "web9@123456789.4242-0").touch()
    driver = driver_of(bench)
    made = driver.run(request_for("erp-files"), bench.place)
    assert made.status is Status.SKIPPED_LOCKED
    assert "locked by web9@123456789, process 4242" in str(made.reason)
    assert [one.name for one in lock.iterdir()] == ["web9@123456789.4242-0"]


def test_what_changes_or_vanishes_while_it_is_read_makes_the_run_incomplete(
    bench: Bench, request_for: RequestFor
) -> None:
    large = bench.source / "b.bin"
    with large.open("wb") as stream:
        for _number in range(200):
            stream.write(os.urandom(1_000_000))
    second = plant(bench.folder / "srv" / "second")

    def change(_bytes: int) -> None:
        if second.exists():
            second.rename(second.with_name("elsewhere"))
        with large.open("ab") as stream:
            stream.write(b"more")

    driver = driver_of(bench, sources=(str(bench.source), str(second)))
    made = driver.run(heard(request_for("erp-files"), change), bench.place)
    assert (made.status, made.code) == (Status.INCOMPLETE, 1)
    assert any("b.bin: file changed while we backed it up" in warning for warning in made.warnings)
    assert any("second" in warning and "No such file" in warning for warning in made.warnings)


def test_a_check_that_ends_with_1_is_damage_though_a_run_that_does_is_a_warning(
    bench: Bench, request_for: RequestFor
) -> None:
    driver = driver_of(bench)
    point = str(driver.run(request_for("erp-files"), bench.place).point)
    bench.packs()[0].unlink()
    assert driver.ask(driver.check_words(bench.place, point, Level.L2), QUICK, place=bench.place).code == 1
    checked = driver.verify(bench.place, point, Level.L2, sha256=None, limits=QUICK)
    assert checked.verdict is not Verdict.PASS


def test_a_password_of_the_surroundings_is_not_used_in_silence(
    bench: Bench, request_for: RequestFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BORG_PASSPHRASE", "another")
    made = driver_of(bench).run(request_for("erp-files"), bench.place)
    assert made.status is Status.NOT_STARTED
    assert "BORG_PASSPHRASE in the environment" in str(made.reason)


def test_a_repository_that_was_moved_is_not_trusted_in_silence(bench: Bench, request_for: RequestFor) -> None:
    driver = driver_of(bench)
    assert driver.run(request_for("erp-files"), bench.place).status is Status.SUCCESS
    moved = bench.place._replace(to=f"{bench.place.to}-2")
    Path(bench.place.to).rename(moved.to)
    made = driver.run(request_for("erp-files"), moved)
    assert (made.status, made.point) == (Status.FAILED, None)
    assert made.reason


def test_a_repository_without_encryption_is_used_where_the_job_has_no_password(
    bench: Bench, request_for: RequestFor
) -> None:
    open_place = bench.place._replace(to=f"{bench.place.to}-open")
    bench.bare("init", "--encryption", "none", open_place.to, without="BORG_PASSPHRASE")
    made = driver_of(bench, password=None).run(request_for("erp-files"), open_place)
    assert made.status is Status.SUCCESS


def test_checkpoints_of_a_killed_run_are_tidied_away_and_no_other_archive(
    bench: Bench, request_for: RequestFor
) -> None:
    killed = request_for("erp-files")
    driver = driver_of(bench)
    left = f"erp-files.web1.20261121T013000Z.{killed.id[:8]}.checkpoint"
    for name in (left, "others.checkpoint"):
        bench.bare("create", f"{bench.place.to}::{name}", str(bench.source))
    kept = driver.run(request_for("erp-files"), bench.place).point
    assert driver.tidy(bench.place, killed.id) == [left]
    listed = bench.bare("list", "--short", "--consider-checkpoints", bench.place.to).split()
    assert sorted(listed) == sorted(["others.checkpoint", str(kept)])


def test_codes_of_newer_versions_are_told_apart_by_what_the_log_says(bench: Bench) -> None:
    # borg 1.4 with BORG_EXIT_CODES=modern, as `docs/internals/frontends.rst` lists them.
    line = '{{"type": "log_message", "levelname": "ERROR", "name": "borg.archiver", "msgid": "{}", "message": "m"}}'
    driver = driver_of(bench)
    for code, msgid, trouble in (
        (73, "LockTimeout", Trouble.LOCKED),
        (52, "PassphraseWrong", Trouble.PASSWORD),
        (13, "Repository.DoesNotExist", Trouble.NO_REPOSITORY),
        (14, "Repository.InsufficientFreeSpaceError", Trouble.SPACE),
    ):
        assert driver.trouble_of(Ended((code,), errors=(line.format(msgid),))) is trouble


@pytest.mark.parametrize(("code", "status"), [(2, Status.FAILED), (99, Status.FAILED), (107, Status.FAILED)])
def test_a_code_is_never_taken_for_an_archive_that_is_not_listed(
    bench: Bench, request_for: RequestFor, tmp_path: Path, code: int, status: Status
) -> None:
    listing = "echo '{\"archives\": []}'"
    script = f'case "$1" in --version) echo "borg 1.4.1";; list) {listing};; *) exit {code};; esac'
    driver = driver_of(bench, programs=wrapper(tmp_path / "programs", "borg", script=script))
    made = driver.run(request_for("erp-files"), bench.place)
    assert (made.status, made.point, made.code) == (status, None, code)
