"""The words of incidents."""

from datetime import timedelta
from enum import StrEnum
from typing import Any

LATE_ENTRY = timedelta(minutes=15)
"""What is typed in later than this after it happened is a late entry."""
WARNING = 0.75
"""The share of a limit after which its clock is a warning."""

PREFIX = "INC"
OPENED = "incident.opened"
ACKNOWLEDGED = "incident.acknowledged"
NOTED = "incident.noted"
RESOLVED = "incident.resolved"
CLOSED = "incident.closed"
ASSIGNED = "incident.assigned"
ESCALATED = "incident.escalated"
RECLASSIFIED = "incident.reclassified"
MITIGATED = "incident.mitigated"
DOWN = "incident.down"
RESTORED = "incident.restored"
REOPENED = "incident.reopened"
PAUSED = "incident.paused"
RESUMED = "incident.resumed"
PAUSE_APPROVED = "incident.pause-approved"
PAUSE_REFUSED = "incident.pause-refused"
COUNTERSIGNED = "incident.countersigned"
MERGED = "incident.merged"
SPLIT = "incident.split"
CORRECTED = "incident.corrected"
VOIDED = "incident.voided"
UNVOIDED = "incident.unvoided"
PLAN_STARTED = "incident.plan-started"
IMPORTED = "incident.imported"
IMPORT_UPDATED = "incident.import-updated"
IMPORT_STARTED = "import.started"
IMPORT_FINISHED = "import.finished"
FROM_IMPORT = frozenset({IMPORTED, IMPORT_UPDATED})


class State(StrEnum):
    """Where an incident stands."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    MITIGATED = "mitigated"
    RESOLVED = "resolved"
    CLOSED = "closed"
    MERGED = "merged"


UNRESOLVED = frozenset({State.OPEN, State.ACKNOWLEDGED, State.MITIGATED})


class Wanted(StrEnum):
    """What `incident list --state` takes: a state, or one of two groups of them."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    MITIGATED = "mitigated"
    RESOLVED = "resolved"
    CLOSED = "closed"
    MERGED = "merged"
    UNACKED = "unacked"
    UNRESOLVED = "unresolved"

    def states(self) -> frozenset[State]:
        """The states that are meant."""
        if self is Wanted.UNRESOLVED:
            return UNRESOLVED
        return frozenset({State.OPEN if self is Wanted.UNACKED else State(self.value)})


class SpanKind(StrEnum):
    """What lasted: a state, an outage, an impact that was no outage, or a pause of the clocks."""

    STATE = "state"
    OUTAGE = "outage"
    IMPACT = "impact"
    PAUSE = "pause"


class Category(StrEnum):
    """What kind of trouble an incident is."""

    FAULT = "fault"
    SECURITY = "security"
    EMERGENCY = "emergency"


class Response(StrEnum):
    """How an incident came to be acknowledged."""

    SELF = "self"
    """Who opened it had it."""
    PERSON = "person"
    BATCH = "batch"
    """Together with others, in one command."""
    IMPLIED = "implied"
    """Nobody acknowledged it; the first move counts."""
    IMPORTED = "imported"
    """As the source says."""


class Level(StrEnum):
    """How much is affected (impact), or how long it can wait (urgency)."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Flag(StrEnum):
    """What is legal but worth a look, and what an import left open."""

    RESTORED_BEFORE_OPENED = "restored-before-opened"
    RESTORED_AFTER_RESOLVED = "restored-after-resolved"
    OPENED_BEFORE_IMPACT = "opened-before-impact"
    RESOLVED_BEFORE_OPENED = "resolved-before-opened"
    NO_ASSET = "no-asset"
    NO_TITLE = "no-title"
    NO_OPENING = "no-opening"
    LATE_ENTRY = "late-entry"


COMPLETES: dict[str, dict[str, Any]] = {
    "INC": {
        "prefix": PREFIX,
        "table": "incident",
        "key": "reference",
        "title": "title",
        "order": "opened DESC",
        "first": "state IN ('open', 'acknowledged', 'mitigated') AND void IS NULL",
        "of": {
            "ack": "state = 'open' AND void IS NULL",
            "mitigate": "state IN ('open', 'acknowledged') AND void IS NULL",
            "resolve": "state IN ('open', 'acknowledged', 'mitigated') AND void IS NULL",
            "close": "state = 'resolved' AND void IS NULL",
            # Nearly all are closed: by the words put together no index of states is taken, but the one of the order.
            "reopen": "state || '' IN ('resolved', 'closed') AND void IS NULL",
            "split": "state = 'merged' AND void IS NULL",
            "approve": "reference IN"
            " (SELECT incident FROM incident_interval WHERE kind = 'pause' AND approved IS NULL) AND void IS NULL",
        },
    }
}
"""What completes a word by TAB, in the terms of `opsctl.cli.completions.sources.Source`."""
