"""The words of rulebooks."""

from datetime import timedelta
from enum import StrEnum
from typing import Any

APPLIED = "rulebook.applied"
DEFAULT_WORD = "default"
"""How a command names the book that opsctl brings along."""
DEFAULT_BOOK = "default.toml"
"""The small book that `init` applies; it stands beside this file."""
DEFAULT_ZONE = "Asia/Shanghai"
"""The zone that the default book is written for."""
CHINESE_ZONES = (
    "Asia/Shanghai", "Asia/Urumqi", "Asia/Chongqing", "Asia/Chungking", "Asia/Harbin", "Asia/Kashgar", "PRC",
)  # fmt: skip


class Starts(StrEnum):
    """From which instant of an incident a limit runs."""

    OPENED = "opened"
    DETECTED = "detected"
    IMPACT = "impact"


class Level(StrEnum):
    """How wide or how urgent an incident is; the rows and the columns of the severity matrix."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Unit(StrEnum):
    """What a figure is measured in."""

    RATIO = "ratio"
    SECONDS = "seconds"
    COUNT = "count"


class ItemType(StrEnum):
    """What the answer to one line of a checklist is."""

    STATE = "state"
    NUMBER = "number"
    TEXT = "text"
    CHOICE = "choice"
    PHOTO = "photo"
    """A picture or any other file."""


class ItemState(StrEnum):
    """What an answer says of its item."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


class ChecklistKind(StrEnum):
    """What a checklist is for."""

    INSPECTION = "inspection"
    MAINTENANCE = "maintenance"
    QUALITY_CHECK = "quality-check"
    SECURITY_AUDIT = "security-audit"
    ACCEPTANCE = "acceptance"
    DRILL = "drill"


CRITICALITIES = ("key", "important", "ordinary")
"""How much hangs on an asset, as its own room says it."""
CLASSIFICATIONS = ("public", "internal", "confidential", "secret")
"""How far the data on an asset may go, as its own room says it."""
BY_CHECKLIST = "inspection.completed"
"""The kind of record that is about a checklist."""
BY_BACKUP = "backup.succeeded"
BY_RESTORE_TEST = "restore_test.passed"
"""The kinds of records that are about a policy of backups."""
BY_REVIEW = "review.approved"
"""The kind of record that is about a review: its topic is incident, period or meeting."""
MEETING = (BY_CHECKLIST, "maintenance.completed", BY_BACKUP, BY_RESTORE_TEST, BY_REVIEW)
"""The kinds of records that meet duties in this version."""
BACKUP_DUTY = "backup:"
TEST_DUTY = "restore-test:"
"""What stands before a policy's name in those of its duties; no duty that a book says itself has a colon."""
METHODS = ("full", "incremental", "snapshot", "continuous")
"""How a backup takes its data. The first is meant where a policy does not say."""
SENSITIVE = ("confidential", "secret")
"""Data of these classifications is backed up encrypted."""
VERIFY_LEVELS = ("L0", "L1", "L2", "L3", "L4", "L5", "L6")
"""How far a backup is proven, as its own room says it."""
VERIFY_LEVEL = "L2"
"""What is asked for at least, and how long a proof holds, where a policy does not say."""
PROOF_LASTS = timedelta(days=90)
FIRST_OPENED = "L4"
"""The lowest level at which something of the backup is restored, so that it was decrypted."""
BACKUP_CLAUSE = "OM-3.3d"
"""The clause that asks for backups, where a policy names none."""
RETENTION = ("last", "daily", "weekly", "monthly", "yearly")
"""What is kept: the newest, and the newest of so many days, weeks, months and years."""
FAIL_WITHIN = timedelta(days=3)
"""The deadline of an action from what failed, where no book says one; below that from what was only a warning."""
WARN_WITHIN = timedelta(days=14)
WATCH_MONTHS = 3
LONGEST_WATCH = 36
REPEAT_WITHIN = timedelta(days=90)
"""What holds of reviews where no book says it: see `opsctl.rulebook.rules.reviews`. LONGEST_WATCH is in months, too."""
SEVERITIES = (1, 2, 3, 4)
"""1 is the worst."""
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ALWAYS_NAME = "always"
"""The calendar that is there without being defined."""
TABLES = (
    "rulebook", "calendars", "posts", "severity", "severity_names", "limits", "incidents", "targets",
    "checklists", "routes", "duties", "backups", "actions", "reviews",
)  # fmt: skip
LATER_TABLES = ("clauses", "workflows")
"""What a rulebook may say one day and this version does not read."""
FIGURES = {
    "availability": Unit.RATIO,
    "mttd": Unit.SECONDS,
    "mtta": Unit.SECONDS,
    "mttm": Unit.SECONDS,
    "mttr": Unit.SECONDS,
    "mtt-resolve": Unit.SECONDS,
    "mtbf": Unit.SECONDS,
    "repair-on-time": Unit.RATIO,
    "response-on-time": Unit.RATIO,
    "security-incidents-major": Unit.COUNT,
    "plan-start-time": Unit.SECONDS,
    "inspection-completion": Unit.RATIO,
    "inspection-on-time": Unit.RATIO,
    "actions-on-time": Unit.RATIO,
    "backup-success": Unit.RATIO,
    "restore-test-pass": Unit.RATIO,
    "rpo-met": Unit.RATIO,
    "rto-met": Unit.RATIO,
    "review-on-time": Unit.RATIO,
    "repeat-incidents": Unit.RATIO,
}
"""The figures that may have a target."""
STATISTICS = ("median", "p90", "max")
"""What may stand behind a figure of many durations: mttr.p90. Alone it is the mean."""
OF_MANY = ("mttd", "mtta", "mttm", "mttr", "mtt-resolve", "plan-start-time")
FIRST_YEAR_OF_HOLIDAYS = 2000
YEARS_AHEAD = 2
"""How many years after that of applying holidays are expanded for."""


_CONTENTS = (
    "SELECT content FROM rulebook_version"
    " WHERE generation IN (SELECT max(generation) FROM rulebook_version GROUP BY name) AND NOT EXISTS"
    " (SELECT 1 FROM rulebook_version AS later"
    " WHERE later.replaces = rulebook_version.name AND later.generation > rulebook_version.generation)"
)
COMPLETES: dict[str, dict[str, Any]] = {
    "BOOK": {"table": "(SELECT DISTINCT name FROM rulebook_version) AS book", "key": "name", "order": "name"},
    "BOOK@VERSION": {"table": "rulebook_version", "key": "(name || '@' || version)", "order": "generation DESC"},
    "CHECKLIST": {"contents": _CONTENTS, "parts": ("checklists", "routes")},
    "DUTY": {
        "contents": _CONTENTS,
        "parts": ("duties",),
        "made": ((BACKUP_DUTY, "backups", "asset"), (TEST_DUTY, "backups", "restore_test")),
    },
    "POLICY": {"contents": _CONTENTS, "parts": ("backups",)},
    "POST": {"contents": _CONTENTS, "parts": ("posts",)},
    "CALENDAR": {"contents": _CONTENTS, "parts": ("calendars",)},
}
"""What completes a word by TAB, in the terms of `opsctl.cli.completions.sources.Source`."""
