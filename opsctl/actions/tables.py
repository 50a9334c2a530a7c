"""The rows of actions."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from opsctl.actions.terms import Gravity, Kind, State
from opsctl.core.void import Void
from opsctl.store.columns import words


class ActionRow(SQLModel, table=True):
    """One action. Who verifies it is never who did it; the table holds that, too."""

    __tablename__ = "action"

    reference: str = Field(primary_key=True)
    title: str
    """The symptom, as it was found."""
    gravity: Gravity = Field(sa_type=words(Gravity, "action_gravity"))
    state: State = Field(sa_type=words(State, "action_state"))
    asset: str | None = Field(default=None, foreign_key="asset.handle")
    customer: str | None = Field(default=None, foreign_key="customer.code")
    source: str | None = None
    """The record that it comes from: INS-2026-0042."""
    topic: str | None = None
    """What was looked at: `core-network/uplink`, a checklist and its item."""
    found_at: datetime
    impact: str | None = None
    """The impact scope, in words."""
    told: str | None = None
    """Who was told: a person or words."""
    owner: str | None = None
    deadline: datetime
    result: str | None = None
    done_by: str | None = None
    done_at: datetime | None = None
    verified_by: str | None = None
    verified_at: datetime | None = None
    incident: str | None = None
    """The incident that took it over."""
    void: Void | None = Field(default=None, sa_type=words(Void, "action_void"))
    seen: int = 1
    """How often it was found."""
    kind: Kind | None = Field(default=None, sa_type=words(Kind, "action_kind"))
    verify: str | None = None
    """The evidence query, as `opsctl.actions.rules.evidence` spells it."""
    months: int | None = None
    """So long its evidence is watched once it is verified."""
    watch_until: datetime | None = None
    """Until then a failing record of the same kind opens it again."""
    corrected_at: datetime | None = None
    recorded_by: str
    recorded_at: datetime
