"""A diary is lived again: each step at its own time, by its own person, through the real rules."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

import pytest

from opsctl.core.errors import InvalidInput
from opsctl.core.use_cases import mark_of
from opsctl.desk.service.replay import Replay, Step, line_of, read_steps
from opsctl.desk.terms import CALLS
from opsctl.main import rooms
from opsctl.store.address import read_address
from opsctl.store.engine import Store
from tests.harness import CommandLine

ZONE = "Asia/Shanghai"
DIARY = """\
{"now":"2026-04-01T08:00:00","by":"zhou","do":"person.add","handle":"zhou","texts":{"name":"周磊"}}
{"now":"2026-04-01T08:01:00","by":"zhou","do":"customer.import","file":"customers.csv"}
{"now":"2026-04-01T08:02:00","by":"zhou","do":"asset.add","handle":"erp","customer":"acme"}
{"now":"2026-04-01T08:03:00","by":"zhou","do":"rulebook.apply","file":"book.toml"}
{"now":"2026-04-01T08:04:00","by":"zhou","do":"incident.open","words":"erp 登录失败","down":"2026-04-01T07:50:00"}
{"now":"2026-04-02T09:00:00","by":"zhou","do":"person.add","handle":"li"}
{"now":"2026-04-02T09:30:00","by":"zhou","do":"incident.note","named":["INC-2026-0001"],"text":"换盘"}
"""
BOOK = """\
[rulebook]
name = "company"
version = "1"
zone = "Asia/Shanghai"
[checklists.room]
title = { en = "Room", zh = "机房" }
items = [{ id = "door", title = { en = "Door", zh = "门" }, type = "state" }]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "diary.jsonl").write_text(DIARY, encoding="utf-8")
    (tmp_path / "customers.csv").write_text("code,name\nacme,Acme\n", encoding="utf-8")
    (tmp_path / "book.toml").write_text(BOOK, encoding="utf-8")
    return tmp_path


@pytest.fixture
def replay(run: CommandLine, folder: Path) -> Iterator[Replay]:
    """Where the diary is lived: the database of the command line."""
    store = Store(read_address(str(run.database)))
    yield Replay(store, folder, ZONE, rooms())
    store.close()


WRITTEN = [
    ("2026-04-01T00:00:00Z", "zhou", "person.added", "person:zhou"),
    ("2026-04-01T00:01:00Z", "zhou", "customer.added", "customer:acme"),
    ("2026-04-01T00:02:00Z", "zhou", "asset.added", "erp"),
    ("2026-04-01T00:03:00Z", "zhou", "rulebook.applied", "rulebook:company@1"),
    ("2026-04-01T00:04:00Z", "zhou", "incident.opened", "INC-2026-0001"),
    ("2026-04-02T01:00:00Z", "zhou", "person.added", "person:li"),
    ("2026-04-02T01:30:00Z", "zhou", "incident.noted", "INC-2026-0001"),
]


@pytest.mark.parametrize("together", [True, False], ids=["in-one-transaction", "one-by-one"])
def test_every_step_stands_in_the_ledger_at_its_time_under_its_person(
    run: CommandLine, replay: Replay, together: bool
) -> None:
    steps = list(read_steps(replay.folder / "diary.jsonl", ZONE))
    told: list[Step] = []
    if together:
        replay.all(steps, told.append)
        assert told == steps
    else:
        done = [replay.one(step) for step in steps]
        assert done[4].incident.reference == "INC-2026-0001"
    listed = json.loads(run("ledger", "list", "--json", "--limit", "0", "--as", "zhou").out)["data"]
    found = [(row["recorded_at"], row["actor"], row["kind"], row["subject"]) for row in reversed(listed)]
    assert [row for row in found if not row[2].startswith("duty")] == WRITTEN
    assert run("ledger", "verify", "--deep").code == 0


def test_a_line_reads_back_as_its_step(folder: Path) -> None:
    lines = (folder / "diary.jsonl").read_text(encoding="utf-8").splitlines()
    assert [line_of(step, ZONE) for step in read_steps(folder / "diary.jsonl", ZONE)] == lines


@pytest.mark.parametrize(
    ("line", "message"),
    [
        pytest.param("{", "diary.jsonl:1 is no step", id="no-json"),
        pytest.param('{"now":"2026-04-01T08:00:00","by":"x"}', "diary.jsonl:1 is no step: 'do'", id="nothing-done"),
        pytest.param('{"now":"yesterday","by":"x","do":"asset.add"}', "diary.jsonl:1 is no step", id="no-time"),
    ],
)
def test_a_line_that_is_no_step_is_named(tmp_path: Path, line: str, message: str) -> None:
    (tmp_path / "diary.jsonl").write_text(f"{line}\n", encoding="utf-8")
    with pytest.raises(InvalidInput, match=message):
        list(read_steps(tmp_path / "diary.jsonl", ZONE))


@pytest.mark.parametrize(
    ("do", "message"),
    [
        pytest.param("incident.delete", "There is no use case incident.delete.", id="unknown"),
        pytest.param("incident.open", "open_incident takes no titel.", id="wrong-argument"),
    ],
)
def test_a_step_that_nobody_can_do_leaves_nothing(run: CommandLine, replay: Replay, do: str, message: str) -> None:
    good = Step(datetime(2026, 4, 1, tzinfo=UTC), "zhou", "asset.add", {"handle": "erp"})
    with pytest.raises(InvalidInput, match=message):
        replay.all([good, Step(good.now, "zhou", do, {"titel": "x"})])
    assert run("asset", "list").out == ""


def test_an_imported_file_with_a_record_that_is_refused_is_no_history(replay: Replay) -> None:
    (replay.folder / "customers.csv").write_text("code,name\n,Nobody\n", encoding="utf-8")
    step = Step(datetime(2026, 4, 1, tzinfo=UTC), "zhou", "customer.import", {"file": "customers.csv"})
    with pytest.raises(InvalidInput, match=r"customers\.csv:2"):
        replay.one(step)


@pytest.mark.parametrize("name", CALLS)
def test_every_name_of_a_diary_is_a_use_case(name: str) -> None:
    module, _sign, function = CALLS[name].partition(":")
    assert mark_of(getattr(import_module(module), function)).name == CALLS[name]

