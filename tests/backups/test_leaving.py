"""What is told when an asset is retired that policies of backups still name."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from opsctl.backups.service import leaving
from tests.backups.making import DAY, NIGHT, POLICY
from tests.harness import CommandLine, Read

OTHER = POLICY.replace("[backups.erp-db]", '[backups.erp-files]\ntitle = { en = "Files of ERP", zh = "ERP 文件" }')
OF_WEB = POLICY.replace("erp-db", "web-db").replace('asset = "erp"', 'asset = "web"')


def test_the_policies_that_name_the_asset_are_left_by_name_and_title(ruled: Callable[..., Any], read: Read) -> None:
    assert read(leaving.left, asset="erp") == []
    ruled(OTHER + POLICY + OF_WEB, now=NIGHT - DAY)
    assert read(leaving.left, asset="erp") == [("erp-db", "erp-db"), ("erp-files", "Files of ERP")]
    assert read(leaving.left, asset="mail") == []
    ruled(OF_WEB, version="2", now=NIGHT)
    assert read(leaving.left, asset="erp") == []


@pytest.mark.parametrize(
    ("tables", "line"),
    [
        (POLICY, "1 policy of backups still names erp: opsctl backup policies"),
        (POLICY + OTHER, "2 policies of backups still name erp: opsctl backup policies"),
    ],
    ids=["one", "two"],
)
def test_who_retires_an_asset_is_told_that_policies_still_name_it(
    ruled: Callable[..., Any], run_on_store: CommandLine, tables: str, line: str
) -> None:
    ruled(tables, now=NIGHT - DAY)
    run_on_store.now = NIGHT
    done = run_on_store("asset", "retire", "erp")
    assert done.code == 0
    assert line in done.err.splitlines()
    listed = run_on_store("backup", "policies", "--json")
    assert line.startswith(str(len(json.loads(listed.out)["data"])))


def test_programs_are_told_the_policies(ruled: Callable[..., Any], run_on_store: CommandLine) -> None:
    ruled(POLICY, now=NIGHT - DAY)
    run_on_store.now = NIGHT
    data = json.loads(run_on_store("asset", "retire", "erp", "--json").out)["data"]
    assert data["left"] == [{"noun": "backup", "reference": "erp-db"}]
