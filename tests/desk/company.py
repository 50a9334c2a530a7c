"""Where the sample company stands, and when its story ends."""

from datetime import UTC, datetime
from pathlib import Path

COMPANY = Path(__file__).parent.parent.parent / "sample-data" / "company"
ZONE = "Asia/Shanghai"
NOW = datetime(2026, 11, 16, 0, 40, tzinfo=UTC)
"""08:40 in Shanghai, on a Monday."""


def at(clock: str) -> datetime:
    """A moment by the clocks of Shanghai."""
    return datetime.fromisoformat(f"{clock}+08:00").astimezone(UTC)
