"""Patches."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlmodel import Session


def records(session: Session) -> Iterator[tuple[str, str]]:
    """Every record's reference and digest as it is now, for `ledger verify --deep`."""
    yield from ()


def blank(session: Session, reference: str, texts: list[str]) -> dict[str, Any] | None:
    """Blank the texts of the record that are among `texts`; its fields after, or None where none was."""
    return None


def owned(session: Session, *, person: str) -> list[tuple[str, str]]:
    """What that person owns here and is not over: references with titles."""
    return []


def hand_over(session: Session, *, now: datetime, actor: str, person: str, to: str) -> list[str]:
    """Give all of it to another, and return the references."""
    return []
