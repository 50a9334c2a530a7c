"""Looking at a backup level by level: what was looked at is told and recorded, and nothing else."""

import os
from pathlib import Path

import pytest

from opsctl.backups.jobs.verifying import Looked, verify
from opsctl.backups.rules import Run
from opsctl.backups.terms import Level, Verdict
from opsctl.cli.hostfile.jobs import Host
from tests.backups import making
from tests.backups.proving import NOW, Company, Desk


def looked(desk: Desk, level: Level, sizes: tuple[int, ...] = (), host: Host | None = None) -> list[tuple[str, str]]:
    """The levels that were looked at, and what each of them found."""
    plan = making.plan(policy=desk.job.name, sizes=sizes)
    checks = verify(Looked(desk.job, plan, host or desk.host(), "web1", NOW), desk.run, "local", level)
    assert {(one.copy, one.host, one.checked_at) for one in checks} == {("local", "web1", NOW)}
    return [(str(one.level), str(one.verdict)) for one in checks]


def size_of(run: Run) -> int:
    assert run.bytes is not None
    return run.bytes


def test_every_level_below_the_one_that_was_asked_for_is_looked_at(desk: Desk) -> None:
    usual = (size_of(desk.run), size_of(desk.run) + 10)
    levels = ["L0", "L1", "L2", "L3", "L4"]
    assert looked(desk, Level.L4, usual) == [(level, "pass") for level in levels]
    assert list(desk.scratch.iterdir()) == []
    assert looked(desk, Level.L2, usual) == [(level, "pass") for level in levels[:3]]


def test_without_earlier_runs_there_is_no_size_to_compare_with_and_none_is_claimed(desk: Desk) -> None:
    assert looked(desk, Level.L2) == [("L0", "pass"), ("L2", "pass")]
    # The only size that is known is its own.
    assert looked(desk, Level.L2, (size_of(desk.run),)) == [("L0", "pass"), ("L2", "pass")]


def test_nothing_is_looked_at_behind_a_level_that_differs(desk: Desk) -> None:
    large = (size_of(desk.run), 10 * size_of(desk.run), 10 * size_of(desk.run))
    assert looked(desk, Level.L4, large) == [("L0", "pass"), ("L1", "differs")]


def test_a_look_goes_no_further_than_some_files(desk: Desk) -> None:
    assert looked(desk, Level.L6)[-1] == ("L4", "pass")


def test_without_a_scratch_place_no_file_could_be_restored(desk: Desk) -> None:
    found = looked(desk, Level.L4, host=Host({desk.job.name: desk.job}))
    assert found[-2:] == [("L3", "pass"), ("L4", "could-not-run")]


@pytest.mark.parametrize("leaves_folder", [True, False])
def test_a_place_whose_disk_is_not_mounted_says_nothing_of_the_backup(desk: Desk, leaves_folder: bool) -> None:
    place = Path(desk.job.places[0].to)
    place.rename(place.with_name("elsewhere"))
    if leaves_folder:
        place.mkdir()
    assert looked(desk, Level.L2) == [("L0", "could-not-run")]
    assert desk.test().verdict is Verdict.COULD_NOT_RUN


def test_a_copy_that_alone_is_gone_from_its_place_differs(desk: Desk) -> None:
    place = Path(desk.job.places[0].to)
    point = desk.run.copies[0].point or ""
    for path in list(place.glob(f"{point}*")):
        path.rename(path.with_name(path.name.replace("erp", "other")))
    assert looked(desk, Level.L2) == [("L0", "differs")]
    assert desk.test().verdict is Verdict.DIFFERS


def test_what_was_found_is_recorded_and_told_with_what_it_does_not_prove(company: Company) -> None:
    found = company.run("backup", "verify", "erp-db", "--level", "l3", "--format", "table")
    assert found.code == 0
    assert found.out.startswith("BAK-2026-0001  erp-db: PASS: copy local is proven at L3\n")
    assert "It does not prove: That it can be restored" in found.out
    checks = company.data("backup", "show", "BAK-2026-0001")["checks"]
    assert [(one["level"], one["verdict"]) for one in checks[-3:]] == [("L0", "pass"), ("L2", "pass"), ("L3", "pass")]


def test_a_run_is_looked_at_by_its_reference_and_by_its_bare_number(company: Company) -> None:
    for word in ("BAK-2026-0001", "bak-2026-0001", "1"):
        assert company.data("backup", "verify", word)["reference"] == "BAK-2026-0001"


@pytest.mark.parametrize("piped", ["", "erp-db\nerp-db\n"], ids=["none", "two"])
@pytest.mark.parametrize("verb", ["verify", "prune", "adopt"])
def test_a_pipe_that_names_none_or_several_is_refused_where_one_is_wanted(
    company: Company, verb: str, piped: str
) -> None:
    found = company.run("backup", verb, "-", stdin=piped)
    assert (found.code, found.out) == (2, "")
    assert "Name one policy." in found.err


def test_a_damaged_copy_ends_with_3_and_becomes_an_action(company: Company) -> None:
    os.truncate(company.artefact(), 10)
    found = company.run("backup", "verify", "erp-db", "--format", "table")
    assert found.code == 3
    assert "DIFFERS: copy local at L0" in found.out
    assert [one["reference"] for one in company.data("action", "list")["actions"]] == ["ACT-2026-0001"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("no-such-policy",), 4),
        (("BAK-2026-0099",), 4),
        (("erp-db", "--copy", "offsite"), 4),
        (("erp-db", "--level", "L5"), 2),
        (("erp-db", "--level", "L9"), 2),
    ],
    ids=["no policy", "no run", "no such copy here", "a restore is no look", "no level"],
)
def test_what_cannot_be_looked_at_is_said(words: tuple[str, ...], code: int, company: Company) -> None:
    found = company.run("backup", "verify", *words)
    assert (found.code, found.out) == (code, "")
    assert len(found.err.splitlines()) == 1
