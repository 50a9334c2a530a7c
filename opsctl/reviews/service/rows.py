"""Between rows and the reviews that the rules know."""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlmodel import Session, col

from opsctl.core import chain
from opsctl.ledger import service as ledger
from opsctl.ledger.terms import BLANK
from opsctl.reviews.rules import COLUMNS, Review, fields
from opsctl.reviews.rules.document import from_json, to_json
from opsctl.reviews.tables import ReviewRow, SubjectRow

REVIEWS: Any = ReviewRow.__table__  # type: ignore[attr-defined]
SUBJECTS: Any = SubjectRow.__table__  # type: ignore[attr-defined]
REFERENCE = col(ReviewRow.reference)
_BLOCK = 500
_NO_WORDS = frozenset({"kind", "at", "deadline", "actions", "owner"})
"""What the content of a review holds that nobody wrote as a text."""


def chosen() -> Any:
    """A query for reviews, to be narrowed, ordered and given to `load`."""
    return select(REVIEWS)


def load(session: Session, query: Any) -> list[Review]:
    """The reviews of a query made with `chosen`, in its order."""
    found = [dict(row) for row in session.connection().execute(query).mappings()]
    subjects = subjects_of(session, [one["reference"] for one in found])
    return [
        Review(
            document=from_json(json.loads(one["content"]), title=one["title"], held_on=one["held_on"]),
            subjects=tuple(subjects[one["reference"]]),
            **{name: one[name] for name in COLUMNS},
        )
        for one in found
    ]


def subjects_of(session: Session, references: Sequence[str]) -> dict[str, list[str]]:
    """What each of these reviews is about, in the order given."""
    found: dict[str, list[str]] = defaultdict(list)
    for start in range(0, len(references), _BLOCK):
        named = SUBJECTS.c.review.in_(references[start : start + _BLOCK])
        query = select(SUBJECTS.c.review, SUBJECTS.c.subject).where(named)
        ordered = query.order_by(SUBJECTS.c.review, SUBJECTS.c.position)
        for review, subject in session.connection().execute(ordered):
            found[review].append(subject)
    return found


def of_references(session: Session, references: Sequence[str], *, locked: bool = False) -> list[Review]:
    """The reviews of these references, in the order of references, perhaps locked so that nobody changes them."""
    query = chosen().where(REVIEWS.c.reference.in_(references)).order_by(REVIEWS.c.reference)
    return load(session, query.with_for_update() if locked else query)


def of_subjects(session: Session, subjects: Sequence[str]) -> list[Review]:
    """The reviews about any of these, in the order of references; the void ones are left out."""
    about = select(SUBJECTS.c.review).where(SUBJECTS.c.subject.in_(subjects))
    query = chosen().where(REVIEWS.c.reference.in_(about), REVIEWS.c.void.is_(None))
    return load(session, query.order_by(REVIEWS.c.reference))


def count(session: Session, query: Any) -> int:
    """How many reviews a query made with `chosen` finds."""
    counting = query.with_only_columns(func.count(), maintain_column_froms=True)
    return int(session.connection().execute(counting).scalar_one())


def add(session: Session, review: Review) -> None:
    """Add a new review with what it is about."""
    session.connection().execute(insert(REVIEWS).values(_values(review)))
    if review.subjects:
        about = [
            {"review": review.reference, "position": at, "subject": one} for at, one in enumerate(review.subjects, 1)
        ]
        session.connection().execute(insert(SUBJECTS), about)


def save(session: Session, review: Review) -> None:
    """Write the review over what is there of it; what it is about stays."""
    named = REVIEWS.c.reference == review.reference
    session.connection().execute(update(REVIEWS).where(named).values(_values(review)))


def append(session: Session, review: Review, kind: str, facts: dict[str, Any], **more: Any) -> None:
    """The ledger row of a review that changed."""
    ledger.append(
        session,
        kind=kind,
        subject=review.reference,
        about=review.asset,
        topic=review.kind.value,
        customer=review.customer,
        facts=facts,
        record=fields(review),
        **more,
    )


def records(session: Session) -> Iterator[tuple[str, str]]:
    """Every review's reference and digest as it is now."""
    references = sorted(str(one) for one in session.connection().execute(select(REVIEWS.c.reference)).scalars())
    for start in range(0, len(references), _BLOCK):
        block = references[start : start + _BLOCK]
        try:
            yield from [(one.reference, chain.record_digest(fields(one))) for one in of_references(session, block)]
        except (LookupError, TypeError, ValueError):
            # Somebody wrote what cannot be read: the others are compared all the same.
            for reference in block:
                yield reference, chain.digest_of_readable(partial(_fields, session, reference))


def blank(session: Session, reference: str, texts: list[str]) -> dict[str, Any] | None:
    """Blank the texts of the review that are among `texts`; its fields after, or None where none was."""
    for review in of_references(session, [reference], locked=True):
        said = to_json(review.document)
        blanked = _blanked(said, set(texts))
        title = BLANK if review.title in texts else review.title
        if blanked == said and title == review.title:
            return None
        document = from_json(blanked, title=title, held_on=review.held_on)
        after = replace(review, document=document)
        save(session, after)
        return fields(after)
    return None


def _blanked(said: Any, texts: set[str]) -> Any:
    if isinstance(said, dict):
        return {name: value if name in _NO_WORDS else _blanked(value, texts) for name, value in said.items()}
    if isinstance(said, list):
        return [_blanked(value, texts) for value in said]
    return BLANK if isinstance(said, str) and said in texts else said


def _values(review: Review) -> dict[str, Any]:
    said = {name: getattr(review, name) for name in COLUMNS}
    content = chain.canonical(to_json(review.document))
    return {**said, "title": review.title, "held_on": review.held_on, "content": content}


def _fields(session: Session, reference: str) -> dict[str, Any]:
    return fields(of_references(session, [reference])[0])

