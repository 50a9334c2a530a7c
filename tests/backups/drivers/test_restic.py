import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from opsctl.backups.drivers import Request
from opsctl.backups.drivers.processes import Ended
from opsctl.backups.drivers.repositories import Holder, Trouble
from opsctl.backups.drivers.restic import Heard, Restic
from opsctl.backups.terms import Level, Status, Verdict
from tests.backups.drivers.folders import HERE, QUICK, Bench, dead_process, needs, stopped, wrapper

RequestFor = Callable[..., Request]


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    made = Bench("restic", tmp_path)
    made.make()
    return made


def driver_of(bench: Bench, **changes: object) -> Restic:
    driver = bench.driver(**changes)
    assert isinstance(driver, Restic)
    return driver


def exclusive_lock(bench: Bench) -> tuple[list[str], Callable[[], bool]]:
    """A check by somebody else, and whether it holds its lock, which is an exclusive one."""
    return ["restic", "--repo", bench.place.to, "check"], bench.is_locked


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
        assert "locked by" in str(driver.prune(bench.place, [point], limits=QUICK).gone[point])
        assert driver.tidy(bench.place, "any") == []
        assert is_locked()


def test_a_stale_lock_of_a_dead_process_here_is_removed_and_the_run_goes_on(
    bench: Bench, request_for: RequestFor
) -> None:
    command, is_locked = exclusive_lock(bench)
    with stopped(command, bench.environment, is_locked):
        pass
    assert is_locked()
    assert driver_of(bench).run(request_for("erp-files"), bench.place).status is Status.SUCCESS
    assert not is_locked()


def test_tidying_takes_away_the_lock_of_a_dead_process_and_says_so(bench: Bench) -> None:
    command, is_locked = exclusive_lock(bench)
    with stopped(command, bench.environment, is_locked) as process:
        pass
    [told] = driver_of(bench).tidy(bench.place, "any")
    assert f"process {process}" in told
    assert not is_locked()


def test_a_lock_of_another_host_stays_whatever_its_process_is(bench: Bench, request_for: RequestFor) -> None:
    # The host's name is that of its own name space, where there may be one.
    command, is_locked = exclusive_lock(bench)
    named = ["unshare", "--uts", "sh", "-c", 'hostname web9 && exec "$@"', "sh", *command]
    tried = subprocess.run([needs("unshare"), "--uts", "hostname", "web9"], capture_output=True, check=False)
    if tried.returncode != 0:
        pytest.skip("only root may run a program under another host's name")
    with stopped(named, bench.environment, is_locked):
        pass
    driver = driver_of(bench)
    made = driver.run(request_for("erp-files"), bench.place)
    assert made.status is Status.SKIPPED_LOCKED
    assert "locked by web9, process" in str(made.reason)
    assert driver.tidy(bench.place, "any") == []
    assert is_locked()


def test_whose_lock_it_is_decides_and_whether_its_process_is_alive() -> None:
    assert Holder(HERE, dead_process()).is_ours_and_dead
    assert not Holder(HERE, os.getpid()).is_ours_and_dead
    assert not Holder(f"{HERE}-2", dead_process()).is_ours_and_dead


def test_an_address_that_holds_a_password_is_in_no_argument(bench: Bench, request_for: RequestFor) -> None:
    place = bench.place._replace(to="rest:https://backup:hidden-word@vault1.invalid/erp")
    driver = driver_of(bench)
    request = request_for("erp-files")
    assert "hidden-word" not in str(driver.plan(request, place))
    assert "hidden-word" not in driver.init_command(place)
    assert driver.secrets(place)["repository"] == place.to.encode()


@pytest.mark.parametrize(
    ("code", "trouble"), [(10, Trouble.NO_REPOSITORY), (11, Trouble.LOCKED), (12, Trouble.PASSWORD)]
)
def test_codes_of_newer_versions_say_what_older_ones_only_write(bench: Bench, code: int, trouble: Trouble) -> None:
    assert driver_of(bench).trouble_of(Ended((code,), errors=("",))) is trouble


@pytest.mark.parametrize(
    ("code", "status"), [(2, Status.FAILED), (99, Status.FAILED), (130, Status.CANCELLED)],
)  # fmt: skip
def test_codes_that_cannot_be_brought_about_here_have_their_status(
    bench: Bench, request_for: RequestFor, tmp_path: Path, code: int, status: Status
) -> None:
    script = f'case "$1" in version) echo "restic 0.19.1 compiled with go";; *) exit {code};; esac'
    driver = driver_of(bench, programs=wrapper(tmp_path / "programs", "restic", script=script))
    made = driver.run(request_for("erp-files"), bench.place)
    assert (made.status, made.point, made.code, made.engine) == (status, None, code, "restic 0.19.1")


def test_a_newer_restic_waits_for_a_lock_by_itself(bench: Bench, request_for: RequestFor, tmp_path: Path) -> None:
    programs = wrapper(tmp_path / "programs", "restic", script="echo restic 0.16.0 compiled with go")
    plan = driver_of(bench, programs=programs).plan(request_for("erp-files"), bench.place)
    assert plan[0][3:5] == ("--retry-lock", "1s")
    assert "--retry-lock" not in driver_of(bench).plan(request_for("erp-files"), bench.place)[0]


def test_errors_of_items_are_read_as_old_and_new_versions_write_them() -> None:
    # restic 0.14 as observed; 0.19 as `doc/075_scripting.rst` has it.
    heard = Heard(lambda _bytes: None)
    heard.on_error('{"message_type":"error","error":{"Op":"open","Path":"b","Err":13},"item":"/srv/b"}')
    heard.on_error('{"message_type":"error","error":{"message":"open /srv/c: gone"},"during":"scan","item":"/srv/c"}')
    heard.on_error("/srv/gone does not exist, skipping")
    heard.on_error("Warning: at least one source file could not be read")
    assert heard.errors == ["/srv/b: Permission denied", "/srv/c: open /srv/c: gone", "/srv/gone is not there"]
