"""Between rows and the rounds that the rules know."""

import json
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import bindparam, text
from sqlmodel import Session, col, select

from opsctl.inspections.rules import Flagged, Reading, Round
from opsctl.inspections.tables import InspectionRow, ReadingRow
from opsctl.inspections.terms import Flag

_BLOCK = 1000
_NAMES = tuple(name for name in Round.__dataclass_fields__ if name != "readings")
_READING_NAMES = tuple(Reading.__dataclass_fields__)
_ROUNDS: Any = InspectionRow.__table__  # type: ignore[attr-defined]
_READINGS: Any = ReadingRow.__table__  # type: ignore[attr-defined]
# Plain columns and Core statements: a session's own objects would want every table that a key points to.
_COLUMNS: Sequence[Any] = [getattr(InspectionRow, name) for name in _NAMES]
_READING_COLUMNS: Sequence[Any] = [ReadingRow.inspection, *(getattr(ReadingRow, name) for name in _READING_NAMES)]
OPEN_NOW = text("inspection.state = 'open' AND inspection.void IS NULL")
"""Spelled out, so that the databases know it for the condition of the indexes of what is open: a handful of all."""
_INSERT = "INSERT INTO inspection_reading"
_OF_ROUNDS = (
    select(*_READING_COLUMNS)
    .where(col(ReadingRow.inspection).in_(bindparam("references", expanding=True)))
    .order_by(col(ReadingRow.inspection), col(ReadingRow.position))
)


def chosen() -> Any:
    """A query for rounds, to be narrowed, ordered and given to `load`."""
    return select(*_COLUMNS)


def load(
    session: Session, query: Any, said: dict[str, Any] | None = None, *, readings: bool = True
) -> list[Round]:
    """The rounds of a query made with `chosen`, in its order, with their readings unless these are not wanted.

    `said` are the values of its parameters, where it has any.
    """
    found = session.connection().execute(query, said).all()
    place = _NAMES.index("reference")
    of = _readings_of(session, [row[place] for row in found]) if readings else {}
    rounds = []
    for row in found:
        said = dict(zip(_NAMES, row, strict=True))
        said["flags"] = _flags(said["flags"])
        rounds.append(Round(**said, readings=tuple(of.get(row[place], ()))))
    return rounds


def of_references(session: Session, references: Iterable[str], *, readings: bool = True) -> list[Round]:
    """The rounds of these references, in the order of references."""
    wanted = sorted(set(references))
    found: list[Round] = []
    for start in range(0, len(wanted), _BLOCK):
        some = col(InspectionRow.reference).in_(wanted[start : start + _BLOCK])
        found += load(session, chosen().where(some).order_by(col(InspectionRow.reference)), readings=readings)
    return found


def locked(session: Session, reference: str) -> Round:
    """The round of that reference, held so that nobody else changes it in between. Raise KeyError if there is none."""
    found = load(session, chosen().where(col(InspectionRow.reference) == reference).with_for_update())
    if not found:
        raise KeyError(reference)
    return found[0]


def add(session: Session, one: Round) -> None:
    """Add a new round with its readings."""
    connection = session.connection()
    connection.execute(_ROUNDS.insert().values({name: _stored(one, name) for name in _NAMES}))
    _add_readings(session, one, 0)


def save(session: Session, before: Round, after: Round) -> None:
    """Write what differs: changed fields, and the readings that came."""
    changed = {name: _stored(after, name) for name in _NAMES if getattr(before, name) != getattr(after, name)}
    if changed:
        here = _ROUNDS.c.reference == before.reference
        session.connection().execute(_ROUNDS.update().where(here).values(changed))
    _add_readings(session, after, len(before.readings))


def blank_readings(session: Session, before: Round, after: Round) -> None:
    """Write the texts of readings that were blanked; nothing else of a reading ever changes."""
    for position, (old, new) in enumerate(zip(before.readings, after.readings, strict=True)):
        if old != new:
            here = (_READINGS.c.inspection == before.reference) & (_READINGS.c.position == position)
            session.connection().execute(_READINGS.update().where(here).values(value=new.value, note=new.note))


def _add_readings(session: Session, one: Round, since: int) -> None:
    values = [
        {"inspection": one.reference, "position": position, **{name: getattr(reading, name) for name in _READING_NAMES}}
        for position, reading in enumerate(one.readings)
        if position >= since
    ]
    if values:
        session.connection().execute(*_all_at_once(values))


def _all_at_once(values: list[dict[str, Any]]) -> tuple[Any, dict[str, Any]]:
    """One statement for all of them, for the database may be far away, and its parameters."""
    said = {f"{name}_{at}": value for at, one in enumerate(values) for name, value in one.items()}
    return _insert(len(values)), said


@cache
def _insert(count: int) -> Any:
    """The statement for so many readings: plain text, which costs a tenth of one that is put together."""
    names = ("inspection", "position", *_READING_NAMES)
    lines = (f"({', '.join(f':{name}_{at}' for name in names)})" for at in range(count))
    typed = (bindparam(f"{name}_{at}", type_=_READINGS.c[name].type) for name in names for at in range(count))
    return text(f"{_INSERT} ({', '.join(names)}) VALUES {', '.join(lines)}").bindparams(*typed)


def _stored(one: Round, name: str) -> Any:
    if name != "flags":
        return getattr(one, name)
    if not one.flags:
        return None
    return json.dumps([{"flag": each.flag, "about": list(each.about)} for each in one.flags], ensure_ascii=False)


def _flags(stored: str | None) -> tuple[Flagged, ...]:
    if stored is None:
        return ()
    return tuple(Flagged(Flag(each["flag"]), tuple(each["about"])) for each in json.loads(stored))


def _readings_of(session: Session, references: list[str]) -> dict[str, list[Reading]]:
    of: dict[str, list[Reading]] = {reference: [] for reference in references}
    for start in range(0, len(references), _BLOCK):
        said = {"references": references[start : start + _BLOCK]}
        for inspection, *values in session.connection().execute(_OF_ROUNDS, said):
            of[inspection].append(Reading(*values))
    return of
