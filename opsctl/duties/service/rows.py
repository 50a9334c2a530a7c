"""Between rows and the occurrences that the rules know, and what of them the ledger is told."""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import and_, bindparam, literal_column, or_, select, text
from sqlmodel import Session

from opsctl.duties.rules import Occurrence, fields
from opsctl.duties.tables import OccurrenceRow
from opsctl.duties.terms import State
from opsctl.ledger import service as ledger

TABLE: Any = OccurrenceRow.__table__  # type: ignore[attr-defined]
NAMES = tuple(Occurrence.__dataclass_fields__)
COLUMNS: Sequence[Any] = [TABLE.c[name] for name in NAMES]
WAITS = TABLE.c.state == literal_column(f"'{State.DUE.value}'")
"""It is still due. Said literally, or the databases would not use the indexes that hold these alone."""
_DAY = timedelta(days=1)
_BLOCK = 200
# One statement for what is new and for what changes: in the field each of them takes a tenth of a second.
_SAVE = text(
    "INSERT INTO occurrence (duty, about, due_at, opens_at, closes_at, kind, topic, owner, clause, rules, state,"
    " met_by, met_at, judged_at, reason) VALUES (:duty, :about, :due_at, :opens_at, :closes_at, :kind, :topic, :owner,"
    " :clause, :rules, :state, :met_by, :met_at, :judged_at, :reason) ON CONFLICT (duty, due_at, about) DO UPDATE SET"
    " opens_at = excluded.opens_at, closes_at = excluded.closes_at, kind = excluded.kind, topic = excluded.topic,"
    " owner = excluded.owner, clause = excluded.clause, rules = excluded.rules, state = excluded.state,"
    " met_by = excluded.met_by, met_at = excluded.met_at, judged_at = excluded.judged_at, reason = excluded.reason"
).bindparams(*(bindparam(name, type_=TABLE.c[name].type) for name in NAMES))

Day = tuple[str, date]
"""A duty and a day of UTC: what one record of the ledger is about."""


def chosen() -> Any:
    """A query for occurrences, to be narrowed, ordered and given to `load`."""
    return select(*COLUMNS)


def load(session: Session, query: Any) -> list[Occurrence]:
    """The occurrences of a query made with `chosen`, in its order."""
    return [Occurrence(*row) for row in session.connection().execute(query)]


def save(session: Session, occurrences: Collection[Occurrence]) -> None:
    """Write these as they are, whether they were there before or not."""
    if occurrences:
        # In one order everywhere, so that two writers wait for each other and not both for ever.
        ordered = sorted(occurrences, key=lambda one: (one.duty, one.due_at, one.about))
        session.connection().execute(_SAVE, [{name: getattr(one, name) for name in NAMES} for one in ordered])


def day_of(one: Occurrence) -> Day:
    """The record that an occurrence is a line of."""
    return one.duty, one.due_at.astimezone(UTC).date()


def of_days(session: Session, days: Collection[Day], *, locked: bool = False) -> dict[Day, list[Occurrence]]:
    """The occurrences of these records, for an empty one none; `locked`, nobody else changes them until we are done."""
    found: dict[Day, list[Occurrence]] = {day: [] for day in days}
    ranges = _ranges(days)
    for start in range(0, len(ranges), _BLOCK):
        query = chosen().where(or_(*(_within(*one) for one in ranges[start : start + _BLOCK])))
        query = query.order_by(TABLE.c.duty, TABLE.c.due_at, TABLE.c.about)
        for one in load(session, query.with_for_update() if locked else query):
            found[day_of(one)].append(one)
    return found


def _ranges(days: Iterable[Day]) -> list[tuple[str, date, date]]:
    """The days of each duty, those in a row together, with the first and the last of them."""
    ranges: list[tuple[str, date, date]] = []
    for duty, day in sorted(days):
        if ranges and ranges[-1][0] == duty and ranges[-1][2] + _DAY == day:
            ranges[-1] = (duty, ranges[-1][1], day)
        else:
            ranges.append((duty, day, day))
    return ranges


def _within(duty: str, first: date, last: date) -> Any:
    since, until = (datetime.combine(day, time(), UTC) for day in (first, last + _DAY))
    return and_(TABLE.c.duty == duty, TABLE.c.due_at >= since, TABLE.c.due_at < until)


def put(days: dict[Day, list[Occurrence]], changed: Iterable[Occurrence]) -> dict[Day, list[Occurrence]]:
    """Records with these occurrences in place of what stood there."""
    after = {day: {(one.about, one.due_at): one for one in occurrences} for day, occurrences in days.items()}
    for one in changed:
        after[day_of(one)][one.about, one.due_at] = one
    return {day: list(lines.values()) for day, lines in after.items()}


def note(
    session: Session,
    days: dict[Day, list[Occurrence]],
    changed: Iterable[Occurrence],
    tell: Callable[[list[Occurrence]], tuple[str, dict[str, Any]]],
    *,
    happened_at: datetime | None = None,
) -> None:
    """Tell the ledger what changed, a row for each record; `tell` gives the kind and the facts of one.

    `days` are these records as they are from now on; without `happened_at` it happened now.
    """
    for day, group in groupby(sorted(changed, key=lambda one: (*day_of(one), one.about, one.due_at)), key=day_of):
        lines = list(group)
        kind, facts = tell(lines)
        abouts = {one.about for one in lines}
        ledger.append(
            session,
            kind=kind,
            subject=lines[0].subject,
            about=(min(abouts) or None) if len(abouts) == 1 else None,
            topic=lines[0].topic,
            facts=facts,
            record=fields(days[day]),
            happened_at=happened_at,
        )
