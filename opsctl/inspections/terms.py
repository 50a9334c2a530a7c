"""The words of inspections."""

from datetime import timedelta
from enum import StrEnum
from typing import Any

PREFIX = "INS"
STARTED = "inspection.started"
ANSWERED = "inspection.answered"
COMPLETED = "inspection.completed"
"""The kind that meets duties, whatever kind of checklist it was."""
TAKEN_UP = "inspection.taken-up"
"""Somebody else goes on with it."""
COUNTERSIGNED = "inspection.countersigned"
CORRECTED = "inspection.corrected"
VOIDED = "inspection.voided"
MOVED = "inspection.moved"
"""Why a round no longer meets what it met: something that fits it better is due again."""

LATE_ENTRY = timedelta(hours=1)
"""What is typed in longer than this after it was walked was entered long after."""
LEAST_PER_ITEM = timedelta(seconds=2)
"""Nobody looks at an item and types it in less."""
ALIKE = 6
"""So many rounds with the same reading, this one among them, show no variance."""


class State(StrEnum):
    """Where a round stands."""

    OPEN = "open"
    DONE = "done"


class Mark(StrEnum):
    """What an answer says of its item."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    NOT_APPLICABLE = "n/a"


class Source(StrEnum):
    """How an answer came about."""

    TYPED = "typed"
    EXCEPTION = "exception"
    """By "the rest is ok": nobody named the item."""
    MACHINE = "machine"


class Grade(StrEnum):
    """How good evidence is, the best first."""

    MACHINE = "machine"
    PHOTO = "photo"
    COUNTERSIGNED = "countersigned"
    SELF_DECLARED = "self-declared"


class Flag(StrEnum):
    """A sign of a round from the armchair, or another thing worth a look."""

    PACE = "pace"
    """Faster than anybody can walk and look."""
    COPIED = "copied"
    """Every number is that of the last round."""
    NO_VARIANCE = "no-variance"
    """A number has been the same for many rounds."""
    LATE_ENTRY = "late-entry"
    """Entered in bulk long after."""
    OVERLAP = "overlap"
    """Walked while the same person walked another, or before the last round of the asset ended."""
    CHALLENGE = "challenge"
    """What was to be read on the spot was left out, or is not what stands there."""


COMPLETES: dict[str, dict[str, Any]] = {
    "INS": {
        "prefix": PREFIX,
        "table": "inspection",
        "key": "reference",
        "title": "checklist || ' ' || coalesce(asset, '')",
        "order": "started_at DESC",
        "first": "state = 'open' AND void IS NULL",
        "of": {"countersign": "state = 'done' AND countersigned_by IS NULL AND void IS NULL"},
    }
}
"""What completes a word by TAB, in the terms of `opsctl.cli.completions.sources.Source`."""
