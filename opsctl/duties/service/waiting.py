"""What is still due by what it asks for, for whoever is about to do it."""

from datetime import datetime, timedelta

from sqlmodel import Session

from opsctl.duties.rules import Occurrence
from opsctl.duties.service.rows import TABLE, WAITS, chosen, load

_BACK = timedelta(days=7)
"""What was missed longer ago is not what somebody who begins now means."""


def waiting(session: Session, *, now: datetime, kind: str, topic: str, until: datetime) -> list[Occurrence]:
    """What is still due of that kind and topic from a week ago until then, in the order of moments and assets."""
    query = chosen().where(WAITS, TABLE.c.due_at >= now - _BACK, TABLE.c.opens_at < until)
    query = query.where(TABLE.c.kind == kind, TABLE.c.topic == topic)
    return load(session, query.order_by(TABLE.c.due_at, TABLE.c.about))
