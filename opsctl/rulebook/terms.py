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
MEETING = (BY_CHECKLIST, "maintenance.completed")
"""The kinds of records that meet duties in this version."""
FAIL_WITHIN = timedelta(days=3)
"""The deadline of an action from what failed, where no book says one; below that from what was only a warning."""
WARN_WITHIN = timedelta(days=14)
SEVERITIES = (1, 2, 3, 4)
"""1 is the worst."""
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ALWAYS_NAME = "always"
"""The calendar that is there without being defined."""
TABLES = (
    "rulebook", "calendars", "posts", "severity", "severity_names", "limits", "incidents", "targets",
    "checklists", "routes", "duties", "actions",
)  # fmt: skip
LATER_TABLES = ("backups", "clauses", "workflows")
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
    "DUTY": {"contents": _CONTENTS, "parts": ("duties",)},
    "POST": {"contents": _CONTENTS, "parts": ("posts",)},
    "CALENDAR": {"contents": _CONTENTS, "parts": ("calendars",)},
}
"""What completes a word by TAB, in the terms of `opsctl.cli.completions.sources.Source`."""
