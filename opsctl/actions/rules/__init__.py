"""What an action is, and its moves. Pure."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from opsctl.actions.terms import Gravity, Kind, State
from opsctl.core.void import Void


@dataclass(frozen=True, slots=True)
class Finding:
    """Something found wrong that becomes an action. `topic` names what was looked at, `source` the record of it."""

    title: str
    gravity: Gravity
    found_at: datetime
    asset: str | None = None
    source: str | None = None
    topic: str | None = None
    impact: str | None = None
    told: str | None = None
    owner: str | None = None
    deadline: datetime | None = None
    kind: Kind | None = None
    verify: str | None = None
    """The evidence query, spelled as `evidence.read_query` gives it; `months` how long it is watched afterwards."""
    months: int | None = None


@dataclass(frozen=True, slots=True)
class Action:
    """One action, with the fields of its row."""

    reference: str
    title: str
    gravity: Gravity
    state: State
    asset: str | None
    customer: str | None
    source: str | None
    topic: str | None
    found_at: datetime
    impact: str | None
    told: str | None
    owner: str | None
    deadline: datetime
    result: str | None
    done_by: str | None
    done_at: datetime | None
    verified_by: str | None
    verified_at: datetime | None
    incident: str | None
    void: Void | None
    seen: int
    corrected_at: datetime | None
    recorded_by: str
    recorded_at: datetime
    kind: Kind | None = None
    verify: str | None = None
    months: int | None = None
    watch_until: datetime | None = None

    def is_overdue(self, now: datetime) -> bool:
        """Whether its deadline has passed, and nobody has verified it."""
        return self.void is None and self.state is not State.VERIFIED and self.deadline < now


IN_LEDGER = {"impact": "scope", "told": "told_to"}
"""How the ledger names what is free text here and a word or a moment of ours in other records."""


def fields(action: Action) -> dict[str, Any]:
    """The record as the ledger digests it."""
    return {
        IN_LEDGER.get(name, name): value
        for name in Action.__dataclass_fields__
        if (value := getattr(action, name)) is not None and (name, value) != ("seen", 1)
    }
