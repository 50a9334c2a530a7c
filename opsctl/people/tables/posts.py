"""The rows of posts that persons hold or held."""

from datetime import datetime

from sqlmodel import Field, SQLModel


class PostRow(SQLModel, table=True):
    """One post that a person holds or held; `position` is its order in the person's record."""

    __tablename__ = "person_post"

    person: str = Field(primary_key=True, foreign_key="person.handle")
    position: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    post: str
    since: datetime | None = None
    until: datetime | None = None
