"""What the store keeps for itself: the settings of the database and the counters of references."""

from sqlmodel import Field, SQLModel


class Setting(SQLModel, table=True):
    """One fact about this database, such as its zone."""

    __tablename__ = "setting"

    name: str = Field(primary_key=True)
    value: str


class ReferenceCounter(SQLModel, table=True):
    """The last number given out under a prefix in a year."""

    __tablename__ = "reference_counter"

    prefix: str = Field(primary_key=True)
    year: int = Field(primary_key=True)
    last: int
