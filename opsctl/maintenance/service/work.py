"""Maintenance that was done."""

from collections.abc import Iterator
from typing import Any

from sqlmodel import Session


def records(session: Session) -> Iterator[tuple[str, str]]:
    """Every record's reference and digest as it is now, for `ledger verify --deep`."""
    yield from ()


def blank(session: Session, reference: str, texts: list[str]) -> dict[str, Any] | None:
    """Blank the texts of the record that are among `texts`; its fields after, or None where none was."""
    return None
