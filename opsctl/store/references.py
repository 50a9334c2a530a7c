"""References: INC-2026-0042 is the prefix of its room, the year of recording in the database's zone, and a number."""

import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, text
from sqlmodel import Session, select

from opsctl.core.errors import InvalidInput, NotFound
from opsctl.core.texts import _
from opsctl.core.typed import mend
from opsctl.store.settings import zone_of

_WHOLE = re.compile(r"([A-Z]{3})-(\d{4})-(\d{1,9})", re.ASCII)
_PART = re.compile(r"[A-Z]{1,3}(-\d{0,4}(-\d{0,9})?)?", re.ASCII)
_LONGEST = 10
_SHOWN = 5

_COUNT = text(
    "INSERT INTO reference_counter (prefix, year, last) VALUES (:prefix, :year, :count)"
    " ON CONFLICT (prefix, year) DO UPDATE SET last = reference_counter.last + :count RETURNING last"
)


def allocate(session: Session, *, prefix: str, now: datetime, count: int = 1) -> list[str]:
    """The next `count` references under `prefix`, in order; the numbers of a unit that fails are not used up."""
    year = now.astimezone(ZoneInfo(zone_of(session))).year
    last = session.connection().execute(_COUNT, {"prefix": prefix, "year": year, "count": count}).scalar_one()
    return [f"{prefix}-{year}-{number:04d}" for number in range(last - count + 1, last + 1)]


def find(session: Session, *, column: Any, prefix: str, word: str, now: datetime, writing: bool) -> str:
    """The reference that `word` means in that column.

    The whole reference beats everything; a bare number is this year's, else the only one of that number; a prefix
    that is unique is enough to read, never to write. Raise NotFound, or InvalidInput with the candidates.
    """
    typed = mend(word).upper()
    whole = _WHOLE.fullmatch(typed)
    if whole and whole[1] == prefix:
        spelled = f"{prefix}-{whole[2]}-{int(whole[3]):04d}"
        if session.exec(select(column).where(column == spelled)).first() is not None:
            return spelled
    elif typed.isascii() and typed.isdigit() and len(typed) < _LONGEST:
        year = now.astimezone(ZoneInfo(zone_of(session))).year
        this_year = f"{prefix}-{year}-{int(typed):04d}"
        if session.exec(select(column).where(column == this_year)).first() is not None:
            return this_year
        # By name and not by a pattern, which would be looked for among all the records of all years.
        named = [f"{prefix}-{other}-{int(typed):04d}" for other in _years(session, column)]
        every = list(session.exec(select(column).where(column.in_(named)).order_by(column)))
        if len(every) == 1:
            return str(every[0])
        if every:
            raise _ambiguous(word, every)
    if not writing and typed.startswith(prefix[: len(typed)]) and _PART.fullmatch(typed):
        begins = column.like(f"{typed}%")
        if session.get_bind().dialect.name == "sqlite":
            # SQLite would compare every record with the pattern; it orders by bytes, where `~` comes after all of ours.
            begins &= (column >= typed) & (column < f"{typed}~")
        fitting = list(session.exec(select(column).where(begins).order_by(column).limit(_SHOWN + 1)))
        if len(fitting) == 1:
            return str(fitting[0])
        if fitting:
            raise _ambiguous(word, fitting)
    raise NotFound(
        _("There is no {reference}.").format(reference=word[:40]),
        _("A reference looks like {prefix}-2026-0042; a bare number is this year's.").format(prefix=prefix),
    )


def _years(session: Session, column: Any) -> range:
    """Every year from that of the first reference to that of the last."""
    ends = [select(which(column)).scalar_subquery() for which in (func.min, func.max)]
    first, last = session.connection().execute(select(*ends)).one()
    years = [found for one in (first, last) if (found := _WHOLE.fullmatch(one or ""))]
    return range(int(years[0][2]), int(years[-1][2]) + 1) if years else range(0)


def _ambiguous(word: str, candidates: list[str]) -> InvalidInput:
    shown = ", ".join(candidates[:_SHOWN]) + (" …" if len(candidates) > _SHOWN else "")
    return InvalidInput(
        _("{word} may mean several: {candidates}").format(word=word[:40], candidates=shown), _("Name one.")
    )
