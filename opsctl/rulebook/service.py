"""Applying rulebooks and reading what is in force."""

from datetime import datetime

from sqlmodel import Session

from opsctl.rulebook.rules import Rules


def in_force(session: Session, *, at: datetime) -> Rules:
    """The rules in force at that moment; empty before any book. Kept in `session.info`, so asking twice is free."""
    raise NotImplementedError


def of_generation(session: Session, *, generation: int | None) -> Rules:
    """The rules of one generation, for a record stamped with it; empty Rules for None. Kept in `session.info`."""
    raise NotImplementedError


def history(session: Session) -> list[Rules]:
    """The rules of every generation, the oldest first; each is in force from its `since` (None: always) to the next."""
    raise NotImplementedError
