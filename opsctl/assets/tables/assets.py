"""The rows of assets."""

from datetime import datetime

from sqlmodel import Field, SQLModel

# The keys of an asset point to persons and customers.
import opsctl.people.tables.customers
import opsctl.people.tables.persons  # noqa: F401
from opsctl.assets.terms import Classification, Criticality
from opsctl.store.columns import words


class Asset(SQLModel, table=True):
    """One asset; its handle never changes, since records and ledger name it."""

    __tablename__ = "asset"

    handle: str = Field(primary_key=True)
    title: str
    title_zh: str | None = None
    kind: str | None = None
    customer: str | None = Field(default=None, foreign_key="customer.code")
    owner: str | None = Field(default=None, foreign_key="person.handle")
    criticality: Criticality | None = Field(default=None, sa_type=words(Criticality, "asset_criticality"))
    classification: Classification | None = Field(default=None, sa_type=words(Classification, "asset_classification"))
    service_hours: str | None = None
    """A calendar of the rulebook; None is always."""
    in_service_from: datetime | None = None
    retired_at: datetime | None = None
    recorded_at: datetime
