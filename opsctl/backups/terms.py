"""The words of backups."""

from datetime import timedelta
from enum import StrEnum
from typing import Any

RUN_PREFIX = "BAK"
TEST_PREFIX = "RST"
SUCCEEDED = "backup.succeeded"
ADOPTED = "backup.adopted"
CHECKED = "backup.checked"
PINNED = "backup.pinned"
UNPINNED = "backup.unpinned"
PRUNED = "backup.pruned"
RESTORED = "backup.restored"
TEST_PASSED = "restore_test.passed"
TEST_DIFFERED = "restore_test.differed"
TEST_NOT_RUN = "restore_test.could_not_run"
LOOKED_BACK = 5
"""So many of the last runs that left a point are compared with."""
KEPT_BYTES = 300
"""A reason in a record is one line of at most so many characters."""
PROOF_LASTS = timedelta(days=90)
"""How long a proof holds where the policy does not say."""


class Engine(StrEnum):
    """The drivers there are, named after what they drive."""

    FILES = "files"
    RSYNC = "rsync"
    RESTIC = "restic"
    BORG = "borg"
    POSTGRES = "postgres"
    SQLITE = "sqlite"
    MYSQL = "mysql"
    MARIADB = "mariadb"
    COMMAND = "command"


class Status(StrEnum):
    """How a run ended, and each copy of it."""

    SUCCESS = "success"
    INCOMPLETE = "incomplete"
    """There is a point, and something that should be in it is not."""
    FAILED = "failed"
    SKIPPED_LOCKED = "skipped_locked"
    """Another run, here or in the engine, held the lock."""
    TIMED_OUT = "timed_out"
    CANCELLED = "cancelled"
    NOT_STARTED = "not_started"
    """The engine never ran: it is missing, too old, or the preflight refused."""
    MISSED = "missed"
    """Its window or its deadline was over before it could begin."""


KIND_OF = {
    Status.SUCCESS: SUCCEEDED,
    Status.INCOMPLETE: "backup.incomplete",
    Status.FAILED: "backup.failed",
    Status.SKIPPED_LOCKED: "backup.skipped",
    Status.TIMED_OUT: "backup.timed_out",
    Status.CANCELLED: "backup.cancelled",
    Status.NOT_STARTED: "backup.not_started",
    Status.MISSED: "backup.missed",
}
"""The kind of ledger row that a run with that status is."""
WITH_POINT = frozenset({Status.SUCCESS, Status.INCOMPLETE})
"""What leaves a point behind."""


class Trigger(StrEnum):
    """Why a run was begun."""

    SCHEDULED = "scheduled"
    MANUAL = "manual"
    ADOPTED = "adopted"
    """It was there before opsctl was."""


class Level(StrEnum):
    """How far a check went. Each proves what those below it prove, and something more."""

    L0 = "L0"
    """The point is listed."""
    L1 = "L1"
    """Its size is like that of those before."""
    L2 = "L2"
    """Its checksum and its structure are whole."""
    L3 = "L3"
    """All its data was read."""
    L4 = "L4"
    """Some of its files were restored and compared."""
    L5 = "L5"
    """All of it was restored and its content asserted."""
    L6 = "L6"
    """An application answered from the restored copy."""


LEVELS = tuple(Level)


class Verdict(StrEnum):
    """What a check or a restore test found; that it could not run says nothing about the backup."""

    PASS = "pass"  # noqa: S105 - no password
    DIFFERS = "differs"
    COULD_NOT_RUN = "could-not-run"


KIND_OF_TEST = {
    Verdict.PASS: TEST_PASSED, Verdict.DIFFERS: TEST_DIFFERED, Verdict.COULD_NOT_RUN: TEST_NOT_RUN,
}  # fmt: skip

_RESTORABLE = (
    "EXISTS (SELECT 1 FROM backup_copy WHERE backup_copy.run = backup_run.reference AND point IS NOT NULL"
    " AND pruned_at IS NULL AND backup_copy.status IN ('success', 'incomplete'))"
)
COMPLETES: dict[str, dict[str, Any]] = {
    "BAK": {
        "prefix": RUN_PREFIX,
        "table": "backup_run",
        "key": "reference",
        "title": "policy || ' ' || status",
        "order": "started_at DESC",
        "of": {
            "restore": _RESTORABLE,
            "restore-test": _RESTORABLE,
            "verify": _RESTORABLE,
            "pin": f"pinned_at IS NULL AND {_RESTORABLE}",
            "unpin": "pinned_at IS NOT NULL",
        },
    },
    "RST": {
        "prefix": TEST_PREFIX,
        "table": "restore_test",
        "key": "reference",
        "title": "policy || ' ' || verdict",
        "order": "started_at DESC",
    },
    "COPY": {"table": "(SELECT DISTINCT name FROM backup_copy) AS copies", "key": "name", "order": "name"},
    "LEVEL": {"words": tuple(level.value for level in LEVELS[: LEVELS.index(Level.L4) + 1])},
}
"""What completes a word by TAB, in the terms of `opsctl.cli.completions.sources.Source`."""
