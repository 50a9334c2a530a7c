"""What TAB offers of backups, from both databases: runs, restore tests, copies, policies and the duties they make."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from opsctl.assets.service import assets
from opsctl.backups.rules.wire import to_json
from opsctl.backups.service import pinning, pruning, recording
from opsctl.backups.terms import Status
from opsctl.rulebook.service import applying
from opsctl.store.engine import Store
from tests.backups.making import BOOK, DAY, NIGHT, POLICY, run, test_of
from tests.cli.test_completion_offers import ask
from tests.harness import Perform

UNTESTED = """
[backups.erp-files]
title = { en = "Files of ERP", zh = "ERP 文件" }
asset = "erp"
owner = "role:dba"
schedule = "0 3 * * *"
locations = [{ name = "local", medium = "disk", site = "dc1" }]
retention = { daily = 7 }
rpo = "26h"
"""


@pytest.fixture
def offers(store: Store, tmp_path: Path, perform_as: Perform) -> Callable[..., list[str]]:
    """What completes a beginning: of four runs one was pruned, one failed, one is pinned, and one was tested."""
    perform_as(assets.add, handle="erp", now=NIGHT - DAY)
    perform_as(applying.apply, text=BOOK.format(version="1") + POLICY + UNTESTED, file="om.toml", now=NIGHT - DAY)
    told = [
        run(),
        run(started_at=NIGHT + DAY, status=Status.FAILED, copies=(), reason="no space"),
        run(started_at=NIGHT + 2 * DAY),
        run(started_at=NIGHT + 3 * DAY),
    ]
    for one in told:
        perform_as(recording.record, run=to_json(one), now=one.ended_at)
    later: dict[str, Any] = {"now": NIGHT + 4 * DAY}
    perform_as(pruning.record_pruned, pruned={"BAK-2026-0001": ["local", "offsite"]}, **later)
    perform_as(pinning.pin, word="3", reason="audit", **later)
    perform_as(recording.record_test, test=to_json(test_of("BAK-2026-0004", started_at=NIGHT + 4 * DAY)), **later)

    def offered(of: str, beginning: str = "", **environment: str) -> list[str]:
        asked = ask(tmp_path, of, "--", beginning, OPSCTL_DB=str(store.address), **environment)
        assert (asked.stderr, asked.returncode) == ("", 0)
        return asked.stdout.splitlines()

    return offered


def test_runs_are_offered_the_newest_first_with_how_they_ended(offers: Callable[..., list[str]]) -> None:
    assert offers("backup.BAK") == [
        "BAK-2026-0004\terp-db success",
        "BAK-2026-0003\terp-db success",
        "BAK-2026-0002\terp-db failed",
        "BAK-2026-0001\terp-db success",
    ]
    assert offers("backup.RST") == ["RST-2026-0001\terp-db pass"]


def test_a_verb_is_offered_the_runs_that_it_can_take(offers: Callable[..., list[str]]) -> None:
    wanted = {"restore": [4, 3], "restore-test": [4, 3], "verify": [4, 3], "pin": [4], "unpin": [3]}
    offered = {verb: [line.partition("\t")[0] for line in offers(f"backup.BAK/{verb}")] for verb in wanted}
    assert offered == {verb: [f"BAK-2026-{number:04d}" for number in some] for verb, some in wanted.items()}


def test_copies_policies_and_the_duties_of_policies_are_offered(offers: Callable[..., list[str]]) -> None:
    assert offers("backup.COPY") == ["local\t", "offsite\t"]
    assert offers("rulebook.POLICY") == ["erp-db\t", "erp-files\tFiles of ERP"]
    # No restore test is asked for of the files, so there is no such duty.
    assert offers("rulebook.DUTY") == ["backup:erp-db\t", "backup:erp-files\tFiles of ERP", "restore-test:erp-db\t"]
    assert offers("rulebook.DUTY", "backup:erp-f", OPSCTL_LANG="zh") == ["backup:erp-files\tERP 文件"]
