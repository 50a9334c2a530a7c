"""Post-incident reviews, and actions that are verified by evidence."""

from alembic import op
from sqlalchemy import CheckConstraint, Column, DateTime, ForeignKey, Integer, PrimaryKeyConstraint, String

revision = "0005"
down_revision = "0004"

MOMENT = DateTime(timezone=True)
KINDS = ("prevent", "detect", "mitigate", "process")
VOIDS = ("false-alarm", "test", "duplicate", "mistake")


def upgrade() -> None:
    """Add the tables and columns of the fifth release; nothing that is there changes."""
    _reviews()
    _proof_of_actions()


def _among(column: str, *words: str) -> str:
    return f"{column} IN ({', '.join(repr(word) for word in words)})"


def _reviews() -> None:
    op.create_table(
        "review",
        Column("reference", String, primary_key=True),
        Column("kind", String(32), nullable=False),
        Column("state", String(32), nullable=False),
        Column("title", String, nullable=False),
        Column("asset", String, ForeignKey("asset.handle")),
        Column("customer", String, ForeignKey("customer.code")),
        Column("period", String),
        Column("since", MOMENT),
        Column("until", MOMENT),
        Column("content", String, nullable=False),
        Column("version", Integer, nullable=False),
        Column("held_on", MOMENT),
        Column("held_entered", MOMENT),
        Column("author", String, nullable=False),
        Column("submitted_by", String),
        Column("submitted_at", MOMENT),
        Column("approved_by", String),
        Column("approved_at", MOMENT),
        Column("approved_post", String),
        Column("approved_seq", Integer),
        Column("closed_by", String),
        Column("closed_at", MOMENT),
        Column("void", String(32)),
        Column("source", String),
        Column("recorded_at", MOMENT, nullable=False),
        CheckConstraint(_among("kind", "incident", "period", "meeting"), name="review_kind"),
        CheckConstraint(_among("state", "draft", "in-review", "approved", "closed"), name="review_state"),
        CheckConstraint(_among("void", *VOIDS), name="review_void"),
        # Four eyes, held by the table and not only by the program.
        CheckConstraint("approved_by <> author AND approved_by <> submitted_by", name="review_four_eyes"),
        CheckConstraint("(state IN ('approved', 'closed')) = (approved_by IS NOT NULL)", name="review_approved"),
        CheckConstraint("(approved_by IS NULL) = (approved_at IS NULL)", name="review_approval_whole"),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="review_closed"),
        CheckConstraint("until > since", name="review_order"),
    )
    op.create_index("review_recorded", "review", ["recorded_at"])
    op.create_table(
        "review_subject",
        Column("review", String, ForeignKey("review.reference"), nullable=False),
        Column("position", Integer, nullable=False, autoincrement=False),
        Column("subject", String, nullable=False),
        PrimaryKeyConstraint("review", "position"),
    )
    op.create_index("review_subject_subject", "review_subject", ["subject"])


def _proof_of_actions() -> None:
    run = op.get_bind().exec_driver_sql
    # Spelled as both databases take it: Alembic would copy SQLite's whole table for the sake of the CHECK.
    run(f"ALTER TABLE action ADD COLUMN kind VARCHAR(32) CONSTRAINT action_kind CHECK ({_among('kind', *KINDS)})")
    op.add_column("action", Column("verify", String))
    op.add_column("action", Column("months", Integer))
    op.add_column("action", Column("watch_until", MOMENT))
    run("CREATE INDEX action_verify ON action (verify) WHERE verify IS NOT NULL AND void IS NULL")
