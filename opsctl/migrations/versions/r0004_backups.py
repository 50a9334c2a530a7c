"""Backup runs with their copies and checks, and restore tests."""

from alembic import op
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Float,
    ForeignKey,
    Integer,
    PrimaryKeyConstraint,
    String,
)  # fmt: skip

revision = "0004"
down_revision = "0003"

MOMENT = DateTime(timezone=True)
STATUSES = (
    "success", "incomplete", "failed", "skipped_locked", "timed_out", "cancelled", "not_started", "missed",
)  # fmt: skip
DRIVERS = ("files", "rsync", "restic", "borg", "postgres", "sqlite", "mysql", "mariadb", "command")
LEVELS = ("L0", "L1", "L2", "L3", "L4", "L5", "L6")
VERDICTS = ("pass", "differs", "could-not-run")


def upgrade() -> None:
    """Add the tables of the fourth release; nothing that is there changes."""
    _runs()
    _tests()


def _among(column: str, *words: str) -> str:
    return f"{column} IN ({', '.join(repr(word) for word in words)})"


def _runs() -> None:
    op.create_table(
        "backup_run",
        Column("reference", String, primary_key=True),
        Column("policy", String, nullable=False),
        Column("asset", String, ForeignKey("asset.handle"), nullable=False),
        Column("customer", String, ForeignKey("customer.code")),
        Column("host", String, nullable=False),
        Column("driver", String(32), nullable=False),
        Column("engine", String),
        Column("trigger", String(32), nullable=False),
        Column("status", String(32), nullable=False),
        Column("slot", MOMENT),
        Column("started_at", MOMENT, nullable=False),
        Column("ended_at", MOMENT, nullable=False),
        Column("reason", String),
        Column("code", Integer),
        Column("bytes", BigInteger),
        Column("files", BigInteger),
        Column("manifest", String),
        Column("request", String, nullable=False, unique=True),
        Column("rules", Integer, ForeignKey("rulebook_version.generation")),
        Column("person", String, nullable=False),
        Column("pinned_by", String),
        Column("pinned_at", MOMENT),
        Column("pin_reason", String),
        Column("recorded_at", MOMENT, nullable=False),
        CheckConstraint(_among("driver", *DRIVERS), name="backup_driver"),
        CheckConstraint(_among("trigger", "scheduled", "manual", "adopted"), name="backup_trigger"),
        CheckConstraint(_among("status", *STATUSES), name="backup_status"),
        CheckConstraint("ended_at >= started_at", name="backup_order"),
        CheckConstraint("(pinned_by IS NULL) = (pinned_at IS NULL)", name="backup_pin_whole"),
    )
    op.create_index("backup_run_policy", "backup_run", ["policy", "started_at"])
    op.create_index("backup_run_started", "backup_run", ["started_at"])
    op.create_index("backup_run_asset", "backup_run", ["asset", "started_at"])
    op.create_table(
        "backup_copy",
        Column("run", String, ForeignKey("backup_run.reference"), nullable=False),
        Column("name", String, nullable=False),
        Column("status", String(32), nullable=False),
        Column("point", String),
        Column("bytes", BigInteger),
        Column("sha256", String),
        Column("reason", String),
        Column("pruned_at", MOMENT),
        PrimaryKeyConstraint("run", "name"),
        CheckConstraint(_among("status", *STATUSES), name="copy_status"),
    )
    op.create_table(
        "backup_check",
        Column("run", String, ForeignKey("backup_run.reference"), nullable=False),
        Column("position", Integer, nullable=False, autoincrement=False),
        Column("copy_name", String, nullable=False),
        Column("level", String(32), nullable=False),
        Column("verdict", String(32), nullable=False),
        Column("checked_at", MOMENT, nullable=False),
        Column("host", String, nullable=False),
        Column("reason", String),
        Column("test", String),
        PrimaryKeyConstraint("run", "position"),
        CheckConstraint(_among("level", *LEVELS), name="check_level"),
        CheckConstraint(_among("verdict", *VERDICTS), name="check_verdict"),
    )


def _tests() -> None:
    op.create_table(
        "restore_test",
        Column("reference", String, primary_key=True),
        Column("run", String, ForeignKey("backup_run.reference"), nullable=False),
        Column("copy_name", String, nullable=False),
        Column("policy", String, nullable=False),
        Column("asset", String, ForeignKey("asset.handle"), nullable=False),
        Column("customer", String, ForeignKey("customer.code")),
        Column("host", String, nullable=False),
        Column("verdict", String(32), nullable=False),
        Column("level", String(32)),
        Column("started_at", MOMENT, nullable=False),
        Column("ended_at", MOMENT, nullable=False),
        Column("seconds", Float),
        Column("steps", String, nullable=False),
        Column("assertions", String, nullable=False),
        Column("commands", String, nullable=False),
        Column("newest_at", MOMENT),
        Column("loss_seconds", Float),
        Column("reason", String),
        Column("evidence", String),
        Column("rules", Integer, ForeignKey("rulebook_version.generation")),
        Column("person", String, nullable=False),
        Column("recorded_at", MOMENT, nullable=False),
        CheckConstraint(_among("verdict", *VERDICTS), name="test_verdict"),
        CheckConstraint(_among("level", *LEVELS), name="test_level"),
        CheckConstraint("ended_at >= started_at", name="test_order"),
        # A pass has measured its time, or it is none.
        CheckConstraint("verdict <> 'pass' OR seconds IS NOT NULL", name="test_pass_measured"),
    )
    op.create_index("restore_test_policy", "restore_test", ["policy", "started_at"])
    op.create_index("restore_test_started", "restore_test", ["started_at"])
