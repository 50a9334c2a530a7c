"""A book with policies of backups, and the ways to write records of runs and restore tests."""

from collections.abc import Callable
from datetime import datetime
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
