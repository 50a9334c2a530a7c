"""The rows of planned maintenance."""

from datetime import datetime

from sqlmodel import Field, SQLModel


class MaintenanceRow(SQLModel, table=True):
    """One planned maintenance of an asset; its windows say when."""

    __tablename__ = "maintenance"

    reference: str = Field(primary_key=True)
    asset: str = Field(foreign_key="asset.handle")
    title: str
    cancelled_at: datetime | None = None
    cancel_reason: str | None = None
    recorded_at: datetime


class WindowRow(SQLModel, table=True):
    """One stretch of a maintenance: the first as planned, each later one an extension, approved by itself."""

    __tablename__ = "maintenance_window"

    maintenance: str = Field(primary_key=True, foreign_key="maintenance.reference")
    position: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    starts: datetime
    ends: datetime
    planned_by: str
    planned_at: datetime
    approved_by: str | None = None
    approved_at: datetime | None = None
