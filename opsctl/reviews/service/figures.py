"""What figures and coverage read of reviews: when they were held, and about what."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from opsctl.incidents.tables import IncidentRow
from opsctl.reviews.rules.coverage import Covering, held_at
from opsctl.reviews.service.rows import REVIEWS, SUBJECTS
from opsctl.reviews.terms import Kind

_BLOCK = 1000


def about(session: Session, subjects: Iterable[str]) -> dict[str, list[Covering]]:
    """The reviews about each of these, in the order of references; the void ones are left out."""
    wanted = sorted(set(subjects))
    found: dict[str, list[Covering]] = {}
    for start in range(0, len(wanted), _BLOCK):
        _add(session, found, SUBJECTS.c.subject.in_(wanted[start : start + _BLOCK]))
    return found


def of_incidents(session: Session, references: Iterable[str]) -> dict[str, list[Covering]]:
    """The reviews of these incidents alone, and those of everything that was merged into another.

    By incident; periodic ones, meetings and void ones are left out.
    """
    wanted = sorted(set(references))
    own = REVIEWS.c.kind == Kind.INCIDENT
    found: dict[str, list[Covering]] = {}
    for start in range(0, len(wanted), _BLOCK):
        _add(session, found, own, SUBJECTS.c.subject.in_(wanted[start : start + _BLOCK]))
    if wanted:
        merged = select(col(IncidentRow.reference)).where(
            col(IncidentRow.merged_into).is_not(None), col(IncidentRow.reference).in_(select(SUBJECTS.c.subject))
        )
        known = set(session.connection().scalars(merged)).difference(wanted)
        _add(session, found, own, SUBJECTS.c.subject.in_(sorted(known)))
    return found


def _add(session: Session, found: dict[str, list[Covering]], *where: Any) -> None:
    query = (
        select(
            SUBJECTS.c.subject, REVIEWS.c.reference, REVIEWS.c.kind, REVIEWS.c.state, REVIEWS.c.held_on,
            REVIEWS.c.approved_at, REVIEWS.c.held_entered,
        )
        .join_from(SUBJECTS, REVIEWS, SUBJECTS.c.review == REVIEWS.c.reference)
        .where(REVIEWS.c.void.is_(None), *where)
        .order_by(SUBJECTS.c.subject, REVIEWS.c.reference)
    )  # fmt: skip
    for subject, reference, kind, state, held_on, approved_at, entered in session.connection().execute(query):
        one = Covering(reference, kind, held_at(state, held_on, approved_at), entered, subject)
        found.setdefault(subject, []).append(one)
