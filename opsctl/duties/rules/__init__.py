"""What an occurrence is. Pure; schedules are in `schedules`, what is to be made and cancelled in `plans`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from opsctl.core.times import utc_text
from opsctl.duties.terms import State

Key = tuple[str, str, datetime]
"""Duty, asset and moment."""
NOBODY = ""
"""What an occurrence is about whose duty is about no asset."""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time that a duty is due. `about` is the asset, empty where it is about none. Moments are aware UTC.

    `met_at` is when what met it happened, as claimed; `judged_at` when it counts as done.
    """

    duty: str
    about: str
    due_at: datetime
    opens_at: datetime
    closes_at: datetime
    kind: str
    topic: str | None
    owner: str
    clause: str | None
    rules: int
    state: State = State.DUE
    met_by: str | None = None
    met_at: datetime | None = None
    judged_at: datetime | None = None
    reason: str | None = None

    @property
    def reference(self) -> str:
        """How it is named: `core-network-patrol/core-sw-1@2026-11-21T01:00Z`."""
        return f"{self.duty}/{self.about}@{utc_text(self.due_at)[:16]}Z"

    @property
    def named(self) -> str:
        """How people are told of it: its reference, without a place for an asset where it is about none."""
        return self.reference if self.about else self.reference.replace("/@", "@", 1)

    @property
    def subject(self) -> str:
        """The record that it is a line of: all occurrences of its duty that are due on that day of UTC."""
        return f"duty:{self.duty}@{utc_text(self.due_at)[:10]}"

    def is_missed(self, now: datetime) -> bool:
        """Whether it was not done and its window is over."""
        return self.state is State.DUE and self.closes_at < now

    @property
    def is_on_time(self) -> bool:
        """Whether it counts as done within its window."""
        return self.judged_at is not None and self.opens_at <= self.judged_at <= self.closes_at


def key_of(one: Occurrence) -> Key:
    """What tells an occurrence from every other."""
    return one.duty, one.about, one.due_at


def fields(occurrences: list[Occurrence]) -> dict[str, Any]:
    """The record of a day as the ledger digests it: its occurrences in the order of asset and moment."""
    ordered = sorted(occurrences, key=lambda one: (one.about, one.due_at))
    return {"occurrences": [_line(one) for one in ordered]}


def _line(one: Occurrence) -> dict[str, Any]:
    said = {
        "about": one.about, "due_at": one.due_at, "opens_at": one.opens_at, "closes_at": one.closes_at,
        "kind": one.kind, "topic": one.topic, "owner": one.owner, "clause": one.clause, "rules": one.rules,
        "state": one.state, "met_by": one.met_by, "met_at": one.met_at, "judged_at": one.judged_at,
        "reason": one.reason,
    }  # fmt: skip
    return {name: value for name, value in said.items() if value is not None}
