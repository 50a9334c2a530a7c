"""What figures read of runs and restore tests: few rows, and the same that all of them would say."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from opsctl.backups.rules import Run
from opsctl.backups.rules.standing import standing_of
from opsctl.backups.rules.wire import to_json
from opsctl.backups.service import figures, pruning, reading, recording
from opsctl.backups.service.standing import all_policies
from opsctl.backups.terms import Level, Status, Verdict
from tests.backups.making import DAY, HOUR, MINUTE, NIGHT, POLICY, check, copy, run, test_of
from tests.harness import Read

SEEN = """
[backups.web-files]
asset = "web"
owner = "role:dba"
schedule = "0 3 * * *"
locations = [{ name = "local", medium = "disk" }]
retention = { daily = 7 }
rpo = "26h"
verify = { level = "L2", expires = "20d" }
incomplete_is_good = true
"""
VERDICTS = (Verdict.PASS, Verdict.DIFFERS)
LEVELS = (Level.L0, Level.L2, Level.L2, Level.L5)


def live(chance: random.Random, do: Callable[..., Any], record: Callable[..., Any]) -> list[Run]:
    """Sixty days of two policies: runs of any status, checks at any level that may differ, copies that are pruned."""
    runs = []
    for day in range(60):
        for policy, asset in (("erp-db", "erp"), ("web-files", "web")):
            if chance.random() < 0.2:
                continue
            began = NIGHT + day * DAY + chance.randrange(600) * MINUTE
            status = chance.choice([Status.SUCCESS, Status.SUCCESS, Status.INCOMPLETE, Status.FAILED])
            point = None if status is Status.FAILED else "a.tar"
            copies = (copy("local", status=status, point=point), copy("offsite", status=Status.FAILED, point=None))
            told = run(policy=policy, asset=asset, started_at=began, status=status, copies=copies)
            runs.append(record(told).run)
            for _again in range(chance.choice([0, 0, 1, 2])):
                seen = began + chance.randrange(1, 20) * DAY
                verdict = chance.choice([Verdict.PASS, Verdict.PASS, Verdict.DIFFERS])
                one = check("local", chance.choice(LEVELS), seen, verdict)
                do(recording.record_checks, now=seen, run=runs[-1].reference, checks=[to_json(one)])
    return runs


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_few_rows_say_of_a_standing_what_all_of_them_say(
    do: Any, ruled: Any, record: Any, read: Read, seed: int
) -> None:
    chance = random.Random(seed)
    ruled(POLICY + SEEN, now=NIGHT - DAY)
    runs = live(chance, do, record)
    pruned = chance.sample(runs, 15)
    there = {one.reference: ["local"] for one in pruned if one.status is not Status.FAILED}
    do(pruning.record_pruned, now=NIGHT + 40 * DAY, pruned=there)
    policies = read(all_policies, now=NIGHT)
    every = {one.name: read(reading.runs_of, policy=one.name) for one in policies}
    for day in (-2, 0, 3, 17, 39, 41, 60, 70, 90):
        at = NIGHT + day * DAY + 5 * HOUR
        few = read(figures.standings, policies=policies, at=at)
        assert [one.policy.name for one in few] == ["erp-db", "web-files"]
        for one in few:
            whole = standing_of(one.policy, every[one.policy.name], (), at)
            assert (one.newest, one.is_proven, one.rpo_met) == (whole.newest, whole.is_proven, whole.rpo_met)


def test_behind_many_damaged_points_an_older_one_is_found(do: Any, ruled: Any, record: Any, read: Read) -> None:
    ruled(SEEN, now=NIGHT - DAY)
    (policy,) = read(all_policies, now=NIGHT)
    made = [record(run(policy="web-files", asset="web", started_at=NIGHT + day * DAY)).run for day in range(9)]
    seen = NIGHT + 9 * DAY
    do(recording.record_checks, now=seen, run=made[0].reference, checks=[to_json(check("local", Level.L2, seen))])
    for one in made[1:]:
        looks = [check(name, Level.L2, seen, verdict) for name in ("local", "offsite") for verdict in VERDICTS]
        do(recording.record_checks, now=seen, run=one.reference, checks=[to_json(look) for look in looks])
    (found,) = read(figures.standings, policies=[policy], at=seen)
    assert found.newest is not None
    assert found.proof is not None
    assert (found.newest.run, found.proof.run) == (made[0].reference, made[0].reference)


def test_restore_tests_of_a_stretch_and_the_policies_that_were_ever_measured(
    ruled: Any, record: Any, record_test: Any, read: Read
) -> None:
    ruled(POLICY + SEEN, now=NIGHT - DAY)
    erp = record(run()).run.reference
    web = record(run(policy="web-files", asset="web")).run.reference
    first = record_test(test_of(erp)).test
    second = record_test(test_of(web, started_at=NIGHT + 2 * DAY, level=Level.L4)).test
    assert read(figures.tests_between, since=first.ended_at, until=second.ended_at) == [first, second]
    assert read(figures.tests_between, since=first.ended_at + MINUTE, until=second.ended_at) == [second]
    assert read(figures.tests_between, since=first.ended_at, until=second.ended_at - MINUTE) == [first]
    assert read(figures.measured, at=second.ended_at) == {"erp-db"}
    assert read(figures.measured, at=first.ended_at - MINUTE) == set()
    assert read(figures.find_test, word="2", now=NIGHT) == second


def test_what_was_tried_for_a_slot_is_told_in_its_order(ruled: Any, record: Any, read: Read) -> None:
    ruled(POLICY, now=NIGHT - DAY)
    failed = record(run(slot=NIGHT, status=Status.FAILED, copies=())).run.reference
    again = record(run(slot=NIGHT, started_at=NIGHT + HOUR)).run.reference
    record(run(started_at=NIGHT + 2 * HOUR))
    found = read(figures.tried, since=NIGHT, until=NIGHT + MINUTE)
    assert found == {("erp-db", NIGHT): ((failed, "failed"), (again, "success"))}
    assert read(figures.tried, since=NIGHT - DAY, until=NIGHT) == {}
