"""What whoever opens an incident is told of backups: the last proven restore point of the asset, from the ledger."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from opsctl.backups.rules import Run
from opsctl.backups.rules.wire import to_json
from opsctl.backups.service import adopting, pruning, recording
from opsctl.backups.terms import Level, Status, Trigger, Verdict
from opsctl.incidents.rules.restoring import RestorePoint, Tried
from opsctl.incidents.service import read as incidents
from opsctl.incidents.service import write
from opsctl.incidents.service.restoring import _TOLD
from opsctl.ledger import service as ledger
from opsctl.ledger.rules import read_facts
from opsctl.ledger.service import Search
from opsctl.store.engine import Store
from tests.backups.making import DAY, HOUR, MINUTE, NIGHT, POLICY, check, copy, run, test_of
from tests.harness import CommandLine, Perform, Read

Made = Callable[..., Any]
LATER = NIGHT + 10 * DAY
"""When the incident is opened, unless a test says otherwise."""
OTHER = POLICY.replace("erp-db", "erp-files")
OF_WEB = POLICY.replace("erp-db", "web-db").replace('asset = "erp"', 'asset = "web"')


@pytest.fixture
def policy(ruled: Made) -> None:
    """erp-db is in force."""
    ruled(POLICY, now=NIGHT - DAY)


@pytest.fixture
def opened(do: Made) -> Made:
    """Open an incident and give what it tells of restoring the asset."""

    def open_one(words: str = "erp login answers 502", **given: Any) -> tuple[RestorePoint, ...]:
        found = do(write.open_incident, words=words, **{"now": LATER, **given})
        points: tuple[RestorePoint, ...] = found.restore_points
        return points

    return open_one


def tried(test: int, run: int, *, data_at: datetime, tested_at: datetime, **given: Any) -> Tried:
    """A test of the local copy that took 20 minutes and reached L5."""
    plain = Tried(f"RST-2026-{test:04d}", f"BAK-2026-{run:04d}", "local", "L5", tested_at, 1200.0, data_at)
    return plain._replace(**given)


FIRST = tried(1, 1, data_at=NIGHT, tested_at=NIGHT + DAY + 20 * MINUTE)
"""The test of `test_of` about the run of `run`."""


@contextmanager
def statements() -> Iterator[list[str]]:
    """What is sent to any database meanwhile."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_others: Any) -> None:
        sent.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield sent
    event.remove(Engine, "before_cursor_execute", note)


def backed_up(record: Made, **given: Any) -> Run:
    made: Run = record(run(**given)).run
    return made


@pytest.mark.usefixtures("policy")
def test_the_last_proven_point_is_told_with_how_and_when_it_was_proven(
    record: Made, record_test: Made, opened: Made, read: Read, check_whole: Callable[[], int]
) -> None:
    record_test(test_of(backed_up(record).reference))
    backed_up(record, started_at=NIGHT + 2 * DAY)
    assert opened() == (RestorePoint("erp-db", FIRST, True, None),)
    shown = read(incidents.show, word="1", now=LATER + DAY)
    assert shown.restore_points == (RestorePoint("erp-db", FIRST, True, None),)
    check_whole()


@pytest.mark.usefixtures("policy")
@pytest.mark.parametrize("is_backed_up", [True, False], ids=["backed up", "not even backed up"])
def test_what_was_never_proven_is_told_as_well(record: Made, opened: Made, is_backed_up: bool) -> None:
    if is_backed_up:
        backed_up(record)
    assert opened() == (RestorePoint("erp-db", None, False, None),)


@pytest.mark.usefixtures("policy")
def test_a_test_that_could_not_run_proves_nothing(record: Made, record_test: Made, opened: Made) -> None:
    made = backed_up(record)
    record_test(test_of(made.reference, verdict=Verdict.COULD_NOT_RUN, level=None, seconds=None))
    assert opened() == (RestorePoint("erp-db", None, False, None),)


@pytest.mark.usefixtures("policy")
def test_of_what_nobody_backs_up_nothing_is_told(opened: Made) -> None:
    assert opened("web is slow") == ()
    assert opened("something is slow") == ()


def test_one_more_statement_is_sent_for_an_asset_and_none_without_one_or_without_policies(
    ruled: Made, record: Made, record_test: Made, opened: Made
) -> None:
    def sent(words: str) -> int:
        with statements() as all_sent:
            opened(words)
        return sum("restore_test.passed" in one for one in all_sent)

    ruled("", now=NIGHT - 2 * DAY)
    assert sent("erp is slow") == 0
    ruled(POLICY, version="2", now=NIGHT - DAY)
    record_test(test_of(backed_up(record).reference))
    assert {words: sent(words) for words in ("erp is slow", "web is slow", "it is slow")} == {
        "erp is slow": 1, "web is slow": 1, "it is slow": 0,
    }  # fmt: skip


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_sqlite_looks_at_what_is_wanted_and_not_at_every_run_there_ever_was(store: Store) -> None:
    """By the kind alone an index of SQLite leads to all backups of all assets."""
    with store.read_engine.connect() as connection:
        steps = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {_TOLD.element.text}", {"asset": "erp"})
        plan = [str(step[3]) for step in steps]
    of_ledger = [step for step in plan if step.startswith(("SEARCH", "SCAN")) and "ledger_" in step]
    assert any("(subject=?)" in step for step in of_ledger)
    assert [step for step in of_ledger if step.startswith("SCAN") or step.endswith("(kind=?)")] == []


@pytest.mark.usefixtures("policy")
def test_that_the_newest_test_differed_is_told_beside_what_is_still_proven(
    record: Made, record_test: Made, opened: Made
) -> None:
    record_test(test_of(backed_up(record).reference))
    second = backed_up(record, started_at=NIGHT + 2 * DAY)
    begun = NIGHT + 3 * DAY
    record_test(test_of(second.reference, verdict=Verdict.DIFFERS, started_at=begun, reason="rows: 9 of 10"))
    differed = tried(2, 2, data_at=NIGHT + 2 * DAY, tested_at=begun + 20 * MINUTE)
    assert opened() == (RestorePoint("erp-db", FIRST, True, differed),)
    record_test(test_of(second.reference, started_at=begun + DAY))
    again = tried(3, 2, data_at=NIGHT + 2 * DAY, tested_at=begun + DAY + 20 * MINUTE)
    assert opened() == (RestorePoint("erp-db", again, True, None),)


@pytest.mark.usefixtures("policy")
def test_a_copy_that_differs_is_no_longer_proven(record: Made, record_test: Made, opened: Made) -> None:
    made = backed_up(record)
    record_test(test_of(made.reference))
    record_test(test_of(made.reference, verdict=Verdict.DIFFERS, level=None, started_at=NIGHT + 2 * DAY))
    (point,) = opened()
    assert (point.proven, point.was_proven, point.differed.test) == (None, True, "RST-2026-0002")


@pytest.mark.usefixtures("policy")
@pytest.mark.parametrize(
    ("place", "verdict", "is_proven"),
    [("local", Verdict.DIFFERS, False), ("offsite", Verdict.DIFFERS, True), ("local", Verdict.COULD_NOT_RUN, True)],
    ids=["the copy differs", "another copy differs", "the copy could not be read"],
)
def test_a_later_check_of_that_copy_that_differs_takes_the_proof_away(
    record: Made, record_test: Made, do: Made, opened: Made, place: str, verdict: Verdict, is_proven: bool
) -> None:
    made = backed_up(record)
    record_test(test_of(made.reference))
    found = to_json(check(place, Level.L2, NIGHT + 2 * DAY, verdict, reason="flipped"))
    do(recording.record_checks, run=made.reference, checks=[found], now=NIGHT + 2 * DAY)
    assert opened() == (RestorePoint("erp-db", FIRST if is_proven else None, True, None),)


@pytest.mark.usefixtures("policy")
@pytest.mark.parametrize(("place", "is_proven"), [("local", False), ("offsite", True)], ids=["that copy", "another"])
def test_a_copy_that_was_pruned_is_no_restore_point(
    record: Made, record_test: Made, do: Made, opened: Made, place: str, is_proven: bool
) -> None:
    made = backed_up(record)
    record_test(test_of(made.reference))
    do(pruning.record_pruned, pruned={made.reference: [place]}, now=NIGHT + 3 * DAY)
    assert opened() == (RestorePoint("erp-db", FIRST if is_proven else None, True, None),)


@pytest.mark.usefixtures("policy")
def test_data_from_before_the_trouble_is_told_before_newer_data(
    record: Made, record_test: Made, do: Made, opened: Made, read: Read
) -> None:
    old, new = backed_up(record), backed_up(record, started_at=NIGHT + 4 * DAY)
    record_test(test_of(new.reference, started_at=NIGHT + 5 * DAY))
    record_test(test_of(old.reference, started_at=NIGHT + 6 * DAY))
    before = tried(2, 1, data_at=NIGHT, tested_at=NIGHT + 6 * DAY + 20 * MINUTE)
    after = tried(1, 2, data_at=NIGHT + 4 * DAY, tested_at=NIGHT + 5 * DAY + 20 * MINUTE)
    assert [point.proven for point in opened()] == [after]
    assert [point.proven for point in opened(down=NIGHT + 4 * DAY)] == [after]
    assert [point.proven for point in opened(down=NIGHT + 4 * DAY - MINUTE)] == [before]
    # All that is proven is from after its beginning: better than nothing.
    assert [point.proven for point in opened(down=NIGHT - MINUTE)] == [after]
    assert read(incidents.show, word="3", now=LATER).restore_points[0].proven == before


@pytest.mark.usefixtures("policy")
def test_an_incomplete_run_is_a_point_and_so_is_an_adopted_one(
    record: Made, record_test: Made, do: Made, opened: Made
) -> None:
    half = (copy("local", status=Status.INCOMPLETE),)
    made = backed_up(record, status=Status.INCOMPLETE, copies=half)
    record_test(test_of(made.reference))
    assert opened() == (RestorePoint("erp-db", FIRST, True, None),)
    found = run(started_at=NIGHT + HOUR, trigger=Trigger.ADOPTED)
    (adopted,) = do(adopting.adopt, runs=[to_json(found)], now=NIGHT + 2 * DAY)
    record_test(test_of(adopted.reference, started_at=NIGHT + 3 * DAY))
    (point,) = opened()
    assert (point.proven.run, point.proven.data_at) == (adopted.reference, NIGHT + HOUR)


@pytest.mark.usefixtures("policy")
def test_of_many_tests_the_newest_count(record: Made, record_test: Made, opened: Made) -> None:
    for day in range(8):
        made = backed_up(record, started_at=NIGHT + day * DAY)
        record_test(test_of(made.reference, started_at=NIGHT + day * DAY + HOUR))
    (point,) = opened(now=NIGHT + 9 * DAY)
    assert (point.proven.test, point.proven.run) == ("RST-2026-0008", "BAK-2026-0008")


def test_each_policy_of_the_asset_is_told_and_those_of_others_are_not(
    ruled: Made, record: Made, record_test: Made, opened: Made
) -> None:
    ruled(OTHER + POLICY + OF_WEB, now=NIGHT - DAY)
    record_test(test_of(backed_up(record).reference))
    made = backed_up(record, policy="web-db", asset="web")
    record_test(test_of(made.reference, policy="web-db"))
    assert opened() == (
        RestorePoint("erp-db", FIRST, True, None),
        RestorePoint("erp-files", None, False, None),
    )
    assert [point.policy for point in opened("web is slow")] == ["web-db"]


def test_a_policy_that_was_renamed_is_told_of_while_its_points_are_proven(
    ruled: Made, record: Made, record_test: Made, do: Made, opened: Made
) -> None:
    ruled(POLICY, now=NIGHT - DAY)
    made = backed_up(record)
    record_test(test_of(made.reference))
    ruled(OTHER, version="2", now=NIGHT + 2 * DAY)
    assert opened() == (RestorePoint("erp-db", FIRST, True, None), RestorePoint("erp-files", None, False, None))
    do(pruning.record_pruned, pruned={made.reference: ["local"]}, now=NIGHT + 3 * DAY)
    assert opened() == (RestorePoint("erp-files", None, False, None),)


def test_what_was_backed_up_by_a_policy_that_is_gone_is_told_to_be_unproven(
    ruled: Made, record: Made, opened: Made
) -> None:
    ruled(POLICY, now=NIGHT - DAY)
    backed_up(record)
    ruled(OF_WEB, version="2", now=NIGHT + 2 * DAY)
    assert opened() == (RestorePoint("erp-db", None, False, None),)


@pytest.mark.usefixtures("policy")
def test_an_incident_that_is_over_has_nothing_to_restore(
    record: Made, record_test: Made, do: Made, opened: Made, read: Read
) -> None:
    record_test(test_of(backed_up(record).reference))
    opened()
    do(write.resolve, named=["1"], now=LATER + HOUR)
    assert read(incidents.show, word="1", now=LATER + HOUR).restore_points is None
    do(write.reopen, named=["1"], now=LATER + 2 * HOUR)
    assert read(incidents.show, word="1", now=LATER + 2 * HOUR).restore_points[0].proven == FIRST


@pytest.mark.usefixtures("policy")
def test_what_was_redacted_is_no_longer_told_and_stops_nobody(
    record: Made, record_test: Made, do: Made, opened: Made, read: Read, perform: Perform
) -> None:
    record_test(test_of(backed_up(record).reference, reason="a secret"))
    rows = read(lambda session: list(ledger.rows(session, Search(kind="restore_test.passed"))))
    assert read_facts(rows[0].facts)["reason"] == "a secret"
    perform(ledger.redact, seq=rows[0].seq, reason="it is one", blank={}, now=NIGHT + 2 * DAY)
    (point,) = opened()
    assert (point.proven, point.was_proven) == (None, True)


@pytest.fixture
def told(ruled: Made, record: Made, record_test: Made, run_on_store: CommandLine) -> Callable[[], CommandLine]:
    """Three policies of erp: one proven, one that differed at last, one that was never tested."""

    def write_all() -> CommandLine:
        ruled(POLICY + OTHER + POLICY.replace("erp-db", "erp-mail"), now=NIGHT - DAY)
        record_test(test_of(backed_up(record).reference))
        made = backed_up(record, policy="erp-files")
        record_test(test_of(made.reference, policy="erp-files", started_at=NIGHT + DAY))
        begun = NIGHT + 3 * DAY
        record_test(test_of(made.reference, verdict=Verdict.DIFFERS, policy="erp-files", started_at=begun))
        run_on_store.now = LATER
        return run_on_store

    return write_all


def test_people_read_it_in_their_zone_when_they_open_and_later(told: Callable[[], CommandLine]) -> None:
    run = told()
    done = run("open", "erp", "login answers 502")
    assert (done.err, done.code) == ("", 0)
    lines = [line for line in done.out.splitlines() if line.startswith("restore point")]
    # 01:30 on 5 November in Shanghai is NIGHT; a test began a day later and took 20 minutes.
    assert lines == [
        "restore point  erp-db: BAK-2026-0001, data of 2026-11-05 01:30+08:00, proven at L5 by RST-2026-0001 of"
        " 2026-11-06 01:50+08:00; restored in 20 min",
        "restore point  erp-files: RST-2026-0003 of 2026-11-08 01:50+08:00 DIFFERS, BAK-2026-0002 cannot be relied on"
        " · no proven point is left: pruned, or found to differ since",
        "restore point  erp-mail: never proven by a restore test",
    ]
    assert [line for line in run("incident", "show", "1").out.splitlines() if line in lines] == lines


def test_on_a_narrow_screen_it_wraps(told: Callable[[], CommandLine]) -> None:
    done = told()("open", "erp", "login answers 502", tty=True, env={"COLUMNS": "46"})
    assert max(map(len, done.out.splitlines())) <= 46
    assert "RST-2026-0003" in done.out


def test_programs_read_it_under_a_key_of_its_own(told: Callable[[], CommandLine]) -> None:
    run = told()
    found = json.loads(run("open", "erp", "login answers 502", "--json").out)["data"]["restore_points"]
    proven = {
        "run": "BAK-2026-0001", "copy": "local", "data_at": "2026-11-04T17:30:00Z", "test": "RST-2026-0001",
        "tested_at": "2026-11-05T17:50:00Z", "level": "L5", "restore_seconds": 1200.0,
    }  # fmt: skip
    differed = {
        **proven, "run": "BAK-2026-0002", "test": "RST-2026-0003", "tested_at": "2026-11-07T17:50:00Z",
    }  # fmt: skip
    assert found == [
        {"policy": "erp-db", "proven": proven, "was_proven": True, "differed": None},
        {"policy": "erp-files", "proven": None, "was_proven": True, "differed": differed},
        {"policy": "erp-mail", "proven": None, "was_proven": False, "differed": None},
    ]
    assert json.loads(run("incident", "show", "1", "--json").out)["data"]["restore_points"] == found
    assert json.loads(run("open", "nothing that is known", "--json").out)["data"]["restore_points"] == []
    assert run("resolve", "1").code == 0
    assert json.loads(run("incident", "show", "1", "--json").out)["data"]["restore_points"] is None
