"""Looking at runs and restore tests."""

from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col

from opsctl.assets.service import assets
from opsctl.backups.rules import Run, Test
from opsctl.backups.rules.results import Listed, Shown
from opsctl.backups.service import rows
from opsctl.backups.tables import RunRow
from opsctl.backups.terms import RUN_PREFIX, Status
from opsctl.ledger import service as ledger
from opsctl.ledger.service import Search
from opsctl.store import references

_LONGEST = timedelta(days=8)
"""No run takes longer: the longest time-out is a week."""


def list_runs(
    session: Session,
    *,
    policy: str | None = None,
    asset: str | None = None,
    host: str | None = None,
    status: Status | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int = 0,
) -> Listed:
    """The runs begun in [since, until) that fit, the newest first. 0 is no limit. Raise NotFound for no asset."""
    columns = rows.RUNS.c
    query = rows.chosen()
    handle = None if asset is None else assets.find(session, word=asset).handle
    for column, value in (
        (columns.policy, policy), (columns.asset, handle), (columns.host, host), (columns.status, status),
    ):  # fmt: skip
        if value is not None:
            query = query.where(column == value)
    if since is not None:
        query = query.where(columns.started_at >= since)
    if until is not None:
        query = query.where(columns.started_at < until)
    total = rows.count(session, query)
    query = query.order_by(columns.started_at.desc(), columns.reference.desc())
    return Listed(tuple(rows.load(session, query.limit(limit) if limit else query)), total)


def find_run(session: Session, *, word: str, now: datetime, writing: bool = False) -> Run:
    """The run that a word means. Raise NotFound or, with the candidates, InvalidInput."""
    reference = references.find(
        session, column=col(RunRow.reference), prefix=RUN_PREFIX, word=word, now=now, writing=writing
    )
    return rows.of_references(session, [reference])[0]


def show(session: Session, *, word: str, now: datetime) -> Shown:
    """One run with its restore tests and its history. Raise NotFound or InvalidInput as `find_run` does."""
    run = find_run(session, word=word, now=now)
    history = tuple(ledger.rows(session, Search(subject=run.reference)))
    return Shown(run, tuple(tests_of(session, rows.TESTS.c.run == run.reference)), history)


def runs_of(session: Session, *, policy: str, limit: int = 0) -> list[Run]:
    """The runs of a policy, the newest first."""
    query = rows.chosen().where(rows.RUNS.c.policy == policy).order_by(rows.RUNS.c.started_at.desc())
    return rows.load(session, query.limit(limit) if limit else query)


def tests_of(session: Session, condition: Any) -> list[Test]:
    """The restore tests that fit, the newest first."""
    query = rows.chosen_tests().where(condition).order_by(rows.TESTS.c.started_at.desc())
    return rows.load_tests(session, query)


def of_shift(session: Session, *, since: datetime) -> tuple[list[Run], list[Test]]:
    """The runs that ended since then without success, and the restore tests, the newest first."""
    columns = rows.RUNS.c
    query = rows.chosen().where(columns.ended_at >= since, columns.started_at >= since - _LONGEST)
    runs = rows.load(session, query.where(columns.status != Status.SUCCESS).order_by(columns.started_at.desc()))
    tests = tests_of(session, (rows.TESTS.c.ended_at >= since) & (rows.TESTS.c.started_at >= since - _LONGEST))
    return runs, tests
