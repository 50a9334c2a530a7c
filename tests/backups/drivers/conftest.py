"""What every test of a driver asks for: a run, limits that are not reached, and a place."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from opsctl.backups.drivers import Limits, Request
from opsctl.cli.hostfile.jobs import Place


@pytest.fixture
def limits() -> Limits:
    """Limits that no good run of a test reaches."""
    return Limits(timedelta(minutes=5), timedelta(minutes=2))


@pytest.fixture
def request_for(limits: Limits) -> Callable[..., Request]:
    """A run of a policy, with an id of its own: `request_for("erp-db", wall=timedelta(seconds=1))`."""

    def make(
        policy: str, *, wall: timedelta | None = None, idle: timedelta | None = None, until: float | None = None
    ) -> Request:
        return Request(
            id=str(uuid.uuid4()),
            policy=policy,
            host="web1",
            stamp=datetime(2026, 11, 21, 1, 30, tzinfo=UTC),
            limits=Limits(wall or limits.wall, idle or limits.idle, until),
        )

    return make


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """An empty folder that takes artefacts."""
    folder = tmp_path / "backup"
    folder.mkdir(mode=0o700)
    return Place("local", str(folder))
