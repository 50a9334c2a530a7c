"""Actions that an item of a round verifies, typed from end to end: rounds logged, walked, filled, corrected, void."""

import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from opsctl.actions.rules import Action
from opsctl.actions.service import read as actions
from opsctl.actions.service import write
from opsctl.actions.terms import REOPENED, State, Wanted
from opsctl.assets.service import assets
from opsctl.core.errors import OpsctlError
from opsctl.inspections.service import logging, running
from opsctl.ledger import service as ledger
from opsctl.ledger.rules import read_facts
from opsctl.rulebook.service import applying
from opsctl.store.engine import Store
from tests.harness import CommandLine, Perform, Read, Result
from tests.inspections.conftest import BOOK
from tests.inspections.people import as_person

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FIRST = "ACT-2026-0001"
SWITCH = "inspect core-network/uplink core-sw-1"
ANY = "inspect core-network/uplink"


class Patrol:
    """The command line two days after the book came into force, and what is typed of rounds and actions."""

    def __init__(self, line: CommandLine) -> None:
        self.line = line

    def __call__(self, *words: str, code: int = 0, after: timedelta = timedelta()) -> Result:
        self.line.now += after
        found = self.line(*words)
        assert found.code == code, found.err
        return found

    def data(self, *words: str) -> Any:
        return json.loads(self(*words, "--json").out)["data"]

    def promise(self, query: str, *words: str, after: timedelta = timedelta()) -> None:
        """An action that waits for that record, done at once."""
        self("action", "add", "--asset", "core-sw-1", "replace the module", "--verify", query, *words, after=after)
        newest = max(one["reference"] for one in self.data("action", "list", "--state", "all")["actions"])
        self("action", "done", newest)

    def log(self, *words: str, asset: str = "core-sw-1", after: timedelta = HOUR) -> Result:
        """A round in which nothing is wrong that is not among the words."""
        given = ("--item", "temp=21", "--rest-ok", *words)
        return self("inspect", "log", "core-network", "--asset", asset, *given, after=after)

    def action(self, reference: str = FIRST) -> Any:
        return self.data("action", "show", reference)

    def state(self, reference: str = FIRST) -> tuple[str, str | None]:
        found = self.action(reference)
        return found["state"], found["verified_by"]


@pytest.fixture
def patrol(run_on_store: CommandLine, tmp_path: Path) -> Patrol:
    """Two switches that are patrolled by core-network, and a room; 10:00 on 5 November 2026 in Shanghai."""
    line = run_on_store
    line.now -= 2 * DAY
    for handle in ("core-sw-1", "core-sw-2", "room-1"):
        assert line("asset", "add", handle, "--kind", "switch").code == 0
    (tmp_path / "patrols.toml").write_text(BOOK, encoding="utf-8")
    assert line("rulebook", "apply", str(tmp_path / "patrols.toml")).code == 0
    line.now += 2 * DAY
    return Patrol(line)


def test_an_item_that_is_ok_verifies_and_one_that_fails_while_it_is_watched_opens_it_again(patrol: Patrol) -> None:
    patrol.promise("巡检：Core-Network/uplink core-sw-1", "--months", "1")
    assert "ACT-2026-0001 is verified by it: replace the module\n" in patrol.log().err
    found = patrol.action()
    assert (found["state"], found["verified_by"], found["verify"]) == ("verified", "INS-2026-0001", SWITCH)
    # 11:00 on 5 November in Shanghai, and the same a month later.
    assert (found["verified_at"], found["watch_until"]) == ("2026-11-05T03:00:00Z", "2026-12-05T03:00:00Z")
    patrol.line.now = datetime(2026, 12, 5, 2, 59, tzinfo=UTC)
    patrol.log("--fail", "uplink: CRC errors", after=timedelta())
    assert patrol.state() == ("open", None)
    event = patrol.action()["events"][-1]
    assert event["kind"] == "action.reopened"
    assert event["facts"] == {"by": "INS-2026-0002", "evidence": "failed", "reason": "CRC errors"}
    assert "opened again: INS-2026-0002 failed" in patrol("action", "show", FIRST).out
    requests = {row["request"] for row in patrol.data("ledger", "list", "--subject", "INS-2026-0002")}
    requests |= {row["request"] for row in patrol.data("ledger", "list", "--kind", "action.reopened")}
    assert len(requests) == 1, "one transaction has both"
    assert patrol("ledger", "verify", "--deep").code == 0


def test_at_the_end_of_the_months_the_watch_is_over(patrol: Patrol) -> None:
    patrol.promise(SWITCH, "--months", "1")
    patrol.log()
    patrol.line.now = datetime(2026, 12, 5, 3, 0, tzinfo=UTC)
    patrol.log("--fail", "uplink: CRC errors", after=timedelta())
    assert patrol.state() == ("verified", "INS-2026-0001")


def test_without_months_the_rules_say_how_long_it_is_watched(patrol: Patrol, tmp_path: Path) -> None:
    patrol.promise(SWITCH)
    patrol.log()
    assert patrol.action()["watch_until"] == "2027-02-05T03:00:00Z", "three months, which is usual"
    book = tmp_path / "patrols.toml"
    said = BOOK.replace('version = "1"', 'version = "2"')
    book.write_text(f"{said}\n[reviews]\nwatch_months = 12\n", encoding="utf-8")
    patrol("rulebook", "apply", str(book))
    patrol.promise("inspect core-network/fans core-sw-1")
    patrol.log("--again")
    assert patrol.action("ACT-2026-0002")["watch_until"] == "2027-11-05T04:00:00Z"


@pytest.mark.parametrize(
    ("query", "asset", "verified"),
    [(SWITCH, "core-sw-1", True), (SWITCH, "core-sw-2", False), (ANY, "core-sw-2", True)],
    ids=["its own asset", "another asset", "any asset"],
)
def test_a_query_of_an_asset_waits_for_that_asset_alone(
    patrol: Patrol, query: str, asset: str, verified: bool
) -> None:
    patrol.promise(query)
    patrol.log(asset=asset)
    assert patrol.state() == (("verified", "INS-2026-0001") if verified else ("done", None))


@pytest.mark.parametrize("answer", ["uplink=warn: flaps now and then", "uplink=n/a"], ids=["a warning", "not there"])
def test_what_is_neither_ok_nor_failed_says_nothing(patrol: Patrol, answer: str) -> None:
    patrol.promise(SWITCH)
    patrol.log("--item", answer)
    assert patrol.state() == ("done", None)
    patrol.log("--again")
    patrol.log("--item", answer)
    assert patrol.state() == ("verified", "INS-2026-0002")


def test_one_that_fails_gives_back_what_is_only_done(patrol: Patrol) -> None:
    patrol.promise(SWITCH)
    patrol.log("--fail", "uplink: CRC errors")
    found = patrol.action()
    assert (found["state"], found["done_by"], found["events"][-1]["kind"]) == ("open", None, "action.returned")
    assert "returned: INS-2026-0001 failed" in patrol("action", "show", FIRST).out


def test_a_round_that_was_walked_before_it_was_done_says_nothing_of_it(patrol: Patrol) -> None:
    patrol.promise(SWITCH, after=2 * HOUR)
    patrol.log("--at", "11:59", after=timedelta())
    assert patrol.state() == ("done", None)
    patrol.log("--at", "12:00", "--again")
    assert patrol.state() == ("verified", "INS-2026-0002")


def test_a_round_that_is_walked_counts_once_it_is_done(patrol: Patrol) -> None:
    patrol.promise(SWITCH)
    patrol("inspect", "log", "core-network", "--asset", "core-sw-1", "--item", "uplink=ok", after=HOUR)
    assert patrol.state() == ("done", None), "two items are missing"
    patrol("inspect", "log", "core-network", "--asset", "core-sw-1", "--item", "temp=21", "--rest-ok", after=HOUR)
    found = patrol.action()
    assert (found["verified_by"], found["verified_at"]) == ("INS-2026-0001", "2026-11-05T04:00:00Z")


def test_a_walk_that_ends_verifies(patrol: Patrol) -> None:
    patrol.promise(SWITCH)
    patrol.line.now += HOUR
    walked = patrol.line("inspect", "start", "core-network", "--asset", "core-sw-1", stdin="21\nok\nok\n\n", tty=True)
    assert walked.code == 0, walked.err
    assert patrol.state() == ("verified", "INS-2026-0001")


def test_of_the_symptom_that_an_action_came_from_it_is_seen_again_and_no_second_one_is_made(patrol: Patrol) -> None:
    patrol.log("--fail", "uplink: CRC errors")
    patrol("action", "correct", FIRST, f"verify={SWITCH}", "months=6", "--reason", "a word is not enough")
    patrol("action", "done", FIRST)
    patrol.log()
    assert patrol.state() == ("verified", "INS-2026-0002")
    patrol.log("--fail", "uplink: CRC errors again")
    found = patrol.action()
    assert (found["state"], found["seen"]) == ("open", 2)
    assert [one["kind"] for one in found["events"]][-2:] == ["action.reopened", "action.seen-again"]
    assert len(patrol.data("action", "list", "--state", "all")["actions"]) == 1


def test_an_answer_that_was_ok_by_mistake_opens_again_what_it_had_verified(patrol: Patrol) -> None:
    patrol.promise(SWITCH)
    patrol.log()
    patrol("inspect", "correct", "1", "uplink=fail", "--reason", "the wrong port", after=HOUR)
    found = patrol.action()
    assert (found["state"], found["watch_until"]) == ("open", None)
    assert found["events"][-1]["facts"] == {"by": "INS-2026-0001", "evidence": "failed"}


def test_an_answer_that_says_nothing_any_more_verifies_nothing(patrol: Patrol) -> None:
    patrol.promise(SWITCH)
    patrol.log()
    patrol("inspect", "correct", "1", "uplink=n/a", "--reason", "no uplink there", after=HOUR)
    found = patrol.action()
    assert found["state"] == "open"
    facts = found["events"][-1]["facts"]
    assert facts == {"by": "INS-2026-0001", "evidence": "corrected", "reason": "no uplink there"}
    assert "opened again: INS-2026-0001 was corrected" in patrol("action", "show", FIRST).out


def test_an_answer_that_was_wrong_by_mistake_verifies_once_it_is_right(patrol: Patrol) -> None:
    patrol.promise(SWITCH)
    patrol.log("--item", "uplink=warn: flaps")
    patrol("inspect", "correct", "1", "uplink=ok", "--reason", "another port", after=HOUR)
    assert patrol.state() == ("verified", "INS-2026-0001")


def test_another_item_that_is_set_right_changes_nothing(patrol: Patrol) -> None:
    patrol.promise(SWITCH)
    patrol.log()
    patrol("inspect", "correct", "1", "temp=22", "fans=fail", "--reason", "typo", after=HOUR)
    assert patrol.state() == ("verified", "INS-2026-0001")


def test_a_walk_that_turns_out_to_be_earlier_than_the_deed_verifies_nothing(patrol: Patrol) -> None:
    patrol.promise(SWITCH)
    patrol.log()
    patrol("inspect", "correct", "1", "done=10:30", "--reason", "half an hour earlier", after=HOUR)
    assert patrol.state() == ("verified", "INS-2026-0001")
    patrol("inspect", "correct", "1", "done=09:30", "--reason", "an hour earlier yet")
    assert patrol.state() == ("open", None)


def test_a_round_that_is_made_void_verifies_nothing(patrol: Patrol) -> None:
    patrol.promise(SWITCH)
    patrol.promise("inspect core-network/fans")
    patrol.log()
    patrol("inspect", "void", "1", "--because", "mistake", after=HOUR)
    assert (patrol.state(), patrol.state("ACT-2026-0002")) == (("open", None), ("open", None))
    facts = patrol.action()["events"][-1]["facts"]
    assert facts == {"because": "mistake", "by": "INS-2026-0001", "evidence": "void"}
    shown = patrol("action", "show", FIRST).out
    assert "opened again: INS-2026-0001 is void" in shown
    assert patrol("ledger", "verify", "--deep").code == 0


def test_what_is_void_stays_void_whatever_a_round_says(patrol: Patrol) -> None:
    patrol.promise(SWITCH)
    patrol("action", "void", FIRST, "--because", "duplicate")
    patrol.log()
    found = patrol.action()
    assert (found["state"], found["void"]) == ("done", "duplicate")


@pytest.mark.parametrize(
    ("typed", "code", "line"),
    [
        ("inspect core-netwrk/uplink", 4,
         "There is no checklist core-netwrk. Did you mean inspect core-network/uplink?"),
        ("inspect core-network/uplnk core-sw-1", 4,
         "'uplnk' is no item of core-network. Did you mean inspect core-network/uplink core-sw-1?"),
        ("inspect core-network/上行链路", 4,
         "'上行链路' is no item of core-network. Did you mean inspect core-network/uplink?"),
        ("inspect core-network/uplink rom-1", 4, "There is no asset 'rom-1'. Did you mean room-1?"),
        ("inspect core-network", 2,
         "'inspect core-network' names no record that could verify an action."
         " Say restore-test POLICY, or inspect CHECKLIST/ITEM [ASSET]."),
    ],
    ids=["a checklist misspelled", "an item misspelled", "the title of an item", "no such asset", "no item"],
)  # fmt: skip
def test_what_is_not_in_the_rules_verifies_nothing(patrol: Patrol, typed: str, code: int, line: str) -> None:
    refused = patrol("action", "add", "core-sw-1", "x", "--verify", typed, code=code)
    assert refused == Result("", f"opsctl: {line}\n", code)


def test_two_rounds_at_once_verify_it_once(
    store: Store, patrolled: datetime, perform_as: Perform, read: Read, check_whole: Callable[[], int]
) -> None:
    perform_as(write.add, words="core-sw-1 replace the module", verify=ANY)
    perform_as(write.done, named=["1"])
    ready, later = threading.Barrier(2), patrolled + HOUR
    failed: list[OpsctlError] = []

    def walk(asset: str, person: str) -> None:
        ready.wait()
        try:
            given = {"checklist": "core-network", "asset": asset, "items": ["temp=21"], "rest": True}
            as_person(store, person, later, logging.log, **given)
        except OpsctlError as error:
            failed.append(error)

    threads = [
        threading.Thread(target=walk, args=given) for given in (("core-sw-1", "wang"), ("core-sw-2", "zhao"))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    found: tuple[Action, ...] = read(actions.list_actions, now=later, state=Wanted.ALL).actions
    assert [one.state for one in found] == [State.VERIFIED]
    told = read(lambda session: list(ledger.rows(session, ledger.Search(subject=FIRST))))
    verified = [read_facts(row.facts) for row in told if row.kind == "action.verified"]
    assert verified == [{"by": found[0].verified_by}]
    assert REOPENED not in {row.kind for row in told}
    check_whole()


AUTO = """
[rulebook]
name = "checks"
version = "1"
zone = "Asia/Shanghai"

[checklists.auto]
title = "By itself"
[[checklists.auto.items]]
id = "disk"
title = "Disk"
type = "number"
unit = "%"
warn = "70"
critical = "90"
filled_by = "machine"
mandatory = true
"""


def test_a_round_that_checks_of_a_host_fill_counts_as_well(perform_as: Perform, read: Read, now: datetime) -> None:
    perform_as(assets.add, handle="room-1")
    perform_as(applying.apply, text=AUTO, file="checks.toml")
    perform_as(write.add, as_="wang", words="room-1 clean the disk up", verify="inspect auto/disk room-1")
    perform_as(write.done, as_="wang", named=["1"])
    ended = {"check": "root-disk", "item": "disk", "err": "", "code": 0, "cut": False, "late": False}
    found = []
    for hours, out in enumerate(("DISK OK|disk=41%", "DISK OK|disk=75%", "DISK CRITICAL|disk=95%"), start=1):
        results = [{**ended, "out": out}]
        perform_as(running.record, now=now + hours * HOUR, checklist="auto", asset="room-1", results=results)
        (action,) = [one for one in read(actions.list_actions, now=now, state=Wanted.ALL).actions if not one.topic]
        found.append((action.state, action.verified_by))
    assert found == [(State.VERIFIED, "INS-2026-0001"), (State.VERIFIED, "INS-2026-0001"), (State.OPEN, None)]
