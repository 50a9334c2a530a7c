"""The rows of persons."""

from datetime import datetime

from sqlmodel import Field, SQLModel


class PersonRow(SQLModel, table=True):
    """One person; the handle never changes, since records and ledger name it."""

    __tablename__ = "person"

    handle: str = Field(primary_key=True)
    name: str
    login: str | None = None
    department: str | None = None
    team: str | None = None
    superior: str | None = Field(default=None, foreign_key="person.handle")
    phone: str | None = None
    email: str | None = None
    retired_at: datetime | None = None
    recorded_at: datetime
