"""Reading actions."""

from collections.abc import Iterator

from sqlmodel import Session


def records(session: Session) -> Iterator[tuple[str, str]]:
    """Every record's reference and digest as it is now, for `ledger verify --deep`."""
    yield from ()


def owned(session: Session, *, person: str) -> list[tuple[str, str]]:
    """What that person owns here and is not over: references with titles."""
    return []
