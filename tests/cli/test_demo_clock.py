"""The demo's own clock: it goes on from where it stood, and never dates the records of a real database."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from opsctl.cli.hostfile import DemoClock
from opsctl.core.chain import Signature
from opsctl.desk.service import database
from opsctl.store.address import read_address
from tests.harness import CommandLine

START = datetime(2026, 11, 16, 0, 40, tzinfo=UTC)
MADE = datetime(2031, 1, 1, tzinfo=UTC)
ZONE = "Asia/Shanghai"
Demo = Callable[[bool], str]


@pytest.fixture
def demo(tmp_path: Path) -> Demo:
    """Makes a database, marked as the demo's or not, and returns its address; beside it the demo's host file."""

    def make(marked: bool) -> str:
        folder = tmp_path / ("demo" if marked else "real")
        folder.mkdir(mode=0o700)
        address = f"sqlite:///{folder / 'demo.db'}"
        by = Signature(START - timedelta(days=1), "lead.li", "host-1", "request-1")
        database.init(read_address(address), zone=ZONE, by=by, demo=marked)
        file = folder / "opsctl.toml"
        file.write_text(
            f'[profile.default]\ndatabase = "{address}"\ntimezone = "{ZONE}"\n'
            f"[demo]\nclock_start = 2026-11-16T08:40:00+08:00\nmade = {MADE.isoformat()}\n"
        )
        file.chmod(0o600)
        return address

    return make


@pytest.mark.parametrize(
    ("since_made", "shown"),
    [
        pytest.param(timedelta(0), START, id="at-first"),
        pytest.param(timedelta(days=2, seconds=1), START + timedelta(days=2, seconds=1), id="it-goes-on"),
        pytest.param(timedelta(days=-9), START, id="never-before-its-start"),
    ],
)
def test_the_clock_goes_on_from_where_it_stood(since_made: timedelta, shown: datetime) -> None:
    assert DemoClock(START, MADE).shows(MADE + since_made) == shown


def test_a_record_of_the_demo_has_the_time_of_its_clock_which_is_said_first(
    run: CommandLine, demo: Demo, tmp_path: Path
) -> None:
    demo(True)
    run.now = MADE + timedelta(minutes=5)
    config = str(tmp_path / "demo/opsctl.toml")
    opened = run("incident", "open", "login 502", "--config", config)
    assert opened.code == 0
    assert opened.err.splitlines()[0] == "Demo: its clock shows 2026-11-16 08:45+08:00."
    shown = run("incident", "list", "--columns", "opened,title", "--config", config)
    assert shown.out.splitlines()[1:] == ["2026-11-16 08:45+08:00  login 502"]
    assert run("ledger", "verify", "--deep", "--config", config).code == 0


@pytest.mark.parametrize("words", [("incident", "open", "login 502"), ("incident", "list")], ids=["write", "read"])
def test_the_clock_of_the_demo_dates_no_other_database(
    run: CommandLine, demo: Demo, tmp_path: Path, words: tuple[str, ...]
) -> None:
    address = demo(False)
    refused = run(*words, "--config", str(tmp_path / "real/opsctl.toml"))
    assert (refused.code, refused.err.splitlines()[-1]) == (
        5,
        f"opsctl: {address} is not the demo's database, and the host file sets the demo's clock."
        " Leave out --db and OPSCTL_DB to stay in the demo, --config and OPSCTL_CONFIG to leave it.",
    )


@pytest.mark.parametrize("words", [("incident", "open", "login 502"), ("incident", "list")], ids=["write", "read"])
def test_no_other_clock_dates_the_demo(run: CommandLine, demo: Demo, tmp_path: Path, words: tuple[str, ...]) -> None:
    address = demo(True)
    refused = run(*words, "--db", address)
    assert (refused.code, refused.err) == (
        5,
        f"opsctl: {address} is the demo's database, and the demo has a clock of its own."
        f" Name the host file beside it: --config {tmp_path / 'demo/opsctl.toml'}\n",
    )


def test_the_clock_of_the_demo_is_refused_on_a_server_before_it_is_asked(run: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "opsctl.toml"
    file.write_text(f"[demo]\nclock_start = 2026-11-16T08:40:00+08:00\nmade = {MADE.isoformat()}\n")
    file.chmod(0o600)
    refused = run(
        "incident", "list", "--tz", "UTC", "--db", "postgresql://nowhere.invalid/ops", "--config", str(file),
    )  # fmt: skip
    assert refused.code == 5
