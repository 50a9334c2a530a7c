"""What hosts did is written down once: it meets slots, proves copies, and becomes actions where it differs."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from typing import Any

import pytest

from opsctl.actions.service import read as actions
from opsctl.backups.rules import Copy, Run
from opsctl.backups.rules.wire import to_json
from opsctl.backups.service import planning, reading, recording
from opsctl.backups.terms import Level, Status, Trigger, Verdict
from opsctl.core.errors import InvalidInput, NotFound
from opsctl.duties.service import read as duties
from opsctl.duties.terms import State
from opsctl.ledger import service as ledger
from opsctl.ledger.service import Search
from tests.backups.making import DAY, HOUR, MINUTE, NIGHT, POLICY, check, run, test_of
from tests.harness import Read

BEFORE = NIGHT - 2 * DAY
Made = Callable[..., Any]


@pytest.fixture(autouse=True)
def _policy(ruled: Made) -> None:
    ruled(POLICY, now=BEFORE)


def kinds(read: Read, subject: str) -> list[str]:
    """The kinds of the ledger's rows about a record, in their order."""
    return read(lambda session: [row.kind for row in ledger.rows(session, Search(subject=subject))])  # type: ignore[no-any-return]


def test_a_good_run_meets_its_slot_and_is_whole_in_the_ledger(
    record: Made, read: Read, check_whole: Callable[[], int]
) -> None:
    found = record(run(started_at=NIGHT + MINUTE, slot=NIGHT, checks=(check("local", Level.L0, NIGHT),)))
    assert found.run.reference == "BAK-2026-0001"
    assert found.met == NIGHT
    assert kinds(read, "BAK-2026-0001") == ["backup.succeeded"]
    met = read(duties.for_record, reference="BAK-2026-0001")
    assert [(one.duty, one.state, one.met_at, one.is_on_time) for one in met] == [
        ("backup:erp-db", State.DONE, NIGHT + MINUTE, True)
    ]
    check_whole()


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (Status.INCOMPLETE, "backup.incomplete"),
        (Status.FAILED, "backup.failed"),
        (Status.SKIPPED_LOCKED, "backup.skipped"),
        (Status.TIMED_OUT, "backup.timed_out"),
        (Status.CANCELLED, "backup.cancelled"),
        (Status.NOT_STARTED, "backup.not_started"),
        (Status.MISSED, "backup.missed"),
    ],
)
def test_what_is_no_success_meets_no_slot(
    status: Status, kind: str, record: Made, read: Read, check_whole: Callable[[], int]
) -> None:
    found = record(run(status=status, reason="no room", copies=()))
    assert found.met is None
    assert kinds(read, found.run.reference) == [kind]
    check_whole()


def test_an_incomplete_run_is_good_where_the_policy_says_so(ruled: Made, record: Made) -> None:
    ruled(f"{POLICY}incomplete_is_good = true\n", version="2", now=BEFORE + HOUR)
    assert record(run(status=Status.INCOMPLETE, reason="a file vanished", rules=2)).met == NIGHT


def test_a_retry_in_the_same_slot_meets_nothing_more(record: Made) -> None:
    assert record(run(status=Status.FAILED)).met is None
    assert record(run(started_at=NIGHT + 20 * MINUTE)).met == NIGHT
    assert record(run(started_at=NIGHT + 40 * MINUTE)).met is None


def test_a_run_after_the_window_is_late_and_the_slot_is_done(record: Made, read: Read) -> None:
    found = record(run(started_at=NIGHT + 5 * HOUR))
    (met,) = read(duties.for_record, reference=found.run.reference)
    assert (met.due_at, met.is_on_time) == (NIGHT, False)


def test_the_same_result_told_twice_is_recorded_once(record: Made, read: Read) -> None:
    told = run()
    first, second = record(told), record(told, now=NIGHT + DAY)
    assert second.was_there
    assert second.run == first.run
    assert read(reading.list_runs).total == 1


def test_a_run_of_an_unknown_asset_is_refused(record: Made) -> None:
    with pytest.raises(NotFound):
        record(run(asset="nothing"))


def test_what_is_no_run_is_refused(do: Made) -> None:
    with pytest.raises(InvalidInput):
        do(recording.record, run={"policy": "erp-db"}, now=NIGHT)


def test_copies_that_a_host_names_in_another_order_are_the_same_record(
    record: Made, check_whole: Callable[[], int]
) -> None:
    copies = tuple(Copy(name, Status.SUCCESS, "point-1", 10) for name in ("vault", "local", "offsite"))

    record(run(started_at=NIGHT + MINUTE, slot=NIGHT, copies=copies))

    check_whole()


def test_a_test_that_passes_proves_the_copy_and_meets_its_duty(
    record: Made, record_test: Made, read: Read, check_whole: Callable[[], int]
) -> None:
    reference = record(run()).run.reference
    # 02:00 on the first Saturday of November 2026 in Shanghai, the 7th.
    saturday = datetime.fromisoformat("2026-11-06T18:00:00+00:00")
    found = record_test(test_of(reference, started_at=saturday + MINUTE))
    assert (found.test.reference, found.met, found.action) == ("RST-2026-0001", saturday, None)
    assert kinds(read, "RST-2026-0001") == ["restore_test.passed"]
    assert kinds(read, reference) == ["backup.succeeded", "backup.checked"]
    one = read(reading.find_run, word=reference, now=NIGHT)
    proof = one.level_of("local")
    assert proof is not None
    assert (proof.level, proof.test) == (Level.L5, "RST-2026-0001")
    assert one.level_of("offsite") is None
    check_whole()


def test_a_test_below_the_level_of_the_policy_proves_what_it_did_and_meets_no_duty(
    record: Made, record_test: Made, read: Read
) -> None:
    reference = record(run()).run.reference
    saturday = datetime.fromisoformat("2026-11-06T18:00:00+00:00")
    assert record_test(test_of(reference, started_at=saturday, level=Level.L3)).met is None
    proof = read(reading.find_run, word=reference, now=NIGHT).level_of("local")
    assert proof is not None
    assert proof.level is Level.L3
    assert record_test(test_of(reference, started_at=saturday + HOUR, level=Level.L6)).met == saturday


def test_a_test_that_differs_takes_the_proof_away_and_becomes_an_action(
    record: Made, record_test: Made, read: Read, check_whole: Callable[[], int]
) -> None:
    reference = record(run()).run.reference
    record_test(test_of(reference))
    told = test_of(
        reference, started_at=NIGHT + 2 * DAY, verdict=Verdict.DIFFERS, seconds=None, reason="orders: 3 of 1000 rows"
    )
    found = record_test(told)
    assert found.met is None
    (action,) = read(actions.list_actions, now=NIGHT + 3 * DAY).actions
    assert action.reference == found.action
    assert action.title == f"The backup {reference} of erp-db cannot be relied on: orders: 3 of 1000 rows"
    assert (action.asset, action.source) == ("erp", "RST-2026-0002")
    assert read(reading.find_run, word=reference, now=NIGHT).level_of("local") is None
    check_whole()


def test_the_same_fault_found_again_is_the_same_action(record: Made, record_test: Made) -> None:
    reference = record(run()).run.reference
    told = test_of(reference, verdict=Verdict.DIFFERS, seconds=None, reason="empty")
    assert record_test(told).action == record_test(replace(told, started_at=NIGHT + HOUR)).action


def test_a_test_that_could_not_run_says_nothing_about_the_backup(record: Made, record_test: Made, read: Read) -> None:
    reference = record(run()).run.reference
    record_test(test_of(reference))
    told = test_of(reference, started_at=NIGHT + 2 * DAY, verdict=Verdict.COULD_NOT_RUN, level=None, seconds=None)
    found = record_test(replace(told, reason="there is no scratch"))
    assert (found.met, found.action) == (None, None)
    assert read(reading.find_run, word=reference, now=NIGHT).level_of("local") is not None
    assert kinds(read, found.test.reference) == ["restore_test.could_not_run"]


def test_a_test_of_an_unknown_run_is_refused(record_test: Made) -> None:
    with pytest.raises(NotFound) as refused:
        record_test(test_of("BAK-2026-0042"))
    assert refused.value.hint == "List what there is: opsctl backup list"


def test_checks_are_added_and_what_differs_becomes_an_action(
    record: Made, do: Made, read: Read, check_whole: Callable[[], int]
) -> None:
    reference = record(run()).run.reference
    good = check("local", Level.L2, NIGHT + HOUR)
    bad = check("offsite", Level.L2, NIGHT + HOUR, Verdict.DIFFERS, reason="another SHA-256")
    found: Run = do(recording.record_checks, run=reference, checks=[to_json(good), to_json(bad)], now=NIGHT + HOUR)
    assert found.checks == (good, bad)
    assert read(reading.find_run, word="1", now=NIGHT) == found
    assert [one.title for one in read(actions.list_actions, now=NIGHT + DAY).actions] == [
        f"The backup {reference} of erp-db cannot be relied on: another SHA-256"
    ]
    check_whole()


def test_the_plan_has_the_slots_the_sizes_and_what_was_begun_today(record: Made, read: Read) -> None:
    # Local days: NIGHT is 01:30 on the 5th.
    record(run(started_at=NIGHT - DAY, bytes=10))
    record(run(started_at=NIGHT, bytes=20, status=Status.INCOMPLETE))
    record(run(started_at=NIGHT + HOUR, bytes=30, trigger=Trigger.MANUAL))
    record(run(started_at=NIGHT + 2 * HOUR, status=Status.MISSED, bytes=None, copies=()))
    (plan,) = read(planning.plans, now=NIGHT + 3 * HOUR)
    assert (plan.policy, plan.asset) == ("erp-db", "erp")
    assert (plan.rpo, plan.rto, plan.level, plan.rules) == (26 * 3600, 2 * 3600, "L5", 1)
    assert plan.sizes == (30, 20, 10)
    assert plan.good_at == NIGHT + HOUR
    assert plan.runs_today == 1
    # The book is in force since 01:30 on the 3rd, so its first slot is that of the 4th … and planned for 35 days.
    due = [one.due_at for one in plan.slots]
    assert due[:3] == [NIGHT - 2 * DAY, NIGHT - DAY, NIGHT]
    assert [one.met_by for one in plan.slots[1:3]] == ["BAK-2026-0001", "BAK-2026-0003"]
    assert all(later - earlier == DAY for earlier, later in pairwise(due))
    assert [one.due_at.isoformat() for one in plan.tests] == ["2026-11-06T18:00:00+00:00", "2026-12-04T18:00:00+00:00"]


def test_the_last_good_run_is_an_incomplete_one_only_where_the_policy_says_so(
    ruled: Made, record: Made, read: Read
) -> None:
    record(run(started_at=NIGHT - DAY))
    record(run(started_at=NIGHT, status=Status.INCOMPLETE))
    (plan,) = read(planning.plans, now=NIGHT + HOUR)
    assert plan.good_at == NIGHT - DAY
    ruled(f"{POLICY}incomplete_is_good = true\n", version="2", now=NIGHT + HOUR)
    (plan,) = read(planning.plans, now=NIGHT + 2 * HOUR)
    assert plan.good_at == NIGHT


def test_only_the_policies_that_are_named_have_plans(read: Read) -> None:
    assert read(planning.plans, now=NIGHT, names=["web"]) == []
    assert len(read(planning.plans, now=NIGHT, names=["web", "erp-db"])) == 1


def test_an_unknown_policy_is_told_with_the_nearest(read: Read) -> None:
    with pytest.raises(NotFound) as refused:
        read(planning.known_policy, word="erp-bd", now=NIGHT)
    assert refused.value.hint == "Did you mean erp-db?"
