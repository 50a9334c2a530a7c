import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from tests.support import postgres_server


@pytest.fixture(scope="module")
def admin_url() -> str:
    return postgres_server.start()


def test_the_server_is_postgresql_18_with_its_own_sha256(admin_url: str) -> None:
    with psycopg.connect(admin_url) as connection:
        digest = connection.execute("SELECT encode(sha256('x'), 'hex')").fetchone()
        version = connection.info.server_version
    assert digest == ("2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881",)
    assert version // 10_000 == 18


@pytest.mark.skipif(postgres_server.URL_VARIABLE in os.environ, reason="a given server has its own settings")
def test_commits_wait_for_the_log_as_they_do_for_users(admin_url: str) -> None:
    with psycopg.connect(admin_url) as connection:
        settings = connection.execute(
            "SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit', 'max_connections')"
        ).fetchall()
    assert dict(settings) == {"fsync": "off", "synchronous_commit": "on", "max_connections": "200"}


def test_a_second_start_gives_the_same_server(admin_url: str) -> None:
    assert postgres_server.start() == admin_url


def test_a_database_made_from_a_template_holds_its_rows(admin_url: str) -> None:
    template = f"template_{os.getpid()}"
    copy = f"copy_{os.getpid()}"
    try:
        with psycopg.connect(postgres_server.create_database(admin_url, template)) as connection:
            connection.execute("CREATE TABLE word AS SELECT '值班' AS text")
        with psycopg.connect(postgres_server.create_database(admin_url, copy, template)) as connection:
            assert connection.execute("SELECT text FROM word").fetchall() == [("值班",)]
    finally:
        postgres_server.drop_database(admin_url, copy)
        postgres_server.drop_database(admin_url, template)


def test_a_database_is_dropped_under_an_open_connection(admin_url: str) -> None:
    name = f"dropped_{os.getpid()}"
    connection = psycopg.connect(postgres_server.create_database(admin_url, name), autocommit=True)
    postgres_server.drop_database(admin_url, name)
    with pytest.raises(psycopg.OperationalError, match="terminating connection"):
        connection.execute("SELECT 1")
    connection.close()


@pytest.mark.parametrize(
    ("admin", "expected"),
    [
        pytest.param(
            "postgresql://postgres@/postgres?host=/tmp/pg", "postgresql://postgres@/books?host=/tmp/pg", id="socket"
        ),
        pytest.param("postgresql://me@db:5433/postgres", "postgresql://me@db:5433/books", id="host-and-port"),
    ],
)
def test_the_url_of_a_database_keeps_the_server(admin: str, expected: str) -> None:
    assert postgres_server.database_url(admin, "books") == expected


def test_a_server_named_by_the_environment_is_used_and_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(postgres_server.URL_VARIABLE, "postgresql://me@db/postgres")
    assert postgres_server.start() == "postgresql://me@db/postgres"


# A shell starts what stands in its background deaf to Ctrl-C, and children inherit that.
_INTERRUPTED_RUN = """
import signal
import time
from tests.support import postgres_server
signal.signal(signal.SIGINT, signal.default_int_handler)
print(postgres_server.start(), flush=True)
time.sleep(60)
"""


def test_two_runs_have_two_servers_and_ctrl_c_leaves_none_behind() -> None:
    environment = {name: value for name, value in os.environ.items() if name != postgres_server.URL_VARIABLE}
    root = Path(__file__).parents[2]
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", _INTERRUPTED_RUN],
            cwd=root,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        for _ in range(2)
    ]
    try:
        addresses = [run.stdout.readline().strip() if run.stdout else "" for run in runs]
        folders = [Path(address.partition("host=")[2]) for address in addresses]
        assert folders[0] != folders[1]
        assert [folder.joinpath("postmaster.pid").exists() for folder in folders] == [True, True]
        servers = [int(folder.joinpath("postmaster.pid").read_text().split()[0]) for folder in folders]
    finally:
        for run in runs:
            run.send_signal(signal.SIGINT)
        for run in runs:
            run.communicate(timeout=30)
    assert [folder.exists() for folder in folders] == [False, False]
    assert [_is_alive(server) for server in servers] == [False, False]


def _is_alive(process: int) -> bool:
    """Whether the process runs; one that has ended may stay listed for a moment until its parent takes note."""
    for _ in range(50):
        state = Path(f"/proc/{process}/stat")
        if not state.exists() or state.read_text().rpartition(")")[2].split()[0] == "Z":
            return False
        time.sleep(0.1)
    return True
