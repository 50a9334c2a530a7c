"""Signals at any moment: whatever was being written is there whole or not at all, and running again goes on."""

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

RECORDS = 6000
ROUNDS = 24
# The blocks of an import made small, so that a signal finds it between two of them as often as inside one.
PROGRAM = (
    "import signal; signal.signal(signal.SIGINT, signal.SIG_DFL);"  # as opsctl.__main__ begins
    "from opsctl.incidents.commands import importing;"
    "importing.ONE_TRANSACTION = {'sqlite': 100, 'postgresql': 100}; importing.BLOCK = 200;"
    "from opsctl.main import main; main()"
)
MAP = """
source = "torture"
key = "number"
[columns]
title = "title"
opened = "opened"
resolved = "resolved"
[defaults]
asset = "erp"
outage = true
"""


def opsctl(folder: Path, *arguments: str) -> list[str]:
    """The command line of opsctl on the database of that folder, with small blocks."""
    return [sys.executable, "-c", PROGRAM, "--db", str(folder / "opsctl.db"), *arguments]


def answer(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """What a command that is left alone answers."""
    return subprocess.run(opsctl(folder, *arguments), capture_output=True, text=True, check=False, cwd=folder)


@pytest.mark.torture
@pytest.mark.parametrize("name", ["SIGINT", "SIGHUP", "SIGTERM", "SIGKILL"])
def test_an_import_that_is_struck_at_any_moment_stays_whole_and_goes_on(tmp_path: Path, name: str) -> None:
    (tmp_path / "map.toml").write_text(MAP, encoding="utf-8")
    with (tmp_path / "history.jsonl").open("w", encoding="utf-8") as history:
        for number in range(RECORDS):
            opened = f"2026-0{number % 9 + 1}-10T0{number % 10}:00:00Z"
            record = {"number": number, "title": f"故障 {number}", "opened": opened, "resolved": "2026-10-01T00:00:00Z"}
            history.write(json.dumps(record) + "\n")
    assert answer(tmp_path, "init", "--zone", "UTC").returncode == 0
    assert answer(tmp_path, "asset", "add", "erp").returncode == 0
    command = opsctl(tmp_path, "incident", "import", "history.jsonl", "--map", "map.toml")
    moments = random.Random(name)
    codes = set()
    for _round in range(ROUNDS):
        running = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        time.sleep(moments.uniform(0.1, 2.5))
        running.send_signal(signal.Signals[name])
        _out, err = running.communicate(timeout=60)
        codes.add(running.returncode)
        assert "Traceback" not in err, err
        verified = answer(tmp_path, "ledger", "verify", "--deep", "--json")
        assert verified.returncode == 0, verified.stdout
    # A signal that comes before anybody can catch it ends the process as it ends any other.
    assert codes <= {0, 130, -signal.Signals[name]}
    assert answer(tmp_path, "incident", "import", "history.jsonl", "--map", "map.toml").returncode == 0
    listed = json.loads(answer(tmp_path, "incident", "list", "--limit", "0", "--json").stdout)["data"]
    keys = [one["source_key"] for one in listed["incidents"]]
    assert (listed["total"], len(set(keys))) == (RECORDS, RECORDS)
    assert len({one["reference"] for one in listed["incidents"]}) == RECORDS
    leftovers = {path.name for path in tmp_path.iterdir()} - {"map.toml", "history.jsonl"}
    assert leftovers <= {"opsctl.db", "opsctl.db-wal", "opsctl.db-shm"}
