"""What is recorded of the same asset around a trouble, from records that real use cases made, on both databases."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from opsctl.actions.service import write as actions
from opsctl.assets.service import assets
from opsctl.assets.service import maintenance as windows
from opsctl.backups.terms import Status, Verdict
from opsctl.inspections.service import logging
from opsctl.maintenance.service import patches, work
from opsctl.maintenance.terms import Backup
from opsctl.reviews.rules.facts import CaseFacts, Facts
from tests.backups.making import run, test_of
from tests.harness import Perform
from tests.reviews.records import clock, review_of

Trouble = Callable[..., str]
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def around(case: CaseFacts) -> list[str]:
    """The kinds of what is around, in order."""
    return [row.kind for row in case.around]


def test_what_was_looked_at_found_and_done_within_a_day_is_there_in_its_order(
    trouble: Trouble, gathered: Callable[..., Facts], perform_as: Perform
) -> None:
    perform_as(assets.edit, now=clock(5), asset="erp", owner="zhao")
    perform_as(logging.log, now=clock(8), checklist="host", asset="erp", items=["disk=85"], rest=True, at=clock(8))
    own = perform_as(actions.add, now=clock(9), words="erp answers slowly", as_="zhao").action.reference
    perform_as(actions.assign, now=clock(9, 10), named=[own], to="wang")
    one = trouble(clock(10), down=clock(9, 50))
    perform_as(work.log, now=clock(12), asset="erp", title="cleaned up", backup=Backup.TAKEN, at=clock(12))
    (patch,) = perform_as(patches.add, now=clock(12, 30), named=["erp"], title="kernel")
    perform_as(patches.install, now=clock(13), named=[patch.reference], backup=Backup.TAKEN)
    other = trouble(clock(14), lasted=30 * MINUTE)
    trouble(clock(14), asset="web")
    (case,) = gathered(review_of(one)).cases
    assert [(row.happened_at, row.kind) for row in case.around] == [
        (clock(5), "asset.edited"),
        (clock(8), "action.added"),
        (clock(8), "inspection.completed"),
        (clock(9), "action.added"),
        (clock(12), "maintenance.completed"),
        (clock(13), "maintenance.completed"),
        (clock(13), "patch.installed"),
        (clock(14), "incident.opened"),
        (clock(14, 30), "incident.resolved"),
    ]
    assert {row.subject for row in case.around if row.kind.startswith("incident.")} == {other}
    assert {row.about for row in case.around} == {"erp"}


def test_of_good_backups_only_the_last_before_is_there_and_every_one_that_failed(
    trouble: Trouble, gathered: Callable[..., Facts], record: Any, record_test: Any
) -> None:
    def backup(day: int, hour: int, **given: Any) -> str:
        reference: str = record(run(started_at=clock(hour, day=day), **given)).run.reference
        return reference

    backup(2, 12, status=Status.FAILED)
    backup(3, 17)
    last = backup(4, 5)
    other = backup(4, 4, policy="erp-files")
    failed = backup(4, 9, status=Status.FAILED, reason="disk full", copies=())
    one = trouble(clock(10))
    backup(4, 13)
    missed = backup(4, 14, status=Status.MISSED, copies=())
    backup(4, 15, status=Status.SKIPPED_LOCKED, copies=())
    test = record_test(test_of(last, started_at=clock(16))).test.reference
    differs = record_test(
        test_of(last, started_at=clock(17), verdict=Verdict.DIFFERS, reason="two rows less")
    ).test.reference
    (case,) = gathered(review_of(one)).cases
    assert [(row.kind, row.subject) for row in case.around if not row.kind.startswith("action.")] == [
        ("backup.succeeded", other),
        ("backup.succeeded", last),
        ("backup.failed", failed),
        ("backup.missed", missed),
        ("restore_test.passed", test),
        ("restore_test.differed", differs),
    ]
    assert case.around[-1].kind == "action.added", "the copy that differs is an action"


def test_the_time_around_begins_a_day_before_the_trouble_and_ends_a_day_after_it(
    trouble: Trouble, gathered: Callable[..., Facts], perform_as: Perform
) -> None:
    def found(day: int, hour: int, minute: int) -> str:
        at = clock(hour, minute, day)
        reference: str = perform_as(actions.add, now=at, words="erp is slow", at=at).action.reference
        return reference

    found(1, 9, 49)
    first = found(1, 9, 50)
    one = trouble(clock(10, day=2), down=clock(9, 50, 2))
    last = found(3, 10, 59)
    found(3, 11, 0)
    (case,) = gathered(review_of(one)).cases
    assert [row.subject for row in case.around] == [first, last]


def test_while_the_trouble_lasts_all_is_around_it_up_to_now(
    trouble: Trouble, gathered: Callable[..., Facts], perform_as: Perform
) -> None:
    one = trouble(clock(10, day=1), lasted=None)
    at = clock(2, day=5)
    found = perform_as(actions.add, now=at, words="erp is slow").action.reference
    (case,) = gathered(review_of(one), at=at).cases
    assert [row.subject for row in case.around] == [found]


def test_a_planned_window_is_there_whenever_it_was_planned_if_it_lies_in_that_time(
    trouble: Trouble, gathered: Callable[..., Facts], perform_as: Perform
) -> None:
    def plan(asset: str, day: int, title: str) -> str:
        starts = clock(8, day=day)
        stretch = {"starts": starts, "ends": starts + 4 * HOUR}
        view = perform_as(windows.plan, as_="wang", now=clock(8, day=1), asset=asset, title=title, **stretch)
        perform_as(windows.approve, now=clock(9, day=1), named=[view.reference])
        return str(view.reference)

    touching = plan("erp", 4, "move to another rack")
    plan("web", 4, "the same for web")
    plan("erp", 7, "much later")
    one = trouble(clock(10))
    (case,) = gathered(review_of(one)).cases
    assert [(row.kind, row.subject) for row in case.around] == [
        ("maintenance.planned", touching), ("maintenance.approved", touching),
    ]  # fmt: skip


def test_assets_of_what_was_merged_count_too_and_without_an_asset_nothing_is_around(
    trouble: Trouble, gathered: Callable[..., Facts], perform_as: Perform
) -> None:
    from opsctl.incidents.service import judging

    target, member = trouble(clock(10), lasted=None), trouble(clock(10, 5), asset="web", lasted=None)
    bare = trouble(clock(11), asset=None, words="everything is slow")
    perform_as(judging.merge, now=clock(10, 10), named=[member], into=target)
    found = perform_as(actions.add, now=clock(9), words="web is slow").action.reference
    case, without = gathered(review_of(target, bare)).cases
    assert [row.subject for row in case.around] == [found]
    assert without.shown.case.incident.asset is None
    assert (without.around, without.around_left) == ((), 0)


def test_of_too_many_those_nearest_to_the_beginning_are_kept_and_the_others_counted(
    trouble: Trouble, gathered: Callable[..., Facts], record: Any
) -> None:
    begun = clock(4, day=4)
    one = trouble(begun, lasted=4 * HOUR)
    # One failed run every five minutes, from 20 h before the trouble began: each ends ten minutes later.
    ends = [begun - 20 * HOUR + step * 5 * MINUTE for step in range(290)]
    for end in ends:
        record(run(started_at=end - 10 * MINUTE, status=Status.FAILED, copies=()))
    (case,) = gathered(review_of(one)).cases
    assert (len(case.around), case.around_left) == (200, 90)
    kept = sorted(ends, key=lambda end: abs(end - begun))[:200]
    assert [row.happened_at for row in case.around] == sorted(kept)
