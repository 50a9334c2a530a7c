"""What an asset can be restored to: its last proven restore point, from what the ledger tells of its backups. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

PASSED, DIFFERED = "restore_test.passed", "restore_test.differed"
CHECKED, PRUNED = "backup.checked", "backup.pruned"
POINTS = ("backup.succeeded", "backup.incomplete", "backup.adopted")
"""The kinds of rows of runs that left a point behind."""
_DIFFERS = "differs"


class Told(NamedTuple):
    """A row of the ledger about backups of the asset: its place there, and what it says, empty where it was redacted.

    `subject` is the restore test or the run, `policy` whose it is.
    """

    seq: int
    kind: str
    subject: str
    policy: str
    happened_at: datetime
    facts: Mapping[str, Any]


class Tried(NamedTuple):
    """A restore test: which copy of which run it restored, how far, and in how many seconds (None: not measured).

    `data_at` is the moment that the data of the run is of, at the latest. Moments are aware UTC.
    """

    test: str
    run: str
    copy: str
    level: str | None
    tested_at: datetime
    seconds: float | None
    data_at: datetime | None


class RestorePoint(NamedTuple):
    """What a policy's data can be restored to. `proven` is None where no point is, or none any more (`was_proven`).

    `differed` is the newest restore test of the policy, where that found that its copy cannot be relied on.
    """

    policy: str
    proven: Tried | None
    was_proven: bool
    differed: Tried | None


def restore_points(told: Sequence[Told], named: Collection[str], began_at: datetime) -> tuple[RestorePoint, ...]:
    """By policy, in order of names: the last proven point with data from before the trouble, else the last at all.

    What was backed up later may hold the damage. Told of are the policies that name the asset; where `named` has none,
    those by which it ever was backed up; and any other with a restore test.
    """
    wanted = set(named) or {row.policy for row in told}
    points = (_of_policy(name, told, began_at) for name in sorted(wanted | {row.policy for row in told}))
    return tuple(one for one in points if one.policy in wanted or one.proven is not None)


def _of_policy(policy: str, told: Sequence[Told], began_at: datetime) -> RestorePoint:
    mine = [row for row in told if row.policy == policy]
    began = {row.subject: row.facts.get("started_at") for row in mine if row.kind in POINTS}
    tests = sorted((row for row in mine if row.kind in (PASSED, DIFFERED)), key=lambda row: (row.happened_at, row.seq))
    passed = [(row.seq, _tried(row, began)) for row in tests if row.kind == PASSED]
    gone = {(row.subject, name) for row in mine if row.kind == PRUNED for name in row.facts.get("copies", ())}
    doubts = _doubts(mine)
    standing = [
        one
        for seq, one in passed
        if one.data_at is not None
        and (one.run, one.copy) not in gone
        and not any(doubt > seq for doubt in doubts.get((one.run, one.copy), ()))
    ]
    return RestorePoint(
        policy,
        _last(standing, began_at),
        bool(passed),
        _tried(tests[-1], began) if tests and tests[-1].kind == DIFFERED else None,
    )


def _last(standing: Iterable[Tried], began_at: datetime) -> Tried | None:
    """The one with the newest data from before the trouble, else the newest of all; of one point its newest test."""

    def order(one: Tried) -> tuple[bool, datetime, datetime]:
        data_at = one.data_at or began_at
        return data_at <= began_at, data_at, one.tested_at

    return max(standing, key=order, default=None)


def _doubts(mine: Iterable[Told]) -> dict[tuple[str, str], list[int]]:
    """By run and copy: where in the ledger it was found to differ."""
    doubts: dict[tuple[str, str], list[int]] = {}
    for row in mine:
        if row.kind == DIFFERED:
            doubts.setdefault((str(row.facts.get("run")), str(row.facts.get("copy"))), []).append(row.seq)
        elif row.kind == CHECKED:
            for check in row.facts.get("checks", ()):
                if check.get("verdict") == _DIFFERS:
                    doubts.setdefault((row.subject, str(check.get("copy"))), []).append(row.seq)
    return doubts


def _tried(row: Told, began: Mapping[str, Any]) -> Tried:
    said = row.facts
    run = str(said.get("run") or "–")
    moment = began.get(run)
    return Tried(
        test=row.subject,
        run=run,
        copy=str(said.get("copy") or "–"),
        level=said.get("level"),
        tested_at=row.happened_at,
        seconds=said.get("seconds"),
        data_at=None if moment is None else datetime.fromisoformat(moment),
    )
