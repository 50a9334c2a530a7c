"""The rows of assets."""

from datetime import datetime

from sqlmodel import Field, SQLModel


class Asset(SQLModel, table=True):
    """One asset; its handle never changes, since records and ledger name it."""

    __tablename__ = "asset"

    handle: str = Field(primary_key=True)
    title: str
    title_zh: str | None = None
    kind: str | None = None
    retired_at: datetime | None = None
    recorded_at: datetime
