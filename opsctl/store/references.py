"""References: INC-2026-0042 is the prefix of its room, the year of recording in the database's zone, and a number."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlmodel import Session

from opsctl.store.settings import zone_of

_COUNT = text(
    "INSERT INTO reference_counter (prefix, year, last) VALUES (:prefix, :year, :count)"
    " ON CONFLICT (prefix, year) DO UPDATE SET last = reference_counter.last + :count RETURNING last"
)


def allocate(session: Session, *, prefix: str, now: datetime, count: int = 1) -> list[str]:
    """The next `count` references under `prefix`, in order; the numbers of a unit that fails are not used up."""
    year = now.astimezone(ZoneInfo(zone_of(session))).year
    last = session.connection().execute(_COUNT, {"prefix": prefix, "year": year, "count": count}).scalar_one()
    return [f"{prefix}-{year}-{number:04d}" for number in range(last - count + 1, last + 1)]
