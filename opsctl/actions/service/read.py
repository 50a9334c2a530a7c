"""Reading actions."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from sqlmodel import Session, col, select

from opsctl.actions.rules import fields
from opsctl.actions.service import rows
from opsctl.actions.service.raising import WAITING
from opsctl.actions.tables import ActionRow
from opsctl.core import chain
from opsctl.people.service import identity

_BLOCK = 2000


def owned(session: Session, *, person: str) -> list[tuple[str, str]]:
    """What that person owns here and is not over: references with titles."""
    theirs = col(ActionRow.owner).in_(identity.names_of_one(session, person))
    query = select(ActionRow.reference, ActionRow.title).where(theirs, WAITING)
    return list(session.exec(query.order_by(col(ActionRow.reference))).all())


def records(session: Session) -> Iterator[tuple[str, str]]:
    """Every record's reference and digest as it is now, for `ledger verify --deep`."""
    after = ""
    while True:
        query = select(ActionRow.reference).where(col(ActionRow.reference) > after)
        block = session.exec(query.order_by(col(ActionRow.reference)).limit(_BLOCK)).all()
        if not block:
            return
        try:
            yield from [(one.reference, chain.record_digest(fields(one))) for one in rows.of_references(session, block)]
        except (LookupError, TypeError, ValueError):
            # Somebody wrote what cannot be read: the others are compared all the same.
            for reference in block:
                yield reference, chain.digest_of_readable(partial(_fields, session, reference))
        after = block[-1]


def _fields(session: Session, reference: str) -> dict[str, Any]:
    return fields(rows.of_references(session, [reference])[0])
