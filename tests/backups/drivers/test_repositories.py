"""restic and borg alike: what must be so whatever the engine."""

import os
import shutil
import signal
import stat
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from opsctl.backups.drivers import CannotRestore, Occupied, Pruned, Request, Unit, unmeasured
from opsctl.backups.drivers.artefacts import name_of
from opsctl.backups.terms import Level, Status, Verdict
from tests.backups.drivers.folders import (
    PASSWORD,
    QUICK,
    Bench,
    heard,
    make_unreadable,
    obeying_modes,
    small_disk,
    snapshot_of,
    wrapper,
)  # fmt: skip

RequestFor = Callable[..., Request]


@pytest.fixture(params=["restic", "borg"])
def bench(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    return Bench(request.param, tmp_path)


@pytest.fixture
def made_bench(bench: Bench) -> Bench:
    bench.make()
    return bench


def test_a_run_makes_a_point_that_is_listed_with_its_tags_and_its_size(
    made_bench: Bench, request_for: RequestFor
) -> None:
    told: list[int] = []
    request = heard(request_for("erp-files"), told.append)
    driver = made_bench.driver()

    made = driver.run(request, made_bench.place)

    assert (made.status, made.reason, made.code, made.warnings) == (Status.SUCCESS, None, 0, ())
    assert made.engine == driver.engine()
    [point] = driver.points(made_bench.place)
    assert (point.name, point.policy, point.host, point.run) == (made.point, "erp-files", "web1", request.id)
    assert sum(told) >= 300_011
    assert (made.bytes or 0) >= 300_011
    assert (made.files or 0) >= 4


def test_what_is_restored_is_what_was_backed_up(made_bench: Bench, request_for: RequestFor, tmp_path: Path) -> None:
    driver = made_bench.driver()
    made = driver.run(request_for("erp-files"), made_bench.place)
    scratch = tmp_path / "scratch"
    scratch.mkdir()

    with driver.restored(made_bench.place, str(made.point), scratch, limits=QUICK, step=unmeasured) as restored:
        compared = restored.compare()
        assert compared.unit is Unit.ENTRIES
        (typed,) = (words for words in restored.commands if "restore" in words or "extract" in words)
        assert {"--json", "--log-json"}.isdisjoint(typed)
        copy = scratch / made_bench.source.relative_to("/")
        assert snapshot_of(copy) == snapshot_of(made_bench.source)
        assert (copy / "a.bin").read_bytes() == (made_bench.source / "a.bin").read_bytes()
        assert (restored.files, restored.bytes) == (4, 300_011)
        assert compared.differences == ()
        assert compared.checked >= 9  # 4 files, a link, a pipe, 3 folders
        (copy / "a.bin").write_bytes(b"short")
        (copy / "sub" / "b.txt").unlink()
        (copy / "more.txt").touch()
        differences = restored.compare().differences
    assert len(differences) == 3
    assert any("a.bin has 5 bytes, 300000 were listed" in one for one in differences)


def test_some_files_picked_at_random_are_restored_and_nothing_else(
    made_bench: Bench, request_for: RequestFor, tmp_path: Path
) -> None:
    driver = made_bench.driver()
    made = driver.run(request_for("erp-files"), made_bench.place)
    names = set()
    for number in range(4):
        scratch = tmp_path / f"scratch{number}"
        scratch.mkdir()
        with driver.restored(made_bench.place, str(made.point), scratch, limits=QUICK, step=unmeasured, only=3) as one:
            assert (one.files, one.compare().checked, one.compare().differences) == (3, 3, ())
            names |= {path.name for path in scratch.rglob("*") if path.is_file() and not path.is_symlink()}
    assert names <= {"a.bin", "b.txt", "we[ir]d *name.txt", "名字.txt"}


def test_no_device_is_made_in_a_scratch_place(made_bench: Bench, request_for: RequestFor, tmp_path: Path) -> None:
    try:
        os.mknod(made_bench.source / "de[v]*", 0o600 | stat.S_IFCHR, os.makedev(1, 3))
    except PermissionError:
        pytest.skip("only root may make a device")
    driver = made_bench.driver()
    made = driver.run(request_for("erp-files"), made_bench.place)
    scratch = tmp_path / "scratch"
    scratch.mkdir()

    with driver.restored(made_bench.place, str(made.point), scratch, limits=QUICK, step=unmeasured) as restored:
        assert not any(stat.S_ISCHR(path.lstat().st_mode) for path in scratch.rglob("*"))
        assert restored.compare().differences == ()


def test_a_restore_for_good_goes_into_an_empty_folder_only(
    made_bench: Bench, request_for: RequestFor, tmp_path: Path
) -> None:
    driver = made_bench.driver()
    made = driver.run(request_for("erp-files"), made_bench.place)
    into = tmp_path / "into"

    commands = driver.restore(made_bench.place, str(made.point), str(into), limits=QUICK)

    assert snapshot_of(into / made_bench.source.relative_to("/")) == snapshot_of(made_bench.source)
    assert PASSWORD not in str(commands)
    with pytest.raises(Occupied, match="is not empty") as raised:
        driver.restore(made_bench.place, str(made.point), str(into), limits=QUICK)
    assert raised.value.verdict is Verdict.COULD_NOT_RUN


def test_a_source_that_is_missing_stops_the_run_before_it_begins(made_bench: Bench, request_for: RequestFor) -> None:
    gone = str(made_bench.folder / "gone")
    for sources in ((gone,), (str(made_bench.source), gone)):
        driver = made_bench.driver(sources=sources)
        refusal = driver.preflight(made_bench.place)
        assert refusal is not None
        assert gone in refusal.reason
        made = driver.run(request_for("erp-files"), made_bench.place)
        assert (made.status, made.point, made.reason) == (Status.NOT_STARTED, None, refusal.reason)
    assert made_bench.driver().points(made_bench.place) == []


def test_a_source_that_is_a_link_is_refused_for_only_the_link_would_be_kept(made_bench: Bench) -> None:
    link = made_bench.folder / "erp"
    link.symlink_to(made_bench.source)
    refusal = made_bench.driver(sources=(str(link),)).preflight(made_bench.place)
    assert refusal is not None
    assert "is a link" in refusal.reason
    assert str(made_bench.source) in refusal.hint


def test_sources_without_a_file_make_no_point(made_bench: Bench, request_for: RequestFor) -> None:
    driver = made_bench.driver(sources=(str(made_bench.source / "empty"),))
    made = driver.run(request_for("erp-files"), made_bench.place)
    assert (made.status, made.point, made.reason) == (Status.FAILED, None, "there was no file in the sources")
    assert driver.points(made_bench.place) == []


def test_a_file_that_cannot_be_read_makes_the_run_incomplete_and_is_named(
    made_bench: Bench, request_for: RequestFor, tmp_path: Path
) -> None:
    make_unreadable(made_bench.source / "sub" / "b.txt")
    driver = made_bench.driver(programs=obeying_modes(tmp_path / "programs", made_bench.engine))
    made = driver.run(request_for("erp-files"), made_bench.place)
    assert made.status is Status.INCOMPLETE
    assert made.point == driver.points(made_bench.place)[0].name
    assert "b.txt" in str(made.reason)
    assert "ermission denied" in str(made.reason)


def test_a_place_that_is_full_fails_and_says_so(bench: Bench, request_for: RequestFor, tmp_path: Path) -> None:
    (bench.source / "large.bin").write_bytes(os.urandom(12_000_000))
    with small_disk(tmp_path / "small", 6) as disk:
        place = bench.place._replace(to=str(disk / "repository"))
        bench.make(place.to)
        driver = bench.driver()
        refusal = driver.preflight(place)
        assert refusal is not None
        assert " MB is free" in refusal.reason
        made = driver.run(request_for("erp-files"), place)
        assert (made.status, made.point) == (Status.FAILED, None)
        assert "o space left" in str(made.reason)
        assert driver.points(place) == []


def test_a_wrong_password_fails_and_says_so(made_bench: Bench, request_for: RequestFor, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("another\n")
    driver = made_bench.driver()
    made = driver.run(request_for("erp-files"), made_bench.place)
    assert (made.status, made.point) == (Status.FAILED, None)
    assert made.reason == (
        f"the password of the job does not open {made_bench.place.to}. See what `password` names in the host file."
    )
    with pytest.raises(CannotRestore) as raised:
        driver.points(made_bench.place)
    assert raised.value.verdict is Verdict.COULD_NOT_RUN


def test_a_secret_that_is_not_there_is_a_run_that_did_not_start(
    made_bench: Bench, request_for: RequestFor, tmp_path: Path
) -> None:
    (tmp_path / "password").unlink()
    made = made_bench.driver().run(request_for("erp-files"), made_bench.place)
    assert (made.status, made.point) == (Status.NOT_STARTED, None)
    assert str(tmp_path / "password") in str(made.reason)
    assert "install -m 600 /dev/null" in str(made.reason)


def test_a_repository_that_is_not_there_is_never_made_silently(bench: Bench, request_for: RequestFor) -> None:
    driver = bench.driver()
    refusal = driver.preflight(bench.place)
    assert refusal is not None
    assert refusal.hint.startswith(f"Is its disk not mounted? Only for a new place: {bench.engine} init ")
    made = driver.run(request_for("erp-files"), bench.place)
    assert made.status is Status.NOT_STARTED
    asked = f"{bench.place.to} is no {bench.engine} repository. Is its disk not mounted? Only for a new place: "
    assert str(made.reason).startswith(f"{asked}{bench.engine} init ")
    checked = driver.verify(bench.place, "0" * 64, Level.L0, sha256=None, limits=QUICK)
    assert str(checked.reason).startswith(asked)
    assert not Path(bench.place.to).exists()


def test_an_engine_that_is_missing_or_unknown_is_refused_with_the_package(
    made_bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "none").mkdir()
    with monkeypatch.context() as without:
        without.setenv("PATH", str(tmp_path / "none"))
        refusal = made_bench.driver().preflight(made_bench.place)
    assert refusal is not None
    assert refusal.reason == f"{made_bench.engine} is not installed"
    assert "package" in refusal.hint
    old = wrapper(tmp_path / "old", made_bench.engine, script=f"echo {made_bench.engine} 0.9.6")
    refusal = made_bench.driver(programs=old).preflight(made_bench.place)
    assert refusal is not None
    assert "0.9.6 is none of the versions" in refusal.reason


def test_an_engine_that_hangs_is_stopped(made_bench: Bench, request_for: RequestFor, tmp_path: Path) -> None:
    version = subprocess.run([made_bench.engine, "--version" if made_bench.engine == "borg" else "version"],
                             capture_output=True, text=True, check=True).stdout.strip()  # fmt: skip
    script = f"case \"$1\" in version|--version) echo '{version}';; *) exec sleep 600;; esac"
    programs = wrapper(tmp_path / "programs", made_bench.engine, script=script)
    made = made_bench.driver(programs=programs).run(
        request_for("erp-files", idle=timedelta(milliseconds=200)), made_bench.place
    )
    assert (made.status, made.point) == (Status.TIMED_OUT, None)
    assert "idle" in str(made.reason)


def test_a_run_that_was_killed_leaves_nothing_that_stops_the_next_one(
    made_bench: Bench, request_for: RequestFor
) -> None:
    (made_bench.source / "large.bin").write_bytes(os.urandom(60_000_000))
    killed = request_for("erp-files")
    driver = made_bench.driver()
    environment = {**os.environ, **made_bench.environment}
    words = driver.plan(killed, made_bench.place)[0]
    process = subprocess.Popen(words, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not made_bench.is_locked():
        assert process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.wait()

    driver.tidy(made_bench.place, killed.id)
    made = driver.run(request_for("erp-files"), made_bench.place)

    assert made.status is Status.SUCCESS
    assert [one.name for one in driver.points(made_bench.place)] == [made.point]
    assert driver.prune(made_bench.place, [str(made.point)], limits=QUICK) == Pruned({str(made.point): None})
    assert not made_bench.is_locked()


def test_a_whole_point_passes_at_every_level(made_bench: Bench, request_for: RequestFor) -> None:
    driver = made_bench.driver()
    point = str(driver.run(request_for("erp-files"), made_bench.place).point)
    for level in driver.levels:
        checked = driver.verify(made_bench.place, point, level, sha256=None, limits=QUICK)
        assert (checked.level, checked.verdict, checked.reason) == (level, Verdict.PASS, None)
    missing = point[:-1] + ("0" if point[-1] != "0" else "1")
    assert driver.verify(made_bench.place, missing, Level.L0, sha256=None, limits=QUICK).verdict is Verdict.DIFFERS


def test_flipped_bytes_in_the_data_are_found_when_it_is_read(
    made_bench: Bench, request_for: RequestFor, tmp_path: Path
) -> None:
    (made_bench.source / "large.bin").write_bytes(os.urandom(3_000_000))
    driver = made_bench.driver()
    point = str(driver.run(request_for("erp-files"), made_bench.place).point)
    with_data = made_bench.packs()[0]
    with_data.chmod(0o600)
    with with_data.open("r+b") as stream:
        stream.seek(2_000_000)
        byte = stream.read(1)
        stream.seek(2_000_000)
        stream.write(bytes([byte[0] ^ 255]))

    verdicts = {
        level: driver.verify(made_bench.place, point, level, sha256=None, limits=QUICK).verdict
        for level in (Level.L0, Level.L2, Level.L3)
    }

    # restic looks at the structure at L2 and not at the data; borg reads a checksum of every chunk there.
    at_structure = Verdict.PASS if made_bench.engine == "restic" else Verdict.DIFFERS
    assert verdicts == {Level.L0: Verdict.PASS, Level.L2: at_structure, Level.L3: Verdict.DIFFERS}
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    with (
        pytest.raises(CannotRestore) as raised,
        driver.restored(made_bench.place, point, scratch, limits=QUICK, step=unmeasured),
    ):
        pass
    assert raised.value.verdict is Verdict.DIFFERS


@pytest.mark.parametrize("how", ["truncated", "gone"])
def test_a_pack_that_is_truncated_or_gone_is_found_in_the_structure(
    made_bench: Bench, request_for: RequestFor, how: str
) -> None:
    (made_bench.source / "large.bin").write_bytes(os.urandom(3_000_000))
    driver = made_bench.driver()
    point = str(driver.run(request_for("erp-files"), made_bench.place).point)
    with_data = made_bench.packs()[0]
    with_data.chmod(0o600)
    if how == "gone":
        with_data.unlink()
    else:
        os.truncate(with_data, 1_000_000)
    checked = driver.verify(made_bench.place, point, Level.L2, sha256=None, limits=QUICK)
    assert checked.verdict is Verdict.DIFFERS
    assert checked.reason


def test_a_check_that_cannot_be_made_says_nothing_about_the_backup(made_bench: Bench, request_for: RequestFor) -> None:
    driver = made_bench.driver()
    point = str(driver.run(request_for("erp-files"), made_bench.place).point)
    shutil.move(made_bench.place.to, f"{made_bench.place.to}.away")
    for level in driver.levels:
        checked = driver.verify(made_bench.place, point, level, sha256=None, limits=QUICK)
        assert checked.verdict is Verdict.COULD_NOT_RUN


def test_pruning_takes_away_what_is_named_of_its_policy_and_nothing_else(
    made_bench: Bench, request_for: RequestFor
) -> None:
    driver = made_bench.driver()
    ours = [str(driver.run(request_for("erp-files"), made_bench.place).point) for _number in range(3)]
    other = made_bench.driver(name="erp-other")
    of_other = str(other.run(request_for("erp-other"), made_bench.place).point)
    if made_bench.engine == "restic":
        made_bench.bare("--repo", made_bench.place.to, "backup", "--host", "web2", str(made_bench.source))
    else:
        made_bench.bare("create", f"{made_bench.place.to}::web2-2026-11-20T01:00", str(made_bench.source))
    before = {one.name: one for one in driver.points(made_bench.place)}
    [of_web2] = set(before) - {*ours, of_other}
    assert (before[of_web2].policy, before[of_web2].host, before[of_web2].run) == (None, None, None)

    pruned = driver.prune(made_bench.place, [ours[0], ours[1], of_other, of_web2], limits=QUICK)

    gone = pruned.gone
    assert pruned.unfreed is None
    assert {name for name, why in gone.items() if why is None} == {ours[0], ours[1]}
    assert gone[of_web2] == gone[of_other] == "opsctl did not make it for erp-files"
    assert {one.name for one in driver.points(made_bench.place)} == {ours[2], of_other, of_web2}
    assert driver.verify(made_bench.place, ours[2], Level.L3, sha256=None, limits=QUICK).verdict is Verdict.PASS


@pytest.mark.parametrize("fails", ["forget|delete", "prune|compact"], ids=["deleting", "freeing"])
def test_an_engine_that_fails_to_delete_or_to_free_what_it_deleted_says_which(
    made_bench: Bench, request_for: RequestFor, tmp_path: Path, fails: str
) -> None:
    ours = [str(made_bench.driver().run(request_for("erp-files"), made_bench.place).point) for _number in range(2)]
    script = (
        f'for word in "$@"; do case "$word" in {fails}) echo "Fatal: the disk is gone" >&2; exit 2;; esac; done\n'
        f'exec {shutil.which(made_bench.engine)} "$@"'
    )
    driver = made_bench.driver(programs=wrapper(tmp_path / "programs", made_bench.engine, script=script))

    pruned = driver.prune(made_bench.place, ours[:1], limits=QUICK)

    told = "Fatal: the disk is gone" if made_bench.engine == "borg" else "the disk is gone"
    is_gone = "compact" in fails
    assert pruned == Pruned({ours[0]: None if is_gone else told}, told if is_gone else None)
    assert [one.name for one in driver.points(made_bench.place)] == (ours[1:] if is_gone else ours)


@pytest.mark.parametrize("name", ["--repo=/", "latest", "../x", "a b", "{now}", ""])
def test_what_is_no_name_of_a_point_never_becomes_an_argument(made_bench: Bench, name: str, tmp_path: Path) -> None:
    driver = made_bench.driver()
    if made_bench.engine == "borg" and name == "latest":
        pytest.skip("an archive may be called latest")
    with pytest.raises(CannotRestore, match="is no"):
        driver.restore(made_bench.place, name, str(tmp_path / "into"), limits=QUICK)
    assert driver.verify(made_bench.place, name, Level.L0, sha256=None, limits=QUICK).verdict is Verdict.DIFFERS


def test_the_plan_is_what_is_run_and_holds_no_secret(made_bench: Bench, request_for: RequestFor) -> None:
    driver = made_bench.driver(exclude=("*.tmp",))
    request = request_for("erp-files")
    plan = driver.plan(request, made_bench.place)
    options, named = plan[0][: plan[0].index("--")], plan[0][plan[0].index("--") + 1 :]
    assert "--exclude=*.tmp" in options
    archive = (f"{made_bench.place.to}::{name_of(request, '')}",) if made_bench.engine == "borg" else ()
    assert named == (*archive, str(made_bench.source))
    assert PASSWORD not in str(plan)
    (made_bench.source / "left.tmp").touch()
    made = driver.run(request_for("erp-files"), made_bench.place)
    assert made.files == made_bench.driver().run(request_for("erp-files"), made_bench.place).files - 1  # type: ignore[operator]
