"""What a review is, and its record as the ledger digests it. Pure."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from opsctl.core.void import Void
from opsctl.reviews.rules.document import Document, to_json
from opsctl.reviews.terms import Kind, State


@dataclass(frozen=True, slots=True)
class Review:
    """A review as it stands. Moments are aware UTC.

    `subjects` are the references it is about, in the order given: incidents and, of a meeting, actions. `since` and
    `until` are the half-open period of a periodic one, `period` that as it is called. `version` counts what was saved.
    `author` started it; `approved_post` is the post by which it was approved, None where the rules name none, and
    `approved_seq` the newest row of the ledger that was there then. `held_entered` is when it was recorded that it was
    held. `source` is the file that it was imported from.
    """

    reference: str
    kind: Kind
    state: State
    document: Document
    subjects: tuple[str, ...]
    author: str
    recorded_at: datetime
    asset: str | None = None
    customer: str | None = None
    period: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    version: int = 1
    held_entered: datetime | None = None
    submitted_by: str | None = None
    submitted_at: datetime | None = None
    approved_by: str | None = None
    approved_at: datetime | None = None
    approved_post: str | None = None
    approved_seq: int | None = None
    closed_by: str | None = None
    closed_at: datetime | None = None
    void: Void | None = None
    source: str | None = None

    @property
    def title(self) -> str:
        """What it is called."""
        return self.document.title

    @property
    def held_on(self) -> datetime | None:
        """When it was held, as claimed; None while it was not."""
        return self.document.held_on


COLUMNS = tuple(name for name in Review.__dataclass_fields__ if name not in ("document", "subjects"))
"""The fields that are columns of the same name."""


def fields(review: Review) -> dict[str, Any]:
    """The record as the ledger digests it."""
    record = {name: value for name in COLUMNS if (value := getattr(review, name)) is not None}
    record |= {"title": review.title, "subjects": list(review.subjects), "content": to_json(review.document)}
    if review.held_on is not None:
        record["held_on"] = review.held_on
    return record
