"""The fields a room takes from other tools' history, as the room describes them to this kit."""

from dataclasses import dataclass
from enum import StrEnum


class FieldType(StrEnum):
    """How a value from outside is read."""

    TEXT = "text"
    """One line of words."""
    BODY = "body"
    """Lines of words."""
    MOMENT = "moment"
    """A time; becomes aware UTC."""
    CHOICE = "choice"
    """One of the field's words."""
    FLAG = "flag"
    """True or false."""


@dataclass(frozen=True, slots=True)
class Field:
    """One of our fields. `choices` holds the words of a CHOICE and is None for every other type."""

    name: str
    type: FieldType
    choices: frozenset[str] | None = None
