"""What figures read of occurrences: many rows at once."""

from collections.abc import Collection
from datetime import datetime

from sqlmodel import Session

from opsctl.duties.rules import Occurrence
from opsctl.duties.service import rows


def due_between(
    session: Session, *, since: datetime, until: datetime, kinds: Collection[str] | None = None
) -> list[Occurrence]:
    """Every occurrence that is or was due in [since, until), in that order; only of duties that these kinds meet."""
    columns = rows.TABLE.c
    query = rows.chosen().where(columns.due_at >= since, columns.due_at < until)
    if kinds is not None:
        query = query.where(columns.kind.in_(sorted(kinds)))
    return rows.load(session, query.order_by(columns.due_at, columns.duty, columns.about))
