"""Many processes write to one database, and one of them dies in the middle."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from opsctl.assets.service import assets
from opsctl.core.chain import GENESIS, Head
from opsctl.store.engine import Store
from tests.factories import make_asset
from tests.harness import Perform, Read
from tests.ledger import recompute as second_way
from tests.ledger.tampering import verify_store

ROOT = Path(__file__).parents[2]


def start(store: Store, count: int, *stop: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, ROOT / "tests/ledger/worker.py", str(store.address), str(count), *stop],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize(
    ("processes", "writes"),
    [pytest.param(4, 5, id="4x5"), pytest.param(20, 25, id="20x25", marks=pytest.mark.torture)],
)
def test_a_crowd_of_writers_loses_nothing_and_takes_no_number_twice(
    store: Store, read: Read, processes: int, writes: int
) -> None:
    crowd = [start(store, writes) for _ in range(processes)]
    ended = [(*writer.communicate(timeout=300), writer.returncode) for writer in crowd]
    assert [(err, code) for _out, err, code in ended] == [("", 0)] * processes
    taken = sorted(reference for out, _err, _code in ended for reference in out.split())
    total = processes * writes
    assert taken == [f"INC-2026-{number:04d}" for number in range(1, total + 1)]
    verdict = verify_store(store, deep=True)
    assert (verdict.findings, verdict.rows, verdict.records) == ((), 2 * total, total)
    assert second_way.recompute(store.address.target) == (verdict.head.seq, verdict.head.hash)
    assert len(read(assets.list_assets)) == total


@pytest.mark.parametrize("stop", [pytest.param("work", id="at-work"), pytest.param("commit", id="before-the-commit")])
def test_a_writer_killed_in_the_middle_leaves_nothing_behind(
    store: Store, perform: Perform, read: Read, stop: str
) -> None:
    writer = start(store, 1, stop)
    assert writer.stdout is not None
    try:
        assert writer.stdout.readline() == "here\n"
    finally:
        writer.kill()
        writer.communicate()
    assert read(assets.list_assets) == []
    verdict = verify_store(store, deep=True)
    assert (verdict.is_whole, verdict.head) == (True, Head(0, GENESIS))
    make_asset(perform)
    assert verify_store(store, deep=True).rows == 1
