"""Reviews written past the use cases: what coverage and figures read of them, and nothing more."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from opsctl.core.chain import Signature
from opsctl.incidents.rules.life import Incident
from opsctl.incidents.service import rows
from opsctl.reviews.tables import ReviewRow, SubjectRow
from opsctl.reviews.terms import Kind, State
from opsctl.store import unit
from opsctl.store.engine import Store

_REVIEWS: Any = ReviewRow.__table__  # type: ignore[attr-defined]
_SUBJECTS: Any = SubjectRow.__table__  # type: ignore[attr-defined]


def review(number: int, *subjects: str, at: datetime, kind: Kind = Kind.INCIDENT, **given: Any) -> dict[str, Any]:
    """A review of these subjects recorded at that moment, with any other field of its row.

    A draft, or submitted where it says when it was held.
    """
    fields = {
        "reference": f"REV-2026-{number:04d}", "kind": kind,
        "state": State.IN_REVIEW if given.get("held_on") else State.DRAFT, "title": "x", "content": "{}",
        "version": 1, "author": "wang", "recorded_at": at, "held_entered": given.get("held_on"), **given,
    }  # fmt: skip
    return {"subjects": subjects, **fields}


def approved(number: int, *subjects: str, at: datetime, **given: Any) -> dict[str, Any]:
    """One that was approved at that moment."""
    return review(number, *subjects, at=at, state=State.APPROVED, approved_by="li", approved_at=at, **given)


def write(store: Store, now: datetime, *records: Incident | dict[str, Any]) -> None:
    """Write incidents and reviews."""

    def work(session: Session) -> None:
        for one in records:
            if isinstance(one, Incident):
                rows.add(session, one)
                continue
            session.connection().execute(_REVIEWS.insert(), {name: one[name] for name in one if name != "subjects"})
            for position, subject in enumerate(one["subjects"], 1):
                values = {"review": one["reference"], "position": position, "subject": subject}
                session.connection().execute(_SUBJECTS.insert(), values)

    unit.write(store, work, by=Signature(now, "li", "host", "test"))
