"""The rows of occurrences."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from opsctl.duties.terms import State
from opsctl.store.columns import words


class OccurrenceRow(SQLModel, table=True):
    """One time that a duty is due. `about` is the asset, or empty where it is about none."""

    __tablename__ = "occurrence"

    duty: str = Field(primary_key=True)
    due_at: datetime = Field(primary_key=True)
    about: str = Field(primary_key=True)
    opens_at: datetime
    """Early by as much as the duty allows."""
    closes_at: datetime
    """Due, with the grace that the duty allows."""
    kind: str
    """The kind of ledger row that meets it, and the topic that the row must have."""
    topic: str | None = None
    owner: str
    clause: str | None = None
    rules: int = Field(foreign_key="rulebook_version.generation")
    """The generation of the rules that it was made by."""
    state: State = Field(sa_type=words(State, "occurrence_state"))
    met_by: str | None = None
    """The reference of the record that met it."""
    met_at: datetime | None = None
    """When that happened, as claimed."""
    judged_at: datetime | None = None
    """When it counts as done: when it was entered, or as claimed once another person countersigned."""
    reason: str | None = None
