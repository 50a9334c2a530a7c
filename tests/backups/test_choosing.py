"""Which point a restore test takes, and which copy of it."""

from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsctl.backups.rules import Run
from opsctl.backups.rules.choosing import LATEST, RANDOM, Choice, choose, drawn, names_run, proven_at, weights
from opsctl.backups.terms import Level, Status, Verdict
from tests.backups.making import DAY, HOUR, NIGHT, check, copy, run

NOW = NIGHT + 30 * DAY
PLACES = ["local", "offsite"]


@pytest.mark.parametrize(
    ("word", "is_run"),
    [
        ("BAK-2026-0042", True), (" bak-2026-42 ", True), ("BAK—2026—0042", True), ("42", True), ("４２", True),
        ("BAK-2026", True), ("bak-nothing", True),
        ("erp-db", False), ("bak-erp", False), ("BAK-ERP", False), ("2026", False), ("bak", False), ("", False),
        ("bak-2026-0042-db", False),
    ],
    ids=ascii,
)  # fmt: skip
def test_a_whole_reference_names_a_run_and_what_only_begins_like_one_a_policy_where_there_is_one(
    word: str, is_run: bool
) -> None:
    policies = {"erp-db", "bak-erp", "2026", "bak-2026-0042-db", "bak-2026-0042"}
    assert names_run(word, policies) is is_run


def chosen(runs: list[Run], point: str = LATEST, **given: object) -> Choice | None:
    usual = {"places": PLACES, "copy": None, "incomplete_is_good": False, "now": NOW, "seed": "a"}
    return choose(runs, point=point, **{**usual, **given})  # type: ignore[arg-type]


def night(number: int, **given: object) -> Run:
    return run(reference=f"BAK-2026-{number:04}", started_at=NIGHT + number * DAY, **given)


def test_the_latest_good_run_is_taken_and_not_a_later_one_that_failed() -> None:
    found = chosen([night(1), night(3, status=Status.FAILED, copies=()), night(2)])
    assert found is not None
    assert found.run.reference == "BAK-2026-0002"


def test_an_incomplete_copy_is_taken_only_where_the_policy_counts_it() -> None:
    runs = [night(1), night(2, status=Status.INCOMPLETE, copies=(copy("local", status=Status.INCOMPLETE),))]
    found = [chosen(runs, incomplete_is_good=good) for good in (False, True)]
    assert [one.run.reference for one in found if one] == ["BAK-2026-0001", "BAK-2026-0002"]


def test_a_good_copy_is_taken_although_another_of_its_run_failed() -> None:
    failed = copy("offsite", status=Status.FAILED, point=None)
    found = chosen([night(1), night(2, status=Status.INCOMPLETE, copies=(copy("local"), failed))])
    assert found is not None
    assert (found.run.reference, found.copy.name, len(found.run.copies)) == ("BAK-2026-0002", "local", 2)


def test_a_reference_takes_any_run_that_left_a_point() -> None:
    found = chosen([night(1, status=Status.INCOMPLETE), night(2)], "BAK-2026-0001")
    assert found is not None
    assert found.run.reference == "BAK-2026-0001"


@pytest.mark.parametrize("point", [LATEST, RANDOM, "BAK-2026-0001"])
def test_what_was_pruned_lies_elsewhere_or_has_no_point_is_not_taken(point: str) -> None:
    gone = night(1, copies=(copy("local", pruned_at=NOW), copy("elsewhere"), copy("offsite", point=None)))
    assert chosen([gone], point) is None


def test_the_copy_that_was_proven_longest_ago_is_taken_and_one_that_never_was_before_all() -> None:
    three = (copy("local"), copy("offsite"), copy("vault"))
    checks = (check("local", Level.L5, NIGHT + 5 * DAY), check("offsite", Level.L5, NIGHT + 4 * DAY))
    places = ["local", "offsite", "vault"]
    found = chosen([night(1, copies=three, checks=checks)], places=places)
    assert found is not None
    assert found.copy.name == "vault"
    found = chosen([night(1, copies=three, checks=(*checks, check("vault", Level.L6, NOW)))], places=places)
    assert found is not None
    assert found.copy.name == "offsite"


def test_of_copies_that_were_never_proven_the_first_place_of_the_host_is_taken() -> None:
    found = chosen([night(1)], places=["offsite", "local"])
    assert found is not None
    assert found.copy.name == "offsite"


def test_the_copy_that_was_named_is_taken() -> None:
    found = chosen([night(1), night(2, copies=(copy("local"),))], copy="offsite")
    assert found is not None
    assert (found.run.reference, found.copy.name) == ("BAK-2026-0001", "offsite")


def test_only_a_restore_is_a_proof_and_what_differs_takes_it_away() -> None:
    restored, read = check("local", Level.L4, NIGHT), check("local", Level.L3, NOW)
    assert proven_at(night(1, checks=(restored, read)), "local") == NIGHT
    assert proven_at(night(1, checks=(restored, read)), "offsite") is None
    lost = check("local", Level.L2, NOW, Verdict.DIFFERS)
    assert proven_at(night(1, checks=(restored, lost)), "local") is None
    unasked = check("local", Level.L5, NOW, Verdict.COULD_NOT_RUN)
    assert proven_at(night(1, checks=(restored, unasked)), "local") == NIGHT


def test_a_point_weighs_the_seconds_since_its_proof_and_one_without_as_much_as_the_oldest() -> None:
    runs = [
        night(0, checks=(check("local", Level.L5, NOW - HOUR),)),
        night(10, checks=(check("offsite", Level.L5, NOW - 2 * HOUR),)),
        night(20),
        night(25, checks=(check("local", Level.L5, NOW),)),
    ]
    # The oldest run began 30 days before.
    assert weights(runs, PLACES, None, now=NOW) == [3600, 7200, 30 * 86400, 1]


def test_the_same_request_draws_the_same_point() -> None:
    runs = [night(number) for number in range(20)]
    drawn_twice = [[chosen(runs, RANDOM, seed=str(seed)) for seed in range(20)] for _again in range(2)]
    assert drawn_twice[0] == drawn_twice[1]
    assert len({found.run.reference for found in drawn_twice[0] if found}) > 5


def test_what_was_proven_longest_ago_is_drawn_more_often() -> None:
    runs = [
        night(1, checks=(check("local", Level.L5, NOW - 9 * HOUR),)),
        night(2, checks=(check("local", Level.L5, NOW - HOUR),)),
    ]
    found = Counter(drawn(runs, PLACES, None, now=NOW, seed=str(seed)).reference for seed in range(1000))
    # Nine of ten, give or take five standard deviations of 9.5.
    assert 852 <= found["BAK-2026-0001"] <= 948


@given(st.lists(st.integers(min_value=0, max_value=10**6), min_size=1, max_size=8), st.text(max_size=8))
def test_a_draw_is_one_of_the_runs_whatever_their_proofs(ages: list[int], seed: str) -> None:
    runs = [
        night(number, checks=(check("local", Level.L5, NOW - timedelta(seconds=age)),))
        for number, age in enumerate(ages)
    ]
    assert drawn(runs, PLACES, None, now=NOW, seed=seed) in runs
