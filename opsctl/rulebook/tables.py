"""The stored versions of rulebooks."""

from datetime import datetime

from sqlmodel import Field, SQLModel


class RulebookVersion(SQLModel, table=True):
    """One version of one book. `generation` numbers all versions of all books; rules are in force from `since`."""

    __tablename__ = "rulebook_version"

    generation: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    name: str
    version: str
    since: datetime | None = None
    """From when on it is in force; None for the first ever: always."""
    replaces: str | None = None
    """The other book that ended with this one."""
    text: str
    """The TOML as it was given."""
    content: str
    """Canonical JSON of what the book means, holidays expanded into dates."""
    applied_by: str
    recorded_at: datetime
