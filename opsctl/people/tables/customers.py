"""The rows of customers."""

from datetime import datetime

from sqlmodel import Field, SQLModel


class CustomerRow(SQLModel, table=True):
    """One customer; the code never changes."""

    __tablename__ = "customer"

    code: str = Field(primary_key=True)
    name: str
    name_zh: str | None = None
    zone: str | None = None
    recorded_at: datetime
