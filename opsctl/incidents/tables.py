"""The rows of incidents and of their spans."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from opsctl.core.void import Void
from opsctl.incidents.terms import Category, Level, Response, SpanKind, State
from opsctl.store.columns import words


class IncidentRow(SQLModel, table=True):
    """One incident. `state` repeats the last span for quick lists; every clock reads the spans."""

    __tablename__ = "incident"

    reference: str = Field(primary_key=True)
    title: str
    asset: str | None = Field(default=None, foreign_key="asset.handle")
    impact: Level = Field(sa_type=words(Level, "incident_impact"))
    urgency: Level = Field(sa_type=words(Level, "incident_urgency"))
    state: State = Field(sa_type=words(State, "incident_state"))
    customer: str | None = Field(default=None, foreign_key="customer.code")
    category: Category = Field(default=Category.FAULT, sa_type=words(Category, "incident_category"))
    severity: int | None = None
    rules: int | None = Field(default=None, foreign_key="rulebook_version.generation")
    """The generation of the rules it is judged by."""
    assignee: str | None = None
    escalated_to: str | None = None
    drill: bool = False
    void: Void | None = Field(default=None, sa_type=words(Void, "incident_void"))
    merged_into: str | None = Field(default=None, foreign_key="incident.reference")
    told: datetime | None = None
    plan: str | None = None
    plan_started: datetime | None = None
    exemption: str | None = None
    """Why it was closed without what a closing wants."""
    corrected_at: datetime | None = None
    response_due: datetime | None = None
    restore_due: datetime | None = None
    impact_start: datetime | None = None
    detected: datetime | None = None
    opened: datetime
    cause: str | None = None
    handling: str | None = None
    result: str | None = None
    entered_at: datetime | None = None
    recorded_at: datetime
    source: str | None = None
    source_key: str | None = None
    source_digest: str | None = None


class SpanRow(SQLModel, table=True):
    """One span of an incident; `position` is its order in the record."""

    __tablename__ = "incident_interval"

    incident: str = Field(primary_key=True, foreign_key="incident.reference")
    position: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    kind: SpanKind = Field(sa_type=words(SpanKind, "interval_kind"))
    state: State | None = Field(default=None, sa_type=words(State, "interval_state"))
    started: datetime
    ended: datetime | None = None
    weight: int = 1000
    """Of an outage or impact: the share that is lost, in thousandths."""
    started_entered: datetime | None = None
    ended_entered: datetime | None = None
    response: Response | None = Field(default=None, sa_type=words(Response, "interval_response"))
    entered_by: str | None = None
    reason: str | None = None
    asked: str | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    approved: bool | None = None
