"""A book with policies of backups, and the ways to write records of runs and restore tests."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from opsctl.assets.service import assets
from opsctl.backups.rules import Run, Test
from opsctl.backups.rules.results import Recorded, RecordedTest
from opsctl.backups.rules.wire import to_json
from opsctl.backups.service import recording
from opsctl.duties.service import keeping
from opsctl.rulebook.service import applying
from tests.backups.making import BOOK
from tests.backups.proving import company, desk, scratch  # noqa: F401 - fixtures of several files
from tests.harness import Perform

HERE = Path(__file__).parent
WITH_RESTIC = {
    "test_a_run_makes_a_point_that_is_listed_with_its_tags_and_its_size",
    "test_what_is_restored_is_what_was_backed_up",
    "test_flipped_bytes_in_the_data_are_found_when_it_is_read",
    "test_a_run_that_was_killed_leaves_nothing_that_stops_the_next_one",
    "test_pruning_takes_away_what_is_named_of_its_policy_and_nothing_else",
    "test_flipped_bytes_in_a_pack_pass_l2_and_are_found_at_l3",
    "test_snapshots_become_runs_of_their_moment_unproven_and_only_once",
    "test_what_another_machine_backed_up_is_left_out_and_named",
}
"""What restic is asked for in every run of the tests, beside all of test_restic.py."""
RESTIC_ALONE = {
    "test_a_shared_repository_keeps_what_others_put_into_it",
    "test_what_was_pruned_is_recorded_later_with_the_moment_at_which_it_went",
    "test_a_sound_repository_is_found_at_no_level",
    "test_a_snapshot_that_is_gone_is_found_at_l0",
    "test_the_wrong_password_of_a_repository_says_nothing_of_the_backup",
    "test_a_pack_that_is_gone_is_found_at_l2",
}
SLOW = {"test_of_a_query_without_end_and_of_a_server_that_died_nothing_follows"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Most of what asks restic is a torture run: at every command it works on its password for half a second."""
    for item in items:
        name = getattr(item, "originalname", item.name)
        if not item.path.is_relative_to(HERE) or name in WITH_RESTIC:
            continue
        asks_restic = "[restic" in item.name or item.path.name == "test_adopt.py" or name in RESTIC_ALONE
        if asks_restic or name in SLOW:
            item.add_marker(pytest.mark.torture)


@pytest.fixture
def do(perform_as: Perform) -> Callable[..., Any]:
    """Run a use case and, in the same unit of work, keep the occurrences up."""

    def run(use_case: Callable[..., Any], **given: Any) -> Any:
        def both(session: Any, *, now: datetime, **arguments: Any) -> Any:
            result = use_case(session, now=now, **arguments)
            keeping.keep_up(session, now=now)
            return result

        return perform_as(both, **given)

    return run


@pytest.fixture
def ruled(do: Callable[..., Any]) -> Callable[..., Any]:
    """Put a book with these tables into force, and the assets erp and web into service."""

    def apply(tables: str, version: str = "1", **given: Any) -> Any:
        if version == "1":
            for handle in ("erp", "web"):
                do(assets.add, handle=handle, kind="system", **given)
        return do(applying.apply, text=BOOK.format(version=version) + tables, file="om.toml", **given)

    return apply


@pytest.fixture
def record(do: Callable[..., Any]) -> Callable[..., Recorded]:
    """Record a run as a host tells it, at its end."""

    def write(run: Run, **given: Any) -> Recorded:
        found: Recorded = do(recording.record, run=to_json(run), **{"now": run.ended_at, **given})
        return found

    return write


@pytest.fixture
def record_test(do: Callable[..., Any]) -> Callable[..., RecordedTest]:
    """Record a restore test as a host tells it, at its end."""

    def write(test: Test, **given: Any) -> RecordedTest:
        found: RecordedTest = do(recording.record_test, test=to_json(test), **{"now": test.ended_at, **given})
        return found

    return write
