"""The rows of reviews and of what they are about."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from opsctl.core.void import Void
from opsctl.reviews.terms import Kind, State
from opsctl.store.columns import words


class ReviewRow(SQLModel, table=True):
    """One review. Who approves it is neither who started it nor who submitted it; the table holds that, too."""

    __tablename__ = "review"

    reference: str = Field(primary_key=True)
    kind: Kind = Field(sa_type=words(Kind, "review_kind"))
    state: State = Field(sa_type=words(State, "review_state"))
    title: str
    asset: str | None = Field(default=None, foreign_key="asset.handle")
    customer: str | None = Field(default=None, foreign_key="customer.code")
    period: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    content: str
    """What people wrote, as canonical JSON."""
    version: int
    held_on: datetime | None = None
    held_entered: datetime | None = None
    author: str
    submitted_by: str | None = None
    submitted_at: datetime | None = None
    approved_by: str | None = None
    approved_at: datetime | None = None
    approved_post: str | None = None
    approved_seq: int | None = None
    closed_by: str | None = None
    closed_at: datetime | None = None
    void: Void | None = Field(default=None, sa_type=words(Void, "review_void"))
    source: str | None = None
    recorded_at: datetime


class SubjectRow(SQLModel, table=True):
    """What a review is about: an incident or an action, by its reference."""

    __tablename__ = "review_subject"

    review: str = Field(primary_key=True, foreign_key="review.reference")
    position: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    subject: str
