"""The rows of rounds and of their readings."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from opsctl.core.void import Void
from opsctl.inspections.terms import Mark, Source, State
from opsctl.store.columns import words


class InspectionRow(SQLModel, table=True):
    """One round by a checklist."""

    __tablename__ = "inspection"

    reference: str = Field(primary_key=True)
    checklist: str
    asset: str | None = Field(default=None, foreign_key="asset.handle")
    customer: str | None = Field(default=None, foreign_key="customer.code")
    route: str | None = None
    state: State = Field(sa_type=words(State, "inspection_state"))
    rules: int = Field(foreign_key="rulebook_version.generation")
    """The generation of the rules that it is done under."""
    person: str
    """Who walks it, or walked it last."""
    started_at: datetime
    done_at: datetime | None = None
    """When it was walked, as claimed."""
    entered_at: datetime | None = None
    """When it was recorded as done."""
    countersigned_by: str | None = None
    countersigned_at: datetime | None = None
    flags: str | None = None
    """The words of its flags, with what each is about, as JSON."""
    asked: int | None = None
    """Which challenge of the checklist was asked, from 0."""
    answered: str | None = None
    """What was read on the spot."""
    void: Void | None = Field(default=None, sa_type=words(Void, "inspection_void"))
    corrected_at: datetime | None = None
    recorded_at: datetime


class ReadingRow(SQLModel, table=True):
    """One answer; the newest of an item counts, and older ones stay."""

    __tablename__ = "inspection_reading"

    inspection: str = Field(primary_key=True, foreign_key="inspection.reference")
    position: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    item: str
    mark: Mark = Field(sa_type=words(Mark, "reading_mark"))
    value: str | None = None
    """A number as it was typed, a text, or the id of a choice."""
    note: str | None = None
    source: Source = Field(sa_type=words(Source, "reading_source"))
    file: str | None = None
    """The name of a photo or file, and the digest of its bytes."""
    digest: str | None = None
    by: str
    at: datetime
