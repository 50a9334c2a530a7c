"""References: INC-2026-0042 is the prefix of its room, the year of recording in the database's zone, and a number."""

import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text
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
        number = f"{int(typed):04d}"
        year = now.astimezone(ZoneInfo(zone_of(session))).year
        every = list(session.exec(select(column).where(column.like(f"{prefix}-____-{number}")).order_by(column)))
        this_year = f"{prefix}-{year}-{number}"
        if this_year in every or len(every) == 1:
            return this_year if this_year in every else str(every[0])
        if every:
            raise _ambiguous(word, every)
    if not writing and typed.startswith(prefix[: len(typed)]) and _PART.fullmatch(typed):
        fitting = list(session.exec(select(column).where(column.like(f"{typed}%")).order_by(column).limit(_SHOWN + 1)))
        if len(fitting) == 1:
            return str(fitting[0])
        if fitting:
            raise _ambiguous(word, fitting)
    raise NotFound(
        _("There is no {reference}.").format(reference=word[:40]),
        _("A reference looks like {prefix}-2026-0042; a bare number is this year's.").format(prefix=prefix),
    )


def _ambiguous(word: str, candidates: list[str]) -> InvalidInput:
    shown = ", ".join(candidates[:_SHOWN]) + (" …" if len(candidates) > _SHOWN else "")
    return InvalidInput(_("{word} may mean several: {candidates}").format(word=word[:40], candidates=shown))
