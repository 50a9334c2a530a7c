"""The column types that the tables of every room use."""

from enum import StrEnum

from sqlalchemy import Enum


def words(kind: type[StrEnum], name: str) -> Enum:
    """A text column that holds one word of `kind`, kept so by a CHECK called `name` (never a native ENUM)."""
    return Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        name=name,
        length=32,
        values_callable=lambda members: [member.value for member in members],
    )
