"""The rows of incidents and of their spans."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from opsctl.incidents.terms import Level, SpanKind, State
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
