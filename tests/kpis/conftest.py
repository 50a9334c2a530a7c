"""A small October that can be reckoned by hand."""

import json
from pathlib import Path

import pytest

from tests.harness import CommandLine

MAP = """
source = "monitoring"
key = "id"
[columns]
title = "id"
asset = "on"
opened = "opened"
resolved = "resolved"
impact_start = "since"
outage = "down"
"""


@pytest.fixture
def run(run: CommandLine) -> CommandLine:
    """Two assets and three incidents, all times in Shanghai, where it is 10:00 on 5 November 2026.

    1, erp: opened and down 10 October 10:00, back 11:00, resolved 12:00.
    2, mail: opened 20 October 00:00, never down, resolved 00:10.
    3, erp: opened and down 31 October 20:00, back 1 November 02:00, resolved 04:00.
    """
    for words in (
        ["asset", "add", "erp"],
        ["asset", "add", "mail"],
        ["incident", "open", "erp", "one", "--at", "2026-10-10 10:00", "--down", "2026-10-10 10:00"],
        ["incident", "open", "mail", "two", "--at", "2026-10-20 00:00"],
        ["incident", "open", "erp", "three", "--at", "2026-10-31 20:00", "--down", "2026-10-31 20:00"],
        ["incident", "resolve", "1", "--at", "2026-10-10 12:00", "--restored", "2026-10-10 11:00"],
        ["incident", "resolve", "2", "--at", "2026-10-20 00:10"],
        ["incident", "resolve", "3", "--at", "2026-11-01 04:00", "--restored", "2026-11-01 02:00"],
    ):
        assert run(*words).code == 0
    return run


@pytest.fixture
def odd(run: CommandLine, tmp_path: Path) -> CommandLine:
    """Two more from another tool: 4 was down and names no asset, 5 was resolved before it was opened."""
    (tmp_path / "map.toml").write_text(MAP)
    records = [
        {"id": "m-4", "on": None, "opened": "2026-10-12T08:00+08:00", "resolved": None, "since": None, "down": True},
        {
            "id": "m-5",
            "on": "erp",
            "opened": "2026-10-13T08:00+08:00",
            "resolved": "2026-10-13T07:00+08:00",
            "since": "2026-10-13T06:00+08:00",
            "down": False,
        },
    ]
    (tmp_path / "more.json").write_text(json.dumps(records))
    assert run("incident", "import", str(tmp_path / "more.json"), "--map", str(tmp_path / "map.toml")).code == 0
    return run
